//! Running other programs, each for a bounded time.

use crate::faults::Faults;
use std::io::{BufRead as _, BufReader, IsTerminal as _, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often a running program is looked at: often enough that a quick one costs no noticeable wait.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long the last words of a program that has ended are waited for.
const READERS_WAIT: Duration = Duration::from_secs(2);

pub(crate) const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// A call of the cargo that runs us, in the root of the project.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(crate::root());
    command
}

/// Any other program, in the root of the project.
pub(crate) fn program(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(crate::root());
    command
}

/// Runs a program to its end. What it prints goes to our standard output; the reason of a failure says what it named
/// as failed.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<(), String> {
    run_to(command, limit, Stdio::piped())
}

/// The same of a program whose errors alone are worth reading.
pub(crate) fn run_quietly(command: &mut Command, limit: Duration) -> Result<(), String> {
    run_to(command, limit, Stdio::null())
}

fn run_to(command: &mut Command, limit: Duration, output: Stdio) -> Result<(), String> {
    let name = name(command);
    let own_group = in_own_group(command);
    if std::io::stdout().is_terminal() {
        // It prints to us, and would not know.
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    }
    command.stdin(Stdio::null()).stdout(output).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{name} can't be started: {error}"))?;
    let faults = Arc::new(Mutex::new(Faults::default()));
    let readers = [
        child.stdout.take().map(|stream| pass_on(stream, std::io::stdout(), &faults)),
        child.stderr.take().map(|stream| pass_on(stream, std::io::stderr(), &faults)),
    ];
    let ended = wait(&mut child, own_group, &name, Instant::now() + limit, limit);
    // A grandchild that lives on may hold the pipes open: what it says later is not waited for.
    let deadline = Instant::now() + READERS_WAIT;
    for reader in readers.into_iter().flatten() {
        while !reader.is_finished() && Instant::now() < deadline {
            std::thread::sleep(LOOK_EVERY);
        }
    }
    ended.map_err(|reason| {
        let faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.lines().iter().fold(reason, |reason, line| reason + "\n    " + line)
    })
}

fn wait(child: &mut Child, own_group: bool, name: &str, deadline: Instant, limit: Duration) -> Result<(), String> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("{name} ended with {status}")),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(LOOK_EVERY),
            Ok(None) => {
                end(child, own_group);
                return Err(format!("{name} was still running after {} minutes and was ended", limit.as_secs() / 60));
            }
            Err(error) => return Err(format!("{name} can't be waited for: {error}")),
        }
    }
}

/// Prints what comes as it comes, line by line, and looks at it for failures.
fn pass_on(
    from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    faults: &Arc<Mutex<Faults>>,
) -> JoinHandle<()> {
    let faults = Arc::clone(faults);
    std::thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            // Whoever closed our output doesn't want to read it.
            let _ = to.write_all(&line).and_then(|()| to.flush());
            faults.lock().unwrap_or_else(PoisonError::into_inner).take(&String::from_utf8_lossy(&line));
            line.clear();
        }
    })
}

/// The name of a program without its folder.
pub(crate) fn name(command: &Command) -> String {
    let path = Path::new(command.get_program());
    path.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned()
}

/// What a short program prints; nothing when it is not there or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Gives the program a process group of its own, so that its children can be ended with it. At a terminal it stays
/// in ours, so that Ctrl-C reaches it.
fn in_own_group(command: &mut Command) -> bool {
    #[cfg(unix)]
    if !std::io::stdin().is_terminal() {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
        return true;
    }
    false
}

/// Ends a child, and its process group when that is its own.
pub(crate) fn end(child: &mut Child, own_group: bool) {
    if own_group {
        let group = format!("-{}", child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_hangs_is_ended_with_its_children() {
        let began = Instant::now();
        let mut hangs = program("sh", &["-c", "sleep 60 & wait"]);
        let reason = run(&mut hangs, Duration::from_millis(100)).expect_err("it hangs");
        assert!(reason.contains("was ended"), "{reason}");
        assert!(began.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn what_a_runner_names_as_failed_is_in_the_reason() {
        let mut fails = program(
            "sh",
            &["-c", "(echo ' FAIL  a story that this test makes up'; echo 'Error: no sound') >&2; exit 1"],
        );
        let reason = run(&mut fails, minutes(1)).expect_err("it fails");
        assert!(
            reason.contains("FAIL  a story that this test makes up") && reason.contains("Error: no sound"),
            "{reason}"
        );
    }

    #[test]
    fn a_failing_or_missing_program_is_named() {
        assert!(run(&mut program("false", &[]), minutes(1)).expect_err("it fails").starts_with("false ended"));
        let missing = run(&mut program("torg-no-such-program", &[]), minutes(1)).expect_err("it is not there");
        assert!(missing.starts_with("torg-no-such-program can't be started"), "{missing}");
    }
}
