//! The cheapest way to do the work, and what it says about every lot, retainer and hour.

use super::cost::{HARM_OF_UNDONE, harm_of_late, undone};
use super::prices::Prices;
use super::program::{Aim, Program};
use super::{CapacityError, CapacityProblem, Hours};
use crate::units::Points;
use serde::{Deserialize, Serialize};

/// Hours of a lot, done by a worker in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// An index into the lots.
    pub lot: u32,
    /// An index into the crew.
    pub worker: u32,
    /// An index into the buckets.
    pub bucket: u32,
    /// How much.
    pub hours: Hours,
    /// How many days late; 0 on time.
    pub late: f64,
}

/// Who does what when, over months, at the least cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Allocation {
    /// What it costs.
    pub cost: Points,
    /// What is done.
    pub placed: Vec<Placed>,
    /// For each lot, what is never done.
    pub undone: Vec<Hours>,
    /// For each quota, what is short of it.
    pub short: Vec<Hours>,
    /// What one more hour would be worth.
    pub prices: Prices,
}

/// Less than this is rounding: a third of a second.
const DUST: f64 = 1e-4;

/// Finds the cheapest allocation.
///
/// # Errors
///
/// [`CapacityError::Faults`] when the problem has faults.
///
/// ```
/// use plokk_solver::capacity::*;
/// let week = Bucket { from: Day(0.0), to: Day(5.0) };
/// let work = Lot {
///     client: 0, kind: 0, hours: Hours(30.0), pieces: 10.0, release: Day(0.0), due: Day(5.0),
///     deadline: None, weight: 1.0, workers: vec![0], setup: 1.0, reach: None,
/// };
/// let problem = CapacityProblem {
///     buckets: vec![week],
///     crew: vec![Crew { id: "mari".into(), rate: 0.0, hours: vec![Hours(20.0)] }],
///     clients: vec!["acme".into()],
///     kinds: vec!["social".into()],
///     lots: vec![work],
///     quotas: Vec::new(),
///     caps: Vec::new(),
///     reaches: Vec::new(),
///     weights: CapacityWeights::default(),
/// };
/// let best = allocate(&problem)?;
/// assert!((best.undone[0].0 - 10.0).abs() < 1e-3);
/// # Ok::<(), CapacityError>(())
/// ```
pub fn allocate(problem: &CapacityProblem) -> Result<Allocation, CapacityError> {
    let program = Program::new(problem.checked()?, Aim::Points);
    let solution = program.solve()?;
    let prices = Prices::of(&program, &solution.prices);
    Ok(Allocation::of(&program, &solution.values, prices))
}

/// The least harm that can be done, in hours: an hour done late counts 1 (just late) to 2 (as late as the
/// client's patience lasts), an hour never done 2, an hour short of a retainer 1; weights do not count.
///
/// # Errors
///
/// As [`allocate`].
pub fn harm(problem: &CapacityProblem) -> Result<Hours, CapacityError> {
    let program = Program::new(problem.checked()?, Aim::Harm);
    let solved = program.solve()?;
    Ok(Allocation::of(&program, &solved.values, Prices::default()).harm(problem))
}

impl Allocation {
    fn of(program: &Program<'_>, values: &[f64], prices: Prices) -> Allocation {
        let problem = program.problem;
        let above = |value: f64| if value > DUST { value } else { 0.0 };
        let mut placed = Vec::new();
        let mut cost = 0.0;
        for (place, value) in program.places.iter().zip(values) {
            cost += value * place.cost;
            let hours = above(*value).min(place.most);
            if hours > 0.0 {
                let (lot, worker, bucket, late) = (place.lot, place.worker, place.bucket, place.late);
                placed.push(Placed { lot, worker, bucket, hours: Hours(hours), late });
            }
        }
        let never = &values[program.undone(0)..program.short(0)];
        cost += problem.lots.iter().zip(never).map(|(lot, left)| undone(problem, lot) * left).sum::<f64>();
        let short = &values[program.short(0)..program.short(problem.quotas.len())];
        cost += problem.weights.quota * short.iter().sum::<f64>();
        let hours = |values: &[f64]| values.iter().map(|value| Hours(above(*value))).collect();
        Allocation { cost: Points(cost), placed, undone: hours(never), short: hours(short), prices }
    }

    /// The harm that is done in this allocation, in hours; see [`harm`].
    #[must_use]
    pub fn harm(&self, problem: &CapacityProblem) -> Hours {
        let late: f64 =
            self.placed.iter().map(|placed| placed.hours.0 * harm_of_late(problem, placed.late)).sum();
        let undone: f64 = self.undone.iter().map(|hours| hours.0 * HARM_OF_UNDONE).sum();
        let short: f64 = self.short.iter().map(|hours| hours.0).sum();
        Hours(late + undone + short)
    }

    /// For each worker and bucket, the hours that are taken, setup included.
    #[must_use]
    pub fn load(&self, problem: &CapacityProblem) -> Vec<Vec<Hours>> {
        let mut load = vec![vec![Hours(0.0); problem.buckets.len()]; problem.crew.len()];
        for placed in &self.placed {
            let setup = problem.lots[placed.lot as usize].setup;
            load[placed.worker as usize][placed.bucket as usize].0 += placed.hours.0 * setup;
        }
        load
    }
}
