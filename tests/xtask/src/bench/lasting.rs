//! A whole open space, and a server that is killed a hundred times while it goes on: what is lost, and how soon people
//! are back and hear.

use crate::run::{cargo, minutes, program, run};

pub(super) fn lasting() -> Result<(), String> {
    let chromium = crate::setup::chromium()?;
    crate::setup::node()?;
    crate::setup::packages("tests/browser")?;
    crate::setup::postgresql()?;
    // As the stories build them: what is measured is dominated by dependencies, which are optimised there too.
    run(&mut cargo(&["build", "--quiet", "--workspace", "--bins", "--tests"]), minutes(25))?;
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = own.parent().ok_or("this program lies in no folder")?;
    let mut story = program("npm", &["run", "--silent", "bench:lasting"]);
    story.current_dir(crate::root().join("tests/browser")).env("TORG_CHROMIUM", chromium);
    run(story.env("TORG_BINARIES", folder), minutes(150))
}
