//! Files and functions stay short enough to be read in one go.

use super::Finding;
use super::source::{Source, Syntax};

pub(crate) const FILE_LINES_MAX: usize = 400;
pub(crate) const FUNCTION_LINES_MAX: usize = 70;

/// Written by `cargo xtask codegen`.
const GENERATED: [&str; 1] = ["client/web/src/wire/types.ts"];

pub(crate) fn check(source: &Source, findings: &mut Vec<Finding>) {
    if source.syntax == Syntax::Manifest || GENERATED.contains(&source.path.as_str()) {
        return;
    }
    let lines = source.text.lines().count();
    if lines > FILE_LINES_MAX {
        let why = format!("{lines} lines, at most {FILE_LINES_MAX}: ask what this file is really two of");
        findings.push(Finding::new(source, 1, why));
    }
    for function in functions(source) {
        if function.lines() > FUNCTION_LINES_MAX {
            let lines = function.lines();
            let why = format!("a function of {lines} lines, at most {FUNCTION_LINES_MAX}: name its steps");
            findings.push(Finding::new(source, function.first, why));
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Function {
    first: usize,
    last: usize,
}

impl Function {
    fn lines(&self) -> usize {
        self.last - self.first + 1
    }
}

/// Every function with a body, by its first and last line.
fn functions(source: &Source) -> Vec<Function> {
    let opens_function = match source.syntax {
        Syntax::Rust => rust_function,
        Syntax::Script | Syntax::Svelte => script_function,
        Syntax::Style | Syntax::Manifest => return Vec::new(),
    };
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut found = Vec::new();
    // What stands before a brace, back to the end of the statement before: where a function has its signature.
    let mut head = String::new();
    let mut head_line = 1;
    let mut nested = 0_usize;
    let mut line = 1;
    for character in source.code.chars() {
        match character {
            '\n' => line += 1,
            '(' | '[' => nested += 1,
            ')' | ']' => nested = nested.saturating_sub(1),
            _ => {}
        }
        let ends_statement = character == ';' && nested == 0;
        match character {
            '{' => {
                let first = if source.syntax == Syntax::Rust { head_line + lines_before_fn(&head) } else { line };
                open.push(opens_function(&head).then_some(first));
                head.clear();
            }
            '}' => {
                if let Some(first) = open.pop().flatten() {
                    found.push(Function { first, last: line });
                }
                head.clear();
            }
            _ if ends_statement => head.clear(),
            _ if character.is_whitespace() && head.is_empty() => {}
            _ => {
                if head.is_empty() {
                    head_line = line;
                }
                head.push(character);
            }
        }
    }
    found
}

/// `fn name(…) … {`, whatever stands before it.
fn rust_function(head: &str) -> bool {
    let mut words = head.split(|character: char| !character.is_alphanumeric() && character != '_');
    words.any(|word| word == "fn") && head.contains('(')
}

/// Attributes stand before a function and are no part of it.
fn lines_before_fn(head: &str) -> usize {
    let at = head.find("fn ").unwrap_or(0);
    head[..at].matches('\n').count()
}

/// `function name(…) {`, `name(…) {`, `(…) => {`; not `if (…) {`, and not the braces of a `describe`.
fn script_function(head: &str) -> bool {
    let head = head.trim();
    let first = head.split(|character: char| !character.is_alphanumeric()).find(|word| !word.is_empty());
    if head.ends_with("=>") {
        return first != Some("describe");
    }
    let statement = ["if", "for", "while", "switch", "catch", "else", "do", "with", "class", "interface", "type"];
    let calls = head.contains('(') && head.contains(')');
    calls && !first.is_some_and(|word| statement.contains(&word)) && !head.ends_with('=') && !head.ends_with('(')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(path: &str, text: &str) -> Vec<(usize, usize)> {
        let source = Source::new(path, text).expect("a source file");
        functions(&source).iter().map(|function| (function.first, function.last)).collect()
    }

    fn findings(path: &str, text: &str) -> Vec<String> {
        let mut findings = Vec::new();
        check(&Source::new(path, text).expect("a source file"), &mut findings);
        findings.into_iter().map(|finding| finding.why).collect()
    }

    #[test]
    fn rust_functions_are_measured_with_their_signature() {
        let text = "struct A { b: u8 }\n\nimpl A {    #[inline]\n    pub fn c(\n        self,\n    ) -> [u8; 2] {\n        if x {}\n    }\n}";
        assert_eq!(lines_of("a.rs", text), [(4, 8)]);
    }

    #[test]
    fn script_functions_are_measured() {
        let text = "function a() {\n  if (x) {\n  }\n}\nconst b = (c: D) => {\n};\nclass E {\n  f(): void {\n  }\n}";
        assert_eq!(lines_of("a.ts", text), [(1, 4), (5, 6), (8, 9)]);
        assert_eq!(lines_of("a.ts", "describe('x', () => {\n});\nconst a = {\n};"), []);
    }

    #[test]
    fn what_is_too_long_is_found() {
        let long = "\n".repeat(FILE_LINES_MAX + 1);
        assert_eq!(findings("a.css", &long).len(), 1);
        let body = "    a();\n".repeat(FUNCTION_LINES_MAX);
        assert_eq!(findings("a.rs", &format!("fn a() {{\n{body}}}\n")).len(), 1);
        assert_eq!(findings("a.ts", &format!("const a = () => {{\n{body}}};\n")).len(), 1);
        assert_eq!(findings("a.svelte", &format!("<script>\nfunction a() {{\n{body}}}\n</script>\n")).len(), 1);
        let body = "    a();\n".repeat(FUNCTION_LINES_MAX - 2);
        assert!(findings("a.rs", &format!("fn a() {{\n{body}}}\n")).is_empty());
    }
}
