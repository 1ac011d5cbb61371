//! The last plan, moved onto today's problem: where nothing that matters has changed it is kept, and
//! nothing is searched.
//!
//! Time alone changes a problem every night: the horizon rolls on by a day, what was to be done
//! yesterday is over, what was far becomes near. The last plan is carried over where nothing else has
//! changed, within the time that both horizons cover, from now on:
//!
//! - the settings that decide a plan;
//! - who is free when, but that there may be less free time: a plan that keeps clear of a new meeting is as
//!   good as it was, since fewer places make no other plan better;
//! - every task that both problems have: what it needs, who may do it and when, and what comes before
//!   it. Its weight may change, as nearness changes it, where it is planned in full and in time, since then
//!   nothing hangs on it, and where time for it is looked for anew;
//! - no task is gone that still had time to come: room would be free.
//!
//! Work that lacks time is [`Carried::missing`], and [`repair`](super::repair()) may find room for it: its
//! blocks are over and it is still open, there was no room for it, or it is new and due only after the
//! time that both horizons cover, as the next instance of a series is. Any other new work is a change.

use crate::pose::Axis;
use chrono::TimeDelta;
use plokk_solver::{
    Chunk, Interval, Points, Problem, Slot, Slots, Solution, Task, Violation, Worker, verify,
};
use std::collections::HashMap;

/// The last plan as far as it reaches into today's problem.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Carried {
    /// The chunks that stay; they pass the verifier, but for work that waits for missing work. It has no bound.
    pub(crate) solution: Solution,
    /// The ids of the tasks that have not all their time in it.
    pub(crate) missing: Vec<String>,
}

/// The last problem with its solution, and today's.
pub(crate) struct Nights<'a> {
    pub(crate) last: (&'a Problem, &'a Solution, Axis),
    pub(crate) today: (&'a Problem, Axis),
    /// The first slot of today's problem that is still to come.
    pub(crate) now: Slot,
    /// The first slot after what has begun: what lies before is compared by the verifier alone.
    pub(crate) settled: Slot,
}

/// Carries the last plan over, if nothing that matters has changed.
pub(crate) fn carry(nights: &Nights<'_>) -> Option<Carried> {
    let (last, solution, last_axis) = nights.last;
    let (today, axis) = nights.today;
    let shift = shift(last_axis, axis)?;
    let same_rules = last.slot_minutes == today.slot_minutes
        && last.buffers == today.buffers
        && last.weights == today.weights;
    let both = Interval {
        start: nights.settled.max(nights.now),
        end: Slot(last.horizon.0 - shift.0).min(today.horizon),
    };
    if !same_rules || both.is_empty() || !same_workers(last, today, shift, both) {
        return None;
    }
    let open: HashMap<&str, &Task> = today.tasks.iter().map(|task| (task.id.as_str(), task)).collect();
    let mut chunks = Vec::new();
    for chunk in &solution.chunks {
        let moved = Chunk { start: chunk.start - shift, end: chunk.end - shift, ..chunk.clone() };
        if moved.start >= nights.now {
            // Room would be free where work is gone that had time to come.
            open.get(chunk.task.as_str())?;
            chunks.push(moved);
        }
    }
    let known: HashMap<&str, &Task> = last.tasks.iter().map(|task| (task.id.as_str(), task)).collect();
    let mut missing = Vec::new();
    for task in &today.tasks {
        let own = || chunks.iter().filter(|chunk: &&Chunk| chunk.task == task.id);
        let planned: Slots = own().map(|chunk| chunk.time().len()).sum();
        match known.get(task.id.as_str()) {
            Some(before) => {
                let end = own().map(|chunk| chunk.end).max();
                let in_time = planned == task.size && end.is_some_and(|end| end <= task.due);
                let is_missing = planned < task.size;
                let same_weight = before.weight.to_bits() == task.weight.to_bits() || in_time || is_missing;
                if !same_weight || !same_task(before, task, shift, both) {
                    return None;
                }
            }
            // It has come into the horizon, or is not due within what both cover: nothing need move for it.
            None if task.release >= both.end || task.due >= both.end => {}
            None => return None,
        }
        if planned < task.size {
            missing.push(task.id.clone());
        }
    }
    chunks.sort_by_key(|chunk| {
        (today.workers.iter().position(|worker| worker.id == chunk.worker), chunk.start)
    });
    let mut solution = Solution { chunks, cost: Points(0.0), bound: None };
    solution.cost = verify(today, &solution).cost;
    // What comes after missing work stands at its place for now: room is looked for before it.
    let waits = |violation: &Violation| matches!(violation, Violation::After { first, .. } if missing.contains(first));
    verify(today, &solution).violations.iter().all(waits).then_some(Carried { solution, missing })
}

/// How many slots later today's problem begins, if that is a whole number of them.
fn shift(last: Axis, today: Axis) -> Option<Slots> {
    let passed = today.epoch - last.epoch;
    let slot = today.slot.num_seconds();
    let whole = last.slot == today.slot && passed >= TimeDelta::zero() && passed.num_seconds() % slot == 0;
    whole.then(|| i32::try_from(passed.num_seconds() / slot).ok().map(Slots)).flatten()
}

fn same_workers(last: &Problem, today: &Problem, shift: Slots, both: Interval) -> bool {
    let same = |(before, worker): (&Worker, &Worker)| {
        before.id == worker.id
            && before.rate.to_bits() == worker.rate.to_bits()
            && less_or_same(&inside(&before.windows, shift, both), &inside(&worker.windows, Slots(0), both))
    };
    last.workers.len() == today.workers.len() && last.workers.iter().zip(&today.workers).all(same)
}

/// Whether a task is what it was, apart from its weight, within the time that both problems cover. It
/// may have become smaller: part of it is done.
fn same_task(before: &Task, task: &Task, shift: Slots, both: Interval) -> bool {
    let times = |times: &Option<Vec<Interval>>, shift: Slots| times.as_ref().map(|t| inside(t, shift, both));
    let clipped = |slot: Slot| slot.clamp(both.start, both.end);
    let deadline = |deadline: Option<Slot>, shift: Slots| clipped(deadline.map_or(both.end, |d| d - shift));
    before.client == task.client
        && before.batch == task.batch
        && before.size >= task.size
        && (before.min_chunk == task.min_chunk || before.size != task.size)
        && before.max_chunk == task.max_chunk
        && clipped(before.release - shift) == clipped(task.release)
        && clipped(before.due - shift) == clipped(task.due)
        && deadline(before.deadline, shift) == deadline(task.deadline, Slots(0))
        && before.workers == task.workers
        && times(&before.eligible, shift) == times(&task.eligible, Slots(0))
        && times(&before.prefer, shift) == times(&task.prefer, Slots(0))
        && task.after.iter().all(|link| before.after.contains(link))
}

/// Whether nobody is free now who was not: where there are fewer places, none is better than it was.
fn less_or_same(before: &[Interval], now: &[Interval]) -> bool {
    now.iter().all(|window| before.iter().any(|wider| wider.contains(*window)))
}

/// Intervals as they lie within another, shifted to it.
fn inside(intervals: &[Interval], shift: Slots, within: Interval) -> Vec<Interval> {
    let moved = intervals.iter().map(|i| Interval { start: i.start - shift, end: i.end - shift });
    moved.map(|interval| interval.intersect(within)).filter(|interval| !interval.is_empty()).collect()
}
