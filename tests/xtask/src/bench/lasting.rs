//! A whole open space, and a server that is killed a hundred times while it goes on: what is lost, and how soon people
//! are back and hear.

use crate::run::{cargo, minutes, program, run};

pub(super) fn lasting() -> Result<(), String> {
    let chromium = crate::setup::chromium()?;
    crate::setup::node()?;
    crate::setup::packages("tests/browser")?;
    crate::setup::postgresql()?;
    let build = ["build", "--quiet", "--release", "--package", "torg-server", "--package", "torg-client"];
    run(&mut cargo(&build), minutes(25))?;
    let mut story = program("npm", &["run", "--silent", "bench:lasting"]);
    story.current_dir(crate::root().join("tests/browser")).env("TORG_CHROMIUM", chromium);
    run(story.env("TORG_BINARIES", super::server::target().join("release")), minutes(150))
}
