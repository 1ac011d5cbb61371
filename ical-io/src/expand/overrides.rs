//! RECURRENCE-ID: components that stand for instances of others (RFC 5545 section 3.8.4.4).

use super::Instance;
use super::facts::{Facts, Moment, moment};
use super::length::{Length, end, length};
use crate::model::Component;
use crate::recur::civil::DAY;
use crate::zone::Zones;

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
    pub(super) fn hits(&self, local: i64, instant: i64, all_day: bool) -> bool {
        if all_day || self.id.is_date() {
            return self.id.local.div_euclid(DAY) == local.div_euclid(DAY);
        }
        self.instant == instant || (self.id.zone == Zones::FLOATING && self.id.local == local)
    }
}

/// An override with RANGE=THISANDFUTURE: what it makes of the instances after its own (RFC 5545 section 3.2.13).
pub(super) struct Future<'a> {
    component: &'a Component,
    pub(super) instant: i64,
    start: Moment,
    length: Length,
    /// How far it moves its own instance, in local time.
    moved: i64,
}

impl<'a> Future<'a> {
    pub(super) fn all(
        overrides: &[Override],
        all: &[(usize, Facts<'a>)],
        zones: &mut Zones<'_>,
    ) -> Vec<Self> {
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

    pub(super) fn reach(&self) -> i64 {
        self.moved.abs().saturating_add(self.length.most())
    }

    pub(super) fn shift(&self, instance: &mut Instance<'a>, zones: &mut Zones<'_>) {
        instance.component = self.component;
        let clock = zones.clock(self.start.zone);
        instance.local = clock.local(instance.start).saturating_add(self.moved);
        instance.start = clock.instant(instance.local);
        instance.end = end(instance.local, instance.start, self.length, self.start, zones);
        instance.all_day = self.start.is_date();
    }
}
