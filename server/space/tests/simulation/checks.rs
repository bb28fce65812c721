//! The laws, each looked at from outside the engine: with nothing but its events, routes and people.

mod circle;
mod mix;
mod passing;
mod sound;
mod speech;
mod stage;
mod steps;

use crate::asked::Asked;
use circle::{Circles, SeenOfCircles};
use mix::Mixes;
use mix::SeenOfMixes;
use passing::Passing;
use sound::Sound;
use speech::Speeches;
use stage::Stage;
use std::collections::BTreeMap;
use std::ops::Add;
use steps::Steps;
use torg_protocol::ids::ParticipantId;
use torg_protocol::units::TimeMs;
use torg_space::{Event, Happening, Space, View};

/// Every so manieth participant has a view rebuilt from events.
const VIEW_OF_EVERY: u32 = 40;

/// All checks of one run.
#[derive(Default)]
pub(crate) struct Checks {
    views: BTreeMap<ParticipantId, View>,
    steps: Steps,
    sound: Sound,
    speeches: Speeches,
    passing: Passing,
    mixes: Mixes,
    circles: Circles,
    views_compared: usize,
}

impl Checks {
    /// What has just happened.
    pub(crate) fn take_in(&mut self, space: &Space, now: TimeMs, events: &[Event], asked: &Asked) {
        for event in events {
            self.sound.take_in(event);
            self.speeches.take_in(event);
            self.passing.take_in(event);
            self.mixes.take_in(event, now);
            self.circles.take_in(event);
            for (id, view) in &mut self.views {
                if event.to.reaches(*id) {
                    view.apply(event);
                }
            }
            match &event.what {
                Happening::Entered(person) if person.id.0.is_multiple_of(VIEW_OF_EVERY) => {
                    let view = space.view(person.id).expect("who entered has a view");
                    self.views.insert(person.id, view);
                }
                Happening::Left(id) => {
                    self.views.remove(id);
                    self.steps.forget(*id);
                }
                _ => {}
            }
        }
        self.steps.look(space, now, &self.sound);
        self.speeches.look(space, asked);
        self.circles.look(space, now, events, asked, self.sound.ids());
    }

    /// After the tick's last event.
    pub(crate) fn after_tick(&mut self, space: &Space, now: TimeMs, asked: &Asked) {
        for (id, view) in &self.views {
            assert_eq!(Some(view), space.view(*id).as_ref(), "the view of {id} from events alone");
            self.views_compared += 1;
        }
        let broadcasts = self.speeches.broadcasts().to_vec();
        let law = space.hearing().law();
        let stage = Stage { space, now, law, asked, broadcasts: &broadcasts, circles: &self.circles };
        self.passing.after_tick(&stage, self.sound.ids());
        self.speeches.after_tick(&stage, self.sound.ids());
        self.sound.after_tick(&stage);
        self.mixes.after_tick(&stage, &self.sound);
        self.circles.after_tick(space, now, self.speeches.broadcasts(), self.sound.ids());
    }

    /// What the checks came to see.
    pub(crate) fn seen(&self) -> Seen {
        let sound = self.sound.seen();
        let (seated, walked_m) = (self.steps.seated, self.steps.walked_m as usize);
        let (spoken_to, passing, mixes) = (self.speeches.spoken_to_seen, self.passing.seen, self.mixes.seen());
        let circles = self.circles.seen;
        Seen { views: self.views_compared, seated, walked_m, spoken_to, passing, mixes, circles, ..sound }
    }
}

/// How often the checks of some runs had something to look at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    views: usize,
    seated: usize,
    walked_m: usize,
    routes: usize,
    handed_over: usize,
    kept: usize,
    spoken_to: usize,
    passing: usize,
    mixes: SeenOfMixes,
    circles: SeenOfCircles,
}

impl Seen {
    /// A law that nothing was held against has not been tested.
    pub(crate) fn was_worth_it(&self, ticks: usize) {
        let Self { views, seated, walked_m, routes, handed_over, kept, spoken_to, passing, mixes, circles } = *self;
        assert!(views > 100 && seated > 1_000 && walked_m > 1_000 && routes > 10_000 && handed_over > 0 && kept > 0);
        assert!(spoken_to > 1_000 && passing > 100);
        mixes.were_worth_it();
        circles.were_worth_it(ticks);
    }
}

impl Add for Seen {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            views: self.views + other.views,
            seated: self.seated + other.seated,
            walked_m: self.walked_m + other.walked_m,
            routes: self.routes + other.routes,
            handed_over: self.handed_over + other.handed_over,
            kept: self.kept + other.kept,
            spoken_to: self.spoken_to + other.spoken_to,
            passing: self.passing + other.passing,
            mixes: self.mixes + other.mixes,
            circles: self.circles + other.circles,
        }
    }
}
