//! Each rule of a solution and each term of its cost: kept by the base plan, broken by a conflicting one, and just
//! kept by one that comes as near as it may. What the solver answers keeps them all.

use plokk_solver::*;

fn task(id: &str, client: &str, batch: &str, size: i32) -> Task {
    Task {
        id: id.into(),
        client: client.into(),
        batch: batch.into(),
        size: Slots(size),
        min_chunk: Slots(2),
        max_chunk: Slots(6),
        release: Slot(0),
        due: Slot(90),
        deadline: None,
        weight: 1.0,
        workers: None,
        eligible: None,
        prefer: None,
        after: Vec::new(),
        previous: Vec::new(),
    }
}

/// Two workers, a window each in the morning and one in the afternoon; hours of one slot, days of 24.
fn base() -> Problem {
    let worker = |id: &str| Worker {
        id: id.into(),
        rate: 0.0,
        windows: vec![Interval::new(10, 20), Interval::new(30, 40)],
    };
    Problem {
        format: FORMAT.into(),
        slot_minutes: 60,
        horizon: Slot(96),
        buffers: Buffers { same_batch: Slots(0), same_client: Slots(1), other_client: Slots(2) },
        weights: Weights::default(),
        workers: vec![worker("ann"), worker("bob")],
        tasks: vec![task("a", "x", "mail", 4), task("b", "x", "mail", 4), task("c", "y", "mail", 8)],
        quotas: Vec::new(),
        caps: Vec::new(),
    }
}

fn chunk(task: &str, worker: &str, start: i32, end: i32) -> Chunk {
    Chunk { task: task.into(), worker: worker.into(), start: Slot(start), end: Slot(end) }
}

/// The rules broken, by name, and the cost by term.
fn judge(problem: &Problem, chunks: &[Chunk]) -> (Vec<String>, Parts) {
    assert_eq!(problem.faults(), []);
    let solution = Solution { chunks: chunks.to_vec(), cost: Points(0.0), bound: None };
    let verdict = verify(problem, &solution);
    let mut broken: Vec<String> = verdict
        .violations
        .iter()
        .filter(|v| !matches!(v, Violation::Cost { .. }))
        .map(|v| format!("{v:?}").split([' ', '(', '{']).next().unwrap_or_default().to_owned())
        .collect();
    broken.dedup();
    (broken, verdict.parts)
}

/// One rule: what changes in the base problem, a plan that breaks it, and one that only just does not.
fn rule(name: &str, change: impl Fn(&mut Problem), conflicting: &[Chunk], just: &[Chunk]) {
    let mut problem = base();
    change(&mut problem);
    assert_eq!(judge(&problem, conflicting).0, [name], "conflicting");
    assert_eq!(judge(&problem, just).0, Vec::<String>::new(), "{name}: just kept");
    let outcome =
        solve(&problem, &Options { effort: 0.05, ..Options::default() }, &Silent).expect("solvable");
    assert_eq!(judge(&problem, &outcome.solution.chunks).0, Vec::<String>::new(), "{name}: solved");
}

#[test]
fn chunks_are_of_known_tasks_and_workers_and_not_empty() {
    rule("Unknown", |_| (), &[chunk("z", "ann", 10, 14)], &[chunk("a", "ann", 10, 14)]);
    rule("Unknown", |_| (), &[chunk("a", "zoe", 10, 14)], &[chunk("a", "bob", 10, 14)]);
    rule("Empty", |_| (), &[chunk("a", "ann", 12, 12)], &[]);
}

#[test]
fn no_more_is_planned_than_the_size() {
    let more = [chunk("a", "ann", 10, 13), chunk("a", "ann", 13, 15)];
    rule("TooMuch", |_| (), &more, &[chunk("a", "ann", 10, 12), chunk("a", "ann", 13, 15)]);
}

#[test]
fn chunks_are_neither_too_short_nor_too_long() {
    rule("Length", |_| (), &[chunk("a", "ann", 10, 11)], &[chunk("a", "ann", 10, 12)]);
    rule("Length", |_| (), &[chunk("c", "ann", 10, 17)], &[chunk("c", "ann", 10, 16)]);
}

#[test]
fn release_and_deadline_are_hard() {
    rule(
        "Release",
        |p| p.tasks[0].release = Slot(12),
        &[chunk("a", "ann", 11, 15)],
        &[chunk("a", "ann", 12, 16)],
    );
    let deadline = |p: &mut Problem| p.tasks[0].deadline = Some(Slot(16));
    rule("Deadline", deadline, &[chunk("a", "ann", 13, 17)], &[chunk("a", "ann", 12, 16)]);
}

#[test]
fn a_chunk_lies_in_one_eligible_interval() {
    let touching =
        |p: &mut Problem| p.tasks[0].eligible = Some(vec![Interval::new(10, 13), Interval::new(13, 17)]);
    rule("Eligible", touching, &[chunk("a", "ann", 11, 15)], &[chunk("a", "ann", 13, 17)]);
}

#[test]
fn only_those_who_may_do_a_task_do_it() {
    let only = |p: &mut Problem| p.tasks[0].workers = Some(vec!["bob".into()]);
    rule("Worker", only, &[chunk("a", "ann", 10, 14)], &[chunk("a", "bob", 10, 14)]);
}

#[test]
fn chunks_lie_in_windows() {
    rule("Window", |_| (), &[chunk("a", "ann", 18, 22)], &[chunk("a", "ann", 16, 20)]);
}

#[test]
fn chunks_of_one_task_never_overlap() {
    let twice = [chunk("c", "ann", 10, 14), chunk("c", "bob", 13, 17)];
    rule("Overlap", |_| (), &twice, &[chunk("c", "ann", 10, 14), chunk("c", "bob", 14, 18)]);
}

#[test]
fn what_comes_after_waits_for_the_lag_and_for_all_of_it() {
    let after = |p: &mut Problem| p.tasks[1].after = vec![After { task: "a".into(), lag: Slots(3) }];
    let kept = [chunk("a", "ann", 10, 14), chunk("b", "bob", 16, 20)];
    let just = [chunk("a", "ann", 10, 13), chunk("b", "bob", 16, 20)];
    rule("After", after, &kept, &[chunk("a", "ann", 10, 14), chunk("b", "bob", 30, 34)]);
    rule("After", after, &just, &[chunk("a", "ann", 10, 14)]);
}

#[test]
fn buffers_are_kept_by_kind_and_between_windows_there_are_none() {
    let first = chunk("a", "ann", 10, 14);
    rule(
        "Buffer",
        |_| (),
        &[first.clone(), chunk("b", "ann", 13, 17)],
        &[first.clone(), chunk("b", "ann", 14, 18)],
    );
    let other = |p: &mut Problem| p.tasks[1].batch = "post".into();
    rule(
        "Buffer",
        other,
        &[first.clone(), chunk("b", "ann", 14, 18)],
        &[first.clone(), chunk("b", "ann", 15, 19)],
    );
    rule("Buffer", |_| (), &[first.clone(), chunk("c", "ann", 15, 19)], &[first, chunk("c", "ann", 16, 20)]);
    let touching =
        |p: &mut Problem| p.workers[0].windows = vec![Interval::new(10, 14), Interval::new(15, 20)];
    rule(
        "Window",
        touching,
        &[chunk("a", "ann", 11, 15)],
        &[chunk("a", "ann", 10, 14), chunk("c", "ann", 15, 19)],
    );
}

#[test]
fn caps_hold_for_what_starts_under_them() {
    let cap = |p: &mut Problem| {
        let (worker, client) = (Some("ann".into()), Some("x".into()));
        p.caps = vec![Cap { worker, client, from: Slot(10), to: Slot(14), max: Slots(5) }];
    };
    let under = [chunk("a", "ann", 10, 13), chunk("b", "ann", 13, 16)];
    rule("Cap", cap, &under, &[chunk("a", "ann", 10, 14), chunk("b", "ann", 14, 18)]);
    rule("Cap", cap, &under, &[chunk("a", "ann", 10, 14), chunk("b", "bob", 10, 14)]);
}

/// One term: what changes in the base problem, a plan, and what the term comes to.
fn term(name: &str, change: impl Fn(&mut Problem), chunks: &[Chunk], points: f64) {
    let mut problem = base();
    change(&mut problem);
    let (broken, parts) = judge(&problem, chunks);
    assert_eq!(broken, Vec::<String>::new(), "{name}");
    let found = parts.terms().iter().find(|(term, _)| *term == name).map(|(_, points)| *points);
    assert!(found.is_some_and(|found| (found - points).abs() < 1e-9), "{name}: {found:?}, not {points}");
}

#[test]
fn every_term_costs_what_the_definition_says() {
    let whole = [chunk("a", "ann", 10, 14)];
    term("unscheduled", |p| p.tasks[0].weight = 3.0, &[], 40.0 * (3.0 * 4.0 + 4.0 + 8.0));
    // Late from 12 to 14, by a twelfth of a day; the others are late to the end, by six hours of slots.
    term("late", |p| p.tasks[0].due = Slot(12), &whole, 10.0 + 4.0 / 12.0 + 2.0 * (10.0 + 4.0 * 0.25));
    term("late", |p| p.tasks.truncate(1), &whole, 0.0);
    term(
        "block",
        |_| (),
        &[chunk("a", "ann", 10, 14), chunk("b", "ann", 14, 18), chunk("c", "ann", 30, 34)],
        4.0,
    );
    term("client_switch", |_| (), &[chunk("a", "ann", 10, 14), chunk("c", "ann", 16, 20)], 1.0);
    term("client_switch", |_| (), &[chunk("a", "ann", 10, 14), chunk("c", "ann", 30, 34)], 0.0);
    term(
        "chunk",
        |_| (),
        &[chunk("c", "ann", 10, 12), chunk("c", "ann", 12, 14), chunk("c", "bob", 30, 32)],
        2.0,
    );
    term("soon", |_| (), &whole, 0.05 * 4.0 * 10.0 / 24.0);
    term("prefer", |p| p.tasks[0].prefer = Some(vec![Interval::new(0, 11)]), &whole, 3.0);
    let previous = |p: &mut Problem| {
        p.tasks[0].previous = vec![Previous { worker: "ann".into(), time: Interval::new(12, 16) }];
    };
    term("move", previous, &whole, 2.0 * 2.0);
    term("move", previous, &[chunk("a", "bob", 12, 16)], 2.0 * 4.0);
    let quota = |p: &mut Problem| {
        p.quotas = vec![Quota { client: "x".into(), from: Slot(0), to: Slot(14), min: Slots(6) }];
    };
    term("quota", quota, &whole, 10.0 * 2.0);
    term("quota", quota, &[chunk("a", "ann", 14, 18)], 10.0 * 6.0);
    term("rate", |p| p.workers[0].rate = 1.5, &whole, 6.0);
}
