//! A desk at one moment: who is free when, who can be reached when, and what is to be done.
//!
//! [`Desk::assemble`] makes it from the settings, the feeds' bytes and `now`, and nothing else.

mod assemble;
mod chunks;
mod links;
mod local;
mod people;
mod pinned;
mod shelf;
mod spans;
mod values;
mod weight;
mod work;
mod working;

pub(crate) use local::{daily, date, midnight, weekly};
pub(crate) use shelf::Shelf;
pub(crate) use spans::{intersect, pad, subtract, total, union};
pub(crate) use weight::{Urgency, weight};

use crate::calm::Diary;
use crate::settings::{DayInterval, Settings};
use crate::warning::Warning;
use chrono::{DateTime, TimeDelta, Utc};

/// A half-open stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first instant inside.
    pub from: DateTime<Utc>,
    /// The first instant after.
    pub to: DateTime<Utc>,
}

/// A feed as it was fetched, or why it was not.
#[derive(Clone, Debug)]
pub struct FeedText {
    /// The feed as the settings write it: how it is found again.
    pub feed: String,
    /// How it is shown in warnings: without credentials.
    pub source: String,
    /// What it holds, or why it could not be read.
    pub content: Result<Vec<u8>, String>,
    /// What the fetching had to say, such as that an older copy is used.
    pub warnings: Vec<Warning>,
}

/// A desk, ready to be planned.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What `plokk.toml` says.
    pub settings: Settings,
    /// When the plan is made.
    pub now: DateTime<Utc>,
    /// From local midnight today in the first assistant's zone, as far as is planned.
    pub horizon: Window,
    /// One for each of the settings' assistants, in that order.
    pub assistants: Vec<AssistantTime>,
    /// One for each of the settings' clients, in that order.
    pub clients: Vec<ClientTime>,
    /// What is to be done within the horizon: the clients' work in the order of their feeds, then the
    /// assistants' own.
    pub work: Vec<Work>,
    /// Work that cannot start within the horizon; it is not planned yet.
    pub later: Vec<Work>,
    /// Blocks an assistant has fixed by hand.
    pub pinned: Vec<Pinned>,
    /// What was wrong or doubtful in the feeds, in the order of the feeds.
    pub warnings: Vec<Warning>,
    /// What is remembered of what she did by hand, for the next run.
    pub diary: Diary,
}

/// An assistant's time within the horizon.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AssistantTime {
    /// When she works: her hours, replaced by her VAVAILABILITY where it applies.
    pub working: Vec<Window>,
    /// What keeps her busy, as it stands in the calendars (no padding), sorted by start; without the
    /// blocks she has pinned.
    pub busy: Vec<BusyTime>,
    /// When work can be planned: working, from now on, less padded busy time and pinned blocks.
    pub free: Vec<Window>,
}

/// A stretch of busy time.
#[derive(Clone, Debug, PartialEq)]
pub struct BusyTime {
    /// When.
    pub time: Window,
    /// The event's UID, where it is known.
    pub uid: Option<String>,
    /// The event's SUMMARY, where it is known.
    pub summary: Option<String>,
    /// Whether it is a whole day or several.
    pub all_day: bool,
    /// The client in whose calendar it stands; `None`: in her own.
    pub client: Option<usize>,
    /// The feed it comes from.
    pub source: String,
}

/// A client's time within the horizon.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientTime {
    /// When the client can be reached: hours, or VAVAILABILITY where it applies, less busy time.
    pub reachable: Vec<Window>,
}

/// A piece of work.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Names it in plans: the UID, and `@` with the RECURRENCE-ID for an instance of a series.
    pub id: String,
    /// The VTODO's UID.
    pub uid: String,
    /// For whom: an index into the clients; `None`: the assistant's own task.
    pub client: Option<usize>,
    /// In whose calendar it stands, for her own tasks: an index into the assistants.
    pub owner: Option<usize>,
    /// What it is; empty when the feed does not say.
    pub summary: String,
    /// The kind of work, as the settings spell it.
    pub category: String,
    /// How long it takes altogether.
    pub estimate: TimeDelta,
    /// PERCENT-COMPLETE, 0 to 100.
    pub percent: u8,
    /// How much of that is left to plan: less what is done and what is pinned; whole slots.
    pub remaining: TimeDelta,
    /// Not before.
    pub release: DateTime<Utc>,
    /// Late after; it may lie before now or after the horizon.
    pub due: DateTime<Utc>,
    /// How the due time came about.
    pub due_from: DueFrom,
    /// Never after.
    pub deadline: Option<DateTime<Utc>>,
    /// The shortest uninterrupted chunk.
    pub min_chunk: TimeDelta,
    /// The longest uninterrupted chunk.
    pub max_chunk: TimeDelta,
    /// What lateness and leaving it out cost, as a factor.
    pub weight: f64,
    /// PRIORITY, 0 (not said) to 9 (low).
    pub priority: u8,
    /// Only while the client can be reached.
    pub live: bool,
    /// Times of day when it is better done, local to the first assistant.
    pub prefer: Vec<DayInterval>,
    /// Who may do it: indices into the assistants, sorted; it may be nobody.
    pub assistants: Vec<usize>,
    /// What must be done before.
    pub after: Vec<WorkLink>,
    /// The feed it comes from.
    pub source: String,
    /// The line in that feed.
    pub line: Option<u32>,
}

/// How a due time came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueFrom {
    /// DUE, or DTSTART and DURATION.
    Said,
    /// The client's response time.
    Response,
    /// Nothing says when: the end of the horizon.
    Horizon,
}

/// A finish-to-start link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkLink {
    /// The [`Work::id`] that must be done before.
    pub work: String,
    /// Time to pass after it is done.
    pub gap: TimeDelta,
}

/// A block that an assistant has fixed by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Pinned {
    /// The [`Work::id`] it is meant for, as X-PLOKK-TASK says.
    pub task: String,
    /// For whom: an index into the clients; `None`: her own task, or work no feed knows.
    pub client: Option<usize>,
    /// Who: an index into the assistants.
    pub assistant: usize,
    /// When.
    pub time: Window,
    /// The event's UID, where it is known.
    pub uid: Option<String>,
    /// The event's SUMMARY, where it is known.
    pub summary: Option<String>,
    /// Whether it is a block of the last plan that has begun, not one she has fixed.
    pub begun: bool,
}

/// Why a desk cannot be planned: assistants' own feeds cannot be read, and planning over their meetings
/// would be wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .lost.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct DeskError {
    /// Every such feed; at least one.
    pub lost: Vec<OwnFeed>,
}

/// An assistant's own feed that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnFeed {
    /// The assistant's id.
    pub assistant: String,
    /// The feed, as shown.
    pub source: String,
    /// Why.
    pub reason: String,
}

impl std::fmt::Display for OwnFeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: cannot read the calendar of {}: {}", self.source, self.assistant, self.reason)
    }
}

impl From<plokk_ical_io::Window> for Window {
    fn from(window: plokk_ical_io::Window) -> Window {
        Window { from: window.from, to: window.to }
    }
}

impl Window {
    /// How long it is; zero or less when it is empty.
    #[must_use]
    pub fn length(self) -> TimeDelta {
        self.to - self.from
    }
}
