// Written by `cargo xtask codegen` from the crate torg-protocol. Do not edit.

export const PROTOCOL_VERSION = 1;
export const AUDIO_SLOTS = 8;
export const NAME_CHARS_MAX = 60;
export const TITLE_CHARS_MAX = 140;
export const PROSE_CHARS_MAX = 2000;

export type ParticipantId = number & { readonly __brand: 'ParticipantId' };

export type TableId = number & { readonly __brand: 'TableId' };

export type ZoneId = number & { readonly __brand: 'ZoneId' };

export type SeatIndex = number & { readonly __brand: 'SeatIndex' };

export type AudioSlotIndex = number & { readonly __brand: 'AudioSlotIndex' };

export type SlotId = number & { readonly __brand: 'SlotId' };

export type TopicId = number & { readonly __brand: 'TopicId' };

export type CommentId = number & { readonly __brand: 'CommentId' };

export type VisitId = number & { readonly __brand: 'VisitId' };

export type RequestId = number & { readonly __brand: 'RequestId' };

export type SpaceId = string & { readonly __brand: 'SpaceId' };

export type TimeMs = number & { readonly __brand: 'TimeMs' };

export type DurationMs = number & { readonly __brand: 'DurationMs' };

export type VoiceLevel = number & { readonly __brand: 'VoiceLevel' };

export type MurmurPercent = number & { readonly __brand: 'MurmurPercent' };

export type PersonName = string;

export type Label = string;

export type Title = string;

export type Prose = string;

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

export type ParticipantKind = "person" | "listener" | "stream" | "sound";

export type Role = "host" | "co_host" | "facilitator" | "convener" | "reporter" | "helper" | "participant";

export type Microphone = "absent" | "muted" | "on";

export type Listening = "forwarded" | "mixed";

export type Addressed = { "kind": "everybody", } | { "kind": "zone", 
/**
 * Which.
 */
zone: ZoneId, } | { "kind": "conveners", };

export type Broadcast = { 
/**
 * Who.
 */
speaker: ParticipantId, 
/**
 * To whom.
 */
to: Addressed, 
/**
 * Whether it is there to be talked over: music in a break, a chime. Nothing else is quieter meanwhile.
 */
background: boolean, };

export type TalkingPiece = { 
/**
 * Which table.
 */
table: TableId, 
/**
 * Who holds the piece; nobody when it lies in the middle, for whoever takes it.
 */
holder: ParticipantId | null, };

export type PieceMove = { "kind": "bring", } | { "kind": "put_away", } | { "kind": "give", 
/**
 * Who.
 */
to: ParticipantId, } | { "kind": "take", } | { "kind": "lay_down", };

export type Plenum = { 
/**
 * Who called.
 */
by: ParticipantId, 
/**
 * To which zone; nothing means the middle of the square.
 */
zone: ZoneId | null, 
/**
 * When people are walked, by the server's clock.
 */
at: TimeMs, 
/**
 * How many declined.
 */
declined: number, };

export type Bumblebee = { 
/**
 * Who.
 */
participant: ParticipantId, 
/**
 * Which table.
 */
table: TableId, };

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

export type LanguageTag = string & { readonly __brand: 'LanguageTag' };

export type SlotKind = "plenum" | "topics" | "break";

export type Slot = { 
/**
 * Which.
 */
id: SlotId, 
/**
 * What it is called: "Round 1".
 */
name: Label, 
/**
 * What happens in it.
 */
kind: SlotKind, 
/**
 * When it opens, the server's time.
 */
starts_at: TimeMs, 
/**
 * When it closes; later than it opens.
 */
ends_at: TimeMs, };

export type Cell = { 
/**
 * The slot; one of [`SlotKind::Topics`].
 */
slot: SlotId, 
/**
 * The table.
 */
table: TableId, };

export type NamedPerson = { 
/**
 * Who, if they have been in the space.
 */
participant: ParticipantId | null, 
/**
 * Their name.
 */
name: PersonName, };

export type Need = "quiet" | "screen" | "closed" | "facilitator";

export type TopicCard = { 
/**
 * Which.
 */
id: TopicId, 
/**
 * What it is called.
 */
title: Title, 
/**
 * Who brings it.
 */
convener: NamedPerson, 
/**
 * Who brings it along with them.
 */
co_conveners: Array<NamedPerson>, 
/**
 * The slot that they would like.
 */
wish: SlotId | null, 
/**
 * Where it is placed; in the tray while nowhere.
 */
placed: Cell | null, 
/**
 * What it needs.
 */
needs: Array<Need>, 
/**
 * The language it is held in; any if none is named.
 */
language: LanguageTag | null, 
/**
 * How many would like to come.
 */
interested: number, 
/**
 * How many comments there are.
 */
comments: number, 
/**
 * A topic that this one's convener was asked to merge with, by that one's convener.
 */
merge_proposed_by: TopicId | null, };

export type Comment = { 
/**
 * Which.
 */
id: CommentId, 
/**
 * Who wrote it.
 */
by: NamedPerson, 
/**
 * When.
 */
at: TimeMs, 
/**
 * What.
 */
text: Prose, };

export type Visit = { 
/**
 * Which.
 */
id: VisitId, 
/**
 * Who.
 */
who: NamedPerson, 
/**
 * Where.
 */
table: TableId, 
/**
 * The topic that the table had then.
 */
topic: TopicId | null, 
/**
 * The slot that it was in.
 */
slot: SlotId | null, 
/**
 * From when.
 */
from: TimeMs, 
/**
 * Until when; nothing while it goes on.
 */
to: TimeMs | null, };

export type TopicDetail = { 
/**
 * Which topic.
 */
topic: TopicId, 
/**
 * What it is about, and why.
 */
description: Prose, 
/**
 * What people wrote under it, oldest first.
 */
comments: Array<Comment>, 
/**
 * Who has been at its table: for its conveners and for hosts, else nothing.
 */
visits: Array<Visit> | null, };

export type AgendaView = { 
/**
 * The slots, by start, then by id.
 */
slots: Array<Slot>, 
/**
 * The topics, by id; withdrawn and merged ones are not among them.
 */
topics: Array<TopicCard>, 
/**
 * The topics that you marked.
 */
my_interests: Array<TopicId>, };

export type TopicText = { 
/**
 * Its title.
 */
title: string, 
/**
 * What it is about, and why.
 */
description: string, 
/**
 * The slot that its conveners would like.
 */
wish: SlotId | null, 
/**
 * What it needs.
 */
needs: Array<Need>, 
/**
 * The language it is held in.
 */
language: LanguageTag | null, };

export type SlotText = { 
/**
 * Its name.
 */
name: string, 
/**
 * What happens in it.
 */
kind: SlotKind, 
/**
 * When it opens.
 */
starts_at: TimeMs, 
/**
 * When it closes.
 */
ends_at: TimeMs, };

export type Door = "open" | "lobby" | "locked";

export type Destination = { "at": Point } | { "table": TableId };

export type Change = { "type": "post_topic", 
/**
 * What it says.
 */
topic: TopicText, 
/**
 * Where to place it at once; first come, first placed.
 */
at?: Cell | null, 
/**
 * Place it although the convener has another topic at that time.
 */
anyway?: boolean | null, } | { "type": "edit_topic", 
/**
 * Which.
 */
topic: TopicId, 
/**
 * What it says from now on, whole.
 */
text: TopicText, } | { "type": "place_topic", 
/**
 * Which.
 */
topic: TopicId, 
/**
 * Where.
 */
at: Cell, 
/**
 * Place it although a convener has another topic at that time.
 */
anyway?: boolean | null, } | { "type": "unplace_topic", 
/**
 * Which.
 */
topic: TopicId, } | { "type": "withdraw_topic", 
/**
 * Which.
 */
topic: TopicId, } | { "type": "set_co_conveners", 
/**
 * Which.
 */
topic: TopicId, 
/**
 * Who.
 */
participants: Array<ParticipantId>, } | { "type": "propose_merge", 
/**
 * The asker's own topic, which stays.
 */
topic: TopicId, 
/**
 * The topic that would go into it.
 */
with: TopicId, } | { "type": "answer_merge", 
/**
 * The topic that would go.
 */
topic: TopicId, 
/**
 * Whether it does.
 */
agree: boolean, } | { "type": "host_topic", 
/**
 * Which.
 */
topic: TopicId, } | { "type": "set_interest", 
/**
 * To which topic.
 */
topic: TopicId, 
/**
 * Whether.
 */
interested: boolean, } | { "type": "add_comment", 
/**
 * Which.
 */
topic: TopicId, 
/**
 * What.
 */
text: string, } | { "type": "remove_comment", 
/**
 * Of which topic.
 */
topic: TopicId, 
/**
 * Which.
 */
comment: CommentId, } | { "type": "add_slot", 
/**
 * What it is.
 */
slot: SlotText, } | { "type": "edit_slot", 
/**
 * Which.
 */
slot: SlotId, 
/**
 * What it is from now on, whole.
 */
text: SlotText, } | { "type": "remove_slot", 
/**
 * Which.
 */
slot: SlotId, } | { "type": "grant_role", 
/**
 * Whom.
 */
participant: ParticipantId, 
/**
 * Which.
 */
role: Role, } | { "type": "admit", 
/**
 * Whom.
 */
participant: ParticipantId, } | { "type": "admit_all", } | { "type": "turn_away", 
/**
 * Whom.
 */
participant: ParticipantId, 
/**
 * What they read.
 */
words: string, } | { "type": "set_door", 
/**
 * How it stands.
 */
door: Door, } | { "type": "set_capacity", 
/**
 * People.
 */
people: number, } | { "type": "mute", 
/**
 * Whom.
 */
participant: ParticipantId, } | { "type": "ask_to_unmute", 
/**
 * Whom.
 */
participant: ParticipantId, } | { "type": "lend_word", 
/**
 * Whom.
 */
participant: ParticipantId, 
/**
 * Whether they have it.
 */
lent: boolean, } | { "type": "keep_out", 
/**
 * Which table.
 */
table: TableId, 
/**
 * Whether they stay out.
 */
kept_out: boolean, } | { "type": "move", 
/**
 * Whom.
 */
participant: ParticipantId, 
/**
 * Where.
 */
to: Destination, } | { "type": "remove", 
/**
 * Whom.
 */
participant: ParticipantId, 
/**
 * What they read.
 */
words: string, 
/**
 * Whether they may not come back.
 */
for_good: boolean, } | { "type": "call_for_help", 
/**
 * What about; may be empty.
 */
words: string, } | { "type": "end_help", 
/**
 * Whose call.
 */
participant: ParticipantId, };

export type Start = { "at": Point } | { "table": Label };

export type TrackPurpose = { "kind": "microphone", } | { "kind": "audio_slot", 
/**
 * Which of the listener's audio slots.
 */
slot: AudioSlotIndex, } | { "kind": "bed", };

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
start?: Start | null, 
/**
 * The token of who came before, perhaps days ago, from [`super::Welcome::person`]: the same person again, with
 * their topics, roles and visits. An unknown one, or one of somebody who is in already, is passed over.
 */
person?: string | null, } | { "type": "change", 
/**
 * The number of the request, chosen by the client.
 */
request: RequestId, 
/**
 * What.
 */
change: Change, } | { "type": "read_topic", 
/**
 * Which.
 */
topic: TopicId, } | { "type": "read_visits", 
/**
 * Of everybody: hosts.
 */
everybody: boolean, } | { "type": "offer", 
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
open: boolean, } | { "type": "set_listening", 
/**
 * As voices each, or as one stream.
 */
listening: Listening, 
/**
 * How loud the murmur is. The server mixes none for who has it off; with [`Listening::Forwarded`] the bed comes
 * at the level of its law, and the client turns it down.
 */
murmur: MurmurPercent, } | { "type": "speak", 
/**
 * To whom.
 */
to: Addressed, } | { "type": "end_speech", } | { "type": "end_sound", 
/**
 * Which: its participant.
 */
sound: ParticipantId, } | { "type": "move_piece", 
/**
 * Which table.
 */
table: TableId, 
/**
 * What.
 */
piece: PieceMove, } | { "type": "call_plenum", 
/**
 * To which zone; nothing means the stage, or the foyer, or the middle of the square.
 */
zone?: ZoneId | null, } | { "type": "end_plenum", } | { "type": "decline_plenum", } | { "type": "let_listen", 
/**
 * The table.
 */
table: TableId, 
/**
 * Whether they may.
 */
allowed: boolean, } | { "type": "set_name", 
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

export type RefusalCode = "protocol_version" | "malformed" | "too_large" | "too_deep" | "too_frequent" | "unknown_space" | "link" | "name" | "text" | "unknown" | "cell_taken" | "convener_busy" | "slot_closed" | "time" | "too_many" | "not_now" | "not_saved" | "door_locked" | "turned_away" | "space_full" | "place" | "unknown_table" | "table_full" | "no_way" | "not_allowed" | "behind_closed_wall" | "no_microphone" | "offer_unreadable" | "offer_lacks" | "codec" | "media_full";

export type Refusal = { 
/**
 * Which refusal it is; the app has words for each, in every language.
 */
code: RefusalCode, 
/**
 * One English sentence that says what is wrong and what to do.
 */
message: string, };

export type GoodbyeReason = "server_stops" | "space_restarts" | "fell_behind" | "replaced" | "link_revoked" | "removed" | "space_closed";

export type Uplink = "down" | "no_packets" | "flowing";

export type MediaState = "kept" | "offer";

export type Made = { "topic": TopicId } | { "slot": SlotId } | { "comment": CommentId };

export type Waiting = { 
/**
 * Who they will be.
 */
participant: ParticipantId, 
/**
 * Their name.
 */
name: PersonName, 
/**
 * Since when.
 */
since: TimeMs, };

export type HelpCall = { 
/**
 * Who.
 */
participant: ParticipantId, 
/**
 * What about.
 */
words: Prose, 
/**
 * Since when.
 */
since: TimeMs, 
/**
 * Who takes care.
 */
helper: ParticipantId | null, };

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
 * What stands behind them.
 */
kind: ParticipantKind, 
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
audio_slots: Array<ParticipantId | null>, 
/**
 * How sound comes to you.
 */
listening: Listening, 
/**
 * How loud your murmur is.
 */
murmur: MurmurPercent, 
/**
 * Who speaks over everything, in the order in which they began.
 */
broadcasts: Array<Broadcast>, 
/**
 * Whose broadcasts reach you, ascending.
 */
spoken_to: Array<ParticipantId>, 
/**
 * Who of those here was lent the word, ascending.
 */
word_lent: Array<ParticipantId>, 
/**
 * The closed tables that broadcasts stay out of, ascending.
 */
kept_out: Array<TableId>, 
/**
 * The tables at which a talking piece goes round, by table.
 */
pieces: Array<TalkingPiece>, 
/**
 * The call to the plenum that stands.
 */
plenum: Plenum | null, 
/**
 * The tables that let themselves be listened to, ascending.
 */
let_listen: Array<TableId>, 
/**
 * Who hears a table better whose wall they pass, by participant.
 */
bumblebees: Array<Bumblebee>, 
/**
 * Whether the space has a bell of its own.
 */
bell_sound: boolean, 
/**
 * The agenda and the marketplace.
 */
agenda: AgendaView, 
/**
 * By this you are the same person when you come again: kept by the client, said in its hello.
 */
person: string, };

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
closes: boolean, 
/**
 * Which request, if it was one.
 */
request: RequestId | null, } | { "type": "done", 
/**
 * Which.
 */
request: RequestId, 
/**
 * What it made.
 */
made: Made | null, } | { "type": "slot_changed", 
/**
 * As it is now.
 */
slot: Slot, } | { "type": "slot_removed", 
/**
 * Which.
 */
slot: SlotId, } | { "type": "topic_changed", 
/**
 * As it is now.
 */
topic: TopicCard, } | { "type": "topic_removed", 
/**
 * Which.
 */
topic: TopicId, 
/**
 * Where it went.
 */
into: TopicId | null, } | { "type": "my_interests", 
/**
 * All topics that you marked.
 */
topics: Array<TopicId>, } | { "type": "topic_detail" } & TopicDetail | { "type": "visits", 
/**
 * By start.
 */
visits: Array<Visit>, } | { "type": "slot_opened", 
/**
 * Which.
 */
slot: SlotId, } | { "type": "slot_closed", 
/**
 * Which.
 */
slot: SlotId, } | { "type": "who_hosts", 
/**
 * Which topic.
 */
topic: TopicId, } | { "type": "role_changed", 
/**
 * Whose.
 */
participant: ParticipantId, 
/**
 * To which.
 */
role: Role, } | { "type": "door", 
/**
 * How it stands.
 */
door: Door, 
/**
 * How many may be in.
 */
capacity: number, 
/**
 * Who waits, longest first.
 */
waiting: Array<Waiting>, } | { "type": "in_lobby", 
/**
 * What the space is called.
 */
name: Label, } | { "type": "help_calls", 
/**
 * Longest waiting first.
 */
calls: Array<HelpCall>, } | { "type": "asked_to_unmute", 
/**
 * Who.
 */
by: ParticipantId, } | { "type": "muted_by", 
/**
 * Who.
 */
by: ParticipantId, } | { "type": "answer", 
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
speaker: ParticipantId | null, } | { "type": "broadcasts_changed", 
/**
 * In the order in which they began.
 */
broadcasts: Array<Broadcast>, } | { "type": "spoken_to", 
/**
 * Ascending.
 */
speakers: Array<ParticipantId>, } | { "type": "word_lent", 
/**
 * Who.
 */
participant: ParticipantId, 
/**
 * Whether they have it.
 */
lent: boolean, } | { "type": "kept_out", 
/**
 * Ascending.
 */
tables: Array<TableId>, } | { "type": "pieces_changed", 
/**
 * By table.
 */
pieces: Array<TalkingPiece>, } | { "type": "plenum_changed", 
/**
 * Which.
 */
plenum: Plenum | null, } | { "type": "let_listen", 
/**
 * Ascending.
 */
tables: Array<TableId>, } | { "type": "bumblebee", 
/**
 * Who.
 */
participant: ParticipantId, 
/**
 * Which table.
 */
table: TableId | null, } | { "type": "bell_sound", 
/**
 * Whether.
 */
set: boolean, } | { "type": "hearing_changed", 
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
