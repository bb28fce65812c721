//! DTX: who says nothing sends nothing, and nothing is decoded.

use crate::line::Line;
use crate::measure::{CLICK_MAX, click_max, dbfs, step_max, step_of};
use crate::sender::{Sender, Sent, tone};
use torg_mix::source::{Pulled, Source};
use torg_mix::{FRAME_SAMPLES, MixTime};

const SECOND: usize = 48_000;

/// Half seconds of a tone with a second of pause after each.
fn with_pauses(sender: &mut Sender, told: bool) -> Vec<Sent> {
    let mut packets = Vec::new();
    for _ in 0..5 {
        packets.extend(sender.send(&tone(440.0, 0.5, SECOND / 2)));
        if told {
            // One byte says that nothing follows, as libopus does at 400 ms each.
            for _ in 0..3 {
                let toc = packets.last().map_or(0, |sent| sent.payload[0] & !3);
                packets.push(sender.stamp(vec![toc]));
                sender.pause(16_000 - 960);
            }
        } else {
            sender.pause(SECOND as u32);
        }
    }
    packets
}

#[test]
fn pauses_are_silent_and_nothing_is_decoded_in_them() {
    for told in [true, false] {
        let packets = with_pauses(&mut Sender::new(2, 960), told);
        let voiced = packets.iter().filter(|sent| sent.payload.len() > 2).count() as u64;
        let heard = Line::new(packets).hear();
        println!("told {told}: {:?}", heard.figures);
        assert_eq!(heard.figures.decoded, voiced);
        assert!(dbfs(heard.between(700, 1_450)) < -90.0, "told {told}: {}", dbfs(heard.between(700, 1_450)));
        assert!((dbfs(heard.between(1_600, 1_950)) + 9.03).abs() < 0.5, "told {told}");
        assert!(step_max(&heard.sound) < 1.3 * step_of(440.0, 0.5), "told {told}: {}", step_max(&heard.sound));
        assert!(click_max(&heard.sound) < CLICK_MAX, "told {told}: {}", click_max(&heard.sound));
        let made_up = if told { 0 } else { 6 * 5 };
        assert!(heard.count(Pulled::Concealed) <= made_up, "told {told}: {}", heard.count(Pulled::Concealed));
    }
}

#[test]
fn silence_is_told_as_silence_however_it_is_sent() {
    let packets = Sender::new(2, 960).send(&vec![0.0; SECOND]);
    let heard = Line::new(packets).hear();
    assert_eq!(heard.count(Pulled::Silent), heard.pulled.len());
}

#[test]
fn who_never_spoke_is_silent_and_idle() {
    let mut source = Source::new();
    let mut frame = [1.0; FRAME_SAMPLES];
    assert!(source.is_idle());
    assert_eq!(source.pull(MixTime(20_000), &mut frame), Pulled::Silent);
    assert!(frame.iter().all(|sample| *sample == 0.0));
}

#[test]
fn a_lost_packet_at_the_edge_of_a_pause_makes_no_noise() {
    for lost in 23..28 {
        let packets = with_pauses(&mut Sender::new(2, 960), true);
        let heard = Line::new(packets).lose(|index| index == lost).hear();
        assert!(dbfs(heard.between(750, 1_450)) < -90.0, "{lost}: {}", dbfs(heard.between(750, 1_450)));
        assert!(click_max(&heard.sound) < CLICK_MAX, "{lost}: {}", click_max(&heard.sound));
    }
}
