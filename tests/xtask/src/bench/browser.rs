//! The browser app in headless Chromium, with a full square: how fast it draws, and how fast its board answers.

use super::meeting;
use super::server::{Crowd, Server};
use crate::run::{minutes, program, run};
use std::path::PathBuf;
use std::time::SystemTime;

/// Frames a second of the map with 300 people.
pub(super) fn frames() -> Result<(), String> {
    let chromium = chromium()?;
    let server = Server::start()?;
    let square = server.make_space(
        r#"{"name":"Three hundred","map":{"width_m":80,"height_m":50,"hearing":"close",
            "tables":[{"name":"One","x":20,"y":20,"radius_m":4,"seats":20},{"name":"Two","x":60,"y":20,"radius_m":4,"seats":20}]}}"#,
    )?;
    let _crowd = gather(&server, &square, "300", "12")?;
    let mut frames = npm("bench:frames", &chromium, &square);
    run(&mut frames, minutes(3))
}

/// How fast the board answers with 450 people and 100 topics, on a desktop and on a phone.
pub(super) fn board() -> Result<(), String> {
    let chromium = chromium()?;
    let server = Server::start()?;
    let (square, host) = server.make_space_for_hosts(&meeting::map())?;
    meeting::plan(&server, &host, SystemTime::now(), 100)?;
    let _crowd = gather(&server, &square, "450", "12")?;
    run(npm("bench:board", &chromium, &square).env("TORG_HOST_LINK", host), minutes(5))
}

fn chromium() -> Result<PathBuf, String> {
    let chromium = crate::setup::chromium()?;
    crate::setup::node()?;
    crate::setup::packages("tests/browser")?;
    Ok(chromium)
}

/// Fills the square. Whoever sits before a browser has neither crowd nor server on the same machine, so both give way.
fn gather(server: &Server, square: &str, guests: &str, speaking: &str) -> Result<Crowd, String> {
    let crowd = server.crowd(square, &["--guests", guests, "--speaking", speaking, "--for", "240"])?;
    crowd.give_way()?;
    server.give_way()?;
    server.wait_for("torg_participants", guests.parse().map_err(|_| "no number of guests")?)?;
    Ok(crowd)
}

fn npm(script: &str, chromium: &PathBuf, square: &str) -> std::process::Command {
    let mut npm = program("npm", &["run", "--silent", script]);
    npm.current_dir(crate::root().join("tests/browser")).env("TORG_CHROMIUM", chromium).env("TORG_LINK", square);
    npm
}
