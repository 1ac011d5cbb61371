//! What can be wrong with a capacity problem.

use super::{CapacityProblem, Promise};

/// One thing that is wrong with a capacity problem.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {cause}")]
pub struct CapacityFault {
    /// Where: `lots[3]`.
    pub place: String,
    /// What.
    pub cause: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CapacityError {
    /// The problem is not one: everything that is wrong with it.
    #[error("the capacity problem has faults: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Faults(Vec<CapacityFault>),
    /// The linear program could not be solved: numbers too far apart.
    #[error("the linear program of the capacity problem could not be solved")]
    Unsolved,
}

impl CapacityProblem {
    /// Everything that is wrong with the problem; nothing when it can be answered.
    ///
    /// ```
    /// use plokk_solver::capacity::{Bucket, CapacityProblem, CapacityWeights, Crew, Day, Hours};
    /// let problem = CapacityProblem {
    ///     buckets: vec![Bucket { from: Day(0.0), to: Day(5.0) }],
    ///     crew: vec![Crew { id: "mari".into(), rate: 0.0, hours: Vec::new() }],
    ///     clients: Vec::new(),
    ///     kinds: Vec::new(),
    ///     lots: Vec::new(),
    ///     quotas: Vec::new(),
    ///     caps: Vec::new(),
    ///     reaches: Vec::new(),
    ///     weights: CapacityWeights::default(),
    /// };
    /// assert_eq!(problem.faults()[0].to_string(), "crew[0].hours: 0 buckets where there are 1");
    /// ```
    #[must_use]
    pub fn faults(&self) -> Vec<CapacityFault> {
        let mut faults = Vec::new();
        let mut fault = |place: String, cause: &str| {
            faults.push(CapacityFault { place, cause: cause.to_owned() });
        };
        let count = self.buckets.len();
        for (n, bucket) in self.buckets.iter().enumerate() {
            let after = n == 0 || self.buckets[n - 1].to.0 <= bucket.from.0;
            if !(bucket.from.0 < bucket.to.0 && after && bucket.from.0.is_finite() && bucket.to.0.is_finite())
            {
                fault(format!("buckets[{n}]"), "must be longer than nothing and after the one before");
            }
        }
        for (n, worker) in self.crew.iter().enumerate() {
            if worker.hours.len() != count {
                let cause = format!("{} buckets where there are {count}", worker.hours.len());
                fault(format!("crew[{n}].hours"), &cause);
            }
            if !worker.hours.iter().all(|hours| positive(hours.0)) || !positive(worker.rate) {
                fault(format!("crew[{n}]"), "hours and rate must be numbers of at least 0");
            }
        }
        for (n, lot) in self.lots.iter().enumerate() {
            let named = (lot.client as usize) < self.clients.len()
                && (lot.kind as usize) < self.kinds.len()
                && lot.workers.iter().all(|w| (*w as usize) < self.crew.len())
                && lot.reach.is_none_or(|reach| (reach as usize) < self.reaches.len());
            let times = lot.release.0.is_finite() && lot.due.0.is_finite();
            let right = positive(lot.hours.0) && lot.pieces > 0.0 && lot.pieces.is_finite();
            let setup = lot.setup >= 1.0 && lot.setup.is_finite() && positive(lot.weight);
            if !(named && times && right && setup) {
                fault(format!("lots[{n}]"), "names what is not there, or holds a number that makes no sense");
            }
        }
        for (name, promises) in [("quotas", &self.quotas), ("caps", &self.caps)] {
            for (n, promise) in promises.iter().enumerate() {
                if !self.right(promise) {
                    fault(format!("{name}[{n}]"), "names what is not there, or is less than nothing");
                }
            }
        }
        for (n, reach) in self.reaches.iter().enumerate() {
            let row = |row: &Vec<f64>| row.len() == count && row.iter().all(|x| (0.0..=1.0).contains(x));
            if reach.len() != self.crew.len() || !reach.iter().all(row) {
                fault(format!("reaches[{n}]"), "needs a share from 0 to 1 for every worker and bucket");
            }
        }
        faults
    }

    fn right(&self, promise: &Promise) -> bool {
        let bucket =
            |(n, share): &(u32, f64)| (*n as usize) < self.buckets.len() && *share > 0.0 && *share <= 1.0;
        (promise.client as usize) < self.clients.len()
            && positive(promise.hours.0)
            && promise.buckets.iter().all(bucket)
    }

    /// The problem, if it is one.
    pub(super) fn checked(&self) -> Result<&CapacityProblem, CapacityError> {
        let faults = self.faults();
        if faults.is_empty() { Ok(self) } else { Err(CapacityError::Faults(faults)) }
    }
}

fn positive(number: f64) -> bool {
    number >= 0.0 && number.is_finite()
}
