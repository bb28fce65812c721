//! One guest's stay: a task that owns the line, the peer connection and the ear, and waits on one closed enum.

mod coming_back;
mod hearing;
mod media;
mod offering;
mod sound;
mod stepping;

use crate::broadcast::Murmur;
use crate::error::GuestError;
use crate::event::Event;
use crate::limits::{COMMANDS_MAX, EVENTS_KEPT_MAX, PACKETS_WAITING_MAX};
use crate::line::{Heard, Line};
use crate::link::Link;
use crate::options::{MediaChoice, Options};
use crate::rtc::{EmulatorState, PeerEvent, SoundPacket};
use crate::sound::FRAME_MS;
use crate::stats::{Meter, Statistics};
use crate::view::{LineState, View};
use crate::world::World;
use coming_back::Comeback;
use media::MediaDesk;
use sound::SoundDesk;
use std::net::IpAddr;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::{Interval, MissedTickBehavior};

use torg_protocol::message::{ClientMessage, Welcome};
use torg_protocol::people::{Listening, Microphone};

/// What the guest's owner asks of the stay.
pub(crate) enum Command {
    /// Say this to the server.
    Say(ClientMessage),
    /// Mute the microphone, or open it.
    Mute(bool),
    /// Listen this way from now on.
    Listen(Listening),
    /// Have the murmur so loud from now on.
    Murmur(Murmur),
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
            began: now,
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
        session.hello.resume = Some(welcome.resume_token.clone());
        session.hello.person = Some(welcome.person.clone());
        session.tell_joined(&welcome);
        session.ask_for_sound();
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
                Turn::Asked(None) => return self.media.close().await,
                Turn::Asked(Some(command)) => self.obey(command),
                Turn::Heard(Heard::Message(message)) => self.hear(*message).await,
                Turn::Heard(Heard::Frame(frame)) => {
                    self.view.send_modify(|view| view.world.apply_frame(frame));
                }
                Turn::Heard(Heard::Cut(why)) => self.come_back(why),
                Turn::Returned(result) => self.returned(*result).await,
                Turn::Peer(number, PeerEvent::Packet(packet, arrived)) => match packet {
                    SoundPacket::Voice(packet) => self.receive(number, packet, arrived),
                    SoundPacket::Bed(packet) => self.receive_bed(number, packet, arrived),
                },
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
            Command::Listen(listening) => {
                self.sound.listening = listening;
                self.ask_for_sound();
            }
            Command::Murmur(murmur) => {
                self.sound.murmur = murmur;
                self.ask_for_sound();
            }
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
        self.sound.finish(&view.world, now)?;
        Ok(view.statistics())
    }
}
