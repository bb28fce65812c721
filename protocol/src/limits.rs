//! Every bound of the wire in one place, and why it is what it is.

/// An offer of 26 sections is 32 kB in browsers; four times that leaves room and still bounds memory.
pub const OFFER_BYTES_MAX: usize = 128 * 1024;

/// Any other message: the longest honest one (a walk, a name) is below 1 kB.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// JSON nested deeper than our deepest message (4) is garbage; it is refused before it is parsed.
pub const JSON_DEPTH_MAX: usize = 16;

/// Messages a second that one client may send over a longer time. Arrow keys repeat 30 times a second.
pub const MESSAGES_PER_SECOND: u32 = 50;

/// Messages that may come at once on top, after a stall of the network.
pub const MESSAGES_BURST: u32 = 150;

/// Characters of a participant's name: fits a seat's plate when shortened, and long double names.
pub const NAME_CHARS_MAX: usize = 60;

/// Characters of a name of a space, table or zone.
pub const LABEL_CHARS_MAX: usize = 80;

/// Characters of a topic's title: two lines on a card, and what a table can show of it.
pub const TITLE_CHARS_MAX: usize = 140;

/// Characters of a description, a comment or a message: most of a page.
pub const PROSE_CHARS_MAX: usize = 2_000;

/// Slots of one space's agenda: a week of full days.
pub const SLOTS_MAX: usize = 200;

/// Topics of one space that are not withdrawn: ten for each of the largest meetings that worked, and room.
pub const TOPICS_MAX: usize = 2_500;

/// Conveners of one topic beside the first.
pub const CO_CONVENERS_MAX: usize = 8;

/// Comments on one topic; they go to a client whole when it opens the topic.
pub const COMMENTS_MAX: usize = 200;

/// Visits in one answer, the newest: a day of the largest meeting that worked. All of them come in a file.
pub const VISITS_READ_MAX: usize = 4_000;

/// The longest slot, milliseconds: a week. A longer one is a slip of the year.
pub const SLOT_MS_MAX: u64 = 7 * 24 * 3_600_000;

/// The largest side of a map, metres: a position in whole centimetres must fit 16 bits.
pub const MAP_SIDE_M_MAX: f32 = 600.0;

/// The smallest side of a map, metres: room for one table.
pub const MAP_SIDE_M_MIN: f32 = 4.0;

/// Tables on one map: the marketplace is built for 100 topics, so twice that.
pub const TABLES_MAX: usize = 200;

/// Walls on one map. Clipping looks at each wall near the path.
pub const WALLS_MAX: usize = 1_000;

/// Zones on one map.
pub const ZONES_MAX: usize = 100;

/// Seats at one table: talk falls apart at 10; a circle for a whole workshop has 60.
pub const SEATS_MAX: u16 = 60;

/// Downstream voices a listener has at once. More than eight near voices is noise, and each costs a decoder.
pub const AUDIO_SLOTS: usize = 8;

/// Who may speak over everything at once: a host, a guest, and two from the floor. Each takes an audio slot of everybody.
pub const BROADCASTS_MAX: usize = 4;

/// Records in one binary frame, so that a frame stays below 64 KiB.
pub const FRAME_RECORDS_MAX: usize = 4_000;
