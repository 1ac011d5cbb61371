//! The plan for programs: the serde form of `plan.json`.

use crate::warning::Warning;
use chrono::{DateTime, FixedOffset};
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
    /// When its last block ends; absent for work that is not planned in full.
    pub completion: Option<DateTime<FixedOffset>>,
}
