//! Sending: hands UDP its batches and TCP its frames.

use super::batch::Batch;
use super::demux::{Remote, Transport};
use super::peer::Outbound;
use super::socket::{Path, Sent, Transmitter};
use super::tcp::TcpTable;
use std::net::IpAddr;
use std::sync::Arc;

/// A worker's way out.
pub(super) struct Sender {
    udp: Transmitter,
    tcp: Arc<TcpTable>,
    batch: Batch,
}

impl Sender {
    pub(super) fn new(udp: Transmitter, tcp: Arc<TcpTable>) -> Self {
        Self { udp, tcp, batch: Batch::default() }
    }

    /// Sends datagrams to one remote, from the address of ours that it knows.
    pub(super) fn send(&self, to: Remote, from: Option<IpAddr>, batch: &Batch, sent: &mut Sent) {
        match to.transport {
            _ if batch.is_empty() => {}
            Transport::Udp => self.udp.send(Path { to: to.address, from }, batch, sent),
            Transport::Tcp => self.tcp.send(to.address, batch, sent),
        }
    }

    /// Sends one peer's datagrams, each with a remote of its own, and empties the list.
    pub(super) fn send_each(&mut self, outbound: &mut Vec<Outbound>, sent: &mut Sent) {
        let mut rest = outbound.drain(..).peekable();
        let mut batch = std::mem::take(&mut self.batch);
        while let Some(first) = rest.next() {
            batch.push(&first.bytes);
            while let Some(next) = rest.next_if(|next| next.to == first.to) {
                batch.push(&next.bytes);
            }
            self.send(first.to, first.from, &batch, sent);
            batch.clear();
        }
        self.batch = batch;
    }
}
