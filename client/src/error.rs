//! What can go wrong for a guest, in words fit to show to a person.

use crate::link::LinkError;
use std::path::PathBuf;
use std::time::Duration;
use torg_protocol::geometry::NotAPlace;
use torg_protocol::message::{GoodbyeReason, Refusal};
use torg_protocol::text::NameError;

/// Why a guest can't do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GuestError {
    /// The link is none.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The name of a table can't be one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The place can't be one.
    #[error(transparent)]
    Place(#[from] NotAPlace),
    /// The server refused, by name and with its reason.
    #[error("refused ({}): {}", code_name(.0), .0.message)]
    Refused(Refusal),
    /// No line to the server, or it broke and could not be mended.
    #[error("no connection to the server: {0}")]
    Connection(String),
    /// The server ended the session for good.
    #[error("the server ended the session: {}", goodbye_words(.0))]
    Ended(GoodbyeReason),
    /// The peer connection could not be made.
    #[error("no sound: {0}")]
    Media(String),
    /// A sound file can't be read or written.
    #[error("{path}: {why}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Something awaited did not happen in time.
    #[error("{what} did not happen within {:.1} s", waited.as_secs_f32())]
    TimedOut {
        /// What was awaited.
        what: String,
        /// How long.
        waited: Duration,
    },
    /// Nobody, or no table, has this name.
    #[error("there is no {0} here")]
    Unknown(String),
    /// This square can't do what was asked.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The guest has left.
    #[error("the guest has left")]
    Left,
}

/// The refusal's name as the wire writes it.
fn code_name(refusal: &Refusal) -> String {
    let name = serde_json::to_value(refusal.code).ok();
    name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

fn goodbye_words(reason: &GoodbyeReason) -> &'static str {
    match reason {
        GoodbyeReason::ServerStops => "it stops",
        GoodbyeReason::SpaceRestarts => "the space starts again",
        GoodbyeReason::FellBehind => "this client fell behind",
        GoodbyeReason::Replaced => "the same participant came back on another connection",
        GoodbyeReason::LinkRevoked => "the link was replaced by a newer one",
        GoodbyeReason::Removed => "a host showed this guest out",
        GoodbyeReason::SpaceClosed => "the space was closed for good",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use torg_protocol::message::RefusalCode;

    #[test]
    fn a_refusal_shows_its_code_and_its_sentence() {
        let refusal = Refusal::new(RefusalCode::TableFull, "all 4 seats at \"Table 1\" are taken");
        let shown = GuestError::Refused(refusal).to_string();
        assert_eq!(shown, "refused (table_full): all 4 seats at \"Table 1\" are taken");
    }
}
