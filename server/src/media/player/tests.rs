//! The player without its thread: rounds one after another, and what comes of them.

use super::*;
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use torg_protocol::ids::ParticipantId;
use torg_sound::Loudness;
use torg_space::{ListenerMix, Mix};

const SPACE: SpaceKey = SpaceKey(3);
const BELL: PeerId = PeerId { space: SPACE, participant: ParticipantId(u32::MAX) };
const MUSIC: PeerId = PeerId { space: SPACE, participant: ParticipantId(u32::MAX - 1) };

/// A hum of so many milliseconds, as a WAV file.
fn hum(ms: usize) -> Box<Sound> {
    let mut file = b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    file.extend_from_slice(&48_000_u32.to_le_bytes());
    file.extend_from_slice(&96_000_u32.to_le_bytes());
    file.extend_from_slice(b"\x02\0\x10\0data\xFF\xFF\xFF\xFF");
    let wave = |at: usize| ((at as f32 * 0.05).sin() * 9_000.0) as i16;
    (0..48 * ms).for_each(|at| file.extend_from_slice(&wave(at).to_le_bytes()));
    Box::new(Sound::open(file.into(), Loudness::Talk).expect("a WAV file"))
}

struct Stage {
    player: Player,
    mix: MixCell,
    workers: [Receiver<ToWorker>; 2],
    mixers: Receiver<ToMixers>,
    keeper: mpsc::Receiver<ToKeeper>,
}

impl Stage {
    fn new() -> Self {
        let ((first, one), (second, two)) = (sync_channel(64), sync_channel(64));
        let ((to_mixers, mixers), (_to, inbox)) = (sync_channel(64), sync_channel(1));
        let (to_keeper, keeper) = mpsc::channel(1);
        let mut player = Player::new(inbox, vec![first, second], to_mixers);
        let mix = MixCell::new(Arc::new(Mix::default()).into());
        let opened = ToPlayer::OpenSpace { space: SPACE, mix: Arc::clone(&mix), keeper: to_keeper };
        assert!(player.take(opened).is_continue());
        Self { player, mix, workers: [one, two], mixers, keeper }
    }

    fn play(&mut self, peer: PeerId, stream: u64, ms: usize) {
        let play = ToPlayer::Play { peer, stream: PeerKey(stream), sound: hum(ms) };
        assert!(self.player.take(play).is_continue());
    }

    /// Rounds that are early, and what each worker got in them.
    fn rounds(&mut self, count: usize) -> Vec<SourcePacket> {
        self.player.clock = FrameClock::starting(Instant::now() + Duration::from_secs(60));
        (0..count).for_each(|_| self.player.round());
        self.got()
    }

    /// What each worker got.
    fn got(&self) -> Vec<SourcePacket> {
        let got = |worker: &Receiver<ToWorker>| {
            let batches = worker.try_iter().filter_map(|message| match message {
                ToWorker::Media(packets) => Some(packets.to_vec()),
                _ => None,
            });
            batches
                .flatten()
                .map(|(space, packet)| (space == SPACE).then_some(packet).expect("of this space"))
                .collect()
        };
        let [one, two]: [Vec<SourcePacket>; 2] = [got(&self.workers[0]), got(&self.workers[1])];
        let numbers = |packets: &[SourcePacket]| packets.iter().map(|packet| packet.sequence).collect::<Vec<_>>();
        assert_eq!(numbers(&one), numbers(&two), "listeners on all workers get the same");
        one
    }

    fn played_out(&mut self) -> Option<ParticipantId> {
        match self.keeper.try_recv() {
            Ok(ToKeeper::Media(MediaEvent::PlayedOut(participant))) => Some(participant),
            _ => None,
        }
    }
}

#[test]
fn a_sound_is_one_unbroken_stream_and_its_end_is_told_once() {
    let mut stage = Stage::new();
    stage.play(BELL, 40, 100);
    let packets = stage.rounds(10);
    assert_eq!(packets.len(), 6, "100 ms, and what the encoder holds back");
    for (number, packet) in packets.iter().enumerate() {
        assert_eq!((packet.speaker, packet.stream), (BELL.participant, PeerKey(40)));
        assert_eq!((usize::from(packet.sequence), packet.timestamp), (number, 960 * number as u32));
        assert_eq!(packet.marker, number == 0);
        assert!(!packet.payload.is_empty());
    }
    assert_eq!(stage.played_out(), Some(BELL.participant));
    assert_eq!(stage.played_out(), None);
}

#[test]
fn two_sounds_play_beside_each_other_and_each_ends_when_it_is_to() {
    let mut stage = Stage::new();
    stage.play(BELL, 1, 60);
    stage.play(MUSIC, 2, 10_000);
    let of = |packets: &[SourcePacket], peer: PeerId| {
        packets.iter().filter(|packet| packet.speaker == peer.participant).count()
    };
    let packets = stage.rounds(20);
    assert_eq!((of(&packets, BELL), of(&packets, MUSIC)), (4, 20));
    assert_eq!(stage.played_out(), Some(BELL.participant));
    assert!(stage.player.take(ToPlayer::Close(MUSIC)).is_continue());
    assert!(stage.rounds(5).is_empty());
    assert_eq!(stage.played_out(), None, "who ended it knows");

    stage.play(MUSIC, 3, 1_000);
    assert_eq!(stage.rounds(2).len(), 2);
    assert!(stage.player.take(ToPlayer::CloseSpace(SPACE)).is_continue());
    stage.play(MUSIC, 4, 1_000);
    assert!(stage.rounds(2).is_empty(), "nothing plays where there is no space");
}

#[test]
fn mixers_get_a_sound_only_where_somebody_hears_a_mix() {
    let mut stage = Stage::new();
    stage.play(MUSIC, 2, 10_000);
    stage.rounds(3);
    assert!(stage.mixers.try_recv().is_err());
    let listener = ListenerMix { listener: ParticipantId(1), bed: None, own: None };
    stage.mix.store(Arc::new(Mix { version: 1, listeners: vec![listener], ..Mix::default() }));
    stage.rounds(3);
    let counts = stage.mixers.try_iter().map(|message| match message {
        ToMixers::Packets(packets) => packets.len(),
        _ => 0,
    });
    assert_eq!(counts.collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn no_more_sounds_are_played_than_the_thread_can_and_busy_keepers_are_told_later() {
    let mut stage = Stage::new();
    let peer = |number| PeerId { space: SPACE, participant: ParticipantId(number) };
    let sounds = SOUNDS_PLAYED_MAX as u32;
    (0..sounds + 2).for_each(|number| stage.play(peer(number), u64::from(number), 1_000));
    assert_eq!(stage.rounds(1).len(), SOUNDS_PLAYED_MAX);
    // The keeper's line holds one.
    let told = [stage.played_out(), stage.played_out()];
    assert_eq!(told, [Some(ParticipantId(sounds)), None]);
    stage.rounds(1);
    assert_eq!(stage.played_out(), Some(ParticipantId(sounds + 1)));
}

#[test]
fn after_a_stall_the_sound_goes_on_where_it_was_and_time_has_passed() {
    let mut stage = Stage::new();
    stage.play(MUSIC, 2, 10_000);
    stage.rounds(1);
    stage.player.clock = FrameClock::starting(Instant::now() - Duration::from_millis(300));
    stage.player.round();
    let before = stage.got();
    let after = stage.rounds(1);
    assert_eq!((before[0].sequence, after[0].sequence), (1, 2));
    let step = after[0].timestamp - before[0].timestamp;
    assert!(after[0].marker && step >= 14 * FRAME_CLOCK && step.is_multiple_of(FRAME_CLOCK), "{step}");
}

#[test]
fn the_thread_keeps_time_and_ends() {
    let mut stage = Stage::new();
    let (to, inbox) = sync_channel(8);
    stage.player.inbox = inbox;
    let Stage { player, mut keeper, workers: [one, _two], .. } = stage;
    let thread = std::thread::spawn(move || player.run());
    let began = Instant::now();
    to.send(ToPlayer::Play { peer: BELL, stream: PeerKey(1), sound: hum(200) }).expect("taken");
    assert!(matches!(keeper.blocking_recv(), Some(ToKeeper::Media(MediaEvent::PlayedOut(_)))));
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(200), "{took:?}: not faster than time passes");
    assert_eq!(one.try_iter().count(), 11);
    to.send(ToPlayer::Stop).expect("taken");
    thread.join().expect("ended");
}
