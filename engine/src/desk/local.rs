//! Local wall clocks: which instants a local day, or a stretch of one, is made of.
//!
//! A stretch of local time is the set of instants at which a clock on the wall shows a time inside it.
//! So a time that clocks skip holds nothing, and a time that they show twice counts twice.

use super::Window;
use super::spans::set;
use crate::settings::{DayInterval, WeekHours};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use plokk_ical_io::{IanaZone, Zone};

/// No zone is further from UTC than this.
const FAR: TimeDelta = TimeDelta::hours(16);
/// Clocks change less often than this.
const STEP: TimeDelta = TimeDelta::hours(6);

fn offset(tz: IanaZone, at: DateTime<Utc>) -> TimeDelta {
    TimeDelta::seconds(i64::from(Zone::Iana(tz).offset_at(at)))
}

/// The stretches of a window in which the zone keeps one offset, and that offset.
fn offsets(tz: IanaZone, window: Window) -> Vec<(Window, TimeDelta)> {
    let mut stretches = Vec::new();
    let mut from = window.from;
    let mut at = window.from;
    while at < window.to {
        let next = (at + STEP).min(window.to);
        let (before, after) = (offset(tz, at), offset(tz, next));
        if before != after {
            let change = change_between(tz, at, next);
            stretches.push((Window { from, to: change }, before));
            from = change;
        }
        at = next;
    }
    if from < window.to {
        stretches.push((Window { from, to: window.to }, offset(tz, from)));
    }
    stretches
}

/// The first second with the offset that holds at `late`, given that another one holds at `early`.
fn change_between(tz: IanaZone, mut early: DateTime<Utc>, mut late: DateTime<Utc>) -> DateTime<Utc> {
    let before = offset(tz, early);
    while late - early > TimeDelta::seconds(1) {
        let middle = early + TimeDelta::seconds((late - early).num_seconds() / 2);
        if offset(tz, middle) == before { early = middle } else { late = middle }
    }
    late
}

/// The instants at which a clock shows a time in `[from, to)`.
fn shown(tz: IanaZone, from: NaiveDateTime, to: NaiveDateTime) -> Vec<Window> {
    let around = Window { from: from.and_utc() - FAR, to: to.and_utc() + FAR };
    let part = |(stretch, offset): (Window, TimeDelta)| Window {
        from: stretch.from.max(from.and_utc() - offset),
        to: stretch.to.min(to.and_utc() - offset),
    };
    set(offsets(tz, around).into_iter().map(part).collect())
}

/// The local date at an instant.
pub(crate) fn date(tz: IanaZone, at: DateTime<Utc>) -> NaiveDate {
    Zone::Iana(tz).local(at).date()
}

/// The first instant of a local date; where clocks skip midnight, the first instant after it.
pub(crate) fn midnight(tz: IanaZone, date: NaiveDate) -> DateTime<Utc> {
    let midnight = date.and_time(NaiveTime::MIN);
    let next = midnight.checked_add_days(Days::new(2)).unwrap_or(midnight);
    shown(tz, midnight, next).first().map_or(midnight.and_utc(), |window| window.from)
}

/// The instants of stretches of one local date; they may reach into the next.
pub(crate) fn day(tz: IanaZone, date: NaiveDate, intervals: &[DayInterval]) -> Vec<Window> {
    let at = |minutes: u16| date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minutes));
    set(intervals.iter().flat_map(|interval| shown(tz, at(interval.from), at(interval.to))).collect())
}

/// The dates that a window touches in a zone, and the one before, whose hours may reach into it.
fn dates(tz: IanaZone, window: Window) -> impl Iterator<Item = NaiveDate> {
    let first = date(tz, window.from).pred_opt().unwrap_or(NaiveDate::MIN);
    let last = date(tz, window.to);
    first.iter_days().take_while(move |day| *day <= last)
}

/// The same stretches of every local day, within a window.
pub(crate) fn daily(tz: IanaZone, intervals: &[DayInterval], window: Window) -> Vec<Window> {
    clip(dates(tz, window).flat_map(|date| day(tz, date, intervals)).collect(), window)
}

/// The hours of a week, within a window.
pub(crate) fn weekly(tz: IanaZone, hours: &WeekHours, window: Window) -> Vec<Window> {
    let of = |date: NaiveDate| &hours.days[date.weekday().num_days_from_monday() as usize];
    clip(dates(tz, window).flat_map(|date| day(tz, date, of(date))).collect(), window)
}

/// The hours of a week on one date.
pub(crate) fn weekday(tz: IanaZone, hours: &WeekHours, date: NaiveDate) -> Vec<Window> {
    day(tz, date, &hours.days[date.weekday().num_days_from_monday() as usize])
}

fn clip(windows: Vec<Window>, to: Window) -> Vec<Window> {
    let clipped = windows.into_iter().map(|w| Window { from: w.from.max(to.from), to: w.to.min(to.to) });
    set(clipped.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().expect("RFC 3339")
    }

    fn hours_of(tz: Tz, date: &str, from: u16, to: u16) -> Vec<(String, String)> {
        let windows =
            day(tz.into(), date.parse().expect("a date"), &[DayInterval { from: from * 60, to: to * 60 }]);
        let show = |at: DateTime<Utc>| at.format("%dT%H:%MZ").to_string();
        windows.iter().map(|w| (show(w.from), show(w.to))).collect()
    }

    fn pair(from: &str, to: &str) -> Vec<(String, String)> {
        vec![(from.to_owned(), to.to_owned())]
    }

    #[test]
    fn office_hours_keep_to_the_wall_when_clocks_change() {
        for (tz, before, after) in [
            // Clocks go back on 2026-10-25, on 2026-11-01, and forward on 2026-10-04.
            (Tz::Europe__Tallinn, ("2026-10-24", "24T06:00Z"), ("2026-10-26", "26T07:00Z")),
            (Tz::America__New_York, ("2026-10-31", "31T13:00Z"), ("2026-11-02", "02T14:00Z")),
            (Tz::Australia__Sydney, ("2026-10-03", "02T23:00Z"), ("2026-10-05", "04T22:00Z")),
        ] {
            for (date, opens) in [before, after] {
                assert_eq!(hours_of(tz, date, 9, 17)[0].0, opens, "{tz} {date}");
            }
        }
    }

    #[test]
    fn an_hour_shown_twice_counts_twice() {
        assert_eq!(hours_of(Tz::Europe__Tallinn, "2026-10-25", 0, 6), pair("24T21:00Z", "25T04:00Z"));
        assert_eq!(hours_of(Tz::Europe__Tallinn, "2026-10-25", 3, 4), pair("25T00:00Z", "25T02:00Z"));
        assert_eq!(hours_of(Tz::America__New_York, "2026-11-01", 1, 2), pair("01T05:00Z", "01T07:00Z"));
    }

    #[test]
    fn an_hour_that_clocks_skip_holds_nothing() {
        assert_eq!(hours_of(Tz::Australia__Sydney, "2026-10-04", 2, 3), []);
        assert_eq!(hours_of(Tz::Australia__Sydney, "2026-10-04", 1, 4), pair("03T15:00Z", "03T17:00Z"));
    }

    #[test]
    fn a_day_without_midnight_starts_when_clocks_have_jumped() {
        let date = "2026-09-06".parse().expect("a date");
        assert_eq!(midnight(Tz::America__Santiago.into(), date), utc("2026-09-06T04:00:00Z"));
    }

    #[test]
    fn hours_across_midnight_belong_to_the_day_they_start_on() {
        let mut hours = WeekHours::default();
        hours.days[4].push(DayInterval { from: 22 * 60, to: 26 * 60 });
        let saturday = Window { from: utc("2026-10-24T00:00:00Z"), to: utc("2026-10-25T00:00:00Z") };
        let found = weekly(IanaZone::UTC, &hours, saturday);
        assert_eq!(found, [Window { from: saturday.from, to: utc("2026-10-24T02:00:00Z") }]);
    }
}
