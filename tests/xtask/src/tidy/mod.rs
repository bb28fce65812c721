//! Tidy: rules about the source itself, held as tests.
//!
//! [`budget`] keeps files and functions short, [`layers`] keeps who may know whom, [`marks`] finds what was left
//! lying. Each rule says why; each check is itself tested on small texts that break it.

mod budget;
mod layers;
mod marks;
mod paths;
mod source;

use source::Source;
use std::fmt;
use std::path::Path;

/// Something that breaks a rule.
#[derive(Debug)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    why: String,
}

impl Finding {
    fn new(source: &Source, line: usize, why: String) -> Self {
        Self { path: source.path.clone(), line, why }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.why)
    }
}

/// Everything in the tree below `root` that breaks a rule.
pub(crate) fn findings(root: &Path) -> Vec<Finding> {
    let sources = source::tree(root);
    let mut findings = Vec::new();
    for source in &sources {
        budget::check(source, &mut findings);
        layers::check(source, &mut findings);
        marks::check(source, &mut findings);
    }
    layers::check_tree(&sources, &mut findings);
    findings
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tree_is_tidy() {
        let findings = super::findings(&crate::root());
        let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{} findings:\n{}", lines.len(), lines.join("\n"));
    }

    #[test]
    fn the_tree_is_found() {
        let sources = super::source::tree(&crate::root());
        for expected in ["protocol/src/lib.rs", "server/src/mailbox.rs", "client/web/src/app/ports.ts"] {
            assert!(sources.iter().any(|source| source.path == expected), "{expected} is not in the tree");
        }
    }
}
