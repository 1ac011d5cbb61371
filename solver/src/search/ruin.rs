//! What to take out of a plan, so that it can be put back better: tasks that compete for the same
//! time, tasks of one client, or all that lies in a few windows (adjacent removal after
//! Christiaens and Vanden Berghe 2020, doi:10.1287/trsc.2019.0914).

use super::state::Plan;
use crate::model::Model;
use fastrand::Rng;

/// For each task the others in order of how much they have to do with it.
pub(crate) struct Neighbours {
    near: Vec<Vec<u32>>,
}

/// How many neighbours of each task are known.
const NEAR: usize = 40;

impl Neighbours {
    pub(crate) fn new(model: &Model) -> Neighbours {
        let centre = |j: usize| f64::from(model.tasks[j].release + model.tasks[j].due) / 2.0;
        let mut by_centre: Vec<usize> =
            (0..model.tasks.len()).filter(|j| !model.tasks[*j].allowed.is_empty()).collect();
        by_centre.sort_by(|a, b| centre(*a).total_cmp(&centre(*b)));
        let mut near = vec![Vec::new(); model.tasks.len()];
        for (at, j) in by_centre.iter().enumerate() {
            let from = at.saturating_sub(4 * NEAR);
            let to = (at + 4 * NEAR).min(by_centre.len());
            let mut others: Vec<(f64, u32)> = by_centre[from..to]
                .iter()
                .filter(|i| *i != j)
                .map(|i| (distance(model, *j, *i), *i as u32))
                .collect();
            others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            near[*j] = others.into_iter().take(NEAR).map(|(_, i)| i).collect();
        }
        Neighbours { near }
    }
}

/// How little two tasks have to do with each other.
fn distance(model: &Model, a: usize, b: usize) -> f64 {
    let (x, y) = (&model.tasks[a], &model.tasks[b]);
    let time = f64::from((x.release - y.release).abs() + (x.due - y.due).abs());
    let share = if x.kind == y.kind {
        0.3
    } else if x.client == y.client {
        0.6
    } else {
        1.0
    };
    (time + f64::from(model.horizon) / 50.0) * share
}

/// Chooses tasks to take out: at most about `most`, and at least one where there is any.
pub(crate) fn choose(plan: &Plan<'_>, near: &Neighbours, rng: &mut Rng, most: usize) -> Vec<u32> {
    let count = rng.usize(1..=most.max(1));
    match rng.usize(0..13) {
        0..3 => around_task(plan, near, rng, count),
        3..6 => around_window(plan, rng, count),
        6..8 => of_client(plan, rng, count),
        8..11 => make_room(plan, rng, count),
        11 => trade(plan, rng),
        _ => (0..count).map(|_| any_task(plan, rng)).collect(),
    }
}

fn around_task(plan: &Plan<'_>, near: &Neighbours, rng: &mut Rng, count: usize) -> Vec<u32> {
    let seed = costly_task(plan, rng);
    let mut chosen = vec![seed];
    for other in &near.near[seed as usize] {
        if chosen.len() >= count {
            break;
        }
        if rng.u8(..) < 160 {
            chosen.push(*other);
        }
    }
    chosen
}

/// What is gained per slot by having task `j`, and all that comes after it, as they are rather than left out.
fn worth(plan: &Plan<'_>, j: usize) -> f64 {
    let (points, slots) = gain(plan, j);
    points / f64::from(slots.max(1))
}

fn gain(plan: &Plan<'_>, j: usize) -> (f64, i32) {
    let job = &plan.model.tasks[j];
    let out = job.unscheduled * f64::from(job.size) + job.lateness(plan.model.horizon);
    let mine = (out - plan.task_points(j), plan.tasks[j].planned);
    let after = job.succs.iter().map(|(k, _)| *k as usize).filter(|k| plan.tasks[*k].planned > 0);
    after.map(|k| gain(plan, k)).fold(mine, |sum, more| (sum.0 + more.0, sum.1 + more.1))
}

/// A costly task, as much of what is worth least as it takes to make room for it, and some of what lies where
/// it would be in time.
fn trade(plan: &Plan<'_>, rng: &mut Rng) -> Vec<u32> {
    let model = plan.model;
    let seed = costly_task(plan, rng);
    let job = &model.tasks[seed as usize];
    let mut chosen = vec![seed];
    let wanted = (f64::from(job.chain) * (0.6 + rng.f64())) as i32;
    let others = plan.scope.tasks.iter().copied();
    let others = others.filter(|i| *i != seed && plan.tasks[*i as usize].planned > 0);
    let mut others: Vec<(f64, u32)> =
        others.map(|i| (worth(plan, i as usize) * (0.3 + rng.f64()), i)).collect();
    others.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut freed = 0;
    for (_, i) in others.into_iter().take(MOST_TRADED) {
        if freed >= wanted {
            break;
        }
        chosen.push(i);
        freed += plan.tasks[i as usize].planned;
    }
    let in_time =
        plan.scope.allowed(seed as usize).iter().filter(|w| model.windows[**w as usize].start < job.due);
    let in_time: Vec<u32> = in_time.copied().filter(|w| !plan.sequences[*w as usize].is_empty()).collect();
    if in_time.is_empty() {
        return chosen;
    }
    for _ in 0..rng.usize(0..6) {
        let sequence = &plan.sequences[in_time[rng.usize(0..in_time.len())] as usize];
        let other = sequence[rng.usize(0..sequence.len())].task;
        if !chosen.contains(&other) {
            chosen.push(other);
        }
    }
    chosen
}

/// How many tasks are given up for another at the most.
const MOST_TRADED: usize = 12;

/// A costly task, and some of those that lie where it would cost less.
fn make_room(plan: &Plan<'_>, rng: &mut Rng, count: usize) -> Vec<u32> {
    let seed = costly_task(plan, rng);
    let job = &plan.model.tasks[seed as usize];
    let mut chosen = vec![seed];
    let in_time =
        plan.scope.allowed(seed as usize).iter().filter(|w| plan.model.windows[**w as usize].start < job.due);
    let windows: Vec<u32> = in_time.copied().collect();
    if windows.is_empty() {
        return chosen;
    }
    for _ in 0..4 * count {
        let sequence = &plan.sequences[windows[rng.usize(0..windows.len())] as usize];
        if chosen.len() > count {
            break;
        }
        // A few neighbours in one window free more room at a stretch than as many scattered ones.
        if sequence.is_empty() {
            continue;
        }
        let first = rng.usize(0..sequence.len());
        for chunk in sequence[first..].iter().take(rng.usize(1..=3)) {
            if !chosen.contains(&chunk.task) {
                chosen.push(chunk.task);
            }
        }
    }
    chosen
}

/// A task, the costlier the likelier: the costliest of a few at random.
fn costly_task(plan: &Plan<'_>, rng: &mut Rng) -> u32 {
    let tries = rng.usize(1..=4);
    let drawn = (0..tries).map(|_| any_task(plan, rng));
    let costliest =
        drawn.max_by(|a, b| plan.task_points(*a as usize).total_cmp(&plan.task_points(*b as usize)));
    costliest.unwrap_or(0)
}

fn any_task(plan: &Plan<'_>, rng: &mut Rng) -> u32 {
    plan.scope.tasks[rng.usize(0..plan.scope.tasks.len())]
}

/// All that lies in a window and in those next to it in time, until there is enough.
fn around_window(plan: &Plan<'_>, rng: &mut Rng, count: usize) -> Vec<u32> {
    let windows = &plan.scope.windows;
    let first = rng.usize(0..windows.len());
    let mut chosen = Vec::new();
    let step = rng.usize(1..=3);
    for k in 0..windows.len().min(6) {
        let w = windows[(first + k * step) % windows.len()];
        for chunk in &plan.sequences[w as usize] {
            if !chosen.contains(&chunk.task) {
                chosen.push(chunk.task);
            }
        }
        if chosen.len() >= count {
            break;
        }
    }
    chosen
}

/// Tasks of one client, those in time near one of them first.
fn of_client(plan: &Plan<'_>, rng: &mut Rng, count: usize) -> Vec<u32> {
    let model = plan.model;
    let seed = any_task(plan, rng) as usize;
    let middle = plan.tasks[seed].first.min(model.tasks[seed].due);
    let client = model.tasks[seed].client;
    let mine = plan.scope.tasks.iter().copied();
    let mut mine: Vec<u32> = mine.filter(|i| model.tasks[*i as usize].client == client).collect();
    let when = |i: &u32| {
        let i = *i as usize;
        let start = plan.tasks[i].first.min(model.tasks[i].due);
        (start - middle).abs()
    };
    mine.sort_by_cached_key(when);
    mine.truncate(count);
    mine
}
