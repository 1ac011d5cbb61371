//! What holds a task back: the time there is for it, narrowed rule by rule.
//!
//! Each step says how much of the time that passed the rules before also passes this one. The rule
//! at which what is left falls below what is needed is the one that holds the task back.

use super::room::{earliest, may_do, rooms};
use plokk_solver::{Chunk, Interval, Problem, Slot, Slots, Task};
use serde::Serialize;

/// A rule that narrows the time for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Somebody who may do it is free.
    Free,
    /// It has been released.
    Release,
    /// What must be done before is done.
    After,
    /// Its deadline has not passed.
    Deadline,
    /// The client can be reached (work that is done live).
    Reachable,
    /// The stretch of time is as long as its shortest chunk.
    Chunk,
    /// No other planned work takes the time.
    OtherWork,
}

/// How much time passes a rule and all rules before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) rule: Rule,
    pub(crate) left: Slots,
}

/// The time for `task` beside the other work of a plan, rule by rule. Rules that do not concern the
/// task are left out.
pub(crate) fn funnel(problem: &Problem, chunks: &[Chunk], task: &Task) -> Vec<Step> {
    let mut time: Vec<Interval> = problem
        .workers
        .iter()
        .filter(|worker| may_do(task, &worker.id))
        .flat_map(|worker| worker.windows.iter().copied())
        .collect();
    let mut steps = vec![Step { rule: Rule::Free, left: length(&time) }];
    let mut narrow = |rule, time: &[Interval]| steps.push(Step { rule, left: length(time) });

    time = within(&time, &[Interval { start: task.release, end: problem.horizon }]);
    narrow(Rule::Release, &time);
    if !task.after.is_empty() {
        let from = earliest(problem, chunks, task).unwrap_or(problem.horizon);
        time = within(&time, &[Interval { start: from, end: problem.horizon }]);
        narrow(Rule::After, &time);
    }
    if let Some(deadline) = task.deadline {
        time = within(&time, &[Interval { start: Slot(0), end: deadline }]);
        narrow(Rule::Deadline, &time);
    }
    if let Some(eligible) = &task.eligible {
        time = within(&time, eligible);
        narrow(Rule::Reachable, &time);
    }
    time.retain(|stretch| stretch.len() >= task.min_chunk);
    narrow(Rule::Chunk, &time);
    let others: Vec<Chunk> = chunks.iter().filter(|c| c.task != task.id).cloned().collect();
    let mut narrowed = task.clone();
    narrowed.after.clear();
    narrowed.release = earliest(problem, chunks, task).unwrap_or(problem.horizon);
    let left: Vec<Interval> = rooms(problem, &others, &narrowed).into_iter().map(|r| r.time).collect();
    narrow(Rule::OtherWork, &left);
    steps
}

/// The first rule that leaves less than is needed.
pub(crate) fn holding(steps: &[Step], needed: Slots) -> Option<Step> {
    steps.iter().copied().find(|step| step.left < needed)
}

fn within(time: &[Interval], allowed: &[Interval]) -> Vec<Interval> {
    let both = time.iter().flat_map(|t| allowed.iter().map(|a| t.intersect(*a)));
    both.filter(|time| !time.is_empty()).collect()
}

/// The length of the union: time that several people have free counts once, since chunks of one
/// task never overlap.
fn length(time: &[Interval]) -> Slots {
    let mut sorted = time.to_vec();
    sorted.sort_unstable();
    let mut covered = Slots(0);
    let mut until = Slot(i32::MIN);
    for stretch in sorted {
        let from = stretch.start.max(until);
        if from < stretch.end {
            covered += stretch.end - from;
            until = stretch.end;
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(task: serde_json::Value) -> Problem {
        serde_json::from_value(serde_json::json!({
            "format": "plokk-problem/1", "slot_minutes": 5, "horizon": 288,
            "buffers": {"same_batch": 1, "same_client": 2, "other_client": 3},
            "weights": {"unscheduled": 40, "late": 10, "late_day": 4, "block": 2, "client_switch": 1,
                        "chunk": 1, "soon": 0.05, "prefer": 1, "move": 2, "quota": 10},
            "workers": [{"id": "mari", "windows": [[100, 140], [150, 170]]},
                        {"id": "jaan", "windows": [[130, 160]]}],
            "tasks": [task]
        }))
        .expect("the problem is well formed")
    }

    fn left(problem: &Problem, chunks: &[Chunk]) -> Vec<(Rule, i32)> {
        funnel(problem, chunks, &problem.tasks[0]).iter().map(|s| (s.rule, s.left.0)).collect()
    }

    #[test]
    fn every_rule_narrows_the_time_that_the_rules_before_left() {
        let problem = problem(serde_json::json!({
            "id": "a", "client": "acme", "batch": "x", "size": 10, "min_chunk": 6, "max_chunk": 18,
            "release": 110, "due": 160, "deadline": 160, "weight": 1, "eligible": [[105, 133], [150, 154]]
        }));
        let expected = [
            (Rule::Free, 70),
            (Rule::Release, 60),
            (Rule::Deadline, 50),
            (Rule::Reachable, 27),
            (Rule::Chunk, 23),
            (Rule::OtherWork, 23),
        ];
        assert_eq!(left(&problem, &[]), expected);
        let steps = funnel(&problem, &[], &problem.tasks[0]);
        assert_eq!(holding(&steps, Slots(30)).map(|s| s.rule), Some(Rule::Reachable));
        assert_eq!(holding(&steps, Slots(10)), None);
    }

    #[test]
    fn other_work_takes_time_and_its_buffers() {
        let problem = problem(serde_json::json!({
            "id": "a", "client": "acme", "batch": "x", "size": 10, "min_chunk": 6, "max_chunk": 18,
            "release": 0, "due": 160, "weight": 1, "workers": ["mari"]
        }));
        let other = Chunk { task: "b".into(), worker: "mari".into(), start: Slot(110), end: Slot(130) };
        assert_eq!(left(&problem, &[other]).last(), Some(&(Rule::OtherWork, 7 + 7 + 20)));
    }
}
