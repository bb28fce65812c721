//! The committed TypeScript types are those of the Rust types: `cargo xtask codegen` writes them anew.

use std::path::Path;
use torg_protocol::agenda::{
    AgendaView, Cell, Comment, LanguageTag, NamedPerson, Need, Slot, SlotKind, TopicCard, TopicDetail, Visit,
};
use torg_protocol::geometry::{HearingPreset, Point, Segment, Walk};
use torg_protocol::ids::{
    AudioSlotIndex, CommentId, ParticipantId, RequestId, SeatIndex, SlotId, SpaceId, TableId, TopicId, VisitId, ZoneId,
};
use torg_protocol::map::{MapSpec, TableSpec, TableWall, ZoneKind, ZoneSpec};
use torg_protocol::message::{
    Change, ClientMessage, Destination, Door, GoodbyeReason, HelpCall, Made, MediaState, OfferedTrack, ParticipantView,
    Refusal, RefusalCode, ServerMessage, SlotText, SpaceView, Start, TopicText, TrackPurpose, Uplink, Waiting, Welcome,
};
use torg_protocol::people::{
    Addressed, Broadcast, Bumblebee, Listening, Microphone, ParticipantKind, PieceMove, Place, Plenum, Presence, Role,
    TalkingPiece,
};
use torg_protocol::text::{Label, PersonName, Prose, Title};
use torg_protocol::units::{DurationMs, MurmurPercent, TimeMs, VoiceLevel};
use torg_protocol::{PROTOCOL_VERSION, limits};
use ts_rs::{Config, TS};

macro_rules! declarations {
    ($($type:ty),* $(,)?) => {{
        let config = Config::new();
        [$(<$type as TS>::decl(&config)),*].map(|declaration| format!("export {declaration}\n")).join("\n")
    }};
}

/// What messages are made of.
fn words() -> String {
    declarations![
        ParticipantId,
        TableId,
        ZoneId,
        SeatIndex,
        AudioSlotIndex,
        SlotId,
        TopicId,
        CommentId,
        VisitId,
        RequestId,
        SpaceId,
        TimeMs,
        DurationMs,
        VoiceLevel,
        MurmurPercent,
        PersonName,
        Label,
        Title,
        Prose,
        Point,
        Segment,
        HearingPreset,
        TableWall,
        TableSpec,
        ZoneKind,
        ZoneSpec,
        MapSpec,
        ParticipantKind,
        Role,
        Microphone,
        Listening,
        Addressed,
        Broadcast,
        TalkingPiece,
        PieceMove,
        Plenum,
        Bumblebee,
        Presence,
        Place,
        Walk,
        LanguageTag,
        SlotKind,
        Slot,
        Cell,
        NamedPerson,
        Need,
        TopicCard,
        Comment,
        Visit,
        TopicDetail,
        AgendaView,
    ]
}

/// The messages and what is only in them.
fn messages() -> String {
    declarations![
        TopicText,
        SlotText,
        Door,
        Destination,
        Change,
        Start,
        TrackPurpose,
        OfferedTrack,
        ClientMessage,
        RefusalCode,
        Refusal,
        GoodbyeReason,
        Uplink,
        MediaState,
        Made,
        Waiting,
        HelpCall,
        ParticipantView,
        SpaceView,
        Welcome,
        ServerMessage,
    ]
}

#[test]
fn the_committed_types_are_fresh() {
    let types = words() + "\n" + &messages();
    let text = format!(
        "// Written by `cargo xtask codegen` from the crate torg-protocol. Do not edit.\n\n\
         export const PROTOCOL_VERSION = {PROTOCOL_VERSION};\n\
         export const AUDIO_SLOTS = {};\n\
         export const NAME_CHARS_MAX = {};\n\
         export const TITLE_CHARS_MAX = {};\n\
         export const PROSE_CHARS_MAX = {};\n\n{types}",
        limits::AUDIO_SLOTS,
        limits::NAME_CHARS_MAX,
        limits::TITLE_CHARS_MAX,
        limits::PROSE_CHARS_MAX,
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/web/src/wire/types.ts");
    if std::env::var_os("TORG_CODEGEN").is_some() {
        std::fs::write(&path, &text).expect("the types can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "client/web/src/wire/types.ts is stale: run `cargo xtask codegen` and commit it");
}
