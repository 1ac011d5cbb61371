//! Property value types (RFC 5545 section 3.3): dates, times, durations, periods.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// A DATE or DATE-TIME as written, before any zone is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Stamp {
    Date(NaiveDate),
    /// A local time: its zone is the TZID's, or floating.
    Local(NaiveDateTime),
    Utc(NaiveDateTime),
}

impl Stamp {
    pub(crate) fn parse(text: &str) -> Option<Stamp> {
        let text = text.trim();
        let (date, rest) = digits_date(text.as_bytes())?;
        let time = match rest {
            // A date has no zone, whatever is written behind it.
            [] | [b'Z' | b'z'] => return Some(Stamp::Date(date)),
            [b'T' | b't' | b' ', time @ ..] => time,
            _ => return None,
        };
        let (time, rest) = digits_time(time)?;
        // 24:00 is the midnight that ends the day.
        let at = match time {
            Some(time) => date.and_time(time),
            None => date.succ_opt()?.and_time(NaiveTime::MIN),
        };
        match rest {
            [] => Some(Stamp::Local(at)),
            [b'Z' | b'z'] => Some(Stamp::Utc(at)),
            _ => None,
        }
    }

    /// Whether a value names a day that its month does not have.
    pub(crate) fn rolled_over(text: &str) -> bool {
        let Some((date, _)) = digits_date(text.trim().as_bytes()) else { return false };
        date.day() < 4 && !text.trim().replace('-', "").as_bytes()[6..8].starts_with(b"0")
    }

    /// Its date alone.
    pub(crate) fn to_date(self) -> Stamp {
        Stamp::Date(self.local().date())
    }

    /// The local time, midnight for a date.
    pub(crate) fn local(self) -> NaiveDateTime {
        match self {
            Stamp::Date(date) => date.and_time(NaiveTime::MIN),
            Stamp::Local(at) | Stamp::Utc(at) => at,
        }
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
}

/// YYYYMMDD or YYYY-MM-DD.
fn digits_date(text: &[u8]) -> Option<(NaiveDate, &[u8])> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day, rest) = match rest {
        [b'-', m1, m2, b'-', d1, d2, rest @ ..] | [m1, m2, d1, d2, rest @ ..] => {
            ([*m1, *m2], [*d1, *d2], rest)
        }
        _ => return None,
    };
    let (year, month, day) = (number(year)? as i32, number(&month)?, number(&day)?);
    let date = NaiveDate::from_ymd_opt(year, month, day).or_else(|| {
        // 31 June, as programs write it that count months alike, is the day after 30 June to every reader.
        let first = NaiveDate::from_ymd_opt(year, month, 1).filter(|_| (29..=31).contains(&day))?;
        first.checked_add_days(Days::new(u64::from(day - 1)))
    })?;
    Some((date, rest))
}

/// HHMMSS, HHMM, HH:MM:SS or HH:MM; `None` for 24:00; a leap second counts as the second before it (RFC 5545 section 3.3.12).
fn digits_time(text: &[u8]) -> Option<(Option<NaiveTime>, &[u8])> {
    let (hour, minute, second, rest) = match text {
        [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] => ([*h1, *h2], [*m1, *m2], [*s1, *s2], rest),
        [h1, h2, b':', m1, m2, rest @ ..] => ([*h1, *h2], [*m1, *m2], *b"00", rest),
        [h1, h2, m1, m2, s1, s2, rest @ ..] if s1.is_ascii_digit() => {
            ([*h1, *h2], [*m1, *m2], [*s1, *s2], rest)
        }
        [h1, h2, m1, m2, rest @ ..] => ([*h1, *h2], [*m1, *m2], *b"00", rest),
        _ => return None,
    };
    let (hour, minute, second) = (number(&hour)?, number(&minute)?, number(&second)?);
    if (hour, minute, second) == (24, 0, 0) {
        return Some((None, rest));
    }
    let second = if second == 60 { 59 } else { second };
    Some((Some(NaiveTime::from_hms_opt(hour, minute, second)?), rest))
}

/// A DURATION (RFC 5545 section 3.3.6): days and weeks count in local time, the rest in elapsed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) days: i64,
    pub(crate) seconds: i64,
}

impl Span {
    pub(crate) fn parse(text: &str) -> Option<Span> {
        let text = text.trim().to_ascii_uppercase();
        let (sign, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (-1, rest),
            [b'+', rest @ ..] => (1, rest),
            rest => (1, rest),
        };
        let [b'P', rest @ ..] = rest else { return None };
        let (mut days, mut seconds, mut in_time, mut parts) = (0i64, 0i64, false, 0);
        let mut value: Option<i64> = None;
        for b in rest {
            match b {
                b'0'..=b'9' => {
                    let sum = value.unwrap_or(0).checked_mul(10)?.checked_add(i64::from(b - b'0'))?;
                    value = Some(sum);
                }
                b'T' if !in_time && value.is_none() => in_time = true,
                unit => {
                    let count = value.take()?;
                    let (sum, factor) = match (unit, in_time) {
                        (b'W', _) => (&mut days, 7),
                        (b'D', _) => (&mut days, 1),
                        (b'H', true) => (&mut seconds, 3600),
                        (b'M', true) => (&mut seconds, 60),
                        (b'S', true) => (&mut seconds, 1),
                        _ => return None,
                    };
                    *sum = sum.checked_add(count.checked_mul(factor)?)?;
                    parts += 1;
                }
            }
        }
        // A million years: far beyond every date there is, and far below every overflow.
        let limit = 366_000_000;
        let fits = days <= limit && seconds <= limit * 86_400;
        (value.is_none() && parts > 0 && fits).then_some(Span { days: sign * days, seconds: sign * seconds })
    }

    /// The length where a day is 24 hours.
    pub(crate) fn exact(self) -> TimeDelta {
        TimeDelta::seconds(self.days * 86_400 + self.seconds)
    }
}
