//! A source that has warmed up allocates nothing, whatever the line does.

use opus_rs::{Application, OpusEncoder};
use torg_mix::codec::Encoder;
use torg_mix::source::Source;
use torg_mix::{FRAME_SAMPLES, MixTime, Packet, STEREO_SAMPLES};
use torg_protocol::ids::ParticipantId;

/// Packets of a sweep.
fn packets(count: usize) -> Vec<Vec<u8>> {
    let mut encoder = OpusEncoder::new(48_000, 2, Application::Audio).expect("an encoder");
    (0..count)
        .map(|packet| {
            let sound: Vec<f32> = (0..STEREO_SAMPLES)
                .map(|index| {
                    let at = (packet * FRAME_SAMPLES + index / 2) as f32;
                    (at * (0.01 + at * 1e-8)).sin() * 0.4
                })
                .collect();
            let mut payload = vec![0; 1_500];
            let length = encoder.encode(&sound, FRAME_SAMPLES, &mut payload).expect("a packet");
            payload.truncate(length);
            payload
        })
        .collect()
}

#[test]
fn a_source_allocates_nothing_once_it_runs() {
    let packets = packets(1_500);
    let mut source = Source::new();
    let mut frame = [0.0; FRAME_SAMPLES];
    let mut run = |from: usize, to: usize| {
        for (tick, payload) in packets.iter().enumerate().take(to).skip(from) {
            // Every seventh is lost, every eleventh late, and each hundred ends in a pause.
            let late = u64::from(tick % 11 == 0) * 25_000;
            let now = tick as u64 * 20_000;
            let packet = Packet {
                speaker: ParticipantId(1),
                stream: 1,
                sequence: tick as u16,
                timestamp: tick as u32 * 960,
                payload,
            };
            if tick % 7 != 0 && tick % 100 < 80 {
                let _ = source.push(&packet, MixTime(now + late));
            }
            source.pull(MixTime(now + 9_000), &mut frame);
        }
    };
    run(0, 300);
    let info = allocation_counter::measure(|| run(300, 1_500));
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn an_encoder_allocates_nothing_once_it_runs() {
    let mut encoder = Encoder::new(48_000, 4);
    let mut run = || {
        for tick in 0..200 {
            let frame = std::array::from_fn(|index| ((tick * 960 + index / 2) as f32 * 0.03).sin() * 0.3);
            encoder.encode(&frame).expect("a packet");
        }
    };
    run();
    let info = allocation_counter::measure(run);
    assert_eq!(info.count_total, 0, "{info:?}");
}
