//! VAVAILABILITY (RFC 7953).

use chrono::{DateTime, Utc};

use super::freebusy::FreeBusyType;
use super::spans::{difference, intersection, union};
use crate::expand::{expand_inner, moment};
use crate::fault::{Fault, FaultCode};
use crate::model::{Calendar, Component};
use crate::value::Span;
use crate::window::Window;
use crate::zone::{Zone, Zones, utc};

/// When somebody is available, by their VAVAILABILITY components (RFC 7953).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Availability {
    /// Where a VAVAILABILITY applies: sorted, apart.
    pub governed: Vec<Window>,
    /// Where, inside that, they are available: sorted, apart.
    pub available: Vec<Window>,
}

/// The availability that a calendar's VAVAILABILITY components (RFC 7953) say for a window: of several, the one
/// with the higher PRIORITY (1 is the highest, 0 the lowest) counts where they overlap. Without any, both lists are
/// empty. `floating` is as in [`events`](crate::events).
///
/// ```
/// use plokk_ical_io::{Window, Zone, availability, read};
///
/// let calendar = read(
///     b"BEGIN:VCALENDAR\nBEGIN:VAVAILABILITY\nDTSTART:20261001T000000Z\nBEGIN:AVAILABLE\n\
///       DTSTART;TZID=Europe/Tallinn:20261001T090000\nDTEND;TZID=Europe/Tallinn:20261001T130000\n\
///       RRULE:FREQ=DAILY\nEND:AVAILABLE\nEND:VAVAILABILITY\nEND:VCALENDAR\n",
///     "mari.ics",
/// ).calendar;
/// let window = Window::new("2026-10-19T00:00:00Z".parse()?, "2026-10-20T00:00:00Z".parse()?);
/// let (hers, faults) = availability(&calendar, window, &Zone::Floating);
/// assert_eq!(hers.governed, [window]);
/// assert_eq!(hers.available, [Window::new("2026-10-19T06:00:00Z".parse()?, "2026-10-19T10:00:00Z".parse()?)]);
/// assert!(faults.is_empty());
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn availability(calendar: &Calendar, window: Window, floating: &Zone) -> (Availability, Vec<Fault>) {
    let (layers, faults) = layers(calendar, window, floating);
    let governed = union(layers.iter().map(|layer| layer.range).collect());
    let painted = paint(layers);
    let available =
        painted.into_iter().filter(|(kind, _)| *kind == FreeBusyType::Free).flat_map(|(_, set)| set);
    (Availability { governed, available: union(available.collect()) }, faults)
}

/// What one VAVAILABILITY says.
pub(super) struct Layer {
    priority: u8,
    range: Window,
    kind: FreeBusyType,
    available: Vec<Window>,
}

/// The VAVAILABILITY components that reach into a window.
pub(super) fn layers(calendar: &Calendar, window: Window, floating: &Zone) -> (Vec<Layer>, Vec<Fault>) {
    let mut faults = Vec::new();
    let mut layers = Vec::new();
    for section in calendar.sections() {
        let components = calendar.components().get(section.components.clone()).unwrap_or_default();
        for component in components.iter().filter(|component| component.name() == "VAVAILABILITY") {
            let mut zones = Zones::new(calendar, section, floating);
            let range = range(component, window, &mut zones, &mut faults);
            let Some(range) = range else { continue };
            let inner: Vec<&Component> =
                component.components().iter().filter(|part| part.name() == "AVAILABLE").collect();
            let (instances, more) = expand_inner(&inner, range, &mut zones);
            faults.extend(more);
            faults.append(&mut zones.faults);
            let spans = instances.iter().filter_map(|(start, end)| range.clip(utc(*start), utc(*end)));
            let number = component.text("PRIORITY").and_then(|text| text.trim().parse::<u8>().ok());
            layers.push(Layer {
                // 0, as no PRIORITY, is the lowest.
                priority: number.filter(|n| (1..=9).contains(n)).unwrap_or(10),
                range,
                kind: FreeBusyType::named(
                    component.text("BUSYTYPE").as_deref().unwrap_or("BUSY-UNAVAILABLE"),
                ),
                available: union(spans.collect()),
            });
        }
    }
    (layers, faults)
}

/// The part of the window that a VAVAILABILITY governs: from DTSTART, else ever, to DTEND or DURATION, else for ever.
fn range(
    component: &Component,
    window: Window,
    zones: &mut Zones<'_>,
    faults: &mut Vec<Fault>,
) -> Option<Window> {
    let source = zones.source();
    let mut time = |name: &str, zones: &mut Zones<'_>| -> Option<DateTime<Utc>> {
        let property = component.property(name)?;
        let found = moment(property, zones);
        if found.is_none() {
            let fault = Fault::new(FaultCode::BadTime, source, format!("{property} is no date or time"));
            faults.push(fault.at(property.line()).of(component.uid().as_deref()));
        }
        found.map(|moment| utc(moment.instant(zones)))
    };
    let start = time("DTSTART", zones);
    let end = time("DTEND", zones).or_else(|| {
        let length = Span::parse(component.property("DURATION")?.raw_value())?;
        start?.checked_add_signed(length.exact())
    });
    window.clip(start.unwrap_or(window.from), end.unwrap_or(window.to))
}

/// Lays the layers over each other, the lowest priority first; each instant ends up with what the highest says.
pub(super) fn paint(mut layers: Vec<Layer>) -> Vec<(FreeBusyType, Vec<Window>)> {
    layers.sort_by_key(|layer| std::cmp::Reverse(layer.priority));
    let mut painted: Vec<(FreeBusyType, Vec<Window>)> = Vec::new();
    for layer in layers {
        let range = [layer.range];
        for (_, set) in &mut painted {
            *set = difference(set, &range);
        }
        let busy = difference(&range, &layer.available);
        painted.push((layer.kind, busy));
        painted.push((FreeBusyType::Free, intersection(&range, &layer.available)));
    }
    painted
}
