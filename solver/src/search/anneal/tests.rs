//! The loop, and what it leaves behind.

use super::*;
use crate::testing;
use crate::units::{Slot, Slots};

/// After any changes, kept or taken back, a plan and its timings are those of a plan made anew from its sequences.
#[test]
fn nothing_is_left_of_what_is_taken_back() {
    for seed in 0..100 {
        let problem = testing::random_problem(seed, 3, 14);
        let model = Model::new(&problem);
        if model.windows.is_empty() {
            continue;
        }
        let near = Neighbours::new(&model);
        let mut rng = Rng::with_seed(seed);
        let mut inserter =
            Inserter::new(&Advice { contents: contents(&model, &mut rng), ..Advice::default() });
        let mut plan = Plan::empty(&model);
        for round in 0..200 {
            plan.save();
            rebuild(&mut plan, &near, &mut inserter, &mut rng, 4);
            if plan.broken || rng.bool() {
                plan.undo();
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

/// Contents as a relaxation might suggest them: any tasks in any window where they are allowed.
fn contents(model: &Model, rng: &mut Rng) -> Vec<Suggested> {
    let mut up_to = 0.0;
    let mut draw = |w: usize| {
        let here = (0..model.tasks.len()).filter(|j| model.tasks[*j].allowed.contains(&(w as u32)));
        let chosen: Vec<usize> = here.filter(|_| rng.bool()).collect();
        let items = chosen.into_iter().map(|j| (j as u32, rng.i32(model.tasks[j].min..=model.tasks[j].size)));
        up_to += 1.0;
        Suggested { window: w as u32, items: items.collect(), up_to }
    };
    (0..model.windows.len()).map(&mut draw).collect()
}

/// A cap that is worth far more than it was thought to be does not keep every plan from counting.
#[test]
fn a_cap_at_too_low_a_price_is_kept_in_the_end() {
    let mut problem = testing::random_problem(1, 3, 12);
    problem.caps.clear();
    problem.quotas.clear();
    for (k, task) in problem.tasks.iter_mut().enumerate() {
        (task.release, task.deadline, task.eligible, task.workers) = (Slot(0), None, None, None);
        task.after.clear();
        // The least of the work is worth next to nothing, and is the price of a cap of which nothing is known.
        task.weight = if k == 0 { 0.001 } else { 8.0 };
    }
    let whole = crate::problem::Cap {
        worker: None,
        client: None,
        from: Slot(0),
        to: Slot(problem.horizon.0),
        max: Slots(6),
    };
    problem.caps.push(whole);
    let model = Model::new(&problem);
    let near = Neighbours::new(&model);
    let start = Plan::empty(&model);
    let nothing = start.cost();
    let how = Annealing { rounds: 20_000, most: 4, seed: 3, temperature: (5.0, 0.5), span: (0.0, 1.0) };
    let plan = anneal(start, &near, how, &Advice::default(), &mut |_, _| false);
    assert!(plan.keeps_caps());
    assert!(plan.cost() < 0.97 * nothing, "{} of {nothing}", plan.cost());
}
