//! The space's own bell: a sound that is played to everybody when a slot opens or closes.

use super::Keeper;
use crate::limits::BELL_LATE_MAX;
use crate::mailbox::{Outgoing, ToKeeper};
use bytes::Bytes;
use torg_protocol::ServerMessage;
use torg_protocol::people::Addressed;
use torg_protocol::text::PersonName;
use torg_protocol::units::TimeMs;
use torg_sound::{Loudness, Sound};
use torg_space::Audience;
use torg_space::ledger::Fact;

/// What the bell is called in the list of who is there.
const NAME: &str = "Bell";

impl Keeper {
    /// The space has another bell from now on, or none of its own any more.
    pub(super) fn set_bell(&mut self, bell: Option<Bytes>) {
        self.bell = bell;
        let message = ServerMessage::BellSound { set: self.bell.is_some() };
        self.people.push_to(Audience::Everybody, Outgoing::message(&message));
    }

    /// Rings when a slot opened or closed just now. One that did so while the space slept is not rung for any more, and
    /// where one closes and the next opens it rings once.
    pub(super) fn ring(&self, now: TimeMs, facts: &[Fact]) {
        let Some(bytes) = self.bell.clone() else { return };
        let rings = facts.iter().any(|fact| match fact {
            Fact::SlotOpened { bell, .. } | Fact::SlotClosed { bell, .. } => now.since(*bell) <= BELL_LATE_MAX,
            _ => false,
        });
        if !rings || self.sounds.rings() || self.people_in() == 0 {
            return;
        }
        // To read it takes a moment in which the square must not stand still.
        let myself = self.myself.clone();
        tokio::spawn(async move {
            let read = tokio::task::spawn_blocking(|| Sound::open(bytes, Loudness::Background)).await;
            match read {
                Ok(Ok(bell)) => drop(myself.send(ToKeeper::Bell(Box::new(bell))).await),
                Ok(Err(error)) => tracing::error!("the bell can't be played any more: {error}"),
                Err(fault) => tracing::error!(%fault, "the bell could not be read"),
            }
        });
    }

    /// The bell is read: it rings.
    pub(super) fn ring_now(&mut self, now: TimeMs, bell: Box<Sound>) {
        if self.sounds.rings() {
            return;
        }
        let name = PersonName::parse(NAME).expect("it is a name");
        if let Err(refusal) = self.begin_sound(now, name, Addressed::Everybody {}, true, bell, None) {
            tracing::warn!("the bell can't be heard: {}", refusal.message);
        }
    }
}
