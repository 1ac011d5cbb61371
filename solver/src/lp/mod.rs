//! Linear programs, and the one place that knows who solves them: good_lp and its backends, or, for column generation, our own
//! [`interior`]-point method.
//!
//! A backend is one file with one function, [`solve`]'s signature; see `CONTRIBUTING.md`.

mod clarabel;
#[cfg(feature = "highs")]
mod highs;
mod interior;
mod stated;

pub(crate) use interior::Start;

/// A linear program: minimize cost over columns within their bounds, subject to rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct LinearProgram {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// Rows of which no column has two entries; none need be named.
    pub(crate) apart: std::ops::Range<usize>,
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

/// What a backend answers.
#[derive(Clone, Debug)]
pub(crate) struct LpSolution {
    /// The value of each column.
    pub(crate) values: Vec<f64>,
    /// The price of each row: how the cost changes with its right-hand side.
    pub(crate) prices: Vec<f64>,
}

/// Solves a linear program as exactly as Clarabel goes; none when it gives up. The prices of inequality rows have
/// the right sign: at least 0 for [`Sense::AtLeast`], at most 0 for [`Sense::AtMost`].
pub(crate) fn solve(program: &LinearProgram) -> Option<LpSolution> {
    with_right_signs(program, clarabel::solve(program)?)
}

/// Solves a linear program from near a start until its gap is `gap`, as a share of the cost, with prices from well inside
/// the optimal face: what column generation wants. As [`solve`] otherwise.
pub(crate) fn solve_centrally(program: &LinearProgram, start: &Start<'_>, gap: f64) -> Option<LpSolution> {
    let solution = interior::solve(program, start, gap).or_else(|| by_backend(program))?;
    with_right_signs(program, solution)
}

fn with_right_signs(program: &LinearProgram, mut solution: LpSolution) -> Option<LpSolution> {
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

/// What our own method gives up on goes to HiGHS, with feature `highs`, whose simplex method has other troubles than interior
/// points, and to Clarabel.
#[cfg(feature = "highs")]
fn by_backend(program: &LinearProgram) -> Option<LpSolution> {
    highs::solve(program).or_else(|| clarabel::solve(program))
}

/// What our own method gives up on goes to Clarabel, which is pure Rust.
#[cfg(not(feature = "highs"))]
fn by_backend(program: &LinearProgram) -> Option<LpSolution> {
    clarabel::solve(program)
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
            apart: 0..0,
        };
        let solution = solve(&program).expect("solvable");
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
            apart: 0..0,
        };
        let solution = solve(&program).expect("solvable");
        assert!((solution.values[0] - 2.0).abs() < 1e-5 && (solution.values[1] - 3.0).abs() < 1e-5);
        assert!((solution.prices[0] - 2.0).abs() < 1e-5 && (solution.prices[1] + 1.0).abs() < 1e-5);
    }

    /// Programs like a master: every column in one row apart, what is missing of equal rows to be bought, inequalities of
    /// both kinds, bounds.
    fn random_program(seed: u64) -> LinearProgram {
        let mut rng = fastrand::Rng::with_seed(seed);
        let (goods, places, limits) = (rng.u32(2..9), rng.u32(1..6), rng.u32(1..5));
        let size = |rng: &mut fastrand::Rng| f64::from(rng.u32(1..20));
        let mut rows: Vec<Row> =
            (0..goods).map(|_| Row { sense: Sense::Equal, rhs: size(&mut rng) }).collect();
        rows.extend((0..places).map(|_| Row { sense: Sense::AtMost, rhs: 1.0 }));
        for k in 0..limits {
            let sense = if k % 2 == 0 { Sense::AtMost } else { Sense::AtLeast };
            rows.push(Row { sense, rhs: if k % 2 == 0 { 10.0 * size(&mut rng) } else { 0.0 } });
        }
        let mut columns = Vec::new();
        for good in 0..goods {
            columns.push(Column {
                cost: 20.0 + size(&mut rng),
                upper: f64::INFINITY,
                entries: vec![(good, 1.0)],
            });
        }
        columns.push(Column { cost: -1.0, upper: 2.0, entries: vec![(0, 1.0)] });
        columns.push(Column { cost: 1.0, upper: 0.0, entries: vec![(1, 1.0)] });
        columns.push(Column { cost: 3.0, upper: f64::INFINITY, entries: Vec::new() });
        columns.push(Column { cost: -2.0, upper: 4.0, entries: Vec::new() });
        for _ in 0..rng.usize(5..60) {
            let mut entries = vec![(goods + rng.u32(0..places), 1.0)];
            for row in (0..goods).chain(goods + places..goods + places + limits) {
                if rng.f64() < 0.3 {
                    entries.push((row, size(&mut rng)));
                }
            }
            columns.push(Column { cost: size(&mut rng), upper: f64::INFINITY, entries });
        }
        LinearProgram { columns, rows, apart: goods as usize..(goods + places) as usize }
    }

    fn cost(program: &LinearProgram, values: &[f64]) -> f64 {
        program.columns.iter().zip(values).map(|(column, value)| column.cost * value).sum()
    }

    /// What prices prove: no values within bounds that keep the rows cost less.
    fn proven(program: &LinearProgram, prices: &[f64]) -> f64 {
        let sides: f64 = program.rows.iter().zip(prices).map(|(row, price)| row.rhs * price).sum();
        let reduced = |column: &Column| {
            column.cost - column.entries.iter().map(|(row, a)| a * prices[*row as usize]).sum::<f64>()
        };
        // Without an upper bound of its own no value here is above what a row allows.
        let gains = program.columns.iter().map(|column| reduced(column).min(0.0) * column.upper.min(1e3));
        sides + gains.sum::<f64>()
    }

    #[test]
    fn central_answers_cost_what_exact_ones_do() {
        for seed in 0..300 {
            let program = random_program(seed);
            let exact = cost(&program, &solve(&program).expect("solvable").values);
            for gap in [1e-6, 1e-2] {
                let start = Start { values: &[], prices: &[] };
                let solution = interior::solve(&program, &start, gap).expect("the method ends");
                let found = cost(&program, &solution.values);
                // As a share of all that is paid and earned, which may cancel.
                let paid = program.columns.iter().zip(&solution.values).map(|(c, v)| (c.cost * v).abs());
                let off = (found - exact).abs() / (1.0 + paid.sum::<f64>());
                assert!(off <= 3.0 * gap.max(1e-6), "seed {seed}: {found}, exactly {exact}");
                if gap < 1e-3 {
                    let proven = proven(&program, &solution.prices);
                    assert!(
                        (proven - exact).abs() <= 1e-2 * (1.0 + exact.abs()),
                        "seed {seed}: {proven}, {exact}"
                    );
                }
            }
        }
    }

    /// The backends that other answers are compared with agree, and their prices prove what their values cost.
    #[test]
    fn backends_agree() {
        for seed in 0..100 {
            let program = random_program(seed);
            let exact = cost(&program, &solve(&program).expect("solvable").values);
            let other = with_right_signs(&program, by_backend(&program).expect("solvable")).expect("finite");
            let found = cost(&program, &other.values);
            assert!((found - exact).abs() <= 1e-5 * (1.0 + exact.abs()), "seed {seed}: {found}, {exact}");
            let proven = proven(&program, &other.prices);
            assert!((proven - exact).abs() <= 1e-4 * (1.0 + exact.abs()), "seed {seed}: {proven}, {exact}");
        }
    }

    /// From an optimum, and from one of the program before a column came.
    #[test]
    fn a_start_that_is_known_is_taken() {
        for seed in 0..100 {
            let program = random_program(seed);
            let fewer = LinearProgram {
                columns: program.columns[..program.columns.len() - 1].to_vec(),
                ..program.clone()
            };
            let exact = cost(&program, &solve(&program).expect("solvable").values);
            for before in [&program, &fewer] {
                let known = solve(before).expect("solvable");
                let start = Start { values: &known.values, prices: &known.prices };
                let found =
                    cost(&program, &interior::solve(&program, &start, 1e-6).expect("the method ends").values);
                assert!(
                    (found - exact).abs() <= 1e-5 * (1.0 + exact.abs()),
                    "seed {seed}: {found}, exactly {exact}"
                );
            }
        }
    }

    /// Rows twice over, and rows that no values keep: an answer or none, but an end.
    #[test]
    fn hopeless_programs_end() {
        let column = |cost, entries| Column { cost, upper: f64::INFINITY, entries };
        let row = |sense, rhs| Row { sense, rhs };
        let twice = LinearProgram {
            columns: vec![column(1.0, vec![(0, 1.0), (1, 1.0)]), column(2.0, vec![(0, 1.0), (1, 1.0)])],
            rows: vec![row(Sense::Equal, 3.0); 2],
            apart: 0..0,
        };
        let start = Start { values: &[], prices: &[] };
        let solution = interior::solve(&twice, &start, 1e-6).expect("solvable");
        assert!((solution.values[0] - 3.0).abs() < 1e-3, "{solution:?}");
        let impossible = LinearProgram {
            columns: vec![column(1.0, vec![(0, 1.0), (1, 1.0)])],
            rows: vec![row(Sense::Equal, 3.0), row(Sense::AtMost, 1.0)],
            apart: 0..0,
        };
        assert!(interior::solve(&impossible, &start, 1e-6).is_none());
        let endless =
            LinearProgram { columns: vec![column(-1.0, Vec::new())], rows: Vec::new(), apart: 0..0 };
        assert!(interior::solve(&endless, &start, 1e-6).is_none());
    }
}
