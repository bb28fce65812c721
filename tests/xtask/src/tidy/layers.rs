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
const OURS: &[&str] = &["torg_space", "torg_mix", "torg_record", "torg_server", "torg_client", "torg_tests"];

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
        watched: &["torg_protocol", "torg_space", "torg_server", "torg_client", "torg_tests"],
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
        watched: &["torg_server", "torg_space", "torg_record", "torg_mix"],
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
    ("server/Cargo.toml", &["torg-mix", "torg-protocol", "torg-record", "torg-space"]),
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
mod tests {
    use super::*;

    fn faults(path: &str, text: &str) -> usize {
        let mut findings = Vec::new();
        check(&Source::new(path, text).expect("a source file"), &mut findings);
        findings.len()
    }

    #[test]
    fn the_protocol_and_the_engine_stay_alone() {
        assert_eq!(faults("protocol/src/a.rs", "use torg_space::Space;"), 1);
        assert_eq!(faults("server/space/src/a.rs", "use torg_protocol::{ids::TableId, message::Refusal};"), 1);
        assert_eq!(faults("server/space/src/a.rs", "use torg_protocol::ServerMessage;"), 1);
        assert_eq!(faults("server/space/src/a.rs", "let now = std::time::Instant::now();"), 1);
        assert_eq!(faults("server/space/src/a.rs", "use torg_protocol::{ids, units};"), 0);
    }

    #[test]
    fn only_the_keeper_calls_the_space() {
        assert_eq!(faults("server/src/session.rs", "fn f(space: &mut torg_space::Space) {}"), 1);
        assert_eq!(faults("server/src/keeper/task.rs", "use torg_space::{Space, Command};"), 0);
        assert_eq!(faults("server/src/mailbox.rs", "use torg_space::Routes;"), 0);
    }

    #[test]
    fn the_record_knows_entries_and_not_what_they_mean() {
        assert_eq!(faults("server/record/src/log.rs", "use torg_protocol::people::Role;"), 1);
        assert_eq!(faults("server/record/src/log.rs", "use torg_space::Event;"), 1);
        assert_eq!(faults("server/record/src/log.rs", "use torg_protocol::{ids::SpaceId, units::TimeMs};"), 0);
        assert_eq!(faults("server/src/keeper/mod.rs", "use sqlx::SqlitePool;"), 1);
    }

    #[test]
    fn the_mixer_knows_what_is_to_be_mixed() {
        assert_eq!(
            faults("server/mix/src/desk.rs", "use torg_space::{Mix, MixSource}; use torg_protocol::ids::TableId;"),
            0
        );
        assert_eq!(faults("server/mix/src/desk.rs", "use torg_space::Routes;"), 1);
        assert_eq!(faults("server/mix/src/desk.rs", "use torg_protocol::geometry::Point;"), 1);
        assert_eq!(faults("server/mix/src/desk.rs", "let now = std::time::Instant::now();"), 1);
        assert_eq!(faults("server/src/media/mixer/mod.rs", "use torg_mix::Desk;"), 0);
        assert_eq!(faults("server/src/keeper/mod.rs", "use torg_mix::Desk;"), 1);
    }

    #[test]
    fn media_knows_ids_and_routes() {
        assert_eq!(faults("server/src/media/leg.rs", "use torg_protocol::people::Role;"), 1);
        assert_eq!(faults("server/src/media/leg.rs", "use torg_protocol::geometry::Point;"), 1);
        assert_eq!(faults("server/src/media/leg.rs", "use torg_space::View;"), 1);
        assert_eq!(faults("server/src/media/leg.rs", "use torg_space::Routes; use torg_protocol::ids::TableId;"), 0);
    }

    #[test]
    fn the_webrtc_library_stays_in_its_corner() {
        assert_eq!(faults("server/src/media/leg.rs", "use rtc::rtp::Packet;"), 1);
        assert_eq!(faults("server/src/media/peer/mod.rs", "use rtc::rtp::Packet;"), 0);
        assert_eq!(faults("client/src/ear.rs", "use webrtc::Track;"), 1);
        assert_eq!(faults("client/src/rtc/mod.rs", "use webrtc::Track;"), 0);
    }

    #[test]
    fn parts_of_the_server_know_the_mailbox_alone() {
        assert_eq!(faults("server/src/http/mod.rs", "use super::keeper::Keeper;"), 1);
        assert_eq!(faults("server/src/session.rs", "use crate::{mailbox::Join, media::Media};"), 1);
        assert_eq!(faults("server/src/http/page.rs", "use super::links; use crate::mailbox::Join;"), 0);
        assert_eq!(faults("server/src/lib.rs", "use crate::media::Media;"), 0);
    }

    #[test]
    fn manifests_name_only_what_is_below() {
        assert_eq!(faults("client/Cargo.toml", "[dependencies]\ntorg-server.workspace = true"), 1);
        assert_eq!(faults("server/Cargo.toml", "[dev-dependencies]\ntorg-client = { path = \"x\" }"), 1);
        assert_eq!(faults("client/Cargo.toml", "[dependencies]\ntorg-protocol.workspace = true"), 0);
    }

    #[test]
    fn the_face_stays_out_of_the_core() {
        assert_eq!(faults("client/web/src/face/a.ts", "import { open } from '../wire/socket';"), 1);
        assert_eq!(faults("client/web/src/scene/a.ts", "import type { Ear } from '../sound/ear';"), 0);
        assert_eq!(faults("client/web/src/panels/a.ts", "import { AUDIO_SLOTS } from '../wire/types';"), 0);
        assert_eq!(faults("client/web/src/world/a.ts", "import { draw } from '../scene/draw';"), 1);
        assert_eq!(faults("client/web/src/app/a.ts", "const socket = new WebSocket(url);"), 1);
        assert_eq!(faults("client/web/src/wire/a.ts", "const socket = new WebSocket(url);"), 0);
    }

    #[test]
    fn a_second_socket_is_found() {
        let open = |path| Source::new(path, "new WebSocket(url)").expect("a source file");
        let mut findings = Vec::new();
        check_tree(&[open("client/web/src/wire/a.ts"), open("client/web/src/wire/b.ts")], &mut findings);
        assert_eq!(findings.len(), 1);
    }
}
