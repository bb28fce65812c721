//! The shape of an Opus packet, read without decoding it (RFC 6716, section 3): how long, whether it pauses, whether it
//! repeats the packet before it.

use crate::limits::PACKET_SAMPLES_MAX;

/// The longest frame that the format can hold, bytes (RFC 6716, section 3.2.1).
const FRAME_BYTES_MAX: usize = 1_275;

/// What a packet says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// How much sound it holds.
    pub(crate) samples: usize,
    /// How much of that is in each of its frames.
    pub(crate) frame_samples: usize,
    /// Whether it says only that there is nothing to say (DTX).
    pub(crate) is_pause: bool,
    /// Whether it repeats the packet before it (in-band FEC).
    pub(crate) has_fec: bool,
}

impl Shape {
    /// Reads a packet; nothing if it breaks the format's rules.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        let (&toc, rest) = payload.split_first()?;
        let frame_samples = frame_samples(toc);
        let (frames, first) = frames(toc, rest)?;
        let samples = frame_samples * frames;
        if samples > PACKET_SAMPLES_MAX {
            return None;
        }
        Some(Self { samples, frame_samples, is_pause: payload.len() <= 2, has_fec: has_fec(toc, first) })
    }
}

/// Samples of one frame, by the configuration in the first byte (RFC 6716, table 2).
fn frame_samples(toc: u8) -> usize {
    let config = usize::from(toc >> 3);
    match config {
        0..=11 => [480, 960, 1_920, 2_880][config % 4],
        12..=15 => [480, 960][config % 2],
        _ => [120, 240, 480, 960][config % 4],
    }
}

/// How many frames a packet has, and the bytes of the first.
fn frames(toc: u8, rest: &[u8]) -> Option<(usize, &[u8])> {
    let within = |frame: &[u8]| frame.len() <= FRAME_BYTES_MAX;
    match toc & 3 {
        0 => within(rest).then_some((1, rest)),
        1 => {
            let (first, second) = rest.split_at(rest.len() / 2);
            (first.len() == second.len() && within(first)).then_some((2, first))
        }
        2 => {
            let (length, rest) = length(rest)?;
            let (first, second) = rest.split_at_checked(length)?;
            within(second).then_some((2, first))
        }
        _ => many_frames(rest),
    }
}

/// A packet of any number of frames (RFC 6716, section 3.2.5).
fn many_frames(rest: &[u8]) -> Option<(usize, &[u8])> {
    let (&about, mut rest) = rest.split_first()?;
    let (varying, padded, count) = (about & 0x80 != 0, about & 0x40 != 0, usize::from(about & 0x3f));
    if count == 0 {
        return None;
    }
    if padded {
        let mut padding = 0;
        loop {
            let (&byte, after) = rest.split_first()?;
            rest = after;
            padding += if byte == 255 { 254 } else { usize::from(byte) };
            if byte != 255 {
                break;
            }
        }
        rest = &rest[..rest.len().checked_sub(padding)?];
    }
    if !varying {
        let each = rest.len() / count;
        return (rest.len() == each * count && each <= FRAME_BYTES_MAX).then_some((count, &rest[..each]));
    }
    // The lengths of all frames but the last stand before them.
    let (mut lengths, mut before_last) = ([0; 64], 0);
    for each in lengths.iter_mut().take(count - 1) {
        (*each, rest) = length(rest)?;
        before_last += *each;
    }
    let last = rest.len().checked_sub(before_last)?;
    lengths[count - 1] = last;
    (last <= FRAME_BYTES_MAX).then_some((count, &rest[..lengths[0]]))
}

/// A length of one or two bytes (RFC 6716, section 3.2.1) and what follows it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match *bytes {
        [short @ 0..=251, ref rest @ ..] => Some((usize::from(short), rest)),
        [low, high, ref rest @ ..] => Some((usize::from(high) * 4 + usize::from(low), rest)),
        _ => None,
    }
}

/// Whether the first frame repeats what came before: the flag behind the voice flags, one of those for each 20 ms, of
/// each channel (RFC 6716, section 4.2.3). They are the first bits, since each is as likely as not.
fn has_fec(toc: u8, first: &[u8]) -> bool {
    let is_celt = toc & 0x80 != 0;
    let Some(&flags) = first.first() else { return false };
    if is_celt || first.len() < 2 {
        return false;
    }
    let voice_flags = frame_samples(toc).div_ceil(960);
    let middle = flags >> (7 - voice_flags) & 1 == 1;
    let is_stereo = toc & 4 != 0;
    middle || (is_stereo && flags >> (6 - 2 * voice_flags) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(payload: &[u8]) -> Option<usize> {
        Shape::read(payload).map(|shape| shape.samples)
    }

    #[test]
    fn every_length_of_packet_is_read() {
        assert_eq!(samples(&[0xe0, 1, 2]), Some(120), "CELT, 2.5 ms");
        assert_eq!(samples(&[0xf8, 1, 2]), Some(960), "CELT, 20 ms");
        assert_eq!(samples(&[0x18, 1, 2]), Some(2_880), "SILK, 60 ms");
        assert_eq!(samples(&[0xf9, 1, 2, 3, 4]), Some(1_920), "two frames of one length");
        assert_eq!(samples(&[0xfa, 1, 2, 3, 4]), Some(1_920), "two frames of two lengths");
        assert_eq!(samples(&[0xfb, 3, 1, 2, 3]), Some(2_880), "three frames of one length");
        assert_eq!(samples(&[0xfb, 0x83, 1, 0, 2, 3]), Some(2_880), "three frames of three lengths");
        assert_eq!(samples(&[0xfb, 0x41, 2, 7, 0, 0]), Some(960), "padding");
        assert_eq!(samples(&[0xfb, 6, 1, 2, 3, 4, 5, 6]), Some(5_760), "120 ms");
    }

    #[test]
    fn what_breaks_the_rules_has_no_shape() {
        for broken in [
            &[][..],
            &[0xf9, 1, 2, 3],
            &[0xfa],
            &[0xfa, 9, 1],
            &[0xfa, 252],
            &[0xfb],
            &[0xfb, 0],
            &[0xfb, 7, 1, 2, 3, 4, 5, 6, 7],
            &[0xfb, 2, 1, 2, 3],
            &[0xfb, 0x83, 200, 1, 2],
            &[0xfb, 0x41, 200, 1],
            &[0xfb, 0x41, 255],
            &[0xf8; 1_300],
        ] {
            assert_eq!(samples(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn a_pause_and_a_repetition_are_seen() {
        assert!(Shape::read(&[0x78]).is_some_and(|shape| shape.is_pause));
        assert!(Shape::read(&[0x78, 0b1100_0000, 5]).is_some_and(|shape| shape.has_fec && !shape.is_pause), "hybrid");
        assert!(Shape::read(&[0x78, 0b1000_0000, 5]).is_some_and(|shape| !shape.has_fec));
        assert!(Shape::read(&[0x18, 0b0001_0000, 5]).is_some_and(|shape| shape.has_fec), "three voice flags before it");
        assert!(Shape::read(&[0xf8, 0b1100_0000, 5]).is_some_and(|shape| !shape.has_fec), "CELT repeats nothing");
    }
}
