//! RECURRENCE-ID: components that stand for instances of others (RFC 5545 section 3.8.4.4).

use super::facts::{Facts, Moment, moment};
use super::length::{Length, end, length};
use super::{Instance, ahead};
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

    /// What it overrides: the same for two revisions of one override.
    pub(super) fn key(&self) -> (i64, bool, bool) {
        (self.instant, self.id.is_date(), self.this_and_future)
    }

    /// The instant of its RECURRENCE-ID.
    pub(super) fn instant(&self) -> i64 {
        self.instant
    }

    /// Whether what it overrides is one of these: the same as [`Overrides::hits`], the other way round.
    pub(super) fn is_among(&self, starts: &Starts) -> bool {
        let has = |list: &[i64], at: i64| list.binary_search(&at).is_ok();
        if starts.all_day || self.id.is_date() {
            return has(&starts.days, self.id.local.div_euclid(DAY));
        }
        has(&starts.instants, self.instant)
            || (self.id.zone == Zones::FLOATING && has(&starts.locals, self.id.local))
    }
}

/// When some instances begin, made to be searched.
#[derive(Debug)]
pub(super) struct Starts {
    all_day: bool,
    days: Vec<i64>,
    locals: Vec<i64>,
    instants: Vec<i64>,
}

impl Starts {
    /// Those of one component's instances.
    pub(super) fn of(instances: &[Instance<'_>]) -> Self {
        let sorted = |of: fn(&Instance<'_>) -> i64| -> Vec<i64> {
            let mut all: Vec<i64> = instances.iter().map(of).collect();
            all.sort_unstable();
            all
        };
        Starts {
            all_day: instances.first().is_some_and(|instance| instance.all_day),
            days: sorted(|instance| instance.local().div_euclid(DAY)),
            locals: sorted(|instance| instance.local()),
            instants: sorted(|instance| instance.start),
        }
    }
}

/// All overrides of one UID, made to be searched.
#[derive(Debug, Default)]
pub(super) struct Overrides<'a> {
    /// Sorted by their own instances.
    futures: Vec<Future<'a>>,
    /// The ids as days, all of them and those that are dates; floating ids as local times; all else as instants.
    all_days: Vec<i64>,
    days: Vec<i64>,
    locals: Vec<i64>,
    instants: Vec<i64>,
}

impl<'a> Overrides<'a> {
    pub(super) fn of(
        overrides: impl Iterator<Item = Override>,
        all: &[(usize, Facts<'a>)],
        zones: &mut Zones<'_>,
    ) -> Self {
        let mut made = Overrides::default();
        for over in overrides {
            let day = over.id.local.div_euclid(DAY);
            made.all_days.push(day);
            if over.id.is_date() {
                made.days.push(day);
            } else {
                made.instants.push(over.instant);
            }
            if over.id.zone == Zones::FLOATING {
                made.locals.push(over.id.local);
            }
            if over.this_and_future {
                made.futures.push(Future::of(&over, &all[over.index].1, zones));
            }
        }
        for list in [&mut made.all_days, &mut made.days, &mut made.locals, &mut made.instants] {
            list.sort_unstable();
        }
        made.futures.sort_by_key(|future| future.instant);
        made
    }

    /// Whether an instance is overridden. A date stands for the instance of that day; a floating time is local to
    /// the instance; all else are instants, whatever zone they are written in.
    pub(super) fn hits(&self, local: i64, instant: i64, all_day: bool) -> bool {
        let has = |list: &[i64], at: i64| !list.is_empty() && list.binary_search(&at).is_ok();
        let day = local.div_euclid(DAY);
        if all_day {
            return has(&self.all_days, day);
        }
        has(&self.days, day) || has(&self.instants, instant) || has(&self.locals, local)
    }

    /// Whether any of them moves what follows it.
    pub(super) fn move_others(&self) -> bool {
        !self.futures.is_empty()
    }

    /// How far they may move an instance.
    pub(super) fn reach(&self) -> i64 {
        self.futures.iter().map(Future::reach).max().unwrap_or(0)
    }

    /// Makes of an instance what the last override of it and what follows says.
    pub(super) fn shift(&self, instance: &mut Instance<'a>, zones: &mut Zones<'_>) {
        let before = self.futures.partition_point(|future| future.instant <= instance.start);
        if let Some(future) = before.checked_sub(1).and_then(|at| self.futures.get(at)) {
            future.shift(instance, zones);
        }
    }
}

/// An override with RANGE=THISANDFUTURE: what it makes of the instances after its own (RFC 5545 section 3.2.13).
#[derive(Debug)]
struct Future<'a> {
    component: &'a Component,
    instant: i64,
    start: Moment,
    length: Length,
    /// How far it moves its own instance, in local time.
    moved: i64,
}

impl<'a> Future<'a> {
    fn of(over: &Override, facts: &Facts<'a>, zones: &mut Zones<'_>) -> Self {
        let start = facts.start.and_then(|start| moment(start, zones)).unwrap_or(over.id);
        let length = length(facts, start, zones, &mut |_, _, _| {});
        let own = zones.clock(start.zone).local(over.instant);
        Future { component: facts.component, instant: over.instant, start, length, moved: start.local - own }
    }

    fn reach(&self) -> i64 {
        self.moved.abs().saturating_add(self.length.most())
    }

    fn shift(&self, instance: &mut Instance<'a>, zones: &mut Zones<'_>) {
        instance.component = self.component;
        let clock = zones.clock(self.start.zone);
        let local = clock.local(instance.start).saturating_add(self.moved);
        instance.start = clock.instant(local);
        instance.offset = ahead(local, instance.start);
        instance.end = end(local, instance.start, self.length, self.start, zones);
        instance.all_day = self.start.is_date();
    }
}
