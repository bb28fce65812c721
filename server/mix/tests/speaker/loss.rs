//! Packets that never come.
//!
//! Bounds for clicks: a step from one sample to the next at most twice the largest of the sound itself, and what
//! clicks above it at most what a step of 0.05 out of silence does: a tenth of the tone's amplitude.

use crate::line::{Line, seeds};
use crate::measure::{CLICK_MAX, click_max, dbfs, step_max, step_of};
use crate::sender::{Sender, Sent, speech, tone};
use torg_mix::codec::Decoder;
use torg_mix::source::Pulled;

const SECOND: usize = 48_000;

#[test]
fn a_tone_goes_on_through_loss_without_clicks() {
    for seed in seeds("a_tone_goes_on_through_loss_without_clicks") {
        for percent in [5, 10, 20] {
            let packets = Sender::new(2, 960).send(&tone(440.0, 0.5, 10 * SECOND));
            let heard = Line::new(packets).lose_percent(percent, seed).jitter(3_000, seed).hear();
            let (step, click) = (step_max(&heard.sound), click_max(&heard.sound));
            let level = dbfs(heard.between(500, 9_500));
            println!("{percent} %: step {step:.3}, click {click:.3}, level {level:.1}, {:?}", heard.figures);
            assert!(step < 2.0 * step_of(440.0, 0.5), "{percent} %: a step of {step}");
            assert!(click < CLICK_MAX, "{percent} %: a click of {click}");
            assert!((-11.5..-8.5).contains(&level), "{percent} %: {level} dBFS");
        }
    }
}

#[test]
fn speech_goes_on_through_loss_without_clicks() {
    for seed in seeds("speech_goes_on_through_loss_without_clicks") {
        let packets = Sender::new(1, 960).send(&speech(seed, 20 * SECOND));
        let whole = Line::new(packets.clone()).hear();
        let (step_whole, click_whole) = (step_max(&whole.sound), click_max(&whole.sound));
        for percent in [5, 10, 20] {
            let heard = Line::new(packets.clone()).lose_percent(percent, seed).hear();
            let (step, click) = (step_max(&heard.sound), click_max(&heard.sound));
            println!("{percent} %: step {step:.3} ({step_whole:.3}), click {click:.3} ({click_whole:.3})");
            assert!(step < 2.0 * step_whole, "{percent} %: a step of {step}, {step_whole} without loss");
            assert!(
                click < 1.3 * click_whole + CLICK_MAX,
                "{percent} %: a click of {click}, {click_whole} without loss"
            );
        }
    }
}

#[test]
fn a_long_loss_fades_to_silence_and_comes_back_softly() {
    let packets = Sender::new(2, 960).send(&tone(440.0, 0.5, 3 * SECOND));
    let heard = Line::new(packets).lose(|index| (50..75).contains(&index)).hear();
    assert!(dbfs(heard.between(1_180, 1_500)) < -90.0, "silence after 120 ms");
    assert!((dbfs(heard.between(1_600, 2_900)) + 9.03).abs() < 0.5, "and back");
    assert!(step_max(&heard.sound) < 1.2 * step_of(440.0, 0.5), "{}", step_max(&heard.sound));
    assert!(click_max(&heard.sound) < CLICK_MAX, "{}", click_max(&heard.sound));
}

/// Speech-like sound with in-band FEC, as libopus makes it at 24 kbit/s for 20 % of loss: lengths, then packets.
const REPEATING: &[u8] = include_bytes!("../fixtures/repeating.packets");

fn repeating() -> Vec<Sent> {
    let mut sender = Sender::new(1, 960);
    let mut rest = REPEATING;
    let mut packets = Vec::new();
    while let [high, low, after @ ..] = rest {
        let (payload, after) = after.split_at(usize::from(u16::from_be_bytes([*high, *low])));
        packets.push(sender.stamp(payload.to_vec()));
        rest = after;
    }
    packets
}

/// Whether a packet of this fixture repeats the one before: the flag behind the only voice flag (RFC 6716, 4.2.3).
fn repeats(sent: &Sent) -> bool {
    sent.payload[0] & 0x80 == 0 && sent.payload.len() > 2 && sent.payload[1] & 0x40 != 0
}

#[test]
fn single_losses_are_rebuilt_from_the_next_packet() {
    let packets = repeating();
    let count = packets.len();
    let is_lost = |index: usize| index % 5 == 4 && index > 20;
    let lost = (0..count - 1).filter(|index| is_lost(*index) && repeats(&packets[index + 1])).count() as u64;
    let (mut rebuilt, mut expected) = (0, 0);
    for phase in 0..5 {
        let heard = Line::new(packets.clone()).phase_us(phase * 4_000).lose(is_lost).hear();
        println!("phase {phase}: {:?} {:.1}", heard.figures, heard.waited_ms);
        // The first losses teach it to wait for one packet more.
        (rebuilt, expected) = (rebuilt + heard.figures.recovered, expected + lost);
        assert!(heard.waited_ms < 50.0);
    }
    assert!(rebuilt * 10 > expected * 9, "{rebuilt} of {expected}");
}

#[test]
fn rebuilt_sound_has_the_level_of_what_was_lost() {
    let packets = repeating();
    let (mut whole, mut lossy) = (Decoder::new(), Decoder::new());
    let (mut loud, mut off) = (0, 0);
    for (index, pair) in packets.windows(2).enumerate() {
        let (mut truth, mut rebuilt) = ([0.0; 960], [0.0; 960]);
        whole.decode(&pair[0].payload, &mut truth).expect("sound");
        if index % 5 == 4 && repeats(&pair[1]) {
            lossy.recover(&pair[1].payload, &mut rebuilt).expect("sound");
            let (truth, rebuilt) = (dbfs(&truth), dbfs(&rebuilt));
            loud += usize::from(truth > -30.0);
            off += usize::from(truth > -30.0 && (truth - rebuilt).abs() > 3.0);
        } else {
            lossy.decode(&pair[0].payload, &mut rebuilt).expect("sound");
        }
    }
    println!("{off} of {loud} rebuilt packets are off by 3 dB and more");
    assert!(loud > 20 && off * 10 <= loud, "{off} of {loud} are off by 3 dB and more");
}

/// Makes the packets with in-band FEC that the tests above read, and writes them where `TORG_WRITE` is set.
#[cfg(feature = "libopus")]
#[test]
fn libopus_makes_packets_that_repeat() {
    let mut encoder = opus::Encoder::new(48_000, opus::Channels::Mono, opus::Application::Voip).expect("an encoder");
    encoder.set_bitrate(opus::Bitrate::Bits(24_000)).expect("a rate");
    encoder.set_inband_fec(true).expect("FEC");
    encoder.set_packet_loss_perc(20).expect("loss");
    let (mut bytes, mut repeating) = (Vec::new(), 0);
    for frame in speech(7, 6 * SECOND).chunks_exact(960) {
        let packet = encoder.encode_vec_float(frame, 1_500).expect("a packet");
        bytes.extend_from_slice(&(packet.len() as u16).to_be_bytes());
        bytes.extend_from_slice(&packet);
        repeating += usize::from(packet[1] & 0x40 != 0);
    }
    assert!(repeating > 150, "{repeating} of 300");
    if std::env::var_os("TORG_WRITE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/repeating.packets");
        std::fs::write(path, bytes).expect("written");
    }
}

#[test]
fn a_packet_that_comes_twice_or_too_late_changes_nothing() {
    let packets = Sender::new(2, 960).send(&tone(440.0, 0.5, 2 * SECOND));
    let once = Line::new(packets.clone()).hear();
    let twice: Vec<Sent> = packets.iter().flat_map(|sent| [sent.clone(), sent.clone()]).collect();
    let heard = Line::new(twice).hear();
    assert_eq!(heard.refused.len(), packets.len());
    assert_eq!((heard.count(Pulled::Voice), heard.sound.len()), (once.count(Pulled::Voice), once.sound.len()));
    assert!(heard.sound == once.sound);
}
