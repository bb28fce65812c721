//! Coming in: who somebody is here, what they may do, and whether the door is open to them.

use super::rights::{Deed, Right, right};
use super::{Fact, Ledger, LedgerRefusal, Personal};
use crate::limits::{NAMES_A_PERSON_MAX, PEOPLE_REMEMBERED_MAX};
use torg_protocol::ids::ParticipantId;
use torg_protocol::people::{Door, Role};
use torg_protocol::text::PersonName;

/// Who wants in.
#[derive(Clone, Copy, Debug)]
pub struct Comer<'a> {
    /// Who they were before, if they could show it.
    pub known: Option<ParticipantId>,
    /// What they are called.
    pub name: &'a PersonName,
    /// By which link they come.
    pub link: Role,
    /// How many are in already.
    pub population: usize,
}

/// Who somebody is who may come in, or wait in the lobby.
#[derive(Clone, Debug, PartialEq)]
pub struct Coming {
    /// Who they are.
    pub participant: ParticipantId,
    /// What they may do.
    pub role: Role,
    /// Whether they wait until somebody lets them in.
    pub waits: bool,
    /// What is to be written before they are told; nothing when all of it is known.
    pub facts: Vec<Fact>,
}

impl Ledger {
    /// Whether somebody may come in, and as whom. A role that was granted counts for who comes by the join link; any
    /// other link gives its own. The door and the number of people are for who comes by the join link.
    ///
    /// # Errors
    /// [`LedgerRefusal`] when the door is locked, the space full, or they may not come back.
    pub fn come(&self, comer: &Comer<'_>) -> Result<Coming, LedgerRefusal> {
        let known = comer.known.and_then(|id| Some((id, self.book.people.get(&id)?)));
        let role = match known {
            Some((_, member)) if comer.link == Role::Participant && member.granted => member.role,
            _ => comer.link,
        };
        if known.is_some_and(|(_, member)| member.barred) {
            return Err(LedgerRefusal::Barred);
        }
        let was_in = known.is_some_and(|(_, member)| member.admitted);
        let waits = role == Role::Participant && !was_in && self.book.door == Door::Lobby;
        if role == Role::Participant {
            if self.book.door == Door::Locked && !was_in {
                return Err(LedgerRefusal::DoorLocked);
            }
            if !waits && comer.population >= usize::from(self.book.capacity) {
                return Err(LedgerRefusal::SpaceFull { max: usize::from(self.book.capacity) });
            }
        }
        let facts = match known {
            None => vec![self.first_coming(comer, role, waits)?],
            Some((person, member)) => {
                let changed = member.role != role || (!member.admitted && !waits);
                let back = changed.then_some(Fact::PersonCameBack { person, role, waits });
                // Who has had as many names as can be kept comes under the last of them.
                let renamed = !member.is_called(comer.name) && member.names.len() < NAMES_A_PERSON_MAX;
                let name = || Personal::new(person, comer.name);
                let renamed = renamed.then(|| Fact::PersonRenamed { person, name: name() });
                back.into_iter().chain(renamed).collect()
            }
        };
        let participant = known.map_or(ParticipantId(self.book.newest.person + 1), |(id, _)| id);
        Ok(Coming { participant, role, waits, facts })
    }

    fn first_coming(&self, comer: &Comer<'_>, role: Role, waits: bool) -> Result<Fact, LedgerRefusal> {
        if self.book.people.len() >= PEOPLE_REMEMBERED_MAX {
            return Err(LedgerRefusal::SpaceFull { max: PEOPLE_REMEMBERED_MAX });
        }
        let person = ParticipantId(self.book.newest.person + 1);
        Ok(Fact::PersonCame { person, name: Personal::new(person, comer.name), role, waits })
    }

    /// Whether somebody is told how the door stands and who waits.
    #[must_use]
    pub fn holds_door(&self, person: ParticipantId) -> bool {
        self.role(person).is_some_and(|role| right(role, Deed::HoldDoor) == Right::Yes)
    }

    /// Whether somebody is told of every call for help.
    #[must_use]
    pub fn answers_help(&self, person: ParticipantId) -> bool {
        self.role(person).is_some_and(|role| right(role, Deed::AnswerHelp) == Right::Yes)
    }
}
