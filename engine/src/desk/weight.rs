//! What leaving work out or being late costs: an Eisenhower matrix.
//!
//! The matrix stands with the settings that shape it:
//! [`WeightSettings`](crate::settings::WeightSettings).
//!
//! Work due after the horizon enters the planning problem as due at its end, so it is never counted as
//! late; the last column says how little is lost when it has to wait for a later plan.

use crate::settings::WeightSettings;
use chrono::TimeDelta;

/// How soon work is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    Urgent,
    Due,
    CanWait,
}

/// How urgent work is that is due in so long, with so much of the horizon to come.
pub(crate) fn urgency(
    settings: &WeightSettings,
    to_due: Option<TimeDelta>,
    to_horizon: TimeDelta,
) -> Urgency {
    match to_due {
        Some(left) if left <= settings.urgent => Urgency::Urgent,
        Some(left) if left <= to_horizon => Urgency::Due,
        _ => Urgency::CanWait,
    }
}

/// The weight of work.
pub(crate) fn weight(settings: &WeightSettings, priority: u8, urgency: Urgency, client: f64) -> f64 {
    let priority = if priority == 0 { 5 } else { priority.min(9) };
    let importance = settings.importance.powf(f64::from(9 - priority) / 4.0);
    let urgency = match urgency {
        Urgency::Urgent => settings.urgency,
        Urgency::Due => 1.0,
        Urgency::CanWait => 0.5,
    };
    // Plain numbers: they are read by people, and by programs that must agree on every machine.
    (importance * urgency * client * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_is_as_documented() {
        let settings = WeightSettings::default();
        let table = [(1, [8.0, 4.0, 2.0]), (5, [4.0, 2.0, 1.0]), (0, [4.0, 2.0, 1.0]), (9, [2.0, 1.0, 0.5])];
        for (priority, row) in table {
            for (urgency, expected) in [Urgency::Urgent, Urgency::Due, Urgency::CanWait].into_iter().zip(row)
            {
                assert_eq!(weight(&settings, priority, urgency, 1.0), expected);
                assert_eq!(weight(&settings, priority, urgency, 3.0), 3.0 * expected);
            }
        }
    }

    #[test]
    fn a_higher_priority_weighs_more() {
        let settings = WeightSettings::default();
        let of = |priority| weight(&settings, priority, Urgency::Due, 1.0);
        assert!((1..9).all(|priority| of(priority) > of(priority + 1)));
    }

    #[test]
    fn urgency_is_the_time_that_is_left() {
        let settings = WeightSettings::default();
        let of = |days| urgency(&settings, Some(TimeDelta::days(days)), TimeDelta::days(28));
        assert_eq!([of(-1), of(2), of(3), of(28), of(29)].map(|u| u as u8), [0, 0, 1, 1, 2]);
        assert_eq!(urgency(&settings, None, TimeDelta::days(28)), Urgency::CanWait);
    }
}
