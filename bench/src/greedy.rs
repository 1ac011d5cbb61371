//! The first peer: earliest due date first, each chunk as early as it fits.
//!
//! What a careful person does with a list and a calendar (Jackson's rule, 1955): take the work
//! that is due first, put it into the earliest free time that every rule allows, go on. Due times
//! are moved up so that what comes after a task can still be on time. Every hard rule of the
//! planning problem is kept; the soft ones (batching, preferences, retainers) are not looked at.

mod board;

use board::Board;
use plokk_solver::{Chunk, Points, Problem, Slot, Slots, Solution, Task, verify};
use std::collections::HashMap;

/// The earliest-due-date plan of a problem, with its true cost and no bound.
///
/// ```
/// use plokk_bench::generate::{Class, generate};
/// use plokk_solver::verify;
/// let problem = generate(Class::S.spec(1, 0.85));
/// let plan = plokk_bench::greedy::plan(&problem);
/// assert!(verify(&problem, &plan).violations.is_empty());
/// ```
#[must_use]
pub fn plan(problem: &Problem) -> Solution {
    let mut board = Board::new(problem);
    let mut completion: HashMap<&str, Slot> = HashMap::new();
    for task in order(problem) {
        if let Some(release) = ready(task, &completion)
            && let Some(end) = place(&mut board, task, release)
        {
            completion.insert(&task.id, end);
        }
    }
    priced(problem, board.into_chunks())
}

fn priced(problem: &Problem, chunks: Vec<Chunk>) -> Solution {
    let mut solution = Solution { chunks, cost: Points(0.0), bound: None };
    solution.cost = verify(problem, &solution).cost;
    solution
}

/// When a task may start: after its release and all it waits for; `None` when one of those is not
/// planned in full.
fn ready(task: &Task, completion: &HashMap<&str, Slot>) -> Option<Slot> {
    task.after.iter().try_fold(task.release, |ready, link| {
        completion.get(link.task.as_str()).map(|done| ready.max(*done + link.lag))
    })
}

/// Places chunk after chunk; the completion when the whole task found a place.
fn place(board: &mut Board<'_>, task: &Task, release: Slot) -> Option<Slot> {
    let mut left = task.size;
    let mut completion = release;
    while left > Slots(0) {
        let chunk = board.earliest(task, release, left)?;
        left -= chunk.time().len();
        completion = completion.max(chunk.end);
        board.put(chunk);
    }
    Some(completion)
}

/// The tasks by due time (the heavier first where it is the same), each behind those it waits for.
fn order(problem: &Problem) -> Vec<&Task> {
    let tasks = &problem.tasks;
    let index: HashMap<&str, usize> = tasks.iter().enumerate().map(|(i, t)| (t.id.as_str(), i)).collect();
    let before: Vec<Vec<usize>> = tasks
        .iter()
        .map(|t| t.after.iter().filter_map(|l| index.get(l.task.as_str()).copied()).collect())
        .collect();
    let due = due_for_successors(tasks, &before);
    let mut waiting: Vec<usize> = (0..tasks.len()).collect();
    waiting.sort_by(|&a, &b| due[a].cmp(&due[b]).then(tasks[b].weight.total_cmp(&tasks[a].weight)));
    let mut taken = vec![false; tasks.len()];
    let mut order = Vec::with_capacity(tasks.len());
    // Links that run in a circle leave their tasks out: none of them can ever start.
    while let Some(next) = waiting.iter().position(|&i| before[i].iter().all(|&b| taken[b])) {
        let i = waiting.remove(next);
        taken[i] = true;
        order.push(&tasks[i]);
    }
    order
}

/// Each task's due time, moved up so that the tasks after it can be on time.
fn due_for_successors(tasks: &[Task], before: &[Vec<usize>]) -> Vec<Slot> {
    let mut due: Vec<Slot> = tasks.iter().map(|t| t.deadline.map_or(t.due, |d| d.min(t.due))).collect();
    // As many rounds as the longest chain has links; a circle would go on, so the count is bounded.
    for _ in 0..tasks.len() {
        let mut moved = false;
        for (i, task) in tasks.iter().enumerate() {
            for (&b, link) in before[i].iter().zip(&task.after) {
                let latest = due[i] - task.size - link.lag;
                moved |= latest < due[b];
                due[b] = due[b].min(latest);
            }
        }
        if !moved {
            break;
        }
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Class, Spec, generate};
    use plokk_solver::{After, Interval};

    #[test]
    fn no_rule_is_broken_on_problems_of_many_kinds() {
        for seed in 0..30 {
            let spec = Spec {
                seed,
                clients: 1 + seed as usize % 9,
                weeks: 1 + seed as usize % 3,
                workers: 1 + seed as usize % 4,
                load: 0.3 + 0.15 * (seed % 9) as f64,
            };
            let problem = generate(spec);
            let verdict = verify(&problem, &plan(&problem));
            assert_eq!(verdict.violations, [], "{spec:?}");
        }
    }

    #[test]
    fn a_light_desk_is_nearly_all_planned() {
        let problem = generate(Class::S.spec(4, 0.4));
        let work: Slots = problem.tasks.iter().map(|t| t.size).sum();
        let planned: Slots = plan(&problem).chunks.iter().map(|c| c.time().len()).sum();
        // The rest is wanted while its client sleeps, or due before there is room for it.
        assert!(planned.0 * 10 >= work.0 * 9, "{planned} of {work} slots");
    }

    #[test]
    fn the_first_due_comes_first_and_the_next_keeps_the_buffer() {
        let mut problem = generate(Spec { seed: 1, clients: 1, weeks: 1, workers: 1, load: 0.0 });
        problem.workers[0].windows = vec![Interval::new(108, 156)];
        problem.caps.clear();
        problem.tasks = vec![task("later", "a", 150), task("sooner", "b", 140)];
        let chunks = plan(&problem).chunks;
        let times: Vec<_> = chunks.iter().map(|c| (c.task.as_str(), c.start.0, c.end.0)).collect();
        assert_eq!(times, [("sooner", 108, 120), ("later", 123, 135)]);
    }

    #[test]
    fn a_link_is_waited_for_and_a_circle_is_left_out() {
        let mut problem = generate(Spec { seed: 1, clients: 1, weeks: 1, workers: 1, load: 0.0 });
        problem.workers[0].windows = vec![Interval::new(108, 156)];
        problem.caps.clear();
        let mut second = task("second", "a", 120);
        second.after = vec![After { task: "first".into(), lag: Slots(10) }];
        problem.tasks = vec![second, task("first", "a", 150)];
        let chunks = plan(&problem).chunks;
        assert_eq!(chunks.iter().map(|c| c.start.0).collect::<Vec<_>>(), [108, 130]);

        problem.tasks[1].after = vec![After { task: "second".into(), lag: Slots(0) }];
        assert!(plan(&problem).chunks.is_empty());
    }

    fn task(id: &str, client: &str, due: i32) -> Task {
        Task {
            id: id.into(),
            client: client.into(),
            batch: "email".into(),
            size: Slots(12),
            min_chunk: Slots(6),
            max_chunk: Slots(12),
            release: Slot(0),
            due: Slot(due),
            deadline: None,
            weight: 1.0,
            workers: None,
            eligible: None,
            prefer: None,
            after: vec![],
            previous: vec![],
        }
    }
}
