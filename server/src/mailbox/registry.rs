//! What is asked of the registry of spaces, and what it answers.

use super::ToKeeper;
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{mpsc, oneshot};
use torg_protocol::geometry::HearingPreset;
use torg_protocol::ids::SpaceId;
use torg_protocol::map::MapSpec;
use torg_protocol::message::Refusal;
use torg_protocol::people::Role;
use torg_protocol::text::Label;

/// What the registry of spaces is asked. It alone knows the data folder and which spaces run.
#[derive(Debug)]
pub enum ToRegistry {
    /// What is this space called? Nothing when there is none.
    Find {
        /// Which.
        space: SpaceId,
        /// Its name.
        reply: oneshot::Sender<Option<Label>>,
    },
    /// Make a space.
    Create {
        /// Its name.
        name: Label,
        /// Its map; the default square when there is none.
        map: Option<Box<MapSpec>>,
        /// The links to it, or why there is none.
        reply: oneshot::Sender<Result<SpaceLinks, CreateRefusal>>,
    },
    /// The square that is open to who comes without a link from this machine.
    OpenSquare {
        /// The links to it.
        reply: oneshot::Sender<SpaceLinks>,
    },
    /// Somebody stands before the door with a link.
    Glance {
        /// Of which space.
        space: SpaceId,
        /// With which token.
        token: String,
        /// What is seen from there, or why nothing is.
        reply: oneshot::Sender<Result<Glance, Refusal>>,
    },
    /// Somebody wants to hand links to a space out.
    Links {
        /// Of which space.
        space: SpaceId,
        /// With which token.
        token: String,
        /// The role of that token and every link there is, of which it may not be shown each; or why nothing is.
        reply: oneshot::Sender<Result<(Role, SpaceLinks), Refusal>>,
    },
    /// Somebody came by a link.
    Open {
        /// To which space.
        space: SpaceId,
        /// With which token.
        token: String,
        /// What the link gives, or why it gives nothing.
        reply: oneshot::Sender<Result<Opened, Refusal>>,
    },
    /// The keeper was asked and agrees: write another name or map into the space's file. A running space learns of it.
    Change {
        /// Which space.
        space: SpaceId,
        /// Its new name.
        name: Option<Label>,
        /// Its new map.
        map: Option<Box<MapSpec>>,
        /// How far voices carry from now on.
        hearing: Option<HearingPreset>,
        /// The space as it is now, or why not.
        reply: oneshot::Sender<Result<Described, CreateRefusal>>,
    },
    /// The keeper was asked and agrees: the space has this bell from now on, or none of its own. A running space learns
    /// of it.
    SetBell {
        /// Which space.
        space: SpaceId,
        /// The bell as it was uploaded, which can be played.
        bell: Option<Bytes>,
        /// Why not, in words.
        reply: oneshot::Sender<Result<(), String>>,
    },
    /// A space was closed for good, and its record says so: its file goes.
    Closed {
        /// Which.
        space: SpaceId,
        /// Says whether the file is gone.
        reply: oneshot::Sender<Result<(), String>>,
    },
    /// The server stops: all spaces end, and then the registry.
    Stop,
}

/// The links to a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceLinks {
    /// The space.
    pub space: SpaceId,
    /// For everybody.
    pub join_link: String,
    /// For who runs it.
    pub host_link: String,
    /// For each role.
    pub of_roles: Vec<(Role, String)>,
}

impl SpaceLinks {
    /// The links to a space, each made by `link`.
    #[must_use]
    pub fn new(space: SpaceId, link: impl Fn(Role) -> String) -> Self {
        let of_roles = Role::ALL.map(|role| (role, link(role))).into();
        Self { space, join_link: link(Role::Participant), host_link: link(Role::Host), of_roles }
    }
}

/// A space as its file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// Its name.
    pub name: Label,
    /// Its map.
    pub map: MapSpec,
}

/// What a link shows of a space before one comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// Its name.
    pub name: Label,
    /// How many are in, those whose place is held among them.
    pub people: usize,
}

/// How many people are in a space. A level: the keeper puts it there, the registry reads it when it is asked.
#[derive(Clone, Debug, Default)]
pub struct Population(Arc<AtomicUsize>);

impl Population {
    /// So many are in now.
    pub fn set(&self, people: usize) {
        self.0.store(people, Ordering::Relaxed);
    }

    /// How many are in.
    #[must_use]
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a link gives.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The role.
    pub role: Role,
    /// The keeper of the space. May end at any moment: then ask again.
    pub keeper: mpsc::Sender<ToKeeper>,
}

/// Why a space was not made. The texts are fit to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefusal {
    /// The map can't be walked.
    #[error("{0}")]
    Map(String),
    /// The data folder does not take it.
    #[error("{0}")]
    Store(String),
}
