//! Chores of the project: `cargo xtask help` lists them.

mod bench;
mod faults;
mod run;
mod setup;
mod test;
#[cfg(test)]
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask test [STEP…]   every check, or the steps named: format, clippy, tidy, licences, rust, codec,
                           web, browser, stories
cargo xtask codegen        writes the TypeScript types and the golden fixtures anew from the crate torg-protocol
cargo xtask bench          measures the engine, the mixer, the record and the media plane, all in one run, in the
                           release profile
cargo xtask bench lasting  plays an open space on both databases, and kills the server a hundred times while it goes on
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test", steps @ ..] => test::run_steps(steps),
        ["codegen"] => codegen(),
        ["bench", parts @ ..] => bench::run(parts),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("`cargo xtask {}` is no chore.\n{HELP}", other.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // A test runner has already said what failed, in its own closing lines.
            if !reason.is_empty() {
                eprintln!("{}", reason.trim_end());
            }
            ExitCode::FAILURE
        }
    }
}

fn codegen() -> Result<(), String> {
    let mut tests =
        run::cargo(&["test", "--quiet", "--package", "torg-protocol", "--test", "typescript", "--test", "golden"]);
    tests.env("TORG_CODEGEN", "1");
    run::run(&mut tests, run::minutes(10))?;
    println!("Written: client/web/src/wire/types.ts and protocol/fixtures. Look at `git diff` and commit.");
    Ok(())
}

/// The root of the project.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("this crate lies two folders below the root").to_path_buf()
}
