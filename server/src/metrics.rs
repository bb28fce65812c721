//! Every figure that `/metrics` shows, described in one place. The names are recorded where things happen, by
//! the macros of the `metrics` crate.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// People in all spaces, those whose place is held among them.
pub const PARTICIPANTS: &str = "torg_participants";
/// Spaces that run.
pub const SPACES_RUNNING: &str = "torg_spaces_running";
/// Spaces whose keeper panicked.
pub const SPACES_FAILED: &str = "torg_spaces_failed_total";
/// Open websockets.
pub const SESSIONS: &str = "torg_sessions";
/// Refusals, by `code`.
pub const REFUSED: &str = "torg_refused_total";
/// Peer connections that are up.
pub const PEERS: &str = "torg_peers";
/// RTP packets that came in.
pub const PACKETS_IN: &str = "torg_packets_in_total";
/// RTP packets that went out.
pub const PACKETS_OUT: &str = "torg_packets_out_total";
/// Bytes of media that came in.
pub const BYTES_IN: &str = "torg_bytes_in_total";
/// Bytes of media that went out.
pub const BYTES_OUT: &str = "torg_bytes_out_total";
/// What was dropped, by `reason`.
pub const DROPPED: &str = "torg_dropped_total";
/// How long a keeper's tick takes.
pub const TICK_SECONDS: &str = "torg_tick_seconds";
/// From a client's hello to its peer connection being up.
pub const JOIN_SECONDS: &str = "torg_join_seconds";

const TICK_BUCKETS: [f64; 9] = [0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.2];
const JOIN_BUCKETS: [f64; 10] = [0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// Installs the recorder, once a process, and gives the handle that renders it.
pub fn install() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Full(TICK_SECONDS.to_owned()), &TICK_BUCKETS)
                .and_then(|builder| {
                    builder.set_buckets_for_metric(Matcher::Full(JOIN_SECONDS.to_owned()), &JOIN_BUCKETS)
                })
                .expect("the lists of buckets are not empty");
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            // Somebody who embeds the server may have a recorder of their own; then theirs gets the figures.
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder is installed already: /metrics stays empty");
            }
            describe();
            handle
        })
        .clone()
}

fn describe() {
    describe_gauge!(PARTICIPANTS, "People in all spaces, those whose place is held among them");
    describe_gauge!(SPACES_RUNNING, "Spaces that run");
    describe_counter!(SPACES_FAILED, "Spaces that hit a fault and started again");
    describe_gauge!(SESSIONS, "Open websockets");
    describe_counter!(REFUSED, "Refusals told to clients, by code");
    describe_gauge!(PEERS, "Peer connections that are up");
    describe_counter!(PACKETS_IN, "RTP packets received");
    describe_counter!(PACKETS_OUT, "RTP packets sent");
    describe_counter!(BYTES_IN, Unit::Bytes, "Bytes of media received");
    describe_counter!(BYTES_OUT, Unit::Bytes, "Bytes of media sent");
    describe_counter!(DROPPED, "Packets, messages and connections dropped, by reason");
    describe_histogram!(TICK_SECONDS, Unit::Seconds, "Time of one tick of a space");
    describe_histogram!(JOIN_SECONDS, Unit::Seconds, "From a client's hello to its peer connection being up");
    // Figures that nothing has touched yet are there all the same, so that a graph begins at zero.
    for name in [PARTICIPANTS, SPACES_RUNNING, SESSIONS, PEERS] {
        gauge!(name).set(0.0);
    }
    for name in [SPACES_FAILED, PACKETS_IN, PACKETS_OUT, BYTES_IN, BYTES_OUT] {
        metrics::counter!(name).absolute(0);
    }
}

/// Counts one more in a gauge for as long as it lives, also through a panic.
#[derive(Debug)]
pub struct Counted(&'static str);

impl Counted {
    /// Counts one more.
    #[must_use]
    pub fn one(gauge_name: &'static str) -> Self {
        gauge!(gauge_name).increment(1.0);
        Self(gauge_name)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        gauge!(self.0).decrement(1.0);
    }
}
