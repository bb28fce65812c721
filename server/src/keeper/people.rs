//! Who is in the space, on which websocket, and what waits to be sent to them.

use crate::mailbox::{Outbox, Outgoing, SessionId};
use crate::metrics::{Counted, PARTICIPANTS};
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap};
use torg_protocol::frame;
use torg_protocol::geometry::Segment;
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::GoodbyeReason;
use torg_protocol::people::Role;
use torg_protocol::units::{TimeMs, VoiceLevel};
use torg_space::Audience;

/// Everybody who is in the space, and the frames of the next tick.
#[derive(Debug, Default)]
pub(super) struct People {
    entries: BTreeMap<ParticipantId, Entry>,
    sessions: HashMap<SessionId, ParticipantId>,
    motion: BTreeMap<ParticipantId, Segment>,
    levels: BTreeMap<ParticipantId, VoiceLevel>,
}

#[derive(Debug)]
struct Entry {
    attached: Option<Attached>,
    /// The role of the link by which they came.
    link: Role,
    /// Who muted them, until they open the microphone themselves.
    muted_by: Option<ParticipantId>,
    _counted: Counted,
}

#[derive(Debug)]
struct Attached {
    session: SessionId,
    outbox: Outbox,
}

impl People {
    /// Everybody, by id.
    pub(super) fn ids(&self) -> Vec<ParticipantId> {
        self.entries.keys().copied().collect()
    }

    /// The role of the link by which somebody came.
    pub(super) fn link(&self, participant: ParticipantId) -> Option<Role> {
        self.entries.get(&participant).map(|entry| entry.link)
    }

    /// Who muted somebody, if that still holds.
    pub(super) fn muted_by(&self, participant: ParticipantId) -> Option<ParticipantId> {
        self.entries.get(&participant)?.muted_by
    }

    /// Somebody was muted by somebody, or opened the microphone again.
    pub(super) fn set_muted_by(&mut self, participant: ParticipantId, by: Option<ParticipantId>) {
        if let Some(entry) = self.entries.get_mut(&participant) {
            entry.muted_by = by;
        }
    }

    /// Whether somebody's websocket stands.
    pub(super) fn is_here(&self, participant: ParticipantId) -> bool {
        self.entries.get(&participant).is_some_and(|entry| entry.attached.is_some())
    }

    /// Who speaks on a websocket.
    pub(super) fn of_session(&self, session: SessionId) -> Option<ParticipantId> {
        self.sessions.get(&session).copied()
    }

    /// Puts a participant on a websocket. Whoever had them before is told that they were replaced.
    pub(super) fn attach(&mut self, participant: ParticipantId, session: SessionId, outbox: Outbox, link: Role) {
        let fresh = || Entry { attached: None, link, muted_by: None, _counted: Counted::one(PARTICIPANTS) };
        let entry = self.entries.entry(participant).or_insert_with(fresh);
        if let Some(before) = entry.attached.replace(Attached { session, outbox }) {
            self.sessions.remove(&before.session);
            before.outbox.close(GoodbyeReason::Replaced);
        }
        self.sessions.insert(session, participant);
    }

    /// Takes a websocket away from its participant.
    pub(super) fn detach(&mut self, session: SessionId) -> Option<ParticipantId> {
        let participant = self.sessions.remove(&session)?;
        self.entries.get_mut(&participant)?.attached = None;
        Some(participant)
    }

    /// Takes a participant off the list, for good.
    pub(super) fn forget(&mut self, participant: ParticipantId) {
        self.motion.remove(&participant);
        self.levels.remove(&participant);
        if let Some(attached) = self.entries.remove(&participant).and_then(|entry| entry.attached) {
            self.sessions.remove(&attached.session);
        }
    }

    /// Keeps a segment for the next frame of motion.
    pub(super) fn note_motion(&mut self, participant: ParticipantId, segment: Segment) {
        self.motion.insert(participant, segment);
    }

    /// Keeps a level for the next frame of voice levels.
    pub(super) fn note_level(&mut self, participant: ParticipantId, level: VoiceLevel) {
        self.levels.insert(participant, level);
    }

    /// Sends what moved and who spoke since the last tick, to everybody.
    pub(super) fn send_frames(&mut self, now: TimeMs) {
        let motion: Vec<_> = std::mem::take(&mut self.motion).into_iter().collect();
        let levels: Vec<_> = std::mem::take(&mut self.levels).into_iter().collect();
        for bytes in frame::encode_motion(now, &motion).into_iter().chain(frame::encode_levels(now, &levels)) {
            self.push_to(Audience::Everybody, Outgoing::Binary(Bytes::from(bytes)));
        }
    }

    /// Sends voice levels to one.
    pub(super) fn push_levels(&self, participant: ParticipantId, now: TimeMs, levels: &[(ParticipantId, VoiceLevel)]) {
        for bytes in frame::encode_levels(now, levels) {
            self.push(participant, Outgoing::Binary(Bytes::from(bytes)));
        }
    }

    /// Sends to one. Who can't take it is cut off by the outbox; the session then tells that it is gone.
    pub(super) fn push(&self, participant: ParticipantId, message: Outgoing) {
        if let Some(attached) = self.entries.get(&participant).and_then(|entry| entry.attached.as_ref()) {
            let _ = attached.outbox.push(message);
        }
    }

    /// Sends to all of an audience.
    pub(super) fn push_to(&self, to: Audience, message: Outgoing) {
        if let Audience::Only(participant) = to {
            return self.push(participant, message);
        }
        for (_, entry) in self.entries.iter().filter(|(participant, _)| to.reaches(**participant)) {
            if let Some(attached) = &entry.attached {
                let _ = attached.outbox.push(message.clone());
            }
        }
    }

    /// Ends a participant's session.
    pub(super) fn close(&mut self, participant: ParticipantId, reason: GoodbyeReason) {
        if let Some(attached) = self.entries.get_mut(&participant).and_then(|entry| entry.attached.take()) {
            self.sessions.remove(&attached.session);
            attached.outbox.close(reason);
        }
    }
}
