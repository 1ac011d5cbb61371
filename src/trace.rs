//! What a search came to, and when: JSON lines, one whenever the cost or the bound gets better.

use crate::exit::Failure;
use plokk_solver::{Observer, Progress, Solution};
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// A file that grows while a problem is solved, a line at a time, so that it can be followed.
pub(crate) struct Trace {
    path: PathBuf,
    started: Instant,
    written: Mutex<Written>,
}

struct Written {
    file: File,
    best: Known,
    /// The first line that could not be written; none is tried after it.
    fault: Option<io::Error>,
}

/// The best cost and bound so far, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
struct Known {
    cost: Option<f64>,
    bound: Option<f64>,
}

impl Known {
    /// The better of each, where there is one.
    fn or_better(self, cost: Option<f64>, bound: Option<f64>) -> Known {
        let cost = self.cost.into_iter().chain(cost).min_by(f64::total_cmp);
        let bound = self.bound.into_iter().chain(bound).max_by(f64::total_cmp);
        Known { cost, bound }
    }
}

/// A line of the file.
#[derive(Serialize)]
struct Line {
    seconds: f64,
    #[serde(flatten)]
    known: Known,
}

impl Trace {
    /// A new file at `path`; seconds count from `started`.
    ///
    /// # Errors
    ///
    /// When the file cannot be made.
    pub(crate) fn create(path: &Path, started: Instant) -> Result<Trace, Failure> {
        let file = File::create(path).map_err(|error| Failure::file(path, "write", &error))?;
        let written = Mutex::new(Written { file, best: Known::default(), fault: None });
        Ok(Trace { path: path.to_owned(), started, written })
    }

    /// Writes a line if there is something better.
    fn note(&self, cost: Option<f64>, bound: Option<f64>) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let best = written.best.or_better(cost, bound);
        if best != written.best {
            written.put(self.started, best);
        }
    }

    /// The last line is the answer's, whatever was reported before.
    ///
    /// # Errors
    ///
    /// When a line could not be written.
    pub(crate) fn finish(self, answer: &Solution) -> Result<(), Failure> {
        let mut written = self.written.into_inner().unwrap_or_else(PoisonError::into_inner);
        let last = Known { cost: Some(answer.cost.0), bound: answer.bound.map(|bound| bound.0) };
        if written.best != last {
            written.put(self.started, last);
        }
        match written.fault {
            Some(error) => Err(Failure::file(&self.path, "write", &error)),
            None => Ok(()),
        }
    }
}

impl Written {
    fn put(&mut self, started: Instant, known: Known) {
        self.best = known;
        if self.fault.is_some() {
            return;
        }
        let seconds = (started.elapsed().as_secs_f64() * 1e6).round() / 1e6;
        let line = serde_json::to_string(&Line { seconds, known }).map_err(io::Error::from);
        self.fault = line.and_then(|line| self.file.write_all(format!("{line}\n").as_bytes())).err();
    }
}

/// An observer, and a trace beside it where one is wanted.
pub(crate) struct Watched<'a> {
    pub(crate) inner: &'a dyn Observer,
    pub(crate) trace: Option<&'a Trace>,
}

impl Observer for Watched<'_> {
    fn progress(&self, progress: Progress) {
        if let Some(trace) = self.trace {
            trace.note(progress.cost.map(|cost| cost.0), progress.bound.map(|bound| bound.0));
        }
        self.inner.progress(progress);
    }

    fn stop(&self) -> bool {
        self.inner.stop()
    }

    fn spent(&self) -> Option<f64> {
        self.inner.spent()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plokk_solver::Points;

    #[test]
    fn only_what_is_better_is_written_and_the_answer_is_last() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("trace.jsonl");
        let trace = Trace::create(&path, Instant::now()).expect("the folder is writable");
        for (cost, bound) in [
            (Some(9.0), None),
            (Some(9.0), None),
            (Some(9.5), Some(2.0)),
            (Some(8.0), Some(1.0)),
            (None, None),
        ] {
            trace.note(cost, bound);
        }
        let answer = Solution { chunks: vec![], cost: Points(7.5), bound: Some(Points(2.0)) };
        trace.finish(&answer).expect("the folder is writable");
        let text = std::fs::read_to_string(&path).expect("it was written");
        let known: Vec<_> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("each line is JSON"))
            .map(|line| (line["cost"].as_f64(), line["bound"].as_f64()))
            .collect();
        let expected =
            [(Some(9.0), None), (Some(9.0), Some(2.0)), (Some(8.0), Some(2.0)), (Some(7.5), Some(2.0))];
        assert_eq!(known, expected);
    }
}
