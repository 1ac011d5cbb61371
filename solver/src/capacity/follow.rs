//! One walk through the buckets, by somebody who sees what is on the list and not what is to come.
//!
//! In each bucket the work on the list is taken in the order of what waiting costs: an apparent tardiness
//! cost rule (Vepsalainen and Morton 1987, doi:10.1287/mnsc.33.8.1035), in points per hour, with what a
//! retainer still lacks added. It is fast enough to be asked thousands of times, and it is no better than a
//! person can be: [`allocate`](super::allocate), which knows the whole future, is never dearer where both keep to whole buckets.

use super::cost::{last, lateness, undone};
use super::{CapacityProblem, Day, Hours, Lot, Promise};
use crate::units::Points;

/// How far ahead of the latest start a due time is felt, in days.
const FORESIGHT: f64 = 5.0;
/// How far ahead of the latest start a retainer's end is felt, in days: it can be filled by any work of the client's.
const FORESIGHT_OF_QUOTA: f64 = 1.5;
/// How many hours a day a task gets once it is begun, weekends counted: what its latest start is reckoned by.
const PACE: f64 = 2.5;

/// What became of a lot.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LotEnd {
    /// How much of it was done.
    pub done: Hours,
    /// When the last of it was done; `None` when some of it never is.
    pub completion: Option<Day>,
}

/// What became of everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    /// For each lot, how it ended.
    pub ends: Vec<LotEnd>,
    /// For each worker and bucket, the hours taken, setup included.
    pub load: Vec<Vec<Hours>>,
    /// For each quota, the hours short of it.
    pub short: Vec<Hours>,
    /// What it costs.
    pub cost: Points,
}

/// Walks through a problem once, bucket by bucket. The problem must be free of
/// [`faults`](CapacityProblem::faults).
///
/// ```
/// use plokk_solver::capacity::*;
/// # let lot = |due: f64, weight: f64| Lot {
/// #     client: 0, kind: 0, hours: Hours(4.0), pieces: 1.0, release: Day(0.0), due: Day(due),
/// #     deadline: None, weight, workers: vec![0], setup: 1.0, reach: None,
/// # };
/// # let problem = CapacityProblem {
/// #     buckets: vec![Bucket { from: Day(0.0), to: Day(1.0) }, Bucket { from: Day(1.0), to: Day(2.0) }],
/// #     crew: vec![Crew { id: "mari".into(), rate: 0.0, hours: vec![Hours(4.0); 2] }],
/// #     clients: vec!["acme".into()], kinds: vec!["books".into()],
/// #     lots: vec![lot(2.0, 1.0), lot(1.0, 1.0)],
/// #     quotas: Vec::new(), caps: Vec::new(), reaches: Vec::new(), weights: CapacityWeights::default(),
/// # };
/// // Two tasks of four hours, the second due first; four hours a day.
/// let walk = follow(&problem);
/// assert_eq!(walk.ends[1].completion, Some(Day(1.0)));
/// assert_eq!(walk.ends[0].completion, Some(Day(2.0)));
/// ```
#[must_use]
pub fn follow(problem: &CapacityProblem) -> Followed {
    let mut walk = Walk::new(problem);
    let mut order: Vec<u32> = (0..problem.lots.len() as u32).collect();
    let release = |lot: u32| problem.lots[lot as usize].release.0;
    order.sort_by(|a, b| release(*a).total_cmp(&release(*b)).then(a.cmp(b)));
    let mut coming = order.into_iter().peekable();
    let mut open: Vec<u32> = Vec::new();
    let mut ranked: Vec<(f64, u32)> = Vec::new();
    for (index, bucket) in problem.buckets.iter().enumerate() {
        while let Some(lot) = coming.next_if(|lot| release(*lot) < bucket.to.0) {
            open.push(lot);
        }
        open.retain(|lot| walk.is_open(*lot, bucket.from.0));
        ranked.clear();
        ranked.extend(open.iter().map(|lot| (walk.urgency(*lot, index), *lot)));
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, lot) in &ranked {
            walk.work(*lot, index);
        }
    }
    walk.end()
}

struct Walk<'p> {
    problem: &'p CapacityProblem,
    left: Vec<f64>,
    ends: Vec<LotEnd>,
    load: Vec<Vec<Hours>>,
    /// For each client, the quotas and caps that concern it, and what is left of each.
    quotas: Vec<Vec<u32>>,
    caps: Vec<Vec<u32>>,
    short: Vec<f64>,
    allowed: Vec<f64>,
    /// For each worker, how soon work is given to somebody else instead.
    burden: Vec<f64>,
    cost: f64,
}

impl<'p> Walk<'p> {
    fn new(problem: &'p CapacityProblem) -> Walk<'p> {
        let by_client = |promises: &[Promise]| {
            let mut by_client = vec![Vec::new(); problem.clients.len()];
            for (n, promise) in promises.iter().enumerate() {
                by_client[promise.client as usize].push(n as u32);
            }
            by_client
        };
        Walk {
            problem,
            left: problem.lots.iter().map(|lot| lot.hours.0).collect(),
            ends: vec![LotEnd::default(); problem.lots.len()],
            load: vec![vec![Hours(0.0); problem.buckets.len()]; problem.crew.len()],
            quotas: by_client(&problem.quotas),
            caps: by_client(&problem.caps),
            short: problem.quotas.iter().map(|quota| quota.hours.0).collect(),
            allowed: problem.caps.iter().map(|cap| cap.hours.0).collect(),
            burden: burden(problem),
            cost: 0.0,
        }
    }

    fn lot(&self, lot: u32) -> &'p Lot {
        &self.problem.lots[lot as usize]
    }

    fn is_open(&self, lot: u32, now: f64) -> bool {
        self.left[lot as usize] > 1e-6 && last(self.problem, self.lot(lot)) > now
    }

    /// Points per hour that are lost when the lot waits for the next bucket.
    fn urgency(&self, index: u32, bucket: usize) -> f64 {
        let (problem, lot) = (self.problem, self.lot(index));
        let (now, next) = (problem.buckets[bucket].from.0, problem.buckets[bucket].to.0);
        let fading = |moment: f64| (-(moment - next).max(0.0) / FORESIGHT).exp();
        let left = self.left[index as usize];
        // A task that is nearly done is held up by little work; of many tasks some are done.
        let concentrated = if lot.pieces <= 1.0 { lot.hours.0 / left } else { 1.0 };
        let task = if lot.pieces > 1.0 { lot.hours.0 / lot.pieces } else { left };
        let waiting = if lot.due.0 > now {
            lateness(problem, lot, (next - now).max(1.0)) * fading(lot.due.0 - task / PACE)
        } else {
            lot.weight * problem.weights.late_day * (next - now).max(1.0) * lot.pieces / lot.hours.0
        };
        let lost = lot.weight * problem.weights.unscheduled * fading(last(problem, lot));
        let mut retainer: f64 = 0.0;
        for &quota in &self.quotas[lot.client as usize] {
            let promise = &problem.quotas[quota as usize];
            if self.short[quota as usize] > 1e-6 && share(promise, bucket) > 0.0 {
                let end = promise.buckets.last().map_or(0.0, |(b, _)| problem.buckets[*b as usize].to.0);
                let start = end - self.short[quota as usize] / PACE;
                let near = (-(start - next).max(0.0) / FORESIGHT_OF_QUOTA).exp();
                retainer = retainer.max(problem.weights.quota * near);
            }
        }
        (waiting * concentrated + lost + retainer) / lot.setup
    }

    /// Works on a lot for as long as a bucket has time for it.
    fn work(&mut self, index: u32, bucket: usize) {
        let lot = self.lot(index);
        let mut workers: Vec<u32> = lot.workers.clone();
        if workers.len() > 1 {
            workers
                .sort_by(|a, b| self.burden[*a as usize].total_cmp(&self.burden[*b as usize]).then(a.cmp(b)));
        }
        for worker in workers {
            let hours = self.room(lot, worker as usize, bucket).min(self.left[index as usize]);
            let hours = hours.min(self.still_allowed(lot, bucket));
            if hours > 1e-6 {
                self.take(index, worker as usize, bucket, hours);
            }
            if self.left[index as usize] <= 1e-6 {
                return;
            }
        }
    }

    /// The hours of a lot that a worker has room for.
    fn room(&self, lot: &Lot, worker: usize, index: usize) -> f64 {
        let bucket = self.problem.buckets[index];
        let hours = self.problem.crew[worker].hours[index].0;
        let used = self.load[worker][index].0;
        let end = last(self.problem, lot);
        let inside = hours * bucket.share(lot.release.0, end) * self.problem.reach(lot, worker, index);
        let before_end = hours * bucket.share(bucket.from.0, end) - used;
        inside.min(before_end).min(hours - used) / lot.setup
    }

    /// The hours that the client's caps still allow in a bucket.
    fn still_allowed(&self, lot: &Lot, bucket: usize) -> f64 {
        let mut most = f64::INFINITY;
        for &cap in &self.caps[lot.client as usize] {
            let share = share(&self.problem.caps[cap as usize], bucket);
            if share > 0.0 {
                most = most.min(self.allowed[cap as usize].max(0.0) / share);
            }
        }
        most
    }

    fn take(&mut self, index: u32, worker: usize, bucket: usize, hours: f64) {
        let (problem, lot) = (self.problem, self.lot(index));
        let whole = problem.crew[worker].hours[bucket].0;
        let load = &mut self.load[worker][bucket].0;
        let start = *load;
        *load += hours * lot.setup;
        let span = problem.buckets[bucket];
        let at = |used: f64| (span.from.0 + span.length() * (used / whole).min(1.0)).max(lot.release.0);
        let (middle, end) = (at((start + *load) / 2.0), at(*load));
        for &quota in &self.quotas[lot.client as usize] {
            self.short[quota as usize] -= hours * share(&problem.quotas[quota as usize], bucket);
        }
        for &cap in &self.caps[lot.client as usize] {
            self.allowed[cap as usize] -= hours * share(&problem.caps[cap as usize], bucket);
        }
        let soon = problem.weights.soon * (middle - lot.release.0).max(0.0);
        // Of many tasks each is late for itself; one task is late as a whole, when it is complete.
        let late = if lot.pieces > 1.0 { lateness(problem, lot, middle - lot.due.0) } else { 0.0 };
        self.cost += hours * (problem.crew[worker].rate + soon + late);
        let left = &mut self.left[index as usize];
        *left -= hours;
        let lot_end = &mut self.ends[index as usize];
        lot_end.done.0 += hours;
        if *left <= 1e-6 {
            lot_end.completion = Some(Day(end));
            if lot.pieces <= 1.0 {
                self.cost += lot.hours.0 * lateness(problem, lot, end - lot.due.0);
            }
        }
    }

    fn end(mut self) -> Followed {
        for (lot, left) in self.problem.lots.iter().zip(&self.left) {
            if *left > 1e-6 {
                let hours = if lot.pieces <= 1.0 { lot.hours.0 } else { *left };
                let late = lateness(self.problem, lot, self.problem.weights.patience);
                self.cost += (undone(self.problem, lot) - late) * left + late * hours;
            }
        }
        let short: Vec<Hours> = self.short.iter().map(|short| Hours(short.max(0.0))).collect();
        self.cost += self.problem.weights.quota * short.iter().map(|hours| hours.0).sum::<f64>();
        Followed { ends: self.ends, load: self.load, short, cost: Points(self.cost) }
    }
}

/// The share of a bucket that lies in a promise's period. Periods are a few buckets long.
fn share(promise: &Promise, bucket: usize) -> f64 {
    let bucket = bucket as u32;
    match (promise.buckets.first(), promise.buckets.last()) {
        (Some((first, _)), Some((end, _))) if (*first..=*end).contains(&bucket) => {
            promise.buckets.iter().find(|(b, _)| *b == bucket).map_or(0.0, |(_, share)| *share)
        }
        _ => 0.0,
    }
}

/// How dear each worker's hour is: the rate, and how much work only few others can do waits for it.
fn burden(problem: &CapacityProblem) -> Vec<f64> {
    let mut wanted = vec![0.0; problem.crew.len()];
    for lot in &problem.lots {
        for worker in &lot.workers {
            wanted[*worker as usize] += lot.hours.0 * lot.setup / lot.workers.len() as f64;
        }
    }
    let there = |n: usize| problem.crew[n].hours.iter().map(|hours| hours.0).sum::<f64>().max(1.0);
    (0..problem.crew.len()).map(|n| problem.crew[n].rate + 10.0 * wanted[n] / there(n)).collect()
}
