//! Clarabel, an interior-point method in pure Rust (Goulart and Chen 2024, arXiv:2405.12762),
//! through good_lp.

use super::{LinearProgram, LpSolution, Precision, Sense};
use good_lp::{
    DualValues, Expression, Solution, SolutionWithDual, SolverModel, Variable, clarabel, constraint,
    variable, variables,
};

/// Solves a linear program; none when the method gives up.
pub(super) fn solve(program: &LinearProgram, precision: Precision) -> Option<LpSolution> {
    let mut vars = variables!();
    let columns: Vec<Variable> = program
        .columns
        .iter()
        .map(|c| {
            vars.add(if c.upper.is_finite() { variable().min(0).max(c.upper) } else { variable().min(0) })
        })
        .collect();
    let mut rows: Vec<Expression> = vec![Expression::default(); program.rows.len()];
    let mut cost = Expression::with_capacity(columns.len());
    for (column, var) in program.columns.iter().zip(&columns) {
        cost.add_mul(column.cost, *var);
        for (row, coefficient) in &column.entries {
            rows[*row as usize].add_mul(*coefficient, *var);
        }
    }
    let mut model = vars.minimise(cost).using(clarabel);
    let (tolerance, feasibility, rounds) = match precision {
        Precision::Central => (1e-3, 1e-6, 100),
        Precision::Exact => (1e-8, 1e-9, 200),
    };
    model.settings().tol_gap_rel(tolerance).tol_gap_abs(tolerance).tol_feas(feasibility).max_iter(rounds);
    let mut references = Vec::with_capacity(rows.len());
    for (row, sum) in program.rows.iter().zip(rows) {
        references.push(model.add_constraint(match row.sense {
            Sense::Equal => constraint!(sum == row.rhs),
            Sense::AtLeast => constraint!(sum >= row.rhs),
            Sense::AtMost => constraint!(sum <= row.rhs),
        }));
    }
    let mut solution = model.solve().ok()?;
    let values = columns.iter().map(|var| solution.value(*var)).collect();
    let duals = solution.compute_dual();
    let prices = references.into_iter().map(|reference| duals.dual(reference)).collect();
    Some(LpSolution { values, prices })
}
