//! Rows on what a task's lateness costs.
//!
//! Columns charge lateness by its share of the work. A task is as late as its latest chunk, so what it costs is at least, for
//! each step of lateness, the step times the presence of the task in any one window that lies beyond it. And a task that
//! is not planned in full is as late as can be: so for any steps that are left, it is that part of the task which counts.

use super::cuts::Cut;
use super::master::Master;
use crate::model::Job;

/// A part of what being as late as can be costs.
struct Step {
    points: f64,
    /// The offer that is had most of those that are so late, and how much of it; none where none is.
    most: Option<u32>,
    presence: f64,
}

/// What a task pays for lateness in the master's last answer, and what for.
pub(super) struct Lateness {
    task: u32,
    paid: f64,
    /// From the latest down.
    steps: Vec<Step>,
}

impl Lateness {
    /// Of all tasks, where `presence` tells how much there is of each offer.
    pub(super) fn of_all(master: &Master<'_>, presence: &[f64]) -> Vec<Lateness> {
        let shares = shares(master);
        let tasks = master.model.tasks.iter().zip(shares).enumerate();
        tasks
            .map(|(j, (job, share))| Lateness {
                task: j as u32,
                paid: share + master.extra(j) + master.stepped(j) * job.late,
                steps: steps(master, (j, job), presence),
            })
            .collect()
    }

    /// How much of the task may be incomplete for what is paid.
    pub(super) fn most_incomplete(&self) -> f64 {
        let mut by_presence: Vec<&Step> = self.steps.iter().collect();
        by_presence.sort_by(|a, b| a.presence.total_cmp(&b.presence));
        let mut left = self.paid - by_presence.iter().map(|step| step.points * step.presence).sum::<f64>();
        let mut share = 0.0;
        let mut points = 0.0;
        for (k, step) in by_presence.iter().enumerate() {
            points += step.points;
            let next = by_presence.get(k + 1).map_or(1.0, |next| next.presence);
            share = f64::max(share, step.presence);
            if left < points * (next - share) {
                return (share + left / points.max(1e-9)).clamp(0.0, 1.0);
            }
            left -= points * (next - share);
            share = next;
        }
        share.min(1.0)
    }

    /// The row that is broken most, if one is, by more than `tolerance`; `incomplete` is how much of the task is, where that
    /// is counted.
    pub(super) fn cut(&self, incomplete: Option<f64>, tolerance: f64) -> Option<Cut> {
        let share = incomplete.unwrap_or(0.0);
        let mut cut = Cut { lateness_of: Some(self.task), ..Cut::default() };
        let (mut worth, mut rest) = (0.0, 0.0);
        for step in &self.steps {
            match step.most.filter(|_| step.presence > share) {
                Some(offer) => {
                    worth += step.points * step.presence;
                    match cut.offers.last_mut() {
                        Some((last, points, _)) if *last == offer => *points -= step.points,
                        _ => cut.offers.push((offer, -step.points, 0.0)),
                    }
                }
                None => rest += step.points,
            }
        }
        cut.incomplete = incomplete.map(|_| (self.task, -rest));
        (worth + rest * share > self.paid + tolerance).then_some(cut)
    }
}

/// From the latest step down: the step up to an offer's lateness is charged to the most present
/// of the offers at least as late.
fn steps(master: &Master<'_>, (j, job): (usize, &Job), presence: &[f64]) -> Vec<Step> {
    let late = |o: &u32| job.lateness(master.offers.all[*o as usize].soonest_end);
    let here = |o: &u32| presence[*o as usize];
    let of_task = master.offers.of_task[j].iter().copied();
    let mut beyond: Vec<u32> = of_task.filter(|o| here(o) > 1e-6 && late(o) > 0.0).collect();
    beyond.sort_by(|a, b| late(b).total_cmp(&late(a)));
    let latest = job.lateness(master.model.horizon);
    let mut steps =
        vec![Step { points: latest - beyond.first().map_or(0.0, &late), most: None, presence: 0.0 }];
    let mut most: Option<u32> = None;
    for (k, o) in beyond.iter().enumerate() {
        if most.is_none_or(|most| here(o) > here(&most)) {
            most = Some(*o);
        }
        let below = beyond.get(k + 1).map_or(0.0, &late);
        steps.push(Step { points: late(o) - below, most, presence: most.as_ref().map_or(0.0, here) });
    }
    steps
}

/// What each task's lateness costs in share form.
fn shares(master: &Master<'_>) -> Vec<f64> {
    let model = master.model;
    let left = |(j, job): (usize, &Job)| job.lateness(model.horizon) * master.left(j) / f64::from(job.size);
    let mut late: Vec<f64> = model.tasks.iter().enumerate().map(left).collect();
    for column in &master.columns {
        for (offer, len) in &column.items {
            let offer = &master.offers.all[*offer as usize];
            late[offer.task as usize] += column.value * offer.piece(*len).late;
        }
    }
    late
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More of a task than [`Lateness::most_incomplete`] breaks a row, and no more than that breaks none.
    #[test]
    fn so_much_may_be_incomplete() {
        for seed in 0..200 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let mut presence = 0.0;
            let mut steps = vec![Step { points: 5.0 * rng.f64(), most: None, presence }];
            for offer in 0..rng.u32(0..5) {
                presence += (1.0 - presence) * rng.f64();
                steps.push(Step { points: 0.1 + 10.0 * rng.f64(), most: Some(offer), presence });
            }
            let least: f64 = steps.iter().map(|step| step.points * step.presence).sum();
            let lateness = Lateness { task: 0, paid: least + 10.0 * rng.f64(), steps };
            let most = lateness.most_incomplete();
            assert!(lateness.cut(Some(most), 1e-6).is_none(), "seed {seed}: {most}");
            let more = most + 0.01;
            assert!(most >= 1.0 || lateness.cut(Some(more), 1e-6).is_some(), "seed {seed}: {more}");
        }
    }
}
