//! The plan for programs: the serde form of `plan.json`, and how it comes of a solution.

pub(crate) mod reason;
mod summary;
#[cfg(test)]
pub(crate) mod tests;

pub use summary::{ClientSummary, RetainerSummary, summarize};

use crate::desk::{Desk, Window, Work};
use crate::pose::Posed;
use crate::warning::Warning;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use plokk_ical_io::{IanaZone, Zone};
use plokk_solver::Solution;
use serde::{Deserialize, Serialize};

/// What was decided, in the words of the desk; `plan.json` is exactly this.
///
/// Every time is written as RFC 3339 with the offset of the assistant's zone at that instant;
/// what belongs to no assistant is written in the first assistant's zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// When the plan was made: the `now` of the run that first came to it.
    pub generated: DateTime<FixedOffset>,
    /// `optimal`, `within N%` of it, or `stopped`: see [`plokk_solver::Status`].
    pub status: String,
    /// What the plan costs, in points; lower is better.
    pub cost: f64,
    /// No plan costs less, in points; absent where no bound was worked out.
    pub bound: Option<f64>,
    /// `(cost − bound) / cost`, from 0 to 1.
    pub gap: Option<f64>,
    /// The blocks, by start, then assistant.
    pub chunks: Vec<PlannedChunk>,
    /// Work that is not planned, or not in full, in the order of the desk.
    pub unscheduled: Vec<Unscheduled>,
    /// Work that is complete only after it is due, in the order of the desk.
    pub late: Vec<Late>,
    /// What the input has wrong.
    pub warnings: Vec<Warning>,
}

/// An uninterrupted piece of one task, done by one assistant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedChunk {
    /// The task: the UID of its VTODO, with `@` and the RECURRENCE-ID for an instance.
    pub task: String,
    /// The client's id; absent for the assistant's own work.
    pub client: Option<String>,
    /// Who does it: the assistant's id.
    pub assistant: String,
    /// When it starts.
    pub start: DateTime<FixedOffset>,
    /// When it ends.
    pub end: DateTime<FixedOffset>,
}

/// Work for which the plan has no time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unscheduled {
    /// The task.
    pub task: String,
    /// The client's id; absent for the assistant's own work.
    pub client: Option<String>,
    /// How many minutes of it are not planned.
    pub minutes: i64,
    /// Why, in words.
    pub reason: String,
}

/// Work that is complete only after it is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// The task.
    pub task: String,
    /// The client's id; absent for the assistant's own work.
    pub client: Option<String>,
    /// When it was due.
    pub due: DateTime<FixedOffset>,
    /// When its last block ends.
    pub completion: DateTime<FixedOffset>,
}

impl Plan {
    /// What a solution of the posed problem means for the desk. `stopped`: the search was ended
    /// from outside.
    ///
    /// Pinned blocks stand among the chunks. Work that is not planned in full is unscheduled,
    /// not late, whatever its due time.
    #[must_use]
    pub fn from_solution(desk: &Desk, posed: &Posed, solution: &Solution, stopped: bool) -> Plan {
        let zone = desk.settings.assistants[0].timezone;
        let chunks = chunks(desk, posed, solution);
        let missing = |work: &Work| work.remaining - planned(posed, solution, &work.id);
        let unscheduled = desk.work.iter().filter(|work| missing(work) > TimeDelta::zero());
        let late = desk.work.iter().filter(|work| missing(work) <= TimeDelta::zero());
        Plan {
            generated: at(desk.now, zone),
            status: solution.status(stopped).to_string(),
            cost: tidy(solution.cost.0),
            bound: solution.bound.map(|bound| tidy(bound.0)),
            gap: solution.gap().map(tidy),
            unscheduled: unscheduled
                .map(|work| Unscheduled {
                    task: work.id.clone(),
                    client: client_id(desk, work.client),
                    minutes: missing(work).num_minutes(),
                    reason: reason::reason(desk, posed, solution, work),
                })
                .collect(),
            late: late.filter_map(|work| lateness(desk, &chunks, work, zone)).collect(),
            warnings: desk.warnings.clone(),
            chunks,
        }
    }

    /// The plan as `plan.json` holds it, with a newline at its end.
    ///
    /// # Errors
    ///
    /// When a number in it is not finite; the verifier lets no such plan through.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// This plan, made when `before` was, if nothing else in it differs: a run that changes nothing
    /// changes no byte.
    #[must_use]
    pub fn unless_new(mut self, before: Option<&Plan>) -> Plan {
        if let Some(before) = before {
            let generated = std::mem::replace(&mut self.generated, before.generated);
            if self != *before {
                self.generated = generated;
            }
        }
        self
    }
}

impl PlannedChunk {
    /// When it is done.
    #[must_use]
    pub fn window(&self) -> Window {
        Window { from: self.start.to_utc(), to: self.end.to_utc() }
    }
}

/// An instant with the offset that a zone has then.
pub(crate) fn at(instant: DateTime<Utc>, zone: IanaZone) -> DateTime<FixedOffset> {
    Zone::Iana(zone).shown(instant)
}

/// Points without the dust of floating point, which would differ between ways of adding up.
fn tidy(points: f64) -> f64 {
    (points * 1e6).round() / 1e6
}

fn client_id(desk: &Desk, client: Option<usize>) -> Option<String> {
    client.map(|client| desk.settings.clients[client].id.clone())
}

/// The planned and the pinned blocks, by start and assistant.
fn chunks(desk: &Desk, posed: &Posed, solution: &Solution) -> Vec<PlannedChunk> {
    let planned = solution.chunks.iter().filter_map(|chunk| {
        let work = desk.work.iter().find(|work| work.id == chunk.task)?;
        let assistant = desk.settings.assistants.iter().find(|a| a.id == chunk.worker)?;
        let time = posed.axis.window(chunk.time());
        Some(PlannedChunk {
            task: chunk.task.clone(),
            client: client_id(desk, work.client),
            assistant: assistant.id.clone(),
            start: at(time.from, assistant.timezone),
            end: at(time.to, assistant.timezone),
        })
    });
    let pinned = desk.pinned.iter().map(|pinned| {
        let assistant = &desk.settings.assistants[pinned.assistant];
        PlannedChunk {
            task: pinned.task.clone(),
            client: client_id(desk, pinned.client),
            assistant: assistant.id.clone(),
            start: at(pinned.time.from, assistant.timezone),
            end: at(pinned.time.to, assistant.timezone),
        }
    });
    let mut chunks: Vec<PlannedChunk> = planned.chain(pinned).collect();
    chunks.sort_by(|a, b| (a.start, &a.assistant, &a.task).cmp(&(b.start, &b.assistant, &b.task)));
    chunks
}

/// How much of a task is planned, without what is pinned.
fn planned(posed: &Posed, solution: &Solution, task: &str) -> TimeDelta {
    let own = solution.chunks.iter().filter(|chunk| chunk.task == task);
    own.map(|chunk| posed.axis.window(chunk.time()).length()).sum()
}

fn lateness(desk: &Desk, chunks: &[PlannedChunk], work: &Work, zone: IanaZone) -> Option<Late> {
    let last = chunks.iter().filter(|chunk| chunk.task == work.id).max_by_key(|chunk| chunk.end)?;
    (last.end > work.due).then(|| Late {
        task: work.id.clone(),
        client: client_id(desk, work.client),
        due: at(work.due, zone),
        completion: last.end,
    })
}
