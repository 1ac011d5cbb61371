//! What an hour of a lot costs, by where it is done: the one place that says it.

use super::{CapacityProblem, Lot};

/// A part of a bucket in which a lot may be done, at one price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    pub(super) bucket: u32,
    /// The share of the bucket's hours that lie in it.
    pub(super) share: f64,
    /// Points per hour done here, the worker's rate apart.
    pub(super) cost: f64,
    /// Days late; 0 on time.
    pub(super) late: f64,
}

/// Points per hour of a lot that is so many days late; nothing for one on time.
///
/// A task pays for being late once, and for each day: shared out over its hours.
pub(super) fn lateness(problem: &CapacityProblem, lot: &Lot, days: f64) -> f64 {
    if days <= 0.0 || lot.hours.0 <= 0.0 {
        return 0.0;
    }
    let weights = &problem.weights;
    lot.weight * (weights.late + weights.late_day * days) * lot.pieces / lot.hours.0
}

/// Points per hour of a lot that is never done.
pub(super) fn undone(problem: &CapacityProblem, lot: &Lot) -> f64 {
    lot.weight * problem.weights.unscheduled + lateness(problem, lot, problem.weights.patience)
}

/// How much harm (in hours) an hour does that is so many days late: 1 when it is just late, up to 2.
pub(super) fn harm_of_late(problem: &CapacityProblem, days: f64) -> f64 {
    if days <= 0.0 { 0.0 } else { 1.0 + (days / problem.weights.patience).min(1.0) }
}

/// How much harm an hour does that is never done.
pub(super) const HARM_OF_UNDONE: f64 = 2.0;

/// The moment after which a lot is no longer done.
pub(super) fn last(problem: &CapacityProblem, lot: &Lot) -> f64 {
    let patience = lot.due.0.max(lot.release.0) + problem.weights.patience;
    lot.deadline.map_or(patience, |deadline| deadline.0.min(patience))
}

/// Where a lot may be done: for each bucket the part on time, and the part after it is due.
pub(super) fn spots(problem: &CapacityProblem, lot: &Lot) -> Vec<Spot> {
    let last = last(problem, lot);
    let mut spots = Vec::new();
    let first = problem.buckets.partition_point(|bucket| bucket.to.0 <= lot.release.0);
    for (index, bucket) in problem.buckets.iter().enumerate().skip(first) {
        if bucket.from.0 >= last {
            break;
        }
        let parts = [(lot.release.0, lot.due.0.min(last)), (lot.due.0.max(lot.release.0), last)];
        for (from, to) in parts {
            let share = bucket.share(from, to);
            if share <= 1e-9 {
                continue;
            }
            let middle = (from.max(bucket.from.0) + to.min(bucket.to.0)) / 2.0;
            let late = if from >= lot.due.0 { (middle - lot.due.0).max(1e-9) } else { 0.0 };
            let soon = problem.weights.soon * (middle - lot.release.0).max(0.0);
            let cost = lateness(problem, lot, late) + soon;
            spots.push(Spot { bucket: index as u32, share, cost, late });
        }
    }
    spots
}
