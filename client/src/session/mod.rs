//! One guest's stay: a task that owns the line, the peer connection and the ear, and waits on one closed enum.

mod coming_back;
mod media;
mod sound;

use crate::error::GuestError;
use crate::event::Event;
use crate::limits::{COMMANDS_MAX, EVENTS_KEPT_MAX, PACKETS_WAITING_MAX, PING_PERIOD};
use crate::line::{Heard, Line};
use crate::link::Link;
use crate::options::{MediaChoice, Options};
use crate::rtc::{EmulatorState, PeerEvent, VoicePacket};
use crate::sound::FRAME_MS;
use crate::sound::level::AUDIBLE_DBFS;
use crate::stats::{Labelled, Meter, Statistics, to_ms};
use crate::view::{LineState, MediaState, View};
use crate::world::World;
use coming_back::Comeback;
use media::{MediaDesk, Outcome};
use sound::SoundDesk;
use std::net::IpAddr;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::{Interval, MissedTickBehavior};
use torg_protocol::ids::{AudioSlotIndex, ParticipantId};
use torg_protocol::message::{self, ClientMessage, GoodbyeReason, Refusal, RefusalCode, ServerMessage, Welcome};
use torg_protocol::people::{Microphone, Place};

/// What the guest's owner asks of the stay.
pub(crate) enum Command {
    /// Say this to the server.
    Say(ClientMessage),
    /// Mute the microphone, or open it.
    Mute(bool),
    /// Cut the socket without a word, as a broken network does.
    CutSocket,
    /// Say goodbye, end the recording, give the figures.
    Leave(oneshot::Sender<Result<Statistics, GuestError>>),
}

/// What the guest's owner holds of the stay.
pub(crate) struct Handles {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) view: watch::Receiver<View>,
    pub(crate) events: broadcast::Sender<Event>,
    /// Everything since joining.
    pub(crate) first_events: broadcast::Receiver<Event>,
}

/// The one thing that happens next.
enum Turn {
    Asked(Option<Command>),
    Heard(Heard),
    Returned(Box<Result<(Line, Welcome), GuestError>>),
    Peer(u32, PeerEvent),
    /// 20 ms have passed.
    Step,
}

enum Standing {
    In(Line),
    Returning(Comeback),
    Over,
}

pub(crate) struct Session {
    link: Link,
    /// What the next hello says.
    hello: coming_back::HelloPlan,
    view: watch::Sender<View>,
    events: broadcast::Sender<Event>,
    commands: mpsc::Receiver<Command>,
    peer_events: mpsc::Receiver<(u32, PeerEvent)>,
    standing: Standing,
    local_ip: IpAddr,
    media: MediaDesk,
    sound: SoundDesk,
    steps: Interval,
    /// The ping under way, and when the next one goes.
    ping: (u32, Instant),
    next_ping: Instant,
}

impl Session {
    /// Comes in; the stay then runs in a task of its own.
    pub(crate) async fn join(link: Link, options: Options) -> Result<Handles, GuestError> {
        let mut sound = SoundDesk::open(&options).await?;
        let wanted = options.media != MediaChoice::None;
        let microphone = if sound.has_microphone() { Microphone::On } else { Microphone::Absent };
        let hello = coming_back::HelloPlan::new(&options, microphone)?;
        let (line, welcome) = Line::join(&link, &hello.message(&link)).await?;
        let now = Instant::now();
        sound.begin(now);
        let (peer_sender, peer_events) = mpsc::channel(PACKETS_WAITING_MAX);
        let over_tcp = options.media == MediaChoice::Tcp;
        let emulator = EmulatorState::new(options.emulator);
        let media = MediaDesk::new(wanted, over_tcp, sound.has_microphone(), emulator, peer_sender);
        let (command_sender, commands) = mpsc::channel(COMMANDS_MAX);
        let (events, first_events) = broadcast::channel(EVENTS_KEPT_MAX);
        let view = View {
            world: World::new(welcome.clone(), now),
            line: LineState::In,
            media: media.state(),
            refusals: 0,
            last_refusal: None,
            returns: 0,
            meter: Meter::default(),
        };
        let (view, view_receiver) = watch::channel(view);
        // One step for each 20 ms since the welcome, made up for when late: the recording has no gap.
        let mut steps =
            tokio::time::interval_at((now + Duration::from_millis(FRAME_MS)).into(), Duration::from_millis(FRAME_MS));
        steps.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut session = Self {
            link,
            hello,
            view,
            events: events.clone(),
            commands,
            peer_events,
            local_ip: line.local_ip,
            standing: Standing::In(line),
            media,
            sound,
            steps,
            ping: (0, now),
            next_ping: now,
        };
        session.tell_joined(&welcome);
        session.media_after_welcome(&welcome).await;
        tokio::spawn(session.run());
        Ok(Handles { commands: command_sender, view: view_receiver, events, first_events })
    }

    async fn run(mut self) {
        loop {
            let turn = self.next().await;
            match turn {
                Turn::Asked(Some(Command::Leave(reply))) => {
                    let _ = reply.send(self.leave().await);
                    return;
                }
                // The owner is gone without a goodbye, like a closed laptop.
                Turn::Asked(None) => return,
                Turn::Asked(Some(command)) => self.obey(command),
                Turn::Heard(Heard::Message(message)) => self.hear(*message).await,
                Turn::Heard(Heard::Frame(frame)) => {
                    self.view.send_modify(|view| view.world.apply_frame(frame));
                }
                Turn::Heard(Heard::Cut(why)) => self.come_back(why),
                Turn::Returned(result) => self.returned(*result).await,
                Turn::Peer(number, PeerEvent::Packet(packet, arrived)) => self.receive(number, packet, arrived),
                Turn::Peer(number, event) => self.peer_happened(number, &event).await,
                Turn::Step => self.step().await,
            }
        }
    }

    async fn next(&mut self) -> Turn {
        let line = async {
            match &mut self.standing {
                Standing::In(line) => Turn::Heard(line.hear().await),
                Standing::Returning(comeback) => Turn::Returned(Box::new(comeback.wait().await)),
                Standing::Over => std::future::pending().await,
            }
        };
        tokio::select! {
            // What has come is taken in before the step that plays it.
            biased;
            command = self.commands.recv() => Turn::Asked(command),
            turn = line => turn,
            Some((number, event)) = self.peer_events.recv() => Turn::Peer(number, event),
            _ = self.steps.tick() => Turn::Step,
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Say(message) => {
                if let ClientMessage::SetName { name } = &message {
                    self.hello.name.clone_from(name);
                }
                self.say(&message);
            }
            Command::Mute(muted) if self.sound.has_microphone() => {
                self.sound.muted = muted;
                self.hello.microphone = if muted { Microphone::Muted } else { Microphone::On };
                self.say(&ClientMessage::SetMicrophone { microphone: self.hello.microphone });
            }
            Command::Mute(_) => {}
            Command::CutSocket => self.come_back("cut by hand".to_owned()),
            Command::Leave(_) => unreachable!("the loop has taken it"),
        }
    }

    fn say(&mut self, message: &ClientMessage) {
        if let Standing::In(line) = &self.standing
            && !line.say(message)
        {
            self.come_back("the line takes nothing any more".to_owned());
        }
    }

    fn tell(&self, event: Event) {
        tracing::debug!(?event);
        // Nobody needs to listen.
        let _ = self.events.send(event);
    }

    async fn hear(&mut self, message: ServerMessage) {
        self.tell_of(&message);
        self.view.send_modify(|view| view.world.apply(&message));
        match message {
            ServerMessage::Answer { sdp } => {
                let answered = self.media.answer(&sdp, Instant::now()).await;
                if let Err(why) = answered {
                    self.give_media_up(why).await;
                }
            }
            ServerMessage::AudioSlot { slot, speaker } => self.label(slot, speaker),
            ServerMessage::Resume { token } => self.hello.resume = Some(token),
            ServerMessage::MediaLost {} => self.rejoin("the server lost it").await,
            ServerMessage::Pong { nonce, server_time } if nonce == self.ping.0 => {
                let sent = self.ping.1;
                self.view.send_modify(|view| view.world.pong(sent, Instant::now(), server_time));
            }
            ServerMessage::Refused { code, message, closes } => self.refused(Refusal { code, message }, closes).await,
            ServerMessage::Goodbye { reason } => match reason {
                GoodbyeReason::ServerStops | GoodbyeReason::SpaceRestarts | GoodbyeReason::FellBehind => {
                    self.come_back(GuestError::Ended(reason).to_string());
                }
                GoodbyeReason::Replaced | GoodbyeReason::LinkRevoked => {
                    self.tell(Event::Ended { reason: Some(reason) });
                    self.end(GuestError::Ended(reason)).await;
                }
            },
            _ => {}
        }
    }

    async fn refused(&mut self, refusal: Refusal, closes: bool) {
        let of_media = matches!(
            refusal.code,
            RefusalCode::OfferUnreadable | RefusalCode::OfferLacks | RefusalCode::Codec | RefusalCode::MediaFull
        );
        if of_media && self.media.awaits_answer() {
            self.give_media_up(GuestError::Refused(refusal.clone()).to_string()).await;
        }
        if closes {
            self.end(GuestError::Refused(refusal.clone())).await;
        }
        self.view.send_modify(|view| {
            view.refusals += 1;
            view.last_refusal = Some(refusal);
        });
    }

    fn label(&mut self, slot: AudioSlotIndex, speaker: Option<ParticipantId>) {
        self.sound.label(slot, speaker);
        let now = Instant::now();
        self.view.send_modify(|view| view.meter.label(slot, speaker, now));
    }

    fn receive(&mut self, number: u32, packet: VoicePacket, arrived: Instant) {
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

    async fn peer_happened(&mut self, number: u32, event: &PeerEvent) {
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

    async fn step(&mut self) {
        let now = Instant::now();
        let frame = self.sound.speak(now);
        let mut sent = 0;
        if let Some(peer) = self.media.connected() {
            match frame {
                Some(frame) => {
                    peer.speak(frame).await;
                    sent = 1;
                }
                None => peer.pause(),
            }
        }
        let heard = {
            let view = self.view.borrow();
            self.sound.hear(|speaker| view.world.stereo_gain(speaker, now))
        };
        match heard {
            Err(error) => self.end(error).await,
            Ok(heard) => self.view.send_modify(|view| {
                view.meter.packets_sent += sent;
                for heard in heard.into_iter().flatten() {
                    if let Some(name) = view.world.name_of(heard.speaker) {
                        view.meter.heard(heard, name);
                    }
                }
                let world = &view.world;
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

    async fn media_after_welcome(&mut self, welcome: &Welcome) {
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

    async fn offer(&mut self) {
        let now = Instant::now();
        match self.media.offer(self.local_ip, now).await {
            Ok(offer) => {
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
    async fn rejoin(&mut self, why: &str) {
        if !self.media.wanted {
            return;
        }
        self.tell(Event::MediaLost { why: why.to_owned() });
        self.view.send_modify(|view| view.meter.rejoins += 1);
        if matches!(self.standing, Standing::In(_)) {
            self.offer().await;
        } else {
            // The welcome brings a new one.
            self.media.close().await;
            self.show_media();
        }
    }

    async fn give_media_up(&mut self, why: String) {
        self.media.wanted = false;
        self.media.close().await;
        self.tell(Event::MediaLost { why: why.clone() });
        self.view.send_modify(|view| view.media = MediaState::Failed(why));
    }

    fn show_media(&self) {
        let state = self.media.state();
        self.view.send_modify(|view| view.media = state);
    }

    /// The session is over, but the guest can still be asked what it heard.
    async fn end(&mut self, why: GuestError) {
        self.standing = Standing::Over;
        self.media.wanted = false;
        self.media.close().await;
        self.view.send_modify(|view| view.line = LineState::Over(why));
    }

    async fn leave(mut self) -> Result<Statistics, GuestError> {
        self.say(&ClientMessage::Leave {});
        if let Standing::In(line) = std::mem::replace(&mut self.standing, Standing::Over) {
            line.close().await;
        }
        self.media.close().await;
        let now = Instant::now();
        self.tell(Event::Ended { reason: None });
        let view = self.view.borrow();
        self.sound.finish(now, |speaker| view.world.stereo_gain(speaker, now))?;
        Ok(view.statistics())
    }

    fn tell_joined(&self, welcome: &Welcome) {
        self.tell(Event::Joined {
            space: welcome.space.name.as_str().to_owned(),
            id: welcome.you.0,
            people: welcome.participants.len(),
            resumed: welcome.resumed,
        });
    }

    /// Tells of a message, with the names that the world knows before it takes the message in.
    fn tell_of(&self, message: &ServerMessage) {
        let view = self.view.borrow();
        let name = |who: ParticipantId| view.world.name_of(who).unwrap_or("somebody").to_owned();
        let event = match message {
            ServerMessage::Entered { participant } => Event::Entered { name: participant.name.as_str().to_owned() },
            ServerMessage::Left { participant } => Event::Left { name: name(*participant) },
            ServerMessage::PlaceChanged { participant, place } => match place {
                Place::Seat { table, .. } => {
                    let table = view.world.space().map.tables.get(usize::from(table.0));
                    let table = table.map_or_else(String::new, |table| table.name.as_str().to_owned());
                    Event::SatDown { name: name(*participant), table }
                }
                Place::Rising { .. } => Event::StoodUp { name: name(*participant) },
                Place::Square => return,
            },
            ServerMessage::AudioSlot { slot, speaker } => Event::AudioSlot { slot: slot.0, speaker: speaker.map(name) },
            ServerMessage::Refused { code, message, .. } => Event::Refused { code: *code, message: message.clone() },
            _ => return,
        };
        drop(view);
        self.tell(event);
    }
}

/// Whether a labelled speaker is to be heard at this moment: speaking, as the server measures it, and near
/// enough.
fn is_expected(world: &World, speaker: ParticipantId, now: Instant) -> bool {
    let Some(person) = world.people().get(&speaker) else { return false };
    let speaks = f32::from(person.level.minus_dbov()) < -AUDIBLE_DBFS;
    speaks && person.view.microphone == Microphone::On && world.gain(speaker, now) > 0.0
}
