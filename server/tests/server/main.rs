//! The server as its clients meet it: a real server on a port of its own, real websockets, plain HTTP.

mod bad_input;
mod closing;
mod coming_back;
mod doors;
mod front_door;
mod glances;
mod joining;
mod making_spaces;
mod pages;
mod planning;
mod program;
mod refusals;
mod script;
mod speaking;
mod support;
mod upkeep;
mod webhooks;
