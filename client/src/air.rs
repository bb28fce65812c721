//! How sound comes to the guest, and who speaks over everything, as the guest knows it.

use crate::broadcast::Audience;
use crate::sound::ear::{PlacedVoice, Scene};
use crate::sound::pan::StereoGain;
use crate::world::World;
use glam::Vec2;
use std::time::{Duration, Instant};
use torg_protocol::ids::{ParticipantId, TableId, ZoneId};
use torg_protocol::map::ZoneSpec;
use torg_protocol::message::{ServerMessage, Welcome};
use torg_protocol::people::{Addressed, Broadcast, Listening};
use torg_protocol::units::MurmurPercent;

/// From asking for another way of listening until its sound is surely here, and that of the one before surely still: the
/// server takes up the new one within some 100 ms (a tick, its mixer's buffer), the ear holds it back for 60, and the
/// server lets go of the old one after 300.
const HANDOVER_WAIT: Duration = Duration::from_millis(260);

/// What a guest knows of the sound of the square.
#[derive(Clone, Debug)]
pub struct Air {
    /// How sound comes to the guest.
    pub listening: Listening,
    /// How loud their murmur is, as the server was told.
    pub murmur: MurmurPercent,
    /// Who speaks over everything, in the order in which they began.
    pub broadcasts: Vec<Broadcast>,
    /// Whose broadcasts reach the guest, ascending.
    pub spoken_to: Vec<ParticipantId>,
    /// Who of those here was lent the word, ascending.
    pub word_lent: Vec<ParticipantId>,
    /// The closed tables that broadcasts stay out of, ascending.
    pub kept_out: Vec<TableId>,
    /// How it came before the guest asked for another way, and when that was.
    before: Option<(Listening, Instant)>,
}

impl Air {
    pub(crate) fn new(welcome: &Welcome) -> Self {
        Self {
            listening: welcome.listening,
            murmur: welcome.murmur,
            broadcasts: welcome.broadcasts.clone(),
            spoken_to: welcome.spoken_to.clone(),
            word_lent: welcome.word_lent.clone(),
            kept_out: welcome.kept_out.clone(),
            before: None,
        }
    }

    pub(crate) fn hear(&mut self, message: &ServerMessage) {
        match message {
            ServerMessage::BroadcastsChanged { broadcasts } => self.broadcasts.clone_from(broadcasts),
            ServerMessage::SpokenTo { speakers } => self.spoken_to.clone_from(speakers),
            ServerMessage::WordLent { participant, lent } => {
                self.word_lent.retain(|who| who != participant);
                if *lent {
                    self.word_lent.push(*participant);
                    self.word_lent.sort_unstable();
                }
            }
            ServerMessage::KeptOut { tables } => self.kept_out.clone_from(tables),
            ServerMessage::Left { participant } => self.word_lent.retain(|who| who != participant),
            _ => {}
        }
    }

    /// The guest has asked for this.
    pub(crate) fn listen(&mut self, listening: Listening, murmur: MurmurPercent, now: Instant) {
        if listening != self.listening {
            self.before = Some((self.listening, now));
        }
        self.listening = listening;
        self.murmur = murmur;
    }

    /// Which way of listening is to be played now.
    pub(crate) fn plays(&self, now: Instant) -> Listening {
        match self.before {
            Some((before, asked)) if now.saturating_duration_since(asked) < HANDOVER_WAIT => before,
            _ => self.listening,
        }
    }

    /// Whether somebody's broadcast reaches the guest.
    #[must_use]
    pub fn is_spoken_to_by(&self, speaker: ParticipantId) -> bool {
        self.spoken_to.contains(&speaker)
    }

    /// Whether this one speaks over everything at this moment.
    #[must_use]
    pub fn broadcasts_by(&self, speaker: ParticipantId) -> bool {
        self.broadcasts.iter().any(|broadcast| broadcast.speaker == speaker)
    }
}

impl World {
    /// How a voice is heard: who speaks over everything in full and from straight ahead, others by place.
    pub(crate) fn voice(&self, speaker: ParticipantId, moment: Instant) -> PlacedVoice {
        if self.air().is_spoken_to_by(speaker) {
            return PlacedVoice { gain: StereoGain::of(1.0, Vec2::ZERO), over_everything: true };
        }
        PlacedVoice { gain: self.stereo_gain(speaker, moment), over_everything: false }
    }

    /// What the ear is in. `murmur` is the factor on the murmur that the guest wants.
    pub(crate) fn scene(&self, murmur: f32, moment: Instant) -> Scene {
        Scene { ducks: !self.air().spoken_to.is_empty(), plays: self.air().plays(moment), murmur }
    }

    /// A zone by name.
    #[must_use]
    pub fn zone(&self, name: &str) -> Option<(ZoneId, &ZoneSpec)> {
        let (index, zone) = self.space().map.zones.iter().enumerate().find(|(_, zone)| zone.name.as_str() == name)?;
        Some((ZoneId(u16::try_from(index).ok()?), zone))
    }

    /// To whom somebody speaks, by the names of the map.
    #[must_use]
    pub fn audience(&self, to: Addressed) -> Audience {
        match to {
            Addressed::Everybody {} => Audience::Everybody,
            Addressed::Conveners {} => Audience::Conveners,
            Addressed::Zone { zone } => {
                let zone = self.space().map.zones.get(usize::from(zone.0));
                Audience::Zone(zone.map_or_else(String::new, |zone| zone.name.as_str().to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::golden;

    const BO: ParticipantId = ParticipantId(2);

    fn air(resumed: bool) -> Air {
        let welcome = golden().into_iter().find_map(|message| match message {
            ServerMessage::Welcome(welcome) if welcome.resumed == resumed => Some(Air::new(&welcome)),
            _ => None,
        });
        welcome.expect("a golden welcome")
    }

    #[test]
    fn what_the_welcome_says_is_there_and_ends_with_the_messages() {
        let mut air = air(true);
        assert_eq!((air.listening, air.murmur.percent()), (Listening::Mixed, 50));
        assert!(air.broadcasts_by(BO) && air.is_spoken_to_by(BO));
        assert_eq!((air.word_lent.as_slice(), air.kept_out.as_slice()), ([BO].as_slice(), [TableId(1)].as_slice()));
        for message in golden() {
            air.hear(&message);
        }
        assert!(!air.broadcasts_by(BO) && !air.is_spoken_to_by(BO));
        assert!(air.word_lent.is_empty() && air.kept_out.is_empty());
    }

    #[test]
    fn the_old_way_of_listening_plays_until_the_new_one_is_here() {
        let (mut air, now) = (air(false), Instant::now());
        let after = |ms| now + Duration::from_millis(ms);
        assert_eq!(air.plays(now), Listening::Forwarded);
        air.listen(Listening::Mixed, MurmurPercent::OFF, now);
        assert_eq!([air.plays(after(200)), air.plays(after(300))], [Listening::Forwarded, Listening::Mixed]);
        air.listen(Listening::Mixed, MurmurPercent::new(20).expect("a share"), after(1_000));
        assert_eq!(air.plays(after(1_000)), Listening::Mixed, "the murmur alone changes nothing of it");
    }
}
