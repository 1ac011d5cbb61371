//! What finishing a task late does to those that come after it, before they are placed: a greedy
//! insertion that did not look ahead would leave them no time.

use super::{Job, Model, starts};

/// Slots, in days, that those after it are given beyond the least, level by level: time that other
/// work will take from them.
pub(crate) const PATIENCE: [f64; 4] = [0.0, 0.25, 0.75, 1.5];

/// Fills in each job's `blocked` and `tails`.
pub(super) fn fill(model: &mut Model) {
    let mut order: Vec<usize> = (0..model.tasks.len()).filter(|j| model.tasks[*j].rank != u32::MAX).collect();
    order.sort_unstable_by_key(|j| std::cmp::Reverse(model.tasks[*j].rank));
    for j in order {
        if model.tasks[j].succs.is_empty() {
            continue;
        }
        let after = |k: u32| &model.tasks[k as usize];
        let blocked = model.tasks[j].succs.iter().map(|(k, _)| {
            let next = after(*k);
            next.unscheduled * f64::from(next.size) + next.lateness(model.horizon) + next.blocked
        });
        let blocked = blocked.sum();
        let behind: i32 = model.tasks[j].succs.iter().map(|(k, _)| after(*k).chain).sum();
        let tails = PATIENCE
            .iter()
            .enumerate()
            .map(|(level, days)| {
                let patience = (days * model.day) as i32;
                let end = |w: usize| model.windows[w].start.max(model.tasks[j].release) + model.tasks[j].min;
                let tail = |w: usize| tail(model, j, end(w).saturating_add(patience), level) as f32;
                (0..model.windows.len()).map(tail).collect()
            })
            .collect();
        model.tasks[j].blocked = blocked;
        model.tasks[j].chain += behind;
        model.tasks[j].tails = tails;
    }
}

/// The lateness of what comes right after task `j`, and of what comes after that, when `j` is
/// complete at `end`.
fn tail(model: &Model, j: usize, end: i32, level: usize) -> f64 {
    let mut points = 0.0;
    for (k, lag) in &model.tasks[j].succs {
        let next = &model.tasks[*k as usize];
        points += match soonest(model, next, end.saturating_add(*lag)) {
            Some((w, end)) => {
                let later = next.tails.get(level).map_or(0.0, |tails| f64::from(tails[w]));
                next.lateness(end) + later
            }
            None => next.unscheduled * f64::from(next.size) + next.lateness(model.horizon) + next.blocked,
        };
    }
    points
}

/// Where a job can be complete first when it may start at `from` and all is free.
fn soonest(model: &Model, job: &Job, from: i32) -> Option<(usize, i32)> {
    let mut left = job.size;
    for w in job.allowed.iter().map(|w| *w as usize) {
        let window = &model.windows[w];
        if let Some((first, _)) = starts(job, window, job.min, from, job.last_end) {
            let here = (window.end - first).min(left);
            if here == left {
                return Some((w, first + left));
            }
            left -= here;
        }
    }
    None
}
