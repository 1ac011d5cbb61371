//! The loop, and what it leaves behind.

use super::*;
use crate::problem::Problem;
use crate::solve::solution;
use crate::testing;
use crate::verify::verify;

/// A random problem with what a round needs, unless it has no windows.
fn case(seed: u64) -> Option<(Problem, Model, Neighbours, Rng)> {
    let problem = testing::random_problem(seed, 3, 14);
    let model = Model::new(&problem);
    let near = Neighbours::new(&model);
    (!model.windows.is_empty()).then(|| (problem, model, near, Rng::with_seed(seed)))
}

/// After any changes, kept or taken back, a plan and its timings are those of a plan made anew from its sequences; what is kept
/// breaks no rule.
#[test]
fn nothing_is_left_of_what_is_taken_back() {
    for seed in 0..100 {
        let Some((problem, model, near, mut rng)) = case(seed) else { continue };
        let mut inserter =
            Inserter::new(Advice { contents: contents(&model, &mut rng), ..Advice::default() });
        let mut plan = Plan::empty(&model);
        for round in 0..200 {
            plan.save();
            // Some rounds are given up in the middle.
            let limit = if rng.bool() { f64::INFINITY } else { plan.cost() };
            let whole = rebuild(&mut plan, &near, &mut inserter, &mut rng, 4, limit);
            if !whole || plan.broken || rng.bool() {
                plan.undo();
            } else {
                // What stayed while something before it was out still comes after it.
                let found = verify(&problem, &solution(&problem, &plan));
                assert_eq!(found.violations, [], "seed {seed}, round {round}");
            }
            if round % 10 > 0 {
                continue;
            }
            let mut anew = Plan::of(&model, plan.sequences.clone());
            assert!((plan.cost() - anew.cost()).abs() < 1e-6, "seed {seed}, round {round}");
            for w in 0..model.windows.len() {
                plan.fresh(w);
                anew.fresh(w);
                for k in 0..=plan.sequences[w].len() {
                    let (mine, other) = (&plan.timing[w], &anew.timing[w]);
                    assert_eq!(mine.forward(k), other.forward(k), "seed {seed}, round {round}, window {w}");
                    assert_eq!(mine.backward(k), other.backward(k), "seed {seed}, round {round}, window {w}");
                }
            }
        }
    }
}

/// While caps may be exceeded, how many are is known after any changes, kept or taken back.
#[test]
fn exceeded_caps_are_counted() {
    let mut exceeded = 0;
    for seed in 0..60 {
        let Some((_, model, near, mut rng)) = case(seed) else { continue };
        let mut inserter = Inserter::default();
        let mut plan = Plan::empty(&model);
        plan.price_caps(|_| 0.1);
        for round in 0..100 {
            plan.save();
            let whole = rebuild(&mut plan, &near, &mut inserter, &mut rng, 4, f64::INFINITY);
            if !whole || plan.broken || rng.bool() {
                plan.undo();
            }
            let kept = (0..model.caps.len() as u32).all(|cap| plan.beyond(cap) == 0);
            assert_eq!(plan.keeps_caps(), kept, "seed {seed}, round {round}");
            exceeded += u32::from(!kept);
        }
    }
    assert!(exceeded > 100, "caps were exceeded after {exceeded} rounds only");
}

/// A round that is given up would hardly ever have come to less than what it was given up for: one that comes to some cost is
/// done to its end when anything beyond that will not do.
#[test]
fn what_is_given_up_would_have_come_to_nothing() {
    let (mut rounds, mut given_up) = (0, 0);
    for seed in 0..60 {
        let Some((_, model, near, mut rng)) = case(seed) else { continue };
        let mut inserter = Inserter::default();
        let mut plan = Plan::empty(&model);
        for _ in 0..100 {
            let mut same = rng.clone();
            let mut again = plan.clone();
            plan.save();
            let whole = rebuild(&mut plan, &near, &mut inserter, &mut rng, 4, f64::INFINITY);
            if !whole || plan.broken {
                plan.undo();
                continue;
            }
            let limit = plan.cost() + 1e-6;
            rounds += 1;
            given_up += usize::from(!rebuild(&mut again, &near, &mut inserter, &mut same, 4, limit));
        }
    }
    assert!(rounds > 3000, "{rounds} rounds");
    assert!(given_up * 100 < rounds, "{given_up} of {rounds}");
}

/// Contents as a relaxation might suggest them: any tasks in any window where they are allowed.
fn contents(model: &Model, rng: &mut Rng) -> Vec<Suggested> {
    let mut up_to = 0.0;
    let mut draw = |w: usize| {
        let here = (0..model.tasks.len()).filter(|j| model.tasks[*j].allowed.contains(&(w as u32)));
        let chosen: Vec<usize> = here.filter(|_| rng.bool()).collect();
        let items = chosen.into_iter().map(|j| (j, rng.i32(model.tasks[j].min..=model.tasks[j].size)));
        let items = items.filter(|(j, len)| model.tasks[*j].has_chunks(*len)).map(|(j, len)| (j as u32, len));
        up_to += 1.0;
        Suggested { window: w as u32, items: items.collect(), up_to }
    };
    (0..model.windows.len()).map(&mut draw).collect()
}
