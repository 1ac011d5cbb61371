//! Prices without a linear program: the volume algorithm, a subgradient method that averages the
//! contents it meets (Barahona and Anbil 2000, doi:10.1007/s101070050002). It brings the prices near
//! the best on any size of problem; the contents it meets make the first columns, and their average
//! is nearly an answer of the master program.
//!
//! Each price moves by what its row is missed by, over what that row is missed by usually (as in AdaGrad; Duchi, Hazan
//! and Singer 2011, but forgetting): a task of three slots and one of ninety, a cap and a cut in points
//! have little in common. Without that some 450 passes on a problem of class L proved 24,000, with it 500 proved 29,900.

use super::in_use::InUse;
use super::master::Master;
use super::pricing::Content;
use super::{Centre, price, price_among};

/// How much of the averages stays from pass to pass.
const MEMORY: f64 = 0.95;

/// How much of what rows are missed by usually stays from pass to pass; and what is added to its square, in slots or points, so
/// that rows that are hardly ever missed do not leap.
const USUALLY: f64 = 0.9;
const LEAST_SQUARE: f64 = 1.0;

/// How many passes without a better bound shorten the step.
const PATIENCE: usize = 6;

/// What was found among the offers in use holds good when it proves so much of the gain that it promised.
const HOLDS_GOOD: f64 = 0.5;

/// Where cuts have been added since, the climb goes on with steps of at least this part of the distance.
const LEAST_STEP: f64 = 0.01;

/// A climb, which may go on after rows were added: then the averages that it goes by stay, and so does its step.
///
/// Beginning anew after each few cuts throws away what it takes 50 passes to learn: on three problems of class M, 840 passes with 48
/// looks for cuts prove 2.2 to 4% more than with 6 looks and beginnings, and 0.2 to 1.2% less than the linear program does.
pub(super) struct Climb {
    /// By how much the average of the contents and slacks met misses each row.
    missing: Vec<f64>,
    /// The average of the square of what each row is missed by.
    squares: Vec<f64>,
    /// The average of the slacks' values; that of the contents is with the master's columns.
    slacks: Vec<f64>,
    step: f64,
    in_use: InUse,
}

impl Climb {
    pub(super) fn new(master: &mut Master<'_>) -> Climb {
        master.columns.iter_mut().for_each(|column| column.value = 0.0);
        let in_use = InUse::new(master.offers);
        Climb { missing: Vec::new(), squares: Vec::new(), slacks: Vec::new(), step: 1.0, in_use }
    }

    /// Improves prices for some passes, and leaves the average of what it met as the master's answer. `upper` is the cost of a
    /// known plan. `stop` is asked after every pass.
    ///
    /// Most windows choose among the offers in use only, so what prices prove is not known: those that look best in the
    /// end are priced among all offers, and it may then be less than where the climb started.
    pub(super) fn go_on(
        &mut self,
        master: &mut Master<'_>,
        start: &Centre,
        upper: f64,
        passes: usize,
        stop: &mut dyn FnMut() -> bool,
    ) -> Centre {
        self.take_rows(master);
        // What looks best.
        let mut best = Centre { bound: f64::NEG_INFINITY, prices: start.prices.clone(), slots: Vec::new() };
        let mut prices = start.prices.clone();
        let mut fails = 0;
        for _ in 0..passes {
            let contents = price_among(master, &prices, &|w| self.in_use.among(w));
            let (miss, taken) = violations(master, &prices, &contents);
            let centre = Centre::new(master, prices, &contents);
            self.learn(master, &miss, &taken, contents);
            if centre.bound > best.bound {
                best = centre;
                fails = 0;
                self.step = f64::min(self.step * 1.1, 1.9);
            } else {
                fails += 1;
                if fails >= PATIENCE {
                    self.step *= 0.7;
                    fails = 0;
                }
            }
            let scale = |(miss, square): (&f64, &f64)| miss / (square + LEAST_SQUARE).sqrt();
            let direction: Vec<f64> = self.missing.iter().zip(&self.squares).map(scale).collect();
            let norm: f64 = self.missing.iter().zip(&direction).map(|(miss, along)| miss * along).sum();
            if stop() || norm < 1e-9 || self.step < 1e-4 {
                break;
            }
            // Aiming at a plan's cost far above the bound would overshoot: aim half as much higher.
            let near = (0.5 * best.bound.abs()).max(0.02 * upper.abs());
            let distance = (1.01 * upper - best.bound).min(near).max(1e-3 * upper.abs());
            let length = self.step * distance / norm;
            prices =
                best.prices.iter().zip(&direction).map(|(price, along)| price + length * along).collect();
            master.right_signs(&mut prices);
        }
        master.set_slacks(&self.slacks);
        let contents = price(master, &best.prices);
        let proven = Centre::new(master, best.prices, &contents);
        self.in_use.trust(proven.bound - start.bound >= HOLDS_GOOD * (best.bound - start.bound));
        proven
    }

    /// Works out what the averages miss each row by, the new ones with the others.
    fn take_rows(&mut self, master: &Master<'_>) {
        if self.missing.is_empty() {
            return;
        }
        self.missing = master.missing(&self.slacks);
        let known = self.squares.len();
        self.squares.extend(self.missing[known..].iter().map(|miss| miss * miss));
        self.step = self.step.max(LEAST_STEP);
    }

    /// Takes what was met into the averages.
    fn learn(&mut self, master: &mut Master<'_>, miss: &[f64], taken: &[f64], contents: Vec<Content>) {
        let share = if self.missing.is_empty() { 1.0 } else { 1.0 - MEMORY };
        average(&mut self.missing, miss);
        average(&mut self.slacks, taken);
        self.squares.resize(miss.len(), 0.0);
        for (square, miss) in self.squares.iter_mut().zip(miss) {
            *square = USUALLY * *square + (1.0 - USUALLY) * miss * miss;
        }
        master.columns.iter_mut().for_each(|column| column.value *= MEMORY);
        for (w, content) in contents.into_iter().enumerate() {
            self.in_use.meet(w, &content.items);
            if let Some((place, _)) = master.add(w as u32, content.items) {
                master.columns[place].value += share;
            }
        }
        self.in_use.next();
    }
}

/// Takes new values into an average.
fn average(all: &mut Vec<f64>, now: &[f64]) {
    if all.is_empty() {
        all.extend_from_slice(now);
    }
    for (all, now) in all.iter_mut().zip(now) {
        *all = MEMORY * *all + (1.0 - MEMORY) * now;
    }
}

/// By how much the best contents and slacks at given prices miss each row, and the slacks' values.
fn violations(master: &Master<'_>, prices: &[f64], contents: &[Content]) -> (Vec<f64>, Vec<f64>) {
    let mut missing = master.sides();
    for (w, content) in contents.iter().enumerate() {
        if content.worth > 0.0 {
            for (row, coefficient) in master.entries_of(w as u32, &content.items) {
                missing[row as usize] -= coefficient;
            }
        }
    }
    let slacks = master.take_slacks(prices, &mut missing);
    (missing, slacks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use crate::relax::offers::Offers;
    use crate::relax::{first_centre, keep_better};
    use crate::testing;

    /// Hands the master program of a random problem to a check.
    fn with_master(seed: u64, check: impl FnOnce(&mut Master<'_>)) {
        let problem = testing::random_problem(seed, 3, 14);
        let model = Model::new(&problem);
        let offers = Offers::new(&model);
        check(&mut Master::new(&model, &offers));
    }

    /// What the averages miss rows by is the same, whether it is averaged on the way or worked out of the averages, which is
    /// what is done for new rows.
    #[test]
    fn averages_agree() {
        for seed in 0..20 {
            with_master(seed, |master| {
                let mut climb = Climb::new(master);
                let start = first_centre(master, 1);
                climb.go_on(master, &start, 500.0, 30, &mut || false);
                let anew = master.missing(&climb.slacks);
                for (row, (mine, anew)) in climb.missing.iter().zip(anew).enumerate() {
                    assert!((mine - anew).abs() < 1e-6, "seed {seed}, row {row}: {mine}, {anew}");
                }
            });
        }
    }

    /// What a climb proves is no more than the program's value, and not much less, though most windows choose among few offers.
    #[test]
    fn what_is_proven_is_near_the_programs_value() {
        for seed in 0..12 {
            with_master(seed, |master| {
                let mut best = first_centre(master, 10);
                let mut climb = Climb::new(master);
                for _ in 0..24 {
                    let upper = 1.5 * best.bound.abs() + 10.0;
                    let centre = climb.go_on(master, &best, upper, 20, &mut || false);
                    // It is proven among all offers, whatever the passes chose among.
                    let anew = Centre::new(master, centre.prices.clone(), &price(master, &centre.prices));
                    assert!((centre.bound - anew.bound).abs() < 1e-9, "seed {seed}: {}", centre.bound);
                    keep_better(&mut best, centre);
                }
                assert!(!climb.in_use.is_about_all(), "seed {seed}: no window chose among few offers");
                let value = value(master);
                assert!(
                    best.bound <= value + 1e-6 * value.abs(),
                    "seed {seed}: {} above {value}",
                    best.bound
                );
                let near = value - 0.02 * value.abs().max(10.0);
                assert!(best.bound >= near, "seed {seed}: {} is far below {value}", best.bound);
            });
        }
    }

    /// The program's value, with all columns that pay.
    fn value(master: &mut Master<'_>) -> f64 {
        let mut prices = Vec::new();
        loop {
            let answer = master.solve(&prices, 1e-8).expect("the program has a solution");
            prices = answer.prices;
            let mut added = false;
            for (w, content) in price(master, &prices).into_iter().enumerate() {
                added |= master.add(w as u32, content.items).is_some_and(|(_, new)| new);
            }
            if !added {
                return answer.cost + master.model.constant;
            }
        }
    }
}
