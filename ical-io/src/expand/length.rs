//! How long instances last.

use super::facts::{Facts, Moment, moment};
use crate::fault::FaultCode;
use crate::model::Property;
use crate::recur::civil::DAY;
use crate::value::Span;
use crate::zone::Zones;

/// How long each instance lasts (RFC 5545 section 3.8.5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// Of DTEND or DUE: the same elapsed time for every instance.
    Exact(i64),
    /// Of DURATION, and of dates: days are local days.
    Nominal(Span),
}

impl Length {
    /// The longest that it can be, in seconds.
    pub(super) fn most(self) -> i64 {
        match self {
            Length::Exact(seconds) | Length::Nominal(Span { days: 0, seconds }) => seconds.max(0),
            Length::Nominal(span) => span.days.max(0) * DAY + span.seconds + DAY,
        }
    }
}

/// When an instance ends.
pub(super) fn end(local: i64, instant: i64, length: Length, start: Moment, zones: &mut Zones<'_>) -> i64 {
    match length {
        Length::Exact(seconds) => instant.saturating_add(seconds),
        Length::Nominal(Span { days: 0, seconds }) => instant.saturating_add(seconds),
        Length::Nominal(Span { days, seconds }) => {
            zones.clock(start.zone).instant(local.saturating_add(days * DAY)).saturating_add(seconds)
        }
    }
}

/// How long the instances of a component last: DTEND or DUE, else DURATION, else a day for a date and nothing for
/// a time (RFC 5545 section 3.6.1).
pub(super) fn length(
    facts: &Facts<'_>,
    start: Moment,
    zones: &mut Zones<'_>,
    fault: &mut dyn FnMut(FaultCode, u32, String),
) -> Length {
    let default = Length::Nominal(Span { days: i64::from(start.is_date()), seconds: 0 });
    if let Some(property) = facts.end.filter(|_| facts.start.is_some()) {
        let Some(end) = moment(property, zones) else {
            fault(FaultCode::BadTime, property.line(), format!("{} is no date or time", shown(property)));
            return default;
        };
        // An end without a zone is in the zone of its start.
        let in_zone_of_start =
            end.zone == Zones::FLOATING && !start.is_date() && property.param("TZID").is_none();
        let end = if in_zone_of_start { Moment { zone: start.zone, ..end } } else { end };
        let length = if start.is_date() && end.is_date() {
            Length::Nominal(Span { days: (end.local - start.local) / DAY, seconds: 0 })
        } else {
            Length::Exact(end.instant(zones) - start.instant(zones))
        };
        if matches!(length, Length::Exact(..0) | Length::Nominal(Span { days: ..0, .. })) {
            fault(
                FaultCode::EndBeforeStart,
                property.line(),
                format!("{} is before the start", shown(property)),
            );
        }
        return length;
    }
    let Some(property) = facts.duration.filter(|_| facts.start.is_some()) else { return default };
    match Span::parse(property.raw_value()) {
        Some(span) if span.days < 0 || span.seconds < 0 => {
            fault(FaultCode::EndBeforeStart, property.line(), format!("{} is negative", shown(property)));
            default
        }
        // A date lasts whole days.
        Some(span) if start.is_date() => {
            let days = span.days + span.seconds.div_euclid(DAY) + i64::from(span.seconds % DAY > 0);
            Length::Nominal(Span { days, seconds: 0 })
        }
        Some(span) => Length::Nominal(span),
        None => {
            fault(FaultCode::BadDuration, property.line(), format!("{} is no duration", shown(property)));
            default
        }
    }
}

/// A property for a message: not longer than a line.
pub(super) fn shown(property: &Property) -> String {
    property.content_line().chars().take(80).collect()
}
