//! People: roles, the door, and what hosts and helpers may do with others.

use super::{Case, Decided};
use crate::ledger::book::Member;
use crate::ledger::rights::Deed;
use crate::ledger::{Fact, LedgerRefusal, Personal};
use crate::limits::{NAMES_A_PERSON_MAX, PARTICIPANTS_MAX};
use torg_protocol::ids::ParticipantId;
use torg_protocol::people::{Destination, Door, Role};
use torg_protocol::text::{PersonName, Prose};

impl Case<'_> {
    pub(super) fn rename(&self, name: &PersonName) -> Decided {
        let person = self.person()?;
        let member = self.member(person)?;
        if member.is_called(name) {
            return Ok(vec![]);
        }
        if member.names.len() >= NAMES_A_PERSON_MAX {
            return Err(LedgerRefusal::TooMany { what: "names of yours", max: NAMES_A_PERSON_MAX });
        }
        Ok(vec![Fact::PersonRenamed { person, name: Personal::new(person, name) }])
    }

    pub(super) fn grant_role(&self, person: ParticipantId, role: Role) -> Decided {
        self.right(Deed::GrantRole)?;
        let member = self.member(person)?;
        if role == Role::Host || member.role == Role::Host {
            self.right(Deed::GrantHost)?;
        }
        if member.role == role {
            return Ok(vec![]);
        }
        if self.by.person() == Some(person) && member.role == Role::Host {
            // Else a space could be left without anybody who runs it, by one slip.
            return Err(LedgerRefusal::NotNow("a host can't give up the role: another host may take it away"));
        }
        Ok(vec![Fact::RoleGranted { person, role, by: self.by }])
    }

    pub(super) fn admit(&self, person: ParticipantId) -> Decided {
        self.right(Deed::HoldDoor)?;
        if !self.moment.waiting.contains(&person) {
            let is_in = self.moment.seating.is_in(person) && self.member(person)?.admitted;
            let gone = LedgerRefusal::NotNow("nobody with this id waits any more");
            return if is_in { Ok(vec![]) } else { Err(gone) };
        }
        if self.member(person)?.admitted {
            return Ok(vec![]);
        }
        Ok(vec![Fact::Admitted { person, by: self.by }])
    }

    pub(super) fn admit_all(&self) -> Decided {
        self.right(Deed::HoldDoor)?;
        Ok(self.admitted_all())
    }

    fn admitted_all(&self) -> Vec<Fact> {
        let admitted = |person: &ParticipantId| self.member(*person).map_or(true, |member| member.admitted);
        let waiting = self.moment.waiting.iter().filter(|person| !admitted(person));
        waiting.map(|&person| Fact::Admitted { person, by: self.by }).collect()
    }

    pub(super) fn turn_away(&self, person: ParticipantId, words: &Prose) -> Decided {
        self.right(Deed::HoldDoor)?;
        if !self.moment.waiting.contains(&person) {
            return Err(LedgerRefusal::NotNow("nobody with this id waits any more"));
        }
        Ok(vec![Fact::TurnedAway { person, words: self.said_to(person, words), by: self.by }])
    }

    pub(super) fn set_door(&self, door: Door) -> Decided {
        self.right(Deed::SetDoor)?;
        if self.ledger.book.door == door {
            return Ok(vec![]);
        }
        // Through an open door those who wait walk in.
        let waiting = if door == Door::Open { self.admitted_all() } else { vec![] };
        Ok([Fact::DoorSet { door, by: self.by }].into_iter().chain(waiting).collect())
    }

    pub(super) fn set_capacity(&self, people: u16) -> Decided {
        self.right(Deed::SetDoor)?;
        if people == 0 || usize::from(people) > PARTICIPANTS_MAX {
            return Err(LedgerRefusal::NotNow("a space holds 1 to 1,000 people"));
        }
        let is_so = self.ledger.book.capacity == people;
        Ok(if is_so { vec![] } else { vec![Fact::CapacitySet { people, by: self.by }] })
    }

    /// Whoever still sits at a table stood up at this moment, and whoever spoke to all has ended.
    pub(super) fn close_space(&self) -> Decided {
        self.right(Deed::CloseSpace)?;
        let to = self.moment.now;
        let ends = self.ledger.index.open_visits.values().map(|&visit| Fact::VisitEnded { visit, to });
        let silent = self.ledger.book.speeches.keys().map(|&person| Fact::SpeechEnded { person });
        Ok(ends.chain(silent).chain([Fact::SpaceClosed { by: self.by }]).collect())
    }

    pub(super) fn mute(&self, person: ParticipantId) -> Decided {
        self.right(Deed::Mute)?;
        self.present(person)?;
        Ok(vec![Fact::Muted { person, by: self.by }])
    }

    pub(super) fn ask_to_unmute(&self, person: ParticipantId) -> Decided {
        self.right(Deed::Mute)?;
        self.present(person)?;
        Ok(vec![Fact::AskedToUnmute { person, by: self.by }])
    }

    pub(super) fn move_to(&self, person: ParticipantId, to: Destination) -> Decided {
        self.right(Deed::Move)?;
        self.present(person)?;
        if let Destination::Table(table) = to {
            self.check_table(table)?;
        }
        Ok(vec![Fact::Moved { person, to, by: self.by }])
    }

    pub(super) fn remove(&self, person: ParticipantId, words: &Prose, for_good: bool) -> Decided {
        self.right(Deed::Remove)?;
        let member = self.member(person)?;
        if member.role == Role::Host {
            self.right(Deed::GrantHost)?;
        }
        if self.by.person() == Some(person) {
            return Err(LedgerRefusal::NotNow("you can leave by yourself"));
        }
        let is_here = self.moment.seating.is_in(person) || self.moment.waiting.contains(&person);
        if !is_here && (!for_good || member.barred) {
            return Err(LedgerRefusal::NotNow("this person is not here any more"));
        }
        // Who was shown out and comes again has the word no more.
        let word = self.taken_back(person);
        let removed = Fact::Removed { person, words: self.said_to(person, words), for_good, by: self.by };
        Ok(word.into_iter().chain([removed]).collect())
    }

    /// Words are whoever's who says them; from outside, they are theirs whom they are about.
    fn said_to(&self, person: ParticipantId, words: &Prose) -> Personal {
        Personal::new(self.by.person().unwrap_or(person), words)
    }

    pub(super) fn call_for_help(&self, words: &Prose) -> Decided {
        self.right(Deed::CallForHelp)?;
        let person = self.person()?;
        if self.ledger.book.help.get(&person).is_some_and(|call| call.words.as_str() == words.as_str()) {
            return Ok(vec![]);
        }
        Ok(vec![Fact::HelpCalled { person, words: Personal::new(person, words) }])
    }

    /// Who helps takes care of a call first, and ends it by asking again; who called, and who asks through the API,
    /// ends it at once.
    pub(super) fn end_help(&self, person: ParticipantId) -> Decided {
        let is_caller = self.by.person() == Some(person);
        self.may(Deed::AnswerHelp, is_caller, "only who called, or who helps, may do this")?;
        let call = self.ledger.book.help.get(&person);
        let call = call.ok_or(LedgerRefusal::NotNow("this call for help has ended already"))?;
        Ok(vec![match self.by.person().filter(|_| !is_caller) {
            Some(helper) if call.helper != Some(helper) => Fact::HelpTaken { person, helper },
            _ => Fact::HelpEnded { person, by: Some(self.by) },
        }])
    }

    pub(super) fn member(&self, person: ParticipantId) -> Result<&Member, LedgerRefusal> {
        self.ledger.book.people.get(&person).ok_or(LedgerRefusal::UnknownPerson)
    }

    pub(super) fn present(&self, person: ParticipantId) -> Result<(), LedgerRefusal> {
        self.member(person)?;
        let gone = LedgerRefusal::NotNow("this person is not here any more");
        if self.moment.seating.is_in(person) { Ok(()) } else { Err(gone) }
    }
}

impl Member {
    pub(in crate::ledger) fn is_called(&self, name: &PersonName) -> bool {
        self.names.last().is_some_and(|last| last.as_str() == name.as_str())
    }
}
