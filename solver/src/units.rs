//! The units of the model: points in time, lengths and cost are different types.
//!
//! Time and length are whole slots; what a slot is in minutes stands in
//! [`Problem::slot_minutes`](crate::Problem::slot_minutes).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};

/// A point in time: whole slots since the start of the horizon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(pub i32);

/// A length of time in whole slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slots(pub i32);

/// A cost in points; lower is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Points(pub f64);

impl Add<Slots> for Slot {
    type Output = Slot;
    fn add(self, length: Slots) -> Slot {
        Slot(self.0 + length.0)
    }
}

impl Sub<Slots> for Slot {
    type Output = Slot;
    fn sub(self, length: Slots) -> Slot {
        Slot(self.0 - length.0)
    }
}

impl Sub for Slot {
    type Output = Slots;
    fn sub(self, earlier: Slot) -> Slots {
        Slots(self.0 - earlier.0)
    }
}

impl Add for Slots {
    type Output = Slots;
    fn add(self, other: Slots) -> Slots {
        Slots(self.0 + other.0)
    }
}

impl Sub for Slots {
    type Output = Slots;
    fn sub(self, other: Slots) -> Slots {
        Slots(self.0 - other.0)
    }
}

impl AddAssign for Slots {
    fn add_assign(&mut self, other: Slots) {
        self.0 += other.0;
    }
}

impl SubAssign for Slots {
    fn sub_assign(&mut self, other: Slots) {
        self.0 -= other.0;
    }
}

impl std::iter::Sum for Slots {
    fn sum<I: Iterator<Item = Slots>>(lengths: I) -> Slots {
        Slots(lengths.map(|l| l.0).sum())
    }
}

impl Add for Points {
    type Output = Points;
    fn add(self, other: Points) -> Points {
        Points(self.0 + other.0)
    }
}

impl Sub for Points {
    type Output = Points;
    fn sub(self, other: Points) -> Points {
        Points(self.0 - other.0)
    }
}

impl AddAssign for Points {
    fn add_assign(&mut self, other: Points) {
        self.0 += other.0;
    }
}

impl std::iter::Sum for Points {
    fn sum<I: Iterator<Item = Points>>(costs: I) -> Points {
        Points(costs.map(|c| c.0).sum())
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A half-open interval of time, `[start, end)`; written as `[start, end]` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(Slot, Slot)", into = "(Slot, Slot)")]
pub struct Interval {
    /// The first slot inside.
    pub start: Slot,
    /// The first slot after.
    pub end: Slot,
}

impl Interval {
    /// The interval `[start, end)`, in slots since the start of the horizon.
    ///
    /// ```
    /// use plokk_solver::{Interval, Slots};
    /// assert_eq!(Interval::new(3, 8).len(), Slots(5));
    /// ```
    #[must_use]
    pub fn new(start: i32, end: i32) -> Interval {
        Interval { start: Slot(start), end: Slot(end) }
    }

    /// Its length; zero or less when it is empty or reversed.
    #[must_use]
    pub fn len(self) -> Slots {
        self.end - self.start
    }

    /// Whether no slot lies inside.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `other` lies wholly inside.
    #[must_use]
    pub fn contains(self, other: Interval) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The part that both share; empty when they do not meet.
    ///
    /// ```
    /// use plokk_solver::Interval;
    /// assert_eq!(Interval::new(0, 5).intersect(Interval::new(3, 9)), Interval::new(3, 5));
    /// assert!(Interval::new(0, 2).intersect(Interval::new(3, 9)).is_empty());
    /// ```
    #[must_use]
    pub fn intersect(self, other: Interval) -> Interval {
        Interval { start: self.start.max(other.start), end: self.end.min(other.end) }
    }
}

impl From<(Slot, Slot)> for Interval {
    fn from((start, end): (Slot, Slot)) -> Interval {
        Interval { start, end }
    }
}

impl From<Interval> for (Slot, Slot) {
    fn from(interval: Interval) -> (Slot, Slot) {
        (interval.start, interval.end)
    }
}
