//! The record under load: how soon an append is acknowledged, how many there can be, how long a replay takes.

use crate::run::{cargo, end, minutes, program, run};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long PostgreSQL may take to answer after its start.
const START_WAIT: Duration = Duration::from_secs(60);

/// The programs that measure: an example of the record's crate, and one of the server's.
const EXAMPLES: &[(&str, &str)] = &[("torg-record", "record-bench"), ("torg-server", "replay-bench")];

pub(super) fn record() -> Result<(), String> {
    for (package, example) in EXAMPLES {
        let build = ["build", "--quiet", "--release", "--package", package, "--example", example];
        run(&mut cargo(&build), minutes(25))?;
    }
    let folder = Folder::new()?;
    println!("one file of 4 KiB, written and synced: {:.2} ms", sync_ms(&folder.0).map_err(|error| error.to_string())?);
    println!("-- SQLite");
    measure(&format!("sqlite:{}", folder.0.join("record.sqlite").display()), &folder.0)?;
    match crate::setup::postgresql() {
        Ok(()) => {
            println!("-- PostgreSQL, on a unix socket");
            let server = Postgres::start(&folder.0)?;
            measure(&server.url, &folder.0)
        }
        Err(reason) => {
            println!("-- PostgreSQL is left out: {reason}");
            Ok(())
        }
    }
}

fn measure(url: &str, data: &Path) -> Result<(), String> {
    for (_, example) in EXAMPLES {
        let example = super::server::target().join("release/examples").join(example);
        run(Command::new(example).arg(url).arg(data).env("RUST_LOG", "warn"), minutes(10))?;
    }
    Ok(())
}

/// What the disk takes for the least that can last.
fn sync_ms(folder: &Path) -> std::io::Result<f64> {
    use std::io::Write as _;
    const TIMES: u32 = 50;
    let mut file = std::fs::File::create(folder.join("yardstick"))?;
    let began = Instant::now();
    for _ in 0..TIMES {
        file.write_all(&[0x5A; 4_096])?;
        file.sync_data()?;
    }
    Ok(began.elapsed().as_secs_f64() * 1e3 / f64::from(TIMES))
}

/// A folder that goes with this. It is on a disk, where the one for temporary files may be in memory: a sync must cost
/// what it costs. And other users get into it, where one below our own folder may be closed to PostgreSQL's.
struct Folder(PathBuf);

const ON_DISK: &str = "/var/tmp";

impl Folder {
    fn new() -> Result<Self, String> {
        let folder = Path::new(ON_DISK).join(format!("torg-bench-record-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A PostgreSQL of its own on a unix socket, with its settings as they come.
struct Postgres {
    process: Child,
    sockets: PathBuf,
    url: String,
}

impl Postgres {
    fn start(folder: &Path) -> Result<Self, String> {
        // The path of a socket may have 107 characters, so it lies where paths are short.
        let sockets = std::env::temp_dir().join(format!("torg-pg-{}", std::process::id()));
        let data = folder.join("postgres");
        for made in [&sockets, &data] {
            std::fs::create_dir_all(made).map_err(|error| format!("{}: {error}", made.display()))?;
            let owner = crate::setup::database_user();
            if let Some(user) = owner {
                run(program("chown", &[user]).arg(made), minutes(1))?;
            }
        }
        let (data, socket) = (data.display().to_string(), sockets.display().to_string());
        let words = ["-U", "torg", "-A", "trust", "-E", "UTF8", "--no-locale", "-D", &data];
        run(command("initdb", &words)?.stdout(Stdio::null()), minutes(2))?;
        let mut postgres = command("postgres", &["-D", &data, "-k", &socket, "-c", "listen_addresses="])?;
        let process = postgres.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = process.map_err(|error| format!("postgres can't be started: {error}"))?;
        let url = format!("postgres://torg@localhost/postgres?host={socket}");
        let server = Self { process, sockets, url };
        let deadline = Instant::now() + START_WAIT;
        // Its own file says how it stands; `pg_isready` is not always beside it on the path.
        let state = Path::new(&data).join("postmaster.pid");
        while !std::fs::read_to_string(&state).is_ok_and(|state| state.lines().any(|line| line.trim_end() == "ready")) {
            if Instant::now() > deadline {
                return Err(format!("PostgreSQL did not answer in {} s", START_WAIT.as_secs()));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(server)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Its children end with it when it is asked to, and not when it is killed.
        let asked = program("kill", &["-QUIT", &self.process.id().to_string()]).status();
        let deadline = Instant::now() + START_WAIT;
        while asked.is_ok() && Instant::now() < deadline && matches!(self.process.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(50));
        }
        end(&mut self.process, false);
        let _ = std::fs::remove_dir_all(&self.sockets);
    }
}

/// A program of PostgreSQL, as a user that is not root.
fn command(name: &str, words: &[&str]) -> Result<Command, String> {
    let path = crate::setup::postgresql_programs().ok_or("PostgreSQL's programs have gone")?.join(name);
    let mut command = match crate::setup::database_user() {
        Some(user) => program("setpriv", &["--reuid", user, "--regid", user, "--clear-groups"]),
        None => Command::new(&path),
    };
    if crate::setup::database_user().is_some() {
        command.arg(&path);
    }
    command.args(words).current_dir(std::env::temp_dir());
    Ok(command)
}
