//! Random but lifelike planning problems: one [`Spec`] gives one problem, on every machine.
//!
//! The distributions are those of a desk with some clients in many zones: half the work is there
//! from the start, sizes are log-normal around 50 minutes, one piece in eight is a four-step
//! workflow, weekdays carry up to three meetings. The draws are this module's own.

mod draw;

use draw::Draw;
use plokk_solver::{
    After, Buffers, Cap, FORMAT, Interval, Problem, Quota, Slot, Slots, Task, Weights, Worker,
};
use serde::{Deserialize, Serialize};

/// Minutes in a slot of every generated problem.
const SLOT_MINUTES: u32 = 5;
/// Slots in an hour.
const HOUR: i32 = 60 / SLOT_MINUTES as i32;
/// Slots in a day.
const DAY: i32 = 24 * HOUR;
/// The kinds of work.
const BATCHES: [&str; 5] = ["email", "social", "research", "books", "design"];
/// The steps of a workflow, by their kinds of work.
const WORKFLOW: [&str; 4] = ["social", "research", "design", "social"];
/// Hours that clients are ahead of the workers.
const ZONES: [i32; 11] = [-10, -8, -6, -5, 0, 1, 2, 3, 5, 8, 10];

/// The sizes that are compared: [`Class::spec`] says what each is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Class {
    /// Two weeks, one person, six clients.
    S,
    /// Four weeks, one person, twelve clients.
    M,
    /// Four weeks, a team of ten, forty clients.
    L,
}

impl Class {
    /// Every class, the smallest first.
    pub const ALL: [Class; 3] = [Class::S, Class::M, Class::L];

    /// What is generated for a seed and a load (the share of the free time that the work fills).
    #[must_use]
    pub fn spec(self, seed: u64, load: f64) -> Spec {
        let (clients, weeks, workers) = match self {
            Class::S => (6, 2, 1),
            Class::M => (12, 4, 1),
            Class::L => (40, 4, 10),
        };
        Spec { seed, clients, weeks, workers, load }
    }
}

/// What is generated; the same numbers give the same problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec {
    /// Starts the random numbers.
    pub seed: u64,
    /// How many clients, at least 1.
    pub clients: usize,
    /// The horizon in weeks, at least 1.
    pub weeks: usize,
    /// How many workers, at least 1.
    pub workers: usize,
    /// The work, as a share of the free time: 0.85 is a full desk, above 1 not all can be done.
    pub load: f64,
}

/// The problem of a spec.
///
/// ```
/// use plokk_bench::generate::{Class, generate};
/// let problem = generate(Class::S.spec(1, 0.85));
/// assert!(problem.faults().is_empty());
/// assert_eq!(problem, generate(Class::S.spec(1, 0.85)));
/// assert_ne!(problem, generate(Class::S.spec(2, 0.85)));
/// ```
#[must_use]
pub fn generate(spec: Spec) -> Problem {
    let mut draw = Draw::new(spec.seed);
    let workers: Vec<Worker> = (0..spec.workers)
        .map(|k| Worker {
            id: format!("w{k}"),
            rate: if k == 0 { 0.0 } else { draw.one_of(&[0.0, 1.0, 2.0]) },
            windows: free_windows(&mut draw, spec.weeks),
        })
        .collect();
    let tasks = Work::new(&mut draw, spec).until_full(capacity(&workers));
    let quotas = retainers(&mut draw, spec);
    Problem {
        format: FORMAT.to_owned(),
        slot_minutes: SLOT_MINUTES,
        horizon: Slot(days(spec.weeks) * DAY),
        buffers: Buffers { same_batch: Slots(1), same_client: Slots(2), other_client: Slots(3) },
        weights: Weights::default(),
        caps: reserves(&workers, spec.weeks),
        workers,
        tasks,
        quotas,
    }
}

fn days(weeks: usize) -> i32 {
    7 * i32::try_from(weeks).unwrap_or(i32::MAX / (7 * DAY))
}

fn capacity(workers: &[Worker]) -> f64 {
    let slots: Slots = workers.iter().flat_map(|w| &w.windows).map(|w| w.len()).sum();
    f64::from(slots.0)
}

/// Weekday office hours less random meetings; what is left of them is at least half an hour long.
fn free_windows(draw: &mut Draw, weeks: usize) -> Vec<Interval> {
    let mut windows = Vec::new();
    for day in (0..days(weeks)).filter(|day| day % 7 < 5) {
        let mut free = vec![(9 * HOUR, 13 * HOUR), (14 * HOUR, 18 * HOUR)];
        for _ in 0..draw.one_of(&[0, 0, 1, 1, 2, 3]) {
            let start = 9 * HOUR + draw.below(16) * (HOUR / 2);
            let end = start + draw.one_of(&[HOUR / 2, HOUR]);
            free = free
                .into_iter()
                .flat_map(|(a, b)| [(a, b.min(start)), (a.max(end), b)])
                .filter(|(a, b)| a < b)
                .collect();
        }
        windows.extend(
            free.into_iter()
                .filter(|(a, b)| b - a >= HOUR / 2)
                .map(|(a, b)| Interval::new(day * DAY + a, day * DAY + b)),
        );
    }
    windows
}

/// Caps that leave a tenth of each person's day free.
fn reserves(workers: &[Worker], weeks: usize) -> Vec<Cap> {
    let mut caps = Vec::new();
    for worker in workers {
        for day in 0..days(weeks) {
            let whole = Interval::new(day * DAY, (day + 1) * DAY);
            let free: Slots = worker
                .windows
                .iter()
                .filter(|w| whole.start <= w.start && w.start < whole.end)
                .map(|w| w.len())
                .sum();
            if free > Slots(0) {
                caps.push(Cap {
                    worker: Some(worker.id.clone()),
                    client: None,
                    from: whole.start,
                    to: whole.end,
                    max: Slots(free.0 * 9 / 10),
                });
            }
        }
    }
    caps
}

/// Half the clients have two to four hours a week reserved.
fn retainers(draw: &mut Draw, spec: Spec) -> Vec<Quota> {
    let mut quotas = Vec::new();
    for client in 0..spec.clients {
        if !draw.chance(0.5) {
            continue;
        }
        for week in 0..days(spec.weeks) / 7 {
            quotas.push(Quota {
                client: format!("c{client}"),
                from: Slot(week * 7 * DAY),
                to: Slot((week + 1) * 7 * DAY),
                min: Slots(draw.one_of(&[2, 3, 4]) * HOUR),
            });
        }
    }
    quotas
}

/// The work, as it grows.
struct Work<'a> {
    draw: &'a mut Draw,
    spec: Spec,
    horizon: i32,
    zones: Vec<i32>,
    tasks: Vec<Task>,
}

/// What is fixed about a task before the rest is drawn.
struct Draft<'a> {
    client: usize,
    batch: &'a str,
    size: i32,
    release: i32,
    due: i32,
    after: Vec<After>,
}

impl<'a> Work<'a> {
    fn new(draw: &'a mut Draw, spec: Spec) -> Work<'a> {
        let zones = (0..spec.clients).map(|_| draw.one_of(&ZONES)).collect();
        Work { draw, spec, horizon: days(spec.weeks) * DAY, zones, tasks: Vec::new() }
    }

    fn until_full(mut self, capacity: f64) -> Vec<Task> {
        while self.planned() < capacity * self.spec.load {
            if self.draw.chance(0.12) { self.workflow() } else { self.single() }
        }
        self.tasks
    }

    fn planned(&self) -> f64 {
        f64::from(self.tasks.iter().map(|t| t.size).sum::<Slots>().0)
    }

    fn client(&mut self) -> usize {
        self.draw.index(self.spec.clients)
    }

    /// One piece of work, due at an hour of the day some days after its release.
    fn single(&mut self) {
        let release = match self.draw.chance(0.5) {
            true => 0,
            false => self.draw.below(self.horizon * 2 / 3) / HOUR * HOUR,
        };
        let due_day = release / DAY + self.draw.one_of(&[1, 2, 3, 4, 5, 7, 9]);
        let due = due_day * DAY + self.draw.one_of(&[12, 15, 17, 18]) * HOUR;
        let size = (self.draw.log_normal(10.0, 0.8) / 3.0).round() as i32 * 3;
        let draft = Draft {
            client: self.client(),
            batch: self.draw.one_of(&BATCHES),
            size: size.clamp(3, 8 * HOUR),
            release,
            due: due.min(self.horizon),
            after: Vec::new(),
        };
        self.push(draft);
    }

    /// Four steps for one client, each after the one before, some with a day for approval between.
    fn workflow(&mut self) {
        let client = self.client();
        let release = self.draw.below(self.horizon / 3);
        let due = (release + 4 * DAY + self.draw.below(6 * DAY)).min(self.horizon);
        let mut before: Option<String> = None;
        for batch in WORKFLOW {
            let lag = Slots(self.draw.one_of(&[0, 0, DAY]));
            let size = self.draw.one_of(&[6, 9, 12, 18]);
            let after = before.into_iter().map(|task| After { task, lag }).collect();
            before = Some(self.push(Draft { client, batch, size, release, due, after }));
        }
    }

    /// Draws what the draft leaves open; the new task's id.
    fn push(&mut self, draft: Draft<'_>) -> String {
        let id = format!("t{}", self.tasks.len());
        let min_chunk = if draft.size <= 9 { draft.size } else { self.draw.one_of(&[6, 6, 9]) };
        let max_chunk = self.draw.one_of(&[18, 24, 36]).max(min_chunk);
        let weight = self.draw.one_of(&[1.0, 1.0, 2.0, 2.0, 4.0, 8.0]);
        let eligible =
            (self.draw.chance(0.1) && draft.after.is_empty()).then(|| self.office_hours(draft.client));
        let prefer = self.draw.chance(0.15).then(|| self.mornings());
        let deadline = self
            .draw
            .chance(0.1)
            .then(|| Slot((draft.due + self.draw.one_of(&[0, DAY, 3 * DAY])).min(self.horizon)));
        let workers = (self.spec.workers > 1 && self.draw.chance(0.4)).then(|| self.half_the_team());
        self.tasks.push(Task {
            id: id.clone(),
            client: format!("c{}", draft.client),
            batch: draft.batch.to_owned(),
            size: Slots(draft.size),
            min_chunk: Slots(min_chunk),
            max_chunk: Slots(max_chunk),
            release: Slot(draft.release),
            due: Slot(draft.due),
            deadline,
            weight,
            workers,
            eligible,
            prefer,
            after: draft.after,
            previous: Vec::new(),
        });
        id
    }

    /// When a client can be reached, in the workers' time, every day.
    fn office_hours(&self, client: usize) -> Vec<Interval> {
        let opens = (11 - self.zones[client]) * HOUR;
        let whole = Interval::new(0, self.horizon);
        (0..days(self.spec.weeks))
            .map(|day| {
                let opens = day * DAY + opens;
                Interval::new(opens, opens + 8 * HOUR).intersect(whole)
            })
            .filter(|hours| !hours.is_empty())
            .collect()
    }

    fn mornings(&self) -> Vec<Interval> {
        (0..days(self.spec.weeks))
            .map(|day| Interval::new(day * DAY + 8 * HOUR, day * DAY + 12 * HOUR))
            .collect()
    }

    fn half_the_team(&mut self) -> Vec<String> {
        let mut team: Vec<usize> = (0..self.spec.workers).collect();
        self.draw.shuffle(&mut team);
        team.truncate((self.spec.workers / 2).max(1));
        team.sort_unstable();
        team.into_iter().map(|k| format!("w{k}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_fills_the_load_and_no_more_than_one_workflow_over_it() {
        for class in [Class::S, Class::M] {
            for load in [0.3, 0.85, 1.5] {
                let problem = generate(class.spec(7, load));
                let work: Slots = problem.tasks.iter().map(|t| t.size).sum();
                let wanted = capacity(&problem.workers) * load;
                assert!(f64::from(work.0) >= wanted);
                assert!(f64::from(work.0) < wanted + f64::from(8 * HOUR));
            }
        }
    }

    #[test]
    fn every_class_at_every_load_is_a_problem_without_faults() {
        for class in Class::ALL {
            for load in [0.6, 1.1] {
                let problem = generate(class.spec(3, load));
                assert!(problem.faults().is_empty(), "{:?}", problem.faults());
            }
        }
    }

    #[test]
    fn links_stay_with_one_client_and_point_back() {
        let problem = generate(Class::M.spec(5, 0.85));
        let linked: Vec<_> = problem.tasks.iter().filter(|t| !t.after.is_empty()).collect();
        assert!(!linked.is_empty());
        for task in linked {
            let before = problem.tasks.iter().find(|t| t.id == task.after[0].task).expect("it exists");
            assert_eq!(before.client, task.client);
        }
    }
}
