//! What a problem must satisfy before it can be solved; every fault is found in one go.

use crate::problem::{FORMAT, Problem, Task, Worker};
use crate::units::{Slot, Slots};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Something in a problem that makes it meaningless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemFault {
    /// Where: a path such as `tasks[3].min_chunk`.
    pub place: String,
    /// What is wrong there, and what would be right.
    pub message: String,
}

impl fmt::Display for ProblemFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// The longest horizon, in slots: over nine years of 5-minute slots.
const LONGEST: i32 = 1_000_000;

impl Problem {
    /// Everything that is wrong with this problem; empty when it can be solved.
    ///
    /// Windows must be sorted, disjoint, never touching and inside the horizon; sizes, chunks,
    /// buffers and weights must be in range; ids must be unique, and links name tasks that exist.
    /// Quotas, caps and `previous` may name clients or workers that no longer exist.
    #[must_use]
    pub fn faults(&self) -> Vec<ProblemFault> {
        let mut faults = Faults::default();
        self.check_frame(&mut faults);
        for (i, worker) in self.workers.iter().enumerate() {
            self.check_worker(&format!("workers[{i}]"), worker, &mut faults);
        }
        faults.unique("workers", self.workers.iter().map(|w| w.id.as_str()));
        faults.unique("tasks", self.tasks.iter().map(|t| t.id.as_str()));
        let tasks: HashSet<&str> = self.tasks.iter().map(|t| t.id.as_str()).collect();
        let workers: HashSet<&str> = self.workers.iter().map(|w| w.id.as_str()).collect();
        for (i, task) in self.tasks.iter().enumerate() {
            check_task(&format!("tasks[{i}]"), task, &tasks, &workers, &mut faults);
        }
        for (i, cap) in self.caps.iter().enumerate() {
            let place = format!("caps[{i}]");
            faults.times(&place, [("from", cap.from), ("to", cap.to)]);
            faults.unless(cap.max >= Slots(0), &place, "max must be 0 or more");
        }
        for (i, quota) in self.quotas.iter().enumerate() {
            let place = format!("quotas[{i}]");
            faults.times(&place, [("from", quota.from), ("to", quota.to)]);
            faults.unless(quota.min.0.abs() <= LONGEST, &place, "min is out of range");
        }
        faults.0
    }

    fn check_frame(&self, faults: &mut Faults) {
        let b = &self.buffers;
        let w = &self.weights;
        faults.unless(
            self.format == FORMAT,
            "format",
            &format!("must be \"{FORMAT}\", is {:?}", self.format),
        );
        faults.unless((1..=24 * 60).contains(&self.slot_minutes), "slot_minutes", "must be from 1 to 1440");
        faults.unless(
            (0..=LONGEST).contains(&self.horizon.0),
            "horizon",
            &format!("must be from 0 to {LONGEST} slots"),
        );
        for (name, buffer) in
            [("same_batch", b.same_batch), ("same_client", b.same_client), ("other_client", b.other_client)]
        {
            faults.unless((0..=LONGEST).contains(&buffer.0), &format!("buffers.{name}"), "must be 0 or more");
        }
        for (name, weight) in [
            ("unscheduled", w.unscheduled),
            ("late", w.late),
            ("late_day", w.late_day),
            ("block", w.block),
            ("client_switch", w.client_switch),
            ("chunk", w.chunk),
            ("soon", w.soon),
            ("prefer", w.prefer),
            ("move", w.moved),
            ("quota", w.quota),
        ] {
            faults.points(&format!("weights.{name}"), weight);
        }
    }

    fn check_worker(&self, place: &str, worker: &Worker, faults: &mut Faults) {
        faults.points(&format!("{place}.rate"), worker.rate);
        let mut free_from = None;
        for (k, window) in worker.windows.iter().enumerate() {
            let place = format!("{place}.windows[{k}]");
            faults.unless(!window.is_empty(), &place, "must end after it starts");
            faults.unless(
                Slot(0) <= window.start && window.end <= self.horizon,
                &place,
                &format!("must lie inside the horizon, [0, {}]", self.horizon),
            );
            faults.unless(
                free_from.is_none_or(|end| end < window.start),
                &place,
                "must start after the one before it has ended, and not touch it",
            );
            free_from = Some(window.end);
        }
    }
}

fn check_task(place: &str, task: &Task, tasks: &HashSet<&str>, workers: &HashSet<&str>, faults: &mut Faults) {
    faults.unless((1..=LONGEST).contains(&task.size.0), &format!("{place}.size"), "must be 1 slot or more");
    faults.unless(task.min_chunk >= Slots(1), &format!("{place}.min_chunk"), "must be 1 slot or more");
    faults.unless(
        task.min_chunk <= task.max_chunk,
        &format!("{place}.max_chunk"),
        &format!("must be min_chunk ({}) or more", task.min_chunk),
    );
    faults.points(&format!("{place}.weight"), task.weight);
    faults.times(place, [("release", task.release), ("due", task.due)]);
    faults.times(place, task.deadline.map(|d| ("deadline", d)));
    for (name, list) in [("eligible", &task.eligible), ("prefer", &task.prefer)] {
        for interval in list.iter().flatten() {
            faults.times(place, [(name, interval.start), (name, interval.end)]);
        }
    }
    for previous in &task.previous {
        faults.times(place, [("previous", previous.time.start), ("previous", previous.time.end)]);
    }
    for name in task.workers.iter().flatten() {
        faults.unless(
            workers.contains(name.as_str()),
            &format!("{place}.workers"),
            &format!("no worker is called {name:?}"),
        );
    }
    for after in &task.after {
        let known = tasks.contains(after.task.as_str());
        faults.unless(known, &format!("{place}.after"), &format!("no task is called {:?}", after.task));
        faults.unless(after.lag.0.abs() <= LONGEST, &format!("{place}.after"), "lag is out of range");
    }
}

/// The faults found so far.
#[derive(Default)]
struct Faults(Vec<ProblemFault>);

impl Faults {
    fn unless(&mut self, right: bool, place: &str, message: &str) {
        if !right {
            self.0.push(ProblemFault { place: place.to_owned(), message: message.to_owned() });
        }
    }

    fn points(&mut self, place: &str, points: f64) {
        self.unless((0.0..=1e9).contains(&points), place, "must be a number from 0 to 1e9");
    }

    fn times<'a>(&mut self, place: &str, times: impl IntoIterator<Item = (&'a str, Slot)>) {
        for (name, time) in times {
            let place = format!("{place}.{name}");
            self.unless(time.0.abs() <= LONGEST, &place, &format!("{time} is out of range"));
        }
    }

    fn unique<'a>(&mut self, place: &str, ids: impl Iterator<Item = &'a str>) {
        let mut seen = HashMap::new();
        for (i, id) in ids.enumerate() {
            if let Some(first) = seen.insert(id, i) {
                let message = format!("the id {id:?} is taken by {place}[{first}]");
                self.unless(false, &format!("{place}[{i}].id"), &message);
            }
        }
    }
}
