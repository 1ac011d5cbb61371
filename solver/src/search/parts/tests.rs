//! Parts that share nothing, and what comes of them together.

use super::*;
use crate::model::Model;
use crate::search::Inserter;
use crate::search::anneal::Clock;
use crate::testing;
use crate::verify::Violation;
use std::sync::atomic::{AtomicUsize, Ordering};

fn how(rounds: u64, seed: u64) -> Annealing<'static> {
    Annealing { rounds, clock: None, most: 5, seed, temperature: (20.0, 0.5), span: (0.0, 1.0) }
}

fn filled<'m>(model: &'m Model) -> Plan<'m> {
    let mut plan = Plan::empty(model);
    Inserter::default().fill(&mut plan, true);
    plan
}

/// A part changes neither what lies in other windows nor what it must leave where it is, and all parts together are a
/// plan that keeps every rule but caps, which may be exceeded on the way.
#[test]
fn parts_do_not_meet() {
    let mut moved = 0;
    for seed in 0..150 {
        let problem = testing::random_problem(seed, 3, 14);
        let model = Model::new(&problem);
        let near = Neighbours::new(&model);
        let plan = filled(&model);
        let scopes = divide(&plan, 3, &mut Rng::with_seed(seed));
        let mut sequences = plan.sequences.clone();
        for scope in scopes {
            let mut chain = Chain::new(&near, Advice::default(), CapPrices::new(&model, &Advice::default()));
            let mut part = Plan::within(&model, plan.sequences.clone(), Arc::new(scope));
            chain.cool(&mut part, how(300, seed), &mut Best::unwanted(), &mut |_, _| false);
            for (w, sequence) in part.sequences.iter().enumerate() {
                let here = part.scope.windows.contains(&(w as u32));
                assert!(here || *sequence == plan.sequences[w], "seed {seed}, window {w}");
                let stays = |sequence: &[crate::search::Placed]| {
                    let fixed = sequence.iter().filter(|chunk| !part.scope.frees(chunk.task as usize));
                    fixed.copied().collect::<Vec<_>>()
                };
                assert_eq!(stays(sequence), stays(&plan.sequences[w]), "seed {seed}, window {w}");
                if here && *sequence != plan.sequences[w] {
                    moved += 1;
                    sequences[w].clone_from(sequence);
                }
            }
        }
        let solution = crate::solve::solution(&problem, &Plan::of(&model, sequences));
        let broken = crate::verify::verify(&problem, &solution).violations;
        let rules: Vec<_> = broken.iter().filter(|v| !matches!(v, Violation::Cap { .. })).collect();
        assert!(rules.is_empty(), "seed {seed}: {rules:?}");
    }
    assert!(moved > 150, "only {moved} windows have changed");
}

/// Every window and every task that is in a part is in one part only, and linked tasks in different parts are not both free.
#[test]
fn a_division_is_one() {
    for seed in 0..100 {
        let problem = testing::random_problem(seed, 3, 14);
        let model = Model::new(&problem);
        let plan = filled(&model);
        let scopes = divide(&plan, 1 + seed as usize % 5, &mut Rng::with_seed(seed));
        let part_of = |j: u32| scopes.iter().position(|scope| scope.tasks.contains(&j));
        for (j, job) in (0..).zip(&model.tasks) {
            assert!(
                scopes.iter().filter(|scope| scope.frees(j as usize)).count() <= 1,
                "seed {seed}, task {j}"
            );
            let Some(part) = part_of(j) else { continue };
            for (i, _) in &job.preds {
                assert!(part_of(*i).is_none_or(|other| other == part), "seed {seed}, tasks {i} and {j}");
            }
            for w in &plan.tasks[j as usize].windows {
                assert!(scopes[part].windows.contains(w), "seed {seed}, task {j}");
            }
        }
        for w in 0..model.windows.len() as u32 {
            assert!(scopes.iter().filter(|scope| scope.windows.contains(&w)).count() <= 1);
        }
    }
}

/// The best plan is valid, not worse than the first one, and the same on any number of threads.
#[test]
fn threads_change_nothing() {
    let mut better = 0;
    for seed in 0..20 {
        let problem = testing::random_problem(seed, 3, 14);
        let model = Model::new(&problem);
        let near = Neighbours::new(&model);
        let start = filled(&model);
        let first = start.cost();
        let plan = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
            let advice = Advice::default();
            pool.install(|| {
                anneal_in_parts(start.clone(), &near, how(9_000, seed), &advice, 3, &|_, _| false)
            })
        };
        let (one, four) = (plan(1), plan(4));
        assert_eq!(one.sequences, four.sequences, "seed {seed}");
        assert!(one.keeps_caps() && one.cost() <= first, "seed {seed}");
        let solution = crate::solve::solution(&problem, &one);
        assert_eq!(crate::verify::verify(&problem, &solution).violations, [], "seed {seed}");
        better += usize::from(one.cost() < first - 1e-6);
    }
    assert!(better >= 10, "only {better} plans got better");
}

/// With more rounds than there is time for, plans are cold when time is over where the clock may be read; cut off, they are hot.
#[test]
fn by_the_clock_plans_are_cold_in_the_end() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("threads start");
    let total = |readable: bool| {
        let cost = |seed: u64| {
            let problem = testing::random_problem(seed, 12, 60);
            let model = Model::new(&problem);
            let near = Neighbours::new(&model);
            let asked = AtomicUsize::new(0);
            let clock = || asked.load(Ordering::Relaxed) as f64 / 400.0;
            let clock: Option<&Clock<'_>> = if readable { Some(&clock) } else { None };
            let how = Annealing { clock, ..how(10_000_000, seed) };
            let stop = |_, _| asked.fetch_add(1, Ordering::Relaxed) >= 400;
            let plan = anneal_in_parts(filled(&model), &near, how, &Advice::default(), 3, &stop);
            assert!(asked.load(Ordering::Relaxed) >= 390, "time is left: {asked:?}");
            plan.cost()
        };
        pool.install(|| (0..10).map(cost).sum::<f64>())
    };
    let (with, without) = (total(true), total(false));
    assert!(with < 0.99 * without, "{with}, and {without} unaware of the time");
}
