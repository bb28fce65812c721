//! A server of its own for a measurement: the release build, on any port, with a data folder that goes with it.

use crate::run::{cargo, end, minutes, program, run};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Clock ticks a second in /proc/PID/stat; 100 on every Linux we know (`getconf CLK_TCK`).
const TICKS_PER_SECOND: f64 = 100.0;

/// How long a crowd may take to be in.
const GATHERING_MAX: Duration = Duration::from_secs(120);

pub(super) struct Server {
    process: Child,
    /// Held open, so that the server can say all it has to say.
    _stdout: BufReader<ChildStdout>,
    data: PathBuf,
    authority: String,
}

/// A running crowd of guests in a process of its own.
pub(super) struct Crowd {
    process: Option<Child>,
}

impl Server {
    pub(super) fn start() -> Result<Self, String> {
        let build = ["build", "--quiet", "--release", "--package", "torg-server", "--package", "torg-client"];
        run(&mut cargo(&build), minutes(25))?;
        let data = std::env::temp_dir().join(format!("torg-bench-{}", std::process::id()));
        let mut command = Command::new(binary("torg"));
        command.args(["--listen", "127.0.0.1:0", "--data"]).arg(&data).env("RUST_LOG", "warn");
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
        let stdout = process.stdout.take().ok_or("the server has no output")?;
        let mut line = String::new();
        let mut stdout = BufReader::new(stdout);
        stdout.read_line(&mut line).map_err(|error| error.to_string())?;
        let authority = line.split("//").nth(1).and_then(|rest| rest.split('/').next());
        let authority = authority.ok_or_else(|| format!("the server did not say where it is: {line}"))?.to_owned();
        Ok(Self { process, _stdout: stdout, data, authority })
    }

    /// Makes a space; its join link.
    pub(super) fn make_space(&self, json: &str) -> Result<String, String> {
        Ok(self.make_space_for_hosts(json)?.0)
    }

    /// Makes a space; its join link, and that for hosts.
    pub(super) fn make_space_for_hosts(&self, json: &str) -> Result<(String, String), String> {
        let answer = self.http("POST", "/api/spaces", json)?;
        let link = |key: &str| {
            let link = answer.split(&format!("\"{key}\":\"")).nth(1).and_then(|rest| rest.split('"').next());
            link.map(ToOwned::to_owned).ok_or_else(|| format!("no space was made: {answer}"))
        };
        Ok((link("join_link")?, link("host_link")?))
    }

    /// Calls the API of the space to which a link leads, by the right of that link; the answer with its head.
    pub(super) fn call(&self, link: &str, method: &str, path: &str, json: &str) -> Result<String, String> {
        let (page, token) = link.split_once('#').ok_or("a link has a token")?;
        let space = page.rsplit('/').next().unwrap_or_default();
        let answer = self.http_with(method, &format!("/api/spaces/{space}{path}"), token, json)?;
        let is_done = answer.split(' ').nth(1).is_some_and(|status| status.starts_with('2'));
        if is_done { Ok(answer) } else { Err(format!("{method} {path}: {answer}")) }
    }

    /// Lets a crowd in.
    pub(super) fn crowd(&self, link: &str, arguments: &[&str]) -> Result<Crowd, String> {
        let mut command = Command::new(binary("torg-guest"));
        command.args(["crowd", link, "--json"]).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        let process = command.spawn().map_err(|error| format!("torg-guest can't be started: {error}"))?;
        Ok(Crowd { process: Some(process) })
    }

    /// A figure of `/metrics`, with the labels in its name or all of them added up.
    pub(super) fn figure(&self, name: &str) -> Result<f64, String> {
        let page = self.http("GET", "/metrics", "")?;
        let of_name = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{']));
        let value = |line: &str| line.rsplit(' ').next().and_then(|number| number.parse::<f64>().ok());
        Ok(page.lines().filter(of_name).filter_map(value).sum())
    }

    /// A histogram of `/metrics`: the upper edge of each bucket, and how many were at most that.
    pub(super) fn histogram(&self, name: &str) -> Result<Vec<(f64, f64)>, String> {
        let page = self.http("GET", "/metrics", "")?;
        let start = format!("{name}_bucket{{le=\"");
        let bucket = |line: &str| {
            let (edge, count) = line.strip_prefix(&start)?.split_once("\"} ")?;
            // The last edge, "+Inf", is a number to Rust too.
            Some((edge.parse().ok()?, count.parse().ok()?))
        };
        Ok(page.lines().filter_map(bucket).collect())
    }

    /// Waits until a figure has grown to a value.
    pub(super) fn wait_for(&self, name: &str, value: f64) -> Result<(), String> {
        let deadline = Instant::now() + GATHERING_MAX;
        while self.figure(name)? < value {
            if Instant::now() > deadline {
                return Err(format!("{name} did not reach {value} in {} s", GATHERING_MAX.as_secs()));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// CPU that the server has used, in user space and in the kernel, seconds.
    pub(super) fn cpu_s(&self) -> Result<f64, String> {
        let stat = self.proc("stat")?;
        // The second field is the name in parentheses and may hold anything.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
        Ok((ticks(11) + ticks(12)) / TICKS_PER_SECOND)
    }

    /// Resident memory, megabytes.
    pub(super) fn rss_mb(&self) -> Result<f64, String> {
        let status = self.proc("status")?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
        let kilobytes = line.split_whitespace().nth(1).and_then(|number| number.parse::<f64>().ok());
        kilobytes.map(|kilobytes| kilobytes / 1e3).ok_or_else(|| "the server's memory is unknown".to_owned())
    }

    /// Lets every other program go first.
    pub(super) fn give_way(&self) -> Result<(), String> {
        give_way(&self.process)
    }

    fn proc(&self, file: &str) -> Result<String, String> {
        let path = format!("/proc/{}/{file}", self.process.id());
        std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error} (only Linux tells)"))
    }

    fn http(&self, method: &str, path: &str, body: &str) -> Result<String, String> {
        self.http_with(method, path, "", body)
    }

    fn http_with(&self, method: &str, path: &str, token: &str, body: &str) -> Result<String, String> {
        let bearer = if token.is_empty() { String::new() } else { format!("authorization: Bearer {token}\r\n") };
        let exchange = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(&self.authority)?;
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            write!(
                stream,
                "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
                 {bearer}content-length: {}\r\n\r\n{body}",
                self.authority,
                body.len()
            )?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        exchange().map_err(|error| format!("{method} {path}: {error}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.process, false);
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

impl Crowd {
    /// Lets every other program go first.
    pub(super) fn give_way(&self) -> Result<(), String> {
        self.process.as_ref().map_or(Ok(()), give_way)
    }

    /// Waits for the crowd to leave; its summary, one line of JSON.
    pub(super) fn summary(mut self) -> Result<String, String> {
        let process = self.process.take().ok_or("the crowd has left already")?;
        let output = process.wait_with_output().map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().last().map(ToOwned::to_owned).ok_or_else(|| "the crowd said nothing".to_owned())
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            end(process, false);
        }
    }
}

fn give_way(process: &Child) -> Result<(), String> {
    run(program("renice", &["-n", "19", "-p", &process.id().to_string()]).stdout(Stdio::null()), minutes(1))
}

fn binary(name: &str) -> PathBuf {
    target().join("release").join(name)
}

/// Where cargo builds.
pub(super) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::root().join("target"), PathBuf::from)
}
