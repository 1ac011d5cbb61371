//! The smallest way out of a wish that does not fit: a cheapest set of changes, proven.
//!
//! Every change (a [`Lever`]) is pulled or not. With the levers given, the least harm is a linear program, and
//! harm is convex in how far each is pulled; so each answer of the linear program cuts off every set of levers
//! that is too weak, by its dual prices (Benders 1962, doi:10.1007/BF01386316). The cheapest set that no cut
//! forbids is found by branch and bound, tried, and either it does, and then nothing cheaper can, or
//! it gives the next cut.

use super::cost::harm_of_late;
use super::program::{Aim, Program};
use super::{CapacityError, CapacityProblem, Day, Hours};
use crate::lp::{Column, Row, Sense};

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
    /// The levers to pull, by index; `None` when all of them together do not do it.
    pub levers: Option<Vec<usize>>,
    /// What they cost together.
    pub cost: f64,
    /// The harm that is left.
    pub harm: Hours,
    /// Whether no cheaper set does it.
    pub proven: bool,
    /// How many linear programs were solved.
    pub solved: usize,
}

/// Harm this small is none: three minutes.
const NOTHING: f64 = 0.05;
/// So many cuts are made at most.
const MOST_CUTS: usize = 40;
/// So many nodes of a search at most.
const MOST_NODES: usize = 20_000;

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
    let mut oracle = Oracle::new(problem.checked()?, levers);
    let all = vec![true; levers.len()];
    let best = oracle.harm(&all)?;
    if best.harm > allowed.0 + NOTHING {
        let cost = levers.iter().map(|lever| lever.cost).sum();
        return Ok(WayOut {
            levers: None,
            cost,
            harm: Hours(best.harm),
            proven: true,
            solved: oracle.solved,
        });
    }
    let mut cuts = Vec::new();
    let mut proven = true;
    let mut pulled = vec![false; levers.len()];
    for _ in 0..MOST_CUTS {
        let answer = oracle.harm(&pulled)?;
        if answer.harm <= allowed.0 + NOTHING {
            return Ok(oracle.found(&pulled, answer.harm, proven));
        }
        cuts.push(Cut::new(&answer, &pulled, allowed.0 + NOTHING));
        let cheapest = Cheapest::find(levers, &cuts);
        proven &= cheapest.proven;
        pulled = cheapest.pulled.unwrap_or_else(|| all.clone());
    }
    Ok(oracle.found(&all, best.harm, false))
}

/// The least harm for given levers, as a linear program whose right-hand sides they move.
struct Oracle<'p, 'l> {
    program: Program<'p>,
    levers: &'l [Lever],
    base: Vec<f64>,
    /// For each lever, the rows it moves and by how much.
    moves: Vec<Vec<(u32, f64)>>,
    solved: usize,
}

/// The harm, and how much each lever would change it, to first order.
struct Answer {
    harm: f64,
    slopes: Vec<f64>,
}

impl<'p, 'l> Oracle<'p, 'l> {
    fn new(problem: &'p CapacityProblem, levers: &'l [Lever]) -> Oracle<'p, 'l> {
        let mut program = Program::new(problem, Aim::Harm);
        let moves: Vec<Vec<(u32, f64)>> = levers
            .iter()
            .map(|lever| lever.effects.iter().map(|effect| lever_row(&mut program, effect)).collect())
            .collect();
        let base = program.lp.rows.iter().map(|row| row.rhs).collect();
        Oracle { program, levers, base, moves, solved: 0 }
    }

    fn harm(&mut self, pulled: &[bool]) -> Result<Answer, CapacityError> {
        for (row, base) in self.program.lp.rows.iter_mut().zip(&self.base) {
            row.rhs = *base;
        }
        for (moves, _) in self.moves.iter().zip(pulled).filter(|(_, pulled)| **pulled) {
            for (row, by) in moves {
                self.program.lp.rows[*row as usize].rhs += by;
            }
        }
        self.solved += 1;
        let solution = self.program.solve()?;
        let columns = self.program.lp.columns.iter().zip(&solution.values);
        let harm =
            columns.map(|(column, value)| column.cost * if *value > 1e-5 { *value } else { 0.0 }).sum();
        let slope = |moves: &Vec<(u32, f64)>| {
            moves.iter().map(|(row, by)| (solution.prices[*row as usize] * by).min(0.0)).sum()
        };
        Ok(Answer { harm, slopes: self.moves.iter().map(slope).collect() })
    }

    fn found(&self, pulled: &[bool], harm: f64, proven: bool) -> WayOut {
        let levers: Vec<usize> = (0..pulled.len()).filter(|n| pulled[*n]).collect();
        let cost = levers.iter().map(|n| self.levers[*n].cost).sum();
        WayOut { levers: Some(levers), cost, harm: Hours(harm), proven, solved: self.solved }
    }
}

/// The row whose right-hand side an effect moves, made where there is none, and by how much.
fn lever_row(program: &mut Program<'_>, effect: &Effect) -> (u32, f64) {
    match effect {
        Effect::Hours { worker, bucket, hours } => {
            (program.cell(*worker as usize, *bucket as usize), hours.0)
        }
        Effect::Promise { quota, hours } => {
            let row = program.quota(*quota as usize);
            let least = program.lp.rows[row as usize].rhs;
            (row, -hours.0.min(least))
        }
        Effect::Excuse { lots, hours } => {
            let row = new_row(program);
            for lot in lots {
                let entries = vec![(*lot, 1.0), (row, 1.0)];
                program.lp.columns.push(Column { cost: 0.0, upper: f64::INFINITY, entries });
            }
            (row, hours.0)
        }
        Effect::Postpone { lot, due } => {
            let row = new_row(program);
            let problem = program.problem;
            let later = due.0 - problem.lots[*lot as usize].due.0;
            for n in 0..program.places.len() {
                let place = program.places[n];
                if place.lot == *lot && place.late > 0.0 {
                    let mut column = program.lp.columns[n].clone();
                    column.cost = harm_of_late(problem, place.late - later);
                    column.entries.push((row, 1.0));
                    program.lp.columns.push(column);
                }
            }
            (row, problem.lots[*lot as usize].hours.0)
        }
    }
}

fn new_row(program: &mut Program<'_>) -> u32 {
    program.lp.rows.push(Row { sense: Sense::AtMost, rhs: 0.0 });
    (program.lp.rows.len() - 1) as u32
}

/// The levers pulled must make up for so much: `sum of (by[lever]) >= need`.
struct Cut {
    by: Vec<f64>,
    need: f64,
}

impl Cut {
    fn new(answer: &Answer, pulled: &[bool], allowed: f64) -> Cut {
        let slopes = answer.slopes.iter().zip(pulled);
        let done: f64 = slopes.filter(|(_, pulled)| **pulled).map(|(slope, _)| -slope).sum();
        // A hair less, so that rounding forbids nothing that would do.
        let need = (answer.harm - allowed + done) * (1.0 - 1e-6) - 1e-6;
        let by = answer.slopes.iter().map(|slope| (-slope).min(need.max(0.0))).collect();
        Cut { by, need }
    }
}

/// Branch and bound for the cheapest set of levers that every cut allows.
struct Cheapest<'c> {
    levers: &'c [Lever],
    cuts: &'c [Cut],
    order: Vec<usize>,
    best: f64,
    pulled: Option<Vec<bool>>,
    nodes: usize,
    proven: bool,
}

impl<'c> Cheapest<'c> {
    fn find(levers: &'c [Lever], cuts: &'c [Cut]) -> Cheapest<'c> {
        let mut order: Vec<usize> = (0..levers.len()).collect();
        let value =
            |n: &usize| cuts.iter().map(|cut| cut.by[*n] / cut.need.max(1e-9)).sum::<f64>() / levers[*n].cost;
        order.sort_by(|a, b| value(b).total_cmp(&value(a)).then(a.cmp(b)));
        let mut search =
            Cheapest { levers, cuts, order, best: f64::INFINITY, pulled: None, nodes: 0, proven: true };
        let need: Vec<f64> = cuts.iter().map(|cut| cut.need).collect();
        search.branch(0, 0.0, &need, &mut vec![false; levers.len()]);
        search
    }

    fn branch(&mut self, depth: usize, cost: f64, need: &[f64], pulled: &mut Vec<bool>) {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            self.proven = false;
            return;
        }
        if need.iter().all(|need| *need <= 1e-9) {
            if cost < self.best - 1e-9 {
                self.best = cost;
                self.pulled = Some(pulled.clone());
            }
            return;
        }
        if cost + self.at_least(depth, need) >= self.best - 1e-9 {
            return;
        }
        let lever = self.order[depth];
        let with: Vec<f64> = need.iter().zip(self.cuts).map(|(need, cut)| need - cut.by[lever]).collect();
        pulled[lever] = true;
        self.branch(depth + 1, cost + self.levers[lever].cost, &with, pulled);
        pulled[lever] = false;
        self.branch(depth + 1, cost, need, pulled);
    }

    /// The least that the levers from `depth` on must cost: the dearest of the cuts, each filled by parts of
    /// its best levers; infinite where they cannot.
    fn at_least(&self, depth: usize, need: &[f64]) -> f64 {
        let mut most: f64 = 0.0;
        for (cut, need) in self.cuts.iter().zip(need).filter(|(_, need)| **need > 1e-9) {
            let rest = self.order[depth..].iter().filter(|n| cut.by[**n] > 0.0);
            let mut rest: Vec<(f64, f64)> =
                rest.map(|n| (self.levers[*n].cost / cut.by[*n], cut.by[*n])).collect();
            rest.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (mut left, mut cost) = (*need, 0.0);
            for (price, by) in rest {
                let part = by.min(left);
                cost += part * price;
                left -= part;
                if left <= 1e-9 {
                    break;
                }
            }
            most = most.max(if left > 1e-9 { f64::INFINITY } else { cost });
        }
        most
    }
}
