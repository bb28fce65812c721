//! What a test runner says has failed, picked out of all that it prints, so that it can be said again at the end.

use std::collections::BTreeSet;

/// Lines kept of one runner: the first failures tell most.
const LINES_MAX: usize = 12;

/// Characters kept of a line.
const LINE_CHARS_MAX: usize = 200;

/// How nextest and vitest begin the line that names a test which failed.
const MARKS: [&str; 7] = ["FAIL ", "TIMEOUT ", "TRY ", "SIGSEGV ", "SIGABRT ", "SIGKILL ", "LEAK-FAIL "];

/// The failures that a runner named.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    lines: Vec<String>,
    seen: BTreeSet<String>,
    /// Whether the line before named a failure, so that the reason may come now.
    awaits_reason: bool,
}

impl Faults {
    /// Looks at a line that the runner printed.
    pub(crate) fn take(&mut self, line: &str) {
        let plain = plain(line);
        let text = plain.trim();
        let is_named = MARKS.iter().any(|mark| text.starts_with(mark));
        let is_reason = self.awaits_reason && text.split(' ').next().is_some_and(|word| word.contains("Error"));
        self.awaits_reason = is_named || (self.awaits_reason && text.is_empty());
        if !is_named && !is_reason {
            return;
        }
        // Runners name a failure where it happens and again when all is over, with another duration perhaps.
        let name = text.rsplit(']').next().unwrap_or(text).trim().to_owned();
        if self.seen.insert(name) && self.lines.len() < LINES_MAX {
            let indent = if is_reason { "  " } else { "" };
            self.lines.push(indent.to_owned() + &text.chars().take(LINE_CHARS_MAX).collect::<String>());
        }
    }

    /// The failures, each on a line of its own.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }
}

/// A line without the colours of a terminal (ECMA-48, section 8.3.117).
fn plain(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(output: &str) -> Vec<String> {
        let mut faults = Faults::default();
        output.lines().for_each(|line| faults.take(line));
        faults.lines
    }

    #[test]
    fn vitest_names_a_failure_and_its_reason() {
        let output = "stdout | a story\n\
            \u{1b}[41m\u{1b}[1m FAIL \u{1b}[22m\u{1b}[49m stories/murmur.test.ts > murmur > swells\n\
            AssertionError: expected -44 to be above -40\n\
            ❯ stories/murmur.test.ts:10:3\n\
            Error: of something else\n";
        let named = "FAIL  stories/murmur.test.ts > murmur > swells";
        assert_eq!(faults(output), [named, "  AssertionError: expected -44 to be above -40"]);
    }

    #[test]
    fn nextest_names_a_failure_twice_and_it_is_kept_once() {
        let output = "        SLOW [> 60.000s] torg-tests::end_to_end a_story\n\
                    FAIL [   1.234s] (3/67) torg-tests::end_to_end a_story\n\
            the story FAILED\n\
                    FAIL [   1.235s] (3/67) torg-tests::end_to_end a_story\n\
                 TIMEOUT [ 120.001s] torg-tests::end_to_end another\n";
        let named = faults(output);
        assert_eq!(named.len(), 2, "{named:?}");
        assert!(named[0].ends_with("a_story") && named[1].starts_with("TIMEOUT"), "{named:?}");
    }

    #[test]
    fn what_runs_wild_is_cut_short() {
        let output: String = (0..100).map(|number| format!("FAIL {number} {}\n", "x".repeat(500))).collect();
        let named = faults(&output);
        assert_eq!(named.len(), LINES_MAX);
        assert!(named.iter().all(|line| line.chars().count() <= LINE_CHARS_MAX));
    }
}
