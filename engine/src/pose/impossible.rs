//! Work that no plan can hold: it never reaches the solver, and is reported with its reason.

use super::{Axis, Hindrance, Impossible};
use crate::desk::{Desk, Work};
use plokk_solver::{Interval, Slots, Worker};
use std::collections::HashMap;

/// Finds all of it: work that nobody may do, work without a free stretch as long as its shortest
/// chunk, and work that comes after such work.
pub(super) fn find(
    desk: &Desk,
    axis: &Axis,
    workers: &[Worker],
    live: &[Option<Vec<Interval>>],
) -> Vec<Impossible> {
    let mut reasons: HashMap<&str, Hindrance> = HashMap::new();
    for (work, eligible) in desk.work.iter().zip(live) {
        if let Some(reason) = alone(desk, work, axis, workers, eligible.as_deref()) {
            reasons.insert(&work.id, reason);
        }
    }
    loop {
        let mut more = Vec::new();
        for work in desk.work.iter().filter(|work| !reasons.contains_key(work.id.as_str())) {
            if let Some(link) = work.after.iter().find(|link| reasons.contains_key(link.work.as_str())) {
                more.push((work.id.as_str(), Hindrance::Waits(link.work.clone())));
            }
        }
        if more.is_empty() {
            break;
        }
        reasons.extend(more);
    }
    let found = desk.work.iter().enumerate();
    found.filter_map(|(work, w)| Some(Impossible { work, reason: reasons.remove(w.id.as_str())? })).collect()
}

/// What makes a piece of work impossible, whatever the other work is.
fn alone(
    desk: &Desk,
    work: &Work,
    axis: &Axis,
    workers: &[Worker],
    eligible: Option<&[Interval]>,
) -> Option<Hindrance> {
    if axis.up(work.remaining) <= Slots(0) {
        return None;
    }
    if work.assistants.is_empty() {
        return Some(Hindrance::Nobody);
    }
    let least = axis.up(work.min_chunk).max(Slots(1));
    let start = axis.ceil(work.release.max(desk.now));
    let end = work.deadline.map_or(axis.horizon, |deadline| axis.floor(deadline));
    if work.deadline.is_some() && end - start < least {
        return Some(Hindrance::Deadline);
    }
    let allowed = Interval { start, end };
    let mine = workers.iter().enumerate().filter(|(n, _)| work.assistants.contains(n));
    let free: Vec<Interval> = mine.flat_map(|(_, w)| &w.windows).map(|w| w.intersect(allowed)).collect();
    if !free.iter().any(|window| window.len() >= least) {
        return Some(Hindrance::NoFreeTime);
    }
    let eligible = eligible?;
    // Both lists are short, and most live work fits early.
    let meets = |window: &Interval| eligible.iter().any(|time| window.intersect(*time).len() >= least);
    (!free.iter().any(meets)).then_some(Hindrance::Unreachable)
}
