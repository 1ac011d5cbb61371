//! What is to be planned: the JSON form `plokk-problem/1`, field for field.

use crate::units::{Interval, Slot, Slots};
use serde::{Deserialize, Serialize};

/// The value of [`Problem::format`].
pub const FORMAT: &str = "plokk-problem/1";

/// A planning problem: free time, work, rules, and what each shortfall costs.
///
/// ```
/// use plokk_solver::Problem;
/// let text = r#"{
///   "format": "plokk-problem/1", "slot_minutes": 5, "horizon": 288,
///   "buffers": {"same_batch": 1, "same_client": 2, "other_client": 3},
///   "weights": {"unscheduled": 40, "late": 10, "late_day": 4, "block": 2, "client_switch": 1,
///               "chunk": 1, "soon": 0.05, "prefer": 1, "move": 2, "quota": 10},
///   "workers": [{"id": "mari", "rate": 0, "windows": [[108, 156]]}],
///   "tasks": [{"id": "post", "client": "acme", "batch": "social", "size": 6, "min_chunk": 6,
///              "max_chunk": 18, "release": 0, "due": 200, "weight": 2}]
/// }"#;
/// let problem: Problem = serde_json::from_str(text)?;
/// assert!(problem.faults().is_empty());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// The name and version of this form: [`FORMAT`].
    pub format: String,
    /// The length of a slot in minutes, at least 1.
    pub slot_minutes: u32,
    /// The length of the horizon; every time lies in `[0, horizon]`.
    pub horizon: Slot,
    /// Free slots between consecutive chunks in a window.
    pub buffers: Buffers,
    /// Points per unit of each cost.
    pub weights: Weights,
    /// Who works, and when they are free.
    pub workers: Vec<Worker>,
    /// The work.
    pub tasks: Vec<Task>,
    /// Soft minimums: retainers.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub quotas: Vec<Quota>,
    /// Hard maximums.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub caps: Vec<Cap>,
}

/// Free slots wanted between two consecutive chunks in one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buffers {
    /// Same client and batch (or the same task).
    pub same_batch: Slots,
    /// Same client, another batch.
    pub same_client: Slots,
    /// Another client.
    pub other_client: Slots,
}

/// Points per unit of each cost term; see the crate's documentation for the units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// Per hour not planned, times the task's weight.
    pub unscheduled: f64,
    /// Per late task, times the task's weight.
    pub late: f64,
    /// Per day late, times the task's weight.
    pub late_day: f64,
    /// Per block: a longest run of chunks of one client and batch in one window.
    pub block: f64,
    /// Per change of client between consecutive chunks in one window.
    pub client_switch: f64,
    /// Per chunk of a task beyond its first.
    pub chunk: f64,
    /// Per hour of work and day between release and the start of its chunk.
    pub soon: f64,
    /// Per hour worked outside the preferred time.
    pub prefer: f64,
    /// Per hour of the previous plan that is no longer kept.
    #[serde(rename = "move")]
    pub moved: f64,
    /// Per hour short of a quota.
    pub quota: f64,
}

impl Default for Weights {
    fn default() -> Weights {
        Weights {
            unscheduled: 40.0,
            late: 10.0,
            late_day: 4.0,
            block: 2.0,
            client_switch: 1.0,
            chunk: 1.0,
            soon: 0.05,
            prefer: 1.0,
            moved: 2.0,
            quota: 10.0,
        }
    }
}

/// Somebody who works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Worker {
    /// Names the worker in tasks, caps and solutions.
    pub id: String,
    /// Points per hour worked.
    #[serde(default)]
    pub rate: f64,
    /// Free time: sorted, disjoint, never touching.
    pub windows: Vec<Interval>,
}

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Names the task in links and solutions.
    pub id: String,
    /// Whose work it is.
    pub client: String,
    /// Which kind of work; the same kind is better done together.
    pub batch: String,
    /// Slots of work left.
    pub size: Slots,
    /// The shortest uninterrupted chunk.
    pub min_chunk: Slots,
    /// The longest uninterrupted chunk.
    pub max_chunk: Slots,
    /// Not before.
    pub release: Slot,
    /// Late after (soft).
    pub due: Slot,
    /// Never after (hard).
    #[serde(default)]
    pub deadline: Option<Slot>,
    /// Importance: multiplies what lateness and unscheduled work cost.
    pub weight: f64,
    /// Who may do it; `None`: everybody.
    #[serde(default)]
    pub workers: Option<Vec<String>>,
    /// When it may be done (hard): each chunk lies inside one of these; `None`: always.
    #[serde(default)]
    pub eligible: Option<Vec<Interval>>,
    /// When it is better done (soft); `None`: no preference.
    #[serde(default)]
    pub prefer: Option<Vec<Interval>>,
    /// What must be complete before it starts.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub after: Vec<After>,
    /// Where the last plan had it.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub previous: Vec<Previous>,
}

/// A finish-to-start link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// The task to be complete first.
    pub task: String,
    /// Slots to pass after its completion.
    pub lag: Slots,
}

/// A chunk of the previous plan; written as `[worker, start, end]` in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(String, Slot, Slot)", into = "(String, Slot, Slot)")]
pub struct Previous {
    /// Who was to do it.
    pub worker: String,
    /// When.
    pub time: Interval,
}

impl From<(String, Slot, Slot)> for Previous {
    fn from((worker, start, end): (String, Slot, Slot)) -> Previous {
        Previous { worker, time: Interval { start, end } }
    }
}

impl From<Previous> for (String, Slot, Slot) {
    fn from(previous: Previous) -> (String, Slot, Slot) {
        (previous.worker, previous.time.start, previous.time.end)
    }
}

/// A hard maximum on the work in chunks that start in `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// Only work by this worker; `None`: by anybody.
    #[serde(default)]
    pub worker: Option<String>,
    /// Only work for this client; `None`: for anybody.
    #[serde(default)]
    pub client: Option<String>,
    /// The first start that counts.
    pub from: Slot,
    /// The first start that no longer counts.
    pub to: Slot,
    /// At most so many slots.
    pub max: Slots,
}

/// A soft minimum on the work for a client in chunks that start in `[from, to)`: a retainer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// For whom.
    pub client: String,
    /// The first start that counts.
    pub from: Slot,
    /// The first start that no longer counts.
    pub to: Slot,
    /// At least so many slots.
    pub min: Slots,
}

fn null_is_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}
