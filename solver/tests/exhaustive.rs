//! Against exhaustive search, on tiny problems with every rule in them: the bound is never above the
//! optimum, and the answer hardly ever is.

#[path = "../src/testing.rs"]
mod testing;

use plokk_solver::*;

/// Every way to plan one task, by its own rules, in at most two chunks.
fn ways(problem: &Problem, task: &Task) -> Vec<Vec<Chunk>> {
    let mut chunks = Vec::new();
    for worker in &problem.workers {
        for window in &worker.windows {
            for start in window.start.0..window.end.0 {
                for end in start + 1..=window.end.0 {
                    let (start, end) = (Slot(start), Slot(end));
                    chunks.push(Chunk { task: task.id.clone(), worker: worker.id.clone(), start, end });
                }
            }
        }
    }
    let mut alone = problem.clone();
    alone.tasks = vec![Task { after: Vec::new(), ..task.clone() }];
    let valid = |chunks: &[Chunk]| rules_kept(&alone, chunks);
    let singles: Vec<Chunk> = chunks.into_iter().filter(|c| valid(std::slice::from_ref(c))).collect();
    let mut ways = vec![Vec::new()];
    for (k, a) in singles.iter().enumerate() {
        ways.push(vec![a.clone()]);
        for b in &singles[k + 1..] {
            let pair = vec![a.clone(), b.clone()];
            if valid(&pair) {
                ways.push(pair);
            }
        }
    }
    ways
}

fn rules_kept(problem: &Problem, chunks: &[Chunk]) -> bool {
    let verdict = verify(problem, &Solution { chunks: chunks.to_vec(), cost: Points(0.0), bound: None });
    verdict.violations.iter().all(|v| matches!(v, Violation::Cost { .. }))
}

/// The least cost of all plans.
fn optimum(problem: &Problem) -> f64 {
    let ways: Vec<Vec<Vec<Chunk>>> = problem.tasks.iter().map(|t| ways(problem, t)).collect();
    let mut best = f64::INFINITY;
    let mut at = vec![0; ways.len()];
    loop {
        let chunks: Vec<Chunk> = ways.iter().zip(&at).flat_map(|(ways, k)| ways[*k].clone()).collect();
        let verdict = verify(problem, &Solution { chunks, cost: Points(0.0), bound: None });
        if verdict.cost.0 < best && verdict.violations.iter().all(|v| matches!(v, Violation::Cost { .. })) {
            best = verdict.cost.0;
        }
        let Some(k) = (0..at.len()).find(|k| at[*k] + 1 < ways[*k].len()) else { return best };
        at[k] += 1;
        at[..k].fill(0);
    }
}

/// A problem small enough to search: two or three small tasks in at most eight slots.
fn tiny(seed: u64) -> Problem {
    let tasks = if seed.is_multiple_of(3) { 3 } else { 2 };
    let mut problem = testing::random_problem(seed, 1, tasks);
    for worker in &mut problem.workers {
        for window in &mut worker.windows {
            window.end = window.end.min(window.start + Slots(if tasks == 3 { 5 } else { 8 }));
        }
    }
    for task in &mut problem.tasks {
        // At most two chunks, so that the search is exhaustive.
        task.size = task.size.min(Slots(2 * task.min_chunk.0 + task.min_chunk.0 - 1));
        task.max_chunk = task.max_chunk.max(Slots((task.size.0 + 1) / 2));
    }
    problem
}

#[test]
fn the_bound_is_below_the_optimum_and_the_answer_is_near_it() {
    let (mut optimal, mut count) = (0, 0);
    for seed in 0..400 {
        let problem = tiny(seed);
        assert_eq!(problem.faults(), []);
        let best = optimum(&problem);
        let outcome = solve(&problem, &Options::default(), &Silent).expect("solvable");
        let bound = outcome.solution.bound.expect("there is a bound").0;
        let cost = outcome.solution.cost.0;
        assert!(bound <= best + 1e-6, "seed {seed}: the bound {bound} is above the optimum {best}");
        assert!(cost >= best - 1e-6, "seed {seed}: {cost} is below the optimum {best}");
        count += 1;
        optimal += usize::from(cost <= best + 1e-6);
    }
    assert!(optimal * 100 >= count * 95, "{optimal} of {count} are optimal");
}
