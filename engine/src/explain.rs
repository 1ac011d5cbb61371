//! Why a task is where it is, or why it is not planned; what holds it back, and what would free it.
//!
//! Nothing here is guessed. What holds a task back is the time that the rules leave for it
//! ([`funnel`]). What another place would cost is the verifier's price of the plan with the task
//! there ([`places`]). What would free a task is tried: one rule is relaxed, and only if the work
//! then finds room in the plan as it stands is it said ([`relief`]).

pub(crate) mod funnel;
mod places;
mod relief;
pub(crate) mod room;
#[cfg(test)]
mod tests;

pub use funnel::Rule;
pub use places::Elsewhere;
pub use relief::Relief;

use crate::desk::{Desk, DueFrom, Work};
use crate::pipeline::Planned;
use crate::plan::PlannedChunk;
use crate::plan::reason::{called, impossible, length, reason};
use crate::words;
use chrono::{DateTime, FixedOffset};
use plokk_ical_io::Zone;
use plokk_solver::{Chunk, Interval, Slots, Task};
use serde::Serialize;

/// Why a task is where it is, or why it is not planned.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The task.
    pub task: String,
    /// What it is.
    pub summary: String,
    /// The client's id; absent for an assistant's own work.
    pub client: Option<String>,
    /// How it stands.
    pub state: State,
    /// Its blocks, pinned ones included.
    pub chunks: Vec<PlannedChunk>,
    /// How many minutes are not planned.
    pub missing_minutes: i64,
    /// When it is due.
    pub due: DateTime<FixedOffset>,
    /// Why, in words; the most telling first.
    pub why: Vec<String>,
    /// The time there is for it, rule by rule.
    pub time: Vec<TimeLeft>,
    /// Where else its blocks could stand with everything else unmoved, and what that would cost.
    pub elsewhere: Vec<Elsewhere>,
    /// What would free it.
    pub frees: Vec<Relief>,
}

/// How a task stands in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Planned in full, complete when it is due.
    Planned,
    /// Planned in full, complete only after it is due.
    Late,
    /// Planned in part.
    PlannedInPart,
    /// Not planned.
    Unscheduled,
    /// Nothing is left to plan.
    Settled,
    /// It cannot start within the horizon.
    Later,
}

/// How much time passes a rule and all rules before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TimeLeft {
    /// The rule.
    pub rule: Rule,
    /// The time that is left.
    pub minutes: i64,
}

/// The tasks that a person may mean: the one with that id or UID, or else those whose id begins with
/// the words or whose summary contains them, whatever the case.
///
/// One is what is hoped for; none and several are for the caller to tell.
///
/// ```
/// use plokk_engine::find;
/// # use plokk_engine::{FeedText, Inputs, Settings, plan_desk};
/// # use plokk_solver::{Options, Silent};
/// # let toml = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
/// # let settings = Settings::read(toml, "plokk.toml").expect("nothing is wrong with it");
/// # let calendar = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:books\nSUMMARY:Books\nEND:VTODO\nEND:VCALENDAR\n";
/// # let feed = FeedText {
/// #     feed: "mari.ics".into(),
/// #     source: "mari.ics".into(),
/// #     content: Ok(calendar.into()),
/// #     warnings: Vec::new(),
/// # };
/// # let now = "2026-10-19T05:00:00Z".parse()?;
/// # let published = Default::default();
/// # let inputs = Inputs { settings, feeds: vec![feed], last: None, published, now };
/// # let options = Options { effort: 0.01, ..Options::default() };
/// let planned = plan_desk(inputs, &options, &Silent)?;
/// let found = find(&planned.desk, "book");
/// assert_eq!(found[0].id, "books");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn find<'a>(desk: &'a Desk, words: &str) -> Vec<&'a Work> {
    let all = || desk.work.iter().chain(&desk.later);
    let exact: Vec<&Work> = all().filter(|work| work.id == words).collect();
    if !exact.is_empty() {
        return exact;
    }
    let uid: Vec<&Work> = all().filter(|work| work.uid == words).collect();
    if !uid.is_empty() {
        return uid;
    }
    let lower = words.to_lowercase();
    all().filter(|work| work.id.starts_with(words) || work.summary.to_lowercase().contains(&lower)).collect()
}

/// The task whose id or summary is most like the words, if any is: what may have been meant where
/// [`find`] finds nothing.
///
/// ```
/// use plokk_engine::nearest;
/// # use plokk_engine::{FeedText, Inputs, Settings, plan_desk};
/// # use plokk_solver::{Options, Silent};
/// # let toml = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
/// # let settings = Settings::read(toml, "plokk.toml").expect("nothing is wrong with it");
/// # let calendar = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:books\nSUMMARY:Books\nEND:VTODO\nEND:VCALENDAR\n";
/// # let feed = FeedText {
/// #     feed: "mari.ics".into(),
/// #     source: "mari.ics".into(),
/// #     content: Ok(calendar.into()),
/// #     warnings: Vec::new(),
/// # };
/// # let now = "2026-10-19T05:00:00Z".parse()?;
/// # let published = Default::default();
/// # let inputs = Inputs { settings, feeds: vec![feed], last: None, published, now };
/// # let options = Options { effort: 0.01, ..Options::default() };
/// let planned = plan_desk(inputs, &options, &Silent)?;
/// let meant = nearest(&planned.desk, "boosk");
/// assert_eq!(meant.map(|work| work.id.as_str()), Some("books"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn nearest<'a>(desk: &'a Desk, words: &str) -> Option<&'a Work> {
    let words = words.to_lowercase();
    let likeness = |work: &Work| {
        let names = [&work.id, &work.summary].map(|name| strsim::jaro_winkler(&words, &name.to_lowercase()));
        names[0].max(names[1])
    };
    let all = desk.work.iter().chain(&desk.later).map(|work| (likeness(work), work));
    let best = all.max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(likeness, _)| *likeness > LIKE).map(|(_, work)| work)
}

/// Above this Jaro-Winkler similarity words are taken for a misspelling.
const LIKE: f64 = 0.75;

/// Explains what a plan does with a task of its desk.
///
/// ```
/// use plokk_engine::{State, explain};
/// # use plokk_engine::{FeedText, Inputs, Settings, plan_desk};
/// # use plokk_solver::{Options, Silent};
/// # let toml = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
/// # let settings = Settings::read(toml, "plokk.toml").expect("nothing is wrong with it");
/// # let calendar = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:books\nSUMMARY:Books\nEND:VTODO\nEND:VCALENDAR\n";
/// # let feed = FeedText {
/// #     feed: "mari.ics".into(),
/// #     source: "mari.ics".into(),
/// #     content: Ok(calendar.into()),
/// #     warnings: Vec::new(),
/// # };
/// # let now = "2026-10-19T05:00:00Z".parse()?;
/// # let published = Default::default();
/// # let inputs = Inputs { settings, feeds: vec![feed], last: None, published, now };
/// # let options = Options { effort: 0.01, ..Options::default() };
/// let planned = plan_desk(inputs, &options, &Silent)?;
/// let explanation = explain(&planned, &planned.desk.work[0]);
/// assert_eq!(explanation.state, State::Planned);
/// assert_eq!(explanation.why[0], "nothing says when it is due");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn explain(planned: &Planned, work: &Work) -> Explanation {
    let Planned { desk, posed, solution, plan, .. } = planned;
    let task = posed.problem.tasks.iter().find(|task| task.id == work.id);
    let missing = plan.unscheduled.iter().find(|u| u.task == work.id).map_or(0, |u| u.minutes);
    let chunks: Vec<PlannedChunk> = plan.chunks.iter().filter(|c| c.task == work.id).cloned().collect();
    let state = state(planned, work, missing, &chunks);
    let minutes = |slots: Slots| i64::from(slots.0) * i64::from(posed.problem.slot_minutes);
    let steps = task.map(|task| funnel::funnel(&posed.problem, &solution.chunks, task)).unwrap_or_default();
    let elsewhere = task.map(|task| places::elsewhere(planned, task)).unwrap_or_default();
    let is_open = matches!(state, State::Unscheduled | State::PlannedInPart);
    let frees = match task {
        Some(task) if is_open => relief::for_missing(planned, work, task),
        Some(task) if state == State::Late => relief::for_late(planned, task),
        None if is_open => relief::for_impossible(planned, work),
        _ => Vec::new(),
    };
    let why = match state {
        State::Later => vec![format!("it is released only on {}, after the horizon", at(desk, work.release))],
        State::Settled => vec!["nothing is left to plan: what is not done is pinned".to_owned()],
        State::Unscheduled | State::PlannedInPart => {
            let mut why = vec![reason(desk, posed, solution, work)];
            why.extend(impossible(desk, posed, work).is_none().then(|| due_in_words(desk, work)));
            why
        }
        State::Planned | State::Late => why_there(planned, work, task, &elsewhere),
    };
    let due = Zone::Iana(desk.settings.assistants[0].timezone).shown(work.due);
    Explanation {
        task: work.id.clone(),
        summary: work.summary.clone(),
        client: work.client.map(|client| desk.settings.clients[client].id.clone()),
        state,
        chunks,
        missing_minutes: missing,
        due,
        why,
        time: steps.iter().map(|step| TimeLeft { rule: step.rule, minutes: minutes(step.left) }).collect(),
        elsewhere,
        frees,
    }
}

fn state(planned: &Planned, work: &Work, missing: i64, chunks: &[PlannedChunk]) -> State {
    let is_later = planned.desk.later.iter().any(|later| later.id == work.id);
    match (missing, chunks.is_empty()) {
        _ if is_later => State::Later,
        (0, true) => State::Settled,
        (0, false) if planned.plan.late.iter().any(|late| late.task == work.id) => State::Late,
        (0, false) => State::Planned,
        (_, true) => State::Unscheduled,
        (_, false) => State::PlannedInPart,
    }
}

/// What speaks for the place of planned work, the firm rules first.
fn why_there(planned: &Planned, work: &Work, task: Option<&Task>, elsewhere: &[Elsewhere]) -> Vec<String> {
    let Planned { desk, posed, solution, .. } = planned;
    let mut why = Vec::new();
    let Some(task) = task else { return vec!["all of it is pinned by hand".to_owned()] };
    let own: Vec<_> = solution.chunks.iter().filter(|chunk| chunk.task == task.id).collect();
    let Some(first) = own.iter().min_by_key(|chunk| chunk.start) else {
        return vec!["all of it is pinned by hand".to_owned()];
    };
    if work.release > desk.now {
        why.push(format!("it cannot start before its release, {}", at(desk, work.release)));
    }
    for after in &task.after {
        why.push(format!("it comes after {}", called(desk, &after.task)));
    }
    if work.live {
        why.push("it is done only while the client can be reached".to_owned());
    }
    if let Some(deadline) = work.deadline {
        why.push(format!("it must be done before {}", at(desk, deadline)));
    }
    why.push(due_in_words(desk, work));
    if own.len() > 1 {
        let longest = length(posed, task.max_chunk);
        why.push(format!("it is done in {} blocks; one may be {longest} at most", own.len()));
    }
    let kept = own.iter().filter(|chunk| was_there(task, chunk));
    match kept.count() {
        0 => {}
        all if all == own.len() => why.push("the last plan had it there, and moving costs".to_owned()),
        some => {
            why.push(format!("the last plan had {some} of its {} blocks there, and moving costs", own.len()))
        }
    }
    let earlier = elsewhere.iter().filter(|place| place.earlier);
    why.push(match earlier.min_by(|a, b| a.points.total_cmp(&b.points)) {
        Some(place) => {
            format!("the best earlier place, {}, {}", at(desk, place.start.to_utc()), place.in_words())
        }
        None if first.start == task.release => "it starts as soon as it may".to_owned(),
        None => "no earlier time is free for it with everything else unmoved".to_owned(),
    });
    why
}

/// Whether the last plan had the task there, all the time of the chunk. It may have it in pieces, and a
/// piece several times (see [`pose`](crate::pose)).
fn was_there(task: &Task, chunk: &Chunk) -> bool {
    let mut pieces: Vec<Interval> = task
        .previous
        .iter()
        .filter(|p| p.worker == chunk.worker)
        .map(|p| p.time.intersect(chunk.time()))
        .collect();
    pieces.retain(|piece| !piece.is_empty());
    pieces.sort_unstable();
    pieces.dedup();
    pieces.into_iter().map(Interval::len).sum::<Slots>() >= chunk.time().len()
}

fn due_in_words(desk: &Desk, work: &Work) -> String {
    match work.due_from {
        DueFrom::Said => format!("it is due {}", at(desk, work.due)),
        DueFrom::Response => format!("the client's response time makes it due {}", at(desk, work.due)),
        DueFrom::Horizon => "nothing says when it is due".to_owned(),
    }
}

fn at(desk: &Desk, instant: chrono::DateTime<chrono::Utc>) -> String {
    words::moment(instant, desk.settings.assistants[0].timezone)
}
