//! The long view: months of work against months of capacity, as a linear program over buckets of time.
//!
//! A [`CapacityProblem`] says how many hours each worker has in each bucket (days near, weeks far), what
//! work arrives, when it is due, and what was sold to whom. [`allocate`] finds the cheapest way to do it, and
//! with it the price of every hour. The costs are those of the planning problem, per hour of work: work is
//! divisible here, so the answer is a relaxation in everything but the setup times, which are estimated
//! ([`Lot::setup`]). [`follow`] walks through the same buckets once, as somebody would who does not
//! know the future: it is what thousands of drawn futures are judged by.
//!
//! Like the rest of this crate it knows no dates: a [`Day`] counts days from the start.

mod allocate;
mod cost;
mod faults;
mod follow;
mod part;
mod prices;
mod program;
mod sell;
mod setup;
mod way_out;

#[cfg(test)]
mod tests;

pub use allocate::{Allocation, Placed, allocate, harm};
pub use faults::{CapacityError, CapacityFault};
pub use follow::{Followed, LotEnd, follow};
pub use prices::{PriceRange, Prices, price_range};
pub use sell::{Offer, most_sold};
pub use setup::setup;
pub use way_out::{Effect, Lever, WayOut, WayOutSearch, way_out};

use serde::{Deserialize, Serialize};

/// Hours of work or of capacity.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hours(pub f64);

/// A moment: days (and parts of them) since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub f64);

/// A stretch of time in which capacity is counted together: a day, or a week. Work done in it counts as
/// spread evenly over it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// The first moment somebody works in it.
    pub from: Day,
    /// The last one; later than `from`, and no later than the next bucket's `from`.
    pub to: Day,
}

/// Somebody who works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crew {
    /// Names the worker.
    pub id: String,
    /// Points per hour worked.
    pub rate: f64,
    /// Hours in each bucket; at least 0.
    pub hours: Vec<Hours>,
}

/// Work of one kind that arrives together: a task, or the tasks of one week that are expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lot {
    /// For whom: an index into [`CapacityProblem::clients`].
    pub client: u32,
    /// Which kind of work: an index into [`CapacityProblem::kinds`].
    pub kind: u32,
    /// How much work altogether.
    pub hours: Hours,
    /// How many tasks it stands for: above 0; a fraction where a task is only expected.
    pub pieces: f64,
    /// Not before.
    pub release: Day,
    /// Late after.
    pub due: Day,
    /// Never after.
    pub deadline: Option<Day>,
    /// Importance: multiplies what lateness and leaving it out cost.
    pub weight: f64,
    /// Who may do it: indices into [`CapacityProblem::crew`].
    pub workers: Vec<u32>,
    /// Hours of capacity that an hour of it takes: at least 1; what is above 1 is buffers between chunks and
    /// ends of free time too short to use.
    pub setup: f64,
    /// Where it may be done only in a part of the time: an index into [`CapacityProblem::reaches`].
    pub reach: Option<u32>,
}

/// The share (0 to 1) of each worker's hours in each bucket in which some work may be done.
pub type Reach = Vec<Vec<f64>>;

/// Hours for a client over some buckets: a retainer's minimum (a quota) or its maximum (a cap).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// For whom: an index into [`CapacityProblem::clients`].
    pub client: u32,
    /// The buckets of the period, and the share of each that lies in it (above 0, at most 1).
    pub buckets: Vec<(u32, f64)>,
    /// At least, or at most, so much.
    pub hours: Hours,
}

/// Points per unit of each cost; see the planning problem.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CapacityWeights {
    /// Per hour that is never done, times the lot's weight.
    pub unscheduled: f64,
    /// Per task that is late, times the lot's weight.
    pub late: f64,
    /// Per task and day late, times the lot's weight.
    pub late_day: f64,
    /// Per hour of work and day between release and doing it.
    pub soon: f64,
    /// Per hour short of a quota.
    pub quota: f64,
    /// Work so many days late is never done: the client has gone elsewhere.
    pub patience: f64,
}

/// Months of work against months of capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CapacityProblem {
    /// The time that is looked at, in order.
    pub buckets: Vec<Bucket>,
    /// Who works.
    pub crew: Vec<Crew>,
    /// For whom.
    pub clients: Vec<String>,
    /// Kinds of work.
    pub kinds: Vec<String>,
    /// The work.
    pub lots: Vec<Lot>,
    /// Retainers' minimums (soft).
    pub quotas: Vec<Promise>,
    /// Retainers' maximums (hard).
    pub caps: Vec<Promise>,
    /// Limits on when live work can be done.
    pub reaches: Vec<Reach>,
    /// What each shortfall costs.
    pub weights: CapacityWeights,
}

impl Default for CapacityWeights {
    fn default() -> CapacityWeights {
        let points = crate::Weights::default();
        CapacityWeights {
            unscheduled: points.unscheduled,
            late: points.late,
            late_day: points.late_day,
            soon: points.soon,
            quota: points.quota,
            patience: 28.0,
        }
    }
}

impl Bucket {
    /// How long it is, in days.
    pub(crate) fn length(self) -> f64 {
        self.to.0 - self.from.0
    }

    /// The share of it that lies in `[from, to)`.
    pub(crate) fn share(self, from: f64, to: f64) -> f64 {
        let inside = to.min(self.to.0) - from.max(self.from.0);
        (inside / self.length()).clamp(0.0, 1.0)
    }
}

impl CapacityProblem {
    /// All hours of everybody in a bucket.
    #[must_use]
    pub fn capacity(&self, bucket: usize) -> Hours {
        Hours(self.crew.iter().map(|worker| worker.hours[bucket].0).sum())
    }

    /// The share of a worker's bucket that a lot may use.
    pub(crate) fn reach(&self, lot: &Lot, worker: usize, bucket: usize) -> f64 {
        lot.reach.map_or(1.0, |reach| self.reaches[reach as usize][worker][bucket])
    }
}
