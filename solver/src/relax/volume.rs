//! Prices without a linear program: the volume algorithm, a subgradient method that averages the
//! contents it meets (Barahona and Anbil 2000, doi:10.1007/s101070050002). It brings the prices near
//! the best on any size of problem; the contents it meets make the first columns, and their average
//! is nearly an answer of the master program.
//!
//! Each price moves by what its row is missed by, over what that row is missed by usually (as in AdaGrad; Duchi, Hazan
//! and Singer 2011, but forgetting): a task of three slots and one of ninety, a cap and a cut in points
//! have little in common. Without that some 450 passes on a problem of class L proved 24,000, with it 500 proved 29,900.

use super::master::Master;
use super::pricing::Content;
use super::{Centre, price};

/// How much of the averages stays from pass to pass.
const MEMORY: f64 = 0.92;

/// How much of what rows are missed by usually stays from pass to pass; and what is added to its square, in slots or points, so
/// that rows that are hardly ever missed do not leap.
const USUALLY: f64 = 0.9;
const LEAST_SQUARE: f64 = 1.0;

/// How many passes without a better bound shorten the step.
const PATIENCE: usize = 6;

/// Improves prices for some passes, and leaves the average of what it met as the master's answer. `upper` is the cost of a
/// known plan. `stop` is asked after every pass, with the best bound.
pub(super) fn climb(
    master: &mut Master<'_>,
    start: Vec<f64>,
    upper: f64,
    passes: usize,
    stop: &mut dyn FnMut(f64) -> bool,
) -> Centre {
    let mut best = Centre { bound: f64::NEG_INFINITY, prices: start.clone(), slots: Vec::new() };
    let mut prices = start;
    let mut missing: Vec<f64> = Vec::new();
    let mut slacks: Vec<f64> = Vec::new();
    let mut squares: Vec<f64> = vec![0.0; master.rows()];
    let (mut step, mut fails) = (1.0, 0);
    master.columns.iter_mut().for_each(|column| column.value = 0.0);
    for _ in 0..passes {
        let contents = price(master, &prices);
        let (miss, taken) = violations(master, &prices, &contents);
        average(&mut missing, &miss);
        average(&mut slacks, &taken);
        for (square, miss) in squares.iter_mut().zip(&miss) {
            *square = USUALLY * *square + (1.0 - USUALLY) * miss * miss;
        }
        let centre = Centre::new(master, prices, &contents);
        if centre.bound > best.bound {
            best = centre;
            fails = 0;
            step = f64::min(step * 1.1, 1.9);
        } else {
            fails += 1;
            if fails >= PATIENCE {
                step *= 0.7;
                fails = 0;
            }
        }
        master.columns.iter_mut().for_each(|column| column.value *= MEMORY);
        for (w, content) in contents.into_iter().enumerate() {
            if let Some((place, _)) = master.add(w as u32, content.items) {
                master.columns[place].value += 1.0 - MEMORY;
            }
        }
        let direction: Vec<f64> = missing
            .iter()
            .zip(&squares)
            .map(|(miss, square)| miss / (square + LEAST_SQUARE).sqrt())
            .collect();
        let norm: f64 = missing.iter().zip(&direction).map(|(miss, along)| miss * along).sum();
        if stop(best.bound) || norm < 1e-9 || step < 1e-4 {
            break;
        }
        // Aiming at a plan's cost far above the bound would overshoot: aim half as much higher.
        let near = (0.5 * best.bound.abs()).max(0.02 * upper.abs());
        let distance = (1.01 * upper - best.bound).min(near).max(1e-3 * upper.abs());
        let length = step * distance / norm;
        prices = best.prices.iter().zip(&direction).map(|(price, along)| price + length * along).collect();
        master.right_signs(&mut prices);
    }
    master.set_slacks(&slacks);
    best
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
