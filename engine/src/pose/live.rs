//! Live work: done only while the client can be reached.

use super::Axis;
use crate::desk::Desk;
use plokk_solver::Interval;

/// For every piece of work, when it may be done; `None`: always.
pub(super) fn eligible(desk: &Desk, axis: &Axis) -> Vec<Option<Vec<Interval>>> {
    let reachable: Vec<Vec<Interval>> =
        desk.clients.iter().map(|client| axis.all_inside(&client.reachable)).collect();
    let limit = |client: Option<usize>| reachable.get(client?).cloned();
    desk.work.iter().map(|work| if work.live { limit(work.client) } else { None }).collect()
}
