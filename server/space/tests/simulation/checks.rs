//! The laws, each looked at from outside the engine: with nothing but its events, routes and people.

mod sound;
mod steps;

use sound::Sound;
use std::collections::BTreeMap;
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
    views_compared: usize,
}

impl Checks {
    /// What has just happened.
    pub(crate) fn take_in(&mut self, space: &Space, now: TimeMs, events: &[Event]) {
        for event in events {
            self.sound.take_in(event);
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
    }

    /// After the tick's last event.
    pub(crate) fn after_tick(&mut self, space: &Space, now: TimeMs) {
        for (id, view) in &self.views {
            assert_eq!(Some(view), space.view(*id).as_ref(), "the view of {id} from events alone");
            self.views_compared += 1;
        }
        self.sound.after_tick(space, now);
    }

    /// That the run was worth its time.
    pub(crate) fn finish(&self) {
        assert!(self.views_compared > 100, "{} views", self.views_compared);
        self.steps.finish();
        self.sound.finish();
    }
}
