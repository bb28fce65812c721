//! The ledger's rules, told as what people do, and as laws that hold whatever they do.

mod desk;
mod links;
mod naughty;
mod people;
mod random;
mod speaking;
mod topics;
mod visits;
