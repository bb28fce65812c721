//! Every bound of the media plane in one place, and why it is what it is.

use std::time::Duration;

/// Peer connections on one worker. At 0.6 MB each a worker's peers stay below 1 GB.
pub(super) const PEERS_PER_WORKER_MAX: usize = 1_500;

/// Up to this many peers on a worker, those of one space come to the same: to seal and send to more takes so long that
/// little time is left to gather.
pub(super) const PEERS_TOGETHER_MAX: usize = 128;

/// Messages waiting for one worker; each is a batch. At 5 ms a round this is more than a second of stall.
pub(super) const WORKER_INBOX_MAX: usize = 1_024;

/// Datagrams read from the socket in one batch of system calls.
pub(super) const READ_BATCH: usize = 32;

/// The largest datagram we take: Ethernet's 1,500 and some, since nobody sends us more.
pub(super) const DATAGRAM_BYTES_MAX: usize = 2_048;

/// What we ask of SO_RCVBUF: a storm of joins brings thousands of handshake datagrams within one round.
pub(super) const RECEIVE_BUFFER_BYTES: usize = 8 << 20;

/// Remote addresses bound to one peer. A phone that changes networks has two; a NAT that rebinds, a few.
pub(super) const ADDRESSES_PER_PEER_MAX: usize = 8;

/// SSRCs a peer may send from: microphone, camera in three layers, screen and its sound, with restarts. The
/// library keeps state for each SSRC before the packet is authenticated, so more are dropped before it.
pub(super) const SSRCS_PER_PEER_MAX: usize = 32;

/// Packets waiting for one listener between two flushes: 8 slots at 50 a second for 100 ms.
pub(super) const LEG_QUEUE_MAX: usize = 48;

/// Bytes waiting for one TCP listener: half a second of 8 voices at 48 kbit/s; older ones are dropped, since
/// late sound is worse than lost sound.
pub(super) const TCP_QUEUE_BYTES_MAX: usize = 32 * 1024;

/// ICE-TCP connections in all, and how long one may take to bind to a peer.
pub(super) const TCP_CONNECTIONS_MAX: usize = 4_096;
pub(super) const TCP_BIND_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a packet may be held from its arrival until the last of its copies has left. Meanwhile others to the same
/// listeners come, and leave in the same system calls; nobody hears 6 ms.
pub(super) const HOLD_MAX: Duration = Duration::from_millis(6);

/// However long a flush takes, what comes is gathered for this long.
pub(super) const HOLD_MIN: Duration = Duration::from_millis(2);

/// Below this many packets waiting, a flush does not wait: there is nothing to gain.
pub(super) const FLUSH_AT_ONCE_BELOW: usize = 32;

/// How often timers of the peers are looked at. DTLS and ICE think in 50 ms and more.
pub(super) const TIMER_INTERVAL: Duration = Duration::from_millis(20);

/// How often voice levels go to the keepers: rings move ten times a second.
pub(super) const LEVELS_INTERVAL: Duration = Duration::from_millis(100);

/// How often the flow goes to the keepers.
pub(super) const FLOW_INTERVAL: Duration = Duration::from_millis(500);

/// What counts as flowing: a packet within this time. DTX sends one every 400 ms; and with [`FLOW_INTERVAL`] on top
/// a badge must still tell within 2 s.
pub(super) const FLOW_WINDOW: Duration = Duration::from_millis(1_200);

/// Who has sent nothing at all for this long, not even a check of its consent, is not counted as hearing anybody,
/// though the connection is held a while longer.
pub(super) const LISTENER_SILENT_MAX: Duration = Duration::from_secs(8);

/// Without any packet for this long a peer counts as gone. Firefox leaves up to 10 s between its checks.
pub(super) const PEER_SILENT_MAX: Duration = Duration::from_secs(15);

/// From offer to a finished handshake; a page that never connects is forgotten after this.
pub(super) const HANDSHAKE_MAX: Duration = Duration::from_secs(30);

/// Events waiting for a keeper that is behind. Levels and flow are dropped first, being levels.
pub(super) const PENDING_EVENTS_MAX: usize = 4_096;

/// Messages waiting for the mixers: in a round of 20 ms each worker sends a handful of batches. This is a stall of two
/// seconds, after which nothing of it is worth being mixed.
pub(super) const MIXERS_INBOX_MAX: usize = 1_024;

/// How long a round of mixing may take before less work is done for a frame. What is left of the 20 ms is for sending;
/// a listener's whole delay is the sources' buffer and this.
pub(super) const MIX_ROUND_MAX: Duration = Duration::from_millis(14);

/// So many of eight rounds may be too slow, be it that something else had the core.
pub(super) const MIX_SLOW_ROUNDS_MAX: u32 = 2;

/// Rounds on end with more than half of their time to spare until more work is done again: 5 s.
pub(super) const MIX_CALM_ROUNDS: u32 = 250;

/// How far behind its clock a round may be. What comes later than that finds browsers' buffers empty: it is left out.
pub(super) const MIX_BEHIND_MAX: Duration = Duration::from_millis(40);

/// How long a desk that nobody listens to is kept: who turns the murmur off and on finds the buffers filled.
pub(super) const DESK_UNHEARD_MAX: Duration = Duration::from_secs(10);

/// Without a packet for this long there is nothing to mix, and the clock of the mixers stands still until one comes. An
/// open microphone sends one every 400 ms at least.
pub(super) const MIX_REST_AFTER: Duration = Duration::from_secs(2);

/// The first frame of a mix that is whole: it begins from silence, and its encoder too.
pub(super) const WARM_FRAMES: u8 = 3;

/// How many rounds a listener who is handed from one mix to another gets the one before at most, while the other comes
/// up: 100 ms.
pub(super) const HANDING_ROUNDS_MAX: u8 = 5;

/// How often a desk that has nothing to say says so: by that workers know that mixes are made.
pub(super) const MIX_ALIVE_EVERY: Duration = Duration::from_millis(400);

/// Sounds that are played at once in the process. Each takes the player some 0.3 ms in 20, so all of them a sixth of its
/// time, and less than half on a slow machine.
pub(super) const SOUNDS_PLAYED_MAX: usize = 10;

/// Messages waiting for the player: a space's beginning or end, who leaves, and sounds. It looks every 20 ms.
pub(super) const PLAYER_INBOX_MAX: usize = 1_024;
