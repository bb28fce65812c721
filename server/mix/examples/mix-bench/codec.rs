//! What the codec alone costs.

use crate::cpu::{cost_us, median};
use crate::voices::Spoken;
use std::hint::black_box;
use torg_mix::codec::{Decoder, Encoder, NAME};
use torg_mix::{FRAME_SAMPLES, STEREO_SAMPLES};

const TURNS: usize = 9;
const FRAMES: u64 = 200;

pub(crate) fn measure() {
    println!("\ncodec, microseconds a frame of 20 ms");
    let spoken = [Spoken::new(1), Spoken::new(2)];
    let mut decoders = [Decoder::new(), Decoder::new()];
    let mut sounds = [[0.0; FRAME_SAMPLES]; 2];
    let mut stereo = Vec::new();
    let mut decoding = Vec::new();
    for turn in 0..TURNS {
        let cost = cost_us(|| {
            for frame in 0..FRAMES {
                for ((decoder, spoken), sound) in decoders.iter_mut().zip(&spoken).zip(&mut sounds) {
                    decoder.decode(spoken.packet(frame), sound).expect("packets that we made");
                }
                if turn == 0 {
                    stereo.push(two_sided(&sounds));
                }
            }
        });
        decoding.push(cost / FRAMES as f64 / 2.0);
    }
    println!("  {NAME}: decode mono {:.1}", median(decoding));
    for kbps in [48, 64] {
        let cost = |complexity| encoding_us(Encoder::new(kbps * 1_000, complexity), &stereo);
        let costs = [0, 2, 4, 5, 10].map(|complexity| format!("{complexity}: {:.1}", cost(complexity)));
        println!("  {NAME}: encode stereo at {kbps} kbit/s, by complexity {}", costs.join(", "));
    }
    #[cfg(feature = "libopus")]
    compare(&stereo);
}

/// The other codec of this build, on the same sound.
#[cfg(feature = "libopus")]
fn compare(stereo: &[[f32; STEREO_SAMPLES]]) {
    for complexity in [0, 4, 5, 10] {
        let mut rust =
            opus_rs::OpusEncoder::new(48_000, 2, opus_rs::Application::Audio).expect("a rate that Opus knows");
        (rust.bitrate_bps, rust.complexity, rust.use_inband_fec) = (64_000, complexity, false);
        let mut packet = [0; 1_500];
        let costs = (0..TURNS).map(|_| {
            let all = cost_us(|| {
                for sound in stereo {
                    black_box(rust.encode(sound, FRAME_SAMPLES, &mut packet).expect("sound can be encoded"));
                }
            });
            all / stereo.len() as f64
        });
        let rust_us = median(costs.collect());
        let libopus_us = encoding_us(Encoder::new(64_000, complexity as u8), stereo);
        println!("  complexity {complexity}: opus-rs costs {:.2} times what libopus does", rust_us / libopus_us);
    }
}

fn encoding_us(mut encoder: Encoder, stereo: &[[f32; STEREO_SAMPLES]]) -> f64 {
    let costs = (0..TURNS).map(|_| {
        let all = cost_us(|| {
            for sound in stereo {
                black_box(encoder.encode(sound).expect("sound can be encoded"));
            }
        });
        all / stereo.len() as f64
    });
    median(costs.collect())
}

/// One voice more on the left, one more on the right.
fn two_sided(sounds: &[[f32; FRAME_SAMPLES]; 2]) -> [f32; STEREO_SAMPLES] {
    std::array::from_fn(|at| {
        let (this, other) = (sounds[at % 2][at / 2], sounds[1 - at % 2][at / 2]);
        0.8 * this + 0.3 * other
    })
}
