//! `cargo xtask test`: every check, in an order that finds cheap faults first and ends with the stories.

use crate::run::{cargo, minutes, output, program, run};
use crate::setup;
use std::process::Command;
use std::time::{Duration, Instant};

/// The whole run ends within this, whatever hangs.
const WHOLE: Duration = Duration::from_secs(56 * 60);

/// Stories run two at a time: each has a server and guests that must keep the pace of sound.
const STORIES_AT_ONCE: &str = "2";

struct Step {
    name: &'static str,
    what: &'static str,
    limit: Duration,
    work: fn(&mut Chores) -> Result<(), String>,
}

const STEPS: &[Step] = &[
    Step { name: "format", what: "rustfmt finds nothing to change", limit: minutes(2), work: format },
    Step { name: "clippy", what: "clippy finds nothing, warnings are errors", limit: minutes(20), work: clippy },
    Step { name: "tidy", what: "layers, budgets and marks", limit: minutes(5), work: tidy },
    Step { name: "licences", what: "cargo-deny: licences, advisories, bans", limit: minutes(5), work: licences },
    Step { name: "rust", what: "unit and integration tests of the crates", limit: minutes(30), work: rust },
    Step {
        name: "codec",
        what: "the mixer's tests once more, with libopus in place of the codec in Rust",
        limit: minutes(12),
        work: codec,
    },
    Step {
        name: "web",
        what: "types, accessibility warnings and unit tests of the browser app",
        limit: minutes(12),
        work: web,
    },
    Step { name: "browser", what: "browser stories, with a real server", limit: minutes(34), work: browser },
    Step {
        name: "stories",
        what: "end-to-end stories, with real sound over real sockets",
        limit: minutes(30),
        work: stories,
    },
];

/// What the steps share while they run.
struct Chores {
    /// When the step at work must have ended.
    deadline: Instant,
    has_nextest: bool,
}

impl Chores {
    fn run(&mut self, command: &mut Command) -> Result<(), String> {
        let arguments = command.get_args().map(|argument| argument.to_string_lossy()).collect::<Vec<_>>().join(" ");
        println!("   {} {arguments}", crate::run::name(command));
        run(command, self.deadline.saturating_duration_since(Instant::now()))
    }
}

pub(crate) fn run_steps(names: &[&str]) -> Result<(), String> {
    if let Some(unknown) = names.iter().find(|name| !STEPS.iter().any(|step| step.name == **name)) {
        let known = STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
        return Err(format!("there is no step `{unknown}`; there are {known}"));
    }
    let steps: Vec<_> = STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name)).collect();
    let began = Instant::now();
    let has_nextest = output(&mut cargo(&["nextest", "--version"])).is_some();
    let mut failed: Vec<String> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        if index + 1 == steps.len() {
            tell(&failed);
        }
        println!("\n== {}/{} {}: {}", index + 1, steps.len(), step.name, step.what);
        let step_began = Instant::now();
        let mut chores = Chores { deadline: (step_began + step.limit).min(began + WHOLE), has_nextest };
        let done = (step.work)(&mut chores);
        let is_last = index + 1 == steps.len();
        match done {
            Ok(()) if is_last => {}
            Ok(()) => println!("   fine, {:.0} s", step_began.elapsed().as_secs_f32()),
            Err(reason) => {
                if !is_last {
                    println!("   FAILED: {reason}");
                }
                failed.push(format!("{}: {reason}", step.name));
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(String::new()) }
}

/// Names what failed so far, before the last step: its runner's own lines close the run.
fn tell(failed: &[String]) {
    if failed.is_empty() {
        return;
    }
    println!("\nFAILED so far, so this run fails whatever comes below:");
    for line in failed {
        println!("  {line}");
    }
}

fn format(chores: &mut Chores) -> Result<(), String> {
    chores.run(&mut cargo(&["fmt", "--all", "--check"]))
}

fn clippy(chores: &mut Chores) -> Result<(), String> {
    chores.run(&mut cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn tidy(chores: &mut Chores) -> Result<(), String> {
    chores.run(&mut cargo(&["test", "--quiet", "--package", "xtask"]))
}

fn licences(chores: &mut Chores) -> Result<(), String> {
    if output(&mut cargo(&["deny", "--version"])).is_none() {
        println!("   cargo-deny is not installed, so this is left out (`cargo install cargo-deny`)");
        return Ok(());
    }
    chores.run(&mut cargo(&["deny", "--log-level", "error", "check", "licenses", "bans", "sources"]))?;
    if output(cargo(&["deny", "fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0")).is_none() {
        println!("   the database of advisories can't be fetched here, so advisories are left out");
        return Ok(());
    }
    chores.run(&mut cargo(&["deny", "--log-level", "error", "check", "advisories"]))
}

/// The crates are chosen by leaving two out, not by naming the rest: so cargo builds the dependencies with the same
/// features in every step, and builds them once.
fn rust(chores: &mut Chores) -> Result<(), String> {
    if let Err(reason) = setup::postgresql() {
        // The other crates' tests are worth running; those of the record then fail and say the same.
        println!("   {reason}");
    }
    let others = ["--workspace", "--exclude", "torg-tests", "--exclude", "xtask"];
    if !chores.has_nextest {
        return chores.run(&mut cargo(&[&["test", "--quiet", "--no-fail-fast"], &others[..]].concat()));
    }
    let runner = ["nextest", "run", "--config-file", NEXTEST, "--no-fail-fast"];
    chores.run(&mut cargo(&[&runner[..], &others].concat()))?;
    // nextest leaves the examples in the documentation to cargo.
    chores.run(&mut cargo(&[&["test", "--quiet", "--doc"], &others[..]].concat()))
}

/// What the server can be built with must pass the same tests as what it is built with unless told.
fn codec(chores: &mut Chores) -> Result<(), String> {
    if let Err(reason) = setup::cmake() {
        println!("   left out: {reason}");
        return Ok(());
    }
    let mixer = ["--package", "torg-mix", "--features", "libopus"];
    if !chores.has_nextest {
        return chores.run(&mut cargo(&[&["test", "--quiet", "--no-fail-fast"], &mixer[..]].concat()));
    }
    chores.run(&mut cargo(&[&["nextest", "run", "--config-file", NEXTEST, "--no-fail-fast"], &mixer[..]].concat()))
}

const NEXTEST: &str = ".cargo/nextest.toml";

fn web(chores: &mut Chores) -> Result<(), String> {
    setup::node()?;
    setup::packages("client/web")?;
    let mut npm =
        |script| chores.run(program("npm", &["run", "--silent", script]).current_dir(crate::root().join("client/web")));
    npm("check")?;
    npm("test")
}

fn browser(chores: &mut Chores) -> Result<(), String> {
    setup::node()?;
    setup::packages("tests/browser")?;
    let chromium = setup::chromium()?;
    let machine = setup::machine();
    look_for_foreigners();
    // With the tests, though only the programs are needed: so the dependencies have the features they had before.
    chores.run(&mut cargo(&["build", "--quiet", "--workspace", "--bins", "--tests"]))?;
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = own.parent().ok_or("this program lies in no folder")?;
    let mut npm = |arguments: &[&str]| {
        let mut npm = program("npm", &[&["run", "--silent"], arguments].concat());
        npm.current_dir(crate::root().join("tests/browser"));
        chores.run(npm.env("TORG_BINARIES", folder).env("TORG_CHROMIUM", &chromium))
    };
    npm(&["check"])?;
    // What the others have to tell is worth hearing even when these fail.
    let chromium = npm(&["test"]).or_else(|reason| {
        let again = files_in(&reason);
        if again.is_empty() {
            return Err(reason);
        }
        println!("   FAILED: {reason}");
        println!(
            "   These files once more, each with a server of its own: what fails twice is a fault, not a busy machine."
        );
        npm(&[&["test", "--"], &again.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat())
    });
    let machine = match machine {
        Ok(()) => npm(&["test:machine"]),
        Err(reason) => {
            println!("   the stories on a machine with a headset, and in Firefox, are left out: {reason}");
            Ok(())
        }
    };
    chromium.and(machine)
}

/// The files of stories that a runner named as failed.
fn files_in(reason: &str) -> Vec<String> {
    let words = reason.lines().filter(|line| line.trim().starts_with("FAIL ")).flat_map(str::split_whitespace);
    let mut files: Vec<String> = words.filter(|word| word.ends_with(".test.ts")).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    files
}

/// The stories look for themselves and pass over what they can't tell.
fn look_for_foreigners() {
    if let Err(reason) = setup::gstreamer() {
        println!("   the stories of a client that isn't ours are left out: {reason}");
    }
}

fn stories(chores: &mut Chores) -> Result<(), String> {
    look_for_foreigners();
    let story = ["--workspace", "--test", "end_to_end"];
    if chores.has_nextest {
        let runner = ["nextest", "run", "--config-file", NEXTEST, "--profile", "stories", "--no-fail-fast"];
        return chores.run(&mut cargo(&[&runner[..], &["--test-threads", STORIES_AT_ONCE], &story].concat()));
    }
    let threads = ["--", "--test-threads", STORIES_AT_ONCE];
    chores.run(&mut cargo(&[&["test", "--quiet"], &story[..], &threads].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_with_a_failure_are_told_once_more() {
        let reason = "npm ended with exit status: 1\n    FAIL  stories/b.test.ts > b > swells\n      AssertionError: a.test.ts\n    \
            FAIL  stories/b.test.ts > b > fades\n    FAIL  stories/a.test.ts > a";
        assert_eq!(files_in(reason), ["stories/a.test.ts", "stories/b.test.ts"]);
        assert!(files_in("npm ended with exit status: 2").is_empty());
    }
}
