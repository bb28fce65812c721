//! The pure engine of a space: commands in, events, routes and mix out. It knows no clock, no socket and no task; time and
//! seed are handed in, and the same commands at the same times give the same bytes.
//!
//! | module | holds |
//! | --- | --- |
//! | [`Space`] | the one owner of all state: [`apply`](Space::apply), [`advance`](Space::advance), [`drain`](Space::drain) |
//! | [`Command`], [`Event`], [`Refusal`], [`Routes`], [`Mix`] | what goes in and comes out |
//! | [`View`] | what one participant may see, kept up by events alone |
//! | [`Map`] | a map that has been checked: whoever holds one can walk on it |
//! | `motion` | where bodies can be, arrow keys, ways round walls and tables |
//! | `hearing` | who may hear whom, voices, audio slots, routes; beds and mixes |
//! | [`ledger`] | what lasts: the agenda, topics, visits, roles, the door; made of facts |
//! | [`limits`] | every bound and every tuned number, and why |
//!
//! The contract: mutate, then drain all events, then mutate again. A refusal changes nothing. What is told by an event
//! is true when the event is made; routes and mix are levels, of which only the newest counts. A panic means a fault in
//! here, never bad input.
//!
//! ```
//! use torg_protocol::ids::ParticipantId;
//! use torg_protocol::people::{Microphone, ParticipantKind, Place, Role};
//! use torg_protocol::text::PersonName;
//! use torg_protocol::units::TimeMs;
//! use torg_space::{Ask, Command, Happening, Map, Space};
//!
//! let map = Map::default_square();
//! let oak = map.table_named("Oak").expect("one of the six").id;
//! let mut space = Space::new(map, 1, TimeMs(0));
//!
//! let ann = ParticipantId(1);
//! let enter = Ask::Enter {
//!     kind: ParticipantKind::Person,
//!     name: PersonName::parse("Ann")?,
//!     role: Role::Participant,
//!     microphone: Microphone::On,
//!     start: None,
//! };
//! space.apply(TimeMs(0), Command { participant: ann, what: enter })?;
//! space.apply(TimeMs(0), Command { participant: ann, what: Ask::JoinTable(oak) })?;
//! for tick in 1..200 {
//!     space.advance(TimeMs(tick * 50));
//! }
//! let sat_down = |happening: &Happening| matches!(happening, Happening::PlaceChanged(who, Place::Seat { .. }) if *who == ann);
//! assert!(space.drain().any(|event| sat_down(&event.what)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod command;
mod event;
mod hearing;
pub mod ledger;
pub mod limits;
mod map;
mod mix;
mod motion;
mod refusal;
mod routes;
mod space;
mod view;

pub use command::{Ask, Command, Start};
pub use event::{Audience, Event, Happening, Person, View};
pub use map::{Map, MapError, Table};
pub use mix::{Bed, BedId, ListenerMix, Mix, MixSource, OwnMix};
pub use refusal::Refusal;
pub use routes::{ListenerRoutes, Routes};
pub use space::Space;
