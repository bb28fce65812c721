//! When the session makes a peer connection, makes it anew, or gives it up.

use super::{Session, Standing};
use crate::event::Event;
use crate::view::MediaState;
use std::time::Instant;
use torg_protocol::ids::AudioSlotIndex;
use torg_protocol::message::{self, ClientMessage, Welcome};

impl Session {
    pub(super) async fn media_after_welcome(&mut self, welcome: &Welcome) {
        for (slot, speaker) in welcome.audio_slots.iter().enumerate() {
            self.label(AudioSlotIndex(slot as u8), *speaker);
        }
        let keeps = welcome.media == message::MediaState::Kept && self.media.connected().is_some();
        if self.media.wanted && !keeps {
            self.offer().await;
        } else if keeps {
            self.say(&ClientMessage::SetEars { open: true });
        }
    }

    pub(super) async fn offer(&mut self) {
        let now = Instant::now();
        match self.media.offer(self.local_ip, now).await {
            Ok(offer) => {
                self.sound.restart_streams();
                self.view.send_modify(|view| {
                    view.meter.restart_streams();
                    view.meter.offered(now);
                });
                self.say(&offer);
                self.show_media();
            }
            Err(why) => self.give_media_up(why).await,
        }
    }

    /// The peer connection is lost: makes a new one and counts it.
    pub(super) async fn rejoin(&mut self, why: &str) {
        if !self.media.wanted {
            return;
        }
        self.tell(Event::MediaLost { why: why.to_owned() });
        self.view.send_modify(|view| view.meter.rejoins += 1);
        self.say(&ClientMessage::SetEars { open: false });
        if matches!(self.standing, Standing::In(_)) {
            self.offer().await;
        } else {
            // The welcome brings a new one.
            self.media.close().await;
            self.show_media();
        }
    }

    pub(super) async fn give_media_up(&mut self, why: String) {
        self.media.wanted = false;
        self.media.close().await;
        self.tell(Event::MediaLost { why: why.clone() });
        self.view.send_modify(|view| view.media = MediaState::Failed(why));
    }

    pub(super) fn show_media(&self) {
        let state = self.media.state();
        self.view.send_modify(|view| view.media = state);
    }
}
