//! Taking facts in. Nothing here fails or decides: a fact that refers to what isn't there changes nothing.

mod slots;
mod speaking;
mod topics;
mod visits;

use super::book::{HelpEntry, Member, Named};
use super::{Fact, Ledger, News, Personal};
use torg_protocol::ids::ParticipantId;
use torg_protocol::people::Role;
use torg_protocol::units::TimeMs;

impl Ledger {
    /// Takes a fact in, and says what people learn of it.
    pub fn apply(&mut self, at: TimeMs, fact: &Fact) -> Vec<News> {
        self.book.last = self.book.last.max(at);
        match fact {
            Fact::PersonCame { .. }
            | Fact::PersonCameBack { .. }
            | Fact::PersonRenamed { .. }
            | Fact::RoleGranted { .. }
            | Fact::Admitted { .. }
            | Fact::Removed { .. } => self.apply_person(fact),
            Fact::DoorSet { door, .. } => {
                self.book.door = *door;
                vec![News::Door]
            }
            Fact::CapacitySet { people, .. } => {
                self.book.capacity = *people;
                vec![News::Door]
            }
            Fact::SpaceClosed { .. } => {
                self.book.closed = true;
                vec![]
            }
            Fact::SlotAdded { slot, .. } | Fact::SlotEdited { slot, .. } => self.put_slot(at, slot),
            Fact::SlotRemoved { slot, .. } => self.take_slot(*slot),
            Fact::SlotOpened { slot, bell } => self.open_slot(*slot, *bell),
            Fact::SlotClosed { slot, bell } => self.close_slot(*slot, *bell),
            Fact::VisitBegan { visit, person, table, topic, slot, from } => {
                self.begin_visit(*visit, *person, *table, (*topic, *slot), *from)
            }
            Fact::VisitTurned { visit, next, topic, slot, bell } => {
                self.turn_visit(*visit, *next, (*topic, *slot), *bell)
            }
            Fact::VisitEnded { visit, to } => self.end_visit(*visit, *to),
            Fact::HelpCalled { .. } | Fact::HelpTaken { .. } | Fact::HelpEnded { .. } => self.apply_help(at, fact),
            Fact::WordLent { .. } | Fact::KeptOut { .. } | Fact::SpeechBegan { .. } | Fact::SpeechEnded { .. } => {
                self.apply_speaking(fact)
            }
            // These happened, and leave nothing to be kept here.
            Fact::TurnedAway { .. }
            | Fact::Muted { .. }
            | Fact::AskedToUnmute { .. }
            | Fact::Moved { .. }
            | Fact::SpaceRan {} => vec![],
            _ => self.apply_topic(at, fact),
        }
    }

    fn apply_person(&mut self, fact: &Fact) -> Vec<News> {
        match fact {
            Fact::PersonCame { person, name, role, waits } => self.add_person(*person, name, *role, !waits),
            Fact::PersonCameBack { person, role, waits } => self.change_member(*person, |member| {
                member.granted &= member.role == *role;
                member.role = *role;
                member.admitted |= !waits;
            }),
            Fact::PersonRenamed { person, name } => {
                self.change_member(*person, |member| member.names.push(name.clone()));
            }
            Fact::RoleGranted { person, role, .. } => self.change_member(*person, |member| {
                member.role = *role;
                member.granted = true;
            }),
            Fact::Admitted { person, .. } => self.change_member(*person, |member| member.admitted = true),
            Fact::Removed { person, for_good, .. } => {
                self.change_member(*person, |member| {
                    member.barred |= for_good;
                    // Who was shown out does not walk past a lobby again.
                    member.admitted = false;
                });
            }
            _ => {}
        }
        vec![]
    }

    fn add_person(&mut self, person: ParticipantId, name: &Personal, role: Role, admitted: bool) {
        let member = Member { names: vec![name.clone()], role, granted: false, admitted, barred: false };
        self.book.people.insert(person, member);
        self.book.newest.person = self.book.newest.person.max(person.0);
    }

    fn change_member(&mut self, person: ParticipantId, change: impl FnOnce(&mut Member)) {
        if let Some(member) = self.book.people.get_mut(&person) {
            change(member);
        }
    }

    fn apply_help(&mut self, at: TimeMs, fact: &Fact) -> Vec<News> {
        let person = match fact {
            Fact::HelpCalled { person, words } => {
                let since = self.book.help.get(person).map_or(at, |before| before.since);
                self.book.help.insert(*person, HelpEntry { words: words.clone(), since, helper: None });
                person
            }
            Fact::HelpTaken { person, helper } => {
                if let Some(call) = self.book.help.get_mut(person) {
                    call.helper = Some(*helper);
                }
                person
            }
            Fact::HelpEnded { person, .. } => {
                self.book.help.remove(person);
                person
            }
            _ => return vec![],
        };
        vec![News::Help(*person)]
    }

    pub(super) fn named(&self, person: ParticipantId) -> Named {
        self.book.named(person)
    }
}
