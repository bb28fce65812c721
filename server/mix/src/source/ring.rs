//! The packets of a source that wait to be decoded, by their numbers.

use super::shape::Shape;
use crate::limits::{RING_SLOTS, SLOT_BYTES};
use crate::types::Refused;

/// A packet that waits.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) sequence: i64,
    /// Where its sound begins on the speaker's clock, in samples.
    pub(crate) start: i64,
    /// When it came, in samples on ours.
    pub(crate) arrived: i64,
    pub(crate) shape: Shape,
    pub(crate) payload: Vec<u8>,
    full: bool,
}

/// As many packets as may wait. A slot keeps its bytes' room when it is emptied.
#[derive(Debug)]
pub(crate) struct Ring {
    slots: Box<[Slot]>,
    waiting: usize,
    /// No packet waits whose number is above this.
    newest: i64,
}

impl Ring {
    pub(crate) fn new() -> Self {
        let slot = || Slot {
            sequence: 0,
            start: 0,
            arrived: 0,
            shape: Shape::default(),
            payload: Vec::with_capacity(SLOT_BYTES),
            full: false,
        };
        Self { slots: (0..RING_SLOTS).map(|_| slot()).collect(), waiting: 0, newest: i64::MIN }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Takes a packet in, in the place of one that is a whole ring older. Tells whether it took such a place.
    ///
    /// # Errors
    /// When it is here already, or a whole ring older than what is.
    pub(crate) fn insert(
        &mut self,
        sequence: i64,
        start: i64,
        arrived: i64,
        shape: Shape,
        payload: &[u8],
    ) -> Result<bool, Refused> {
        let slot = &mut self.slots[index(sequence)];
        let displaces = slot.full;
        if displaces && slot.sequence == sequence {
            return Err(Refused::Twice);
        }
        if displaces && slot.sequence > sequence {
            return Err(Refused::Late);
        }
        (slot.sequence, slot.start, slot.arrived, slot.shape, slot.full) = (sequence, start, arrived, shape, true);
        slot.payload.clear();
        slot.payload.extend_from_slice(payload);
        self.waiting += usize::from(!displaces);
        self.newest = self.newest.max(sequence);
        Ok(displaces)
    }

    /// The oldest packet whose number is above `sequence`.
    pub(crate) fn after(&self, sequence: i64) -> Option<&Slot> {
        if self.waiting == 0 {
            return None;
        }
        let oldest = sequence.saturating_add(1).max(self.newest - RING_SLOTS as i64 + 1);
        (oldest..=self.newest).find_map(|sequence| {
            let slot = &self.slots[index(sequence)];
            (slot.full && slot.sequence == sequence).then_some(slot)
        })
    }

    /// Empties the slot of a packet.
    pub(crate) fn remove(&mut self, sequence: i64) {
        let slot = &mut self.slots[index(sequence)];
        if slot.full && slot.sequence == sequence {
            slot.full = false;
            self.waiting -= 1;
        }
    }

    /// Empties all.
    pub(crate) fn clear(&mut self) {
        for slot in &mut self.slots {
            slot.full = false;
        }
        (self.waiting, self.newest) = (0, i64::MIN);
    }
}

fn index(sequence: i64) -> usize {
    sequence.rem_euclid(RING_SLOTS as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(ring: &mut Ring, sequence: i64) -> Result<bool, Refused> {
        ring.insert(sequence, sequence * 960, 0, Shape::default(), &[0])
    }

    fn first_after(ring: &Ring, sequence: i64) -> Option<i64> {
        ring.after(sequence).map(|slot| slot.sequence)
    }

    #[test]
    fn packets_come_out_in_the_order_of_their_numbers() {
        let mut ring = Ring::new();
        for sequence in [5, 3, 4, 9] {
            assert_eq!(insert(&mut ring, sequence), Ok(false));
        }
        assert_eq!(insert(&mut ring, 4), Err(Refused::Twice));
        assert_eq!(first_after(&ring, i64::MIN), Some(3));
        assert_eq!(first_after(&ring, 5), Some(9));
        ring.remove(9);
        assert_eq!(first_after(&ring, 5), None);
        assert!(!ring.is_empty());
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut ring = Ring::new();
        for sequence in 0..RING_SLOTS as i64 {
            assert_eq!(insert(&mut ring, sequence), Ok(false));
        }
        assert_eq!(insert(&mut ring, RING_SLOTS as i64), Ok(true));
        assert_eq!(first_after(&ring, i64::MIN), Some(1));
        assert_eq!(insert(&mut ring, 0), Err(Refused::Late));
    }
}
