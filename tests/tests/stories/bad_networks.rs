//! Networks that lose, block and attack.

use crate::{SOON, assert_level, expected_db, listen};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, UdpSocket};
use torg_client::{Emulator, Options, Statistics};
use torg_tests::{Recording, Square, named, request};

/// Datagrams of a handshake, in either direction, of which each is lost once.
const HANDSHAKE_DATAGRAMS: u32 = 6;

/// How long a join may take when one datagram of the handshake is lost.
const LOSSY_JOIN: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread")]
async fn five_percent_loss_is_heard_as_speech() {
    let square = Square::start().await;
    let file = square.file("bob.wav");
    let lossy = || Emulator::loss(0.05, 7);
    let mut ann = square.guest(named("Ann").at(10.0, 10.0).tone(450.0).behind(lossy())).await;
    let mut bob = square.guest(named("Bob").at(11.0, 10.0).tone(700.0).behind(lossy()).record(&file)).await;
    ann.wait_until_hears("Bob", SOON).await.expect("Ann hears Bob");
    bob.wait_until_hears("Ann", SOON).await.expect("Bob hears Ann");
    listen(6.0).await;
    ann.leave().await.expect("figures");
    let bob = bob.leave().await.expect("figures");
    let recording = Recording::read(&file);
    let end = recording.seconds() - 0.3;
    assert_level("through 5 % loss", recording.level_db(450.0, end - 5.0..end), expected_db(1.0));
    let lost = bob.packets_lost as f64 / (bob.packets_lost + bob.packets_received) as f64;
    assert!((0.02..0.20).contains(&lost), "lost on the way up and on the way down: {bob:?}");
    assert!(bob.longest_gap_ms < 400.0, "{bob:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_datagram_of_the_handshake_delays_and_does_not_hang() {
    let square = Square::start().await;
    let _speaker = square.guest(named("Speaker").at(10.0, 10.0).tone(450.0)).await;
    for number in 0..HANDSHAKE_DATAGRAMS {
        for (way, emulator) in
            [("sent", Emulator::drop_dtls_sent(number)), ("received", Emulator::drop_dtls_received(number))]
        {
            let what = format!("datagram {number} {way}");
            let began = Instant::now();
            let mut guest = square.guest(named(&what).at(11.0, 10.0).behind(emulator)).await;
            guest.wait_until_hears("Speaker", SOON).await.expect("sound");
            let took = began.elapsed();
            let figures = guest.leave().await.expect("figures");
            println!("{what} lost: sound after {} ms, {} tries failed", took.as_millis(), figures.rejoins);
            assert!(took < LOSSY_JOIN, "{what}: {took:?}");
            assert_eq!(figures.rejoins, 0, "{what}: the flight was sent again, not the whole offer");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_udp_is_blocked_tcp_carries_it_all() {
    let square = Square::start().await;
    let file = square.file("bob.wav");
    let mut ann = square.guest(named("Ann").at(10.0, 10.0).tone(450.0).over_tcp()).await;
    let mut bob = square.guest(named("Bob").at(11.0, 10.0).tone(700.0).over_tcp().record(&file)).await;
    let mut cem = square.guest(named("Cem").at(10.0, 11.0)).await;
    ann.wait_until_hears("Bob", SOON).await.expect("TCP to TCP");
    bob.wait_until_hears("Ann", SOON).await.expect("TCP to TCP");
    cem.wait_until_hears("Ann", SOON).await.expect("TCP to UDP");
    listen(2.5).await;
    bob.leave().await.expect("figures");
    let recording = Recording::read(&file);
    let end = recording.seconds() - 0.3;
    assert_level("over TCP", recording.level_db(450.0, end - 2.0..end), expected_db(1.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_on_the_media_port_disturbs_nobody() {
    let square = Square::start().await;
    let mut ann = square.guest(named("Ann").at(10.0, 10.0).tone(450.0)).await;
    let mut bob = square.guest(named("Bob").at(11.0, 10.0).tone(700.0)).await;
    ann.wait_until_hears("Bob", SOON).await.expect("Ann hears Bob");
    bob.wait_until_hears("Ann", SOON).await.expect("Bob hears Ann");
    throw_datagrams(square.address()).await;
    throw_streams(square.address()).await;
    listen(1.0).await;
    let mut newcomer = square.guest(named("Newcomer").at(10.0, 11.0)).await;
    newcomer.wait_until_hears("Ann", SOON).await.expect("the port still takes people");
    assert_eq!(request(square.address(), "GET", "/healthz", &[], "").await.status, 200);
    for guest in [ann, bob] {
        let figures = guest.leave().await.expect("figures");
        assert!(undisturbed(&figures), "{figures:?}");
    }
}

/// Nothing was lost, nothing came twice over, and there was no pause.
fn undisturbed(figures: &Statistics) -> bool {
    figures.packets_lost == 0 && figures.mislabelled == 0 && figures.longest_gap_ms < 250.0 && figures.rejoins == 0
}

/// Two thousand datagrams that look like STUN, DTLS, RTP, RTCP and like nothing at all.
async fn throw_datagrams(server: SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("loopback gives a port");
    let mut random = Random(0x7067_6174);
    for number in 0..2_000_usize {
        let mut datagram: Vec<u8> = (0..random.next() as usize % 1_400).map(|_| random.next() as u8).collect();
        let first = [0x00, 0x01, 0x16, 0x17, 0x14, 0x80, 0x90, 0xff][number % 8];
        if let Some(byte) = datagram.first_mut() {
            *byte = first;
        }
        // A STUN header whose length lies, with the cookie in its place (RFC 8489, section 5).
        if first < 4 && datagram.len() > 20 {
            datagram[1] = 1;
            datagram[4..8].copy_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
        }
        let _ = socket.send_to(&datagram, server).await;
        if number % 50 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Connections that begin like framed STUN (RFC 4571) or TLS or nothing, and then lie, break off or say nothing.
async fn throw_streams(server: SocketAddr) {
    let mut random = Random(0x746f_7267);
    let mut held = Vec::new();
    for number in 0..60_u8 {
        let mut stream = TcpStream::connect(server).await.expect("the port is open");
        let mut bytes = vec![0, 32, 0, 1, 0xff, 0xff, 0x21, 0x12, 0xa4, 0x42];
        match number % 4 {
            0 => bytes = Vec::new(),
            1 => bytes.extend((0..200).map(|_| random.next() as u8)),
            2 => bytes = vec![0x16, 0x03, 0x01, 0xff, 0xff, 0x01],
            _ => bytes.truncate(usize::from(number) % 10),
        }
        let _ = stream.write_all(&bytes).await;
        if number % 3 == 0 {
            held.push(stream);
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
}

/// Numbers that look random and are the same in every run (xorshift, G. Marsaglia 2003).
struct Random(u32);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_behind_heavy_loss_still_gets_in() {
    let square = Square::start().await;
    let _speaker = square.guest(named("Speaker").at(10.0, 10.0).tone(450.0)).await;
    for seed in 1..=3 {
        let options: Options = named("Lossy").at(11.0, 10.0).behind(Emulator::loss(0.15, seed));
        let mut guest = square.guest(options).await;
        guest.wait_until_hears("Speaker", SOON).await.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        guest.leave().await.expect("figures");
    }
}
