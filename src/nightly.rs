//! One desk's night: refresh the feeds, plan from the last plan, verify, publish, say what changed.

use crate::commands::plan::failure;
use crate::exit::Failure;
use crate::history::{Cause, Edition};
use crate::home::Home;
use crate::{notify, push};
use chrono::{DateTime, Utc};
use plokk_engine::{Changes, How, Mirror, Planned, Way, changes, plan_and_publish_as};
use plokk_solver::{Observer, Options};
use std::path::Path;

/// How hard is searched, where nothing is said: for a desk that has no plan yet, and for one that has. Where most of the last
/// plan still holds, [`AGAIN`] of that is enough.
///
/// Measured on `examples/solo` over five nights in a row on which nothing was ticked off, three runs of about the same
/// effort each, by effort times share: processor seconds a desk, and cost summed over the nights, 0.10 and 2683 at 0.006,
/// 0.13 and 2475 at 0.01, 0.20 and 2550 at 0.02, 0.47 and 2517 at 0.06, 1.39 and 2345 at 0.2. (With the linear program
/// still solved at such efforts, which took a sixth of the time and brought neither bound nor cost.)
const FIRST_EFFORT: f64 = 1.0;
const NEXT_EFFORT: f64 = 0.2;
const AGAIN: f64 = 0.06;

/// What every desk of a run has in common.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) now: DateTime<Utc>,
    /// Feeds to be believed whatever they look like.
    pub(crate) accept: Vec<String>,
    /// How hard to search, where that is said.
    pub(crate) effort: Option<f64>,
    /// The search ends by the clock: see [`Options::until_stopped`].
    pub(crate) until_stopped: bool,
    /// Nothing is written, pushed or told.
    pub(crate) dry_run: bool,
    /// Nothing is shown while feeds are fetched.
    pub(crate) quiet: bool,
}

/// What came of a desk's night.
pub(crate) struct Night {
    pub(crate) planned: Planned,
    pub(crate) changes: Changes,
    /// How many calendars changed.
    pub(crate) written: usize,
    /// What went wrong after publishing: pushes and messages.
    pub(crate) troubles: Vec<String>,
}

impl Night {
    /// Whether work is late or unscheduled.
    pub(crate) fn is_behind(&self) -> bool {
        !self.planned.plan.late.is_empty() || !self.planned.plan.unscheduled.is_empty()
    }

    /// How the plan came about, in a word.
    pub(crate) fn way(&self) -> &'static str {
        match self.planned.way {
            Way::Stands => "stands",
            Way::Carried => "carried over",
            Way::Searched => "searched",
        }
    }
}

/// Does one desk's night.
///
/// # Errors
///
/// When the desk cannot be planned or published; what was published before is untouched then.
pub(crate) fn night(folder: &Path, job: &Job, observer: &dyn Observer) -> Result<Night, Failure> {
    let mut home = Home::open(folder)?;
    home.quiet = job.quiet;
    let _lock = if job.dry_run { None } else { Some(home.lock()?) };
    let mut collections = push::open(&home);
    let inputs = home.inputs(job.now, &job.accept, !job.dry_run)?;
    let usual = if inputs.last.is_some() { NEXT_EFFORT } else { FIRST_EFFORT };
    let share = if job.effort.is_none() && !job.until_stopped { AGAIN } else { Options::default().again };
    let how = How {
        options: Options {
            again: share,
            effort: job.effort.unwrap_or(if job.until_stopped { FIRST_EFFORT } else { usual }),
            until_stopped: job.until_stopped,
            ..Options::default()
        },
        carry: true,
        mirrors: collections.iter().map(push::Opened::mirror).collect::<Vec<Mirror>>(),
    };
    let (planned, files) = plan_and_publish_as(inputs, &how, observer).map_err(failure)?;
    let changes = changes(&planned, &files);
    if job.dry_run {
        return Ok(Night { planned, changes, written: 0, troubles: Vec::new() });
    }
    let edition = Edition {
        by: Cause::Nightly,
        files: &files,
        kept: &planned.kept,
        notes: (!changes.is_empty()).then(|| changes.to_markdown()),
        changes: &changes,
    };
    let written = home.publish(&edition)?;
    let mut troubles: Vec<String> = collections.iter_mut().flat_map(|opened| opened.push(&files)).collect();
    troubles.extend(notify::notify(&home.settings.notify, folder, &name(folder), &changes));
    Ok(Night { planned, changes, written, troubles })
}

/// What a desk is called: its folder.
pub(crate) fn name(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    whole.file_name().map_or_else(|| whole.display().to_string(), |name| name.to_string_lossy().into_owned())
}
