//! One try: look the name up, look at the address, connect to that very address, and post.

use super::Letter;
use crate::config::{WebhookSecret, WebhookTarget, Webhooks, is_private};
use crate::limits::{WEBHOOK_ADDRESSES_MAX, WEBHOOK_WAIT};
use anyhow::{Context as _, bail};
use axum::http::{Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use ring::hmac;
use rustls::pki_types::ServerName;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

/// Carries what is told.
pub(super) struct Courier {
    secret: WebhookSecret,
    allow_private: bool,
    /// Where any target needs it.
    tls: Option<TlsConnector>,
}

/// Why a target did not take it.
#[derive(Debug)]
pub(super) enum NotTaken {
    /// It may take it later.
    Yet(String),
    /// It says that it never will.
    ForGood(String),
}

impl Courier {
    pub(super) fn new(webhooks: &Webhooks) -> anyhow::Result<Self> {
        let needs_tls = webhooks.targets.iter().any(|target| target.tls);
        let tls = if needs_tls { Some(connector()?) } else { None };
        Ok(Self::with_tls(webhooks, tls))
    }

    /// With the certificates that `tls` trusts.
    pub(super) fn with_tls(webhooks: &Webhooks, tls: Option<TlsConnector>) -> Self {
        Self { secret: webhooks.secret.clone(), allow_private: webhooks.allow_private, tls }
    }

    /// Tries once.
    pub(super) async fn send(&self, target: &WebhookTarget, letter: &Letter) -> Result<(), NotTaken> {
        let status = match tokio::time::timeout(WEBHOOK_WAIT, self.post(target, letter)).await {
            Ok(answered) => answered.map_err(|error| NotTaken::Yet(format!("{error:#}")))?,
            Err(_) => return Err(NotTaken::Yet("it did not answer in time".to_owned())),
        };
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(NotTaken::ForGood("it answered 410 Gone".to_owned())),
            // A redirection is not followed: it could lead to where the target itself may not.
            status => Err(NotTaken::Yet(format!("it answered {status}"))),
        }
    }

    async fn post(&self, target: &WebhookTarget, letter: &Letter) -> anyhow::Result<StatusCode> {
        let stream = self.connect(target).await?;
        match &self.tls {
            Some(tls) if target.tls => {
                let name =
                    ServerName::try_from(target.host.clone()).context("its name can't be one of a certificate")?;
                let stream = tls.connect(name, stream).await.context("it can't be spoken to by TLS")?;
                self.post_over(stream, target, letter).await
            }
            _ => self.post_over(stream, target, letter).await,
        }
    }

    /// The addresses of a name are looked at when they are used, each time anew: a name can be made to point elsewhere
    /// at any moment.
    async fn connect(&self, target: &WebhookTarget) -> anyhow::Result<TcpStream> {
        let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
        let addresses: Vec<SocketAddr> =
            found.context("its name can't be looked up")?.take(WEBHOOK_ADDRESSES_MAX).collect();
        let mut last = anyhow::anyhow!("its name has no address");
        for address in addresses {
            if !self.allow_private && (is_private(address.ip()) || is_own(address.ip())) {
                let ip = address.ip();
                last = anyhow::anyhow!("{ip} is in this server's own network: allow that by --webhook-allow-private");
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = anyhow::anyhow!("it can't be reached: {error}"),
            }
        }
        Err(last)
    }

    async fn post_over<S>(&self, stream: S, target: &WebhookTarget, letter: &Letter) -> anyhow::Result<StatusCode>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Ends with this function, also when that is given up: what is said beside the status interests nobody, and a
        // target that never ends its answer holds nothing.
        let mut line = JoinSet::new();
        line.spawn(connection);
        let answered = sender.send_request(self.request(target, letter)?).await;
        Ok(answered.context("it did not answer as a web server does")?.status())
    }

    fn request(&self, target: &WebhookTarget, letter: &Letter) -> anyhow::Result<Request<Full<Bytes>>> {
        let Some(authority) = target.uri.authority() else { bail!("it has no host") };
        let timestamp = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let request = Request::builder()
            .method(Method::POST)
            .uri(target.uri.path_and_query().map_or("/", |path| path.as_str()))
            .header(header::HOST, authority.as_str())
            .header(header::USER_AGENT, concat!("torg/", env!("CARGO_PKG_VERSION")))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONNECTION, "close")
            .header("webhook-id", &letter.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", sign(&self.secret, &letter.id, timestamp, &letter.body));
        Ok(request.body(Full::new(letter.body.clone()))?)
    }
}

/// Standard Webhooks, "Signature scheme".
fn sign(secret: &WebhookSecret, id: &str, timestamp: u64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
    let mut signing = hmac::Context::with_key(&key);
    signing.update(format!("{id}.{timestamp}.").as_bytes());
    signing.update(body);
    format!("v1,{}", STANDARD.encode(signing.sign()))
}

/// Whether an address is one of this very machine, though a public one.
fn is_own(ip: IpAddr) -> bool {
    if_addrs::get_if_addrs().unwrap_or_default().iter().any(|interface| interface.ip() == ip)
}

fn connector() -> anyhow::Result<TlsConnector> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!("certificates that this machine trusts: {error}");
    }
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        bail!("a webhook by https needs certificates to trust: install the package ca-certificates");
    }
    let config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification and of its reference libraries.
    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signature = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
