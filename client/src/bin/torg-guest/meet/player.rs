//! One guest of a meeting: does what the lines say, one after the other, and tells what it sees.

use super::line::{Deed, SlotTimes};
use super::told::{Fact, Teller};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, watch};
use torg_client::{Event, Guest, GuestError, LineState, Link, Options, View};
use torg_protocol::agenda::{Slot, SlotKind};
use torg_protocol::ids::TopicId;
use torg_protocol::message::{Change, SlotText};
use torg_protocol::people::Role;
use torg_protocol::units::TimeMs;

/// How long a guest may be about one line, tries after a restart of the server included.
const DEED_WAIT: Duration = Duration::from_secs(90);

/// Between two tries at what a missing server keeps from being done.
const TRY_PAUSE: Duration = Duration::from_millis(200);

/// How long news of what somebody else did may take.
const TOLD_WAIT: Duration = Duration::from_secs(5);

/// The pitch of the lowest voice; each name has one above it.
const PITCH_HZ: f32 = 150.0;

/// A line that is due at some moment.
#[derive(Debug)]
pub(super) struct Cue {
    pub(super) at: Option<Instant>,
    pub(super) does: Deed,
    pub(super) text: String,
}

/// What all guests share.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) link: Link,
    pub(super) host: Option<Link>,
    pub(super) teller: Teller,
}

pub(super) struct Player {
    name: String,
    door: Arc<Door>,
    guest: Option<Guest>,
    /// By this they are the same person when they come again.
    person: Option<String>,
}

impl Player {
    pub(super) fn new(name: &str, door: Arc<Door>) -> Self {
        Self { name: name.to_owned(), door, guest: None, person: None }
    }

    /// Does what the cues say, and goes home when there are no more.
    pub(super) async fn play(mut self, mut cues: mpsc::Receiver<Cue>) {
        while let Some(Cue { at, does, text: line }) = cues.recv().await {
            if let Some(at) = at {
                tokio::time::sleep_until(at.into()).await;
            }
            let done = tokio::time::timeout(DEED_WAIT, self.insist(&does)).await;
            let why = match done {
                Ok(Ok(fact)) => {
                    fact.inspect(|fact| self.tell(fact));
                    self.tell(&Fact::Done { line });
                    continue;
                }
                Ok(Err(why)) => why.to_string(),
                Err(_) => format!("not within {} s", DEED_WAIT.as_secs()),
            };
            self.tell(&Fact::Failed { line, why });
        }
        // Nobody waits for the goodbye.
        let _ = self.home().await;
    }

    /// Does something, again and again while the line breaks meanwhile: what was asked then may have been done or not,
    /// so each try looks first.
    async fn insist(&mut self, does: &Deed) -> Result<Option<Fact>, GuestError> {
        loop {
            match self.attempt(does).await {
                Err(GuestError::Connection(_) | GuestError::TimedOut { .. }) => tokio::time::sleep(TRY_PAUSE).await,
                done => return done,
            }
        }
    }

    async fn attempt(&mut self, does: &Deed) -> Result<Option<Fact>, GuestError> {
        match does {
            Deed::Come { speaks, hosts } => return self.come(*speaks, *hosts).await.map(|()| None),
            Deed::Home => return self.home().await.map(|()| None),
            _ => {}
        }
        let guest = self.guest.as_mut().ok_or(GuestError::Left)?;
        guest.wait_until("the line", DEED_WAIT, |view| matches!(view.line, LineState::In)).await?;
        Ok(match does {
            Deed::Come { .. } | Deed::Home => None,
            Deed::Post { title } => {
                let topic = post(guest, title).await?;
                Some(Fact::Posted { topic, title: title.clone() })
            }
            Deed::Place { title, slot, table } => Some(place(guest, title, slot, table).await?),
            Deed::Sit { title } => {
                guest.wait_until_placed(title, DEED_WAIT).await?;
                guest.table_of(title).await?;
                None
            }
            Deed::Join { table } => guest.table(table).await.map(|()| None)?,
            Deed::Leave => guest.leave_table().await.map(|()| None)?,
            Deed::Cut => guest.cut_socket().await.map(|()| None)?,
            Deed::Look => Some(Fact::board(&guest.view())),
            Deed::Visits => {
                let everybody = guest.view().world.role() == Role::Host;
                Some(Fact::Visits { visits: guest.read_visits(everybody).await? })
            }
            Deed::Slot(times) => Some(add_slot(guest, times).await?),
            Deed::Ring(times) => Some(ring(guest, times).await?),
            Deed::Grant { to, role } => {
                grant(guest, to, *role).await?;
                Some(Fact::Granted { to: to.clone(), role: *role })
            }
            Deed::Speak { to } => {
                guest.speak_to(to).await?;
                Some(Fact::Speaks { to: to.to_string() })
            }
            Deed::EndSpeech => guest.end_speech().await.map(|()| None)?,
            Deed::Lend { to, lent } => {
                guest.wait_until_sees(to, TOLD_WAIT).await?;
                guest.lend_word(to, *lent).await?;
                Some(Fact::Lent { to: to.clone(), lent: *lent })
            }
            Deed::KeepOut { table, kept_out } => {
                guest.keep_out(table, *kept_out).await?;
                Some(Fact::KeptOut { table: table.clone(), kept_out: *kept_out })
            }
            Deed::EndSound { name } => {
                guest.wait_until_sees(name, TOLD_WAIT).await?;
                guest.end_sound(name).await.map(|()| None)?
            }
            _ => gather(guest, does).await.map(|()| None)?,
        })
    }

    async fn come(&mut self, speaks: bool, hosts: bool) -> Result<(), GuestError> {
        if self.guest.is_some() {
            return Ok(());
        }
        let link = match hosts {
            true => self.door.host.as_ref().ok_or(GuestError::Unsupported("who comes hosting needs --host LINK"))?,
            false => &self.door.link,
        };
        let mut options = Options::named(&self.name).without_decoding();
        if speaks {
            let sum: u32 = self.name.chars().map(u32::from).sum();
            options = options.tone(PITCH_HZ + (sum % 40) as f32 * 10.0);
        }
        if let Some(person) = &self.person {
            options = options.as_person(person);
        }
        let mut guest = Guest::join(link, options).await?;
        self.person = Some(guest.person_token());
        let (events, view) = (guest.events(), guest.watch());
        tokio::spawn(tell_events(self.name.clone(), self.door.teller, events, view));
        self.guest = Some(guest);
        Ok(())
    }

    async fn home(&mut self) -> Result<(), GuestError> {
        self.tell(&Fact::Leaves);
        match self.guest.take() {
            Some(guest) => guest.leave().await.map(|_| ()),
            None => Ok(()),
        }
    }

    fn tell(&self, fact: &Fact) {
        let now = self.guest.as_ref().map(|guest| guest.view().world.server_time(Instant::now()));
        self.door.teller.tell(now.unwrap_or_default(), &self.name, fact);
    }
}

/// Tells what happens to a guest, as it happens, whatever the guest is about.
async fn tell_events(me: String, teller: Teller, mut events: broadcast::Receiver<Event>, view: watch::Receiver<View>) {
    loop {
        match events.recv().await {
            Ok(event) => {
                let told = {
                    let view = view.borrow();
                    Fact::of_event(&event, &me, &view).map(|fact| (view.world.server_time(Instant::now()), fact))
                };
                if let Some((at, fact)) = told {
                    teller.tell(at, &me, &fact);
                }
            }
            Err(RecvError::Lagged(missed)) => eprintln!("torg-guest: {me} could not tell of {missed} events"),
            Err(RecvError::Closed) => return,
        }
    }
}

async fn post(guest: &mut Guest, title: &str) -> Result<TopicId, GuestError> {
    let (me, mine) = (guest.id(), guest.view().world.market().topic(title).cloned());
    match mine.filter(|card| card.convener.participant == Some(me)) {
        Some(card) => Ok(card.id),
        None => guest.post_topic(title, None).await,
    }
}

async fn place(guest: &mut Guest, title: &str, slot: &str, table: &str) -> Result<Fact, GuestError> {
    if guest.view().world.table(table).is_none() {
        return Err(GuestError::Unknown(format!("table named \"{table}\"")));
    }
    // A slot that somebody else has just made may be on its way here.
    guest.wait_until("the slot", TOLD_WAIT, |view| view.world.cell(slot, table).is_some()).await?;
    let (topic, at) = {
        let view = guest.view();
        (view.world.market().topic(title).cloned(), view.world.cell(slot, table))
    };
    let (Some(card), Some(at)) = (topic, at) else {
        return Err(GuestError::Unknown(format!("topic \"{title}\" or slot \"{slot}\"")));
    };
    if card.placed != Some(at) {
        guest.place_topic(card.id, slot, table).await?;
    }
    Ok(Fact::Placed { topic: card.id, title: title.to_owned(), slot: at.slot, table: table.to_owned() })
}

fn slot_fact(slot: &Slot) -> Fact {
    let name = slot.name.as_str().to_owned();
    Fact::Slot { slot: slot.id, name, starts_at: slot.starts_at, ends_at: slot.ends_at }
}

async fn slot_named(guest: &mut Guest, name: &str) -> Result<Slot, GuestError> {
    guest.wait_until("the slot", TOLD_WAIT, |view| view.world.market().slot(name).is_some()).await?;
    let slot = guest.view().world.market().slot(name).cloned();
    slot.ok_or_else(|| GuestError::Unknown(format!("slot \"{name}\"")))
}

async fn add_slot(guest: &mut Guest, times: &SlotTimes) -> Result<Fact, GuestError> {
    let there = guest.view().world.market().slot(&times.name).is_some();
    if !there {
        guest.add_slot(&times.name, times.begins_in, times.lasts).await?;
    }
    slot_named(guest, &times.name).await.map(|slot| slot_fact(&slot))
}

async fn ring(guest: &mut Guest, times: &SlotTimes) -> Result<Fact, GuestError> {
    let slot = slot_named(guest, &times.name).await?.id;
    let now = guest.view().world.server_time(Instant::now());
    let after = |time: TimeMs, wait: Duration| TimeMs(time.0 + u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    let starts_at = after(now, times.begins_in);
    let ends_at = after(starts_at, times.lasts);
    let name = times.name.clone();
    let text = SlotText { name: name.clone(), kind: SlotKind::Topics, starts_at, ends_at };
    guest.request(Change::EditSlot { slot, text }).await?;
    Ok(Fact::Slot { slot, name, starts_at, ends_at })
}

/// Talking pieces, the plenum, and who may listen in passing: what comes of them is told by the events.
async fn gather(guest: &mut Guest, does: &Deed) -> Result<(), GuestError> {
    match does {
        Deed::BringPiece { table } => guest.bring_piece(table).await,
        Deed::PutPieceAway { table } => guest.put_piece_away(table).await,
        Deed::GivePiece { to } => {
            guest.wait_until_sees(to, TOLD_WAIT).await?;
            guest.give_piece(to).await
        }
        Deed::TakePiece => guest.take_piece().await,
        Deed::LayPieceDown => guest.lay_piece_down().await,
        Deed::Plenum { zone } => guest.call_plenum(zone.as_deref()).await,
        Deed::EndPlenum => guest.end_plenum().await,
        Deed::Stay => guest.decline_plenum().await,
        Deed::LetListen { table, allowed } => guest.let_listen(table, *allowed).await,
        _ => Ok(()),
    }
}

async fn grant(guest: &mut Guest, to: &str, role: Role) -> Result<(), GuestError> {
    guest.wait_until_sees(to, TOLD_WAIT).await?;
    let person = guest.view().world.person(to).map(|person| (person.view.id, person.view.role));
    match person.ok_or_else(|| GuestError::Unknown(format!("guest named {to}")))? {
        (_, has) if has == role => Ok(()),
        (participant, _) => guest.request(Change::GrantRole { participant, role }).await.map(|_| ()),
    }
}
