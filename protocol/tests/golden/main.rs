//! The golden fixtures: what `../../fixtures` holds is what this crate says and computes.
//!
//! The TypeScript tests of the browser app read the same files, so the two can't drift apart. Values are made
//! here, from Rust; `cargo xtask codegen` (the switch `TORG_CODEGEN`) writes the files anew. Otherwise they are
//! read and compared by meaning, so that layout doesn't matter.

mod changes;
mod client_messages;
mod frames;
mod gain;
mod market;
mod motion;
mod server_messages;

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads a fixture. Under `TORG_CODEGEN` it is written from `fresh` first.
fn fixture<T: Serialize + DeserializeOwned>(name: &str, fresh: &T) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    if std::env::var_os("TORG_CODEGEN").is_some() {
        let text = serde_json::to_string_pretty(fresh).expect("fixtures are plain data");
        std::fs::write(&path, text + "\n").expect("the fixture can be written");
    }
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}. {STALE}", path.display()))
}

const STALE: &str = "The fixture is stale: run `cargo xtask codegen`, look at the difference and commit it";

/// Every value that the tag `key` may have, read from the TypeScript declaration of an enum: so a variant that
/// is added later and has no golden message fails.
fn tags(declaration: &str, key: &str) -> Vec<String> {
    let opening = format!("\"{key}\": \"");
    let tags: Vec<String> = declaration
        .split(&opening)
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(tag, _)| tag.to_owned())
        .collect();
    assert!(!tags.is_empty(), "no tags called {key} in {declaration}");
    tags
}
