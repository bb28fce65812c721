//! The lobby: who waits at the door until somebody lets them in.

use super::Keeper;
use crate::limits::LOBBY_MAX;
use crate::mailbox::{Join, Outgoing};
use torg_protocol::ServerMessage;
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::{GoodbyeReason, Refusal, RefusalCode, Waiting};
use torg_protocol::units::TimeMs;

/// Who waits, longest first.
#[derive(Debug, Default)]
pub(super) struct Lobby {
    guests: Vec<Guest>,
}

#[derive(Debug)]
struct Guest {
    participant: ParticipantId,
    join: Box<Join>,
    since: TimeMs,
}

impl Lobby {
    pub(super) fn is_empty(&self) -> bool {
        self.guests.is_empty()
    }

    pub(super) fn ids(&self) -> Vec<ParticipantId> {
        self.guests.iter().map(|guest| guest.participant).collect()
    }

    /// Who waits, as the wire shows them.
    pub(super) fn waiting(&self) -> Vec<Waiting> {
        let waiting = |guest: &Guest| Waiting {
            participant: guest.participant,
            name: guest.join.name.clone(),
            since: guest.since,
        };
        self.guests.iter().map(waiting).collect()
    }

    fn take(&mut self, participant: ParticipantId) -> Option<Box<Join>> {
        let at = self.guests.iter().position(|guest| guest.participant == participant)?;
        Some(self.guests.remove(at).join)
    }
}

impl Keeper {
    /// Somebody waits from now on.
    pub(super) fn wait_in_lobby(&mut self, now: TimeMs, participant: ParticipantId, join: Box<Join>) {
        if self.lobby.guests.len() >= LOBBY_MAX {
            let refusal = Refusal::new(RefusalCode::SpaceFull, "too many wait at the door: try again in a few minutes");
            let _ = join.reply.send(Err(refusal));
            return;
        }
        let _ = join.outbox.push(Outgoing::message(&ServerMessage::InLobby { name: self.name.clone() }));
        self.lobby.guests.push(Guest { participant, join, since: now });
        self.tell_door();
    }

    /// Somebody who waited comes in.
    pub(super) fn admit(&mut self, now: TimeMs, participant: ParticipantId) {
        if let Some(join) = self.lobby.take(participant) {
            self.tell_door();
            self.enter(now, join, participant);
        }
    }

    /// Somebody who waited is not let in.
    pub(super) fn turn_away(&mut self, participant: ParticipantId, refusal: Refusal) {
        if let Some(join) = self.lobby.take(participant) {
            let _ = join.reply.send(Err(refusal));
            self.tell_door();
        }
    }

    /// Those who did not wait any longer are gone.
    pub(super) fn look_into_lobby(&mut self) {
        let before = self.lobby.guests.len();
        self.lobby.guests.retain(|guest| !guest.join.reply.is_closed());
        if self.lobby.guests.len() < before {
            self.tell_door();
        }
    }

    /// All who wait are sent away: the space ends, or their links are void.
    pub(super) fn clear_lobby(&mut self, reason: GoodbyeReason) {
        for guest in self.lobby.guests.drain(..) {
            guest.join.outbox.close(reason);
        }
    }
}
