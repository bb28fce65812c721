//! What one member of a crowd measures.

use super::histogram::Histogram;
use crate::error::GuestError;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use torg_protocol::ids::{ParticipantId, TableId};

/// The figures of one member.
pub(super) struct Tally {
    /// In, with sound.
    pub(super) joined: bool,
    /// From the offer to the first packet of a voice, or of a stream with everything in it.
    pub(super) first_audio: Option<Duration>,
    pub(super) packets_sent: u64,
    pub(super) packets_received: u64,
    pub(super) packets_lost: u64,
    pub(super) bed_packets_received: u64,
    pub(super) bed_packets_lost: u64,
    pub(super) transit: Histogram,
    pub(super) switch: Histogram,
    pub(super) board: Histogram,
    pub(super) rejoins: u32,
    pub(super) mislabelled: u64,
    /// Why it could not come in, or fell out.
    pub(super) failure: Option<GuestError>,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            joined: false,
            first_audio: None,
            packets_sent: 0,
            packets_received: 0,
            packets_lost: 0,
            bed_packets_received: 0,
            bed_packets_lost: 0,
            transit: Histogram::new(),
            switch: Histogram::new(),
            board: Histogram::new(),
            rejoins: 0,
            mislabelled: 0,
            failure: None,
        }
    }
}

/// A voice not heard for so long counts as new at another table.
const NEW_VOICE_AFTER: Duration = Duration::from_millis(500);

/// Measures how soon the voices of another table are there.
#[derive(Default)]
pub(super) struct Switching {
    bound_for: Option<TableId>,
    /// When the server seated this one there; nothing again once a voice there is heard.
    seated: Option<Instant>,
    /// When a packet of each voice last came.
    voices: HashMap<ParticipantId, Instant>,
}

impl Switching {
    /// Sets off for a table, or for none.
    pub(super) fn set_off(&mut self, table: Option<TableId>) {
        self.bound_for = table;
        self.seated = None;
    }

    /// The server seats this one somewhere.
    pub(super) fn placed(&mut self, table: Option<TableId>, now: Instant) {
        if self.bound_for.is_some() && table == self.bound_for {
            self.seated.get_or_insert(now);
        }
    }

    /// A packet came, of a speaker at this table. Gives how long after sitting down, for the first of a voice
    /// there that was not to be heard before.
    pub(super) fn heard(&mut self, speaker: ParticipantId, table: Option<TableId>, now: Instant) -> Option<Duration> {
        let before = self.voices.insert(speaker, now);
        let seated = self.seated?;
        if table != self.bound_for {
            return None;
        }
        self.set_off(None);
        let is_new = before.is_none_or(|before| before + NEW_VOICE_AFTER < seated);
        is_new.then(|| now.saturating_duration_since(seated))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OAK: TableId = TableId(1);
    const ANN: ParticipantId = ParticipantId(1);
    const BOB: ParticipantId = ParticipantId(2);

    #[test]
    fn only_a_voice_that_is_new_at_the_new_table_is_measured() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut switching = Switching::default();
        assert_eq!(switching.heard(ANN, Some(OAK), at(0)), None, "bound for nowhere");
        switching.set_off(Some(OAK));
        switching.placed(None, at(900));
        assert_eq!(switching.heard(BOB, None, at(950)), None, "on the way");
        switching.placed(Some(OAK), at(1_000));
        switching.placed(Some(OAK), at(1_010));
        assert_eq!(switching.heard(BOB, None, at(1_020)), None, "sits elsewhere");
        assert_eq!(switching.heard(ANN, Some(OAK), at(1_060)), Some(Duration::from_millis(60)));
        assert_eq!(switching.heard(ANN, Some(OAK), at(1_080)), None, "once");
        switching.set_off(Some(OAK));
        switching.placed(Some(OAK), at(1_200));
        assert_eq!(switching.heard(ANN, Some(OAK), at(1_220)), None, "heard all along");
    }
}
