//! Putting one task into a plan where it costs least, all else staying in its order: as one chunk,
//! or cut into several by a dynamic program over windows and slots of work.

mod seam;
mod split;

use super::state::{Placed, Plan};
use super::timing::{NEVER, add_lateness, fill_costs};
use crate::model::{Advice, Cell, Job, Model, Suggested, starts};
use fastrand::Rng;
use seam::{Seam, cheapest_start, least_cost};
use split::{Cut, Price};
use std::sync::Arc;

/// Where a piece costs least, and what it adds to the cost there.
#[derive(Clone, Copy)]
struct Spot {
    window: usize,
    piece: Piece,
    /// Between two neighbours, and within what times: see [`Inserter::place`] for the start.
    place: Place,
    within: (i32, i32),
    cost: f64,
}

/// A place in a window's order where a task may go: what that does to its neighbours, and the first slot and the end of what
/// they leave free, in slots into the window.
#[derive(Clone, Copy)]
struct Place {
    position: usize,
    seam: Seam,
    free: (i32, i32),
}

/// Working memory for insertions, kept between calls.
#[derive(Clone, Default)]
pub(crate) struct Inserter {
    costs: Vec<f32>,
    /// The places of the window and the task that are being priced.
    places: Vec<Place>,
    cuts: Vec<Cut>,
    prices: Vec<Price>,
    least: Vec<f64>,
    choice: Vec<i32>,
    lens: Vec<i32>,
    turn: u32,
    /// Charged for the use of time beside the cost, in this share.
    advice: Advice,
    pub(crate) toll_share: f64,
    /// What the task that is inserted next may cost at the most, in points; no matter what where nothing is said.
    pub(crate) affordable: Option<f64>,
    /// How much time to leave to what comes after a task: a level of the model's tails.
    pub(crate) patience: usize,
}

/// What is to be inserted into a window.
#[derive(Clone, Copy, PartialEq)]
struct Piece {
    task: usize,
    len: i32,
    /// With this piece the task is complete, and its other chunks end by the time given.
    completes: Option<i32>,
}

impl Inserter {
    /// An inserter that charges for the use of windows.
    pub(crate) fn new(advice: Advice) -> Inserter {
        Inserter { advice, ..Inserter::default() }
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
                self.place(plan, spot);
                return;
            }
            // Cutting costs a chunk and more; where the whole lies well it is rarely worth the trouble.
            let setup = &plan.model.setup;
            let well = worth.is_some_and(|s| s.cost < plan.model.chunk + setup.block + setup.switch);
            let limit = worth.map_or(f64::INFINITY, |spot| spot.cost);
            let split =
                if well && !self.try_cutting() { None } else { self.best_split(plan, j, limit, skip) };
            match (worth, split) {
                (Some(spot), None) => {
                    self.place(plan, spot);
                }
                (Some(spot), Some((cost, _))) if spot.cost <= cost + outside => {
                    self.place(plan, spot);
                }
                (_, Some((_, pieces))) => self.place_pieces(plan, j, &pieces),
                (None, None) => {}
            }
            return;
        }
        self.insert_rest(plan, j, skip);
    }

    /// Plans what is left of task `j` as cheaply as can be.
    pub(crate) fn insert_rest(&mut self, plan: &mut Plan<'_>, j: usize, skip: &mut dyn FnMut() -> bool) {
        // What is longer than its longest chunk may want several chunks in one window: again, then,
        // for what is left.
        while let Some((_, pieces)) = self.best_split(plan, j, f64::INFINITY, skip) {
            let before = plan.tasks[j].planned;
            self.place_pieces(plan, j, &pieces);
            if plan.tasks[j].planned == before || plan.complete(j) {
                break;
            }
        }
    }

    /// One of the contents that the relaxation suggests, the likelier the more it has of it.
    pub(crate) fn suggested(&self, rng: &mut Rng) -> Option<Suggested> {
        let all = &self.advice.contents;
        let drawn = rng.f64() * all.last()?.up_to;
        let at = all.partition_point(|content| content.up_to < drawn);
        all.get(at).cloned()
    }

    /// Puts what is suggested into its window, as far as it fits there, now and then without some of it.
    pub(crate) fn fill_window(&mut self, plan: &mut Plan<'_>, content: &Suggested, rng: &mut Rng) {
        let mut items = content.items.clone();
        items.sort_by_key(|(j, _)| plan.model.tasks[*j as usize].rank);
        for (j, len) in items {
            if rng.u32(0..8) > 0 {
                self.place_pieces(plan, j as usize, &[(content.window, len)]);
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

    /// Plans what the last plan had where it had it, as far as the rules still allow, or as near as can be
    /// in the same window; answers how many slots of it are planned.
    pub(crate) fn restore(&mut self, plan: &mut Plan<'_>) -> i32 {
        let model = plan.model;
        let mut order: Vec<usize> = (0..model.tasks.len()).collect();
        order.sort_unstable_by_key(|j| (model.tasks[*j].rank, *j));
        let mut slots = 0;
        for j in order {
            for (worker, start, end) in &model.tasks[j].before {
                let here = |w: &&u32| {
                    let window = &model.windows[**w as usize];
                    window.worker == *worker && window.start <= *start && *start < window.end
                };
                let Some(w) = model.tasks[j].allowed.iter().find(here).map(|w| *w as usize) else { continue };
                let len = (end - start).min(model.tasks[j].size - plan.tasks[j].planned);
                let Some((from, to)) = plan.bounds(j, 0, None) else { continue };
                if !(model.tasks[j].min..=model.tasks[j].max).contains(&len) {
                    continue;
                }
                let completes =
                    (plan.tasks[j].planned + len == model.tasks[j].size).then_some(plan.tasks[j].last);
                let piece = Piece { task: j, len, completes };
                let kept = self.best_here(plan, w, piece, (from.max(*start), to.min(*end)), f64::INFINITY);
                let near = kept.or_else(|| self.best_here(plan, w, piece, (from, to), f64::INFINITY));
                if near.is_some_and(|spot| self.place(plan, spot)) {
                    slots += len;
                }
            }
            while plan.tasks[j].planned > 0 && !plan.complete(j) {
                let Some((_, pieces)) = self.best_split(plan, j, f64::INFINITY, &mut || false) else { break };
                let before = plan.tasks[j].planned;
                self.place_pieces(plan, j, &pieces);
                if plan.tasks[j].planned == before {
                    break;
                }
            }
        }
        slots
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
        let most = self.most(plan, j);
        let scope = Arc::clone(&plan.scope);
        for w in scope.allowed(j).iter().map(|w| *w as usize) {
            let window = &model.windows[w];
            if window.end < from + job.size || window.start + job.size > to {
                continue;
            }
            let limit = best.map_or(f64::INFINITY, |b| b.cost);
            if job.lateness(window.start + job.size) - saved_at_most(model, job) > limit.min(most) {
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

    /// What task `j` may cost at the most for a place to be worth finding: no more than leaving it as it is.
    fn most(&self, plan: &Plan<'_>, j: usize) -> f64 {
        let as_it_is = plan.task_points(j) + plan.model.tasks[j].blocked;
        self.affordable.map_or(as_it_is, |most| most.min(as_it_is))
    }

    /// The cheapest place for a piece in a window, where it is cheaper than `limit`.
    fn best_here(
        &mut self,
        plan: &mut Plan<'_>,
        w: usize,
        piece: Piece,
        bounds: (i32, i32),
        limit: f64,
    ) -> Option<Spot> {
        if plan.free(w) < piece.len {
            return None;
        }
        self.list_places(plan, w, piece.task);
        self.best_listed(plan, w, piece, bounds, limit)
    }

    /// Lists the places in a window's order where a task may go: behind all that must come before it.
    fn list_places(&mut self, plan: &mut Plan<'_>, w: usize, j: usize) {
        plan.fresh(w);
        self.places.clear();
        for position in first_position(plan, w, j)..=plan.sequences[w].len() {
            let seam = Seam::new(plan, w, position, j);
            let (after, before) = plan.timing[w].room(position);
            let free = (after + seam.before as i32, before.saturating_sub(seam.after as i32));
            self.places.push(Place { position, seam, free });
        }
    }

    /// The cheapest of the listed places for a piece, where it is cheaper than `limit`.
    fn best_listed(
        &mut self,
        plan: &Plan<'_>,
        w: usize,
        piece: Piece,
        (from, to): (i32, i32),
        limit: f64,
    ) -> Option<Spot> {
        let model = plan.model;
        let job = &model.tasks[piece.task];
        let window = &model.windows[w];
        let tail = piece.completes.map_or(0.0, |_| self.tail(job, w));
        let soonest = |from: i32| {
            let end = from.max(window.start) + piece.len;
            tail + piece.completes.map_or(0.0, |other| job.lateness(end.max(other)))
        };
        let mut best: Option<Spot> = None;
        for cell in &window.cells {
            let Some(charge) = plan.cap_charge(&cell.caps, job.client, piece.len) else { continue };
            let toll = self.toll_share * f64::from(piece.len) * self.advice.of(w, cell);
            let gain = plan.quota_gain(&cell.quotas, job.client, piece.len) - toll - charge;
            let limit = best.map_or(limit, |b| b.cost) + gain;
            let within = in_cell(cell, from, to, piece.len);
            if soonest(within.0) - job.kept >= limit {
                continue;
            }
            if let Some((cost, place)) = self.price(plan, w, piece, within)
                && cost + tail < limit
            {
                best = Some(Spot { window: w, piece, place, within, cost: cost + tail - gain });
            }
        }
        best
    }

    /// What it does to all that comes after a task to have it complete in a window, with the patience of this round.
    fn tail(&self, job: &Job, w: usize) -> f64 {
        job.tails.get(self.patience).map_or(0.0, |tails| f64::from(tails[w]))
    }

    /// The cheapest of the listed places for a piece between given times: tries every start.
    fn price(&mut self, plan: &Plan<'_>, w: usize, piece: Piece, within: (i32, i32)) -> Option<(f64, Place)> {
        let window = &plan.model.windows[w];
        let (lo, hi) = starts(&plan.model.tasks[piece.task], window, piece.len, within.0, within.1)?;
        let (lo, hi) = (lo - window.start, hi - window.start);
        let timing = &plan.timing[w];
        let mut range = None;
        let mut best: Option<(f64, Place)> = None;
        for place in &self.places {
            if lo.max(place.free.0) > hi.min(place.free.1 - piece.len) {
                continue;
            }
            // What the piece costs at each start is the same at every place: worked out once, if at all.
            let range = match range {
                Some(range) => range,
                None => *range.insert(fill_piece(plan, w, piece, within, &mut self.costs)?),
            };
            let (forward, backward) = (timing.forward(place.position), timing.backward(place.position));
            let least = least_cost(&self.costs, forward, backward, range, piece.len as usize, place.seam);
            let cost = f64::from(least) + place.seam.setup - f64::from(timing.best);
            if least < NEVER / 2.0 && best.is_none_or(|b| cost < b.0) {
                best = Some((cost, *place));
            }
        }
        best
    }

    /// Puts a piece where it costs least, at the earliest of the starts that do; false where that breaks a rule. The plan must
    /// be as it was when the spot was found.
    fn place(&mut self, plan: &mut Plan<'_>, spot: Spot) -> bool {
        let Spot { window: w, piece, place: Place { position, seam, .. }, within, .. } = spot;
        plan.fresh(w);
        let Some(range) = fill_piece(plan, w, piece, within, &mut self.costs) else { return false };
        let timing = &plan.timing[w];
        let (forward, backward) = (timing.forward(position), timing.backward(position));
        let start = cheapest_start(&self.costs, forward, backward, range, piece.len as usize, seam);
        let Some(start) = start else { return false };
        let start = plan.model.windows[w].start + start as i32;
        plan.insert(w, position, Placed { task: piece.task as u32, start, len: piece.len })
    }
}

/// Fills `costs` with what a piece costs at each start in a window, lateness and all; answers the range of starts in which some are
/// possible.
fn fill_piece(
    plan: &Plan<'_>,
    w: usize,
    Piece { task: j, len, completes }: Piece,
    (from, to): (i32, i32),
    costs: &mut Vec<f32>,
) -> Option<(usize, usize)> {
    let window = &plan.model.windows[w];
    let range = fill_costs(plan, j, w, len, from, to, costs)?;
    if let Some(other_end) = completes {
        add_lateness(&plan.model.tasks[j], window, len, other_end, range, costs);
    }
    for (from, to) in plan.taken_elsewhere(j, w) {
        forbid(costs, (from - len + 1 - window.start, to - window.start));
    }
    Some(range)
}

/// The most that planning a task in some place can save beside what leaving it out would cost: in quotas, and for being
/// kept where it was.
fn saved_at_most(model: &Model, job: &Job) -> f64 {
    model.quota_slot * f64::from(job.size) + job.kept
}

/// Forbids the starts in a span, in slots into the window.
fn forbid(costs: &mut [f32], (from, to): (i32, i32)) {
    let span = from.max(0) as usize..(to.max(0) as usize).min(costs.len());
    if let Some(costs) = costs.get_mut(span) {
        costs.fill(NEVER);
    }
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

#[cfg(test)]
mod tests;
