//! Everybody in the space, found by id or by a small index that stays the same while they are in.

use super::kinds::is_apart;
use crate::event::Person;
use crate::hearing::{Stand, Voice};
use crate::limits::MIX_AHEAD;
use crate::map::Map;
use crate::motion::Goal;
use std::collections::{BTreeMap, VecDeque};
use std::ops::{Index, IndexMut};
use torg_protocol::geometry::{Point, Walk};
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::people::{Microphone, Presence, Role};
use torg_protocol::units::TimeMs;

/// A participant with all that the space knows of them.
#[derive(Debug)]
pub(super) struct Avatar {
    pub(super) person: Person,
    pub(super) course: Course,
    /// The arrow key that was pressed last, and when it was last heard of.
    pub(super) pressed: Option<(Walk, TimeMs)>,
    /// Not before this moment does the next walk begin: rounding a place to the grid may have given up to a
    /// centimetre for nothing, and the time for it is paid back here.
    pub(super) free_from: TimeMs,
    /// When the present walk ends.
    pub(super) arrives: Option<TimeMs>,
    /// When the place is given up, of somebody whose connection dropped.
    pub(super) held_until: Option<TimeMs>,
    pub(super) ears_open: bool,
    /// Whether they were lent the word, to speak over everything.
    pub(super) has_word: bool,
    /// Whether they bring a topic.
    pub(super) convenes: bool,
    pub(super) voice: Voice,
}

/// What somebody is about to do when the present walk ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Course {
    /// Nothing: stands or sits.
    Still,
    /// Walks on over these places to a goal.
    Way {
        /// The ends of the walks that follow.
        rest: VecDeque<Point>,
        /// What happens at the last of them.
        goal: Goal,
    },
    /// Walks on in the direction of an arrow key.
    Arrow {
        /// The direction.
        walk: Walk,
        /// The table whose rim ends the present walk.
        rim: Option<TableId>,
    },
    /// Takes the last step to the seat.
    Sitting,
}

impl Avatar {
    /// Ear and mouth at a moment; whoever is `hushed` counts as muted, whatever their microphone does.
    pub(super) fn stand(&self, map: &Map, now: TimeMs, hushed: bool) -> Stand {
        let motion = self.person.motion;
        let (at, soon) = match self.course {
            Course::Still => (motion.to, motion.to),
            _ => {
                let at = |moment: TimeMs| Point::nearest(motion.position_m(moment));
                (at(now), at(now + MIX_AHEAD))
            }
        };
        Stand {
            id: self.person.id,
            at,
            soon,
            table: self.person.place.table().and_then(|table| map.table(table)).map(|table| (table.id, table.wall)),
            microphone: match self.person.microphone {
                Microphone::On if hushed => Microphone::Muted,
                microphone => microphone,
            },
            heat: self.voice.heat(),
            hears: self.hears(),
            convenes: self.convenes || self.person.role == Role::Convener,
            is_apart: is_apart(self.person.kind),
            listens_to: None,
        }
    }

    /// Whether this person counts as a listener.
    pub(super) fn hears(&self) -> bool {
        self.ears_open && self.person.presence == Presence::Here
    }
}

/// Everybody.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    avatars: Vec<Option<Avatar>>,
    free: Vec<usize>,
    indices: BTreeMap<ParticipantId, usize>,
}

impl Crowd {
    pub(super) fn len(&self) -> usize {
        self.indices.len()
    }

    pub(super) fn find(&self, id: ParticipantId) -> Option<usize> {
        self.indices.get(&id).copied()
    }

    pub(super) fn get(&self, id: ParticipantId) -> Option<&Avatar> {
        self.find(id).map(|index| &self[index])
    }

    /// Takes somebody in and says under which index.
    pub(super) fn insert(&mut self, avatar: Avatar) -> usize {
        let index = self.free.pop().unwrap_or(self.avatars.len());
        if index == self.avatars.len() {
            self.avatars.push(None);
        }
        self.indices.insert(avatar.person.id, index);
        self.avatars[index] = Some(avatar);
        index
    }

    pub(super) fn remove(&mut self, index: usize) -> Option<Avatar> {
        let avatar = self.avatars[index].take()?;
        self.indices.remove(&avatar.person.id);
        self.free.push(index);
        Some(avatar)
    }

    /// Everybody with their index, by index.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Avatar)> {
        self.avatars.iter().enumerate().filter_map(|(index, avatar)| avatar.as_ref().map(|avatar| (index, avatar)))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Avatar> {
        self.avatars.iter_mut().flatten()
    }

    /// Everybody, by ascending id.
    pub(super) fn by_id(&self) -> impl Iterator<Item = &Avatar> {
        self.indices.values().map(|&index| &self[index])
    }

    /// All indices, by ascending id.
    pub(super) fn order(&self) -> impl Iterator<Item = usize> + '_ {
        self.indices.values().copied()
    }
}

impl Index<usize> for Crowd {
    type Output = Avatar;
    fn index(&self, index: usize) -> &Avatar {
        self.avatars[index].as_ref().expect("an index is only kept while its avatar is in")
    }
}

impl IndexMut<usize> for Crowd {
    fn index_mut(&mut self, index: usize) -> &mut Avatar {
        self.avatars[index].as_mut().expect("an index is only kept while its avatar is in")
    }
}
