//! Mixed mode: what a listener's frame costs, against its bare floor.

use crate::cpu::{cost_us, median};
use crate::voices::{Spoken, placed, push, tick};
use std::hint::black_box;
use torg_mix::codec::{Decoder, Encoder};
use torg_mix::{Desk, FRAME_SAMPLES, STEREO_SAMPLES, Settings};
use torg_protocol::ids::ParticipantId;
use torg_space::{ListenerMix, Mix, MixSource, OwnMix};

const LISTENERS: u32 = 100;
const TALKERS: u32 = 8;
const TURNS: u64 = 24;
const FRAMES_A_TURN: u64 = 50;

/// The work that nobody can leave out: decode each voice once, sum it with two factors for each listener, encode.
struct Floor {
    decoders: Vec<Decoder>,
    decoded: Vec<[f32; FRAME_SAMPLES]>,
    encoders: Vec<Encoder>,
}

impl Floor {
    fn new(settings: Settings) -> Self {
        Self {
            decoders: (0..TALKERS).map(|_| Decoder::new()).collect(),
            decoded: vec![[0.0; FRAME_SAMPLES]; TALKERS as usize],
            encoders: (0..LISTENERS).map(|_| Encoder::new(settings.own_bps, settings.complexity)).collect(),
        }
    }

    fn frame(&mut self, spoken: &[Spoken], mix: &Mix, frame: u64) {
        for ((decoder, decoded), spoken) in self.decoders.iter_mut().zip(&mut self.decoded).zip(spoken) {
            decoder.decode(spoken.packet(frame), decoded).expect("packets that we made");
        }
        for (listener, encoder) in mix.listeners.iter().zip(&mut self.encoders) {
            let Some(own) = &listener.own else { continue };
            let mut sum = [0.0; STEREO_SAMPLES];
            for source in &own.sources {
                let angle = (1.0 + 0.75 * source.azimuth_rad.sin()) * std::f32::consts::FRAC_PI_4;
                let (right, left) = (source.gain * angle.sin(), source.gain * angle.cos());
                for (pair, sample) in
                    sum.as_chunks_mut::<2>().0.iter_mut().zip(&self.decoded[source.speaker.0 as usize])
                {
                    pair[0] += sample * left;
                    pair[1] += sample * right;
                }
            }
            black_box(encoder.encode(&sum).expect("sound can be encoded"));
        }
    }
}

/// Everybody hears every talker but themself, in one stream.
pub(crate) fn everybody(moment: f32) -> Mix {
    let sources = |listener: u32| -> Vec<MixSource> {
        let others = (0..TALKERS).filter(|speaker| *speaker != listener);
        others.map(|speaker| placed(speaker, listener, moment, f32::INFINITY)).collect()
    };
    let own = |listener| OwnMix { bed_gain: 0.0, sources: sources(listener) };
    let listeners =
        (0..LISTENERS).map(|id| ListenerMix { listener: ParticipantId(id), bed: None, own: Some(own(id)) }).collect();
    Mix { version: 1, listeners, ..Mix::default() }
}

pub(crate) fn talkers() -> Vec<Spoken> {
    (0..TALKERS).map(Spoken::new).collect()
}

pub(crate) fn measure() {
    let settings = Settings::default();
    let (kbps, complexity) = (settings.own_bps / 1_000, settings.complexity);
    println!("\nmixed mode: {LISTENERS} listeners, {TALKERS} talk, {kbps} kbit/s stereo, complexity {complexity}");
    let spoken = talkers();
    let still = everybody(0.0);
    let mut floor = Floor::new(settings);
    let mut desks = [Desk::new(settings), Desk::new(settings), Desk::new(settings)];
    desks.iter_mut().for_each(|desk| desk.plan(&still));
    let [standing, walking, silent] = &mut desks;
    let mut costs: [Vec<f64>; 4] = Default::default();
    let mut frame = 0;
    for turn in 0..=TURNS {
        let frames = frame..frame + FRAMES_A_TURN;
        let bare = cost_us(|| frames.clone().for_each(|frame| floor.frame(&spoken, &still, frame)));
        let stands = cost_us(|| frames.clone().for_each(|frame| a_frame(standing, &spoken, frame)));
        let mut walks = 0.0;
        for frame in frames.clone() {
            // The engine plans anew each 50 ms; making the plan is its work, taking it over ours.
            let moved = frame.is_multiple_of(3).then(|| everybody(frame as f32 * 0.01));
            walks += cost_us(|| {
                moved.iter().for_each(|mix| walking.plan(mix));
                a_frame(walking, &spoken, frame);
            });
        }
        let nothing = cost_us(|| frames.for_each(|frame| tick(silent, frame)));
        frame += FRAMES_A_TURN;
        // The first turn warms up.
        if turn > 0 {
            let listener_frames = f64::from(LISTENERS) * FRAMES_A_TURN as f64;
            let measured = [bare, stands, walks, nothing];
            costs.iter_mut().zip(measured).for_each(|(costs, cost)| costs.push(cost / listener_frames));
        }
    }
    let ratios = |which: usize| median(costs[which].iter().zip(&costs[0]).map(|(cost, bare)| cost / bare).collect());
    println!("  bare floor (decode shared, mix, encode): {:.1} us a listener and frame", median(costs[0].clone()));
    for (which, name, limit) in [(1, "all stand", 1.2), (2, "all walk", 1.2), (3, "nobody is audible", 0.1)] {
        println!("  {name}: {:.3} of the floor (limit {limit})", ratios(which));
    }
    let figures = standing.figures();
    let bytes = figures.encoded_bytes as f64 / figures.encoded as f64;
    println!("  a packet has {bytes:.0} bytes on the mean, {:.1} kbit/s", bytes * 0.4);
}

fn a_frame(desk: &mut Desk, spoken: &[Spoken], frame: u64) {
    push(desk, spoken, frame);
    tick(desk, frame);
    desk.made().for_each(|made| {
        black_box(made.payload);
    });
}
