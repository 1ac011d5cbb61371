//! What more could be sold without harm to what is sold already.

use super::program::{Aim, Place, Program};
use super::{CapacityError, CapacityProblem, Hours, Lot, harm};
use crate::lp::{Column, Row, Sense, solve};

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
    limit_harm(&mut program, problem.lots.len(), before + spare.0 + 1e-3 * before.max(1.0));
    let sold = program.lp.columns.len();
    for (offer, first) in offers.iter().zip(&firsts) {
        let units = |(n, lot): (usize, &Lot)| ((first + n) as u32, -lot.hours.0);
        let entries = offer.lots.iter().enumerate().map(units).collect();
        program.lp.columns.push(Column { cost: -offer.earns, upper: offer.most, entries });
    }
    let solution = solve(&program.lp).ok_or(CapacityError::Unsolved)?;
    let rounded = |units: f64| (units * 1000.0).round() / 1000.0;
    Ok(solution.values[sold..].iter().map(|units| rounded(units.max(0.0))).collect())
}

/// What was harm costs nothing now, and is limited by a row; lots from `old` on are sold anew: as much as is sold, none
/// of it late or undone.
fn limit_harm(program: &mut Program<'_>, old: usize, most: f64) {
    let (problem, undone) = (program.problem, program.undone(0));
    let limit = program.lp.rows.len() as u32;
    program.lp.rows.push(Row { sense: Sense::AtMost, rhs: most });
    for (n, column) in program.lp.columns.iter_mut().enumerate() {
        let place = program.places.get(n);
        let lot = place.map_or(n.saturating_sub(undone), |place| place.lot as usize);
        let anew = (old..problem.lots.len()).contains(&lot);
        match place.filter(|_| anew && column.cost == 0.0) {
            // The size of the lot is not known beforehand, so only the time there is limits it.
            Some(place) => column.upper = there(problem, place),
            None if anew => column.upper = 0.0,
            None if column.cost > 0.0 => column.entries.push((limit, column.cost)),
            None => {}
        }
        column.cost = 0.0;
    }
    for row in &mut program.lp.rows[old..problem.lots.len()] {
        row.rhs = 0.0;
    }
}

/// The hours that there are in a place, however many of them are for others.
fn there(problem: &CapacityProblem, place: &Place) -> f64 {
    let (worker, bucket) = (place.worker as usize, place.bucket as usize);
    let reach = problem.reach(&problem.lots[place.lot as usize], worker, bucket);
    (problem.crew[worker].hours[bucket].0 * reach).max(0.0)
}
