//! Hearing: who may hear whom, who speaks, and whose voice each audio slot carries.

mod cells;
mod changes;
mod room;
mod slots;
mod tick;
mod voice;

pub(crate) use tick::Hearing;
pub(crate) use voice::Voice;

use torg_protocol::geometry::{HearingLaw, Placed, Point, placed_gain};
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::TableWall;
use torg_protocol::people::Microphone;

/// What hearing knows of a participant: an ear and a mouth at a place. Who has left the space has none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stand {
    pub(crate) id: ParticipantId,
    pub(crate) at: Point,
    /// The table whose wall of sound is around them.
    pub(crate) table: Option<(TableId, TableWall)>,
    pub(crate) microphone: Microphone,
    /// How much they have spoken lately, see [`Voice::heat`].
    pub(crate) heat: u8,
    /// Whether they are connected and what arrives is played: who counts as a listener.
    pub(crate) hears: bool,
}

impl Stand {
    fn placed(&self) -> Placed {
        Placed { at: self.at, table: self.table }
    }

    fn is_behind_closed_wall(&self) -> bool {
        matches!(self.table, Some((_, TableWall::Closed)))
    }
}

/// Whether a listener may hear a speaker, who is so loud there by [`gain`]: the one place that says so. Routes hold
/// nobody whom this denies.
///
/// Both are in this space, connected or with their place held: a connection that dropped is often the websocket
/// alone, and then voices go on. Everything that is not allowed here is denied.
fn may_hear(listener: &Stand, speaker: &Stand, gain: f32) -> bool {
    if listener.id == speaker.id || speaker.microphone != Microphone::On {
        return false;
    }
    // A broadcast will be allowed here, and nowhere else: it may enter a closed table, never leave one.
    may_hear_place(listener, speaker, gain)
}

/// Whether a voice at the speaker's place reaches the listener, whatever the microphone does.
fn may_hear_place(listener: &Stand, speaker: &Stand, gain: f32) -> bool {
    let mine = listener.table.map(|(table, _)| table);
    let theirs = speaker.table.map(|(table, _)| table);
    if mine != theirs && (listener.is_behind_closed_wall() || speaker.is_behind_closed_wall()) {
        return false;
    }
    gain > 0.0
}

/// How loud a speaker is for a listener by place, 0 to 1.
fn gain(law: HearingLaw, listener: &Stand, speaker: &Stand) -> f32 {
    placed_gain(law, listener.placed(), speaker.placed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::geometry::HearingPreset;

    fn stand(id: u32, x: f64, table: Option<(u16, TableWall)>) -> Stand {
        Stand {
            id: ParticipantId(id),
            at: Point::from_metres(x, 5.0).expect("on the map"),
            table: table.map(|(table, wall)| (TableId(table), wall)),
            microphone: Microphone::On,
            heat: 0,
            hears: true,
        }
    }

    fn hears(listener: &Stand, speaker: &Stand) -> bool {
        may_hear(listener, speaker, gain(HearingPreset::Room.law(), listener, speaker))
    }

    #[test]
    fn near_and_unmuted_is_heard() {
        let (ann, bob) = (stand(1, 1.0, None), stand(2, 3.0, None));
        assert!(hears(&ann, &bob) && hears(&bob, &ann));
        assert!(!hears(&ann, &ann), "never oneself");
        assert!(!hears(&ann, &stand(3, 13.0, None)), "the edge of the room is 12 m away");
        for microphone in [Microphone::Muted, Microphone::Absent] {
            assert!(!hears(&ann, &Stand { microphone, ..bob }));
            assert!(hears(&Stand { microphone, ..ann }, &bob), "listening needs no microphone");
        }
    }

    #[test]
    fn nothing_goes_through_a_closed_wall() {
        let closed = |id, x, table| stand(id, x, Some((table, TableWall::Closed)));
        let open = |id, x, table| stand(id, x, Some((table, TableWall::Open)));
        assert!(hears(&closed(1, 1.0, 4), &closed(2, 2.0, 4)));
        for outside in [stand(2, 1.0, None), open(2, 1.0, 5), closed(2, 1.0, 5)] {
            assert!(!hears(&closed(1, 1.0, 4), &outside));
            assert!(!hears(&outside, &closed(1, 1.0, 4)));
        }
        assert!(hears(&open(1, 1.0, 4), &stand(2, 3.0, None)), "an open wall muffles only");
        assert!(hears(&open(1, 1.0, 4), &open(2, 50.0, 4)), "one table is one talk, however large");
    }
}
