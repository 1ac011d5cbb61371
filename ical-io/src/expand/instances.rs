//! One component's instances in a window, with what its overrides make of them.

use std::sync::Arc;

use super::facts::moment;
use super::length::{Length, end};
use super::overrides::Overrides;
use super::series::Series;
use super::{INSTANCE_LIMIT, Instance, UNDER_WAY_LIMIT, ahead};
use crate::recur::civil::DAY;
use crate::recur::{Effort, Instances, Rule, until_bound};
use crate::window::Window;
use crate::zone::Zones;

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

impl<'a> Series<'_, 'a> {
    /// Makes the instances that meet the window.
    pub(super) fn instances(
        mut self,
        overrides: &Overrides<'a>,
        bounds: Bounds,
        zones: &mut Zones<'a>,
        budget: &mut Effort,
        out: &mut Vec<Instance<'a>>,
    ) -> Made {
        let given = budget.total;
        let mut made = Made { spent: 0, exhausted: false, too_many: false };
        let all_day = self.start.is_date();
        if !self.facts.recurs() && !overrides.move_others() {
            self.single(overrides, bounds, zones, out);
            return made;
        }
        let (from, to) = (bounds.from, bounds.to);
        let longest =
            self.dates.iter().filter_map(|date| date.length).chain([self.length]).map(Length::most).max();
        let reach = overrides.reach().saturating_add(2 * DAY);
        let low = from.saturating_sub(longest.unwrap_or(0)).saturating_sub(reach);
        // What begins at `reaching` or later can still be under way when the window begins.
        let reaching = low.saturating_add(2 * DAY);
        let high = to.saturating_add(reach);
        self.exclude_by_rules(low, high, zones, budget, &mut made);
        let span = Span { low, reaching, from, high };
        let candidates = self.candidates(span, zones, budget, &mut made);
        let first = out.len();
        for candidate in candidates {
            if self.excluded.hits(candidate.local, candidate.instant)
                || overrides.hits(candidate.local, candidate.instant, all_day)
            {
                continue;
            }
            let length = candidate.extra.and_then(|extra| self.dates[extra].length).unwrap_or(self.length);
            let mut instance = Instance {
                component: self.facts.component,
                of: self.of,
                recurs: true,
                all_day,
                start: candidate.instant,
                end: end(candidate.local, candidate.instant, length, self.start, zones),
                id: candidate.instant,
                offset: ahead(candidate.local, candidate.instant),
                id_offset: ahead(candidate.local, candidate.instant),
            };
            overrides.shift(&mut instance, zones);
            if bounds.meet(instance.start, instance.end) {
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
        overrides: &Overrides<'a>,
        bounds: Bounds,
        zones: &mut Zones<'_>,
        out: &mut Vec<Instance<'a>>,
    ) {
        let start = self.start.instant(zones);
        let end = end(self.start.local, start, self.length, self.start, zones);
        let all_day = self.start.is_date();
        // Work that is overdue or far ahead is still work.
        let whenever = self.facts.component.name() == "VTODO" && self.facts.recurrence_id.is_none();
        // EXDATE leaves instances of what recurs out (RFC 5545 section 3.8.5.1); what does not recur takes place.
        if !(whenever || bounds.meet(start, end)) || overrides.hits(self.start.local, start, all_day) {
            return;
        }
        let id = self.facts.recurrence_id.and_then(|id| moment(id, zones));
        let id_instant = id.map_or(start, |id| id.instant(zones));
        out.push(Instance {
            component: self.facts.component,
            of: self.of,
            recurs: id.is_some(),
            all_day,
            start,
            end,
            id: id_instant,
            offset: ahead(self.start.local, start),
            id_offset: id.map_or(0, |id| ahead(id.local, id_instant)),
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

    /// From when on a rule is followed: from the span's low, or later where [`UNDER_WAY_LIMIT`] instances and more begin
    /// between that and the window. To follow an event that lasts for centuries from its first instance on would be
    /// to make all of them for nothing.
    fn latest(&self, rule: &Arc<Rule>, span: Span, zones: &Zones<'_>, budget: &mut Effort) -> i64 {
        if rule.count.is_some() {
            // Only from its start on can it be counted.
            return span.low;
        }
        let mut back = rule.shortest_step().saturating_mul(UNDER_WAY_LIMIT as i64);
        loop {
            let low = span.from.saturating_sub(back);
            if low <= span.low {
                return span.low;
            }
            let mut instances = self.walk(rule, low, span.from - 2 * DAY, zones, *budget);
            let count = instances.by_ref().take(UNDER_WAY_LIMIT).count();
            budget.total = instances.remaining();
            if count == UNDER_WAY_LIMIT {
                return low;
            }
            back = back.saturating_mul(2);
        }
    }

    /// The recurrence set's starts that can meet the window, in order.
    fn candidates(
        &self,
        span: Span,
        zones: &mut Zones<'_>,
        budget: &mut Effort,
        made: &mut Made,
    ) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        let inside = |instant: i64| instant >= span.low && instant < span.high;
        for rule in &self.rules {
            let low = self.latest(rule, span, zones, budget);
            if low > span.low {
                let mut earlier = self.walk(rule, span.low, low, zones, *budget);
                let clock = zones.clock(self.start.zone);
                let skipped = earlier.by_ref().map(|local| clock.instant(local));
                made.too_many |= skipped.take_while(|at| *at < low).any(|at| at >= span.reaching);
                budget.total = earlier.remaining();
            }
            let mut instances = self.walk(rule, low, span.high, zones, *budget);
            let clock = zones.clock(self.start.zone);
            let first = candidates.len();
            for local in instances.by_ref() {
                let instant = clock.instant(local);
                if !inside(instant) {
                    continue;
                }
                candidates.push(Candidate { instant, local, extra: None });
                if instant < span.from && candidates.len() - first >= 2 * UNDER_WAY_LIMIT {
                    let mut dropped = candidates.drain(first..first + UNDER_WAY_LIMIT);
                    made.too_many |= dropped.next_back().is_some_and(|last| last.instant >= span.reaching);
                }
                if candidates.len() > 2 * INSTANCE_LIMIT {
                    made.too_many = true;
                    break;
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

/// Where candidates are looked for, in seconds since 1970.
#[derive(Clone, Copy)]
struct Span {
    low: i64,
    /// From here on they can last until the window begins.
    reaching: i64,
    /// Where the window begins.
    from: i64,
    high: i64,
}

/// A window in seconds since 1970: instances begin and end at whole seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    from: i64,
    /// Whether the window begins at a whole second.
    whole: bool,
    to: i64,
}

impl Bounds {
    pub(super) fn of(window: Window) -> Self {
        let up = i64::from(window.to.timestamp_subsec_nanos() > 0);
        Bounds {
            from: window.from.timestamp(),
            whole: window.from.timestamp_subsec_nanos() == 0,
            to: window.to.timestamp().saturating_add(up),
        }
    }

    /// From one whole second to before another.
    pub(super) fn between(from: i64, to: i64) -> Self {
        Bounds { from, whole: true, to }
    }

    /// Whether an instance has a time in the window, as [`Window::meets`] says; one that ends before it starts counts
    /// as its start.
    fn meet(&self, start: i64, end: i64) -> bool {
        start < self.to && (end.max(start) > self.from || (end <= start && start == self.from && self.whole))
    }
}
