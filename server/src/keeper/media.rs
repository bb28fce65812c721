//! What the media plane tells.

use super::Keeper;
use crate::mailbox::{MediaEvent, Outgoing};
use torg_protocol::ServerMessage;
use torg_protocol::ids::ParticipantId;
use torg_protocol::units::{TimeMs, VoiceLevel};
use torg_space::{Ask, Command};

impl Keeper {
    pub(super) fn media_event(&mut self, now: TimeMs, event: MediaEvent) {
        match event {
            MediaEvent::Connected(participant) => {
                self.heard.connected(now, participant);
                self.doors.came_up(now, participant);
            }
            MediaEvent::Lost(participant) => self.lost(now, participant),
            MediaEvent::PlayedOut(participant) => self.played_out(now, participant),
            MediaEvent::Flow(flow) => {
                self.doors.flow(now, &flow);
                self.heard.flow(now, flow);
            }
            MediaEvent::Levels(levels) => {
                for (participant, level) in levels {
                    // Levels of who has just left are still on the way.
                    let _ = self.space.apply(now, Command { participant, what: Ask::Voice(level) });
                }
                self.tell(now);
            }
        }
    }

    /// A peer connection is lost. People have a websocket still and offer anew; who came by a standard door has nothing
    /// else, and is gone.
    fn lost(&mut self, now: TimeMs, participant: ParticipantId) {
        if self.doors.contains(participant) {
            return self.apply(now, participant, Ask::Leave);
        }
        self.heard.lost(participant);
        // Who was cut off in the middle of a word says nothing more.
        self.apply(now, participant, Ask::Voice(VoiceLevel::SILENT));
        self.people.push(participant, Outgoing::message(&ServerMessage::MediaLost {}));
    }
}
