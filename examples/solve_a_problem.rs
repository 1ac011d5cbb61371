//! The solver as a library: slots in, chunks and a bound out; no calendar anywhere.
//!
//! One morning, two clients. A call list must come before the calls, and the report is due early.
//!
//! ```sh
//! cargo run --example solve_a_problem
//! ```

use plokk_solver::{
    After, Buffers, FORMAT, Interval, Options, Problem, Silent, Slot, Slots, Task, Weights, Worker, solve,
    verify,
};
use std::error::Error;

/// Slots of five minutes: twelve make an hour.
const HOUR: i32 = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let problem = morning();
    assert_eq!(problem.faults(), [], "what is posed makes sense");

    let outcome = solve(&problem, &Options::default(), &Silent)?;
    let solution = outcome.solution;
    for chunk in &solution.chunks {
        println!("{} to {}: {}", clock(chunk.start), clock(chunk.end), chunk.task);
    }
    println!("{} points", solution.cost);

    // The verifier knows the rules, not the method: it is asked about everything that is published.
    let verdict = verify(&problem, &solution);
    assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
    assert_eq!((verdict.parts.late, verdict.parts.unscheduled), (0.0, 0.0));
    if let Some(bound) = solution.bound {
        println!("no plan costs less than {bound}");
        assert!(bound.0 <= solution.cost.0 + 1e-6);
    }

    let start = |task: &str| solution.chunks.iter().find(|c| c.task == task).map(|c| clock(c.start));
    // The report first: it is due at ten. Then the list, a quarter of an hour for the change of
    // client later, and the calls, half an hour after the list is done.
    assert_eq!(start("report").as_deref(), Some("09:00"));
    assert_eq!(start("call list").as_deref(), Some("10:00"));
    assert_eq!(start("calls").as_deref(), Some("11:00"));
    Ok(())
}

/// A window from 09:00 to 13:00 and three pieces of work.
fn morning() -> Problem {
    let mut calls = task("calls", "acme", HOUR);
    calls.after = vec![After { task: "call list".to_owned(), lag: Slots(HOUR / 2) }];
    let mut report = task("report", "bloom", HOUR * 3 / 4);
    report.due = Slot(10 * HOUR);
    Problem {
        format: FORMAT.to_owned(),
        slot_minutes: 5,
        horizon: Slot(24 * HOUR),
        buffers: Buffers { same_batch: Slots(1), same_client: Slots(2), other_client: Slots(3) },
        weights: Weights::default(),
        workers: vec![Worker {
            id: "mari".to_owned(),
            rate: 0.0,
            windows: vec![Interval::new(9 * HOUR, 13 * HOUR)],
        }],
        tasks: vec![calls, task("call list", "acme", HOUR / 2), report],
        quotas: vec![],
        caps: vec![],
    }
}

/// Work in one piece, due at noon.
fn task(id: &str, client: &str, size: i32) -> Task {
    Task {
        id: id.to_owned(),
        client: client.to_owned(),
        batch: "email".to_owned(),
        size: Slots(size),
        min_chunk: Slots(size),
        max_chunk: Slots(size),
        release: Slot(0),
        due: Slot(12 * HOUR),
        deadline: None,
        weight: 1.0,
        workers: None,
        eligible: None,
        prefer: None,
        after: vec![],
        previous: vec![],
    }
}

fn clock(slot: Slot) -> String {
    format!("{:02}:{:02}", slot.0 / HOUR, slot.0 % HOUR * 5)
}
