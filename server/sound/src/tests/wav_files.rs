//! WAV as many programs write it.

use super::files::{Coding, both, riff, tone, wav};
use super::heard::{assert_tone, channel, heard, lufs, root_mean_square};
use crate::limits::TALK_LUFS;
use crate::{Loudness, Sound, SoundError};
use torg_protocol::geometry::BACKGROUND_GAIN_DB;

#[test]
fn a_tone_of_440_hz_comes_out_as_that_and_as_loud_as_a_talk() {
    let file = wav(44_100, 1, Coding::Int(16), &tone(44_100, 3 * 44_100, 0.5));
    let talk = heard(file.clone(), Loudness::Talk);
    assert_tone(&channel(&talk, 0));
    assert_tone(&channel(&talk, 1));
    assert!((lufs(&talk) - TALK_LUFS).abs() < 0.3, "{} LUFS", lufs(&talk));
    let background = heard(file, Loudness::Background);
    let wanted = TALK_LUFS + f64::from(BACKGROUND_GAIN_DB);
    assert!((lufs(&background) - wanted).abs() < 0.3, "{} LUFS", lufs(&background));
}

#[test]
fn every_coding_and_rate_comes_out_alike() {
    let codings = [Coding::Int(8), Coding::Int(16), Coding::Int(24), Coding::Int(32), Coding::Float];
    for (coding, rate_hz) in codings.into_iter().zip([48_000, 8_000, 44_100, 96_000, 22_050]) {
        let file = wav(rate_hz, 2, coding, &both(&tone(rate_hz, 2 * rate_hz as usize + 7, 0.4)));
        let stereo = heard(file, Loudness::Talk);
        assert_tone(&channel(&stereo, 0));
        assert!((lufs(&stereo) - TALK_LUFS).abs() < 0.4, "{coding:?} at {rate_hz}: {} LUFS", lufs(&stereo));
    }
}

#[test]
fn left_stays_left() {
    let left = tone(48_000, 96_000, 0.5);
    let stereo: Vec<f32> = left.iter().flat_map(|sample| [*sample, 0.0]).collect();
    let stereo = heard(wav(48_000, 2, Coding::Int(16), &stereo), Loudness::Talk);
    assert_tone(&channel(&stereo, 0));
    assert!(root_mean_square(&channel(&stereo, 1)) < 0.02 * root_mean_square(&channel(&stereo, 0)));
}

#[test]
fn sounds_last_as_long_as_their_files_and_fade_at_both_ends() {
    for samples in [882, 883, 4_409, 44_101] {
        let file = wav(44_100, 1, Coding::Int(16), &vec![0.5; samples]);
        let duration_ms = Sound::open(file.clone(), Loudness::Talk).expect("a sound").duration_ms();
        assert!(duration_ms.abs_diff(samples as u64 * 1_000 / 44_100) <= 1, "{duration_ms} ms");
        let stereo = heard(file, Loudness::Talk);
        let wanted = samples * 480 / 441;
        assert!((wanted..wanted + 2_000).contains(&(stereo.len() / 2)), "{} of {wanted}", stereo.len() / 2);
        assert!(root_mean_square(&stereo[..40]) < 0.5 * root_mean_square(&stereo), "begins softly");
    }
}

#[test]
fn a_short_bell_is_as_loud_as_a_long_one() {
    let bell = |ms: usize| heard(wav(48_000, 1, Coding::Int(16), &tone(48_000, 48 * ms, 0.05)), Loudness::Talk);
    let (short, long) = (bell(150), bell(3_000));
    let (short, long) = (root_mean_square(&short[4_000..10_000]), root_mean_square(&long[4_000..10_000]));
    assert!((0.8..1.25).contains(&(short / long)), "{short} and {long}");
}

#[test]
fn silence_stays_silence_and_what_is_no_number_counts_as_silence() {
    let silent = heard(wav(48_000, 1, Coding::Float, &[0.0; 48_000]), Loudness::Talk);
    assert!(silent.iter().all(|sample| sample.abs() < 1e-4));
    let mut broken = tone(48_000, 96_000, 0.2);
    for (number, sample) in broken.iter_mut().enumerate().filter(|(number, _)| number % 997 == 0) {
        *sample = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN][number / 997 % 5];
    }
    let stereo = heard(wav(48_000, 1, Coding::Float, &broken), Loudness::Talk);
    assert!(stereo.iter().all(|sample| sample.is_finite() && sample.abs() <= 1.0));
    assert!(root_mean_square(&stereo) > 0.001, "the rest is heard");
}

#[test]
fn peaks_that_come_late_are_held_below_full_scale() {
    // Three minutes that are quiet, and then a shout.
    let mut sound = tone(8_000, 181 * 8_000, 0.005);
    sound.extend(tone(8_000, 16_000, 0.99));
    let stereo = heard(wav(8_000, 1, Coding::Int(16), &sound), Loudness::Talk);
    let peak = stereo.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    assert!((0.5..0.95).contains(&peak), "{peak}");
    let peak = |file| heard(file, Loudness::Talk).iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let clicks: Vec<f32> = (0..96_000).map(|at| if at % 24_000 == 12_000 { 0.9 } else { 0.0 }).collect();
    assert!(peak(wav(48_000, 1, Coding::Float, &clicks)) < 0.95);
}

#[test]
fn chunks_that_are_odd_or_lie_do_no_harm() {
    let good = wav(48_000, 1, Coding::Int(16), &tone(48_000, 48_000, 0.5));
    let (format, data) = (&good[20..36], &good[44..]);
    let with_list = riff(&[(b"LIST", b"odd"), (b"fmt ", format), (b"junk", &[]), (b"data", data), (b"id3 ", b"x")]);
    // As a program writes to a pipe: it never learns how much it was.
    let mut piped = good.to_vec();
    piped[4..8].fill(0xFF);
    piped[40..44].fill(0xFF);
    // The samples' coding is told in the longer form (WAVE_FORMAT_EXTENSIBLE).
    let mut extended = format.to_vec();
    extended[..2].copy_from_slice(&0xFFFE_u16.to_le_bytes());
    extended.extend_from_slice(&[
        22, 0, 16, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71,
    ]);
    let extended = riff(&[(b"fmt ", &extended), (b"data", data)]);
    for file in [with_list, piped.into(), extended] {
        assert_tone(&channel(&heard(file, Loudness::Talk), 0));
    }
}

#[test]
fn what_cannot_be_played_is_refused_by_name() {
    let refused = |file: bytes::Bytes| Sound::open(file, Loudness::Talk).err();
    let good = wav(48_000, 1, Coding::Int(16), &tone(48_000, 48_000, 0.5));
    let changed = |at: usize, bytes: &[u8]| {
        let mut file = good.to_vec();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        refused(file.into())
    };
    assert_eq!(refused(bytes::Bytes::new()), Some(SoundError::Format));
    assert_eq!(refused("ID3 and so on".into()), Some(SoundError::Format));
    assert_eq!(changed(8, b"AVI "), Some(SoundError::Format));
    assert_eq!(changed(20, &[2, 0]), Some(SoundError::Coding), "ADPCM");
    assert_eq!(changed(34, &[64, 0]), Some(SoundError::Coding));
    assert_eq!(changed(34, &[12, 0]), Some(SoundError::Coding));
    assert_eq!(changed(22, &[6, 0]), Some(SoundError::Channels(6)));
    assert_eq!(changed(22, &[0, 0]), Some(SoundError::Channels(0)));
    assert_eq!(changed(24, &[1, 0, 0, 0]), Some(SoundError::Rate(1)));
    assert_eq!(changed(24, &[0xFF; 4]), Some(SoundError::Rate(u32::MAX)));
    assert_eq!(changed(32, &[1, 0]), Some(SoundError::Damaged), "samples that don't fit their place");
    assert_eq!(changed(32, &[0, 0]), Some(SoundError::Damaged));
    assert_eq!(changed(12, b"nofm"), Some(SoundError::Damaged), "no format");
    assert_eq!(changed(36, b"nodt"), Some(SoundError::TooShort), "no samples");
    assert_eq!(refused(wav(48_000, 1, Coding::Int(16), &[])), Some(SoundError::TooShort));
    assert_eq!(refused(wav(48_000, 1, Coding::Int(16), &[0.1; 959])), Some(SoundError::TooShort));
    assert_eq!(refused(wav(48_000, 1, Coding::Int(16), &[0.1; 960])), None);
    assert_eq!(refused(vec![0; crate::limits::FILE_BYTES_MAX + 1].into()), Some(SoundError::TooLarge));
    let hours = wav(8_000, 1, Coding::Int(8), &vec![0.0; 8_000 * 7_201]);
    assert_eq!(refused(hours), Some(SoundError::TooLong));
}
