//! What no honest client sends: nothing panics, nothing bursts, everything is counted.

use crate::line::{Heard, Line, seeds};
use crate::measure::{CLICK_MAX, click_max, dbfs, step_max, step_of};
use crate::sender::{Sender, Sent, speech, tone};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use torg_mix::source::{Pulled, Source};
use torg_mix::{FRAME_SAMPLES, MixTime, Packet, Refused};
use torg_protocol::ids::ParticipantId;

const SECOND: usize = 48_000;

fn tone_packets(seconds: usize) -> Vec<Sent> {
    Sender::new(2, 960).send(&tone(440.0, 0.5, seconds * SECOND))
}

/// The tone is back, at its level, soon after whatever happened.
fn is_back(heard: &Heard, from_ms: usize, to_ms: usize) {
    let level = dbfs(heard.between(from_ms, to_ms));
    assert!((level + 9.03).abs() < 0.5, "{level:.2} dBFS, {:?}", heard.figures);
}

#[test]
fn garbage_in_a_stream_never_bursts_and_the_voice_comes_back() {
    let mut loudest = Vec::new();
    for seed in (0..30).chain(seeds("garbage_in_a_stream_never_bursts_and_the_voice_comes_back")) {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut packets = Sender::new(2, 960).send(&tone(440.0, 0.05, 3 * SECOND));
        for sent in &mut packets[50..100] {
            // The first byte is kept: whole packets of noise.
            sent.payload[1..].iter_mut().for_each(|byte| *byte = dice.random());
        }
        let heard = Line::new(packets).hear();
        let burst = heard.between(1_050, 2_000).chunks(960).map(dbfs).fold(-120.0, f32::max);
        loudest.push(burst);
        let second = dbfs(heard.between(1_050, 2_000));
        assert!(second < -7.0, "seed {seed}: a second of garbage at {second:.1} dBFS");
        let back = dbfs(heard.between(2_300, 2_900));
        assert!((back + 29.03).abs() < 0.5, "seed {seed}: {back:.2} dBFS, {:?}", heard.figures);
    }
    loudest.sort_by(f32::total_cmp);
    let median = loudest[loudest.len() / 2];
    println!(
        "the loudest 20 ms in a second of garbage: {median:.1} dBFS in the middle, {:.1?} at most",
        loudest.last()
    );
    assert!(median < -5.0, "{median}");
}

#[test]
fn truncated_packets_never_burst() {
    for seed in seeds("truncated_packets_never_burst") {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut packets = Sender::new(1, 960).send(&speech(seed, 10 * SECOND));
        for sent in &mut packets {
            if dice.random_ratio(1, 5) {
                sent.payload.truncate(dice.random_range(0..sent.payload.len()));
            }
        }
        let heard = Line::new(packets).hear();
        let loudest = heard.sound.chunks(960).map(dbfs).fold(-120.0, f32::max);
        println!("the loudest 20 ms: {loudest:.1} dBFS, {:?}", heard.figures);
        assert!(loudest < -3.0, "{loudest}");
    }
}

#[test]
fn random_packets_with_random_numbers_never_panic_and_stay_within_full_scale() {
    for seed in seeds("random_packets_with_random_numbers_never_panic_and_stay_within_full_scale") {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut source = Source::new();
        let mut frame = [0.0; FRAME_SAMPLES];
        let good = tone_packets(2);
        let mut now_us = 0_u64;
        for _ in 0..30_000 {
            now_us += dice.random_range(0..25_000);
            if dice.random_ratio(1, 2) {
                source.pull(MixTime(now_us), &mut frame);
                assert!(frame.iter().all(|sample| sample.abs() <= 1.0), "seed {seed}");
            }
            let sent = &good[dice.random_range(0..good.len())];
            let mut payload = sent.payload.clone();
            match dice.random_range(0..5) {
                0 => payload.iter_mut().for_each(|byte| *byte = dice.random()),
                1 => payload.truncate(dice.random_range(0..payload.len())),
                2 => payload[0] = dice.random(),
                _ => {}
            }
            let wild = dice.random_ratio(1, 20);
            let packet = Packet {
                speaker: ParticipantId(1),
                stream: u64::from(dice.random_ratio(1, 200)),
                sequence: if wild { dice.random() } else { sent.sequence },
                timestamp: if wild { dice.random() } else { sent.timestamp },
                payload: &payload,
            };
            let _ = source.push(&packet, MixTime(now_us));
        }
        assert_eq!(source.figures().panics, 0, "seed {seed}: {:?}", source.figures());
    }
}

#[test]
fn a_flood_of_ten_times_the_rate_is_refused_and_counted_and_falls_silent() {
    let mut packets = tone_packets(30);
    packets.truncate(1_500);
    let flood = Line::new(packets).delay_to(|index, at_us| {
        // From the second second on, ten packets in the time of one.
        if index < 100 { at_us } else { 2_000_000 + (index as u64 - 100) * 2_000 }
    });
    let heard = flood.hear();
    println!("{:?}", heard.figures);
    let refused = heard.refused.iter().filter(|refused| **refused == Refused::TooFast).count();
    assert!(refused > 1_000 && heard.figures.flooded == refused as u64);
    assert!(dbfs(heard.between(3_000, 4_500)) < -60.0, "{}", dbfs(heard.between(3_000, 4_500)));
    assert!(click_max(&heard.sound) < CLICK_MAX, "{}", click_max(&heard.sound));
}

#[test]
fn timestamps_that_jump_or_run_backwards_are_followed() {
    type Jump = fn(timestamp: u32, index: u32) -> u32;
    let jumps: [(&str, Jump); 5] = [
        ("forwards", |timestamp, _| timestamp.wrapping_add(1 << 29)),
        ("backwards", |timestamp, _| timestamp.wrapping_sub(96_000)),
        ("always backwards", |timestamp, index| timestamp.wrapping_sub(index * 1_920)),
        ("standing still", |timestamp, index| timestamp.wrapping_sub(index * 960)),
        ("half speed", |timestamp, index| timestamp.wrapping_sub(index * 480)),
    ];
    for (name, jump) in jumps {
        let mut packets = tone_packets(4);
        let arrivals: Vec<u32> = packets.iter().map(|sent| sent.timestamp).collect();
        for (index, sent) in packets.iter_mut().enumerate().skip(100) {
            sent.timestamp = jump(arrivals[index], index as u32 - 100);
        }
        let heard = Line::new(packets).delay_to(|index, _| index as u64 * 20_000).hear();
        println!("{name}: {:?}", heard.figures);
        is_back(&heard, 2_500, 3_900);
        assert!(heard.figures.jumped > 0, "{name}");
        assert!(step_max(&heard.sound) < 1.3 * step_of(440.0, 0.5), "{name}: {}", step_max(&heard.sound));
    }
}

#[test]
fn another_stream_takes_over_softly() {
    let mut packets = tone_packets(2);
    let mut second = Sender::new(1, 480);
    (second.stream, second.sequence, second.timestamp) = (2, 7, 123);
    packets.truncate(90);
    packets.extend(second.send(&tone(440.0, 0.5, 2 * SECOND)));
    let heard = Line::new(packets).hear();
    assert_eq!(heard.figures.streams, 1);
    is_back(&heard, 2_100, 3_500);
    assert!(step_max(&heard.sound) < 1.5 * step_of(440.0, 0.5), "{}", step_max(&heard.sound));
    assert!(click_max(&heard.sound) < CLICK_MAX, "{}", click_max(&heard.sound));
}

#[test]
fn clipped_and_shifted_sound_is_heard_within_full_scale_and_without_its_shift() {
    let clipped: Vec<f32> = tone(440.0, 8.0, 3 * SECOND).iter().map(|sample| sample.clamp(-1.0, 1.0)).collect();
    let heard = Line::new(Sender::new(2, 960).send(&clipped)).hear();
    assert!(heard.sound.iter().all(|sample| sample.abs() <= 1.0));
    assert!(dbfs(heard.between(500, 2_900)) > -3.0 && heard.figures.garbage == 0, "{:?}", heard.figures);

    let shifted: Vec<f32> = tone(440.0, 0.25, 3 * SECOND).iter().map(|sample| sample + 0.5).collect();
    let heard = Line::new(Sender::new(2, 960).send(&shifted)).hear();
    let steady = heard.between(500, 2_900);
    let mean = steady.iter().sum::<f32>() / steady.len() as f32;
    assert!(mean.abs() < 0.005, "{mean}");
    assert!((dbfs(steady) + 15.05).abs() < 0.5, "{}", dbfs(steady));
}

#[test]
fn packets_that_are_none_are_refused_by_name() {
    let mut source = Source::new();
    let mut push = |payload: &[u8]| {
        let packet = Packet { speaker: ParticipantId(1), stream: 1, sequence: 1, timestamp: 1, payload };
        source.push(&packet, MixTime(5))
    };
    assert_eq!(push(&[]), Err(Refused::Malformed));
    assert_eq!(push(&[0xff, 0x00]), Err(Refused::Malformed));
    assert_eq!(push(&[0xf8; 1_501]), Err(Refused::TooLong));
    let mut frame = [0.0; FRAME_SAMPLES];
    assert_eq!(source.pull(MixTime(20_000), &mut frame), Pulled::Silent);
    assert_eq!(source.figures().malformed, 3);
}
