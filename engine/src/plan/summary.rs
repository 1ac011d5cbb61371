//! A plan, client by client, in figures.

use super::Plan;
use crate::desk::Desk;
use crate::pose::Posed;
use chrono::TimeDelta;
use plokk_solver::{Quota, Slots, Solution};
use serde::Serialize;

/// What a plan does for one client, or for an assistant's own tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientSummary {
    /// The client's id; absent for the assistants' own tasks.
    pub client: Option<String>,
    /// The client's name, or that of the assistants' own tasks.
    pub name: String,
    /// How many blocks are planned, pinned ones included.
    pub blocks: usize,
    /// How many minutes are planned, pinned blocks included.
    pub minutes: i64,
    /// How many tasks are complete only after they are due.
    pub late: usize,
    /// How many tasks are not planned, or not in full.
    pub unscheduled: usize,
    /// How many minutes of them are not planned.
    pub unscheduled_minutes: i64,
    /// How the retainer's minimum fares; absent where no minimum is sold.
    pub retainer: Option<RetainerSummary>,
}

/// How the minimum of a retainer fares in a plan, beside what pinned blocks already fill of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RetainerSummary {
    /// In how many periods of the horizon there is a minimum to meet.
    pub periods: usize,
    /// In how many of them it is met.
    pub met: usize,
    /// How many minutes are missing in the others.
    pub short_minutes: i64,
}

/// A plan in figures: a line for each client in the order of the desk, and at the end one for the
/// assistants' own tasks if there are any.
///
/// ```
/// use plokk_engine::summarize;
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
/// let lines = summarize(&planned.desk, &planned.posed, &planned.solution, &planned.plan);
/// assert_eq!((lines[0].name.as_str(), lines[0].minutes), ("own tasks", 60));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn summarize(desk: &Desk, posed: &Posed, solution: &Solution, plan: &Plan) -> Vec<ClientSummary> {
    let clients = desk.settings.clients.iter().map(|client| (Some(client.id.as_str()), client.name.as_str()));
    let mut lines: Vec<ClientSummary> =
        clients.map(|(id, name)| line(desk, posed, solution, plan, id, name)).collect();
    let own = line(desk, posed, solution, plan, None, "own tasks");
    if own.blocks > 0 || own.unscheduled > 0 {
        lines.push(own);
    }
    lines
}

fn line(
    desk: &Desk,
    posed: &Posed,
    solution: &Solution,
    plan: &Plan,
    client: Option<&str>,
    name: &str,
) -> ClientSummary {
    let is_ours = |of: &Option<String>| of.as_deref() == client;
    let blocks = plan.chunks.iter().filter(|chunk| is_ours(&chunk.client));
    let time: TimeDelta = blocks.clone().map(|chunk| chunk.end - chunk.start).sum();
    let unscheduled = plan.unscheduled.iter().filter(|work| is_ours(&work.client));
    ClientSummary {
        client: client.map(str::to_owned),
        name: name.to_owned(),
        blocks: blocks.count(),
        minutes: time.num_minutes(),
        late: plan.late.iter().filter(|late| is_ours(&late.client)).count(),
        unscheduled: unscheduled.clone().count(),
        unscheduled_minutes: unscheduled.map(|work| work.minutes).sum(),
        retainer: client
            .filter(|client| sells_minimum(desk, client))
            .map(|client| retainer(posed, solution, client)),
    }
}

fn sells_minimum(desk: &Desk, client: &str) -> bool {
    let client = desk.settings.clients.iter().find(|other| other.id == client);
    client.and_then(|client| client.retainer.as_ref()).is_some_and(|retainer| retainer.min.is_some())
}

fn retainer(posed: &Posed, solution: &Solution, client: &str) -> RetainerSummary {
    let quotas = posed.problem.quotas.iter().filter(|quota| quota.client == client && quota.min > Slots(0));
    let short: Vec<i32> = quotas.map(|quota| (quota.min - worked(posed, solution, quota)).0.max(0)).collect();
    RetainerSummary {
        periods: short.len(),
        met: short.iter().filter(|short| **short == 0).count(),
        short_minutes: i64::from(short.iter().sum::<i32>()) * i64::from(posed.problem.slot_minutes),
    }
}

/// The work that counts for a quota.
fn worked(posed: &Posed, solution: &Solution, quota: &Quota) -> Slots {
    let is_theirs = |task: &str| posed.problem.tasks.iter().any(|t| t.id == task && t.client == quota.client);
    let counts =
        solution.chunks.iter().filter(|c| quota.from <= c.start && c.start < quota.to && is_theirs(&c.task));
    counts.map(|chunk| chunk.time().len()).sum()
}
