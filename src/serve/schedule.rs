//! The nightly job inside the server, at a time of day on somebody's wall clock.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use plokk_ical_io::{IanaZone, Zone, instant};
use std::time::Duration;

/// The clock is looked at so often at least: computers sleep, and clocks are put right.
const LOOK: Duration = Duration::from_secs(30);

/// The next time after `now` at which a clock in the zone shows the time of day: the first of two where
/// clocks go back; where they skip it, as soon as they have.
fn next(now: DateTime<Utc>, time: NaiveTime, zone: IanaZone) -> DateTime<Utc> {
    let zone = Zone::from(zone);
    let today = zone.local(now).date();
    let days = (0..4).filter_map(|days| today.checked_add_days(Days::new(days)));
    let mut shown = days.filter_map(|day| {
        let local = day.and_time(time);
        // Where clocks skip the time, the first that they show after it.
        let steps = (0..=180).map(|minutes| local + TimeDelta::minutes(minutes));
        steps.map(|local| (local, instant(local, &zone))).find(|(local, at)| zone.local(*at) == *local)
    });
    shown.find(|(_, at)| *at > now).map(|(_, at)| at).unwrap_or(now + TimeDelta::days(1))
}

/// Runs a job every day at that time, for ever. `clock` tells the time.
pub(crate) async fn every_night<F: Future<Output = ()>>(
    time: NaiveTime,
    zone: IanaZone,
    clock: impl Fn() -> DateTime<Utc>,
    mut job: impl FnMut() -> F,
) {
    let mut due = next(clock(), time, zone);
    loop {
        while let Ok(left) = (due - clock()).to_std() {
            if left.is_zero() {
                break;
            }
            tokio::time::sleep(left.min(LOOK)).await;
        }
        job().await;
        due = next(clock(), time, zone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().expect("RFC 3339")
    }

    fn at(now: &str, time: &str) -> String {
        let time = NaiveTime::parse_from_str(time, "%H:%M").expect("a time of day");
        next(utc(now), time, chrono_tz::Tz::Europe__Tallinn.into()).to_rfc3339()
    }

    #[test]
    fn the_next_night_is_local() {
        assert_eq!(at("2026-10-19T00:00:00Z", "03:30"), "2026-10-19T00:30:00+00:00");
        assert_eq!(at("2026-10-19T00:30:00Z", "03:30"), "2026-10-20T00:30:00+00:00");
    }

    #[test]
    fn changes_of_the_clocks_skip_and_double_no_night() {
        // On 29 March 2026 clocks in Tallinn went from 03:00 to 04:00, on 25 October from 04:00 to 03:00.
        assert_eq!(at("2026-03-28T22:00:00Z", "03:30"), "2026-03-29T01:00:00+00:00");
        assert_eq!(at("2026-10-24T22:00:00Z", "03:30"), "2026-10-25T00:30:00+00:00");
        assert_eq!(at("2026-10-25T00:30:00Z", "03:30"), "2026-10-26T01:30:00+00:00");
    }

    #[tokio::test(start_paused = true)]
    async fn the_job_runs_once_a_night() {
        let (began, epoch) = (tokio::time::Instant::now(), utc("2026-10-24T12:00:00Z"));
        let clock = || epoch + TimeDelta::from_std(began.elapsed()).expect("a short time");
        let runs = RefCell::new(Vec::new());
        let job = || {
            runs.borrow_mut().push(clock().format("%dT%H:%M").to_string());
            async { tokio::time::sleep(Duration::from_secs(600)).await }
        };
        let time = NaiveTime::from_hms_opt(3, 0, 0).expect("a time of day");
        let _ = tokio::time::timeout(
            Duration::from_secs(3 * 86_400),
            every_night(time, chrono_tz::Tz::Europe__Tallinn.into(), clock, job),
        )
        .await;
        assert_eq!(*runs.borrow(), ["25T00:00", "26T01:00", "27T01:00"]);
    }
}
