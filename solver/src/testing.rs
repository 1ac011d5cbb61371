//! Random problems with every rule in them, for tests inside the crate and, by path, outside it.

use crate::{
    After, Buffers, Cap, FORMAT, Interval, Previous, Problem, Quota, Slot, Slots, Task, Weights, Worker,
};
use fastrand::Rng;

/// A random problem of some days with one window a worker and day, of 4 to 12 slots.
pub(crate) fn random_problem(seed: u64, days: i32, tasks: usize) -> Problem {
    let mut rng = Rng::with_seed(seed);
    let day = 16;
    let horizon = days * day;
    let workers: Vec<Worker> = (0..rng.usize(1..=2))
        .map(|k| Worker {
            id: format!("w{k}"),
            rate: f64::from(rng.i32(0..2)),
            windows: (0..days)
                .map(|d| {
                    let start = d * day + rng.i32(0..4);
                    Interval::new(start, start + rng.i32(4..=12))
                })
                .collect(),
        })
        .collect();
    let mut problem = Problem {
        format: FORMAT.to_owned(),
        slot_minutes: 90,
        horizon: Slot(horizon),
        buffers: Buffers {
            same_batch: Slots(rng.i32(0..=1)),
            same_client: Slots(rng.i32(0..=2)),
            other_client: Slots(rng.i32(0..=2)),
        },
        weights: Weights::default(),
        workers,
        tasks: Vec::new(),
        quotas: Vec::new(),
        caps: Vec::new(),
    };
    for k in 0..tasks {
        let task = random_task(&mut rng, &problem, k);
        problem.tasks.push(task);
    }
    for _ in 0..rng.usize(0..=2) {
        let from = rng.i32(0..horizon);
        let (from, to) = (Slot(from), Slot(rng.i32(from..=horizon)));
        let client = format!("c{}", rng.i32(0..2));
        problem.quotas.push(Quota { client: client.clone(), from, to, min: Slots(rng.i32(1..4)) });
        let worker = rng.bool().then(|| "w0".to_owned());
        let client = rng.bool().then_some(client);
        problem.caps.push(Cap { worker, client, from, to, max: Slots(rng.i32(0..8)) });
    }
    problem
}

fn random_task(rng: &mut Rng, problem: &Problem, k: usize) -> Task {
    let horizon = problem.horizon.0;
    let size = rng.i32(1..=5);
    let min_chunk = rng.i32(1..=size.min(3));
    let release = if rng.bool() { 0 } else { rng.i32(0..horizon / 2) };
    let due = rng.i32(release..=horizon);
    let some = |rng: &mut Rng| -> Vec<Interval> {
        (0..3)
            .map(|_| {
                let start = rng.i32(0..horizon);
                Interval::new(start, (start + rng.i32(1..12)).min(horizon))
            })
            .collect()
    };
    Task {
        id: format!("t{k}"),
        client: format!("c{}", rng.i32(0..2)),
        batch: format!("b{}", rng.i32(0..2)),
        size: Slots(size),
        min_chunk: Slots(min_chunk),
        max_chunk: Slots(rng.i32(min_chunk..=5)),
        release: Slot(release),
        due: Slot(due),
        deadline: (rng.i32(0..4) == 0).then(|| Slot(rng.i32(due..=horizon))),
        weight: f64::from(rng.i32(1..=4)),
        workers: (rng.i32(0..4) == 0).then(|| vec!["w0".to_owned()]),
        eligible: (rng.i32(0..5) == 0).then(|| some(rng)),
        prefer: (rng.i32(0..4) == 0).then(|| some(rng)),
        after: if k > 0 && rng.i32(0..4) == 0 {
            vec![After { task: format!("t{}", rng.usize(0..k)), lag: Slots(rng.i32(0..4)) }]
        } else {
            Vec::new()
        },
        previous: if rng.i32(0..4) == 0 {
            let start = rng.i32(0..horizon - 4);
            vec![Previous { worker: "w0".to_owned(), time: Interval::new(start, start + 3) }]
        } else {
            Vec::new()
        },
    }
}
