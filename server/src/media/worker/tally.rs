//! What a worker counts between two looks of the metrics.

use crate::media::socket::Sent;
use crate::metrics::{
    MEDIA_BYTES, MEDIA_DROPPED, MEDIA_FORWARDED, MEDIA_LOSS, MEDIA_PACKETS, MEDIA_PEERS, MEDIA_SEND_CALLS,
    MIX_DELAY_SECONDS, MIX_SENT,
};
use metrics::{counter, gauge, histogram};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Counters of one worker since they were last published.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) packets_in: u64,
    pub(super) bytes_in: u64,
    pub(super) forwarded: u64,
    /// Packets of mixes, one for each listener.
    pub(super) mixed: u64,
    pub(super) sent: Sent,
    dropped: BTreeMap<&'static str, u64>,
    losses: Vec<f32>,
    mix_delays: Vec<Duration>,
    /// What the gauge of peers was told last.
    peers: i64,
}

impl Tally {
    pub(super) fn dropped(&mut self, reason: &'static str, packets: u64) {
        if packets > 0 {
            *self.dropped.entry(reason).or_default() += packets;
        }
    }

    /// A listener reported a part lost, 0 to 1.
    pub(super) fn lost(&mut self, part: f32) {
        self.losses.push(part);
    }

    /// Mixes have left with voices that came to us at these times; empties the list.
    pub(super) fn mixes_sent(&mut self, heard: &mut Vec<Instant>) {
        if !heard.is_empty() {
            let now = Instant::now();
            self.mix_delays.extend(heard.drain(..).map(|came| now.saturating_duration_since(came)));
        }
    }

    /// Adds everything to the process's metrics and starts anew.
    pub(super) fn publish(&mut self, peers: usize) {
        counter!(MEDIA_PACKETS, "direction" => "in").increment(self.packets_in);
        counter!(MEDIA_BYTES, "direction" => "in").increment(self.bytes_in);
        counter!(MEDIA_PACKETS, "direction" => "out").increment(self.sent.datagrams);
        counter!(MEDIA_BYTES, "direction" => "out").increment(self.sent.bytes);
        counter!(MEDIA_FORWARDED).increment(self.forwarded);
        counter!(MIX_SENT).increment(self.mixed);
        counter!(MEDIA_SEND_CALLS).increment(self.sent.calls);
        self.dropped("send_buffer_full", self.sent.refused);
        for (reason, packets) in &self.dropped {
            counter!(MEDIA_DROPPED, "reason" => *reason).increment(*packets);
        }
        for part in &self.losses {
            histogram!(MEDIA_LOSS).record(f64::from(*part));
        }
        for delay in &self.mix_delays {
            histogram!(MIX_DELAY_SECONDS).record(delay.as_secs_f64());
        }
        let peers = peers as i64;
        gauge!(MEDIA_PEERS).increment((peers - self.peers) as f64);
        *self = Self { peers, ..Self::default() };
    }
}
