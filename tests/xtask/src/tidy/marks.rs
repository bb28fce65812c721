//! What must not be left lying in the code.

use super::Finding;
use super::source::{Source, Syntax};

/// Marks, written apart so that this file doesn't find itself.
const MARKS: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "do it, or write an issue"),
    (concat!("FIX", "ME"), "mend it, or write an issue"),
    (concat!("XX", "X"), "say what is wrong, or mend it"),
    (concat!("to", "do!("), "an unwritten path panics before a person"),
    (concat!("unimplemen", "ted!("), "an unwritten path panics before a person"),
    (concat!("#[ig", "nore"), "a test that doesn't run proves nothing"),
    (concat!(".sk", "ip("), "a test that doesn't run proves nothing"),
    (concat!("it.to", "do("), "a test that doesn't run proves nothing"),
    (concat!("describe.on", "ly("), "the other tests don't run"),
    (concat!("it.on", "ly("), "the other tests don't run"),
    (concat!("test.on", "ly("), "the other tests don't run"),
    (concat!("/ho", "me/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/wo", "rk/"), "a path of one machine"),
    (concat!("/tmp/tar", "get"), "a path of one machine"),
    (concat!("/Use", "rs/"), "a path of one machine"),
];

/// Iterators have a `skip` too, and `.skip(1)` of Rust is no test left out.
fn concerns(mark: &str, source: &Source) -> bool {
    !(mark.starts_with('.') && source.syntax == Syntax::Rust)
}

pub(crate) fn check(source: &Source, findings: &mut Vec<Finding>) {
    for (index, line) in source.text.lines().enumerate() {
        for (mark, why) in MARKS.iter().filter(|(mark, _)| line.contains(mark) && concerns(mark, source)) {
            findings.push(Finding::new(source, index + 1, format!("`{mark}` is left here: {why}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_found() {
        for (mark, _) in MARKS {
            let mut findings = Vec::new();
            check(&Source::new("a.ts", &format!("a();\n b{mark}c\n")).expect("a source file"), &mut findings);
            assert!(findings.iter().any(|finding| finding.line == 2), "{mark}");
        }
    }

    #[test]
    fn iterators_may_skip() {
        let mut findings = Vec::new();
        check(&Source::new("a.rs", concat!("a.sk", "ip(1)")).expect("a source file"), &mut findings);
        assert!(findings.is_empty());
    }
}
