//! Slots and instants.

use crate::desk::{Desk, Window};
use chrono::{DateTime, TimeDelta, Utc};
use plokk_solver::{Interval, Slot, Slots};

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
    /// The axis of a desk: slot 0 starts with its horizon.
    #[must_use]
    pub fn of(desk: &Desk) -> Axis {
        let slot = TimeDelta::minutes(i64::from(desk.settings.planning.slot.max(1)));
        let slots = desk.horizon.length().num_seconds().div_euclid(slot.num_seconds());
        let horizon = Slot(i32::try_from(slots.max(0)).unwrap_or(i32::MAX));
        Axis { epoch: desk.horizon.from, slot, horizon }
    }

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

    /// The whole slots that each of several stretches covers, without the empty ones.
    #[must_use]
    pub fn all_inside(&self, windows: &[Window]) -> Vec<Interval> {
        windows.iter().map(|window| self.inside(*window)).filter(|interval| !interval.is_empty()).collect()
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

    /// Seconds from the epoch; parts of a second count as the next whole one.
    fn seconds(&self, instant: DateTime<Utc>) -> i64 {
        let part = i64::from(instant.timestamp_subsec_nanos() > 0);
        instant.timestamp() + part - self.epoch.timestamp()
    }

    fn clip(&self, slot: i64) -> Slot {
        let slot = slot.clamp(0, i64::from(self.horizon.0));
        Slot(i32::try_from(slot).unwrap_or(self.horizon.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis() -> Axis {
        let epoch = "2026-10-18T21:00:00Z".parse().expect("RFC 3339");
        Axis { epoch, slot: TimeDelta::minutes(5), horizon: Slot(288) }
    }

    #[test]
    fn instants_round_to_the_slots_around_them() {
        let axis = axis();
        let at = |minutes| axis.epoch + TimeDelta::minutes(minutes);
        assert_eq!([axis.floor(at(7)), axis.ceil(at(7))], [Slot(1), Slot(2)]);
        assert_eq!([axis.floor(at(10)), axis.ceil(at(10))], [Slot(2), Slot(2)]);
        assert_eq!([axis.floor(at(-7)), axis.ceil(at(9000))], [Slot(0), Slot(288)]);
        assert_eq!(axis.ceil(at(10) + TimeDelta::milliseconds(1)), Slot(3));
    }

    #[test]
    fn only_whole_slots_are_inside() {
        let axis = axis();
        let window = Window { from: axis.instant(Slot(1)), to: axis.instant(Slot(4)) };
        assert_eq!(axis.inside(window), Interval::new(1, 4));
        let second = TimeDelta::seconds(1);
        let narrower = Window { from: window.from + second, to: window.to - second };
        assert_eq!(axis.inside(narrower), Interval::new(2, 3));
        assert_eq!(axis.window(axis.inside(window)), window);
    }

    #[test]
    fn lengths_round_as_asked() {
        assert_eq!(axis().up(TimeDelta::minutes(11)), Slots(3));
        assert_eq!(axis().down(TimeDelta::minutes(11)), Slots(2));
    }
}
