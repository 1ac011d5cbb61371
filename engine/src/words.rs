//! Times and lengths as people read them.

use chrono::{DateTime, TimeDelta, Utc};
use plokk_ical_io::{IanaZone, Zone};

/// A length of time: `1h 30m`, `45m`, `12h`; lengths are in whole minutes, `0m` is nothing.
///
/// ```
/// use chrono::TimeDelta;
/// use plokk_engine::words;
/// assert_eq!(words::length(TimeDelta::minutes(90)), "1h 30m");
/// assert_eq!(words::length(TimeDelta::hours(12)), "12h");
/// assert_eq!(words::length(TimeDelta::zero()), "0m");
/// ```
#[must_use]
pub fn length(length: TimeDelta) -> String {
    let minutes = length.num_minutes();
    let sign = if minutes < 0 { "-" } else { "" };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    match (hours, minutes) {
        (0, minutes) => format!("{sign}{minutes}m"),
        (hours, 0) => format!("{sign}{hours}h"),
        (hours, minutes) => format!("{sign}{hours}h {minutes}m"),
    }
}

/// An instant on somebody's wall clock: `Mon 2026-10-19 09:00`.
///
/// ```
/// use plokk_engine::words;
/// let instant = "2026-10-19T06:00:00Z".parse()?;
/// assert_eq!(words::moment(instant, chrono_tz::Europe::Tallinn.into()), "Mon 2026-10-19 09:00");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn moment(instant: DateTime<Utc>, zone: IanaZone) -> String {
    Zone::Iana(zone).local(instant).format("%a %Y-%m-%d %H:%M").to_string()
}

/// `word` for one, with an `s` for any other number: `1 block`, `3 blocks`.
///
/// ```
/// assert_eq!(plokk_engine::words::count(1, "block"), "1 block");
/// assert_eq!(plokk_engine::words::count(0, "block"), "0 blocks");
/// ```
#[must_use]
pub fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
