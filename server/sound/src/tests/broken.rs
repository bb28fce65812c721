//! Files that are cut, changed or made up.

use super::files::{Coding, both, head, packets, stream, tone, wav};
use crate::{Loudness, Sound};
use bytes::Bytes;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Opens a file and plays a second of it, if it can be; whether it can.
fn plays(file: impl Into<Bytes>) -> bool {
    let Ok(mut sound) = Sound::open(file.into(), Loudness::Talk) else { return false };
    for _ in 0..50 {
        if sound.next_packet().is_none() {
            break;
        }
    }
    true
}

fn small_files() -> [Bytes; 4] {
    let sound = tone(8_000, 200, 0.5);
    let opus = packets(&both(&tone(48_000, 4_800, 0.5)));
    [
        wav(8_000, 1, Coding::Int(16), &sound),
        wav(48_000, 2, Coding::Int(24), &both(&tone(48_000, 970, 0.5))),
        wav(8_000, 1, Coding::Float, &sound),
        stream(7, head(2, 312, 0), &opus, 0, None).into(),
    ]
}

#[test]
fn files_that_break_off_anywhere_are_played_as_far_as_they_go_or_refused() {
    for file in small_files() {
        assert!(plays(file.clone()));
        let played = (0..file.len()).filter(|&end| plays(file.slice(..end))).count();
        assert!(played > 0 || file.starts_with(b"OggS"), "what is there of a WAV file is played");
    }
    let long: Bytes = stream(7, head(2, 312, 0), &packets(&both(&tone(48_000, 48_000, 0.5))), 0, None).into();
    assert!(plays(long.slice(..long.len() - 10)), "all pages but the last");
}

#[test]
fn changed_files_never_panic() {
    let seed: u64 = rand_seed();
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for file in small_files() {
        for _ in 0..300 {
            let mut changed = file.to_vec();
            for _ in 0..random.random_range(1..6) {
                // Most of what can go wrong is near the beginning.
                let within = if random.random_bool(0.7) { changed.len().min(64) } else { changed.len() };
                changed[random.random_range(0..within)] = random.random();
            }
            plays(changed);
        }
    }
}

#[test]
fn opus_packets_of_noise_never_panic() {
    let seed: u64 = rand_seed();
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..60 {
        // With true checksums, so that they come as far as the decoder.
        let noise = (0..20).map(|_| {
            let mut packet = vec![0; random.random_range(1..200)];
            random.fill_bytes(&mut packet);
            packet
        });
        let noise: Vec<Vec<u8>> = noise.collect();
        let skip = random.random_range(0..4_000);
        plays(stream(random.random(), head(random.random_range(1..3), skip, random.random()), &noise, 0, None));
    }
}

#[test]
fn random_bytes_never_panic() {
    let seed: u64 = rand_seed();
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let beginnings: [&[u8]; 4] =
        [b"", b"OggS\0\x02", b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x02\0", b"RIFF\0\0\0\0WAVE"];
    for _ in 0..2_000 {
        let mut file = beginnings[random.random_range(0..beginnings.len())].to_vec();
        let from = file.len();
        file.resize(from + random.random_range(0..600), 0);
        random.fill_bytes(&mut file[from..]);
        plays(file);
    }
}

fn rand_seed() -> u64 {
    // The time is as random as a test needs, and a seed that found something is put here in its place.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    now.as_nanos() as u64
}
