//! The mix: what the mixers of a space make at this moment. A level, like the routes: only the newest counts.

use torg_protocol::ids::ParticipantId;

/// All beds of a space, and what each listener gets of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mix {
    /// Grows with every change.
    pub version: u64,
    /// The beds that somebody listens to, ascending.
    pub beds: Vec<Bed>,
    /// Who gets a bed or a mix of their own, ascending by listener.
    pub listeners: Vec<ListenerMix>,
    /// Whose voice stays as loud as it comes, ascending: streams and sounds, whose makers have seen to that.
    pub kept_loud: Vec<ParticipantId>,
}

/// A place of the map that shares one bed: a table or a cell. Stays what it is while the space runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BedId(pub u32);

/// The murmur of one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Bed {
    /// Which.
    pub id: BedId,
    /// Who is in it, ascending by speaker.
    pub sources: Vec<MixSource>,
}

/// A voice in a mix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixSource {
    /// Whose.
    pub speaker: ParticipantId,
    /// The factor on the amplitude, above 0, at most 1.
    pub gain: f32,
    /// From where it comes: 0 is straight ahead (up on the map), to the right is positive; -pi to pi.
    pub azimuth_rad: f32,
    /// Above this it is muffled, hertz; infinite when it is not.
    pub low_pass_hz: f32,
}

/// What one listener gets over the section for the bed.
#[derive(Clone, Debug, PartialEq)]
pub struct ListenerMix {
    /// Who listens.
    pub listener: ParticipantId,
    /// The bed of their place, if it has one and they have the murmur on.
    pub bed: Option<BedId>,
    /// A mix of their own, when they get everything in one stream; else the bed itself goes to them.
    pub own: Option<OwnMix>,
}

/// Everything that one listener hears, in one stream.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnMix {
    /// The factor on the amplitude of the bed, 0 to 1: the murmur that the listener chose, and less while somebody speaks
    /// over everything.
    pub bed_gain: f32,
    /// Near voices and broadcasts, ascending by speaker; never the listener's own.
    pub sources: Vec<MixSource>,
}
