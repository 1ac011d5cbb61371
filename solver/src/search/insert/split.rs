//! Cutting a task into chunks over the windows of one worker: a dynamic program over windows and slots
//! of work, over what each length costs in each window.

use super::{Inserter, Piece, Place, Spot, saved_at_most};
use crate::search::state::Plan;
use fastrand::Rng;
use std::sync::Arc;

/// The ways to have a chunk of a task in a window: a range of prices, by length.
#[derive(Clone)]
pub(super) struct Cut {
    window: u32,
    prices: std::ops::Range<usize>,
}

/// What a chunk of so many slots costs: when it is not the task's last, and when it is.
#[derive(Clone, Copy)]
pub(super) struct Price {
    len: i32,
    middle: f64,
    completing: f64,
}

impl Inserter {
    /// The cheapest way to plan what is left of task `j` in chunks, at most one more a window and
    /// all by one worker: what it changes in cost against leaving it as it is, and the pieces. Ways in which
    /// the task itself would cost more than `limit` need not be found.
    pub(super) fn best_split(
        &mut self,
        plan: &mut Plan<'_>,
        j: usize,
        limit: f64,
        skip: &mut dyn FnMut() -> bool,
    ) -> Option<(f64, Vec<(u32, i32)>)> {
        let model = plan.model;
        let job = &model.tasks[j];
        let (from, to) = plan.bounds(j, 0, None)?;
        let limit = limit.min(self.most(plan, j));
        let scope = Arc::clone(&plan.scope);
        self.cuts.clear();
        self.prices.clear();
        for w in scope.allowed(j).iter().map(|w| *w as usize) {
            let window = &model.windows[w];
            // Whatever has a chunk here ends no sooner.
            if job.lateness(window.start + job.min) - saved_at_most(model, job) > limit {
                break;
            }
            if window.end >= from + job.min && window.start + job.min <= to && !skip() {
                self.price_cuts(plan, j, w, (from, to));
            }
        }
        let mut cuts = std::mem::take(&mut self.cuts);
        let worker = |cut: &Cut| model.windows[cut.window as usize].worker;
        cuts.sort_by_key(worker);
        let mut best: Option<(f64, Vec<(u32, i32)>)> = None;
        for mine in cuts.chunk_by(|a, b| worker(a) == worker(b)) {
            if let Some((cost, pieces)) = self.join_cuts(plan, j, mine)
                && cost < best.as_ref().map_or(-1e-9, |b| b.0)
            {
                best = Some((cost, pieces));
            }
        }
        self.cuts = cuts;
        best
    }

    /// Prices some lengths of a chunk of task `j` in a window. What is shorter fits wherever what is longer
    /// does, so each length in between may be had at the price of the next longer one.
    fn price_cuts(&mut self, plan: &mut Plan<'_>, j: usize, w: usize, bounds: (i32, i32)) {
        let model = plan.model;
        let job = &model.tasks[j];
        let window = &model.windows[w];
        let left = job.size - plan.tasks[j].planned;
        let most = window.cells.iter().map(|cell| plan.cap_room(&cell.caps, job.client)).max();
        let longest = left.min(plan.free(w)).min(most.unwrap_or(left));
        if longest < job.min {
            return;
        }
        self.list_places(plan, w, j);
        let longest = longest.min(self.longest_room(window.start, bounds));
        if longest < job.min {
            return;
        }
        list_lengths(&mut self.lens, job.min, job.max.min(longest), longest);
        let tail = self.tail(job, w);
        let first = self.prices.len();
        let other_end = plan.tasks[j].last;
        let late = window.end.max(other_end) > job.due;
        for k in 0..self.lens.len() {
            // More than the longest chunk: as many in a row as it takes, priced like one with gaps.
            let len = self.lens[k];
            let more = (len + job.max - 1) / job.max - 1;
            let span = len + more * model.setup.same_batch;
            if (more + 1) * job.min > len || span > plan.free(w) {
                continue;
            }
            let mut priced = |completes| {
                let piece = Piece { task: j, len: span, completes };
                let spot = self.best_listed(plan, w, piece, bounds, f64::INFINITY);
                spot.map_or(f64::INFINITY, |spot| spot.cost + model.chunk * f64::from(more + 1))
            };
            let middle = priced(None);
            if middle.is_finite() {
                let completing = if late { priced(Some(other_end)) } else { middle + tail };
                self.prices.push(Price { len, middle, completing });
            }
        }
        if self.prices.len() > first {
            self.cuts.push(Cut { window: w as u32, prices: first..self.prices.len() });
        }
    }

    /// The most slots in a row that any of the listed places has between given times; `start` is the window's.
    fn longest_room(&self, start: i32, (from, to): (i32, i32)) -> i32 {
        let room =
            |place: &Place| place.free.1.min(to - start).saturating_sub(place.free.0.max(from - start));
        self.places.iter().map(room).max().unwrap_or(0)
    }

    /// Chooses a length for each of the windows that were priced, all of one worker.
    fn join_cuts(&mut self, plan: &Plan<'_>, j: usize, cuts: &[Cut]) -> Option<(f64, Vec<(u32, i32)>)> {
        let job = &plan.model.tasks[j];
        let left = (job.size - plan.tasks[j].planned) as usize;
        let chunk = plan.model.chunk;
        let first = if plan.tasks[j].windows.is_empty() { -chunk } else { 0.0 };
        let now = plan.task_points(j) + job.blocked;
        let never = job.lateness(plan.model.horizon) + job.blocked;
        let base = first + chunk * plan.tasks[j].windows.len().saturating_sub(1) as f64 - now;
        let width = left + 1;
        self.least.clear();
        self.least.resize(width, f64::INFINITY);
        self.least[0] = 0.0;
        self.choice.clear();
        self.choice.resize(cuts.len() * width, 0);
        // The best way to complete the task, and its last cut and length.
        let mut done: (f64, usize, i32) = (f64::INFINITY, 0, 0);
        for (k, cut) in cuts.iter().enumerate() {
            let mut shorter = job.min as usize;
            for price in &self.prices[cut.prices.clone()] {
                // The last chunk may have any length up to the priced one.
                for len in (shorter..=price.len as usize).filter(|len| job.has_chunks(*len as i32)) {
                    let cost = self.least[left - len] + price.completing;
                    if cost < done.0 {
                        done = (cost, k, len as i32);
                    }
                }
                shorter = price.len as usize + 1;
            }
            // From the top down, so that what is read is still without this window.
            for sum in (job.min as usize..width).rev() {
                for price in &self.prices[cut.prices.clone()] {
                    let Some(rest) = sum.checked_sub(price.len as usize) else { break };
                    let cost = self.least[rest] + price.middle;
                    if cost < self.least[sum] {
                        self.least[sum] = cost;
                        self.choice[k * width + sum] = price.len;
                    }
                }
            }
        }
        let mut best = (done.0 + base, done.1, done.2, left);
        for (sum, least) in self.least.iter().enumerate().take(left).skip(1) {
            let cost = least + base + job.unscheduled * (left - sum) as f64 + never;
            if cost < best.0 {
                best = (cost, cuts.len(), 0, sum);
            }
        }
        let (cost, last, len, mut sum) = best;
        if !cost.is_finite() {
            return None;
        }
        let mut pieces = Vec::new();
        if len > 0 {
            pieces.push((cuts[last].window, len));
            sum -= len as usize;
        }
        for k in (0..last).rev() {
            let len = self.choice[k * width + sum];
            if len > 0 {
                pieces.push((cuts[k].window, len));
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
                    self.place(plan, spot);
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
        let scope = Arc::clone(&plan.scope);
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
            for w in scope.allowed(j).iter().map(|w| *w as usize) {
                // Some windows are passed over, for the sake of variety.
                if rng.u32(0..4) > 0 {
                    let limit = best.map_or(f64::INFINITY, |b| b.cost);
                    best = self.best_here(plan, w, piece, bounds, limit).or(best);
                }
            }
            if !best.is_some_and(|spot| self.place(plan, spot)) {
                return;
            }
        }
    }
}

/// The lengths to price: the shortest, the longest in one chunk, the longest of all, and some between.
fn list_lengths(lens: &mut Vec<i32>, min: i32, max: i32, longest: i32) {
    lens.clear();
    for part in 0..=PARTS {
        lens.push(min + (max - min) * part / PARTS);
    }
    if longest > max {
        lens.extend([(max + longest) / 2, longest]);
    }
    lens.dedup();
}

/// Into how many parts the lengths of one chunk are divided by those that are priced.
const PARTS: i32 = 3;
