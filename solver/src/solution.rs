//! What was decided: the JSON form of an answer, and how good it is known to be.

use crate::units::{Interval, Points, Slot};
use serde::{Deserialize, Serialize};

/// An uninterrupted piece of one task, done by one worker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Chunk {
    /// The task's id.
    pub task: String,
    /// The worker's id.
    pub worker: String,
    /// The first slot of it.
    pub start: Slot,
    /// The first slot after it.
    pub end: Slot,
}

impl Chunk {
    /// When it is done.
    #[must_use]
    pub fn time(&self) -> Interval {
        Interval { start: self.start, end: self.end }
    }
}

/// A plan, its cost, and a proven lower bound on the cost of any plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Solution {
    /// The chunks, by worker (in the problem's order) and start.
    pub chunks: Vec<Chunk>,
    /// What it costs, in points.
    pub cost: Points,
    /// No valid solution costs less than this; `None` where no bound was worked out.
    pub bound: Option<Points>,
}

impl Solution {
    /// The proven gap, `(cost − bound) / cost`, from 0 (optimal) to 1; `None` without a bound.
    #[must_use]
    pub fn gap(&self) -> Option<f64> {
        let bound = self.bound?.0;
        let cost = self.cost.0;
        Some(if cost <= bound || cost == 0.0 { 0.0 } else { ((cost - bound) / cost).min(1.0) })
    }

    /// How the answer stands: see [`Status`].
    #[must_use]
    pub fn status(&self, stopped: bool) -> Status {
        match self.gap() {
            Some(gap) if gap <= OPTIMAL_GAP => Status::Optimal,
            _ if stopped => Status::Stopped,
            Some(gap) => Status::Within(gap),
            None => Status::Stopped,
        }
    }
}

/// A gap that is only rounding: at or below it a solution counts as optimal.
pub const OPTIMAL_GAP: f64 = 1e-6;

/// How an answer stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Status {
    /// No valid solution costs less.
    Optimal,
    /// The search ended by itself; the cost is at most this share (0 to 1) above the optimum's, of the cost.
    Within(f64),
    /// The search was stopped from outside (by the clock or the observer); the answer is the best until then.
    Stopped,
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Status::Optimal => f.write_str("optimal"),
            Status::Within(gap) => write!(f, "within {:.1}%", gap * 100.0),
            Status::Stopped => f.write_str("stopped"),
        }
    }
}
