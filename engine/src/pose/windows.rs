//! Free time: work is done in it and nowhere else.

use super::Axis;
use crate::desk::Desk;
use plokk_solver::Worker;

/// Every assistant, with the whole slots of her free time. What is shorter than any chunk stays in:
/// it costs nothing and shows where time is lost.
pub(super) fn workers(desk: &Desk, axis: &Axis) -> Vec<Worker> {
    let assistants = desk.settings.assistants.iter().zip(&desk.assistants);
    assistants
        .map(|(assistant, time)| Worker {
            id: assistant.id.clone(),
            rate: assistant.rate,
            windows: axis.all_inside(&time.free),
        })
        .collect()
}
