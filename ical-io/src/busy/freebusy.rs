//! Free/busy lines (RFC 5545 section 3.8.2.6), VAVAILABILITY applied (RFC 7953 section 5).

use std::fmt;

use chrono::{DateTime, Utc};

use super::availability::{layers, paint};
use super::events::spans;
use super::spans::{difference, union};
use crate::model::{Calendar, Property};
use crate::window::{Expansion, Window};
use crate::zone::Zone;

/// FBTYPE (RFC 5545 section 3.2.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FreeBusyType {
    /// Free.
    Free,
    /// Busy, but not certainly.
    BusyTentative,
    /// Not available.
    BusyUnavailable,
    /// Busy.
    Busy,
}

impl FreeBusyType {
    /// The type of that name; one that is not known counts as BUSY (RFC 5545 section 3.2.9).
    pub(super) fn named(name: &str) -> Self {
        match name.trim().to_ascii_uppercase().as_str() {
            "FREE" => FreeBusyType::Free,
            "BUSY-TENTATIVE" => FreeBusyType::BusyTentative,
            "BUSY-UNAVAILABLE" => FreeBusyType::BusyUnavailable,
            _ => FreeBusyType::Busy,
        }
    }

    pub(super) fn of(property: &Property) -> Self {
        property.param("FBTYPE").map_or(FreeBusyType::Busy, |name| FreeBusyType::named(&name))
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            FreeBusyType::Free => "FREE",
            FreeBusyType::BusyTentative => "BUSY-TENTATIVE",
            FreeBusyType::BusyUnavailable => "BUSY-UNAVAILABLE",
            FreeBusyType::Busy => "BUSY",
        }
    }
}

/// A span that is not free. Displays as a FREEBUSY line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeBusy {
    /// What it is.
    pub kind: FreeBusyType,
    /// Its start.
    pub start: DateTime<Utc>,
    /// Its end.
    pub end: DateTime<Utc>,
}

impl fmt::Display for FreeBusy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FREEBUSY")?;
        if self.kind != FreeBusyType::Busy {
            write!(f, ";FBTYPE={}", self.kind.as_str())?;
        }
        write!(f, ":{}/{}", self.start.format("%Y%m%dT%H%M%SZ"), self.end.format("%Y%m%dT%H%M%SZ"))
    }
}

/// What of a window is not free by some calendars of one person, sorted and apart: their events and published busy
/// time over their availability. Where several things overlap, BUSY goes before BUSY-TENTATIVE, and both before what
/// a VAVAILABILITY says (RFC 7953 section 5). `owner` and `floating` are as in
/// [`busy`](crate::busy).
///
/// ```
/// use plokk_ical_io::{Window, Zone, freebusy, read};
///
/// let calendar = read(
///     b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261019T090000Z\nDTEND:20261019T100000Z\n\
///       STATUS:TENTATIVE\nEND:VEVENT\nEND:VCALENDAR\n",
///     "mari.ics",
/// ).calendar;
/// let window = Window::new("2026-10-19T09:30:00Z".parse()?, "2026-10-20T00:00:00Z".parse()?);
/// let lines = freebusy(&[&calendar], window, &Zone::Floating, None).items;
/// assert_eq!(lines[0].to_string(), "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261019T093000Z/20261019T100000Z");
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn freebusy(
    calendars: &[&Calendar],
    window: Window,
    floating: &Zone,
    owner: Option<&str>,
) -> Expansion<FreeBusy> {
    let mut faults = Vec::new();
    let (mut certain, mut tentative, mut base) = (Vec::new(), Vec::new(), Vec::new());
    for calendar in calendars {
        let expansion = spans(calendar, window, floating, owner);
        faults.extend(expansion.faults);
        for (span, is_tentative) in expansion.items {
            let spans = if is_tentative { &mut tentative } else { &mut certain };
            spans.extend(window.clip(span.from, span.to));
        }
        let (more, found) = layers(calendar, window, floating);
        base.extend(more);
        faults.extend(found);
    }
    let certain = union(certain);
    let tentative = difference(&union(tentative), &certain);
    let taken = union(certain.iter().chain(&tentative).copied().collect());
    let mut sets = vec![(FreeBusyType::Busy, certain), (FreeBusyType::BusyTentative, tentative)];
    sets.extend(paint(base).into_iter().map(|(kind, set)| (kind, difference(&set, &taken))));
    let mut items = Vec::new();
    for kind in [FreeBusyType::Busy, FreeBusyType::BusyUnavailable, FreeBusyType::BusyTentative] {
        let of_kind =
            sets.iter().filter(|(known, _)| *known == kind).flat_map(|(_, set)| set.iter().copied());
        items.extend(union(of_kind.collect()).iter().map(|span| FreeBusy {
            kind,
            start: span.from,
            end: span.to,
        }));
    }
    items.sort_by_key(|item| item.start);
    Expansion { items, faults }
}
