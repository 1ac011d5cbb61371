//! What a new chunk costs between its neighbours: the innermost loop of the search.

use crate::search::state::Plan;
use crate::search::timing::NEVER;

/// The buffers on both sides of a new chunk, and what the setups cost more with it.
#[derive(Clone, Copy)]
pub(super) struct Seam {
    pub(super) before: usize,
    pub(super) after: usize,
    pub(super) setup: f64,
}

impl Seam {
    pub(super) fn new(plan: &Plan<'_>, w: usize, position: usize, j: usize) -> Seam {
        let model = plan.model;
        let sequence = &plan.sequences[w];
        let left = position.checked_sub(1).map(|k| sequence[k].task as usize);
        let right = sequence.get(position).map(|c| c.task as usize);
        let before = left.map(|i| model.between(i, j));
        let after = right.map(|i| model.between(j, i));
        let points = |between: Option<(i32, f64)>| between.map_or(0.0, |(_, points)| points);
        let now = left.zip(right).map(|(a, b)| model.between(a, b));
        let block = if left.is_none() && right.is_none() { model.setup.block } else { 0.0 };
        Seam {
            before: before.map_or(0, |(buffer, _)| buffer as usize),
            after: after.map_or(0, |(buffer, _)| buffer as usize),
            setup: points(before) + points(after) - points(now) + block,
        }
    }
}

/// The least of what comes before, the piece itself and what comes after, over all its starts.
pub(super) fn least_cost(
    costs: &[f32],
    forward: &[f32],
    backward: &[f32],
    (lo, hi): (usize, usize),
    len: usize,
    seam: Seam,
) -> f32 {
    let Some((lo, count)) = span(forward, (lo, hi), len, seam) else { return NEVER };
    let forward = &forward[lo - seam.before..][..count];
    let costs = &costs[lo..][..count];
    let backward = &backward[lo + len + seam.after..][..count];
    let mut least = [NEVER; 8];
    let mut at = 0;
    while at + 8 <= count {
        for lane in 0..8 {
            least[lane] = least[lane].min(forward[at + lane] + costs[at + lane] + backward[at + lane]);
        }
        at += 8;
    }
    let mut best = least.into_iter().fold(NEVER, f32::min);
    for k in at..count {
        best = best.min(forward[k] + costs[k] + backward[k]);
    }
    best
}

/// The first start and the number of starts for which both neighbours lie inside the window.
fn span(forward: &[f32], (lo, hi): (usize, usize), len: usize, seam: Seam) -> Option<(usize, usize)> {
    let lo = lo.max(seam.before);
    let hi = hi.min((forward.len() - 1).checked_sub(len + seam.after)?);
    (lo <= hi).then(|| (lo, hi + 1 - lo))
}

/// The start at which that is so, the earliest among equals.
pub(super) fn cheapest_start(
    costs: &[f32],
    forward: &[f32],
    backward: &[f32],
    (lo, hi): (usize, usize),
    len: usize,
    seam: Seam,
) -> Option<usize> {
    let (lo, count) = span(forward, (lo, hi), len, seam)?;
    let cost = |s: usize| forward[s - seam.before] + costs[s] + backward[s + len + seam.after];
    let mut best = (NEVER / 2.0, None);
    for s in lo..lo + count {
        if cost(s) < best.0 {
            best = (cost(s), Some(s));
        }
    }
    best.1
}
