//! Components -> instances: recurrence sets with their overrides (RFC 5545 sections 3.8.4.4 and 3.8.5).

mod facts;
mod groups;
mod instances;
mod length;
mod overrides;
mod series;

use std::borrow::Cow;

use crate::fault::{Fault, FaultCode};
use crate::model::{Calendar, Component};
use crate::recur::Effort;
use crate::window::Window;
use crate::zone::{Zone, Zones};
pub(crate) use facts::{Facts, moment, of_type};
use groups::Groups;
use instances::Bounds;
use overrides::Overrides;
use series::Series;

/// How many instances of one component are made.
const INSTANCE_LIMIT: usize = 200_000;

/// How many instances of one rule may be under way together when a window begins; of more, as of an hourly event
/// that lasts a century, at least so many of the latest are made.
const UNDER_WAY_LIMIT: usize = 5_000;

/// How many components are fetched from memory at once.
const BATCH: usize = 32;

/// How many faults of one expansion are told one by one.
const FAULT_LIMIT: usize = 1_000;

/// How many periods of rules are looked at in one calendar.
const EFFORT: u64 = 60_000_000;

/// One instance, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instance<'a> {
    /// The component that describes it.
    pub(crate) component: &'a Component,
    /// Whose UID it has: an index of [`Expanded::uids`].
    pub(crate) of: u32,
    /// Whether it is one of several, or stands for one.
    pub(crate) recurs: bool,
    pub(crate) all_day: bool,
    pub(crate) start: i64,
    pub(crate) end: i64,
    /// The instant that the rule gives it.
    id: i64,
    /// How far local time is ahead of UTC, at the start and at `id`: kept instead of the local times, since there are
    /// many instances and memory is what they wait for.
    offset: i32,
    id_offset: i32,
}

impl Instance<'_> {
    /// Its start in local time.
    pub(crate) fn local(&self) -> i64 {
        self.start + i64::from(self.offset)
    }

    /// The instant that the rule gives it, where it recurs.
    pub(crate) fn recurrence_id(&self) -> Option<i64> {
        self.recurs.then_some(self.id)
    }

    /// The same in local time.
    pub(crate) fn local_id(&self) -> i64 {
        self.id + i64::from(self.id_offset)
    }
}

/// How far local time is ahead of UTC.
fn ahead(local: i64, instant: i64) -> i32 {
    // No zone is a day ahead: `Definition` and chrono see to that.
    i32::try_from(local - instant).unwrap_or(0)
}

/// All instances of the components of one kind, and what was wrong.
pub(crate) struct Expanded<'a> {
    pub(crate) instances: Vec<Instance<'a>>,
    /// The UIDs of all components; empty where there is none.
    pub(crate) uids: Vec<Cow<'a, str>>,
    pub(crate) faults: Vec<Fault>,
}

/// The instances of all components of that name that meet the window, in the order of the calendar; instances of
/// one component in the order of time.
pub(crate) fn expand<'a>(
    calendar: &'a Calendar,
    name: &str,
    window: Window,
    floating: &Zone,
) -> Expanded<'a> {
    let mut zones: Vec<Zones<'a>> =
        calendar.sections().iter().map(|section| Zones::new(calendar, section, floating)).collect();
    let mut faults = Vec::new();
    let mut all: Vec<(usize, Facts<'a>)> = Vec::new();
    for (at, section) in calendar.sections().iter().enumerate() {
        let components = calendar.components().get(section.components.clone()).unwrap_or_default();
        all.extend(components.iter().filter(|of| of.name() == name).map(|of| (at, Facts::of(of))));
    }
    let mut instances = Vec::new();
    expand_all(&all, window, &mut zones, &mut instances, &mut faults);
    for zones in zones {
        faults.extend(zones.faults);
    }
    faults.sort_by_key(|fault| fault.line);
    few(&mut faults, calendar.source());
    let uids = all.into_iter().map(|(_, facts)| facts.uid.unwrap_or_default()).collect();
    Expanded { instances, uids, faults }
}

/// Keeps as many faults as anybody reads, and says how many there are.
fn few(faults: &mut Vec<Fault>, source: &str) {
    if faults.len() > FAULT_LIMIT {
        let message = format!("and {} faults more like these", faults.len() - FAULT_LIMIT);
        let code = faults[FAULT_LIMIT].code;
        faults.truncate(FAULT_LIMIT);
        faults.push(Fault::new(code, source, message));
    }
}

/// What one component may cost of the effort that is left: something always, never all of it.
fn budget(effort: u64) -> Effort {
    Effort { total: effort.clamp(10_000, 20_000_000), ..Effort::default() }
}

/// Reads what says when some components are, all at once: one after the other, each would be waited for, since the
/// properties and the text of a large calendar lie far apart in memory.
fn fetch(components: &[(usize, Facts<'_>)]) {
    let said = components.iter().map(|(_, facts)| facts.said()).fold(0usize, usize::wrapping_add);
    std::hint::black_box(said);
}

/// The starts and ends of all instances of some components that stand together in another one.
pub(crate) fn expand_inner<'a>(
    components: &[&'a Component],
    window: Window,
    zones: &mut Zones<'a>,
) -> (Vec<(i64, i64)>, Vec<Fault>) {
    let all: Vec<_> = components.iter().map(|component| (0, Facts::of(component))).collect();
    let (mut instances, mut faults) = (Vec::new(), Vec::new());
    expand_all(&all, window, std::slice::from_mut(zones), &mut instances, &mut faults);
    (instances.iter().map(|instance| (instance.start, instance.end)).collect(), faults)
}

/// Expands components, each with the index of its zones.
fn expand_all<'a>(
    all: &[(usize, Facts<'a>)],
    window: Window,
    zones: &mut [Zones<'a>],
    instances: &mut Vec<Instance<'a>>,
    faults: &mut Vec<Fault>,
) {
    let (none, bounds, mut effort) = (Overrides::default(), Bounds::of(window), EFFORT);
    let groups = Groups::of(all, zones, &mut effort);
    for (index, (section, facts)) in all.iter().enumerate() {
        if index % BATCH == 0 {
            fetch(&all[index..all.len().min(index + BATCH)]);
        }
        if groups.dropped[index] {
            continue;
        }
        let zones = &mut zones[*section];
        let Some(series) = Series::of(facts, index as u32, zones, faults) else { continue };
        let overrides = match facts.recurrence_id {
            Some(_) => &none,
            None => groups.overrides.get(&(*section, facts.uid())).unwrap_or(&none),
        };
        let mut budget = budget(effort);
        let made = series.instances(overrides, bounds, zones, &mut budget, instances);
        effort = effort.saturating_sub(made.spent);
        let mut fault = |code, message: &str| {
            let fault = Fault::new(code, zones.source(), message).at(facts.component.line());
            faults.push(fault.of(facts.uid.as_deref()));
        };
        if made.exhausted {
            fault(FaultCode::RuleExhausted, "the search for the rule's instances was cut short");
        }
        if made.too_many {
            fault(FaultCode::TooManyInstances, "more instances in the window than are made");
        }
    }
}
