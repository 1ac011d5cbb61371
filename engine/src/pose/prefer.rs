//! Preferred times of day, local to the first assistant.

use super::Axis;
use crate::desk::{Desk, Work, daily};
use crate::settings::DayInterval;
use plokk_solver::Interval;
use std::collections::BTreeMap;

/// Preferred times, each worked out once: work of one category shares them.
#[derive(Default)]
pub(super) struct Prefer(BTreeMap<Vec<DayInterval>, Vec<Interval>>);

impl Prefer {
    /// When the work is better done; `None`: no preference.
    pub(super) fn times(&mut self, desk: &Desk, work: &Work, axis: &Axis) -> Option<Vec<Interval>> {
        let tz = desk.settings.assistants.first()?.timezone;
        if !self.0.contains_key(&work.prefer) {
            let times = axis.all_inside(&daily(tz, &work.prefer, desk.horizon));
            self.0.insert(work.prefer.clone(), times);
        }
        self.0.get(&work.prefer).filter(|times| !times.is_empty()).cloned()
    }
}
