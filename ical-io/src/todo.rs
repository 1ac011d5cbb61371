//! Work: VTODO.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::expand::{Instance, expand, of_type};
use crate::fault::{Fault, FaultCode};
use crate::model::{Calendar, Component, Property};
use crate::recur::{local_time, seconds};
use crate::value::{Span, Stamp};
use crate::window::{Expansion, Window};
use crate::zone::{Zone, utc};

/// A date, or an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// An instant.
    Instant(DateTime<Utc>),
    /// A date: which instants it means depends on whose day it is.
    Date(NaiveDate),
}

/// The STATUS of a VTODO (RFC 5545 section 3.8.1.11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TodoStatus {
    /// To be done; also where nothing is said.
    #[default]
    NeedsAction,
    /// Begun.
    InProcess,
    /// Done.
    Completed,
    /// Not to be done any more.
    Cancelled,
}

/// How two pieces of work hang together (RFC 9253 section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelType {
    /// This begins when the other is finished (and what DEPENDS-ON says).
    FinishToStart,
    /// This ends when the other ends.
    FinishToFinish,
    /// This ends when the other begins.
    StartToFinish,
    /// This begins when the other begins.
    StartToStart,
}

/// A RELATED-TO with a temporal RELTYPE (RFC 9253).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The UID of the other component.
    pub uid: String,
    /// What this one waits for.
    pub reltype: RelType,
    /// The time between; negative for a lead.
    pub gap: TimeDelta,
}

/// One instance of a VTODO.
#[derive(Clone, Debug, PartialEq)]
pub struct Todo {
    /// The UID; of a component without one, empty.
    pub uid: String,
    /// Which instance of a recurring VTODO it is: `20261019T060000Z`, or `20261019` for one given in dates.
    pub recurrence_id: Option<String>,
    /// SUMMARY; empty where there is none.
    pub summary: String,
    /// DESCRIPTION.
    pub description: Option<String>,
    /// DTSTART: not to be begun before.
    pub start: Option<When>,
    /// DUE. (A DURATION says how much work it is, not when it is due.)
    pub due: Option<When>,
    /// CREATED, else DTSTAMP.
    pub created: Option<DateTime<Utc>>,
    /// PRIORITY: 1 highest to 9 lowest, 0 undefined.
    pub priority: u8,
    /// ESTIMATED-DURATION, else DURATION.
    pub estimate: Option<TimeDelta>,
    /// PERCENT-COMPLETE, 0 to 100.
    pub percent: u8,
    /// STATUS; a COMPLETED property or 100 percent count as completed.
    pub status: TodoStatus,
    /// CATEGORIES, in their order.
    pub categories: Vec<String>,
    /// The temporal RELATED-TO.
    pub after: Vec<Link>,
    /// The line of its BEGIN in the source.
    pub line: u32,
    /// All its properties, for those that no field stands for.
    pub component: crate::Component,
}

/// The VTODOs of a calendar: every instance of a recurring one that falls into the window; all others once,
/// whenever they are. Of several with one UID (an export that says everything twice) the latest revision counts.
///
/// `floating` is as in [`events`](crate::events).
///
/// ```
/// use plokk_ical_io::{When, Window, Zone, read, todos};
///
/// let calendar = read(
///     b"BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:post\nSUMMARY:Post the video\nDUE;VALUE=DATE:20261019\n\
///       ESTIMATED-DURATION:PT90M\nRELATED-TO;RELTYPE=FINISHTOSTART;GAP=PT1H:cut\nEND:VTODO\nEND:VCALENDAR\n",
///     "acme.ics",
/// ).calendar;
/// let window = Window::new("2026-10-12T00:00:00Z".parse()?, "2026-10-27T00:00:00Z".parse()?);
/// let todo = &todos(&calendar, window, &Zone::Floating).items[0];
/// assert_eq!(todo.due, Some(When::Date("2026-10-19".parse()?)));
/// assert_eq!(todo.estimate.map(|estimate| estimate.num_minutes()), Some(90));
/// assert_eq!((todo.after[0].uid.as_str(), todo.after[0].gap.num_minutes()), ("cut", 60));
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn todos(calendar: &Calendar, window: Window, floating: &Zone) -> Expansion<Todo> {
    let expanded = expand(calendar, "VTODO", window, floating);
    let mut faults = expanded.faults;
    let mut items: Vec<Todo> = Vec::with_capacity(expanded.instances.len());
    // The instances of a component come one after the other: what it says is read, and what is wrong in it told, once.
    let mut last: Option<(&Component, Todo)> = None;
    for instance in &expanded.instances {
        let component = instance.component;
        if last.as_ref().is_none_or(|(known, _)| !std::ptr::eq(*known, component)) {
            last = Some((component, Todo::of(component, calendar.source(), &mut faults)));
        }
        items.extend(last.iter().map(|(_, todo)| todo.placed(instance)));
    }
    let undated = calendar.named("VTODO").filter(|component| {
        ["DTSTART", "DUE", "RECURRENCE-ID"].iter().all(|name| component.property(name).is_none())
    });
    items.extend(undated.map(|component| Todo::of(component, calendar.source(), &mut faults)));
    let mut latest: HashMap<(String, Option<String>), (u32, i64)> = HashMap::new();
    for todo in items.iter().filter(|todo| !todo.uid.is_empty()) {
        let line =
            latest.entry((todo.uid.clone(), todo.recurrence_id.clone())).or_insert((todo.line, i64::MIN));
        let revision = revision(&todo.component);
        if revision >= line.1 {
            *line = (todo.line, revision);
        }
    }
    items.retain(|todo| {
        let known = latest.get(&(todo.uid.clone(), todo.recurrence_id.clone()));
        known.is_none_or(|(line, _)| *line == todo.line)
    });
    items.sort_by_key(|todo| todo.line);
    Expansion { items, faults }
}

/// How late a revision of a component is.
fn revision(component: &Component) -> i64 {
    let number =
        |name: &str| component.text(name).and_then(|text| text.trim().parse::<i64>().ok()).unwrap_or(0);
    let time = |name: &str| component.property(name).and_then(|property| Stamp::parse(property.raw_value()));
    let changed = time("LAST-MODIFIED").or_else(|| time("DTSTAMP")).map_or(0, |stamp| seconds(stamp.local()));
    number("SEQUENCE").saturating_mul(1 << 40).saturating_add(changed)
}

impl Todo {
    /// All that does not hang on which instance it is.
    fn of(component: &Component, source: &str, faults: &mut Vec<Fault>) -> Todo {
        let uid = component.uid().unwrap_or_default().into_owned();
        let mut bad = |code, property: &Property, wanted: &str| {
            let message = format!("{}:{} is no {wanted}", property.name(), property.raw_value());
            faults.push(Fault::new(code, source, message).at(property.line()).of(Some(&uid)));
        };
        let mut number = |name: &str, most: u8| {
            let Some(property) = component.property(name) else { return 0 };
            match property.raw_value().trim().parse::<u8>() {
                Ok(number) if number <= most => number,
                _ => {
                    bad(FaultCode::BadValue, property, &format!("number from 0 to {most}"));
                    0
                }
            }
        };
        let (priority, percent) = (number("PRIORITY", 9), number("PERCENT-COMPLETE", 100));
        let mut estimate = None;
        for property in ["ESTIMATED-DURATION", "DURATION"].iter().filter_map(|name| component.property(name))
        {
            match Span::parse(property.raw_value()).map(Span::exact).filter(|span| *span >= TimeDelta::zero())
            {
                Some(span) => {
                    estimate.get_or_insert(span);
                }
                None => bad(FaultCode::BadDuration, property, "duration"),
            }
        }
        let mut after = Vec::new();
        for property in component.properties_named("RELATED-TO") {
            let Some(reltype) = property.param("RELTYPE").and_then(|name| RelType::named(&name)) else {
                continue;
            };
            let gap = match property.param("GAP").map(|gap| Span::parse(&gap)) {
                Some(None) => {
                    bad(FaultCode::BadDuration, property, "link with a GAP that is a duration");
                    TimeDelta::zero()
                }
                gap => gap.flatten().map_or(TimeDelta::zero(), Span::exact),
            };
            after.push(Link { uid: property.unescaped().trim().to_owned(), reltype, gap });
        }
        let created = ["CREATED", "DTSTAMP"].iter().find_map(|name| {
            let stamp = Stamp::parse(component.property(name)?.raw_value())?;
            Some(stamp.local().and_utc())
        });
        let categories = component
            .properties_named("CATEGORIES")
            .flat_map(|property| property.texts().map(|text| text.into_owned()).collect::<Vec<_>>());
        Todo {
            recurrence_id: None,
            summary: component.text("SUMMARY").unwrap_or_default().into_owned(),
            description: component.text("DESCRIPTION").map(|text| text.into_owned()),
            start: None,
            due: None,
            created,
            priority,
            estimate,
            percent,
            status: status(component, percent),
            categories: categories.collect(),
            after,
            line: component.line(),
            component: component.clone(),
            uid,
        }
    }

    /// The same where an instance is.
    fn placed(&self, instance: &Instance<'_>) -> Todo {
        let date = |local: i64| local_time(local).date();
        let stamp = |name: &str| {
            let property = self.component.property(name)?;
            Some(of_type(Stamp::parse(property.raw_value())?, property))
        };
        let at = match instance.all_day {
            true => When::Date(date(instance.local())),
            false => When::Instant(utc(instance.start)),
        };
        let (start, due) = (stamp("DTSTART"), stamp("DUE"));
        let due = match (start, due) {
            (None, Some(_)) => Some(at),
            (Some(start), Some(Stamp::Date(due))) => {
                Some(When::Date(date(instance.local()) + (due - start.local().date())))
            }
            (Some(_), Some(_)) => Some(When::Instant(utc(instance.end))),
            (_, None) => None,
        };
        let recurrence_id = instance.recurrence_id().map(|id| match instance.all_day {
            true => date(instance.local_id()).format("%Y%m%d").to_string(),
            false => utc(id).format("%Y%m%dT%H%M%SZ").to_string(),
        });
        Todo { start: start.map(|_| at), due, recurrence_id, ..self.clone() }
    }
}

fn status(component: &Component, percent: u8) -> TodoStatus {
    let said = component.text("STATUS").unwrap_or_default().trim().to_ascii_uppercase();
    match said.as_str() {
        "CANCELLED" => TodoStatus::Cancelled,
        "COMPLETED" => TodoStatus::Completed,
        _ if percent == 100 || component.property("COMPLETED").is_some() => TodoStatus::Completed,
        "IN-PROCESS" => TodoStatus::InProcess,
        _ => TodoStatus::NeedsAction,
    }
}

impl RelType {
    /// The temporal relation of that name; DEPENDS-ON is taken for FINISHTOSTART.
    fn named(name: &str) -> Option<RelType> {
        Some(match name.to_ascii_uppercase().as_str() {
            "FINISHTOSTART" | "DEPENDS-ON" => RelType::FinishToStart,
            "FINISHTOFINISH" => RelType::FinishToFinish,
            "STARTTOFINISH" => RelType::StartToFinish,
            "STARTTOSTART" => RelType::StartToStart,
            _ => return None,
        })
    }
}
