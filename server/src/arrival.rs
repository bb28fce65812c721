//! How a request arrived: from where, past which proxies, under which name. What http and the sessions decide by
//! that stands here, so that both decide alike.

use crate::config::{AdminToken, Config, Network};
use axum::http::header::{AUTHORIZATION, FORWARDED, HOST, ORIGIN, VIA};
use axum::http::{HeaderMap, Uri};
use std::net::{IpAddr, SocketAddr};

/// The connection on which a request came; an extension of every request.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// The other end.
    pub peer: SocketAddr,
    /// Whether it came by our own TLS.
    pub tls: bool,
}

/// What the server knows of itself and its surroundings.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Whether only this machine can reach the listener.
    loopback_listener: bool,
    trusted_proxies: Vec<Network>,
    /// Host and port of the public address.
    public_authority: String,
    admin_token: Option<AdminToken>,
}

/// Headers that a proxy adds.
const FORWARDING_HEADERS: [&str; 4] = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// Whether a request may do what only the owner of the server may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It comes from this machine itself.
    Local,
    /// It brings the admin token.
    Admin,
    /// It brings no token.
    Nobody,
    /// It brings a wrong token, or there is none on this server.
    Refused,
}

impl Surroundings {
    /// What a server with this configuration and these bound addresses goes by.
    #[must_use]
    pub fn new(config: &Config, listen: SocketAddr, public_authority: &str) -> Self {
        Self {
            loopback_listener: listen.ip().is_loopback(),
            trusted_proxies: config.trusted_proxies.clone(),
            public_authority: public_authority.to_ascii_lowercase(),
            admin_token: config.admin_token.clone(),
        }
    }

    /// Whether there is an admin token at all.
    #[must_use]
    pub fn has_admin_token(&self) -> bool {
        self.admin_token.is_some()
    }

    /// Whether a request comes from somebody at this machine: on a listener that nobody else reaches, past no
    /// proxy, and under a name of this machine. The name matters: a page from elsewhere can have its own name
    /// point here (DNS rebinding).
    #[must_use]
    pub fn is_local(&self, arrival: Arrival, headers: &HeaderMap) -> bool {
        let host_is_ours = host(headers).is_some_and(|host| is_loopback_name(&host) || host == self.public_authority);
        self.loopback_listener && arrival.peer.ip().is_loopback() && !is_forwarded(headers) && host_is_ours
    }

    /// What a request may do.
    #[must_use]
    pub fn standing(&self, arrival: Arrival, headers: &HeaderMap) -> Standing {
        if self.is_local(arrival, headers) {
            return Standing::Local;
        }
        if !headers.contains_key(AUTHORIZATION) {
            return Standing::Nobody;
        }
        match (&self.admin_token, bearer_token(headers)) {
            (Some(admin), Some(token)) if admin.is(token) => Standing::Admin,
            _ => Standing::Refused,
        }
    }

    /// Whether a page of this origin may talk to us: one that we served, or none at all (no browser).
    #[must_use]
    pub fn allows_origin(&self, arrival: Arrival, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else { return true };
        let Some(authority) = origin.to_str().ok().and_then(origin_authority) else { return false };
        let forwarded_host = self.is_trusted(arrival.peer.ip()).then(|| header(headers, "x-forwarded-host")).flatten();
        let names = [host(headers), forwarded_host, Some(self.public_authority.clone())];
        names.into_iter().flatten().any(|name| without_default_port(&name) == without_default_port(&authority))
    }

    /// The address of who asks, as far as it can be known: behind trusted proxies, the one that they name.
    #[must_use]
    pub fn client_address(&self, arrival: Arrival, headers: &HeaderMap) -> IpAddr {
        let mut address = arrival.peer.ip();
        let Some(hops) = header(headers, "x-forwarded-for") else { return address };
        // Each proxy appends who it heard from; whoever stands before the last untrusted one may have been made up.
        for hop in hops.rsplit(',') {
            if !self.is_trusted(address) {
                break;
            }
            match hop.trim().parse() {
                Ok(hop) => address = hop,
                Err(_) => break,
            }
        }
        address
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(address))
    }
}

/// Whether a proxy passed the request on.
fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED)
        || headers.contains_key(VIA)
        || FORWARDING_HEADERS.iter().any(|name| headers.contains_key(*name))
}

/// The host and port that the client asked for, in lower case, when it is written as one.
#[must_use]
pub fn host(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(HOST)?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    (!text.is_empty() && text.bytes().all(plain)).then(|| text.to_ascii_lowercase())
}

/// The token that a request brings (RFC 6750, section 2.1).
#[must_use]
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(|text| text.trim().to_ascii_lowercase())
}

fn origin_authority(origin: &str) -> Option<String> {
    let uri: Uri = origin.parse().ok()?;
    let authority = uri.authority()?.as_str();
    matches!(uri.scheme_str(), Some("http" | "https")).then(|| authority.to_ascii_lowercase())
}

/// Browsers leave the default ports out of an origin; some clients write them in the host.
fn without_default_port(authority: &str) -> &str {
    authority.strip_suffix(":443").or_else(|| authority.strip_suffix(":80")).unwrap_or(authority)
}

/// Whether a host, with or without a port, is this very machine.
#[must_use]
pub fn is_loopback_name(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or(host),
    };
    name == "localhost" || name.ends_with(".localhost") || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn surroundings(listen: &str, proxies: &[&str]) -> Surroundings {
        let mut config = Config::local(Path::new("data"));
        config.trusted_proxies = proxies.iter().map(|network| network.parse().expect("a network")).collect();
        Surroundings::new(&config, listen.parse().expect("an address"), "torg.example.org")
    }

    fn arrival(peer: &str) -> Arrival {
        Arrival { peer: peer.parse().expect("an address"), tls: false }
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let header = |(name, value): &(&'static str, &'static str)| {
            (axum::http::HeaderName::from_static(name), axum::http::HeaderValue::from_static(value))
        };
        pairs.iter().map(header).collect()
    }

    #[test]
    fn local_is_who_sits_at_this_machine() {
        let here = surroundings("127.0.0.1:8080", &[]);
        let me = arrival("127.0.0.1:5000");
        assert!(here.is_local(me, &headers(&[("host", "127.0.0.1:8080")])));
        assert!(here.is_local(me, &headers(&[("host", "localhost:8080")])));
        assert!(here.is_local(me, &headers(&[("host", "[::1]:8080")])));
        assert!(!here.is_local(me, &headers(&[("host", "localhost"), ("x-forwarded-for", "203.0.113.9")])));
        assert!(!here.is_local(me, &headers(&[("host", "localhost"), ("forwarded", "for=203.0.113.9")])));
        assert!(!here.is_local(me, &headers(&[("host", "rebound.example.com:8080")])));
        assert!(!here.is_local(me, &headers(&[])));
        assert!(!surroundings("0.0.0.0:8080", &[]).is_local(me, &headers(&[("host", "localhost:8080")])));
    }

    #[test]
    fn origins_are_ours_or_foreign() {
        let here = surroundings("0.0.0.0:443", &["10.0.0.0/8"]);
        let me = arrival("203.0.113.9:5000");
        let proxy = arrival("10.0.0.1:5000");
        let allows = |arrival, pairs| here.allows_origin(arrival, &headers(pairs));
        assert!(allows(me, &[("host", "square.example.org")]), "no browser");
        assert!(allows(me, &[("host", "square.example.org:443"), ("origin", "https://square.example.org")]));
        assert!(allows(me, &[("host", "10.1.1.1:8080"), ("origin", "https://torg.example.org")]));
        assert!(!allows(me, &[("host", "square.example.org"), ("origin", "https://evil.example.com")]));
        assert!(!allows(me, &[("host", "square.example.org"), ("origin", "null")]));
        let forwarded =
            &[("host", "inner"), ("x-forwarded-host", "outer.example.org"), ("origin", "https://outer.example.org")];
        assert!(allows(proxy, forwarded));
        assert!(!allows(me, forwarded), "not from a trusted proxy");
    }

    #[test]
    fn the_clients_address_is_believed_from_trusted_proxies_only() {
        let here = surroundings("0.0.0.0:443", &["10.0.0.0/8"]);
        let hops = headers(&[("x-forwarded-for", "1.2.3.4, 203.0.113.9, 10.0.0.2")]);
        let seen = |peer| here.client_address(arrival(peer), &hops).to_string();
        assert_eq!(seen("10.0.0.1:5000"), "203.0.113.9");
        assert_eq!(seen("198.51.100.1:5000"), "198.51.100.1");
    }
}
