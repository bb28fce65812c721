//! One guest of a crowd.

use super::arrival::{ArrivalSocket, moment_of};
use super::board;
use super::speech::SpeakingTurn;
use super::stamp::{stamped_constant, stamped_speech, transit};
use super::tally::{Switching, Tally};
use super::wait::{sleep_until_or_never, tick};
use super::{Life, Phase, Shared, Talk, life, names};
use crate::broadcast::Murmur;
use crate::error::GuestError;
use crate::limits::{DATAGRAMS_AT_ONCE, MEDIA_TRIES_MAX, MEDIA_TRY_WAIT, MEDIA_WAIT};
use crate::line::{Heard, Line};
use crate::rtc::lean::{LeanEvent, LeanPeer};
use crate::rtc::{SoundPacket, VoicePacket};
use crate::sound::FRAME_MS;
use crate::stats::{Labelled, SlotMeter};
use crate::world::World;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::time::{Interval, MissedTickBehavior, interval_at, timeout};
use torg_protocol::PROTOCOL_VERSION;
use torg_protocol::limits::AUDIO_SLOTS;
use torg_protocol::message::{ClientMessage, Refusal, RefusalCode, ServerMessage, Welcome};
use torg_protocol::people::{Listening, Microphone};
use torg_protocol::units::VoiceLevel;

pub(super) struct Member {
    number: usize,
    shared: Arc<Shared>,
    dice: StdRng,
    tally: Tally,
    slots: [SlotMeter; AUDIO_SLOTS],
    bed: SlotMeter,
    offered: Option<Instant>,
    /// Whether the crowd has been told that this one is in, or never will be.
    settled: bool,
    measuring: bool,
    switching: Switching,
    turn: SpeakingTurn,
}

/// A member that is in.
struct Presence {
    line: Line,
    world: World,
    socket: ArrivalSocket,
    local: SocketAddr,
    peer: LeanPeer,
    /// Since when the newest try runs; nothing once connected.
    trying: Option<Instant>,
    steps: Option<Interval>,
    next_move: Option<Instant>,
}

impl Member {
    pub(super) fn new(number: usize, shared: Arc<Shared>) -> Self {
        let mut dice = StdRng::seed_from_u64(shared.plan.seed.wrapping_add(number as u64));
        let turn = SpeakingTurn::new(&mut dice);
        Self {
            number,
            shared,
            dice,
            tally: Tally::new(),
            slots: std::array::from_fn(|_| SlotMeter::default()),
            bed: SlotMeter::default(),
            offered: None,
            settled: false,
            measuring: false,
            switching: Switching::default(),
            turn,
        }
    }

    pub(super) async fn run(mut self) -> Tally {
        if let Err(failure) = self.stay().await {
            self.tally.failure = Some(failure);
        }
        self.settle(false);
        self.tally.packets_received = self.slots.iter().map(SlotMeter::received).sum();
        self.tally.packets_lost = self.slots.iter().map(SlotMeter::lost).sum();
        self.tally.bed_packets_received = self.bed.received();
        self.tally.bed_packets_lost = self.bed.lost();
        self.tally
    }

    fn speaks(&self) -> bool {
        self.number < self.shared.plan.speaking
    }

    async fn stay(&mut self) -> Result<(), GuestError> {
        let shared = Arc::clone(&self.shared);
        let mut phase = shared.phase.clone();
        let mut here = {
            let _turn = shared.door.acquire().await.expect("the door is never shut");
            self.come_in().await?
        };
        loop {
            let now = *phase.borrow_and_update();
            if now == Phase::Leaving {
                break;
            }
            if now == Phase::Measuring && !self.measuring {
                self.measure();
                here.socket = here.socket.on_beat().map_err(|error| GuestError::Media(error.to_string()))?;
            }
            let due = here.peer.due().into_iter().chain(here.trying.map(|since| since + self.try_wait())).min();
            tokio::select! {
                // A label comes before its voice: where both wait, it is to be read first.
                biased;
                heard = here.line.hear() => self.hear(&mut here, heard)?,
                readable = here.socket.readable() => {
                    readable.map_err(|error| GuestError::Media(error.to_string()))?;
                    self.read_datagrams(&mut here)?;
                }
                () = sleep_until_or_never(due) => self.look_after(&mut here)?,
                () = tick(&mut here.steps) => self.speak(&mut here),
                () = sleep_until_or_never(here.next_move) => self.live(&mut here, false),
                _ = phase.changed() => {}
            }
            self.pump(&mut here)?;
        }
        here.line.say(&ClientMessage::Leave {});
        here.line.close().await;
        Ok(())
    }

    /// From now on it counts: what came before was the rush at the door.
    fn measure(&mut self) {
        self.measuring = true;
        self.slots.iter_mut().for_each(SlotMeter::forget);
        self.bed.forget();
        self.tally.packets_sent = 0;
    }

    async fn come_in(&mut self) -> Result<Presence, GuestError> {
        let microphone = if self.speaks() { Microphone::On } else { Microphone::Absent };
        let hello = ClientMessage::Hello {
            protocol: PROTOCOL_VERSION,
            token: self.shared.link.token().to_owned(),
            name: names::name(self.number),
            microphone,
            resume: None,
            start: None,
            person: None,
        };
        let (line, welcome) = Line::join(&self.shared.link, &hello).await?;
        let in_words = |error: &dyn std::fmt::Display| GuestError::Media(error.to_string());
        let socket = ArrivalSocket::bind(line.local_ip).await.map_err(|error| in_words(&error))?;
        let local = socket.local_addr().map_err(|error| in_words(&error))?;
        let now = Instant::now();
        self.take_labels(&welcome, now);
        let (peer, sdp) =
            LeanPeer::offer(local, self.speaks(), &self.shared.certificate, now).map_err(|error| in_words(&error))?;
        self.offered = Some(now);
        line.say(&ClientMessage::Offer { sdp, tracks: peer.tracks() });
        self.ask_for_sound(&line);
        let steps = self.speaks().then(|| {
            let start = now + Duration::from_micros(self.dice.random_range(0..FRAME_MS * 1_000));
            let mut steps = interval_at(start.into(), Duration::from_millis(FRAME_MS));
            steps.set_missed_tick_behavior(MissedTickBehavior::Burst);
            steps
        });
        let world = World::new(welcome, now);
        let mut here = Presence { line, world, socket, local, peer, trying: None, steps, next_move: None };
        self.live(&mut here, true);
        // The door stays taken until the answer is here, so that the rest of the crowd does not drown it.
        let answer = async {
            while here.trying.is_none() {
                let heard = here.line.hear().await;
                self.hear(&mut here, heard)?;
            }
            Ok::<(), GuestError>(())
        };
        timeout(MEDIA_WAIT, answer)
            .await
            .map_err(|_| GuestError::Media("the server did not answer the offer".to_owned()))??;
        self.pump(&mut here)?;
        Ok(here)
    }

    fn ask_for_sound(&self, line: &Line) {
        let plan = &self.shared.plan;
        let listening = if plan.mixed { Listening::Mixed } else { Listening::Forwarded };
        let murmur = plan.murmur_db.map_or(Murmur::OFF, Murmur::from_db).percent;
        if plan.mixed || plan.murmur_db.is_some() {
            line.say(&ClientMessage::SetListening { listening, murmur });
        }
    }

    fn take_labels(&mut self, welcome: &Welcome, now: Instant) {
        for (slot, speaker) in self.slots.iter_mut().zip(&welcome.audio_slots) {
            slot.label(*speaker, now);
        }
    }

    fn hear(&mut self, here: &mut Presence, heard: Heard) -> Result<(), GuestError> {
        let message = match heard {
            Heard::Frame(frame) => {
                here.world.apply_frame(frame);
                return Ok(());
            }
            Heard::Cut(why) => return Err(GuestError::Connection(why)),
            Heard::Message(message) => *message,
        };
        here.world.apply(&message);
        let now = Instant::now();
        match message {
            ServerMessage::Answer { sdp } => {
                here.peer.answer(&sdp, now).map_err(|error| GuestError::Media(error.to_string()))?;
                here.trying = Some(now);
            }
            ServerMessage::AudioSlot { slot, speaker } => {
                if let Some(slot) = self.slots.get_mut(usize::from(slot.0)) {
                    slot.label(speaker, now);
                }
            }
            ServerMessage::PlaceChanged { participant, place } if participant == here.world.me() => {
                self.switching.placed(place.table(), now);
            }
            ServerMessage::TopicChanged { topic } if self.measuring => {
                if let Some(way) = board::way(topic.title.as_str(), SystemTime::now()) {
                    self.tally.board.record(way);
                }
            }
            ServerMessage::MediaLost {} => self.rejoin(here)?,
            ServerMessage::Refused { code, message, closes, .. } => {
                let of_media = matches!(
                    code,
                    RefusalCode::OfferUnreadable
                        | RefusalCode::OfferLacks
                        | RefusalCode::Codec
                        | RefusalCode::MediaFull
                );
                if closes || of_media {
                    return Err(GuestError::Refused(Refusal { code, message }));
                }
            }
            ServerMessage::Goodbye { reason } => return Err(GuestError::Ended(reason)),
            _ => {}
        }
        Ok(())
    }

    /// Timers: the library's, and ours.
    fn look_after(&mut self, here: &mut Presence) -> Result<(), GuestError> {
        let now = Instant::now();
        here.peer.handle_timeout(now);
        if here.trying.is_some_and(|since| now.saturating_duration_since(since) >= self.try_wait()) {
            self.rejoin(here)?;
        }
        Ok(())
    }

    /// How long this try at a peer connection may take: a machine out of breath is not helped by haste.
    fn try_wait(&self) -> Duration {
        MEDIA_TRY_WAIT * (1 + self.tally.rejoins)
    }

    fn rejoin(&mut self, here: &mut Presence) -> Result<(), GuestError> {
        self.tally.rejoins += 1;
        if self.tally.rejoins >= MEDIA_TRIES_MAX {
            return Err(GuestError::Media("the peer connection did not come up".to_owned()));
        }
        let (peer, sdp) = LeanPeer::offer(here.local, self.speaks(), &self.shared.certificate, Instant::now())
            .map_err(|error| GuestError::Media(error.to_string()))?;
        here.peer = peer;
        here.trying = None;
        self.slots.iter_mut().for_each(SlotMeter::restart);
        self.bed.restart();
        here.line.say(&ClientMessage::Offer { sdp, tracks: here.peer.tracks() });
        Ok(())
    }

    fn speak(&mut self, here: &mut Presence) {
        let now = Instant::now();
        if !self.tally.joined {
            return;
        }
        let (payload, level) = match self.shared.plan.talk {
            Talk::Constant => (Some(stamped_constant(SystemTime::now())), VoiceLevel::from_minus_dbov(20)),
            Talk::Speech => {
                let frame = self.turn.next(&self.shared.voices[self.number % self.shared.voices.len()], &mut self.dice);
                (frame.payload.map(|payload| stamped_speech(&payload, SystemTime::now())), frame.level)
            }
        };
        match payload {
            Some(payload) => {
                here.peer.speak(payload, level, true, now);
                self.tally.packets_sent += 1;
            }
            None => here.peer.pause(),
        }
    }

    fn live(&mut self, here: &mut Presence, is_first: bool) {
        let step = life::next_step(&self.shared.plan, self.number, is_first, &here.world, &mut self.dice);
        if let Some(message) = step.message {
            here.line.say(&message);
        }
        self.switching.set_off(step.bound_for);
        here.next_move = step.next.map(|pause| Instant::now() + pause);
    }

    /// Takes in what the peer connection tells, and lets out what it sends.
    fn pump(&mut self, here: &mut Presence) -> Result<(), GuestError> {
        self.take_events(here, SystemTime::now())?;
        let now = Instant::now();
        while let Some((datagram, to)) = here.peer.next_datagram(now) {
            // A full socket is a lossy network.
            let _ = here.socket.try_send_to(&datagram, to);
        }
        Ok(())
    }

    fn read_datagrams(&mut self, here: &mut Presence) -> Result<(), GuestError> {
        let mut buffer = [0; 2_048];
        for _ in 0..DATAGRAMS_AT_ONCE {
            let Ok((length, from, at)) = here.socket.try_read(&mut buffer) else { break };
            here.peer.receive(&buffer[..length], from, Instant::now());
            self.take_events(here, at)?;
        }
        Ok(())
    }

    /// Takes in what the peer connection tells. `at` is when what it tells of arrived.
    fn take_events(&mut self, here: &mut Presence, at: SystemTime) -> Result<(), GuestError> {
        while let Some(event) = here.peer.poll() {
            match event {
                LeanEvent::Connected => {
                    here.trying = None;
                    self.tally.joined = true;
                    here.line.say(&ClientMessage::SetEars { open: true });
                    self.settle(true);
                }
                LeanEvent::Failed => {
                    self.rejoin(here)?;
                    break;
                }
                LeanEvent::Packet(SoundPacket::Voice(packet)) => self.receive(here, &packet, at),
                LeanEvent::Packet(SoundPacket::Bed(packet)) => self.receive_bed(packet.sequence, at),
            }
        }
        Ok(())
    }

    fn receive(&mut self, here: &Presence, packet: &VoicePacket, at: SystemTime) {
        let now = moment_of(at);
        let Some(slot) = self.slots.get_mut(usize::from(packet.slot.0)) else { return };
        slot.count(packet.sequence);
        let labelled = slot.labelled(packet.csrc, now);
        self.tally.mislabelled += u64::from(labelled == Labelled::Wrong);
        if self.tally.first_audio.is_none() {
            self.tally.first_audio = self.offered.map(|offered| now.saturating_duration_since(offered));
        }
        if !self.measuring {
            return;
        }
        if let Some(transit) = transit(&packet.payload, at) {
            self.tally.transit.record(transit);
        }
        if let (Life::Switching, Some(speaker)) = (self.shared.plan.life, packet.csrc) {
            let table = here.world.people().get(&speaker).and_then(|person| person.view.place.table());
            if let Some(after) = self.switching.heard(speaker, table, now) {
                self.tally.switch.record(after);
            }
        }
    }

    fn receive_bed(&mut self, sequence: u16, at: SystemTime) {
        self.bed.count(sequence);
        if self.shared.plan.mixed && self.tally.first_audio.is_none() {
            self.tally.first_audio = self.offered.map(|offered| moment_of(at).saturating_duration_since(offered));
        }
    }

    fn settle(&mut self, is_in: bool) {
        if !std::mem::replace(&mut self.settled, true) {
            // The crowd may have ended already.
            let _ = self.shared.settled.send(is_in);
        }
    }
}
