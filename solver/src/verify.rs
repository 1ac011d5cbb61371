//! The independent verifier: the rules and the cost, worked out again from a problem and a
//! solution alone. It shares nothing with the model that the methods work on.

use crate::problem::{Problem, Task};
use crate::solution::{Chunk, Solution};
use crate::units::{Interval, Points, Slot, Slots};
use std::collections::{BTreeMap, HashMap};
use std::fmt;

/// What the verifier found.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Each rule that is broken; empty for a valid solution.
    pub violations: Vec<Violation>,
    /// The cost of the chunks, whatever the solution says it is.
    pub cost: Points,
    /// The cost by term, in points.
    pub parts: Parts,
}

/// The cost by term, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts {
    /// Work that is not planned.
    pub unscheduled: f64,
    /// Work that is done after its due time.
    pub late: f64,
    /// Blocks.
    pub block: f64,
    /// Changes of client.
    pub client_switch: f64,
    /// Chunks of a task beyond its first.
    pub chunk: f64,
    /// Time between release and start.
    pub soon: f64,
    /// Work outside its preferred time.
    pub prefer: f64,
    /// Work that moved against the previous plan.
    pub moved: f64,
    /// Retainers not met.
    pub quota: f64,
    /// What the workers cost.
    pub rate: f64,
}

impl Parts {
    /// The terms' names and points, in the order of the problem's definition.
    #[must_use]
    pub fn terms(&self) -> [(&'static str, f64); 10] {
        [
            ("unscheduled", self.unscheduled),
            ("late", self.late),
            ("block", self.block),
            ("client_switch", self.client_switch),
            ("chunk", self.chunk),
            ("soon", self.soon),
            ("prefer", self.prefer),
            ("move", self.moved),
            ("quota", self.quota),
            ("rate", self.rate),
        ]
    }

    /// The sum of all terms.
    #[must_use]
    pub fn total(&self) -> Points {
        Points(self.terms().iter().map(|(_, points)| points).sum())
    }
}

/// A rule that a solution breaks.
#[derive(Clone, Debug, PartialEq)]
pub enum Violation {
    /// A chunk names a task or a worker that the problem does not have.
    Unknown(Chunk),
    /// A chunk ends before or when it starts.
    Empty(Chunk),
    /// More is planned than the task's size.
    TooMuch {
        /// The task's id.
        task: String,
        /// What is planned.
        planned: Slots,
    },
    /// A chunk is shorter than `min_chunk` or longer than `max_chunk`.
    Length(Chunk),
    /// A chunk starts before its task's release.
    Release(Chunk),
    /// A chunk ends after its task's deadline.
    Deadline(Chunk),
    /// A chunk lies outside every eligible interval.
    Eligible(Chunk),
    /// The task is not one for this worker.
    Worker(Chunk),
    /// A chunk lies outside the worker's windows.
    Window(Chunk),
    /// Two chunks of one task overlap.
    Overlap(Chunk, Chunk),
    /// A chunk starts before a task that must come first is complete.
    After {
        /// The chunk.
        chunk: Chunk,
        /// The task that must be complete first.
        first: String,
    },
    /// The buffer between two consecutive chunks is missing.
    Buffer(Chunk, Chunk, Slots),
    /// A cap is exceeded.
    Cap {
        /// Its place in `caps`.
        cap: usize,
        /// What is planned under it.
        planned: Slots,
    },
    /// The stated cost is not the cost of the chunks.
    Cost {
        /// What the solution says.
        stated: Points,
        /// What its chunks cost.
        worked_out: Points,
    },
    /// The stated bound lies above the cost, which a valid bound never does.
    Bound(Points),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |c: &Chunk| format!("{} by {} at [{}, {})", c.task, c.worker, c.start, c.end);
        match self {
            Violation::Unknown(c) => write!(f, "{}: unknown task or worker", show(c)),
            Violation::Empty(c) => write!(f, "{}: an empty chunk", show(c)),
            Violation::TooMuch { task, planned } => {
                write!(f, "{task}: {planned} slots planned, more than its size")
            }
            Violation::Length(c) => write!(f, "{}: {} slots is no allowed length", show(c), c.time().len()),
            Violation::Release(c) => write!(f, "{}: before its release", show(c)),
            Violation::Deadline(c) => write!(f, "{}: after its deadline", show(c)),
            Violation::Eligible(c) => write!(f, "{}: outside its eligible time", show(c)),
            Violation::Worker(c) => write!(f, "{}: not a task for this worker", show(c)),
            Violation::Window(c) => write!(f, "{}: outside the worker's windows", show(c)),
            Violation::Overlap(a, b) => write!(f, "{}: overlaps {}", show(b), show(a)),
            Violation::After { chunk, first } => write!(f, "{}: before {first} is complete", show(chunk)),
            Violation::Buffer(a, b, wanted) => {
                write!(f, "{}: less than {wanted} slots after {}", show(b), show(a))
            }
            Violation::Cap { cap, planned } => {
                write!(f, "caps[{cap}]: {planned} slots planned, more than its max")
            }
            Violation::Cost { stated, worked_out } => write!(f, "the cost is {worked_out}, not {stated}"),
            Violation::Bound(bound) => write!(f, "the bound {bound} is above the cost"),
        }
    }
}

/// Checks every rule and works the cost out again.
///
/// ```
/// use plokk_solver::{Points, Problem, Solution, verify};
/// # let text = r#"{"format": "plokk-problem/1", "slot_minutes": 5, "horizon": 288,
/// #   "buffers": {"same_batch": 1, "same_client": 2, "other_client": 3},
/// #   "weights": {"unscheduled": 40, "late": 10, "late_day": 4, "block": 2, "client_switch": 1,
/// #               "chunk": 1, "soon": 0.05, "prefer": 1, "move": 2, "quota": 10},
/// #   "workers": [{"id": "mari", "rate": 0, "windows": [[108, 156]]}],
/// #   "tasks": [{"id": "post", "client": "acme", "batch": "social", "size": 6, "min_chunk": 6,
/// #              "max_chunk": 18, "release": 0, "due": 200, "weight": 2}]}"#;
/// let problem: Problem = serde_json::from_str(text)?;
/// let nothing = Solution { chunks: vec![], cost: Points(50.166), bound: None };
/// let verdict = verify(&problem, &nothing);
/// // Half an hour unscheduled (40 × 2 × ½), late to the end of the day (2 × (10 + 4 × 88/288)).
/// assert!((verdict.cost.0 - 62.444).abs() < 1e-3);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn verify(problem: &Problem, solution: &Solution) -> Verdict {
    let mut audit = Audit::new(problem, solution);
    audit.check_tasks();
    audit.check_after();
    audit.check_windows();
    audit.check_caps();
    audit.check_quotas();
    let cost = audit.parts.total();
    let tolerance = 1e-6 * cost.0.abs().max(1.0);
    if (solution.cost.0 - cost.0).abs() > tolerance || !solution.cost.0.is_finite() {
        audit.violations.push(Violation::Cost { stated: solution.cost, worked_out: cost });
    }
    if let Some(bound) = solution.bound.filter(|b| b.0 > cost.0 + tolerance || !b.0.is_finite()) {
        audit.violations.push(Violation::Bound(bound));
    }
    Verdict { violations: audit.violations, cost, parts: audit.parts }
}

/// The state of one verification.
struct Audit<'a> {
    problem: &'a Problem,
    /// Slots in an hour, and in a day.
    hour: f64,
    day: f64,
    tasks: HashMap<&'a str, &'a Task>,
    /// Every task's chunks, by start.
    chunks: BTreeMap<&'a str, Vec<&'a Chunk>>,
    completion: HashMap<&'a str, Option<Slot>>,
    violations: Vec<Violation>,
    parts: Parts,
}

impl<'a> Audit<'a> {
    fn new(problem: &'a Problem, solution: &'a Solution) -> Audit<'a> {
        let hour = 60.0 / f64::from(problem.slot_minutes);
        let tasks: HashMap<&str, &Task> = problem.tasks.iter().map(|t| (t.id.as_str(), t)).collect();
        let mut chunks: BTreeMap<&str, Vec<&Chunk>> = tasks.keys().map(|id| (*id, Vec::new())).collect();
        let mut violations = Vec::new();
        for chunk in &solution.chunks {
            let worker = problem.workers.iter().any(|w| w.id == chunk.worker);
            match chunks.get_mut(chunk.task.as_str()) {
                Some(_) if !worker => violations.push(Violation::Unknown(chunk.clone())),
                None => violations.push(Violation::Unknown(chunk.clone())),
                Some(_) if chunk.end <= chunk.start => violations.push(Violation::Empty(chunk.clone())),
                Some(mine) => mine.push(chunk),
            }
        }
        for mine in chunks.values_mut() {
            mine.sort_by_key(|c| c.start);
        }
        let completion = HashMap::new();
        Audit {
            problem,
            hour,
            day: 24.0 * hour,
            tasks,
            chunks,
            completion,
            violations,
            parts: Parts::default(),
        }
    }

    fn check_tasks(&mut self) {
        for task in &self.problem.tasks {
            let mine = self.chunks.get(task.id.as_str()).cloned().unwrap_or_default();
            let planned: Slots = mine.iter().map(|c| c.time().len()).sum();
            if planned > task.size {
                self.violations.push(Violation::TooMuch { task: task.id.clone(), planned });
            }
            for chunk in &mine {
                self.check_chunk(task, chunk);
                self.pay_chunk(task, chunk);
            }
            for pair in mine.windows(2) {
                if pair[1].start < pair[0].end {
                    self.violations.push(Violation::Overlap(pair[0].clone(), pair[1].clone()));
                }
            }
            let last = mine.last().map(|c| c.end);
            let completion = if planned == task.size { last } else { None };
            self.completion.insert(&task.id, completion);
            self.pay_task(task, &mine, planned, completion);
        }
    }

    fn check_chunk(&mut self, task: &Task, chunk: &Chunk) {
        let length = chunk.time().len();
        let mut unless = |right: bool, violation: fn(Chunk) -> Violation| {
            if !right {
                self.violations.push(violation(chunk.clone()));
            }
        };
        unless(task.min_chunk <= length && length <= task.max_chunk, Violation::Length);
        unless(chunk.start >= task.release, Violation::Release);
        unless(task.deadline.is_none_or(|d| chunk.end <= d), Violation::Deadline);
        unless(task.eligible.as_ref().is_none_or(|e| inside(chunk, e)), Violation::Eligible);
        unless(task.workers.as_ref().is_none_or(|w| w.contains(&chunk.worker)), Violation::Worker);
        let worker = self.problem.workers.iter().find(|w| w.id == chunk.worker);
        unless(worker.is_some_and(|w| inside(chunk, &w.windows)), Violation::Window);
    }

    fn pay_chunk(&mut self, task: &Task, chunk: &Chunk) {
        let weights = &self.problem.weights;
        let length = f64::from(chunk.time().len().0);
        self.parts.soon +=
            weights.soon * length / self.hour * f64::from((chunk.start - task.release).0) / self.day;
        let rate = self.problem.workers.iter().find(|w| w.id == chunk.worker).map_or(0.0, |w| w.rate);
        self.parts.rate += rate * length / self.hour;
        if let Some(prefer) = &task.prefer {
            let good: i32 = prefer.iter().map(|p| shared(chunk.time(), *p)).sum();
            self.parts.prefer += weights.prefer * (length - f64::from(good)) / self.hour;
        }
    }

    fn pay_task(&mut self, task: &Task, mine: &[&Chunk], planned: Slots, completion: Option<Slot>) {
        let weights = &self.problem.weights;
        if planned < task.size {
            self.parts.unscheduled +=
                weights.unscheduled * task.weight * f64::from((task.size - planned).0) / self.hour;
        }
        let ends = completion.unwrap_or(self.problem.horizon);
        if ends > task.due {
            let days = f64::from((ends - task.due).0) / self.day;
            self.parts.late += task.weight * (weights.late + weights.late_day * days);
        }
        self.parts.chunk += weights.chunk * mine.len().saturating_sub(1) as f64;
        for previous in &task.previous {
            let kept: i32 = mine
                .iter()
                .filter(|c| c.worker == previous.worker)
                .map(|c| shared(c.time(), previous.time))
                .sum();
            self.parts.moved += weights.moved * f64::from(previous.time.len().0 - kept) / self.hour;
        }
    }

    fn check_after(&mut self) {
        for task in &self.problem.tasks {
            for after in &task.after {
                let ready =
                    self.completion.get(after.task.as_str()).copied().flatten().map(|end| end + after.lag);
                for chunk in &self.chunks[task.id.as_str()] {
                    if ready.is_none_or(|ready| chunk.start < ready) {
                        self.violations
                            .push(Violation::After { chunk: (*chunk).clone(), first: after.task.clone() });
                    }
                }
            }
        }
    }

    fn check_windows(&mut self) {
        for worker in &self.problem.workers {
            let mut mine: Vec<&Chunk> =
                self.chunks.values().flatten().copied().filter(|c| c.worker == worker.id).collect();
            mine.sort_by_key(|c| c.start);
            for window in &worker.windows {
                let from = mine.partition_point(|c| c.start < window.start);
                let to = mine.partition_point(|c| c.start < window.end);
                if from < to {
                    self.parts.block += self.problem.weights.block;
                }
                for pair in mine[from..to].windows(2) {
                    self.check_pair(pair[0], pair[1]);
                }
            }
        }
    }

    fn check_pair(&mut self, before: &Chunk, chunk: &Chunk) {
        let (a, b) = (self.tasks[before.task.as_str()], self.tasks[chunk.task.as_str()]);
        let buffers = &self.problem.buffers;
        let weights = &self.problem.weights;
        let wanted = if a.client != b.client {
            self.parts.block += weights.block;
            self.parts.client_switch += weights.client_switch;
            buffers.other_client
        } else if a.batch != b.batch {
            self.parts.block += weights.block;
            buffers.same_client
        } else {
            buffers.same_batch
        };
        if chunk.start < before.end + wanted {
            self.violations.push(Violation::Buffer(before.clone(), chunk.clone(), wanted));
        }
    }

    /// The slots in chunks that start in `[from, to)` and satisfy `counts`.
    fn planned(&self, from: Slot, to: Slot, counts: impl Fn(&Chunk, &Task) -> bool) -> Slots {
        let every = self.chunks.values().flatten();
        let inside = every.filter(|c| from <= c.start && c.start < to);
        inside.filter(|c| counts(c, self.tasks[c.task.as_str()])).map(|c| c.time().len()).sum()
    }

    fn check_caps(&mut self) {
        for (index, cap) in self.problem.caps.iter().enumerate() {
            let planned = self.planned(cap.from, cap.to, |chunk, task| {
                cap.worker.as_ref().is_none_or(|w| *w == chunk.worker)
                    && cap.client.as_ref().is_none_or(|c| *c == task.client)
            });
            if planned > cap.max {
                self.violations.push(Violation::Cap { cap: index, planned });
            }
        }
    }

    fn check_quotas(&mut self) {
        for quota in &self.problem.quotas {
            let planned = self.planned(quota.from, quota.to, |_, task| task.client == quota.client);
            let short = f64::from((quota.min - planned).0.max(0));
            self.parts.quota += self.problem.weights.quota * short / self.hour;
        }
    }
}

fn inside(chunk: &Chunk, intervals: &[Interval]) -> bool {
    intervals.iter().any(|i| i.contains(chunk.time()))
}

fn shared(a: Interval, b: Interval) -> i32 {
    a.intersect(b).len().0.max(0)
}
