//! Asking for the same once more. Whoever did not get an answer, since the line broke or the server was started anew, asks
//! again; what was done already must not be done twice, and is answered as if it were done now.

use super::book::TopicEntry;
use super::{Actor, Change, Ledger, TopicWords};
use torg_protocol::agenda::Cell;
use torg_protocol::ids::{CommentId, ParticipantId, TopicId};
use torg_protocol::text::Prose;

/// What was made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    /// By bringing a topic.
    Topic(TopicId),
    /// By writing under a topic.
    Comment(CommentId),
}

impl Ledger {
    /// What somebody made before by the same change, if asking again changes nothing.
    ///
    /// Through the API each request is its own: a program knows what it asked for.
    #[must_use]
    pub fn repeated(&self, by: Actor, change: &Change) -> Option<Repeated> {
        let person = by.person()?;
        match change {
            Change::PostTopic { text, at, .. } => {
                self.brought(person, &TopicWords::of(person, text), *at).map(Repeated::Topic)
            }
            Change::AddComment { topic, text } => {
                self.book.live(*topic)?.just_said(person, text).map(Repeated::Comment)
            }
            _ => None,
        }
    }

    /// The topic that somebody has brought word for word, and that is on this cell, or in the tray.
    pub(super) fn brought(&self, person: ParticipantId, text: &TopicWords, at: Option<Cell>) -> Option<TopicId> {
        let topics = self.index.convening.get(&person)?.iter().copied();
        let mut live = topics.filter_map(|topic| Some((topic, self.book.live(topic)?)));
        let is_it = |entry: &TopicEntry| {
            entry.convener.person() == Some(person) && entry.placed == at && entry.text.says_as(text)
        };
        live.find(|(_, entry)| is_it(entry)).map(|(topic, _)| topic)
    }
}

impl TopicEntry {
    /// The last comment, if somebody has just written these words.
    pub(super) fn just_said(&self, person: ParticipantId, text: &Prose) -> Option<CommentId> {
        let last = self.comments.last()?;
        (last.by.person() == Some(person) && last.text.as_str() == text.as_str()).then_some(last.id)
    }
}
