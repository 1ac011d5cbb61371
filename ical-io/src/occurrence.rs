//! The occurrences of events.

use chrono::{DateTime, TimeDelta, Utc};

use crate::fault::{Fault, FaultCode};
use crate::model::{Calendar, Component, Property};
use crate::value::{Span, Stamp};
use crate::window::{Expansion, Window};
use crate::zone::{Zone, instant};

/// One instance of an event.
#[derive(Clone, Debug)]
pub struct Occurrence<'a> {
    /// The component that describes it: its master, or its override.
    pub component: &'a Component,
    /// The UID; of a component without one, empty.
    pub uid: String,
    /// Which instance of a recurring event it is: the time the rule gives it, whatever an override made of it.
    pub recurrence_id: Option<DateTime<Utc>>,
    /// Its start.
    pub start: DateTime<Utc>,
    /// Its end; never before the start.
    pub end: DateTime<Utc>,
    /// Whether it is given in dates, not times.
    pub all_day: bool,
}

/// The occurrences of all VEVENTs that have an instant in the window, sorted by start.
pub fn events<'a>(
    calendar: &'a Calendar,
    window: Window,
    floating: &Zone,
) -> Expansion<Occurrence<'a>> {
    let mut items = Vec::new();
    let mut faults = Vec::new();
    for component in calendar.named("VEVENT") {
        let uid = component.uid().unwrap_or_default().into_owned();
        let Some((start, all_day)) = component
            .property("DTSTART")
            .and_then(|p| time(p, floating))
        else {
            let message = "an event without a start is left out";
            let fault = Fault::new(FaultCode::MissingProperty, calendar.source(), message);
            faults.push(fault.at(component.line()).of(Some(&uid)));
            continue;
        };
        let end = match (component.property("DTEND"), component.property("DURATION")) {
            (Some(end), _) => time(end, floating).map(|(end, _)| end),
            (None, Some(d)) => Span::parse(d.raw_value()).map(|d| start + d.exact()),
            (None, None) if all_day => Some(start + TimeDelta::days(1)),
            (None, None) => None,
        };
        let end = end.unwrap_or(start).max(start);
        if window.meets(start, end) {
            items.push(Occurrence {
                component,
                uid,
                recurrence_id: None,
                start,
                end,
                all_day,
            });
        }
    }
    items.sort_by_key(|o| o.start);
    Expansion { items, faults }
}

pub(crate) fn time(property: &Property, floating: &Zone) -> Option<(DateTime<Utc>, bool)> {
    let stamp = Stamp::parse(property.raw_value())?;
    let zone = property.param("TZID").and_then(|tzid| Zone::named(&tzid));
    Some(match stamp {
        Stamp::Utc(at) => (at.and_utc(), false),
        Stamp::Date(_) => (instant(stamp.local(), floating), true),
        Stamp::Local(at) => (instant(at, zone.as_ref().unwrap_or(floating)), false),
    })
}
