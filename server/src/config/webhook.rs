//! Who is told of what happens, and which addresses may not be.

use super::ConfigError;
use crate::limits::WEBHOOK_TARGETS_MAX;
use axum::http::Uri;
use axum::http::uri::Scheme;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Webhooks, as they are configured.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Who is told.
    pub targets: Vec<WebhookTarget>,
    /// What is told is signed by this.
    pub secret: WebhookSecret,
    /// Whether targets may be in the server's own network.
    pub allow_private: bool,
}

/// An address that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookTarget {
    /// Whether by https.
    pub tls: bool,
    /// The name or address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The whole of it.
    pub uri: Uri,
}

/// The key that signs; it never shows in a log.
#[derive(Clone)]
pub struct WebhookSecret(Vec<u8>);

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(secret)")
    }
}

/// Checks what was said of webhooks. Without a target there are none.
///
/// # Errors
/// [`ConfigError`], which names the option.
pub(super) fn resolve(
    targets: &[String],
    secret: Option<String>,
    allow_private: bool,
) -> Result<Option<Webhooks>, ConfigError> {
    let targets: Vec<&str> = targets.iter().map(|target| target.trim()).filter(|target| !target.is_empty()).collect();
    if targets.is_empty() {
        return Ok(None);
    }
    if targets.len() > WEBHOOK_TARGETS_MAX {
        return Err(ConfigError::Webhook(format!("{} are too many: at most {WEBHOOK_TARGETS_MAX}", targets.len())));
    }
    let secret = secret.filter(|secret| !secret.is_empty()).ok_or_else(|| {
        let words = "webhooks are signed, which needs a secret that their target knows too: `openssl rand -hex 24`";
        ConfigError::WebhookSecret(words.to_owned())
    })?;
    let parsed = targets.iter().map(|target| WebhookTarget::parse(target, allow_private));
    Ok(Some(Webhooks {
        targets: parsed.collect::<Result<_, _>>().map_err(ConfigError::Webhook)?,
        secret: WebhookSecret::parse(&secret).map_err(ConfigError::WebhookSecret)?,
        allow_private,
    }))
}

/// What Standard Webhooks asks of a secret.
const SECRET_BYTES_MIN: usize = 24;

impl WebhookSecret {
    /// A secret as Standard Webhooks writes it, `whsec_` and base64, or any text.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bytes = match text.strip_prefix("whsec_") {
            Some(base64) => STANDARD.decode(base64).map_err(|_| "behind whsec_ must stand base64".to_owned())?,
            None => text.as_bytes().to_vec(),
        };
        if bytes.len() < SECRET_BYTES_MIN {
            let how = "take at least 24, such as `openssl rand -hex 24`";
            return Err(format!("a secret of {} bytes is too easy to guess: {how}", bytes.len()));
        }
        Ok(Self(bytes))
    }

    /// The key.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl WebhookTarget {
    /// Parses `https://host[:port]/path`. An address in the server's own network is refused unless it is allowed; a
    /// name is looked at when it is connected to.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str, allow_private: bool) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no web address like https://example.org/torg");
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(wrong()),
        };
        let authority = uri.authority().ok_or_else(wrong)?;
        if authority.as_str().contains('@') {
            return Err(format!("\"{text}\" has a user's name in it: leave that out"));
        }
        let host = authority.host().trim_matches(['[', ']']).to_ascii_lowercase();
        if host.is_empty() {
            return Err(wrong());
        }
        if !allow_private && host.parse().is_ok_and(is_private) {
            return Err(format!("{host} is in this server's own network: allow that by --webhook-allow-private"));
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { tls, host, port, uri })
    }
}

/// Whether an address is this machine, in its own network, or no single machine of the public internet at all (IANA's
/// special-purpose registries, RFC 6890): nobody outside could be meant by it, and much inside could be reached.
#[must_use]
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_private()
        || ip.is_link_local()
        || ip.is_documentation()
        || matches!((a, b, c), (0 | 127 | 224.., _, _) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _))
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let [a, b, c, d, ..] = segments;
    // Addresses in which one of the old internet stands reach that one.
    let tail = Ipv4Addr::from((u32::from(segments[6]) << 16) | u32::from(segments[7]));
    match (a, b) {
        (0, 0) | (0x64, 0xff9b) => {
            // IPv4-mapped, IPv4-compatible (with :: and ::1 among them), NAT64; else nothing public.
            let embeds = (c, d, segments[4]) == (0, 0, 0) && matches!(segments[5], 0 | 0xffff);
            !embeds || is_private_v4(tail)
        }
        (0x2002, _) => is_private_v4(Ipv4Addr::from((u32::from(b) << 16) | u32::from(c))),
        (0x2001, 0 | 0xdb8) => true,
        // Global unicast is 2000::/3; all else is local, multicast, or nobody's.
        _ => !(0x2000..=0x3fff).contains(&a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_network_is_told_from_the_public_one() {
        for private in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(is_private(private.parse().expect("an address")), "{private}");
        }
        for public in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::1",
        ] {
            assert!(!is_private(public.parse().expect("an address")), "{public}");
        }
    }

    #[track_caller]
    fn check_refusal(url: &str, words: &str) {
        let refusal = WebhookTarget::parse(url, false).expect_err("a refusal");
        assert!(refusal.contains(words), "{refusal}");
    }

    #[test]
    fn targets_are_web_addresses_outside() {
        check_refusal("example.org", "no web address");
        check_refusal("ftp://example.org/", "no web address");
        check_refusal("https://ann:secret@example.org/", "a user's name");
        check_refusal("http://127.0.0.1:9/", "own network");
        check_refusal("http://[::1]/", "own network");
        check_refusal("http://[::ffff:10.0.0.1]/", "own network");
        let target = WebhookTarget::parse("https://example.org/torg?a=1", false).expect("a target");
        assert_eq!((target.tls, target.host.as_str(), target.port), (true, "example.org", 443));
        assert!(WebhookTarget::parse("http://[::1]:9/", true).is_ok_and(|target| target.host == "::1"));
    }

    #[test]
    fn secrets_are_long_enough() {
        assert!(WebhookSecret::parse("short").is_err());
        assert!(WebhookSecret::parse("whsec_åå").is_err());
        assert!(
            WebhookSecret::parse("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3").is_ok_and(|key| key.bytes().len() == 24)
        );
        assert!(WebhookSecret::parse("0123456789abcdef01234567").is_ok());
    }
}
