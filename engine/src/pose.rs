//! A desk as a planning problem: calendars and rules become slots, tasks, caps and quotas.

use crate::desk::Window;
use chrono::{DateTime, TimeDelta, Utc};
use plokk_solver::{Interval, Problem, Slot, Slots};

/// A desk's planning problem, and the way back from it.
#[derive(Clone, Debug)]
pub struct Posed {
    /// The problem. Task ids are [`Work::id`](crate::Work::id)s, worker ids assistants' ids, client
    /// ids clients' ids, or the assistant's id for her own tasks.
    pub problem: Problem,
    /// From slots to instants.
    pub axis: Axis,
    /// Work that no plan can hold; it is not in the problem.
    pub impossible: Vec<Impossible>,
}

/// Work that no plan can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impossible {
    /// The index into [`Desk::work`](crate::Desk::work).
    pub work: usize,
    /// Why.
    pub reason: Hindrance,
}

/// Why no plan can hold a piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// No assistant has the skill, or is the one it asks for.
    Nobody,
    /// Its deadline has passed, or leaves less time than its shortest chunk.
    Deadline,
    /// It is done live, and the client cannot be reached while anybody works.
    Unreachable,
    /// Nobody who may do it has a free stretch as long as its shortest chunk.
    NoFreeTime,
    /// It comes after work (this [`Work::id`](crate::Work::id)) that no plan can hold.
    Waits(String),
}

impl std::fmt::Display for Hindrance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Hindrance::Nobody => f.write_str("no assistant may do it"),
            Hindrance::Deadline => f.write_str("its deadline leaves no time"),
            Hindrance::Unreachable => f.write_str("the client cannot be reached while an assistant is free"),
            Hindrance::NoFreeTime => f.write_str("no free time is long enough"),
            Hindrance::Waits(task) => write!(f, "it waits for {task}, which cannot be planned"),
        }
    }
}

/// The straight line between slots and instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The instant of slot 0: the start of the horizon.
    pub epoch: DateTime<Utc>,
    /// The length of a slot.
    pub slot: TimeDelta,
    /// The first slot after the horizon.
    pub horizon: Slot,
}

impl Axis {
    /// The instant at which a slot starts.
    #[must_use]
    pub fn instant(&self, slot: Slot) -> DateTime<Utc> {
        self.epoch + self.slot * slot.0
    }

    /// The stretch of time that an interval of slots covers.
    #[must_use]
    pub fn window(&self, interval: Interval) -> Window {
        Window { from: self.instant(interval.start), to: self.instant(interval.end) }
    }

    /// The last slot that starts no later than an instant, clipped to the horizon.
    #[must_use]
    pub fn floor(&self, instant: DateTime<Utc>) -> Slot {
        self.clip(self.seconds(instant).div_euclid(self.slot.num_seconds()))
    }

    /// The first slot that starts no earlier than an instant, clipped to the horizon.
    #[must_use]
    pub fn ceil(&self, instant: DateTime<Utc>) -> Slot {
        self.clip(-(-self.seconds(instant)).div_euclid(self.slot.num_seconds()))
    }

    /// The whole slots that a stretch of time covers, clipped to the horizon; it may be empty.
    #[must_use]
    pub fn inside(&self, window: Window) -> Interval {
        Interval { start: self.ceil(window.from), end: self.floor(window.to) }
    }

    /// A length in slots, rounded up.
    #[must_use]
    pub fn up(&self, length: TimeDelta) -> Slots {
        let slots = -(-length.num_seconds()).div_euclid(self.slot.num_seconds());
        Slots(i32::try_from(slots).unwrap_or(i32::MAX))
    }

    /// A length in slots, rounded down.
    #[must_use]
    pub fn down(&self, length: TimeDelta) -> Slots {
        let slots = length.num_seconds().div_euclid(self.slot.num_seconds());
        Slots(i32::try_from(slots).unwrap_or(i32::MAX))
    }

    /// Seconds from the epoch, rounded away from it in neither direction that matters: instants of
    /// iCalendar have whole seconds.
    fn seconds(&self, instant: DateTime<Utc>) -> i64 {
        (instant - self.epoch).num_seconds()
    }

    fn clip(&self, slot: i64) -> Slot {
        let slot = slot.clamp(0, i64::from(self.horizon.0));
        Slot(i32::try_from(slot).unwrap_or(self.horizon.0))
    }
}
