//! A PostgreSQL server of its own, on a unix socket in a temporary folder.

use crate::support::{PATIENCE, Place};
use sqlx::{Connection as _, Executor as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const MISSING: &str = "PostgreSQL's initdb and postgres are needed for the tests of the record. Debian and Ubuntu: \
                       `sudo apt-get install postgresql`. Elsewhere: install PostgreSQL and put its programs on the PATH";

pub(crate) struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    /// Runs a program as a user that is not root, which PostgreSQL refuses, and ends it when we end.
    leash: Vec<String>,
    process: Option<Child>,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        let programs = programs().expect(MISSING);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let leash = leash(folder.path());
        let mut server = Self { programs, folder, leash, process: None };
        let data = server.data();
        let words = ["-U", "torg", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "-D", &data];
        let mut initdb = server.program("initdb", &words);
        let mut initdb = initdb.stdout(Stdio::null()).spawn().expect("initdb starts");
        assert!(wait(&mut initdb).success(), "initdb made a cluster");
        server.start_again();
        server
    }

    /// A database of its own for one test.
    pub(crate) fn place(&self, name: &str) -> Place {
        let create: &'static str = format!("CREATE DATABASE {name}").leak();
        crate::support::run(async {
            let mut connection = sqlx::PgConnection::connect(&self.url("postgres")).await.expect("connected");
            connection.execute(create).await.expect("made");
            connection.close().await.expect("closed");
        });
        Place::new(self.url(name), tempfile::tempdir().expect("a temporary folder"))
    }

    /// Ends the server at once, as a crash does: what it has not written is lost (`pg_ctl stop -m immediate`).
    pub(crate) fn crash(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let _ = Command::new("kill").args(["-QUIT", &process.id().to_string()]).status();
        wait(&mut process);
    }

    pub(crate) fn start_again(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.folder.path().join("log"));
        let data = self.data();
        let socket = self.folder.path().display().to_string();
        let words = ["-D", &data, "-k", &socket, "-c", "listen_addresses=", "-c", "shared_buffers=16MB"];
        let mut postgres = self.program("postgres", &words);
        postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log.expect("a file for its log"));
        self.process = Some(postgres.spawn().expect("postgres starts"));
        crate::support::run(async {
            while sqlx::PgConnection::connect(&self.url("postgres")).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://torg@localhost/{database}?host={}", self.folder.path().display())
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn program(&self, name: &str, words: &[&str]) -> Command {
        let program = self.programs.join(name).display().to_string();
        let all: Vec<&str> =
            self.leash.iter().map(String::as_str).chain([program.as_str()]).chain(words.iter().copied()).collect();
        let mut command = Command::new(all[0]);
        command.args(&all[1..]).current_dir(self.folder.path());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.crash();
    }
}

/// Waits for a program for a bounded time, and ends it after that.
fn wait(child: &mut Child) -> std::process::ExitStatus {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        if Instant::now() > deadline {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The folder of initdb and postgres: on the path, or where Debian puts each version.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.filter_map(|version| Some(version.ok()?.path().join("bin"))).collect())
        .unwrap_or_default();
    versions.sort();
    let mut folders = std::env::split_paths(&path).chain(versions.into_iter().rev());
    folders.find(|folder| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file()))
}

fn output(program: &str, words: &[&str]) -> Option<String> {
    let output = Command::new(program).args(words).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn leash(folder: &Path) -> Vec<String> {
    let has_setpriv = output("setpriv", &["--version"]).is_some();
    // When the thread of the test ends, however it does, so does the server.
    let mut leash: Vec<String> = Vec::new();
    if has_setpriv {
        leash.extend(["setpriv", "--pdeathsig", "QUIT"].map(ToOwned::to_owned));
    }
    if output("id", &["-u"]).as_deref() == Some("0") {
        assert!(has_setpriv, "root needs `setpriv` (util-linux) to run PostgreSQL as another user");
        let user = ["postgres", "nobody"].into_iter().find(|user| output("id", &["-u", user]).is_some());
        let user = user.expect("a user `postgres` or `nobody`");
        let number = |flag: &str| output("id", &[flag, user]).and_then(|id| id.parse().ok()).expect("a number");
        let (uid, gid): (u32, u32) = (number("-u"), number("-g"));
        std::os::unix::fs::chown(folder, Some(uid), Some(gid)).expect("root may give a folder away");
        let words = ["--reuid".to_owned(), uid.to_string(), "--regid".to_owned(), gid.to_string()];
        leash.extend(words);
        leash.push("--clear-groups".to_owned());
    }
    leash
}
