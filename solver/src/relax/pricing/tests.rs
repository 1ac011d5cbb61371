//! Pricing against branching.

use super::*;
use crate::problem::After;
use crate::testing;
use crate::units::{Slot, Slots};

/// Choices within a client bring what leaving out one or the other of every two in conflict brings.
#[test]
fn choices_are_those_of_branching() {
    let mut clashes = 0;
    for seed in 0..200 {
        let mut problem = testing::random_problem(seed, 2, 16);
        // Chains of three that may be done any time, with lags of which some are longer than a window.
        for task in &mut problem.tasks {
            (task.release, task.deadline, task.eligible, task.workers) = (Slot(0), None, None, None);
        }
        for k in (0..15).filter(|k| k % 3 > 0) {
            let first = problem.tasks[k - 1].clone();
            problem.tasks[k].client = first.client;
            let lag = Slots((seed as i32 + 5 * k as i32) % 14);
            problem.tasks[k].after = vec![After { task: first.id, lag }];
        }
        let model = Model::new(&problem);
        let offers = Offers::new(&model);
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut price = |offer: u32| OfferPrice {
            offer,
            slot: 3.0 * rng.f64(),
            presence: rng.f64(),
            late: 1.0,
            lengths: None,
            most_points: 0.0,
        };
        for w in 0..model.windows.len() {
            let prices = Prices { offers: offers.of(w).map(&mut price).collect(), lengths: Vec::new() };
            let content = Pricer::default().best(&model, &offers, &prices, w);
            assert_eq!(clash(&model, &offers, &content), None, "seed {seed}, window {w}");
            let mut branches = 0;
            let worth = branch(&model, &offers, &prices, w, &mut branches);
            assert!(
                (content.worth - worth).abs() < 1e-9,
                "seed {seed}, window {w}: {} {worth}",
                content.worth
            );
            clashes += branches;
        }
    }
    assert!(clashes > 50, "only {clashes} conflicts were met");
}

fn clash(model: &Model, offers: &Offers, content: &Content) -> Option<(u32, u32)> {
    let client = |o: u32| model.tasks[offers.all[o as usize].task as usize].client;
    let items = || content.items.iter().map(|(o, _)| *o);
    let of = |o: u32| {
        items().find(move |i| offers.all[o as usize].conflicts.contains(i) && client(*i) == client(o))
    };
    items().find_map(|o| of(o).map(|i| (o, i)))
}

fn branch(model: &Model, offers: &Offers, prices: &Prices, w: usize, branches: &mut usize) -> f64 {
    let content = Pricer::default().solve(model, offers, prices, w, &[]);
    let Some((a, b)) = clash(model, offers, &content) else { return content.worth };
    *branches += 1;
    let mut without = |o: u32| {
        let mut prices = prices.clone();
        prices.offers.retain(|price| price.offer != o);
        branch(model, offers, &prices, w, branches)
    };
    without(a).max(without(b))
}
