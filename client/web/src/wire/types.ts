// Written by `cargo xtask codegen` from the crate torg-protocol. Do not edit.

export const PROTOCOL_VERSION = 1;
export const AUDIO_SLOTS = 8;
export const NAME_CHARS_MAX = 60;

export type ParticipantId = number & { readonly __brand: 'ParticipantId' };

export type TableId = number & { readonly __brand: 'TableId' };

export type SeatIndex = number & { readonly __brand: 'SeatIndex' };

export type AudioSlotIndex = number & { readonly __brand: 'AudioSlotIndex' };

export type SpaceId = string & { readonly __brand: 'SpaceId' };

export type TimeMs = number & { readonly __brand: 'TimeMs' };

export type DurationMs = number & { readonly __brand: 'DurationMs' };

export type VoiceLevel = number & { readonly __brand: 'VoiceLevel' };

export type PersonName = string;

export type Label = string;

export type Point = { x: number, y: number };

export type Segment = { 
/**
 * Where it starts.
 */
from: Point, 
/**
 * Where it ends; who arrives stands there.
 */
to: Point, 
/**
 * When it starts, by the server's clock.
 */
departed: TimeMs, 
/**
 * Speed, millimetres a second.
 */
speed_mm_s: number, };

export type HearingPreset = "close" | "room" | "hall";

export type TableWall = "open" | "closed";

export type TableSpec = { 
/**
 * Its name, unique on the map.
 */
name: Label, 
/**
 * Centre, metres from the left.
 */
x: number, 
/**
 * Centre, metres from the top.
 */
y: number, 
/**
 * Radius to the rim, metres. Seats stand inside the rim.
 */
radius_m: number, 
/**
 * How many can sit there.
 */
seats: number, 
/**
 * What its wall does to sound.
 */
wall: TableWall, };

export type ZoneKind = "stage" | "foyer" | "quiet" | "help" | "plain";

export type ZoneSpec = { 
/**
 * Its name.
 */
name: Label, 
/**
 * What it is for.
 */
kind: ZoneKind, 
/**
 * Left edge, metres.
 */
x: number, 
/**
 * Top edge, metres.
 */
y: number, 
/**
 * Width, metres.
 */
width_m: number, 
/**
 * Height, metres.
 */
height_m: number, };

export type MapSpec = { 
/**
 * Width, metres.
 */
width_m: number, 
/**
 * Height, metres.
 */
height_m: number, 
/**
 * How far voices carry at the start; a host may change it live.
 */
hearing: HearingPreset, 
/**
 * Walls as `[x1, y1, x2, y2]`, metres. Nobody walks through; sound passes.
 */
walls: Array<[number, number, number, number]>, 
/**
 * Round tables.
 */
tables: Array<TableSpec>, 
/**
 * Named areas without seats.
 */
zones: Array<ZoneSpec>, };

export type Role = "host" | "participant";

export type Microphone = "absent" | "muted" | "on";

export type Presence = "here" | "away";

export type Place = { "on": "square" } | { "on": "seat", 
/**
 * The table.
 */
table: TableId, 
/**
 * The seat.
 */
seat: SeatIndex, } | { "on": "rising", 
/**
 * The table.
 */
table: TableId, };

export type Walk = "stop" | "north" | "north_east" | "east" | "south_east" | "south" | "south_west" | "west" | "north_west";

export type Start = { "at": Point } | { "table": Label };

export type TrackPurpose = { "kind": "microphone", } | { "kind": "audio_slot", 
/**
 * Which of the listener's audio slots.
 */
slot: AudioSlotIndex, };

export type OfferedTrack = { 
/**
 * The section's identification (`a=mid`, RFC 8843).
 */
mid: string, 
/**
 * Its purpose.
 */
purpose: TrackPurpose, };

export type ClientMessage = { "type": "hello", 
/**
 * [`crate::PROTOCOL_VERSION`] of the client.
 */
protocol: number, 
/**
 * The token of the link, behind its `#`.
 */
token: string, 
/**
 * The name as typed. Refused with [`super::RefusalCode::Name`] when it cannot be one.
 */
name: string, 
/**
 * What the microphone does at the start.
 */
microphone: Microphone, 
/**
 * The resume token of an earlier session that broke off.
 */
resume?: string | null, 
/**
 * Where to stand at the start; nothing means the foyer, else the middle. Ignored when `resume` works.
 */
start?: Start | null, } | { "type": "offer", 
/**
 * The session description (RFC 8866), complete with candidates if any: there is no trickle.
 */
sdp: string, 
/**
 * What each section is for. An offer with a section not named here is refused.
 */
tracks: Array<OfferedTrack>, } | { "type": "walk", 
/**
 * The direction of the arrow keys.
 */
walk: Walk, } | { "type": "walk_to", 
/**
 * The place.
 */
to: Point, } | { "type": "join_table", 
/**
 * The table.
 */
table: TableId, } | { "type": "leave_table", } | { "type": "set_microphone", 
/**
 * What it does now.
 */
microphone: Microphone, } | { "type": "set_ears", 
/**
 * Whether what arrives is played.
 */
open: boolean, } | { "type": "set_name", 
/**
 * The name as typed.
 */
name: string, } | { "type": "set_hearing", 
/**
 * The preset.
 */
preset: HearingPreset, } | { "type": "ping", 
/**
 * Comes back in the answer.
 */
nonce: number, } | { "type": "leave", };

export type RefusalCode = "protocol_version" | "malformed" | "too_large" | "too_deep" | "too_frequent" | "unknown_space" | "link" | "name" | "space_full" | "place" | "unknown_table" | "table_full" | "no_way" | "not_allowed" | "offer_unreadable" | "offer_lacks" | "codec" | "media_full";

export type Refusal = { 
/**
 * Which refusal it is; the app has words for each, in every language.
 */
code: RefusalCode, 
/**
 * One English sentence that says what is wrong and what to do.
 */
message: string, };

export type GoodbyeReason = "server_stops" | "space_restarts" | "fell_behind" | "replaced" | "link_revoked";

export type Uplink = "down" | "no_packets" | "flowing";

export type MediaState = "kept" | "offer";

export type ParticipantView = { 
/**
 * Who.
 */
id: ParticipantId, 
/**
 * Their name.
 */
name: PersonName, 
/**
 * What they may do.
 */
role: Role, 
/**
 * Where they walk or stand.
 */
motion: Segment, 
/**
 * What holds them.
 */
place: Place, 
/**
 * What their microphone does.
 */
microphone: Microphone, 
/**
 * Whether they are connected.
 */
presence: Presence, };

export type SpaceView = { 
/**
 * Its id.
 */
id: SpaceId, 
/**
 * Its name.
 */
name: Label, 
/**
 * Its map. `hearing` in it is the preset in force.
 */
map: MapSpec, };

export type Welcome = { 
/**
 * [`crate::PROTOCOL_VERSION`] of the server.
 */
protocol: number, 
/**
 * Who you are here.
 */
you: ParticipantId, 
/**
 * What you may do.
 */
role: Role, 
/**
 * Whether this is the place of your earlier session.
 */
resumed: boolean, 
/**
 * Whether the peer connection of the earlier session still stands.
 */
media: MediaState, 
/**
 * By this you come back when the line breaks. Opaque; single use. The one before stays valid until this one is
 * used, so a welcome that is lost with the line locks nobody out.
 */
resume_token: string, 
/**
 * The server's clock at sending.
 */
server_time: TimeMs, 
/**
 * The space.
 */
space: SpaceView, 
/**
 * Everybody, you too.
 */
participants: Array<ParticipantView>, 
/**
 * What your audio slots carry, by index.
 */
audio_slots: Array<ParticipantId | null>, };

export type ServerMessage = { "type": "welcome" } & Welcome | { "type": "refused", 
/**
 * Which refusal.
 */
code: RefusalCode, 
/**
 * One English sentence.
 */
message: string, 
/**
 * Whether the server closes the connection after this.
 */
closes: boolean, } | { "type": "answer", 
/**
 * The session description, with all candidates.
 */
sdp: string, } | { "type": "entered", 
/**
 * Who, and where.
 */
participant: ParticipantView, } | { "type": "left", 
/**
 * Who.
 */
participant: ParticipantId, } | { "type": "renamed", 
/**
 * Who.
 */
participant: ParticipantId, 
/**
 * The new name.
 */
name: PersonName, } | { "type": "microphone_changed", 
/**
 * Who.
 */
participant: ParticipantId, 
/**
 * What it does now.
 */
microphone: Microphone, } | { "type": "presence_changed", 
/**
 * Who.
 */
participant: ParticipantId, 
/**
 * Whether they are here.
 */
presence: Presence, } | { "type": "place_changed", 
/**
 * Who.
 */
participant: ParticipantId, 
/**
 * What holds them now.
 */
place: Place, } | { "type": "audio_slot", 
/**
 * The slot.
 */
slot: AudioSlotIndex, 
/**
 * Who, or nobody.
 */
speaker: ParticipantId | null, } | { "type": "hearing_changed", 
/**
 * The preset.
 */
preset: HearingPreset, } | { "type": "heard", 
/**
 * How many people were sent your voice in the last 1.2 s.
 */
listeners: number, 
/**
 * How many people with open ears stand where they may hear you.
 */
in_earshot: number, 
/**
 * What arrives from you.
 */
uplink: Uplink, } | { "type": "media_lost", } | { "type": "pong", 
/**
 * As asked.
 */
nonce: number, 
/**
 * The server's clock.
 */
server_time: TimeMs, } | { "type": "goodbye", 
/**
 * Why.
 */
reason: GoodbyeReason, };
