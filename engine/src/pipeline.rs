//! The whole way, on one page: feeds -> `Calendar` -> [`Desk`] -> `Problem` -> `Solution` -> [`Plan`]
//! -> `Calendar` -> feeds.

use crate::calm::{Diary, Mirror, Nights, Past, carry, repair};
use crate::desk::{Desk, DeskError, FeedText};
use crate::plan::{Plan, PlannedChunk};
use crate::pose::{Axis, Posed, pose};
use crate::publish::{OutFile, PLAN_FILE, PublishedBlock, publish, published_blocks};
use crate::settings::Settings;
use chrono::{DateTime, Utc};
use plokk_solver::{
    Observer, Options, Outcome, Points, Problem, Solution, SolveError, Violation, solve, verify,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that a plan depends on. The same inputs and options give the same bytes.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// What `plokk.toml` says.
    pub settings: Settings,
    /// The feeds, as fetched.
    pub feeds: Vec<FeedText>,
    /// The last plan and what it came from, if it was kept.
    pub last: Option<Kept>,
    /// The files published before, by path relative to the output folder, as far as there are any:
    /// see [`published_paths`](crate::published_paths).
    pub published: BTreeMap<String, Vec<u8>>,
    /// When the plan is made.
    pub now: DateTime<Utc>,
}

/// A plan with the question it answers: what is kept for the next run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The `now` of the run.
    pub now: DateTime<Utc>,
    /// How hard its search was: [`Options::effort`].
    pub effort: f64,
    /// What was asked, apart from where the plan before had the work: [`question`].
    question: String,
    /// The problem that was solved.
    problem: Problem,
    /// Its verified solution.
    solution: Solution,
    /// Whether the search was ended from outside.
    stopped: bool,
    /// The plan.
    pub plan: Plan,
    /// A digest of the settings that decide a plan.
    #[serde(default)]
    rules: String,
    /// How many runs in a row it was carried over without the whole being searched.
    #[serde(default)]
    carried: u32,
    /// What is remembered of what was done by hand.
    #[serde(default)]
    pub diary: Diary,
}

/// How a desk is planned.
///
/// ```
/// use plokk_engine::How;
/// use plokk_solver::Options;
/// let plan = How::searching(Options::default());
/// let nightly = How { carry: true, ..plan.clone() };
/// assert!(!plan.carry && nightly.carry);
/// ```
#[derive(Clone, Debug, Default)]
pub struct How {
    /// How hard to search, where there is something to search.
    pub options: Options,
    /// Whether the last plan may be carried over where nothing that matters has changed, and mended
    /// where only a little is missing: what a nightly run does. Without, whatever is new is searched.
    pub carry: bool,
    /// Calendars that blocks are written to, as they are now.
    pub mirrors: Vec<Mirror>,
}

impl How {
    /// A search of this kind, carrying nothing over.
    #[must_use]
    pub fn searching(options: Options) -> How {
        How { options, carry: false, mirrors: Vec::new() }
    }
}

/// How a plan came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// It answers the same question as the last one, and is the last one.
    Stands,
    /// The last one was carried over, and room found for what was missing.
    Carried,
    /// It was searched.
    Searched,
}

/// A desk that has been planned.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The desk.
    pub desk: Desk,
    /// Its planning problem.
    pub posed: Posed,
    /// The verified solution.
    pub solution: Solution,
    /// What it means for the desk.
    pub plan: Plan,
    /// What to keep for the next run.
    pub kept: Kept,
    /// Whether the last plan was made from the same inputs, and stands.
    pub stands: bool,
    /// How it came about.
    pub way: Way,
    /// The plan before.
    pub last: Option<Plan>,
    /// The files published before, by path.
    pub published: BTreeMap<String, Vec<u8>>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The desk's feeds do not allow one.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The solver refused the problem: a fault of this program.
    #[error("the planning problem is not sound: {0}")]
    Solve(#[from] SolveError),
    /// The solution breaks rules: a fault of this program. It has not been published.
    #[error("the solution breaks {} of the rules, first: {}", .0.len(), first(.0))]
    Broken(Vec<Violation>),
    /// The plan cannot be written as JSON: a fault of this program.
    #[error("the plan cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

impl PlanError {
    /// Whether the input is at fault, not this program.
    #[must_use]
    pub fn is_input(&self) -> bool {
        matches!(self, PlanError::Desk(_))
    }
}

fn first(violations: &[Violation]) -> String {
    violations.first().map(ToString::to_string).unwrap_or_default()
}

/// Plans a desk and makes the files to publish.
///
/// ```
/// use plokk_engine::{FeedText, Inputs, Settings, plan_and_publish};
/// use plokk_solver::{Options, Silent};
///
/// let settings = Settings::read(
///     "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n",
///     "plokk.toml",
/// )
/// .expect("nothing is wrong with it");
/// let feed = FeedText {
///     feed: "mari.ics".into(),
///     source: "mari.ics".into(),
///     content: Ok(b"BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:books\nSUMMARY:Books\nEND:VTODO\nEND:VCALENDAR\n".into()),
///     warnings: Vec::new(),
/// };
/// let inputs = Inputs {
///     settings,
///     feeds: vec![feed],
///     last: None,
///     published: Default::default(),
///     now: "2026-10-19T05:00:00Z".parse()?,
/// };
/// let options = Options { effort: 0.01, ..Options::default() };
/// let (planned, files) = plan_and_publish(inputs, &options, &Silent)?;
/// assert_eq!(planned.plan.chunks[0].start.to_rfc3339(), "2026-10-19T09:00:00+03:00");
/// let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
/// assert_eq!(paths, ["mari.ics", "mari-busy.ics", "plan.json"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`PlanError::Desk`] when an assistant's own feed cannot be read; anything else is a fault of this
/// program. In every case nothing is to be published.
pub fn plan_and_publish(
    inputs: Inputs,
    options: &Options,
    observer: &dyn Observer,
) -> Result<(Planned, Vec<OutFile>), PlanError> {
    plan_and_publish_as(inputs, &How::searching(*options), observer)
}

/// As [`plan_and_publish`], in a way of one's choosing: what `plokk nightly` does.
///
/// # Errors
///
/// As [`plan_and_publish`].
pub fn plan_and_publish_as(
    inputs: Inputs,
    how: &How,
    observer: &dyn Observer,
) -> Result<(Planned, Vec<OutFile>), PlanError> {
    let planned = plan_desk_as(inputs, how, observer)?;
    let mut files = publish(&planned.desk, &planned.plan, &planned.published);
    files.push(OutFile { path: PLAN_FILE.to_owned(), bytes: planned.plan.to_json()? });
    Ok((planned, files))
}

/// Plans a desk: from feeds to a plan whose solution the verifier has passed.
///
/// If the last plan answers the same question, it stands: searching again from where it put the work
/// could only end elsewhere, and a run that changes nothing is to change no byte.
///
/// # Errors
///
/// As [`plan_and_publish`].
pub fn plan_desk(inputs: Inputs, options: &Options, observer: &dyn Observer) -> Result<Planned, PlanError> {
    plan_desk_as(inputs, &How::searching(*options), observer)
}

/// As [`plan_desk`], in a way of one's choosing.
///
/// # Errors
///
/// As [`plan_and_publish`].
pub fn plan_desk_as(inputs: Inputs, how: &How, observer: &dyn Observer) -> Result<Planned, PlanError> {
    let Inputs { settings, feeds, last, published, now } = inputs;
    let before: Option<Plan> = published.get(PLAN_FILE).and_then(|bytes| serde_json::from_slice(bytes).ok());
    let last_plan = last.as_ref().map(|kept| &kept.plan).or(before.as_ref());
    let blocks = published_blocks(&settings, &published, last_plan);
    let diary = last.as_ref().map(|kept| &kept.diary);
    let unseen = how.mirrors.len() < settings.publish.caldav.len();
    let past = Past { plan: last_plan, diary, blocks: &blocks, mirrors: &how.mirrors, unseen };
    let desk = Desk::assemble_after(settings, feeds, now, &past)?;
    let still = last_plan.map(|plan| still_counts(plan, &desk, &blocks));
    // A nightly run asks no less than the run before did; more it asks only when it searches.
    let effort = last.as_ref().filter(|_| how.carry).map_or(how.options.effort, |kept| kept.effort);
    let asked = question(&desk, &Options { effort, ..how.options });
    let decision = decide(&desk, last.as_ref(), still.as_ref(), &asked, how, observer)?;
    let Decision { posed, outcome: Outcome { solution, stopped }, way, carried } = decision;
    let verdict = verify(&posed.problem, &solution);
    if !verdict.violations.is_empty() {
        return Err(PlanError::Broken(verdict.violations));
    }
    let mut plan = Plan::from_solution(&desk, &posed, &solution, stopped);
    if carried > 0 {
        KEPT_STATUS.clone_into(&mut plan.status);
    }
    let plan = plan.unless_new(before.as_ref());
    let searched = way == Way::Searched;
    let kept = Kept {
        now,
        effort: if searched { how.options.effort } else { effort },
        question: if searched { question(&desk, &how.options) } else { asked },
        problem: posed.problem.clone(),
        solution: solution.clone(),
        stopped,
        plan: plan.clone(),
        rules: rules(&desk.settings),
        carried,
        diary: desk.diary.clone(),
    };
    let stands = way == Way::Stands;
    let last = last.map(|kept| kept.plan).or(before);
    Ok(Planned { desk, posed, solution, plan, kept, stands, way, last, published })
}

/// How a plan came about.
struct Decision {
    posed: Posed,
    outcome: Outcome,
    way: Way,
    /// How many runs in a row it was carried over.
    carried: u32,
}

/// The last plan if it stands, else carried over if that may be, else a new one.
fn decide(
    desk: &Desk,
    last: Option<&Kept>,
    still: Option<&Plan>,
    asked: &str,
    how: &How,
    observer: &dyn Observer,
) -> Result<Decision, PlanError> {
    if let Some(kept) = last.filter(|kept| kept.answers(asked)) {
        let posed = Posed { problem: kept.problem.clone(), ..pose(desk, None) };
        return Ok(Decision { posed, outcome: kept.outcome(), way: Way::Stands, carried: kept.carried });
    }
    let posed = pose(desk, still);
    if let Some(kept) = last.filter(|_| how.carry)
        && let Some(outcome) = kept.carried_over(desk, &posed, observer)
    {
        return Ok(Decision { posed, outcome, way: Way::Carried, carried: kept.carried + 1 });
    }
    let (posed, outcome) = search(posed, &how.options, observer)?;
    Ok(Decision { posed, outcome, way: Way::Searched, carried: 0 })
}

/// The status of a plan that was carried over: nothing is known of how far it is from the best today.
const KEPT_STATUS: &str = "kept";

/// So many runs in a row a plan is carried over; then the whole is searched again, lest it drift.
const MOST_CARRIED: u32 = 6;

/// How hard room is searched for what is missing from a plan that is carried over.
const MENDING: f64 = 0.02;

/// The last plan without the blocks that she has moved or deleted by hand: they are pinned, or done.
fn still_counts(plan: &Plan, desk: &Desk, blocks: &[PublishedBlock]) -> Plan {
    let by_hand = |chunk: &PlannedChunk| {
        blocks.iter().any(|block| {
            block.task.as_ref() == Some(&chunk.task)
                && block.time == chunk.window()
                && desk.diary.was_by_hand(&block.uid, block.time)
        })
    };
    let mut plan = plan.clone();
    plan.chunks.retain(|chunk| !by_hand(chunk));
    plan
}

/// A digest of what in the settings decides a plan.
fn rules(settings: &Settings) -> String {
    let mut settings = settings.clone();
    settings.planning.output.clear();
    crate::settings::forget(&mut settings);
    crate::digest::digest(format!("{settings:?}").bytes())
}

fn search(posed: Posed, options: &Options, observer: &dyn Observer) -> Result<(Posed, Outcome), SolveError> {
    // Where there is nothing to plan there is one plan, and it is the best.
    if posed.problem.tasks.is_empty() {
        let nothing = Solution { chunks: Vec::new(), cost: Points(0.0), bound: None };
        let cost = verify(&posed.problem, &nothing).cost;
        return Ok((
            posed,
            Outcome { solution: Solution { cost, bound: Some(cost), ..nothing }, stopped: false },
        ));
    }
    let outcome = solve(&posed.problem, options, observer)?;
    Ok((posed, outcome))
}

impl Kept {
    /// Whether this is the answer to the question. A plan whose search was stopped is no answer to
    /// anything: another run may do better. Nor is one that was tampered with.
    fn answers(&self, question: &str) -> bool {
        self.question == question
            && !self.stopped
            && verify(&self.problem, &self.solution).violations.is_empty()
    }

    /// This plan moved onto today's problem, with room found for what is missing; `None` where more has
    /// changed than time: see [`carry`].
    fn carried_over(&self, desk: &Desk, posed: &Posed, observer: &dyn Observer) -> Option<Outcome> {
        if self.stopped || self.carried >= MOST_CARRIED || self.rules != rules(&desk.settings) {
            return None;
        }
        let axis = self.axis(desk)?;
        let begun = desk.pinned.iter().filter(|block| block.begun).map(|block| block.time.to);
        let settled = begun.map(|end| end + desk.settings.buffers.same_batch).max();
        let carried = carry(&Nights {
            last: (&self.problem, &self.solution, axis),
            today: (&posed.problem, posed.axis),
            now: posed.axis.ceil(desk.now),
            settled: posed.axis.ceil(settled.map_or(desk.now, |end| end.max(desk.now))),
        })?;
        let options = Options { effort: MENDING, ..Options::default() };
        let (solution, stopped) = repair(&posed.problem, &carried, &options, observer)?;
        Some(Outcome { solution, stopped })
    }

    /// The axis of the problem that was solved.
    fn axis(&self, desk: &Desk) -> Option<Axis> {
        let epoch = Desk::horizon_at(&desk.settings, self.now).from;
        let slot = chrono::TimeDelta::minutes(i64::from(self.problem.slot_minutes));
        (slot > chrono::TimeDelta::zero()).then_some(Axis { epoch, slot, horizon: self.problem.horizon })
    }

    fn outcome(&self) -> Outcome {
        Outcome { solution: self.solution.clone(), stopped: self.stopped }
    }
}

/// A digest of everything that decides a plan except the last one: the problem as posed without it,
/// how hard the search is, and the version of this program.
fn question(desk: &Desk, options: &Options) -> String {
    let posed = pose(desk, None);
    let problem = serde_json::to_vec(&posed.problem).unwrap_or_default();
    let rest = format!(
        "{} {} {} {} {}",
        posed.axis.epoch.timestamp(),
        options.effort,
        options.until_stopped,
        options.seed,
        env!("CARGO_PKG_VERSION")
    );
    crate::digest::digest(problem.iter().copied().chain(rest.bytes()))
}
