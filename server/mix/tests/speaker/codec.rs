use crate::line::seeds;
use crate::measure::dbfs;
use crate::sender::{Sender, tone};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use torg_mix::codec::{Decoder, Encoder, Fault, NAME};
use torg_mix::{FRAME_SAMPLES, STEREO_SAMPLES};

/// Packets of a sound that is on both sides.
fn encode(encoder: &mut Encoder, sound: &[f32]) -> Vec<Vec<u8>> {
    let frames = sound.chunks_exact(FRAME_SAMPLES).map(|mono| {
        let mut frame = [0.0; STEREO_SAMPLES];
        frame.chunks_exact_mut(2).zip(mono).for_each(|(pair, sample)| pair.fill(*sample));
        encoder.encode(&frame).expect("a packet").to_vec()
    });
    frames.collect()
}

fn decode(packets: &[Vec<u8>]) -> Vec<f32> {
    let (mut decoder, mut sound) = (Decoder::new(), Vec::new());
    for packet in packets {
        let mut frame = [0.0; FRAME_SAMPLES];
        let decoded = decoder.decode(packet, &mut frame).expect("sound");
        assert_eq!(decoded.samples, FRAME_SAMPLES);
        sound.extend_from_slice(&frame);
    }
    sound
}

#[test]
fn a_tone_keeps_its_level_at_every_complexity_and_rate() {
    for (complexity, bitrate_bps) in [(0, 48_000), (2, 64_000), (4, 48_000), (5, 48_000), (8, 64_000), (10, 128_000)] {
        for hertz in [220.0, 1_000.0, 3_000.0, 5_000.0] {
            let packets = encode(&mut Encoder::new(bitrate_bps, complexity), &tone(hertz, 0.5, 48_000));
            let level = dbfs(&decode(&packets)[9_600..]);
            assert!(
                (level + 9.03).abs() < 0.5,
                "{NAME}: {hertz} Hz at {bitrate_bps} and {complexity}: {level:.2} dBFS"
            );
        }
    }
}

#[test]
fn effort_and_rate_change_while_it_encodes() {
    let mut encoder = Encoder::new(48_000, 5);
    let sound = tone(440.0, 0.5, 48_000);
    let bytes = |packets: &[Vec<u8>]| packets.iter().map(Vec::len).sum::<usize>();
    let before = encode(&mut encoder, &sound);
    encoder.set_bitrate_bps(128_000);
    encoder.set_complexity(0);
    let after = encode(&mut encoder, &sound);
    assert!(bytes(&after) * 10 > bytes(&before) * 15, "{} then {} bytes", bytes(&before), bytes(&after));
    let level = dbfs(&decode(&[before, after].concat())[9_600..]);
    assert!((level + 9.03).abs() < 0.5, "{level}");
}

#[test]
fn the_rate_is_kept_within_a_fifth() {
    for bitrate_bps in [48_000, 64_000] {
        let sound = crate::sender::speech(3, 10 * 48_000);
        let bytes: usize = encode(&mut Encoder::new(bitrate_bps, 5), &sound).iter().map(Vec::len).sum();
        let took_bps = bytes as f32 * 8.0 / 10.0;
        assert!(took_bps < bitrate_bps as f32 * 1.2, "{NAME}: {took_bps} bit/s of {bitrate_bps}");
    }
}

#[test]
fn concealing_goes_on_and_fills_what_is_asked() {
    let packets = encode(&mut Encoder::new(64_000, 5), &tone(440.0, 0.5, 24_000));
    let (mut decoder, mut frame) = (Decoder::new(), [0.0; FRAME_SAMPLES]);
    for packet in &packets {
        decoder.decode(packet, &mut frame).expect("sound");
    }
    for samples in [120, 240, 480, 960] {
        let decoded = decoder.conceal(&mut frame[..samples]).expect("sound");
        assert_eq!(decoded.samples, samples);
        assert!(dbfs(&frame[..samples]) > -20.0, "{samples}: {}", dbfs(&frame[..samples]));
    }
    assert_eq!(decoder.recover(&packets[3], &mut frame).map(|decoded| decoded.samples), Ok(FRAME_SAMPLES));
    decoder.reset();
    assert_eq!(decoder.decode(&[], &mut frame), Err(Fault::Refused));
    assert_eq!(decoder.decode(&packets[5], &mut frame).map(|decoded| decoded.samples), Ok(FRAME_SAMPLES));
}

#[test]
fn every_kind_of_packet_decodes_with_one_decoder() {
    let (mut decoder, mut sound) = (Decoder::new(), [0.0; 5_760]);
    for rate_hz in [8_000, 16_000, 48_000, 24_000, 12_000] {
        for channels in [1, 2] {
            for packet_samples in [480, 960, 1_920, 2_880] {
                let packets = Sender::at(rate_hz, channels, packet_samples).send(&tone(440.0, 0.5, 28_800));
                decoder.reset();
                for packet in &packets {
                    let decoded = decoder.decode(&packet.payload, &mut sound).expect("sound");
                    assert_eq!(decoded.samples, packet_samples);
                    assert!(decoded.peak < 1.0, "{rate_hz} {channels} {packet_samples}: {}", decoded.peak);
                }
                let level = dbfs(&sound[..packet_samples]);
                assert!((level + 9.03).abs() < 1.0, "{rate_hz} Hz, {channels}, {packet_samples}: {level}");
            }
        }
    }
}

#[test]
fn garbage_is_refused_or_bounded() {
    for seed in seeds("garbage_is_refused_or_bounded") {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let (mut decoder, mut sound) = (Decoder::new(), [0.0; 5_760]);
        for _ in 0..20_000 {
            let length = dice.random_range(1..200);
            let payload: Vec<u8> = (0..length).map(|_| dice.random()).collect();
            let done = match dice.random_range(0..4) {
                0 => decoder.recover(&payload, &mut sound[..960]),
                1 => decoder.conceal(&mut sound[..960]),
                _ => decoder.decode(&payload, &mut sound),
            };
            if let Ok(decoded) = done {
                assert!(sound[..decoded.samples].iter().all(|sample| sample.abs() <= 1.0));
            }
            assert_ne!(done, Err(Fault::Panicked), "{payload:?}");
        }
    }
}
