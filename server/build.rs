//! Puts the web app of `client/web` into the program.
//!
//! | environment | does |
//! | --- | --- |
//! | nothing | `npm ci` when the lock changed, then `vite build`; without Node the server says so on its pages |
//! | `WEB_DIST=DIR` | takes the app built in DIR; beside a file may stand its copies `.br` and `.gz` |
//! | `TORG_WEB=off` | leaves the app out: for quick checks of the server |

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

/// Where `vite build` was run, or why it was not.
enum Web {
    Built(PathBuf),
    NotBuilt(String),
}

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build/compress.mjs");
    println!("cargo::rerun-if-env-changed=WEB_DIST");
    println!("cargo::rerun-if-env-changed=TORG_WEB");
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(variable("OUT_DIR"));
    let web = match (env::var_os("TORG_WEB"), env::var_os("WEB_DIST")) {
        (Some(switch), _) if switch == "off" => Web::NotBuilt("it was left out by TORG_WEB=off".to_owned()),
        (_, Some(dist)) if !dist.is_empty() => built_before(PathBuf::from(dist)),
        _ => built_now(&here.join("../client/web"), &out),
    };
    let (files, why_not) = match web {
        Web::Built(dist) => (embed(&dist, &packed(&dist, &here, &out)), None),
        Web::NotBuilt(why) => (String::new(), Some(why)),
    };
    if let Some(why) = &why_not {
        println!("cargo::warning=the web app is not in this build: {why}");
    }
    let code = format!("static FILES: &[WebFile] = &[\n{files}];\nstatic NOT_BUILT: Option<&str> = {why_not:?};\n");
    or_fail(fs::write(out.join("web_files.rs"), code), "web_files.rs cannot be written");
}

fn built_before(dist: PathBuf) -> Web {
    println!("cargo::rerun-if-changed={}", dist.display());
    if !dist.join("index.html").is_file() {
        fail(&format!("WEB_DIST={} holds no index.html: name the folder that `vite build` wrote", dist.display()));
    }
    Web::Built(dist)
}

fn built_now(web: &Path, out: &Path) -> Web {
    watch(web);
    if !web.join("package.json").is_file() {
        return Web::NotBuilt(format!("there is no {}", web.join("package.json").display()));
    }
    if !has_node() {
        // A file that is never there makes cargo ask again at the next build: Node may be there by then.
        println!("cargo::rerun-if-changed={}", out.join("no-node").display());
        return Web::NotBuilt("there is no Node (node and npm) on this machine".to_owned());
    }
    let _one_at_a_time = lock(web);
    install(web);
    let dist = out.join("web");
    let mut vite = npm(web);
    vite.args(["run", "--silent", "build", "--", "--emptyOutDir", "--outDir"]).arg(&dist);
    run(vite, "the web app cannot be built");
    Web::Built(dist)
}

/// Rerun when a source of the app changes. What its own build writes is not among them.
fn watch(web: &Path) {
    const WRITTEN: [&str; 5] = ["node_modules", "dist", "paraglide", "coverage", ".svelte-kit"];
    println!("cargo::rerun-if-changed={}", web.join("package.json").display());
    for entry in fs::read_dir(web).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        match name.as_str() {
            // The message compiler keeps a cache beside its settings.
            "project.inlang" => println!("cargo::rerun-if-changed={}", entry.path().join("settings.json").display()),
            "tests" => {}
            name if WRITTEN.contains(&name) || name.starts_with('.') => {}
            _ => println!("cargo::rerun-if-changed={}", entry.path().display()),
        }
    }
}

fn has_node() -> bool {
    let answers = |mut command: Command| command.arg("--version").output().is_ok_and(|output| output.status.success());
    answers(Command::new("node")) && answers(Command::new(NPM))
}

/// `npm ci`, unless what stands in `node_modules` was installed from this very lock.
fn install(web: &Path) {
    let wanted = or_fail(fs::read(web.join("package-lock.json")), "client/web/package-lock.json cannot be read");
    let stamp = web.join("node_modules/.torg-installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return;
    }
    let mut ci = npm(web);
    ci.args(["ci", "--no-audit", "--no-fund"]);
    run(ci, "the web app's packages cannot be installed");
    or_fail(fs::write(stamp, wanted), "client/web/node_modules cannot be written");
}

/// Several builds may run at once, but they share one `node_modules`.
fn lock(web: &Path) -> File {
    let mut hasher = DefaultHasher::new();
    fs::canonicalize(web).unwrap_or_else(|_| web.to_owned()).hash(&mut hasher);
    let path = env::temp_dir().join(format!("torg-web-{:016x}.lock", hasher.finish()));
    let file = or_fail(File::create(path), "the lock of the web build cannot be made");
    or_fail(file.lock(), "the lock of the web build cannot be held");
    file
}

/// Compressed copies of the app's files, made by Node, which stands ready wherever the app was built.
fn packed(dist: &Path, here: &Path, out: &Path) -> PathBuf {
    let packed = out.join("web-packed");
    let _ = fs::remove_dir_all(&packed);
    if has_node() {
        let mut node = Command::new("node");
        node.arg(here.join("build/compress.mjs")).arg(dist).arg(&packed);
        run(node, "the web app cannot be compressed");
    }
    packed
}

/// A line of code for each file.
fn embed(dist: &Path, packed: &Path) -> String {
    let mut files = BTreeMap::new();
    or_fail(collect(dist, "", &mut files), "the built web app cannot be read");
    let mut code = String::new();
    for (path, file) in &files {
        let is_copy = |suffix: &str| path.strip_suffix(suffix).is_some_and(|original| files.contains_key(original));
        if is_copy(".br") || is_copy(".gz") {
            continue;
        }
        let mut hasher = DefaultHasher::new();
        or_fail(fs::read(file), "a file of the web app cannot be read").hash(&mut hasher);
        let copy = |suffix: &str| {
            let beside = files.get(&format!("{path}{suffix}")).cloned();
            let copy = beside.unwrap_or_else(|| packed.join(format!("{path}{suffix}")));
            if copy.is_file() { format!("Some(include_bytes!({copy:?}))") } else { "None".to_owned() }
        };
        let (tag, brotli, gzip) = (hasher.finish(), copy(".br"), copy(".gz"));
        let _ = writeln!(
            code,
            "WebFile {{ path: {path:?}, tag: \"{tag:016x}\", plain: include_bytes!({file:?}), brotli: {brotli}, gzip: \
             {gzip} }},"
        );
    }
    code
}

/// Every file below a folder, by its path with slashes.
fn collect(folder: &Path, below: &str, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        match entry.file_type()?.is_dir() {
            true => collect(&entry.path(), &(path + "/"), files)?,
            false => drop(files.insert(path, fs::canonicalize(entry.path())?)),
        }
    }
    Ok(())
}

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

fn npm(web: &Path) -> Command {
    let mut command = Command::new(NPM);
    command.current_dir(web).env("NO_COLOR", "1");
    command
}

fn run(mut command: Command, failed: &str) {
    let output = or_fail(command.output(), failed);
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        fail(&format!("{failed}; TORG_WEB=off builds the server without it.\n{command:?} said:\n{said}"));
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| fail(&format!("cargo did not set {name}")))
}

fn or_fail<T>(result: io::Result<T>, failed: &str) -> T {
    result.unwrap_or_else(|error| fail(&format!("{failed}: {error}")))
}

fn fail(words: &str) -> ! {
    eprintln!("{words}");
    exit(1)
}
