//! What comes after what, and how long after.

use super::Axis;
use crate::desk::Desk;
use plokk_solver::{After, Problem, Slots};
use std::collections::HashMap;

/// Links the tasks. Work that has no task holds nobody up: it is done, or pinned, and then what follows
/// it has been released later instead.
pub(super) fn link(desk: &Desk, axis: &Axis, problem: &mut Problem) {
    let places: HashMap<String, usize> =
        problem.tasks.iter().enumerate().map(|(place, task)| (task.id.clone(), place)).collect();
    // A lag as long as the horizon leaves no time after it, and neither does a longer one.
    let longest = Slots(axis.horizon.0);
    for work in &desk.work {
        let Some(place) = places.get(&work.id) else { continue };
        let links = work.after.iter().filter(|link| places.contains_key(&link.work));
        let after = links.map(|link| After { task: link.work.clone(), lag: axis.up(link.gap).min(longest) });
        problem.tasks[*place].after = after.collect();
    }
}
