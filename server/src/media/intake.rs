//! Intake: from the sockets, through the demultiplexer, to the workers' bounded inboxes.

use super::demux::{Demux, Destination, PeerKey, Remote, Stray, Transport};
use super::peer::IceCredentials;
use super::socket::{Reader, Received};
use super::worker::{Inbound, ToWorker};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The way of every datagram in.
pub(super) struct Intake {
    table: Mutex<Table>,
    workers: Vec<SyncSender<ToWorker>>,
}

#[derive(Default)]
struct Table {
    demux: Demux,
    fragments: HashMap<PeerKey, String>,
}

impl Intake {
    pub(super) fn new(workers: Vec<SyncSender<ToWorker>>) -> Self {
        Self { table: Mutex::default(), workers }
    }

    /// Makes a peer reachable.
    pub(super) fn register(&self, ice: IceCredentials, to: Destination) {
        let mut table = self.table();
        table.fragments.insert(to.peer, ice.fragment.clone());
        table.demux.register(ice.fragment, ice.password, to);
    }

    /// Forgets a peer.
    pub(super) fn forget(&self, peer: PeerKey) {
        let mut table = self.table();
        if let Some(fragment) = table.fragments.remove(&peer) {
            table.demux.forget(&fragment);
        }
    }

    /// Takes datagrams of one remote; whether the last of them was somebody's.
    pub(super) fn take(&self, from: Remote, datagrams: impl IntoIterator<Item = Received>) -> bool {
        let sorted = self.sort(datagrams.into_iter().map(|received| (from, received)));
        let is_bound = sorted.iter().any(|batch| !batch.is_empty());
        self.deliver(sorted);
        is_bound
    }

    /// Reads the UDP socket until its reader is stopped.
    pub(super) fn read(&self, mut reader: Reader) {
        let mut received = Vec::new();
        loop {
            match reader.read(&mut received) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return,
                Err(error) => {
                    // ICMP of some remote, or memory short for a moment; the socket itself does not end.
                    tracing::debug!(%error, "reading the media socket failed");
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
            }
            if !received.is_empty() {
                let of_udp =
                    |received: Received| (Remote { address: received.from, transport: Transport::Udp }, received);
                self.deliver(self.sort(received.drain(..).map(of_udp)));
            }
        }
    }

    fn sort(&self, datagrams: impl Iterator<Item = (Remote, Received)>) -> Vec<Vec<Inbound>> {
        let arrived = Instant::now();
        let mut batches: Vec<Vec<Inbound>> = self.workers.iter().map(|_| Vec::new()).collect();
        let mut table = self.table();
        for (from, Received { to, bytes, .. }) in datagrams {
            match table.demux.route(from, &bytes) {
                Ok(Destination { worker, peer }) => batches[worker].push(Inbound { peer, from, to, bytes, arrived }),
                Err(stray) => drop_stray(stray),
            }
        }
        batches
    }

    fn deliver(&self, batches: Vec<Vec<Inbound>>) {
        for (worker, batch) in self.workers.iter().zip(batches) {
            let count = batch.len() as u64;
            if count > 0 && worker.try_send(ToWorker::Datagrams(batch)).is_err() {
                metrics::counter!(crate::metrics::MEDIA_DROPPED, "reason" => "worker_full").increment(count);
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn drop_stray(stray: Stray) {
    metrics::counter!(crate::metrics::MEDIA_DROPPED, "reason" => stray.name()).increment(1);
}
