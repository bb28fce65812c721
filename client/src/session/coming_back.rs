//! The hello, and coming back by oneself when the line breaks.

use super::{Session, Standing};
use crate::error::GuestError;
use crate::event::Event;
use crate::limits::{RETURN_GIVE_UP, RETURN_PAUSE_MAX, RETURN_PAUSE_MIN};
use crate::line::Line;
use crate::link::Link;
use crate::options::Options;
use crate::view::LineState;
use crate::world::World;
use std::time::Instant;
use tokio::task::JoinHandle;
use torg_protocol::PROTOCOL_VERSION;
use torg_protocol::geometry::Point;
use torg_protocol::message::{ClientMessage, RefusalCode, Start, Welcome};
use torg_protocol::people::{Microphone, Place};

/// What the next hello says.
#[derive(Clone, Debug)]
pub(super) struct HelloPlan {
    pub(super) name: String,
    pub(super) microphone: Microphone,
    pub(super) resume: Option<String>,
    /// By this the guest is the same person when the place is lost.
    pub(super) person: Option<String>,
    start: Option<Start>,
}

impl HelloPlan {
    pub(super) fn new(options: &Options, microphone: Microphone) -> Result<Self, GuestError> {
        Ok(Self {
            name: options.name.clone(),
            microphone,
            resume: None,
            person: options.person.clone(),
            start: options.start()?,
        })
    }

    pub(super) fn message(&self, link: &Link) -> ClientMessage {
        ClientMessage::Hello {
            protocol: PROTOCOL_VERSION,
            token: link.token().to_owned(),
            name: self.name.clone(),
            microphone: self.microphone,
            resume: self.resume.clone(),
            start: self.start.clone(),
            person: self.person.clone(),
        }
    }
}

/// The tries to come back, in a task of their own; dropping it ends them.
pub(super) struct Comeback(JoinHandle<Result<(Line, Welcome), GuestError>>);

impl Comeback {
    fn begin(link: Link, hello: HelloPlan) -> Self {
        Self(tokio::spawn(try_to_return(link, hello)))
    }

    pub(super) async fn wait(&mut self) -> Result<(Line, Welcome), GuestError> {
        let ended = |_| GuestError::Connection("the tries to come back ended".to_owned());
        (&mut self.0).await.map_err(ended)?
    }
}

impl Drop for Comeback {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn try_to_return(link: Link, mut hello: HelloPlan) -> Result<(Line, Welcome), GuestError> {
    let began = Instant::now();
    let mut pause = RETURN_PAUSE_MIN;
    loop {
        // Some scatter, so that a hundred guests of a restarted server do not come all at once.
        tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
        pause = (2 * pause).min(RETURN_PAUSE_MAX);
        let why = match Line::join(&link, &hello.message(&link)).await {
            Ok(back) => return Ok(back),
            Err(why) => why,
        };
        let GuestError::Refused(refusal) = &why else {
            if may_pass(&why) && began.elapsed() < RETURN_GIVE_UP {
                continue;
            }
            return Err(why);
        };
        match refusal.code {
            // The old place is no place any more: the foyer will do.
            RefusalCode::Place | RefusalCode::UnknownTable | RefusalCode::TableFull | RefusalCode::NoWay
                if hello.start.is_some() =>
            {
                hello.start = None;
            }
            RefusalCode::TooFrequent if began.elapsed() < RETURN_GIVE_UP => {}
            _ => return Err(why),
        }
    }
}

/// Whether what kept somebody out may be over the next time. A server that stops says so to who comes before its doors
/// are closed.
fn may_pass(why: &GuestError) -> bool {
    matches!(why, GuestError::Connection(_)) || matches!(why, GuestError::Ended(reason) if reason.passes())
}

/// The place to name as start when this one is lost.
fn place_now(world: &World, now: Instant) -> Option<Start> {
    let me = world.people().get(&world.me())?;
    if let Place::Seat { table, .. } = me.view.place {
        let table = world.space().map.tables.get(usize::from(table.0))?;
        return Some(Start::Table(table.name.clone()));
    }
    Some(Start::At(Point::nearest(world.position_m(world.me(), now)?)))
}

impl Session {
    /// The line is gone: comes back by itself. What flows through the peer connection goes on meanwhile.
    pub(super) fn come_back(&mut self, why: String) {
        if !matches!(self.standing, Standing::In(_)) {
            return;
        }
        if let Some(start) = place_now(&self.view.borrow().world, Instant::now()) {
            self.hello.start = Some(start);
        }
        self.standing = Standing::Returning(Comeback::begin(self.link.clone(), self.hello.clone()));
        self.tell(Event::Disconnected { why });
        self.view.send_modify(|view| view.line = LineState::Returning);
    }

    pub(super) async fn returned(&mut self, result: Result<(Line, Welcome), GuestError>) {
        let (line, welcome) = match result {
            Ok(back) => back,
            Err(why) => {
                self.tell(Event::Ended { reason: None });
                return self.end(why).await;
            }
        };
        self.local_ip = line.local_ip;
        self.standing = Standing::In(line);
        if !welcome.resumed {
            // Another run of the space: ids mean other people now.
            self.sound.forget_voices();
            self.media.forgive();
        }
        let now = Instant::now();
        self.next_ping = now;
        self.hello.resume = Some(welcome.resume_token.clone());
        self.hello.person = Some(welcome.person.clone());
        self.view.send_modify(|view| {
            view.world = World::new(welcome.clone(), now);
            view.line = LineState::In;
            view.returns += 1;
        });
        self.tell_joined(&welcome);
        self.ask_for_sound();
        self.media_after_welcome(&welcome).await;
    }
}
