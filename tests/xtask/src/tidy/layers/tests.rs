//! Small texts that break each rule, and some that don't.

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
fn a_sound_knows_the_codec_and_its_loudness() {
    assert_eq!(faults("server/sound/src/sound.rs", "use torg_mix::codec::Encoder; use torg_mix::FRAME_SAMPLES;"), 0);
    assert_eq!(faults("server/sound/src/sound.rs", "use torg_mix::Desk;"), 1);
    assert_eq!(faults("server/sound/src/sound.rs", "use torg_protocol::ids::ParticipantId;"), 1);
    assert_eq!(faults("server/sound/src/sound.rs", "let bytes = std::fs::read(path);"), 1);
    assert_eq!(faults("server/src/media/player.rs", "use torg_sound::Sound;"), 0);
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
