//! Linear programs, and the one place that knows who solves them: good_lp and its backends.
//!
//! A backend is one file with one function, [`solve`]'s signature; see `CONTRIBUTING.md`.

mod clarabel;
#[cfg(feature = "highs")]
mod highs;
mod stated;

/// A linear program: minimize cost over columns within their bounds, subject to rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct LinearProgram {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
}

/// A variable, from 0 to `upper`.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) cost: f64,
    /// Infinite where there is no bound.
    pub(crate) upper: f64,
    /// Row and coefficient, each row once.
    pub(crate) entries: Vec<(u32, f64)>,
}

/// A constraint on the sum of its columns' coefficients times values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) sense: Sense,
    pub(crate) rhs: f64,
}

/// How a row's sum compares with its right-hand side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    Equal,
    AtLeast,
    AtMost,
}

/// How exactly to solve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// Duals from well inside the optimal face: what column generation wants.
    Central,
    /// As exact as the backend goes.
    Exact,
}

/// What a backend answers.
#[derive(Clone, Debug)]
pub(crate) struct LpSolution {
    /// The value of each column.
    pub(crate) values: Vec<f64>,
    /// The price of each row: how the cost changes with its right-hand side.
    pub(crate) prices: Vec<f64>,
}

/// Solves a linear program; none when the backend gives up. The prices of inequality rows have
/// the right sign: at least 0 for [`Sense::AtLeast`], at most 0 for [`Sense::AtMost`].
pub(crate) fn solve(program: &LinearProgram, precision: Precision) -> Option<LpSolution> {
    let mut solution = by_backend(program, precision)?;
    for (price, row) in solution.prices.iter_mut().zip(&program.rows) {
        *price = match row.sense {
            Sense::Equal => *price,
            Sense::AtLeast => price.max(0.0),
            Sense::AtMost => price.min(0.0),
        };
    }
    for value in &mut solution.values {
        *value = value.max(0.0);
    }
    let finite = solution.prices.iter().chain(&solution.values).all(|x| x.is_finite());
    finite.then_some(solution)
}

/// The backend that this build has: HiGHS with feature `highs` for column generation, where it was measured to help,
/// and Clarabel where it gives up and for what is to be exact.
#[cfg(feature = "highs")]
fn by_backend(program: &LinearProgram, precision: Precision) -> Option<LpSolution> {
    match precision {
        Precision::Central => highs::solve(program).or_else(|| clarabel::solve(program, precision)),
        Precision::Exact => clarabel::solve(program, precision),
    }
}

/// The backend that this build has: Clarabel, in pure Rust.
#[cfg(not(feature = "highs"))]
fn by_backend(program: &LinearProgram, precision: Precision) -> Option<LpSolution> {
    clarabel::solve(program, precision)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two products, two machines: max 3x + 2y, x + y <= 4, x + 3y <= 6, x <= 3.
    #[test]
    fn values_and_prices_have_their_signs() {
        let program = LinearProgram {
            columns: vec![
                Column { cost: -3.0, upper: 3.0, entries: vec![(0, 1.0), (1, 1.0)] },
                Column { cost: -2.0, upper: f64::INFINITY, entries: vec![(0, 1.0), (1, 3.0)] },
            ],
            rows: vec![Row { sense: Sense::AtMost, rhs: 4.0 }, Row { sense: Sense::AtMost, rhs: 6.0 }],
        };
        let solution = solve(&program, Precision::Exact).expect("solvable");
        assert!((solution.values[0] - 3.0).abs() < 1e-5, "{solution:?}");
        assert!((solution.values[1] - 1.0).abs() < 1e-5);
        // Both rows are tight; with x at its bound, any split of y's price between them is dual.
        let worth = solution.prices[0] + 3.0 * solution.prices[1];
        assert!((worth + 2.0).abs() < 1e-5 && solution.prices.iter().all(|p| *p <= 0.0));
    }

    #[test]
    fn rows_of_every_sense() {
        let program = LinearProgram {
            columns: vec![
                Column { cost: 1.0, upper: f64::INFINITY, entries: vec![(0, 1.0), (1, 1.0)] },
                Column { cost: 2.0, upper: f64::INFINITY, entries: vec![(0, 1.0)] },
            ],
            rows: vec![Row { sense: Sense::Equal, rhs: 5.0 }, Row { sense: Sense::AtMost, rhs: 2.0 }],
        };
        let solution = solve(&program, Precision::Exact).expect("solvable");
        assert!((solution.values[0] - 2.0).abs() < 1e-5 && (solution.values[1] - 3.0).abs() < 1e-5);
        assert!((solution.prices[0] - 2.0).abs() < 1e-5 && (solution.prices[1] + 1.0).abs() < 1e-5);
    }
}
