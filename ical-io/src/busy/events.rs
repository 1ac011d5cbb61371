//! Busy time of events and of published busy time.

use std::collections::HashSet;

use chrono::{DateTime, Days, Utc};

use super::freebusy::FreeBusyType;
use crate::expand::{Instance, expand};
use crate::fault::{Fault, FaultCode};
use crate::model::{Calendar, Component, Property};
use crate::recur::local_time;
use crate::value::{Span, Stamp};
use crate::window::{Expansion, Window};
use crate::zone::{Zone, instant, utc};

/// A span of time in which somebody is busy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    /// Its start.
    pub start: DateTime<Utc>,
    /// Its end, after the start.
    pub end: DateTime<Utc>,
    /// The UID of what makes it busy.
    pub uid: Option<String>,
    /// The SUMMARY of what makes it busy.
    pub summary: Option<String>,
    /// Whether it is given in dates, not times.
    pub all_day: bool,
    /// Whether it is not yet certain: STATUS, the owner's PARTSTAT, FBTYPE or Outlook's status say tentative, or the
    /// owner has not answered.
    pub tentative: bool,
    /// Who is part of it: addresses in lower case without `mailto:`, the organizer included, those who declined
    /// left out.
    pub attendees: Vec<String>,
    /// X-PLOKK-TASK: the task this block was pinned for by hand.
    pub pinned_task: Option<String>,
}

/// The busy time of a calendar in a window, sorted by start. `owner` is the e-mail address of the person whose
/// calendar it is: what they declined or delegated is not busy. `floating` is as in [`events`](crate::events).
///
/// Not busy are also events with STATUS:CANCELLED, TRANSP:TRANSPARENT, Outlook's status FREE or WORKINGELSEWHERE,
/// events without length, everything in a VCALENDAR with METHOD:CANCEL, and FBTYPE=FREE. An all-day event whose end
/// is its own date is meant to last that day.
///
/// ```
/// use plokk_ical_io::{Window, Zone, busy, read};
///
/// let calendar = read(
///     b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261019T090000Z\nDTEND:20261019T100000Z\n\
///       ATTENDEE;PARTSTAT=DECLINED:mailto:Mari@example.org\nEND:VEVENT\nBEGIN:VFREEBUSY\n\
///       FREEBUSY:20261019T120000Z/PT30M\nEND:VFREEBUSY\nEND:VCALENDAR\n",
///     "mari.ics",
/// ).calendar;
/// let window = Window::new("2026-10-19T00:00:00Z".parse()?, "2026-10-20T00:00:00Z".parse()?);
/// let hers = busy(&calendar, window, &Zone::Floating, Some("mari@example.org")).items;
/// assert_eq!(hers.len(), 1);
/// assert_eq!(hers[0].end.to_rfc3339(), "2026-10-19T12:30:00+00:00");
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn busy(calendar: &Calendar, window: Window, floating: &Zone, owner: Option<&str>) -> Expansion<Busy> {
    let make = |pattern: &Busy, span: Window, all_day: bool| Busy {
        start: span.from,
        end: span.to,
        all_day,
        ..pattern.clone()
    };
    let Expansion { mut items, faults } = gather(calendar, window, floating, owner, make);
    items.retain(|busy| window.meets(busy.start, busy.end));
    items.sort_by_key(|busy| busy.start);
    Expansion { items, faults }
}

/// The spans of [`busy`] alone, in no order, and whether each is tentative: a long window has many of them.
pub(super) fn spans(
    calendar: &Calendar,
    window: Window,
    floating: &Zone,
    owner: Option<&str>,
) -> Expansion<(Window, bool)> {
    gather(calendar, window, floating, owner, |pattern, span, _| (span, pattern.tentative))
}

/// What `make` makes of every span of busy time: of what is said of it, the span, and whether it is given in dates.
fn gather<T>(
    calendar: &Calendar,
    window: Window,
    floating: &Zone,
    owner: Option<&str>,
    make: impl Fn(&Busy, Window, bool) -> T,
) -> Expansion<T> {
    let owner = owner.map(address);
    let cancelled = cancelled_parts(calendar);
    // An all-day event that ends on its own date has no length to expansion, and may begin a day before the window.
    let wider =
        Window { from: window.from.checked_sub_days(Days::new(1)).unwrap_or(window.from), to: window.to };
    let expanded = expand(calendar, "VEVENT", wider, floating);
    let mut faults = expanded.faults;
    let mut items: Vec<T> = Vec::with_capacity(expanded.instances.len());
    // The instances of a component come one after the other: what it says is looked up once.
    let mut last: Option<(&Component, Option<Busy>)> = None;
    for instance in &expanded.instances {
        let component = instance.component;
        if !last.as_ref().is_some_and(|(known, _)| std::ptr::eq(*known, component)) {
            let off = cancelled.contains(&std::ptr::from_ref(component));
            let uid = expanded.uids[instance.of as usize].as_ref();
            last = Some((component, if off { None } else { of_event(component, uid, owner.as_deref()) }));
        }
        if let Some((_, Some(pattern))) = &last
            && let Some(span) = span(instance, floating)
            && window.meets(span.from, span.to)
        {
            items.push(make(pattern, span, instance.all_day));
        }
    }
    for component in calendar.named("VFREEBUSY") {
        let mut published = Vec::new();
        of_free_busy(component, calendar.source(), &mut published, &mut faults);
        items.extend(
            published.iter().map(|busy| make(busy, Window { from: busy.start, to: busy.end }, false)),
        );
    }
    Expansion { items, faults }
}

/// The components of the VCALENDARs that call things off (RFC 5546 section 1.4).
fn cancelled_parts(calendar: &Calendar) -> HashSet<*const Component> {
    let mut parts = HashSet::new();
    for section in calendar.sections() {
        let own = calendar.properties().get(section.properties.clone()).unwrap_or_default();
        let method = own.iter().find(|property| property.is("METHOD"));
        if method.is_some_and(|method| method.raw_value().trim().eq_ignore_ascii_case("CANCEL")) {
            let components = calendar.components().get(section.components.clone()).unwrap_or_default();
            parts.extend(components.iter().map(std::ptr::from_ref));
        }
    }
    parts
}

/// When an instance takes time, if it does.
fn span(instance: &Instance<'_>, floating: &Zone) -> Option<Window> {
    let mut end = instance.end;
    if instance.all_day && instance.end == instance.start {
        let next = local_time(instance.local()).checked_add_days(Days::new(1))?;
        end = instant(next, floating).timestamp();
    }
    (instance.start < end).then(|| Window { from: utc(instance.start), to: utc(end) })
}

/// What an event says of every instance, if it takes its owner's time at all.
fn of_event(component: &Component, uid: &str, owner: Option<&str>) -> Option<Busy> {
    let certainty = certainty(component, owner)?;
    let attendees =
        component.properties().iter().filter(|property| property.is("ATTENDEE") || property.is("ORGANIZER"));
    let mut attendees: Vec<String> =
        attendees.filter(|property| !has_param(property, "PARTSTAT", "DECLINED")).map(address_of).collect();
    attendees.retain(|attendee| !attendee.is_empty());
    attendees.sort_unstable();
    attendees.dedup();
    Some(Busy {
        start: DateTime::UNIX_EPOCH,
        end: DateTime::UNIX_EPOCH,
        uid: Some(uid.to_owned()).filter(|uid| !uid.is_empty()),
        summary: component.text("SUMMARY").map(|text| text.into_owned()),
        all_day: false,
        tentative: certainty == Certainty::Tentative,
        attendees,
        pinned_task: component
            .text("X-PLOKK-TASK")
            .map(|text| text.trim().to_owned())
            .filter(|id| !id.is_empty()),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Certain,
    Tentative,
}

/// Whether an event takes its owner's time, and how certainly.
fn certainty(component: &Component, owner: Option<&str>) -> Option<Certainty> {
    let said =
        |name: &str| component.text(name).map(|text| text.trim().to_ascii_uppercase()).unwrap_or_default();
    let mut tentative = false;
    match said("STATUS").as_str() {
        "CANCELLED" => return None,
        "TENTATIVE" => tentative = true,
        _ => {}
    }
    if said("TRANSP") == "TRANSPARENT" {
        return None;
    }
    match said("X-MICROSOFT-CDO-BUSYSTATUS").as_str() {
        "FREE" | "WORKINGELSEWHERE" => return None,
        "TENTATIVE" => tentative = true,
        _ => {}
    }
    let hers =
        component.properties_named("ATTENDEE").find(|attendee| Some(address_of(attendee).as_str()) == owner);
    if let Some(attendee) = hers {
        let answer = attendee.param("PARTSTAT").map(|answer| answer.to_ascii_uppercase());
        match answer.as_deref() {
            Some("DECLINED" | "DELEGATED") => return None,
            Some("TENTATIVE") => tentative = true,
            // Who organizes a meeting need not answer.
            Some("NEEDS-ACTION") if !organizes(component, owner) => tentative = true,
            _ => {}
        }
    }
    Some(if tentative { Certainty::Tentative } else { Certainty::Certain })
}

fn organizes(component: &Component, owner: Option<&str>) -> bool {
    component.property("ORGANIZER").is_some_and(|organizer| Some(address_of(organizer).as_str()) == owner)
}

fn has_param(property: &Property, name: &str, value: &str) -> bool {
    property.param(name).is_some_and(|known| known.eq_ignore_ascii_case(value))
}

/// The address of a calendar user: of `mailto:`, else the EMAIL parameter (RFC 7986 section 6.2).
fn address_of(property: &Property) -> String {
    let value = property.raw_value().trim();
    let is_mail = value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    match property.param("EMAIL").filter(|_| !is_mail) {
        Some(email) => address(&email),
        None => address(value),
    }
}

fn address(text: &str) -> String {
    let text = text.trim().to_lowercase();
    text.strip_prefix("mailto:").map(|rest| rest.trim().to_owned()).unwrap_or(text)
}

/// The FREEBUSY periods of a VFREEBUSY (RFC 5545 section 3.8.2.6).
fn of_free_busy(component: &Component, source: &str, items: &mut Vec<Busy>, faults: &mut Vec<Fault>) {
    let uid = component.uid().map(|uid| uid.into_owned());
    for property in component.properties_named("FREEBUSY") {
        let kind = FreeBusyType::of(property);
        for text in property.raw_value().split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let Some(window) = period(text) else {
                let fault = Fault::new(
                    FaultCode::BadTime,
                    source,
                    format!("FREEBUSY {text} is no period of UTC times"),
                );
                faults.push(fault.at(property.line()).of(uid.as_deref()));
                continue;
            };
            if kind != FreeBusyType::Free && !window.is_empty() {
                items.push(Busy {
                    start: window.from,
                    end: window.to,
                    uid: uid.clone(),
                    summary: None,
                    all_day: false,
                    tentative: kind == FreeBusyType::BusyTentative,
                    attendees: Vec::new(),
                    pinned_task: None,
                });
            }
        }
    }
}

/// A PERIOD of UTC times (RFC 5545 section 3.3.9): start and end, or start and duration.
pub(super) fn period(text: &str) -> Option<Window> {
    let (start, end) = text.split_once('/')?;
    let from = Stamp::parse(start)?.local().and_utc();
    let to = match Stamp::parse(end) {
        Some(stamp) => stamp.local().and_utc(),
        None => from.checked_add_signed(Span::parse(end)?.exact())?,
    };
    Some(Window { from, to })
}
