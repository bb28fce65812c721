//! Hearing: who may hear whom, who speaks, whose voice each audio slot carries, and what is in the beds and mixes.

mod cells;
mod changes;
mod ear;
mod law;
mod mixing;
mod passing;
mod place;
mod room;
mod slots;
mod speech;
mod tick;
mod voice;

pub(crate) use ear::Listener;
pub(crate) use speech::Speech;
pub(crate) use tick::Hearing;
pub(crate) use voice::Voice;

use crate::limits::OWN_GAIN_MIN;
use torg_protocol::geometry::{HearingLaw, Placed, Point, placed_gain};
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::TableWall;
use torg_protocol::people::Microphone;

/// What hearing knows of a participant: an ear and a mouth at a place. Who has left the space has none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stand {
    pub(crate) id: ParticipantId,
    pub(crate) at: Point,
    /// Where they will be when a mix that is planned now is heard. Mixes alone are placed by it: who may hear whom follows
    /// from where everybody is.
    pub(crate) soon: Point,
    /// The table whose wall of sound is around them.
    pub(crate) table: Option<(TableId, TableWall)>,
    pub(crate) microphone: Microphone,
    /// How much they have spoken lately, see [`Voice::heat`].
    pub(crate) heat: u8,
    /// Whether they are connected and what arrives is played: who counts as a listener.
    pub(crate) hears: bool,
    /// Whether they are one of all conveners.
    pub(crate) convenes: bool,
    /// Whether they hear nothing, and are heard only while they speak over everything: streams and sounds.
    pub(crate) is_apart: bool,
    /// The table that they listen to in passing; [`Hearing::tick`] finds it.
    pub(crate) listens_to: Option<TableId>,
}

/// How a voice comes to a listener.
#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    /// Through the air, so loud there by [`gain`].
    Around(f32),
    /// Over everything: it is a broadcast, and the listener is one of those it is for.
    Over {
        /// Whether broadcasts stay out of the listener's table, if it is closed.
        kept_out: bool,
        /// Whether it is there to be talked over.
        background: bool,
    },
}

impl Stand {
    fn placed(&self) -> Placed {
        Placed { at: self.at, table: self.table, listens_to: self.listens_to }
    }

    /// Where they will be in a moment, behind the walls of now.
    fn placed_soon(&self) -> Placed {
        Placed { at: self.soon, ..self.placed() }
    }

    /// Whether they can listen to a table in passing.
    fn may_pass_by(&self) -> bool {
        !self.is_apart && self.table.is_none()
    }

    fn is_behind_closed_wall(&self) -> bool {
        matches!(self.table, Some((_, TableWall::Closed)))
    }
}

/// Whether a listener may hear a speaker: the one place that says so. Routes and mixes hold nobody whom this denies.
///
/// Both are in this space, connected or with their place held: a connection that dropped is often the websocket
/// alone, and then voices go on. Everything that is not allowed here is denied.
fn may_hear(listener: &Stand, speaker: &Stand, how: How) -> bool {
    listener.id != speaker.id && speaker.microphone == Microphone::On && may_hear_place(listener, speaker, how)
}

/// Whether a voice at the speaker's place reaches the listener, whatever the microphone does.
fn may_hear_place(listener: &Stand, speaker: &Stand, how: How) -> bool {
    if listener.is_apart {
        return false;
    }
    let gain = match how {
        // The one exception to closed walls: a broadcast may enter, never leave.
        How::Over { kept_out, .. } => {
            return !speaker.is_behind_closed_wall() && (!kept_out || !listener.is_behind_closed_wall());
        }
        How::Around(_) if speaker.is_apart => return false,
        How::Around(gain) => gain,
    };
    let mine = listener.table.map(|(table, _)| table);
    let theirs = speaker.table.map(|(table, _)| table);
    if mine != theirs && (listener.is_behind_closed_wall() || speaker.is_behind_closed_wall()) {
        return false;
    }
    gain > 0.0
}

/// Whether a voice may be in beds: it speaks, and outside of closed walls. A bed is for all who stand at a place outside
/// of them, so who listens makes no difference; that nobody hears themself is for the law of beds to see to.
fn may_murmur(speaker: &Stand) -> bool {
    let speaks = speaker.microphone == Microphone::On && speaker.heat > 0;
    speaks && !speaker.is_apart && !speaker.is_behind_closed_wall()
}

/// How loud a speaker is for a listener by place, 0 to 1.
fn gain(law: HearingLaw, listener: &Stand, speaker: &Stand) -> f32 {
    placed_gain(law, listener.placed(), speaker.placed())
}

/// How loud a speaker will be for a listener by place in a moment; never nothing, since who may hear whom is said for now.
fn gain_soon(law: HearingLaw, listener: &Stand, speaker: &Stand) -> f32 {
    placed_gain(law, listener.placed_soon(), speaker.placed_soon()).max(OWN_GAIN_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::geometry::HearingPreset;

    pub(super) fn stand(id: u32, x: f64, table: Option<(u16, TableWall)>) -> Stand {
        let at = Point::from_metres(x, 5.0).expect("on the map");
        Stand {
            id: ParticipantId(id),
            at,
            soon: at,
            table: table.map(|(table, wall)| (TableId(table), wall)),
            microphone: Microphone::On,
            heat: 0,
            hears: true,
            convenes: false,
            is_apart: false,
            listens_to: None,
        }
    }

    fn hears(listener: &Stand, speaker: &Stand) -> bool {
        may_hear(listener, speaker, How::Around(gain(HearingPreset::Room.law(), listener, speaker)))
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
    fn who_is_apart_hears_nothing_and_is_heard_over_everything_alone() {
        let (ann, stream) = (stand(1, 1.0, None), Stand { is_apart: true, heat: 9, ..stand(2, 1.5, None) });
        assert!(!hears(&ann, &stream) && !hears(&stream, &ann) && !may_murmur(&stream));
        assert!(may_hear(&ann, &stream, How::Over { kept_out: false, background: false }));
        assert!(!may_hear(&stream, &ann, How::Over { kept_out: false, background: false }));
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

    #[test]
    fn a_broadcast_enters_a_closed_table_and_never_leaves_one() {
        let closed = |id, table| stand(id, 1.0, Some((table, TableWall::Closed)));
        let open = |id, table| stand(id, 1.0, Some((table, TableWall::Open)));
        let far = stand(9, 80.0, None);
        let over = |listener: &Stand, speaker: &Stand, kept_out| {
            let [talk, sound] =
                [false, true].map(|background| may_hear(listener, speaker, How::Over { kept_out, background }));
            assert_eq!(talk, sound, "a sound in the background goes where a talk goes");
            talk
        };
        for listener in [closed(1, 4), open(1, 5), stand(1, 1.0, None)] {
            assert!(
                over(&listener, &far, false) && over(&listener, &Stand { id: ParticipantId(2), ..open(9, 5) }, false)
            );
            for speaker in [closed(9, 3), closed(9, 4)] {
                assert!(!over(&listener, &speaker, false) && !over(&listener, &speaker, true), "never out of one");
            }
            assert_eq!(
                over(&listener, &far, true),
                !listener.is_behind_closed_wall(),
                "kept out by a closed wall alone"
            );
            assert!(!over(&listener, &Stand { microphone: Microphone::Muted, ..far }, false));
        }
        assert!(!over(&far, &far, false), "never oneself");
    }
}
