//! Speaking over everything, the murmur, and one mixed stream: what a guest can ask about sound.

use crate::error::GuestError;
use crate::guest::{ASKED_WAIT, Guest, Loudness};
use crate::session::Command;
use crate::view::View;
use crate::world::World;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;
use torg_protocol::ids::ParticipantId;
use torg_protocol::message::{Change, ClientMessage};
use torg_protocol::people::{Addressed, Listening};
use torg_protocol::units::{MurmurPercent, amplitude_from_db};

/// To whom a guest speaks over everything, by the names of the map. As text: `everybody`, `conveners`, `zone:NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The whole space.
    Everybody,
    /// Whoever is in a zone at that moment.
    Zone(String),
    /// All who have the role of a convener or bring a topic.
    Conveners,
}

/// Why a text is no [`Audience`]. The message is fit to show to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one speaks to `everybody`, to `conveners`, or to `zone:NAME`")]
pub struct NotAnAudience;

impl FromStr for Audience {
    type Err = NotAnAudience;

    fn from_str(text: &str) -> Result<Self, NotAnAudience> {
        match text.trim() {
            "everybody" => Ok(Self::Everybody),
            "conveners" => Ok(Self::Conveners),
            other => match other.strip_prefix("zone:").map(str::trim) {
                Some(zone) if !zone.is_empty() => Ok(Self::Zone(zone.to_owned())),
                _ => Err(NotAnAudience),
            },
        }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybody => write!(f, "everybody"),
            Self::Conveners => write!(f, "conveners"),
            Self::Zone(zone) => write!(f, "zone:{zone}"),
        }
    }
}

impl Audience {
    /// As the wire names it.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] for a zone that the map does not have.
    pub(crate) fn addressed(&self, world: &World) -> Result<Addressed, GuestError> {
        match self {
            Self::Everybody => Ok(Addressed::Everybody {}),
            Self::Conveners => Ok(Addressed::Conveners {}),
            Self::Zone(name) => match world.zone(name) {
                Some((zone, _)) => Ok(Addressed::Zone { zone }),
                None => Err(GuestError::Unknown(format!("zone named \"{name}\""))),
            },
        }
    }
}

/// How loud a guest has the murmur.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Murmur {
    /// The factor on the amplitude that the guest's own ear applies, 0 to 1.
    pub(crate) gain: f32,
    /// What the server is told: the step whose factor is nearest to that one.
    pub(crate) percent: MurmurPercent,
}

impl Murmur {
    /// None at all.
    pub(crate) const OFF: Self = Self { gain: 0.0, percent: MurmurPercent::OFF };

    /// So many decibels from what its law says; at most 0. The quietest that there is is -80 dB, one percent: below, the
    /// server would mix none.
    pub(crate) fn from_db(gain_db: f32) -> Self {
        let gain = amplitude_from_db(gain_db.min(0.0));
        let percent = (100.0 * gain.sqrt()).round().clamp(1.0, 100.0);
        Self { gain, percent: MurmurPercent::new(percent as u8).expect("clamped to what a percentage can be") }
    }
}

impl Guest {
    /// From now on sound comes as voices each in a slot, or as one stream with everything in it. Takes some 300 ms, in
    /// which the way before goes on.
    ///
    /// # Errors
    /// [`GuestError::Left`] when the stay is over.
    pub async fn set_listening(&self, listening: Listening) -> Result<(), GuestError> {
        self.command(Command::Listen(listening)).await
    }

    /// Sets the murmur, decibels from what its law says (at most 0), or turns it off.
    ///
    /// # Errors
    /// [`GuestError::Left`] when the stay is over.
    pub async fn set_murmur(&self, gain_db: Option<f32>) -> Result<(), GuestError> {
        let murmur = gain_db.map_or(Murmur::OFF, Murmur::from_db);
        self.command(Command::Murmur(murmur)).await
    }

    /// Begins to speak over everything, and waits until all are told.
    ///
    /// # Errors
    /// [`GuestError::Refused`] when the guest may not, [`GuestError::Unknown`] without such a zone.
    pub async fn speak_to(&mut self, audience: &Audience) -> Result<(), GuestError> {
        let to = audience.addressed(&self.view().world)?;
        let speaks = move |view: &View| {
            let me = view.world.me();
            view.world.air().broadcasts.iter().any(|broadcast| broadcast.speaker == me && broadcast.to == to)
        };
        self.ask(ClientMessage::Speak { to }, "the broadcast", ASKED_WAIT, speaks).await
    }

    /// Asks to speak over everything without waiting for what comes of it.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] without such a zone, [`GuestError::Left`] when the stay is over.
    pub async fn ask_to_speak(&self, audience: &Audience) -> Result<(), GuestError> {
        let to = audience.addressed(&self.view().world)?;
        self.say(ClientMessage::Speak { to }).await
    }

    /// Ends the guest's broadcast, and waits until all are told.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when that does not happen.
    pub async fn end_speech(&mut self) -> Result<(), GuestError> {
        let silent = |view: &View| !view.world.air().broadcasts_by(view.world.me());
        self.ask(ClientMessage::EndSpeech {}, "the end of the broadcast", ASKED_WAIT, silent).await
    }

    /// Lends somebody the word, or takes it back: hosts may.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] when nobody of that name is there, [`GuestError::Refused`] when the guest may not.
    pub async fn lend_word(&mut self, name: &str, lent: bool) -> Result<(), GuestError> {
        let participant = self.id_of(name)?;
        self.request(Change::LendWord { participant, lent }).await.map(|_| ())
    }

    /// Keeps broadcasts out of a closed table, or lets them in again.
    ///
    /// # Errors
    /// [`GuestError::Unknown`] without such a table, [`GuestError::Refused`] when the guest may not.
    pub async fn keep_out(&mut self, table: &str, kept_out: bool) -> Result<(), GuestError> {
        let table = self.table_named(table)?;
        self.request(Change::KeepOut { table, kept_out }).await.map(|_| ())
    }

    /// Waits until somebody's broadcast reaches the guest.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when it does not.
    pub async fn wait_until_spoken_to(&mut self, name: &str, wait: Duration) -> Result<(), GuestError> {
        let reached = |view: &View| {
            view.world.person(name).is_some_and(|person| view.world.air().is_spoken_to_by(person.view.id))
        };
        self.wait_until(&format!("a broadcast of {name}"), wait, reached).await
    }

    /// Waits until something is heard in the bed's stream: the murmur, or anything at all in one stream.
    ///
    /// # Errors
    /// [`GuestError::TimedOut`] when nothing is.
    pub async fn wait_until_hears_bed(&mut self, wait: Duration) -> Result<(), GuestError> {
        let before = self.view().bed();
        let heard = |view: &View| view.bed().since(before).audible_frames > 0;
        self.wait_until("sound in the bed's stream", wait, heard).await
    }

    /// Listens to the bed's stream for a time and tells how loud it was.
    pub async fn loudness_of_bed(&mut self, over: Duration) -> Loudness {
        let before = self.view().bed();
        tokio::time::sleep(over).await;
        Loudness::of(self.view().bed().since(before), over)
    }

    pub(crate) fn id_of(&self, name: &str) -> Result<ParticipantId, GuestError> {
        let person = self.view().world.person(name).map(|person| person.view.id);
        person.ok_or_else(|| GuestError::Unknown(format!("guest named {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_is_read_as_it_is_written() {
        for text in ["everybody", "conveners", "zone:Foyer", "zone:Stille krok"] {
            assert_eq!(text.parse::<Audience>().expect(text).to_string(), text);
        }
        for text in ["", "all", "zone:", "zone: ", "Foyer"] {
            assert_eq!(text.parse::<Audience>(), Err(NotAnAudience), "{text}");
        }
    }

    #[test]
    fn the_murmur_that_the_server_is_told_is_the_nearest_there_is() {
        for (gain_db, percent) in [(0.0, 100), (6.0, 100), (-6.0, 71), (-12.04, 50), (-40.0, 10), (-200.0, 1)] {
            let murmur = Murmur::from_db(gain_db);
            assert_eq!(murmur.percent.percent(), percent, "{gain_db} dB");
            assert!(murmur.gain <= 1.0);
            if gain_db > -40.0 {
                assert!((murmur.percent.gain() / murmur.gain).log10().abs() * 20.0 < 0.2, "{gain_db} dB");
            }
        }
        assert_eq!(Murmur::OFF.percent, MurmurPercent::OFF);
    }
}
