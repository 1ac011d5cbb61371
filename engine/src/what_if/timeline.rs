//! The months ahead in days and weeks.

use crate::desk::{Window, date, intersect, midnight};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use plokk_ical_io::IanaZone;
use plokk_solver::capacity::{Bucket, Day};

/// Buckets of time: days near, weeks (Monday to Sunday) further out, local to the first assistant.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// The first assistant's zone.
    pub zone: IanaZone,
    /// Midnight today: day 0.
    pub start: DateTime<Utc>,
    /// When it is looked.
    pub now: DateTime<Utc>,
    /// The buckets' first days, and the day after the last.
    pub edges: Vec<NaiveDate>,
    /// The Monday of every week.
    pub weeks: Vec<NaiveDate>,
    /// For each bucket, its week: an index into the weeks.
    pub week_of: Vec<usize>,
}

/// So many days at most are looked at one by one.
const NEAR: i64 = 28;

impl Timeline {
    pub(crate) fn new(zone: IanaZone, now: DateTime<Utc>, months: u32, near: i64) -> Timeline {
        let today = date(zone, now);
        let longest = today + Days::new(366);
        let end = today.checked_add_months(Months::new(months)).unwrap_or(longest).min(longest);
        let near = today + Days::new(near.clamp(1, NEAR) as u64);
        let mut edges = vec![today];
        let mut day = today;
        while day < end {
            let monday = day.weekday().num_days_from_monday() == 0;
            let step = if monday && day >= near { 7 } else { 1 };
            day = (day + Days::new(step)).min(end);
            edges.push(day);
        }
        let monday = |day: NaiveDate| day - Days::new(u64::from(day.weekday().num_days_from_monday()));
        let mut weeks: Vec<NaiveDate> = edges[..edges.len() - 1].iter().map(|day| monday(*day)).collect();
        let all = weeks.clone();
        weeks.dedup();
        let week_of = all.iter().map(|day| weeks.partition_point(|week| week < day)).collect();
        Timeline { zone, start: midnight(zone, today), now, edges, weeks, week_of }
    }

    /// So many days from today, one by one.
    pub(crate) fn near(zone: IanaZone, now: DateTime<Utc>, days: i64) -> Timeline {
        let long = Timeline::new(zone, now, 2, NEAR);
        let count = days.clamp(1, NEAR) as usize;
        let (edges, week_of) = (long.edges[..=count].to_vec(), long.week_of[..count].to_vec());
        let weeks = long.weeks[..=week_of[count - 1]].to_vec();
        Timeline { edges, week_of, weeks, ..long }
    }

    /// How many days it is long.
    pub(crate) fn days(&self) -> i64 {
        (self.end() - self.edges[0]).num_days()
    }

    /// The day after the last.
    #[must_use]
    pub fn end(&self) -> NaiveDate {
        self.edges[self.edges.len() - 1]
    }

    /// How many buckets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.week_of.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.week_of.is_empty()
    }

    /// A moment in days from the start.
    pub(crate) fn day(&self, at: DateTime<Utc>) -> f64 {
        (at - self.start).num_seconds() as f64 / 86_400.0
    }

    /// The local date of a day.
    #[must_use]
    pub fn date_of(&self, day: f64) -> NaiveDate {
        date(self.zone, self.start + chrono::TimeDelta::seconds((day * 86_400.0) as i64))
    }

    /// The local days of a bucket.
    pub(crate) fn window(&self, bucket: usize) -> Window {
        self.of(self.edges[bucket], self.edges[bucket + 1])
    }

    /// From the first moment of one local day to that of another.
    pub(crate) fn of(&self, from: NaiveDate, to: NaiveDate) -> Window {
        Window { from: midnight(self.zone, from), to: midnight(self.zone, to) }
    }

    /// The first bucket of each week.
    #[must_use]
    pub fn first_of_week(&self, week: usize) -> usize {
        self.week_of.partition_point(|w| *w < week)
    }

    /// The buckets, each cut to when somebody works in it: its hours lie there and nowhere else.
    pub(crate) fn buckets(&self, working: &[Window]) -> Vec<Bucket> {
        let bucket = |n: usize| {
            let whole = self.window(n);
            let parts =
                intersect(working, &[Window { from: whole.from.max(self.now.min(whole.to)), to: whole.to }]);
            let from = parts.first().map_or(whole.from, |part| part.from);
            let to = parts.last().map_or(whole.to, |part| part.to);
            Bucket { from: Day(self.day(from)), to: Day(self.day(to)) }
        };
        (0..self.len()).map(bucket).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_near_and_weeks_further_out() {
        let now = "2026-10-21T05:00:00Z".parse().expect("RFC 3339");
        let line = Timeline::new(chrono_tz::Tz::Europe__Tallinn.into(), now, 3, 10);
        // A Wednesday; ten days reach Saturday, so the days go on to the Monday after.
        assert_eq!(line.edges[12].to_string(), "2026-11-02");
        assert_eq!(line.edges[13].to_string(), "2026-11-09");
        assert_eq!(line.end().to_string(), "2027-01-21");
        assert_eq!(line.weeks[0].to_string(), "2026-10-19");
        assert_eq!((line.week_of[4], line.week_of[5]), (0, 1));
        assert_eq!(line.first_of_week(1), 5);
    }

    #[test]
    fn a_bucket_is_cut_to_when_somebody_works() {
        let now = "2026-10-19T05:00:00Z".parse().expect("RFC 3339");
        let line = Timeline::new(IanaZone::UTC, now, 1, 1);
        let work = Window {
            from: "2026-10-19T09:00:00Z".parse().expect("RFC 3339"),
            to: "2026-10-19T17:00:00Z".parse().expect("RFC 3339"),
        };
        let bucket = line.buckets(&[work])[0];
        assert!((bucket.from.0 - 0.375).abs() < 1e-9 && (bucket.to.0 - 17.0 / 24.0).abs() < 1e-9);
    }
}
