//! The nightly case: a plan is there, a task and a meeting come in, and the desk is planned again.
//!
//! Three problems are solved for each instance: the old one; the new one with the old plan as
//! `previous`; and the new one from nothing. The last two say what the old plan is worth: how much less
//! work it makes, and how much of it stands.

use crate::generate::generate;
use crate::machine;
use crate::peer::{Peer, PeerError, Run};
use crate::reference::Instance;
use crate::statistics::Sorted;
use plokk_solver::{Chunk, Interval, Previous, Problem, Slot, Slots, Solution};
use serde::Serialize;
use std::fmt::Write;

/// What came of one instance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Such as `S 0.85 #1`.
    pub problem: String,
    /// How many tasks there are with the new one.
    pub tasks: usize,
    /// The new problem with the old plan as `previous`.
    pub again: Run,
    /// The new problem without it.
    pub fresh: Run,
    /// The share of the old plan that stands when planned again, from 0 to 1.
    pub kept: f64,
    /// The share of the old plan that happens to stand when planned from nothing.
    pub kept_by_chance: f64,
}

impl Row {
    /// The processor time of planning again, as a share of planning from nothing.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        Some(self.again.cpu? / self.fresh.cpu?)
    }
}

/// Runs the three problems of each instance; `tell` hears of each.
///
/// # Errors
///
/// As [`Peer::run`].
pub fn measure(
    peer: &Peer,
    instances: impl Iterator<Item = Instance>,
    mut tell: impl FnMut(&Row),
) -> Result<Vec<Row>, PeerError> {
    let mut rows = Vec::new();
    for instance in instances {
        let old = generate(instance.spec());
        let (_, Some(plan)) = peer.answer(&old, None)? else { continue };
        let fresh = changed(&old);
        let mut again = fresh.clone();
        remember(&mut again, &plan);
        let (again_run, again_plan) = peer.answer(&again, None)?;
        let (fresh_run, fresh_plan) = peer.answer(&fresh, None)?;
        let kept = |new: Option<Solution>| new.map_or(0.0, |new| kept(&plan, &new));
        rows.push(Row {
            problem: instance.to_string(),
            tasks: fresh.tasks.len(),
            again: again_run,
            fresh: fresh_run,
            kept: kept(again_plan),
            kept_by_chance: kept(fresh_plan),
        });
        rows.last().into_iter().for_each(&mut tell);
    }
    Ok(rows)
}

/// The desk on the next morning: one more task, which is due in three days, and an hour's meeting in the
/// middle of the longest free time of the second day.
#[must_use]
pub fn changed(problem: &Problem) -> Problem {
    let mut new = problem.clone();
    let day = (24 * 60) / i32::try_from(problem.slot_minutes).unwrap_or(5).max(1);
    if let Some(model) = problem.tasks.iter().find(|task| task.after.is_empty()) {
        let mut task = model.clone();
        task.id = "new".to_owned();
        (task.release, task.due, task.deadline) = (Slot(0), Slot((3 * day).min(problem.horizon.0)), None);
        (task.eligible, task.previous) = (None, Vec::new());
        new.tasks.push(task);
    }
    let Some(worker) = new.workers.first_mut() else { return new };
    let second = Interval::new(day, 2 * day);
    let longest = (0..worker.windows.len())
        .filter(|&k| second.start <= worker.windows[k].start && worker.windows[k].start < second.end)
        .max_by_key(|&k| worker.windows[k].len());
    if let Some(k) = longest {
        let window = worker.windows[k];
        let middle = i32::midpoint(window.start.0, window.end.0);
        let (from, to) = (middle - day / 48, middle + day / 48);
        let rest = [(window.start.0, from), (to, window.end.0)];
        let rest = rest.into_iter().filter(|(a, b)| a < b).map(|(a, b)| Interval::new(a, b));
        worker.windows.splice(k..=k, rest);
    }
    new
}

/// Tells a problem where a plan has its tasks.
fn remember(problem: &mut Problem, plan: &Solution) {
    for task in &mut problem.tasks {
        let mine = plan.chunks.iter().filter(|chunk| chunk.task == task.id);
        task.previous =
            mine.map(|chunk| Previous { worker: chunk.worker.clone(), time: chunk.time() }).collect();
    }
}

/// The share of a plan's slots at which another has the same task with the same worker.
fn kept(old: &Solution, new: &Solution) -> f64 {
    let same = |a: &&Chunk, b: &Chunk| (&a.task, &a.worker) == (&b.task, &b.worker);
    let stands = |a: &Chunk| -> Slots {
        let both = new.chunks.iter().filter(|b| same(b, a)).map(|b| b.time().intersect(a.time()));
        both.filter(|both| !both.is_empty()).map(Interval::len).sum()
    };
    let all: Slots = old.chunks.iter().map(|chunk| chunk.time().len()).sum();
    let standing: Slots = old.chunks.iter().map(stands).sum();
    if all.0 == 0 { 1.0 } else { f64::from(standing.0) / f64::from(all.0) }
}

/// The results as Markdown.
#[must_use]
pub fn markdown(peer: &Peer, rows: &[Row]) -> String {
    let ratio = Sorted::of(rows.iter().filter_map(Row::ratio));
    let kept = Sorted::of(rows.iter().map(|row| row.kept));
    let percent = |share: Option<f64>| share.map_or("–".to_owned(), |s| format!("{:.0}%", 100.0 * s));
    let mut text = format!(
        "{}; {}. Processor time of planning again: {} of planning from nothing (median; {} at most). \
         {} of the old plan stands (median).\n\n\
         | problem | tasks | CPU seconds from nothing | again | ratio | kept | kept by chance |\n\
         |---|---|---|---|---|---|---|\n",
        peer.version,
        machine::describe(),
        percent(ratio.median()),
        percent(ratio.most()),
        percent(kept.median()),
    );
    for row in rows {
        let seconds = |run: &Run| run.cpu.map_or("–".to_owned(), |cpu| format!("{cpu:.2}"));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            row.problem,
            row.tasks,
            seconds(&row.fresh),
            seconds(&row.again),
            percent(row.ratio()),
            percent(Some(row.kept)),
            percent(Some(row.kept_by_chance)),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Class;
    use crate::greedy;

    #[test]
    fn a_task_and_a_meeting_come_in_and_the_problem_stays_one() {
        for seed in 1..20 {
            let old = generate(Class::S.spec(seed, 0.85));
            let new = changed(&old);
            assert!(new.faults().is_empty(), "{:?}", new.faults());
            assert_eq!(new.tasks.len(), old.tasks.len() + 1);
            let free = |p: &Problem| p.workers[0].windows.iter().map(|w| w.len()).sum::<Slots>();
            assert_eq!(free(&old) - free(&new), Slots(12), "an hour less");
        }
    }

    #[test]
    fn what_stands_is_the_same_work_at_the_same_time_by_the_same_person() {
        let problem = generate(Class::S.spec(1, 0.85));
        let plan = greedy::plan(&problem);
        assert!((kept(&plan, &plan) - 1.0).abs() < 1e-12);
        let mut moved = plan.clone();
        for chunk in &mut moved.chunks {
            (chunk.start.0, chunk.end.0) = (chunk.start.0 + 10_000, chunk.end.0 + 10_000);
        }
        assert!(kept(&plan, &moved).abs() < 1e-12);
        let mut again = problem.clone();
        remember(&mut again, &plan);
        let remembered: usize = again.tasks.iter().map(|task| task.previous.len()).sum();
        assert_eq!(remembered, plan.chunks.len());
        assert!(again.faults().is_empty());
    }
}
