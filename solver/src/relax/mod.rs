//! The linear relaxation, by column generation, and what it proves.
//!
//! At any prices of the master's rows, the right-hand sides times their prices plus the best content
//! of each window at these prices is a lower bound on the cost of every plan (Lagrange). The bound
//! is taken from there and not from the linear program's own value, so it holds however exactly the
//! program was solved.

mod cuts;
mod master;
mod offers;
mod overload;
mod pricing;
mod volume;

use crate::lp::Precision;
use crate::model::{Advice, Model, Suggested};
use crate::search::Plan;
use cuts::separate;
use master::Master;
use offers::Offers;
use overload::Overload;
use pricing::{Content, Pricer, Prices};
use rayon::prelude::*;

/// What the relaxation says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Relaxation {
    /// A lower bound on the cost of every plan, in points.
    pub(crate) bound: f64,
    /// What time is worth at the prices that prove it, and what windows hold in the last fractional plan.
    pub(crate) advice: Advice,
}

/// The best bound so far, the prices that gave it, and what they make a slot of each window worth.
struct Centre {
    bound: f64,
    prices: Vec<f64>,
    /// What a slot more in each window is worth.
    slots: Vec<f64>,
}

impl Centre {
    fn relaxation(&self, master: &Master<'_>, contents: Vec<Suggested>) -> Relaxation {
        let caps = master.cap_tolls(&self.prices);
        Relaxation { bound: self.bound, advice: Advice { windows: self.slots.clone(), caps, contents } }
    }
}

/// How many guesses at the worth of time are tried, at most.
const GUESSES: usize = 10;

/// How many times the volume algorithm adds cuts and starts again, and its passes in between: before
/// a linear program, and where it has to do without.
const STAGES: usize = 4;
const PASSES: f64 = 60.0;
const PASSES_ALONE: f64 = 200.0;

/// Beyond so many offers the passes get fewer as each takes longer.
const MANY_OFFERS: f64 = 400_000.0;

/// The master program is handed to a linear solver when it has at most so many rows: beyond, a few
/// solves take longer than the bound is worth, and the volume algorithm has the last word.
const LARGEST: usize = 900;

/// How many columns of each window the first linear program has; twice as many stay every few rounds.
const COLUMNS: usize = 8;
const FORGET_EVERY: usize = 8;

/// The most times to solve the master program at the default effort; fewer than a few bring nothing that the volume
/// algorithm has not found.
const ROUNDS: f64 = 48.0;
const FEWEST_ROUNDS: usize = 6;

/// With so many rows the linear program takes long enough to have something else done at the same time: it runs on one
/// thread, and the prices that the volume algorithm leaves guide the search about as well as its own (the same cost, within
/// 0.1%, on seven problems of class S; 0.6% more on three of class M, where runs differ by 2 to 4%; four efforts each).
const SLOW: usize = 350;

/// Solves the relaxation; `plan` is any plan, the better the faster. `watch` is told the share of the
/// work done and the bound, and says whether to stop; `effort` multiplies the work. Where the linear program will
/// take long, `beside` runs at the same time, with what is known before it.
pub(crate) fn relax(
    model: &Model,
    plan: &Plan<'_>,
    effort: f64,
    watch: &mut (dyn FnMut(f64, f64) -> bool + Send),
    beside: &mut (dyn FnMut(&Relaxation) + Send),
) -> Relaxation {
    let offers = Offers::new(model);
    if offers.all.is_empty() {
        // Nothing can be planned, and nothing is what every plan costs.
        return Relaxation { bound: plan.cost(), advice: Advice::default() };
    }
    let overload = Overload::new(model);
    let mut master = Master::new(model, &offers);
    add_plan(&mut master, plan);
    let upper = plan.cost();
    let lp = master.rows() <= LARGEST;
    let size = offers.all.len() as f64;
    let alone = (PASSES_ALONE * (MANY_OFFERS / size).min(1.0)).max(PASSES);
    let passes = if lp { PASSES } else { alone } * effort.sqrt();
    let passes = (passes as usize).max(10);
    let part = |of: usize| ((of as f64 * effort.sqrt()).ceil() as usize).clamp(1, of);
    let stages = part(STAGES);
    let mut best = first_centre(&master, part(GUESSES));
    let mut stopped = false;
    let mut contents = Vec::new();
    for stage in 0..stages {
        let share = 0.5 * stage as f64 / stages as f64;
        let start = best.prices.clone();
        let (centre, answer) = volume::climb(&mut master, start, upper, passes, &mut |bound| {
            stopped |= watch(share, bound);
            stopped
        });
        keep_better(&mut best, centre);
        if stopped {
            return best.relaxation(&master, contents);
        }
        contents = master.suggest(&answer.values);
        for cut in separate(&master, &overload, &answer, tolerance(upper)) {
            master.add_cut(cut);
        }
        best.prices.resize(master.rows(), 0.0);
    }
    let rounds = (ROUNDS * effort.sqrt()) as usize;
    if lp && rounds >= FEWEST_ROUNDS {
        if master.rows() < SLOW {
            contents = generate(&mut master, &overload, &mut best, rounds, watch).unwrap_or(contents);
        } else {
            let so_far = best.relaxation(&master, contents.clone());
            let program = || generate(&mut master, &overload, &mut best, rounds, watch);
            let (better, ()) = rayon::join(program, || beside(&so_far));
            contents = better.unwrap_or(contents);
        }
    }
    best.relaxation(&master, contents)
}

/// The best of some guesses at what time is worth.
fn first_centre(master: &Master<'_>, guesses: usize) -> Centre {
    let mut best = Centre { bound: f64::NEG_INFINITY, prices: master.first_prices(0.0), slots: Vec::new() };
    for time in master.guesses(guesses) {
        let prices = master.first_prices(time);
        let (bound, contents) = price(master, &prices);
        keep_better(&mut best, Centre { bound, prices, slots: contents.iter().map(|c| c.slot).collect() });
    }
    best
}

/// By how much a cut must be broken to be worth a row.
fn tolerance(cost: f64) -> f64 {
    1e-3 * (1.0 + cost.abs() / 100.0)
}

fn keep_better(best: &mut Centre, centre: Centre) {
    if centre.bound > best.bound {
        *best = centre;
    }
}

/// Column generation: solve the master program, price all windows, add what pays, until nothing does.
///
/// The program's own prices lead astray until it has most of the columns that matter, and pricing takes a small part of a
/// solve: so after each the bound is looked for at several [`SHARES`] of the way from the best prices so far to the
/// program's (in-out separation; Ben-Ameur and Neto 2007, doi:10.1002/net.20137), and columns come from the program's
/// prices and from where the bound was best.
fn generate(
    master: &mut Master<'_>,
    overload: &Overload,
    best: &mut Centre,
    rounds: usize,
    watch: &mut dyn FnMut(f64, f64) -> bool,
) -> Option<Vec<Suggested>> {
    let mut suggested = None;
    let constant = master.model.constant;
    master.keep_best(&best.prices, COLUMNS);
    let mut last_cost = f64::INFINITY;
    for round in 0..rounds {
        best.prices.resize(master.rows(), 0.0);
        if round > 0 && round % FORGET_EVERY == 0 {
            master.keep_best(&best.prices, 2 * COLUMNS);
        }
        let Some(answer) = master.solve(Precision::Central) else { return suggested };
        suggested = Some(master.suggest(&answer.values));
        let cost = answer.cost + constant;
        let settled = (last_cost - cost).abs() < 0.01 * cost.abs();
        last_cost = cost;
        let added = between(master, best, &answer.prices);
        let cuts = if settled { separate(master, overload, &answer, tolerance(cost)) } else { Vec::new() };
        let close = cost - best.bound <= CLOSE * cost.abs();
        let done = settled && cuts.is_empty() && (close || added == 0);
        if watch(0.5 + 0.5 * round as f64 / rounds as f64, best.bound) || done {
            return suggested;
        }
        for cut in cuts {
            master.add_cut(cut);
        }
    }
    suggested
}

/// How far from the program's prices, as shares of the way to the best prices so far, the bound is looked for; and from how
/// many of the others than the first, those with the best bounds, columns are taken.
const SHARES: [f64; 5] = [0.0, 0.3, 0.6, 0.8, 0.9];
const BEST_SHARES: usize = 2;

/// Prices all windows between the best prices and the program's; answers how many columns were new.
fn between(master: &mut Master<'_>, best: &mut Centre, program: &[f64]) -> usize {
    let centre = best.prices.clone();
    let mut met: Vec<(f64, Vec<Content>)> = Vec::with_capacity(SHARES.len());
    for share in SHARES {
        let prices = blend(&centre, program, share);
        let (bound, contents) = price(master, &prices);
        keep_better(best, Centre { bound, prices, slots: contents.iter().map(|c| c.slot).collect() });
        met.push((bound, contents));
    }
    met[1..].sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut added = 0;
    for (_, contents) in met.into_iter().take(1 + BEST_SHARES) {
        for (w, content) in contents.into_iter().enumerate() {
            added += usize::from(master.add(w as u32, content.items).is_some_and(|(_, new)| new));
        }
    }
    added
}

/// The share of the cost within which the bound is as good as the program's value.
const CLOSE: f64 = 5e-3;

fn blend(a: &[f64], b: &[f64], share: f64) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| share * a + (1.0 - share) * b).collect()
}

/// The best content of every window at given prices, and the bound that they prove.
fn price(master: &Master<'_>, rows: &[f64]) -> (f64, Vec<Content>) {
    let prices: Prices = master.offer_prices(rows);
    let contents: Vec<Content> = (0..master.model.windows.len())
        .into_par_iter()
        .map_init(Pricer::default, |pricer, w| pricer.best(master.model, master.offers, &prices, w))
        .collect();
    let worth: f64 = contents.iter().map(|c| c.worth).sum();
    (master.fixed_bound(rows) - worth, contents)
}

/// Makes a column of each window's content in a plan.
fn add_plan(master: &mut Master<'_>, plan: &Plan<'_>) {
    for (w, sequence) in plan.sequences.iter().enumerate() {
        // Each task's slots here, and the end of its last chunk.
        let mut held: Vec<(u32, i32, i32)> = Vec::new();
        for chunk in sequence {
            match held.iter_mut().find(|(task, _, _)| *task == chunk.task) {
                Some((_, len, end)) => (*len, *end) = (*len + chunk.len, chunk.end().max(*end)),
                None => held.push((chunk.task, chunk.len, chunk.end())),
            }
        }
        let offer = |(task, len, end): (u32, i32, i32)| {
            let fits = |o: &usize| {
                let offer = &master.offers.all[*o];
                let ends = offer.soonest_end <= end || offer.soonest_end == master.model.horizon;
                offer.task == task && offer.has_piece(len) && ends && end <= offer.span.1
            };
            master.offers.of_window[w].clone().find(fits).map(|o| (o as u32, len))
        };
        let items: Vec<(u32, i32)> = held.into_iter().filter_map(offer).collect();
        master.add(w as u32, items);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Inserter;
    use crate::testing;

    /// At the prices of a solved program with nothing left to add, the Lagrangian bound is the
    /// program's own value: pricing finds every column that the program could want, and each costs
    /// the same to both.
    #[test]
    fn the_bound_meets_the_program() {
        for seed in 0..12 {
            let problem = testing::random_problem(seed, 3, 14);
            let model = Model::new(&problem);
            let mut plan = Plan::empty(&model);
            Inserter::default().fill(&mut plan, false);
            let offers = Offers::new(&model);
            let mut master = Master::new(&model, &offers);
            add_plan(&mut master, &plan);
            let mut met = false;
            for _ in 0..300 {
                let answer = master.solve(Precision::Exact).expect("the program has a solution");
                let (bound, contents) = price(&master, &answer.prices);
                let mut added = false;
                for (w, content) in contents.into_iter().enumerate() {
                    added |= master.add(w as u32, content.items).is_some_and(|(_, new)| new);
                }
                let cuts = separate(&master, &Overload::new(master.model), &answer, 1e-4);
                let cost = answer.cost + model.constant;
                assert!(bound <= cost + 1e-4 * cost.abs().max(1.0), "seed {seed}: {bound} above {cost}");
                if !added && cuts.is_empty() {
                    assert!(
                        (bound - cost).abs() <= 1e-4 * cost.abs().max(1.0),
                        "seed {seed}: {bound}, {cost}"
                    );
                    met = true;
                    break;
                }
                for cut in cuts {
                    master.add_cut(cut);
                }
            }
            assert!(met, "seed {seed}: column generation did not end");
        }
    }

    /// Of twelve slots eleven fit into either window, and one is no chunk: the task is late to the end, however shares of
    /// windows might add up to it.
    #[test]
    fn what_leaves_less_than_a_chunk_is_given_up() {
        let text = r#"{"format": "plokk-problem/1", "slot_minutes": 5, "horizon": 60,
            "buffers": {"same_batch": 0, "same_client": 0, "other_client": 0},
            "weights": {"unscheduled": 40, "late": 10, "late_day": 4, "block": 0, "client_switch": 0, "chunk": 0,
                        "soon": 0, "prefer": 0, "move": 0, "quota": 0},
            "workers": [{"id": "mari", "rate": 0, "windows": [[0, 11], [20, 31]]}],
            "tasks": [{"id": "a", "client": "acme", "batch": "post", "size": 12, "min_chunk": 9, "max_chunk": 12,
                       "release": 0, "due": 40, "weight": 1}]}"#;
        let problem: crate::Problem = serde_json::from_str(text).expect("the text is a problem");
        let model = Model::new(&problem);
        let relaxation = relax(&model, &Plan::empty(&model), 1.0, &mut |_, _| false, &mut |_| ());
        // Shares of both windows make up for the slot that is left out, but not for being late.
        let (late, one_slot) = (model.tasks[0].lateness(model.horizon), problem.weights.unscheduled / 12.0);
        assert!(relaxation.bound > late - 1e-3, "{} below {late}", relaxation.bound);
        assert!(relaxation.bound <= late + one_slot + 1e-9, "{}", relaxation.bound);
    }

    /// What runs beside a large linear program is told a bound, which the program then raises or keeps.
    #[test]
    fn a_large_program_has_company() {
        for (days, tasks, large) in [(6, 30, false), (40, 220, true)] {
            let problem = testing::random_problem(7, days, tasks);
            let model = Model::new(&problem);
            let mut plan = Plan::empty(&model);
            Inserter::default().fill(&mut plan, false);
            let mut before = None;
            let mut beside = |so_far: &Relaxation| before = Some(so_far.bound);
            let relaxation = relax(&model, &plan, 0.03, &mut |_, _| false, &mut beside);
            assert_eq!(before.is_some(), large, "{tasks} tasks");
            assert!(before.is_none_or(|bound| bound <= relaxation.bound));
            assert!(relaxation.bound <= plan.cost() + 1e-6);
        }
    }

    /// No content of a window that a plan holds is worth more than what pricing answers.
    #[test]
    fn no_plan_beats_pricing() {
        for seed in 0..40 {
            let problem = testing::random_problem(seed, 2, 12);
            let model = Model::new(&problem);
            let mut plan = Plan::empty(&model);
            Inserter::default().fill(&mut plan, seed % 2 == 0);
            let offers = Offers::new(&model);
            let mut master = Master::new(&model, &offers);
            add_plan(&mut master, &plan);
            let mut rng = fastrand::Rng::with_seed(seed);
            let rows: Vec<f64> = (0..master.rows()).map(|_| rng.f64() * 6.0).collect();
            let prices = master.offer_prices(&rows);
            for column in &master.columns {
                let paid: f64 = column
                    .items
                    .iter()
                    .map(|(o, len)| {
                        let o = *o as usize;
                        let piece = offers.all[o].piece(*len);
                        prices.slot[o] * f64::from(*len)
                            + prices.presence[o]
                            + (1.0 - prices.late[o]) * piece.late
                    })
                    .sum();
                let best = Pricer::default().best(&model, &offers, &prices, column.window as usize);
                assert!(paid - column.cost <= best.worth + 1e-7, "seed {seed}: {column:?} beats {best:?}");
            }
        }
    }
}
