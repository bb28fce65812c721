//! The program `torg` as one starts and ends it.

use crate::support::{Client, PATIENCE};
use serde_json::json;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use torg_protocol::message::GoodbyeReason;

/// The running program; it does not outlive its test.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) join_link: String,
    pub(crate) host_link: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn torg(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_torg"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for variable in ["TORG_LISTEN", "TORG_CONFIG", "TORG_PUBLIC_URL", "TORG_DATA", "TORG_ADMIN_TOKEN"] {
        command.env_remove(variable);
    }
    command
}

/// Runs the program to its end, which comes soon.
async fn ran(arguments: &[&str]) -> Output {
    let mut command = torg(arguments);
    let output = spawn_blocking(move || command.output());
    timeout(PATIENCE, output).await.expect("in time").expect("no panic").expect("the program runs")
}

pub(crate) async fn start(data: &Path) -> Program {
    let data = data.to_str().expect("a path in UTF-8");
    let mut command = torg(&["serve", "--listen", "127.0.0.1:0", "--data", data]);
    // Nobody reads its log here, and a full pipe would stop it.
    let child = command.stderr(Stdio::null()).spawn().expect("the program starts");
    let mut program = Program { child, join_link: String::new(), host_link: String::new() };
    let stdout = program.child.stdout.take().expect("its output");
    let read = spawn_blocking(move || {
        let mut lines = BufReader::with_capacity(1, stdout);
        let mut line = |name: &str| {
            let mut line = String::new();
            lines.read_line(&mut line).expect("readable");
            line.strip_prefix(name).unwrap_or_else(|| panic!("{line}")).trim_end().to_owned()
        };
        ([line("join: "), line("host: ")], lines.into_inner())
    });
    let ([join_link, host_link], stdout) = timeout(PATIENCE, read).await.expect("in time").expect("two lines");
    (program.join_link, program.host_link, program.child.stdout) = (join_link, host_link, Some(stdout));
    program
}

async fn ended(mut program: Program) -> (ExitStatus, String) {
    let end = spawn_blocking(move || {
        let mut rest = String::new();
        program.child.stdout.take().expect("its output").read_to_string(&mut rest).expect("readable");
        (program.child.wait().expect("it ended"), rest)
    });
    timeout(PATIENCE, end).await.expect("in time").expect("no panic")
}

/// The link with the address of another run: only the port differs.
pub(crate) fn at(link: &str, other: &str) -> String {
    let (address, _) = other.split_once("/s/").expect("a link");
    let (_, rest) = link.split_once("/s/").expect("a link");
    format!("{address}/s/{rest}")
}

#[tokio::test]
async fn it_lives_through_kill_9_with_its_spaces_and_links() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut first = start(folder.path()).await;
    let addr = first.join_link.split('/').nth(2).and_then(|host| host.parse().ok()).expect("an address");
    let made = crate::support::ask(addr, "POST", "/api/spaces", &[], br#"{"name": "Circle"}"#).await.json();
    let circle = made["join_link"].as_str().expect("a link").to_owned();
    // Two servers on one folder would not know of each other's people.
    let data = folder.path().to_str().expect("a path in UTF-8");
    let second = ran(&["--listen", "127.0.0.1:0", "--data", data]).await;
    assert!(!second.status.success());
    let words = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(words.contains("another server uses the data folder"), "{words}");

    first.child.kill().and_then(|()| first.child.wait()).expect("killed");
    std::fs::write(folder.path().join("spaces/broken.json"), "{").expect("a damaged file");
    let again = start(folder.path()).await;
    for link in [&first.join_link, &first.host_link, &circle] {
        Client::join(&at(link, &again.join_link), json!({})).await.expect("let in");
    }
    assert_eq!(at(&first.host_link, &again.host_link), again.host_link);
    assert_eq!(std::fs::read(folder.path().join("spaces/broken.json")).expect("still there"), b"{");
}

#[cfg(unix)]
#[tokio::test]
async fn asked_to_end_it_says_goodbye_and_nothing_more() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = start(folder.path()).await;
    let mut ann = Client::join(&program.join_link, json!({})).await.expect("let in");
    let asked = Command::new("kill").args(["-TERM", &program.child.id().to_string()]).status().expect("kill runs");
    assert!(asked.success());
    assert_eq!(ann.socket.goodbye().await, GoodbyeReason::ServerStops);
    // The client answers the closing and so does not hold the server up.
    ann.socket.closed().await;
    let (status, rest) = ended(program).await;
    assert!(status.success(), "{status}");
    assert_eq!(rest, "", "two lines and no more");
}

#[tokio::test]
async fn what_is_wrong_is_said_in_words() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_str().expect("a path in UTF-8");
    let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = other.local_addr().expect("an address").to_string();
    for (arguments, words) in [
        (&["--listen", &taken, "--data", data][..], "Choose another address with --listen"),
        (&["--tls-cert", "cert.pem"], "--tls-key is missing"),
        (&["--admin-token", "short"], "at least 16"),
        (&["links", "--space", "torg", "--data", "/nowhere"], "is not the data folder"),
        (&["--trusted-proxy", "everybody"], "neither an address"),
    ] {
        let ran = ran(arguments).await;
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(!ran.status.success() && said.contains(words), "{arguments:?}: {said}");
        assert!(ran.stdout.is_empty());
    }
}
