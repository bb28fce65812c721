//! Every path that a Rust file names, and every module that a script imports.

use super::source::{Source, Syntax};

/// A path as code names it, whole: `use a::{b, c::d}` names `a::b` and `a::c::d`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) line: usize,
    pub(crate) path: String,
}

/// Every `a::b` in a Rust file, in `use` and elsewhere. `crate` and `super` are written out from the file's own
/// place: in `server/src/http/page.rs`, `super::links` is `crate::http::links`.
pub(crate) fn rust_paths(source: &Source) -> Vec<Named> {
    assert_eq!(source.syntax, Syntax::Rust);
    let tokens = tokens(&source.code);
    let mut named = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_use = tokens[at].text == "use";
        let start = if is_use { at + 1 } else { at };
        let is_path = tokens.get(start).is_some_and(|token| token.is_word());
        if is_use || is_path && tokens.get(start + 1).is_some_and(|token| token.text == "::") {
            at = tree(&tokens, start, "", &mut named).max(at + 1);
        } else {
            at += 1;
        }
    }
    let module = module_of(&source.path);
    for path in &mut named {
        path.path = absolute(&module, &path.path);
    }
    named
}

#[derive(Debug)]
struct Token<'a> {
    line: usize,
    text: &'a str,
}

impl Token<'_> {
    fn is_word(&self) -> bool {
        self.text.starts_with(|first: char| first.is_alphabetic() || first == '_')
    }
}

fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let is_word = |character: char| character.is_alphanumeric() || character == '_';
            let length = if is_word(first) {
                rest.find(|character| !is_word(character)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            if !first.is_whitespace() {
                tokens.push(Token { line: index + 1, text: &rest[..length] });
            }
            rest = &rest[length..];
        }
    }
    tokens
}

/// Reads a tree of paths from `at` on and returns where it ends.
fn tree(tokens: &[Token<'_>], mut at: usize, prefix: &str, named: &mut Vec<Named>) -> usize {
    let mut path = prefix.to_owned();
    while let Some(token) = tokens.get(at) {
        match token.text {
            "::" => {}
            "{" if path.ends_with("::") || path.is_empty() => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    let next = tree(tokens, at, &path, named);
                    at = if tokens.get(next).is_some_and(|token| token.text == ",") {
                        next + 1
                    } else {
                        next.max(at + 1)
                    };
                }
                return at + 1;
            }
            "*" if path.ends_with("::") => path.push('*'),
            _ if token.is_word() && (path.is_empty() || path.ends_with("::")) => path.push_str(token.text),
            _ => break,
        }
        at += 1;
        let goes_on = tokens.get(at).is_some_and(|token| token.text == "::");
        if goes_on && !path.is_empty() && !path.ends_with("::") {
            path.push_str("::");
        } else if !path.ends_with("::") && !path.is_empty() {
            break;
        }
    }
    let path = path.trim_end_matches("::");
    if !path.is_empty() {
        let line = tokens.get(at.saturating_sub(1)).map_or(1, |token| token.line);
        named.push(Named { line, path: path.strip_suffix("::self").unwrap_or(path).to_owned() });
    }
    if tokens.get(at).is_some_and(|token| token.text == "as") {
        at += 2;
    }
    at
}

/// The modules around a file, from the crate down: `server/src/http/page.rs` is in `["http", "page"]`.
fn module_of(path: &str) -> Vec<&str> {
    let inside = path.rsplit_once("src/").map_or("", |(_, inside)| inside).trim_end_matches(".rs");
    let mut module: Vec<_> = inside.split('/').filter(|name| !name.is_empty()).collect();
    if matches!(module.last(), Some(&("mod" | "lib" | "main"))) {
        module.pop();
    }
    module
}

fn absolute(module: &[&str], path: &str) -> String {
    let mut module = module.to_vec();
    let mut rest = path;
    if let Some(below) = rest.strip_prefix("self::") {
        return absolute(&module, &["crate", &module.join("::"), below].join("::").replace("::::", "::"));
    }
    while let Some(above) = rest.strip_prefix("super::") {
        module.pop();
        rest = above;
    }
    if rest.len() == path.len() {
        return path.to_owned();
    }
    let mut names = vec!["crate"];
    names.extend(module);
    names.push(rest);
    names.join("::")
}

/// A module that a script imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) line: usize,
    /// From the root of the tree when it is one of ours; as written when it is a package.
    pub(crate) module: String,
    /// `import type`: nothing of it is left when the program runs.
    pub(crate) only_types: bool,
}

/// Every `import … from '…'`, `export … from '…'` and `import('…')` of a script.
pub(crate) fn imports(source: &Source) -> Vec<Import> {
    let mut imports = Vec::new();
    let text = &source.uncommented;
    for keyword in ["import", "export"] {
        for (start, _) in text.match_indices(keyword) {
            let statement = &text[start + keyword.len()..];
            let begins =
                text[..start].chars().next_back().is_none_or(|before| !before.is_alphanumeric() && before != '_');
            let Some((between, quoted)) = statement.split_once(['\'', '"']) else { continue };
            let Some((module, _)) = quoted.split_once(['\'', '"']) else { continue };
            let bare = matches!(between.trim(), "" | "(");
            let from = between.trim_end().ends_with("from") && !between.contains([';', '=']);
            if begins && (from || bare && keyword == "import") {
                imports.push(Import {
                    line: text[..start].lines().count().max(1),
                    module: resolve(&source.path, module),
                    only_types: between.trim_start().starts_with("type "),
                });
            }
        }
    }
    imports
}

fn resolve(path: &str, module: &str) -> String {
    if !module.starts_with('.') {
        return module.to_owned();
    }
    let mut names: Vec<_> = path.split('/').collect();
    names.pop();
    for name in module.split('/') {
        match name {
            "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str, text: &str) -> Vec<String> {
        let source = Source::new(path, text).expect("a source file");
        rust_paths(&source).into_iter().map(|named| named.path).collect()
    }

    #[test]
    fn a_tree_of_uses_is_written_out() {
        let text = "use a::{b, c::{self, d as e}, f::*};\npub(crate) use crate::g;";
        assert_eq!(paths("server/src/x.rs", text), ["a::b", "a::c", "a::c::d", "a::f::*", "crate::g"]);
    }

    #[test]
    fn paths_in_code_are_named() {
        let text = "fn f(x: &torg_space::Space) -> Option<rtc::Peer> { y::z::<u8>(b) }";
        assert_eq!(paths("server/src/x.rs", text), ["torg_space::Space", "rtc::Peer", "y::z"]);
        assert!(paths("server/src/x.rs", "// a::b\nlet c = \"d::e\";").is_empty());
    }

    #[test]
    fn relative_paths_are_written_out() {
        let text = "use super::links;\nuse self::a::b;\nuse super::super::media::M;";
        let expected = ["crate::http::links", "crate::http::page::a::b", "crate::media::M"];
        assert_eq!(paths("server/src/http/page.rs", text), expected);
        assert_eq!(paths("server/src/http/mod.rs", "use super::media;"), ["crate::media"]);
    }

    #[test]
    fn imports_of_scripts_are_resolved() {
        let text = "import type { A } from '../wire/types';\nimport { b,\n c } from \"svelte\";\nimport './d.css';\n\
                    const e = await import('./f');\nexport { g } from './h';\nconst important = 'i';";
        let source = Source::new("client/web/src/face/x.ts", text).expect("a source file");
        let modules: Vec<_> = imports(&source).into_iter().map(|import| (import.module, import.only_types)).collect();
        let expected = [
            ("client/web/src/wire/types", true),
            ("svelte", false),
            ("client/web/src/face/d.css", false),
            ("client/web/src/face/f", false),
            ("client/web/src/face/h", false),
        ];
        assert_eq!(modules, expected.map(|(module, only_types)| (module.to_owned(), only_types)));
    }
}
