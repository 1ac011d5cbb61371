//! Stability: the last plan is kept where nothing speaks against it, above all in the freeze.
//!
//! The planning problem has one weight for moving work, `move`, which the judge charges for every entry
//! of a task's `previous`. So a block inside the freeze is entered `frozen` times: moving an hour of it
//! costs `frozen` times `move`, which only lateness, unscheduled work or a rule outweighs.

use super::Axis;
use crate::desk::{Desk, Work, pad, subtract};
use crate::plan::Plan;
use chrono::TimeDelta;
use plokk_solver::{Interval, Previous};

/// Where the last plan has the work, from now on. What she has pinned since is kept anyway.
pub(super) fn chunks(desk: &Desk, work: &Work, last: Option<&Plan>, axis: &Axis) -> Vec<Previous> {
    let now = axis.ceil(desk.now);
    let thaw = axis.ceil(desk.now + desk.settings.planning.freeze);
    let frozen = Interval { start: now, end: thaw };
    let free = Interval { start: thaw, end: axis.horizon };
    let mut previous = Vec::new();
    for chunk in last.iter().flat_map(|plan| &plan.chunks).filter(|chunk| chunk.task == work.id) {
        let assistants = &desk.settings.assistants;
        let Some(assistant) = assistants.iter().position(|a| a.id == chunk.assistant) else { continue };
        let pinned = desk.pinned.iter().filter(|block| block.assistant == assistant && block.task == work.id);
        let pinned = pad(pinned.map(|block| block.time), TimeDelta::zero());
        for window in subtract(&[chunk.window()], &pinned) {
            let time = axis.inside(window);
            for (zone, times) in [(frozen, desk.settings.weights.frozen), (free, 1)] {
                let part = time.intersect(zone);
                if !part.is_empty() {
                    let entry = Previous { worker: chunk.assistant.clone(), time: part };
                    previous.extend(std::iter::repeat_n(entry, times as usize));
                }
            }
        }
    }
    previous
}
