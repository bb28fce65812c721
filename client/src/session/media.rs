//! The peer connection's life: offered, answered, connected, and made anew when it fails.

use crate::event::Event;
use crate::limits::{MEDIA_TRIES_MAX, MEDIA_TRY_WAIT, MEDIA_WAIT};
use crate::rtc::{EmulatorState, Peer, PeerEvent, PeerPlan};
use crate::stats::to_ms;
use crate::view::MediaState;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;
use torg_protocol::message::ClientMessage;

/// The peer connection of one guest, through all its tries.
pub(super) struct MediaDesk {
    pub(super) wanted: bool,
    over_tcp: bool,
    has_microphone: bool,
    emulator: Arc<EmulatorState>,
    events: mpsc::Sender<(u32, PeerEvent)>,
    /// Counts the peer connections; the newest one's events alone count.
    number: u32,
    /// Tries since the last one that connected.
    tries: u32,
    standing: Standing,
}

enum Standing {
    None,
    /// The server has the offer.
    Offered {
        peer: Box<Peer>,
        at: Instant,
    },
    /// The answer is in; the handshakes run.
    Connecting {
        peer: Box<Peer>,
        offered: Instant,
        answered: Instant,
    },
    Connected {
        peer: Box<Peer>,
    },
}

/// What came of an event of the peer connection.
pub(super) enum Outcome {
    /// Nothing to be done.
    Nothing,
    /// It is up.
    Connected(Event),
    /// It is down: make a new one.
    Lost(&'static str),
}

impl MediaDesk {
    pub(super) fn new(
        wanted: bool,
        over_tcp: bool,
        has_microphone: bool,
        emulator: EmulatorState,
        events: mpsc::Sender<(u32, PeerEvent)>,
    ) -> Self {
        let emulator = Arc::new(emulator);
        Self { wanted, over_tcp, has_microphone, emulator, events, number: 0, tries: 0, standing: Standing::None }
    }

    /// Whether there is a peer connection, or one on the way.
    pub(super) fn stands(&self) -> bool {
        !matches!(self.standing, Standing::None)
    }

    /// Makes a peer connection in the place of any older one; gives the offer to send, or why there will be no
    /// more.
    pub(super) async fn offer(&mut self, local_ip: IpAddr, now: Instant) -> Result<ClientMessage, String> {
        self.close().await;
        self.tries += 1;
        if self.tries > MEDIA_TRIES_MAX {
            return Err(format!("the peer connection did not come up in {MEDIA_TRIES_MAX} tries"));
        }
        self.number += 1;
        let plan = PeerPlan {
            number: self.number,
            local_ip,
            over_tcp: self.over_tcp,
            has_microphone: self.has_microphone,
            emulator: Arc::clone(&self.emulator),
            events: self.events.clone(),
        };
        let (peer, sdp) = Peer::offer(plan).await.map_err(|error| error.to_string())?;
        let tracks = peer.tracks();
        self.standing = Standing::Offered { peer: Box::new(peer), at: now };
        Ok(ClientMessage::Offer { sdp, tracks })
    }

    /// Another run of the server: failures with the one before don't count.
    pub(super) fn forgive(&mut self) {
        self.tries = 0;
    }

    /// The server answers.
    pub(super) async fn answer(&mut self, sdp: &str, now: Instant) -> Result<(), String> {
        match std::mem::replace(&mut self.standing, Standing::None) {
            Standing::Offered { mut peer, at } => {
                let answered = peer.answer(sdp).await.map_err(|error| error.to_string());
                self.standing = Standing::Connecting { peer, offered: at, answered: now };
                answered
            }
            // An answer to an offer that was given up meanwhile.
            other => {
                self.standing = other;
                Ok(())
            }
        }
    }

    /// Whether an offer waits for its answer: then a refusal may be of it.
    pub(super) fn awaits_answer(&self) -> bool {
        matches!(self.standing, Standing::Offered { .. })
    }

    /// An event of the peer connection, packets aside.
    pub(super) fn happened(&mut self, number: u32, connected: bool, now: Instant) -> Outcome {
        if number != self.number {
            return Outcome::Nothing;
        }
        if !connected {
            return if self.stands() { Outcome::Lost("it failed") } else { Outcome::Nothing };
        }
        match std::mem::replace(&mut self.standing, Standing::None) {
            Standing::Connecting { peer, offered, .. } => {
                self.standing = Standing::Connected { peer };
                let rejoins = std::mem::take(&mut self.tries).saturating_sub(1);
                let after_ms = to_ms(now.saturating_duration_since(offered));
                Outcome::Connected(Event::MediaConnected { after_ms, rejoins })
            }
            other => {
                self.standing = other;
                Outcome::Nothing
            }
        }
    }

    /// Whether the newest peer connection sent this.
    pub(super) fn is_current(&self, number: u32) -> bool {
        number == self.number
    }

    /// Whether this try has taken too long.
    pub(super) fn is_late(&self, now: Instant) -> bool {
        match &self.standing {
            Standing::Offered { at, .. } => now.saturating_duration_since(*at) > MEDIA_WAIT,
            // Each try may take longer than the one before: a machine out of breath is not helped by haste.
            Standing::Connecting { answered, .. } => {
                now.saturating_duration_since(*answered) > MEDIA_TRY_WAIT * self.tries
            }
            Standing::None | Standing::Connected { .. } => false,
        }
    }

    /// The peer connection through which sound flows, if it does.
    pub(super) fn connected(&mut self) -> Option<&mut Peer> {
        match &mut self.standing {
            Standing::Connected { peer } => Some(peer),
            _ => None,
        }
    }

    pub(super) fn state(&self) -> MediaState {
        match &self.standing {
            Standing::None if self.wanted => MediaState::Connecting,
            Standing::None => MediaState::None,
            Standing::Offered { .. } | Standing::Connecting { .. } => MediaState::Connecting,
            Standing::Connected { .. } => MediaState::Connected,
        }
    }

    /// Takes down what there is.
    pub(super) async fn close(&mut self) {
        match std::mem::replace(&mut self.standing, Standing::None) {
            Standing::None => {}
            Standing::Offered { peer, .. } | Standing::Connecting { peer, .. } | Standing::Connected { peer } => {
                peer.close().await;
            }
        }
    }
}
