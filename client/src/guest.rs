//! A guest as its owner holds it: a handle on a stay that runs by itself.

use crate::error::GuestError;
use crate::event::Event;
use crate::limits::MEDIA_WAIT;
use crate::link::Link;
use crate::options::{MediaChoice, Options};
use crate::session::{Command, Handles, Session};
use crate::stats::{Statistics, VoiceTally};
use crate::view::{LineState, MediaState, View};
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use torg_protocol::geometry::{HearingPreset, Point, WALKING_SPEED_M_S, Walk};
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::ClientMessage;
use torg_protocol::people::Place;

/// A guest in a space. Dropping it without [`Guest::leave`] is a closed laptop: the line is cut without a word.
///
/// What moves the guest waits until it has happened, and fails with the server's refusal if it refuses.
pub struct Guest {
    name: String,
    /// The number of the newest request.
    pub(crate) requests: u32,
    commands: mpsc::Sender<Command>,
    view: watch::Receiver<View>,
    events: broadcast::Sender<Event>,
    /// What happened before the owner could listen.
    first_events: Option<broadcast::Receiver<Event>>,
}

/// How loud somebody, or the bed's stream, was over a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loudness {
    /// Both ears together, silence included, RMS dBFS.
    pub rms_dbfs: f32,
    /// The left ear.
    pub left_dbfs: f32,
    /// The right ear.
    pub right_dbfs: f32,
    /// Seconds above -60 dBFS.
    pub audible_s: f64,
    /// Packets that came.
    pub packets: u64,
}

impl Loudness {
    pub(crate) fn of(tally: VoiceTally, over: Duration) -> Self {
        let (left_dbfs, right_dbfs) = tally.ears_dbfs(over);
        let power = |dbfs: f32| 10f64.powf(f64::from(dbfs) / 10.0);
        let rms_dbfs = crate::sound::level::dbfs(power(left_dbfs) + power(right_dbfs));
        Self { rms_dbfs, left_dbfs, right_dbfs, audible_s: tally.audible_s(), packets: tally.packets }
    }
}

/// A way through a space takes longer than the straight line; and the server may be busy.
const WAY_FACTOR: f32 = 3.0;
pub(crate) const ASKED_WAIT: Duration = Duration::from_secs(5);

/// How long one looks back to say whether somebody is heard.
const HEARING_GLANCE: Duration = Duration::from_millis(200);

impl Guest {
    /// Comes in, and waits until sound can flow (unless the options want none).
    ///
    /// # Errors
    /// Any [`GuestError`] that keeps the guest out.
    pub async fn join(link: &Link, options: Options) -> Result<Self, GuestError> {
        let (name, media) = (options.name.clone(), options.media);
        let Handles { commands, view, events, first_events } = Session::join(link.clone(), options).await?;
        let mut guest = Self { name, requests: 0, commands, view, events, first_events: Some(first_events) };
        if media != MediaChoice::None
            && let Err(why) = guest.wait_until_connected().await
        {
            // Nobody else is to see somebody who never was there; why it failed is what counts.
            let _ = guest.leave().await;
            return Err(why);
        }
        Ok(guest)
    }

    async fn wait_until_connected(&mut self) -> Result<(), GuestError> {
        let settled = |view: &View| !matches!(view.media, MediaState::Connecting);
        self.wait_until("a sound connection", MEDIA_WAIT, settled).await?;
        let media = self.view.borrow().media.clone();
        match media {
            MediaState::Failed(why) => Err(GuestError::Media(why)),
            _ => Ok(()),
        }
    }

    /// The guest's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who the guest is in the space.
    #[must_use]
    pub fn id(&self) -> ParticipantId {
        self.view.borrow().world.me()
    }

    /// The guest's state at this moment. Don't hold it across an `await`: the guest stands still meanwhile.
    #[must_use]
    pub fn view(&self) -> watch::Ref<'_, View> {
        self.view.borrow()
    }

    /// The guest's state for who looks at it beside the guest's owner.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<View> {
        self.view.clone()
    }

    /// How long the guest has been in: where its recording is at this moment.
    #[must_use]
    pub fn stay(&self) -> Duration {
        self.view.borrow().began.elapsed()
    }

    /// The figures of the stay so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.view.borrow().statistics()
    }

    /// What happens from now on; the first call gives what happened since joining as well.
    pub fn events(&mut self) -> broadcast::Receiver<Event> {
        self.first_events.take().unwrap_or_else(|| self.events.subscribe())
    }

    /// Where the guest is now.
    #[must_use]
    pub fn position(&self) -> Point {
        let view = self.view.borrow();
        let place = view.world.position_m(view.world.me(), Instant::now());
        Point::nearest(place.unwrap_or_default())
    }

    /// Where the guest sees somebody; nothing for who is not there.
    #[must_use]
    pub fn position_of(&self, name: &str) -> Option<Point> {
        let view = self.view.borrow();
        let who = view.world.person(name)?.view.id;
        Some(Point::nearest(view.world.position_m(who, Instant::now())?))
    }

    /// Walks to a place, metres from left and top, and waits for the arrival.
    ///
    /// # Errors
    /// [`GuestError::Refused`] where nobody can stand or no way leads.
    pub async fn walk_to(&mut self, x_m: f64, y_m: f64) -> Result<(), GuestError> {
        let to = Point::from_metres(x_m, y_m)?;
        let way_s = WAY_FACTOR * self.position().distance_m(to) / WALKING_SPEED_M_S;
        let wait = ASKED_WAIT + Duration::from_secs_f32(way_s);
        let arrived = move |view: &View| {
            let now = Instant::now();
            let world = &view.world;
            let there = world.position_m(world.me(), now).is_some_and(|at| Point::nearest(at).distance_m(to) < 0.05);
            there && world.motion(world.me()).is_some_and(|motion| motion.has_arrived(world.server_time(now)))
        };
        self.ask(ClientMessage::WalkTo { to }, "the arrival", wait, arrived).await
    }

    /// Sets off for a place without waiting.
    ///
    /// # Errors
    /// [`GuestError::Left`] when the stay is over, [`GuestError::Place`] for what is no place.
    pub async fn set_off_for(&self, x_m: f64, y_m: f64) -> Result<(), GuestError> {
        self.say(ClientMessage::WalkTo { to: Point::from_metres(x_m, y_m)? }).await
    }

    /// Holds an arrow key, or lets go of it.
    ///
    /// # Errors
    /// [`GuestError::Left`] when the stay is over.
    pub async fn walk(&self, walk: Walk) -> Result<(), GuestError> {
        self.say(ClientMessage::Walk { walk }).await
    }

    /// Walks to a table, by its name, and waits until the guest sits there.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] without such a table, [`GuestError::Refused`] when it is full or no way leads
    /// there.
    pub async fn table(&mut self, name: &str) -> Result<(), GuestError> {
        let found = self.view.borrow().world.table(name).map(|(id, spec)| (id, f64::from(spec.x), f64::from(spec.y)));
        let (table, x_m, y_m) = found.ok_or_else(|| GuestError::Unknown(format!("table named \"{name}\"")))?;
        let way_s = Point::from_metres(x_m, y_m).map_or(0.0, |to| self.position().distance_m(to)) / WALKING_SPEED_M_S;
        let wait = ASKED_WAIT + Duration::from_secs_f32(WAY_FACTOR * way_s);
        let seated = move |view: &View| {
            let me = view.world.people().get(&view.world.me());
            me.is_some_and(|me| matches!(me.view.place, Place::Seat { table: mine, .. } if mine == table))
        };
        self.ask(ClientMessage::JoinTable { table }, "a seat", wait, seated).await
    }

    /// Stands up and waits until the guest is out of the table.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when that does not happen.
    pub async fn leave_table(&mut self) -> Result<(), GuestError> {
        let out =
            |view: &View| view.world.people().get(&view.world.me()).is_some_and(|me| me.view.place == Place::Square);
        self.ask(ClientMessage::LeaveTable {}, "stepping out", 2 * ASKED_WAIT, out).await
    }

    /// Mutes the microphone: nothing is sent.
    ///
    /// # Errors
    /// [`GuestError::Left`] when the stay is over.
    pub async fn mute(&self) -> Result<(), GuestError> {
        self.command(Command::Mute(true)).await
    }

    /// Opens the microphone again.
    ///
    /// # Errors
    /// [`GuestError::Left`] when the stay is over.
    pub async fn unmute(&self) -> Result<(), GuestError> {
        self.command(Command::Mute(false)).await
    }

    /// Takes another name.
    ///
    /// # Errors
    /// [`GuestError::Refused`] when it can't be one.
    pub async fn rename(&mut self, name: &str) -> Result<(), GuestError> {
        let wanted = name.trim().to_owned();
        let renamed = {
            let wanted = wanted.clone();
            move |view: &View| view.world.name_of(view.world.me()) == Some(wanted.as_str())
        };
        let ask = ClientMessage::SetName { name: name.to_owned() };
        self.ask(ask, "the new name", ASKED_WAIT, renamed).await?;
        self.name = wanted;
        Ok(())
    }

    /// Sets how far voices carry, for everybody: hosts may.
    ///
    /// # Errors
    /// [`GuestError::Refused`] for who is no host.
    pub async fn set_hearing(&mut self, preset: HearingPreset) -> Result<(), GuestError> {
        let set = move |view: &View| view.world.hearing() == preset;
        self.ask(ClientMessage::SetHearing { preset }, "the new hearing", ASKED_WAIT, set).await
    }

    /// Says anything of the wire to the server: for tests of what it refuses.
    ///
    /// # Errors
    /// [`GuestError::Left`] when the stay is over.
    pub async fn say(&self, message: ClientMessage) -> Result<(), GuestError> {
        self.command(Command::Say(message)).await
    }

    /// Cuts the line to the server without a word, as a broken network does. The guest comes back by itself.
    ///
    /// # Errors
    /// [`GuestError::Left`] when the stay is over.
    pub async fn cut_socket(&mut self) -> Result<(), GuestError> {
        let returns = self.view.borrow().returns;
        self.command(Command::CutSocket).await?;
        let cut = move |view: &View| view.returns > returns || !matches!(view.line, LineState::In);
        self.wait_until("the cut", ASKED_WAIT, cut).await
    }

    /// Waits until the guest is back on the line and can hear.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`], or why the guest can't come back.
    pub async fn wait_until_back(&mut self, wait: Duration) -> Result<(), GuestError> {
        let back = |view: &View| {
            matches!(view.line, LineState::In) && matches!(view.media, MediaState::Connected | MediaState::None)
        };
        self.wait_until("coming back", wait, back).await
    }

    /// Whether somebody was heard in the last moment: more than -60 dBFS, after distance and walls.
    pub async fn hears(&mut self, name: &str) -> bool {
        self.loudness_of(name, HEARING_GLANCE).await.audible_s > 0.0
    }

    /// Waits until somebody is heard.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when they are not.
    pub async fn wait_until_hears(&mut self, name: &str, wait: Duration) -> Result<(), GuestError> {
        let before = self.view.borrow().voice(name);
        let heard = |view: &View| view.voice(name).since(before).audible_frames > 0;
        self.wait_until(&format!("hearing {name}"), wait, heard).await
    }

    /// Waits until nothing was heard of somebody for a while.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when they go on.
    pub async fn wait_until_silent(&mut self, name: &str, quiet: Duration, wait: Duration) -> Result<(), GuestError> {
        let deadline = Instant::now() + wait;
        while self.loudness_of(name, quiet).await.audible_s > 0.0 {
            if Instant::now() > deadline {
                return Err(GuestError::TimedOut { what: format!("silence of {name}"), waited: wait });
            }
        }
        Ok(())
    }

    /// Listens to somebody for a time and tells how loud they were.
    pub async fn loudness_of(&mut self, name: &str, over: Duration) -> Loudness {
        let before = self.view.borrow().voice(name);
        tokio::time::sleep(over).await;
        let tally = self.view.borrow().voice(name).since(before);
        Loudness::of(tally, over)
    }

    /// Waits until the guest sees somebody in the space.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when nobody of that name comes.
    pub async fn wait_until_sees(&mut self, name: &str, wait: Duration) -> Result<(), GuestError> {
        self.wait_until(&format!("seeing {name}"), wait, |view| view.world.person(name).is_some()).await
    }

    /// Waits until something is so.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when it does not become so, and why the stay ended if it ends meanwhile.
    pub async fn wait_until(
        &mut self,
        what: &str,
        wait: Duration,
        mut is_so: impl FnMut(&View) -> bool,
    ) -> Result<(), GuestError> {
        let settled = |view: &View| is_so(view) || matches!(view.line, LineState::Over(_));
        let waited = tokio::time::timeout(wait, self.view.wait_for(settled)).await;
        let Ok(view) = waited else {
            return Err(GuestError::TimedOut { what: what.to_owned(), waited: wait });
        };
        let view = view.map_err(|_| GuestError::Left)?;
        match &view.line {
            LineState::Over(why) if !is_so(&view) => Err(why.clone()),
            _ => Ok(()),
        }
    }

    /// Says goodbye, ends the recording, and gives the figures of the stay.
    ///
    /// # Errors
    /// [`GuestError::File`] when the recording can't be written to its end.
    pub async fn leave(self) -> Result<Statistics, GuestError> {
        let (reply, figures) = oneshot::channel();
        self.command(Command::Leave(reply)).await?;
        figures.await.map_err(|_| GuestError::Left)?
    }

    /// Asks something and waits until it is so, until the server refuses it, or until the line breaks: then it may have
    /// been done or not.
    pub(crate) async fn ask(
        &mut self,
        message: ClientMessage,
        what: &str,
        wait: Duration,
        mut is_so: impl FnMut(&View) -> bool,
    ) -> Result<(), GuestError> {
        let (refusals, returns) = (self.view.borrow().refusals, self.view.borrow().returns);
        self.say(message).await?;
        let settled = |view: &View| view.refusals > refusals || view.line_broke_since(returns);
        self.wait_until(what, wait, |view| is_so(view) || settled(view)).await?;
        let view = self.view.borrow();
        match &view.last_refusal {
            _ if is_so(&view) => Ok(()),
            Some(refusal) if view.refusals > refusals => Err(GuestError::Refused(refusal.clone())),
            _ => Err(line_broke(what)),
        }
    }

    pub(crate) async fn command(&self, command: Command) -> Result<(), GuestError> {
        self.commands.send(command).await.map_err(|_| GuestError::Left)
    }
}

pub(crate) fn line_broke(what: &str) -> GuestError {
    GuestError::Connection(format!("the line broke before {what} came"))
}
