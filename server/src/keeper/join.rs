//! Coming in: afresh, or back to a place that is held.

use super::{Keeper, translate};
use crate::mailbox::{Join, Outgoing, PeerId};
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::{MediaState, Refusal};
use torg_protocol::people::Presence;
use torg_protocol::units::TimeMs;
use torg_space::{Ask, Command};
use translate::Arriving;

impl Keeper {
    pub(super) fn join(&mut self, now: TimeMs, mut join: Join) {
        let back = self.come_back(now, &join);
        let admitted = match back {
            Some(participant) => Ok(participant),
            None => self.come_in(now, &mut join),
        };
        let participant = match admitted {
            Ok(participant) => participant,
            Err(refusal) => {
                // Who does not wait for the answer any more doesn't miss it.
                let _ = join.reply.send(Err(refusal));
                return;
            }
        };
        // What happened so far is in the welcome's view; what comes next follows it.
        self.tell();
        let media = if self.heard.is_up(now, participant) { MediaState::Kept } else { MediaState::Offer };
        let arriving = Arriving {
            you: participant,
            resumed: back.is_some(),
            media,
            resume_token: self.resume.issue(participant),
            now,
            id: &self.id,
            name: &self.name,
        };
        let view = self.space.view(participant).expect("who was let in is in the space");
        let welcome = translate::welcome(self.space.map(), &view, arriving).expect("a view holds its own participant");
        self.people.attach(participant, join.session, join.outbox);
        self.people.push(participant, Outgoing::message(&welcome));
        // A level is told when it changes: of a voice as even as a tone nothing would come for a long while.
        self.people.push_levels(participant, now, &view.voices.into_iter().collect::<Vec<_>>());
        self.heard.untell(participant);
        self.empty_since = None;
        tracing::info!(%participant, role = ?join.role, resumed = back.is_some(), ?media, "came in");
        if join.reply.send(Ok(PeerId { space: self.key, participant })).is_err() {
            // The websocket ended while its hello waited here, so nobody else will say that it is gone.
            self.gone(now, join.session);
        }
    }

    /// The participant of the resume token, back on their place. Who comes back by another role's link starts
    /// afresh, and the old avatar goes.
    fn come_back(&mut self, now: TimeMs, join: &Join) -> Option<ParticipantId> {
        let participant = self.resume.redeem(join.resume.as_deref()?)?;
        let person = self.space.person(participant)?.clone();
        if person.role != join.role {
            self.people.close(participant, torg_protocol::message::GoodbyeReason::Replaced);
            self.apply(now, participant, Ask::Leave);
            return None;
        }
        if person.presence == Presence::Away {
            self.apply(now, participant, Ask::Return);
        }
        if person.name != join.name {
            self.apply(now, participant, Ask::Rename(join.name.clone()));
        }
        if person.microphone != join.microphone {
            self.apply(now, participant, Ask::SetMicrophone(join.microphone));
        }
        Some(participant)
    }

    fn come_in(&mut self, now: TimeMs, join: &mut Join) -> Result<ParticipantId, Refusal> {
        let start = join.start.take().map(|start| translate::start(self.space.map(), start)).transpose()?;
        let participant = self.people.next_id();
        let what = Ask::Enter { name: join.name.clone(), role: join.role, microphone: join.microphone, start };
        self.space.apply(now, Command { participant, what }).map_err(|refusal| translate::refusal(&refusal))?;
        Ok(participant)
    }
}
