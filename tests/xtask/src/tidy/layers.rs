//! Who may know whom: the dependency rules of the design, each with its reason.

use super::Finding;
use super::paths::{Import, imports, rust_paths};
use super::source::{Source, Syntax};

/// A rule about the paths that Rust files name.
struct PathRule {
    /// The rule holds for files below these.
    below: &'static [&'static str],
    /// But not below these.
    except: &'static [&'static str],
    /// A path is looked at when it begins with one of these.
    watched: &'static [&'static str],
    /// And found fault with unless it begins with one of these.
    allowed: &'static [&'static str],
    why: &'static str,
}

const SERVER: &str = "server/src/";
const SPACE: &str = "server/space/src/";
const RECORD: &str = "server/record/";
const MIX: &str = "server/mix/";
const SOUND: &str = "server/sound/";
const OURS: &[&str] =
    &["torg_space", "torg_mix", "torg_sound", "torg_record", "torg_server", "torg_client", "torg_tests"];

const PATH_RULES: &[PathRule] = &[
    PathRule {
        below: &["protocol/"],
        except: &[],
        watched: OURS,
        allowed: &[],
        why: "the protocol is what all others share: it imports none of ours",
    },
    PathRule {
        below: &[SPACE],
        except: &[],
        watched: &["torg_protocol"],
        allowed: &[
            "torg_protocol::agenda",
            "torg_protocol::ids",
            "torg_protocol::units",
            "torg_protocol::geometry",
            "torg_protocol::map",
            "torg_protocol::people",
            "torg_protocol::text",
            "torg_protocol::limits",
        ],
        why: "the engine speaks commands and events, never messages or frames: the keeper translates",
    },
    PathRule {
        below: &[SPACE],
        except: &[],
        watched: &[
            "torg_record",
            "torg_server",
            "torg_client",
            "tokio",
            "webrtc",
            "rtc",
            "axum",
            "rand::rng",
            "rand::thread_rng",
            "std::net",
            "std::fs",
            "std::env",
            "std::thread",
            "std::sync::Mutex",
            "std::sync::RwLock",
            "std::sync::atomic",
            "std::sync::mpsc",
            "std::time",
            "core::time",
            "Instant",
            "SystemTime",
        ],
        allowed: &[],
        why: "the engine is pure: no sockets, files, threads or locks, and time and randomness are handed in",
    },
    PathRule {
        below: &[RECORD],
        except: &[],
        watched: &["torg_protocol", "torg_space", "torg_sound", "torg_server", "torg_client", "torg_tests"],
        allowed: &["torg_protocol::ids", "torg_protocol::units"],
        why: "the record keeps entries and doesn't know what they mean: ids and units are all it speaks of",
    },
    PathRule {
        below: &[MIX],
        except: &[],
        watched: &["torg_protocol", "torg_space", "torg_record", "torg_server", "torg_client", "torg_tests"],
        allowed: &[
            "torg_protocol::ids",
            "torg_protocol::units",
            "torg_space::Mix",
            "torg_space::ListenerMix",
            "torg_space::OwnMix",
            "torg_space::MixSource",
            "torg_space::Bed",
            "torg_space::BedId",
        ],
        why: "the mixer speaks of ids, units and of what is to be mixed, and of nothing else",
    },
    PathRule {
        below: &["server/mix/src/"],
        except: &[],
        watched: &["tokio", "std::net", "std::fs", "std::env", "std::thread", "std::time", "Instant", "SystemTime"],
        allowed: &[],
        why: "the mixer is pure: no sockets, files or threads of its own, and time is handed in",
    },
    PathRule {
        below: &[SOUND],
        except: &[],
        watched: &[
            "torg_protocol",
            "torg_space",
            "torg_mix",
            "torg_record",
            "torg_server",
            "torg_client",
            "torg_tests",
        ],
        allowed: &[
            "torg_protocol::geometry::BACKGROUND_GAIN_DB",
            "torg_mix::codec",
            "torg_mix::limits::PACKET_SAMPLES_MAX",
            "torg_mix::FRAME_SAMPLES",
            "torg_mix::STEREO_SAMPLES",
            "torg_mix::SAMPLE_RATE_HZ",
        ],
        why: "a sound is a file on its way to packets: it knows the codec and how loud it is to be, and nothing else",
    },
    PathRule {
        below: &["server/sound/src/"],
        except: &["server/sound/src/tests"],
        watched: &["tokio", "std::net", "std::fs", "std::env", "std::thread", "std::time", "Instant", "SystemTime"],
        allowed: &[],
        why: "a sound is pure: bytes are handed in, and whoever plays it keeps the time",
    },
    PathRule {
        below: &["server/src/", "server/tests/", "tests/tests/", "tests/src/"],
        except: &["server/src/media/mixer"],
        watched: &["torg_mix"],
        allowed: &[],
        why: "the mixer is named in one module: all others speak of mixes",
    },
    PathRule {
        below: &["server/src/", "server/tests/", "tests/tests/", "tests/src/"],
        except: &[],
        watched: &["sqlx"],
        allowed: &[],
        why: "databases are named in the record's crate, so that all others speak of entries",
    },
    PathRule {
        below: &[SERVER],
        except: &["server/src/keeper"],
        watched: &["torg_space::Space", "torg_space::*", "torg_space::Command", "torg_space::Ask"],
        allowed: &[],
        why: "one task owns one space: only the keeper calls it, all others send it mail",
    },
    PathRule {
        below: &["server/src/media"],
        except: &[],
        watched: &["torg_space", "torg_protocol"],
        allowed: &[
            "torg_space::Routes",
            "torg_space::ListenerRoutes",
            "torg_space::Mix",
            "torg_space::ListenerMix",
            "torg_space::OwnMix",
            "torg_space::MixSource",
            "torg_space::Bed",
            "torg_space::BedId",
            "torg_protocol::ids",
            "torg_protocol::units",
            "torg_protocol::limits",
            "torg_protocol::message::Refusal",
            "torg_protocol::message::RefusalCode",
            "torg_protocol::message::OfferedTrack",
            "torg_protocol::message::TrackPurpose",
        ],
        why: "the media plane knows ids, routes and mixes, never positions, tables or roles",
    },
    PathRule {
        below: &[SERVER],
        except: &["server/src/media/peer"],
        watched: &["rtc"],
        allowed: &[],
        why: "the WebRTC library is named in one module, so that another can take its place",
    },
    PathRule {
        below: &["client/src/", "client/tests/"],
        except: &["client/src/rtc"],
        watched: &["rtc", "webrtc"],
        allowed: &[],
        why: "the WebRTC library is named in one module, so that another can take its place",
    },
    PathRule {
        below: &["client/"],
        except: &[],
        watched: &["torg_server", "torg_space", "torg_record", "torg_mix", "torg_sound"],
        allowed: &[],
        why: "a client knows the server by the protocol alone",
    },
];

/// Parts of the server that send each other mail and know only the mailbox.
const SERVER_PARTS: [&str; 7] = ["http", "session", "media", "store", "record", "keeper", "webhooks"];

/// What a crate may have of ours, for its build and its tests.
const MANIFESTS: &[(&str, &[&str])] = &[
    ("protocol/Cargo.toml", &[]),
    ("server/space/Cargo.toml", &["torg-protocol"]),
    ("server/mix/Cargo.toml", &["torg-protocol", "torg-space"]),
    ("server/record/Cargo.toml", &["torg-protocol"]),
    ("server/sound/Cargo.toml", &["torg-mix", "torg-protocol"]),
    ("server/Cargo.toml", &["torg-mix", "torg-protocol", "torg-record", "torg-sound", "torg-space"]),
    ("client/Cargo.toml", &["torg-protocol"]),
    ("tests/xtask/Cargo.toml", &[]),
];

pub(crate) fn check(source: &Source, findings: &mut Vec<Finding>) {
    match source.syntax {
        Syntax::Rust => {
            check_paths(source, findings);
            check_server_parts(source, findings);
        }
        Syntax::Script | Syntax::Svelte => check_web(source, findings),
        Syntax::Manifest => check_manifest(source, findings),
        Syntax::Style => {}
    }
}

/// Whether a path is the module or item `prefix`, or lies below it.
fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn check_paths(source: &Source, findings: &mut Vec<Finding>) {
    let is_in = |folders: &[&str]| folders.iter().any(|folder| source.path.starts_with(folder));
    for rule in PATH_RULES.iter().filter(|rule| is_in(rule.below) && !is_in(rule.except)) {
        for named in rust_paths(source) {
            let one_of = |prefixes: &[&str]| prefixes.iter().any(|prefix| is_below(&named.path, prefix));
            if one_of(rule.watched) && !one_of(rule.allowed) {
                findings.push(Finding::new(source, named.line, format!("names `{}`, but {}", named.path, rule.why)));
            }
        }
    }
}

fn check_server_parts(source: &Source, findings: &mut Vec<Finding>) {
    let Some(inside) = source.path.strip_prefix(SERVER) else { return };
    let own = inside.split(['/', '.']).next().unwrap_or("");
    if !SERVER_PARTS.contains(&own) {
        return;
    }
    for named in rust_paths(source) {
        let other = SERVER_PARTS.iter().find(|part| is_below(&named.path, &format!("crate::{part}")));
        if let Some(other) = other.filter(|other| **other != own) {
            let why =
                format!("`{own}` imports `{other}`, but the server's parts know only the mailbox, not each other");
            findings.push(Finding::new(source, named.line, why));
        }
    }
}

fn check_manifest(source: &Source, findings: &mut Vec<Finding>) {
    let Some((_, allowed)) = MANIFESTS.iter().find(|(path, _)| *path == source.path) else { return };
    for (index, line) in source.code.lines().enumerate() {
        let name = line.split(['.', '=', ' ']).next().unwrap_or("");
        if name.starts_with("torg-") && !allowed.contains(&name) {
            let why = format!("depends on {name}, which is not below it: see the map in ARCHITECTURE.md");
            findings.push(Finding::new(source, index + 1, why));
        }
    }
}

const WEB: &str = "client/web/src/";

/// Folders of the web app that a person sees; they read the world and call the core by its ports.
const FACE: [&str; 3] = ["scene", "panels", "face"];

/// Calls that reach out of the page, and the one place of each.
const NETWORK: &[(&str, &str)] = &[
    ("new WebSocket(", "client/web/src/wire/"),
    (" fetch(", "client/web/src/wire/"),
    ("new RTCPeerConnection(", "client/web/src/sound/"),
];

fn check_web(source: &Source, findings: &mut Vec<Finding>) {
    let Some(inside) = source.path.strip_prefix(WEB) else { return };
    for (call, place) in NETWORK {
        if let Some(at) = source.code.find(call).filter(|_| !source.path.starts_with(place)) {
            let why = format!("`{call}…)` belongs below {place}: one place wires the network");
            findings.push(Finding::new(source, source.code[..at].lines().count().max(1), why));
        }
    }
    let folder = inside.split('/').next().unwrap_or("");
    for Import { line, module, only_types } in imports(source) {
        let inner = ["wire/", "sound/"].iter().any(|core| module.starts_with(&format!("{WEB}{core}")));
        // The generated file holds the protocol's words and bounds; it does nothing.
        let words = module.trim_end_matches(".ts") == "client/web/src/wire/types";
        if FACE.contains(&folder) && inner && !words && !only_types {
            let why = "what people see reads the world and the ports, never the inside of wire or sound".to_owned();
            findings.push(Finding::new(source, line, why));
        }
        let back = FACE.iter().any(|face| module.starts_with(&format!("{WEB}{face}/")));
        if ["wire", "world", "sound"].contains(&folder) && back {
            let why = "the core never touches the page: the face calls it, not the other way round".to_owned();
            findings.push(Finding::new(source, line, why));
        }
    }
}

/// Only one file opens the websocket, and one the peer connection.
pub(crate) fn check_tree(sources: &[Source], findings: &mut Vec<Finding>) {
    for (call, _) in NETWORK {
        let callers = sources.iter().filter(|source| source.path.starts_with(WEB) && source.code.contains(call));
        for second in callers.skip(1) {
            let why = format!("a second file has `{call}…)`: only one file of the web app wires the network");
            findings.push(Finding::new(second, 1, why));
        }
    }
}

#[cfg(test)]
mod tests;
