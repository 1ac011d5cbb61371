//! The linear relaxation, by column generation, and what it proves.
//!
//! At any prices of the master's rows, the right-hand sides times their prices plus the best content
//! of each window at these prices is a lower bound on the cost of every plan (Lagrange). The bound
//! is taken from there and not from the linear program's own value, so it holds however exactly the
//! program was solved.

mod compositions;
mod cuts;
mod in_use;
mod lateness;
mod lengths;
mod master;
mod offers;
mod overload;
mod pricing;
mod slacks;
mod volume;

use crate::model::{Advice, Model};
use crate::search::Plan;
use cuts::separate;
use master::Master;
use offers::Offers;
use overload::Overload;
use pricing::{Content, Pricer, Prices};
use rayon::prelude::*;
use volume::Climb;

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
    /// What prices prove: the right-hand sides less what the windows' best contents are worth.
    fn new(master: &Master<'_>, prices: Vec<f64>, contents: &[Content]) -> Centre {
        let worth: f64 = contents.iter().map(|content| content.worth).sum();
        let bound = master.fixed_bound(&prices) - worth;
        let prices = master.with_windows(prices, contents.iter().map(|content| content.worth));
        Centre { bound, prices, slots: contents.iter().map(|content| content.slot).collect() }
    }

    fn relaxation(self, master: &Master<'_>) -> Relaxation {
        let caps = master.cap_tolls(&self.prices);
        let advice = Advice { windows: self.slots, caps, contents: master.suggest() };
        Relaxation { bound: self.bound, advice }
    }
}

/// How many guesses at the worth of time are tried, at most.
const GUESSES: usize = 10;

/// The passes of the volume algorithm before a linear program, and where it has to do without one; there it looks for cuts after so
/// many of them each time.
const PASSES: f64 = 60.0;
const PASSES_ALONE: f64 = 1000.0;
const PASSES_A_LOOK: f64 = 17.0;

/// Beyond so many offers the looks get fewer: each takes longer, and so does proving what was found, which comes before it.
const MANY_OFFERS: f64 = 400_000.0;

/// Where it has to do without one, it ends once so many passes have not raised the bound by this share of what is between it and the
/// plan: half of the passes would bring the last thousandth.
const STALLED_AFTER: usize = 68;
const STALLED: f64 = 0.01;

/// The master program is handed to a linear solver when it has at most so many rows: beyond, a few
/// solves take longer than the bound is worth, and the volume algorithm has the last word. Cuts are not counted: they come to
/// as much again, and to three times as much on the long horizon of one person.
const LARGEST: usize = 600;

/// How many columns of each window the first linear program has; twice as many stay every few rounds.
const COLUMNS: usize = 8;
const FORGET_EVERY: usize = 8;

/// The most times to solve the master program at the default effort; fewer than a few bring nothing that the volume
/// algorithm has not found.
const ROUNDS: f64 = 48.0;
const FEWEST_ROUNDS: usize = 6;

/// Solves the relaxation; `plan` is any plan, the better the faster. `watch` is told the share of the
/// work done and the bound, and says whether to stop; `effort` multiplies the work.
pub(crate) fn relax(
    model: &Model,
    plan: &Plan<'_>,
    effort: f64,
    watch: &mut dyn FnMut(f64, f64) -> bool,
) -> Relaxation {
    let offers = Offers::new(model);
    if offers.all.is_empty() {
        // Nothing can be planned, and nothing is what every plan costs.
        return Relaxation { bound: plan.cost(), advice: Advice::default() };
    }
    let overload = Overload::new(model);
    let mut master = Master::new(model, &offers);
    let upper = plan.cost();
    let root = effort.sqrt();
    let part = |of: usize| ((of as f64 * root).ceil() as usize).clamp(1, of);
    let lp = master.rows() <= LARGEST;
    let more = (offers.all.len() as f64 / MANY_OFFERS).max(1.0);
    let (passes, a_look) = if lp { (PASSES, PASSES) } else { (PASSES_ALONE, PASSES_A_LOOK * more) };
    let looks = (passes * root / a_look).ceil() as usize;
    let passes = ((passes * root) as usize / looks).max(10);
    let mut best = first_centre(&master, part(GUESSES));
    let mut climb = Climb::new(&mut master);
    let mut stopped = false;
    let mut bounds = Vec::with_capacity(looks);
    for look in 0..looks {
        let share = if lp { 0.5 } else { 1.0 } * look as f64 / looks as f64;
        let centre = climb.go_on(&mut master, &best, upper, passes, &mut || {
            stopped |= watch(share, best.bound);
            stopped
        });
        keep_better(&mut best, centre);
        if stopped {
            return best.relaxation(&master);
        }
        bounds.push(best.bound);
        if has_stalled(&bounds, STALLED_AFTER.div_ceil(passes), upper) {
            break;
        }
        for cut in separate(&master, &overload, tolerance(upper), lp) {
            master.add_cut(cut);
        }
        best.prices.resize(master.rows(), 0.0);
    }
    let rounds = (ROUNDS * root) as usize;
    if lp && rounds >= FEWEST_ROUNDS {
        master.keep_best(&best.prices, COLUMNS);
        add_plan(&mut master, plan);
        let limits = Limits { rounds, upper };
        generate(&mut master, &overload, &mut best, limits, watch);
    }
    best.relaxation(&master)
}

/// Whether the bound rose by too little since so many looks to go on.
fn has_stalled(bounds: &[f64], looks: usize, upper: f64) -> bool {
    let last = bounds.last().copied().unwrap_or(f64::NEG_INFINITY);
    let before = bounds.len().checked_sub(looks + 1).map(|k| bounds[k]);
    before.is_some_and(|before| last - before < STALLED * (upper - last))
}

/// The best of some guesses at what time is worth.
fn first_centre(master: &Master<'_>, guesses: usize) -> Centre {
    let mut best = Centre { bound: f64::NEG_INFINITY, prices: master.first_prices(0.0), slots: Vec::new() };
    for time in master.guesses(guesses) {
        let prices = master.first_prices(time);
        let contents = price(master, &prices);
        keep_better(&mut best, Centre::new(master, prices, &contents));
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

/// How far from the program's prices, in steps of the way to the best prices so far, the bound is looked for.
const PLACES: usize = 10;

/// The program is solved to this share of the distance between its last value and the best bound, within limits: while
/// columns are missing its optimum says little, and prices from before it are more central.
const GAP_SHARE: f64 = 1.0 / 3.0;
const LEAST_GAP: f64 = 1e-3;
const MOST_GAP: f64 = 0.3;

/// The program has settled, and cuts are looked for, once its value changes by less than this share from one time to the next.
const SETTLED: f64 = 0.02;

/// The share of the cost within which the bound is as good as the program's value.
const CLOSE: f64 = 2e-3;

/// Where the last cuts have not raised the program's value beyond the best bound by more than this share of what is between that and
/// the plan, further ones are not worth their time.
const NEARLY_ALL: f64 = 0.01;

/// When to end: after so many times, or as soon as little more can be proven of what is known to be possible.
#[derive(Clone, Copy)]
struct Limits {
    rounds: usize,
    /// The cost of a known plan.
    upper: f64,
}

/// Column generation: solve the master program, price all windows, add what pays, until nothing does.
///
/// The program's own prices lead astray until it has most of the columns that matter, and pricing takes a small part of a
/// solve: so after each the bound is looked for at several [`PLACES`] between the best prices so far and the
/// program's (in-out separation; Ben-Ameur and Neto 2007, doi:10.1002/net.20137), and columns come from all of them.
fn generate(
    master: &mut Master<'_>,
    overload: &Overload,
    best: &mut Centre,
    limits: Limits,
    watch: &mut dyn FnMut(f64, f64) -> bool,
) {
    let constant = master.model.constant;
    let mut last_cost = f64::INFINITY;
    let mut had_cuts = false;
    for round in 0..limits.rounds {
        best.prices.resize(master.rows(), 0.0);
        if round > 0 && round % FORGET_EVERY == 0 {
            master.keep_best(&best.prices, 2 * COLUMNS);
        }
        let distance = (last_cost - best.bound) / last_cost.abs();
        let gap = if distance.is_nan() { MOST_GAP } else { distance * GAP_SHARE };
        let Some(answer) = master.solve(&best.prices, gap.clamp(LEAST_GAP, MOST_GAP)) else { return };
        let cost = answer.cost + constant;
        let settled = (last_cost - cost).abs() < SETTLED * cost.abs();
        last_cost = cost;
        let added = between(master, best, &answer.prices);
        let cuts = if settled { separate(master, overload, tolerance(cost), true) } else { Vec::new() };
        let close = cost - best.bound <= CLOSE * cost.abs();
        let proven = cost - best.bound <= NEARLY_ALL * (limits.upper - best.bound);
        let done = settled
            && match cuts.is_empty() {
                true => close || added == 0,
                false => had_cuts && proven,
            };
        if watch(0.5 + 0.5 * round as f64 / limits.rounds as f64, best.bound) || done {
            return;
        }
        had_cuts = !cuts.is_empty();
        for cut in cuts {
            master.add_cut(cut);
        }
    }
}

/// Prices all windows between the best prices and the program's; answers how many columns were new.
fn between(master: &mut Master<'_>, best: &mut Centre, program: &[f64]) -> usize {
    let centre = best.prices.clone();
    let mut added = 0;
    for place in 0..PLACES {
        let prices = blend(&centre, program, place as f64 / PLACES as f64);
        let contents = price(master, &prices);
        keep_better(best, Centre::new(master, prices, &contents));
        for (w, content) in contents.into_iter().enumerate() {
            added += usize::from(master.add(w as u32, content.items).is_some_and(|(_, new)| new));
        }
    }
    added
}

fn blend(a: &[f64], b: &[f64], share: f64) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| share * a + (1.0 - share) * b).collect()
}

/// The best content of every window at given prices.
fn price(master: &Master<'_>, rows: &[f64]) -> Vec<Content> {
    price_among(master, rows, &|_| None)
}

/// The best content of every window at given prices, of some of its offers, where `among` says which.
fn price_among<'a>(
    master: &Master<'_>,
    rows: &[f64],
    among: &(dyn Fn(usize) -> Option<&'a [u32]> + Sync),
) -> Vec<Content> {
    let late = master.late_prices(rows);
    let best = |(pricer, prices): &mut (Pricer, Prices), w: usize| {
        match among(w) {
            Some(some) => master.offer_prices(rows, &late, w, some.iter().copied(), prices),
            None => master.offer_prices(rows, &late, w, master.offers.of(w), prices),
        }
        pricer.best(master.model, master.offers, prices, w)
    };
    let windows = (0..master.model.windows.len()).into_par_iter();
    windows.map_init(Default::default, best).collect()
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
    use super::cuts::Cut;
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
            let mut prices = Vec::new();
            for _ in 0..300 {
                let answer = master.solve(&prices, 1e-8).expect("the program has a solution");
                prices = answer.prices;
                let contents = price(&master, &prices);
                let bound = Centre::new(&master, prices.clone(), &contents).bound;
                let mut added = false;
                for (w, content) in contents.into_iter().enumerate() {
                    added |= master.add(w as u32, content.items).is_some_and(|(_, new)| new);
                }
                let cuts = separate(&master, &Overload::new(master.model), 1e-4, true);
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
        let relaxation = relax(&model, &Plan::empty(&model), 1.0, &mut |_, _| false);
        // Shares of both windows make up for the slot that is left out, but not for being late.
        let (late, one_slot) = (model.tasks[0].lateness(model.horizon), problem.weights.unscheduled / 12.0);
        assert!(relaxation.bound > late - 1e-3, "{} below {late}", relaxation.bound);
        assert!(relaxation.bound <= late + one_slot + 1e-9, "{}", relaxation.bound);
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
            // Rows that count pieces by length, too.
            for (job, mine) in model.tasks.iter().zip(&offers.of_task) {
                let points = (0..=job.size).map(|_| rng.f64() - 0.5).collect();
                let offers = mine.iter().map(|o| (*o, rng.f64(), rng.f64())).collect();
                master.add_cut(Cut { offers, points, ..Cut::default() });
            }
            let rows: Vec<f64> = (0..master.rows()).map(|_| rng.f64() * 6.0).collect();
            let late = master.late_prices(&rows);
            for column in &master.columns {
                let mut prices = Prices::default();
                let window = column.window as usize;
                master.offer_prices(&rows, &late, window, offers.of(window), &mut prices);
                let paid = |(o, len): &(u32, i32)| {
                    let piece = offers.all[*o as usize].piece(*len);
                    let at = prices.offers.iter().position(|price| price.offer == *o);
                    // What is not listed brings nothing at the most.
                    at.map_or(0.0, |at| prices.profit(&offers, at, *len)) + piece.cost + piece.late
                };
                let paid: f64 = column.items.iter().map(paid).sum();
                let best = Pricer::default().best(&model, &offers, &prices, column.window as usize);
                assert!(paid - column.cost <= best.worth + 1e-7, "seed {seed}: {column:?} beats {best:?}");
            }
        }
    }
}
