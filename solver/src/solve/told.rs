//! What the observer is told.

use crate::options::{Observer, Progress, Stage};
use crate::units::Points;
use std::sync::{Mutex, PoisonError};

/// What is told while threads work side by side: the latest of it.
pub(super) struct Told<'a> {
    observer: &'a dyn Observer,
    latest: Mutex<Progress>,
}

impl<'a> Told<'a> {
    pub(super) fn new(observer: &'a dyn Observer, stage: Stage, cost: f64, bound: f64) -> Told<'a> {
        let bound = bound.is_finite().then_some(Points(bound.min(cost)));
        let latest = Progress { stage, done: 0.0, cost: Some(Points(cost)), bound };
        Told { observer, latest: Mutex::new(latest) }
    }

    /// The bound is now this, with so much of its work done.
    pub(super) fn bound(&self, done: f64, bound: f64) {
        self.tell(|latest| {
            latest.done = done;
            let cost = latest.cost.map_or(f64::INFINITY, |cost| cost.0);
            latest.bound = bound.is_finite().then_some(Points(bound.min(cost)));
        });
    }

    /// The best plan of this stage costs this, with so much of its work done.
    pub(super) fn cost(&self, done: f64, cost: f64) {
        self.tell(|latest| {
            let bound = latest.bound.map(|bound| Points(bound.0.min(cost)));
            *latest = Progress { stage: latest.stage, done, cost: Some(Points(cost)), bound };
        });
    }

    fn tell(&self, change: impl FnOnce(&mut Progress)) {
        // A panic of the observer's while it was told leaves nothing half done here.
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut latest);
        self.observer.progress(*latest);
    }
}
