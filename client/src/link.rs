//! Links: `{base}/s/{space}#TOKEN`.

use crate::limits::TOKEN_CHARS_MAX;
use std::fmt;
use std::str::FromStr;
use torg_protocol::ids::{NotASpaceId, SpaceId};

/// A join or host link, parsed: where the space is, and the token that opens it.
///
/// ```
/// use torg_client::Link;
///
/// let link: Link = "http://127.0.0.1:8080/s/torget#c2VjcmV0".parse()?;
/// assert_eq!(link.websocket_url(), "ws://127.0.0.1:8080/ws/torget");
/// # Ok::<(), torg_client::LinkError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    secure: bool,
    /// Host, port and any path before `/s/`.
    base: String,
    space: SpaceId,
    token: String,
}

/// Why a text is no [`Link`]. The message is fit to show to a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Neither `http` nor `https` (nor `ws`, `wss`).
    #[error("a link starts with http:// or https://")]
    Scheme,
    /// No host, or no `/s/` behind it.
    #[error("a link looks like https://torg.example/s/space#token: this one names no space")]
    NoSpace,
    /// The name of the space can't be one.
    #[error(transparent)]
    Space(#[from] NotASpaceId),
    /// Nothing behind `#`, or characters that no token has.
    #[error("the link's token, behind its #, is missing or damaged; copy the whole link")]
    Token,
}

impl Link {
    /// Where the websocket of the space is.
    #[must_use]
    pub fn websocket_url(&self) -> String {
        let scheme = if self.secure { "wss" } else { "ws" };
        format!("{scheme}://{}/ws/{}", self.base, self.space)
    }

    /// The space.
    #[must_use]
    pub fn space(&self) -> &SpaceId {
        &self.space
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }
}

impl FromStr for Link {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(LinkError::Scheme)?;
        let secure = match scheme {
            "http" | "ws" => false,
            "https" | "wss" => true,
            _ => return Err(LinkError::Scheme),
        };
        let (address, token) = rest.split_once('#').unwrap_or((rest, ""));
        let address = address.split('?').next().unwrap_or_default();
        let (base, space) = address.rsplit_once("/s/").ok_or(LinkError::NoSpace)?;
        let host_is_odd = |character: char| character.is_whitespace() || character.is_control() || character == '@';
        if base.is_empty() || base.starts_with('/') || base.contains(host_is_odd) {
            return Err(LinkError::NoSpace);
        }
        let space = SpaceId::parse(space.trim_end_matches('/'))?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if token.is_empty() || token.len() > TOKEN_CHARS_MAX || !token.bytes().all(plain) {
            return Err(LinkError::Token);
        }
        Ok(Self { secure, base: base.to_owned(), space, token: token.to_owned() })
    }
}

/// Shows the link without its token, which is a secret: logs and messages of failures show links.
impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}/s/{}#…", self.base, self.space)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_every_scheme_lead_to_the_websocket() {
        for (text, url) in [
            ("http://127.0.0.1:8080/s/torget#aB-_9", "ws://127.0.0.1:8080/ws/torget"),
            ("https://torg.example/s/torget-2#x", "wss://torg.example/ws/torget-2"),
            ("ws://[::1]:90/s/a#x", "ws://[::1]:90/ws/a"),
            (" wss://example.org/deep/path/s/a/#x ", "wss://example.org/deep/path/ws/a"),
            ("https://torg.example/s/torget?lang=nn#x", "wss://torg.example/ws/torget"),
        ] {
            let link: Link = text.parse().expect(text);
            assert_eq!(link.websocket_url(), url);
        }
    }

    #[test]
    fn what_is_no_link_says_why() {
        for (text, why) in [
            ("torg.example/s/a#x", LinkError::Scheme),
            ("ftp://torg.example/s/a#x", LinkError::Scheme),
            ("http://torg.example/#x", LinkError::NoSpace),
            ("http:///s/a#x", LinkError::NoSpace),
            ("http://me@torg.example/s/a#x", LinkError::NoSpace),
            ("http://torg.example/s/A#x", LinkError::Space(NotASpaceId)),
            ("http://torg.example/s/a", LinkError::Token),
            ("http://torg.example/s/a#a b", LinkError::Token),
        ] {
            assert_eq!(text.parse::<Link>(), Err(why), "{text}");
        }
    }

    #[test]
    fn the_token_is_not_shown() {
        let link: Link = "https://torg.example/s/a#secret".parse().expect("a link");
        assert!(!format!("{link:?}").contains("secret"));
    }
}
