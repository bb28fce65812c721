//! Running other programs, each for a bounded time.

use std::io::IsTerminal;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often a running program is looked at: often enough that a quick one costs no noticeable wait.
const LOOK_EVERY: Duration = Duration::from_millis(20);

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

/// Runs a program to its end. It shares our standard output.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<(), String> {
    let name = name(command);
    let own_group = in_own_group(command);
    let mut child =
        command.stdin(Stdio::null()).spawn().map_err(|error| format!("{name} can't be started: {error}"))?;
    let deadline = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("{name} ended with {status}")),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(LOOK_EVERY),
            Ok(None) => {
                end(&mut child, own_group);
                return Err(format!("{name} was still running after {} minutes and was ended", limit.as_secs() / 60));
            }
            Err(error) => return Err(format!("{name} can't be waited for: {error}")),
        }
    }
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
    fn a_failing_or_missing_program_is_named() {
        assert!(run(&mut program("false", &[]), minutes(1)).expect_err("it fails").starts_with("false ended"));
        let missing = run(&mut program("torg-no-such-program", &[]), minutes(1)).expect_err("it is not there");
        assert!(missing.starts_with("torg-no-such-program can't be started"), "{missing}");
    }
}
