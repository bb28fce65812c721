//! What a sound costs: to open it, and for each frame that is played.
//!
//! ```text
//! cargo run --release -p torg-sound --example sound-bench [FILE]
//! ```
//!
//! Without a file it makes three minutes of something like music, at 48 and at 44.1 kHz.

use std::time::Instant;
use torg_sound::{Loudness, Sound};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    match std::env::args().nth(1) {
        Some(path) => bench(&path, std::fs::read(&path)?.into()),
        None => {
            for rate_hz in [48_000, 44_100] {
                bench(&format!("three minutes of chords at {rate_hz} Hz"), chords(rate_hz, 180).into())?;
            }
            Ok(())
        }
    }
}

fn bench(name: &str, file: bytes::Bytes) -> Result<(), Box<dyn std::error::Error>> {
    let began = Instant::now();
    let mut sound = Sound::open(file, Loudness::Talk)?;
    println!("{name}: {} ms of sound, opened in {:.2} s", sound.duration_ms(), began.elapsed().as_secs_f64());
    let (mut costs_us, mut bytes) = (Vec::new(), 0);
    loop {
        let began = Instant::now();
        let Some(packet) = sound.next_packet() else { break };
        bytes += packet.len();
        costs_us.push(began.elapsed().as_micros());
    }
    costs_us.sort_unstable();
    let frames = costs_us.len();
    let mean_us = costs_us.iter().sum::<u128>() as f64 / frames as f64;
    let (middle, most) = (costs_us[frames / 2], costs_us[frames * 99 / 100]);
    println!("  a frame costs {mean_us:.0} us (half of them below {middle}, of a hundred 99 below {most})");
    println!("  {:.1} kbit/s", bytes as f64 * 8.0 / (frames as f64 * 20.0));
    Ok(())
}

/// A WAV file of chords in 16 bits and stereo.
fn chords(rate_hz: u32, seconds: u32) -> Vec<u8> {
    let mut file = b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x02\0".to_vec();
    file.extend_from_slice(&rate_hz.to_le_bytes());
    file.extend_from_slice(&(rate_hz * 4).to_le_bytes());
    file.extend_from_slice(b"\x04\0\x10\0data\xFF\xFF\xFF\xFF");
    for at in 0..rate_hz * seconds {
        let seconds = f64::from(at) / f64::from(rate_hz);
        let root = [220.0, 174.6, 261.6, 196.0][(seconds as usize / 2) % 4];
        for side in [1.0, 1.003] {
            let part = |number: i32| {
                let hz = root * side * f64::from(number) * 1.25;
                (std::f64::consts::TAU * hz * seconds).sin() / f64::from(number) * (-(seconds % 0.5) * 3.0).exp()
            };
            let sample = (1..12).map(part).sum::<f64>() * 7_000.0;
            file.extend_from_slice(&(sample as i16).to_le_bytes());
        }
    }
    file
}
