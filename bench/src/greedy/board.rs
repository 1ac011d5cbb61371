//! What is placed so far, and where a chunk still fits.

use plokk_solver::{Cap, Chunk, Interval, Problem, Slot, Slots, Task};
use std::collections::HashMap;

/// The windows of every worker with the chunks placed in them.
pub(super) struct Board<'a> {
    problem: &'a Problem,
    tasks: HashMap<&'a str, &'a Task>,
    lanes: Vec<Lane<'a>>,
    /// What every cap still allows.
    room: Vec<Slots>,
}

/// One worker's time.
struct Lane<'a> {
    id: &'a str,
    windows: Vec<Window>,
}

/// One window and its chunks, by start.
struct Window {
    time: Interval,
    chunks: Vec<Chunk>,
}

impl<'a> Board<'a> {
    pub(super) fn new(problem: &'a Problem) -> Board<'a> {
        let lanes = problem
            .workers
            .iter()
            .map(|w| Lane {
                id: &w.id,
                windows: w.windows.iter().map(|&time| Window { time, chunks: Vec::new() }).collect(),
            })
            .collect();
        Board {
            problem,
            tasks: problem.tasks.iter().map(|t| (t.id.as_str(), t)).collect(),
            lanes,
            room: problem.caps.iter().map(|c| c.max).collect(),
        }
    }

    /// Every chunk, by worker and start.
    pub(super) fn into_chunks(self) -> Vec<Chunk> {
        self.lanes.into_iter().flat_map(|l| l.windows).flat_map(|w| w.chunks).collect()
    }

    /// The earliest chunk of a task that fits, as long as it can be; `left` slots are not yet placed.
    pub(super) fn earliest(&self, task: &Task, release: Slot, left: Slots) -> Option<Chunk> {
        let own = self.own(task);
        self.lanes
            .iter()
            .filter(|lane| task.workers.as_ref().is_none_or(|w| w.iter().any(|id| id == lane.id)))
            .filter_map(|lane| self.earliest_in(lane, task, release, left, &own))
            .min_by_key(|chunk| (chunk.start, chunk.end))
    }

    /// Places a chunk that [`Board::earliest`] found.
    pub(super) fn put(&mut self, chunk: Chunk) {
        let client = self.tasks.get(chunk.task.as_str()).map_or("", |t| t.client.as_str());
        for (room, cap) in self.room.iter_mut().zip(&self.problem.caps) {
            if counts(cap, &chunk.worker, client) && cap.from <= chunk.start && chunk.start < cap.to {
                *room -= chunk.time().len();
            }
        }
        let window = self
            .lanes
            .iter_mut()
            .filter(|lane| lane.id == chunk.worker)
            .flat_map(|lane| &mut lane.windows)
            .find(|window| window.time.contains(chunk.time()));
        if let Some(window) = window {
            let at = window.chunks.partition_point(|c| c.start < chunk.start);
            window.chunks.insert(at, chunk);
        }
    }

    /// When the task is already being done, by whomever.
    fn own(&self, task: &Task) -> Vec<Interval> {
        let chunks = self.lanes.iter().flat_map(|l| &l.windows).flat_map(|w| &w.chunks);
        chunks.filter(|c| c.task == task.id).map(Chunk::time).collect()
    }

    fn earliest_in(
        &self,
        lane: &Lane<'_>,
        task: &Task,
        release: Slot,
        left: Slots,
        own: &[Interval],
    ) -> Option<Chunk> {
        let caps: Vec<usize> = (0..self.problem.caps.len())
            .filter(|&k| counts(&self.problem.caps[k], lane.id, &task.client))
            .collect();
        let fit = Fit { board: self, task, left, own, caps };
        lane.windows
            .iter()
            .filter(|window| window.time.end > release)
            .flat_map(|window| self.gaps(window, task, release))
            .find_map(|gap| fit.earliest(gap))
            .map(|time| Chunk {
                task: task.id.clone(),
                worker: lane.id.to_owned(),
                start: time.start,
                end: time.end,
            })
    }

    /// The free parts of a window, by start: buffers, release, deadline and eligible time kept.
    fn gaps(&self, window: &Window, task: &Task, release: Slot) -> Vec<Interval> {
        let whole = Interval {
            start: window.time.start.max(release),
            end: task.deadline.map_or(window.time.end, |d| window.time.end.min(d)),
        };
        let after = |c: &Chunk| c.end + self.buffer(self.tasks[c.task.as_str()], task);
        let before = |c: &Chunk| c.start - self.buffer(task, self.tasks[c.task.as_str()]);
        (0..=window.chunks.len())
            .map(|k| Interval {
                start: if k == 0 { window.time.start } else { after(&window.chunks[k - 1]) },
                end: window.chunks.get(k).map_or(window.time.end, before),
            })
            .map(|gap| gap.intersect(whole))
            .flat_map(|gap| match &task.eligible {
                None => vec![gap],
                Some(eligible) => eligible.iter().map(|e| e.intersect(gap)).collect(),
            })
            .filter(|gap| gap.len() >= task.min_chunk)
            .collect()
    }

    fn buffer(&self, first: &Task, second: &Task) -> Slots {
        let buffers = &self.problem.buffers;
        if first.client != second.client {
            buffers.other_client
        } else if first.batch != second.batch {
            buffers.same_client
        } else {
            buffers.same_batch
        }
    }
}

/// Whether a cap counts what this worker does for this client.
fn counts(cap: &Cap, worker: &str, client: &str) -> bool {
    cap.worker.as_deref().is_none_or(|w| w == worker) && cap.client.as_deref().is_none_or(|c| c == client)
}

/// What a chunk must fit.
struct Fit<'a> {
    board: &'a Board<'a>,
    task: &'a Task,
    left: Slots,
    own: &'a [Interval],
    caps: Vec<usize>,
}

impl Fit<'_> {
    /// The earliest chunk in a gap. What allows more changes only where a cap begins or ends and
    /// where the task's own chunk on another lane ends, so these starts are all there is to try.
    fn earliest(&self, gap: Interval) -> Option<Interval> {
        let caps = self.caps.iter().map(|&k| &self.board.problem.caps[k]);
        let mut starts: Vec<Slot> = caps.flat_map(|cap| [cap.from, cap.to]).collect();
        starts.extend(self.own.iter().map(|o| o.end));
        starts.retain(|&s| gap.start < s && s < gap.end);
        starts.push(gap.start);
        starts.sort_unstable();
        starts.into_iter().find_map(|start| {
            let length = self.length(start, gap.end)?;
            Some(Interval { start, end: start + length })
        })
    }

    /// The longest chunk at a start that leaves a rest which chunks can make up.
    fn length(&self, start: Slot, end: Slot) -> Option<Slots> {
        if self.own.iter().any(|o| o.start <= start && start < o.end) {
            return None;
        }
        let next_own = self.own.iter().map(|o| o.start).filter(|&s| s >= start).min();
        let room = self.caps.iter().filter_map(|&k| {
            let cap = &self.board.problem.caps[k];
            (cap.from <= start && start < cap.to).then_some(self.board.room[k])
        });
        let limit = room
            .chain([self.task.max_chunk, self.left, end - start])
            .chain(next_own.map(|s| s - start))
            .min()?;
        let whole = (self.task.min_chunk.0..=limit.0)
            .rev()
            .map(Slots)
            .find(|&length| self.makes_up(self.left - length));
        // Work that no chunks can make up in full is done as far as it goes.
        whole.or((!self.makes_up(self.left) && limit >= self.task.min_chunk).then_some(limit))
    }

    /// Whether so many slots are a sum of allowed chunks.
    fn makes_up(&self, slots: Slots) -> bool {
        let (shortest, longest) = (self.task.min_chunk.0.max(1), self.task.max_chunk.0.max(1));
        let fewest = (slots.0 + longest - 1) / longest;
        fewest * shortest <= slots.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Spec, generate};

    #[test]
    fn a_rest_is_left_only_if_chunks_can_make_it_up() {
        let mut problem = generate(Spec { seed: 1, clients: 1, weeks: 1, workers: 1, load: 0.05 });
        problem.caps.clear();
        problem.tasks.truncate(1);
        let task = &mut problem.tasks[0];
        task.size = Slots(26);
        (task.min_chunk, task.max_chunk) = (Slots(9), Slots(18));
        (task.release, task.deadline, task.eligible) = (Slot(0), None, None);
        problem.workers[0].windows = vec![Interval::new(100, 120), Interval::new(130, 160)];
        let board = Board::new(&problem);
        let chunk = board.earliest(&problem.tasks[0], Slot(0), Slots(26)).expect("it fits");
        // 18 would leave 8, which is shorter than the shortest chunk.
        assert_eq!(chunk.time(), Interval::new(100, 117));
    }

    #[test]
    fn a_used_up_cap_moves_the_start_behind_it() {
        let mut problem = generate(Spec { seed: 1, clients: 1, weeks: 1, workers: 1, load: 0.05 });
        problem.tasks.truncate(1);
        let task = &mut problem.tasks[0];
        (task.size, task.min_chunk, task.max_chunk) = (Slots(6), Slots(6), Slots(6));
        (task.release, task.deadline, task.eligible) = (Slot(0), None, None);
        problem.workers[0].windows = vec![Interval::new(100, 160)];
        let cap = Cap { worker: None, client: None, from: Slot(90), to: Slot(130), max: Slots(5) };
        problem.caps = vec![cap];
        let board = Board::new(&problem);
        let chunk = board.earliest(&problem.tasks[0], Slot(0), Slots(6)).expect("it fits");
        assert_eq!(chunk.time(), Interval::new(130, 136));
    }
}
