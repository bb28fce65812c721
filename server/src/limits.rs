//! Every bound of the server outside the media plane, and why it is what it is.
//!
//! The wire's own bounds stand in [`torg_protocol::limits`], the media plane's in `media::limits`.

use std::time::Duration;
use torg_protocol::units::DurationMs;

/// How long a new connection may take until its first bytes say what it is. A slow radio link needs two round
/// trips of a second; more is somebody holding the door.
pub const FIRST_BYTES_WAIT: Duration = Duration::from_secs(5);

/// How long the TLS handshake may take.
pub const TLS_HANDSHAKE_WAIT: Duration = Duration::from_secs(10);

/// How often the files of certificate and key are looked at. A certificate is renewed days before the old one ends.
pub const CERTIFICATE_LOOK_EVERY: Duration = Duration::from_secs(60);

/// How long the head of an HTTP request may take.
pub const HTTP_HEAD_WAIT: Duration = Duration::from_secs(10);

/// Connections that have not said yet what they are. Each holds a file descriptor and a task and nothing else.
pub const HALF_OPEN_MAX: usize = 256;

/// Connections in all (pages, websockets, media over TCP): below the usual limit of 65,536 descriptors, above
/// what the largest meeting needs twenty times over.
pub const CONNECTIONS_MAX: usize = 20_000;

/// Media connections over TCP that wait to be taken by the media plane.
pub const MEDIA_TCP_QUEUE: usize = 64;

/// How long a websocket may take to its hello.
pub const HELLO_WAIT: Duration = Duration::from_secs(10);

/// Websockets that have not said hello yet.
pub const WITHOUT_HELLO_MAX: usize = 512;

/// The largest websocket message that is read at all. Up to here a message that is too long gets its refusal
/// and the session goes on; beyond, the connection ends.
pub const WEBSOCKET_BYTES_MAX: usize = 4 * torg_protocol::limits::OFFER_BYTES_MAX;

/// How often the server pings a websocket. Three missed make ten seconds at most until a dead line is noticed.
pub const KEEPALIVE_EVERY: Duration = Duration::from_secs(3);

/// Silence after which a websocket is dead.
pub const SILENCE_MAX: Duration = Duration::from_secs(9);

/// What the system may hold of what a client has not read yet, bytes. Left alone it grows to megabytes, and a slow
/// client would be told of a square of half a minute ago before anybody notices that it has fallen behind.
pub const SEND_BUFFER_BYTES: usize = 128 * 1024;

/// How long the last words of a session may take to be written.
pub const LAST_WORDS_WAIT: Duration = Duration::from_secs(2);

/// How long a closed websocket waits for the client to close it too, so that the last words are not cut off.
pub const CLOSE_WAIT: Duration = Duration::from_secs(1);

/// Messages beyond the rate that are passed over in a row before the session is ended.
pub const TOO_FREQUENT_MAX: u32 = 1_000;

/// Offers a minute of one session: each makes a peer connection. A client on a bad line tries every few seconds.
pub const OFFERS_PER_MINUTE: u32 = 20;

/// Characters of the tokens in a hello; ours have 43.
pub const TOKEN_CHARS_MAX: usize = 128;

/// Messages in one client's outbox: 25 ticks a second (motion, levels) and events for ten seconds.
pub const OUTBOX_MESSAGES_MAX: usize = 512;

/// Bytes in one client's outbox. The welcome of 1,000 people is 300 kB; two of them and then some.
pub const OUTBOX_BYTES_MAX: usize = 1024 * 1024;

/// Messages waiting for one keeper. A keeper takes them all every tick, so this is 2,000 people's burst.
pub const KEEPER_INBOX_MAX: usize = 4_096;

/// Messages that a keeper handles before it looks at its clock again.
pub const KEEPER_BATCH_MAX: usize = 256;

/// Questions waiting for the registry of spaces.
pub const REGISTRY_INBOX_MAX: usize = 256;

/// Messages waiting for the media plane.
pub const MEDIA_INBOX_MAX: usize = 1_024;

/// How often a keeper advances its space and sends motion and levels.
pub const TICK: Duration = Duration::from_millis(50);

/// Ticks between two counts of who hears whom: 0.25 s.
pub const TICKS_PER_HEARD: u32 = 5;

/// Age at which a worker's flow counts no more, milliseconds: four missed tellings.
pub const FLOW_STALE_MS: u64 = 2_000;

/// How long a space without anybody in it is kept running.
pub const EMPTY_SPACE_KEPT: Duration = Duration::from_secs(60);

/// How often the registry looks whether the links of running spaces were renewed.
pub const RENEWAL_LOOK_EVERY: Duration = Duration::from_secs(1);

/// Times a session asks the registry for its keeper when the keeper ends at that very moment.
pub const JOIN_TRIES: usize = 3;

/// Spaces in one data folder. Each is a file of some kB; a folder of more wants another kind of store.
pub const SPACES_MAX: usize = 10_000;

/// Bytes of a request to make a space: 1,000 walls, 200 tables and 100 zones with long names are 120 kB.
pub const NEW_SPACE_BYTES_MAX: usize = 256 * 1024;

/// Bytes of a space's file. What is longer was not written by us.
pub const SPACE_FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// How long a stopping server waits for its clients to read their goodbye.
pub const DRAIN_WAIT: Duration = Duration::from_secs(3);

/// Appends of one space on their way to the record. Each is somebody waiting; more than a full space waits refuse.
pub const RECORD_INBOX_MAX: usize = 1_024;

/// How long after a failure the keeper tries again to write what nobody asked for: visits and bells.
pub const RECORD_RETRY_MS: u64 = 1_000;

/// Stays at tables that could not be written yet. A full hour of the largest meeting, everybody moving every 5 minutes.
pub const STAYS_UNSAVED_MAX: usize = 20_000;

/// Bytes of a request that plans the day: a description of 2,000 characters, each escaped, is 24 kB.
pub const CALL_BYTES_MAX: usize = 64 * 1024;

/// How long a request waits for a space's answer. A disk that is full or slow answers within a second or two.
pub const CALL_WAIT: Duration = Duration::from_secs(20);

/// Reading requests a second with one token over a longer time: a wall screen and a script of each of a few helpers
/// who look every second. A list of 2,000 topics is a megabyte.
pub const READS_PER_SECOND: u32 = 50;

/// Reading requests that may come at once on top.
pub const READS_BURST: u32 = 300;

/// Changing requests a second with one token over a longer time. Each is written to disk and told to everybody.
pub const WRITES_PER_SECOND: u32 = 50;

/// Changing requests that may come at once on top: whoever brings a plan from elsewhere posts as many topics as a space
/// holds, and its slots, in one go.
pub const WRITES_BURST: u32 = 3_000;

/// Spaces a second that one token, or this machine, makes over a longer time: each is a file, and a map to be checked,
/// which takes a second of CPU for the largest.
pub const SPACES_MADE_PER_SECOND: u32 = 5;

/// Spaces that may be made at once on top: one for each class of a school.
pub const SPACES_MADE_BURST: u32 = 100;

/// Callers whose rate is kept in mind: some bytes each. Wrong tokens count too, since they are counted before they are
/// looked at.
pub const RATE_KEYS_MAX: usize = 50_000;

/// Visits in one answer of a keeper to the API, which asks until it has all: as many take some milliseconds to put
/// together, and the square must not stand still for longer.
pub const VISITS_A_PAGE: usize = 2_000;

/// Who may be told of what happens. Each has a queue of its own, and one is the rule.
pub const WEBHOOK_TARGETS_MAX: usize = 16;

/// What waits to be told to one target, and what waits to be handed to all of them: every space's slots of a day, while
/// the target is down. Each is some hundred bytes.
pub const WEBHOOKS_WAITING_MAX: usize = 2_000;

/// Older than this nothing is told any more, however often the server was stopped: nobody can use it.
pub const WEBHOOK_AGE_MAX: DurationMs = DurationMs(3 * 24 * 3_600_000);

/// Bytes of one letter on disk: the longest names of a space and a slot have some hundred.
pub const WEBHOOK_FILE_BYTES_MAX: u64 = 64 * 1024;

/// What is told to one target at the same moment: many squares ring at the full hour.
pub const WEBHOOKS_AT_ONCE_MAX: usize = 4;

/// How long one try may take, from looking the name up to the answer.
pub const WEBHOOK_WAIT: Duration = Duration::from_secs(15);

/// Addresses of one name that are tried.
pub const WEBHOOK_ADDRESSES_MAX: usize = 4;

/// Tries until a webhook is given up: with the pauses below, over some ten hours.
pub const WEBHOOK_TRIES_MAX: u32 = 12;

/// The pause after the first try, and by what it grows with each. A target that is started again is back in seconds.
pub const WEBHOOK_PAUSE_FIRST: Duration = Duration::from_secs(2);
/// See [`WEBHOOK_PAUSE_FIRST`].
pub const WEBHOOK_PAUSE_FACTOR: u32 = 4;

/// The longest pause between two tries.
pub const WEBHOOK_PAUSE_MAX: Duration = Duration::from_secs(2 * 3_600);

/// Stays in one append. Each makes a handful of facts, and the record takes a thousand entries at once.
pub const STAYS_AN_APPEND_MAX: usize = 100;

/// Facts between two snapshots: reading as many at a start takes some hundred milliseconds.
pub const FACTS_A_SNAPSHOT: usize = 10_000;

/// How long a stopping space waits for what is on its way to the record.
pub const LAST_WRITES_WAIT: Duration = Duration::from_secs(2);

/// People waiting in one lobby: each holds a websocket.
pub const LOBBY_MAX: usize = 500;

/// Lasting changes a second of one client over a longer time. Each is written to disk and told to everybody.
pub const CHANGES_PER_SECOND: u32 = 10;

/// Lasting changes that may come at once on top: marking every topic of a large board.
pub const CHANGES_BURST: u32 = 150;

/// How often it is looked whether people sit without their convener, in ticks: once a second.
pub const TICKS_PER_ABSENCES: u32 = 20;

/// How long nobody sits down at a table that is to go, while the map without it is being written. A write takes
/// milliseconds; one that takes longer than this has failed.
pub const TABLES_GO_MAX: DurationMs = DurationMs(3_000);

/// How long somebody waits for an answer at the door before it is listened to what they say meanwhile.
pub const LOBBY_LISTENS_AFTER: Duration = Duration::from_secs(1);

/// A stream whose packets have stopped for so long makes room for the next one by the same token: it is the same program,
/// which lost its line. The media plane tells of packets for 1.2 s after the last, so they stopped 3 s ago at least.
pub const STREAM_SILENT_MAX: DurationMs = DurationMs(2_000);

/// How long a peer connection of a standard door may take to come up. Browsers give up after half a minute too.
pub const DOOR_COMES_UP_MAX: DurationMs = DurationMs(30_000);

/// Programs a second that come in by one token over a longer time. Each is written down, told to everybody, and makes a
/// peer connection.
pub const DOORS_PER_SECOND: u32 = 5;

/// Programs that may come in at once on top: every loudspeaker of a house, after a new start of the server.
pub const DOORS_BURST: u32 = 100;

/// Sounds that are played in one space at once: a talk, and music under it. Each takes one of four places of those who
/// speak to all.
pub const SOUNDS_MAX: usize = 2;

/// Sounds that are read at the same moment, in all spaces. Each takes a core for a second or two while its beginning is
/// listened to, and up to 64 MiB.
pub const SOUNDS_READ_AT_ONCE_MAX: usize = 2;

/// How long the body of a sound may take: 64 MiB over a line of 5 Mbit/s.
pub const SOUND_WAIT: Duration = Duration::from_secs(120);

/// Bytes of a bell: 15 s of CD are 2.6 MB, of mono half as much.
pub const BELL_BYTES_MAX: usize = 2 * 1024 * 1024;

/// How long a bell may last, milliseconds. What rings for longer is no bell.
pub const BELL_MS_MAX: u64 = 15_000;

/// A bell that is due for longer is not rung any more: the space slept when it was, and nobody waits for it.
pub const BELL_LATE_MAX: DurationMs = DurationMs(10_000);

/// Names of ICE sessions in one offer that are kept in mind. An offer has one, or one a section where nothing is bundled.
pub const ICE_SESSIONS_MAX: usize = 16;

/// Bytes of a description of new candidates (RFC 8840). A client that gathers for long has some twenty.
pub const CANDIDATES_BYTES_MAX: usize = 16 * 1024;
