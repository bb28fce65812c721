//! Sending: gathers what one listener gets into as few system calls as can be, and hands TCP its frames.

use super::demux::Transport;
use super::peer::Outbound;
use super::socket::{Path, Sent, Transmitter};
use super::tcp::TcpTable;
use bytes::BytesMut;
use std::sync::Arc;

/// The most datagrams that are looked at for reordering; more in one flush is a burst and goes as it is.
const SORTED_MAX: usize = 16;

/// A worker's way out.
pub(super) struct Sender {
    udp: Transmitter,
    tcp: Arc<TcpTable>,
    batch: Vec<BytesMut>,
    scratch: Vec<u8>,
}

impl Sender {
    pub(super) fn new(udp: Transmitter, tcp: Arc<TcpTable>) -> Self {
        Self { udp, tcp, batch: Vec::new(), scratch: Vec::new() }
    }

    /// Sends one peer's datagrams and empties the list.
    pub(super) fn send(&mut self, outbound: &mut Vec<Outbound>, sent: &mut Sent) {
        let mut rest = outbound.drain(..).peekable();
        while let Some(first) = rest.next() {
            let (to, from) = (first.to, first.from);
            self.batch.push(first.bytes);
            while let Some(next) = rest.next_if(|next| next.to == to) {
                self.batch.push(next.bytes);
            }
            match to.transport {
                Transport::Udp => {
                    order_for_segmentation(&mut self.batch);
                    self.udp.send(Path { to: to.address, from }, &self.batch, &mut self.scratch, sent);
                }
                Transport::Tcp => self.tcp.send(to.address, &self.batch, sent),
            }
            self.batch.clear();
        }
    }
}

/// Speech differs in size from packet to packet, and segmentation wants equal sizes with one smaller at the end.
/// Large before small makes pairs of what would go one by one. Only packets of different streams change places.
fn order_for_segmentation(batch: &mut [BytesMut]) {
    let streams: Vec<Option<[u8; 4]>> = batch.iter().take(SORTED_MAX + 1).map(|bytes| stream_of(bytes)).collect();
    let all_differ = streams.len() <= SORTED_MAX
        && streams.iter().enumerate().all(|(at, stream)| stream.is_some() && !streams[..at].contains(stream));
    if all_differ {
        batch.sort_by_key(|bytes| std::cmp::Reverse(bytes.len()));
    }
}

/// The SSRC of an RTP packet; nothing for all else, whose order matters.
fn stream_of(datagram: &[u8]) -> Option<[u8; 4]> {
    let is_rtp = datagram.len() >= 12 && (128..192).contains(&datagram[0]) && !(192..=223).contains(&datagram[1]);
    is_rtp.then(|| [datagram[8], datagram[9], datagram[10], datagram[11]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rtp(ssrc: u8, length: usize) -> BytesMut {
        let mut bytes = BytesMut::zeroed(length);
        bytes[0] = 0x80;
        bytes[1] = 111;
        bytes[8] = ssrc;
        bytes
    }

    #[test]
    fn streams_change_places_but_packets_of_one_never_do() {
        let mut different = [rtp(1, 60), rtp(2, 90), rtp(3, 70)];
        order_for_segmentation(&mut different);
        assert_eq!(different.each_ref().map(|bytes| bytes.len()), [90, 70, 60]);
        let mut same = [rtp(1, 60), rtp(2, 90), rtp(1, 70)];
        order_for_segmentation(&mut same);
        assert_eq!(same.each_ref().map(|bytes| bytes.len()), [60, 90, 70]);
        let mut handshake = [BytesMut::from(&[22u8; 40][..]), rtp(2, 90)];
        order_for_segmentation(&mut handshake);
        assert_eq!(handshake[0].len(), 40);
    }
}
