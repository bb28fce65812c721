//! Every bound and every tuned number of the mixer in one place, and why it is what it is. Spans are in samples at
//! 48 kHz unless the name says otherwise: 48 are a millisecond.

// ---- packets

/// The longest payload taken. A packet of a video call fits an Ethernet frame.
pub const PAYLOAD_BYTES_MAX: usize = 1_500;

/// The longest sound in a packet: 120 ms (RFC 6716, section 3.2.5).
pub const PACKET_SAMPLES_MAX: usize = 5_760;

/// Bytes that a slot of the ring can hold from the start: a packet of 20 ms at 100 kbit/s. Longer ones make it grow once.
pub const SLOT_BYTES: usize = 256;

/// Packets that wait in one source: 1.3 s in packets of 20 ms, 160 ms in the shortest packets. A power of two.
pub const RING_SLOTS: usize = 64;

// ---- numbering and flood

/// A sequence number farther than this from the newest is a new numbering: 10 s of packets.
pub const SEQUENCE_STEP_MAX: i64 = 512;

/// A timestamp may run ahead of packets and time by this much; beyond it, it has jumped. 1 s.
pub const TIMESTAMP_SLACK: i64 = 48_000;

/// Where timestamps have jumped, a pause longer than this between two packets is silence, a shorter one is jitter. 100 ms.
pub const JUMP_PAUSE: i64 = 4_800;

/// Sound that may come at once: what a connection over TCP brings after standing still for 3 s.
pub const BURST_SAMPLES: i64 = 3 * 48_000;

/// A source that flooded is heard again when it has kept still enough to earn this: half a second.
pub const REOPEN_SAMPLES: i64 = 24_000;

// ---- waiting

/// Jitter is judged over this time: long enough for 200 packets, short enough to follow a walk to another access point. 4 s.
pub const JITTER_WINDOW: i64 = 4 * 48_000;

/// Packets that the judgement of jitter remembers: one each 20 ms for the whole window, and some more.
pub const JITTER_PACKETS: usize = 256;

/// Fewer packets than this, one second, say little about jitter.
pub const JITTER_FEW: usize = 50;

/// The share of packets that shall come in time without any concealing, in percent.
pub const JITTER_PERCENTILE: usize = 95;

/// How often jitter is judged anew: 200 ms.
pub const JITTER_EVERY: i64 = 9_600;

/// Waiting beyond the jitter, for what the percentile leaves out and for our own threads: 5 ms.
pub const WAIT_SPARE: i64 = 240;

/// The shortest time that a punctual packet waits before it must be there, 12 ms. With packets of 20 ms the wait is this
/// to 20 ms more, by the phase between the speaker's clock and ours: 22 ms on the mean.
pub const WAIT_MIN: i64 = 576;

/// The longest: with the phase, 60 ms on the mean. Beyond it concealing sounds better than waiting.
pub const WAIT_MAX: i64 = 2_400;

/// After a loss the next packet is waited for, since it may bring the lost one again (FEC), for this long: 10 s.
pub const HOLD_FOR_FEC: i64 = 480_000;

/// The wait is too short only when it falls short by this much: 2 ms.
pub const WAIT_SHORT: i64 = 96;

/// And too long only when it is longer by this much than a step: 3 ms.
pub const WAIT_LONG: i64 = 144;

/// Pulls over which the shortest wait is looked at before anything is changed: 320 ms. A late tick looks like a long wait.
pub const STEER_PULLS: u32 = 16;

/// When packets wait longer than wanted by this much (200 ms), sound is left out at once instead of bit by bit.
pub const SKIP_BEYOND: i64 = 9_600;

// ---- stretching

/// The shortest piece put in or taken out: a period of 400 Hz.
pub const PIECE_MIN: usize = 120;

/// The longest: a period of 67 Hz.
pub const PIECE_MAX: usize = 720;

/// How alike two periods must be (normalised correlation) so that leaving one out isn't heard.
pub const ALIKE_MIN: f32 = 0.9;

/// Each pull in vain lowers what counts as alike by this much: after a second of waiting 0.4 will do.
pub const ALIKE_PATIENCE: f32 = 0.01;

/// What counts as alike never falls below this.
pub const ALIKE_FLOOR: f32 = 0.4;

/// Pulls between two changes in voiced sound: at most one period in 60 ms.
pub const STRETCH_EVERY: u32 = 3;

/// Sound this far below the speaker's voice is a pause, in which any change goes unheard: 26 dB, as an amplitude.
pub const QUIET_SHARE: f32 = 0.05;

/// And this is silence whoever speaks: -66 dBFS.
pub const QUIET_LEVEL: f32 = 0.000_5;

// ---- making up

/// Concealed sound keeps its level for this long: 20 ms, one packet.
pub const CONCEAL_FULL: usize = 960;

/// And then fades to nothing in this time: 100 ms. Longer made-up sound buzzes.
pub const CONCEAL_FADE: usize = 4_800;

/// Concealing is asked for in steps of this: 2.5 ms, the shortest frame of Opus.
pub const CONCEAL_STEP: usize = 120;

/// Sound ends in this time where the speaker pauses (DTX): 10 ms.
pub const END_FADE: usize = 480;

/// Sound begins, and is muted, in this time: 5 ms, short for the ear and long for a click.
pub const BEGIN_FADE: usize = 240;

/// A decoded sample beyond this is no sound but garbage: 6 dB over full scale. Clipped voices overshoot by 3 dB at most.
pub const PEAK_MAX: f32 = 2.0;

/// Hiss this loud (-9 dBFS) is garbage too, if it is bright as well.
pub const HISS_LEVEL: f32 = 0.35;

/// How bright: the level of the steps between samples against that of the samples, 0.8 for a tone of 6 kHz. The loud parts
/// of voices stay below 0.3, clipped ones too; white noise has 1.4.
pub const HISS_BRIGHTNESS: f32 = 0.8;

/// A source begins at most this loud (-20 dBFS): out of silence a voice needs 120 ms to reach -9 dBFS, which isn't missed.
pub const GUARD_FLOOR: f32 = 0.1;

/// And then becomes louder than it was of late by at most this share in 20 ms: 2 dB.
pub const GUARD_GROWTH: f32 = 0.25;

/// What counts as of late: the loudest is forgotten by this share in 20 ms, by half in 3 s.
pub const GUARD_DECAY: f32 = 0.005;

/// What is turned down is turned down in this time, 1 ms: before a burst is heard.
pub const GUARD_FADE: usize = 48;

/// Good packets in a row after garbage before the source is heard again.
pub const PROBATION_PACKETS: u8 = 3;

/// A frame that nowhere passes this is silence and needn't be mixed: -80 dBFS.
pub const SILENT_PEAK: f32 = 0.000_1;

/// Feedback of the filter that takes a constant shift out (DC): 3 dB at 20 Hz, 0.2 dB at 100 Hz.
pub const DC_FEEDBACK: f32 = 0.997_4;

// ---- encoding

/// Below this `opus-rs` codes a part as voice and misses the level of tones of 3 to 5 kHz by up to 5 dB; from here on every
/// tone keeps it within 0.1 dB at any complexity.
pub const ENCODE_BPS_MIN: u32 = 48_000;

/// More is not heard: transparent stereo.
pub const ENCODE_BPS_MAX: u32 = 256_000;

/// The highest complexity of Opus.
pub const COMPLEXITY_MAX: u8 = 10;

/// The highest that `opus-rs` 0.1.40 is asked for. From 8 on it makes noise of tones in stereo: six of them came out 4 to 11
/// dB too low, and 7 sounds as 8 should.
pub const PURE_COMPLEXITY_MAX: u8 = 7;

// ---- placing

/// How far a voice straight from the side is panned, of the way to one ear alone: the far ear is 14 dB quieter then. All
/// the way would leave nothing for the delay and the shadow, which tell where a voice is more than loudness does.
pub const PAN_WIDTH: f32 = 0.75;

/// Half the width of a head, metres, and the speed of sound, metres a second (Woodworth's sphere, 1938). Together they
/// delay the far ear by up to 0.66 ms.
pub const HEAD_RADIUS_M: f32 = 0.0875;
/// See [`HEAD_RADIUS_M`].
pub const SOUND_M_S: f32 = 343.0;

/// The longest delay between the ears: 0.66 ms, in samples, and what is kept of a voice's last frame for it.
pub const EAR_DELAY_SAMPLES_MAX: usize = 32;

/// A delay changes only when it is wrong by more than this: who walks past would else have it change each frame, and
/// each change costs a crossfade.
pub const EAR_DELAY_SLACK_SAMPLES: f32 = 0.75;

/// From here on a head shades: `c / (pi * radius)` (C. P. Brown and R. O. Duda, "A structural model for binaural sound
/// synthesis", 1998).
pub const HEAD_SHADOW_HZ: f32 = 1_248.0;

/// What the far ear still hears of high sounds when a voice is straight at the side, as a factor: -9 dB.
pub const HEAD_SHADOW_TREBLE: f32 = 0.35;

/// The cut-offs at which a voice is muffled, an octave apart; what lies between is blended, which is off by less than
/// 3 dB. The lowest is a voice through two walls.
pub const MUFFLED_HZ: [f32; 6] = [500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0];

/// How fast a voice that is heard may become louder or quieter, as a factor a frame: 1.6 dB, so 12 dB in 150 ms. A host
/// who begins to speak doesn't chop off what others say.
pub const GAIN_SLEW: f32 = 1.202;

/// Below this factor gains move by as much as this in a frame: a slope in dB alone would never come up from nothing.
pub const GAIN_SLEW_LEAST: f32 = 0.02;

/// How fast a voice may turn around a listener, radians a frame: from one side to the other in 120 ms.
pub const AZIMUTH_SLEW_RAD: f32 = std::f32::consts::PI / 6.0;

/// How fast a voice may become duller or clearer, octaves a frame.
pub const MUFFLE_SLEW_OCTAVES: f32 = 0.5;

/// Frames in which what leaves a mix fades out: 40 ms, short enough that a wall which closes is soon closed.
pub const LEAVING_FRAMES: u8 = 2;

// ---- evening

/// The loudness that voices are evened towards, dBFS of active speech: what browsers' automatic gain aims at, within a
/// few dB.
pub const EVEN_TARGET_DBFS: f32 = -24.0;

/// How far a voice is moved at most, dB. More would lift the noise of bad microphones.
pub const EVEN_MAX_DB: f32 = 6.0;

/// How fast a voice is moved at most, dB a frame: 2 dB a second, too slow to be heard as a change.
pub const EVEN_SLEW_DB: f32 = 0.04;

/// How fast the measure of loudness follows, as a share a frame: about 3 s of speech.
pub const LOUDNESS_SHARE: f32 = 1.0 / 150.0;

/// Frames quieter than this are pauses, whoever speaks, dBFS.
pub const PAUSE_DBFS: f32 = -55.0;

/// Frames quieter than the voice's loudness by this much are pauses, dB (the margin of ITU-T P.56).
pub const PAUSE_BELOW_DB: f32 = 15.9;

/// A frame is a step when its level differs from the one before by more than this, dB.
pub const STEP_DB: f32 = 1.0;

/// A voice is speech when more than this share of its frames are steps. Of speech four in five are, of tones none, of
/// noise few.
pub const SPEECH_STEPS: f32 = 0.3;

/// How fast that share follows, a frame: a memory of about a second.
pub const STEPS_SHARE: f32 = 1.0 / 50.0;

/// Frames of a voice before it is judged: the share of steps means nothing sooner.
pub const JUDGED_AFTER_FRAMES: u32 = 50;

// ---- outputs

/// The highest level of an output: -1 dBFS, since coding adds a little.
pub const CEILING: f32 = 0.891_25;

/// How far the limiter looks ahead: 1 ms, which every output is late by.
pub const LOOK_AHEAD_SAMPLES: usize = 48;

/// How much the limiter's factor may rise in a millisecond: from half to full in 200 ms.
pub const LIMITER_RISE: f32 = 0.002_5;

/// How much the limiter's factor falls in a millisecond where there is time: 6 dB in 5 ms, soft enough not to be heard as a click.
pub const LIMITER_FALL: f32 = 0.1;

/// Frames that an output goes on after the last voice: the look-ahead runs out and the decoder comes to rest on silence,
/// not on a guess of what is missing.
pub const TAIL_FRAMES: u8 = 3;

/// Frames that a bed's stream goes on as it was when no plan names it: who walks from it to another gets it until that has
/// come up. A stream that begins does so from silence, and its third frame is the first that is whole.
pub const HANDOVER_FRAMES: u64 = LEAVING_FRAMES as u64;

/// How long a stream is kept when nobody is to get it any more, in frames: 5 s. Who walks to and fro between two places
/// gets a stream that goes on.
pub const LINGER_FRAMES: u64 = 250;

/// How long a speaker's loudness is remembered when no mix wants the voice, in frames: 10 min. It took seconds to learn.
pub const KNOWN_FRAMES: u64 = 30_000;

/// How long the muffled shades of a voice are made after nobody asks for them: half a second, as who hears it muffled
/// goes over to the clear voice in a fifth of one.
pub const MUFFLED_FRAMES: u8 = 25;

/// How fast the level follows by which the loudest voices are chosen, as a share a frame: 0.2 s.
pub const LEVEL_SHARE: f32 = 0.1;

/// Voices that one thread takes at a time: decoding one takes 20 us, waking a thread 5.
pub const VOICES_AT_ONCE: usize = 2;

/// Voices in a mix when nothing is shed: more than any plan has.
pub const SOURCES_MAX: usize = 64;

/// A voice that is in a mix counts for this much more than one that isn't when an output may have only so many: 3 dB,
/// so that two alike don't take turns.
pub const STAYS_FACTOR: f32 = 1.412_5;
