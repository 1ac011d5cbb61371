//! Chains that meet, and what they leave behind.

use super::*;
use crate::model::Model;
use crate::search::Inserter;
use crate::testing;
use crate::units::{Slot, Slots};

/// Who is behind by more than the temperature goes on from the plan of the one ahead, and keeps the best that it met itself;
/// who is not stays where it is.
#[test]
fn who_is_far_behind_goes_on_from_the_better_plan() {
    let problem = testing::random_problem(3, 4, 14);
    let model = Model::new(&problem);
    let near = Neighbours::new(&model);
    let advice = Advice::default();
    let empty = Plan::empty(&model);
    let mut filled = Plan::empty(&model);
    Inserter::default().fill(&mut filled, true);
    let ahead = empty.cost() - filled.cost();
    assert!(ahead > 1.0, "{ahead}");
    for (temperature, follows) in [(0.5 * ahead, true), (2.0 * ahead, false)] {
        let mut runners: Vec<Runner<'_, '_>> = [&empty, &filled]
            .map(|plan| Runner {
                plan: plan.clone(),
                chain: Chain::new(&near, advice.clone(), CapPrices::new(&model, &advice)),
                best: Best::new(plan),
            })
            .into();
        meet(&mut runners, temperature);
        let expected = if follows { &filled } else { &empty };
        assert_eq!(runners[0].plan.sequences, expected.sequences);
        assert_eq!(runners[1].plan.sequences, filled.sequences);
        assert!((runners[0].best.cost() - empty.cost()).abs() < 1e-9);
    }
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
    let how = Annealing {
        rounds: 20_000,
        clock: None,
        most: 4,
        seed: 3,
        temperature: (5.0, 0.5),
        span: (0.0, 1.0),
    };
    for plan in anneal_in_chains(&start, &near, how, &Advice::default(), &|_, _, _| false) {
        assert!(plan.keeps_caps());
        assert!(plan.cost() < 0.97 * nothing, "{} of {nothing}", plan.cost());
    }
}
