//! Clarabel, an interior-point method in pure Rust (Goulart and Chen 2024, arXiv:2405.12762),
//! through good_lp.

use super::stated::Stated;
use super::{LinearProgram, LpSolution, Precision};
use good_lp::{DualValues, Solution, SolutionWithDual, SolverModel, clarabel};

/// Solves a linear program; none when the method gives up.
pub(super) fn solve(program: &LinearProgram, precision: Precision) -> Option<LpSolution> {
    let stated = Stated::of(program);
    let mut model = stated.variables.minimise(stated.cost).using(clarabel);
    let (tolerance, feasibility, rounds) = match precision {
        Precision::Central => (1e-3, 1e-6, 100),
        Precision::Exact => (1e-8, 1e-9, 200),
    };
    model.settings().tol_gap_rel(tolerance).tol_gap_abs(tolerance).tol_feas(feasibility).max_iter(rounds);
    let references: Vec<_> = stated.constraints.into_iter().map(|c| model.add_constraint(c)).collect();
    let mut solution = model.solve().ok()?;
    let values = stated.columns.iter().map(|var| solution.value(*var)).collect();
    let duals = solution.compute_dual();
    let prices = references.into_iter().map(|reference| duals.dual(reference)).collect();
    Some(LpSolution { values, prices })
}
