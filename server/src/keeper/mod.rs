//! The keeper: one task that owns one [`Space`], hands it time and commands, and tells everybody what happened.
//!
//! It never waits for a client, for the media plane or for the record: whoever can't take what it sends is cut off, or
//! gets it at the next tick; and what lasts is told when the record has answered.

mod after;
mod bell;
mod books;
mod calls;
mod client;
mod doors;
mod heard;
mod join;
mod lobby;
mod market;
mod media;
mod outside;
mod people;
mod pieces;
mod remap;
mod resume;
mod sounds;
mod speaking;
mod telling;
#[cfg(test)]
mod tests;
mod translate;

use crate::clock::Clock;
use crate::limits::{KEEPER_BATCH_MAX, KEEPER_INBOX_MAX, LAST_WRITES_WAIT, TICK, TICKS_PER_ABSENCES, TICKS_PER_HEARD};
use crate::links::PersonKey;
use crate::mailbox::occasion::Occasion;
use crate::mailbox::{MixCell, Population, RoutesCell, SpaceKey, ToKeeper, ToMedia, ToRecord};
use crate::metrics::{Counted, SPACES_RUNNING, TICK_SECONDS};
use after::Then;
use books::Books;
use bytes::Bytes;
use doors::Doors;
use heard::HeardBook;
use lobby::Lobby;
use people::People;
use resume::ResumeTokens;
use sounds::Sounds;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use torg_protocol::ids::{ParticipantId, SpaceId};
use torg_protocol::message::GoodbyeReason;
use torg_protocol::people::Broadcast;
use torg_protocol::text::Label;
use torg_protocol::units::TimeMs;
use torg_space::ledger::{Absences, Ledger, Seating};
use torg_space::{Ask, Command, Map, Space};

/// Who takes this name makes the keeper panic, in unit tests alone.
#[cfg(test)]
pub(crate) const PANIC_NAME: &str = "injected panic";

/// What a keeper starts from.
#[derive(Debug)]
pub struct Begin {
    /// The key of this run of the space.
    pub key: SpaceKey,
    /// Its id.
    pub id: SpaceId,
    /// Its name.
    pub name: Label,
    /// Its map.
    pub map: Map,
    /// The server's clock.
    pub clock: Clock,
    /// The media plane.
    pub media: mpsc::Sender<ToMedia>,
    /// Where it tells how many are in.
    pub population: Population,
    /// What lasts of it, as it is written.
    pub ledger: Ledger,
    /// Where what lasts is written.
    pub record: mpsc::Sender<ToRecord>,
    /// Where is told what others outside of the square are to know, if anybody is.
    pub outside: Option<mpsc::Sender<Occasion>>,
    /// By which people are known again.
    pub people: PersonKey,
    /// Its own bell, if it has one.
    pub bell: Option<Bytes>,
    /// How long it goes on without anybody there.
    pub rests_after: Duration,
}

/// Why a keeper ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nobody had been there for a while.
    Empty,
    /// It was told to stop.
    Stopped,
    /// It doesn't know what is written of it, or has another map: it starts again from its file and its record.
    StartsAgain,
    /// It was closed for good, and its record says so.
    Closed,
}

/// A keeper's inbox.
#[must_use]
pub fn inbox() -> (mpsc::Sender<ToKeeper>, mpsc::Receiver<ToKeeper>) {
    mpsc::channel(KEEPER_INBOX_MAX)
}

/// Keeps a space until it is empty for a while or the server stops. `myself` is where the media plane tells.
pub async fn keep(begin: Begin, myself: mpsc::Sender<ToKeeper>, mut inbox: mpsc::Receiver<ToKeeper>) -> End {
    let _counted = Counted::one(SPACES_RUNNING);
    let rests_after = begin.rests_after;
    let mut keeper = Keeper::new(begin, myself.clone());
    let (routes, mix) = (Arc::clone(&keeper.routes), Arc::clone(&keeper.mix));
    let open = ToMedia::OpenSpace { space: keeper.key, routes, mix, keeper: myself };
    keeper.to_media.push_back(open);
    keeper.tell_media();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut batch = Vec::with_capacity(KEEPER_BATCH_MAX);
    tracing::info!("the space runs");
    loop {
        tokio::select! {
            // The tick first, or a flood of messages could stop the square.
            biased;
            _ = ticks.tick() => {
                keeper.tick();
                if keeper.may_rest() && inbox.is_empty() && keeper.empty_since.is_some_and(|since| since.elapsed() > rests_after) {
                    // Who wants in at this moment finds the inbox closed, and the registry starts a new keeper.
                    inbox.close();
                    tracing::info!("the space rests: nobody is there");
                    return End::Empty;
                }
            }
            answer = keeper.books.answered() => match keeper.answer(answer) {
                Then::GoOn => {}
                Then::StartAgain => return End::StartsAgain,
                Then::Close => {
                    tracing::info!("the space was closed for good");
                    keeper.say_goodbye(GoodbyeReason::SpaceClosed);
                    return End::Closed;
                }
            },
            _ = inbox.recv_many(&mut batch, KEEPER_BATCH_MAX) => {
                for message in batch.drain(..) {
                    let (reason, end) = match message {
                        ToKeeper::Stop => (GoodbyeReason::ServerStops, End::Stopped),
                        ToKeeper::StartAgain => (GoodbyeReason::SpaceRestarts, End::StartsAgain),
                        message => {
                            keeper.handle(message);
                            continue;
                        }
                    };
                    keeper.write_last().await;
                    keeper.say_goodbye(reason);
                    return end;
                }
            }
        }
    }
}

#[derive(Debug)]
struct Keeper {
    key: SpaceKey,
    id: SpaceId,
    name: Label,
    space: Space,
    routes: RoutesCell,
    mix: MixCell,
    clock: Clock,
    people: People,
    population: Population,
    people_key: PersonKey,
    outside: Option<mpsc::Sender<Occasion>>,
    books: Books,
    /// Who is in and who sits where, for visits.
    seating: Seating,
    absences: Absences,
    lobby: Lobby,
    doors: Doors,
    sounds: Sounds,
    /// The bell of the space's own, as it was uploaded.
    bell: Option<Bytes>,
    /// Who speaks over everything at this moment.
    broadcasts: Vec<Broadcast>,
    /// Who will be in as soon as that is written.
    coming: BTreeSet<ParticipantId>,
    resume: ResumeTokens,
    heard: HeardBook,
    media: mpsc::Sender<ToMedia>,
    /// Where is told what was done aside.
    myself: mpsc::Sender<ToKeeper>,
    /// What the media plane had no room for yet.
    to_media: VecDeque<ToMedia>,
    /// When tables stay that were to go, if the map without them does not come.
    tables_stay_at: Option<TimeMs>,
    ticks: u32,
    empty_since: Option<Instant>,
}

impl Keeper {
    fn new(begin: Begin, myself: mpsc::Sender<ToKeeper>) -> Self {
        let now = begin.clock.now();
        let mut space = Space::new(begin.map, now.0, now);
        let mut books = Books::new(begin.ledger, begin.record);
        books.begin_anew(now, space.map());
        speaking::keep_out_all(&mut space, books.ahead());
        Self {
            key: begin.key,
            id: begin.id,
            name: begin.name,
            routes: RoutesCell::new(Arc::clone(space.routes()).into()),
            mix: MixCell::new(Arc::clone(space.mix()).into()),
            space,
            clock: begin.clock,
            people: People::default(),
            population: begin.population,
            people_key: begin.people,
            outside: begin.outside,
            seating: Seating::resume(books.settled(), now),
            books,
            absences: Absences::default(),
            lobby: Lobby::default(),
            doors: Doors::default(),
            sounds: Sounds::default(),
            bell: begin.bell,
            broadcasts: Vec::new(),
            coming: BTreeSet::new(),
            resume: ResumeTokens::default(),
            heard: HeardBook::default(),
            media: begin.media,
            myself,
            to_media: VecDeque::new(),
            tables_stay_at: None,
            ticks: 0,
            empty_since: Some(Instant::now()),
        }
    }

    fn handle(&mut self, message: ToKeeper) {
        let now = self.clock.now();
        match message {
            ToKeeper::Join(join) => self.join(now, *join),
            ToKeeper::Client { session, message } => self.client(now, session, message),
            ToKeeper::Gone { session } => self.gone(now, session),
            ToKeeper::Media(event) => self.media_event(now, event),
            ToKeeper::LinksRenewed => self.show_all_out(now),
            ToKeeper::Call(call) => self.call(now, call),
            ToKeeper::BellChanged(bell) => self.set_bell(bell),
            ToKeeper::Bell(bell) => self.ring_now(now, bell),
            ToKeeper::Changed { name, hearing } => {
                self.name = name.unwrap_or_else(|| self.name.clone());
                hearing.into_iter().for_each(|preset| self.space.prefer_hearing(preset));
                self.tell(now);
            }
            // Handled by the loop.
            ToKeeper::Stop | ToKeeper::StartAgain => {}
        }
    }

    /// Links were renewed: who came by the old ones is shown out, and their places are free.
    fn show_all_out(&mut self, now: TimeMs) {
        self.say_goodbye(GoodbyeReason::LinkRevoked);
        // Those on their way in came by the old links too.
        self.coming.clear();
        let all = [self.people.ids(), self.doors.ids(), self.sounds.ids()].concat();
        for participant in all {
            self.apply(now, participant, Ask::Leave);
        }
    }

    fn say_goodbye(&mut self, reason: GoodbyeReason) {
        for participant in self.people.ids() {
            self.people.close(participant, reason);
        }
        self.clear_lobby(reason);
    }

    /// Asks something on the keeper's own account. The engine refuses only who isn't there.
    fn apply(&mut self, now: TimeMs, participant: ParticipantId, what: Ask) {
        if let Err(refusal) = self.space.apply(now, Command { participant, what }) {
            tracing::debug!(%participant, %refusal, "the space refuses its keeper");
        }
        self.tell(now);
    }

    fn tick(&mut self) {
        let began = Instant::now();
        let now = self.clock.now();
        self.let_tables_stay(now);
        self.space.advance(now);
        // Labels of audio slots first, then the routes that bring the sound.
        self.tell(now);
        let late = self.seating.expire(now);
        self.books.keep(late);
        self.books.write_by_itself(now, &self.seating);
        self.look_into_lobby();
        self.people.send_frames(now);
        self.publish_routes();
        self.ticks = self.ticks.wrapping_add(1);
        if self.ticks.is_multiple_of(TICKS_PER_HEARD) {
            self.tell_heard(now);
        }
        if self.ticks.is_multiple_of(TICKS_PER_ABSENCES) {
            self.ask_who_hosts(now);
            self.look_at_doors(now);
        }
        self.tell_media();
        self.population.set(self.people_in());
        self.empty_since = match self.space.population() {
            0 => self.empty_since.or(Some(began)),
            _ => None,
        };
        metrics::histogram!(TICK_SECONDS).record(began.elapsed());
    }

    /// The record has answered.
    fn answer(&mut self, answer: Result<(), crate::mailbox::NotWritten>) -> Then {
        let now = self.clock.now();
        let settled = self.books.settle(now, answer);
        self.settled(now, settled)
    }

    /// Waits for a moment for what is on its way to the record, so that those who asked are told before the end.
    async fn write_last(&mut self) {
        self.books.write_last(self.clock.now(), &self.seating);
        let written = async {
            while !self.books.is_at_rest() {
                let answer = self.books.answered().await;
                if answer.is_err() || self.answer(answer) != Then::GoOn {
                    return;
                }
            }
        };
        if tokio::time::timeout(LAST_WRITES_WAIT, written).await.is_err() {
            tracing::warn!("the record did not answer before the space ended");
        }
    }

    /// Whether nothing is left to be written and nobody waits.
    fn may_rest(&self) -> bool {
        self.books.is_at_rest() && self.lobby.is_empty() && self.coming.is_empty()
    }
}
