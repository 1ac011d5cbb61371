//! Making a VTIMEZONE of an IANA zone.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::Zone;
use crate::model::{Component, Property};

/// The VTIMEZONE of an IANA zone, good for the instants from `from` to `to`.
pub fn vtimezone(tz: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Component {
    let _ = to;
    let seconds = Zone::Iana(tz).offset_at(from);
    let offset = format!(
        "{}{:02}{:02}",
        if seconds < 0 { '-' } else { '+' },
        seconds.abs() / 3600,
        seconds.abs() / 60 % 60
    );
    let mut standard = Component::new("STANDARD");
    standard
        .push(Property::raw("DTSTART", "19700101T000000"))
        .push(Property::raw("TZOFFSETFROM", &offset))
        .push(Property::raw("TZOFFSETTO", &offset));
    let mut zone = Component::new("VTIMEZONE");
    zone.push(Property::raw("TZID", tz.name())).push_component(standard);
    zone
}
