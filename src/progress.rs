//! A progress bar while solving; the time limit and Ctrl-C, which end the search but not the run.

use crate::exit::Failure;
use crate::terminal::Paint;
use indicatif::{ProgressBar, ProgressStyle};
use plokk_solver::{Observer, Progress, Stage};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How fine the bar is.
const STEPS: u64 = 1000;

/// Set by Ctrl-C (SIGINT, SIGTERM, SIGHUP); the search then ends with its best plan so far.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// A line on standard error that counts the feeds that are fetched, when that is a terminal.
pub(crate) fn fetching(feeds: usize) -> ProgressBar {
    let bar = ProgressBar::new(feeds as u64);
    if let Ok(style) = ProgressStyle::with_template("fetching  {pos} of {len} feeds  {elapsed:>4}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// When a search is to end: on Ctrl-C, or when the clock has run past its limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    started: Instant,
    limit: Option<Duration>,
}

impl Deadline {
    /// The clock runs from now on.
    pub(crate) fn after(limit: Option<Duration>) -> Deadline {
        Deadline { started: Instant::now(), limit }
    }

    /// Since when the clock runs.
    pub(crate) fn started(self) -> Instant {
        self.started
    }

    /// Whether Ctrl-C has been pressed.
    pub(crate) fn interrupted() -> bool {
        INTERRUPTED.load(Ordering::Relaxed)
    }
}

/// Shows nothing, and ends the search when it is time.
impl Observer for Deadline {
    fn progress(&self, _: Progress) {}

    fn stop(&self) -> bool {
        Deadline::interrupted() || self.spent().is_some_and(|spent| spent >= 1.0)
    }

    fn spent(&self) -> Option<f64> {
        // With no time at all it is over at once.
        let share = |limit: Duration| self.started.elapsed().as_secs_f64() / limit.as_secs_f64().max(1e-9);
        self.limit.map(|limit| share(limit).min(1.0))
    }
}

/// Shows the search on standard error, when that is a terminal, and ends it when it is time.
pub(crate) struct Bar {
    bar: ProgressBar,
    deadline: Deadline,
}

impl Bar {
    /// A bar. From now on Ctrl-C asks the search to stop, and so does the clock after `limit`;
    /// Ctrl-C a second time ends the process.
    ///
    /// # Errors
    ///
    /// When the system refuses the signal handler.
    pub(crate) fn start(limit: Option<Duration>) -> Result<Bar, Failure> {
        listen()?;
        let bar = ProgressBar::new(STEPS);
        let colour = if Paint::for_errors().is_on() { ".cyan/dim" } else { "" };
        let template = format!("{{prefix:<9}} {{bar:24{colour}}} {{elapsed:>4}}  {{msg}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Ok(Bar { bar, deadline: Deadline::after(limit) })
    }

    /// Since when the clock runs.
    pub(crate) fn started(&self) -> Instant {
        self.deadline.started()
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Bar {
    fn progress(&self, progress: Progress) {
        self.bar.set_prefix(match progress.stage {
            Stage::Bounding => "bounding",
            Stage::Starting => "starting",
            Stage::Improving => "improving",
        });
        // A share of 0 to 1 of the steps; the cast saturates.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        self.bar.set_position((progress.done.clamp(0.0, 1.0) * STEPS as f64) as u64);
        let mut message = String::new();
        if let Some(cost) = progress.cost {
            message += &format!("cost {:.1}", cost.0);
        }
        if let Some(bound) = progress.bound {
            message += &format!("{}bound {:.1}", if message.is_empty() { "" } else { ", " }, bound.0);
        }
        self.bar.set_message(message);
    }

    fn stop(&self) -> bool {
        self.deadline.stop()
    }

    fn spent(&self) -> Option<f64> {
        self.deadline.spent()
    }
}

/// Counts the problems or desks of a fleet on standard error, when that is a terminal.
pub(crate) struct Fleet {
    bar: ProgressBar,
    failed: AtomicUsize,
}

impl Fleet {
    /// A bar for so many of what is `doing`; Ctrl-C is listened to as in [`Bar::start`].
    ///
    /// # Errors
    ///
    /// When the system refuses the signal handler.
    pub(crate) fn start(doing: &str, count: usize) -> Result<Fleet, Failure> {
        listen()?;
        let bar = ProgressBar::new(count as u64);
        let colour = if Paint::for_errors().is_on() { ".cyan/dim" } else { "" };
        let template =
            format!("{doing:<9} {{bar:24{colour}}} {{pos}} of {{len}}  {{elapsed:>4}}, {{eta}} left{{msg}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Ok(Fleet { bar, failed: AtomicUsize::new(0) })
    }

    /// Counts one more, and tells at once what went wrong with it.
    pub(crate) fn one_more(&self, failure: Option<&Failure>) {
        if let Some(failure) = failure {
            let failed = 1 + self.failed.fetch_add(1, Ordering::Relaxed);
            self.bar.set_message(format!(", {failed} failed"));
            self.bar.suspend(|| crate::terminal::complain(failure));
        }
        self.bar.inc(1);
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// The handler is the process's: set once, however many searches follow.
///
/// # Errors
///
/// When the system refuses the signal handler.
pub(crate) fn listen() -> Result<(), Failure> {
    static LISTENING: AtomicBool = AtomicBool::new(false);
    if LISTENING.swap(true, Ordering::SeqCst) {
        return Ok(());
    }
    ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            // As shells report a process ended by SIGINT. Nothing is half written: see `files`.
            std::process::exit(130);
        }
    })
    .map_err(|error| Failure::plokk(format!("cannot listen for Ctrl-C: {error}")))
}
