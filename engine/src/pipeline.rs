//! The whole way, on one page: feeds -> `Calendar` -> [`Desk`] -> `Problem` -> `Solution` -> [`Plan`]
//! -> `Calendar` -> feeds.

use crate::desk::{Desk, DeskError, FeedText};
use crate::plan::Plan;
use crate::pose::{Posed, pose};
use crate::publish::{OutFile, PLAN_FILE, publish};
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
    let published = inputs.published.clone();
    let planned = plan_desk(inputs, options, observer)?;
    let mut files = publish(&planned.desk, &planned.plan, &published);
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
    let Inputs { settings, feeds, last, published, now } = inputs;
    let before: Option<Plan> = published.get(PLAN_FILE).and_then(|bytes| serde_json::from_slice(bytes).ok());
    let desk = Desk::assemble(settings, &feeds, now)?;
    let question = question(&desk, options);
    let standing = last.as_ref().filter(|kept| kept.answers(&question));
    let (posed, Outcome { solution, stopped }) = match standing {
        Some(kept) => (Posed { problem: kept.problem.clone(), ..pose(&desk, None) }, kept.outcome()),
        None => {
            search(pose(&desk, last.as_ref().map(|kept| &kept.plan).or(before.as_ref())), options, observer)?
        }
    };
    let verdict = verify(&posed.problem, &solution);
    if !verdict.violations.is_empty() {
        return Err(PlanError::Broken(verdict.violations));
    }
    let plan = Plan::from_solution(&desk, &posed, &solution, stopped).unless_new(before.as_ref());
    let kept = Kept {
        now,
        effort: options.effort,
        question,
        problem: posed.problem.clone(),
        solution: solution.clone(),
        stopped,
        plan: plan.clone(),
    };
    Ok(Planned { desk, posed, solution, plan, kept, stands: standing.is_some() })
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
