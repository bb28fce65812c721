//! Lasting changes: text is parsed here, and what the ledger refuses gets its code.

use torg_protocol::message::{self as wire, Refusal, RefusalCode};
use torg_protocol::text::{Label, NameError, Prose, ProseError, Title};
use torg_space::ledger::{Change, LedgerRefusal, SlotText, TopicText};

/// A change as the ledger takes it.
pub(in crate::keeper) fn change(change: wire::Change) -> Result<Change, Refusal> {
    use wire::Change as Wire;
    Ok(match change {
        Wire::PostTopic { topic, at, anyway } => {
            Change::PostTopic { text: topic_text(topic)?, convener: None, at, anyway: anyway.unwrap_or(false) }
        }
        Wire::EditTopic { topic, text } => Change::EditTopic { topic, text: topic_text(text)? },
        Wire::PlaceTopic { topic, at, anyway } => Change::PlaceTopic { topic, at, anyway: anyway.unwrap_or(false) },
        Wire::UnplaceTopic { topic } => Change::UnplaceTopic { topic },
        Wire::WithdrawTopic { topic } => Change::WithdrawTopic { topic },
        Wire::SetCoConveners { topic, participants } => Change::SetCoConveners { topic, participants },
        Wire::ProposeMerge { topic, with } => Change::ProposeMerge { topic, with },
        Wire::AnswerMerge { topic, agree } => Change::AnswerMerge { topic, agree },
        Wire::HostTopic { topic } => Change::HostTopic { topic },
        Wire::SetInterest { topic, interested } => Change::SetInterest { topic, interested },
        Wire::AddComment { topic, text } => Change::AddComment { topic, text: prose(&text)? },
        Wire::RemoveComment { topic, comment } => Change::RemoveComment { topic, comment },
        Wire::AddSlot { slot } => Change::AddSlot { text: slot_text(slot)? },
        Wire::EditSlot { slot, text } => Change::EditSlot { slot, text: slot_text(text)? },
        Wire::RemoveSlot { slot } => Change::RemoveSlot { slot },
        other => of_people(other)?,
    })
}

fn of_people(change: wire::Change) -> Result<Change, Refusal> {
    use wire::Change as Wire;
    Ok(match change {
        Wire::GrantRole { participant, role } => Change::GrantRole { participant, role },
        Wire::Admit { participant } => Change::Admit { participant },
        Wire::AdmitAll {} => Change::AdmitAll,
        Wire::TurnAway { participant, words } => Change::TurnAway { participant, words: prose(&words)? },
        Wire::SetDoor { door } => Change::SetDoor { door },
        Wire::SetCapacity { people } => Change::SetCapacity { people },
        Wire::Mute { participant } => Change::Mute { participant },
        Wire::AskToUnmute { participant } => Change::AskToUnmute { participant },
        Wire::LendWord { participant, lent } => Change::LendWord { participant, lent },
        Wire::KeepOut { table, kept_out } => Change::KeepOut { table, kept_out },
        Wire::Move { participant, to } => Change::Move { participant, to },
        Wire::Remove { participant, words, for_good } => {
            Change::Remove { participant, words: prose(&words)?, for_good }
        }
        Wire::CallForHelp { words } => Change::CallForHelp { words: prose(&words)? },
        Wire::EndHelp { participant } => Change::EndHelp { participant },
        _ => return Err(Refusal::new(RefusalCode::Malformed, "the space has no answer to this change")),
    })
}

fn topic_text(text: wire::TopicText) -> Result<TopicText, Refusal> {
    let wire::TopicText { title, description, wish, needs, language } = text;
    let title = Title::parse(&title).map_err(|error| label_refusal("title", error))?;
    Ok(TopicText { title, description: prose(&description)?, wish, needs, language })
}

fn slot_text(text: wire::SlotText) -> Result<SlotText, Refusal> {
    let wire::SlotText { name, kind, starts_at, ends_at } = text;
    let name = Label::parse(&name).map_err(|error| label_refusal("slot's name", error))?;
    Ok(SlotText { name, kind, starts_at, ends_at })
}

fn label_refusal(what: &str, error: NameError) -> Refusal {
    let words = match error {
        NameError::Empty => format!("a {what} needs at least one letter or digit"),
        NameError::TooLong(chars) => format!("a {what} has at most {chars} characters"),
        NameError::Forbidden(bad) => format!("a {what} can't hold invisible control characters (found U+{bad:04X})"),
    };
    Refusal::new(RefusalCode::Text, words)
}

fn prose(text: &str) -> Result<Prose, Refusal> {
    Prose::parse(text).map_err(|error: ProseError| Refusal::new(RefusalCode::Text, error.to_string()))
}

/// What somebody wrote, or something to be read in its place.
pub(in crate::keeper) fn words_or(words: &str, otherwise: &str) -> String {
    if words.is_empty() { otherwise.to_owned() } else { words.to_owned() }
}

/// The ledger's refusal as the wire names it.
pub(in crate::keeper) fn ledger_refusal(refusal: &LedgerRefusal) -> Refusal {
    let code = match refusal {
        LedgerRefusal::NotAllowed(_) | LedgerRefusal::NotYours(_) => RefusalCode::NotAllowed,
        LedgerRefusal::UnknownPerson
        | LedgerRefusal::UnknownTopic
        | LedgerRefusal::UnknownSlot
        | LedgerRefusal::UnknownComment => RefusalCode::Unknown,
        LedgerRefusal::UnknownTable => RefusalCode::UnknownTable,
        LedgerRefusal::CellTaken { .. } | LedgerRefusal::WouldMeet { .. } => RefusalCode::CellTaken,
        LedgerRefusal::ConvenerBusy { .. } => RefusalCode::ConvenerBusy,
        LedgerRefusal::NoTopics(_) | LedgerRefusal::SlotOver(_) => RefusalCode::SlotClosed,
        LedgerRefusal::Time(_) => RefusalCode::Time,
        LedgerRefusal::TooMany { .. } => RefusalCode::TooMany,
        LedgerRefusal::NotNow(_) => RefusalCode::NotNow,
        LedgerRefusal::NoWords => RefusalCode::Text,
        LedgerRefusal::DoorLocked => RefusalCode::DoorLocked,
        LedgerRefusal::Barred => RefusalCode::TurnedAway,
        LedgerRefusal::SpaceFull { .. } => RefusalCode::SpaceFull,
    };
    Refusal::new(code, refusal.to_string())
}
