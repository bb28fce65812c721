//! Beds: what the murmur of a square costs, by listeners, by places and by talkers.

use crate::cpu::{cost_us, median};
use crate::voices::{Spoken, placed, push, tick};
use torg_mix::{Desk, Settings};
use torg_protocol::ids::ParticipantId;
use torg_space::{Bed, BedId, ListenerMix, Mix};

const TURNS: u64 = 12;
const FRAMES_A_TURN: u64 = 50;
/// Of those who talk, so many are in the bed of a place: the engine's bound.
const IN_A_BED: u32 = 32;

/// So many listeners on so many places, who all get the bed as it is.
fn square(places: u32, talkers: u32, listeners: u32, moment: f32) -> Mix {
    let sources = |place: u32| {
        let first = if talkers > IN_A_BED { place % (talkers - IN_A_BED) } else { 0 };
        let cutoff_hz = |speaker: u32| 1_000.0 + 7_000.0 * ((speaker * 31 + place * 17) % 97) as f32 / 97.0;
        let speakers = first..(first + IN_A_BED).min(talkers);
        speakers.map(|speaker| placed(speaker, place, moment, cutoff_hz(speaker))).collect()
    };
    let beds = (0..places).map(|place| Bed { id: BedId(place), sources: sources(place) }).collect();
    let hears = |id: u32| ListenerMix { listener: ParticipantId(id), bed: Some(BedId(id % places)), own: None };
    Mix { version: 1, beds, listeners: (0..listeners).map(hears).collect(), ..Mix::default() }
}

pub(crate) fn measure() {
    println!(
        "\nbeds: everybody gets the bed of their place, 48 kbit/s stereo, complexity 4; the plan is new each 60 ms"
    );
    let spoken: Vec<Spoken> = (0..40).map(Spoken::new).collect();
    let sizes =
        [(40, 40, 100), (40, 40, 200), (40, 40, 450), (20, 40, 450), (80, 40, 450), (40, 20, 450), (40, 0, 450)];
    let mut desks: Vec<Desk> = sizes.iter().map(|_| Desk::new(Settings::default())).collect();
    let mut costs = vec![Vec::new(); sizes.len()];
    for turn in 0..=TURNS {
        for ((desk, costs), (places, talkers, listeners)) in desks.iter_mut().zip(&mut costs).zip(sizes) {
            let spoken = &spoken[..talkers as usize];
            let mut cost = 0.0;
            for frame in turn * FRAMES_A_TURN..(turn + 1) * FRAMES_A_TURN {
                let plan = frame.is_multiple_of(3).then(|| square(places, talkers, listeners, frame as f32 * 0.003));
                cost += cost_us(|| {
                    plan.iter().for_each(|mix| desk.plan(mix));
                    push(desk, spoken, frame);
                    tick(desk, frame);
                });
            }
            if turn > 0 {
                costs.push(cost / FRAMES_A_TURN as f64);
            }
        }
    }
    let base = costs[0].clone();
    for ((places, talkers, listeners), costs) in sizes.into_iter().zip(costs) {
        let ratio = median(costs.iter().zip(&base).map(|(cost, base)| cost / base).collect());
        let cost_us = median(costs);
        let of_a_core = cost_us / 200.0;
        println!(
            "  {places} places, {talkers} talk, {listeners} listen: {cost_us:.0} us a frame, {of_a_core:.1} % of a core, {ratio:.2} of the first"
        );
    }
}
