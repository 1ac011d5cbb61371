//! One component's recurrence set, with what its overrides make of it.

use std::sync::Arc;

use super::facts::{Facts, Moment, moment};
use super::{INSTANCE_LIMIT, Instance};
use crate::fault::{Fault, FaultCode};
use crate::model::{Component, Property};
use crate::recur::civil::DAY;
use crate::recur::{Effort, Instances, Rule, until_bound};
use crate::value::{Span, Stamp};
use crate::window::Window;
use crate::zone::{Zones, utc};

/// How long each instance lasts (RFC 5545 section 3.8.5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    /// Of DTEND or DUE: the same elapsed time for every instance.
    Exact(i64),
    /// Of DURATION, and of dates: days are local days.
    Nominal(Span),
}

impl Length {
    /// The longest that it can be, in seconds.
    fn most(self) -> i64 {
        match self {
            Length::Exact(seconds) => seconds.max(0),
            Length::Nominal(span) => span.days.max(0) * DAY + span.seconds + DAY,
        }
    }
}

/// A component with its times understood.
#[derive(Debug)]
pub(super) struct Series<'f, 'a> {
    facts: &'f Facts<'a>,
    start: Moment,
    length: Length,
    rules: Vec<Arc<Rule>>,
    excluding_rules: Vec<Arc<Rule>>,
    dates: Vec<Extra>,
    excluded: Excluded,
}

/// An instance of RDATE.
#[derive(Clone, Copy, Debug)]
struct Extra {
    local: i64,
    instant: i64,
    length: Option<Length>,
}

/// An override of one instance, or of that one and all after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Override {
    /// Its place among all components.
    pub(super) index: usize,
    id: Moment,
    instant: i64,
    this_and_future: bool,
}

impl Override {
    pub(super) fn new(index: usize, id: Moment, this_and_future: bool, zones: &mut Zones<'_>) -> Self {
        Override { index, id, instant: id.instant(zones), this_and_future }
    }

    /// Whether two components override the same.
    pub(super) fn same(&self, other: &Override) -> bool {
        self.instant == other.instant
            && self.id.is_date() == other.id.is_date()
            && self.this_and_future == other.this_and_future
    }

    /// Whether an instance is the one that is overridden. A date stands for the instance of that day; a floating
    /// time is local to the instance; all else are instants, whatever zone they are written in.
    fn hits(&self, local: i64, instant: i64, all_day: bool) -> bool {
        if all_day || self.id.is_date() {
            return self.id.local.div_euclid(DAY) == local.div_euclid(DAY);
        }
        self.instant == instant || (self.id.zone == Zones::FLOATING && self.id.local == local)
    }
}

/// What EXDATE leaves out. See [`Override::hits`].
#[derive(Debug, Default)]
struct Excluded {
    days: Vec<i64>,
    locals: Vec<i64>,
    instants: Vec<i64>,
}

impl Excluded {
    fn hits(&self, local: i64, instant: i64) -> bool {
        (!self.days.is_empty() && self.days.binary_search(&local.div_euclid(DAY)).is_ok())
            || (!self.locals.is_empty() && self.locals.binary_search(&local).is_ok())
            || (!self.instants.is_empty() && self.instants.binary_search(&instant).is_ok())
    }

    fn sort(&mut self) {
        for list in [&mut self.days, &mut self.locals, &mut self.instants] {
            list.sort_unstable();
            list.dedup();
        }
    }
}

/// What came of making instances.
pub(super) struct Made {
    pub(super) spent: u64,
    pub(super) exhausted: bool,
    pub(super) too_many: bool,
}

/// A candidate for an instance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    instant: i64,
    local: i64,
    /// Which RDATE it is of, where it has a length of its own.
    extra: Option<usize>,
}

impl<'f, 'a> Series<'f, 'a> {
    /// Understands a component's times; `None`, and a fault, where it has no start.
    pub(super) fn of(facts: &'f Facts<'a>, zones: &mut Zones<'a>, faults: &mut Vec<Fault>) -> Option<Self> {
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
        let recurs = facts.recurrence_id.is_none();
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
        let rules = read(&facts.rules);
        let excluding_rules = read(&facts.excluding_rules);
        let mut series = Series {
            facts,
            start,
            length,
            rules,
            excluding_rules,
            dates: Vec::new(),
            excluded: Excluded::default(),
        };
        for property in facts.dates.iter().filter(|_| recurs) {
            series.read_dates(property, zones, &mut fault);
        }
        for property in facts.excluded.iter().filter(|_| recurs) {
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
            let (local, instant) = self.like_start(stamp, property, zones);
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
            let moment = Moment::new(stamp, zones.of(property));
            if self.start.is_date() || moment.is_date() {
                self.excluded.days.push(moment.local.div_euclid(DAY));
            } else if moment.zone == Zones::FLOATING {
                self.excluded.locals.push(moment.local);
            } else {
                self.excluded.instants.push(moment.instant(zones));
            }
        }
    }

    /// Makes the instances that meet the window. `all` are the components that `overrides` points into.
    pub(super) fn instances(
        mut self,
        of: u32,
        overrides: &[Override],
        all: &[(usize, Facts<'a>)],
        window: Window,
        zones: &mut Zones<'a>,
        budget: &mut Effort,
        out: &mut Vec<Instance<'a>>,
    ) -> Made {
        let given = budget.total;
        let mut made = Made { spent: 0, exhausted: false, too_many: false };
        let future = Future::all(overrides, all, zones);
        let all_day = self.start.is_date();
        if !self.facts.recurs() && future.is_empty() {
            self.single(of, overrides, window, zones, out);
            return made;
        }
        let (from, to) = (window.from.timestamp(), window.to.timestamp());
        let longest =
            self.dates.iter().filter_map(|date| date.length).chain([self.length]).map(Length::most).max();
        let reach = future.iter().map(Future::reach).max().unwrap_or(0) + 2 * DAY;
        let low = from.saturating_sub(longest.unwrap_or(0)).saturating_sub(reach);
        let high = to.saturating_add(reach);
        self.exclude_by_rules(low, high, zones, budget, &mut made);
        let candidates = self.candidates(low, high, zones, budget, &mut made);
        let first = out.len();
        for candidate in candidates {
            if self.excluded.hits(candidate.local, candidate.instant)
                || overrides.iter().any(|over| over.hits(candidate.local, candidate.instant, all_day))
            {
                continue;
            }
            let length = candidate.extra.and_then(|extra| self.dates[extra].length).unwrap_or(self.length);
            let mut instance = Instance {
                component: self.facts.component,
                of,
                recurrence_id: Some(candidate.instant),
                start: candidate.instant,
                end: end(candidate.local, candidate.instant, length, self.start, zones),
                local: candidate.local,
                local_id: candidate.local,
                all_day,
            };
            if let Some(future) = future.iter().rev().find(|future| future.instant <= candidate.instant) {
                future.shift(&mut instance, zones);
            }
            if meets(window, instance.start, instance.end) {
                out.push(instance);
            }
            if out.len() - first >= INSTANCE_LIMIT {
                made.too_many = true;
                break;
            }
        }
        made.spent = given - budget.total;
        made
    }

    /// The one instance of a component that does not recur, or overrides one of another.
    fn single(
        &self,
        of: u32,
        overrides: &[Override],
        window: Window,
        zones: &mut Zones<'_>,
        out: &mut Vec<Instance<'a>>,
    ) {
        let start = self.start.instant(zones);
        let end = end(self.start.local, start, self.length, self.start, zones);
        let all_day = self.start.is_date();
        // Work that is overdue or far ahead is still work.
        let whenever = self.facts.component.name() == "VTODO" && self.facts.recurrence_id.is_none();
        if !(whenever || meets(window, start, end)) || self.excluded.hits(self.start.local, start) {
            return;
        }
        if overrides.iter().any(|over| over.hits(self.start.local, start, all_day)) {
            return;
        }
        let id = self.facts.recurrence_id.and_then(|id| moment(id, zones));
        out.push(Instance {
            component: self.facts.component,
            of,
            recurrence_id: id.map(|id| id.instant(zones)),
            start,
            end,
            local: self.start.local,
            local_id: id.map_or(self.start.local, |id| id.local),
            all_day,
        });
    }

    /// Puts what EXRULE makes with what EXDATE says.
    fn exclude_by_rules(
        &mut self,
        low: i64,
        high: i64,
        zones: &Zones<'_>,
        budget: &mut Effort,
        made: &mut Made,
    ) {
        for rule in &self.excluding_rules {
            let mut instances = self.walk(rule, low, high, zones, *budget);
            self.excluded.locals.extend(instances.by_ref().take(INSTANCE_LIMIT));
            budget.total = instances.remaining();
            made.exhausted |= instances.exhausted();
        }
        if !self.excluding_rules.is_empty() {
            self.excluded.sort();
        }
    }

    fn walk(&self, rule: &Arc<Rule>, low: i64, high: i64, zones: &Zones<'_>, effort: Effort) -> Instances {
        let zone = zones.zone(self.start.zone);
        let until = rule.until.map(|until| until_bound(until, self.start.is_date(), zone));
        let high = high.saturating_add(DAY);
        let until = Some(until.unwrap_or(high).min(high));
        let mut instances =
            Instances::new(Arc::clone(rule), self.start.local, until, self.start.is_date(), effort);
        instances.seek(low.saturating_sub(DAY));
        instances
    }

    /// The recurrence set's starts that can meet the window, in order.
    fn candidates(
        &self,
        low: i64,
        high: i64,
        zones: &mut Zones<'_>,
        budget: &mut Effort,
        made: &mut Made,
    ) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        let inside = |instant: i64| instant >= low && instant < high;
        for rule in &self.rules {
            let mut instances = self.walk(rule, low, high, zones, *budget);
            let clock = zones.clock(self.start.zone);
            for local in instances.by_ref() {
                let instant = clock.instant(local);
                if inside(instant) {
                    candidates.push(Candidate { instant, local, extra: None });
                    if candidates.len() > 2 * INSTANCE_LIMIT {
                        made.too_many = true;
                        break;
                    }
                }
            }
            budget.total = instances.remaining();
            made.exhausted |= instances.exhausted();
        }
        // DTSTART is an instance where no rule says which there are. A DTSTART that its own rule does not make is
        // none: RFC 5545 section 3.8.5.3 leaves that open, and so the other readers do it.
        let start = self.start.instant(zones);
        if inside(start)
            && self.rules.is_empty()
            && candidates.first().is_none_or(|first| first.instant != start)
        {
            candidates.insert(0, Candidate { instant: start, local: self.start.local, extra: None });
        }
        for (extra, date) in self.dates.iter().enumerate().filter(|(_, date)| inside(date.instant)) {
            let extra = date.length.map(|_| extra);
            candidates.push(Candidate { instant: date.instant, local: date.local, extra });
        }
        if !candidates.is_sorted_by(|a, b| a.instant < b.instant) {
            // A period says more than a start of the same time: it comes last, and the last one stays.
            candidates.sort_unstable_by_key(|c| (c.instant, std::cmp::Reverse(c.extra)));
            candidates.dedup_by_key(|candidate| candidate.instant);
        }
        candidates
    }
}

/// An override with RANGE=THISANDFUTURE: what it makes of the instances after its own (RFC 5545 section 3.2.13).
struct Future<'a> {
    component: &'a Component,
    instant: i64,
    start: Moment,
    length: Length,
    /// How far it moves its own instance, in local time.
    moved: i64,
}

impl<'a> Future<'a> {
    fn all(overrides: &[Override], all: &[(usize, Facts<'a>)], zones: &mut Zones<'_>) -> Vec<Self> {
        let mut futures = Vec::new();
        for over in overrides.iter().filter(|over| over.this_and_future) {
            let facts = &all[over.index].1;
            let start = facts.start.and_then(|start| moment(start, zones)).unwrap_or(over.id);
            let length = length(facts, start, zones, &mut |_, _, _| {});
            let own = zones.clock(start.zone).local(over.instant);
            let (instant, component) = (over.instant, facts.component);
            futures.push(Future { component, instant, start, length, moved: start.local - own });
        }
        futures.sort_by_key(|future| future.instant);
        futures
    }

    fn reach(&self) -> i64 {
        self.moved.abs().saturating_add(self.length.most())
    }

    fn shift(&self, instance: &mut Instance<'a>, zones: &mut Zones<'_>) {
        instance.component = self.component;
        let clock = zones.clock(self.start.zone);
        instance.local = clock.local(instance.start).saturating_add(self.moved);
        instance.start = clock.instant(instance.local);
        instance.end = end(instance.local, instance.start, self.length, self.start, zones);
        instance.all_day = self.start.is_date();
    }
}

/// Whether an instance meets the window; one that ends before it starts counts as its start.
fn meets(window: Window, start: i64, end: i64) -> bool {
    window.meets(utc(start), utc(end.max(start)))
}

/// When an instance ends.
fn end(local: i64, instant: i64, length: Length, start: Moment, zones: &mut Zones<'_>) -> i64 {
    match length {
        Length::Exact(seconds) => instant.saturating_add(seconds),
        Length::Nominal(Span { days: 0, seconds }) => instant.saturating_add(seconds),
        Length::Nominal(Span { days, seconds }) => {
            zones.clock(start.zone).instant(local.saturating_add(days * DAY)).saturating_add(seconds)
        }
    }
}

/// How long the instances of a component last: DTEND or DUE, else DURATION, else a day for a date and nothing for
/// a time (RFC 5545 section 3.6.1).
fn length(
    facts: &Facts<'_>,
    start: Moment,
    zones: &mut Zones<'_>,
    fault: &mut dyn FnMut(FaultCode, u32, String),
) -> Length {
    let default = Length::Nominal(Span { days: i64::from(start.is_date()), seconds: 0 });
    if let Some(property) = facts.end.filter(|_| facts.start.is_some()) {
        let Some(end) = moment(property, zones) else {
            fault(FaultCode::BadTime, property.line(), format!("{} is no date or time", shown(property)));
            return default;
        };
        // An end without a zone is in the zone of its start.
        let in_zone_of_start =
            end.zone == Zones::FLOATING && !start.is_date() && property.param("TZID").is_none();
        let end = if in_zone_of_start { Moment { zone: start.zone, ..end } } else { end };
        let length = if start.is_date() && end.is_date() {
            Length::Nominal(Span { days: (end.local - start.local) / DAY, seconds: 0 })
        } else {
            Length::Exact(end.instant(zones) - start.instant(zones))
        };
        if matches!(length, Length::Exact(..0) | Length::Nominal(Span { days: ..0, .. })) {
            fault(
                FaultCode::EndBeforeStart,
                property.line(),
                format!("{} is before the start", shown(property)),
            );
        }
        return length;
    }
    let Some(property) = facts.duration.filter(|_| facts.start.is_some()) else { return default };
    match Span::parse(property.raw_value()) {
        Some(span) if span.days < 0 || span.seconds < 0 => {
            fault(FaultCode::EndBeforeStart, property.line(), format!("{} is negative", shown(property)));
            default
        }
        // A date lasts whole days.
        Some(span) if start.is_date() => {
            let days = span.days + span.seconds.div_euclid(DAY) + i64::from(span.seconds % DAY > 0);
            Length::Nominal(Span { days, seconds: 0 })
        }
        Some(span) => Length::Nominal(span),
        None => {
            fault(FaultCode::BadDuration, property.line(), format!("{} is no duration", shown(property)));
            default
        }
    }
}

fn is_cancelled(component: &Component) -> bool {
    component.text("STATUS").is_some_and(|status| status.trim().eq_ignore_ascii_case("CANCELLED"))
}

/// A property for a message: not longer than a line.
fn shown(property: &Property) -> String {
    property.content_line().chars().take(80).collect()
}
