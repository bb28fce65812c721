//! What one tick costs: a third of the crowd walks, one in fifty speaks, everybody's microphone is on.
//!
//! `cargo bench -p torg-space`. The promise: 1,000 avatars in 2 ms and 10,000 in 40 ms, on one core.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::time::Duration;
use torg_protocol::geometry::{HearingPreset, Point};
use torg_protocol::ids::ParticipantId;
use torg_protocol::limits::WALLS_MAX;
use torg_protocol::map::{MapSpec, TableSpec, TableWall, ZoneKind, ZoneSpec};
use torg_protocol::people::{Listening, Microphone, ParticipantKind, Role};
use torg_protocol::text::{Label, PersonName};
use torg_protocol::units::{MurmurPercent, TimeMs, VoiceLevel};
use torg_space::limits::PLENUM_NOTICE;
use torg_space::{Ask, Command, Map, Space, Start};

const TICK_MS: u64 = 50;

/// A square of a size with a table in every 12 x 12 m, one in eight of them closed.
fn map(side_m: f32) -> Map {
    let across = (side_m / 12.0) as u16;
    let tables = (0..across * across).take(200).map(|index| TableSpec {
        name: Label::parse(&format!("Table {index}")).expect("a plain name"),
        x: 6.0 + 12.0 * f32::from(index % across),
        y: 6.0 + 12.0 * f32::from(index / across),
        radius_m: 1.5,
        seats: 6,
        wall: if index % 8 == 0 { TableWall::Closed } else { TableWall::Open },
    });
    let tables = tables.collect();
    let (walls, zones) = (Vec::new(), Vec::new());
    let spec = MapSpec { width_m: side_m, height_m: side_m, hearing: HearingPreset::Room, walls, tables, zones };
    Map::check(spec).expect("a map that can be walked")
}

/// A crowd that goes on walking and talking.
struct Crowd {
    space: Space,
    now: TimeMs,
    chance: ChaCha8Rng,
    people: u32,
    side_m: f32,
    speaking: u32,
}

impl Crowd {
    fn new(people: u32, side_m: f32, speaking: u32) -> Self {
        Self::on(map(side_m), people, side_m, speaking)
    }

    fn on(map: Map, people: u32, side_m: f32, speaking: u32) -> Self {
        let now = TimeMs(1_760_000_000_000);
        let space = Space::new(map, 1, now).with_participants_max(people as usize);
        let mut crowd = Self { space, now, chance: ChaCha8Rng::seed_from_u64(1), people, side_m, speaking };
        for id in 0..people {
            let name = PersonName::parse("Somebody").expect("a plain name");
            let mut entered = false;
            while !entered {
                let start = Some(Start::At(crowd.place()));
                let (role, microphone) = (Role::Participant, Microphone::On);
                entered = crowd
                    .ask(id, Ask::Enter { name: name.clone(), kind: ParticipantKind::Person, role, microphone, start });
            }
        }
        for _ in 0..40 {
            crowd.live();
            crowd.space.advance(crowd.now);
        }
        crowd
    }

    /// What happens between two ticks: a third of all walk, a few speak.
    fn live(&mut self) {
        self.space.drain().for_each(drop);
        self.now = TimeMs(self.now.0 + TICK_MS);
        for id in 0..self.people / 3 {
            let walks = |motion: torg_protocol::geometry::Segment| !motion.has_arrived(self.now);
            if !self.space.person(ParticipantId(id)).is_some_and(|person| walks(person.motion)) {
                let to = self.place();
                self.ask(id, Ask::WalkTo(to));
            }
        }
        for _ in 0..self.people / self.speaking / 5 {
            let speaker = self.chance.next_u32() % (self.people / self.speaking) * self.speaking;
            let level = 20 + self.chance.next_u32() as u8 % 20;
            self.ask(speaker, Ask::Voice(VoiceLevel::from_minus_dbov(level)));
        }
    }

    fn ask(&mut self, id: u32, what: Ask) -> bool {
        self.space.apply(self.now, Command { participant: ParticipantId(id), what }).is_ok()
    }

    fn place(&mut self) -> Point {
        let side_cm = (self.side_m * 100.0) as u32;
        let [x_cm, y_cm] = [self.chance.next_u32() % side_cm, self.chance.next_u32() % side_cm];
        Point::from_centimetres(x_cm as u16, y_cm as u16)
    }
}

fn tick(criterion: &mut Criterion) {
    // (name, people, side of the square in metres, one in how many speaks)
    let crowds = [
        ("1000 on a market", 1_000, 90.0, 50),
        ("1000 shoulder to shoulder", 1_000, 32.0, 50),
        ("1000 shoulder to shoulder, all speak", 1_000, 32.0, 1),
        ("10000 on a market", 10_000, 280.0, 50),
        ("10000 shoulder to shoulder", 10_000, 100.0, 50),
    ];
    let mut group = criterion.benchmark_group("tick");
    group.measurement_time(Duration::from_secs(5)).sample_size(20);
    for (name, people, side_m, speaking) in crowds {
        let crowd = std::cell::RefCell::new(Crowd::new(people, side_m, speaking));
        group.bench_function(name, |bench| {
            let live = || crowd.borrow_mut().live();
            let advance = |()| {
                let mut crowd = crowd.borrow_mut();
                let now = crowd.now;
                crowd.space.advance(now);
            };
            bench.iter_batched(live, advance, BatchSize::PerIteration);
        });
    }
    group.finish();
}

/// What a tick costs while sound is mixed for all: a third of the crowd walks, one in ten speaks.
fn mix(criterion: &mut Criterion) {
    // (name, people, side of the square in metres: it decides how many places are occupied)
    let crowds = [
        ("100 on 40 places", 100, 25.0),
        ("450 on 40 places", 450, 25.0),
        ("450 on a market", 450, 90.0),
        ("1000 on a market", 1_000, 90.0),
    ];
    let ways =
        [("without", Listening::Forwarded, 0), ("murmur", Listening::Forwarded, 50), ("mixed", Listening::Mixed, 50)];
    let mut group = criterion.benchmark_group("mix");
    group.measurement_time(Duration::from_secs(4)).sample_size(20);
    for (name, people, side_m) in crowds {
        for (way, listening, murmur) in ways {
            let mut crowd = Crowd::new(people, side_m, 10);
            let murmur = MurmurPercent::new(murmur).expect("a share");
            (0..people).for_each(|id| assert!(crowd.ask(id, Ask::SetListening { listening, murmur })));
            let crowd = std::cell::RefCell::new(crowd);
            group.bench_function(format!("{name}, {way}"), |bench| {
                let live = || crowd.borrow_mut().live();
                let advance = |()| {
                    let mut crowd = crowd.borrow_mut();
                    let now = crowd.now;
                    crowd.space.advance(now);
                };
                bench.iter_batched(live, advance, BatchSize::PerIteration);
            });
            println!("{} beds", crowd.borrow().space.mix().beds.len());
        }
    }
    group.finish();
}

/// What it costs to check the largest map: done once when a space is made or started, away from who serves others.
fn check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    group.measurement_time(Duration::from_secs(5)).sample_size(10);
    for (name, side_m) in [("the largest map, 600 m", 600.0), ("the largest map, 170 m", 170.0)] {
        let spec = largest(side_m);
        group.bench_function(name, |bench| {
            bench.iter_batched(|| spec.clone(), |spec| Map::check(spec).is_ok(), BatchSize::PerIteration);
        });
    }
    group.finish();
}

/// As many tables and walls as a map may have: walls of 1 to 9 m in any direction, between the tables.
fn largest(side_m: f32) -> MapSpec {
    let mut spec = map(side_m).spec().clone();
    let mut chance = ChaCha8Rng::seed_from_u64(7);
    let mut toss = |most: f32| most * (chance.next_u32() % 10_000) as f32 / 10_000.0;
    while spec.walls.len() < WALLS_MAX {
        let (x, y, angle, length_m) = (toss(side_m), toss(side_m), toss(std::f32::consts::TAU), 1.0 + toss(8.0));
        let wall = [x, y, x + length_m * angle.cos(), y + length_m * angle.sin()];
        let on_map = wall.into_iter().all(|at| (0.0..=side_m).contains(&at));
        // Three metres from the middle of every table on the way: none is cut.
        let cuts = |table: &TableSpec| {
            (0..=20).map(|step| step as f32 / 20.0).any(|share| {
                let (across, down) = (x + (wall[2] - x) * share - table.x, y + (wall[3] - y) * share - table.y);
                across.hypot(down) < 3.0
            })
        };
        if on_map && !spec.tables.iter().any(cuts) {
            spec.walls.push(wall);
        }
    }
    spec
}

/// The same with a stage between four walls, where no table is.
fn walled(mut spec: MapSpec) -> MapSpec {
    let (near, far) = (10.0, 14.0);
    let walls = [[near, near, far, near], [near, far, far, far], [near, near, near, far], [far, near, far, far]];
    spec.walls.iter_mut().zip(walls).for_each(|(wall, other)| *wall = other);
    let name = Label::parse("Stage").expect("a plain name");
    let (x, y, width_m, height_m) = (10.5, 10.5, 3.0, 3.0);
    spec.zones = vec![ZoneSpec { name, kind: ZoneKind::Stage, x, y, width_m, height_m }];
    spec
}

/// What it costs to set everybody off to the plenum: a search for the way of each, all within one tick, once in a meeting.
fn plenum(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plenum");
    group.measurement_time(Duration::from_secs(4)).sample_size(10);
    for (name, side_m, spec) in [
        ("1000 on a market", 90.0, map(90.0).spec().clone()),
        ("1000 on the largest map, 170 m", 170.0, largest(170.0)),
        ("1000 on the largest map, 600 m", 600.0, largest(600.0)),
        ("1000 who no way leads there, 170 m", 170.0, walled(largest(170.0))),
    ] {
        let map = Map::check(spec).expect("a map that can be walked");
        let mut crowd = Crowd::on(map, 1_000, side_m, 50);
        crowd.ask(0, Ask::SetRole(Role::Host));
        let crowd = std::cell::RefCell::new(crowd);
        group.bench_function(name, |bench| {
            let call = || {
                let mut crowd = crowd.borrow_mut();
                for id in 0..crowd.people {
                    let to = crowd.place();
                    crowd.ask(id, Ask::WalkTo(to));
                }
                assert!(crowd.ask(0, Ask::CallPlenum { zone: None }));
                crowd.now = crowd.now + PLENUM_NOTICE;
                let before = TimeMs(crowd.now.0 - 1);
                crowd.space.advance(before);
                crowd.space.drain().for_each(drop);
            };
            let advance = |()| {
                let mut crowd = crowd.borrow_mut();
                let now = crowd.now;
                crowd.space.advance(now);
            };
            bench.iter_batched(call, advance, BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, tick, mix, plenum, check);
criterion_main!(benches);
