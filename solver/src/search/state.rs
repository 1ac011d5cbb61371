//! A plan under change: chunks in order in each window, and what they cost, kept up to date.

mod bounds;
mod caps;
mod journal;

use super::scope::Scope;
use super::timing::Timing;
use crate::model::Model;
use journal::Journal;
use std::sync::Arc;

/// A chunk in a window's sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) task: u32,
    pub(crate) start: i32,
    pub(crate) len: i32,
}

impl Placed {
    pub(crate) fn end(self) -> i32 {
        self.start + self.len
    }
}

/// What a task has in the plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Progress {
    /// The window of each of its chunks.
    pub(crate) windows: Vec<u32>,
    pub(crate) planned: i32,
    /// The start of its first chunk; `i32::MAX` without one.
    pub(crate) first: i32,
    /// The end of its last chunk; `i32::MIN` without one.
    pub(crate) last: i32,
}

impl Progress {
    fn none() -> Progress {
        Progress { windows: Vec::new(), planned: 0, first: i32::MAX, last: i32::MIN }
    }
}

/// A plan with its cost; valid but for what [`Plan::broken`] says.
#[derive(Clone)]
pub(crate) struct Plan<'m> {
    pub(crate) model: &'m Model,
    /// What of it may change.
    pub(crate) scope: Arc<Scope>,
    pub(crate) sequences: Vec<Vec<Placed>>,
    pub(crate) tasks: Vec<Progress>,
    cap_used: Vec<i32>,
    /// Points per slot beyond each cap; infinite where a cap must hold.
    cap_prices: Vec<f64>,
    /// What all slots beyond caps cost now, and how many caps are exceeded.
    overtime: f64,
    exceeded: usize,
    quota_used: Vec<i32>,
    /// By how many slots all quotas together are short.
    short: i32,
    pub(crate) timing: Vec<Timing>,
    /// What each window's timing follows from, as a number that no other state of any window has had.
    versions: Vec<u64>,
    newest: u64,
    window_cost: Vec<f64>,
    free: Vec<i32>,
    task_cost: Vec<f64>,
    /// The sum of window and task costs.
    sum: f64,
    /// The windows to time anew.
    loose: Vec<u32>,
    /// Whether a rule is broken, so that the change must be taken back.
    pub(crate) broken: bool,
    journal: Journal,
}

impl<'m> Plan<'m> {
    /// The plan that plans nothing, of which all may change.
    pub(crate) fn empty(model: &'m Model) -> Plan<'m> {
        Plan::bare(model, Arc::new(Scope::whole(model)))
    }

    fn bare(model: &'m Model, scope: Arc<Scope>) -> Plan<'m> {
        let (windows, tasks) = (model.windows.len(), model.tasks.len());
        let mut plan = Plan {
            model,
            scope,
            sequences: vec![Vec::new(); windows],
            tasks: vec![Progress::none(); tasks],
            cap_used: vec![0; model.caps.len()],
            cap_prices: vec![f64::INFINITY; model.caps.len()],
            overtime: 0.0,
            exceeded: 0,
            quota_used: vec![0; model.quotas.len()],
            short: model.quotas.iter().map(|quota| quota.min).sum(),
            timing: vec![Timing::default(); windows],
            versions: (1..=windows as u64).collect(),
            newest: windows as u64,
            window_cost: vec![0.0; windows],
            free: model.windows.iter().map(|w| w.len()).collect(),
            task_cost: vec![0.0; tasks],
            sum: 0.0,
            loose: Vec::new(),
            broken: false,
            journal: Journal::new(windows, tasks),
        };
        for j in 0..tasks {
            plan.cost_task(j);
        }
        plan.save();
        plan
    }

    /// The plan that holds given sequences, which must be those of a valid plan.
    pub(crate) fn of(model: &'m Model, sequences: Vec<Vec<Placed>>) -> Plan<'m> {
        Plan::within(model, sequences, Arc::new(Scope::whole(model)))
    }

    /// The same, of which only what is in a scope may change.
    pub(crate) fn within(model: &'m Model, sequences: Vec<Vec<Placed>>, scope: Arc<Scope>) -> Plan<'m> {
        let mut plan = Plan::bare(model, scope);
        plan.sequences = sequences;
        for w in 0..plan.sequences.len() {
            for k in 0..plan.sequences[w].len() {
                let chunk = plan.sequences[w][k];
                let mine = &mut plan.tasks[chunk.task as usize];
                mine.windows.push(w as u32);
                mine.planned += chunk.len;
                plan.count(w, chunk, 1);
            }
            plan.count_free(w);
            plan.cost_window(w);
        }
        for j in 0..plan.tasks.len() {
            plan.refresh_task(j);
        }
        plan.save();
        plan
    }

    /// The cost of the whole plan, in points, with that of exceeded caps.
    pub(crate) fn cost(&self) -> f64 {
        self.model.constant + self.sum + self.overtime + self.quota_points()
    }

    /// What quotas that are short cost, in points.
    pub(crate) fn quota_points(&self) -> f64 {
        self.model.quota_slot * f64::from(self.short)
    }

    pub(crate) fn complete(&self, j: usize) -> bool {
        self.tasks[j].planned == self.model.tasks[j].size
    }

    /// What a task costs by itself: what is not planned, lateness and cuts.
    pub(crate) fn task_points(&self, j: usize) -> f64 {
        self.task_cost[j]
    }

    /// Puts a chunk into a window, before the chunk now at `position`, and times the window anew.
    /// Answers false, and changes nothing, where that breaks a rule.
    pub(crate) fn insert(&mut self, w: usize, position: usize, chunk: Placed) -> bool {
        let j = chunk.task as usize;
        self.save_window(w);
        self.save_task(j);
        self.count(w, chunk, 1);
        self.sequences[w].insert(position, chunk);
        let mine = &mut self.tasks[j];
        mine.windows.push(w as u32);
        mine.planned += chunk.len;
        // What comes after it in this window is timed with it, and must not start before it ends.
        (mine.first, mine.last) = (mine.first.min(chunk.start), mine.last.max(chunk.end()));
        self.touch(j);
        if self.over_cap(w, chunk.start) || !self.retime(w) {
            self.take_out(w, position);
            let fits = self.retime(w);
            debug_assert!(fits, "what was valid before an insertion is valid after taking it back");
            return false;
        }
        true
    }

    /// Takes a task out of the plan; tasks that come after it stay where they are until all of it is back. Windows keep their
    /// times until [`Plan::settle`].
    pub(crate) fn remove(&mut self, j: usize) {
        self.remove_some(j, &mut |_| true);
    }

    /// Takes the chunks of a task out of the plan for whose windows `out` answers true; as [`Plan::remove`].
    pub(crate) fn remove_some(&mut self, j: usize, out: &mut dyn FnMut(u32) -> bool) {
        self.save_task(j);
        let mut windows = self.tasks[j].windows.clone();
        windows.sort_unstable();
        windows.dedup();
        for w in windows.into_iter().filter(|w| out(*w)).map(|w| w as usize) {
            self.save_window(w);
            while let Some(position) = self.sequences[w].iter().position(|c| c.task as usize == j) {
                self.take_out(w, position);
            }
            if !self.loose.contains(&(w as u32)) {
                self.loose.push(w as u32);
            }
        }
        self.refresh_task(j);
    }

    /// Times the windows anew that chunks were taken out of. The plan may then be [`Plan::broken`]: where buffers are such
    /// that two chunks want more between them than a third one with its own buffers takes, a window may need
    /// the chunk that is gone.
    pub(crate) fn settle(&mut self) {
        while let Some(w) = self.loose.pop() {
            self.broken |= !self.retime(w as usize);
        }
    }

    fn take_out(&mut self, w: usize, position: usize) {
        let chunk = self.sequences[w].remove(position);
        let j = chunk.task as usize;
        let mine = self.tasks[j].windows.iter().rposition(|v| *v as usize == w);
        self.tasks[j].windows.swap_remove(mine.expect("the chunk's window is one of its task's"));
        self.tasks[j].planned -= chunk.len;
        self.count(w, chunk, -1);
        self.touch(j);
        self.refresh_task(j);
    }

    fn count(&mut self, w: usize, chunk: Placed, sign: i32) {
        let model = self.model;
        let client = model.tasks[chunk.task as usize].client;
        let Some(cell) = cell_at(model, w, chunk.start) else { return };
        for cap in &cell.caps {
            if model.caps[*cap as usize].client.is_none_or(|c| c == client) {
                self.count_cap(*cap, sign * chunk.len);
            }
        }
        for quota in &cell.quotas {
            if model.quotas[*quota as usize].client == client {
                self.count_quota(*quota, sign * chunk.len);
            }
        }
    }

    fn count_quota(&mut self, quota: u32, slots: i32) {
        let before = self.short_of(quota);
        self.journal.quotas.push((quota, self.quota_used[quota as usize]));
        self.quota_used[quota as usize] += slots;
        self.short += self.short_of(quota) - before;
    }

    /// By how many slots a quota is short.
    fn short_of(&self, quota: u32) -> i32 {
        (self.model.quotas[quota as usize].min - self.quota_used[quota as usize]).max(0)
    }

    /// What `len` more slots for a client save, in points, in quotas that are short.
    pub(crate) fn quota_gain(&self, quotas: &[u32], client: u32, len: i32) -> f64 {
        let mine = quotas.iter().filter(|q| self.model.quotas[**q as usize].client == client);
        self.model.quota_slot * f64::from(mine.map(|q| self.short_of(*q).min(len)).sum::<i32>())
    }

    /// The most slots that one more chunk in a window could have: what chunks, buffers between them
    /// and the least buffer to the new one leave.
    pub(crate) fn free(&self, w: usize) -> i32 {
        self.free[w]
    }

    fn count_free(&mut self, w: usize) {
        let sequence = &self.sequences[w];
        let least = self.model.setup.least_buffer();
        let between =
            sequence.windows(2).map(|p| self.model.between(p[0].task as usize, p[1].task as usize).0);
        let taken: i32 = sequence.iter().map(|c| c.len).sum::<i32>() + between.sum::<i32>();
        let seam = if sequence.is_empty() { 0 } else { least };
        self.free[w] = self.model.windows[w].len() - taken - seam;
    }

    /// When other workers than that of window `w` do task `j`: no chunk there may overlap.
    pub(crate) fn taken_elsewhere(&self, j: usize, w: usize) -> impl Iterator<Item = (i32, i32)> {
        let worker = self.model.windows[w].worker;
        let windows = self.tasks[j].windows.iter().map(|v| *v as usize);
        let others = windows.filter(move |v| self.model.windows[*v].worker != worker);
        let chunks = others.flat_map(|v| &self.sequences[v]).filter(move |c| c.task as usize == j);
        chunks.map(|c| (c.start, c.end()))
    }

    /// Sets the starts in a window to the cheapest for its order; false when there are none.
    pub(crate) fn retime(&mut self, w: usize) -> bool {
        self.renew(w);
        let mut timing = std::mem::take(&mut self.timing[w]);
        timing.fill_forward(self, w);
        let starts = timing.starts(self, w);
        (timing.version, timing.forward_version) = (0, 0);
        self.timing[w] = timing;
        let Some(starts) = starts else { return false };
        for (k, start) in starts.into_iter().enumerate() {
            if self.sequences[w][k].start != start {
                let j = self.sequences[w][k].task as usize;
                self.save_task(j);
                self.sequences[w][k].start = start;
                // Its other chunks keep clear of this one, even where it is neither the first nor the last.
                if self.tasks[j].windows.len() > 1 {
                    self.touch(j);
                }
            }
        }
        self.cost_window(w);
        self.count_free(w);
        for k in 0..self.sequences[w].len() {
            self.refresh_task(self.sequences[w][k].task as usize);
        }
        self.renew(w);
        if !self.times_depend_on_times(w) {
            self.timing[w].forward_version = self.versions[w];
        }
        true
    }

    /// Brings a task's first and last slot and its cost up to date.
    fn refresh_task(&mut self, j: usize) {
        let (mut first, mut last) = (i32::MAX, i32::MIN);
        for w in &self.tasks[j].windows {
            for chunk in self.sequences[*w as usize].iter().filter(|c| c.task as usize == j) {
                first = first.min(chunk.start);
                last = last.max(chunk.end());
            }
        }
        if (first, last) != (self.tasks[j].first, self.tasks[j].last) {
            self.save_task(j);
            self.tasks[j].first = first;
            self.tasks[j].last = last;
            self.touch(j);
        }
        self.cost_task(j);
    }

    /// Says that the timing of all windows that hold this task or its neighbours is out of date.
    fn touch(&mut self, j: usize) {
        let links = &self.model.tasks[j];
        let neighbours = links.preds.iter().chain(&links.succs).map(|(i, _)| *i as usize);
        for i in neighbours.chain([j]) {
            for k in 0..self.tasks[i].windows.len() {
                self.renew(self.tasks[i].windows[k] as usize);
            }
        }
    }

    fn cost_window(&mut self, w: usize) {
        let model = self.model;
        let sequence = &self.sequences[w];
        let mut cost = if sequence.is_empty() { 0.0 } else { model.setup.block };
        for pair in sequence.windows(2) {
            cost += model.between(pair[0].task as usize, pair[1].task as usize).1;
        }
        for c in sequence {
            cost += model.chunk_cost(c.task as usize, w, c.start, c.len);
        }
        self.sum += cost - self.window_cost[w];
        self.window_cost[w] = cost;
    }

    fn cost_task(&mut self, j: usize) {
        let job = &self.model.tasks[j];
        let mine = &self.tasks[j];
        let end = if mine.planned == job.size { mine.last } else { self.model.horizon };
        let cost = job.lateness(end)
            + job.unscheduled * f64::from(job.size - mine.planned)
            + self.model.chunk * mine.windows.len().saturating_sub(1) as f64;
        self.sum += cost - self.task_cost[j];
        self.task_cost[j] = cost;
    }

    /// Brings a window's timing up to date, for [`Plan::timing`] to be read.
    pub(crate) fn fresh(&mut self, w: usize) {
        if self.timing[w].version != self.versions[w] {
            let mut timing = std::mem::take(&mut self.timing[w]);
            if timing.forward_version != self.versions[w] {
                timing.fill_forward(self, w);
            }
            timing.fill_backward(self, w);
            (timing.version, timing.forward_version) = (self.versions[w], self.versions[w]);
            self.timing[w] = timing;
        }
    }
}

/// The cell of a window in which a chunk that starts at `start` counts.
pub(crate) fn cell_at(model: &Model, w: usize, start: i32) -> Option<&crate::model::Cell> {
    model.windows[w].cells.iter().find(|c| c.from <= start && start < c.to)
}
