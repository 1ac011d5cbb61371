//! The properties of a component that say when it is, found in one pass.

use std::borrow::Cow;

use crate::model::{Component, Property};
use crate::recur::seconds;
use crate::value::Stamp;
use crate::zone::{ZoneId, Zones};

/// What a component says about its time, not yet understood.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) component: &'a Component,
    pub(crate) uid: Option<Cow<'a, str>>,
    pub(crate) start: Option<&'a Property>,
    /// DTEND, or DUE of a VTODO.
    pub(crate) end: Option<&'a Property>,
    pub(crate) duration: Option<&'a Property>,
    pub(crate) recurrence_id: Option<&'a Property>,
    pub(crate) this_and_future: bool,
    pub(crate) sequence: i64,
    /// What most components have nothing of, kept apart so that they stay small.
    recurrence: Option<Box<Recurrence<'a>>>,
}

/// What a component says about its recurrence.
#[derive(Debug, Default)]
pub(crate) struct Recurrence<'a> {
    pub(crate) rules: Vec<&'a Property>,
    pub(crate) excluding_rules: Vec<&'a Property>,
    pub(crate) dates: Vec<&'a Property>,
    pub(crate) excluded: Vec<&'a Property>,
}

/// The recurrence of what does not recur.
static NONE: Recurrence<'static> =
    Recurrence { rules: Vec::new(), excluding_rules: Vec::new(), dates: Vec::new(), excluded: Vec::new() };

impl<'a> Facts<'a> {
    pub(crate) fn of(component: &'a Component) -> Self {
        let mut facts = Facts {
            component,
            uid: None,
            start: None,
            end: None,
            duration: None,
            recurrence_id: None,
            this_and_future: false,
            sequence: 0,
            recurrence: None,
        };
        for property in component.properties() {
            facts.take(property);
        }
        facts
    }

    fn take(&mut self, property: &'a Property) {
        let name = property.name();
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let first = |slot: &mut Option<&'a Property>| {
            slot.get_or_insert(property);
        };
        // Most properties are none of these: their length rules them out.
        match name.len() {
            3 if is("UID") && self.uid.is_none() => {
                self.uid = Some(property.unescaped()).filter(|uid| !uid.trim().is_empty());
            }
            3 if is("DUE") => first(&mut self.end),
            5 if is("DTEND") => first(&mut self.end),
            5 if is("RRULE") => self.recurrence_mut().rules.push(property),
            5 if is("RDATE") => self.recurrence_mut().dates.push(property),
            6 if is("EXDATE") => self.recurrence_mut().excluded.push(property),
            6 if is("EXRULE") => self.recurrence_mut().excluding_rules.push(property),
            7 if is("DTSTART") => first(&mut self.start),
            8 if is("DURATION") => first(&mut self.duration),
            8 if is("SEQUENCE") => self.sequence = property.raw_value().trim().parse().unwrap_or(0),
            13 if is("RECURRENCE-ID") && !property.raw_value().trim().is_empty() => {
                first(&mut self.recurrence_id);
                let range = property.param("RANGE");
                self.this_and_future |=
                    range.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"));
            }
            _ => {}
        }
    }

    /// How many bytes say when it is.
    pub(crate) fn said(&self) -> usize {
        let times = [self.start, self.end, self.recurrence().rules.first().copied()];
        times.iter().flatten().map(|property| property.raw_value().len()).sum()
    }

    /// The UID; empty where there is none.
    pub(crate) fn uid(&self) -> &str {
        self.uid.as_deref().unwrap_or_default()
    }

    /// Whether it says that it recurs.
    pub(crate) fn recurs(&self) -> bool {
        let recurrence = self.recurrence();
        !recurrence.rules.is_empty() || !recurrence.dates.is_empty()
    }

    /// What it says about its recurrence.
    pub(crate) fn recurrence(&self) -> &Recurrence<'a> {
        self.recurrence.as_deref().unwrap_or(&NONE)
    }

    fn recurrence_mut(&mut self) -> &mut Recurrence<'a> {
        self.recurrence.get_or_insert_default()
    }
}

/// A date or time with its zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) stamp: Stamp,
    pub(crate) zone: ZoneId,
    /// Local time in seconds since 1970: midnight of a date.
    pub(crate) local: i64,
}

impl Moment {
    pub(crate) fn new(stamp: Stamp, zone: ZoneId) -> Self {
        let zone = match stamp {
            Stamp::Date(_) => Zones::DATES,
            Stamp::Utc(_) => Zones::UTC,
            Stamp::Local(_) => zone,
        };
        Moment { stamp, zone, local: seconds(stamp.local()) }
    }

    pub(crate) fn is_date(&self) -> bool {
        matches!(self.stamp, Stamp::Date(_))
    }

    pub(crate) fn instant(&self, zones: &mut Zones<'_>) -> i64 {
        zones.clock(self.zone).instant(self.local)
    }
}

/// The date or time that a property says.
pub(crate) fn moment(property: &Property, zones: &mut Zones<'_>) -> Option<Moment> {
    let stamp = of_type(Stamp::parse(property.raw_value())?, property);
    Some(match stamp {
        Stamp::Local(_) => Moment::new(stamp, zones.of(property)),
        _ => Moment::new(stamp, Zones::FLOATING),
    })
}

/// A value as its VALUE parameter wants it: some exporters write midnight behind a date.
pub(crate) fn of_type(stamp: Stamp, property: &Property) -> Stamp {
    match stamp {
        Stamp::Date(_) => stamp,
        _ if property.param("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("DATE")) => stamp.to_date(),
        _ => stamp,
    }
}
