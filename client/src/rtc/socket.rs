//! The UDP socket under the `webrtc` crate: sends lost DTLS flights again, and loses datagrams for tests.

use super::flight::{Flight, is_dtls};
use crate::options::Emulator;
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::ReadBuf;
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, RecvMeta, Runtime, TokioRuntime,
    Transmit,
};

/// The network emulator at work: counts what goes by, over all peer connections of one guest.
#[derive(Debug)]
pub(crate) struct EmulatorState {
    plan: Emulator,
    sent: Direction,
    received: Direction,
}

#[derive(Debug, Default)]
struct Direction {
    datagrams: AtomicU64,
    dtls: AtomicU32,
}

impl EmulatorState {
    pub(crate) fn new(plan: Emulator) -> Self {
        Self { plan, sent: Direction::default(), received: Direction::default() }
    }

    fn loses_sent(&self, datagram: &[u8]) -> bool {
        self.loses(&self.sent, &self.plan.drop_dtls_sent, 0, datagram)
    }

    fn loses_received(&self, datagram: &[u8]) -> bool {
        self.loses(&self.received, &self.plan.drop_dtls_received, 1, datagram)
    }

    fn loses(&self, direction: &Direction, drop_dtls: &[u32], salt: u64, datagram: &[u8]) -> bool {
        let number = direction.datagrams.fetch_add(1, Ordering::Relaxed);
        if is_dtls(datagram) && drop_dtls.contains(&direction.dtls.fetch_add(1, Ordering::Relaxed)) {
            return true;
        }
        if self.plan.loss <= 0.0 {
            return false;
        }
        // Whether a datagram is lost hangs on its number alone, so that one direction's traffic does not stir
        // the other's losses.
        let dice = scatter(self.plan.seed ^ scatter(number * 2 + salt)) as f64 / u64::MAX as f64;
        dice < f64::from(self.plan.loss)
    }
}

/// The mixing function of SplitMix64 (Steele, Lea and Flood, 2014).
fn scatter(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Tokio's runtime with our socket in the place of the library's.
#[derive(Debug)]
pub(super) struct GuestRuntime {
    pub(super) emulator: Arc<EmulatorState>,
    /// Set when the handshake is done.
    pub(super) secured: Arc<AtomicBool>,
}

#[derive(Debug)]
struct GuestSocket {
    io: tokio::net::UdpSocket,
    emulator: Arc<EmulatorState>,
    secured: Arc<AtomicBool>,
    flight: Mutex<Flight>,
    /// Whether a task looks after the flight.
    watched: AtomicBool,
    myself: Weak<GuestSocket>,
}

impl GuestSocket {
    fn flight(&self) -> std::sync::MutexGuard<'_, Flight> {
        // A flight is whole between two calls, whatever panicked in between.
        self.flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends what is due until the handshake is done or given up.
    fn watch(&self) {
        if self.watched.swap(true, Ordering::AcqRel) {
            return;
        }
        let socket = self.myself.clone();
        tokio::spawn(async move {
            loop {
                let due = match socket.upgrade() {
                    Some(socket) if !socket.secured.load(Ordering::Acquire) => socket.flight().due(),
                    _ => return,
                };
                tokio::time::sleep_until(due.unwrap_or_else(|| Instant::now() + Duration::from_millis(100)).into())
                    .await;
                let Some(socket) = socket.upgrade() else { return };
                if socket.secured.load(Ordering::Acquire) {
                    socket.flight().finish();
                    return;
                }
                let due = socket.flight().take_due(Instant::now());
                for (datagram, to) in due {
                    if !socket.emulator.loses_sent(&datagram) {
                        let _ = socket.io.try_send_to(&datagram, to);
                    }
                }
            }
        });
    }
}

impl AsyncUdpSocket for GuestSocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    fn poll_send(&self, cx: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let datagram = transmit.contents;
        if is_dtls(datagram) && !self.secured.load(Ordering::Acquire) {
            self.flight().sent(Instant::now(), datagram, transmit.destination);
            self.watch();
        }
        if self.emulator.loses_sent(datagram) {
            return Poll::Ready(Ok(datagram.len()));
        }
        loop {
            ready!(self.io.poll_send_ready(cx))?;
            match self.io.try_send_to(datagram, transmit.destination) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                sent => return Poll::Ready(sent),
            }
        }
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let (Some(buffer), Some(meta)) = (buffers.first_mut(), meta.first_mut()) else {
            return Poll::Ready(Ok(0));
        };
        loop {
            let mut read = ReadBuf::new(buffer);
            let from = ready!(self.io.poll_recv_from(cx, &mut read))?;
            let datagram = read.filled();
            if self.emulator.loses_received(datagram) {
                continue;
            }
            if is_dtls(datagram) {
                self.flight().received();
            }
            *meta = RecvMeta::default();
            meta.len = datagram.len();
            meta.stride = datagram.len().max(1);
            meta.addr = from;
            return Poll::Ready(Ok(1));
        }
    }
}

impl Runtime for GuestRuntime {
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) -> Box<dyn JoinHandle> {
        TokioRuntime.spawn(future)
    }

    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        socket.set_nonblocking(true)?;
        let io = tokio::net::UdpSocket::from_std(socket)?;
        Ok(Arc::new_cyclic(|myself| GuestSocket {
            io,
            emulator: Arc::clone(&self.emulator),
            secured: Arc::clone(&self.secured),
            flight: Mutex::default(),
            watched: AtomicBool::new(false),
            myself: Weak::clone(myself),
        }))
    }

    fn wrap_tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        TokioRuntime.wrap_tcp_listener(listener)
    }

    fn connect_tcp<'a>(
        &'a self,
        remote: SocketAddr,
    ) -> Pin<Box<dyn Future<Output = io::Result<Arc<dyn AsyncTcpStream>>> + Send + 'a>> {
        TokioRuntime.connect_tcp(remote)
    }

    fn resolve_host<'a>(
        &'a self,
        host: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        TokioRuntime.resolve_host(host)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        TokioRuntime.sleep(duration)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        TokioRuntime.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        TokioRuntime.block_on(future);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_follow_their_share_and_their_seed() {
        let lost = |seed| {
            let state = EmulatorState::new(Emulator::loss(0.05, seed));
            (0..10_000).filter(|_| state.loses_sent(&[128])).collect::<Vec<_>>()
        };
        assert_eq!(lost(7), lost(7));
        assert_ne!(lost(7), lost(8));
        assert!((400..600).contains(&lost(7).len()));
    }

    #[test]
    fn one_datagram_of_the_handshake_is_lost() {
        let state = EmulatorState::new(Emulator::drop_dtls_received(1));
        let lost = [&[1][..], &[22], &[22], &[22]].map(|datagram| state.loses_received(datagram));
        assert_eq!(lost, [false, false, true, false]);
        assert!(!state.loses_sent(&[22]) && !state.loses_sent(&[22]));
    }
}
