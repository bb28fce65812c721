//! What is told to whoever listens outside of the square, once it is committed.

use super::Keeper;
use crate::mailbox::occasion::{Occasion, What};
use torg_protocol::units::TimeMs;
use torg_space::ledger::{Fact, Ledger};

/// What of these facts is told outside, and when it was. The ledger is as it stood before them: a slot that closes by
/// being taken away is in there still.
pub(super) fn occasions(before: &Ledger, at: TimeMs, facts: &[Fact]) -> Vec<(TimeMs, What)> {
    let slot = |id| before.slot(id).cloned();
    let occasion = |fact: &Fact| match fact {
        Fact::SlotOpened { slot: id, bell } => slot(*id).map(|slot| (*bell, What::SlotOpened(slot))),
        Fact::SlotClosed { slot: id, bell } => slot(*id).map(|slot| (*bell, What::SlotClosed(slot))),
        Fact::SpaceClosed { .. } => Some((at, What::SpaceClosed)),
        _ => None,
    };
    facts.iter().filter_map(occasion).collect()
}

impl Keeper {
    /// Nobody waits for who listens outside: when too much waits for them already, this is lost, and said in the log.
    pub(super) fn tell_outside(&self, occasions: Vec<(TimeMs, What)>) {
        let Some(outside) = &self.outside else { return };
        for (at, what) in occasions {
            let occasion = Occasion { space: self.id.clone(), name: self.name.clone(), at, what };
            if outside.try_send(occasion).is_err() {
                tracing::error!("too much waits to be told by webhooks: this is not told");
            }
        }
    }
}
