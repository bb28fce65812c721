//! `cargo xtask bench`: figures for speed and memory, all in one run, with the machine named.

use crate::run::{cargo, minutes};

pub(crate) fn run() -> Result<(), String> {
    super::run::run(&mut cargo(&["bench", "--package", "torg-space"]), minutes(20))
}
