//! What changed since the last tick, so that only those whom it concerns are looked at.

use super::Stand;
use glam::Vec2;
use torg_protocol::geometry::HearingLaw;

/// Which parts of the map have to be looked at in the next tick.
#[derive(Debug)]
pub(super) struct Changes {
    /// As large as an earshot: a change concerns the cell where it happens and its neighbours.
    side_m: f32,
    columns: usize,
    rows: usize,
    /// The tick in which something changed.
    cells: Vec<u64>,
    tables: Vec<u64>,
    everything: u64,
    anything: u64,
}

impl Changes {
    pub(super) fn new(size_m: Vec2, tables: usize, law: HearingLaw) -> Self {
        let side_m = law.edge_m;
        let cells = (size_m / side_m).ceil().max(Vec2::ONE);
        let (columns, rows) = (cells.x as usize, cells.y as usize);
        let never = vec![0; columns * rows];
        Self { side_m, columns, rows, cells: never, tables: vec![0; tables], everything: 0, anything: 0 }
    }

    /// Something changed where somebody is or was.
    pub(super) fn mark(&mut self, stand: &Stand, tick: u64) {
        self.anything = tick;
        if let Some((table, _)) = stand.table {
            self.tables[usize::from(table.0)] = tick;
        }
        if stand.is_behind_closed_wall() {
            return;
        }
        let (column, row) = self.cell(stand);
        for row in row.saturating_sub(1)..=(row + 1).min(self.rows - 1) {
            for column in column.saturating_sub(1)..=(column + 1).min(self.columns - 1) {
                self.cells[row * self.columns + column] = tick;
            }
        }
    }

    /// Everything changed for everybody.
    pub(super) fn mark_everything(&mut self, tick: u64) {
        (self.everything, self.anything) = (tick, tick);
    }

    /// Whether anything at all changed in this tick.
    pub(super) fn any(&self, tick: u64) -> bool {
        self.anything == tick
    }

    /// Whether something changed in this tick that a listener may hear.
    pub(super) fn concern(&self, listener: &Stand, tick: u64) -> bool {
        let at_table = listener.table.is_some_and(|(table, _)| self.tables[usize::from(table.0)] == tick);
        let (column, row) = self.cell(listener);
        let near = !listener.is_behind_closed_wall() && self.cells[row * self.columns + column] == tick;
        at_table || near || self.everything == tick
    }

    fn cell(&self, stand: &Stand) -> (usize, usize) {
        let cell = (stand.at.metres() / self.side_m).max(Vec2::ZERO);
        ((cell.x as usize).min(self.columns - 1), (cell.y as usize).min(self.rows - 1))
    }
}
