//! The port: media, TLS and garbage.

use crate::support::{PATIENCE, Server, Socket, ask, ask_over, get, hello_with, parts_of_link};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::MaybeTlsStream;
use torg_server::config::TlsFiles;

#[tokio::test]
async fn garbage_is_dropped_and_pages_go_on() {
    let server = Server::start().await;
    let mut slow = TcpStream::connect(server.addr()).await.expect("a connection");
    slow.write_all(b"\x00").await.expect("one byte");
    for garbage in
        [&b"\xFF\xFE\xFD"[..], b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", b"\x16\x03\x01\x00\x05hello", b"hi\n"]
    {
        let mut stream = TcpStream::connect(server.addr()).await.expect("a connection");
        stream.write_all(garbage).await.expect("sent");
        let mut byte = [0];
        let read = timeout(PATIENCE, stream.read(&mut byte)).await.expect("closed in time");
        assert!(matches!(read, Ok(0) | Err(_)), "garbage got an answer");
    }
    assert_eq!(get(server.addr(), "/healthz").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn first_bytes_may_come_one_by_one() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.addr()).await.expect("a connection");
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.addr());
    for byte in request.bytes() {
        stream.write_all(&[byte]).await.expect("sent");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect("in time").expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn with_a_certificate_it_speaks_https_and_http_is_sent_there() {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = TlsFiles { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    std::fs::write(&files.certificate, certified.cert.pem()).expect("written");
    std::fs::write(&files.key, certified.signing_key.serialize_pem()).expect("written");
    let server = Server::start_with(|config| config.tls = Some(files)).await;
    assert!(server.running.join_link.starts_with("https://"), "{}", server.running.join_link);

    let mut roots = rustls::RootCertStore::empty();
    roots.add(certified.cert.der().clone()).expect("a root");
    let config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let connect = async || {
        let stream = TcpStream::connect(server.addr()).await.expect("a connection");
        let name = "localhost".try_into().expect("a name");
        timeout(PATIENCE, connector.connect(name, stream)).await.expect("in time").expect("a handshake")
    };
    let answer = ask_over(connect().await, "localhost", "GET", "/healthz", &[], b"").await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "ok\n"));

    let (_, token) = parts_of_link(&server.running.join_link);
    let mut socket = Socket::over("wss://localhost/ws/torg", MaybeTlsStream::Rustls(connect().await)).await;
    socket.say(hello_with(&token, json!({}))).await;
    socket.welcomed().await;

    let plain = ask(server.addr(), "GET", "/s/torg?x=1", &[("Host", "localhost:8443")], b"").await;
    assert_eq!(plain.status, 308);
    assert_eq!(plain.header("location"), Some("https://localhost:8443/s/torg?x=1"));
    server.stop().await;
}

#[tokio::test]
async fn a_wrong_certificate_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = TlsFiles { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    let mut config = torg_server::config::Config::local(&folder.path().join("data"));
    config.tls = Some(files.clone());
    let error = torg_server::run(config.clone()).await.expect_err("no such file");
    assert!(format!("{error:#}").contains("cert.pem cannot be read"), "{error:#}");
    std::fs::write(&files.certificate, "no certificate").expect("written");
    let error = torg_server::run(config).await.expect_err("no certificate");
    assert!(format!("{error:#}").contains("BEGIN CERTIFICATE"), "{error:#}");
}

#[tokio::test]
async fn media_may_have_a_port_of_its_own() {
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = free.expect("a free port").port();
    let server = Server::start_with(|config| config.media_port = Some(port)).await;
    let media = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect(media).await.expect("the media port listens");
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("sent");
    let mut byte = [0];
    let read = timeout(PATIENCE, stream.read(&mut byte)).await.expect("closed in time");
    assert!(matches!(read, Ok(0) | Err(_)), "the media port serves no pages");
    assert_eq!(get(server.addr(), "/healthz").await.status, 200);
    server.stop().await;
}
