//! Spans of time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A half-open span of time: `from` belongs to it, `to` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Window {
    /// The first instant in it.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub to: DateTime<Utc>,
}

impl Window {
    /// The window from one instant to another; empty where they are not in that order.
    pub fn new(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        Window { from, to }
    }

    /// Whether no instant is in it.
    pub fn is_empty(&self) -> bool {
        self.from >= self.to
    }

    /// Whether a span that lasts from `start` to `end` has an instant in the window; one without length has its own.
    pub fn meets(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> bool {
        start < self.to && (end > self.from || (start == end && start == self.from))
    }

    /// The part of a span that lies in the window, if any.
    pub fn clip(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> Option<Window> {
        let clipped = Window { from: start.max(self.from), to: end.min(self.to) };
        (!clipped.is_empty()).then_some(clipped)
    }
}

/// What was made of a calendar, and what could not be.
#[derive(Clone, Debug)]
pub struct Expansion<T> {
    /// What was made.
    pub items: Vec<T>,
    /// What was wrong.
    pub faults: Vec<crate::Fault>,
}
