//! Fast conversion between local time and instants, in seconds since 1970.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::{IanaZone, Zone, utc_seconds};

/// An instant of seconds since 1970; the nearest there is where that leaves the calendar.
pub(crate) fn utc(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or(match seconds < 0 {
        true => DateTime::<Utc>::MIN_UTC,
        false => DateTime::<Utc>::MAX_UTC,
    })
}

const DAY: i64 = 86_400;

/// [`utc`] for times that mostly come in order: a date is worked out once for all times of its day.
#[derive(Debug, Default)]
pub(crate) struct UtcDay {
    number: i64,
    date: NaiveDate,
}

impl UtcDay {
    /// An instant of seconds since 1970; the nearest there is where that leaves the calendar.
    pub(crate) fn utc(&mut self, seconds: i64) -> DateTime<Utc> {
        let of_day = seconds.saturating_sub(self.number * DAY);
        match NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(of_day).unwrap_or(u32::MAX), 0) {
            Some(time) => self.date.and_time(time).and_utc(),
            None => {
                let at = utc(seconds);
                *self = UtcDay { number: at.timestamp().div_euclid(DAY), date: at.date_naive() };
                at
            }
        }
    }
}

/// How far apart two equal offsets may lie for the same offset to be taken for granted between them. In the whole
/// of the IANA database no zone leaves an offset and returns to it within this time.
const STRIDE: i64 = 4 * DAY;

/// How far from a time that was asked for a span is followed.
const REACH: i64 = 300 * DAY;

/// A zone, and the spans of time for which its offset has been looked up.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    zone: Zone,
    /// Sorted, apart.
    spans: Vec<Span>,
    /// The one used last.
    last: Span,
}

/// The zone keeps `offset` from `from` to before `to`, in UTC.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: i64,
    to: i64,
    offset: i64,
}

impl Clock {
    pub(crate) fn new(zone: Zone) -> Self {
        let offset = match &zone {
            Zone::Floating => Some(0),
            Zone::Iana(zone) if *zone == IanaZone::UTC => Some(0),
            Zone::Fixed(offset) => Some(i64::from(offset.local_minus_utc())),
            _ => None,
        };
        let last = match offset {
            Some(offset) => Span { from: i64::MIN / 4, to: i64::MAX / 4, offset },
            None => Span { from: 0, to: 0, offset: 0 },
        };
        Clock { zone, spans: Vec::new(), last }
    }

    pub(crate) fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The instant of a local time (RFC 5545 section 3.3.5).
    pub(crate) fn instant(&mut self, local: i64) -> i64 {
        let guess = local - self.last.offset;
        // A day inside the span: no change of offset is near enough to touch this time.
        if guess - DAY >= self.last.from && guess + DAY < self.last.to {
            return guess;
        }
        let before = self.offset(local - DAY);
        let after = self.offset(local + DAY);
        if before == after {
            return local - before;
        }
        utc_seconds(local, |at| self.zone.offset_at(utc(at)))
    }

    /// The local time at an instant.
    pub(crate) fn local(&mut self, at: i64) -> i64 {
        at + self.offset(at)
    }

    fn offset(&mut self, at: i64) -> i64 {
        if at < self.last.from || at >= self.last.to {
            self.last = self.span(at);
        }
        self.last.offset
    }

    /// The span that an instant lies in, looked up where it is not known yet.
    fn span(&mut self, at: i64) -> Span {
        let next = self.spans.partition_point(|span| span.to <= at);
        if let Some(span) = self.spans.get(next)
            && span.from <= at
        {
            return *span;
        }
        let offset_at = |at: i64| i64::from(self.zone.offset_at(utc(at)));
        let offset = offset_at(at);
        let low = next.checked_sub(1).map_or(at - REACH, |before| self.spans[before].to.max(at - REACH));
        let high = self.spans.get(next).map_or(at + REACH, |after| after.from.min(at + REACH));
        let from = edge(at, low, -1, |at| offset_at(at) == offset);
        let to = edge(at, high, 1, |at| offset_at(at) == offset) + 1;
        let span = Span { from, to: to.min(high.max(at + 1)), offset };
        self.spans.insert(next, span);
        span
    }
}

/// The last time on the way from `start` to `limit` for which `same` holds without a break.
fn edge(start: i64, limit: i64, direction: i64, same: impl Fn(i64) -> bool) -> i64 {
    let (mut good, distance) = (start, (limit - start).abs());
    let bad = loop {
        let step = STRIDE.min(distance - (good - start).abs());
        if step <= 0 {
            return good;
        }
        let next = good + direction * step;
        if !same(next) {
            break next;
        }
        good = next;
    };
    let mut bad = bad;
    while (bad - good).abs() > 1 {
        let middle = good + (bad - good) / 2;
        if same(middle) { good = middle } else { bad = middle }
    }
    good
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::instant;

    #[test]
    fn a_day_kept_changes_no_instant() {
        let mut day = UtcDay::default();
        let around = |at: i64| (-3..=3).map(move |step| at.saturating_add(step));
        for at in
            [0, DAY, -DAY, 1_790_000_000, 1_790_035_200, -1, i64::MIN, i64::MAX, i64::MAX / 8, 0, 86_399]
                .into_iter()
                .flat_map(around)
        {
            assert_eq!(day.utc(at), utc(at), "{at}");
        }
    }

    #[test]
    fn is_the_same_as_looking_every_time_up() {
        for tz in ["Europe/Tallinn", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe", "UTC"] {
            let zone = Zone::named(tz).expect("a zone");
            let mut clock = Clock::new(zone.clone());
            for start in [1_400_000_000, 1_900_000_000, -900_000_000, 1_405_000_000] {
                for step in 0..12_000 {
                    let local = start + step * 7200 - step % 7;
                    let expected = instant(utc(local).naive_utc(), &zone).timestamp();
                    assert_eq!(clock.instant(local), expected, "{tz} {}", utc(local));
                    assert_eq!(clock.local(local), local + i64::from(zone.offset_at(utc(local))));
                }
            }
        }
    }
}
