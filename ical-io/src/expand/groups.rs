//! Which components belong together, and which of them a later revision stands for.

use std::collections::{BTreeMap, HashMap};

use super::facts::{Facts, moment};
use super::instances::Bounds;
use super::overrides::{Override, Overrides, Starts};
use super::series::Series;
use super::{Instance, budget};
use crate::recur::civil::DAY;
use crate::zone::Zones;

/// A VCALENDAR of the stream, and a UID in it.
pub(super) type Key<'a> = (usize, &'a str);

/// Which components belong together: those of one UID in one VCALENDAR. (Several VCALENDARs of a stream are
/// objects of their own, RFC 5545 section 3.4.)
pub(super) struct Groups<'a, 'b> {
    /// The overrides of each UID in each VCALENDAR.
    pub(super) overrides: HashMap<Key<'a>, Overrides<'b>>,
    /// Which components a later revision stands for.
    pub(super) dropped: Vec<bool>,
}

impl<'a, 'b: 'a> Groups<'a, 'b> {
    pub(super) fn of(all: &'a [(usize, Facts<'b>)], zones: &mut [Zones<'b>], effort: &mut u64) -> Self {
        let mut dropped = vec![false; all.len()];
        let mut masters: HashMap<Key<'_>, usize> = HashMap::with_capacity(all.len());
        // In an order of its own, so that faults come out the same every time.
        let mut found: BTreeMap<Key<'_>, BTreeMap<_, Override>> = BTreeMap::new();
        for (index, (section, facts)) in
            all.iter().enumerate().filter(|(_, (_, facts))| !facts.uid().is_empty())
        {
            let key = (*section, facts.uid());
            let Some(id) = facts.recurrence_id else {
                // Of two masters the lower SEQUENCE is the older revision. Exchange also writes several series of
                // one UID and one SEQUENCE: they all count.
                let master = masters.entry(key).or_insert(index);
                dropped[*master] |= all[*master].1.sequence < facts.sequence;
                dropped[index] = all[*master].1.sequence > facts.sequence;
                if !dropped[index] {
                    *master = index;
                }
                continue;
            };
            let zones = &mut zones[*section];
            let Some(id) = moment(id, zones) else { continue };
            let new = Override::new(index, id, facts.this_and_future, zones);
            // Of two revisions of an override the later one counts.
            let of_uid = found.entry(key).or_default();
            match of_uid.get(&new.key()) {
                Some(old) if all[old.index].1.sequence > facts.sequence => dropped[index] = true,
                old => {
                    if let Some(old) = old {
                        dropped[old.index] = true;
                    }
                    of_uid.insert(new.key(), new);
                }
            }
        }
        for (key, of_uid) in &mut found {
            let Some(master) = masters.get(key).map(|at| &all[*at].1) else { continue };
            let old: Vec<Override> =
                of_uid.values().filter(|of| all[of.index].1.sequence < master.sequence).copied().collect();
            for stale in stale(master, old, &mut zones[key.0], effort) {
                dropped[stale.index] = true;
                of_uid.remove(&stale.key());
            }
        }
        let overrides = found
            .into_iter()
            .map(|(key, of_uid)| (key, Overrides::of(of_uid.into_values(), all, &mut zones[key.0])));
        Groups { overrides: overrides.collect(), dropped }
    }
}

/// Those of a master's overrides of a lower SEQUENCE whose instance the master no longer has: leftovers of a revision
/// that it stands for (RFC 5546 section 2.1.4). Where it has the instance they count: exporters number each component
/// by itself.
fn stale<'b>(
    master: &Facts<'b>,
    mut old: Vec<Override>,
    zones: &mut Zones<'b>,
    effort: &mut u64,
) -> Vec<Override> {
    let (Some(first), Some(last)) =
        (old.iter().map(Override::instant).min(), old.iter().map(Override::instant).max())
    else {
        return Vec::new();
    };
    let Some(series) = Series::of(master, 0, zones, &mut Vec::new()) else { return Vec::new() };
    let mut budget = budget(*effort);
    let bounds = Bounds::between(first.saturating_sub(2 * DAY), last.saturating_add(2 * DAY));
    let mut instances: Vec<Instance<'b>> = Vec::new();
    let made = series.instances(&Overrides::default(), bounds, zones, &mut budget, &mut instances);
    *effort = effort.saturating_sub(made.spent);
    if made.exhausted || made.too_many {
        return Vec::new();
    }
    let has = Starts::of(&instances);
    old.retain(|of| !of.is_among(&has));
    old
}
