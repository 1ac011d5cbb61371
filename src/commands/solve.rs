//! `plokk solve PROBLEM`: a planning problem as JSON in, a verified solution as JSON out.

use crate::args::Solve;
use crate::exit::{Exit, Failure, Outcome};
use crate::progress::Bar;
use crate::{files, sources, terminal};
use plokk_solver::{Problem, Solution, SolveError, solve, verify};
use std::fs;
use std::path::Path;

pub(crate) fn run(args: &Solve) -> Outcome {
    let (name, bytes) = sources::read(&args.problem)?;
    let problem = problem(&name, &bytes)?;
    let bar = Bar::start(args.search.time_limit)?;
    let solved = solve(&problem, &args.search.options(), &bar);
    bar.finish();
    let outcome = solved.map_err(|error| match error {
        SolveError::Faults(_) => Failure::Input(format!("{name}: {error}")),
        SolveError::Invalid(_) => Failure::plokk(error),
    })?;
    check(&problem, &outcome.solution)?;
    let mut json = serde_json::to_vec(&outcome.solution).map_err(Failure::plokk)?;
    json.push(b'\n');
    match &args.output {
        Some(path) => write(path, &json)?,
        None => terminal::bytes(&json)?,
    }
    terminal::say(&format!(
        "{}, cost {:.3}",
        outcome.solution.status(outcome.stopped),
        outcome.solution.cost.0
    ));
    Ok(Exit::Done)
}

/// The problem that JSON describes, or everything that is wrong with it.
fn problem(name: &str, bytes: &[u8]) -> Result<Problem, Failure> {
    let problem: Problem = serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("{name}:{}:{}", error.line(), error.column());
        let cause = error.to_string();
        let cause = cause.rsplit_once(" at line ").map_or(cause.as_str(), |(cause, _)| cause);
        Failure::Input(format!("{place}: {cause}"))
    })?;
    let faults: Vec<String> = problem.faults().iter().map(|fault| format!("{name}: {fault}")).collect();
    if faults.is_empty() { Ok(problem) } else { Err(Failure::Input(faults.join("\n"))) }
}

/// Nothing leaves the house that breaks a rule.
fn check(problem: &Problem, solution: &Solution) -> Result<(), Failure> {
    match verify(problem, solution).violations.as_slice() {
        [] => Ok(()),
        [first, ..] => Err(Failure::plokk(format!("the solution breaks a rule: {first}"))),
    }
}

/// A file is replaced whole; anything else there is, such as a pipe or a terminal, is written to.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(Failure::Input(format!("{}: is a folder", path.display()))),
        Ok(found) if !found.is_file() => {
            fs::write(path, bytes).map_err(|error| Failure::file(path, "write", &error))
        }
        _ => files::replace(path, bytes),
    }
}
