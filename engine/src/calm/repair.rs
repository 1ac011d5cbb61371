//! Room for the few tasks that lack time, between blocks that stay where they are.
//!
//! The blocks that stay are taken out of the free time, buffers and all, and out of what caps and
//! retainers leave; what is left is a small planning problem of its own, which takes the solver a
//! fraction of the time.

use super::Carried;
use plokk_solver::{
    Chunk, Interval, Observer, Options, Points, Problem, Slot, Slots, Solution, Task, Worker, solve, verify,
};
use std::collections::HashMap;

/// The carried plan with room for what is missing from it, and whether the search was stopped; `None`
/// where not all of it finds room in time: then the whole has to be planned again. Where there is no room
/// before what comes after the missing work, that is taken up and planned with it.
pub(crate) fn repair(
    problem: &Problem,
    carried: &Carried,
    options: &Options,
    observer: &dyn Observer,
) -> Option<(Solution, bool)> {
    let around = |carried: &Carried| between(problem, carried, options, observer);
    around(carried).or_else(|| around(&loosened(problem, carried)?))
}

/// The carried plan without the work that comes after missing work; `None` if there is none.
fn loosened(problem: &Problem, carried: &Carried) -> Option<Carried> {
    let mut missing = carried.missing.clone();
    loop {
        let waits = |task: &&Task| {
            !missing.contains(&task.id) && task.after.iter().any(|link| missing.contains(&link.task))
        };
        match problem.tasks.iter().find(waits) {
            Some(task) => missing.push(task.id.clone()),
            None if missing.len() == carried.missing.len() => return None,
            None => break,
        }
    }
    let mut solution = carried.solution.clone();
    let more = &missing[carried.missing.len()..];
    solution.chunks.retain(|chunk| !more.contains(&chunk.task));
    Some(Carried { solution, missing })
}

/// Room for what is missing between everything else.
fn between(
    problem: &Problem,
    carried: &Carried,
    options: &Options,
    observer: &dyn Observer,
) -> Option<(Solution, bool)> {
    if carried.missing.is_empty() {
        return Some((carried.solution.clone(), false));
    }
    let part = part(problem, carried)?;
    let outcome = solve(&part, options, observer).ok()?;
    let mut chunks = carried.solution.chunks.clone();
    chunks.extend(outcome.solution.chunks);
    let place = |chunk: &Chunk| problem.workers.iter().position(|worker| worker.id == chunk.worker);
    chunks.sort_by_key(|chunk| (place(chunk), chunk.start));
    let mut solution = Solution { chunks, cost: Points(0.0), bound: None };
    let verdict = verify(problem, &solution);
    solution.cost = verdict.cost;
    let day = Slots(i32::try_from(24 * 60 / problem.slot_minutes.max(1)).unwrap_or(i32::MAX));
    let served = |task: &Task| {
        let own = || solution.chunks.iter().filter(|chunk| chunk.task == task.id);
        let planned: Slots = own().map(|chunk| chunk.time().len()).sum();
        // What is overdue by now is late wherever it goes; but a search might have it done days before.
        let overdue = task.due <= part.earliest_end(task);
        let latest = if overdue { problem.earliest_end(task) + day } else { task.due };
        planned == task.size && own().map(|chunk| chunk.end).max().is_some_and(|end| end <= latest)
    };
    let missing = problem.tasks.iter().filter(|task| carried.missing.contains(&task.id));
    let sound = verify(problem, &solution).violations.is_empty() && missing.into_iter().all(served);
    sound.then_some((solution, outcome.stopped))
}

/// The first moment a task could be complete if it were alone.
trait Earliest {
    fn earliest_end(&self, task: &Task) -> Slot;
}

impl Earliest for Problem {
    fn earliest_end(&self, task: &Task) -> Slot {
        let free = self.workers.iter().flat_map(|worker| &worker.windows);
        let start = free.filter(|window| window.end > task.release).map(|window| window.start).min();
        start.unwrap_or(self.horizon).max(task.release) + task.size
    }
}

/// The small problem: what is missing, in the time that is left. `None` when what is missing must come
/// before something that stays and has no time for it.
fn part(problem: &Problem, carried: &Carried) -> Option<Problem> {
    let staying = &carried.solution.chunks;
    let tasks: HashMap<&str, &Task> = problem.tasks.iter().map(|task| (task.id.as_str(), task)).collect();
    let mut part = problem.clone();
    part.workers = problem.workers.iter().map(|worker| left_free(worker, staying, problem)).collect();
    for cap in &mut part.caps {
        let counts = |chunk: &&Chunk| {
            cap.from <= chunk.start
                && chunk.start < cap.to
                && cap.worker.as_ref().is_none_or(|worker| *worker == chunk.worker)
                && cap.client.as_ref().is_none_or(|client| *client == tasks[chunk.task.as_str()].client)
        };
        let used: Slots = staying.iter().filter(counts).map(|chunk| chunk.time().len()).sum();
        cap.max = (cap.max - used).max(Slots(0));
    }
    for quota in &mut part.quotas {
        let counts = |chunk: &&Chunk| {
            quota.from <= chunk.start
                && chunk.start < quota.to
                && quota.client == tasks[chunk.task.as_str()].client
        };
        let met: Slots = staying.iter().filter(counts).map(|chunk| chunk.time().len()).sum();
        quota.min = (quota.min - met).max(Slots(0));
    }
    part.quotas.retain(|quota| quota.min > Slots(0));
    part.tasks.retain(|task| carried.missing.contains(&task.id));
    for task in &mut part.tasks {
        fit(task, problem, staying, &carried.missing)?;
    }
    part.faults().is_empty().then_some(part)
}

/// Makes a task what is missing of it, after what stays before it and before what stays after it.
fn fit(task: &mut Task, problem: &Problem, staying: &[Chunk], missing: &[String]) -> Option<()> {
    let own = |id: &str| staying.iter().filter(move |chunk| chunk.task == id).collect::<Vec<_>>();
    let planned: Slots = own(&task.id).iter().map(|chunk| chunk.time().len()).sum();
    task.size -= planned;
    task.min_chunk = task.min_chunk.min(task.size);
    for link in std::mem::take(&mut task.after) {
        if missing.contains(&link.task) {
            task.after.push(link);
        } else {
            let done = own(&link.task).iter().map(|chunk| chunk.end).max()?;
            task.release = task.release.max(done + link.lag).min(problem.horizon);
        }
    }
    for later in problem.tasks.iter().filter(|later| !missing.contains(&later.id)) {
        for link in later.after.iter().filter(|link| link.task == task.id) {
            if let Some(start) = own(&later.id).iter().map(|chunk| chunk.start).min() {
                let latest = start - link.lag;
                task.deadline = Some(task.deadline.map_or(latest, |deadline| deadline.min(latest)));
            }
        }
    }
    (task.deadline.is_none_or(|deadline| deadline > task.release)).then_some(())
}

/// A worker's free time without the blocks that stay and the longest buffer around them: which work
/// will stand beside them is not known yet.
fn left_free(worker: &Worker, staying: &[Chunk], problem: &Problem) -> Worker {
    let buffer =
        problem.buffers.other_client.max(problem.buffers.same_client).max(problem.buffers.same_batch);
    let mut own: Vec<Interval> = staying.iter().filter(|c| c.worker == worker.id).map(Chunk::time).collect();
    own.sort_unstable_by_key(|chunk| chunk.start);
    let mut windows = Vec::new();
    for window in &worker.windows {
        let mut from = window.start;
        for chunk in own.iter().filter(|chunk| window.contains(**chunk)) {
            windows.push(Interval { start: from, end: chunk.start - buffer });
            from = chunk.end + buffer;
        }
        windows.push(Interval { start: from, end: window.end });
    }
    windows.retain(|window| !window.is_empty());
    Worker { windows, ..worker.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plokk_solver::Silent;

    /// Free on the first day for an hour, and on the fourth for five; an hour of work lacks time.
    fn problem(due: u32) -> Problem {
        let text = format!(
            r#"{{"format": "plokk-problem/1", "slot_minutes": 5, "horizon": 1152,
            "buffers": {{"same_batch": 0, "same_client": 0, "other_client": 0}},
            "weights": {{"unscheduled": 40, "late": 10, "late_day": 4, "block": 2, "client_switch": 1,
                         "chunk": 1, "soon": 0.05, "prefer": 1, "move": 2, "quota": 10}},
            "workers": [{{"id": "mari", "rate": 0, "windows": [[108, 120], [972, 1032]]}}],
            "tasks": [{}, {}]}}"#,
            task("open", due),
            task("stays", 1100)
        );
        serde_json::from_str(&text).expect("it is a problem")
    }

    fn task(id: &str, due: u32) -> String {
        format!(
            r#"{{"id": "{id}", "client": "acme", "batch": "social", "size": 12, "min_chunk": 12,
                "max_chunk": 12, "release": 0, "due": {due}, "weight": 1}}"#
        )
    }

    fn repaired(problem: &Problem, stays: bool) -> Option<Slot> {
        let chunk = Chunk { task: "stays".into(), worker: "mari".into(), start: Slot(108), end: Slot(120) };
        let missing: &[&str] = if stays { &["open"] } else { &["open", "stays"] };
        let chunks = if stays { vec![chunk] } else { Vec::new() };
        let mut solution = Solution { chunks, cost: Points(0.0), bound: None };
        solution.cost = verify(problem, &solution).cost;
        let carried = Carried { solution, missing: missing.iter().map(|id| (*id).to_owned()).collect() };
        let options = Options { effort: 0.05, ..Options::default() };
        let (solution, _) = repair(problem, &carried, &options, &Silent)?;
        solution.chunks.iter().find(|chunk| chunk.task == "open").map(|chunk| chunk.start)
    }

    #[test]
    fn overdue_work_does_not_wait_for_days_behind_a_block_that_could_move() {
        // Nothing stands in its way: it is done at once. Due later, the hole is early enough. Overdue, it is not.
        assert_eq!(repaired(&problem(50), false), Some(Slot(108)));
        assert!(repaired(&problem(1100), true).is_some_and(|start| start >= Slot(972)));
        assert_eq!(repaired(&problem(50), true), None);
    }
}
