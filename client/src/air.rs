//! How sound comes to the guest, and who speaks over everything, as the guest knows it.

use crate::broadcast::Audience;
use crate::sound::ear::{PlacedVoice, Scene};
use crate::sound::pan::StereoGain;
use crate::world::World;
use glam::Vec2;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use torg_protocol::ids::{ParticipantId, TableId, ZoneId};
use torg_protocol::map::ZoneSpec;
use torg_protocol::message::{ServerMessage, Welcome};
use torg_protocol::people::{Addressed, Broadcast, Listening, Plenum, TalkingPiece};
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
    /// The tables at which a talking piece goes round, by table.
    pub pieces: Vec<TalkingPiece>,
    /// The call to the plenum that stands.
    pub plenum: Option<Plenum>,
    /// The tables that let themselves be listened to, ascending.
    pub let_listen: Vec<TableId>,
    /// Who hears which table better than its wall allows.
    pub bumblebees: BTreeMap<ParticipantId, TableId>,
    /// Whether the space has a bell of its own.
    pub bell_sound: bool,
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
            pieces: welcome.pieces.clone(),
            plenum: welcome.plenum,
            let_listen: welcome.let_listen.clone(),
            bumblebees: welcome.bumblebees.iter().map(|ear| (ear.participant, ear.table)).collect(),
            bell_sound: welcome.bell_sound,
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
            ServerMessage::PiecesChanged { pieces } => self.pieces.clone_from(pieces),
            ServerMessage::PlenumChanged { plenum } => self.plenum = *plenum,
            ServerMessage::LetListen { tables } => self.let_listen.clone_from(tables),
            ServerMessage::Bumblebee { participant, table: Some(table) } => {
                self.bumblebees.insert(*participant, *table);
            }
            ServerMessage::Bumblebee { participant, table: None } => {
                self.bumblebees.remove(participant);
            }
            ServerMessage::BellSound { set } => self.bell_sound = *set,
            ServerMessage::Left { participant } => {
                self.word_lent.retain(|who| who != participant);
                self.bumblebees.remove(participant);
            }
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

    /// Whether this one is there to be talked over.
    #[must_use]
    pub fn is_background(&self, speaker: ParticipantId) -> bool {
        self.broadcasts.iter().any(|broadcast| broadcast.speaker == speaker && broadcast.background)
    }

    /// Whether somebody speaks over everything whom the guest hears: all else is quieter meanwhile, what is there to be
    /// talked over too.
    #[must_use]
    pub fn is_spoken_over(&self) -> bool {
        let talks = |broadcast: &Broadcast| !broadcast.background && self.is_spoken_to_by(broadcast.speaker);
        self.broadcasts.iter().any(talks)
    }

    /// The talking piece of a table; nothing when none goes round there.
    #[must_use]
    pub fn piece_at(&self, table: TableId) -> Option<TalkingPiece> {
        self.pieces.iter().copied().find(|piece| piece.table == table)
    }
}

impl World {
    /// How a voice is heard: who speaks over everything in full and from straight ahead, others by place. What is there to
    /// be talked over comes in full too (the server makes it quieter), and is quieter under a talk.
    pub(crate) fn voice(&self, speaker: ParticipantId, moment: Instant) -> PlacedVoice {
        if self.air().is_spoken_to_by(speaker) {
            let over_everything = !self.air().is_background(speaker);
            return PlacedVoice { gain: StereoGain::of(1.0, Vec2::ZERO), over_everything };
        }
        PlacedVoice { gain: self.stereo_gain(speaker, moment), over_everything: false }
    }

    /// What the ear is in. `murmur` is the factor on the murmur that the guest wants.
    pub(crate) fn scene(&self, murmur: f32, moment: Instant) -> Scene {
        Scene { ducks: self.air().is_spoken_over(), plays: self.air().plays(moment), murmur }
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
    fn pieces_plenum_and_passers_by_are_there_and_end_with_the_messages() {
        let mut air = air(true);
        let me = ParticipantId(1);
        assert_eq!(air.piece_at(TableId(0)).map(|piece| piece.holder), Some(Some(BO)));
        assert_eq!(air.piece_at(TableId(1)).map(|piece| piece.holder), Some(None), "in the middle");
        assert_eq!(air.plenum.map(|plenum| (plenum.by, plenum.declined)), Some((me, 3)));
        assert_eq!((air.let_listen.as_slice(), air.bumblebees.get(&me)), ([TableId(0)].as_slice(), Some(&TableId(0))));
        assert!(air.bell_sound);
        for message in golden() {
            air.hear(&message);
        }
        assert!(
            air.pieces.is_empty() && air.plenum.is_none() && air.let_listen.is_empty() && air.bumblebees.is_empty()
        );
        let passes = ServerMessage::Bumblebee { participant: BO, table: Some(TableId(0)) };
        for message in [passes, ServerMessage::Left { participant: BO }] {
            air.hear(&message);
        }
        assert!(air.bumblebees.is_empty(), "who left passes nobody");
    }

    #[test]
    fn what_is_there_to_be_talked_over_quietens_nothing_and_is_quieter_under_a_talk() {
        let now = Instant::now();
        let mut world = World::golden(now);
        let music = ParticipantId(6);
        let broadcast = |speaker, background| Broadcast { speaker, to: Addressed::Everybody {}, background };
        let heard = |world: &World, who| world.voice(who, now);
        world.apply(&ServerMessage::BroadcastsChanged { broadcasts: vec![broadcast(music, true)] });
        world.apply(&ServerMessage::SpokenTo { speakers: vec![music] });
        assert!(!world.scene(0.0, now).ducks, "it can be talked over");
        let in_full = StereoGain::of(1.0, Vec2::ZERO);
        assert_eq!(heard(&world, music), PlacedVoice { gain: in_full, over_everything: false });

        let both = vec![broadcast(music, true), broadcast(BO, false)];
        world.apply(&ServerMessage::BroadcastsChanged { broadcasts: both });
        assert!(!world.scene(0.0, now).ducks, "to others");
        world.apply(&ServerMessage::SpokenTo { speakers: vec![BO, music] });
        assert!(world.scene(0.0, now).ducks);
        assert!(heard(&world, BO).over_everything && !heard(&world, music).over_everything);
    }

    #[test]
    fn whose_table_is_listened_to_in_passing_is_heard_six_db_better() {
        let mut world = World::golden(Instant::now());
        // By then the guest stands some four metres from Bo's table.
        let now = Instant::now() + Duration::from_secs(30);
        let (me, table) = (ParticipantId(1), TableId(0));
        let behind_the_wall = world.gain(BO, now);
        assert!(behind_the_wall > 0.0);
        let better_db = |world: &World| 20.0 * (world.gain(BO, now) / behind_the_wall).log10();
        world.apply(&ServerMessage::Bumblebee { participant: me, table: Some(table) });
        assert!((better_db(&world) - 6.0).abs() < 0.01, "{:.2} dB", better_db(&world));
        world.apply(&ServerMessage::Bumblebee { participant: me, table: Some(TableId(1)) });
        assert!(better_db(&world).abs() < 0.01, "another table");
        world.apply(&ServerMessage::Bumblebee { participant: me, table: None });
        assert!(better_db(&world).abs() < 0.01);
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
