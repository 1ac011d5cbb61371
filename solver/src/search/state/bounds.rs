//! When a chunk may lie: what links, its own other chunks, caps and quotas leave it.

use super::{Placed, Plan, cell_at};

impl Plan<'_> {
    /// The earliest start and the latest end that links and its own other chunks leave a chunk of
    /// task `j` in window `w` that lies at `[start, end)` now, or is yet to be placed (`None`).
    pub(crate) fn bounds(&self, j: usize, w: usize, now: Option<(usize, Placed)>) -> Option<(i32, i32)> {
        if let Some((_, chunk)) = now.filter(|_| !self.scope.frees(j)) {
            return Some((chunk.start, chunk.end()));
        }
        let job = &self.model.tasks[j];
        let (mut from, mut to) = (job.release, job.last_end);
        for (i, lag) in &job.preds {
            let i = *i as usize;
            if !self.complete(i) {
                // What came before a chunk is out, and has to find room before it again: till then it stays.
                return now.map(|(_, chunk)| (chunk.start, chunk.end()));
            }
            if !now.is_some_and(|(k, _)| self.kept_by_order(w, k, i, *lag, true)) {
                from = from.max(self.tasks[i].last + lag);
            }
        }
        for (i, lag) in &job.succs {
            let i = *i as usize;
            if !now.is_some_and(|(k, _)| self.kept_by_order(w, k, i, *lag, false)) {
                to = to.min(self.tasks[i].first.saturating_sub(*lag));
                // Where both lie in this window they are timed at once: what comes after is bound to
                // where this one ends now, so this one must not move later.
                if let Some((_, chunk)) = now.filter(|_| self.tasks[i].windows.contains(&(w as u32))) {
                    to = to.min(chunk.end());
                }
            }
        }
        if let Some((_, chunk)) = now {
            let worker = self.model.windows[w].worker;
            for v in self.tasks[j].windows.iter().map(|v| *v as usize) {
                if self.model.windows[v].worker == worker {
                    continue;
                }
                for other in self.sequences[v].iter().filter(|c| c.task as usize == j) {
                    if other.start < chunk.start {
                        from = from.max(other.end());
                    } else {
                        to = to.min(other.start);
                    }
                }
            }
            if let Some(cell) = cell_at(self.model, w, chunk.start)
                && self.model.windows[w].cells.len() > 1
            {
                from = from.max(cell.from);
                to = to.min(cell.to - 1 + chunk.len);
            }
        }
        Some((from, to))
    }

    /// Whether the order within window `w` alone keeps the link between the chunk at place `k` and
    /// task `i`, all of whose chunks lie in that window on the right side of it.
    pub(super) fn kept_by_order(&self, w: usize, k: usize, i: usize, lag: i32, before: bool) -> bool {
        if lag > self.model.setup.least_buffer() {
            return false;
        }
        let sequence = &self.sequences[w];
        let side = if before { &sequence[..k] } else { &sequence[k + 1..] };
        let here = side.iter().filter(|c| c.task as usize == i).count();
        here > 0 && here == self.tasks[i].windows.len()
    }

    /// Whether when a chunk of a window may lie depends on where others of the same window lie now.
    pub(super) fn times_depend_on_times(&self, w: usize) -> bool {
        let here = |i: usize| self.tasks[i].windows.contains(&(w as u32));
        let depends = |c: &Placed| {
            let j = c.task as usize;
            let elsewhere = self.model.workers > 1 && self.tasks[j].windows.len() > 1;
            elsewhere || self.model.tasks[j].preds.iter().any(|(i, _)| here(*i as usize))
        };
        self.model.windows[w].cells.len() > 1 || self.sequences[w].iter().any(depends)
    }
}
