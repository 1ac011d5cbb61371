//! Why work is not planned, in words that are true.
//!
//! The reasons are looked for in an order: what no plan could change, what must be planned first,
//! the rule that leaves too little time, the caps, and at last what the plan chose.

use crate::desk::{Desk, Work};
use crate::explain::funnel::{Rule, Step, funnel, holding};
use crate::explain::room::{completion, insert, insert_some, planned};
use crate::pose::{Hindrance, Posed};
use crate::words;
use chrono::TimeDelta;
use plokk_solver::{Points, Problem, Slots, Solution, Task, verify};

/// Why a piece of work is not planned, or not in full.
pub(crate) fn reason(desk: &Desk, posed: &Posed, solution: &Solution, work: &Work) -> String {
    if let Some(hindrance) = impossible(desk, posed, work) {
        return hindrance_in_words(desk, work, hindrance);
    }
    let Some(task) = posed.problem.tasks.iter().find(|task| task.id == work.id) else {
        return "it is not part of the planning problem".to_owned();
    };
    if let Some(waits) = waits_for(desk, posed, solution, task) {
        return waits;
    }
    let size = task.size;
    let steps = funnel(&posed.problem, &solution.chunks, task);
    match holding(&steps, size) {
        Some(step) => in_words(desk, posed, solution, work, task, step),
        None => chosen(desk, posed, solution, task),
    }
}

/// Why no plan can hold this work.
pub(crate) fn impossible<'a>(desk: &Desk, posed: &'a Posed, work: &Work) -> Option<&'a Hindrance> {
    let place = desk.work.iter().position(|other| other.id == work.id)?;
    posed.impossible.iter().find(|impossible| impossible.work == place).map(|i| &i.reason)
}

pub(crate) fn hindrance_in_words(desk: &Desk, work: &Work, hindrance: &Hindrance) -> String {
    let zone = desk.settings.assistants[0].timezone;
    match hindrance {
        Hindrance::Nobody if work.assistants.is_empty() => {
            let skilled = |a: &&crate::settings::Assistant| {
                a.skills.as_ref().is_none_or(|skills| skills.contains(&work.category))
            };
            if desk.settings.assistants.iter().any(|a| skilled(&a)) {
                "the assistant it asks for is not on this desk, or lacks the skill".to_owned()
            } else {
                format!("nobody on this desk has the skill `{}`", work.category)
            }
        }
        Hindrance::Deadline => match work.deadline {
            Some(deadline) if deadline <= desk.now => {
                format!("its deadline, {}, has passed", words::moment(deadline, zone))
            }
            Some(deadline) => {
                format!("no free time is left before its deadline, {}", words::moment(deadline, zone))
            }
            None => hindrance.to_string(),
        },
        Hindrance::NoFreeTime => no_free_time(desk, work),
        Hindrance::Waits(first) => format!("it comes after {}, which cannot be planned", called(desk, first)),
        other => other.to_string(),
    }
}

/// Which rule leaves no stretch of free time as long as the shortest block.
fn no_free_time(desk: &Desk, work: &Work) -> String {
    let zone = desk.settings.assistants[0].timezone;
    let shortest = words::length(work.min_chunk);
    let free = work.assistants.iter().flat_map(|assistant| &desk.assistants[*assistant].free);
    let fits = |from, to| free.clone().any(|free| free.to.min(to) - free.from.max(from) >= work.min_chunk);
    let (start, end) = (desk.horizon.from, desk.horizon.to);
    match work.deadline {
        _ if !fits(start, end) => format!("nobody who may do it has {shortest} free in one stretch"),
        Some(deadline) if fits(work.release, end) => format!(
            "before its deadline, {}, nobody who may do it has {shortest} free in one stretch",
            words::moment(deadline, zone)
        ),
        _ => format!(
            "from its release, {}, to the end of the horizon nobody who may do it has {shortest} free in one stretch",
            words::moment(work.release, zone)
        ),
    }
}

/// The first task that must be complete before this one and is not.
fn waits_for(desk: &Desk, posed: &Posed, solution: &Solution, task: &Task) -> Option<String> {
    let unplanned = task.after.iter().find(|after| {
        let first = posed.problem.tasks.iter().find(|t| t.id == after.task);
        first.is_some_and(|first| planned(&solution.chunks, &first.id) < first.size)
    })?;
    Some(format!("it comes after {}, which is not planned in full", called(desk, &unplanned.task)))
}

/// A task as people know it: its summary, or its id where it has none.
pub(crate) fn called(desk: &Desk, task: &str) -> String {
    match desk.work.iter().find(|work| work.id == task) {
        Some(work) if !work.summary.is_empty() => format!("\"{}\"", work.summary),
        _ => task.to_owned(),
    }
}

fn in_words(desk: &Desk, posed: &Posed, solution: &Solution, work: &Work, task: &Task, step: Step) -> String {
    let zone = desk.settings.assistants[0].timezone;
    let moment = |slot| words::moment(posed.axis.instant(slot), zone);
    let left = match step.left {
        Slots(0) => "no free time".to_owned(),
        left => format!("only {} of free time", length(posed, left)),
    };
    let needed = length(posed, task.size);
    match step.rule {
        Rule::Free => format!("{left} within the horizon for those who may do it; it needs {needed}"),
        Rule::Release => format!(
            "{left} from its release, {}, to the end of the horizon; it needs {needed}",
            moment(task.release)
        ),
        Rule::After => format!("{left} once {}; it needs {needed}", waited_for(desk, posed, solution, task)),
        Rule::Deadline => {
            let deadline =
                work.deadline.map_or_else(|| moment(posed.problem.horizon), |d| words::moment(d, zone));
            format!("{left} before its deadline, {deadline}; it needs {needed}")
        }
        Rule::Reachable => format!("{left} while the client can be reached; it needs {needed}"),
        Rule::Chunk => {
            format!("{left} in stretches of at least {}; it needs {needed}", length(posed, task.min_chunk))
        }
        Rule::OtherWork => match step.left {
            Slots(0) => "other work takes all the time that suits it".to_owned(),
            left => format!(
                "other work takes the time that suits it, but for {}; it needs {needed}",
                length(posed, left)
            ),
        },
    }
}

/// What is complete last of all that must be before a task, and when.
fn waited_for(desk: &Desk, posed: &Posed, solution: &Solution, task: &Task) -> String {
    let complete = |id: &str| {
        let first = posed.problem.tasks.iter().find(|other| other.id == id)?;
        completion(&solution.chunks, first)
    };
    let waits = task.after.iter().filter_map(|after| Some((complete(&after.task)? + after.lag, after)));
    let Some((from, after)) = waits.max_by_key(|(from, _)| *from) else {
        return "what it comes after is done".to_owned();
    };
    let from = words::moment(posed.axis.instant(from), desk.settings.assistants[0].timezone);
    format!("{} allows it to start, {from}", called(desk, &after.task))
}

/// There is time, and still it is not planned: a cap, or the plan is better without it.
fn chosen(desk: &Desk, posed: &Posed, solution: &Solution, task: &Task) -> String {
    if let Some(chunks) = insert(&posed.problem, solution, task) {
        let mut with = solution.clone();
        with.chunks.extend(chunks);
        let more = verify(&posed.problem, &with).cost - solution.cost;
        return if more >= Points(0.0) {
            format!("planning it costs more than it brings, by {:.1} points", more.0)
        } else {
            "there is room for it that the search did not use; more --effort may plan it".to_owned()
        };
    }
    let fits = |problem: &Problem| -> Slots {
        insert_some(problem, solution, task).iter().map(|chunk| chunk.time().len()).sum()
    };
    let now = fits(&posed.problem);
    let mut relaxed = posed.problem.clone();
    relaxed.caps.retain(|cap| cap.client.is_some());
    if fits(&relaxed) > now {
        return format!(
            "what is free of each day is planned; the rest is the reserve of {:.0}%",
            desk.settings.planning.reserve * 100.0
        );
    }
    relaxed.caps.clone_from(&posed.problem.caps);
    relaxed.caps.retain(|cap| cap.client.is_none());
    if fits(&relaxed) > now {
        return "the client's retainer allows no more in this period".to_owned();
    }
    "what is left of the time that suits it is too scattered".to_owned()
}

/// A length in slots, in words.
pub(crate) fn length(posed: &Posed, slots: Slots) -> String {
    words::length(TimeDelta::minutes(i64::from(slots.0) * i64::from(posed.problem.slot_minutes)))
}
