//! Room for work in a plan: where a task could still go when nothing else moves.
//!
//! [`insert`] answers by construction: what it returns is a set of chunks that keeps every rule of
//! the problem, so "it would fit there" is never a guess. It is no search: when it finds nothing,
//! there may still be room once other work moves.

use plokk_solver::{Cap, Chunk, Interval, Problem, Slot, Slots, Solution, Task};

/// Time that a task may use: with whom, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// The worker's place in the problem.
    pub(crate) worker: usize,
    /// When; a chunk may lie anywhere inside.
    pub(crate) time: Interval,
}

/// Whether a worker may do a task.
pub(crate) fn may_do(task: &Task, worker: &str) -> bool {
    task.workers.as_ref().is_none_or(|workers| workers.iter().any(|w| w == worker))
}

/// Before when a task cannot start: its release, and what must be complete before; `None` when
/// that is not planned in full.
pub(crate) fn earliest(problem: &Problem, chunks: &[Chunk], task: &Task) -> Option<Slot> {
    let mut earliest = task.release;
    for after in &task.after {
        let first = problem.tasks.iter().find(|t| t.id == after.task)?;
        earliest = earliest.max(completion(chunks, first)? + after.lag);
    }
    Some(earliest)
}

/// The end of a task's last chunk; `None` when it is not planned in full.
pub(crate) fn completion(chunks: &[Chunk], task: &Task) -> Option<Slot> {
    let own = chunks.iter().filter(|c| c.task == task.id);
    let (planned, end) =
        own.fold((Slots(0), Slot(0)), |(sum, end), c| (sum + c.time().len(), end.max(c.end)));
    (planned >= task.size).then_some(end)
}

/// How much of a task is planned.
pub(crate) fn planned(chunks: &[Chunk], task: &str) -> Slots {
    chunks.iter().filter(|c| c.task == task).map(|c| c.time().len()).sum()
}

/// The time that is left for a task beside the given chunks, with buffers kept, in order of start.
/// Caps are not looked at.
pub(crate) fn rooms(problem: &Problem, chunks: &[Chunk], task: &Task) -> Vec<Room> {
    let Some(earliest) = earliest(problem, chunks, task) else { return Vec::new() };
    let allowed = Interval { start: earliest, end: task.deadline.unwrap_or(problem.horizon) };
    let own: Vec<Interval> = chunks.iter().filter(|c| c.task == task.id).map(Chunk::time).collect();
    let mut rooms = Vec::new();
    for (at, worker) in problem.workers.iter().enumerate().filter(|(_, w)| may_do(task, &w.id)) {
        for window in &worker.windows {
            for gap in gaps(problem, chunks, task, &worker.id, *window) {
                for gap in subtract(gap.intersect(allowed), &own) {
                    rooms.extend(eligible(task, gap).map(|time| Room { worker: at, time }));
                }
            }
        }
    }
    rooms.retain(|room| room.time.len() >= task.min_chunk);
    rooms.sort_by_key(|room| (room.time.start, room.worker));
    rooms
}

/// What is left of one window beside its chunks, with the buffers to them kept.
fn gaps(problem: &Problem, chunks: &[Chunk], task: &Task, worker: &str, window: Interval) -> Vec<Interval> {
    let mut inside: Vec<&Chunk> =
        chunks.iter().filter(|c| c.worker == worker && window.contains(c.time())).collect();
    inside.sort_by_key(|c| c.start);
    let mut gaps = Vec::new();
    let mut from = window.start;
    for chunk in inside {
        let buffer = buffer(problem, task, &chunk.task);
        gaps.push(Interval { start: from, end: chunk.start - buffer });
        from = chunk.end + buffer;
    }
    gaps.push(Interval { start: from, end: window.end });
    gaps.retain(|gap| !gap.is_empty());
    gaps
}

/// The free slots wanted between a chunk of `task` and one of the task called `other`.
pub(crate) fn buffer(problem: &Problem, task: &Task, other: &str) -> Slots {
    match problem.tasks.iter().find(|t| t.id == other) {
        Some(other) if other.client == task.client && (other.batch == task.batch || other.id == task.id) => {
            problem.buffers.same_batch
        }
        Some(other) if other.client == task.client => problem.buffers.same_client,
        _ => problem.buffers.other_client,
    }
}

fn subtract(from: Interval, taken: &[Interval]) -> Vec<Interval> {
    taken.iter().fold(vec![from], |pieces, taken| {
        let cut = pieces.into_iter().flat_map(|piece| {
            let taken = piece.intersect(*taken);
            if taken.is_empty() {
                return [piece, Interval { start: piece.end, end: piece.end }];
            }
            [Interval { start: piece.start, end: taken.start }, Interval { start: taken.end, end: piece.end }]
        });
        cut.filter(|piece| !piece.is_empty()).collect()
    })
}

fn eligible(task: &Task, time: Interval) -> impl Iterator<Item = Interval> {
    let within = match &task.eligible {
        Some(eligible) => eligible.iter().map(|e| e.intersect(time)).collect(),
        None => vec![time],
    };
    within.into_iter().filter(|time| !time.is_empty())
}

/// How much more work by a worker, for a client, may start at a slot before a cap is exceeded.
pub(crate) fn allowance(problem: &Problem, chunks: &[Chunk], worker: &str, client: &str, at: Slot) -> Slots {
    let applies = |cap: &&Cap| {
        cap.from <= at
            && at < cap.to
            && cap.worker.as_ref().is_none_or(|w| w == worker)
            && cap.client.as_ref().is_none_or(|c| c == client)
    };
    let left = |cap: &Cap| cap.max - used(problem, chunks, cap);
    problem.caps.iter().filter(applies).map(left).min().unwrap_or(Slots(i32::MAX))
}

/// The work under a cap.
fn used(problem: &Problem, chunks: &[Chunk], cap: &Cap) -> Slots {
    let for_client = |chunk: &Chunk| {
        let Some(client) = &cap.client else { return true };
        problem.tasks.iter().any(|t| t.id == chunk.task && t.client == *client)
    };
    let counts = |chunk: &&Chunk| {
        cap.from <= chunk.start
            && chunk.start < cap.to
            && cap.worker.as_ref().is_none_or(|w| *w == chunk.worker)
            && for_client(chunk)
    };
    chunks.iter().filter(counts).map(|c| c.time().len()).sum()
}

/// Puts what is missing of a task into the time that is left, as early as possible, moving nothing
/// else. Returns the new chunks alone, or `None` when not all of it finds room this way.
pub(crate) fn insert(problem: &Problem, solution: &Solution, task: &Task) -> Option<Vec<Chunk>> {
    let missing = task.size - planned(&solution.chunks, &task.id);
    let chunks = insert_some(problem, solution, task);
    (chunks.iter().map(|chunk| chunk.time().len()).sum::<Slots>() == missing).then_some(chunks)
}

/// As [`insert`], as much as finds room.
pub(crate) fn insert_some(problem: &Problem, solution: &Solution, task: &Task) -> Vec<Chunk> {
    let mut chunks = solution.chunks.clone();
    let mut missing = task.size - planned(&chunks, &task.id);
    let kept = chunks.len();
    while missing > Slots(0) {
        let Some(chunk) = next_chunk(problem, &chunks, task, missing) else { break };
        missing -= chunk.time().len();
        chunks.push(chunk);
    }
    chunks.split_off(kept)
}

/// The earliest chunk that fits, as long as possible.
fn next_chunk(problem: &Problem, chunks: &[Chunk], task: &Task, missing: Slots) -> Option<Chunk> {
    rooms(problem, chunks, task).into_iter().find_map(|room| {
        let worker = &problem.workers[room.worker].id;
        let allowance = allowance(problem, chunks, worker, &task.client, room.time.start);
        let most = missing.min(task.max_chunk).min(room.time.len()).min(allowance);
        // What is left over must be nothing, or long enough for a chunk of its own.
        let length = match missing - most {
            Slots(0) => most,
            rest if rest >= task.min_chunk => most,
            _ => missing - task.min_chunk,
        };
        (length >= task.min_chunk && length <= most).then(|| Chunk {
            task: task.id.clone(),
            worker: worker.clone(),
            start: room.time.start,
            end: room.time.start + length,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plokk_solver::{Points, verify};

    fn problem() -> Problem {
        serde_json::from_value(serde_json::json!({
            "format": "plokk-problem/1", "slot_minutes": 5, "horizon": 288,
            "buffers": {"same_batch": 1, "same_client": 2, "other_client": 3},
            "weights": {"unscheduled": 40, "late": 10, "late_day": 4, "block": 2, "client_switch": 1,
                        "chunk": 1, "soon": 0.05, "prefer": 1, "move": 2, "quota": 10},
            "workers": [{"id": "mari", "windows": [[100, 140], [150, 170]]}],
            "tasks": [
                {"id": "a", "client": "acme", "batch": "x", "size": 10, "min_chunk": 6, "max_chunk": 18,
                 "release": 0, "due": 200, "weight": 1},
                {"id": "b", "client": "bolt", "batch": "x", "size": 20, "min_chunk": 6, "max_chunk": 12,
                 "release": 0, "due": 200, "weight": 1}
            ],
            "caps": [{"worker": "mari", "from": 0, "to": 288, "max": 40}]
        }))
        .expect("the problem is well formed")
    }

    fn solution(chunks: &[(&str, i32, i32)]) -> Solution {
        let chunks = chunks.iter().map(|&(task, start, end)| Chunk {
            task: task.into(),
            worker: "mari".into(),
            start: Slot(start),
            end: Slot(end),
        });
        Solution { chunks: chunks.collect(), cost: Points(0.0), bound: None }
    }

    fn times(chunks: Option<Vec<Chunk>>) -> Option<Vec<(i32, i32)>> {
        chunks.map(|chunks| chunks.iter().map(|c| (c.start.0, c.end.0)).collect())
    }

    #[test]
    fn work_goes_into_the_earliest_room_with_buffers_kept() {
        let problem = problem();
        let plan = solution(&[("a", 110, 120)]);
        assert_eq!(
            rooms(&problem, &plan.chunks, &problem.tasks[1]),
            [
                Room { worker: 0, time: Interval::new(100, 107) },
                Room { worker: 0, time: Interval::new(123, 140) },
                Room { worker: 0, time: Interval::new(150, 170) },
            ]
        );
        let placed = insert(&problem, &plan, &problem.tasks[1]);
        assert_eq!(times(placed.clone()), Some(vec![(100, 107), (123, 130), (131, 137)]));
        let mut whole = plan.clone();
        whole.chunks.extend(placed.unwrap_or_default());
        whole.chunks.sort_by_key(|c| c.start);
        whole.cost = verify(&problem, &whole).cost;
        assert_eq!(verify(&problem, &whole).violations, []);
    }

    #[test]
    fn a_cap_leaves_no_room() {
        let mut problem = problem();
        problem.caps[0].max = Slots(25);
        assert_eq!(insert(&problem, &solution(&[("a", 110, 120)]), &problem.tasks[1]), None);
    }

    #[test]
    fn work_after_work_that_is_not_planned_has_no_room() {
        let mut problem = problem();
        problem.tasks[1].after = vec![plokk_solver::After { task: "a".into(), lag: Slots(4) }];
        assert_eq!(insert(&problem, &solution(&[]), &problem.tasks[1]), None);
        let after = insert(&problem, &solution(&[("a", 100, 110)]), &problem.tasks[1]);
        assert_eq!(times(after), Some(vec![(114, 126), (127, 135)]));
    }
}
