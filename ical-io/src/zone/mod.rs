//! Time zones.

mod generate;

pub use generate::vtimezone;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A time zone.
#[derive(Clone, Debug, PartialEq)]
pub enum Zone {
    /// A zone of the IANA time zone database.
    Iana(Tz),
    /// One offset, always.
    Fixed(FixedOffset),
    /// No zone: the time of whoever looks. Counts as UTC where nobody says otherwise.
    Floating,
}

impl Zone {
    /// UTC.
    pub const UTC: Zone = Zone::Iana(Tz::UTC);

    /// The zone of that name: IANA's, or Windows'.
    pub fn named(name: &str) -> Option<Zone> {
        name.parse().ok().map(Zone::Iana)
    }

    /// The IANA zone, where it is one.
    pub fn tz(&self) -> Option<Tz> {
        match self {
            Zone::Iana(tz) => Some(*tz),
            _ => None,
        }
    }

    /// The offset from UTC that local time has at an instant, in seconds east.
    pub fn offset_at(&self, at: DateTime<Utc>) -> i32 {
        match self {
            Zone::Iana(tz) => tz
                .offset_from_utc_datetime(&at.naive_utc())
                .fix()
                .local_minus_utc(),
            Zone::Fixed(offset) => offset.local_minus_utc(),
            Zone::Floating => 0,
        }
    }

    /// The local time at an instant.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let offset = TimeDelta::seconds(i64::from(self.offset_at(at)));
        at.naive_utc()
            .checked_add_signed(offset)
            .unwrap_or(at.naive_utc())
    }
}

impl From<Tz> for Zone {
    fn from(tz: Tz) -> Self {
        Zone::Iana(tz)
    }
}

/// The name of an IANA zone that is spelled most like this one.
pub fn nearest_zone(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    chrono_tz::TZ_VARIANTS
        .iter()
        .map(|tz| tz.name())
        .min_by_key(|known| distance(&name, &known.to_ascii_lowercase()))
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut left = i + 1;
        let mut corner = std::mem::replace(&mut row[0], left);
        for (j, cb) in b.iter().enumerate() {
            let up = row[j + 1];
            left = (corner + usize::from(ca != *cb)).min(left + 1).min(up + 1);
            corner = std::mem::replace(&mut row[j + 1], left);
        }
    }
    row[b.len()]
}

/// The instant of a local time (RFC 5545 section 3.3.5): the first of two where clocks go back; in the gap where
/// they go forward, by the offset before it.
pub fn instant(local: NaiveDateTime, zone: &Zone) -> DateTime<Utc> {
    let as_utc = local.and_utc();
    let day = TimeDelta::days(1);
    let before = zone.offset_at(as_utc.checked_sub_signed(day).unwrap_or(as_utc));
    let after = zone.offset_at(as_utc.checked_add_signed(day).unwrap_or(as_utc));
    let by = |offset: i32| {
        as_utc
            .checked_sub_signed(TimeDelta::seconds(i64::from(offset)))
            .unwrap_or(as_utc)
    };
    for offset in [before, after] {
        if zone.offset_at(by(offset)) == offset {
            return by(offset);
        }
    }
    by(before)
}
