//! One problem: read, checked, solved, verified, written down.

use crate::exit::Failure;
use plokk_solver::{Observer, Options, Outcome, Problem, Solution, SolveError, solve, verify};

/// An answer, and its JSON.
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    /// The solution, with a line end.
    pub(super) json: Vec<u8>,
}

/// The problem that JSON describes, or everything that is wrong with it.
///
/// # Errors
///
/// Every fault, one a line, each with `name` before it.
pub(super) fn problem(name: &str, bytes: &[u8]) -> Result<Problem, Failure> {
    let problem: Problem = serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("{name}:{}:{}", error.line(), error.column());
        let cause = error.to_string();
        let cause = cause.rsplit_once(" at line ").map_or(cause.as_str(), |(cause, _)| cause);
        Failure::Input(format!("{place}: {cause}"))
    })?;
    let faults: Vec<String> = problem.faults().iter().map(|fault| format!("{name}: {fault}")).collect();
    if faults.is_empty() { Ok(problem) } else { Err(Failure::Input(faults.join("\n"))) }
}

/// Solves a problem; the same bytes however many others are solved beside it.
///
/// # Errors
///
/// When the problem has faults, or the solution breaks a rule.
pub(super) fn answer(
    name: &str,
    problem: &Problem,
    options: &Options,
    observer: &dyn Observer,
) -> Result<Answer, Failure> {
    let outcome = solve(problem, options, observer).map_err(|error| match error {
        SolveError::Faults(_) => Failure::Input(format!("{name}: {error}")),
        SolveError::Invalid(_) => Failure::Plokk(format!("{name}: {error}")),
    })?;
    check(name, problem, &outcome.solution)?;
    let mut json = serde_json::to_vec(&outcome.solution).map_err(Failure::plokk)?;
    json.push(b'\n');
    Ok(Answer { outcome, json })
}

/// Nothing leaves the house that breaks a rule.
fn check(name: &str, problem: &Problem, solution: &Solution) -> Result<(), Failure> {
    match verify(problem, solution).violations.as_slice() {
        [] => Ok(()),
        [first, ..] => Err(Failure::Plokk(format!("{name}: the solution breaks a rule: {first}"))),
    }
}
