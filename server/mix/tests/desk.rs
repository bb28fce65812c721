//! The desk from outside: packets of speakers in, packets of mixes out, and what is heard of them.

#[allow(dead_code, unreachable_pub, reason = "shared with other tests")]
mod support;

use std::collections::BTreeSet;
use support::measure::{largest_jump, level_dbfs, splatter_dbfs};
use support::{Square, bed, forwarded, mixed, own, source, speech, tone};
use torg_mix::{Effort, MixTime, Packet, Settings, To};
use torg_protocol::ids::ParticipantId;
use torg_protocol::units::amplitude_from_db;
use torg_space::{BedId, MixSource};

const ANN: u32 = 1;
const BOB: u32 = 2;
const EVA: u32 = 3;
/// A tone at half of full scale, dBFS.
const HALF_DBFS: f64 = -9.03;

fn settings() -> Settings {
    Settings { even: false, ..Settings::default() }
}

#[test]
fn one_stream_holds_every_voice_as_loud_as_the_law_says_and_on_its_side() {
    let mut square = Square::new(settings());
    let near = vec![source(ANN, 0.5, -90.0), source(BOB, 0.25, 90.0)];
    square.plan(vec![], vec![mixed(EVA, None, near)]);
    square.speaks(ANN, tone(450.0, 0.5));
    square.speaks(BOB, tone(700.0, 0.5));
    square.run(100);
    let ear = square.ear(own(EVA));
    for (frequency_hz, gain) in [(450.0, 0.5_f64), (700.0, 0.25)] {
        let law_dbfs = HALF_DBFS + 20.0 * gain.log10();
        let level_dbfs = ear.tone_dbfs(50, frequency_hz);
        assert!((level_dbfs - law_dbfs).abs() < 0.5, "{frequency_hz} Hz: {level_dbfs} dBFS for {law_dbfs}");
    }
    let [left, right] = ear.last(50);
    let side_db = |hz| support::measure::tone_dbfs(left, hz) - support::measure::tone_dbfs(right, hz);
    assert!(side_db(450.0) > 10.0, "Ann is on the left by {} dB", side_db(450.0));
    assert!(side_db(700.0) < -10.0, "Bob is on the right by {} dB", -side_db(700.0));
}

#[test]
fn straight_ahead_a_tone_keeps_its_level_within_a_third_of_a_decibel() {
    for gain in [1.0, 0.5, 0.1] {
        let mut square = Square::new(settings());
        square.plan(vec![], vec![mixed(EVA, None, vec![source(ANN, gain, 0.0)])]);
        square.speaks(ANN, tone(450.0, 0.5));
        square.run(60);
        let level_dbfs = square.ear(own(EVA)).tone_dbfs(25, 450.0);
        let law_dbfs = HALF_DBFS + f64::from(20.0 * gain.log10());
        assert!((level_dbfs - law_dbfs).abs() < 0.3, "gain {gain}: {level_dbfs} dBFS for {law_dbfs}");
    }
}

#[test]
fn it_is_told_how_long_voices_wait() {
    let mut square = Square::new(settings());
    square.plan(vec![], vec![mixed(EVA, None, vec![source(ANN, 1.0, 0.0)])]);
    square.speaks(ANN, tone(450.0, 0.5));
    let mut waits_us = Vec::new();
    for _ in 0..100 {
        square.run(1);
        let now_us = square.now().0;
        waits_us.extend(square.desk.heard().map(|came| now_us - came.0));
    }
    assert!(waits_us.len() > 90, "each packet is told once, {} of them", waits_us.len());
    assert!(waits_us.iter().all(|wait_us| (10_000..40_000).contains(wait_us)), "{waits_us:?}");
}

#[test]
fn nobody_hears_themself() {
    let mut square = Square::new(settings());
    // Eva talks, and a plan that names her for herself is a fault of somebody else's that the desk doesn't pass on.
    let near = vec![source(ANN, 0.5, 0.0), source(EVA, 1.0, 0.0)];
    square.plan(vec![], vec![mixed(EVA, None, near), mixed(ANN, None, vec![source(EVA, 1.0, 0.0)])]);
    square.speaks(ANN, tone(450.0, 0.5));
    square.speaks(EVA, tone(950.0, 0.5));
    square.run(80);
    assert!(square.ear(own(EVA)).tone_dbfs(25, 950.0) < HALF_DBFS - 60.0);
    assert!((square.ear(own(ANN)).tone_dbfs(25, 950.0) - HALF_DBFS).abs() < 0.5);
}

#[test]
fn a_bed_is_one_stream_for_all_and_part_of_every_stream_that_uses_it() {
    let mut square = Square::new(settings());
    let murmur = bed(7, vec![source(ANN, 0.4, 0.0)]);
    let listeners = vec![forwarded(10, 7), forwarded(11, 7), mixed(12, Some((7, 0.5)), vec![source(BOB, 0.5, 0.0)])];
    square.plan(vec![murmur], listeners);
    square.speaks(ANN, tone(450.0, 0.5));
    square.speaks(BOB, tone(700.0, 0.5));
    square.run(80);
    assert_eq!(square.ears.keys().copied().collect::<Vec<To>>(), [To::Bed(BedId(7)), own(12)]);
    let bed_dbfs = square.ear(To::Bed(BedId(7))).tone_dbfs(25, 450.0);
    assert!((bed_dbfs - HALF_DBFS + 7.96).abs() < 0.5, "{bed_dbfs}");
    assert!((square.ear(own(12)).tone_dbfs(25, 450.0) - HALF_DBFS + 13.98).abs() < 0.5);
    assert!((square.ear(own(12)).tone_dbfs(25, 700.0) - HALF_DBFS + 6.02).abs() < 0.5);
}

#[test]
fn silence_makes_no_packets_and_leaves_no_gap_in_their_numbers() {
    let mut square = Square::new(settings());
    let plan = vec![mixed(EVA, Some((7, 1.0)), vec![source(ANN, 1.0, 0.0)]), forwarded(10, 7)];
    square.plan(vec![bed(7, vec![source(BOB, 0.5, 0.0)])], plan);
    square.run(20);
    assert_eq!(square.desk.made().count(), 0);
    for talker in [ANN, BOB, ANN] {
        square.speaks(talker, speech(u64::from(talker), 0.1));
        square.run(45);
        square.pauses(talker);
        square.run(55);
        assert_eq!(square.desk.made().count(), 0, "all is silent a second later");
        assert_eq!(square.desk.figures().sounding, 0);
    }
    for ear in square.ears.values() {
        for pair in ear.packets.windows(2) {
            assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
            let frames = (pair[1].frame - pair[0].frame) as u32;
            assert_eq!(pair[1].timestamp.wrapping_sub(pair[0].timestamp), frames * 960, "time goes on in silence");
            assert_eq!(pair[1].marker, frames > 1, "{pair:?}");
        }
        assert!(ear.packets[0].marker);
    }
    let [spurts, bed_spurts] =
        [own(EVA), To::Bed(BedId(7))].map(|to| square.ear(to).packets.iter().filter(|packet| packet.marker).count());
    assert!(spurts >= 3 && (1..spurts).contains(&bed_spurts), "{spurts} and {bed_spurts}");
    let timestamps = |to| square.ear(to).packets.iter().map(|p| (p.frame, p.timestamp)).collect::<BTreeSet<_>>();
    let (all, of_bed) = (timestamps(own(EVA)), timestamps(To::Bed(BedId(7))));
    assert!(of_bed.is_subset(&all), "one clock for all streams");
}

#[test]
fn who_is_in_no_mix_costs_no_decoder() {
    let mut square = Square::new(settings());
    square.plan(vec![], vec![mixed(EVA, None, vec![source(ANN, 1.0, 0.0), source(BOB, 1.0, 0.0)])]);
    square.speaks(ANN, tone(450.0, 0.1));
    square.speaks(20, tone(450.0, 0.1));
    square.run(10);
    let figures = square.desk.figures();
    assert_eq!((figures.decoders, figures.passed_over), (1, 10), "Bob is silent, and nobody hears the other");
    square.plan(vec![], vec![mixed(EVA, None, vec![])]);
    square.run(10);
    assert_eq!(square.desk.figures().decoders, 0);
    assert!(square.desk.figures().sources.decoded > 0, "what was counted stays counted");
}

#[test]
fn who_gets_the_bed_goes_from_one_to_the_next_without_click_or_gap() {
    // The same two hum at both places, one louder here and one louder there, as for somebody who walks between them.
    let here = bed(1, vec![source(ANN, 0.5, -20.0), source(BOB, 0.35, 30.0)]);
    let there = bed(2, vec![source(ANN, 0.4, -30.0), source(BOB, 0.45, 20.0)]);
    let mut square = Square::new(settings());
    let both = |square: &mut Square| {
        square.plan(vec![here.clone(), there.clone()], vec![forwarded(10, 1), forwarded(11, 2)]);
    };
    both(&mut square);
    square.speaks(ANN, tone(450.0, 0.4));
    square.speaks(BOB, tone(650.0, 0.4));
    let mut walker = support::Ear::new();
    for frame in 0..200 {
        square.run(1);
        // Every tenth of a second and a bit the walker is at the other place.
        let place = BedId(1 + (frame / 6) % 2);
        let made = square.desk.made().find(|made| made.to == To::Bed(place));
        assert!(made.is_some() || frame < 10, "a gap at {frame}");
        walker.hear(made.map(|made| made.payload));
    }
    let [left, right] = walker.last(180);
    for ear in [left, right] {
        let splatter_db = splatter_dbfs(ear, 4_000.0) - level_dbfs(ear);
        assert!(splatter_db < -60.0, "{splatter_db} dB of splatter");
        // Two tones at 0.2 each move by 0.03 a sample at most.
        assert!(largest_jump(ear) < 0.03, "{}", largest_jump(ear));
    }
    let levels_db: Vec<f64> = left.chunks(960).map(level_dbfs).collect();
    let most_db = levels_db.iter().copied().fold(f64::MIN, f64::max);
    assert!(levels_db.iter().all(|level_db| *level_db > most_db - 3.0), "a hole: {levels_db:?}");
}

#[test]
fn who_walks_alone_is_handed_from_a_bed_that_goes_on_to_one_that_has_come_up() {
    let here = bed(1, vec![source(ANN, 0.5, -20.0), source(BOB, 0.35, 30.0)]);
    let there = bed(2, vec![source(ANN, 0.45, -30.0), source(BOB, 0.4, 20.0)]);
    let mut square = Square::new(settings());
    square.speaks(ANN, tone(450.0, 0.4));
    square.speaks(BOB, tone(650.0, 0.4));
    let mut walker = support::Ear::new();
    for frame in 0..240_usize {
        // Nobody but the walker hears any bed, so each begins when the walker comes, and has nobody after.
        let (place, other, since) = (1 + (frame / 30) % 2, 2 - (frame / 30) % 2, frame % 30);
        if since == 0 {
            let sound = if place == 1 { &here } else { &there };
            square.plan(vec![sound.clone()], vec![forwarded(10, place as u32)]);
        }
        square.run(1);
        // The third frame of the one that comes is whole.
        let heard = if since < 2 { other } else { place };
        let made = square.desk.made().find(|made| made.to == To::Bed(BedId(heard as u32)));
        assert!(made.is_some() || frame < 10, "a gap at {frame}");
        walker.hear(made.map(|made| made.payload));
        let gone = square.desk.made().any(|made| made.to == To::Bed(BedId(other as u32)));
        assert!(!gone || since < 2, "a bed that nobody hears goes on at {frame}");
    }
    let [left, right] = walker.last(200);
    for ear in [left, right] {
        let splatter_db = splatter_dbfs(ear, 4_000.0) - level_dbfs(ear);
        println!("splatter {splatter_db:.1} dB, largest jump {:.3}", largest_jump(ear));
        assert!(splatter_db < -50.0, "{splatter_db} dB of splatter");
        // Two tones at 0.2 each move by 0.03 a sample at most.
        assert!(largest_jump(ear) < 0.04, "{}", largest_jump(ear));
    }
    let levels_db: Vec<f64> = left.chunks(960).map(level_dbfs).collect();
    let most_db = levels_db.iter().copied().fold(f64::MIN, f64::max);
    assert!(levels_db.iter().all(|level_db| *level_db > most_db - 4.0), "a hole: {levels_db:.1?}");
}

#[test]
fn the_decoder_of_a_walker_is_soon_where_it_would_be_without_walking() {
    let here = bed(1, vec![source(ANN, 0.5, -20.0), source(BOB, 0.35, 30.0)]);
    let there = bed(2, vec![source(ANN, 0.4, -30.0), source(BOB, 0.45, 20.0)]);
    let mut square = Square::new(settings());
    square.plan(vec![here, there], vec![forwarded(10, 1), forwarded(11, 2)]);
    square.speaks(ANN, speech(1, 0.1));
    square.speaks(BOB, speech(2, 0.1));
    let mut walker = support::Ear::new();
    // The mean power of what is wrong, by frames since the last step, and of the sound itself.
    let (mut wrong, mut all) = ([0.0; 12], 0.0);
    for frame in 0..600 {
        square.run(1);
        let place = To::Bed(BedId(1 + (frame / 12) as u32 % 2));
        let made = square.desk.made().find(|made| made.to == place);
        walker.hear(made.map(|made| made.payload));
        if let Some(ear) = square.ears.get(&place).filter(|_| frame >= 24) {
            let power = |sound: &[f32]| 10f64.powf(level_dbfs(sound) / 10.0);
            let [stays, _] = ear.last(1);
            let difference: Vec<f32> =
                walker.last(1)[0].iter().zip(stays).map(|(walks, stays)| walks - stays).collect();
            wrong[frame % 12] += power(&difference);
            all += power(stays) / 12.0;
        }
    }
    let wrong_db = wrong.map(|power| (10.0 * (power / all).log10()).round());
    println!("what is wrong after a step, dB: {wrong_db:?}");
    assert!(wrong_db[0] < -12.0 && wrong_db[2] < -25.0 && wrong_db[6] < -45.0, "{wrong_db:?}");
}

#[test]
fn ducking_is_as_deep_as_asked_and_smooth() {
    let mut square = Square::new(settings());
    let near = |gain: f32| mixed(EVA, None, vec![source(ANN, gain, 0.0)]);
    square.plan(vec![], vec![near(0.8)]);
    square.speaks(ANN, tone(450.0, 0.5));
    square.run(60);
    let full_dbfs = square.ear(own(EVA)).tone_dbfs(20, 450.0);
    square.plan(vec![], vec![near(0.8 * amplitude_from_db(-12.0))]);
    square.run(60);
    let ducked_dbfs = square.ear(own(EVA)).tone_dbfs(20, 450.0);
    assert!((full_dbfs - ducked_dbfs - 12.0).abs() < 0.5, "{} dB", full_dbfs - ducked_dbfs);
    square.plan(vec![], vec![near(0.8)]);
    square.run(30);
    let [left, _] = square.ear(own(EVA)).last(140);
    assert!(largest_jump(left) < 0.025, "{}", largest_jump(left));
    assert!(splatter_dbfs(left, 4_000.0) - level_dbfs(left) < -50.0, "{}", splatter_dbfs(left, 4_000.0));
}

#[test]
fn a_crowd_at_full_voice_does_not_clip() {
    let mut square = Square::new(settings());
    let crowd: Vec<MixSource> = (10..22).map(|id| source(id, 1.0, id as f32 * 30.0 - 480.0)).collect();
    square.plan(vec![], vec![mixed(EVA, None, crowd)]);
    (10..22).for_each(|id| square.speaks(id, speech(u64::from(id), 0.3)));
    square.run(150);
    let ear = square.ear(own(EVA));
    let peak = ear.left.iter().chain(&ear.right).fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    assert!((0.6..1.12).contains(&peak), "coding adds a little to the ceiling of 0.89: {peak}");
    assert!(square.desk.figures().limited > 20, "{:?}", square.desk.figures());
}

#[test]
fn a_quiet_speaker_is_lifted_and_a_tone_is_left_alone() {
    for even in [true, false] {
        let mut square = Square::new(Settings { even, ..settings() });
        let alone = |id: u32, listener: u32| mixed(listener, None, vec![source(id, 1.0, 0.0)]);
        square.plan(vec![], vec![alone(ANN, 11), alone(BOB, 12), alone(EVA, 13)]);
        square.speaks(ANN, speech(1, 0.015));
        square.speaks(BOB, speech(1, 0.25));
        square.speaks(EVA, tone(450.0, 0.02));
        square.run(500);
        let [ann, bob, eva] = [11, 12, 13].map(|listener| square.ear(own(listener)).last_dbfs(125));
        let difference_db = bob - ann;
        let wanted_db = 24.4 - if even { 12.0 } else { 0.0 };
        assert!((difference_db - wanted_db).abs() < 1.0, "even {even}: {difference_db} dB between them");
        assert!((eva - (20.0 * 0.02_f64.log10() - 3.01)).abs() < 0.3, "even {even}: the tone has {eva} dBFS");
    }
}

#[test]
fn what_is_to_stay_as_loud_as_it_comes_is_not_lifted() {
    let mut square = Square::new(Settings { even: true, ..settings() });
    let alone = |id: u32, listener: u32| mixed(listener, None, vec![source(id, 1.0, 0.0)]);
    square.kept_loud = vec![ParticipantId(BOB)];
    square.plan(vec![], vec![alone(ANN, 11), alone(BOB, 12)]);
    [ANN, BOB].into_iter().for_each(|id| square.speaks(id, speech(1, 0.015)));
    square.run(500);
    let [ann, bob] = [11, 12].map(|listener| square.ear(own(listener)).last_dbfs(125));
    assert!((ann - bob - 6.0).abs() < 0.5, "the voice is lifted by 6 dB, the sound is not: {ann} and {bob} dBFS");
}

#[test]
fn effort_can_change_at_any_time_without_a_gap() {
    let mut square = Square::new(settings());
    let crowd: Vec<MixSource> = (10..16).map(|id| source(id, 0.2, 0.0)).collect();
    square.plan(vec![], vec![mixed(EVA, None, crowd)]);
    (10..16).for_each(|id| square.speaks(id, tone(300.0 + 50.0 * f64::from(id), 0.3)));
    square.run(20);
    for (complexity, sources_max) in [(0, 3), (10, 64), (2, 1), (4, 64)] {
        square.desk.set_effort(Effort { complexity, sources_max });
        square.run(15);
        let levels: Vec<f64> =
            (10..16).map(|id| square.ear(own(EVA)).tone_dbfs(5, 300.0 + 50.0 * f64::from(id))).collect();
        let heard = levels.iter().filter(|level_dbfs| **level_dbfs > -35.0).count();
        assert_eq!(heard, sources_max.min(6), "complexity {complexity}: {levels:?}");
    }
    let packets = &square.ear(own(EVA)).packets;
    assert!(packets.windows(2).all(|pair| pair[1].frame == pair[0].frame + 1));
}

#[test]
fn the_same_packets_make_the_same_streams_on_one_thread_and_on_many() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let mut square = Square::new(Settings::default());
            let beds = (0..3).map(|id| bed(id, (10..16).map(|s| source(s, 0.3, 20.0 * s as f32)).collect())).collect();
            let own = |listener: u32| mixed(listener, Some((listener % 3, 0.7)), vec![source(ANN, 0.5, 40.0)]);
            square.plan(beds, (20..26).map(own).chain([forwarded(30, 1)]).collect());
            (10..16).chain([ANN]).for_each(|id| square.speaks(id, speech(u64::from(id), 0.1)));
            square.run(60);
            let packets = |ear: &support::Ear| (ear.packets.clone(), ear.left.clone());
            square.ears.iter().map(|(to, ear)| (*to, packets(ear))).collect::<Vec<_>>()
        })
    };
    assert!(run(1) == run(4));
}

#[test]
fn garbage_makes_no_noise_for_others() {
    let mut square = Square::new(settings());
    square.plan(vec![], vec![mixed(EVA, None, vec![source(ANN, 1.0, 0.0), source(BOB, 1.0, 0.0)])]);
    square.speaks(ANN, tone(450.0, 0.1));
    for frame in 0..150_u32 {
        square.run(1);
        let payload: Vec<u8> = (0..frame % 90).map(|n| (n * 37 + frame * 101) as u8).collect();
        let packet = Packet {
            speaker: ParticipantId(BOB),
            stream: 5,
            sequence: frame as u16,
            timestamp: frame * 960,
            payload: &payload,
        };
        // Refused or not, nothing bad may come of it.
        let _ = square.desk.push(packet, MixTime(square.frame * 20_000));
    }
    let level_dbfs = square.ear(own(EVA)).tone_dbfs(50, 450.0);
    assert!((level_dbfs + 23.0).abs() < 1.0, "Ann is still heard: {level_dbfs}");
    assert!(square.ear(own(EVA)).left.iter().all(|sample| sample.abs() <= 1.12));
}
