//! Opus in Ogg as many programs write it.

use super::files::{both, head, packets, stream, tone};
use super::heard::{assert_tone, channel, heard, lufs, root_mean_square};
use crate::limits::TALK_LUFS;
use crate::{Loudness, Sound, SoundError};

/// Two seconds of a tone.
fn tones() -> Vec<Vec<u8>> {
    packets(&both(&tone(48_000, 96_000, 0.4)))
}

fn refused(file: Vec<u8>) -> Option<SoundError> {
    Sound::open(file.into(), Loudness::Talk).err()
}

fn duration_ms(file: Vec<u8>) -> u64 {
    Sound::open(file.into(), Loudness::Talk).expect("a sound").duration_ms()
}

#[test]
fn a_tone_comes_out_as_loud_as_a_talk_whatever_gain_the_header_has() {
    for (channels, gain_q8_db) in [(2, 0), (1, 0), (2, -12 * 256), (2, 6 * 256)] {
        let file = stream(7, head(channels, 312, gain_q8_db), &tones(), 0, None);
        let stereo = heard(file.into(), Loudness::Talk);
        assert_tone(&channel(&stereo, 0));
        assert_tone(&channel(&stereo, 1));
        assert!((lufs(&stereo) - TALK_LUFS).abs() < 0.4, "{} LUFS", lufs(&stereo));
    }
}

#[test]
fn opus_in_stereo_stays_stereo() {
    let left: Vec<f32> = tone(48_000, 96_000, 0.4).into_iter().flat_map(|sample| [sample, 0.0]).collect();
    let stereo = heard(stream(7, head(2, 312, 0), &packets(&left), 0, None).into(), Loudness::Talk);
    assert_tone(&channel(&stereo, 0));
    assert!(root_mean_square(&channel(&stereo, 1)) < 0.05 * root_mean_square(&channel(&stereo, 0)));
}

#[test]
fn what_is_to_be_skipped_and_left_out_is_not_part_of_the_sound() {
    let tones = tones();
    assert_eq!(duration_ms(stream(7, head(2, 0, 0), &tones, 0, None)), 2_000);
    assert_eq!(duration_ms(stream(7, head(2, 4_800, 0), &tones, 0, None)), 1_900);
    let ends = Some(96_000 - 480);
    assert_eq!(duration_ms(stream(7, head(2, 480, 0), &tones, 0, ends)), 1_980);
    let late = 1_000_000_007;
    assert_eq!(duration_ms(stream(7, head(2, 0, 0), &tones, late, None)), 2_000, "recorded from the middle");
    assert_eq!(duration_ms(stream(7, head(2, 0, 0), &tones, 0, Some(1))), 1_800, "no more than the last page goes");
    assert_eq!(duration_ms(stream(7, head(2, 0, 0), &tones, 0, Some(u64::MAX - 1))), 2_000, "a lie");
    assert_eq!(refused(stream(7, head(2, u16::MAX, 0), &tones[..50], 0, None)), Some(SoundError::TooShort));
}

#[test]
fn what_cannot_be_played_is_refused_by_name() {
    let tones = tones();
    let whole = || stream(7, head(2, 312, 0), &tones, 0, None);
    let other = stream(8, head(2, 312, 0), &tones, 0, None);
    assert_eq!(refused([whole(), other.clone()].concat()), Some(SoundError::Chained));
    // Both begin before either goes on.
    let head_end = 28 + 19;
    let together = [&whole()[..head_end], &other[..head_end], &whole()[head_end..]].concat();
    assert_eq!(refused(together), Some(SoundError::Multiplexed));
    let mut vorbis = head(2, 0, 0);
    vorbis[..7].copy_from_slice(b"\x01vorbis");
    assert_eq!(refused(stream(7, vorbis, &tones, 0, None)), Some(SoundError::NotOpus));
    let changed = |at: usize, byte: u8| {
        let mut head = head(2, 0, 0);
        head[at] = byte;
        refused(stream(7, head, &tones, 0, None))
    };
    assert_eq!(changed(8, 0x10), Some(SoundError::Version));
    assert_eq!(changed(8, 2), None, "a newer one that older readers can read");
    assert_eq!(changed(9, 6), Some(SoundError::Channels(6)));
    assert_eq!(changed(9, 0), Some(SoundError::Channels(0)));
    assert_eq!(changed(18, 255), Some(SoundError::Version), "channels of an unknown layout");
    assert_eq!(refused(stream(7, b"OpusHead".to_vec(), &tones, 0, None)), Some(SoundError::Damaged));
    assert_eq!(refused(stream(7, head(2, 0, 0), &[], 0, None)), Some(SoundError::TooShort));
    assert_eq!(refused(stream(7, head(2, 0, 0), &[vec![]], 0, None)), Some(SoundError::Damaged), "an empty packet");
    assert_eq!(refused(stream(7, head(2, 0, 0), &[vec![0xFF, 0]], 0, None)), Some(SoundError::Damaged), "no frames");
    let mut flipped = whole();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    assert_eq!(refused(flipped), Some(SoundError::Damaged), "a checksum that is wrong");
}
