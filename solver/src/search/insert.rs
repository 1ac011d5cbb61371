//! Putting one task into a plan where it costs least, all else staying in its order: as one chunk,
//! or cut into several by a dynamic program over windows and slots of work.

use super::state::{Placed, Plan};
use super::timing::{NEVER, add_lateness, fill_costs};
use crate::model::{Cell, starts};

/// A place for a chunk, and what it adds to the cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) window: usize,
    pub(crate) position: usize,
    pub(crate) start: i32,
    pub(crate) len: i32,
    pub(crate) cost: f64,
}

/// Working memory for insertions, kept between calls.
#[derive(Clone, Default)]
pub(crate) struct Inserter {
    costs: Vec<f32>,
    table: Vec<f64>,
    cuts: Vec<Cut>,
    lens: Vec<i32>,
    turn: u32,
    /// Points per slot charged for the use of each window, beside the cost; empty: none.
    pub(crate) tolls: Vec<f64>,
    pub(crate) toll_share: f64,
    /// How much time to leave to what comes after a task: a level of the model's tails.
    pub(crate) patience: usize,
}

/// What is to be inserted into a window.
#[derive(Clone, Copy)]
struct Piece {
    task: usize,
    len: i32,
    /// With this piece the task is complete, and its other chunks end by the time given.
    completes: Option<i32>,
}

/// The ways to cut a task over the windows of one worker.
#[derive(Clone, Copy)]
struct Cut {
    window: u32,
    /// The first of its rows in the table: the least cost for each length from the shortest on.
    row: usize,
    lens: (i32, i32),
    /// Whether completing the task here is priced in a row of its own, behind the first.
    late: bool,
}

impl Inserter {
    /// An inserter that charges for the use of windows.
    pub(crate) fn with_tolls(tolls: &[f64]) -> Inserter {
        Inserter { tolls: tolls.to_vec(), ..Inserter::default() }
    }

    /// Plans task `j`, of which nothing is planned yet, as cheaply as one insertion can; leaves it
    /// out where that is cheaper. `skip` leaves windows out of account, for the sake of variety.
    pub(crate) fn insert(&mut self, plan: &mut Plan<'_>, j: usize, skip: &mut dyn FnMut() -> bool) {
        let job = &plan.model.tasks[j];
        if job.size <= job.max {
            let whole = self.best_whole(plan, j, skip);
            let outside = plan.task_points(j) + job.blocked;
            let worth = whole.filter(|spot| spot.cost < outside);
            if let Some(spot) = worth.filter(|_| job.size < 2 * job.min) {
                place(plan, j, spot);
                return;
            }
            // Cutting costs a chunk and more; where the whole lies well it is rarely worth the trouble.
            let setup = &plan.model.setup;
            let well = worth.is_some_and(|s| s.cost < plan.model.chunk + setup.block + setup.switch);
            let split = if well && !self.try_cutting() { None } else { self.best_split(plan, j, skip) };
            match (worth, split) {
                (Some(spot), None) => {
                    place(plan, j, spot);
                }
                (Some(spot), Some((cost, _))) if spot.cost <= cost + outside => {
                    place(plan, j, spot);
                }
                (_, Some((_, pieces))) => self.place_pieces(plan, j, &pieces),
                (None, None) => {}
            }
            return;
        }
        // What is longer than its longest chunk may want several chunks in one window: again, then,
        // for what is left.
        while let Some((_, pieces)) = self.best_split(plan, j, skip) {
            let before = plan.tasks[j].planned;
            self.place_pieces(plan, j, &pieces);
            if plan.tasks[j].planned == before || plan.complete(j) {
                break;
            }
        }
    }

    /// Plans every task, each where it costs least when its turn comes: the dearest to leave waiting
    /// first, as a share of its size (`by_weight`), or by due time; what others wait for before them.
    pub(crate) fn fill(&mut self, plan: &mut Plan<'_>, by_weight: bool) {
        let model = plan.model;
        let mut order: Vec<usize> =
            (0..model.tasks.len()).filter(|j| !model.tasks[*j].allowed.is_empty()).collect();
        let urgency = |j: &usize| {
            let job = &model.tasks[*j];
            let behind = (job.late + job.late_slot * model.day + job.blocked) / f64::from(job.size);
            if by_weight { -behind } else { f64::from(job.due) }
        };
        order.sort_by(|a, b| urgency(a).total_cmp(&urgency(b)).then(a.cmp(b)));
        for j in order {
            self.insert_with_preds(plan, j);
        }
    }

    fn insert_with_preds(&mut self, plan: &mut Plan<'_>, j: usize) {
        if plan.tasks[j].windows.is_empty() {
            for (i, _) in &plan.model.tasks[j].preds {
                self.insert_with_preds(plan, *i as usize);
            }
            self.insert(plan, j, &mut || false);
        }
    }

    /// True every few times.
    fn try_cutting(&mut self) -> bool {
        self.turn = self.turn.wrapping_add(1);
        self.turn.is_multiple_of(8)
    }

    /// The cheapest place for task `j` in one chunk, with all that the task then costs.
    fn best_whole(&mut self, plan: &mut Plan<'_>, j: usize, skip: &mut dyn FnMut() -> bool) -> Option<Spot> {
        let model = plan.model;
        let job = &model.tasks[j];
        let (from, to) = plan.bounds(j, 0, None)?;
        let piece = Piece { task: j, len: job.size, completes: Some(i32::MIN) };
        let mut best: Option<Spot> = None;
        for w in job.allowed.iter().map(|w| *w as usize) {
            let window = &model.windows[w];
            if window.end < from + job.size || window.start + job.size > to {
                continue;
            }
            let limit = best.map_or(f64::INFINITY, |b| b.cost);
            if job.lateness(window.start + job.size) - model.quota_slot * f64::from(job.size) > limit
                && job.previous.is_empty()
            {
                break;
            }
            if skip() {
                continue;
            }
            if let Some(spot) = self.best_here(plan, w, piece, (from, to), limit) {
                best = Some(spot);
            }
        }
        best
    }

    /// The cheapest place for a piece in a window, where it is cheaper than `limit`.
    fn best_here(
        &mut self,
        plan: &mut Plan<'_>,
        w: usize,
        piece: Piece,
        (from, to): (i32, i32),
        limit: f64,
    ) -> Option<Spot> {
        let model = plan.model;
        let job = &model.tasks[piece.task];
        if plan.free(w) < piece.len {
            return None;
        }
        let mut best: Option<Spot> = None;
        for cell in &model.windows[w].cells {
            if plan.cap_room(&cell.caps, job.client) < piece.len {
                continue;
            }
            let toll = self.tolls.get(w).map_or(0.0, |t| t * self.toll_share * f64::from(piece.len));
            let gain = plan.quota_gain(&cell.quotas, job.client, piece.len) - toll;
            let limit = best.map_or(limit, |b| b.cost);
            let bounds = in_cell(cell, from, to, piece.len);
            if let Some(spot) = self.best_in(plan, w, piece, bounds, limit + gain) {
                best = Some(Spot { cost: spot.cost - gain, ..spot });
            }
        }
        best
    }

    fn best_in(
        &mut self,
        plan: &mut Plan<'_>,
        w: usize,
        piece: Piece,
        (from, to): (i32, i32),
        limit: f64,
    ) -> Option<Spot> {
        let model = plan.model;
        let (j, len) = (piece.task, piece.len);
        let window = &model.windows[w];
        let (lo, hi) = starts(&model.tasks[j], window, len, from, to)?;
        let (lo, hi) = (lo - window.start, hi - window.start);
        plan.fresh(w);
        let sequence = &plan.sequences[w];
        let timing = &plan.timing[w];
        let soonest =
            piece.completes.map_or(0.0, |end| model.tasks[j].lateness(end.max(window.start + lo + len)));
        let tail = match piece.completes {
            Some(_) => model.tasks[j].tails.get(self.patience).map_or(0.0, |tails| f64::from(tails[w])),
            None => 0.0,
        };
        let soonest = soonest + tail;
        let mut range = None;
        let mut best: Option<(f64, usize)> = None;
        for position in first_position(plan, w, j)..=sequence.len() {
            let seam = Seam::new(plan, w, position, j);
            let limit = best.map_or(limit, |b| b.0);
            let (after, before) = timing.room(position);
            let first = lo.max(after + seam.before as i32);
            let last = hi.min(before - seam.after as i32 - len);
            if first > last || (seam.setup + soonest >= limit && !model.tasks[j].favoured) {
                continue;
            }
            // What the piece costs at each start is the same at every place: worked out once, if at all.
            let range = match range {
                Some(range) => range,
                None => {
                    let all = fill_costs(plan, j, w, len, from, to, &mut self.costs)?;
                    if let Some(other_end) = piece.completes {
                        add_lateness(&model.tasks[j], window, len, other_end, all, &mut self.costs);
                    }
                    *range.insert(all)
                }
            };
            let forward = timing.forward(position);
            let backward = timing.backward(position);
            let least = least_cost(&self.costs, forward, backward, range, len as usize, seam);
            let cost = f64::from(least) + seam.setup - f64::from(timing.best) + tail;
            if least < NEVER / 2.0 && cost < limit {
                best = Some((cost, position));
            }
        }
        let ((cost, position), range) = (best?, range?);
        let seam = Seam::new(plan, w, position, j);
        let (forward, backward) = (timing.forward(position), timing.backward(position));
        let start = cheapest_start(&self.costs, forward, backward, range, len as usize, seam)?;
        Some(Spot { window: w, position, start: window.start + start as i32, len, cost })
    }

    /// The cheapest way to plan what is left of task `j` in chunks, at most one more a window and
    /// all by one worker: what it changes in cost against leaving it as it is, and the pieces.
    fn best_split(
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
                if mine && !skip() && !plan.busy_elsewhere(j, w) {
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

    fn place_pieces(&mut self, plan: &mut Plan<'_>, j: usize, pieces: &[(u32, i32)]) {
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

fn place(plan: &mut Plan<'_>, j: usize, spot: Spot) -> bool {
    let chunk = Placed { task: j as u32, start: spot.start, len: spot.len };
    plan.insert(spot.window, spot.position, chunk)
}

fn in_cell(cell: &Cell, from: i32, to: i32, len: i32) -> (i32, i32) {
    (from.max(cell.from), to.min(cell.to - 1 + len))
}

/// The first place in a window's order that lies behind all chunks that must come before task `j`.
fn first_position(plan: &Plan<'_>, w: usize, j: usize) -> usize {
    let preds = &plan.model.tasks[j].preds;
    if preds.is_empty() {
        return 0;
    }
    let last = plan.sequences[w].iter().rposition(|c| preds.iter().any(|(i, _)| *i == c.task));
    last.map_or(0, |k| k + 1)
}

/// The buffers on both sides of a new chunk, and what the setups cost more with it.
#[derive(Clone, Copy)]
struct Seam {
    before: usize,
    after: usize,
    setup: f64,
}

impl Seam {
    fn new(plan: &Plan<'_>, w: usize, position: usize, j: usize) -> Seam {
        let model = plan.model;
        let sequence = &plan.sequences[w];
        let left = position.checked_sub(1).map(|k| sequence[k].task as usize);
        let right = sequence.get(position).map(|c| c.task as usize);
        let before = left.map(|i| model.between(i, j));
        let after = right.map(|i| model.between(j, i));
        let points = |between: Option<(i32, f64)>| between.map_or(0.0, |(_, points)| points);
        let now = left.zip(right).map(|(a, b)| model.between(a, b));
        let block = if left.is_none() && right.is_none() { model.setup.block } else { 0.0 };
        Seam {
            before: before.map_or(0, |(buffer, _)| buffer as usize),
            after: after.map_or(0, |(buffer, _)| buffer as usize),
            setup: points(before) + points(after) - points(now) + block,
        }
    }
}

/// The least of what comes before, the piece itself and what comes after, over all its starts.
fn least_cost(
    costs: &[f32],
    forward: &[f32],
    backward: &[f32],
    (lo, hi): (usize, usize),
    len: usize,
    seam: Seam,
) -> f32 {
    let Some((lo, count)) = span(forward, (lo, hi), len, seam) else { return NEVER };
    let forward = &forward[lo - seam.before..][..count];
    let costs = &costs[lo..][..count];
    let backward = &backward[lo + len + seam.after..][..count];
    let mut least = [NEVER; 8];
    let mut at = 0;
    while at + 8 <= count {
        for lane in 0..8 {
            least[lane] = least[lane].min(forward[at + lane] + costs[at + lane] + backward[at + lane]);
        }
        at += 8;
    }
    let mut best = least.into_iter().fold(NEVER, f32::min);
    for k in at..count {
        best = best.min(forward[k] + costs[k] + backward[k]);
    }
    best
}

/// The first start and the number of starts for which both neighbours lie inside the window.
fn span(forward: &[f32], (lo, hi): (usize, usize), len: usize, seam: Seam) -> Option<(usize, usize)> {
    let lo = lo.max(seam.before);
    let hi = hi.min((forward.len() - 1).checked_sub(len + seam.after)?);
    (lo <= hi).then(|| (lo, hi + 1 - lo))
}

fn cheapest_start(
    costs: &[f32],
    forward: &[f32],
    backward: &[f32],
    (lo, hi): (usize, usize),
    len: usize,
    seam: Seam,
) -> Option<usize> {
    let (lo, count) = span(forward, (lo, hi), len, seam)?;
    let cost = |s: usize| forward[s - seam.before] + costs[s] + backward[s + len + seam.after];
    let mut best = (NEVER / 2.0, None);
    for s in lo..lo + count {
        if cost(s) < best.0 {
            best = (cost(s), Some(s));
        }
    }
    best.1
}
