//! Preferred times of day, local to the first assistant.

use super::Axis;
use crate::desk::{Desk, Work, daily};
use plokk_solver::Interval;

/// When the work is better done; `None`: no preference.
pub(super) fn times(desk: &Desk, work: &Work, axis: &Axis) -> Option<Vec<Interval>> {
    let tz = desk.settings.assistants.first()?.timezone;
    let times = axis.all_inside(&daily(tz, &work.prefer, desk.horizon));
    (!times.is_empty()).then_some(times)
}
