//! `cargo xtask bench`: figures for speed and memory, all in one run, with the machine named. Nothing here passes
//! or fails: on a shared machine only figures of one run can be compared, so each comes with a yardstick.

mod browser;
mod lasting;
mod media;
mod meeting;
mod mix;
mod record;
mod server;

use crate::run::{cargo, minutes, output, program};

type Part = (&'static str, fn() -> Result<(), String>);

/// What can be measured, in this order.
const PARTS: &[Part] = &[
    ("engine", engine),
    ("record", record::record),
    ("forwarding", media::forwarding),
    ("joins", media::joins),
    ("mix", mix::mix),
    ("board", media::board),
    ("open-space", meeting::open_space),
    ("browser", browser::frames),
    ("board-page", browser::board),
    ("lasting", lasting::lasting),
];

/// It takes three quarters of an hour, so it runs when it is named.
const ONLY_NAMED: &str = "lasting";

pub(crate) fn run(names: &[&str]) -> Result<(), String> {
    if let Some(unknown) = names.iter().find(|name| !PARTS.iter().any(|(part, _)| part == *name)) {
        let known: Vec<_> = PARTS.iter().map(|(part, _)| *part).collect();
        return Err(format!("there is no `{unknown}` to measure; there are {}", known.join(", ")));
    }
    println!("machine: {}", machine());
    for (name, measure) in PARTS.iter().filter(|(part, _)| wanted(part, names)) {
        println!("\n== {name}");
        measure()?;
    }
    Ok(())
}

fn wanted(part: &str, names: &[&str]) -> bool {
    if names.is_empty() { part != ONLY_NAMED } else { names.contains(&part) }
}

fn engine() -> Result<(), String> {
    crate::run::run(&mut cargo(&["bench", "--quiet", "--package", "torg-space"]), minutes(20))
}

fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("an unnamed processor");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = output(&mut program("uname", &["-sr"])).unwrap_or_default();
    format!("{cores} cores, {}, {kernel}", model.trim_start_matches([' ', '\t', ':']))
}
