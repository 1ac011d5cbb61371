//! Annealing in parts side by side, for problems that are large enough: a round costs as much as on a small problem, and every
//! thread improves the same plan.
//!
//! The plan is divided anew again and again (see [`super::scope`]), and all parts go on from one plan at one temperature.

use super::anneal::{Annealing, Best, CapPrices, Chain};
use super::ruin::Neighbours;
use super::scope::{Scope, divide};
use super::state::Plan;
use crate::model::Advice;
use fastrand::Rng;
use rayon::prelude::*;
use std::sync::Arc;

/// About how many tasks a part has. On a problem of class L with 1,170 tasks, four parts are as good as two in three
/// quarters of the time, six are 2% worse, and two chains on the whole, in a similar time, 3%.
const TASKS_OF_PART: f64 = 280.0;

/// The rounds of each part, on average, before the plan is divided anew. Seven times as many: 2% worse, in six parts.
const ROUNDS_OF_PART: f64 = 1000.0;

/// The share of the cooling that is left to the whole plan at the end.
const WHOLE: f64 = 0.02;

/// Into how many parts a problem with so many tasks is divided.
pub(crate) fn parts(tasks: usize) -> usize {
    (tasks as f64 / TASKS_OF_PART).round().max(1.0) as usize
}

/// Improves a plan in about so many parts at a time, which get the rounds by how many tasks they have; answers the best
/// plan met, or what it began with. `stop` is asked as in [`Chain::cool`].
pub(crate) fn anneal_in_parts<'m>(
    start: Plan<'m>,
    near: &Neighbours,
    how: Annealing<'_>,
    advice: &Advice,
    parts: usize,
    stop: &(dyn Fn(f64, f64) -> bool + Sync),
) -> Plan<'m> {
    let model = start.model;
    let mut rng = Rng::with_seed(how.seed);
    let mut caps = CapPrices::new(model, advice);
    let mut best = Best::new(&start);
    let mut plan = start;
    let times = (how.rounds as f64 / (parts as f64 * ROUNDS_OF_PART)).ceil() as u32;
    let at = |time: u32| (1.0 - WHOLE) * f64::from(time) / f64::from(times);
    let rounds = |share: f64| (how.rounds as f64 * share).ceil() as u64;
    let mut before = 0.0;
    for time in 0..times {
        // By the clock, this division takes as long as the one before.
        let by_clock = how.by_clock();
        let after = (2.0 * by_clock - before).min(1.0 - WHOLE);
        before = by_clock;
        let share = at(time + 1) - at(time);
        let span = (at(time).max(by_clock), at(time + 1).max(after));
        if span.0 >= 1.0 - WHOLE {
            break;
        }
        let scopes = divide(&plan, parts, &mut rng);
        let tasks: usize = scopes.iter().map(|scope| scope.tasks.len()).sum();
        let scopes: Vec<(Scope, u64)> = scopes.into_iter().map(|scope| (scope, rng.u64(..))).collect();
        let cool = |(scope, seed): (Scope, u64)| {
            let share = share * scope.tasks.len() as f64 / tasks as f64;
            let how = Annealing { rounds: rounds(share), clock: None, seed, span, ..how };
            let mut chain = Chain::new(near, scope.advice(advice), caps.clone());
            let mut part = Plan::within(model, plan.sequences.clone(), Arc::new(scope));
            let cost = best.cost();
            chain.cool(&mut part, how, &mut Best::unwanted(), &mut |done, _| stop(done, cost));
            (part, chain.caps)
        };
        let changed: Vec<(Plan<'m>, CapPrices)> = scopes.into_par_iter().map(cool).collect();
        let mut sequences = plan.sequences;
        for (part, dearer) in changed {
            for w in part.scope.windows.iter().map(|w| *w as usize) {
                sequences[w].clone_from(&part.sequences[w]);
            }
            caps.take_dearer(&dearer);
        }
        plan = Plan::within(model, sequences, plan.scope);
        best.take(&plan);
        if stop(span.1, best.cost()) {
            return best.plan(model);
        }
    }
    let last = Annealing { rounds: rounds(WHOLE), span: (1.0 - WHOLE, 1.0), ..how };
    Chain::new(near, advice.clone(), caps)
        .cool(&mut plan, last, &mut best, &mut |done, cost| stop(done, cost));
    best.plan(model)
}

#[cfg(test)]
mod tests;
