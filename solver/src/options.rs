//! How long to try, and who is told.

use crate::units::Points;

/// How a problem is solved. The default is deterministic: it stops by work done, and this crate never
/// reads the clock; whoever wants to stop by the clock says how much of the time has passed, through [`Observer::spent`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How much work is done, in multiples of the default work; from 0.01 to 1000. Small problems get less than their share
    /// below the default.
    pub effort: f64,
    /// The share of the work that is done where a problem's `previous` still holds for most of it; above 0, up to 1.
    pub again: f64,
    /// Go on improving, again and again, until the observer stops it or the answer is optimal.
    pub until_stopped: bool,
    /// Seeds the search's random choices; the same seed gives the same answer.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { effort: 1.0, again: 0.2, until_stopped: false, seed: 0 }
    }
}

/// What is known while solving.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// The share of the planned work that is done, from 0 to 1.
    pub done: f64,
    /// The cost of the best solution so far.
    pub cost: Option<Points>,
    /// The best proven lower bound so far.
    pub bound: Option<Points>,
}

/// The stages of solving, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// A first plan is made.
    Starting,
    /// The linear relaxation is solved: the bound rises.
    Bounding,
    /// The plan is improved.
    Improving,
}

/// Told of progress while solving; says whether to go on.
///
/// Who limits the time says how much of it has passed, and the search is over when all has:
///
/// ```
/// use plokk_solver::{Observer, Options, Problem, Progress, solve};
/// use std::time::{Duration, Instant};
///
/// struct Within(Instant, Duration);
///
/// impl Observer for Within {
///     fn progress(&self, _: Progress) {}
///
///     fn spent(&self) -> Option<f64> {
///         Some((self.0.elapsed().as_secs_f64() / self.1.as_secs_f64()).min(1.0))
///     }
/// }
///
/// # let text = r#"{"format": "plokk-problem/1", "slot_minutes": 5, "horizon": 288,
/// #   "buffers": {"same_batch": 1, "same_client": 2, "other_client": 3},
/// #   "weights": {"unscheduled": 40, "late": 10, "late_day": 4, "block": 2, "client_switch": 1,
/// #               "chunk": 1, "soon": 0.05, "prefer": 1, "move": 2, "quota": 10},
/// #   "workers": [{"id": "mari", "rate": 0, "windows": [[108, 156]]}],
/// #   "tasks": [{"id": "post", "client": "acme", "batch": "social", "size": 6, "min_chunk": 6,
/// #              "max_chunk": 18, "release": 0, "due": 100, "weight": 2}]}"#;
/// let problem: Problem = serde_json::from_str(text)?;
/// let options = Options { until_stopped: true, ..Options::default() };
/// let outcome = solve(&problem, &options, &Within(Instant::now(), Duration::from_millis(200)))?;
/// assert_eq!(outcome.solution.chunks.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Observer: Sync {
    /// Called often.
    fn progress(&self, progress: Progress);

    /// Asked often: `true` ends the search, and the best solution so far is the answer. Where nothing else is said, that is when
    /// the time has passed.
    fn stop(&self) -> bool {
        self.spent().is_some_and(|spent| spent >= 1.0)
    }

    /// The share of the time that has passed, from 0 to 1, where time is limited. The search then divides its work so that
    /// it comes to its end with the time.
    fn spent(&self) -> Option<f64> {
        None
    }
}

/// Wants to know nothing, stops nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn progress(&self, _: Progress) {}
}
