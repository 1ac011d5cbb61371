//! The annealing loop over plans.

use super::insert::Inserter;
use super::pool::Pool;
use super::ruin::{Neighbours, choose};
use super::state::{Placed, Plan};
use crate::model::{Advice, Model, PATIENCE, Suggested};
use fastrand::Rng;

/// What share of a cooling's time has passed, where its time is limited; 1 and more when it is over.
pub(crate) type Clock<'a> = dyn Fn() -> f64 + Sync + 'a;

/// How to anneal.
#[derive(Clone, Copy)]
pub(crate) struct Annealing<'a> {
    /// How many times to take out and put back.
    pub(crate) rounds: u64,
    /// Cools by the clock where that is ahead of the rounds.
    pub(crate) clock: Option<&'a Clock<'a>>,
    /// How many tasks to take out at the most.
    pub(crate) most: usize,
    pub(crate) seed: u64,
    /// The temperature at the start and at the end, in points.
    pub(crate) temperature: (f64, f64),
    /// From which share of the whole cooling to which these rounds are.
    pub(crate) span: (f64, f64),
}

impl Annealing<'_> {
    pub(crate) fn temperature(&self, done: f64) -> f64 {
        let (hot, cold) = self.temperature;
        hot * (cold / hot).powf(done)
    }

    /// What share of the whole cooling is over by the clock; 0 without one.
    pub(crate) fn by_clock(&self) -> f64 {
        self.clock.map_or(0.0, |clock| clock())
    }
}

/// What is asked every few rounds, with the share of the cooling done and the best cost: whether to stop.
pub(crate) type Stop<'a> = dyn FnMut(f64, f64) -> bool + 'a;

/// The best plan met that keeps every cap.
pub(crate) struct Best {
    cost: f64,
    sequences: Vec<Vec<Placed>>,
}

impl Best {
    pub(crate) fn new(plan: &Plan<'_>) -> Best {
        Best { cost: plan.cost(), sequences: plan.sequences.clone() }
    }

    /// What nothing is better than, where the last plan is wanted, and not the best.
    pub(crate) fn unwanted() -> Best {
        Best { cost: f64::NEG_INFINITY, sequences: Vec::new() }
    }

    /// Takes a plan that is better.
    pub(crate) fn take(&mut self, plan: &Plan<'_>) {
        if plan.cost() < self.cost - 1e-7 && plan.keeps_caps() {
            self.cost = plan.cost();
            self.sequences.clone_from(&plan.sequences);
        }
    }

    pub(crate) fn cost(&self) -> f64 {
        self.cost
    }

    pub(crate) fn plan(self, model: &Model) -> Plan<'_> {
        Plan::of(model, self.sequences)
    }
}

/// What changes a plan, and what it has come to know.
pub(crate) struct Chain<'a> {
    near: &'a Neighbours,
    inserter: Inserter,
    pub(crate) caps: CapPrices,
}

impl<'a> Chain<'a> {
    pub(crate) fn new(near: &'a Neighbours, advice: Advice, caps: CapPrices) -> Chain<'a> {
        Chain { near, inserter: Inserter::new(advice), caps }
    }

    /// Changes a plan, within its scope, for some rounds.
    pub(crate) fn cool(
        &mut self,
        plan: &mut Plan<'_>,
        how: Annealing<'_>,
        best: &mut Best,
        stop: &mut Stop<'_>,
    ) {
        let mut rng = Rng::with_seed(how.seed);
        let mut cost = plan.cost();
        let (from, to) = how.span;
        let mut by_clock = 0.0;
        for round in 0..how.rounds {
            let asks = round % 64 == 0;
            if asks {
                by_clock = how.by_clock();
            }
            let by_rounds = from + (to - from) * (round as f64 / how.rounds as f64);
            let done = by_rounds.max(by_clock);
            if asks {
                if by_clock >= to || stop(done, best.cost) {
                    break;
                }
                self.caps.charge(plan, done);
                cost = plan.cost();
            }
            plan.save();
            let limit = cost - how.temperature(done) * rng.f64().max(1e-300).ln();
            let whole = rebuild(plan, self.near, &mut self.inserter, &mut rng, how.most, limit);
            if whole && !plan.broken && plan.cost() < limit {
                cost = plan.cost();
                best.take(plan);
            } else {
                plan.undo();
            }
        }
    }
}

/// Caps may be exceeded while searching, at a price: in multiples of what the relaxation says that they are worth,
/// at the start and at the end. Work is then exchanged in small steps where otherwise much would have to
/// change at once (as routes are in Vidal et al. 2012, doi:10.1287/opre.1120.1048). Only plans that keep every cap count.
const CAP_PRICE: (f64, f64) = (1.0, 3.0);

/// From this share of the rounds on, the price of every cap that is found exceeded grows every few rounds, by so much
/// of itself for each time in a row.
const FIRM: f64 = 0.7;
const FIRMER: f64 = 0.02;

/// What a slot beyond each cap costs.
#[derive(Clone, Debug)]
pub(crate) struct CapPrices {
    points: Vec<f64>,
    /// How many times in a row each was found exceeded of late.
    exceeded: Vec<u32>,
}

impl CapPrices {
    /// What each cap is worth, or leaving out the least work where nothing better is known.
    pub(crate) fn new(model: &Model, advice: &Advice) -> CapPrices {
        let left_out = model.tasks.iter().map(|job| job.unscheduled).filter(|points| *points > 0.0);
        let least = left_out.fold(f64::INFINITY, f64::min);
        let least = if least.is_finite() { least } else { 1.0 };
        let price = |cap: usize| advice.caps.get(cap).map_or(least, |toll| toll.max(least));
        let points = (0..model.caps.len()).map(price).collect();
        CapPrices { points, exceeded: vec![0; model.caps.len()] }
    }

    /// Lets a plan exceed caps at these prices, with so much of the cooling done.
    fn charge(&mut self, plan: &mut Plan<'_>, done: f64) {
        if self.points.is_empty() {
            return;
        }
        if done > FIRM {
            // One cap that is worth more than was thought, and none of all this would count.
            for (cap, times) in
                self.exceeded.iter_mut().enumerate().filter(|(cap, _)| plan.scope.counts(*cap))
            {
                *times = if plan.beyond(cap as u32) > 0 { *times + 1 } else { 0 };
                self.points[cap] *= 1.0 + FIRMER * f64::from(*times);
            }
        }
        let factor = CAP_PRICE.0 * (CAP_PRICE.1 / CAP_PRICE.0).powf(done);
        plan.price_caps(|cap| factor * self.points[cap]);
    }

    /// Takes over what another has come to where it is dearer.
    pub(crate) fn take_dearer(&mut self, other: &CapPrices) {
        for cap in 0..self.points.len() {
            if other.points[cap] > self.points[cap] {
                self.points[cap] = other.points[cap];
                self.exceeded[cap] = other.exceeded[cap];
            }
        }
    }
}

/// One in so many insertions of what may be cut goes chunk by chunk.
const LOOSE: u32 = 10;

/// One round in so many takes only some of a task's chunks out.
const PARTIAL: u32 = 3;

/// One round in so many takes all that comes after a task out with it. In the others that stays where it is.
const CHAINED: u32 = 5;

/// Takes some tasks out and puts them back. Answers false, in the middle of it, once that cannot be of use: where the plan can no
/// longer cost less than `limit`, or a task finds no room before what comes after it.
fn rebuild(
    plan: &mut Plan<'_>,
    near: &Neighbours,
    inserter: &mut Inserter,
    rng: &mut Rng,
    most: usize,
    limit: f64,
) -> bool {
    let mut pool = Pool::new(rng.u32(0..CHAINED) == 0);
    let guided = rng.u32(0..GUIDED) == 0;
    let suggested = if guided { inserter.suggested(rng) } else { None };
    match &suggested {
        Some(content) => clear(plan, content, &mut pool, rng),
        None => {
            let whole = rng.u32(0..PARTIAL) > 0;
            for j in choose(plan, near, rng, most) {
                if whole {
                    pool.take(plan, j as usize);
                } else {
                    pool.take_some(plan, j as usize, &mut |_| rng.bool());
                }
            }
        }
    }
    plan.settle();
    if plan.broken {
        return false;
    }
    pool.order(plan, rng);
    let pool = pool.tasks;
    if let Some(content) = suggested {
        inserter.toll_share = 0.0;
        inserter.fill_window(plan, &content, rng);
    }
    inserter.toll_share = if rng.bool() { 0.0 } else { rng.f64() };
    inserter.patience = rng.usize(0..PATIENCE.len());
    let blink = rng.u32(0..4) * 3;
    for at in 0..pool.len() {
        let j = pool[at] as usize;
        if plan.complete(j) {
            continue;
        }
        let affordable = limit - plan.cost() + still_to_save(plan, &pool[at..]);
        if affordable < 0.0 {
            return false;
        }
        inserter.affordable = Some(affordable);
        if !plan.tasks[j].windows.is_empty() {
            inserter.insert_rest(plan, j, &mut || blink > 0 && rng.u32(0..256) < blink);
        } else if plan.model.tasks[j].most_chunks() >= 2 && rng.u32(0..LOOSE) == 0 {
            inserter.insert_loosely(plan, j, rng);
        } else {
            inserter.insert(plan, j, &mut || blink > 0 && rng.u32(0..256) < blink);
        }
        // What comes after a task, and was not taken out with it, needs all of it.
        let mut after = plan.model.tasks[j].succs.iter();
        if !plan.complete(j) && after.any(|(k, _)| plan.tasks[*k as usize].planned > 0) {
            return false;
        }
    }
    true
}

/// The most that planning some tasks can save, in points: all that they cost now, what it is worth to have them where they were,
/// and all that quotas are short.
fn still_to_save(plan: &Plan<'_>, pool: &[u32]) -> f64 {
    let points = |j: usize| plan.task_points(j) + plan.model.tasks[j].kept;
    pool.iter().map(|j| points(*j as usize)).sum::<f64>() + plan.quota_points()
}

/// One round in so many puts into a window what the relaxation has there.
const GUIDED: u32 = 2;

/// Takes out what lies in a window, some of it with all that the same tasks have elsewhere, and what is to lie there.
fn clear(plan: &mut Plan<'_>, content: &Suggested, pool: &mut Pool, rng: &mut Rng) {
    let window = content.window;
    let here: Vec<u32> = plan.sequences[window as usize].iter().map(|chunk| chunk.task).collect();
    let whole = rng.bool();
    for j in here {
        if whole {
            pool.take(plan, j as usize);
        } else {
            pool.take_some(plan, j as usize, &mut |w| w == window);
        }
    }
    for (j, _) in &content.items {
        pool.take(plan, *j as usize);
    }
}

#[cfg(test)]
mod tests;
