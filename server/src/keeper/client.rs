//! What people on the square say.

use super::{Keeper, translate};
use crate::mailbox::{Outgoing, SessionId};
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::ClientMessage;
use torg_protocol::people::Microphone;
use torg_protocol::units::TimeMs;
use torg_space::{Ask, Command};

impl Keeper {
    pub(super) fn client(&mut self, now: TimeMs, session: SessionId, message: ClientMessage) {
        // A session that was replaced may still have messages on the way.
        let Some(participant) = self.people.of_session(session) else { return };
        #[cfg(test)]
        if matches!(&message, ClientMessage::SetName { name } if name == super::PANIC_NAME) {
            panic!("injected");
        }
        match message {
            ClientMessage::Change { request, change } => self.change(now, session, participant, request, change),
            ClientMessage::ReadTopic { topic } => self.read_topic(participant, topic),
            ClientMessage::ReadVisits { everybody } => self.read_visits(participant, everybody),
            ClientMessage::MovePiece { table, piece } => self.move_piece(now, participant, table, piece),
            ClientMessage::EndSound { sound } => self.end_sound_for(now, participant, sound),
            message => self.ask(now, session, participant, message),
        }
    }

    /// What is asked of the space, at once; another name goes by the ledger.
    fn ask(&mut self, now: TimeMs, session: SessionId, participant: ParticipantId, message: ClientMessage) {
        if message == (ClientMessage::Leave {}) {
            self.people.detach(session);
        }
        let done = match translate::ask(message) {
            Ok(translate::Asked::Lasting(change)) => {
                self.rename(now, session, participant, &change);
                Ok(())
            }
            Ok(translate::Asked::Now(what)) => {
                if what == Ask::SetMicrophone(Microphone::On) {
                    self.people.set_muted_by(participant, None);
                }
                let done = self.space.apply(now, Command { participant, what });
                done.map_err(|refusal| translate::refusal(&refusal))
            }
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = done {
            self.people.push(participant, Outgoing::refused(refusal, false));
        }
        self.tell(now);
    }

    pub(super) fn gone(&mut self, now: TimeMs, session: SessionId) {
        if let Some(participant) = self.people.detach(session) {
            self.apply(now, participant, Ask::Drop);
        }
    }
}
