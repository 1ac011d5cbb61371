//! The linear relaxation's advice to the search: what time is worth to all the work together, and what windows might
//! hold.

use super::Cell;

/// Prices in points per slot of work, charged for the use of time beside what the work itself costs, and contents of
/// windows to try.
#[derive(Clone, Debug, Default)]
pub(crate) struct Advice {
    /// By window; empty where nothing is known.
    pub(crate) windows: Vec<f64>,
    /// By cap: what using up a slot of it is worth.
    pub(crate) caps: Vec<f64>,
    /// Contents of windows of which a best fractional plan has shares.
    pub(crate) contents: Vec<Suggested>,
}

/// What a window might hold: tasks and slots of work.
#[derive(Clone, Debug)]
pub(crate) struct Suggested {
    pub(crate) window: u32,
    pub(crate) items: Vec<(u32, i32)>,
    /// The shares of it and of all before it, added up.
    pub(crate) up_to: f64,
}

impl Advice {
    /// What a slot of any work that starts in a cell of a window is worth to others.
    pub(crate) fn of(&self, w: usize, cell: &Cell) -> f64 {
        let caps = cell.caps.iter().map(|cap| self.caps.get(*cap as usize).copied().unwrap_or(0.0));
        self.windows.get(w).copied().unwrap_or(0.0) + caps.sum::<f64>()
    }
}
