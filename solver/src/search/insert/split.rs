//! Cutting a task into chunks over the windows of one worker: a dynamic program over windows and slots
//! of work, over what each length costs in each window.

use super::{Inserter, Piece, Spot, place};
use crate::search::state::Plan;
use fastrand::Rng;

/// The ways to cut a task over the windows of one worker.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    window: u32,
    /// The first of its rows in the table: the least cost for each length from the shortest on.
    row: usize,
    lens: (i32, i32),
    /// Whether completing the task here is priced in a row of its own, behind the first.
    late: bool,
}

impl Inserter {
    /// The cheapest way to plan what is left of task `j` in chunks, at most one more a window and
    /// all by one worker: what it changes in cost against leaving it as it is, and the pieces.
    pub(super) fn best_split(
        &mut self,
        plan: &mut Plan<'_>,
        j: usize,
        skip: &mut dyn FnMut() -> bool,
    ) -> Option<(f64, Vec<(u32, i32)>)> {
        let model = plan.model;
        let job = &model.tasks[j];
        let (from, to) = plan.bounds(j, 0, None)?;
        let mut best: Option<(f64, Vec<(u32, i32)>)> = None;
        for worker in 0..model.workers as u32 {
            self.cuts.clear();
            self.table.clear();
            for w in job.allowed.iter().map(|w| *w as usize) {
                let window = &model.windows[w];
                let mine =
                    window.worker == worker && window.end >= from + job.min && window.start + job.min <= to;
                if mine && !skip() {
                    self.price_cuts(plan, j, w, (from, to));
                }
            }
            if self.cuts.is_empty() {
                continue;
            }
            if let Some((cost, pieces)) = self.join_cuts(plan, j)
                && cost < best.as_ref().map_or(-1e-9, |b| b.0)
            {
                best = Some((cost, pieces));
            }
        }
        best
    }

    /// Prices every length of a chunk of task `j` in a window.
    fn price_cuts(&mut self, plan: &mut Plan<'_>, j: usize, w: usize, (from, to): (i32, i32)) {
        let model = plan.model;
        let job = &model.tasks[j];
        let left = job.size - plan.tasks[j].planned;
        let longest = left.min(plan.free(w));
        if longest < job.min {
            return;
        }
        let late = model.windows[w].end > job.due || !job.tails.is_empty();
        list_lengths(&mut self.lens, left, job.min, longest);
        if longest > job.max {
            self.lens.push(job.max);
            self.lens.sort_unstable();
            self.lens.dedup();
        }
        let row = self.table.len();
        let other_end = plan.tasks[j].last;
        for completes in [None, Some(other_end)] {
            if completes.is_some() && !late {
                break;
            }
            let first = self.table.len();
            self.table.resize(first + (longest - job.min + 1) as usize, f64::INFINITY);
            for k in 0..self.lens.len() {
                // More than the longest chunk: as many in a row as it takes, priced like one with gaps.
                let len = self.lens[k];
                let more = (len + job.max - 1) / job.max - 1;
                let span = len + more * model.setup.same_batch;
                if (more + 1) * job.min > len || span > plan.free(w) {
                    continue;
                }
                let piece = Piece { task: j, len: span, completes };
                if let Some(spot) = self.best_here(plan, w, piece, (from, to), f64::INFINITY) {
                    let cost = spot.cost + model.chunk * f64::from(more);
                    self.table[first + (len - job.min) as usize] = cost;
                }
            }
        }
        self.cuts.push(Cut { window: w as u32, row, lens: (job.min, longest), late });
    }

    /// Chooses a length for each window that was priced.
    fn join_cuts(&self, plan: &Plan<'_>, j: usize) -> Option<(f64, Vec<(u32, i32)>)> {
        let job = &plan.model.tasks[j];
        let left = (job.size - plan.tasks[j].planned) as usize;
        let chunk = plan.model.chunk;
        let first = if plan.tasks[j].windows.is_empty() { -chunk } else { 0.0 };
        let now = plan.task_points(j) + job.blocked;
        let never = job.lateness(plan.model.horizon) + job.blocked;
        let cuts_now = chunk * plan.tasks[j].windows.len().saturating_sub(1) as f64;
        let width = left + 1;
        let mut least = vec![f64::INFINITY; width];
        least[0] = 0.0;
        let mut choice = vec![0i32; self.cuts.len() * width];
        // The best way to complete the task, and its last cut and length.
        let mut done: (f64, usize, i32) = (f64::INFINITY, 0, 0);
        for (k, cut) in self.cuts.iter().enumerate() {
            let (shortest, longest) = cut.lens;
            let rows = (longest - shortest + 1) as usize;
            let before = least.clone();
            for len in shortest..=longest {
                let at = (len - shortest) as usize;
                let completing = self.table[if cut.late { cut.row + rows + at } else { cut.row + at }];
                let cost = before[left - len as usize] + completing + chunk;
                if cost < done.0 {
                    done = (cost, k, len);
                }
                let middle = self.table[cut.row + at] + chunk;
                if !middle.is_finite() {
                    continue;
                }
                for sum in len as usize..width {
                    let cost = before[sum - len as usize] + middle;
                    if cost < least[sum] {
                        least[sum] = cost;
                        choice[k * width + sum] = len;
                    }
                }
            }
        }
        let mut best = (done.0 + first + cuts_now - now, done.1, done.2, left);
        for (sum, least) in least.iter().enumerate().take(left).skip(1) {
            let open = job.unscheduled * (left - sum) as f64 + never;
            let cost = least + first + cuts_now + open - now;
            if cost < best.0 {
                best = (cost, self.cuts.len(), 0, sum);
            }
        }
        let (cost, last, len, mut sum) = best;
        if !cost.is_finite() {
            return None;
        }
        let mut pieces = Vec::new();
        if len > 0 {
            pieces.push((self.cuts[last].window, len));
            sum -= len as usize;
        }
        for k in (0..last).rev() {
            let len = choice[k * width + sum];
            if len > 0 {
                pieces.push((self.cuts[k].window, len));
                sum -= len as usize;
            }
        }
        pieces.reverse();
        Some((cost, pieces))
    }

    /// Places pieces as they come, each where it costs least in its window.
    pub(super) fn place_pieces(&mut self, plan: &mut Plan<'_>, j: usize, pieces: &[(u32, i32)]) {
        let job = &plan.model.tasks[j];
        for (w, len) in pieces {
            let chunks = (len + job.max - 1) / job.max;
            for k in 0..chunks {
                let len = len / chunks + i32::from(k < len % chunks);
                let Some(bounds) = plan.bounds(j, 0, None) else { return };
                let completes = (plan.tasks[j].planned + len == job.size).then_some(plan.tasks[j].last);
                let piece = Piece { task: j, len, completes };
                if let Some(spot) = self.best_here(plan, *w as usize, piece, bounds, f64::INFINITY) {
                    place(plan, j, spot);
                }
            }
        }
    }
}

impl Inserter {
    /// Plans task `j` chunk by chunk, in lengths drawn at random and by whoever does each cheapest: what no
    /// dynamic program over one worker's windows comes upon.
    pub(crate) fn insert_loosely(&mut self, plan: &mut Plan<'_>, j: usize, rng: &mut Rng) {
        let job = &plan.model.tasks[j];
        loop {
            let left = job.size - plan.tasks[j].planned;
            if left < job.min {
                return;
            }
            let drawn = rng.i32(job.min..=job.max.min(left));
            // What is left over should be nothing, or enough for one more chunk.
            let len = match left - drawn {
                0 => drawn,
                rest if rest >= job.min => drawn,
                _ if left <= job.max => left,
                rest => (drawn - (job.min - rest)).max(job.min),
            };
            let Some(bounds) = plan.bounds(j, 0, None) else { return };
            let completes = (len == left).then_some(plan.tasks[j].last);
            let piece = Piece { task: j, len, completes };
            let mut best: Option<Spot> = None;
            for w in job.allowed.iter().map(|w| *w as usize) {
                // Some windows are passed over, for the sake of variety.
                if rng.u32(0..4) > 0 {
                    let limit = best.map_or(f64::INFINITY, |b| b.cost);
                    best = self.best_here(plan, w, piece, bounds, limit).or(best);
                }
            }
            if !best.is_some_and(|spot| place(plan, j, spot)) {
                return;
            }
        }
    }
}

/// The lengths to price for what is left of a task: a grid from both ends, so that two lengths on it
/// may add up to all that is left, and the longest.
fn list_lengths(lens: &mut Vec<i32>, left: i32, min: i32, longest: i32) {
    let step = ((longest - min) / 6).max(1) as usize;
    lens.clear();
    lens.extend((min..=longest).step_by(step));
    lens.extend(
        (min..=longest).step_by(step).map(|len| left - len).filter(|len| (min..=longest).contains(len)),
    );
    lens.push(longest);
    if left <= longest {
        lens.push(left);
    }
    lens.sort_unstable();
    lens.dedup();
}
