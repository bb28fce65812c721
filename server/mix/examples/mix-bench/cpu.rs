//! CPU time and memory, as Linux counts them.

use std::fs::read_to_string;
use std::time::Instant;

/// How long this thread has run, microseconds. Where the kernel doesn't tell, the clock must do.
pub(crate) fn thread_us(began: Instant) -> f64 {
    let told = read_to_string("/proc/thread-self/schedstat").ok();
    let ran_ns = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    ran_ns.map_or_else(|| began.elapsed().as_secs_f64() * 1e6, |ran_ns| ran_ns / 1e3)
}

/// Measures what some work costs this thread, microseconds.
pub(crate) fn cost_us(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    let before = thread_us(began);
    work();
    thread_us(began) - before
}

/// The memory of this process that lies in RAM, MiB.
pub(crate) fn resident_mib() -> Option<f64> {
    let status = read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok()? / 1_024.0)
}

/// The one in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
