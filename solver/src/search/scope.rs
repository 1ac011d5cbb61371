//! What of a plan may change. Large problems are improved in parts side by side: some workers' windows, some weeks, and
//! the work that lies in no others. A part costs as much a round as a small problem, and parts share nothing that
//! changes but caps and quotas of clients.

use super::state::Plan;
use crate::model::{Advice, Model, Suggested};
use fastrand::Rng;

/// The windows and tasks that a search may change; all else stays where and when it is.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub(crate) windows: Vec<u32>,
    pub(crate) tasks: Vec<u32>,
    free: Vec<bool>,
    /// For each task that may change: the windows in which it may lie, by start.
    allowed: Vec<Vec<u32>>,
    /// Whether each cap counts what starts in these windows.
    caps: Vec<bool>,
}

impl Scope {
    /// Everything.
    pub(crate) fn whole(model: &Model) -> Scope {
        Scope {
            windows: (0..model.windows.len() as u32).collect(),
            tasks: (0..model.tasks.len() as u32).collect(),
            free: vec![true; model.tasks.len()],
            allowed: model.tasks.iter().map(|job| job.allowed.clone()).collect(),
            caps: vec![true; model.caps.len()],
        }
    }

    fn nothing(model: &Model) -> Scope {
        Scope {
            windows: Vec::new(),
            tasks: Vec::new(),
            free: vec![false; model.tasks.len()],
            allowed: vec![Vec::new(); model.tasks.len()],
            caps: vec![false; model.caps.len()],
        }
    }

    /// Whether a task may change.
    pub(crate) fn frees(&self, j: usize) -> bool {
        self.free[j]
    }

    /// The windows in which a task may lie, by start.
    pub(crate) fn allowed(&self, j: usize) -> &[u32] {
        &self.allowed[j]
    }

    /// What is known of these windows and tasks: contents of which at least half may change, and of those that half.
    pub(crate) fn advice(&self, all: &Advice) -> Advice {
        let (mut before, mut up_to) = (0.0, 0.0);
        let mut contents = Vec::new();
        for content in &all.contents {
            let share = content.up_to - std::mem::replace(&mut before, content.up_to);
            if self.windows.binary_search(&content.window).is_err() {
                continue;
            }
            let mine = content.items.iter().copied().filter(|(j, _)| self.free[*j as usize]);
            let items: Vec<(u32, i32)> = mine.collect();
            if 2 * items.len() >= content.items.len() {
                up_to += share;
                contents.push(Suggested { window: content.window, items, up_to });
            }
        }
        Advice { windows: all.windows.clone(), caps: all.caps.clone(), contents }
    }

    /// Whether a cap counts what starts here.
    pub(crate) fn counts(&self, cap: usize) -> bool {
        self.caps[cap]
    }
}

/// Divides a plan's windows into about so many parts, by worker, by time or by both, anew each time; and the tasks with
/// them. What lies in several parts is left out of all of them, and what is not planned goes to one in which some of it, or of
/// what it is linked to, may be done. Of two linked tasks in different parts one stays where it is: were linked tasks to
/// change together only, hardly any would, and plans of a team come out 2% worse.
pub(crate) fn divide(plan: &Plan<'_>, parts: usize, rng: &mut Rng) -> Vec<Scope> {
    let model = plan.model;
    let (part_of, parts) = part_of_window(model, parts, rng);
    let mut scopes = vec![Scope::nothing(model); parts];
    for (w, part) in part_of.iter().enumerate() {
        let scope = &mut scopes[*part];
        scope.windows.push(w as u32);
        for cap in model.windows[w].cells.iter().flat_map(|cell| &cell.caps) {
            scope.caps[*cap as usize] = true;
        }
    }
    for (j, part) in homes(plan, &part_of, rng) {
        let job = &model.tasks[j];
        let mut links = job.preds.iter().chain(&job.succs).map(|(i, _)| *i as usize);
        if links.any(|i| scopes.iter().enumerate().any(|(p, scope)| p != part && scope.free[i])) {
            continue;
        }
        let allowed = job.allowed.iter().copied();
        scopes[part].allowed[j] = allowed.filter(|w| part_of[*w as usize] == part).collect();
        scopes[part].free[j] = true;
        scopes[part].tasks.push(j as u32);
    }
    scopes.retain(|scope| !scope.tasks.is_empty());
    scopes
}

/// The part of each task that has one, in an order drawn at random.
fn homes(plan: &Plan<'_>, part_of: &[usize], rng: &mut Rng) -> Vec<(usize, usize)> {
    let model = plan.model;
    let mut homes = Vec::with_capacity(model.tasks.len());
    for linked in linked_tasks(model) {
        let allowed = &model.tasks[linked[rng.usize(0..linked.len())] as usize].allowed;
        let drawn = (!allowed.is_empty()).then(|| part_of[allowed[rng.usize(0..allowed.len())] as usize]);
        for j in linked {
            let mut held = plan.tasks[j as usize].windows.iter().map(|w| part_of[*w as usize]);
            let home = match held.next() {
                Some(part) => held.all(|other| other == part).then_some(part),
                None => drawn,
            };
            homes.extend(home.map(|part| (j as usize, part)));
        }
    }
    rng.shuffle(&mut homes);
    homes
}

/// The part of each window, and how many there are.
fn part_of_window(model: &Model, parts: usize, rng: &mut Rng) -> (Vec<usize>, usize) {
    let windows = model.windows.len();
    let across = rng.usize(1..=parts.clamp(1, model.workers.max(1)));
    let along = parts.div_ceil(across);
    let mut workers: Vec<usize> = (0..model.workers).map(|k| k * across / model.workers).collect();
    rng.shuffle(&mut workers);
    let shift = rng.f64();
    let when = |w: usize| ((w as f64 / windows as f64 + shift) * along as f64) as usize % along;
    let part = |w: usize| workers[model.windows[w].worker as usize] * along + when(w);
    ((0..windows).map(part).collect(), across * along)
}

/// The tasks in groups that links hold together.
fn linked_tasks(model: &Model) -> Vec<Vec<u32>> {
    let mut met = vec![false; model.tasks.len()];
    let mut groups = Vec::new();
    for first in 0..model.tasks.len() {
        if std::mem::replace(&mut met[first], true) {
            continue;
        }
        let mut group = vec![first as u32];
        let mut at = 0;
        while let Some(j) = group.get(at) {
            let job = &model.tasks[*j as usize];
            for (i, _) in job.preds.iter().chain(&job.succs) {
                if !std::mem::replace(&mut met[*i as usize], true) {
                    group.push(*i);
                }
            }
            at += 1;
        }
        groups.push(group);
    }
    groups
}
