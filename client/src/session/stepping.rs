//! Sound through the session: packets as they come, and a step every 20 ms.

use super::Session;
use super::media::Outcome;
use crate::event::Event;
use crate::limits::PING_PERIOD;
use crate::rtc::{BedPacket, PeerEvent, VoicePacket};
use crate::sound::level::AUDIBLE_DBFS;
use crate::stats::{Labelled, to_ms};
use crate::world::World;
use std::time::Instant;
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::ClientMessage;
use torg_protocol::people::{Listening, Microphone};

impl Session {
    pub(super) fn receive(&mut self, number: u32, packet: VoicePacket, arrived: Instant) {
        if !self.media.is_current(number) {
            return;
        }
        let (mut labelled, mut first) = (Labelled::Wrong, None);
        // Who waits is woken by the next step: not by each of hundreds of packets a second.
        self.view.send_if_modified(|view| {
            let speaker = view.world.audio_slots().get(usize::from(packet.slot.0)).copied().flatten();
            let name = speaker.and_then(|speaker| view.world.name_of(speaker));
            labelled = view.meter.received(&packet, name, arrived);
            if labelled == Labelled::Right {
                first = view.meter.first_audio(arrived);
            }
            false
        });
        if let Some(after) = first {
            self.tell(Event::FirstAudio { after_ms: to_ms(after) });
        }
        match labelled {
            Labelled::Right => self.sound.receive(packet),
            Labelled::Former => {}
            Labelled::Wrong => {
                tracing::warn!(slot = packet.slot.0, csrc = ?packet.csrc, "a packet under a wrong label");
            }
        }
    }

    pub(super) fn receive_bed(&mut self, number: u32, packet: BedPacket, arrived: Instant) {
        if !self.media.is_current(number) {
            return;
        }
        let mut first = None;
        self.view.send_if_modified(|view| {
            view.meter.received_bed(&packet);
            // A murmur is no first sound: whoever waits for one waits for somebody near.
            if view.world.air().listening == Listening::Mixed {
                first = view.meter.first_audio(arrived);
            }
            false
        });
        if let Some(after) = first {
            self.tell(Event::FirstAudio { after_ms: to_ms(after) });
        }
        self.sound.receive_bed(packet);
    }

    /// Asks the server for sound as the guest wants it, where it thinks otherwise.
    pub(super) fn ask_for_sound(&mut self) {
        let (listening, murmur) = (self.sound.listening, self.sound.murmur.percent);
        let told = {
            let view = self.view.borrow();
            (view.world.air().listening, view.world.air().murmur)
        };
        if told != (listening, murmur) {
            self.say(&ClientMessage::SetListening { listening, murmur });
            let now = Instant::now();
            self.view.send_modify(|view| view.world.air_mut().listen(listening, murmur, now));
        }
    }

    pub(super) async fn peer_happened(&mut self, number: u32, event: &PeerEvent) {
        let connected = matches!(event, PeerEvent::Connected);
        match self.media.happened(number, connected, Instant::now()) {
            Outcome::Nothing => {}
            Outcome::Connected(event) => {
                self.say(&ClientMessage::SetEars { open: true });
                self.tell(event);
                self.show_media();
            }
            Outcome::Lost(why) => self.rejoin(why).await,
        }
    }

    pub(super) async fn step(&mut self) {
        let now = Instant::now();
        let frames = self.sound.speak(now);
        let mut sent = 0;
        if let Some(peer) = self.media.connected() {
            match frames {
                Some(frames) => {
                    for frame in frames {
                        peer.speak(frame).await;
                        sent += 1;
                    }
                }
                None => peer.pause(),
            }
        }
        let heard = {
            let view = self.view.borrow();
            self.sound.hear(&view.world, now)
        };
        match heard {
            Err(error) => self.end(error).await,
            Ok(heard) => self.view.send_modify(|view| {
                view.meter.packets_sent += sent;
                let world = &view.world;
                view.meter.heard(heard, |speaker| world.name_of(speaker));
                view.meter.watch_gaps(now, |speaker| is_expected(world, speaker, now));
            }),
        }
        if self.media.is_late(now) {
            self.rejoin("it did not come up in time").await;
        }
        if now >= self.next_ping {
            self.next_ping = now + PING_PERIOD;
            self.ping = (self.ping.0.wrapping_add(1), now);
            self.say(&ClientMessage::Ping { nonce: self.ping.0 });
        }
    }
}

/// Whether a labelled speaker is to be heard at this moment: near enough, and speaking, as the server measures
/// it. Who has not been measured since the guest came has spoken on at one level.
fn is_expected(world: &World, speaker: ParticipantId, now: Instant) -> bool {
    let Some(person) = world.people().get(&speaker) else { return false };
    let speaks = person.level.is_none_or(|level| f32::from(level.minus_dbov()) < -AUDIBLE_DBFS);
    let reaches = world.air().is_spoken_to_by(speaker) || world.gain(speaker, now) > 0.0;
    speaks && person.view.microphone == Microphone::On && reaches
}
