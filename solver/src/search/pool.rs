//! What a round takes out of a plan, and in which order it is put back.

use super::state::Plan;
use fastrand::Rng;

/// The tasks that a round takes out.
pub(super) struct Pool {
    pub(super) tasks: Vec<u32>,
    /// Whether all that comes after a task is taken out with it. If not, that stays where it is, and the task has to find
    /// room before it again: so a link costs a round no more than it must, and the chain is not laid out anew each time.
    chains: bool,
}

impl Pool {
    pub(super) fn new(chains: bool) -> Pool {
        Pool { tasks: Vec::with_capacity(32), chains }
    }

    /// Takes a task out, and what comes after it where that is wanted.
    pub(super) fn take(&mut self, plan: &mut Plan<'_>, j: usize) {
        let model = plan.model;
        // What can't be planned at all, in or behind a circle of links perhaps, stays out of it.
        let known = self.tasks.contains(&(j as u32));
        // What was taken out in part may still hold what now has to come out.
        if (known && plan.tasks[j].windows.is_empty())
            || model.tasks[j].allowed.is_empty()
            || !plan.scope.frees(j)
        {
            return;
        }
        if !known {
            self.tasks.push(j as u32);
        }
        self.take_after(plan, j);
        if !plan.tasks[j].windows.is_empty() {
            plan.remove(j);
        }
    }

    /// Takes those of a task's chunks out whose window `out` says, and what comes after the task where that is wanted.
    pub(super) fn take_some(&mut self, plan: &mut Plan<'_>, j: usize, out: &mut dyn FnMut(u32) -> bool) {
        if plan.tasks[j].windows.len() < 2 || self.tasks.contains(&(j as u32)) || !plan.scope.frees(j) {
            return self.take(plan, j);
        }
        self.tasks.push(j as u32);
        self.take_after(plan, j);
        plan.remove_some(j, out);
    }

    /// Puts the pool into an order to insert in: by one of several keys, links always kept.
    pub(super) fn order(&mut self, plan: &Plan<'_>, rng: &mut Rng) {
        let pool = &mut self.tasks;
        let model = plan.model;
        rng.shuffle(pool);
        let job = |j: &u32| &model.tasks[*j as usize];
        let density = |j: &u32| {
            -((job(j).unscheduled * f64::from(job(j).size) + job(j).lateness(model.horizon) + job(j).blocked)
                / f64::from(job(j).chain))
        };
        match rng.u32(0..8) {
            0..2 => {}
            2..4 => pool.sort_by(|a, b| density(a).total_cmp(&density(b))),
            4 => pool.sort_by_key(|j| job(j).due),
            5 => pool.sort_by_key(|j| std::cmp::Reverse(job(j).size)),
            6 => pool.sort_by_key(|j| job(j).allowed.len()),
            _ => pool.sort_by_key(|j| (job(j).kind, job(j).due)),
        }
        // A stable pass that moves each task behind those that must come first.
        let mut moved = true;
        while moved {
            moved = false;
            for at in 0..pool.len() {
                let first =
                    job(&pool[at]).preds.iter().filter_map(|(i, _)| pool.iter().rposition(|p| p == i)).max();
                if let Some(behind) = first.filter(|behind| *behind > at) {
                    pool[at..=behind].rotate_left(1);
                    moved = true;
                }
            }
        }
    }

    /// Takes out what comes after a task.
    fn take_after(&mut self, plan: &mut Plan<'_>, j: usize) {
        if self.chains {
            for (next, _) in &plan.model.tasks[j].succs {
                self.take(plan, *next as usize);
            }
        }
    }
}
