//! Work as a task: whose, how much, in which pieces, from when, until when, how important.

use super::Axis;
use crate::desk::{Desk, Work};
use plokk_solver::{Slots, Task};

/// How the solver calls the one a piece of work is for: the client's id, or for her own tasks the
/// assistant's, which no client has.
pub(super) fn client_of<'d>(desk: &'d Desk, work: &Work) -> &'d str {
    let settings = &desk.settings;
    let client = work.client.and_then(|n| settings.clients.get(n)).map(|c| c.id.as_str());
    let owner = || work.owner.and_then(|n| settings.assistants.get(n)).map(|a| a.id.as_str());
    client.or_else(owner).unwrap_or_default()
}

/// The task of a piece of work; `None` when nothing of it is left to plan.
///
/// Work that is overdue is due at the start of the horizon: late from there. Work due after the horizon
/// is due at its end, so it cannot be late in this plan; its weight is that of work that can wait.
pub(super) fn task(desk: &Desk, work: &Work, axis: &Axis) -> Option<Task> {
    let size = axis.up(work.remaining);
    if size <= Slots(0) {
        return None;
    }
    let min_chunk = axis.up(work.min_chunk).clamp(Slots(1), size);
    Some(Task {
        id: work.id.clone(),
        client: client_of(desk, work).to_owned(),
        batch: work.category.clone(),
        size,
        min_chunk,
        max_chunk: axis.down(work.max_chunk).max(min_chunk),
        release: axis.ceil(work.release),
        due: axis.floor(work.due),
        deadline: work.deadline.filter(|deadline| *deadline < desk.horizon.to).map(|d| axis.floor(d)),
        weight: work.weight,
        workers: None,
        eligible: None,
        prefer: None,
        after: Vec::new(),
        previous: Vec::new(),
    })
}
