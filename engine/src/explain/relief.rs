//! What would free a task: each rule that may hold it back is relaxed alone, and the work is put
//! into the plan as it stands. Only what then fits, or costs less, is told.

use super::room::{insert, may_do, planned as done};
use crate::desk::Work;
use crate::pipeline::Planned;
use crate::plan::reason::{called, length};
use crate::pose::pose;
use crate::words;
use chrono::{DateTime, FixedOffset};
use plokk_ical_io::Zone;
use plokk_solver::{Chunk, Problem, Slots, Solution, Task, verify};
use serde::Serialize;
use std::collections::HashSet;

/// A change that would let the work be planned, or be done in time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Relief {
    /// The change, in words.
    pub change: String,
    /// When the work would then start, with everything else where it is.
    pub start: DateTime<FixedOffset>,
    /// When it would then be complete.
    pub completion: DateTime<FixedOffset>,
    /// What the plan would cost more, in points, where only other work has to change.
    pub points: Option<f64>,
}

/// How many other tasks are told of that could give way alone.
const GIVING_WAY: usize = 3;

/// How many tasks are tried that could give way together.
const TOGETHER: usize = 12;

/// What would let all of the work be planned.
pub(crate) fn for_missing(planned: &Planned, work: &Work, task: &Task) -> Vec<Relief> {
    let mut reliefs: Vec<Relief> = relaxations(planned, work, task)
        .into_iter()
        .filter_map(|(change, problem)| try_one(planned, &problem, &planned.solution, task, change))
        .collect();
    reliefs.extend(giving_way(planned, task, |_| true));
    reliefs
}

/// What would let work be planned that no plan can hold: the desk's rules are relaxed instead, and
/// the problem posed anew.
pub(crate) fn for_impossible(planned: &Planned, work: &Work) -> Vec<Relief> {
    let desk = &planned.desk;
    let mut relaxed: Vec<(String, Work)> = Vec::new();
    let mut relax = |change: String, by: &dyn Fn(&mut Work)| {
        let mut work = work.clone();
        by(&mut work);
        relaxed.push((change, work));
    };
    if let Some(deadline) = work.deadline {
        let zone = desk.settings.assistants[0].timezone;
        relax(format!("if its deadline, {}, were later", words::moment(deadline, zone)), &|work| {
            work.deadline = None;
        });
    }
    if work.live {
        relax("if it could be done while the client cannot be reached".to_owned(), &|work| work.live = false);
    }
    for after in &work.after {
        relax(format!("if it did not wait for {}", called(desk, &after.work)), &|work| {
            work.after.retain(|other| other.work != after.work);
        });
    }
    for (other, assistant) in desk.settings.assistants.iter().enumerate() {
        if !work.assistants.contains(&other) {
            relax(format!("if {} could do it", assistant.id), &|work| work.assistants.push(other));
        }
    }
    let tried = relaxed.into_iter().filter_map(|(change, relaxed)| {
        let mut desk = desk.clone();
        let place = desk.work.iter().position(|other| other.id == work.id)?;
        desk.work[place] = relaxed;
        let problem = pose(&desk, None).problem;
        let task = problem.tasks.iter().find(|task| task.id == work.id)?;
        try_one(planned, &problem, &planned.solution, task, change)
    });
    tried.collect()
}

/// What would let late work be complete when it is due, with everything else where it is.
pub(crate) fn for_late(planned: &Planned, task: &Task) -> Vec<Relief> {
    let mut without = planned.solution.clone();
    without.chunks.retain(|chunk| chunk.task != task.id);
    let due = planned.posed.axis.instant(task.due);
    let in_time = |relief: &Relief| relief.completion.to_utc() <= due;
    let mut reliefs: Vec<Relief> = Vec::new();
    for (change, problem) in common_relaxations(planned, task) {
        reliefs.extend(try_one(planned, &problem, &without, task, change).filter(in_time));
    }
    reliefs.extend(giving_way(planned, task, in_time));
    reliefs
}

/// Every rule that concerns the task, each relaxed alone.
fn relaxations(planned: &Planned, work: &Work, task: &Task) -> Vec<(String, Problem)> {
    let posed = &planned.posed;
    let mut all = Vec::new();
    let mut relax = |change: String, by: &dyn Fn(&mut Task)| {
        let mut problem = posed.problem.clone();
        if let Some(task) = problem.tasks.iter_mut().find(|other| other.id == task.id) {
            by(task);
        }
        all.push((change, problem));
    };
    if let Some(deadline) = work.deadline {
        let zone = planned.desk.settings.assistants[0].timezone;
        relax(format!("if its deadline, {}, were later", words::moment(deadline, zone)), &|task| {
            task.deadline = None;
        });
    }
    for after in &task.after {
        relax(format!("if it did not wait for {}", called(&planned.desk, &after.task)), &|task| {
            task.after.retain(|other| other.task != after.task);
        });
    }
    if task.min_chunk > Slots(1) {
        let half = Slots((task.min_chunk.0 / 2).max(1));
        relax(format!("if its blocks could be as short as {}", length(posed, half)), &|task| {
            task.min_chunk = half;
        });
    }
    all.extend(common_relaxations(planned, task));
    all
}

/// The rules that both keep work out and make it late.
fn common_relaxations(planned: &Planned, task: &Task) -> Vec<(String, Problem)> {
    let problem = &planned.posed.problem;
    let mut all = Vec::new();
    let mut relax = |change: String, by: &dyn Fn(&mut Problem)| {
        let mut relaxed = problem.clone();
        by(&mut relaxed);
        all.push((change, relaxed));
    };
    let edit = |problem: &mut Problem, by: &dyn Fn(&mut Task)| {
        problem.tasks.iter_mut().filter(|other| other.id == task.id).for_each(by);
    };
    if task.eligible.is_some() {
        relax("if it could be done while the client cannot be reached".to_owned(), &|problem| {
            edit(problem, &|task| task.eligible = None);
        });
    }
    let others = problem.workers.iter().filter(|worker| !may_do(task, &worker.id));
    for other in others {
        relax(format!("if {} could do it", other.id), &|problem| {
            edit(problem, &|task| task.workers.get_or_insert_default().push(other.id.clone()));
        });
    }
    if problem.caps.iter().any(|cap| cap.client.is_none()) {
        relax("if the daily reserve could be used for it".to_owned(), &|problem| {
            problem.caps.retain(|cap| cap.client.is_some());
        });
    }
    if problem.caps.iter().any(|cap| cap.client.as_ref() == Some(&task.client)) {
        relax("if the client's retainer allowed more".to_owned(), &|problem| {
            problem.caps.retain(|cap| cap.client.as_ref() != Some(&task.client));
        });
    }
    all
}

/// Other tasks that could give way: without any one of them this one fits; or else, the lightest that
/// have to go together.
fn giving_way(planned: &Planned, task: &Task, is_told: impl Fn(&Relief) -> bool) -> Vec<Relief> {
    let problem = &planned.posed.problem;
    let mut others: Vec<&Task> =
        problem.tasks.iter().filter(|other| is_in_the_way(planned, task, other)).collect();
    let single = |other: &&Task| give_way(planned, task, &[other.id.as_str()]).filter(&is_told);
    let mut reliefs: Vec<Relief> = others.iter().filter_map(single).collect();
    reliefs.sort_by(|a, b| a.points.unwrap_or(0.0).total_cmp(&b.points.unwrap_or(0.0)));
    let mut told = HashSet::new();
    reliefs.retain(|relief| told.insert(relief.change.clone()));
    reliefs.truncate(GIVING_WAY);
    if !reliefs.is_empty() {
        return reliefs;
    }
    others.sort_by(|a, b| a.weight.total_cmp(&b.weight));
    let lightest: Vec<&str> = others.iter().map(|other| other.id.as_str()).take(TOGETHER).collect();
    let together =
        (2..=lightest.len()).find_map(|many| give_way(planned, task, &lightest[..many]).filter(&is_told));
    together.into_iter().collect()
}

/// Whether the plan has the other task where this one might be.
fn is_in_the_way(planned: &Planned, task: &Task, other: &Task) -> bool {
    let last = task.deadline.unwrap_or(planned.posed.problem.horizon);
    let chunks = planned.solution.chunks.iter().filter(|chunk| chunk.task == other.id);
    let meets = |chunk: &Chunk| may_do(task, &chunk.worker) && task.release < chunk.end && chunk.start < last;
    other.id != task.id
        && task.after.iter().all(|after| after.task != other.id)
        && chunks.into_iter().any(meets)
}

/// This task in the place of others, and as many of those as then still find room.
fn give_way(planned: &Planned, task: &Task, others: &[&str]) -> Option<Relief> {
    let problem = &planned.posed.problem;
    let gone = with_followers(problem, others);
    let mut beside = planned.solution.clone();
    beside.chunks.retain(|chunk| chunk.task != task.id && !gone.contains(&chunk.task.as_str()));
    let placed = insert(problem, &beside, task)?;
    let mut with = beside.clone();
    with.chunks.extend(placed);
    let mut out = Vec::new();
    for other in problem.tasks.iter().filter(|other| gone.contains(&other.id.as_str())) {
        let had = done(&planned.solution.chunks, &other.id);
        match insert(problem, &with, other).filter(|_| had >= other.size) {
            Some(chunks) => with.chunks.extend(chunks),
            None if had > Slots(0) => {
                out.push(format!("{} ({})", called(&planned.desk, &other.id), length(&planned.posed, had)))
            }
            None => {}
        }
    }
    let change = match out.as_slice() {
        [] => "if other work moved".to_owned(),
        all => format!("if {} gave way", all.join(" and ")),
    };
    let cost = verify(problem, &with).cost - planned.solution.cost;
    let relief = try_one(planned, problem, &beside, task, change)?;
    Some(Relief { points: Some((cost.0 * 1000.0).round() / 1000.0), ..relief })
}

/// The tasks and all that come after them.
fn with_followers<'a>(problem: &'a Problem, tasks: &[&'a str]) -> Vec<&'a str> {
    let mut all: Vec<&str> = tasks.to_vec();
    let mut at = 0;
    while let Some(first) = all.get(at).copied() {
        let followers =
            problem.tasks.iter().filter(|task| task.after.iter().any(|after| after.task == first));
        let new: Vec<&str> = followers.map(|task| task.id.as_str()).filter(|id| !all.contains(id)).collect();
        all.extend(new);
        at += 1;
    }
    all
}

/// The change as a relief, if all of the task then fits beside the plan.
fn try_one(
    planned: &Planned,
    problem: &Problem,
    beside: &Solution,
    task: &Task,
    change: String,
) -> Option<Relief> {
    let task = problem.tasks.iter().find(|other| other.id == task.id)?;
    let chunks = insert(problem, beside, task)?;
    let kept = beside.chunks.iter().filter(|chunk| chunk.task == task.id);
    let last = chunks.iter().chain(kept).max_by_key(|chunk| chunk.end)?;
    let first = chunks.iter().min_by_key(|chunk| chunk.start)?;
    let at = |slot, chunk: &Chunk| {
        let assistant = planned.desk.settings.assistants.iter().find(|a| a.id == chunk.worker)?;
        Some(Zone::Iana(assistant.timezone).shown(planned.posed.axis.instant(slot)))
    };
    Some(Relief { change, start: at(first.start, first)?, completion: at(last.end, last)?, points: None })
}
