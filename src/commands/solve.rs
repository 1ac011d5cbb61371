//! `plokk solve`: planning problems as JSON in, verified solutions as JSON out; one, or a folder of them.

mod fleet;
mod job;
mod summary;

use crate::args::Solve;
use crate::exit::{Exit, Failure, Outcome};
use crate::progress::Bar;
use crate::trace::{Trace, Watched};
use crate::{files, sources, terminal};
use std::fs;
use std::path::Path;
use summary::Summary;

pub(crate) fn run(args: &Solve) -> Outcome {
    if args.problem.is_dir() { fleet::run(args) } else { one(args) }
}

fn one(args: &Solve) -> Outcome {
    let (name, bytes) = sources::read(&args.problem)?;
    let problem = job::problem(&name, &bytes)?;
    let bar = Bar::start(args.search.time_limit)?;
    let trace = args.trace.as_deref().map(|path| Trace::create(path, bar.started())).transpose()?;
    let watched = Watched { inner: &bar, trace: trace.as_ref() };
    let answer = job::answer(&name, &problem, &args.search.options(), &watched);
    bar.finish();
    let answer = answer?;
    match &args.output {
        Some(path) => write(path, &answer.json)?,
        None => terminal::bytes(&answer.json)?,
    }
    if let Some(trace) = trace {
        trace.finish(&answer.outcome.solution)?;
    }
    let summary = Summary::of(&name, args.output.as_deref(), &answer.outcome);
    if args.json {
        terminal::data(&format!("{}\n", serde_json::to_string_pretty(&summary).map_err(Failure::plokk)?))?;
    }
    terminal::say(&summary.to_string());
    Ok(Exit::Done)
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
