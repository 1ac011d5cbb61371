//! One component's times, understood.

use std::sync::Arc;

use super::facts::{Facts, Moment, moment, of_type};
use super::length::{Length, length, shown};
use crate::fault::{Fault, FaultCode};
use crate::model::{Component, Property};
use crate::recur::Rule;
use crate::recur::civil::DAY;
use crate::value::{Span, Stamp};
use crate::zone::Zones;

/// A component with its times understood.
#[derive(Debug)]
pub(super) struct Series<'f, 'a> {
    pub(super) facts: &'f Facts<'a>,
    /// Its place among all components.
    pub(super) of: u32,
    pub(super) start: Moment,
    pub(super) length: Length,
    pub(super) rules: Vec<Arc<Rule>>,
    pub(super) excluding_rules: Vec<Arc<Rule>>,
    pub(super) dates: Vec<Extra>,
    pub(super) excluded: Excluded,
}

/// An instance of RDATE.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extra {
    pub(super) local: i64,
    pub(super) instant: i64,
    pub(super) length: Option<Length>,
}

/// What EXDATE leaves out. Dates stand for days, floating times are local to
/// the instance, all else are instants.
#[derive(Debug, Default)]
pub(super) struct Excluded {
    pub(super) days: Vec<i64>,
    pub(super) locals: Vec<i64>,
    pub(super) instants: Vec<i64>,
}

impl Excluded {
    pub(super) fn hits(&self, local: i64, instant: i64) -> bool {
        (!self.days.is_empty() && self.days.binary_search(&local.div_euclid(DAY)).is_ok())
            || (!self.locals.is_empty() && self.locals.binary_search(&local).is_ok())
            || (!self.instants.is_empty() && self.instants.binary_search(&instant).is_ok())
    }

    pub(super) fn sort(&mut self) {
        for list in [&mut self.days, &mut self.locals, &mut self.instants] {
            list.sort_unstable();
            list.dedup();
        }
    }
}

impl<'f, 'a> Series<'f, 'a> {
    /// Understands a component's times; `None`, and a fault, where it has no start.
    pub(super) fn of(
        facts: &'f Facts<'a>,
        of: u32,
        zones: &mut Zones<'a>,
        faults: &mut Vec<Fault>,
    ) -> Option<Self> {
        let source = zones.source();
        let component = facts.component;
        let mut fault = |code, line: u32, message: String| {
            faults.push(Fault::new(code, source, message).at(line).of(facts.uid.as_deref()));
        };
        let is_todo = component.name() == "VTODO";
        let anchor = facts.start.or(if is_todo { facts.end } else { None }).or(facts.recurrence_id);
        // What cancels one instance need not say when it was.
        let cancelled = facts.start.is_none() && facts.recurrence_id.is_some() && is_cancelled(component);
        let Some(property) = anchor.filter(|_| !cancelled) else {
            if !is_todo && !cancelled {
                let message = format!("{} without a DTSTART is left out", component.name());
                fault(FaultCode::MissingProperty, component.line(), message);
            }
            return None;
        };
        let Some(start) = moment(property, zones) else {
            let message =
                format!("{} is no date or time; the {} is left out", shown(property), component.name());
            fault(FaultCode::BadTime, property.line(), message);
            return None;
        };
        if Stamp::rolled_over(property.raw_value()) {
            let message = format!("{} is no day of its month; it counts as one of the next", shown(property));
            fault(FaultCode::BadTime, property.line(), message);
        }
        let length = length(facts, start, zones, &mut fault);
        let (recurs, recurrence) = (facts.recurrence_id.is_none(), facts.recurrence());
        let mut read = |properties: &[&Property]| -> Vec<Arc<Rule>> {
            let mut rules = Vec::new();
            for property in properties.iter().filter(|_| recurs) {
                let rule = property.raw_value().parse::<Rule>();
                match rule.and_then(|rule| rule.check_start(start.is_date()).map(|()| rule)) {
                    Ok(rule) => rules.push(Arc::new(rule)),
                    Err(error) => {
                        fault(FaultCode::BadRule, property.line(), format!("{}: {error}", shown(property)))
                    }
                }
            }
            rules
        };
        let rules = read(&recurrence.rules);
        let excluding_rules = read(&recurrence.excluding_rules);
        let mut series = Series {
            facts,
            of,
            start,
            length,
            rules,
            excluding_rules,
            dates: Vec::new(),
            excluded: Excluded::default(),
        };
        for property in recurrence.dates.iter().filter(|_| recurs) {
            series.read_dates(property, zones, &mut fault);
        }
        for property in recurrence.excluded.iter().filter(|_| recurs) {
            series.read_excluded(property, zones, &mut fault);
        }
        series.excluded.sort();
        Some(series)
    }

    /// Reads an RDATE: dates, times or periods.
    fn read_dates(
        &mut self,
        property: &Property,
        zones: &mut Zones<'_>,
        fault: &mut dyn FnMut(FaultCode, u32, String),
    ) {
        for text in property.raw_value().split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let (at, end) = text.split_once('/').map_or((text, None), |(at, end)| (at, Some(end)));
            let Some(stamp) = Stamp::parse(at) else {
                fault(
                    FaultCode::BadTime,
                    property.line(),
                    format!("RDATE {text} is no date, time or period"),
                );
                continue;
            };
            let (local, instant) = self.like_start(of_type(stamp, property), property, zones);
            let length = end.and_then(|end| match Stamp::parse(end) {
                Some(stamp) => {
                    Some(Length::Exact((self.like_start(stamp, property, zones).1 - instant).max(0)))
                }
                None => {
                    Span::parse(end).filter(|span| span.days >= 0 && span.seconds >= 0).map(Length::Nominal)
                }
            });
            self.dates.push(Extra { local, instant, length });
        }
    }

    /// A time of RDATE as a start: a date among times is at DTSTART's time of day, a time among dates is its date,
    /// a floating time is local to DTSTART.
    fn like_start(&self, stamp: Stamp, property: &Property, zones: &mut Zones<'_>) -> (i64, i64) {
        let given = Moment::new(
            stamp,
            if property.param("TZID").is_some() { zones.of(property) } else { self.start.zone },
        );
        let day = given.local.div_euclid(DAY) * DAY;
        if self.start.is_date() {
            return (day, zones.clock(self.start.zone).instant(day));
        }
        if given.is_date() {
            let local = day + self.start.local.rem_euclid(DAY);
            return (local, zones.clock(self.start.zone).instant(local));
        }
        let instant = given.instant(zones);
        (zones.clock(self.start.zone).local(instant), instant)
    }

    fn read_excluded(
        &mut self,
        property: &Property,
        zones: &mut Zones<'_>,
        fault: &mut dyn FnMut(FaultCode, u32, String),
    ) {
        for text in property.raw_value().split(',').map(str::trim).filter(|text| !text.is_empty()) {
            let Some(stamp) = Stamp::parse(text) else {
                fault(FaultCode::BadTime, property.line(), format!("EXDATE {text} is no date or time"));
                continue;
            };
            let moment = Moment::new(of_type(stamp, property), zones.of(property));
            if self.start.is_date() || moment.is_date() {
                self.excluded.days.push(moment.local.div_euclid(DAY));
            } else if moment.zone == Zones::FLOATING {
                self.excluded.locals.push(moment.local);
            } else {
                self.excluded.instants.push(moment.instant(zones));
            }
        }
    }
}

fn is_cancelled(component: &Component) -> bool {
    component.text("STATUS").is_some_and(|status| status.trim().eq_ignore_ascii_case("CANCELLED"))
}
