//! When somebody works: hours of the week, replaced by VAVAILABILITY (RFC 7953) where it applies.

use super::Window;
use super::local::{midnight, weekday, weekly};
use super::spans::{intersect, set, subtract, union};
use crate::settings::WeekHours;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use plokk_ical_io::IanaZone;

/// So many days back a working day is looked for.
const LONGEST_HOLIDAY: usize = 62;
/// So many years on working hours are looked for.
const FURTHEST: TimeDelta = TimeDelta::days(3 * 366);

/// Somebody's hours, in a zone.
#[derive(Clone, Debug)]
pub(crate) struct WorkingTime {
    pub(crate) tz: IanaZone,
    hours: WeekHours,
    /// Where some VAVAILABILITY applies.
    governed: Vec<Window>,
    /// What is available there.
    available: Vec<Window>,
}

impl WorkingTime {
    /// Hours alone.
    pub(crate) fn new(tz: IanaZone, hours: WeekHours) -> WorkingTime {
        WorkingTime { tz, hours, governed: Vec::new(), available: Vec::new() }
    }

    /// Adds what one calendar's VAVAILABILITY says. Where several calendars say something, a time is
    /// available only when all of them agree.
    pub(crate) fn govern(&mut self, governed: Vec<Window>, available: Vec<Window>) {
        let (governed, available) = (set(governed), set(available));
        let available = intersect(&available, &governed);
        let both = intersect(&self.available, &available);
        let only_before = subtract(&self.available, &governed);
        let only_now = subtract(&available, &self.governed);
        self.available = union(&union(&only_before, &only_now), &both);
        self.governed = union(&self.governed, &governed);
    }

    /// Whether there is no hour in the week.
    pub(crate) fn is_empty(&self) -> bool {
        self.hours.is_empty() && self.available.is_empty()
    }

    /// The working time within a window.
    pub(crate) fn within(&self, window: Window) -> Vec<Window> {
        let hours = subtract(&weekly(self.tz, &self.hours, window), &self.governed);
        union(&hours, &intersect(&self.available, &[window]))
    }

    /// The end of the working day of a date; where nobody works on it, of the last working day before.
    pub(crate) fn end_of_day(&self, date: NaiveDate) -> DateTime<Utc> {
        let next = |day: NaiveDate| day.checked_add_days(Days::new(1)).unwrap_or(day);
        let worked = |day: NaiveDate| {
            let whole = Window { from: midnight(self.tz, day), to: midnight(self.tz, next(day)) };
            let hours = subtract(&weekday(self.tz, &self.hours, day), &self.governed);
            union(&hours, &intersect(&self.available, &[whole]))
        };
        if self.is_empty() {
            return midnight(self.tz, next(date));
        }
        let days = std::iter::successors(Some(date), |day| day.pred_opt()).take(LONGEST_HOLIDAY);
        let last = days.filter_map(|day| worked(day).last().map(|w| w.to)).next();
        last.unwrap_or_else(|| midnight(self.tz, next(date)))
    }

    /// The instant at which so much working time has passed; by the clock when there is none.
    pub(crate) fn after(&self, start: DateTime<Utc>, length: TimeDelta) -> DateTime<Utc> {
        if self.is_empty() {
            return start + length;
        }
        let mut left = length;
        let mut from = start;
        while left > TimeDelta::zero() && from < start + FURTHEST {
            let window = Window { from, to: from + TimeDelta::days(28) };
            for stretch in self.within(window) {
                if stretch.length() >= left {
                    return stretch.from + left;
                }
                left -= stretch.length();
            }
            from = window.to;
        }
        start + length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().expect("RFC 3339")
    }

    fn tallinn() -> WorkingTime {
        WorkingTime::new(chrono_tz::Tz::Europe__Tallinn.into(), WeekHours::office())
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_working_day_ends_when_the_hours_do() {
        assert_eq!(tallinn().end_of_day(date("2026-10-23")), utc("2026-10-23T14:00:00Z"));
        assert_eq!(tallinn().end_of_day(date("2026-10-26")), utc("2026-10-26T15:00:00Z"));
        let sydney = WorkingTime::new(chrono_tz::Tz::Australia__Sydney.into(), WeekHours::office());
        assert_eq!(sydney.end_of_day(date("2026-10-23")), utc("2026-10-23T06:00:00Z"));
    }

    #[test]
    fn a_day_off_ends_with_the_last_working_day_before() {
        assert_eq!(tallinn().end_of_day(date("2026-10-25")), utc("2026-10-23T14:00:00Z"));
        let idle = WorkingTime::new(IanaZone::UTC, WeekHours::default());
        assert_eq!(idle.end_of_day(date("2026-10-25")), utc("2026-10-26T00:00:00Z"));
    }

    #[test]
    fn availability_replaces_hours_where_it_applies() {
        let mut time = tallinn();
        let friday = Window { from: utc("2026-10-22T21:00:00Z"), to: utc("2026-10-23T21:00:00Z") };
        let morning = Window { from: utc("2026-10-23T05:00:00Z"), to: utc("2026-10-23T08:00:00Z") };
        time.govern(vec![friday], vec![morning]);
        let week = Window { from: utc("2026-10-21T21:00:00Z"), to: utc("2026-10-24T21:00:00Z") };
        let thursday = Window { from: utc("2026-10-22T06:00:00Z"), to: utc("2026-10-22T14:00:00Z") };
        assert_eq!(time.within(week), [thursday, morning]);
        assert_eq!(time.end_of_day(date("2026-10-23")), morning.to);
        // A second calendar that is closed then leaves nothing of it.
        time.govern(vec![friday], vec![]);
        assert_eq!(time.within(week), [thursday]);
    }

    #[test]
    fn working_hours_are_counted_over_nights_and_weekends() {
        let friday = utc("2026-10-23T12:00:00Z");
        // 2 hours on Friday, 8 on Monday after clocks went back, 2 on Tuesday.
        assert_eq!(tallinn().after(friday, TimeDelta::hours(12)), utc("2026-10-27T09:00:00Z"));
        assert_eq!(tallinn().after(friday, TimeDelta::zero()), friday);
        let idle = WorkingTime::new(IanaZone::UTC, WeekHours::default());
        assert_eq!(idle.after(friday, TimeDelta::hours(1)), friday + TimeDelta::hours(1));
    }
}
