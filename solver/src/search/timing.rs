//! The cheapest starts for a given order of chunks in a window, exactly: a dynamic program over
//! slots, forward and backward, so that the cost of one more chunk at any place is one pass.

use super::state::{Placed, Plan};
use crate::model::{Cover, Job, Window, starts};

/// More than any cost: no start here.
pub(crate) const NEVER: f32 = 1e30;

/// The timing of one window.
#[derive(Clone, Debug)]
pub(crate) struct Timing {
    /// The version of the window that this was worked out for; 0 for none.
    pub(crate) version: u64,
    /// That for which the forward half alone was.
    pub(crate) forward_version: u64,
    /// `forward[k * width + t]`: the least cost of the first `k` chunks, all done `t` slots into the window.
    forward: Vec<f32>,
    /// `backward[k * width + t]`: the least cost of the chunks from `k` on, none before slot `t`.
    backward: Vec<f32>,
    /// For each place the soonest end of the chunks before it, and the latest start of those after.
    soonest: Vec<i32>,
    latest: Vec<i32>,
    width: usize,
    /// The least cost of all.
    pub(crate) best: f32,
    scratch: Vec<f32>,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            version: 0,
            forward_version: 0,
            forward: Vec::new(),
            backward: Vec::new(),
            soonest: Vec::new(),
            latest: Vec::new(),
            width: 0,
            best: 0.0,
            scratch: Vec::new(),
        }
    }
}

impl Timing {
    pub(crate) fn forward(&self, k: usize) -> &[f32] {
        &self.forward[k * self.width..(k + 1) * self.width]
    }

    pub(crate) fn backward(&self, k: usize) -> &[f32] {
        &self.backward[k * self.width..(k + 1) * self.width]
    }

    /// The slots into the window between which something may lie at place `k`, neighbours and all.
    pub(crate) fn room(&self, k: usize) -> (i32, i32) {
        (self.soonest[k], self.latest[k])
    }

    /// Works out the forward half.
    pub(crate) fn fill_forward(&mut self, plan: &Plan<'_>, w: usize) {
        let window = &plan.model.windows[w];
        let sequence = &plan.sequences[w];
        self.width = window.len() as usize + 1;
        self.forward.clear();
        self.forward.resize((sequence.len() + 1) * self.width, NEVER);
        self.forward[..self.width].fill(0.0);
        self.soonest.clear();
        self.soonest.push(0);
        let mut scratch = std::mem::take(&mut self.scratch);
        for (k, chunk) in sequence.iter().enumerate() {
            let gap = if k == 0 { 0 } else { gap(plan, sequence[k - 1], *chunk) };
            let range = chunk_costs(plan, w, k, *chunk, &mut scratch);
            let (done, rest) = self.forward.split_at_mut((k + 1) * self.width);
            let before = &done[k * self.width..];
            let after = &mut rest[..self.width];
            self.soonest.push(i32::MAX / 2);
            let Some((lo, hi)) = range else { continue };
            let (gap, len) = (gap as usize, chunk.len as usize);
            for s in lo.max(gap)..(hi + 1).max(lo.max(gap)) {
                after[s + len] = before[s - gap] + scratch[s];
            }
            let from = (lo.max(gap) + len).min(self.width);
            let Some(first) = after[from..].iter().position(|cost| *cost < NEVER / 2.0) else { continue };
            let first = from + first;
            self.soonest[k + 1] = first as i32;
            let mut least = NEVER;
            for cost in &mut after[first..] {
                least = least.min(*cost);
                *cost = least;
            }
        }
        self.scratch = scratch;
        self.best = self.forward[self.forward.len() - 1];
    }

    /// Works out the backward half.
    pub(crate) fn fill_backward(&mut self, plan: &Plan<'_>, w: usize) {
        let sequence = &plan.sequences[w];
        self.backward.clear();
        self.backward.resize((sequence.len() + 1) * self.width, NEVER);
        self.backward[sequence.len() * self.width..].fill(0.0);
        self.latest.clear();
        self.latest.resize(sequence.len() + 1, i32::MIN / 2);
        self.latest[sequence.len()] = self.width as i32 - 1;
        let mut scratch = std::mem::take(&mut self.scratch);
        for (k, chunk) in sequence.iter().enumerate().rev() {
            let gap = if k + 1 == sequence.len() { 0 } else { gap(plan, *chunk, sequence[k + 1]) };
            let range = chunk_costs(plan, w, k, *chunk, &mut scratch);
            let (head, tail) = self.backward.split_at_mut((k + 1) * self.width);
            let here = &mut head[k * self.width..];
            let after = &tail[..self.width];
            let Some((lo, hi)) = range else { continue };
            let shift = (chunk.len + gap) as usize;
            for s in lo..(hi + 1).min(self.width.saturating_sub(shift)).max(lo) {
                here[s] = scratch[s] + after[s + shift];
            }
            let Some(last) = here[..=hi].iter().rposition(|cost| *cost < NEVER / 2.0) else { continue };
            self.latest[k] = last as i32;
            let mut least = NEVER;
            for cost in here[..=last].iter_mut().rev() {
                least = least.min(*cost);
                *cost = least;
            }
        }
        self.scratch = scratch;
    }

    /// The cheapest starts, the earliest among equals; none when no timing keeps every rule.
    pub(crate) fn starts(&self, plan: &Plan<'_>, w: usize) -> Option<Vec<i32>> {
        if self.best >= NEVER / 2.0 {
            return None;
        }
        let window = &plan.model.windows[w];
        let sequence = &plan.sequences[w];
        let mut found = vec![0; sequence.len()];
        let mut until = self.width - 1;
        for (k, chunk) in sequence.iter().enumerate().rev() {
            // The earliest end at which the cost is already that of `until`.
            let costs = self.forward(k + 1);
            let mut end = until;
            while end > 0 && costs[end - 1] <= costs[until] {
                end -= 1;
            }
            found[k] = window.start + end as i32 - chunk.len;
            let gap = if k == 0 { 0 } else { gap(plan, sequence[k - 1], *chunk) };
            until = (end as i32 - chunk.len - gap).max(0) as usize;
        }
        Some(found)
    }
}

/// The buffer between two chunks.
pub(crate) fn gap(plan: &Plan<'_>, a: Placed, b: Placed) -> i32 {
    plan.model.between(a.task as usize, b.task as usize).0
}

/// Fills `costs` with what the chunk at place `k` costs at each start, in slots into the window, and
/// answers the range of starts in which some are possible.
fn chunk_costs(
    plan: &Plan<'_>,
    w: usize,
    k: usize,
    chunk: Placed,
    costs: &mut Vec<f32>,
) -> Option<(usize, usize)> {
    let j = chunk.task as usize;
    let (from, to) = plan.bounds(j, w, Some((k, chunk)))?;
    let range = fill_costs(plan, j, w, chunk.len, from, to, costs)?;
    // The last of a task's chunks in the window answers for the lateness of all of them: its order is kept.
    let last_here = plan.sequences[w][k + 1..].iter().all(|c| c.task != chunk.task);
    if plan.complete(j) && last_here {
        let others = plan.tasks[j].windows.len() > 1;
        let other_end = if others { end_elsewhere(plan, j, w) } else { i32::MIN };
        add_lateness(&plan.model.tasks[j], &plan.model.windows[w], chunk.len, other_end, range, costs);
    }
    Some(range)
}

/// The end of the last chunk of task `j` outside window `w`.
fn end_elsewhere(plan: &Plan<'_>, j: usize, w: usize) -> i32 {
    let windows = plan.tasks[j].windows.iter().map(|v| *v as usize).filter(|v| *v != w);
    let chunks = windows.flat_map(|v| &plan.sequences[v]).filter(|c| c.task as usize == j);
    chunks.map(|c| c.end()).max().unwrap_or(i32::MIN)
}

/// Fills `costs` with what a chunk of task `j` costs at each start in window `w`, but for lateness, in the range that it answers.
pub(crate) fn fill_costs(
    plan: &Plan<'_>,
    j: usize,
    w: usize,
    len: i32,
    from: i32,
    to: i32,
    costs: &mut Vec<f32>,
) -> Option<(usize, usize)> {
    let model = plan.model;
    let (job, window) = (&model.tasks[j], &model.windows[w]);
    let (lo, hi) = starts(job, window, len, from, to)?;
    let (lo, hi) = ((lo - window.start) as usize, (hi - window.start) as usize);
    // What lies outside of the range is nobody's: it is not worth clearing.
    if costs.len() <= hi {
        costs.resize(window.len() as usize + 1, NEVER);
    }
    let slope = job.soon * f64::from(len);
    let base = model.plain_cost(j, w, window.start + lo as i32, len);
    let span = (window.start + lo as i32, window.start + hi as i32 + len);
    let varies = job.prefer.as_ref().is_some_and(|(_, cover)| cover.changes_in(span.0, span.1))
        || job.previous.iter().any(|(worker, _, c)| *worker == window.worker && c.changes_in(span.0, span.1));
    let (base, slope) = (base as f32, slope as f32);
    for (s, cost) in (0_i32..).zip(&mut costs[lo..=hi]) {
        *cost = base + slope * s as f32;
    }
    if varies {
        add_favours(job, window, len, (lo, hi), costs);
    }
    if let Some(eligible) = &job.eligible {
        for (s, cost) in costs.iter_mut().enumerate().take(hi + 1).skip(lo) {
            let start = window.start + s as i32;
            let open = eligible.partition_point(|(_, end)| *end < start + len);
            if eligible.get(open).is_none_or(|(begin, _)| *begin > start) {
                *cost = NEVER;
            }
        }
    }
    Some((lo, hi))
}

/// Adds what `prefer` and `previous` cost and save.
fn add_favours(job: &Job, window: &Window, len: i32, (lo, hi): (usize, usize), costs: &mut [f32]) {
    let starts = window.start + lo as i32..=window.start + hi as i32;
    let mut add = |cover: &Cover, each: f64, least: f64| {
        for (cost, covered) in costs[lo..=hi].iter_mut().zip(cover.slide(starts.clone(), len)) {
            *cost += (least + each * covered as f64) as f32;
        }
    };
    if let Some((points, cover)) = &job.prefer {
        add(cover, -points, points * f64::from(len));
    }
    for (_, points, cover) in job.previous.iter().filter(|(worker, _, _)| *worker == window.worker) {
        add(cover, -points, 0.0);
    }
}

/// Adds what being complete at the chunk's end costs, when the others end at `other_end`.
pub(crate) fn add_lateness(
    job: &Job,
    window: &Window,
    len: i32,
    other_end: i32,
    (lo, hi): (usize, usize),
    costs: &mut [f32],
) {
    // Up to here the end of the others counts, or the due time; from the slot after on, each costs more.
    let flat = other_end.max(job.due);
    let steep = flat.saturating_sub(window.start + len - 1).clamp(lo as i32, hi as i32 + 1) as usize;
    if other_end > job.due {
        let late = job.lateness(other_end) as f32;
        costs[lo..steep].iter_mut().for_each(|cost| *cost += late);
    }
    if steep > hi {
        return;
    }
    let first = job.lateness(window.start + steep as i32 + len) as f32;
    let slot = job.late_slot as f32;
    for (s, cost) in (0_i32..).zip(&mut costs[steep..=hi]) {
        *cost += first + slot * s as f32;
    }
}
