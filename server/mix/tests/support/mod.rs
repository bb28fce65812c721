//! A desk with speakers who encode and ears that decode.

pub(crate) mod measure;

use opus_rs::OpusDecoder;
use std::collections::BTreeMap;
use torg_mix::codec::Encoder;
use torg_mix::{Desk, FRAME_SAMPLES, MixTime, Packet, STEREO_SAMPLES, Settings, To};
use torg_protocol::ids::ParticipantId;
use torg_space::{Bed, BedId, ListenerMix, Mix, MixSource, OwnMix};

/// What a speaker says: the sample at a time, in samples.
pub(crate) type Voice = Box<dyn Fn(u64) -> f32 + Send>;

pub(crate) fn tone(frequency_hz: f64, amplitude: f32) -> Voice {
    Box::new(move |at| (at as f64 * frequency_hz / 48_000.0 * std::f64::consts::TAU).sin() as f32 * amplitude)
}

/// Something with pitch, syllables and pauses; `amplitude` is about its RMS.
pub(crate) fn speech(seed: u64, amplitude: f32) -> Voice {
    let pitch_hz = 100.0 + (seed * 37 % 120) as f64;
    Box::new(move |at| {
        let seconds = at as f64 / 48_000.0 + seed as f64 * 0.37;
        let phrase = if (seconds * 0.4).fract() < 0.8 { 1.0 } else { 0.0 };
        let syllable = (seconds * 4.3 * std::f64::consts::PI).sin().abs().powf(1.5);
        let glide = pitch_hz * (1.0 + 0.1 * (seconds * 2.0).sin());
        let buzz: f64 =
            (1..14).map(|k| (seconds * glide * f64::from(k) * std::f64::consts::TAU).sin() / f64::from(k)).sum();
        (buzz * syllable * phrase) as f32 * amplitude * 2.0
    })
}

pub(crate) fn source(speaker: u32, gain: f32, azimuth_degrees: f32) -> MixSource {
    let speaker = ParticipantId(speaker);
    MixSource { speaker, gain, azimuth_rad: azimuth_degrees.to_radians(), low_pass_hz: f32::INFINITY }
}

pub(crate) fn bed(id: u32, sources: Vec<MixSource>) -> Bed {
    Bed { id: BedId(id), sources }
}

/// Gets everything in one stream.
pub(crate) fn mixed(listener: u32, bed: Option<(u32, f32)>, sources: Vec<MixSource>) -> ListenerMix {
    let own = OwnMix { bed_gain: bed.map_or(0.0, |(_, gain)| gain), sources };
    ListenerMix { listener: ParticipantId(listener), bed: bed.map(|(id, _)| BedId(id)), own: Some(own) }
}

/// Gets the bed as it is.
pub(crate) fn forwarded(listener: u32, bed: u32) -> ListenerMix {
    ListenerMix { listener: ParticipantId(listener), bed: Some(BedId(bed)), own: None }
}

pub(crate) fn own(listener: u32) -> To {
    To::Own(ParticipantId(listener))
}

struct Speaker {
    voice: Voice,
    encoder: Encoder,
    sequence: u16,
    /// When it began, in frames: RTP timestamps go on while it is silent.
    talks: bool,
}

/// The numbers of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) frame: u64,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) bytes: usize,
}

/// One stream, decoded in stereo; silence where no packet came.
pub(crate) struct Ear {
    decoder: OpusDecoder,
    pub(crate) left: Vec<f32>,
    pub(crate) right: Vec<f32>,
    pub(crate) packets: Vec<Heard>,
}

impl Ear {
    pub(crate) fn new() -> Self {
        let decoder = OpusDecoder::new(48_000, 2).expect("a rate and channels that Opus knows");
        Self { decoder, left: Vec::new(), right: Vec::new(), packets: Vec::new() }
    }

    pub(crate) fn hear(&mut self, payload: Option<&[u8]>) {
        let mut sound = [0.0; STEREO_SAMPLES];
        if let Some(payload) = payload {
            let samples = self.decoder.decode(payload, FRAME_SAMPLES, &mut sound).expect("the desk makes Opus");
            assert_eq!(samples, FRAME_SAMPLES);
        }
        for pair in sound.as_chunks::<2>().0 {
            self.left.push(pair[0]);
            self.right.push(pair[1]);
        }
    }

    /// What was heard in the last so many frames.
    pub(crate) fn last(&self, frames: usize) -> [&[f32]; 2] {
        let from = self.left.len().saturating_sub(frames * FRAME_SAMPLES);
        [&self.left[from..], &self.right[from..]]
    }

    pub(crate) fn last_dbfs(&self, frames: usize) -> f64 {
        let [left, right] = self.last(frames);
        measure::both_dbfs(left, right)
    }

    /// The level of a tone in both ears together, dBFS.
    pub(crate) fn tone_dbfs(&self, frames: usize, frequency_hz: f64) -> f64 {
        let power = self.last(frames).map(|ear| 10f64.powf(measure::tone_dbfs(ear, frequency_hz) / 10.0));
        10.0 * power.iter().sum::<f64>().log10()
    }
}

/// A desk, who speaks to it and who hears it.
pub(crate) struct Square {
    pub(crate) desk: Desk,
    pub(crate) frame: u64,
    speakers: BTreeMap<u32, Speaker>,
    pub(crate) ears: BTreeMap<To, Ear>,
    version: u64,
    /// Whose loudness the next plans leave alone.
    pub(crate) kept_loud: Vec<ParticipantId>,
}

impl Square {
    pub(crate) fn new(settings: Settings) -> Self {
        let (speakers, ears) = (BTreeMap::new(), BTreeMap::new());
        Self { desk: Desk::new(settings), frame: 0, speakers, ears, version: 0, kept_loud: Vec::new() }
    }

    pub(crate) fn plan(&mut self, beds: Vec<Bed>, listeners: Vec<ListenerMix>) {
        self.version += 1;
        self.desk.plan(&Mix { version: self.version, beds, listeners, kept_loud: self.kept_loud.clone() });
    }

    /// Somebody begins to speak.
    pub(crate) fn speaks(&mut self, speaker: u32, voice: Voice) {
        let speaker = self.speakers.entry(speaker).or_insert_with(|| Speaker {
            voice: Box::new(|_| 0.0),
            encoder: Encoder::new(96_000, 5),
            sequence: 0,
            talks: true,
        });
        (speaker.voice, speaker.talks) = (voice, true);
    }

    /// Somebody pauses, and sends nothing.
    pub(crate) fn pauses(&mut self, speaker: u32) {
        self.speakers.get_mut(&speaker).expect("somebody who spoke").talks = false;
    }

    /// So many times 20 ms.
    pub(crate) fn run(&mut self, frames: usize) {
        for _ in 0..frames {
            self.say();
            self.desk.tick(MixTime(self.frame * 20_000 + 7_000));
            self.hear();
            self.frame += 1;
        }
    }

    /// When the last frame was made.
    pub(crate) fn now(&self) -> MixTime {
        MixTime((self.frame - 1) * 20_000 + 7_000)
    }

    fn say(&mut self) {
        let (frame, now) = (self.frame, MixTime(self.frame * 20_000));
        for (id, speaker) in self.speakers.iter_mut().filter(|(_, speaker)| speaker.talks) {
            let mut sound = [0.0; STEREO_SAMPLES];
            for (n, pair) in sound.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                *pair = [(speaker.voice)(frame * FRAME_SAMPLES as u64 + n as u64); 2];
            }
            let payload = speaker.encoder.encode(&sound).expect("sound can be encoded");
            let timestamp = frame as u32 * FRAME_SAMPLES as u32;
            let (sequence, stream) = (speaker.sequence, u64::from(*id));
            let packet = Packet { speaker: ParticipantId(*id), stream, sequence, timestamp, payload };
            self.desk.push(packet, now).expect("packets that come in order");
            speaker.sequence = speaker.sequence.wrapping_add(1);
        }
    }

    fn hear(&mut self) {
        let mut made: BTreeMap<To, _> = BTreeMap::new();
        for packet in self.desk.made() {
            assert!(made.insert(packet.to, packet).is_none(), "one packet for each stream");
        }
        for to in made.keys() {
            let frame = self.frame as usize;
            self.ears.entry(*to).or_insert_with(|| {
                let mut ear = Ear::new();
                (0..frame).for_each(|_| ear.hear(None));
                ear
            });
        }
        for (to, ear) in &mut self.ears {
            let packet = made.get(to);
            ear.hear(packet.map(|packet| packet.payload));
            ear.packets.extend(packet.map(|packet| Heard {
                frame: self.frame,
                sequence: packet.sequence,
                timestamp: packet.timestamp,
                marker: packet.marker,
                bytes: packet.payload.len(),
            }));
        }
    }

    #[track_caller]
    pub(crate) fn ear(&self, to: To) -> &Ear {
        self.ears.get(&to).expect("a stream that was heard")
    }
}
