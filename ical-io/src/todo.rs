//! Work: VTODO.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::model::Calendar;
use crate::occurrence::time;
use crate::value::{Span, Stamp};
use crate::window::{Expansion, Window};
use crate::zone::Zone;

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
    /// DUE, or DTSTART and DURATION.
    pub due: Option<When>,
    /// CREATED, else DTSTAMP.
    pub created: Option<DateTime<Utc>>,
    /// PRIORITY: 1 highest to 9 lowest, 0 undefined.
    pub priority: u8,
    /// ESTIMATED-DURATION, else a DURATION without DTSTART.
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

/// The VTODOs of a calendar: every instance of a recurring one that falls into the window, every other one once.
pub fn todos(calendar: &Calendar, window: Window, floating: &Zone) -> Expansion<Todo> {
    let _ = window;
    let items = calendar.named("VTODO").map(|c| {
        let when = |name: &str| {
            let property = c.property(name)?;
            match Stamp::parse(property.raw_value())? {
                Stamp::Date(date) => Some(When::Date(date)),
                _ => time(property, floating).map(|(at, _)| When::Instant(at)),
            }
        };
        Todo {
            uid: c.uid().unwrap_or_default().into_owned(),
            recurrence_id: None,
            summary: c.text("SUMMARY").unwrap_or_default().into_owned(),
            description: c.text("DESCRIPTION").map(|t| t.into_owned()),
            start: when("DTSTART"),
            due: when("DUE"),
            created: c
                .property("CREATED")
                .or(c.property("DTSTAMP"))
                .and_then(|p| time(p, floating))
                .map(|t| t.0),
            priority: c
                .text("PRIORITY")
                .and_then(|t| t.trim().parse().ok())
                .unwrap_or(0)
                .min(9),
            estimate: c
                .property("ESTIMATED-DURATION")
                .or(c.property("DURATION"))
                .and_then(|p| Span::parse(p.raw_value()))
                .map(Span::exact),
            percent: c
                .text("PERCENT-COMPLETE")
                .and_then(|t| t.trim().parse().ok())
                .unwrap_or(0)
                .min(100),
            status: match c.text("STATUS").as_deref().map(str::trim) {
                Some("COMPLETED") => TodoStatus::Completed,
                Some("IN-PROCESS") => TodoStatus::InProcess,
                Some("CANCELLED") => TodoStatus::Cancelled,
                _ => TodoStatus::NeedsAction,
            },
            categories: c
                .properties_named("CATEGORIES")
                .flat_map(|p| p.texts().map(|t| t.into_owned()).collect::<Vec<_>>())
                .collect(),
            after: c
                .properties_named("RELATED-TO")
                .filter(|p| {
                    p.param("RELTYPE")
                        .is_some_and(|t| t.eq_ignore_ascii_case("FINISHTOSTART"))
                })
                .map(|p| Link {
                    uid: p.unescaped().into_owned(),
                    reltype: RelType::FinishToStart,
                    gap: p
                        .param("GAP")
                        .and_then(|g| Span::parse(&g))
                        .map_or(TimeDelta::zero(), Span::exact),
                })
                .collect(),
            line: c.line(),
            component: c.clone(),
        }
    });
    Expansion {
        items: items.collect(),
        faults: Vec::new(),
    }
}
