//! Clocks that don't agree: 200 millionths, ten minutes.

use crate::line::Line;
use crate::measure::{CLICK_MAX, amplitude_of, click_max, step_max, step_of};
use crate::sender::{Sender, speech, tone};
use torg_mix::source::Pulled;

const MINUTES: usize = 60 * 48_000;

#[test]
fn a_steady_tone_drifts_for_ten_minutes_without_clicks_or_growing_delay() {
    // One encoder's minute, ten times: the tone fits it, so that it goes on.
    let mut sender = Sender::new(2, 960);
    let minute = sender.send(&tone(440.0, 0.5, MINUTES));
    let packets: Vec<_> = (0..10).flat_map(|_| minute.iter().map(|sent| sent.payload.clone())).collect();
    for millionths in [200, -200] {
        let mut sender = Sender::new(2, 960);
        let packets = packets.iter().map(|payload| sender.stamp(payload.clone())).collect();
        let heard = Line::new(packets).drift(millionths).jitter(2_000, 1).hear();
        let waits = &heard.waited_ms_by_10_s;
        let (least, most) =
            waits.iter().fold((f64::MAX, 0.0_f64), |(least, most), wait| (least.min(*wait), most.max(*wait)));
        let click = click_max(&heard.sound);
        println!("{millionths}: {least:.1} to {most:.1} ms, click {click:.3}, {:?}", heard.figures);
        assert!((8.0..40.0).contains(&least) && most < 40.0, "{waits:.1?}");
        assert!(heard.count(Pulled::Concealed) < 12, "{:?}", heard.figures);
        assert!(step_max(&heard.sound) < 1.2 * step_of(440.0, 0.5), "{}", step_max(&heard.sound));
        assert!(click < CLICK_MAX, "{click}");
        // Short pieces, so that put-in periods don't shift what is compared.
        let quietest = heard.between(1_000, 599_000).chunks_exact(4_800).map(|tenth| amplitude_of(440.0, tenth));
        let quietest = quietest.fold(1.0, f32::min);
        assert!(quietest > 0.4, "the tone falls to {quietest}");
    }
}

#[test]
fn speech_drifts_for_ten_minutes_and_is_mended_in_its_pauses() {
    let minute = Sender::new(1, 960).send(&speech(5, MINUTES));
    for millionths in [200, -200] {
        let mut sender = Sender::new(1, 960);
        let packets = (0..10).flat_map(|_| &minute).map(|sent| sent.payload.clone()).collect::<Vec<_>>();
        let packets = packets.into_iter().map(|payload| sender.stamp(payload)).collect();
        let heard = Line::new(packets).drift(millionths).jitter(5_000, 2).hear();
        let waits = &heard.waited_ms_by_10_s;
        println!("{millionths}: {waits:.0?} {:?}", heard.figures);
        assert!(waits.iter().all(|wait| *wait < 40.0), "{waits:.1?}");
        // 200 millionths of ten minutes are 120 ms.
        let (put_in, taken_out) =
            (heard.figures.put_in_samples as i64 / 48, heard.figures.taken_out_samples as i64 / 48);
        assert!((put_in - taken_out).abs() < 200, "{put_in} ms put in, {taken_out} ms taken out");
        assert!(heard.count(Pulled::Concealed) < 60, "{:?}", heard.figures);
    }
}
