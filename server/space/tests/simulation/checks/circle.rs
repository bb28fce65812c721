//! Laws of talking pieces, of tables that let others listen, and of the plenum.

use crate::asked::Asked;
use std::collections::BTreeMap;
use std::ops::Add;
use torg_protocol::ids::{ParticipantId, TableId};
use torg_protocol::map::TableWall;
use torg_protocol::people::{Broadcast, ParticipantKind, Place, Plenum, Presence, TalkingPiece};
use torg_protocol::units::TimeMs;
use torg_space::limits::PLENUM_NOTICE;
use torg_space::{Event, Happening, Person, Space};

/// How far from the rim of a table somebody may be at most who hears it in passing, metres: 3 m, and half a metre more
/// for who goes.
const PASSING_M: f32 = 3.5;

/// What is known of circles from events.
#[derive(Default)]
pub(crate) struct Circles {
    pieces: Vec<TalkingPiece>,
    let_listen: Vec<TableId>,
    passing: BTreeMap<ParticipantId, TableId>,
    plenum: Option<Plenum>,
    /// Whom the call is for, and how everybody was before the latest command, while one stands.
    before: BTreeMap<ParticipantId, Before>,
    pub(crate) seen: SeenOfCircles,
}

/// How somebody was.
struct Before {
    sits: bool,
    /// Whether no walk was under way.
    is_still: bool,
    is_called: bool,
}

/// How often the checks of circles had something to look at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SeenOfCircles {
    held: usize,
    hushed: usize,
    let_listen: usize,
    walked: usize,
    declined: usize,
    apart: usize,
}

impl SeenOfCircles {
    pub(crate) fn were_worth_it(self, ticks: usize) {
        let Self { held, hushed, let_listen, walked, declined, apart } = self;
        assert!(held > 100 && hushed > 100 && let_listen > 100 && apart > 100, "{self:?}");
        let has_time = ticks as u64 * 50 > PLENUM_NOTICE.0 * 3 / 2;
        assert!(!has_time || (walked > 20 && declined > 2), "{self:?}");
    }
}

impl Add for SeenOfCircles {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            held: self.held + other.held,
            hushed: self.hushed + other.hushed,
            let_listen: self.let_listen + other.let_listen,
            walked: self.walked + other.walked,
            declined: self.declined + other.declined,
            apart: self.apart + other.apart,
        }
    }
}

impl Circles {
    /// Which table somebody hears better in passing.
    pub(crate) fn listens_to(&self, id: ParticipantId) -> Option<TableId> {
        self.passing.get(&id).copied()
    }

    /// Whether somebody is not heard because a piece goes round at their table and they don't hold it.
    pub(crate) fn hushes(&self, person: &Person, broadcasts: &[Broadcast]) -> bool {
        let speaks_over = broadcasts.iter().any(|broadcast| broadcast.speaker == person.id);
        let piece = self.pieces.iter().find(|piece| person.place.table() == Some(piece.table));
        !speaks_over && piece.is_some_and(|piece| piece.holder != Some(person.id))
    }

    pub(crate) fn take_in(&mut self, event: &Event) {
        match &event.what {
            Happening::PiecesChanged(pieces) => {
                assert_ne!(pieces, &self.pieces, "a change is told");
                self.pieces.clone_from(pieces);
            }
            Happening::LetListen(tables) => {
                assert_ne!(tables, &self.let_listen, "a change is told");
                self.let_listen.clone_from(tables);
            }
            Happening::Bumblebee(id, table) => {
                let before = self.passing.remove(id);
                assert_ne!(&before, table, "a change is told");
                self.passing.extend(table.map(|table| (*id, table)));
            }
            Happening::Left(id) => {
                let held = self.pieces.iter().any(|piece| piece.holder == Some(*id));
                assert!(!held, "{id} has gone with a piece");
                self.passing.remove(id);
            }
            _ => {}
        }
    }

    /// At any moment: pieces are with persons who sit there and are connected, and all that is settled at a table is
    /// settled by somebody who sits there. Who declined is not walked.
    pub(crate) fn look(
        &mut self,
        space: &Space,
        now: TimeMs,
        events: &[Event],
        asked: &Asked,
        ids: impl Iterator<Item = ParticipantId>,
    ) {
        let everybody: Vec<&Person> = ids.filter_map(|id| space.person(id)).collect();
        let sits_at = |person: &Person, table: TableId| {
            let is_there = matches!(person.place, Place::Seat { table: theirs, .. } if theirs == table);
            is_there && person.kind == ParticipantKind::Person
        };
        assert!(self.pieces.is_sorted_by(|a, b| a.table < b.table), "each table once, ascending");
        for piece in &self.pieces {
            assert!(everybody.iter().any(|person| sits_at(person, piece.table)), "{piece:?} goes round among nobody");
            let Some(holder) = piece.holder else { continue };
            let holder = space.person(holder).expect("who holds a piece is in the space");
            assert!(sits_at(holder, piece.table), "{piece:?} is held from elsewhere: {holder:?}");
            assert_eq!(holder.presence, Presence::Here, "{piece:?} is held by a line that broke");
            self.seen.held += 1;
        }
        assert!(self.let_listen.is_sorted_by(|a, b| a < b), "each table once, ascending");
        for &table in &self.let_listen {
            assert!(
                everybody.iter().any(|person| sits_at(person, table)),
                "nobody sits at {table} to let others listen"
            );
            let wall = space.map().table(table).map(|table| table.wall);
            assert_eq!(wall, Some(TableWall::Open), "{table} is closed");
            self.seen.let_listen += 1;
        }
        self.look_at_plenum(now, events, asked, &everybody);
    }

    fn look_at_plenum(&mut self, now: TimeMs, events: &[Event], asked: &Asked, everybody: &[&Person]) {
        let due = self.plenum.filter(|plenum| plenum.at <= now);
        for event in events {
            if let Happening::PlenumChanged(plenum) = event.what {
                assert_ne!(plenum, self.plenum, "a change is told");
                self.plenum = plenum;
            }
        }
        if let Some(due) = due {
            assert_ne!(self.plenum, Some(due), "when people are walked there is no plenum any more");
            let others = everybody.iter().filter(|person| asked.latest() != Some(person.id));
            for person in others {
                let Some(before) = self.before.get(&person.id) else { continue };
                let is_walked = events.iter().any(|event| {
                    matches!(event.what, Happening::Moved(id, _) | Happening::PlaceChanged(id, _) if id == person.id)
                });
                if before.is_called {
                    // Who stands may stand there already.
                    assert!(is_walked || !before.sits, "{} was called and sits on: {person:?}", person.id);
                    self.seen.walked += usize::from(is_walked);
                } else if !before.is_called && before.is_still {
                    assert!(!is_walked, "{} is walked and should not be: {person:?}", person.id);
                    self.seen.declined += usize::from(asked.declined(person.id));
                }
            }
        }
        self.before.clear();
        if self.plenum.is_some() {
            let before = |person: &&Person| {
                let is_apart = matches!(person.kind, ParticipantKind::Stream | ParticipantKind::Sound);
                let is_called = !is_apart && person.presence == Presence::Here && !asked.declined(person.id);
                let (sits, is_still) = (matches!(person.place, Place::Seat { .. }), person.motion.has_arrived(now));
                (person.id, Before { sits, is_still, is_called })
            };
            self.before.extend(everybody.iter().map(before));
        }
    }

    /// Who hears a table in passing is near to it, and it lets them. Counts what the other laws are held against.
    pub(crate) fn after_tick(
        &mut self,
        space: &Space,
        now: TimeMs,
        broadcasts: &[Broadcast],
        ids: impl Iterator<Item = ParticipantId>,
    ) {
        for (&id, &table) in &self.passing {
            let person = space.person(id).expect("who passes by is in the space");
            let table = space.map().table(table).expect("a table of the map");
            let away_m = person.motion.position_m(now).distance(table.centre_m) - table.radius_m;
            let hears = matches!(person.kind, ParticipantKind::Person | ParticipantKind::Listener);
            assert!(hears && person.place == Place::Square && away_m <= PASSING_M + 0.01, "{id} {away_m} m {person:?}");
            assert!(self.let_listen.contains(&table.id), "{id} listens to {table:?} unasked");
        }
        for person in ids.filter_map(|id| space.person(id)) {
            self.seen.hushed += usize::from(self.hushes(person, broadcasts));
            self.seen.apart += usize::from(matches!(person.kind, ParticipantKind::Stream | ParticipantKind::Sound));
        }
    }
}
