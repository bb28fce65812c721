//! What a listener hears, before it is encoded. The bound for all that changes while a voice sounds: no step between two
//! samples beyond the voices' own and 1/400 of full scale for each, and above 4 kHz at most -60 dB of a voice at 500 Hz.

use super::*;
use crate::measure::{both_dbfs, largest_jump, level_dbfs, splatter_dbfs};
use crate::voice::Voices;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f32::consts::TAU;
use std::hash::{BuildHasher, Hasher};
use torg_protocol::ids::ParticipantId;
use torg_protocol::units::amplitude_from_db;
use torg_space::MixSource;

const ANN: ParticipantId = ParticipantId(1);
const BOB: ParticipantId = ParticipantId(2);
const EVA: ParticipantId = ParticipantId(3);
/// 24 whole periods in a frame.
const TONE_HZ: f32 = 500.0;
const AMPLITUDE: f32 = 0.5;

fn source(speaker: ParticipantId, gain: f32, azimuth_degrees: f32) -> MixSource {
    MixSource { speaker, gain, azimuth_rad: azimuth_degrees.to_radians(), low_pass_hz: f32::INFINITY }
}

/// A listener, and speakers who hum.
struct Stage {
    voices: Voices,
    beds: Vec<BedSound>,
    output: Output,
    stamp: u64,
    frame: usize,
    heard: [Vec<f32>; 2],
}

impl Stage {
    fn new() -> Self {
        let output = Output::new(To::Own(EVA), 64_000);
        Self { voices: Voices::default(), beds: Vec::new(), output, stamp: 0, frame: 0, heard: Default::default() }
    }

    fn plan(&mut self, near: &[MixSource], beds: &[(u32, Vec<MixSource>)], bed: Option<(u32, f32)>) {
        self.stamp += 1;
        self.voices.begin_plan(self.stamp);
        for (id, sources) in beds {
            let id = BedId(*id);
            if !self.beds.iter().any(|known| known.id == id) {
                self.beds.push(BedSound::new(id));
            }
            let known = self.beds.iter_mut().find(|known| known.id == id).expect("it was pushed");
            known.stamp = self.stamp;
            known.unnamed_frames = 0;
            known.blend.plan(sources, None, self.stamp, &mut self.voices);
        }
        for known in self.beds.iter_mut().filter(|known| known.stamp != self.stamp) {
            known.let_go(self.stamp, &mut self.voices);
        }
        self.output.stamp = self.stamp;
        self.output.near.plan(near, Some(EVA), self.stamp, &mut self.voices);
        self.output.murmurs.iter_mut().for_each(|murmur| murmur.goal = None);
        if let Some((bed, gain)) = bed {
            match self.output.murmurs.iter_mut().find(|murmur| murmur.bed == BedId(bed)) {
                Some(murmur) => murmur.goal = Some(gain),
                None => self.output.murmurs.push(Murmur::new(BedId(bed), gain)),
            }
        }
        for murmur in &mut self.output.murmurs {
            murmur.index = self.beds.iter().position(|bed| bed.id == murmur.bed);
        }
    }

    /// So many frames in which `speakers` hum.
    fn hum(&mut self, speakers: &[ParticipantId], frames: usize) {
        for _ in 0..frames {
            let at = |n: usize| ((self.frame * FRAME_SAMPLES + n) as f32 * TAU * TONE_HZ / 48_000.0).sin() * AMPLITUDE;
            let sound = std::array::from_fn(at);
            speakers.iter().for_each(|speaker| self.voices.say(*speaker, &sound));
            self.frame += 1;
            self.hear();
        }
    }

    fn hear(&mut self) {
        for bed in self.beds.iter_mut().filter(|bed| bed.stamp != self.stamp) {
            bed.unnamed_frames += 1;
            bed.let_go(self.stamp, &mut self.voices);
        }
        self.beds.iter_mut().for_each(|bed| bed.mix(self.voices.chorus(), 64));
        let mut sum = [[0.0; FRAME_SAMPLES]; 2];
        self.output.mix(self.voices.chorus(), &self.beds, 64, &mut sum);
        self.heard.iter_mut().zip(sum).for_each(|(heard, sum)| heard.extend(sum));
    }

    /// The last frame, both ears.
    fn last(&self) -> [&[f32]; 2] {
        self.heard.each_ref().map(|heard| &heard[heard.len() - FRAME_SAMPLES..])
    }

    fn last_dbfs(&self) -> f64 {
        let [left, right] = self.last();
        both_dbfs(left, right)
    }

    /// What was heard since the first few frames has no click.
    #[track_caller]
    fn is_smooth(&self, voices: usize) {
        let own_jump = AMPLITUDE * TAU * TONE_HZ / 48_000.0 * voices as f32;
        for heard in &self.heard {
            let heard = &heard[3 * FRAME_SAMPLES..];
            let jump = largest_jump(heard);
            assert!(jump < own_jump + voices as f32 / 400.0, "a jump of {jump}, the tone's own is {own_jump}");
            let splatter = splatter_dbfs(heard, 4_000.0) - level_dbfs(&[AMPLITUDE * voices as f32 / 2f32.sqrt()]);
            assert!(splatter < -60.0, "{splatter} dB of splatter");
        }
    }
}

/// The level of the hum itself.
fn hum_dbfs() -> f64 {
    f64::from(20.0 * (AMPLITUDE / 2f32.sqrt()).log10())
}

#[test]
fn the_power_of_both_ears_is_the_gain_from_every_side() {
    for gain in [1.0, 0.5, 0.1] {
        for azimuth in [-180.0, -135.0, -90.0, -45.0, -10.0, 0.0, 5.0, 30.0, 60.0, 90.0, 120.0, 180.0] {
            let mut stage = Stage::new();
            stage.plan(&[source(ANN, gain, azimuth)], &[], None);
            stage.hum(&[ANN], 3);
            let level_db = stage.last_dbfs() - hum_dbfs();
            let law_db = f64::from(20.0 * gain.log10());
            assert!((level_db - law_db).abs() < 0.3, "gain {gain}, {azimuth} degrees: {level_db} dB for {law_db}");
        }
    }
}

#[test]
fn a_voice_is_on_its_side() {
    for (azimuth, difference_db) in [(90.0, 14.0), (30.0, 5.0), (0.0, 0.0), (180.0, 0.0), (-30.0, -5.0), (-90.0, -14.0)]
    {
        let mut stage = Stage::new();
        stage.plan(&[source(ANN, 1.0, azimuth)], &[], None);
        stage.hum(&[ANN], 3);
        let [left, right] = stage.last();
        let measured_db = level_dbfs(right) - level_dbfs(left);
        assert!((measured_db - difference_db).abs() < 1.5, "{azimuth} degrees: {measured_db} dB to the right");
    }
}

#[test]
fn the_far_ear_hears_later_and_duller() {
    let mut stage = Stage::new();
    stage.plan(&[source(ANN, 1.0, -90.0)], &[], None);
    let mut click = [0.0; FRAME_SAMPLES];
    click[100] = 1.0;
    stage.voices.say(ANN, &[0.0; FRAME_SAMPLES]);
    stage.hear();
    stage.voices.say(ANN, &click);
    stage.hear();
    let [left, right] = stage.last();
    let peak = |ear: &[f32]| ear.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())).map(|(at, _)| at);
    assert_eq!(peak(left), Some(100));
    assert_eq!(peak(right), Some(131), "0.65 ms later");
    // A head lets low tones past and takes high ones: of a click, which is mostly high, it takes more than of the hum.
    let difference_db = level_dbfs(left) - level_dbfs(right);
    assert!(difference_db > 18.0, "{difference_db}");
}

/// The level of a tone at full scale, both ears, against what it had, dB.
fn tone_db(frequency_hz: f32, placed: MixSource) -> f64 {
    let mut stage = Stage::new();
    stage.plan(&[placed], &[], None);
    for frame in 0..6 {
        let at = |n: usize| ((frame * FRAME_SAMPLES + n) as f32 * TAU * frequency_hz / 48_000.0).sin();
        stage.voices.say(ANN, &std::array::from_fn(at));
        stage.hear();
    }
    stage.last_dbfs() + 3.01
}

#[test]
fn the_shadow_of_a_head_takes_less_than_half_a_decibel_of_any_tone() {
    for frequency_hz in [200.0, 1_000.0, 2_500.0, 6_000.0, 12_000.0] {
        for azimuth in (0..180).step_by(15) {
            let level_db = tone_db(frequency_hz, source(ANN, 1.0, azimuth as f32));
            assert!((-0.5..0.05).contains(&level_db), "{frequency_hz} Hz at {azimuth} degrees: {level_db} dB");
        }
    }
}

#[test]
fn what_is_muffled_loses_its_highs_and_keeps_its_lows() {
    let level = |hz: f32, low_pass_hz: f32| tone_db(hz, MixSource { low_pass_hz, ..source(ANN, 1.0, 0.0) });
    for low_pass_hz in [600.0, 1_000.0, 1_500.0, 2_500.0, 5_000.0, 8_000.0, 11_000.0, 15_000.0] {
        assert!(level(low_pass_hz / 5.0, low_pass_hz).abs() < 0.5, "{low_pass_hz} Hz keeps its lows");
        let at_cutoff_db = level(low_pass_hz, low_pass_hz);
        assert!((-5.5..-1.5).contains(&at_cutoff_db), "{low_pass_hz} Hz: {at_cutoff_db} dB there");
    }
    assert!(level(6_000.0, 1_500.0) < -20.0, "{}", level(6_000.0, 1_500.0));
    assert!(level(6_000.0, f32::INFINITY).abs() < 0.1);
}

#[test]
fn all_that_moves_is_smooth() {
    let mut stage = Stage::new();
    stage.plan(&[source(ANN, 0.2, 0.0)], &[], None);
    stage.hum(&[ANN], 8);
    let moves =
        [(1.0, 0.0), (1.0, 180.0), (0.7, -90.0), (0.05, 90.0), (0.9, 91.0), (1.0, -170.0), (0.0, 0.0), (1.0, 0.0)];
    for (gain, azimuth) in moves {
        stage.plan(&[source(ANN, gain, azimuth)], &[], None);
        stage.hum(&[ANN], 10);
        let muffled = MixSource { low_pass_hz: 1_500.0, ..source(ANN, gain, azimuth) };
        stage.plan(&[muffled], &[], None);
        stage.hum(&[ANN], 10);
    }
    stage.plan(&[], &[], None);
    stage.hum(&[ANN], 4);
    assert!(stage.last_dbfs() < -140.0, "who left is gone: {} dBFS", stage.last_dbfs());
    stage.is_smooth(1);
}

#[test]
fn who_comes_while_speaking_is_there_after_a_frame_and_who_leaves_gone_after_two() {
    let mut stage = Stage::new();
    stage.plan(&[source(BOB, 0.0, 0.0)], &[], None);
    stage.hum(&[BOB], 4);
    stage.plan(&[source(ANN, 1.0, 0.0), source(BOB, 0.0, 0.0)], &[], None);
    stage.hum(&[ANN, BOB], 2);
    assert!((stage.last_dbfs() - hum_dbfs()).abs() < 0.3, "{}", stage.last_dbfs());
    stage.plan(&[source(BOB, 0.0, 0.0)], &[], None);
    stage.hum(&[ANN, BOB], 3);
    assert!(stage.last_dbfs() < -140.0, "{}", stage.last_dbfs());
    stage.is_smooth(1);
}

#[test]
fn ducking_by_twelve_db_takes_about_150_ms_each_way_and_is_smooth() {
    let mut stage = Stage::new();
    let ducked = amplitude_from_db(-12.0);
    let beds = [(7, vec![source(BOB, 0.5, 20.0)])];
    stage.plan(&[source(ANN, 1.0, 0.0)], &beds, Some((7, 1.0)));
    stage.hum(&[ANN, BOB], 10);
    let full_dbfs = stage.last_dbfs();
    stage.plan(&[source(ANN, ducked, 0.0)], &beds, Some((7, ducked)));
    let mut steps_db = Vec::new();
    let mut before_dbfs = full_dbfs;
    for _ in 0..12 {
        stage.hum(&[ANN, BOB], 1);
        steps_db.push(before_dbfs - stage.last_dbfs());
        before_dbfs = stage.last_dbfs();
    }
    assert!(steps_db.iter().all(|step_db| (-0.01..2.0).contains(step_db)), "{steps_db:?}");
    let took_frames = steps_db.iter().filter(|step_db| **step_db > 0.05).count();
    assert!((7..=9).contains(&took_frames), "{steps_db:?}");
    assert!((full_dbfs - stage.last_dbfs() - 12.0).abs() < 0.1, "{} dB", full_dbfs - stage.last_dbfs());
    stage.plan(&[source(ANN, 1.0, 0.0)], &beds, Some((7, 1.0)));
    stage.hum(&[ANN, BOB], 12);
    assert!((stage.last_dbfs() - full_dbfs).abs() < 0.1);
    stage.is_smooth(2);
}

#[test]
fn a_listener_goes_from_bed_to_bed_without_click_or_gap() {
    // Both beds hold the same hum, so at every moment one is heard, or both by halves.
    let here = (1, vec![source(ANN, 0.8, 0.0)]);
    let there = (2, vec![source(ANN, 0.8, 0.0)]);
    let mut stage = Stage::new();
    stage.plan(&[], &[here.clone(), there.clone()], Some((1, 1.0)));
    stage.hum(&[ANN], 6);
    let full_dbfs = stage.last_dbfs();
    let mut lowest_dbfs = full_dbfs;
    for (bed, beds) in [(2, vec![here.clone(), there.clone()]), (1, vec![here, there.clone()]), (2, vec![there])] {
        stage.plan(&[], &beds, Some((bed, 1.0)));
        for _ in 0..6 {
            stage.hum(&[ANN], 1);
            lowest_dbfs = lowest_dbfs.min(stage.last_dbfs());
            assert!(stage.last_dbfs() < full_dbfs + 0.5, "nobody is heard twice as loud");
        }
        assert!((stage.last_dbfs() - full_dbfs).abs() < 0.05);
    }
    assert!(lowest_dbfs > full_dbfs - 0.5, "a gap of {} dB", full_dbfs - lowest_dbfs);
    assert_eq!(stage.output.murmurs.len(), 1);
    stage.is_smooth(1);
}

#[test]
fn a_listener_never_hears_themself_whatever_the_plan_says() {
    let mut stage = Stage::new();
    stage.plan(&[source(ANN, 0.5, 0.0), source(EVA, 1.0, 0.0)], &[], None);
    stage.plan(&[source(ANN, 0.5, 0.0), source(EVA, 1.0, 0.0)], &[], None);
    stage.hum(&[ANN], 3);
    assert!((stage.last_dbfs() - hum_dbfs() + 6.02).abs() < 0.1);
}

#[test]
fn who_begins_to_speak_is_heard_from_the_first_sample() {
    let mut stage = Stage::new();
    stage.plan(&[source(ANN, 1.0, 0.0)], &[], None);
    stage.hear();
    stage.hum(&[ANN], 1);
    assert!((stage.last_dbfs() - hum_dbfs()).abs() < 0.1, "{}", stage.last_dbfs());
}

#[test]
fn only_the_loudest_are_mixed_when_there_is_no_time_for_all() {
    let mut stage = Stage::new();
    let gains = [0.9, 0.2, 0.8, 0.1, 0.7];
    let ids = [1, 2, 4, 5, 6].map(ParticipantId);
    let sources: Vec<MixSource> = ids.into_iter().zip(gains).map(|(id, gain)| source(id, gain, 0.0)).collect();
    stage.plan(&sources, &[], None);
    for most in [5, 3, 1, 0] {
        let sound = std::array::from_fn(|n| (n as f32 * TAU * TONE_HZ / 48_000.0).sin() * AMPLITUDE);
        let mut sum = [[0.0; FRAME_SAMPLES]; 2];
        for _ in 0..4 {
            ids.iter().for_each(|id| stage.voices.say(*id, &sound));
            sum = [[0.0; FRAME_SAMPLES]; 2];
            stage.output.mix(stage.voices.chorus(), &[], most, &mut sum);
        }
        let mut loudest = gains;
        loudest.sort_by(|a, b| b.total_cmp(a));
        let all: f32 = loudest[..most].iter().sum();
        let law = f64::from(20.0 * all.max(1e-9).log10());
        let measured = both_dbfs(&sum[0], &sum[1]) - hum_dbfs();
        assert!((measured - law).abs() < 0.1 || most == 0 && measured < -120.0, "{most}: {measured} dB for {law}");
    }
}

#[test]
fn random_plans_are_smooth() {
    let seed = std::collections::hash_map::RandomState::new().build_hasher().finish();
    println!("seed {seed}");
    random_plans(seed);
}

fn random_plans(seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut stage = Stage::new();
    let speakers: Vec<ParticipantId> = (10..14).map(ParticipantId).collect();
    let mut blend = |some: f64| -> Vec<MixSource> {
        let chosen: Vec<ParticipantId> = speakers.iter().copied().filter(|_| random.random_bool(some)).collect();
        let mut place = |speaker| MixSource {
            speaker,
            gain: random.random_range(0.0..1.0),
            azimuth_rad: random.random_range(-3.2..3.2),
            low_pass_hz: if random.random_bool(0.5) { f32::INFINITY } else { random.random_range(300.0..20_000.0) },
        };
        chosen.into_iter().map(&mut place).collect()
    };
    for round in 0..60 {
        let (near, here, there) = (blend(0.5), blend(0.6), blend(0.6));
        let beds = match round % 3 {
            0 => vec![(1, here), (2, there)],
            1 => vec![(1, here)],
            _ => vec![(2, there)],
        };
        let bed = beds.first().map(|(id, _)| (*id, (round % 4) as f32 / 3.0));
        stage.plan(&near, &beds, bed.filter(|_| round % 7 != 6));
        stage.hum(&speakers, 1 + round % 5);
    }
    // Each of four is in the near field and in a bed at most, at full gain.
    stage.is_smooth(8);
}
