//! Source files, and views of them without comments and strings, so that rules look at code alone.

use std::path::Path;

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    Rust,
    Script,
    Svelte,
    Style,
    Manifest,
}

/// A source file of the tree.
pub(crate) struct Source {
    /// From the root of the tree, with `/` between names.
    pub(crate) path: String,
    pub(crate) syntax: Syntax,
    /// As it stands.
    pub(crate) text: String,
    /// Comments are blank; so is, in Svelte, everything outside the scripts.
    pub(crate) uncommented: String,
    /// Comments and the insides of strings are blank. Every line stays where it is.
    pub(crate) code: String,
}

/// Folders that hold nothing written by hand, or nothing of ours.
const SKIPPED: [&str; 6] = ["target", "node_modules", "dist", "artefacts", "paraglide", "data"];

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Option<Self> {
        let syntax = match path.rsplit_once('.')?.1 {
            "rs" => Syntax::Rust,
            "ts" | "js" | "mjs" => Syntax::Script,
            "svelte" => Syntax::Svelte,
            "css" => Syntax::Style,
            "toml" if path.ends_with("Cargo.toml") => Syntax::Manifest,
            _ => return None,
        };
        let script = if syntax == Syntax::Svelte { scripts_only(text) } else { text.to_owned() };
        Some(Self {
            path: path.to_owned(),
            syntax,
            text: text.to_owned(),
            uncommented: blank(&script, syntax, false),
            code: blank(&script, syntax, true),
        })
    }
}

/// Every source file below `root`, by path.
pub(crate) fn tree(root: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("a folder of the tree can be read");
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().expect("a name in a folder has a kind");
            if kind.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                folders.push(entry.path());
            } else if kind.is_file() {
                sources.extend(read(root, &entry.path()));
            }
        }
    }
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    sources
}

fn read(root: &Path, path: &Path) -> Option<Source> {
    let inside = path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/");
    let text = std::fs::read_to_string(path).ok()?;
    Source::new(&inside, &text)
}

/// The scripts of a Svelte file where they stand; all else is blank.
fn scripts_only(text: &str) -> String {
    let mut view = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("<script") {
        let Some(open) = rest[start..].find('>').map(|at| start + at + 1) else { break };
        let close = rest[open..].find("</script>").map_or(rest.len(), |at| open + at);
        view.push_str(&blanks(&rest[..open]));
        view.push_str(&rest[open..close]);
        rest = &rest[close..];
    }
    view + &blanks(rest)
}

fn blanks(text: &str) -> String {
    text.chars().map(|character| if character == '\n' { '\n' } else { ' ' }).collect()
}

/// Blanks comments and, when asked, what stands inside quotes.
fn blank(text: &str, syntax: Syntax, strings: bool) -> String {
    Blanker { input: text.chars().collect(), output: String::with_capacity(text.len()), at: 0, syntax, strings }.run()
}

struct Blanker {
    input: Vec<char>,
    output: String,
    at: usize,
    syntax: Syntax,
    strings: bool,
}

impl Blanker {
    fn run(mut self) -> String {
        while self.at < self.input.len() {
            self.step();
        }
        self.output
    }

    fn step(&mut self) {
        let slashes = !matches!(self.syntax, Syntax::Style | Syntax::Manifest);
        match self.input[self.at] {
            '#' if self.syntax == Syntax::Manifest => self.line_comment(),
            '/' if slashes && self.peek(1) == '/' => self.line_comment(),
            '/' if self.peek(1) == '*' && self.syntax != Syntax::Manifest => self.block_comment(),
            '/' if self.is_script() && self.regex_may_start() => self.quoted('/'),
            '`' if self.is_script() => self.template(),
            'r' if self.syntax == Syntax::Rust && self.raw_hashes().is_some() => self.raw_string(),
            '\'' if self.syntax == Syntax::Rust && !self.is_char_literal() => self.keep(1),
            quote @ ('"' | '\'') => self.quoted(quote),
            _ => self.keep(1),
        }
    }

    fn is_script(&self) -> bool {
        matches!(self.syntax, Syntax::Script | Syntax::Svelte)
    }

    fn peek(&self, ahead: usize) -> char {
        self.input.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn keep(&mut self, count: usize) {
        let end = (self.at + count).min(self.input.len());
        self.output.extend(&self.input[self.at..end]);
        self.at = end;
    }

    fn wipe(&mut self, count: usize) {
        let end = (self.at + count).min(self.input.len());
        let blank = |&character: &char| if character == '\n' { '\n' } else { ' ' };
        self.output.extend(self.input[self.at..end].iter().map(blank));
        self.at = end;
    }

    fn inside(&mut self, count: usize) {
        if self.strings { self.wipe(count) } else { self.keep(count) }
    }

    fn line_comment(&mut self) {
        while self.at < self.input.len() && self.peek(0) != '\n' {
            self.wipe(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.input.len() {
            if self.peek(0) == '/' && self.peek(1) == '*' && (depth == 0 || self.syntax == Syntax::Rust) {
                depth += 1;
                self.wipe(2);
            } else if self.peek(0) == '*' && self.peek(1) == '/' {
                depth -= 1;
                self.wipe(2);
                if depth == 0 {
                    return;
                }
            } else {
                self.wipe(1);
            }
        }
    }

    /// A string, a character or a regular expression, up to the closing quote.
    fn quoted(&mut self, quote: char) {
        self.keep(1);
        let mut in_class = false;
        while self.at < self.input.len() {
            match self.peek(0) {
                '\\' => self.inside(2),
                '[' if quote == '/' => {
                    in_class = true;
                    self.inside(1);
                }
                ']' if quote == '/' => {
                    in_class = false;
                    self.inside(1);
                }
                '\n' if self.is_script() => return,
                character if character == quote && !in_class => return self.keep(1),
                _ => self.inside(1),
            }
        }
    }

    /// A template literal; what stands in `${}` is code again.
    fn template(&mut self) {
        self.keep(1);
        while self.at < self.input.len() {
            match (self.peek(0), self.peek(1)) {
                ('\\', _) => self.inside(2),
                ('`', _) => return self.keep(1),
                ('$', '{') => {
                    self.keep(2);
                    let mut depth = 1;
                    while self.at < self.input.len() && depth > 0 {
                        match self.peek(0) {
                            '{' => depth += 1,
                            '}' => depth -= 1,
                            _ => {}
                        }
                        self.step();
                    }
                }
                _ => self.inside(1),
            }
        }
    }

    /// How many `#` a raw string that starts here has.
    fn raw_hashes(&self) -> Option<usize> {
        let before = self.at.checked_sub(1).map_or(' ', |before| self.input[before]);
        let in_a_word = before.is_alphanumeric() && before != 'b' && before != 'c' || before == '_';
        let hashes = (1..).take_while(|&ahead| self.peek(ahead) == '#').count();
        (!in_a_word && self.peek(1 + hashes) == '"').then_some(hashes)
    }

    fn raw_string(&mut self) {
        let hashes = self.raw_hashes().expect("asked before");
        self.keep(2 + hashes);
        while self.at < self.input.len() {
            let closes = self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#');
            if closes {
                return self.keep(1 + hashes);
            }
            self.inside(1);
        }
    }

    /// `'a'` and `'\n'` are characters, `'a` is a lifetime.
    fn is_char_literal(&self) -> bool {
        self.peek(1) == '\\' || self.peek(2) == '\''
    }

    /// A slash begins a regular expression where a value may stand, and divides where one has just ended.
    fn regex_may_start(&self) -> bool {
        let before = self.output.trim_end();
        let word = before.rsplit(|character: char| !character.is_alphanumeric()).next().unwrap_or("");
        match before.chars().next_back() {
            None => true,
            Some(last) => "(,=:[!&|?{};+-*%<>~^".contains(last) || matches!(word, "return" | "typeof" | "case"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(path: &str, text: &str) -> String {
        let source = Source::new(path, text).expect("a source file");
        assert_eq!(source.code.lines().count(), text.lines().count());
        source.code
    }

    #[test]
    fn rust_keeps_code_alone() {
        let text = "let a = \"{ // no\"; // }\n/* { /* } */ */ let b = '{'; let c: &'static str = r#\"\" }\"#;";
        let expected = "let a = \"       \";     \n                let b = ' '; let c: &'static str = r#\"   \"#;";
        assert_eq!(code("a.rs", text), expected);
    }

    #[test]
    fn scripts_keep_code_alone() {
        let text = "const a = `x ${b + '}'} y`; // {\nconst r = /[/\"]{2}/u; const d = a / b;";
        let expected = "const a = `  ${b + ' '}  `;     \nconst r = /       /u; const d = a / b;";
        assert_eq!(code("a.ts", text), expected);
    }

    #[test]
    fn svelte_is_looked_at_in_its_scripts() {
        let text = "<script lang=\"ts\">\nlet a = 1;\n</script>\n<p>Don't { worry }</p>";
        assert_eq!(code("a.svelte", text).trim(), "let a = 1;");
    }
}
