//! What the server says, taken in and passed on.

use super::Session;
use crate::error::GuestError;
use crate::event::{Event, Piece, Speech};
use crate::world::World;
use std::time::Instant;
use torg_protocol::ids::{AudioSlotIndex, ParticipantId, SlotId, TableId, TopicId};
use torg_protocol::message::{Refusal, RefusalCode, ServerMessage, Welcome};
use torg_protocol::people::{Broadcast, Place, TalkingPiece};

impl Session {
    pub(super) async fn hear(&mut self, message: ServerMessage) {
        self.tell_of(&message);
        self.view.send_modify(|view| view.world.apply(&message));
        match message {
            ServerMessage::Answer { sdp } => {
                let answered = self.media.answer(&sdp, Instant::now()).await;
                if let Err(why) = answered {
                    self.give_media_up(why).await;
                }
            }
            ServerMessage::AudioSlot { slot, speaker } => self.label(slot, speaker),
            ServerMessage::MediaLost {} => self.rejoin("the server lost it").await,
            ServerMessage::Pong { nonce, server_time } if nonce == self.ping.0 => {
                let sent = self.ping.1;
                self.view.send_modify(|view| view.world.pong(sent, Instant::now(), server_time));
            }
            // The answer to a request belongs to who asked; the world has taken it in.
            ServerMessage::Refused { request: Some(_), closes: false, .. } => {}
            ServerMessage::Refused { code, message, closes, .. } => {
                self.refused(Refusal { code, message }, closes).await;
            }
            ServerMessage::Goodbye { reason } if reason.passes() => {
                self.come_back(GuestError::Ended(reason).to_string());
            }
            ServerMessage::Goodbye { reason } => {
                self.tell(Event::Ended { reason: Some(reason) });
                self.end(GuestError::Ended(reason)).await;
            }
            _ => {}
        }
    }

    pub(super) async fn refused(&mut self, refusal: Refusal, closes: bool) {
        let of_media = matches!(
            refusal.code,
            RefusalCode::OfferUnreadable | RefusalCode::OfferLacks | RefusalCode::Codec | RefusalCode::MediaFull
        );
        if of_media && self.media.awaits_answer() {
            self.give_media_up(GuestError::Refused(refusal.clone()).to_string()).await;
        }
        if closes {
            self.end(GuestError::Refused(refusal.clone())).await;
        }
        self.view.send_modify(|view| {
            view.refusals += 1;
            view.last_refusal = Some(refusal);
        });
    }

    pub(super) fn label(&mut self, slot: AudioSlotIndex, speaker: Option<ParticipantId>) {
        self.sound.label(slot, speaker);
        let now = Instant::now();
        self.view.send_modify(|view| view.meter.label(slot, speaker, now));
    }

    pub(super) fn tell_joined(&self, welcome: &Welcome) {
        self.tell(Event::Joined {
            space: welcome.space.name.as_str().to_owned(),
            id: welcome.you.0,
            people: welcome.participants.len(),
            resumed: welcome.resumed,
        });
    }

    /// Tells of a message, with the names that the world knows before it takes the message in.
    pub(super) fn tell_of(&self, message: &ServerMessage) {
        let view = self.view.borrow();
        let name = |who: ParticipantId| view.world.name_of(who).unwrap_or("somebody").to_owned();
        let event = match message {
            ServerMessage::Entered { participant } => {
                Event::Entered { name: participant.name.as_str().to_owned(), kind: participant.kind }
            }
            ServerMessage::Left { participant } => Event::Left { name: name(*participant) },
            ServerMessage::PlaceChanged { participant, place } => match place {
                Place::Seat { table, .. } => {
                    let table = view.world.space().map.tables.get(usize::from(table.0));
                    let table = table.map_or_else(String::new, |table| table.name.as_str().to_owned());
                    Event::SatDown { name: name(*participant), table }
                }
                Place::Rising { .. } => Event::StoodUp { name: name(*participant) },
                Place::Square => Event::SteppedOut { name: name(*participant) },
            },
            ServerMessage::AudioSlot { slot, speaker } => Event::AudioSlot { slot: slot.0, speaker: speaker.map(name) },
            ServerMessage::Refused { code, message, .. } => Event::Refused { code: *code, message: message.clone() },
            message => {
                let tellers = [of_market, of_broadcasts, of_circles];
                match tellers.iter().find_map(|of| of(&view.world, message)) {
                    Some(event) => event,
                    None => return,
                }
            }
        };
        drop(view);
        self.tell(event);
    }
}

/// What is told of the marketplace.
fn of_market(world: &World, message: &ServerMessage) -> Option<Event> {
    let agenda = &world.market().agenda;
    let title = |id: TopicId| Some(agenda.topics.iter().find(|card| card.id == id)?.title.as_str().to_owned());
    let slot = |id: SlotId| Some(agenda.slots.iter().find(|slot| slot.id == id)?.name.as_str().to_owned());
    let table = |id: TableId| Some(world.space().map.tables.get(usize::from(id.0))?.name.as_str().to_owned());
    Some(match message {
        ServerMessage::TopicChanged { topic } => Event::Topic {
            title: topic.title.as_str().to_owned(),
            convener: topic.convener.name.as_str().to_owned(),
            slot: topic.placed.and_then(|cell| slot(cell.slot)),
            table: topic.placed.and_then(|cell| table(cell.table)),
            interested: topic.interested,
        },
        ServerMessage::TopicRemoved { topic, .. } => Event::TopicGone { title: title(*topic)? },
        ServerMessage::SlotOpened { slot: id } => Event::SlotOpened { slot: slot(*id)? },
        ServerMessage::SlotClosed { slot: id } => Event::SlotClosed { slot: slot(*id)? },
        ServerMessage::WhoHosts { topic } => Event::WhoHosts { title: title(*topic)? },
        ServerMessage::MutedBy { by } => Event::Muted { by: world.name_of(*by).unwrap_or("somebody").to_owned() },
        _ => return None,
    })
}

/// What is told of speaking over everything.
fn of_broadcasts(world: &World, message: &ServerMessage) -> Option<Event> {
    let name = |who: ParticipantId| world.name_of(who).unwrap_or("somebody").to_owned();
    let table = |id: &TableId| Some(world.space().map.tables.get(usize::from(id.0))?.name.as_str().to_owned());
    Some(match message {
        ServerMessage::BroadcastsChanged { broadcasts } => {
            let speech = |of: &Broadcast| Speech {
                name: name(of.speaker),
                to: world.audience(of.to).to_string(),
                background: of.background,
            };
            Event::BroadcastsChanged { broadcasts: broadcasts.iter().map(speech).collect() }
        }
        ServerMessage::SpokenTo { speakers } => {
            Event::SpokenTo { names: speakers.iter().map(|&speaker| name(speaker)).collect() }
        }
        ServerMessage::WordLent { participant, lent } => Event::WordLent { name: name(*participant), lent: *lent },
        ServerMessage::KeptOut { tables } => Event::KeptOut { tables: tables.iter().filter_map(table).collect() },
        _ => return None,
    })
}

/// What is told of talking pieces, the plenum, who may listen in passing, and the bell.
fn of_circles(world: &World, message: &ServerMessage) -> Option<Event> {
    let name = |who: ParticipantId| world.name_of(who).unwrap_or("somebody").to_owned();
    let map = &world.space().map;
    let table = |id: TableId| Some(map.tables.get(usize::from(id.0))?.name.as_str().to_owned());
    Some(match message {
        ServerMessage::PiecesChanged { pieces } => {
            let piece = |of: &TalkingPiece| table(of.table).map(|table| Piece { table, holder: of.holder.map(name) });
            Event::PiecesChanged { pieces: pieces.iter().filter_map(piece).collect() }
        }
        ServerMessage::PlenumChanged { plenum: None } => Event::PlenumOver,
        ServerMessage::PlenumChanged { plenum: Some(plenum) } => {
            let zone = plenum.zone.and_then(|zone| map.zones.get(usize::from(zone.0)));
            Event::PlenumCalled {
                by: name(plenum.by),
                zone: zone.map(|zone| zone.name.as_str().to_owned()),
                walks_at: plenum.at,
                declined: plenum.declined,
            }
        }
        ServerMessage::LetListen { tables } => {
            Event::LetListen { tables: tables.iter().filter_map(|&id| table(id)).collect() }
        }
        ServerMessage::Bumblebee { participant, table: passed } => {
            Event::Passes { name: name(*participant), table: passed.and_then(table) }
        }
        ServerMessage::BellSound { set } => Event::BellSound { set: *set },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::golden;

    #[test]
    fn broadcasts_are_told_by_the_names_of_people_zones_and_tables() {
        let world = World::golden(Instant::now());
        let told: Vec<Event> = golden().iter().filter_map(|message| of_broadcasts(&world, message)).collect();
        let lines: Vec<String> = told.iter().map(ToString::to_string).collect();
        let zone = world.space().map.zones[1].name.as_str();
        assert!(
            lines[0].contains("Bo speaks to everybody") && lines[0].contains(&format!("to zone:{zone}")),
            "{lines:?}"
        );
        assert_eq!(lines[1], "nobody speaks over everything");
        assert!(lines[2].starts_with("over everything else comes Bo"), "{lines:?}");
        assert_eq!(lines[4..6], ["Bo was lent the word", "Bo has the word no more"]);
        assert!(lines[6].contains("Stille prat"), "{lines:?}");
        let shown = serde_json::to_value(&told[0]).expect("plain data");
        assert_eq!(
            (&shown["event"], &shown["broadcasts"][0]["to"]),
            (&"broadcasts_changed".into(), &"everybody".into())
        );
    }
    #[test]
    fn pieces_plenum_and_passers_by_are_told_by_the_names_of_people_zones_and_tables() {
        let world = World::golden(Instant::now());
        let told: Vec<Event> = golden().iter().filter_map(|message| of_circles(&world, message)).collect();
        let lines: Vec<String> = told.iter().map(ToString::to_string).collect();
        for line in [
            "Bo has the talking piece at Youth work, the talking piece lies in the middle of Stille prat",
            "no talking piece goes round",
            "Åse-Marie Ødegård calls everybody to Stage, 3 stay",
            "Åse-Marie Ødegård calls everybody to the middle, 0 stay",
            "nobody calls to the plenum any more",
            "who passes may listen to Youth work",
            "no table lets who passes listen",
            "Åse-Marie Ødegård listens to Youth work in passing",
            "Åse-Marie Ødegård listens to no table in passing",
            "the space has a bell of its own",
        ] {
            assert!(lines.iter().any(|told| told == line), "{line} is missing: {lines:?}");
        }
        let shown = serde_json::to_value(&told[0]).expect("plain data");
        assert_eq!((&shown["event"], &shown["pieces"][0]["holder"]), (&"pieces_changed".into(), &"Bo".into()));
    }
}
