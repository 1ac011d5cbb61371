//! Making a VTIMEZONE (RFC 5545 section 3.6.5) of an IANA zone, in the one form that every subscriber reads right:
//! one STANDARD and one DAYLIGHT from 1970 on, with a yearly rule each. Outlook misreads full histories and RDATE.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};

use super::IanaZone;
use super::clock::utc;
use super::database;
use crate::model::{Component, Property};
use crate::recur::civil::{DAY, day_number, month_length, weekday_of};
use crate::recur::local_time;

/// A change of offset.
#[derive(Clone, Debug, PartialEq)]
struct Change {
    /// The local time before the change.
    local: NaiveDateTime,
    before: i32,
    after: i32,
    daylight: bool,
    name: String,
}

/// A day of the year by month and weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Yearly {
    month: u32,
    /// 1 to 4, or -1 for the last.
    nth: i64,
    /// 0 for Monday.
    weekday: u8,
}

/// The VTIMEZONE of an IANA zone, right for local times from the year of `from` to that of `to`.
///
/// Where the zone's clocks change by one rule through these years, it is one STANDARD and one DAYLIGHT from 1970 on
/// with a yearly RRULE; where they do not change, one STANDARD; else one part for each change there is.
///
/// ```
/// let component = plokk_ical_io::vtimezone(
///     chrono_tz::Europe::Tallinn.into(),
///     "2026-10-19T00:00:00Z".parse()?,
///     "2026-11-16T00:00:00Z".parse()?,
/// );
/// let daylight = component.components().iter().find(|part| part.name() == "DAYLIGHT").unwrap();
/// assert_eq!(daylight.text("DTSTART").as_deref(), Some("19700329T030000"));
/// assert_eq!(daylight.property("RRULE").unwrap().raw_value(), "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU");
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn vtimezone(of: IanaZone, from: DateTime<Utc>, to: DateTime<Utc>) -> Component {
    let mut zone = Component::new("VTIMEZONE");
    zone.push(Property::raw("TZID", of.name()));
    let first = i64::from(from.year());
    let last = i64::from(to.year()).clamp(first, first + 200);
    let changes = changes(of, first, last);
    if changes.is_empty() {
        zone.push_component(steady(of, from));
        return zone;
    }
    // A rule is taken from a few years around, or two dates alone would fit several.
    let rules = [(first - 1, last + 4), (first, last.max(first + 1)), (first, last)]
        .into_iter()
        .find_map(|(first, last)| yearly_pair(of, first, last));
    match rules {
        Some(pair) => {
            for (change, rule) in pair {
                zone.push_component(recurring(&change, rule));
            }
        }
        None => {
            zone.push_component(steady(of, utc(day_number(first, 1, 1) * DAY)));
            for change in &changes {
                zone.push_component(part(change, change.local));
            }
        }
    }
    zone
}

/// The changes in some years.
fn changes(of: IanaZone, first: i64, last: i64) -> Vec<Change> {
    const STEP: i64 = 2 * DAY;
    let seconds_at = |at: i64| database::offset_at(of, at);
    let (mut at, end) = (day_number(first, 1, 1) * DAY, day_number(last + 1, 1, 1) * DAY);
    let mut found = Vec::new();
    while at < end {
        let next = at + STEP;
        let before = seconds_at(at);
        if seconds_at(next) != before {
            let (mut low, mut high) = (at, next);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if seconds_at(middle) == before { low = middle } else { high = middle }
            }
            let (old, new) = (database::shown_at(of, low), database::shown_at(of, high));
            found.push(Change {
                local: local_time(high + i64::from(before)),
                before,
                after: new.offset,
                // Ireland's winter is described as its summer less an hour.
                daylight: new.offset > before && (old.saving != 0 || new.saving != 0),
                name: new.name,
            });
        }
        at = next;
    }
    found
}

/// The two changes of every year, and the rules they follow, where there are two that follow rules.
fn yearly_pair(of: IanaZone, first: i64, last: i64) -> Option<[(Change, Yearly); 2]> {
    let changes = changes(of, first, last);
    let years = (last - first + 1) as usize;
    if changes.len() != 2 * years {
        return None;
    }
    let rule = |of: usize| -> Option<(Change, Yearly)> {
        let pick = &changes[of];
        let days: Vec<NaiveDateTime> =
            changes.iter().skip(of).step_by(2).map(|change| change.local).collect();
        let same = changes.iter().skip(of).step_by(2).all(|change| {
            let shape = |c: &Change| (c.local.month(), c.local.time(), c.before, c.after, c.daylight);
            shape(change) == shape(pick)
        });
        let weekday = pick.local.weekday();
        let nth = |day: &NaiveDateTime| i64::from(day.day0() / 7 + 1);
        let is_last = |day: &NaiveDateTime| {
            i64::from(day.day()) + 7 > month_length(i64::from(day.year()), i64::from(day.month()))
        };
        let by_rule = same && days.iter().all(|day| day.weekday() == weekday);
        let nth = match () {
            () if days.iter().all(is_last) => -1,
            () if days.iter().all(|day| nth(day) == nth(&days[0])) => nth(&days[0]),
            () => return None,
        };
        let rule = Yearly { month: pick.local.month(), nth, weekday: weekday.num_days_from_monday() as u8 };
        by_rule.then(|| (pick.clone(), rule))
    };
    Some([rule(0)?, rule(1)?])
}

/// A part that recurs from 1970 on.
fn recurring(change: &Change, rule: Yearly) -> Component {
    let (first, length) =
        (day_number(1970, i64::from(rule.month), 1), month_length(1970, i64::from(rule.month)));
    let offset = i64::from((rule.weekday + 7 - weekday_of(first)) % 7);
    let count = (length - offset + 6) / 7;
    let week = if rule.nth > 0 { rule.nth - 1 } else { count + rule.nth };
    let day = local_time((first + offset + 7 * week) * DAY).date();
    let mut part = part(change, day.and_time(change.local.time()));
    let weekday = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][usize::from(rule.weekday)];
    part.push(Property::raw(
        "RRULE",
        &format!("FREQ=YEARLY;BYMONTH={};BYDAY={}{weekday}", rule.month, rule.nth),
    ));
    part
}

fn part(change: &Change, start: NaiveDateTime) -> Component {
    let mut part = Component::new(if change.daylight { "DAYLIGHT" } else { "STANDARD" });
    part.push(Property::floating("DTSTART", start))
        .push(Property::raw("TZOFFSETFROM", &offset(change.before)))
        .push(Property::raw("TZOFFSETTO", &offset(change.after)));
    if !change.name.is_empty() {
        part.push(Property::text("TZNAME", &change.name));
    }
    part
}

/// The part of a zone that keeps the offset it has at an instant.
fn steady(of: IanaZone, at: DateTime<Utc>) -> Component {
    let database::Shown { offset, name, .. } = database::shown_at(of, at.timestamp());
    let change = Change { local: local_time(0), before: offset, after: offset, daylight: false, name };
    part(&change, change.local)
}

/// A UTC-OFFSET.
fn offset(seconds: i32) -> String {
    let (sign, seconds) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let mut text = format!("{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 != 0 {
        text.push_str(&format!("{:02}", seconds % 60));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::{Definition, Zone};

    /// What is generated says, evaluated, the same as the database, for every zone there is.
    #[test]
    fn every_zone_is_said_right() {
        let (from, to) = (utc(1_767_225_600), utc(1_830_297_600));
        for tz in chrono_tz::TZ_VARIANTS {
            let component = vtimezone(tz.into(), from, to);
            let (definition, faults) = Definition::of(&component, "generated");
            assert_eq!(faults, [], "{tz}");
            let definition = definition.expect("a definition without faults");
            let mut at = from.timestamp();
            while at < to.timestamp() {
                assert_eq!(definition.offset_at(at), Zone::from(tz).offset_at(utc(at)), "{tz} {}", utc(at));
                at += 12 * 3600 - 1;
            }
        }
    }
}
