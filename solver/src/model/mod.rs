//! The problem as the methods see it: indices for names, points per slot for weights, and for each
//! task the windows in which it can be done at all.

mod advice;
mod cover;
mod reach;
mod tails;

use crate::problem::{Problem, Task};
pub(crate) use advice::{Advice, Suggested};
pub(crate) use cover::Cover;
pub(crate) use reach::starts;
use std::collections::HashMap;
pub(crate) use tails::PATIENCE;

/// A compiled problem.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) horizon: i32,
    /// Slots in a day.
    pub(crate) day: f64,
    /// Every worker's windows, by start.
    pub(crate) windows: Vec<Window>,
    pub(crate) tasks: Vec<Job>,
    pub(crate) caps: Vec<Limit>,
    pub(crate) quotas: Vec<Floor>,
    pub(crate) setup: Setup,
    /// Each task's client and kind, side by side: what is looked up most.
    kinds: Vec<(u32, u32)>,
    /// Points for each chunk of a task beyond its first.
    pub(crate) chunk: f64,
    /// Points for each slot short of a quota.
    pub(crate) quota_slot: f64,
    /// What every solution pays: `previous` counted as moved altogether.
    pub(crate) constant: f64,
    /// How many workers there are.
    pub(crate) workers: usize,
}

/// What stands between two consecutive chunks in a window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) same_batch: i32,
    pub(crate) same_client: i32,
    pub(crate) other_client: i32,
    pub(crate) block: f64,
    pub(crate) switch: f64,
}

impl Setup {
    /// The least buffer between any two chunks.
    pub(crate) fn least_buffer(&self) -> i32 {
        self.same_batch.min(self.same_client).min(self.other_client)
    }
}

/// A window of one worker.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) worker: u32,
    pub(crate) start: i32,
    pub(crate) end: i32,
    /// The worker's points per slot.
    pub(crate) rate: f64,
    /// Parts of the window in which the same caps and quotas count a chunk that starts there.
    pub(crate) cells: Vec<Cell>,
}

impl Window {
    pub(crate) fn len(&self) -> i32 {
        self.end - self.start
    }
}

/// A part of a window: starts in `[from, to)` count for the same caps and quotas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) from: i32,
    pub(crate) to: i32,
    pub(crate) caps: Vec<u32>,
    pub(crate) quotas: Vec<u32>,
}

/// A cap.
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) client: Option<u32>,
    pub(crate) max: i32,
}

/// A quota.
#[derive(Debug)]
pub(crate) struct Floor {
    pub(crate) client: u32,
    pub(crate) min: i32,
}

/// A task.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) size: i32,
    pub(crate) min: i32,
    pub(crate) max: i32,
    /// The earliest start that its release and its predecessors allow.
    pub(crate) release: i32,
    /// What `soon` counts from: the release as the problem states it.
    pub(crate) origin: i32,
    pub(crate) due: i32,
    /// Every chunk ends by then: the deadline or the horizon.
    pub(crate) last_end: i32,
    pub(crate) client: u32,
    /// The pair of client and batch.
    pub(crate) kind: u32,
    /// Points per slot not planned.
    pub(crate) unscheduled: f64,
    /// Points for being late at all, and for each slot after due.
    pub(crate) late: f64,
    pub(crate) late_slot: f64,
    /// Points per slot of work and slot of waiting since release.
    pub(crate) soon: f64,
    /// Points per slot outside `prefer`, with `prefer`.
    pub(crate) prefer: Option<(f64, Cover)>,
    /// Points per slot kept where the last plan had it, by worker.
    pub(crate) previous: Vec<(u32, f64, Cover)>,
    /// Where the last plan had it: worker, start and end, by start.
    pub(crate) before: Vec<(u32, i32, i32)>,
    /// The most points that being kept where the last plan had it saves; only for that may a chunk cost less than
    /// nothing.
    pub(crate) kept: f64,
    /// Eligible intervals, by start, none inside another.
    pub(crate) eligible: Option<Vec<(i32, i32)>>,
    pub(crate) preds: Vec<(u32, i32)>,
    pub(crate) succs: Vec<(u32, i32)>,
    /// The slots of it and of all that comes after it.
    pub(crate) chain: i32,
    /// What it costs when all that comes after it is left out.
    pub(crate) blocked: f64,
    /// For each level of patience and each window: the lateness of all that comes after it, when it
    /// is complete there; see [`mod@tails`].
    pub(crate) tails: Vec<Vec<f32>>,
    /// The windows in which a chunk of it fits, by start; empty when it can't be planned.
    pub(crate) allowed: Vec<u32>,
    /// Depth in the graph of links: predecessors come first.
    pub(crate) rank: u32,
}

impl Job {
    /// What lateness costs when the task is complete at `end`.
    pub(crate) fn lateness(&self, end: i32) -> f64 {
        if end > self.due { self.late + self.late_slot * f64::from(end - self.due) } else { 0.0 }
    }

    /// What leaving it out costs, lateness and all, in points per slot of it.
    pub(crate) fn left_out(&self, horizon: i32) -> f64 {
        self.unscheduled + self.lateness(horizon) / f64::from(self.size.max(1))
    }

    /// Whether `slots` of it can be done in chunks of allowed lengths.
    pub(crate) fn has_chunks(&self, slots: i32) -> bool {
        let fewest = (slots + self.max - 1) / self.max;
        fewest * self.min <= slots
    }

    /// The most chunks that a solution would ever cut it into.
    pub(crate) fn most_chunks(&self) -> i32 {
        self.size / self.min
    }
}

impl Model {
    /// Compiles a problem that has no faults.
    pub(crate) fn new(problem: &Problem) -> Model {
        let hour = 60.0 / f64::from(problem.slot_minutes);
        let names = Names::new(problem);
        let weights = &problem.weights;
        let mut model = Model {
            horizon: problem.horizon.0,
            day: 24.0 * hour,
            windows: windows(problem, &names, hour),
            tasks: problem.tasks.iter().map(|t| job(problem, &names, t, hour)).collect(),
            caps: problem
                .caps
                .iter()
                .map(|c| Limit { client: c.client.as_deref().map(|c| names.client(c)), max: c.max.0 })
                .collect(),
            quotas: problem
                .quotas
                .iter()
                .map(|q| Floor { client: names.client(&q.client), min: q.min.0.max(0) })
                .collect(),
            setup: Setup {
                same_batch: problem.buffers.same_batch.0,
                same_client: problem.buffers.same_client.0,
                other_client: problem.buffers.other_client.0,
                block: weights.block,
                switch: weights.client_switch,
            },
            chunk: weights.chunk,
            quota_slot: weights.quota / hour,
            constant: 0.0,
            kinds: Vec::new(),
            workers: problem.workers.len(),
        };
        let previous = problem.tasks.iter().flat_map(|t| &t.previous);
        model.constant = previous.map(|p| weights.moved / hour * f64::from(p.time.len().0)).sum();
        model.kinds = model.tasks.iter().map(|t| (t.client, t.kind)).collect();
        model.link(problem, &names);
        model.allow(problem, &names);
        tails::fill(&mut model);
        model
    }

    /// The points that follow from task `j`'s chunk lying at `[start, start + len)` in window `w`,
    /// but for lateness and the setups around it.
    pub(crate) fn chunk_cost(&self, j: usize, w: usize, start: i32, len: i32) -> f64 {
        let job = &self.tasks[j];
        let window = &self.windows[w];
        let mut cost = self.plain_cost(j, w, start, len);
        if let Some((points, cover)) = &job.prefer {
            cost += points * (i64::from(len) - cover.over(start, start + len)) as f64;
        }
        for (worker, points, cover) in &job.previous {
            if *worker == window.worker {
                cost -= points * cover.over(start, start + len) as f64;
            }
        }
        cost
    }

    /// The part of [`Model::chunk_cost`] that grows evenly with the start: the worker's rate and `soon`.
    pub(crate) fn plain_cost(&self, j: usize, w: usize, start: i32, len: i32) -> f64 {
        let job = &self.tasks[j];
        f64::from(len) * (self.windows[w].rate + job.soon * f64::from(start - job.origin))
    }

    /// Buffer slots and setup points between two consecutive chunks of tasks `a` and `b`.
    pub(crate) fn between(&self, a: usize, b: usize) -> (i32, f64) {
        let (a, b) = (self.kinds[a], self.kinds[b]);
        if a == b {
            (self.setup.same_batch, 0.0)
        } else if a.0 == b.0 {
            (self.setup.same_client, self.setup.block)
        } else {
            (self.setup.other_client, self.setup.block + self.setup.switch)
        }
    }
}

struct Names<'a> {
    tasks: HashMap<&'a str, usize>,
    workers: HashMap<&'a str, u32>,
    clients: HashMap<&'a str, u32>,
    kinds: HashMap<(&'a str, &'a str), u32>,
}

impl<'a> Names<'a> {
    fn new(problem: &'a Problem) -> Names<'a> {
        let mut clients = HashMap::new();
        let mut kinds = HashMap::new();
        let of_tasks = problem.tasks.iter().map(|t| t.client.as_str());
        let of_quotas = problem.quotas.iter().map(|q| q.client.as_str());
        let of_caps = problem.caps.iter().filter_map(|c| c.client.as_deref());
        for client in of_tasks.chain(of_quotas).chain(of_caps) {
            let next = clients.len() as u32;
            clients.entry(client).or_insert(next);
        }
        for task in &problem.tasks {
            let next = kinds.len() as u32;
            kinds.entry((task.client.as_str(), task.batch.as_str())).or_insert(next);
        }
        Names {
            tasks: problem.tasks.iter().enumerate().map(|(j, t)| (t.id.as_str(), j)).collect(),
            workers: problem.workers.iter().enumerate().map(|(k, w)| (w.id.as_str(), k as u32)).collect(),
            clients,
            kinds,
        }
    }

    fn client(&self, name: &str) -> u32 {
        self.clients[name]
    }
}

fn windows(problem: &Problem, names: &Names, hour: f64) -> Vec<Window> {
    let mut windows: Vec<Window> = problem
        .workers
        .iter()
        .enumerate()
        .flat_map(|(k, worker)| {
            worker.windows.iter().map(move |i| Window {
                worker: k as u32,
                start: i.start.0,
                end: i.end.0,
                rate: worker.rate / hour,
                cells: Vec::new(),
            })
        })
        .collect();
    windows.sort_by_key(|w| (w.start, w.worker));
    for window in &mut windows {
        window.cells = cells(problem, names, window);
    }
    windows
}

/// Cuts a window where a cap or quota begins or ends.
fn cells(problem: &Problem, names: &Names, window: &Window) -> Vec<Cell> {
    let mine = |worker: &Option<String>| {
        worker.as_ref().is_none_or(|name| names.workers.get(name.as_str()) == Some(&window.worker))
    };
    let caps: Vec<(u32, i32, i32)> = (0u32..)
        .zip(&problem.caps)
        .filter(|(_, c)| mine(&c.worker))
        .map(|(i, c)| (i, c.from.0, c.to.0))
        .collect();
    let quotas: Vec<(u32, i32, i32)> =
        (0u32..).zip(&problem.quotas).map(|(i, q)| (i, q.from.0, q.to.0)).collect();
    let ends = caps.iter().chain(&quotas).flat_map(|(_, from, to)| [*from, *to]);
    let mut cuts: Vec<i32> = ends.filter(|t| window.start < *t && *t < window.end).collect();
    cuts.extend([window.start, window.end]);
    cuts.sort_unstable();
    cuts.dedup();
    let inside = |list: &[(u32, i32, i32)], at: i32| {
        list.iter().filter(|(_, from, to)| *from <= at && at < *to).map(|(i, _, _)| *i).collect()
    };
    let mut cells: Vec<Cell> = Vec::new();
    for cut in cuts.windows(2) {
        let cell =
            Cell { from: cut[0], to: cut[1], caps: inside(&caps, cut[0]), quotas: inside(&quotas, cut[0]) };
        match cells.last_mut() {
            Some(last) if last.caps == cell.caps && last.quotas == cell.quotas => last.to = cell.to,
            _ => cells.push(cell),
        }
    }
    cells
}

fn job(problem: &Problem, names: &Names, task: &Task, hour: f64) -> Job {
    let day = 24.0 * hour;
    let weights = &problem.weights;
    let mut previous: HashMap<u32, Vec<crate::units::Interval>> = HashMap::new();
    for p in &task.previous {
        if let Some(worker) = names.workers.get(p.worker.as_str()) {
            previous.entry(*worker).or_default().push(p.time);
        }
    }
    let mut before: Vec<(u32, i32, i32)> = previous
        .iter()
        .flat_map(|(worker, times)| times.iter().map(|time| (*worker, time.start.0, time.end.0)))
        .collect();
    before.sort_unstable_by_key(|(worker, start, end)| (*start, *worker, *end));
    // What weighs more is named more than once.
    before.dedup();
    let mut previous: Vec<_> = previous
        .into_iter()
        .map(|(worker, times)| (worker, weights.moved / hour, Cover::new(times)))
        .filter(|(_, points, cover)| *points > 0.0 && !cover.is_empty())
        .collect();
    previous.sort_by_key(|(worker, _, _)| *worker);
    let prefer = task.prefer.as_ref().filter(|_| weights.prefer > 0.0);
    Job {
        size: task.size.0,
        min: task.min_chunk.0,
        max: task.max_chunk.0.min(task.size.0),
        release: task.release.0,
        origin: task.release.0,
        due: task.due.0,
        last_end: task.deadline.map_or(problem.horizon.0, |d| d.0.min(problem.horizon.0)),
        client: names.client(&task.client),
        kind: names.kinds[&(task.client.as_str(), task.batch.as_str())],
        unscheduled: weights.unscheduled * task.weight / hour,
        late: weights.late * task.weight,
        late_slot: weights.late_day * task.weight / day,
        soon: weights.soon / hour / day,
        prefer: prefer.map(|list| (weights.prefer / hour, Cover::new(list.iter().copied()))),
        before,
        kept: weights.moved.max(0.0) / hour
            * task.previous.iter().map(|p| f64::from(p.time.len().0.max(0))).sum::<f64>(),
        previous,
        eligible: task.eligible.as_ref().map(|list| {
            let mut list: Vec<(i32, i32)> =
                list.iter().filter(|i| !i.is_empty()).map(|i| (i.start.0, i.end.0)).collect();
            list.sort_unstable_by_key(|(start, end)| (*start, -end));
            let mut kept: Vec<(i32, i32)> = Vec::new();
            for interval in list {
                if kept.last().is_none_or(|(_, end)| interval.1 > *end) {
                    kept.push(interval);
                }
            }
            kept
        }),
        preds: Vec::new(),
        succs: Vec::new(),
        chain: task.size.0.max(1),
        blocked: 0.0,
        tails: Vec::new(),
        allowed: Vec::new(),
        rank: u32::MAX,
    }
}
