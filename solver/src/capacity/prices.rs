//! Prices: what one more hour would be worth, from the dual of the linear program.

use super::cost::{lateness, spots};
use super::program::Program;
use super::{CapacityError, CapacityProblem, Hours, allocate};

/// What the constraints of an allocation cost, in points.
///
/// A price is the slope of the cost: it says what a little more saves, and the cost is convex, so an hour more
/// never saves more than its price. [`price_range`] says how far it holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices {
    /// What one more hour of a worker in a bucket saves: `hour[worker][bucket]`, at least 0.
    pub hour: Vec<Vec<f64>>,
    /// What one more hour of a lot costs.
    pub lot: Vec<f64>,
    /// What one more hour promised costs, for each quota; at least 0.
    pub quota: Vec<f64>,
    /// What one more hour allowed saves, for each cap; at least 0.
    pub cap: Vec<f64>,
}

impl Prices {
    pub(super) fn of(program: &Program<'_>, rows: &[f64]) -> Prices {
        let problem = program.problem;
        let cell = |worker, bucket| (-rows[program.cell(worker, bucket) as usize]).max(0.0);
        let row = |worker| (0..problem.buckets.len()).map(|bucket| cell(worker, bucket)).collect();
        let mut hour: Vec<Vec<f64>> = (0..problem.crew.len()).map(row).collect();
        // Work that may be done in a part of a bucket only is held to that part of its hours: more hours make
        // that part longer, too.
        for (place, column) in program.places.iter().zip(&program.lp.columns) {
            let priced: f64 = column.entries.iter().map(|(row, by)| by * rows[*row as usize]).sum();
            if column.upper.is_finite() && column.cost < priced {
                let (worker, bucket) = (place.worker as usize, place.bucket as usize);
                let longer = place.most / problem.crew[worker].hours[bucket].0;
                hour[worker][bucket] += (priced - column.cost) * longer;
            }
        }
        let quotas = program.quota(0) as usize..program.cap(0) as usize;
        Prices {
            hour,
            lot: rows[..problem.lots.len()].to_vec(),
            quota: rows[quotas.clone()].to_vec(),
            cap: rows[quotas.end..].iter().map(|price| (-price).max(0.0)).collect(),
        }
    }

    /// What the first hour of somebody who did only some lots (such as all of one kind) would save in each
    /// bucket, before what that somebody costs: the price of an hour of a skill.
    #[must_use]
    pub fn worth(&self, problem: &CapacityProblem, does: impl Fn(usize) -> bool) -> Vec<f64> {
        let mut ways: Vec<Vec<(f64, f64)>> = vec![Vec::new(); problem.buckets.len()];
        let gain = self.gains(problem);
        for (index, lot) in problem.lots.iter().enumerate().filter(|(index, _)| does(*index)) {
            for spot in spots(problem, lot) {
                let bucket = spot.bucket as usize;
                let saved = self.lot[index] - spot.cost + gain[lot.client as usize][bucket];
                if saved > 0.0 {
                    ways[bucket].push((saved / lot.setup, spot.share));
                }
            }
        }
        ways.into_iter().map(best_hour).collect()
    }

    /// What an hour done for each client in each bucket brings or costs by its quotas and caps.
    fn gains(&self, problem: &CapacityProblem) -> Vec<Vec<f64>> {
        let mut gain = vec![vec![0.0; problem.buckets.len()]; problem.clients.len()];
        for (promise, price) in problem.quotas.iter().zip(&self.quota) {
            for &(bucket, share) in &promise.buckets {
                gain[promise.client as usize][bucket as usize] += share * price;
            }
        }
        for (promise, price) in problem.caps.iter().zip(&self.cap) {
            for &(bucket, share) in &promise.buckets {
                gain[promise.client as usize][bucket as usize] -= share * price;
            }
        }
        gain
    }

    /// What moving a lot's due time out by one day would save, to first order: the lateness that its
    /// placed hours pay for a day, and nothing for one on time.
    #[must_use]
    pub fn due_day(&self, problem: &CapacityProblem, allocation: &super::Allocation) -> Vec<f64> {
        let mut saved = vec![0.0; problem.lots.len()];
        for placed in allocation.placed.iter().filter(|placed| placed.late > 0.0) {
            let lot = &problem.lots[placed.lot as usize];
            let less = lateness(problem, lot, placed.late) - lateness(problem, lot, placed.late - 1.0);
            saved[placed.lot as usize] += placed.hours.0 * less;
        }
        saved
    }
}

/// What an hour is worth that is spent on the best of these (worth, and the share of the hour it can take).
fn best_hour(mut ways: Vec<(f64, f64)>) -> f64 {
    ways.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut worth, mut left) = (0.0, 1.0_f64);
    for (saved, share) in ways {
        let part = share.min(left);
        worth += saved * part;
        left -= part;
        if left <= 0.0 {
            break;
        }
    }
    worth
}

/// What more hours of a worker in a bucket save, and up to how many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriceRange {
    /// Points saved by each hour.
    pub worth: f64,
    /// So many hours save as much each, within 1%; there may be more. None where the cost bends within the first
    /// three minutes: the worth is then their average.
    pub holds: Hours,
}

/// Steps at which a price is tried, in hours: three minutes first.
const STEPS: [f64; 8] = [0.05, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];

/// Solves the problem again with more and more hours of a worker in a bucket: what the first of them
/// saves, and how far that holds.
///
/// Where the cost bends, the dual is no single number; this is the one that says what more hours bring.
///
/// # Errors
///
/// As [`allocate`].
pub fn price_range(
    problem: &CapacityProblem,
    worker: usize,
    bucket: usize,
) -> Result<PriceRange, CapacityError> {
    let base = allocate(problem)?.cost.0;
    let saved = |hours: f64| -> Result<f64, CapacityError> {
        let mut more = problem.clone();
        more.crew[worker].hours[bucket].0 += hours;
        Ok((base - allocate(&more)?.cost.0).max(0.0))
    };
    let worth = saved(STEPS[0])? / STEPS[0];
    let mut range = PriceRange { worth: if worth < 1e-2 { 0.0 } else { worth }, holds: Hours(STEPS[0]) };
    let half = STEPS[0] / 2.0;
    if saved(half)? > 1.01 * range.worth * half + 1e-3 {
        return Ok(PriceRange { holds: Hours(0.0), ..range });
    }
    for step in &STEPS[1..] {
        // The cost is convex: what a step saves is never more, and once it is less it stays less.
        // More than the least beyond rounding is more than a worth that was taken for none.
        let (points, expected) = (saved(*step)?, range.worth * step);
        if points < 0.99 * expected || points > 1.01 * expected + 0.01 {
            break;
        }
        range.holds = Hours(*step);
    }
    Ok(range)
}
