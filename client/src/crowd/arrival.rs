//! When datagrams arrive. A crowd is hundreds of guests in one process, so what waits in their sockets waits for the
//! crowd and not for the server: on Linux the kernel's own time of arrival is what counts.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::SystemTime;
use tokio::net::UdpSocket;

/// A guest's socket.
#[derive(Debug)]
pub(super) struct ArrivalSocket(UdpSocket);

/// A datagram's length, where it came from, and when.
pub(super) type Arrived = (usize, SocketAddr, SystemTime);

impl ArrivalSocket {
    /// A socket on any port of an address.
    pub(super) async fn bind(ip: IpAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind((ip, 0)).await?;
        #[cfg(target_os = "linux")]
        kernel::ask_for_times(&socket)?;
        Ok(Self(socket))
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    pub(super) async fn readable(&self) -> io::Result<()> {
        self.0.readable().await
    }

    pub(super) fn try_send_to(&self, datagram: &[u8], to: SocketAddr) -> io::Result<usize> {
        self.0.try_send_to(datagram, to)
    }

    /// Takes a datagram that is there.
    ///
    /// # Errors
    /// `WouldBlock` when there is none.
    pub(super) fn try_read(&self, buffer: &mut [u8]) -> io::Result<Arrived> {
        #[cfg(target_os = "linux")]
        return self.0.try_io(tokio::io::Interest::READABLE, || kernel::read(&self.0, buffer));
        #[cfg(not(target_os = "linux"))]
        self.0.try_recv_from(buffer).map(|(length, from)| (length, from, SystemTime::now()))
    }
}

#[cfg(target_os = "linux")]
mod kernel {
    use super::Arrived;
    use nix::sys::socket::{
        ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt::ReceiveTimestampns,
    };
    use nix::sys::time::TimeSpec;
    use std::io::{self, IoSliceMut};
    use std::net::SocketAddr;
    use std::os::fd::AsRawFd as _;
    use std::time::{Duration, SystemTime, UNIX_EPOCH};
    use tokio::net::UdpSocket;

    pub(super) fn ask_for_times(socket: &UdpSocket) -> io::Result<()> {
        setsockopt(socket, ReceiveTimestampns, &true).map_err(io::Error::from)
    }

    pub(super) fn read(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<Arrived> {
        let mut slices = [IoSliceMut::new(buffer)];
        let mut control = nix::cmsg_space!(TimeSpec);
        let received =
            recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut slices, Some(&mut control), MsgFlags::MSG_DONTWAIT)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_datagram_that_waits_has_the_time_of_its_arrival() {
        let socket = ArrivalSocket::bind(IpAddr::from([127, 0, 0, 1])).await.expect("a socket");
        let sender = UdpSocket::bind("127.0.0.1:0").await.expect("a sender");
        let sent = SystemTime::now();
        sender.send_to(b"voice", socket.local_addr().expect("an address")).await.expect("sent");
        let waited = Duration::from_millis(300);
        tokio::time::sleep(waited).await;
        socket.readable().await.expect("readable");
        let mut buffer = [0; 64];
        let (length, from, at) = socket.try_read(&mut buffer).expect("a datagram");
        assert_eq!((&buffer[..length], from), (&b"voice"[..], sender.local_addr().expect("an address")));
        let late = at.duration_since(sent).unwrap_or_default();
        assert!(cfg!(not(target_os = "linux")) || late < waited, "{late:?}");
    }
}
