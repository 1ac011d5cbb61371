//! Which windows each task can reach: links, releases, deadlines and eligible time.

use super::{Job, Model, Names, Window};
use crate::problem::Problem;

impl Model {
    /// Sets predecessors, successors and ranks; a task in or behind a cycle can't be planned.
    pub(super) fn link(&mut self, problem: &Problem, names: &Names) {
        for (j, task) in problem.tasks.iter().enumerate() {
            for after in &task.after {
                let i = names.tasks[after.task.as_str()];
                self.tasks[j].preds.push((i as u32, after.lag.0));
                self.tasks[i].succs.push((j as u32, after.lag.0));
            }
        }
        let mut open: Vec<usize> = self.tasks.iter().map(|t| t.preds.len()).collect();
        let mut ready: Vec<usize> = (0..self.tasks.len()).filter(|j| open[*j] == 0).collect();
        for job in &mut self.tasks {
            job.rank = u32::MAX;
        }
        let mut rank = 0;
        while let Some(j) = ready.pop() {
            self.tasks[j].rank = rank;
            rank += 1;
            for k in 0..self.tasks[j].succs.len() {
                let next = self.tasks[j].succs[k].0 as usize;
                open[next] -= 1;
                if open[next] == 0 {
                    ready.push(next);
                }
            }
        }
    }

    /// Works out in which windows each task can be done, predecessors first.
    pub(super) fn allow(&mut self, problem: &Problem, names: &Names) {
        let mut order: Vec<usize> =
            (0..self.tasks.len()).filter(|j| self.tasks[*j].rank != u32::MAX).collect();
        order.sort_unstable_by_key(|j| self.tasks[*j].rank);
        // The earliest time at which each task can be complete; none when it never can.
        let mut complete: Vec<Option<i32>> = vec![None; self.tasks.len()];
        for j in order {
            let job = &self.tasks[j];
            let mut ready = Some(job.release);
            for (i, lag) in &job.preds {
                ready = ready.and_then(|r| complete[*i as usize].map(|end| r.max(end + lag)));
            }
            let Some(ready) = ready else { continue };
            let workers: Option<Vec<u32>> = problem.tasks[j]
                .workers
                .as_ref()
                .map(|w| w.iter().map(|w| names.workers[w.as_str()]).collect());
            let mut allowed = Vec::new();
            let mut soonest = Soonest::new(job.size, job.min);
            for (w, window) in self.windows.iter().enumerate() {
                let mine = workers.as_ref().is_none_or(|list| list.contains(&window.worker));
                if mine
                    && job.size >= job.min
                    && let Some((first, _)) = starts(job, window, job.min, ready, job.last_end)
                {
                    allowed.push(w as u32);
                    soonest.window(first, window.end);
                }
            }
            complete[j] = soonest.completion();
            self.tasks[j].release = ready;
            self.tasks[j].allowed = allowed;
        }
    }
}

/// A lower bound on when a task can be complete, from the windows in which it can be done.
struct Soonest {
    size: i32,
    min: i32,
    /// The earliest start of all.
    first: Option<i32>,
    /// Room in the windows seen until the work fits.
    room: i32,
    completion: Option<i32>,
}

impl Soonest {
    fn new(size: i32, min: i32) -> Soonest {
        Soonest { size, min, first: None, room: 0, completion: None }
    }

    /// Takes the next window, in order of their starts, in which the work can start at `first`.
    /// The last window that the task uses is this one at the soonest when all before it are too
    /// small; windows of several workers may overlap, so a later one may still end sooner.
    fn window(&mut self, first: i32, end: i32) {
        self.first = Some(self.first.map_or(first, |f| f.min(first)));
        let missing = self.size - self.room;
        self.room = (self.room + end - first).min(self.size);
        if self.room >= self.size {
            let here = first + self.min.max(missing);
            self.completion = Some(self.completion.map_or(here, |c| c.min(here)));
        }
    }

    fn completion(&self) -> Option<i32> {
        Some(self.completion?.max(self.first? + self.size))
    }
}

/// The first and last start of a chunk of `len` slots of a job in a window, not before `from`, done
/// by `to`; with several eligible intervals not every start between them is allowed.
pub(crate) fn starts(job: &Job, window: &Window, len: i32, from: i32, to: i32) -> Option<(i32, i32)> {
    let lo = window.start.max(from);
    let hi = window.end.min(to) - len;
    let Some(eligible) = &job.eligible else {
        return (lo <= hi).then_some((lo, hi));
    };
    let mut range: Option<(i32, i32)> = None;
    let first = eligible.partition_point(|(_, end)| *end < lo + len);
    for (open, close) in &eligible[first..] {
        if *open > hi {
            break;
        }
        let (a, b) = (lo.max(*open), hi.min(*close - len));
        if a <= b {
            range = Some(range.map_or((a, b), |(first, last)| (first.min(a), last.max(b))));
        }
    }
    range
}
