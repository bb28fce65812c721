//! The one UDP socket: how it is bound, read in batches and written with segmentation offload.
//!
//! The socket serves IPv4 and IPv6 where the machine has both. Inside, addresses are always canonical (an IPv4
//! peer is an IPv4 address); only this file knows of mapped ones.

use super::batch::Batch;
use super::limits::{DATAGRAM_BYTES_MAX, READ_BATCH, RECEIVE_BUFFER_BYTES};
use bytes::BytesMut;
use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Binds the media socket: all interfaces, both families where there are both.
///
/// # Errors
/// What the system says, when the port is taken for instance.
pub(super) fn bind(port: u16) -> io::Result<UdpSocket> {
    let both = bind_to(Domain::IPV6, SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)));
    // A machine without IPv6 refuses the family or the address; a taken port is refused for either.
    both.or_else(|_| bind_to(Domain::IPV4, SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))))
}

fn bind_to(domain: Domain, address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    if domain == Domain::IPV6 {
        socket.set_only_v6(false)?;
    }
    socket.bind(&address.into())?;
    socket.set_nonblocking(true)?;
    // The system may give less than asked (net.core.rmem_max), and says so only when read back.
    socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
    let _ = socket.set_send_buffer_size(RECEIVE_BUFFER_BYTES);
    let got = socket.recv_buffer_size()?;
    if got < RECEIVE_BUFFER_BYTES {
        tracing::warn!(
            asked_bytes = RECEIVE_BUFFER_BYTES,
            got_bytes = got,
            "the system gives the media socket a small receive buffer: a storm of joins may lose packets; raise net.core.rmem_max"
        );
    }
    Ok(socket.into())
}

/// A datagram read: from whom, to which of our addresses, and its bytes.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) from: SocketAddr,
    pub(super) to: Option<IpAddr>,
    pub(super) bytes: BytesMut,
}

/// The reading half. It belongs to a thread of its own: a task that sleeps on the socket costs a runtime several
/// times what reading a datagram does.
pub(super) struct Reader {
    socket: mio::net::UdpSocket,
    poll: mio::Poll,
    state: Arc<UdpSocketState>,
    buffers: Vec<Vec<u8>>,
    metas: [RecvMeta; READ_BATCH],
    /// Whether there may be more to read before the system is to be asked.
    is_readable: bool,
    /// What wakes it stays open as long as it waits: the system forgets what a waker said when that is closed.
    _waker: Arc<mio::Waker>,
}

/// Ends the reading half, from anywhere.
#[derive(Debug)]
pub(super) struct StopReading(Arc<mio::Waker>);

const READABLE: mio::Token = mio::Token(0);
const STOP: mio::Token = mio::Token(1);

impl StopReading {
    /// The reader's next read says that it is over.
    pub(super) fn stop(&self) {
        if let Err(error) = self.0.wake() {
            tracing::warn!(%error, "the media socket's reader does not hear that it is over");
        }
    }
}

impl Reader {
    /// Waits until datagrams are there and reads a batch. Coalesced ones (GRO) are taken apart. Breaks when told to
    /// stop.
    ///
    /// # Errors
    /// What the system says. Errors that belong to one remote (ICMP) are not told here.
    pub(super) fn read(&mut self, into: &mut Vec<Received>) -> io::Result<ControlFlow<()>> {
        if !self.is_readable && self.wait()?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let Self { socket, state, buffers, metas, .. } = self;
        // A handful of these stand on the stack; what they point to is kept.
        let mut slices: [IoSliceMut<'_>; READ_BATCH] = {
            let mut rest = buffers.iter_mut();
            std::array::from_fn(|_| IoSliceMut::new(rest.next().map_or(&mut [][..], Vec::as_mut_slice)))
        };
        let count = match state.recv(UdpSockRef::from(&*socket), &mut slices, metas) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.is_readable = false;
                return Ok(ControlFlow::Continue(()));
            }
            Err(error) => return Err(error),
        };
        // Fewer than there was room for: that was all, and whatever comes now makes the system tell us anew.
        self.is_readable = count == READ_BATCH;
        for (meta, buffer) in metas.iter().zip(&self.buffers).take(count) {
            let from = SocketAddr::new(meta.addr.ip().to_canonical(), meta.addr.port());
            let to = meta.dst_ip.map(|ip| ip.to_canonical());
            let received = &buffer[..meta.len];
            for datagram in received.chunks(meta.stride.max(1)) {
                into.push(Received { from, to, bytes: BytesMut::from(datagram) });
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn wait(&mut self) -> io::Result<ControlFlow<()>> {
        let mut events = mio::Events::with_capacity(2);
        match self.poll.poll(&mut events, None) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(ControlFlow::Continue(())),
            done => done?,
        }
        self.is_readable = events.iter().any(|event| event.token() == READABLE);
        Ok(if events.iter().any(|event| event.token() == STOP) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    }
}

/// The writing half, shared by all workers.
#[derive(Clone)]
pub(super) struct Transmitter {
    socket: Arc<UdpSocket>,
    state: Arc<UdpSocketState>,
    is_dual_stack: bool,
    /// Set for good once the kernel refused segmentation.
    gso_refused: Arc<AtomicBool>,
}

/// Splits the socket into its halves, and gives what ends the reading one.
///
/// # Errors
/// What the system says.
pub(super) fn split(socket: UdpSocket) -> io::Result<(Reader, StopReading, Transmitter)> {
    let state = Arc::new(UdpSocketState::new(UdpSockRef::from(&socket))?);
    let is_dual_stack = socket.local_addr()?.is_ipv6();
    let writing = Arc::new(socket.try_clone()?);
    let bytes = DATAGRAM_BYTES_MAX * state.gro_segments().max(1);
    let buffers = (0..READ_BATCH).map(|_| vec![0; bytes.min(64 * 1024)]).collect();
    let poll = mio::Poll::new()?;
    let mut socket = mio::net::UdpSocket::from_std(socket);
    poll.registry().register(&mut socket, READABLE, mio::Interest::READABLE)?;
    let waker = Arc::new(mio::Waker::new(poll.registry(), STOP)?);
    let metas = [RecvMeta::default(); READ_BATCH];
    let reader = Reader {
        socket,
        poll,
        state: Arc::clone(&state),
        buffers,
        metas,
        is_readable: true,
        _waker: Arc::clone(&waker),
    };
    let gso_refused = Arc::new(AtomicBool::new(false));
    Ok((reader, StopReading(waker), Transmitter { socket: writing, state, is_dual_stack, gso_refused }))
}

/// Where datagrams go: the remote, and the address of ours that they should come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) to: SocketAddr,
    pub(super) from: Option<IpAddr>,
}

/// How many datagrams left, and how many the system would not take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) datagrams: u64,
    pub(super) bytes: u64,
    pub(super) refused: u64,
    pub(super) calls: u64,
}

impl Transmitter {
    /// Sends datagrams to one remote, in runs of equal size where the kernel segments (UDP_SEGMENT). What the
    /// socket's buffer does not hold is dropped, as a full network would.
    pub(super) fn send(&self, path: Path, batch: &Batch, sent: &mut Sent) {
        let segments_max = if self.gso_refused.load(Ordering::Relaxed) { 1 } else { self.state.max_gso_segments() };
        for run in batch.runs(segments_max) {
            let before = sent.refused;
            self.send_one(path, run.bytes, (run.count > 1).then_some(run.size), sent);
            if run.count > 1 && sent.refused > before && self.gso_refused.load(Ordering::Relaxed) {
                sent.refused = before;
                run.bytes.chunks(run.size.max(1)).for_each(|datagram| self.send_one(path, datagram, None, sent));
            }
        }
    }

    fn send_one(&self, path: Path, contents: &[u8], segment_size: Option<usize>, sent: &mut Sent) {
        let transmit = Transmit {
            destination: SocketAddr::new(self.on_socket(path.to.ip()), path.to.port()),
            ecn: None,
            contents,
            segment_size,
            src_ip: path.from.map(|ip| self.on_socket(ip)),
        };
        let datagrams = segment_size.map_or(1, |size| contents.len().div_ceil(size)) as u64;
        sent.calls += 1;
        match self.state.try_send(UdpSockRef::from(&*self.socket), &transmit) {
            Ok(()) => {
                sent.datagrams += datagrams;
                sent.bytes += contents.len() as u64;
            }
            Err(error) => {
                sent.refused += datagrams;
                let is_full = error.kind() == io::ErrorKind::WouldBlock;
                if segment_size.is_some() && !is_full && !self.gso_refused.swap(true, Ordering::Relaxed) {
                    tracing::info!(%error, "the kernel does not segment UDP for us: every datagram goes by itself");
                }
            }
        }
    }

    /// The address as the socket's family writes it.
    fn on_socket(&self, ip: IpAddr) -> IpAddr {
        match ip {
            IpAddr::V4(v4) if self.is_dual_stack => IpAddr::V6(v4.to_ipv6_mapped()),
            other => other,
        }
    }

    #[cfg(test)]
    fn refuse_gso(&self) {
        self.gso_refused.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn of_sizes(sizes: &[usize]) -> Vec<Vec<u8>> {
        sizes.iter().enumerate().map(|(number, &size)| vec![number as u8; size]).collect()
    }

    /// What arrives at a plain socket, in order of arrival.
    fn arrivals(gso: bool, sizes: &[usize]) -> Vec<Vec<u8>> {
        let (_reader, _stop, transmitter) = split(bind(0).expect("a socket")).expect("halves");
        if !gso {
            transmitter.refuse_gso();
        }
        let listener = UdpSocket::bind("127.0.0.1:0").expect("a listener");
        listener.set_read_timeout(Some(Duration::from_secs(2))).expect("a timeout");
        let path = Path { to: listener.local_addr().expect("its address"), from: Some(Ipv4Addr::LOCALHOST.into()) };
        let mut sent = Sent::default();
        let mut batch = Batch::default();
        of_sizes(sizes).iter().for_each(|datagram| batch.push(datagram));
        transmitter.send(path, &batch, &mut sent);
        assert_eq!((sent.datagrams, sent.refused), (sizes.len() as u64, 0));
        let mut buffer = [0; 2_048];
        let mut read = || listener.recv(&mut buffer).map(|length| buffer[..length].to_vec()).expect("a datagram");
        sizes.iter().map(|_| read()).collect()
    }

    #[test]
    fn the_reader_reads_until_it_is_stopped() {
        let socket = bind(0).expect("a socket");
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, socket.local_addr().expect("its address").port()));
        let (mut reader, stop, _transmitter) = split(socket).expect("halves");
        let reading = std::thread::spawn(move || {
            let mut received = Vec::new();
            while reader.read(&mut received).expect("readable").is_continue() {}
            received
        });
        let remote = UdpSocket::bind("127.0.0.1:0").expect("a remote");
        for round in 0..3u8 {
            (0..50).for_each(|_| assert_eq!(remote.send_to(&[round; 40], to).expect("sent"), 40));
            std::thread::sleep(Duration::from_millis(20));
        }
        stop.stop();
        let received = reading.join().expect("no panic");
        assert_eq!(received.len(), 150);
        assert!(received.iter().all(|datagram| datagram.to == Some(Ipv4Addr::LOCALHOST.into())));
    }

    /// What says so is often gone before the reader has a turn, on a machine that is busy.
    #[test]
    fn a_reader_that_was_told_to_stop_before_it_waits_does_not_wait() {
        let (mut reader, stop, _transmitter) = split(bind(0).expect("a socket")).expect("halves");
        stop.stop();
        drop(stop);
        let (ended, end) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            while reader.read(&mut Vec::new()).expect("readable").is_continue() {}
            ended.send(()).expect("the test waits");
        });
        end.recv_timeout(Duration::from_secs(10)).expect("it ends");
    }

    #[test]
    fn every_datagram_arrives_with_and_without_segmentation() {
        let sizes = [130, 130, 130, 90, 140, 140, 20];
        assert_eq!(arrivals(true, &sizes), of_sizes(&sizes));
        assert_eq!(arrivals(false, &sizes), of_sizes(&sizes));
    }
}
