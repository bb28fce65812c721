//! Deciding: whether a change may be, and which facts it makes. Nothing in here changes anything.

mod people;
mod slots;
mod speaking;
mod topics;

use super::book::TopicEntry;
use super::rights::{Deed, Right, right};
use super::{Actor, Change, Fact, Ledger, LedgerRefusal, Moment};
use torg_protocol::ids::{ParticipantId, TableId, TopicId};

/// What is decided.
type Decided = Result<Vec<Fact>, LedgerRefusal>;

/// One change, by whom and when.
#[derive(Clone, Copy, Debug)]
struct Case<'a> {
    ledger: &'a Ledger,
    moment: &'a Moment<'a>,
    by: Actor,
}

impl Ledger {
    /// Which facts a change makes. None when everything is as asked already, so that asking twice does no harm.
    ///
    /// # Errors
    /// [`LedgerRefusal`] says why not, in words for the person who asked.
    pub fn decide(&self, moment: &Moment<'_>, by: Actor, change: &Change) -> Result<Vec<Fact>, LedgerRefusal> {
        let case = Case { ledger: self, moment, by };
        if self.book.closed {
            return Err(LedgerRefusal::NotNow("this space was closed for good"));
        }
        match change {
            Change::PostTopic { text, convener, at, anyway } => case.post(text, convener.as_ref(), *at, *anyway),
            Change::EditTopic { topic, text } => case.edit(*topic, text),
            Change::ReviseTopic { topic, text, convener, at, anyway } => {
                case.revise(*topic, text.as_ref(), convener.as_ref(), *at, *anyway)
            }
            Change::PlaceTopic { topic, at, anyway } => case.place(*topic, *at, *anyway),
            Change::UnplaceTopic { topic } => case.unplace(*topic),
            Change::WithdrawTopic { topic } => case.withdraw(*topic),
            Change::SetCoConveners { topic, participants } => case.set_co_conveners(*topic, participants),
            Change::ProposeMerge { topic, with } => case.propose_merge(*topic, *with),
            Change::AnswerMerge { topic, agree } => case.answer_merge(*topic, *agree),
            Change::HostTopic { topic } => case.host_topic(*topic),
            Change::SetInterest { topic, interested } => case.set_interest(*topic, *interested),
            Change::AddComment { topic, text } => case.add_comment(*topic, text),
            Change::RemoveComment { topic, comment } => case.remove_comment(*topic, *comment),
            Change::AddSlot { text } => case.add_slot(text),
            Change::EditSlot { slot, text } => case.edit_slot(*slot, text),
            Change::RemoveSlot { slot } => case.remove_slot(*slot),
            Change::GrantRole { participant, role } => case.grant_role(*participant, *role),
            Change::Admit { participant } => case.admit(*participant),
            Change::AdmitAll => case.admit_all(),
            Change::TurnAway { participant, words } => case.turn_away(*participant, words),
            Change::SetDoor { door } => case.set_door(*door),
            Change::SetCapacity { people } => case.set_capacity(*people),
            Change::CloseSpace => case.close_space(),
            Change::Mute { participant } => case.mute(*participant),
            Change::AskToUnmute { participant } => case.ask_to_unmute(*participant),
            Change::LendWord { participant, lent } => case.lend_word(*participant, *lent),
            Change::KeepOut { table, kept_out } => case.keep_out(*table, *kept_out),
            Change::Move { participant, to } => case.move_to(*participant, *to),
            Change::Remove { participant, words, for_good } => case.remove(*participant, words, *for_good),
            Change::CallForHelp { words } => case.call_for_help(words),
            Change::EndHelp { participant } => case.end_help(*participant),
            Change::Rename { name } => case.rename(name),
        }
    }
}

impl<'a> Case<'a> {
    /// What the role of whoever asks gives.
    fn right(&self, deed: Deed) -> Result<Right, LedgerRefusal> {
        let role = self.ledger.role_of(self.by).ok_or(LedgerRefusal::UnknownPerson)?;
        match right(role, deed) {
            Right::No => Err(LedgerRefusal::NotAllowed(deed)),
            right => Ok(right),
        }
    }

    /// Refuses a table that isn't on the map, or is about to go.
    fn check_table(&self, table: TableId) -> Result<(), LedgerRefusal> {
        let map = self.moment.map;
        map.table(table).filter(|table| !map.goes(table.id)).map(drop).ok_or(LedgerRefusal::UnknownTable)
    }

    /// Refuses unless the role may, or what it is about is their own.
    fn may(&self, deed: Deed, is_own: bool, otherwise: &'static str) -> Result<(), LedgerRefusal> {
        if self.right(deed)? == Right::Yes || is_own { Ok(()) } else { Err(LedgerRefusal::NotYours(otherwise)) }
    }

    /// Who asks, as somebody who can sit at tables.
    fn person(&self) -> Result<ParticipantId, LedgerRefusal> {
        let person = self.by.person().ok_or(LedgerRefusal::UnknownPerson)?;
        self.known(person)
    }

    fn known(&self, person: ParticipantId) -> Result<ParticipantId, LedgerRefusal> {
        let is_known = self.ledger.book.people.contains_key(&person);
        if is_known { Ok(person) } else { Err(LedgerRefusal::UnknownPerson) }
    }

    fn topic(&self, topic: TopicId) -> Result<&'a TopicEntry, LedgerRefusal> {
        self.ledger.book.live(topic).ok_or(LedgerRefusal::UnknownTopic)
    }

    /// A topic that whoever asks may arrange.
    fn arranged(&self, topic: TopicId) -> Result<&'a TopicEntry, LedgerRefusal> {
        let entry = self.topic(topic)?;
        self.may(Deed::ArrangeTopic, self.convenes(entry), "only who brings this topic, or a host, may do this")?;
        Ok(entry)
    }

    /// A topic that whoever asks brings.
    fn convened(&self, topic: TopicId, deed: Deed) -> Result<&'a TopicEntry, LedgerRefusal> {
        let entry = self.topic(topic)?;
        self.may(deed, self.convenes(entry), "only who brings this topic may do this")?;
        Ok(entry)
    }

    fn convenes(&self, entry: &TopicEntry) -> bool {
        self.by.person().is_some_and(|person| entry.is_convened_by(person))
    }
}
