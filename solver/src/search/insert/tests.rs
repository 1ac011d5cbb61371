//! What insertion answers is allowed.

use super::*;
use crate::testing;

/// A task of five slots in chunks of exactly two is never complete: no chunk of one slot is made of what is left.
#[test]
fn what_is_left_is_a_chunk_or_nothing() {
    let mut planned = 0;
    for seed in 0..300 {
        let mut problem = testing::random_problem(seed, 3, 14);
        for task in &mut problem.tasks {
            (task.min_chunk, task.max_chunk) = (crate::Slots(2), crate::Slots(2));
            task.size.0 = task.size.0.max(5);
        }
        if !problem.faults().is_empty() {
            continue;
        }
        let model = Model::new(&problem);
        let mut plan = Plan::empty(&model);
        Inserter::default().fill(&mut plan, seed % 2 == 0);
        planned += plan.tasks.iter().map(|task| task.planned).sum::<i32>();
        let solution = crate::solve::solution(&problem, &plan);
        assert_eq!(crate::verify::verify(&problem, &solution).violations, [], "seed {seed}");
    }
    assert!(planned > 300, "{planned}");
}
