//! Why a block moved, is new, or fell out, in words that are true.
//!
//! For a block that moved, what made its old place impossible is looked for first, in the order of the
//! rules; where it was possible, what stands there now; else the plan is cheaper so, and it is said
//! what the move was worth.

use super::{summary, was_deleted, work};
use crate::desk::{Desk, Window, Work, subtract};
use crate::pipeline::Planned;
use crate::plan::Plan;
use crate::publish::PublishedBlock;
use crate::words;

/// Why a block is not where it was.
pub(super) fn moved(planned: &Planned, task: &str, old: &PublishedBlock) -> String {
    let desk = &planned.desk;
    if desk.diary.moved.contains_key(&old.uid) {
        return "moved by hand".to_owned();
    }
    if old.time.to <= desk.now {
        return "its time is over, and it is still open".to_owned();
    }
    if old.time.from < desk.now {
        return "it had begun, and could not stay".to_owned();
    }
    if let Some(reason) = work(desk, task).and_then(|work| impossible(desk, work, old)) {
        return reason;
    }
    if let Some(reason) = in_its_place(planned, task, old) {
        return reason;
    }
    chosen(desk, old)
}

/// What makes the old place impossible.
fn impossible(desk: &Desk, work: &Work, old: &PublishedBlock) -> Option<String> {
    let zone = desk.settings.assistants[0].timezone;
    let Some(who) = desk.settings.assistants.iter().position(|a| a.id == old.assistant) else {
        return Some(format!("{} is not on the desk any more", old.assistant));
    };
    if !work.assistants.contains(&who) {
        return Some(format!("{} may not do it any more", desk.settings.assistants[who].name));
    }
    let time = &desk.assistants[who];
    let padding = desk.settings.buffers.meeting;
    let padded = |busy: Window| Window { from: busy.from - padding, to: busy.to + padding };
    let meets = |window: Window| window.from < old.time.to && old.time.from < window.to;
    if let Some(busy) = time.busy.iter().find(|busy| meets(padded(busy.time))) {
        let name = busy.summary.as_deref().filter(|summary| !summary.is_empty()).unwrap_or("something else");
        let how = if meets(busy.time) { "is there" } else { "is too close to it" };
        return Some(format!("\"{name}\", {}, {how}", words::moment(busy.time.from, zone)));
    }
    if desk.pinned.iter().any(|pinned| pinned.assistant == who && !pinned.begun && meets(pinned.time)) {
        return Some("a block pinned by hand is there".to_owned());
    }
    if !subtract(&[old.time], &time.working).is_empty() {
        return Some(format!("{} does not work then", desk.settings.assistants[who].name));
    }
    if old.time.from < work.release {
        return Some(format!("it may not start before {}", words::moment(work.release, zone)));
    }
    if let Some(deadline) = work.deadline.filter(|deadline| *deadline < old.time.to) {
        return Some(format!("its deadline is {}", words::moment(deadline, zone)));
    }
    if let Some(client) = work.client.filter(|_| work.live)
        && !subtract(&[old.time], &desk.clients[client].reachable).is_empty()
    {
        return Some(format!("{} cannot be reached then", desk.settings.clients[client].name));
    }
    None
}

/// What the plan has there instead.
fn in_its_place(planned: &Planned, task: &str, old: &PublishedBlock) -> Option<String> {
    let desk = &planned.desk;
    let there = planned.plan.chunks.iter().find(|chunk| {
        let time = chunk.window();
        chunk.assistant == old.assistant
            && chunk.task != task
            && time.from < old.time.to
            && old.time.from < time.to
    })?;
    let whose = there.client.as_ref().and_then(|id| desk.settings.clients.iter().find(|c| c.id == *id));
    let whose = whose.map(|client| format!("{}: ", client.name)).unwrap_or_default();
    let cost = if frozen(desk, old) { format!(" ({})", worth(desk, old)) } else { String::new() };
    Some(format!("it makes room for \"{whose}{}\"{cost}", summary(desk, &there.task)))
}

fn chosen(desk: &Desk, old: &PublishedBlock) -> String {
    format!("the plan as a whole is better so ({})", worth(desk, old))
}

fn frozen(desk: &Desk, old: &PublishedBlock) -> bool {
    old.time.from < desk.now + desk.settings.planning.freeze
}

/// What the move had to save at least.
fn worth(desk: &Desk, old: &PublishedBlock) -> String {
    let weights = &desk.settings.weights;
    let times = if frozen(desk, old) { f64::from(weights.frozen) } else { 1.0 };
    let hours = old.time.length().num_minutes() as f64 / 60.0;
    format!("by more than the {:.0} points that moving it costs", weights.points.moved * times * hours)
}

/// Why there is a block that was not there.
pub(super) fn new(planned: &Planned, last: Option<&Plan>, task: &str) -> String {
    let unscheduled = last.is_some_and(|last| last.unscheduled.iter().any(|work| work.task == task));
    let planned_before = last.is_some_and(|last| last.chunks.iter().any(|chunk| chunk.task == task));
    let pinned = planned.desk.pinned.iter().any(|block| block.task == task && !block.begun);
    match (pinned, unscheduled, planned_before) {
        (true, ..) => "pinned by hand",
        (_, true, _) => "there is room for it now",
        (_, _, true) => "more blocks are planned for it",
        _ => "new work, or work that has come into the horizon",
    }
    .to_owned()
}

/// Why a block fell out.
pub(super) fn out(planned: &Planned, task: &str, old: &PublishedBlock) -> String {
    let desk = &planned.desk;
    if was_deleted(&desk.diary, &old.uid, old.time) {
        return "deleted by hand, so it is taken as done".to_owned();
    }
    if let Some(work) = planned.plan.unscheduled.iter().find(|work| work.task == task) {
        return format!("there is no time for it: {}", work.reason);
    }
    if desk.work.iter().any(|work| work.id == task) {
        return "less of it is left, or fewer blocks hold it".to_owned();
    }
    if desk.later.iter().any(|work| work.id == task) {
        return "it cannot start within the horizon any more".to_owned();
    }
    "it is done, called off, or no feed has it any more".to_owned()
}
