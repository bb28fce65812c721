//! The mixers as their workers see them: packets in, shared batches out, in real time.

use super::*;
use crate::media::demux::PeerKey;
use std::sync::LazyLock;
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use torg_mix::codec::Encoder;
use torg_space::{ListenerMix, Mix, MixSource, OwnMix};

pub(super) const ANN: ParticipantId = ParticipantId(1);
pub(super) const BOB: ParticipantId = ParticipantId(2);

const SQUARE: SpaceKey = SpaceKey(1);
const QUIET: SpaceKey = SpaceKey(2);

/// These listeners hear a speaker, each in a mix of their own.
pub(super) fn mix_for(listeners: &[ParticipantId], speaker: ParticipantId) -> Mix {
    let source = MixSource { speaker, gain: 1.0, azimuth_rad: 0.0, low_pass_hz: f32::INFINITY };
    let own = || Some(OwnMix { bed_gain: 0.0, sources: vec![source] });
    let entry = |listener| ListenerMix { listener, bed: None, own: own() };
    Mix { version: 1, listeners: listeners.iter().copied().map(entry).collect(), ..Mix::default() }
}

/// 20 ms of a tone.
static TONE: LazyLock<Bytes> = LazyLock::new(|| {
    let sound = std::array::from_fn(|at| (at as f32 * 0.03).sin() * 0.3);
    let mut encoder = Encoder::new(64_000, 4);
    Bytes::copy_from_slice(encoder.encode(&sound).expect("a packet"))
});

/// A packet of somebody's tone.
pub(super) fn voice(speaker: ParticipantId, number: u16, now: Instant) -> SourcePacket {
    SourcePacket {
        speaker,
        stream: PeerKey(9),
        sequence: number,
        timestamp: u32::from(number) * 960,
        marker: number == 0,
        payload: TONE.clone(),
        arrived: now,
        taken: now,
    }
}

/// Mixers that run, and what two workers get of them.
struct Running {
    to: SyncSender<ToMixers>,
    workers: Vec<Receiver<ToWorker>>,
    thread: std::thread::JoinHandle<()>,
}

impl Running {
    fn start() -> Self {
        let (to, inbox) = sync_channel(MIXERS_INBOX_MAX);
        let (lines, workers) = (0..2).map(|_| sync_channel(64)).unzip::<_, _, Vec<_>, Vec<_>>();
        let lines = lines.into_iter().map(|inbox| WorkerLine { inbox, bell: Arc::default() }).collect();
        let mixers = Mixers::new(inbox, lines, settings(false));
        Self { to, workers, thread: std::thread::spawn(move || mixers.run()) }
    }

    fn tell(&self, message: ToMixers) {
        self.to.send(message).expect("the mixers run");
    }

    /// Bob speaks for half a second in both spaces.
    fn speak(&self) {
        for number in 0..25 {
            let packets = [SQUARE, QUIET].map(|space| (space, voice(BOB, number, Instant::now())));
            self.tell(ToMixers::Packets(packets.into()));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Which outputs of which spaces a worker got packets of.
    fn got(&self, worker: usize) -> Vec<(SpaceKey, MixOutput)> {
        let batches = self.workers[worker].try_iter().filter_map(|message| match message {
            ToWorker::Mixed(made) => Some(made),
            _ => None,
        });
        let outputs = batches.flat_map(|made| {
            let of = |space: &MixedSpace| space.packets.iter().map(|p| (space.space, p.output)).collect::<Vec<_>>();
            made.iter().flat_map(of).collect::<Vec<_>>()
        });
        outputs.collect()
    }
}

#[test]
fn what_somebody_hears_goes_to_all_workers_and_nothing_else_is_mixed() {
    let running = Running::start();
    let cell = MixCell::new(Arc::new(mix_for(&[ANN], BOB)).into());
    running.tell(ToMixers::OpenSpace { space: SQUARE, mix: Arc::clone(&cell) });
    running.tell(ToMixers::OpenSpace { space: QUIET, mix: MixCell::default() });
    running.speak();
    for worker in 0..2 {
        let got = running.got(worker);
        assert!(got.len() > 10, "{} packets in half a second", got.len());
        assert!(got.iter().all(|made| *made == (SQUARE, MixOutput::Own(ANN))), "{got:?}");
    }
    cell.store(Arc::new(Mix::default()));
    std::thread::sleep(Duration::from_millis(100));
    let _ = running.got(0);
    running.speak();
    assert!(running.got(0).is_empty(), "nobody listens any more");
    running.tell(ToMixers::Stop);
    running.thread.join().expect("no panic");
}

#[test]
fn mixers_end_when_nobody_can_tell_them_anything() {
    let Running { to, thread, .. } = Running::start();
    drop(to);
    thread.join().expect("ended");
}
