//! Every figure that `/metrics` shows, described in one place. The names are recorded where things happen, by
//! the macros of the `metrics` crate.

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::watch;

/// People in all spaces, those whose place is held among them.
pub const PARTICIPANTS: &str = "torg_participants";
/// Streams that came in by WHIP.
pub const STREAMS: &str = "torg_streams";
/// Listeners who came in by WHEP.
pub const LISTENERS: &str = "torg_listeners";
/// Sounds that are played, bells among them.
pub const SOUNDS: &str = "torg_sounds";
/// Sounds that were played, bells among them.
pub const SOUNDS_PLAYED: &str = "torg_sounds_played_total";
/// Spaces that run.
pub const SPACES_RUNNING: &str = "torg_spaces_running";
/// Spaces whose keeper panicked.
pub const SPACES_FAILED: &str = "torg_spaces_failed_total";
/// Open websockets.
pub const SESSIONS: &str = "torg_sessions";
/// Refusals, by `code`.
pub const REFUSED: &str = "torg_refused_total";
/// Connections that were dropped at the door, by `reason`.
pub const CONNECTIONS_DROPPED: &str = "torg_connections_dropped_total";
/// How long a keeper's tick takes.
pub const TICK_SECONDS: &str = "torg_tick_seconds";
/// From a client's offer to its peer connection being up.
pub const JOIN_SECONDS: &str = "torg_join_seconds";
/// Peer connections that the media workers hold.
pub const MEDIA_PEERS: &str = "torg_media_peers";
/// Peer connections that were lost, by `reason`.
pub const MEDIA_PEERS_LOST: &str = "torg_media_peers_lost_total";
/// Packets of media, by `direction`: `in`, `out`.
pub const MEDIA_PACKETS: &str = "torg_media_packets_total";
/// Bytes of media, by `direction`: `in`, `out`.
pub const MEDIA_BYTES: &str = "torg_media_bytes_total";
/// Packets of voices forwarded to listeners.
pub const MEDIA_FORWARDED: &str = "torg_media_forwarded_total";
/// System calls in which media was sent.
pub const MEDIA_SEND_CALLS: &str = "torg_media_send_calls_total";
/// Packets of media dropped, by `reason`.
pub const MEDIA_DROPPED: &str = "torg_media_dropped_total";
/// The part of what was sent that listeners report lost, 0 to 1.
pub const MEDIA_LOSS: &str = "torg_media_downstream_loss_ratio";
/// Desks that mix, one for each space in which somebody hears a mix.
pub const MIX_DESKS: &str = "torg_mix_desks";
/// Panics in the mixer. Each cost a voice, a mix or a desk its state, which is made anew.
pub const MIX_FAULTS: &str = "torg_mix_faults_total";
/// How long a round of the mixers takes: 20 ms of all beds and own mixes.
pub const MIX_ROUND_SECONDS: &str = "torg_mix_round_seconds";
/// Rounds that were not through when the next one was due.
pub const MIX_ROUNDS_LATE: &str = "torg_mix_rounds_late_total";
/// Frames of mixes that were left out since they would have come too late.
pub const MIX_FRAMES_LEFT_OUT: &str = "torg_mix_frames_left_out_total";
/// How far the mixers have turned down what they do for a frame; 0 is not at all.
pub const MIX_EFFORT_STEP: &str = "torg_mix_effort_step";
/// Voices on their way into mixes, by `kind`: frames `heard` and `concealed`; packets `decoded`, `recovered` from the one
/// after, and found to be `garbage`.
pub const MIX_VOICES: &str = "torg_mix_voices_total";
/// Frames of beds and own mixes that were encoded.
pub const MIX_ENCODED: &str = "torg_mix_encoded_total";
/// Packets of mixes sent to listeners.
pub const MIX_SENT: &str = "torg_mix_sent_total";
/// From a voice's packet coming to us to the first mix with it having been sent.
pub const MIX_DELAY_SECONDS: &str = "torg_mix_delay_seconds";

/// Ticks and joins recorded in this time are some hundred numbers for each space.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
const TICK_BUCKETS: [f64; 9] = [0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.2];
const JOIN_BUCKETS: [f64; 10] = [0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];
const LOSS_BUCKETS: [f64; 6] = [0.0, 0.01, 0.02, 0.05, 0.1, 0.25];
const ROUND_BUCKETS: [f64; 9] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.014, 0.02, 0.04, 0.1];
const DELAY_BUCKETS: [f64; 12] = [0.01, 0.015, 0.02, 0.025, 0.03, 0.034, 0.04, 0.045, 0.05, 0.06, 0.08, 0.15];

/// Installs the recorder, once a process, and gives the handle that renders it.
pub fn install() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let buckets: [(&str, &[f64]); 5] = [
                (TICK_SECONDS, &TICK_BUCKETS),
                (JOIN_SECONDS, &JOIN_BUCKETS),
                (MEDIA_LOSS, &LOSS_BUCKETS),
                (MIX_ROUND_SECONDS, &ROUND_BUCKETS),
                (MIX_DELAY_SECONDS, &DELAY_BUCKETS),
            ];
            let builder = buckets.into_iter().fold(PrometheusBuilder::new(), |builder, (name, buckets)| {
                let name = Matcher::Full(name.to_owned());
                builder.set_buckets_for_metric(name, buckets).expect("the list of buckets is not empty")
            });
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

/// Folds what was recorded into the buckets until the server stops: between two scrapes, or where nobody scrapes
/// at all, every single time would be kept otherwise.
pub async fn keep_up(figures: PrometheusHandle, mut stopping: watch::Receiver<bool>) {
    let mut turns = tokio::time::interval(UPKEEP_EVERY);
    loop {
        tokio::select! {
            _ = turns.tick() => figures.run_upkeep(),
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

fn describe() {
    describe_gauge!(PARTICIPANTS, "People in all spaces, those whose place is held among them");
    describe_gauge!(STREAMS, "Streams that came in by WHIP");
    describe_gauge!(LISTENERS, "Listeners who came in by WHEP");
    describe_gauge!(SOUNDS, "Sounds that are played, bells among them");
    describe_counter!(SOUNDS_PLAYED, "Sounds that were played, bells among them");
    describe_gauge!(SPACES_RUNNING, "Spaces that run");
    describe_counter!(SPACES_FAILED, "Spaces that hit a fault and started again");
    describe_gauge!(SESSIONS, "Open websockets");
    describe_counter!(REFUSED, "Refusals told to clients, by code");
    describe_counter!(CONNECTIONS_DROPPED, "Connections dropped at the door, by reason");
    describe_histogram!(TICK_SECONDS, Unit::Seconds, "Time of one tick of a space");
    describe_histogram!(JOIN_SECONDS, Unit::Seconds, "From a client's offer to its peer connection being up");
    describe_gauge!(MEDIA_PEERS, "Peer connections that the media workers hold");
    describe_counter!(MEDIA_PEERS_LOST, "Peer connections lost, by reason");
    describe_counter!(MEDIA_PACKETS, "Packets of media, by direction");
    describe_counter!(MEDIA_BYTES, Unit::Bytes, "Bytes of media, by direction");
    describe_counter!(MEDIA_FORWARDED, "Packets of voices forwarded to listeners");
    describe_counter!(MEDIA_SEND_CALLS, "System calls in which media was sent");
    describe_counter!(MEDIA_DROPPED, "Packets of media dropped, by reason");
    describe_histogram!(MEDIA_LOSS, "The part of what was sent that listeners report lost");
    describe_mix();
    // Figures that nothing has touched yet are there all the same, so that a graph begins at zero.
    let doors = [STREAMS, LISTENERS, SOUNDS];
    let gauges = [PARTICIPANTS, SPACES_RUNNING, SESSIONS, MEDIA_PEERS, MIX_DESKS, MIX_EFFORT_STEP];
    for name in gauges.into_iter().chain(doors) {
        gauge!(name).set(0.0);
    }
    let mix = [MIX_FAULTS, MIX_ROUNDS_LATE, MIX_FRAMES_LEFT_OUT, MIX_ENCODED, MIX_SENT];
    for name in [SPACES_FAILED, SOUNDS_PLAYED, MEDIA_FORWARDED, MEDIA_SEND_CALLS].into_iter().chain(mix) {
        counter!(name).absolute(0);
    }
    for direction in ["in", "out"] {
        counter!(MEDIA_PACKETS, "direction" => direction).absolute(0);
        counter!(MEDIA_BYTES, "direction" => direction).absolute(0);
    }
}

fn describe_mix() {
    describe_gauge!(MIX_DESKS, "Desks that mix, one for each space in which somebody hears a mix");
    describe_counter!(MIX_FAULTS, "Faults in the mixer, each of which cost a voice, a mix or a desk its state");
    describe_histogram!(MIX_ROUND_SECONDS, Unit::Seconds, "Time of one round of the mixers");
    describe_counter!(MIX_ROUNDS_LATE, "Rounds of the mixers that were not through when the next was due");
    describe_counter!(MIX_FRAMES_LEFT_OUT, "Frames of mixes left out since they would have come too late");
    describe_gauge!(MIX_EFFORT_STEP, "How far the mixers have turned down what they do for a frame");
    describe_counter!(MIX_VOICES, "Frames and packets of voices on their way into mixes, by kind");
    describe_counter!(MIX_ENCODED, "Frames of beds and own mixes that were encoded");
    describe_counter!(MIX_SENT, "Packets of mixes sent to listeners");
    describe_histogram!(MIX_DELAY_SECONDS, Unit::Seconds, "From a voice's packet coming to the first mix with it sent");
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
