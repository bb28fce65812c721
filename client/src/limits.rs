//! Every bound of the guest in one place, and why it is what it is.

use std::time::Duration;

/// Characters of a link's token: an unpadded base64url text of a few dozen bytes.
pub(crate) const TOKEN_CHARS_MAX: usize = 256;

/// The longest message of the server that is read. A welcome to 10,000 people is 3 MB.
pub(crate) const SERVER_MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Messages waiting to be sent to the server. Nobody says this much in a moment; a line that takes none for so
/// long is dead.
pub(crate) const OUTBOX_MESSAGES_MAX: usize = 256;

/// Things asked of a guest and not yet done.
pub(crate) const COMMANDS_MAX: usize = 64;

/// Events kept for a reader that is slow; the oldest fall out.
pub(crate) const EVENTS_KEPT_MAX: usize = 1024;

/// Packets between the network and the ear: eight voices for more than two seconds.
pub(crate) const PACKETS_WAITING_MAX: usize = 1024;

/// Packets that one audio slot holds back: far above the buffer's depth, so that only garbage meets it.
pub(crate) const JITTER_PACKETS_MAX: usize = 64;

/// Payload of a voice packet: the largest Opus frame (RFC 6716, section 3.4) is 1,275 bytes.
pub(crate) const VOICE_PAYLOAD_BYTES_MAX: usize = 1_500;

/// Datagrams of one DTLS flight that are kept for sending again. A flight with certificates has at most six.
pub(crate) const FLIGHT_DATAGRAMS_MAX: usize = 16;

/// How often a DTLS flight is sent again before the peer connection is given up.
pub(crate) const FLIGHT_RESENDS_MAX: u32 = 8;

/// Frames that the microphone sends late after a stall; what is older is skipped, as a sound card would.
pub(crate) const MICROPHONE_CATCH_UP_FRAMES_MAX: u64 = 10;

/// Seconds of a file that `--play` reads: half an hour at 48 kHz takes 345 MB.
pub(crate) const PLAY_SECONDS_MAX: u64 = 1_800;

/// Labels that a slot had lately and that are kept to know late packets by: they change once a tick at most, and
/// more than this many voices are never late at once.
pub(crate) const FORMER_LABELS_MAX: usize = 8;

/// Datagrams that one guest of a crowd reads before the others have their turn.
pub(crate) const DATAGRAMS_AT_ONCE: usize = 64;

/// People that a crowd has: each takes two sockets of this process.
pub(crate) const CROWD_GUESTS_MAX: usize = 2_000;

/// Between two guests of a crowd at the door: 50 a second come in, so that joining is not what is measured.
pub(crate) const CROWD_JOIN_PAUSE: Duration = Duration::from_millis(20);

/// Guests of a crowd that are at the door at once.
pub(crate) const CROWD_JOINING_MAX: usize = 32;

/// How long the server may take to accept the line and to say its first word.
pub(crate) const WELCOME_WAIT: Duration = Duration::from_secs(10);

/// How long the whole way from the offer to sound may take, all tries together.
pub(crate) const MEDIA_WAIT: Duration = Duration::from_secs(15);

/// The first try to bring up a peer connection: a lost datagram of the handshake can hang the library for ever,
/// so after this time it is tried anew, the next try being given as much more. On a good line it takes 60 ms,
/// over a bad one half a second.
pub(crate) const MEDIA_TRY_WAIT: Duration = Duration::from_secs(2);

/// Tries at a peer connection before the guest stays without sound.
pub(crate) const MEDIA_TRIES_MAX: u32 = 6;

/// The first pause before a broken line is tried again; it doubles up to [`RETURN_PAUSE_MAX`].
pub(crate) const RETURN_PAUSE_MIN: Duration = Duration::from_millis(100);

/// The longest pause between two tries to come back: a server that starts again is missed for no longer.
pub(crate) const RETURN_PAUSE_MAX: Duration = Duration::from_secs(1);

/// After so long without a server the guest gives up.
pub(crate) const RETURN_GIVE_UP: Duration = Duration::from_secs(120);

/// How often the clock is compared with the server's.
pub(crate) const PING_PERIOD: Duration = Duration::from_secs(5);

/// How long a goodbye may take, from saying it to the server's closing the line.
pub(crate) const GOODBYE_WAIT: Duration = Duration::from_secs(2);
