//! The solver and the greedy planner on problems of class S: fixed seeds, answers asserted.

use criterion::{Criterion, criterion_group, criterion_main};
use plokk_bench::generate::{Class, generate};
use plokk_bench::greedy;
use plokk_solver::{Options, Problem, Silent, Solution, solve, verify};
use std::hint::black_box;

/// A tenth of the default work: enough to see a change, short enough to repeat.
const OPTIONS: Options = Options { effort: 0.1, again: 0.2, until_stopped: false, seed: 0 };

fn solved(problem: &Problem) -> Solution {
    solve(problem, &OPTIONS, &Silent).expect("generated problems have no faults").solution
}

fn solver(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("solve S at a tenth of the effort");
    group.sample_size(10);
    for load in [0.6, 1.1] {
        let problem = generate(Class::S.spec(1, load));
        let (ours, greedy) = (solved(&problem), greedy::plan(&problem));
        assert!(verify(&problem, &ours).violations.is_empty());
        assert!(ours.cost < greedy.cost, "{} points, greedy {}", ours.cost, greedy.cost);
        group.bench_function(format!("load {load}"), |b| b.iter(|| solved(black_box(&problem))));
    }
    group.finish();
}

fn beside_it(criterion: &mut Criterion) {
    let problem = generate(Class::S.spec(1, 0.85));
    let plan = greedy::plan(&problem);
    assert!(verify(&problem, &plan).violations.is_empty());
    criterion.bench_function("greedy S", |b| b.iter(|| greedy::plan(black_box(&problem))));
    criterion.bench_function("verify S", |b| b.iter(|| verify(black_box(&problem), black_box(&plan))));
    criterion.bench_function("generate S", |b| b.iter(|| generate(black_box(Class::S.spec(1, 0.85)))));
}

criterion_group!(benches, solver, beside_it);
criterion_main!(benches);
