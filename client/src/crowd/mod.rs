//! A crowd: hundreds of guests in one process. It gives life to a square somebody tries out alone, and it is the
//! load under which a server is measured.
//!
//! | file | holds |
//! | --- | --- |
//! | `member` | one guest: line, peer connection, socket, in one task without a decoder |
//! | `life` | what a guest does next: sit down, walk about, change tables |
//! | `speech`, `stamp` | what speakers send, and the send times inside |
//! | `board` | topics that say when they were sent |
//! | `tally`, `histogram`, `arrival` | what is measured |
//! | `names` | what they are called |
//! | `wait` | waiting for what may never come |

mod arrival;
mod board;
mod histogram;
mod life;
mod member;
mod names;
mod speech;
mod stamp;
mod tally;
mod wait;

use crate::error::GuestError;
use crate::limits::{CROWD_GUESTS_MAX, CROWD_JOIN_PAUSE, CROWD_JOINING_MAX, MEDIA_WAIT};
use crate::link::Link;
use crate::rtc::lean::SharedCertificate;
use histogram::Histogram;
use member::Member;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tally::Tally;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;

/// What a crowd is to be.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many come in.
    pub guests: usize,
    /// How many of them speak.
    pub speaking: usize,
    /// How long they stay once all are in.
    pub stay: Duration,
    /// What speakers send.
    pub talk: Talk,
    /// What they do beside.
    pub life: Life,
    /// Everybody gets everything in one stream, mixed by the server.
    pub mixed: bool,
    /// Everybody has the murmur, so many decibels quieter than its law says; at most 0.
    pub murmur_db: Option<f32>,
    /// Decides who does what and when.
    pub seed: u64,
}

/// What speakers send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Talk {
    /// Opus of speech-like sound, in turns, with pauses.
    #[default]
    Speech,
    /// 120 bytes every 20 ms that are no sound.
    Constant,
}

/// What guests do beside talking and listening.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Life {
    /// Sit down, get up, walk about now and then.
    #[default]
    Lively,
    /// Stay where they came in.
    Still,
    /// Listeners change tables every few seconds, speakers stay at theirs: the closed tables if there are two or
    /// more, else all. Measures how soon the voices of the new table are there.
    Switching,
    /// Stay where they came in; the first one posts two topics a second. Measures how soon each is with everybody.
    Posting,
}

/// How far a crowd has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CrowdEvent {
    /// Some are in.
    Gathering {
        /// How many.
        joined: usize,
        /// How many can't come in.
        failed: usize,
    },
    /// All are in who can: from here on it is measured.
    Ready {
        /// How many are in.
        joined: usize,
    },
}

/// What a crowd measured from the moment when all were in.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// How many were to come in.
    pub guests: usize,
    /// How many did, with sound.
    pub joined: usize,
    /// From the offer to the first packet of a voice, or of a stream with everything in it, for those who heard any.
    pub join_ms: Percentiles,
    /// Voice packets sent.
    pub packets_sent: u64,
    /// Voice packets that came.
    pub packets_received: u64,
    /// Voice packets that did not, by their sequence numbers.
    pub packets_lost: u64,
    /// Packets of beds that came: murmur, or everything in one stream.
    pub bed_packets_received: u64,
    /// Packets of beds that did not.
    pub bed_packets_lost: u64,
    /// From sending a packet to its arrival at the other guest's socket, through the server, by one clock.
    pub transit_ms: Percentiles,
    /// From the message that seats a guest at another table to the first packet of a voice there that was not
    /// heard before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switch_ms: Option<Percentiles>,
    /// From sending a topic to each guest's hearing of it, its poster among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board_ms: Option<Percentiles>,
    /// Peer connections that had to be made anew.
    pub rejoins: u32,
    /// Packets that named a speaker whom their slot's label did not announce. Must be 0.
    pub mislabelled: u64,
    /// How long was measured, seconds.
    pub measured_s: f64,
    /// Why guests could not come in or fell out, and how many each.
    pub failures: BTreeMap<String, usize>,
}

/// A middle and a bad case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Percentiles {
    /// Half of all are at most this.
    pub p50: Option<f64>,
    /// All but one in a hundred are at most this.
    pub p99: Option<f64>,
    /// How many there are.
    pub count: u64,
}

impl From<&Histogram> for Percentiles {
    fn from(histogram: &Histogram) -> Self {
        Self { p50: histogram.percentile_ms(0.5), p99: histogram.percentile_ms(0.99), count: histogram.total() }
    }
}

/// Where the crowd stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Gathering,
    Measuring,
    Leaving,
}

/// What all members share.
struct Shared {
    link: Link,
    plan: Plan,
    certificate: SharedCertificate,
    voices: Vec<speech::Voice>,
    phase: watch::Receiver<Phase>,
    /// A member is in with sound, or will never be.
    settled: mpsc::UnboundedSender<bool>,
    /// Limits how many come in at once.
    door: Semaphore,
}

/// Lets a crowd in, stays, and leaves. `tell` hears how far it is; `stop` ends the stay early.
///
/// # Errors
/// [`GuestError`] when nobody at all can come in, with the reason of the first.
pub async fn run(
    link: Link,
    plan: Plan,
    tell: impl Fn(CrowdEvent),
    stop: impl Future<Output = ()>,
) -> Result<Report, GuestError> {
    let guests = plan.guests.min(CROWD_GUESTS_MAX);
    let in_words = |error: crate::rtc::PeerError| GuestError::Media(error.to_string());
    let certificate = SharedCertificate::generate().map_err(in_words)?;
    let voices = match plan.talk {
        Talk::Speech => tokio::task::spawn_blocking(speech::voices).await.expect("making voices does not panic"),
        Talk::Constant => Vec::new(),
    };
    let (phase, phase_receiver) = watch::channel(Phase::Gathering);
    // Each member sends one word.
    let (settled, mut settling) = mpsc::unbounded_channel();
    let stay = plan.stay;
    let door = Semaphore::new(CROWD_JOINING_MAX);
    let shared = Arc::new(Shared { link, plan, certificate, voices, phase: phase_receiver, settled, door });
    let mut members = JoinSet::new();
    tokio::pin!(stop);
    let mut stopped = false;
    for number in 0..guests {
        members.spawn(Member::new(number, Arc::clone(&shared)).run());
        tokio::select! {
            () = tokio::time::sleep(CROWD_JOIN_PAUSE) => {}
            () = &mut stop => {
                stopped = true;
                break;
            }
        }
    }
    let (mut joined, mut failed) = (0, 0);
    let mut progress = tokio::time::interval(Duration::from_secs(1));
    while !stopped && joined + failed < guests {
        tokio::select! {
            Some(is_in) = settling.recv() => if is_in { joined += 1 } else { failed += 1 },
            _ = progress.tick() => tell(CrowdEvent::Gathering { joined, failed }),
            () = &mut stop => stopped = true,
        }
    }
    if joined > 0 {
        tell(CrowdEvent::Ready { joined });
    }
    let began = Instant::now();
    let _ = phase.send(Phase::Measuring);
    if !stopped && joined > 0 {
        tokio::select! {
            () = tokio::time::sleep(stay) => {}
            () = &mut stop => {}
        }
    }
    let measured = began.elapsed();
    let _ = phase.send(Phase::Leaving);
    let mut tallies = Vec::with_capacity(guests);
    let leaving = async {
        while let Some(tally) = members.join_next().await {
            tallies.extend(tally);
        }
    };
    // Nobody keeps the others waiting: who hangs is left behind.
    let _ = tokio::time::timeout(MEDIA_WAIT, leaving).await;
    report(&shared.plan, guests, measured, tallies)
}

fn report(plan: &Plan, guests: usize, measured: Duration, tallies: Vec<Tally>) -> Result<Report, GuestError> {
    let [mut join, mut transit, mut switch, mut board] = std::array::from_fn(|_| Histogram::new());
    let mut report = Report {
        guests,
        joined: 0,
        join_ms: Percentiles::default(),
        packets_sent: 0,
        packets_received: 0,
        packets_lost: 0,
        bed_packets_received: 0,
        bed_packets_lost: 0,
        transit_ms: Percentiles::default(),
        switch_ms: None,
        board_ms: None,
        rejoins: 0,
        mislabelled: 0,
        measured_s: (measured.as_secs_f64() * 1e3).round() / 1e3,
        failures: BTreeMap::new(),
    };
    let mut first_failure = None;
    for tally in tallies {
        report.joined += usize::from(tally.joined);
        report.packets_sent += tally.packets_sent;
        report.packets_received += tally.packets_received;
        report.packets_lost += tally.packets_lost;
        report.bed_packets_received += tally.bed_packets_received;
        report.bed_packets_lost += tally.bed_packets_lost;
        report.rejoins += tally.rejoins;
        report.mislabelled += tally.mislabelled;
        if let Some(first_audio) = tally.first_audio {
            join.record(first_audio);
        }
        transit.merge(&tally.transit);
        switch.merge(&tally.switch);
        board.merge(&tally.board);
        if let Some(failure) = tally.failure {
            *report.failures.entry(failure.to_string()).or_default() += 1;
            first_failure.get_or_insert(failure);
        }
    }
    if let (0, Some(failure)) = (report.joined, first_failure) {
        return Err(failure);
    }
    report.join_ms = (&join).into();
    report.transit_ms = (&transit).into();
    report.switch_ms = (plan.life == Life::Switching).then(|| (&switch).into());
    report.board_ms = (plan.life == Life::Posting).then(|| (&board).into());
    Ok(report)
}
