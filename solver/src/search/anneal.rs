//! The annealing loop over plans.

use super::insert::Inserter;
use super::ruin::{Neighbours, choose};
use super::state::Plan;
use crate::model::{Advice, Model, PATIENCE, Suggested};
use fastrand::Rng;

/// How to anneal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Annealing {
    /// How many times to take out and put back.
    pub(crate) rounds: u64,
    /// How many tasks to take out at the most.
    pub(crate) most: usize,
    pub(crate) seed: u64,
    /// The temperature at the start and at the end, in points.
    pub(crate) temperature: (f64, f64),
}

/// Improves a plan; answers the best one met. `stop` is asked every few rounds, with the share of
/// the rounds done and the best cost.
pub(crate) fn anneal<'m>(
    start: Plan<'m>,
    near: &Neighbours,
    how: Annealing,
    advice: &Advice,
    stop: &mut dyn FnMut(f64, f64) -> bool,
) -> Plan<'m> {
    let mut rng = Rng::with_seed(how.seed);
    let mut inserter = Inserter::new(advice);
    let mut plan = start;
    let mut cost = plan.cost();
    let (mut best, mut best_cost) = (plan.sequences.clone(), cost);
    let (hot, cold) = how.temperature;
    let mut prices = cap_prices(plan.model, advice);
    let mut exceeded = vec![0u32; prices.len()];
    for round in 0..how.rounds {
        let done = round as f64 / how.rounds as f64;
        if round % 64 == 0 {
            if stop(done, best_cost) {
                break;
            }
            if !prices.is_empty() {
                if done > FIRM {
                    // One cap that is worth more than was thought, and none of all this would count.
                    for (cap, times) in exceeded.iter_mut().enumerate() {
                        *times = if plan.beyond(cap as u32) > 0 { *times + 1 } else { 0 };
                        prices[cap] *= 1.0 + FIRMER * f64::from(*times);
                    }
                }
                let factor = CAP_PRICE.0 * (CAP_PRICE.1 / CAP_PRICE.0).powf(done);
                plan.price_caps(|cap| factor * prices[cap]);
                cost = plan.cost();
            }
        }
        plan.save();
        rebuild(&mut plan, near, &mut inserter, &mut rng, how.most);
        let temperature = hot * (cold / hot).powf(done);
        let now = plan.cost();
        if !plan.broken && now < cost - temperature * rng.f64().max(1e-300).ln() {
            cost = now;
            if cost < best_cost - 1e-7 && plan.keeps_caps() {
                best_cost = cost;
                best.clone_from(&plan.sequences);
            }
        } else {
            plan.undo();
        }
    }
    Plan::of(plan.model, best)
}

/// Caps may be exceeded while searching, at a price: in multiples of what the relaxation says that they are worth,
/// at the start and at the end. Work is then exchanged in small steps where otherwise much would have to
/// change at once (as routes are in Vidal et al. 2012, doi:10.1287/opre.1120.1048). Only plans that keep every cap count.
const CAP_PRICE: (f64, f64) = (1.0, 3.0);

/// From this share of the rounds on, the price of every cap that is found exceeded grows every few rounds, by so much
/// of itself for each time in a row.
const FIRM: f64 = 0.7;
const FIRMER: f64 = 0.02;

/// What a slot beyond each cap costs to begin with: what it is worth, or leaving out the least work where
/// nothing better is known.
fn cap_prices(model: &Model, advice: &Advice) -> Vec<f64> {
    let left_out = model.tasks.iter().map(|job| job.unscheduled).filter(|points| *points > 0.0);
    let least = left_out.fold(f64::INFINITY, f64::min);
    let least = if least.is_finite() { least } else { 1.0 };
    (0..model.caps.len()).map(|cap| advice.caps.get(cap).map_or(least, |toll| toll.max(least))).collect()
}

/// One in so many insertions of what may be cut goes chunk by chunk.
const LOOSE: u32 = 10;

/// One round in so many takes only some of a task's chunks out.
const PARTIAL: u32 = 3;

/// Takes some tasks out and puts them, and whatever else is not planned, back.
fn rebuild(plan: &mut Plan<'_>, near: &Neighbours, inserter: &mut Inserter, rng: &mut Rng, most: usize) {
    let mut pool = Vec::with_capacity(32);
    let guided = rng.u32(0..GUIDED) == 0;
    let suggested = if guided { inserter.suggested(rng) } else { None };
    match &suggested {
        Some(content) => clear(plan, content, &mut pool, rng),
        None => {
            let whole = rng.u32(0..PARTIAL) > 0;
            for j in choose(plan, near, rng, most) {
                if whole {
                    take(plan, j as usize, &mut pool);
                } else {
                    take_some(plan, j as usize, &mut pool, &mut |_| rng.bool());
                }
            }
        }
    }
    add_open(plan, &mut pool, rng);
    plan.settle();
    if plan.broken {
        return;
    }
    order(plan, &mut pool, rng);
    if let Some(content) = suggested {
        inserter.toll_share = 0.0;
        inserter.fill_window(plan, &content, rng);
    }
    inserter.toll_share = if rng.bool() { 0.0 } else { rng.f64() };
    inserter.patience = rng.usize(0..PATIENCE.len());
    let blink = rng.u32(0..4) * 3;
    for j in pool.into_iter().map(|j| j as usize) {
        if plan.complete(j) {
            continue;
        }
        if !plan.tasks[j].windows.is_empty() {
            inserter.insert_rest(plan, j, &mut || blink > 0 && rng.u32(0..256) < blink);
        } else if plan.model.tasks[j].most_chunks() >= 2 && rng.u32(0..LOOSE) == 0 {
            inserter.insert_loosely(plan, j, rng);
        } else {
            inserter.insert(plan, j, &mut || blink > 0 && rng.u32(0..256) < blink);
        }
    }
}

/// One round in so many puts into a window what the relaxation has there.
const GUIDED: u32 = 2;

/// Takes out what lies in a window, some of it with all that the same tasks have elsewhere, and what is to lie there.
fn clear(plan: &mut Plan<'_>, content: &Suggested, pool: &mut Vec<u32>, rng: &mut Rng) {
    let window = content.window;
    let here: Vec<u32> = plan.sequences[window as usize].iter().map(|chunk| chunk.task).collect();
    let whole = rng.bool();
    for j in here {
        if whole {
            take(plan, j as usize, pool);
        } else {
            take_some(plan, j as usize, pool, &mut |w| w == window);
        }
    }
    for (j, _) in &content.items {
        take(plan, *j as usize, pool);
    }
}

/// Takes a task out, and all that must come after it.
fn take(plan: &mut Plan<'_>, j: usize, pool: &mut Vec<u32>) {
    let model = plan.model;
    // What can't be planned at all, in or behind a circle of links perhaps, stays out of it.
    let known = pool.contains(&(j as u32));
    // What was taken out in part may still hold what now has to come out.
    if (known && plan.tasks[j].windows.is_empty()) || model.tasks[j].allowed.is_empty() {
        return;
    }
    if !known {
        pool.push(j as u32);
    }
    for (next, _) in &model.tasks[j].succs {
        take(plan, *next as usize, pool);
    }
    if !plan.tasks[j].windows.is_empty() {
        plan.remove(j);
    }
}

/// Takes those of a task's chunks out whose window `out` says, and all that must come after the task.
fn take_some(plan: &mut Plan<'_>, j: usize, pool: &mut Vec<u32>, out: &mut dyn FnMut(u32) -> bool) {
    let model = plan.model;
    if plan.tasks[j].windows.len() < 2 || pool.contains(&(j as u32)) {
        return take(plan, j, pool);
    }
    pool.push(j as u32);
    for (next, _) in &model.tasks[j].succs {
        take(plan, *next as usize, pool);
    }
    plan.remove_some(j, out);
}

/// Adds some tasks that are not planned, or not in full.
fn add_open(plan: &mut Plan<'_>, pool: &mut Vec<u32>, rng: &mut Rng) {
    let model = plan.model;
    let open: Vec<usize> = (0..model.tasks.len())
        .filter(|j| !plan.complete(*j) && !model.tasks[*j].allowed.is_empty() && !pool.contains(&(*j as u32)))
        .collect();
    let share = 3.0 / open.len().max(1) as f64;
    for j in open {
        if rng.f64() < share {
            take(plan, j, pool);
        }
    }
}

/// Puts the pool into an order to insert in: by one of several keys, links always kept.
fn order(plan: &Plan<'_>, pool: &mut [u32], rng: &mut Rng) {
    let model = plan.model;
    rng.shuffle(pool);
    let job = |j: &u32| &model.tasks[*j as usize];
    let density = |j: &u32| {
        -((job(j).unscheduled * f64::from(job(j).size) + job(j).lateness(model.horizon) + job(j).blocked)
            / f64::from(job(j).chain))
    };
    match rng.u32(0..8) {
        0..2 => {}
        2..4 => pool.sort_by(|a, b| density(a).total_cmp(&density(b))),
        4 => pool.sort_by_key(|j| job(j).due),
        5 => pool.sort_by_key(|j| std::cmp::Reverse(job(j).size)),
        6 => pool.sort_by_key(|j| job(j).allowed.len()),
        _ => pool.sort_by_key(|j| (job(j).kind, job(j).due)),
    }
    // A stable pass that moves each task behind those that must come first.
    let mut moved = true;
    while moved {
        moved = false;
        for at in 0..pool.len() {
            let first =
                job(&pool[at]).preds.iter().filter_map(|(i, _)| pool.iter().rposition(|p| p == i)).max();
            if let Some(behind) = first.filter(|behind| *behind > at) {
                pool[at..=behind].rotate_left(1);
                moved = true;
            }
        }
    }
}

#[cfg(test)]
mod tests;
