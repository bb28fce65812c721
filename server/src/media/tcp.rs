//! ICE over TCP (RFC 6544) for networks where UDP is blocked: datagrams in frames of 16 bits of length (RFC 4571).

use super::batch::Batch;
use super::demux::{Remote, Transport};
use super::intake::Intake;
use super::limits::{DATAGRAM_BYTES_MAX, TCP_BIND_TIMEOUT, TCP_CONNECTIONS_MAX, TCP_QUEUE_BYTES_MAX};
use super::socket::{Received, Sent};
use bytes::{Buf, Bytes, BytesMut};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// The open connections, by remote address.
#[derive(Default)]
pub(super) struct TcpTable {
    open: Mutex<HashMap<SocketAddr, Arc<Outgoing>>>,
}

/// What waits for one connection: bounded, the oldest dropped first, since late sound is worse than lost sound.
#[derive(Default)]
struct Outgoing {
    queue: Mutex<Queue>,
    changed: Notify,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
}

impl Queue {
    /// Takes a frame up; returns how many old ones had to go.
    fn push(&mut self, frame: Bytes) -> u64 {
        self.bytes += frame.len();
        self.frames.push_back(frame);
        let mut dropped = 0;
        while self.bytes > TCP_QUEUE_BYTES_MAX && self.frames.len() > 1 {
            self.bytes -= self.frames.pop_front().map_or(0, |oldest| oldest.len());
            dropped += 1;
        }
        dropped
    }

    fn pop(&mut self) -> Option<Bytes> {
        let frame = self.frames.pop_front()?;
        self.bytes -= frame.len();
        Some(frame)
    }
}

impl TcpTable {
    /// Queues datagrams for a connection; for one that is gone they are refused.
    pub(super) fn send(&self, to: SocketAddr, datagrams: &Batch, sent: &mut Sent) {
        let outgoing = self.open.lock().unwrap_or_else(PoisonError::into_inner).get(&to).map(Arc::clone);
        let Some(outgoing) = outgoing else {
            sent.refused += datagrams.len() as u64;
            return;
        };
        let mut queue = outgoing.queue.lock().unwrap_or_else(PoisonError::into_inner);
        for datagram in datagrams.iter() {
            let Ok(length) = u16::try_from(datagram.len()) else { continue };
            let mut frame = BytesMut::with_capacity(2 + datagram.len());
            frame.extend_from_slice(&length.to_be_bytes());
            frame.extend_from_slice(datagram);
            sent.refused += queue.push(frame.freeze());
            sent.datagrams += 1;
            sent.bytes += u64::from(length) + 2;
        }
        drop(queue);
        outgoing.changed.notify_one();
    }

    /// Serves one connection until it ends, breaks the framing or binds to nobody in time.
    pub(super) async fn serve(self: Arc<Self>, stream: TcpStream, from: SocketAddr, intake: Arc<Intake>) {
        let outgoing = Arc::new(Outgoing::default());
        {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            if open.len() >= TCP_CONNECTIONS_MAX {
                metrics::counter!(crate::metrics::MEDIA_DROPPED, "reason" => "tcp_full").increment(1);
                return;
            }
            open.insert(from, Arc::clone(&outgoing));
        }
        let served = serve_both_ways(stream, from, &outgoing, &intake).await;
        tracing::debug!(ended = ?served.err(), "an ICE-TCP connection ended");
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&from);
    }
}

async fn serve_both_ways(stream: TcpStream, from: SocketAddr, outgoing: &Outgoing, intake: &Intake) -> io::Result<()> {
    // Each frame is one packet of sound: it must not wait for the next to fill a segment.
    stream.set_nodelay(true)?;
    let to = stream.local_addr()?.ip().to_canonical();
    let (mut reading, mut writing) = stream.into_split();
    let remote = Remote { address: SocketAddr::new(from.ip().to_canonical(), from.port()), transport: Transport::Tcp };
    let read = async {
        let mut buffer = BytesMut::with_capacity(4 * DATAGRAM_BYTES_MAX);
        let mut is_bound = false;
        loop {
            while let Some(frame) = next_frame(&mut buffer)? {
                is_bound |= intake.take(remote, [Received { from: remote.address, to: Some(to), bytes: frame }]);
            }
            let more = reading.read_buf(&mut buffer);
            let count = if is_bound { more.await? } else { tokio::time::timeout(TCP_BIND_TIMEOUT, more).await?? };
            if count == 0 {
                return Ok(());
            }
        }
    };
    let write = async {
        loop {
            let next = outgoing.queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match next {
                Some(frame) => writing.write_all(&frame).await?,
                None => outgoing.changed.notified().await,
            }
        }
    };
    tokio::select! {
        read = read => read,
        write = write => write,
    }
}

/// Takes the next whole frame out of what was read.
fn next_frame(buffer: &mut BytesMut) -> io::Result<Option<BytesMut>> {
    let Some(length) = buffer.get(..2) else { return Ok(None) };
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    if length == 0 || length > DATAGRAM_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame of an impossible length"));
    }
    if buffer.len() < 2 + length {
        return Ok(None);
    }
    buffer.advance(2);
    Ok(Some(buffer.split_to(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_whole_or_not_at_all() {
        let mut buffer = BytesMut::from(&[0, 3, 1, 2, 3, 0, 1, 9, 0][..]);
        assert_eq!(next_frame(&mut buffer).expect("framed"), Some(BytesMut::from(&[1, 2, 3][..])));
        assert_eq!(next_frame(&mut buffer).expect("framed"), Some(BytesMut::from(&[9][..])));
        assert_eq!(next_frame(&mut buffer).expect("framed"), None);
        assert!(next_frame(&mut BytesMut::from(&[0xFF, 0xFF, 1][..])).is_err());
        assert!(next_frame(&mut BytesMut::from(&[0, 0][..])).is_err());
    }

    #[test]
    fn a_slow_connection_loses_the_oldest() {
        let mut queue = Queue::default();
        let dropped: u64 = (0..200u8).map(|number| queue.push(Bytes::from(vec![number; 1_000]))).sum();
        assert_eq!(dropped as usize + queue.frames.len(), 200);
        assert!(queue.bytes <= TCP_QUEUE_BYTES_MAX);
        assert_eq!(queue.frames.back().map(|frame| frame[0]), Some(199));
    }
}
