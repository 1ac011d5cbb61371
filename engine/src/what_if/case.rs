//! A scenario as a capacity problem: who has how many hours in each bucket, and what work there is.
//!
//! [`Outlook::case`] lists the steps in order.

use super::WhatIfError;
use super::apply::{Applied, apply};
use super::outlook::Outlook;
use super::promises::{Term, promises, terms};
use super::scenario::Scenario;
use super::stream::{self, Stream};
use super::timeline::Timeline;
use crate::desk::{DueFrom, Window, Work, intersect, total, union};
use crate::settings::{Fee, Settings};
use chrono::TimeDelta;
use plokk_solver::capacity::{CapacityProblem, CapacityWeights, Crew, Day, Hours, Lot};
use std::collections::BTreeMap;

/// A scenario, ready to be asked.
#[derive(Clone, Debug)]
pub struct Case {
    /// How the scenario is called.
    pub name: String,
    /// The capacity problem, with the demand that is to be expected.
    pub problem: CapacityProblem,
    /// Where each lot comes from, in the order of the problem's lots.
    pub sources: Vec<Source>,
    /// The demand that is drawn anew in each possible future.
    pub streams: Vec<Stream>,
    /// The clients' names, in the order of the problem's clients; the last are the assistants' own tasks.
    pub names: Vec<String>,
    /// What an hour for each client earns.
    pub fees: Vec<Option<Fee>>,
    /// What an hour of each worker costs.
    pub costs: Vec<Option<Fee>>,
    /// The retainers, period by period.
    pub(crate) terms: Vec<Term>,
}

/// Where a lot comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A task of the list.
    Task {
        /// The [`Work::id`].
        id: String,
        /// Its summary, or its id.
        name: String,
        /// Whether somebody said when it is due.
        dated: bool,
    },
    /// Instances of work that recurs, of one bucket.
    Series,
    /// Work that is to be expected: an index into the streams.
    Expected(usize),
}

/// Hours of capacity that an hour of work takes, of a task of so many hours and chunks of some length at most.
pub(crate) fn setup(settings: &Settings, hours: f64, longest: TimeDelta) -> f64 {
    let buffers = &settings.buffers;
    let gaps = [buffers.same_batch, buffers.same_client, buffers.other_client];
    let gaps = gaps.map(|gap| Hours(in_hours(gap)));
    plokk_solver::capacity::setup(gaps, Hours(hours), Hours(in_hours(longest)), settings.planning.reserve)
}

impl Outlook {
    /// Applies a scenario and poses the capacity problem: people's hours, the task list, what recurs, what is to be
    /// expected, retainers.
    ///
    /// # Errors
    ///
    /// When the scenario moves the due date of a task that is not there.
    pub fn case(&self, scenario: &Scenario) -> Result<Case, WhatIfError> {
        let line = &self.timeline;
        let applied = apply(&self.question, line, scenario)?;
        let mut posing = Posing::new(line, &applied);
        posing.crew();
        posing.listed();
        let mut streams = stream::streams(&self.history, &applied, &mut posing);
        let mut terms = terms(&applied, line);
        streams.extend(stream::sold(&terms, &applied, &mut posing, &streams));
        for (n, stream) in streams.iter().enumerate() {
            for lot in stream.expected(&posing.problem, line) {
                posing.push(lot, Source::Expected(n));
            }
        }
        let Posing { mut problem, sources, .. } = posing;
        terms.retain(|term| !term.buckets.is_empty());
        (problem.quotas, problem.caps) = promises(&terms, &problem.lots);
        let settings = &applied.desk.settings;
        let own = settings.assistants.iter().map(|assistant| format!("{} (own)", assistant.name));
        Ok(Case {
            name: scenario.name.clone(),
            names: settings.clients.iter().map(|client| client.name.clone()).chain(own).collect(),
            fees: (0..problem.clients.len())
                .map(|n| settings.clients.get(n).and_then(|client| client.fee.clone()))
                .collect(),
            costs: applied.costs.clone(),
            problem,
            sources,
            streams,
            terms,
        })
    }
}

/// What instances of recurring work have in common that are one lot: client, kind, the buckets of release and due, weight,
/// and who may do it.
type Alike = (u32, u32, usize, usize, u64, Vec<u32>);

/// A problem in the making.
pub(crate) struct Posing<'p> {
    pub(crate) line: &'p Timeline,
    pub(crate) applied: &'p Applied,
    pub(crate) problem: CapacityProblem,
    sources: Vec<Source>,
    kinds: BTreeMap<String, u32>,
    reaches: BTreeMap<usize, u32>,
}

impl<'p> Posing<'p> {
    fn new(line: &'p Timeline, applied: &'p Applied) -> Posing<'p> {
        let settings = &applied.desk.settings;
        let points = &settings.weights.points;
        let working = applied.desk.assistants.iter().fold(Vec::new(), |all, time| union(&all, &time.working));
        let clients = settings.clients.iter().map(|client| client.id.clone());
        let problem = CapacityProblem {
            buckets: line.buckets(&working),
            crew: Vec::new(),
            clients: clients
                .chain(settings.assistants.iter().map(|assistant| assistant.id.clone()))
                .collect(),
            kinds: Vec::new(),
            lots: Vec::new(),
            quotas: Vec::new(),
            caps: Vec::new(),
            reaches: Vec::new(),
            weights: CapacityWeights {
                unscheduled: points.unscheduled,
                late: points.late,
                late_day: points.late_day,
                soon: points.soon,
                quota: points.quota,
                ..CapacityWeights::default()
            },
        };
        Posing {
            line,
            applied,
            problem,
            sources: Vec::new(),
            kinds: BTreeMap::new(),
            reaches: BTreeMap::new(),
        }
    }

    /// Everybody's free time, less the reserve, no more in a week than somebody works at most.
    fn crew(&mut self) {
        let settings = &self.applied.desk.settings;
        for (n, assistant) in settings.assistants.iter().enumerate() {
            let free = &self.applied.desk.assistants[n].free;
            let mut left: BTreeMap<usize, f64> = BTreeMap::new();
            let mut hours = Vec::new();
            for bucket in 0..self.line.len() {
                let there = in_hours(total(&intersect(free, &[self.line.window(bucket)])));
                let most = self.applied.most[n].map_or(f64::INFINITY, in_hours);
                let left = left.entry(self.line.week_of[bucket]).or_insert(most);
                let worked = (there * (1.0 - settings.planning.reserve)).min(*left);
                *left -= worked;
                hours.push(Hours(worked));
            }
            self.problem.crew.push(Crew { id: assistant.id.clone(), rate: assistant.rate, hours });
        }
    }

    /// The work that is on the list, instances of what recurs included; what a pinned block holds is done.
    fn listed(&mut self) {
        let works = &self.applied.desk.work;
        let mut release: BTreeMap<&str, f64> = BTreeMap::new();
        let mut together: BTreeMap<Alike, usize> = BTreeMap::new();
        for work in works {
            if work.remaining <= TimeDelta::zero()
                || !self.applied.is_there(work.client, self.line.arrival(work))
            {
                continue;
            }
            let Some(mut lot) = self.lot(work) else { continue };
            // What comes after waits at least for as long as what comes before takes.
            let waits = work.after.iter().filter_map(|link| {
                let first = works.iter().find(|other| other.id == link.work)?;
                let ready = release.get(link.work.as_str())?;
                Some(ready + in_hours(first.remaining) / 6.0 * 1.4 + in_hours(link.gap) / 24.0)
            });
            lot.release.0 = waits.fold(lot.release.0, f64::max);
            release.insert(&work.id, lot.release.0);
            if work.id == work.uid {
                let name = if work.summary.is_empty() { work.id.clone() } else { work.summary.clone() };
                let dated = work.due_from != DueFrom::Horizon || work.deadline.is_some();
                self.push(lot, Source::Task { id: work.id.clone(), name, dated });
                continue;
            }
            // Instances that arrive and fall due in the same buckets are one lot.
            let bucket = |day: f64| self.problem.buckets.partition_point(|bucket| bucket.to.0 < day);
            let (first, last) = (bucket(lot.release.0), bucket(lot.due.0));
            let key = (lot.client, lot.kind, first, last, lot.weight.to_bits(), lot.workers.clone());
            match together.get(&key).filter(|_| lot.deadline.is_none()) {
                Some(n) => {
                    let one: &mut Lot = &mut self.problem.lots[*n];
                    one.release.0 = one.release.0.min(lot.release.0);
                    one.due.0 = one.due.0.max(lot.due.0);
                    one.hours.0 += lot.hours.0;
                    one.pieces += lot.pieces;
                }
                None => {
                    together.insert(key, self.problem.lots.len());
                    self.push(lot, Source::Series);
                }
            }
        }
    }

    fn lot(&mut self, work: &Work) -> Option<Lot> {
        let desk = &self.applied.desk;
        let client = work.client.unwrap_or(desk.settings.clients.len() + work.owner.unwrap_or(0));
        let (more, length) = self.applied.times(work, self.line);
        let hours = in_hours(work.remaining) * more * length;
        let release = self.line.day(work.release.max(self.line.now));
        let due = match work.due_from {
            DueFrom::Horizon => release + 28.0,
            _ => self.line.day(work.due),
        };
        (hours > 1e-6).then(|| Lot {
            client: client as u32,
            kind: self.kind(&work.category),
            hours: Hours(hours),
            pieces: more.max(1e-3),
            release: Day(release),
            due: Day(due),
            deadline: work.deadline.map(|deadline| Day(self.line.day(deadline))),
            weight: work.weight,
            workers: work.assistants.iter().map(|n| *n as u32).collect(),
            setup: setup(&desk.settings, hours / more.max(1e-3), work.max_chunk),
            reach: if work.live { work.client.map(|client| self.reach(client)) } else { None },
        })
    }

    pub(crate) fn push(&mut self, lot: Lot, source: Source) {
        self.problem.lots.push(lot);
        self.sources.push(source);
    }

    /// The number of a kind of work.
    pub(crate) fn kind(&mut self, category: &str) -> u32 {
        if let Some(kind) = self.kinds.get(category) {
            return *kind;
        }
        let kind = self.problem.kinds.len() as u32;
        self.problem.kinds.push(category.to_owned());
        self.kinds.insert(category.to_owned(), kind);
        kind
    }

    /// When everybody is free while a client can be reached.
    pub(crate) fn reach(&mut self, client: usize) -> u32 {
        if let Some(reach) = self.reaches.get(&client) {
            return *reach;
        }
        let desk = &self.applied.desk;
        let reachable = &desk.clients[client].reachable;
        let share = |free: &[Window], bucket: usize| {
            let free = intersect(free, &[self.line.window(bucket)]);
            let all = in_hours(total(&free));
            if all > 0.0 { (in_hours(total(&intersect(&free, reachable))) / all).min(1.0) } else { 0.0 }
        };
        let row = |time: &crate::AssistantTime| (0..self.line.len()).map(|n| share(&time.free, n)).collect();
        let rows = desk.assistants.iter().map(row).collect();
        let reach = self.problem.reaches.len() as u32;
        self.problem.reaches.push(rows);
        self.reaches.insert(client, reach);
        reach
    }
}

pub(crate) fn in_hours(length: TimeDelta) -> f64 {
    length.num_seconds() as f64 / 3600.0
}
