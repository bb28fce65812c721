use crate::line::Line;
use crate::measure::{dbfs, step_max, step_of};
use crate::sender::{Sender, Sent, tone};
use torg_mix::codec::Decoder;
use torg_mix::source::Pulled;

const SECOND: usize = 48_000;

/// What the decoder makes of packets without any line.
fn decoded(packets: &[Sent]) -> Vec<f32> {
    let (mut decoder, mut sound) = (Decoder::new(), Vec::new());
    for sent in packets {
        let mut room = vec![0.0; sent.samples];
        decoder.decode(&sent.payload, &mut room).expect("sound");
        sound.append(&mut room);
    }
    sound
}

#[test]
fn a_tone_keeps_its_level_in_packets_of_every_length() {
    for packet_samples in [120, 240, 480, 960, 1_920, 2_880] {
        for channels in [1, 2] {
            let packets = Sender::new(channels, packet_samples).send(&tone(440.0, 0.5, 2 * SECOND));
            let heard = Line::new(packets.clone()).hear();
            let level = dbfs(heard.between(500, 1_900));
            assert!((level + 9.03).abs() < 0.5, "{packet_samples} samples, {channels} channels: {level:.2} dBFS");
            // The codec steps farther itself in the shortest packets.
            let (step, bare) = (step_max(&heard.sound), step_max(&decoded(&packets)));
            let most = 1.2 * bare.max(step_of(440.0, 0.5));
            assert!(step < most, "{packet_samples} samples, {channels} channels: a step of {step}, {bare} bare");
            assert!(heard.count(Pulled::Concealed) <= 7, "only where it ends without a word");
        }
    }
}

#[test]
fn packets_of_120_ms_are_heard_whole() {
    let packets = Sender::new(2, 960).send(&tone(440.0, 0.5, 3 * SECOND));
    let joined: Vec<Sent> = packets.chunks_exact(6).enumerate().map(|(index, six)| Sent::join(six, index)).collect();
    assert!(joined.iter().all(|sent| sent.samples == 5_760));
    let heard = Line::new(joined).jitter(5_000, 3).hear();
    let level = dbfs(heard.between(500, 2_800));
    assert!((level + 9.03).abs() < 0.5, "{level:.2} dBFS");
    assert!(step_max(&heard.sound) < 1.2 * step_of(440.0, 0.5), "{}", step_max(&heard.sound));
    assert!(heard.count(Pulled::Concealed) <= 7, "{:?}", heard.figures);
}

#[test]
fn narrow_and_wide_bands_keep_their_level() {
    for rate_hz in [8_000, 12_000, 16_000, 24_000] {
        let heard = Line::new(Sender::at(rate_hz, 1, 960).send(&tone(440.0, 0.5, 2 * SECOND))).hear();
        let level = dbfs(heard.between(500, 1_900));
        assert!((level + 9.03).abs() < 0.5, "{rate_hz} Hz: {level:.2} dBFS");
        assert!(step_max(&heard.sound) < 1.3 * step_of(440.0, 0.5), "{rate_hz} Hz: {}", step_max(&heard.sound));
    }
}

#[test]
fn a_stream_that_changes_everything_is_heard_throughout() {
    // Lengths, channels and bands change in the middle of a stream, as if by another encoder.
    let sound = tone(440.0, 0.5, 28_800);
    let kinds = [
        (48_000, 1, 960),
        (8_000, 1, 960),
        (48_000, 2, 480),
        (16_000, 1, 1_920),
        (48_000, 2, 2_880),
        (12_000, 2, 960),
        (48_000, 1, 120),
    ];
    let (mut packets, mut sequence, mut timestamp) = (Vec::new(), 1, 1);
    for (rate_hz, channels, packet_samples) in kinds {
        let mut sender = Sender::at(rate_hz, channels, packet_samples);
        (sender.sequence, sender.timestamp) = (sequence, timestamp);
        packets.extend(sender.send(&sound));
        (sequence, timestamp) = (sender.sequence, sender.timestamp);
    }
    let heard = Line::new(packets).hear();
    for from_ms in (200..4_100).step_by(100) {
        let level = dbfs(heard.between(from_ms, from_ms + 100));
        assert!((-12.0..-7.0).contains(&level), "at {from_ms} ms: {level:.2} dBFS");
    }
    // Each encoder begins its tone anew, so the sound itself steps by as much as its amplitude, and codecs overshoot.
    assert!(step_max(&heard.sound) < 0.6, "{}", step_max(&heard.sound));
    assert!(heard.refused.is_empty() && heard.figures.garbage == 0);
}
