//! How late sound is: from mouth to ear, and from a step to what is heard of it.

use crate::{SOON, listen};
use std::time::Instant;
use torg_client::{Guest, Options};
use torg_tests::{Recording, Square, bursts, chord, named};

/// How much later everything in one stream may be than voices forwarded.
const MIXER_MS: f64 = 60.0;

/// A burst is 6 dB below full scale peak; its hum is 28 dB quieter.
const BURST_DB: f64 = -24.0;

/// How much of a first word may be lost, or late, after a silence.
const FIRST_WORD_MS: f64 = 250.0;

/// A frame: what an ear writes into its recording at a moment plays from then on.
const FRAME_S: f64 = 0.02;

/// When bursts were heard, by the speaker's clock: how long after each had left the mouth, milliseconds. A burst that was
/// not heard is missing.
fn delays_ms(speaker_began: Instant, begin_s: &[f64], listener: Instant, heard: &Recording) -> Vec<f64> {
    let offset_s = match listener.checked_duration_since(speaker_began) {
        Some(later) => later.as_secs_f64(),
        None => -speaker_began.duration_since(listener).as_secs_f64(),
    };
    let onsets: Vec<f64> = heard.onsets_s(BURST_DB).iter().map(|onset| onset + offset_s + FRAME_S).collect();
    let after = |begin: &f64| onsets.iter().map(|onset| onset - begin).find(|late| (0.0..0.6).contains(late));
    begin_s.iter().filter_map(after).map(|late_s| 1e3 * late_s).collect()
}

fn middle(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// Two listeners at one place, one for each way of listening; when each began, and what each heard.
async fn both_ways(square: &Square, x_m: f64, y_m: f64, seconds: f64) -> [(Instant, Recording); 2] {
    let join = async |name: &str, options: Options| -> (Guest, std::path::PathBuf) {
        let file = square.file(&format!("{name}.wav"));
        (square.guest(options.record(&file)).await, file)
    };
    let (mut forwarded, forwarded_file) = join("forwarded", named("Forwarded").at(x_m, y_m)).await;
    let (mut mixed, mixed_file) = join("mixed", named("Mixed").at(x_m, y_m).mixed()).await;
    forwarded.wait_until("a voice", SOON, |view| view.voice("Speaker").packets > 0).await.expect("she hums");
    mixed.wait_until("the mix", SOON, |view| view.bed().packets > 0).await.expect("she hums");
    listen(seconds).await;
    let began = [forwarded.view().began, mixed.view().began];
    forwarded.leave().await.expect("figures");
    mixed.leave().await.expect("figures");
    [(began[0], Recording::read(&forwarded_file)), (began[1], Recording::read(&mixed_file))]
}

#[tokio::test(flavor = "multi_thread")]
async fn one_stream_comes_hardly_later_than_voices_forwarded() {
    let square = Square::start().await;
    let sound = square.file("bursts.wav");
    // Not in step with the frames of 20 ms.
    let begin_s: Vec<f64> = (0..14).map(|number| 3.0 + 0.507 * f64::from(number)).collect();
    bursts(&sound, 950.0, &begin_s, true);
    let speaker = square.guest(named("Speaker").at(10.0, 10.0).play(&sound)).await;
    let began = speaker.view().began;
    let [forwarded, mixed] = both_ways(&square, 11.0, 10.0, 9.5).await;
    let late = |(listener, heard): &(Instant, Recording)| delays_ms(began, &begin_s, *listener, heard);
    let (forwarded, mixed) = (late(&forwarded), late(&mixed));
    assert!(forwarded.len() >= 8 && mixed.len() >= 8, "{} and {} bursts heard", forwarded.len(), mixed.len());
    println!("mouth to ear   middle ms   largest ms   bursts");
    for (what, late) in [("forwarded", &forwarded), ("mixed", &mixed)] {
        println!("{what:12}   {:9.0}   {:10.0}   {:6}", middle(late), largest(late), late.len());
    }
    let added_ms = middle(&mixed) - middle(&forwarded);
    println!("the mixer adds {added_ms:.0} ms");
    assert!(added_ms <= MIXER_MS, "{added_ms:.0} ms: {mixed:.0?} after {forwarded:.0?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_word_after_a_silence_is_there() {
    let square = Square::start().await;
    let sound = square.file("bursts.wav");
    let begin_s: Vec<f64> = (0..4).map(|number| 4.0 + 3.01 * f64::from(number)).collect();
    bursts(&sound, 950.0, &begin_s, false);
    let speaker = square.guest(named("Speaker").at(10.0, 10.0).play(&sound)).await;
    let began = speaker.view().began;
    let [forwarded, mixed] = both_ways(&square, 11.0, 10.0, 13.5).await;
    for (what, (listener, heard)) in [("forwarded", forwarded), ("mixed", mixed)] {
        let late = delays_ms(began, &begin_s, listener, &heard);
        println!("{what}: first words after three seconds of silence come after {late:.0?} ms");
        assert!(late.len() >= begin_s.len() - 1, "{what}: whole words are lost: {late:.0?}");
        assert!(largest(&late) < FIRST_WORD_MS, "{what}: {late:.0?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_soon_heard_in_both() {
    let square = Square::start().await;
    let sound = square.file("chord.wav");
    chord(&sound, 60.0);
    let mut speaker = square.guest(named("Speaker").at(11.0, 10.0).play(&sound)).await;
    let walks = async {
        listen(4.0).await;
        for x_m in [19.0, 11.0, 19.0, 11.0] {
            speaker.walk_to(x_m, 10.0).await.expect("a free way");
        }
    };
    let ((), [forwarded, mixed]) = tokio::join!(walks, both_ways(&square, 10.0, 10.0, 14.0));
    let later_s = mixed.0.duration_since(forwarded.0).as_secs_f64();
    let from_s = 3.0;
    let reference = forwarded.1.short_levels_db(from_s + later_s..from_s + later_s + 10.0);
    // The shift, in steps of 5 ms, by which the two levels over time lie best upon each other.
    let off = |shift_ms: f64| {
        let levels = mixed.1.short_levels_db(from_s + shift_ms / 1e3..from_s + shift_ms / 1e3 + 10.0);
        levels.iter().zip(&reference).map(|(mixed, forwarded)| (mixed - forwarded).powi(2)).sum::<f64>()
    };
    let shifts_ms = (-20..=80).map(|step| 5.0 * f64::from(step));
    let best_ms = shifts_ms.min_by(|left, right| off(*left).total_cmp(&off(*right))).expect("some");
    let mean_off_db = (off(best_ms) / reference.len() as f64).sqrt();
    println!("a step is heard {best_ms:.0} ms later in one stream; the levels then differ by {mean_off_db:.2} dB");
    // With voices forwarded the ear itself places them, at once, although the voice is older. The one stream is planned
    // ahead by what the square and the mixers add; what is left is the ear's own buffer, longer on a busy machine.
    assert!((-20.0..=MIXER_MS).contains(&best_ms), "{best_ms:.0} ms");
    assert!(mean_off_db < 1.5, "{mean_off_db:.2} dB");
}
