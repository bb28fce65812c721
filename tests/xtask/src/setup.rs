//! What the tests need besides Rust: Node, a browser, a database. Installed where that is ours to do.

use crate::run::{minutes, output, program, run, run_quietly};
use std::path::{Path, PathBuf};

/// The oldest Node that vite and vitest take.
const NODE_MAJOR_MIN: u32 = 20;

/// Node and npm, or what to install.
pub(crate) fn node() -> Result<(), String> {
    let wanted =
        format!("Node {NODE_MAJOR_MIN} or newer with npm is needed: https://nodejs.org or your system's packages");
    let version = output(&mut program("node", &["--version"])).ok_or_else(|| format!("node is not there. {wanted}"))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MAJOR_MIN) {
        return Err(format!("node is {version}. {wanted}"));
    }
    output(&mut program("npm", &["--version"])).map(drop).ok_or_else(|| format!("npm is not there. {wanted}"))
}

/// Installs the packages of a folder as its lock file says, when that has changed since.
pub(crate) fn packages(folder: &str) -> Result<(), String> {
    let folder = crate::root().join(folder);
    let lock = folder.join("package-lock.json");
    let text = std::fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    // The lock that the packages were installed from, laid among them; the build of the server does the same.
    let stamp = folder.join("node_modules/.torg-installed-lock");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == text) {
        return Ok(());
    }
    let mut install = program("npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    run(install.current_dir(&folder), minutes(6))?;
    std::fs::write(&stamp, text).map_err(|error| format!("{}: {error}", stamp.display()))
}

/// A Chromium that starts, installed by apt where we may; or what to install.
pub(crate) fn chromium() -> Result<PathBuf, String> {
    if let Some(chosen) = std::env::var_os("TORG_CHROMIUM") {
        return Ok(chosen.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let found = || names.iter().find(|name| output(&mut program(name, &["--version"])).is_some());
    if let Some(name) = found() {
        return Ok(name.into());
    }
    let wanted = "Chromium is needed for the browser stories. Debian and Ubuntu: `sudo apt-get install chromium`. \
                  Elsewhere: install Chromium or Chrome and put its path into TORG_CHROMIUM";
    // Debian calls the package by the first name, Ubuntu by the second.
    let installed = apt_install(&["chromium"]).or_else(|_| apt_install(&["chromium-browser"]));
    installed.map_err(|reason| format!("{wanted} ({reason})"))?;
    found().map(Into::into).ok_or_else(|| wanted.to_owned())
}

/// PostgreSQL's programs, installed by apt where we may; or what to install. The tests find them where we look here.
pub(crate) fn postgresql() -> Result<(), String> {
    let wanted = "PostgreSQL is needed for the tests of the record. Debian and Ubuntu: `sudo apt-get install postgresql`. \
                  Elsewhere: install PostgreSQL and put its `initdb` and `postgres` on the PATH";
    if postgresql_programs().is_some() {
        return Ok(());
    }
    apt_install(&["postgresql"]).map_err(|reason| format!("{wanted} ({reason})"))?;
    postgresql_programs().map(drop).ok_or_else(|| wanted.to_owned())
}

/// The folder of PostgreSQL's programs: on the path, or where Debian puts each version.
pub(crate) fn postgresql_programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let versions = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).chain(versions);
    folders.find(|folder| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file()))
}

/// As whom a database runs, when we are root: PostgreSQL refuses to be.
pub(crate) fn database_user() -> Option<&'static str> {
    let is_there = |user: &&str| output(&mut program("id", &["-u", user])).is_some();
    is_root().then(|| ["postgres", "nobody"].into_iter().find(is_there)).flatten()
}

/// What libopus is built with, installed by apt where we may; or what to install.
pub(crate) fn cmake() -> Result<(), String> {
    let is_there = || output(&mut program("cmake", &["--version"])).is_some();
    let wanted = "cmake is needed to build libopus. Debian and Ubuntu: `sudo apt-get install cmake`";
    if is_there() {
        return Ok(());
    }
    apt_install(&["cmake"]).map_err(|reason| format!("{wanted} ({reason})"))?;
    if is_there() { Ok(()) } else { Err(wanted.to_owned()) }
}

/// GStreamer, the client that isn't ours at the doors for WHIP and WHEP, installed by apt where we may; or what to install.
/// Its absence leaves these stories out, in words; it fails nothing.
pub(crate) fn gstreamer() -> Result<(), String> {
    let doors = crate::root().join("tests/foreign/doors.py");
    // As the stories themselves look: by the Python of the system, which alone knows GStreamer.
    let python = if Path::new("/usr/bin/python3").exists() { "/usr/bin/python3" } else { "python3" };
    let is_there = || output(program(python, &["-B"]).arg(&doors).arg("check")).is_some();
    if is_there() {
        return Ok(());
    }
    let wanted = "GStreamer with webrtcbin and its words for Python are needed for the stories of WHIP and WHEP. Debian and \
                  Ubuntu: `sudo apt-get install python3-gi gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-good \
                  gstreamer1.0-plugins-bad gstreamer1.0-nice`";
    let packages = [
        "python3-gi",
        "gir1.2-gst-plugins-bad-1.0",
        "gstreamer1.0-plugins-base",
        "gstreamer1.0-plugins-good",
        "gstreamer1.0-plugins-bad",
        "gstreamer1.0-nice",
    ];
    apt_install(&packages).map_err(|reason| format!("{wanted} ({reason})"))?;
    if is_there() { Ok(()) } else { Err(wanted.to_owned()) }
}

/// Firefox, and what stories on a machine of their own need. Their absence leaves these out, in words; it fails nothing.
pub(crate) fn machine() -> Result<(), String> {
    let there = |name: &str, flag: &str| output(&mut program(name, &[flag])).is_some();
    if !is_root() {
        return Err("they make a network namespace, which only root may".into());
    }
    let needed =
        [("firefox-esr", "--version"), ("ip", "-Version"), ("pulseaudio", "--version"), ("pactl", "--version")];
    if !needed.iter().all(|(name, flag)| there(name, flag)) {
        apt_install(&["firefox-esr", "iproute2", "pulseaudio", "pulseaudio-utils"])?;
    }
    Ok(())
}

fn is_root() -> bool {
    output(&mut program("id", &["-u"])).is_some_and(|user| user == "0")
}

fn apt_install(packages: &[&str]) -> Result<(), String> {
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err("there is no apt-get here".into());
    }
    let sudo: &[&str] = if is_root() {
        &[]
    } else if output(&mut program("sudo", &["-n", "true"])).is_some() {
        &["sudo", "-n"]
    } else {
        return Err("apt-get needs root here".into());
    };
    println!("installing {} by apt-get", packages.join(" and "));
    let apt = |arguments: &[&str]| {
        let words = [sudo, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"], arguments].concat();
        run_quietly(&mut program(words[0], &words[1..]), minutes(8))
    };
    let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    // The lists of packages may be missing or old: only then are they fetched.
    apt(&install).or_else(|_| apt(&["update"]).and_then(|()| apt(&install)))
}
