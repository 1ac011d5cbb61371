//! Time zones: one type for IANA's, a feed's own, fixed offsets and floating time.

mod clock;
mod database;
mod definition;
mod generate;
mod iana;
mod names;
mod resolve;

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

pub(crate) use clock::{Clock, UtcDay, utc};
pub use database::{TzEdition, tz_edition, use_newer_tz};
pub use definition::Definition;
pub use generate::vtimezone;
pub use iana::{IanaZone, UnknownZone};
pub use names::nearest_zone;
pub(crate) use resolve::{ZoneId, Zones};

/// A time zone.
///
/// ```
/// use plokk_ical_io::{Zone, instant};
///
/// let berlin = Zone::named("W. Europe Standard Time").and_then(|zone| zone.iana());
/// assert_eq!(berlin, Some(chrono_tz::Europe::Berlin.into()));
/// let noon = "2026-10-26T12:00:00".parse()?;
/// assert_eq!(instant(noon, &chrono_tz::Europe::Tallinn.into()).to_rfc3339(), "2026-10-26T10:00:00+00:00");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Zone {
    /// A zone of the IANA time zone database.
    Iana(IanaZone),
    /// A zone that a feed defines with a VTIMEZONE.
    Defined(Arc<Definition>),
    /// One offset, always.
    Fixed(FixedOffset),
    /// No zone: the time of whoever looks. Counts as UTC where nobody says otherwise.
    Floating,
}

impl Zone {
    /// UTC.
    pub const UTC: Zone = Zone::Iana(IanaZone::UTC);

    /// The zone of that name: IANA's (case does not matter), Windows' ("FLE Standard Time", or the form
    /// "(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius"), an IANA name behind a vendor's prefix
    /// ("/freeassociation.sourceforge.net/Europe/Tallinn"), or a plain offset ("UTC+02:00").
    pub fn named(name: &str) -> Option<Zone> {
        names::named(name)
    }

    /// The IANA zone, where it is one.
    pub fn iana(&self) -> Option<IanaZone> {
        match self {
            Zone::Iana(zone) => Some(*zone),
            _ => None,
        }
    }

    /// The offset from UTC that local time has at an instant, in seconds east.
    pub fn offset_at(&self, at: DateTime<Utc>) -> i32 {
        match self {
            Zone::Floating => 0,
            Zone::Iana(zone) if *zone == IanaZone::UTC => 0,
            Zone::Iana(zone) => database::offset_at(*zone, at.timestamp()),
            Zone::Defined(definition) => definition.offset_at(at.timestamp()),
            Zone::Fixed(offset) => offset.local_minus_utc(),
        }
    }

    /// The local time at an instant.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let offset = TimeDelta::seconds(i64::from(self.offset_at(at)));
        at.naive_utc().checked_add_signed(offset).unwrap_or(at.naive_utc())
    }

    /// An instant with the offset that the zone has then, as RFC 3339 writes it.
    ///
    /// ```
    /// use plokk_ical_io::Zone;
    ///
    /// let tallinn = Zone::from(chrono_tz::Europe::Tallinn);
    /// assert_eq!(tallinn.shown("2026-10-19T06:00:00Z".parse()?).to_rfc3339(), "2026-10-19T09:00:00+03:00");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn shown(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        match FixedOffset::east_opt(self.offset_at(at)) {
            Some(offset) => at.with_timezone(&offset),
            None => at.fixed_offset(),
        }
    }
}

impl From<Tz> for Zone {
    fn from(tz: Tz) -> Self {
        Zone::Iana(tz.into())
    }
}

impl From<IanaZone> for Zone {
    fn from(zone: IanaZone) -> Self {
        Zone::Iana(zone)
    }
}

/// The instant of a local time (RFC 5545 section 3.3.5): the first of two where clocks go back; in the gap where
/// they go forward, by the offset before it.
///
/// ```
/// use plokk_ical_io::{Zone, instant};
///
/// let tallinn = Zone::from(chrono_tz::Europe::Tallinn);
/// let twice = instant("2026-10-25T03:30:00".parse()?, &tallinn);
/// assert_eq!(twice.to_rfc3339(), "2026-10-25T00:30:00+00:00"); // the first, still summer time
/// let never = instant("2026-03-29T03:30:00".parse()?, &tallinn);
/// assert_eq!(never.to_rfc3339(), "2026-03-29T01:30:00+00:00"); // by winter time
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn instant(local: NaiveDateTime, zone: &Zone) -> DateTime<Utc> {
    let utc = utc_seconds(local.and_utc().timestamp(), |at| zone.offset_at(clock::utc(at)));
    let fraction = TimeDelta::nanoseconds(i64::from(local.and_utc().timestamp_subsec_nanos()));
    clock::utc(utc).checked_add_signed(fraction).unwrap_or(clock::utc(utc))
}

/// The same in seconds since 1970, where `offset_at` says the offset at a UTC time.
fn utc_seconds(local: i64, offset_at: impl Fn(i64) -> i32) -> i64 {
    const DAY: i64 = 86_400;
    let before = i64::from(offset_at(local - DAY));
    let after = i64::from(offset_at(local + DAY));
    if before == after || i64::from(offset_at(local - before)) == before {
        return local - before;
    }
    if i64::from(offset_at(local - after)) == after {
        return local - after;
    }
    local - before
}
