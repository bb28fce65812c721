//! Full load at the pace of the clock, for minutes: missed deadlines, and memory. On a machine that has other work it says
//! little unless it goes first, as the server's media threads do: `chrt -r 1 mix-bench hold 10`.

use crate::cpu::resident_mib;
use crate::mixed::{everybody, talkers};
use crate::voices::{push, tick};
use std::time::{Duration, Instant};
use torg_mix::{Desk, Settings};

const FRAME: Duration = Duration::from_millis(20);
/// Who is later than this begins anew.
const BEHIND_MAX: Duration = Duration::from_millis(100);
/// Everything that is made once has been made by then.
const WARM_FRAMES: u64 = 500;

pub(crate) fn measure(minutes: f64) -> Result<(), Box<dyn std::error::Error>> {
    println!("\n{minutes} minutes of mixed mode at full load, by the clock, on all cores");
    let spoken = talkers();
    let mut desk = Desk::new(Settings::default());
    let pool = rayon::ThreadPoolBuilder::new().build()?;
    let frames = (minutes * 60.0 * 50.0) as u64 + WARM_FRAMES;
    let mut took = Vec::with_capacity(frames as usize);
    let (mut missed, mut warm_mib) = (0, 0.0);
    let mut began = Instant::now();
    for frame in 0..frames {
        let due = began + FRAME * frame as u32;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        // One stall of the machine is one miss, not one for every frame after it.
        if due + BEHIND_MAX < Instant::now() {
            began += due.elapsed();
        }
        if frame.is_multiple_of(3) {
            desk.plan(&everybody(frame as f32 * 0.01));
        }
        push(&mut desk, &spoken, frame);
        pool.install(|| tick(&mut desk, frame));
        if frame == WARM_FRAMES {
            warm_mib = resident_mib().unwrap_or(f64::NAN);
        }
        if frame >= WARM_FRAMES {
            // Made before the next is due.
            missed += usize::from(Instant::now() > due + FRAME);
            took.push(Instant::now().saturating_duration_since(due).as_secs_f64() * 1e3);
        }
    }
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!("  missed {missed} of {} deadlines", took.len());
    println!("  from due to made: p50 {:.1} ms, p99 {:.1} ms, most {:.1} ms", at(0.5), at(0.99), at(1.0));
    let grown_mib = resident_mib().unwrap_or(f64::NAN) - warm_mib;
    println!("  memory: {warm_mib:.1} MiB when warm, grown by {grown_mib:.1} MiB since");
    Ok(())
}
