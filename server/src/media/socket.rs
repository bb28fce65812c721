//! The one UDP socket: how it is bound, read in batches and written with segmentation offload.
//!
//! The socket serves IPv4 and IPv6 where the machine has both. Inside, addresses are always canonical (an IPv4
//! peer is an IPv4 address); only this file knows of mapped ones.

use super::limits::{DATAGRAM_BYTES_MAX, READ_BATCH, RECEIVE_BUFFER_BYTES};
use bytes::BytesMut;
use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
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

/// The reading half.
pub(super) struct Reader {
    socket: tokio::net::UdpSocket,
    state: Arc<UdpSocketState>,
    buffers: Vec<Vec<u8>>,
}

impl Reader {
    /// Waits until datagrams are there and reads a batch. Coalesced ones (GRO) are taken apart.
    ///
    /// # Errors
    /// What the system says. Errors that belong to one remote (ICMP) are not told here.
    pub(super) async fn read(&mut self, into: &mut Vec<Received>) -> io::Result<()> {
        let mut metas = [RecvMeta::default(); READ_BATCH];
        let (socket, state, buffers) = (&self.socket, &self.state, &mut self.buffers);
        let count = socket
            .async_io(tokio::io::Interest::READABLE, || {
                let mut slices: Vec<IoSliceMut<'_>> =
                    buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
                state.recv(UdpSockRef::from(socket), &mut slices, &mut metas)
            })
            .await?;
        for (meta, buffer) in metas.iter().zip(&self.buffers).take(count) {
            let from = SocketAddr::new(meta.addr.ip().to_canonical(), meta.addr.port());
            let to = meta.dst_ip.map(|ip| ip.to_canonical());
            let received = &buffer[..meta.len];
            for datagram in received.chunks(meta.stride.max(1)) {
                into.push(Received { from, to, bytes: BytesMut::from(datagram) });
            }
        }
        Ok(())
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

/// Splits the socket into its halves. Must be called inside a tokio runtime, which will drive the reader.
///
/// # Errors
/// What the system says.
pub(super) fn split(socket: UdpSocket) -> io::Result<(Reader, Transmitter)> {
    let state = Arc::new(UdpSocketState::new(UdpSockRef::from(&socket))?);
    let is_dual_stack = socket.local_addr()?.is_ipv6();
    let writing = Arc::new(socket.try_clone()?);
    let bytes = DATAGRAM_BYTES_MAX * state.gro_segments().max(1);
    let buffers = (0..READ_BATCH).map(|_| vec![0; bytes.min(64 * 1024)]).collect();
    let reader = Reader { socket: tokio::net::UdpSocket::from_std(socket)?, state: Arc::clone(&state), buffers };
    let gso_refused = Arc::new(AtomicBool::new(false));
    Ok((reader, Transmitter { socket: writing, state, is_dual_stack, gso_refused }))
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
    /// Sends datagrams to one remote, in runs of equal size where the kernel segments (UDP_SEGMENT): all of a run
    /// have one size but the last, which may be smaller. What the socket's buffer does not hold is dropped, as
    /// a full network would.
    pub(super) fn send(&self, path: Path, datagrams: &[BytesMut], scratch: &mut Vec<u8>, sent: &mut Sent) {
        let segments_max = if self.gso_refused.load(Ordering::Relaxed) { 1 } else { self.state.max_gso_segments() };
        let mut rest = datagrams;
        while !rest.is_empty() {
            let run = run_length(rest, segments_max);
            let (now, later) = rest.split_at(run);
            rest = later;
            if run == 1 {
                self.send_one(path, &now[0], None, sent);
                continue;
            }
            scratch.clear();
            now.iter().for_each(|datagram| scratch.extend_from_slice(datagram));
            let before = sent.refused;
            self.send_one(path, scratch, Some(now[0].len()), sent);
            if sent.refused > before && self.gso_refused.load(Ordering::Relaxed) {
                sent.refused = before;
                now.iter().for_each(|datagram| self.send_one(path, datagram, None, sent));
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

/// How many of the datagrams make one run: equal sizes, then at most one smaller, within 64 KiB in all.
fn run_length(datagrams: &[BytesMut], segments_max: usize) -> usize {
    let size = datagrams[0].len();
    let fits = (60_000 / size.max(1)).clamp(1, segments_max.max(1));
    let equal = datagrams.iter().take(fits).take_while(|datagram| datagram.len() == size).count();
    let tail = datagrams.get(equal).is_some_and(|next| equal < fits && next.len() < size);
    equal + usize::from(tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn of_sizes(sizes: &[usize]) -> Vec<BytesMut> {
        sizes.iter().enumerate().map(|(number, &size)| BytesMut::from(&vec![number as u8; size][..])).collect()
    }

    #[test]
    fn runs_are_equal_with_a_smaller_tail() {
        assert_eq!(run_length(&of_sizes(&[100, 100, 100]), 64), 3);
        assert_eq!(run_length(&of_sizes(&[100, 100, 80, 80]), 64), 3);
        assert_eq!(run_length(&of_sizes(&[100, 120]), 64), 1);
        assert_eq!(run_length(&of_sizes(&[100, 100, 100]), 2), 2);
        assert_eq!(run_length(&of_sizes(&[100, 100, 100]), 1), 1);
    }

    /// What arrives at a plain socket, in order of arrival.
    fn arrivals(gso: bool, sizes: &[usize]) -> Vec<Vec<u8>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let _inside = runtime.enter();
        let (_reader, transmitter) = split(bind(0).expect("a socket")).expect("halves");
        if !gso {
            transmitter.refuse_gso();
        }
        let listener = UdpSocket::bind("127.0.0.1:0").expect("a listener");
        listener.set_read_timeout(Some(Duration::from_secs(2))).expect("a timeout");
        let path = Path { to: listener.local_addr().expect("its address"), from: Some(Ipv4Addr::LOCALHOST.into()) };
        let mut sent = Sent::default();
        transmitter.send(path, &of_sizes(sizes), &mut Vec::new(), &mut sent);
        assert_eq!((sent.datagrams, sent.refused), (sizes.len() as u64, 0));
        let mut buffer = [0; 2_048];
        let mut read = || listener.recv(&mut buffer).map(|length| buffer[..length].to_vec()).expect("a datagram");
        sizes.iter().map(|_| read()).collect()
    }

    #[test]
    fn every_datagram_arrives_with_and_without_segmentation() {
        let sizes = [130, 130, 130, 90, 140, 140, 20];
        let want: Vec<Vec<u8>> = of_sizes(&sizes).into_iter().map(|datagram| datagram.to_vec()).collect();
        assert_eq!(arrivals(true, &sizes), want);
        assert_eq!(arrivals(false, &sizes), want);
    }
}
