//! What a worker tells the keepers: who came up or was lost, voice levels, and what flowed.

use super::Worker;
use crate::mailbox::{Flow, MediaEvent, SpaceKey, ToKeeper};
use crate::media::leg::Leg;
use crate::media::limits::{FLOW_WINDOW, LISTENER_SILENT_MAX, PENDING_EVENTS_MAX};
use std::collections::HashMap;
use std::time::Instant;
use tokio::sync::mpsc;

impl Worker {
    pub(super) fn tell_levels(&mut self, now: Instant) {
        let mut levels: HashMap<SpaceKey, Vec<_>> = HashMap::new();
        for (_, held) in &mut self.held {
            if let Some(level) = held.voice.report(now) {
                levels.entry(held.id.space).or_default().push((held.id.participant, level));
            }
        }
        for (space, levels) in levels {
            self.tell(space, MediaEvent::Levels(levels));
        }
    }

    pub(super) fn tell_flow(&mut self, now: Instant) {
        let mut flows: HashMap<SpaceKey, Flow> =
            self.keepers.keys().map(|&space| (space, Flow { worker: self.number, ..Flow::default() })).collect();
        self.mixes.forget_silent(now);
        let recent = |last: Instant| now.saturating_duration_since(last) <= FLOW_WINDOW;
        for (_, held) in &self.held {
            let is_there =
                held.peer.is_connected() && now.saturating_duration_since(held.last_heard) <= LISTENER_SILENT_MAX;
            let Some(flow) = flows.get_mut(&held.id.space).filter(|_| is_there) else { continue };
            let listener = held.id.participant;
            flow.peers.push((listener, held.voice.flowed_within(FLOW_WINDOW, now)));
            let sounding = held.legs.iter().filter(|leg| leg.last_sent().is_some_and(recent));
            let forwarded = sounding.filter_map(Leg::speaker).chain(self.mixes.heard_by(held.id, now));
            flow.forwarded.extend(forwarded.map(|speaker| (speaker, listener)));
        }
        for (space, flow) in flows {
            self.tell(space, MediaEvent::Flow(flow));
        }
    }

    /// Tells a keeper. While it is behind, levels and flow are skipped and the rest waits.
    pub(super) fn tell(&mut self, space: SpaceKey, event: MediaEvent) {
        let Some(line) = self.keepers.get_mut(&space) else { return };
        let is_level = matches!(event, MediaEvent::Levels(_) | MediaEvent::Flow(_));
        if line.pending.is_empty()
            && let Err(mpsc::error::TrySendError::Full(ToKeeper::Media(event))) =
                line.keeper.try_send(ToKeeper::Media(event.clone()))
            && !is_level
        {
            line.pending.push_back(event);
        } else if !line.pending.is_empty() && !is_level && line.pending.len() < PENDING_EVENTS_MAX {
            line.pending.push_back(event);
        }
    }

    /// Tells keepers what waits for them.
    pub(super) fn tell_pending(&mut self) {
        for line in self.keepers.values_mut() {
            while let Some(event) = line.pending.pop_front() {
                if let Err(mpsc::error::TrySendError::Full(ToKeeper::Media(event))) =
                    line.keeper.try_send(ToKeeper::Media(event))
                {
                    line.pending.push_front(event);
                    break;
                }
            }
        }
    }
}
