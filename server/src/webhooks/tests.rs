//! A target that answers what it is told to, and one that is not who it says.

use super::deliver::{Courier, NotTaken};
use super::*;
use crate::config::WebhookSecret;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::{TlsAcceptor, TlsConnector};
use torg_protocol::ids::SpaceId;
use torg_protocol::text::Label;
use torg_protocol::units::TimeMs;

const PATIENCE: Duration = Duration::from_secs(20);

fn letter() -> Letter {
    Letter::new(&Occasion {
        space: SpaceId::parse("torg").expect("an id"),
        name: Label::parse("Torg").expect("a name"),
        at: TimeMs(1_790_000_000_500),
        what: What::SpaceClosed,
    })
}

fn webhooks(url: &str, allow_private: bool) -> Webhooks {
    Webhooks {
        targets: vec![WebhookTarget::parse(url, allow_private).expect("a target")],
        secret: WebhookSecret::parse("0123456789abcdef01234567").expect("a secret"),
        allow_private,
    }
}

/// Sends once; how it went, in time.
async fn send(courier: &Courier, webhooks: &Webhooks) -> Result<(), NotTaken> {
    let (target, letter) = (&webhooks.targets[0], letter());
    tokio::time::timeout(PATIENCE, courier.send(target, &letter)).await.expect("in time")
}

/// Reads a request and answers it.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, response: &str) -> String {
    let mut request = Vec::new();
    // Its last field is the last of the alphabet.
    while !request.ends_with(br#""type":"space.closed"}"#) {
        if stream.read_buf(&mut request).await.expect("a request") == 0 {
            break;
        }
    }
    stream.write_all(response.as_bytes()).await.expect("the answer is taken");
    stream.shutdown().await.expect("and that is all");
    String::from_utf8(request).expect("text")
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    (listener, addr)
}

#[test]
fn what_is_told_is_one_json_object() {
    let letter = letter();
    assert!(letter.id.starts_with("msg_") && letter.id.len() > 20);
    let body: serde_json::Value = serde_json::from_slice(&letter.body).expect("JSON");
    assert_eq!(
        body,
        json!({ "type": "space.closed", "timestamp": "2026-09-21T14:13:20.5Z",
                "data": { "space": { "id": "torg", "name": "Torg" } } })
    );
}

#[tokio::test]
async fn what_a_target_answers_says_whether_it_is_told_again() {
    let (listener, addr) = listener().await;
    let webhooks = webhooks(&format!("http://{addr}/hook?a=1"), true);
    let courier = Courier::new(&webhooks).expect("a courier");
    for (response, words) in [
        ("HTTP/1.1 204 No Content\r\n\r\n", ""),
        ("HTTP/1.1 500 Internal Server Error\r\n\r\n", "it answered 500"),
        ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", "it answered 302"),
        ("HTTP/1.1 410 Gone\r\n\r\n", "410 Gone"),
        ("SSH-2.0-nothing like it\r\n\r\n", "it did not answer as a web server does"),
        ("", "it did not answer as a web server does"),
    ] {
        let answered = async { answer(listener.accept().await.expect("a connection").0, response).await };
        let (sent, request) = tokio::join!(send(&courier, &webhooks), answered);
        assert!(request.starts_with("POST /hook?a=1 HTTP/1.1\r\n"), "{request}");
        assert!(request.to_lowercase().contains(&format!("host: {addr}\r\n")), "{request}");
        match sent {
            Ok(()) => assert_eq!(words, ""),
            Err(NotTaken::ForGood(why)) => assert!(why.contains(words) && words.contains("410"), "{why}"),
            Err(NotTaken::Yet(why)) => assert!(!words.is_empty() && why.contains(words), "{why}"),
        }
    }
}

/// `localhost` is a name like any other until it is looked up: what it says then is what counts.
#[tokio::test]
async fn a_name_that_leads_to_the_own_network_is_refused_at_the_moment_of_use() {
    let (listener, addr) = listener().await;
    let mut own = vec![format!("http://localhost:{}/", addr.port()), format!("http://0x7f.1:{}/", addr.port())];
    // A machine's own public address leads to itself just as well; most have one that is private, and one is enough.
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mine = interfaces.iter().map(if_addrs::Interface::ip).filter(std::net::IpAddr::is_ipv4);
    own.extend(mine.filter(|ip| !crate::config::is_private(*ip)).map(|ip| format!("http://{ip}:{}/", addr.port())));
    for url in own {
        let webhooks = webhooks(&url, false);
        let courier = Courier::new(&webhooks).expect("a courier");
        let Err(NotTaken::Yet(why)) = send(&courier, &webhooks).await else { panic!("{url} was told") };
        let unknown = why.contains("can't be looked up");
        assert!(why.contains("own network") || (unknown && !url.contains("localhost")), "{url}: {why}");
    }
    let nobody = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(nobody.is_err(), "nobody even knocked");
}

#[tokio::test]
async fn a_target_must_be_who_its_certificate_says() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate");
    let (listener, addr) = listener().await;
    for (name, told) in [("localhost", true), ("other.example", false)] {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        let certificate = params.signed_by(&key, &authority).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let server = rustls::ServerConfig::builder().with_no_client_auth();
        let server = server.with_single_cert(vec![certificate.der().clone()], key).expect("a server");
        let acceptor = TlsAcceptor::from(Arc::new(server));
        let mut roots = rustls::RootCertStore::empty();
        roots.add(authority.der().clone()).expect("a root");
        let client = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let webhooks = webhooks(&format!("https://localhost:{}/", addr.port()), true);
        let courier = Courier::with_tls(&webhooks, Some(TlsConnector::from(Arc::new(client))));
        let answered = async {
            let stream = listener.accept().await.expect("a connection").0;
            match acceptor.accept(stream).await {
                Ok(stream) => answer(stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await,
                Err(_) => String::new(),
            }
        };
        let (sent, request) = tokio::join!(send(&courier, &webhooks), answered);
        assert_eq!((sent.is_ok(), request.contains("webhook-signature")), (told, told), "{name}: {sent:?}");
    }
}

#[test]
fn pauses_grow_and_have_an_end() {
    for tried in 1..40 {
        let (least, most) = (pause(tried), pause(tried + 3));
        assert!(least >= WEBHOOK_PAUSE_FIRST.mul_f64(0.75) && least <= WEBHOOK_PAUSE_MAX.mul_f64(1.25));
        assert!(least < most || most >= WEBHOOK_PAUSE_MAX.mul_f64(0.75), "{tried}: {least:?} {most:?}");
    }
}
