//! A desk that has warmed up allocates nothing, though voices pause and come back.

use torg_mix::codec::Encoder;
use torg_mix::{Desk, FRAME_SAMPLES, MixTime, Packet, STEREO_SAMPLES, Settings};
use torg_protocol::ids::ParticipantId;
use torg_space::{Bed, BedId, ListenerMix, Mix, MixSource, OwnMix};

const TALKERS: u32 = 6;

fn packets(count: usize) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new(64_000, 4);
    let frames = (0..count).map(|frame| {
        let at = |index: usize| ((frame * FRAME_SAMPLES + index / 2) as f32 * 0.03).sin() * 0.3;
        let sound: [f32; STEREO_SAMPLES] = std::array::from_fn(at);
        encoder.encode(&sound).expect("sound can be encoded").to_vec()
    });
    frames.collect()
}

/// Two beds and some listeners; half of them get everything in one stream.
fn plan(moment: f32) -> Mix {
    let place = |listener: u32| {
        move |speaker: u32| MixSource {
            speaker: ParticipantId(speaker),
            gain: 0.7,
            azimuth_rad: (speaker + listener) as f32 + moment,
            low_pass_hz: if speaker.is_multiple_of(2) { f32::INFINITY } else { 2_000.0 },
        }
    };
    let beds = (0..2).map(|id| Bed { id: BedId(id), sources: (0..TALKERS).map(place(id)).collect() }).collect();
    let listener = |id: u32| ListenerMix {
        listener: ParticipantId(id),
        bed: Some(BedId(id % 2)),
        own: (id % 4 < 2).then(|| OwnMix { bed_gain: 0.5, sources: (0..3).map(place(id)).collect() }),
    };
    Mix { version: 1, beds, listeners: (20..32).map(listener).collect(), kept_loud: vec![ParticipantId(3)] }
}

fn run(desk: &mut Desk, packets: &[Vec<u8>], frames: std::ops::Range<usize>) -> usize {
    let mut made = 0;
    for frame in frames {
        for speaker in 0..TALKERS {
            // Everybody pauses now and then, for a while all at once.
            if (frame + 17 * speaker as usize) % 120 < 70 && frame % 500 < 450 {
                let packet = Packet {
                    speaker: ParticipantId(speaker),
                    stream: 1,
                    sequence: frame as u16,
                    timestamp: frame as u32 * 960,
                    payload: &packets[frame % packets.len()],
                };
                // A gap in the numbers is a loss, which is concealed.
                desk.push(packet, MixTime(frame as u64 * 20_000)).expect("packets in order");
            }
        }
        desk.tick(MixTime(frame as u64 * 20_000 + 8_000));
        made += desk.made().map(|made| made.payload.len()).sum::<usize>();
    }
    made
}

#[test]
fn a_desk_allocates_nothing_once_it_runs() {
    let packets = packets(300);
    let plans = [plan(0.0), plan(1.0)];
    // The counter looks at one thread, so all work happens on one.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    pool.install(|| {
        let mut desk = Desk::new(Settings::default());
        desk.plan(&plans[0]);
        run(&mut desk, &packets, 0..600);
        let mut made = 0;
        let info = allocation_counter::measure(|| {
            made = run(&mut desk, &packets, 600..1_200);
            // Nor does a plan in which people have only moved.
            desk.plan(&plans[1]);
            made += run(&mut desk, &packets, 1_200..1_800);
        });
        assert_eq!(info.count_total, 0, "{info:?}");
        assert!(made > 100_000, "{made} bytes");
    });
}
