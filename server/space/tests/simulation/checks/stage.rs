//! The space at a moment, as anybody may compute it from people, protocol, and what was asked.

use super::circle::Circles;
use crate::asked::Asked;
use torg_protocol::geometry::{HearingLaw, Placed, Point, placed_gain};
use torg_protocol::ids::ParticipantId;
use torg_protocol::map::TableWall;
use torg_protocol::people::{Addressed, Broadcast, Microphone, ParticipantKind, Presence, Role};
use torg_protocol::units::TimeMs;
use torg_space::{ListenerMix, MixSource, Space, limits};

/// The space at a moment.
pub(crate) struct Stage<'a> {
    pub(crate) space: &'a Space,
    pub(crate) now: TimeMs,
    pub(crate) law: HearingLaw,
    pub(crate) asked: &'a Asked,
    pub(crate) broadcasts: &'a [Broadcast],
    pub(crate) circles: &'a Circles,
}

impl Stage<'_> {
    pub(crate) fn placed(&self, id: ParticipantId) -> Option<Placed> {
        self.placed_at(id, self.now)
    }

    /// Where somebody is at a moment, if they walk on as they do, behind the walls of now.
    fn placed_at(&self, id: ParticipantId, moment: TimeMs) -> Option<Placed> {
        let person = self.space.person(id)?;
        let table = person.place.table().and_then(|table| self.space.map().table(table));
        let at = Point::nearest(person.motion.position_m(moment));
        let listens_to = self.circles.listens_to(id);
        Some(Placed { at, table: table.map(|table| (table.id, table.wall)), listens_to })
    }

    /// How loud a speaker will be for a listener when the mix of now is heard.
    pub(crate) fn gain_soon(&self, listener: ParticipantId, speaker: ParticipantId) -> f32 {
        let soon = |id| self.placed_at(id, self.now + limits::MIX_AHEAD).expect("both are in");
        placed_gain(self.law, soon(listener), soon(speaker)).max(limits::OWN_GAIN_MIN)
    }

    pub(crate) fn gain(&self, listener: ParticipantId, speaker: ParticipantId) -> f32 {
        let (Some(listener), Some(speaker)) = (self.placed(listener), self.placed(speaker)) else { return 0.0 };
        let tables = [listener.table, speaker.table];
        let closed = tables.iter().flatten().any(|(_, wall)| *wall == TableWall::Closed);
        let gain = placed_gain(self.law, listener, speaker);
        assert!(!closed || tables[0] == tables[1] || gain == 0.0, "a closed wall lets a voice through");
        gain
    }

    pub(crate) fn is_behind_closed_wall(&self, id: ParticipantId) -> bool {
        self.placed(id).is_some_and(|placed| matches!(placed.table, Some((_, TableWall::Closed))))
    }

    /// Whether somebody may be heard at all: unmuted, and not hushed by a talking piece that somebody else holds.
    pub(crate) fn is_on(&self, id: ParticipantId) -> bool {
        let person = self.space.person(id);
        person
            .is_some_and(|person| person.microphone == Microphone::On && !self.circles.hushes(person, self.broadcasts))
    }

    /// Whether somebody hears nothing, and is heard as a broadcast alone.
    pub(crate) fn is_apart(&self, id: ParticipantId) -> bool {
        let kind = self.space.person(id).map(|person| person.kind);
        matches!(kind, Some(ParticipantKind::Stream | ParticipantKind::Sound))
    }

    pub(crate) fn may_hear(&self, listener: ParticipantId, speaker: ParticipantId) -> bool {
        let is_heard = listener != speaker && self.is_on(speaker) && self.gain(listener, speaker) > 0.0;
        let near = is_heard && !self.is_apart(listener) && !self.is_apart(speaker);
        near || self.speaks_over(listener, speaker)
    }

    /// Whether somebody is heard by a listener over everything.
    pub(crate) fn speaks_over(&self, listener: ParticipantId, speaker: ParticipantId) -> bool {
        self.is_on(speaker) && self.reaches_over(listener, speaker)
    }

    /// Whether a broadcast reaches a listener, whatever the microphone does: it may enter a closed table that doesn't
    /// keep it out, never leave one.
    fn reaches_over(&self, listener: ParticipantId, speaker: ParticipantId) -> bool {
        let Some(broadcast) = self.broadcasts.iter().find(|broadcast| broadcast.speaker == speaker) else {
            return false;
        };
        let (Some(placed), Some(person)) = (self.placed(listener), self.space.person(listener)) else { return false };
        let is_for = match broadcast.to {
            Addressed::Everybody {} => true,
            Addressed::Conveners {} => person.role == Role::Convener || self.asked.convenes(listener),
            Addressed::Zone { zone } => {
                let zone = &self.space.map().spec().zones[usize::from(zone.0)];
                let centimetres = |metres: f32| (metres * 100.0).round() as u16;
                let (x, y) = placed.at.centimetres();
                (centimetres(zone.x)..=centimetres(zone.x + zone.width_m)).contains(&x)
                    && (centimetres(zone.y)..=centimetres(zone.y + zone.height_m)).contains(&y)
            }
        };
        let keeps_out = placed.table.is_some_and(|(table, _)| self.asked.keeps_out(table));
        let stays_outside = self.is_behind_closed_wall(listener) && keeps_out;
        let hears = listener != speaker && !self.is_apart(listener);
        hears && is_for && !stays_outside && !self.is_behind_closed_wall(speaker)
    }

    /// What somebody gets of the mixers.
    pub(crate) fn mixed(&self, listener: ParticipantId) -> Option<&ListenerMix> {
        let listeners = &self.space.mix().listeners;
        listeners.binary_search_by_key(&listener, |mix| mix.listener).ok().map(|index| &listeners[index])
    }

    /// What is in somebody's own mix.
    pub(crate) fn own(&self, listener: ParticipantId) -> &[MixSource] {
        self.mixed(listener).and_then(|mix| mix.own.as_ref()).map_or(&[], |own| &own.sources)
    }

    pub(crate) fn check_earshot(&self, speaker: ParticipantId, all: impl Iterator<Item = ParticipantId>) {
        let hears = |&other: &ParticipantId| {
            let here = self.space.person(other).is_some_and(|person| person.presence == Presence::Here);
            other != speaker
                && here
                && self.space.ears_open(other)
                && ((!self.is_apart(speaker) && self.gain(other, speaker) > 0.0) || self.reaches_over(other, speaker))
        };
        assert_eq!(usize::from(self.space.in_earshot(speaker)), all.filter(hears).count(), "earshot of {speaker}");
    }
}
