//! The call to the plenum: everybody is walked together in a moment, unless they decline. Every function that is asked for
//! refuses first and changes after.

use super::crowd::{Avatar, Course};
use super::kinds::is_apart;
use super::{Due, Space};
use crate::event::Happening;
use crate::ledger::{Deed, Right, right};
use crate::limits::{PLENUM_IN_VAIN_MAX, PLENUM_NOTICE, PLENUM_TRIES};
use crate::motion::{Goal, metres};
use crate::refusal::Refusal;
use glam::DVec2;
use std::collections::BTreeSet;
use torg_protocol::geometry::Point;
use torg_protocol::ids::{ParticipantId, ZoneId};
use torg_protocol::map::ZoneKind;
use torg_protocol::people::{Place, Plenum, Presence};

/// A call that stands.
#[derive(Debug)]
pub(super) struct Call {
    plenum: Plenum,
    /// Who stays. They are few: a call stands for seconds.
    declined: BTreeSet<ParticipantId>,
}

impl Call {
    pub(super) fn plenum(&self) -> Plenum {
        self.plenum
    }

    /// Whether somebody is walked.
    fn is_for(&self, avatar: &Avatar) -> bool {
        let person = &avatar.person;
        !is_apart(person.kind) && person.presence == Presence::Here && !self.declined.contains(&person.id)
    }
}

impl Space {
    /// Everybody is walked together in a moment. Who calls again calls anew.
    pub(super) fn call_plenum(&mut self, index: usize, zone: Option<ZoneId>) -> Result<(), Refusal> {
        self.check_may_call(index)?;
        if let Some(zone) = zone {
            self.map.zone(zone).ok_or(Refusal::UnknownZone)?;
        }
        let zone = zone.or_else(|| self.zone_for(ZoneKind::Stage)).or_else(|| self.zone_for(ZoneKind::Foyer));
        if self.spots(self.area(zone), 1, &[]).is_empty() {
            // A table or a wall is all there is in it.
            return Err(Refusal::NoWay);
        }
        let (by, at) = (self.crowd[index].person.id, self.now + PLENUM_NOTICE);
        let plenum = Plenum { by, zone, at, declined: 0 };
        self.set_call(Some(Call { plenum, declined: BTreeSet::new() }));
        Ok(())
    }

    /// Nobody is walked after all.
    pub(super) fn end_plenum(&mut self, index: usize) -> Result<(), Refusal> {
        self.check_may_call(index)?;
        self.call.as_ref().ok_or(Refusal::NoPlenum)?;
        self.set_call(None);
        Ok(())
    }

    /// Somebody stays where they are. Who goes and comes back under the same id has still declined.
    pub(super) fn decline_plenum(&mut self, index: usize) -> Result<(), Refusal> {
        let call = self.call.as_mut().ok_or(Refusal::NoPlenum)?;
        if call.declined.insert(self.crowd[index].person.id) {
            call.plenum.declined = u16::try_from(call.declined.len()).unwrap_or(u16::MAX);
            let plenum = call.plenum;
            self.tell_all(Happening::PlenumChanged(Some(plenum)));
        }
        Ok(())
    }

    /// The moment has come: everybody who was called walks to a spot of their own. Who stands there already stays, and so
    /// does who no way leads to.
    pub(super) fn come_together(&mut self) {
        let Some(call) = self.call.take() else { return };
        let area = self.area(call.plenum.zone);
        let stands = |avatar: &Avatar| avatar.person.place == Place::Square && avatar.course == Course::Still;
        let walks = |avatar: &Avatar| {
            let is_there = stands(avatar) && area.holds(metres(avatar.person.motion.to));
            call.is_for(avatar) && !is_there
        };
        let walking: Vec<usize> = self.crowd.order().filter(|&index| walks(&self.crowd[index])).collect();
        let standing = self.crowd.by_id().filter(|avatar| stands(avatar) && !walks(avatar));
        let taken: Vec<DVec2> = standing.map(|avatar| metres(avatar.person.motion.to)).collect();
        let spots = self.spots(area, walking.len(), &taken);
        let mut free = spots.clone();
        let mut in_vain = 0;
        for index in walking {
            if in_vain >= PLENUM_IN_VAIN_MAX {
                break;
            }
            if free.is_empty() {
                // More people than spots: some share one.
                free.clone_from(&spots);
            }
            in_vain += self.walk_to_one_of(index, &mut free);
        }
        self.tell_all(Happening::PlenumChanged(None));
    }

    /// Walks somebody to the nearest spot that a way leads to, and takes it off the list. Says how many it took off before
    /// in vain.
    fn walk_to_one_of(&mut self, index: usize, free: &mut Vec<Point>) -> usize {
        let here = metres(self.here(index).at);
        for in_vain in 0..PLENUM_TRIES {
            let away_m = |spot: &Point| metres(*spot).distance_squared(here);
            let nearest = (0..free.len()).min_by(|&a, &b| away_m(&free[a]).total_cmp(&away_m(&free[b])));
            let Some(spot) = nearest.map(|nearest| free.swap_remove(nearest)) else { return in_vain };
            if self.go(index, Goal::Stand(spot)).is_ok() {
                return in_vain;
            }
        }
        PLENUM_TRIES
    }

    fn set_call(&mut self, call: Option<Call>) {
        let plenum = call.as_ref().map(Call::plenum);
        if let Some(old) = std::mem::replace(&mut self.call, call) {
            self.due.remove(&(old.plenum.at, Due::Plenum));
        }
        self.due.extend(plenum.map(|plenum| (plenum.at, Due::Plenum)));
        self.tell_all(Happening::PlenumChanged(plenum));
    }

    fn check_may_call(&self, index: usize) -> Result<(), Refusal> {
        let may = right(self.crowd[index].person.role, Deed::CallPlenum) == Right::Yes;
        if may { Ok(()) } else { Err(Refusal::NotAllowed) }
    }
}
