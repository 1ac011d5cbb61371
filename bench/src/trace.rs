//! What a method came to, and when.

use plokk_solver::{Observer, Progress};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A moment at which a method knew something better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Since the method started.
    pub seconds: f64,
    /// The best cost until then, in points.
    pub cost: Option<f64>,
    /// The best bound until then, in points.
    pub bound: Option<f64>,
}

/// The lines of a trace that can be read; none where there is no file.
#[must_use]
pub fn read(file: &Path) -> Vec<Point> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The cost at some second: the lowest that was known by then.
///
/// ```
/// use plokk_bench::trace::{Point, cost_at};
/// let trace = [(0.5, 9.0), (2.0, 7.0)]
///     .map(|(seconds, cost)| Point { seconds, cost: Some(cost), bound: None });
/// assert_eq!([0.1, 0.5, 3.0].map(|s| cost_at(&trace, s)), [None, Some(9.0), Some(7.0)]);
/// ```
#[must_use]
pub fn cost_at(trace: &[Point], seconds: f64) -> Option<f64> {
    trace
        .iter()
        .filter(|point| point.seconds <= seconds)
        .filter_map(|point| point.cost)
        .min_by(f64::total_cmp)
}

/// Writes a trace, a JSON object a line.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write(file: &Path, points: &[Point]) -> io::Result<()> {
    let lines: Result<Vec<String>, _> = points.iter().map(serde_json::to_string).collect();
    fs::write(file, lines?.into_iter().map(|line| line + "\n").collect::<String>())
}

/// Keeps what Plokk's solver tells while it runs, and stops it after a time.
#[derive(Debug)]
pub struct Recorder {
    started: Instant,
    limit: Option<Duration>,
    points: Mutex<Vec<Point>>,
}

impl Recorder {
    /// The clock runs from now on.
    #[must_use]
    pub fn start(limit: Option<Duration>) -> Recorder {
        Recorder { started: Instant::now(), limit, points: Mutex::default() }
    }

    /// Seconds since the start.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// What was told, each better than the one before.
    #[must_use]
    pub fn points(self) -> Vec<Point> {
        self.points.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Recorder {
    fn progress(&self, progress: Progress) {
        let (cost, bound) = (progress.cost.map(|cost| cost.0), progress.bound.map(|bound| bound.0));
        let mut points = self.points.lock().unwrap_or_else(PoisonError::into_inner);
        let last = points.last().map_or((None, None), |last| (last.cost, last.bound));
        let best = (
            last.0.into_iter().chain(cost).min_by(f64::total_cmp),
            last.1.into_iter().chain(bound).max_by(f64::total_cmp),
        );
        if best != last {
            points.push(Point { seconds: self.started.elapsed().as_secs_f64(), cost: best.0, bound: best.1 });
        }
    }

    fn spent(&self) -> Option<f64> {
        let share = |limit: Duration| self.seconds() / limit.as_secs_f64().max(1e-9);
        self.limit.map(|limit| share(limit).min(1.0))
    }
}
