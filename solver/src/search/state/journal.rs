//! What to put back when a change is not wanted, timings included.

use super::{Placed, Plan, Progress};
use crate::search::timing::Timing;

/// What to put back when a change is not wanted.
#[derive(Clone, Default)]
pub(super) struct Journal {
    pub(super) windows: Vec<(u32, Vec<Placed>, f64)>,
    pub(super) tasks: Vec<(u32, Progress, f64)>,
    pub(super) versions: Vec<(u32, u64)>,
    /// Timings that were up to date, of windows that have changed since.
    pub(super) timings: Vec<(u32, Timing)>,
    /// What was counted under caps and quotas, before each change in turn.
    pub(super) caps: Vec<(u32, i32)>,
    pub(super) quotas: Vec<(u32, i32)>,
    pub(super) overtime: f64,
    pub(super) exceeded: usize,
    pub(super) short: i32,
    pub(super) sum: f64,
    /// When each window, task and version was last saved.
    pub(super) window_saved: Vec<u64>,
    pub(super) task_saved: Vec<u64>,
    pub(super) version_saved: Vec<u64>,
    /// Timings whose memory is free to be used again.
    pub(super) spare: Vec<Timing>,
    pub(super) now: u64,
}

impl Journal {
    pub(super) fn new(windows: usize, tasks: usize) -> Journal {
        Journal {
            window_saved: vec![0; windows],
            task_saved: vec![0; tasks],
            version_saved: vec![0; windows],
            ..Journal::default()
        }
    }
}

impl Plan<'_> {
    /// Begins a change: [`Plan::undo`] comes back to here.
    pub(crate) fn save(&mut self) {
        self.journal.now += 1;
        self.journal.windows.clear();
        self.journal.tasks.clear();
        self.journal.versions.clear();
        let old = self.journal.timings.drain(..).map(|(_, timing)| timing);
        self.journal.spare.extend(old);
        self.journal.caps.clear();
        self.journal.quotas.clear();
        (self.journal.overtime, self.journal.exceeded, self.journal.short) =
            (self.overtime, self.exceeded, self.short);
        self.journal.sum = self.sum;
    }

    /// Takes back all changes since [`Plan::save`].
    pub(crate) fn undo(&mut self) {
        while let Some((w, sequence, cost)) = self.journal.windows.pop() {
            self.sequences[w as usize] = sequence;
            self.window_cost[w as usize] = cost;
            self.count_free(w as usize);
        }
        while let Some((j, progress, cost)) = self.journal.tasks.pop() {
            self.tasks[j as usize] = progress;
            self.task_cost[j as usize] = cost;
        }
        // All that timings follow from is as it was, so those that were not overwritten are known again by their old
        // numbers, and those that were come back.
        while let Some((w, version)) = self.journal.versions.pop() {
            self.versions[w as usize] = version;
        }
        while let Some((w, timing)) = self.journal.timings.pop() {
            self.journal.spare.push(std::mem::replace(&mut self.timing[w as usize], timing));
        }
        while let Some((cap, used)) = self.journal.caps.pop() {
            self.cap_used[cap as usize] = used;
        }
        while let Some((quota, used)) = self.journal.quotas.pop() {
            self.quota_used[quota as usize] = used;
        }
        (self.overtime, self.exceeded, self.short) =
            (self.journal.overtime, self.journal.exceeded, self.journal.short);
        self.sum = self.journal.sum;
        self.broken = false;
        self.save();
    }

    pub(super) fn save_window(&mut self, w: usize) {
        if self.journal.window_saved[w] != self.journal.now {
            self.journal.window_saved[w] = self.journal.now;
            self.journal.windows.push((w as u32, self.sequences[w].clone(), self.window_cost[w]));
        }
    }

    /// Says that what the timing of window `w` follows from has changed.
    pub(super) fn renew(&mut self, w: usize) {
        if self.journal.version_saved[w] != self.journal.now {
            self.journal.version_saved[w] = self.journal.now;
            self.journal.versions.push((w as u32, self.versions[w]));
            if self.timing[w].version == self.versions[w] {
                let spare = self.journal.spare.pop().unwrap_or_default();
                let timing = std::mem::replace(&mut self.timing[w], spare);
                (self.timing[w].version, self.timing[w].forward_version) = (0, 0);
                self.journal.timings.push((w as u32, timing));
            }
        }
        self.newest += 1;
        self.versions[w] = self.newest;
    }

    pub(super) fn save_task(&mut self, j: usize) {
        if self.journal.task_saved[j] != self.journal.now {
            self.journal.task_saved[j] = self.journal.now;
            self.journal.tasks.push((j as u32, self.tasks[j].clone(), self.task_cost[j]));
        }
    }
}
