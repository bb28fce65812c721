//! Every bound and every tuned number of sounds in one place, and why it is what it is.

use torg_mix::SAMPLE_RATE_HZ;

/// The largest file: an hour of Opus at 128 kbit/s, or six minutes of WAV as on a CD.
pub const FILE_BYTES_MAX: usize = 64 << 20;

/// The longest sound, in minutes: two hours, a lecture or the music of a long break.
pub const LASTS_MIN_MAX: u64 = 120;

/// The fewest samples a second that a file may have: those of a telephone.
pub const RATE_HZ_MIN: u32 = 8_000;

/// The most: four times what a studio needs, and more than any recorder has.
pub const RATE_HZ_MAX: u32 = 192_000;

/// Channels that a file may have. What more than two were meant for, nobody here can know.
pub const CHANNELS_MAX: u16 = 2;

/// The shortest sound that is played, in milliseconds: one frame. Less is a click.
pub const LASTS_MS_MIN: u64 = 20;

/// Samples beyond this are a fault of the file, 24 dB over full scale: one of them shall not silence all the rest.
pub const SAMPLE_MAX: f32 = 16.0;

/// Frames of WAV that are read at a time: some 20 ms.
pub(crate) const BLOCK_FRAMES: usize = 1_024;

/// How much of a sound is listened to before it is played, in seconds. Three minutes tell how loud a sound is, and take a
/// second or two.
pub const MEASURED_S_MAX: u64 = 180;

/// Shorter sounds are measured over and over until they have lasted this long, in milliseconds: loudness is a mean over
/// blocks of 400 ms (ITU-R BS.1770-5), and a bell has to be of some loudness too.
pub(crate) const MEASURED_MS_MIN: u64 = 1_000;

/// How loud a talk is, in LUFS: the programme loudness of EBU R 128.
pub const TALK_LUFS: f64 = -23.0;

/// The highest true peak, in dBTP (EBU R 128).
pub const TRUE_PEAK_DBTP: f64 = -1.0;

/// A sound is turned up by so much at most, in dB: more would make a concert of a room that was recorded by mistake.
pub const GAIN_DB_MAX: f64 = 24.0;

/// Bits a second: what music in stereo needs, and as the mixers give an own mix.
pub(crate) const ENCODE_BPS: u32 = 64_000;

/// How hard the encoder tries: the most that the codec in Rust is asked for, which takes it a tenth of a millisecond.
pub(crate) const COMPLEXITY: u8 = 7;

/// A sound fades in and out in this many samples: 10 ms, too short to be heard and long enough not to click.
pub(crate) const FADE_SAMPLES: u64 = SAMPLE_RATE_HZ as u64 / 100;

/// What the encoder holds back at the end (RFC 7845, section 4.2: 6.5 ms): it is fed silence until that is out.
pub(crate) const ENCODER_DELAY_SAMPLES: u64 = 312;

/// How much louder a sound may become from frame to frame after it was held below full scale: 0.2 dB in 20 ms.
pub(crate) const RELEASE: f32 = 1.023;

/// The length of the resampler's filter. With this the passband goes up to 0.9 of half the lower rate.
pub(crate) const FILTER_TAPS: usize = 128;
