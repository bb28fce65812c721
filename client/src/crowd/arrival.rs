//! When datagrams arrive. A crowd is hundreds of guests on the machine of the server that it is to measure, and must
//! not get in its way.
//!
//! What waits in a guest's socket waits for the crowd and not for the server: on Linux the kernel's own time of
//! arrival is what counts. And to wake a program for a datagram is work that the kernel does on the time of the
//! server that sends it, as long as both are on one machine. So a guest who is in reads on a beat, and nobody is woken.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};
use tokio::net::UdpSocket;
use tokio::time::{Interval, MissedTickBehavior, interval_at};

/// How often guests who are in read: well below the 20 ms between two packets of a voice.
const BEAT: Duration = Duration::from_millis(4);

/// The moment from which all beats are counted, so that the whole crowd reads at once.
static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A guest's socket.
#[derive(Debug)]
pub(super) enum ArrivalSocket {
    /// Coming in: each datagram is answered at once.
    Woken(UdpSocket),
    /// In.
    OnBeat(std::net::UdpSocket, Interval),
}

/// A datagram's length, where it came from, and when.
pub(super) type Arrived = (usize, SocketAddr, SystemTime);

impl ArrivalSocket {
    /// A socket on any port of an address.
    pub(super) async fn bind(ip: IpAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind((ip, 0)).await?;
        system::ask_for_times(&socket)?;
        Ok(Self::Woken(socket))
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Woken(socket) => socket.local_addr(),
            Self::OnBeat(socket, _) => socket.local_addr(),
        }
    }

    /// The same socket, from now on read on the beat.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn on_beat(self) -> io::Result<Self> {
        let Self::Woken(socket) = self else { return Ok(self) };
        let passed = EPOCH.elapsed().as_micros() % BEAT.as_micros();
        let next = Instant::now() + BEAT.saturating_sub(Duration::from_micros(passed as u64));
        let mut beat = interval_at(next.into(), BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Ok(Self::OnBeat(socket.into_std()?, beat))
    }

    /// Waits until it is time to read.
    pub(super) async fn readable(&mut self) -> io::Result<()> {
        match self {
            Self::Woken(socket) => socket.readable().await,
            Self::OnBeat(_, beat) => {
                beat.tick().await;
                Ok(())
            }
        }
    }

    pub(super) fn try_send_to(&self, datagram: &[u8], to: SocketAddr) -> io::Result<usize> {
        match self {
            Self::Woken(socket) => socket.try_send_to(datagram, to),
            Self::OnBeat(socket, _) => socket.send_to(datagram, to),
        }
    }

    /// Takes a datagram that is there.
    ///
    /// # Errors
    /// `WouldBlock` when there is none.
    pub(super) fn try_read(&self, buffer: &mut [u8]) -> io::Result<Arrived> {
        match self {
            Self::Woken(socket) => socket.try_io(tokio::io::Interest::READABLE, || system::read(socket, buffer)),
            Self::OnBeat(socket, _) => system::read(socket, buffer),
        }
    }
}

/// The moment by our clock at which something arrived: what was read late came earlier.
pub(super) fn moment_of(at: SystemTime) -> Instant {
    let now = Instant::now();
    now.checked_sub(at.elapsed().unwrap_or_default()).unwrap_or(now)
}

#[cfg(target_os = "linux")]
mod system {
    use super::Arrived;
    use nix::sys::socket::{
        ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt::ReceiveTimestampns,
    };
    use nix::sys::time::TimeSpec;
    use std::io::{self, IoSliceMut};
    use std::net::SocketAddr;
    use std::os::fd::{AsFd, AsRawFd};
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    pub(super) fn ask_for_times(socket: &impl AsFd) -> io::Result<()> {
        setsockopt(socket, ReceiveTimestampns, &true).map_err(io::Error::from)
    }

    pub(super) fn read(socket: &impl AsRawFd, buffer: &mut [u8]) -> io::Result<Arrived> {
        let mut slices = [IoSliceMut::new(buffer)];
        let mut control = nix::cmsg_space!(TimeSpec);
        let flags = MsgFlags::MSG_DONTWAIT;
        let received = recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut slices, Some(&mut control), flags)?;
        let at = received.cmsgs()?.find_map(|message| match message {
            ControlMessageOwned::ScmTimestampns(time) => Some(UNIX_EPOCH + Duration::from(time)),
            _ => None,
        });
        let address = received.address.and_then(|address| socket_address(&address));
        let from = address.ok_or_else(|| io::Error::other("a datagram from no address"))?;
        Ok((received.bytes, from, at.unwrap_or_else(SystemTime::now)))
    }

    fn socket_address(address: &SockaddrStorage) -> Option<SocketAddr> {
        let v4 = address.as_sockaddr_in().map(|v4| SocketAddr::new(v4.ip().into(), v4.port()));
        v4.or_else(|| address.as_sockaddr_in6().map(|v6| SocketAddr::new(v6.ip().into(), v6.port())))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Arrived;
    use std::io;
    use std::time::SystemTime;

    pub(super) fn ask_for_times(_socket: &tokio::net::UdpSocket) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn read(socket: &impl Receives, buffer: &mut [u8]) -> io::Result<Arrived> {
        socket.receive(buffer).map(|(length, from)| (length, from, SystemTime::now()))
    }

    /// Both kinds of socket.
    pub(super) trait Receives {
        fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, std::net::SocketAddr)>;
    }

    impl Receives for tokio::net::UdpSocket {
        fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, std::net::SocketAddr)> {
            self.try_recv_from(buffer)
        }
    }

    impl Receives for std::net::UdpSocket {
        fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, std::net::SocketAddr)> {
            self.recv_from(buffer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_datagram_that_waits_has_the_time_of_its_arrival() {
        let socket = ArrivalSocket::bind(IpAddr::from([127, 0, 0, 1])).await.expect("a socket");
        let mut socket = socket.on_beat().expect("on the beat");
        let sender = UdpSocket::bind("127.0.0.1:0").await.expect("a sender");
        let waited = Duration::from_millis(300);
        let mut late = Duration::ZERO;
        // Linux begins to note times a moment after the first socket asks for them: what comes before has the time at
        // which it is read.
        for _ in 0..10 {
            let sent = SystemTime::now();
            sender.send_to(b"voice", socket.local_addr().expect("an address")).await.expect("sent");
            tokio::time::sleep(waited).await;
            socket.readable().await.expect("readable");
            let mut buffer = [0; 64];
            let (length, from, at) = socket.try_read(&mut buffer).expect("a datagram");
            assert_eq!((&buffer[..length], from), (&b"voice"[..], sender.local_addr().expect("an address")));
            late = at.duration_since(sent).unwrap_or_default();
            if late < waited {
                break;
            }
        }
        assert!(cfg!(not(target_os = "linux")) || late < waited, "{late:?}");
    }
}
