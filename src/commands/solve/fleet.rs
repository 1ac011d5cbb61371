//! `plokk solve FOLDER -o FOLDER`: every problem of a folder, several at a time, each for itself.
//!
//! What is parallel is the problems: each is solved in a pool of threads of its own, which has one
//! thread where there are as many problems as processors. So no problem waits for another's work,
//! and the clock of each is its own. A file that cannot be read, solved or written is told of, and
//! the others go on.

use super::job;
use super::summary::Summary;
use crate::args::Solve;
use crate::exit::{Exit, Failure, Outcome};
use crate::progress::{Deadline, Fleet as Bar};
use crate::trace::{Trace, Watched};
use crate::{files, terminal};
use plokk_solver::Status;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::Serialize;
use std::ffi::OsStr;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

pub(super) fn run(args: &Solve) -> Outcome {
    let fleet = Fleet::new(args)?;
    let pools = pools(fleet.problems.len())?;
    let started = Instant::now();
    let bar = Bar::start("solving", fleet.problems.len())?;
    let solved = fleet.solve(&pools, &bar);
    bar.finish();
    let report = Report::new(solved);
    if args.json {
        terminal::data(&format!("{}\n", serde_json::to_string_pretty(&report).map_err(Failure::plokk)?))?;
    }
    terminal::say(&report.in_words(started.elapsed()));
    report.end()
}

/// A problem's file, and what its solution is called.
struct Entry {
    path: PathBuf,
    name: PathBuf,
    bytes: u64,
}

/// What there is to do.
struct Fleet<'a> {
    args: &'a Solve,
    into: &'a Path,
    /// The largest files first, so that no large one is begun last while other processors are done.
    problems: Vec<Entry>,
}

/// What came of one problem; none when Ctrl-C came before it was begun.
type Done = Option<Result<Summary, Failure>>;

impl<'a> Fleet<'a> {
    fn new(args: &'a Solve) -> Result<Fleet<'a>, Failure> {
        let from = &args.problem;
        let Some(into) = &args.output else {
            let from = from.display();
            return Err(Failure::Input(format!(
                "{from}: is a folder; -o says which folder the solutions go to"
            )));
        };
        let mut problems = problems_in(from)?;
        if problems.is_empty() {
            return Err(Failure::Input(format!("{}: holds no problem (*.json)", from.display())));
        }
        for folder in [Some(into), args.trace.as_ref()].into_iter().flatten() {
            fs::create_dir_all(folder).map_err(|error| Failure::file(folder, "make the folder", &error))?;
        }
        if fs::canonicalize(from).ok() == fs::canonicalize(into).ok() {
            return Err(Failure::Input(format!(
                "{}: the solutions would take the place of the problems; name another folder",
                into.display()
            )));
        }
        problems.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
        Ok(Fleet { args, into, problems })
    }

    /// Solves all, as many at a time as there are pools; the results by name.
    fn solve(&self, pools: &[ThreadPool], bar: &Bar) -> Vec<(PathBuf, Done)> {
        let next = AtomicUsize::new(0);
        let work = |pool: &ThreadPool| {
            let mut done = Vec::new();
            while let Some(entry) = self.problems.get(next.fetch_add(1, Ordering::Relaxed)) {
                done.push((entry.path.clone(), self.one(entry, pool, bar)));
            }
            done
        };
        let mut done: Vec<_> = thread::scope(|scope| {
            let workers: Vec<_> = pools.iter().map(|pool| scope.spawn(|| work(pool))).collect();
            let ended = workers.into_iter().map(|worker| worker.join());
            ended.flat_map(|done| done.expect("a problem's panics are caught where it is solved")).collect()
        });
        done.sort_by(|a, b| a.0.cmp(&b.0));
        done
    }

    fn one(&self, entry: &Entry, pool: &ThreadPool, bar: &Bar) -> Done {
        if Deadline::interrupted() {
            return None;
        }
        let solved = catch_unwind(AssertUnwindSafe(|| pool.install(|| self.solved(entry))));
        let solved = solved.unwrap_or_else(|_| {
            let name = entry.path.display();
            Err(Failure::Plokk(format!("{name}: an assumption of this program did not hold")))
        });
        bar.one_more(solved.as_ref().err());
        Some(solved)
    }

    fn solved(&self, entry: &Entry) -> Result<Summary, Failure> {
        let name = entry.path.display().to_string();
        let bytes = fs::read(&entry.path).map_err(|error| Failure::file(&entry.path, "read", &error))?;
        let problem = job::problem(&name, &bytes)?;
        let deadline = Deadline::after(self.args.search.time_limit);
        let trace = match &self.args.trace {
            Some(folder) => {
                Some(Trace::create(&folder.join(entry.name.with_extension("jsonl")), deadline.started())?)
            }
            None => None,
        };
        let watched = Watched { inner: &deadline, trace: trace.as_ref() };
        let answer = job::answer(&name, &problem, &self.args.search.options_of_many(), &watched)?;
        let file = self.into.join(&entry.name);
        files::replace(&file, &answer.json)?;
        if let Some(trace) = trace {
            trace.finish(&answer.outcome.solution)?;
        }
        Ok(Summary::of(&name, Some(&file), &answer.outcome))
    }
}

/// The files of a folder that are called `*.json`; hidden ones and folders are passed over.
fn problems_in(folder: &Path) -> Result<Vec<Entry>, Failure> {
    let fault = |error: std::io::Error| Failure::file(folder, "read", &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let Some(name) = path.file_name().filter(|name| is_json && !is_hidden(name)) else { continue };
        if !path.is_dir() {
            // What cannot even be looked at is told of when its turn comes.
            let bytes = fs::metadata(&path).map_or(0, |found| found.len());
            found.push(Entry { name: PathBuf::from(name), bytes, path });
        }
    }
    Ok(found)
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// As many pools as problems can be solved at a time; together they have every thread there is.
fn pools(problems: usize) -> Result<Vec<ThreadPool>, Failure> {
    let threads = rayon::current_num_threads();
    let at_once = threads.min(problems).max(1);
    (0..at_once)
        .map(|k| {
            let share = threads / at_once + usize::from(k < threads % at_once);
            let pool = ThreadPoolBuilder::new().num_threads(share).build();
            pool.map_err(|error| Failure::plokk(format!("cannot start threads: {error}")))
        })
        .collect()
}

/// What came of all.
#[derive(Debug, Default, Serialize)]
struct Report {
    /// How many have a solution.
    solved: usize,
    /// How many have none, for a fault of theirs or of plokk's.
    failed: usize,
    /// How many were not begun, for Ctrl-C.
    not_begun: usize,
    /// What the solutions cost together, in points.
    cost: f64,
    /// The solutions, by problem.
    problems: Vec<Summary>,
    /// The faults, by problem.
    faults: Vec<Fault>,
    #[serde(skip)]
    plokk_is_at_fault: bool,
}

/// A problem that has no solution.
#[derive(Debug, Serialize)]
struct Fault {
    problem: String,
    fault: String,
}

impl Report {
    fn new(solved: Vec<(PathBuf, Done)>) -> Report {
        let mut report = Report::default();
        for (path, done) in solved {
            match done {
                Some(Ok(summary)) => {
                    report.solved += 1;
                    report.cost += summary.cost;
                    report.problems.push(summary);
                }
                Some(Err(failure)) => {
                    report.failed += 1;
                    report.plokk_is_at_fault |= matches!(failure, Failure::Plokk(_));
                    let (Failure::Input(fault) | Failure::Plokk(fault)) = failure;
                    report.faults.push(Fault { problem: path.display().to_string(), fault });
                }
                None => report.not_begun += 1,
            }
        }
        report
    }

    /// Such as `498 of 500 problems solved in 241 s, 2.07 a second: 120 optimal, 378 within 3.1%
    /// (median; 8.2% at most); cost 91230.5; 2 failed`.
    fn in_words(&self, took: Duration) -> String {
        let all = self.solved + self.failed + self.not_begun;
        let seconds = took.as_secs_f64();
        let mut text = format!("{} of {all} problems solved in {seconds:.1} s", self.solved);
        if self.solved > 0 && seconds > 0.0 {
            #[allow(clippy::cast_precision_loss)] // nobody has 2^53 files
            let rate = self.solved as f64 / seconds;
            text += &format!(", {rate:.2} a second: {}; cost {:.1}", self.standings(), self.cost);
        }
        for (count, what) in [(self.failed, "failed"), (self.not_begun, "not begun")] {
            if count > 0 {
                text += &format!("; {count} {what}");
            }
        }
        text
    }

    fn standings(&self) -> String {
        let optimal = self.problems.iter().filter(|p| p.standing() == Status::Optimal).count();
        let stopped = self.problems.iter().filter(|p| p.standing() == Status::Stopped).count();
        let within = self.problems.iter().map(Summary::standing);
        let mut gaps: Vec<f64> =
            within.filter_map(|s| if let Status::Within(gap) = s { Some(gap) } else { None }).collect();
        gaps.sort_by(f64::total_cmp);
        let mut parts = Vec::new();
        if optimal > 0 {
            parts.push(format!("{optimal} optimal"));
        }
        if let (Some(most), Some(median)) = (gaps.last(), gaps.get(gaps.len() / 2)) {
            let (median, most) = (median * 100.0, most * 100.0);
            parts.push(format!("{} within {median:.1}% (median; {most:.1}% at most)", gaps.len()));
        }
        if stopped > 0 {
            parts.push(format!("{stopped} stopped"));
        }
        parts.join(", ")
    }

    /// The faults have been told when they came up; what is left is how it ends.
    fn end(&self) -> Outcome {
        let problems =
            |count| if count == 1 { "1 problem has".to_owned() } else { format!("{count} problems have") };
        if self.plokk_is_at_fault {
            Err(Failure::Plokk(format!("{} no solution", problems(self.failed))))
        } else if self.failed > 0 {
            Err(Failure::Input(format!("{} no solution, as told above", problems(self.failed))))
        } else if self.not_begun > 0 {
            Ok(Exit::Interrupted)
        } else {
            Ok(Exit::Done)
        }
    }
}
