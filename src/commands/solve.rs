//! `plokk solve PROBLEM`: a planning problem as JSON in, a verified solution as JSON out.

use crate::args::Solve;
use crate::exit::{Exit, Failure, Outcome};
use crate::progress::Bar;
use crate::{files, terminal};
use plokk_solver::{Problem, Solution, SolveError, solve, verify};
use std::fs;
use std::io::{self, Read};
use std::path::Path;

pub(crate) fn run(args: &Solve) -> Outcome {
    let (name, text) = read(&args.problem)?;
    let problem = problem(&name, &text)?;
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

/// The problem's text, and what to call it in faults.
fn read(path: &Path) -> Result<(String, String), Failure> {
    if path.as_os_str() == "-" {
        let mut text = String::new();
        let read = io::stdin().lock().read_to_string(&mut text);
        read.map_err(|error| Failure::input(format!("standard input: {error}")))?;
        return Ok(("standard input".to_owned(), text));
    }
    let text = fs::read_to_string(path).map_err(|error| Failure::file(path, "read", &error))?;
    Ok((path.display().to_string(), text))
}

/// The problem that the text describes, or everything that is wrong with it.
fn problem(name: &str, text: &str) -> Result<Problem, Failure> {
    let problem: Problem = serde_json::from_str(text).map_err(|error| {
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
