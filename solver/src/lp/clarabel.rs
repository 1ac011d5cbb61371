//! Clarabel, an interior-point method in pure Rust (Goulart and Chen 2024, arXiv:2405.12762),
//! through good_lp.

use super::stated::Stated;
use super::{LinearProgram, LpSolution};
use good_lp::{DualValues, Solution, SolutionWithDual, SolverModel, clarabel};

/// Solves a linear program; none when the method gives up.
pub(super) fn solve(program: &LinearProgram) -> Option<LpSolution> {
    let stated = Stated::of(program);
    let mut model = stated.variables.minimise(stated.cost).using(clarabel);
    model.settings().tol_gap_rel(1e-8).tol_gap_abs(1e-8).tol_feas(1e-9).max_iter(200);
    let references: Vec<_> = stated.constraints.into_iter().map(|c| model.add_constraint(c)).collect();
    let mut solution = model.solve().ok()?;
    let values = stated.columns.iter().map(|var| solution.value(*var)).collect();
    let duals = solution.compute_dual();
    let prices = references.into_iter().map(|reference| duals.dual(reference)).collect();
    Some(LpSolution { values, prices })
}
