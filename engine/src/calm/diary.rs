//! What is remembered from run to run of what she did by hand.

use crate::desk::{FeedText, Window};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is remembered of what she did by hand. It is kept with the plan; without it, nothing that was
/// done by hand before the last run is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Diary {
    /// UIDs of the blocks that stood in a calendar of hers.
    pub(crate) seen: BTreeSet<String>,
    /// The blocks she has moved, by UID.
    pub(crate) moved: BTreeMap<String, Held>,
    /// The blocks she has deleted, by UID and start: they are done.
    pub(crate) done: BTreeMap<String, Done>,
    /// PERCENT-COMPLETE of the work in the last plan, by task, where it was more than nothing.
    pub(crate) percent: BTreeMap<String, u8>,
}

/// A block she has moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    pub(crate) task: String,
    /// The assistant's id.
    pub(crate) assistant: String,
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
}

/// A block she has deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) task: String,
    pub(crate) minutes: i64,
    /// What PERCENT-COMPLETE said then: when it says more, the block is part of that.
    pub(crate) percent: u8,
}

impl Held {
    pub(crate) fn time(&self) -> Window {
        Window { from: self.from, to: self.to }
    }
}

impl Diary {
    /// How a deleted block is found: a UID may be another block's later.
    pub(crate) fn key(uid: &str, time: Window) -> String {
        format!("{uid} {}", time.from.format("%Y%m%dT%H%M%SZ"))
    }

    /// Whether she has moved or deleted a block that was published at this time.
    pub(crate) fn was_by_hand(&self, uid: &str, published: Window) -> bool {
        self.done.contains_key(&Diary::key(uid, published))
            || self.moved.get(uid).is_some_and(|held| held.time() != published)
    }

    /// The minutes of a task's deleted blocks that its PERCENT-COMPLETE does not count yet.
    pub(crate) fn done_minutes(&self, task: &str, percent: u8) -> i64 {
        let own = self.done.values().filter(|done| done.task == task && done.percent >= percent);
        own.map(|done| done.minutes).sum()
    }
}

/// A calendar that blocks are written to, as it is now: a CalDAV collection.
#[derive(Clone, Debug)]
pub struct Mirror {
    /// The id of the assistant whose blocks it holds.
    pub assistant: String,
    /// What stands in it.
    pub text: FeedText,
    /// The UIDs of the blocks that were written to it and not taken out again since.
    pub written: BTreeSet<String>,
}
