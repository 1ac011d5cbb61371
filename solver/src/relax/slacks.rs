//! The variables of the master program that are no contents: what is left out, late or short.

use crate::lp::Column;
use crate::model::Model;

/// What one of them costs, the most there can be of it, and the rows that count it.
struct Slack {
    cost: f64,
    upper: f64,
    entries: Vec<(u32, f64)>,
    /// How much of it the last answer has.
    value: f64,
}

impl Slack {
    fn new(cost: f64, upper: f64, entries: Vec<(u32, f64)>) -> Slack {
        Slack { cost, upper, entries, value: 0.0 }
    }

    /// What it costs less what its rows pay for it at given prices, in points.
    fn reduced(&self, prices: &[f64]) -> f64 {
        self.cost - self.entries.iter().map(|(row, c)| c * prices[*row as usize]).sum::<f64>()
    }
}

/// What every task has one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfTask {
    /// Slots that are left out.
    Left,
    /// Lateness beyond its share form, in points.
    Extra,
    /// How far it is late at all, beyond the share of it that is late or left out.
    Stepped,
    /// How far it is not planned in full.
    Incomplete,
}

const OF_TASK: [OfTask; 4] = [OfTask::Left, OfTask::Extra, OfTask::Stepped, OfTask::Incomplete];

/// All of them: four of each task, and then those of single rows.
pub(super) struct Slacks {
    tasks: usize,
    all: Vec<Slack>,
}

impl Slacks {
    /// Those of all tasks. The rows of the tasks' slots are the first ones, and count what is left out; other rows count a slack
    /// when they say so ([`Slacks::count`]).
    pub(super) fn of_tasks(model: &Model) -> Slacks {
        let one = |of: OfTask, (j, job): (usize, &crate::model::Job)| {
            let (size, latest) = (f64::from(job.size), job.lateness(model.horizon));
            match of {
                OfTask::Left => Slack::new(job.unscheduled + latest / size, size, vec![(j as u32, 1.0)]),
                OfTask::Extra => Slack::new(1.0, latest, Vec::new()),
                OfTask::Stepped => Slack::new(job.late, 1.0, Vec::new()),
                OfTask::Incomplete => Slack::new(0.0, 1.0, Vec::new()),
            }
        };
        let family = |of| model.tasks.iter().enumerate().map(move |task| one(of, task));
        Slacks { tasks: model.tasks.len(), all: OF_TASK.into_iter().flat_map(family).collect() }
    }

    /// Adds one that a single row counts, so many times.
    pub(super) fn add(&mut self, cost: f64, upper: f64, row: u32, times: f64) {
        self.all.push(Slack::new(cost, upper, vec![(row, times)]));
    }

    /// Lets a row count a slack of a task, so many times.
    pub(super) fn count(&mut self, of: OfTask, task: u32, row: u32, times: f64) {
        let place = self.place(of, task as usize);
        self.all[place].entries.push((row, times));
    }

    fn place(&self, of: OfTask, task: usize) -> usize {
        of as usize * self.tasks + task
    }

    /// How much of a task's slack the last answer has.
    pub(super) fn value(&self, of: OfTask, task: usize) -> f64 {
        self.all[self.place(of, task)].value
    }

    /// Whether any row counts a task's slack.
    pub(super) fn is_counted(&self, of: OfTask, task: usize) -> bool {
        !self.all[self.place(of, task)].entries.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// How much of each the last answer has.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        self.all.iter().map(|slack| slack.value)
    }

    pub(super) fn set_values(&mut self, values: &[f64]) {
        self.all.iter_mut().zip(values).for_each(|(slack, value)| slack.value = *value);
    }

    /// As columns of the program.
    pub(super) fn columns(&self) -> impl Iterator<Item = Column> {
        self.all.iter().enumerate().map(|(k, slack)| {
            // No more of a task can be left out than there is: its row says that already.
            let upper = if k < self.tasks { f64::INFINITY } else { slack.upper };
            Column { cost: slack.cost, upper, entries: slack.entries.clone() }
        })
    }

    /// The least that all of them can cost at given prices, in points.
    pub(super) fn least(&self, prices: &[f64]) -> f64 {
        self.all.iter().map(|slack| slack.reduced(prices).min(0.0) * slack.upper).sum()
    }

    /// How much there is of each at given prices: all of what pays, and nothing of the others.
    pub(super) fn that_pay(&self, prices: &[f64]) -> Vec<f64> {
        let pays = |slack: &Slack| if slack.reduced(prices) < 0.0 { slack.upper } else { 0.0 };
        self.all.iter().map(pays).collect()
    }

    /// Takes what so much of each brings to the rows off what they miss.
    pub(super) fn take_from(&self, missing: &mut [f64], values: &[f64]) {
        for (slack, value) in self.all.iter().zip(values).filter(|(_, value)| **value > 0.0) {
            for (row, c) in &slack.entries {
                missing[*row as usize] -= c * value;
            }
        }
    }
}
