//! What a crowd's guest does next.

use super::{Life, Plan, board};
use crate::world::World;
use rand::RngExt as _;
use rand::rngs::StdRng;
use std::time::{Duration, SystemTime};
use torg_protocol::geometry::Point;
use torg_protocol::ids::{RequestId, TableId};
use torg_protocol::map::TableWall;
use torg_protocol::message::ClientMessage;

/// How near to the map's edge people stroll.
const MARGIN_M: f64 = 1.0;

/// Between two topics of a crowd that posts.
const POST_PAUSE: Duration = Duration::from_millis(500);

/// What to do now, and when to think again.
pub(super) struct Step {
    pub(super) message: Option<ClientMessage>,
    /// The table a switching guest is bound for.
    pub(super) bound_for: Option<TableId>,
    pub(super) next: Option<Duration>,
}

/// The next thing a guest does: `number` is its place in the crowd; the first ones are the speakers.
pub(super) fn next_step(plan: &Plan, number: usize, is_first: bool, world: &World, dice: &mut StdRng) -> Step {
    let speaks = number < plan.speaking;
    match plan.life {
        Life::Still => Step { message: None, bound_for: None, next: None },
        Life::Switching => switch(number, speaks, world, dice),
        Life::Posting if number == 0 => {
            // The first comes when all are in, since what comes before is not measured.
            let change = board::stamped_topic(SystemTime::now());
            let message = (!is_first).then_some(ClientMessage::Change { request: RequestId(0), change });
            Step { message, bound_for: None, next: Some(POST_PAUSE) }
        }
        Life::Posting => Step { message: None, bound_for: None, next: None },
        Life::Lively => {
            let message = match (is_first, speaks) {
                // Speakers begin at the tables, one after the other, so that there is talk at each.
                (true, true) => sit_down(number, world),
                _ if dice.random_bool(0.6) => sit_down(dice.random_range(0..usize::MAX), world),
                _ => stroll(world, dice),
            };
            let pause_s = if speaks { dice.random_range(30.0..120.0) } else { dice.random_range(10.0..60.0) };
            Step { message, bound_for: None, next: Some(Duration::from_secs_f64(pause_s)) }
        }
    }
}

fn switch(number: usize, speaks: bool, world: &World, dice: &mut StdRng) -> Step {
    let tables = &world.space().map.tables;
    let with_wall = |wanted: Option<TableWall>| {
        let fits = tables.iter().enumerate().filter(move |(_, table)| wanted.is_none_or(|wall| table.wall == wall));
        fits.map(|(index, _)| TableId(index as u16)).collect::<Vec<_>>()
    };
    let closed = with_wall(Some(TableWall::Closed));
    let choice = if closed.len() >= 2 { closed } else { with_wall(None) };
    let here = world.people().get(&world.me()).and_then(|me| me.view.place.table());
    let others: Vec<TableId> = choice.iter().copied().filter(|&table| Some(table) != here).collect();
    let table = if speaks {
        choice.get(number % choice.len().max(1)).copied()
    } else {
        others.get(dice.random_range(0..others.len().max(1))).copied()
    };
    Step {
        message: table.map(|table| ClientMessage::JoinTable { table }),
        bound_for: table.filter(|_| !speaks),
        next: (!speaks).then(|| Duration::from_secs_f64(dice.random_range(4.0..9.0))),
    }
}

fn sit_down(choice: usize, world: &World) -> Option<ClientMessage> {
    let tables = world.space().map.tables.len();
    let table = TableId((choice.checked_rem(tables)?) as u16);
    Some(ClientMessage::JoinTable { table })
}

fn stroll(world: &World, dice: &mut StdRng) -> Option<ClientMessage> {
    let map = &world.space().map;
    let mut along = |side_m: f32| dice.random_range(MARGIN_M..f64::from(side_m).max(MARGIN_M * 2.0) - MARGIN_M / 2.0);
    let to = Point::from_metres(along(map.width_m), along(map.height_m)).ok()?;
    Some(ClientMessage::WalkTo { to })
}
