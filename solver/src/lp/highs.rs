//! HiGHS (Huangfu and Hall 2018, doi:10.1007/s12532-017-0130-5), through good_lp; feature `highs`.
//!
//! Our own interior-point method has the master programs of column generation, and HiGHS those that it gives up on: the
//! simplex method first, then an interior-point method. (When Clarabel had the master programs, HiGHS was the faster:
//! on a problem of class M at load 0.85 simplex took 2.8 s of processor time to a bound of 3504.5 and Clarabel 3.7 s to 3500.2.)

use super::stated::Stated;
use super::{LinearProgram, LpSolution};
use good_lp::solvers::highs::{HighsParallelType, HighsProblem, HighsSolverType};
use good_lp::{DualValues, Solution, SolutionWithDual, SolverModel, highs};

/// Solves a linear program; none when both methods give up.
pub(super) fn solve(program: &LinearProgram) -> Option<LpSolution> {
    by_simplex(program).or_else(|| by_interior_point(program))
}

fn by_interior_point(program: &LinearProgram) -> Option<LpSolution> {
    solve_with(program, |model| {
        model
            .set_solver(HighsSolverType::Ipm)
            .set_option("run_crossover", "off")
            .set_option("ipm_optimality_tolerance", TOLERANCE)
    })
}

fn by_simplex(program: &LinearProgram) -> Option<LpSolution> {
    solve_with(program, |model| model.set_solver(HighsSolverType::Simplex))
}

/// How near the interior-point method comes to the optimum, as a share of the cost: near enough for prices.
const TOLERANCE: f64 = 1e-4;

fn solve_with(
    program: &LinearProgram,
    method: impl FnOnce(HighsProblem) -> HighsProblem,
) -> Option<LpSolution> {
    let stated = Stated::of(program);
    // One thread: the same answer on every machine, and the caller has the others busy.
    let model = stated.variables.minimise(stated.cost).using(highs);
    let model = model.set_parallel(HighsParallelType::Off).set_threads(1);
    let mut model = method(model);
    let references: Vec<_> = stated.constraints.into_iter().map(|c| model.add_constraint(c)).collect();
    let mut solution = model.solve().ok()?;
    let values = stated.columns.iter().map(|var| solution.value(*var)).collect();
    let duals = solution.compute_dual();
    let prices = references.into_iter().map(|reference| duals.dual(reference)).collect();
    Some(LpSolution { values, prices })
}
