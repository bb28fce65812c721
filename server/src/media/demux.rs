//! Who a datagram is for: by the ICE user fragment of a signed STUN request first, by remote address after.

use super::limits::ADDRESSES_PER_PEER_MAX;
use super::stun::{self, BindingRequest};
use std::collections::HashMap;
use std::net::SocketAddr;

/// One peer connection in the life of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PeerKey(pub(super) u64);

/// By what a datagram came, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Remote {
    pub(super) address: SocketAddr,
    pub(super) transport: Transport,
}

/// The transport below ICE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Transport {
    Udp,
    Tcp,
}

/// Where a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) worker: usize,
    pub(super) peer: PeerKey,
}

/// Why a datagram goes nowhere; the names of the drop counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stray {
    /// From an address that no signed request has bound.
    UnknownAddress,
    /// A STUN request for nobody here.
    UnknownFragment,
    /// A STUN request that is not signed with the peer's password.
    BadSignature,
}

impl Stray {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::UnknownAddress => "unknown_address",
            Self::UnknownFragment => "unknown_fragment",
            Self::BadSignature => "bad_signature",
        }
    }
}

#[derive(Debug)]
struct Registered {
    destination: Destination,
    password: String,
    /// Oldest first.
    addresses: Vec<Remote>,
}

/// The table of all peers and of the addresses bound to them.
#[derive(Debug, Default)]
pub(super) struct Demux {
    by_fragment: HashMap<String, Registered>,
    by_address: HashMap<Remote, (Destination, String)>,
}

impl Demux {
    /// Makes a peer reachable by its local ICE credentials.
    pub(super) fn register(&mut self, fragment: String, password: String, destination: Destination) {
        self.by_fragment.insert(fragment, Registered { destination, password, addresses: Vec::new() });
    }

    /// Forgets a peer and its addresses.
    pub(super) fn forget(&mut self, fragment: &str) {
        if let Some(gone) = self.by_fragment.remove(fragment) {
            for remote in gone.addresses {
                self.by_address.remove(&remote);
            }
        }
    }

    /// Where a datagram goes, or why nowhere. A signed request binds its address to the peer.
    pub(super) fn route(&mut self, from: Remote, datagram: &[u8]) -> Result<Destination, Stray> {
        let bound = self.by_address.get(&from).map(|(destination, _)| *destination);
        if !stun::is_stun(datagram) {
            return bound.ok_or(Stray::UnknownAddress);
        }
        // Answers to our own checks carry no USERNAME; a lite agent sends none, but the address settles them.
        let Some(request) = BindingRequest::parse(datagram) else { return bound.ok_or(Stray::UnknownAddress) };
        let registered = self.by_fragment.get_mut(request.local_ufrag).ok_or(Stray::UnknownFragment)?;
        if !request.is_signed_with(&registered.password) {
            return Err(Stray::BadSignature);
        }
        let destination = registered.destination;
        if bound == Some(destination) {
            return Ok(destination);
        }
        registered.addresses.push(from);
        let evicted = (registered.addresses.len() > ADDRESSES_PER_PEER_MAX).then(|| registered.addresses.remove(0));
        let previous = self.by_address.insert(from, (destination, request.local_ufrag.to_owned()));
        if let Some(evicted) = evicted {
            self.by_address.remove(&evicted);
        }
        // The address belonged to another peer: a page that was loaded anew behind the same socket.
        if let Some((_, fragment)) = previous
            && let Some(other) = self.by_fragment.get_mut(&fragment)
        {
            other.addresses.retain(|address| *address != from);
        }
        Ok(destination)
    }

    /// How many addresses are bound.
    #[cfg(test)]
    fn bound(&self) -> usize {
        self.by_address.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::stun::tests::binding_request;
    use super::*;

    const PASSWORD: &str = "twenty-two characters!";

    fn udp(port: u16) -> Remote {
        Remote { address: SocketAddr::from(([127, 0, 0, 1], port)), transport: Transport::Udp }
    }

    fn demux_with(fragments: &[(&str, u64)]) -> Demux {
        let mut demux = Demux::default();
        for (fragment, key) in fragments {
            let destination = Destination { worker: 0, peer: PeerKey(*key) };
            demux.register((*fragment).to_owned(), PASSWORD.to_owned(), destination);
        }
        demux
    }

    #[test]
    fn an_address_is_bound_by_a_signed_request_alone() {
        let mut demux = demux_with(&[("ann", 1)]);
        let client_hello = [22u8, 254, 253, 0, 0];
        assert_eq!(demux.route(udp(5), &client_hello), Err(Stray::UnknownAddress));
        let forged = binding_request("ann", "a guess");
        assert_eq!(demux.route(udp(5), &forged), Err(Stray::BadSignature));
        assert_eq!(demux.route(udp(5), &client_hello), Err(Stray::UnknownAddress), "the guess bound nothing");
        let signed = binding_request("ann", PASSWORD);
        assert_eq!(demux.route(udp(5), &signed).map(|to| to.peer), Ok(PeerKey(1)));
        assert_eq!(demux.route(udp(5), &client_hello).map(|to| to.peer), Ok(PeerKey(1)));
        assert_eq!(demux.route(udp(6), &binding_request("bob", PASSWORD)), Err(Stray::UnknownFragment));
    }

    #[test]
    fn one_peer_cannot_fill_the_table() {
        let mut demux = demux_with(&[("ann", 1)]);
        let signed = binding_request("ann", PASSWORD);
        for port in 1..100 {
            demux.route(udp(port), &signed).expect("signed");
        }
        assert_eq!(demux.bound(), ADDRESSES_PER_PEER_MAX);
        demux.forget("ann");
        assert_eq!(demux.bound(), 0);
    }

    #[test]
    fn a_page_loaded_anew_takes_its_address_along() {
        let mut demux = demux_with(&[("ann", 1), ("ann-again", 2)]);
        demux.route(udp(5), &binding_request("ann", PASSWORD)).expect("signed");
        demux.route(udp(5), &binding_request("ann-again", PASSWORD)).expect("signed");
        demux.forget("ann");
        assert_eq!(demux.route(udp(5), &[128; 20]).map(|to| to.peer), Ok(PeerKey(2)));
    }
}
