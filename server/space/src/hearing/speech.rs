//! Who speaks over everything, to whom, and which closed tables keep that out.

use super::ear::SpokenTo;
use super::law::rounded;
use super::{How, Stand};
use crate::mix::MixSource;
use glam::Vec2;
use torg_protocol::geometry::{BROADCAST_DUCK_DB, Point};
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::ZoneSpec;
use torg_protocol::people::{Addressed, Broadcast};
use torg_protocol::units::amplitude_from_db;

/// A broadcast as hearing knows it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Speech {
    /// The speaker's index in the crowd.
    index: u32,
    speaker: ParticipantId,
    to: To,
    /// Whether it is there to be talked over.
    background: bool,
    /// Whether it stays as loud as it comes.
    is_kept_loud: bool,
}

/// For whom it is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum To {
    Everybody,
    /// Between two corners, metres.
    Zone(Vec2, Vec2),
    Conveners,
    /// A zone that the map doesn't have.
    Nobody,
}

impl Speech {
    /// A broadcast, with the zone that it is for if there is one. Of streams and sounds the loudness is kept.
    pub(crate) fn new(index: usize, broadcast: Broadcast, zone: Option<&ZoneSpec>, is_kept_loud: bool) -> Self {
        let to = match (broadcast.to, zone) {
            (Addressed::Everybody {}, _) => To::Everybody,
            (Addressed::Conveners {}, _) => To::Conveners,
            (Addressed::Zone { .. }, Some(zone)) => {
                let corner_m = Vec2::new(zone.x, zone.y);
                To::Zone(corner_m, corner_m + Vec2::new(zone.width_m, zone.height_m))
            }
            (Addressed::Zone { .. }, None) => To::Nobody,
        };
        // People in a space are far fewer than 2^32.
        Self { index: index as u32, speaker: broadcast.speaker, to, background: broadcast.background, is_kept_loud }
    }

    fn is_for(&self, listener: &Stand) -> bool {
        match self.to {
            To::Everybody => true,
            To::Zone(low_m, high_m) => is_within(listener.at, low_m, high_m),
            To::Conveners => listener.convenes,
            To::Nobody => false,
        }
    }
}

/// Whether a place is between two corners, its lines among it. Compared on the grid of places, so that a line written
/// in decimals is where it is drawn.
fn is_within(at: Point, low_m: Vec2, high_m: Vec2) -> bool {
    let (low, high) = (Point::nearest(low_m).centimetres(), Point::nearest(high_m).centimetres());
    let (x_cm, y_cm) = at.centimetres();
    (low.0..=high.0).contains(&x_cm) && (low.1..=high.1).contains(&y_cm)
}

/// All broadcasts of a space.
#[derive(Debug)]
pub(super) struct Speeches {
    speeches: Vec<Speech>,
    /// By table: whether broadcasts stay out while it is closed.
    kept_out: Vec<bool>,
    /// What all else is turned down by while there is one.
    duck: f32,
}

impl Speeches {
    pub(super) fn new(tables: usize) -> Self {
        let duck = amplitude_from_db(BROADCAST_DUCK_DB);
        Self { speeches: Vec::new(), kept_out: vec![false; tables], duck }
    }

    /// Says whether that changed anything.
    pub(super) fn set(&mut self, speeches: Vec<Speech>) -> bool {
        std::mem::replace(&mut self.speeches, speeches) != self.speeches
    }

    /// Says whether that changed anything; a table that the map doesn't have changes nothing.
    pub(super) fn keep_out(&mut self, table: TableId, kept_out: bool) -> bool {
        let known = self.kept_out.get_mut(usize::from(table.0));
        known.is_some_and(|known| std::mem::replace(known, kept_out) != kept_out)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.speeches.is_empty()
    }

    /// The indices of all who speak over everything to somebody.
    pub(super) fn indices(&self) -> impl Iterator<Item = u32> + '_ {
        self.speeches.iter().map(|speech| speech.index)
    }

    /// Those among them who stay as loud as they come, ascending.
    pub(super) fn kept_loud(&self) -> Vec<ParticipantId> {
        let kept = self.speeches.iter().filter(|speech| speech.is_kept_loud);
        let mut kept: Vec<ParticipantId> = kept.map(|speech| speech.speaker).collect();
        kept.sort_unstable();
        kept
    }

    /// Whether somebody speaks over everything to whoever is there.
    pub(super) fn is_for_everybody(&self, index: u32) -> bool {
        self.speeches.iter().any(|speech| speech.index == index && speech.to == To::Everybody)
    }

    /// How a voice comes to a listener that is so loud through the air.
    #[inline]
    pub(super) fn how(&self, listener: &Stand, speaker: u32, gain: impl FnOnce() -> f32) -> How {
        // Nearly always, and asked for every voice that anybody hears.
        if self.speeches.is_empty() {
            return How::Around(gain());
        }
        match self.speeches.iter().find(|speech| speech.index == speaker && speech.is_for(listener)) {
            Some(speech) => How::Over { kept_out: self.is_kept_out(listener), background: speech.background },
            None => How::Around(gain()),
        }
    }

    fn is_kept_out(&self, listener: &Stand) -> bool {
        listener.table.is_some_and(|(table, _)| self.kept_out.get(usize::from(table.0)).copied().unwrap_or(true))
    }

    /// What becomes of all else for a listener whom these broadcasts reach, a sound in the background among it. Sounds in
    /// the background turn nothing down.
    pub(super) fn ducked(&self, spoken_to: &SpokenTo) -> f32 {
        let talks = |id: ParticipantId| self.speeches.iter().any(|speech| speech.speaker == id && !speech.background);
        if spoken_to.iter().flatten().any(|&id| talks(id)) { self.duck } else { 1.0 }
    }
}

/// A voice over everything, as it is in a mix: so loud, from straight ahead, not muffled.
pub(super) fn over_everything(speaker: ParticipantId, gain: f32) -> MixSource {
    MixSource { speaker, gain: rounded(gain), azimuth_rad: 0.0, low_pass_hz: f32::INFINITY }
}
