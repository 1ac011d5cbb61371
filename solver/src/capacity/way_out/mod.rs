//! The smallest way out of a wish that does not fit: a cheapest set of changes, proven.
//!
//! Every change (a [`Lever`]) is pulled or not. With the levers given, the least harm is a linear program, and
//! harm is convex in how far each is pulled. So the prices of any such program forbid every set of levers
//! that is too weak by them: a cut (Benders 1962, doi:10.1007/BF01386316). The search, in [`WayOutSearch::cheapest`]:
//!
//! 1. Levers may be pulled in part: one linear program, whose prices are the strongest single cut for these costs.
//! 2. The levers it pulls, all of them in full, do it. They are left out one by one, the dearest first, where
//!    the rest still does it: an irreducible set, and cuts from those that cannot be spared.
//! 3. The cheapest set that no cut forbids is found by branch and bound ([`cover`]). Where it costs no less than
//!    the set at hand, that is proven the cheapest. Where it does it, so is this. Else it is completed as in 1
//!    and 2, which gives a cut and, at times, a better set.

mod cover;
mod oracle;
#[cfg(test)]
mod tests;

use super::{CapacityError, CapacityProblem, Day, Hours};
use cover::{Cover, Cut, cheapest};
use oracle::Oracle;

/// One change that could be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Lever {
    /// What it costs to make it, in whatever unit is to be small; above 0.
    pub cost: f64,
    /// What it changes; all of it together.
    pub effects: Vec<Effect>,
}

/// What a change does.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A worker has more hours in a bucket.
    Hours {
        /// An index into the crew.
        worker: u32,
        /// An index into the buckets.
        bucket: u32,
        /// How many more.
        hours: Hours,
    },
    /// So many hours of some lots are done by others, or not asked for.
    Excuse {
        /// Indices into the lots.
        lots: Vec<u32>,
        /// How many hours of them together.
        hours: Hours,
    },
    /// A lot is due later.
    Postpone {
        /// An index into the lots.
        lot: u32,
        /// The new due time.
        due: Day,
    },
    /// A quota is lower.
    Promise {
        /// An index into the quotas.
        quota: u32,
        /// By how much.
        hours: Hours,
    },
}

/// A set of levers that makes a wish possible, or how near all of them come.
#[derive(Clone, Debug, PartialEq)]
pub struct WayOut {
    /// The levers to pull, by index, each of them needed: with one less, the harm is more than allowed. `None` when
    /// all levers together do not do it.
    pub levers: Option<Vec<usize>>,
    /// What they cost together.
    pub cost: f64,
    /// The harm that is left.
    pub harm: Hours,
    /// Whether no cheaper set does it.
    pub proven: bool,
    /// No set that does it costs less than this.
    pub at_least: f64,
    /// How many linear programs were solved.
    pub solved: usize,
}

/// Harm this small is none: three minutes.
const NOTHING: f64 = 0.05;
/// Once there is a set that does it, linear programs of so many columns together are solved at most for one answer:
/// by work and not by the clock, so that the answer is the same everywhere.
const MOST_WORK: usize = 800_000;

/// Finds a cheapest set of levers with which the harm is no more than `allowed`.
///
/// # Errors
///
/// As [`allocate`](super::allocate).
///
/// ```
/// use plokk_solver::capacity::*;
/// # let lot = |hours| Lot {
/// #     client: 0, kind: 0, hours: Hours(hours), pieces: 1.0, release: Day(0.0), due: Day(5.0),
/// #     deadline: None, weight: 1.0, workers: vec![0], setup: 1.0, reach: None,
/// # };
/// # let problem = CapacityProblem {
/// #     buckets: vec![Bucket { from: Day(0.0), to: Day(5.0) }],
/// #     crew: vec![Crew { id: "mari".into(), rate: 0.0, hours: vec![Hours(40.0)] }],
/// #     clients: vec!["acme".into()], kinds: vec!["books".into()],
/// #     lots: vec![lot(45.0)],
/// #     quotas: Vec::new(), caps: Vec::new(), reaches: Vec::new(), weights: CapacityWeights::default(),
/// # };
/// // Five hours too many: an evening of three hours is not enough, two are, and so is asking for six less.
/// let evening = || Effect::Hours { worker: 0, bucket: 0, hours: Hours(3.0) };
/// let less = Effect::Excuse { lots: vec![0], hours: Hours(6.0) };
/// let levers = [
///     Lever { cost: 3.0, effects: vec![evening()] },
///     Lever { cost: 3.0, effects: vec![evening()] },
///     Lever { cost: 5.0, effects: vec![less] },
/// ];
/// let way = way_out(&problem, &levers, Hours(0.0))?;
/// assert_eq!(way.levers, Some(vec![2]));
/// assert!(way.proven);
/// # Ok::<(), CapacityError>(())
/// ```
pub fn way_out(problem: &CapacityProblem, levers: &[Lever], allowed: Hours) -> Result<WayOut, CapacityError> {
    let costs: Vec<f64> = levers.iter().map(|lever| lever.cost).collect();
    WayOutSearch::new(problem, levers, allowed)?.cheapest(&costs)
}

/// Searches for ways out of one wish by several costs: what is learnt by one serves the next.
pub struct WayOutSearch<'p> {
    oracle: Oracle<'p>,
    /// Harm no larger than this is allowed.
    allowed: f64,
    /// What every set that does it must fulfil, whatever levers cost.
    cuts: Vec<Cut>,
    /// The harm that is left with no lever and with all, once it is known.
    ends: Option<(f64, f64)>,
}

/// Levers in a set, by index.
type Set = Vec<bool>;

/// The best set at hand, and the harm it leaves.
struct Found {
    set: Set,
    harm: f64,
}

impl<'p> WayOutSearch<'p> {
    /// Prepares the search; the levers' own costs are not looked at.
    ///
    /// # Errors
    ///
    /// [`CapacityError::Faults`] when the problem has faults.
    pub fn new(
        problem: &'p CapacityProblem,
        levers: &[Lever],
        allowed: Hours,
    ) -> Result<WayOutSearch<'p>, CapacityError> {
        let oracle = Oracle::new(problem.checked()?, levers);
        Ok(WayOutSearch { oracle, allowed: allowed.0 + NOTHING, cuts: Vec::new(), ends: None })
    }

    /// Finds a cheapest set when each lever costs so much; all above 0, one for each lever.
    ///
    /// # Errors
    ///
    /// [`CapacityError::Unsolved`] when a linear program cannot be solved.
    pub fn cheapest(&mut self, costs: &[f64]) -> Result<WayOut, CapacityError> {
        let before = self.oracle.part.solved;
        let (none, all) = (vec![false; costs.len()], vec![true; costs.len()]);
        let (harm, least) = match self.ends {
            Some(ends) => ends,
            None => (self.harm(&none)?, self.harm(&all)?),
        };
        self.ends = Some((harm, least));
        if harm <= self.allowed {
            return Ok(self.answer(&Found { set: none, harm }, costs, 0.0, before));
        }
        if least > self.allowed {
            let cost = costs.iter().sum();
            let solved = self.oracle.part.solved - before;
            return Ok(WayOut {
                levers: None,
                cost,
                harm: Hours(least),
                proven: true,
                at_least: f64::INFINITY,
                solved,
            });
        }
        let mut best = self.completed(&none, costs, Found { set: all, harm: least })?;
        let start = self.oracle.part.work;
        let mut at_least: f64 = 0.0;
        while self.oracle.part.work - start < MOST_WORK {
            let cover = cheapest(costs, &self.cuts, cost_of(&best.set, costs));
            at_least = at_least.max(cover.at_least);
            let Cover { set: Some(set), .. } = cover else { break };
            let harm = self.harm(&set)?;
            if harm <= self.allowed {
                best = self.without_spare(Found { set, harm }, costs)?;
                continue;
            }
            best = self.completed(&set, costs, best)?;
        }
        Ok(self.answer(&best, costs, at_least, before))
    }

    fn answer(&self, found: &Found, costs: &[f64], at_least: f64, before: usize) -> WayOut {
        let cost = cost_of(&found.set, costs);
        let levers = (0..costs.len()).filter(|n| found.set[*n]).collect();
        WayOut {
            levers: Some(levers),
            cost,
            harm: Hours(found.harm),
            proven: at_least >= cost - 1e-6 * (1.0 + cost),
            at_least: at_least.min(cost),
            solved: self.oracle.part.solved - before,
        }
    }

    /// The harm that a set leaves, and a cut where that is too much.
    fn harm(&mut self, set: &Set) -> Result<f64, CapacityError> {
        let (harm, cut) = self.oracle.harm(set, self.allowed)?;
        if harm > self.allowed {
            let forbids = cut.forbids(set);
            self.cuts.push(if forbids { cut } else { Cut::beyond(set) });
        }
        Ok(harm)
    }

    /// The better of `best` and a set that completes `base`, which does not do it alone: what is cheapest to
    /// add in parts is added in full, and what is spare is left out.
    fn completed(&mut self, base: &Set, costs: &[f64], best: Found) -> Result<Found, CapacityError> {
        let (parts, cut) = self.oracle.in_part(base, costs, self.allowed)?;
        self.cuts.push(cut);
        for least in [0.02, 1e-4] {
            let set: Set = base.iter().zip(&parts).map(|(base, part)| *base || *part > least).collect();
            if self.forbidden(&set) {
                continue;
            }
            let harm = self.harm(&set)?;
            if harm <= self.allowed {
                let found = self.without_spare(Found { set, harm }, costs)?;
                let better = cost_of(&found.set, costs) < cost_of(&best.set, costs);
                return Ok(if better { found } else { best });
            }
        }
        // Rounding ate the parts: whatever was at hand has nothing spare then, either.
        self.without_spare(best, costs)
    }

    /// Leaves out every lever that the others do without, the dearest first.
    fn without_spare(&mut self, mut found: Found, costs: &[f64]) -> Result<Found, CapacityError> {
        let mut order: Vec<usize> = (0..costs.len()).filter(|n| found.set[*n]).collect();
        order.sort_by(|a, b| costs[*b].total_cmp(&costs[*a]).then(b.cmp(a)));
        for lever in order {
            found.set[lever] = false;
            let harm = if self.forbidden(&found.set) { f64::INFINITY } else { self.harm(&found.set)? };
            if harm <= self.allowed {
                found.harm = harm;
            } else {
                found.set[lever] = true;
            }
        }
        Ok(found)
    }

    /// Whether a cut says already that a set leaves too much harm.
    fn forbidden(&self, set: &Set) -> bool {
        self.cuts.iter().any(|cut| cut.forbids(set))
    }
}

fn cost_of(set: &Set, costs: &[f64]) -> f64 {
    set.iter().zip(costs).filter(|(pulled, _)| **pulled).map(|(_, cost)| cost).sum()
}
