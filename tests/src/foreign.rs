//! GStreamer at the doors for WHIP and WHEP: `tests/foreign/doors.py`.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How long it may take to say what comes next: it gathers candidates of all interfaces, and a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client that isn't ours, in a process of its own. Dropping it kills the process without a word to the server.
pub struct Foreign {
    child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Foreign {
    /// What is missing here to run it, in words; nothing when all is there.
    ///
    /// # Panics
    /// When the program that looks does not end.
    pub async fn missing() -> Option<String> {
        let looked = tokio::time::timeout(PATIENCE, command(&["check"]).kill_on_drop(true).output()).await;
        match looked.expect("it looks and ends") {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            Err(error) => Some(format!("Python does not start: {error}")),
        }
    }

    /// Publishes a tone of -12 dBFS RMS at a door for WHIP.
    pub fn publishes(url: &str, token: &str, hertz: f64) -> Self {
        Self::start(&["publish", url, &with(token), "--hertz", &hertz.to_string()])
    }

    /// Offers video and nothing else at a door for WHIP.
    pub fn publishes_video(url: &str, token: &str) -> Self {
        Self::start(&["publish", url, &with(token), "--video"])
    }

    /// Listens at a door for WHEP, and records what it hears into a file that is whole when it has left.
    pub fn listens(url: &str, token: &str, record: &Path) -> Self {
        Self::start(&["listen", url, &with(token), "--record", &record.to_string_lossy()])
    }

    /// # Panics
    /// When Python does not start: [`Self::missing`] has said so.
    fn start(arguments: &[&str]) -> Self {
        let mut command = command(arguments);
        let mut child = command.stdin(Stdio::piped()).kill_on_drop(true).spawn().expect("Python starts");
        let input = child.stdin.take().expect("it was asked for");
        let output = child.stdout.take().expect("it was asked for");
        Self { child, input, lines: BufReader::new(output).lines() }
    }

    /// Waits for an event, passing over others.
    ///
    /// # Panics
    /// When it does not come: says what it said last.
    pub async fn until(&mut self, event: &str) -> Value {
        let mut last = String::new();
        let found = async {
            while let Some(line) = self.lines.next_line().await.expect("it speaks text") {
                let said = serde_json::from_str::<Value>(&line).unwrap_or_default();
                last = line;
                match said["event"].as_str() {
                    Some(is) if is == event => return Some(said),
                    Some("failed") => return None,
                    _ => {}
                }
            }
            None
        };
        let found = tokio::time::timeout(PATIENCE, found).await.ok().flatten();
        found.unwrap_or_else(|| panic!("GStreamer did not come to `{event}`; it said last: {last}"))
    }

    /// Waits for the answer to its offer, and gives its status and what it says.
    pub async fn posted(&mut self) -> (u64, Value) {
        let posted = self.until("posted").await;
        (posted["status"].as_u64().unwrap_or_default(), posted)
    }

    /// Waits until its offer is taken and its connection stands; gives the address of the session below the server.
    ///
    /// # Panics
    /// When the server refuses the offer.
    pub async fn stands(&mut self) -> String {
        let (status, posted) = self.posted().await;
        assert_eq!(status, 201, "{posted}");
        self.until("connected").await;
        posted["headers"]["location"].as_str().expect("a session has a location").to_owned()
    }

    /// Leaves by DELETE, waits until its recording is whole, and gives the status that the server answered.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn leaves(mut self) -> u64 {
        // Where it has ended by itself there is nobody to write to: what it said last tells why.
        let _ = self.input.write_all(b"leave\n").await;
        let deleted = self.until("deleted").await;
        tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends").expect("it ends");
        deleted["status"].as_u64().unwrap_or_default()
    }
}

fn with(token: &str) -> String {
    format!("--token={token}")
}

/// The Python of the system: GStreamer's words for it are in no other.
fn command(arguments: &[&str]) -> Command {
    let of_system = Path::new("/usr/bin/python3");
    let mut command = Command::new(if of_system.exists() { of_system } else { Path::new("python3") });
    command.arg(script()).args(arguments).stdout(Stdio::piped()).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign/doors.py")
}
