//! Every bound and every tuned number of the engine in one place, and why it is what it is.

use torg_protocol::units::{DurationMs, TimeMs};

// ---- people

/// People in one space unless told otherwise: a large conference, served with room to spare by one core.
pub const PARTICIPANTS_MAX: usize = 1_000;

/// How long the place and seat of somebody whose connection dropped is held: changing networks takes 10 to 20 s.
pub const HOLD: DurationMs = DurationMs(30_000);

/// An arrow key that stays down repeats every 30 to 50 ms after a pause of half a second. A direction that comes
/// again within this time is the same press, so that it can't push somebody off the seat it just led to.
pub const ARROW_REPEAT: DurationMs = DurationMs(600);

/// Random places tried for somebody who names no start, before people may stand shoulder to shoulder.
pub const ARRIVAL_TRIES: usize = 24;

/// Who names no start stands at least this far from everybody else where there is room: two avatars side by side.
pub const ARRIVAL_GAP_M: f64 = 0.9;

/// Where there is no foyer people arrive within this distance of the middle: twice the reach of a full voice.
pub const ARRIVAL_REACH_M: f64 = 4.0;

// ---- coming together

/// How long after the call people are walked to the plenum: time to end a sentence, to say goodbye, or to decline.
pub const PLENUM_NOTICE: DurationMs = DurationMs(10_000);

/// Spots tried for one person who is called to the plenum. A spot that no way leads to is mostly a niche, and the next
/// is not; who is walled in themself gets to none, and each try costs a search of the whole map.
pub const PLENUM_TRIES: usize = 3;

/// Searches for a way that find none in one plenum: each looks at the whole map. After that those who are left stay where
/// they are; it takes a map whose rooms have no doors.
pub const PLENUM_IN_VAIN_MAX: usize = 64;

/// Where there is no room for all to stand [`ARRIVAL_GAP_M`] apart, they stand closer by this factor, again and again ...
pub const SPOT_GAP_SHARE: f64 = 0.75;

/// ... but not closer than this, metres: avatars that are drawn over each other, and can still be told apart. Beyond that
/// some share a spot. A thousand people fit on 10 square metres so.
pub const SPOT_GAP_M_MIN: f64 = 0.1;

/// Places looked at for one crowd of spots: 25 for each person of the largest one. More is a zone full of tables.
pub const SPOTS_LOOKED_AT_MAX: usize = 25 * PARTICIPANTS_MAX;

// ---- bodies and walls

/// Half the width of a body. A wall keeps this far from the middle of every avatar, and so does the map's edge.
pub const BODY_M: f64 = 0.3;

/// Half the thickness of a wall: a place nearer than this to its line is in the wall.
pub const WALL_HALF_M: f64 = 0.05;

/// Straight walks are planned with this much air beside the body. Rounding to the grid of whole centimetres moves
/// a place by up to 7 mm, so a body on the grid never touches what its walk was planned to pass.
pub const WALKING_MARGIN_M: f64 = 0.01;

/// Ends of walks are placed with this much air, so that after rounding the next walk still has
/// [`WALKING_MARGIN_M`].
pub const PLACING_MARGIN_M: f64 = 0.03;

/// A step shorter than this is standing still: it bounds the number of steps that sliding along walls can make.
pub const STEP_M_MIN: f64 = 0.02;

/// Below this share of the walking speed a slide along a wall is standing in front of it.
pub const SLIDE_SHARE_MIN: f64 = 0.1;

/// A person is moved this far at most out of a wall's reach to where they can stand; farther away it is another place.
pub const NUDGE_M_MAX: f64 = 0.6;

/// Rounds of moving a place out of what it touches. Two walls and an edge need three; more is a niche.
pub const NUDGE_ROUNDS: usize = 8;

/// Side of a cell of the index that finds walls and tables near a path, metres: a table and its surroundings.
pub const GROUND_CELL_M: f64 = 4.0;

/// Corners round a table at which a path may bend. Twelve make a detour 3 % longer than the arc.
pub const CORNERS_A_TABLE: usize = 12;

/// Up to this many corners every pair that sees each other is joined. On larger maps only pairs whose line grazes
/// both obstacles are, which a shortest path can bend at: few see each other then, and searches stay short.
pub const CORNERS_ALL_PAIRS_MAX: usize = 1_000;

/// Bins round a corner for what hides others from it: a table of 1.5 m fills some of them up to 50 m away.
pub const SHADOW_BINS: usize = 256;

/// About how many shapes round a corner throw shadows: those farther off hide little that a nearer one doesn't.
pub const SHADOW_SHAPES: f64 = 64.0;

/// Farthest that the search for a place to stand in the middle of a map looks, in steps a side.
pub const MIDDLE_STEPS_MAX: u32 = 100;

// ---- tables

/// The smallest table: two people knee to knee.
pub const TABLE_RADIUS_M_MIN: f32 = 0.5;

/// How far seats stand inside the rim: a body.
pub const SEAT_INSET_M: f32 = 0.3;

/// How far apart the middles of two seats are at least, metres: shoulders touch.
pub const SEAT_WIDTH_M: f32 = 0.4;

/// Who leaves a table steps this far out of the rim, so that the next press of a key doesn't lead back in.
pub const STEP_OUT_M: f64 = 0.5;

// ---- voices

/// From here on, in dB below digital overload, a microphone hears a room and nobody speaks.
pub const QUIET_MINUS_DBOV: u8 = 60;

/// At this level somebody speaks with full weight: people with a normal headset reach -30 to -20 dBov.
pub const FULL_MINUS_DBOV: u8 = 25;

/// Steps from silence to full speech.
pub const HEAT_MAX: u8 = 32;

/// One step of warmth is lost in this time, so that a loud voice counts for five seconds after it stopped: the pause
/// for thought inside one turn of a talk.
pub const COOLING: DurationMs = DurationMs(150);

/// The weight of an open microphone that nobody has spoken into lately. Small against speech, and more than nothing:
/// who is near and unmuted holds a slot before the first word.
pub const QUIET_WEIGHT: f32 = 0.05;

/// A level is told when it differs this much from the last one told: less is not seen in a ring.
pub const SHOWN_STEP_DB: u8 = 3;

/// Levels are told at most this often a person; the media plane measures ten times a second.
pub const SHOWN_EVERY: DurationMs = DurationMs(100);

// ---- audio slots

/// A slot that gets another speaker is silent for this long: the label goes by websocket, the sound by UDP, and the
/// label must be first.
pub const RELABEL_SILENCE: DurationMs = DurationMs(60);

/// Who challenges a speaker for the slot must be louder by this factor (3.5 dB: clearly, to the ear) ...
pub const CHALLENGE_RATIO: f32 = 1.5;

/// ... and for this long: longer than a laugh or a cough.
pub const CHALLENGE: DurationMs = DurationMs(500);

/// How loud who speaks over everything counts against other voices for a slot: so much that none ever challenges them.
pub const BROADCAST_SCORE: f32 = 2.0;

/// How loud a sound in the background counts for a slot that goes over everything: less than who speaks so, and more
/// than any voice in full, so that none challenges it either.
pub const BACKGROUND_SCORE: f32 = 1.25;
const _: () = assert!(1.0 < BACKGROUND_SCORE && BACKGROUND_SCORE < BROADCAST_SCORE);

/// How long what came before goes on when a listener changes from voices to one stream or back: until the other way
/// has begun, so that nothing is missed in between.
pub const SLOTS_LINGER: DurationMs = DurationMs(300);

/// Cells of the hearing grid across one earshot. Small cells make the search for the nearest end early in a crowd.
pub const CELLS_AN_EARSHOT: f32 = 4.0;

/// Cells along a side of the hearing grid at most: clearing them must stay cheaper than the people in them.
pub const CELLS_A_SIDE_MAX: f32 = 128.0;

// ---- listening in passing

/// Who stands this near to the rim of a table that lets listen, metres, listens to it: near enough to step up to it, and
/// seen by those who sit there. So the protocol says.
pub const BUMBLEBEE_REACH_M: f32 = 3.0;

/// A table that is listened to stays so this much farther away, metres, and until another is this much nearer: nobody who
/// stands on a line flickers in everybody's view.
pub const BUMBLEBEE_HYSTERESIS_M: f32 = 0.5;

// ---- own mixes

/// So much later than it is planned a mix is heard, and by so much it is planned ahead. A plan stands for a tick: half of
/// one on the mean (25 ms). The next round of the mixers takes it up (0 to 20 ms, 10 on the mean), and moves every voice
/// evenly over its frame (10 ms on the mean). The frame that an ear plays is sent when it is whole (20 ms). What the ear
/// waits for against jitter is its own, and not counted. Longer is not better: who stops or turns was planned to walk on,
/// 0.2 m as it is, which is put right with the next plan.
pub const MIX_AHEAD: DurationMs = DurationMs(65);

/// Who may be heard is never quieter than this in an own mix, though they will be out of earshot when it is heard: -80 dB,
/// silence to a mixer.
pub const OWN_GAIN_MIN: f32 = 0.000_1;

// ---- beds

/// Side of the cells that share a bed, metres: a circle of people who stand and talk ...
pub const BED_CELL_M: f32 = 4.0;

/// ... and at most this share of the earshot. A bed begins beyond the earshot of all who stand in its place, so in a
/// place nearly as wide as the earshot there would be voices that one of them hears neither by slot nor by bed.
pub const BED_CELL_SHARE: f32 = 1.0 / 3.0;

/// Who walks out of a cell keeps its bed this far, metres, so that nobody who stands on its line goes to and fro.
pub const BED_HYSTERESIS_M: f32 = 0.5;

/// How old a mix may be when it is heard: a tick of the engine, the plan on its way, the jitter buffer of a speaker, and
/// the ramp of what is taken out.
pub const MIXER_DELAY: DurationMs = DurationMs(300);

/// Nobody nearer than this to a place is in its bed, metres: farther than a listener can be from a place whose bed they
/// still hear, so that nobody hears themself.
pub const BED_NEAR_M_MIN: f32 = 1.5;

/// Voices in one bed at most, the loudest. More are one hum, and each costs a decoder.
pub const BED_SOURCES_MAX: usize = 32;

/// Who is quieter than this in a bed is not in it: -60 dB is below the noise of any microphone.
pub const BED_GAIN_MIN: f32 = 0.001;

/// A voice at the edge of earshot loses what is above this, hertz: a consonant heard across a street ...
pub const BED_LOW_PASS_HZ: f32 = 8_000.0;

/// ... and one from very far what is above this: a voice still, without words.
pub const BED_LOW_PASS_HZ_MIN: f32 = 1_000.0;

/// A wall of sound takes what is above this, hertz: one hears that somebody speaks, and rarely what.
pub const WALL_LOW_PASS_HZ: f32 = 1_500.0;

/// After a jump, or when voices carry another distance, a listener has no bed for so long: everything in it would
/// change its place at once.
pub const BED_PAUSE: DurationMs = DurationMs(200);

/// Who is farther than this from where a walk can have led, metres, has jumped.
pub const JUMP_M: f32 = 1.0;

// ---- the ledger

/// People whom one space remembers: years of a large network's meetings. Each costs a few hundred bytes.
pub const PEOPLE_REMEMBERED_MAX: usize = 100_000;

/// Names that one person can have had. What happened keeps the name of its time, so each is kept.
pub const NAMES_A_PERSON_MAX: usize = 50;

/// Topics that a space has ever had, withdrawn and merged ones among them: visits refer to them, so each is kept. Ten
/// times what a board takes, and some megabytes; more is somebody who posts and withdraws all day.
pub const TOPICS_KEPT_MAX: usize = 25_000;

/// Visits that a space has at hand, about 50 MB: fifty years of a monthly meeting of 120 people over six tables. When there
/// are more, the oldest are in the log alone.
pub const VISITS_KEPT_MAX: usize = 400_000;

/// People whom the word is lent to: one for each table of the largest map. Few speak at a time; more is a square where
/// everybody may.
pub const WORDS_LENT_MAX: usize = torg_protocol::limits::TABLES_MAX;

/// No slot ends later than the year 9999: times are written with four digits (RFC 3339).
pub const SLOT_END_MAX: TimeMs = TimeMs(253_402_300_799_999);

/// How long into a slot it is asked who will host a topic whose conveners are not there: late is not absent.
pub const ABSENT_AFTER: DurationMs = DurationMs(120_000);

/// How long until it is asked again.
pub const ASK_AGAIN_AFTER: DurationMs = DurationMs(60_000);

/// How often it is written that people sit where they sit, when nothing else is: how much of a visit is lost at most
/// when the server is killed and somebody does not come back.
pub const PULSE_EVERY: DurationMs = DurationMs(30_000);
