//! Which pieces of linked tasks no window holds together: where a task may start only so long after another one's
//! end, and the window does not last that long.

use super::Offer;
use crate::model::Model;
use std::collections::HashMap;
use std::ops::Range;

/// Fills in each offer's conflicts.
pub(super) fn find(model: &Model, of_window: &[Range<usize>], all: &mut [Offer]) {
    let mut order: Vec<usize> = (0..model.tasks.len()).filter(|j| model.tasks[*j].rank != u32::MAX).collect();
    order.sort_unstable_by_key(|j| model.tasks[*j].rank);
    // For each task all that must come before it, and the least time from their ends to its start.
    let mut before: Vec<HashMap<u32, i32>> = vec![HashMap::new(); model.tasks.len()];
    for j in order {
        let mut mine: HashMap<u32, i32> = HashMap::new();
        let mut add = |i: u32, time: i32| {
            let known = mine.entry(i).or_insert(time);
            *known = time.max(*known);
        };
        for (i, lag) in &model.tasks[j].preds {
            add(*i, *lag);
            for (first, time) in &before[*i as usize] {
                add(*first, time.saturating_add(model.tasks[*i as usize].size).saturating_add(*lag));
            }
        }
        before[j] = mine;
    }
    for window in of_window {
        let mut of_task: HashMap<u32, Vec<usize>> = HashMap::new();
        for o in window.clone() {
            of_task.entry(all[o].task).or_default().push(o);
        }
        let mut found: Vec<(usize, usize)> = Vec::new();
        for o in window.clone() {
            for (i, time) in &before[all[o].task as usize] {
                let first = of_task.get(i).into_iter().flatten().copied();
                let apart = first.filter(|a| all[*a].soonest_end.saturating_add(*time) > all[o].latest_start);
                found.extend(apart.map(|a| (a, o)));
            }
        }
        found.sort_unstable();
        for (a, b) in found {
            all[a].conflicts.push(b as u32);
            all[b].conflicts.push(a as u32);
        }
    }
}
