//! What more could be sold without harm to what is sold already.

use super::program::{Aim, Program};
use super::{CapacityError, CapacityProblem, Hours, Lot, harm};
use crate::lp::{Column, Row, Sense};

/// More work that could be sold, in whatever amount pays best.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The work that one unit of it brings: such as an hour in each week.
    pub lots: Vec<Lot>,
    /// At most so many units.
    pub most: f64,
    /// What one unit earns, altogether.
    pub earns: f64,
}

/// How many units of each offer to sell so that they earn the most together, all of it done on time, while
/// what is sold already suffers no more harm than it would without (and no more than `spare` beside).
///
/// # Errors
///
/// As [`allocate`](super::allocate).
///
/// ```
/// use plokk_solver::capacity::*;
/// # let lot = |client, hours| Lot {
/// #     client, kind: 0, hours: Hours(hours), pieces: 1.0, release: Day(0.0), due: Day(5.0),
/// #     deadline: None, weight: 1.0, workers: vec![0], setup: 1.0, reach: None,
/// # };
/// # let problem = CapacityProblem {
/// #     buckets: vec![Bucket { from: Day(0.0), to: Day(5.0) }],
/// #     crew: vec![Crew { id: "mari".into(), rate: 0.0, hours: vec![Hours(40.0)] }],
/// #     clients: vec!["acme".into(), "new".into()], kinds: vec!["books".into()],
/// #     lots: vec![lot(0, 28.0)],
/// #     quotas: Vec::new(), caps: Vec::new(), reaches: Vec::new(), weights: CapacityWeights::default(),
/// # };
/// // 40 hours a week, 28 of them sold.
/// let offer = Offer { lots: vec![lot(1, 1.0)], most: 100.0, earns: 35.0 };
/// let sold = most_sold(&problem, &[offer], Hours(0.0))?;
/// assert!((sold[0] - 12.0).abs() < 0.1);
/// # Ok::<(), CapacityError>(())
/// ```
pub fn most_sold(
    problem: &CapacityProblem,
    offers: &[Offer],
    spare: Hours,
) -> Result<Vec<f64>, CapacityError> {
    let before = harm(problem)?.0;
    let mut wider = problem.clone();
    let mut firsts = Vec::new();
    for offer in offers {
        firsts.push(wider.lots.len());
        wider.lots.extend(offer.lots.iter().cloned());
    }
    let mut program = Program::new(wider.checked()?, Aim::Harm);
    let old = problem.lots.len();
    // What was harm is now a row; what is sold anew is done, and on time.
    let limit = program.lp.rows.len() as u32;
    program.lp.rows.push(Row { sense: Sense::AtMost, rhs: before + spare.0 + 1e-3 * before.max(1.0) });
    let undone = program.undone(0);
    for (n, column) in program.lp.columns.iter_mut().enumerate() {
        let lot = match program.places.get(n) {
            Some(place) => Some(place.lot as usize),
            None => Some(n - undone).filter(|lot| *lot < wider.lots.len()),
        };
        if lot.is_some_and(|lot| lot >= old) && column.cost > 0.0 {
            column.upper = 0.0;
        } else if column.cost > 0.0 {
            column.entries.push((limit, column.cost));
        }
        if lot.is_some_and(|lot| lot >= old) && column.upper > 0.0 {
            // The size of the lot is not known beforehand, so only the time there is limits it.
            let place = program.places[n];
            let hours = wider.crew[place.worker as usize].hours[place.bucket as usize].0;
            let there = hours
                * wider.reach(&wider.lots[place.lot as usize], place.worker as usize, place.bucket as usize);
            column.upper = there.max(0.0);
        }
        column.cost = 0.0;
    }
    for (n, row) in program.lp.rows[old..wider.lots.len()].iter_mut().enumerate() {
        debug_assert!(n < wider.lots.len());
        row.rhs = 0.0;
    }
    let sold = program.lp.columns.len();
    for (offer, first) in offers.iter().zip(&firsts) {
        let entries =
            offer.lots.iter().enumerate().map(|(n, lot)| ((first + n) as u32, -lot.hours.0)).collect();
        program.lp.columns.push(Column { cost: -offer.earns, upper: offer.most, entries });
    }
    let solution = program.solve()?;
    let rounded = |units: f64| (units * 1000.0).round() / 1000.0;
    Ok(solution.values[sold..].iter().map(|units| rounded(units.max(0.0))).collect())
}
