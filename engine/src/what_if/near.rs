//! The near weeks of a scenario in blocks: the horizon of `plokk.toml`, slot by slot, by the solver that plans the desk.
//!
//! The long view looks at days and weeks and divides work at will. Where it counts, in the next weeks, the same scenario is
//! posed as a planning problem: the people, hours, retainers and tasks that it has, with what is sold or to be expected
//! as tasks of their own. One direction: [`Case`](super::Case) of the near weeks -> work on the scenario's desk -> [`pose`]
//! -> [`solve`] -> [`Near`]. Nothing is published and no earlier plan is kept to.

use super::WhatIfError;
use super::apply::{Applied, apply};
use super::case::{Case, Source, in_hours};
use super::outlook::Outlook;
use super::scenario::{Change, Scenario};
use super::timeline::Timeline;
use crate::desk::{DueFrom, Work, date, midnight};
use crate::plan::Plan;
use crate::pose::{Axis, Posed, pose};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use plokk_solver::capacity::{Lot, Promise};
use plokk_solver::{Cap, Options, Quota, Silent, Slots, Violation, solve, verify};
use serde::Serialize;

/// The near weeks of a scenario, planned in blocks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Near {
    /// The last day that is planned.
    pub until: NaiveDate,
    /// `optimal`, `within N%` or `stopped`, as of a plan.
    pub status: String,
    /// What the plan costs, in points.
    pub cost: f64,
    /// No plan of these weeks costs less.
    pub bound: Option<f64>,
    /// How many blocks there are.
    pub blocks: usize,
    /// Hours in blocks.
    pub hours: f64,
    /// Hours short of retainers' minimums.
    pub short: f64,
    /// Tasks that are complete only after they are due.
    pub late: Vec<NearTask>,
    /// Tasks that are due by then and for which there is no room, or not for all of them.
    pub unscheduled: Vec<NearTask>,
    /// Hours that are left for later, and due only then.
    pub waiting: f64,
}

/// A task that the near weeks do not hold in time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NearTask {
    /// The client's name; the assistant's for her own tasks.
    pub client: String,
    /// The task's id; of work that is yet to come, one of its own.
    pub task: String,
    /// What it is.
    pub name: String,
    /// When it is due.
    pub due: NaiveDate,
    /// Hours of it that are late, or that have no room.
    pub hours: f64,
}

impl Outlook {
    /// Plans the near weeks of a scenario in blocks: the horizon of `plokk.toml`, four weeks at most, less what
    /// [`Question::months`](super::Question::months) leaves off. The same question has the same answer.
    ///
    /// # Errors
    ///
    /// As [`Outlook::case`]; and when the plan breaks a rule, which is a fault of this program.
    ///
    /// ```
    /// use plokk_engine::what_if::{Change, Dates, Outlook, Question, Scenario};
    /// use plokk_engine::{FeedText, Settings};
    /// use plokk_solver::Options;
    /// # let toml = "[planning]\nhorizon = '1 week'\n[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
    /// # let content = Ok(b"BEGIN:VCALENDAR\nEND:VCALENDAR\n".into());
    /// # let feed = FeedText { feed: "mari.ics".into(), source: "mari.ics".into(), content, warnings: Vec::new() };
    /// # let settings = Settings::read(toml, "plokk.toml").expect("nothing is wrong with it");
    /// # let now = "2026-10-19T05:00:00Z".parse()?;
    /// let add = Change::add_client("sydney:10h/week", &settings, Dates::default())?;
    /// let outlook = Outlook::new(Question { settings, feeds: vec![feed], tracked: None, now, months: 3, sick_days: 6.0 })?;
    /// let wish = Scenario { name: "sydney".into(), changes: vec![add] };
    /// let near = outlook.near(&wish, &Options { effort: 0.05, ..Options::default() })?;
    /// assert_eq!((near.hours, near.late.len(), near.unscheduled.len()), (10.0, 0, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn near(&self, scenario: &Scenario, options: &Options) -> Result<Near, WhatIfError> {
        let long = &self.timeline;
        let days = self.question.settings.planning.horizon.num_days().min(long.days());
        let near = Outlook { timeline: Timeline::near(long.zone, long.now, days), ..self.clone() };
        let scenario = near.without_far(scenario)?;
        let case = near.case(&scenario)?;
        let mut applied = apply(&near.question, &near.timeline, &scenario)?;
        applied.take_on(&near.timeline, &case);
        let posed = posed(&applied, &near.timeline, &case);
        let outcome = solve(&posed.problem, options, &Silent).map_err(NearFault::Solve)?;
        let verdict = verify(&posed.problem, &outcome.solution);
        if let Some(first) = verdict.violations.into_iter().next() {
            return Err(NearFault::Broken(first).into());
        }
        let plan = Plan::from_solution(&applied.desk, &posed, &outcome.solution, outcome.stopped);
        let open = plan
            .unscheduled
            .iter()
            .filter_map(|open| task(&applied, &open.task, Some(TimeDelta::minutes(open.minutes))));
        let (unscheduled, waiting): (Vec<_>, Vec<_>) = open.partition(|task| task.due < near.timeline.end());
        let short: Slots = posed.problem.quotas.iter().map(|quota| missing(quota, &posed, &plan)).sum();
        Ok(Near {
            until: near.timeline.end() - Days::new(1),
            blocks: plan.chunks.len(),
            hours: in_hours(plan.chunks.iter().map(|chunk| chunk.end - chunk.start).sum()),
            short: in_hours(posed.axis.slot * short.0),
            late: plan.late.iter().filter_map(|late| task(&applied, &late.task, None)).collect(),
            unscheduled,
            waiting: waiting.iter().map(|task| task.hours).sum(),
            status: plan.status,
            cost: plan.cost,
            bound: plan.bound,
        })
    }

    /// A scenario without the due dates of instances that come only after these weeks.
    fn without_far(&self, scenario: &Scenario) -> Result<Scenario, WhatIfError> {
        let mut scenario = scenario.clone();
        loop {
            match apply(&self.question, &self.timeline, &scenario) {
                Err(WhatIfError::NoTask { task: missing, .. }) => scenario
                    .changes
                    .retain(|change| !matches!(change, Change::Due { task, .. } if *task == missing)),
                other => return other.map(|_| scenario),
            }
        }
    }
}

/// A fault of this program in planning the near weeks.
#[derive(Debug, thiserror::Error)]
pub enum NearFault {
    /// The solver refused the problem.
    #[error("the planning problem of the near weeks is not sound: {0}")]
    Solve(#[from] plokk_solver::SolveError),
    /// The solution breaks a rule.
    #[error("the plan of the near weeks breaks a rule: {0}")]
    Broken(Violation),
}

impl Applied {
    /// Changes the desk's work as the scenario has it: as much of it, and as long, and beside it what is sold and what is to be
    /// expected. The settings' retainers are dropped for the case's, which change from day to day.
    fn take_on(&mut self, line: &Timeline, case: &Case) {
        let mut works = std::mem::take(&mut self.desk.work);
        works.retain(|work| self.is_there(work.client, line.arrival(work)));
        for work in &mut works {
            let (more, length) = self.times(work, line);
            if (more * length - 1.0).abs() > 1e-9 {
                work.remaining = self.whole_slots(in_hours(work.remaining) * more * length);
                work.estimate = self.whole_slots(in_hours(work.estimate) * more * length);
            }
        }
        for (n, (lot, source)) in case.problem.lots.iter().zip(&case.sources).enumerate() {
            if let Source::Expected(stream) = source {
                let stream = &case.streams[*stream];
                let named = (format!("{}/{n}", stream.name), stream.category.as_str());
                works.extend(self.arrivals(line, lot, named));
            }
        }
        self.desk.work = works;
        self.desk.settings.clients.iter_mut().for_each(|client| client.retainer = None);
    }

    fn whole_slots(&self, hours: f64) -> TimeDelta {
        let slot = i64::from(self.desk.settings.planning.slot).max(1);
        TimeDelta::minutes((hours * 60.0 / slot as f64).round() as i64 * slot)
    }

    /// What arrives in a week as tasks, as many as are expected, of one size.
    fn arrivals(&self, line: &Timeline, lot: &Lot, (id, category): (String, &str)) -> Vec<Work> {
        let settings = &self.desk.settings;
        let pieces = lot.pieces.round().max(1.0);
        let size = self.whole_slots(lot.hours.0 / pieces);
        let table = settings.categories.iter().find(|table| table.name == category);
        let table = table.cloned().unwrap_or_default();
        let client = lot.client as usize;
        let is_client = client < settings.clients.len();
        let work = |n: usize| Work {
            id: format!("{id}.{n}"),
            uid: format!("{id}.{n}"),
            client: is_client.then_some(client),
            owner: (!is_client).then(|| client - settings.clients.len()),
            summary: format!("{category} to come"),
            category: category.to_owned(),
            estimate: size,
            percent: 0,
            remaining: size,
            release: line.instant(lot.release.0).max(self.desk.now),
            due: line.instant(lot.due.0),
            due_from: DueFrom::Response,
            deadline: lot.deadline.map(|day| line.instant(day.0)),
            min_chunk: table.min_chunk.min(size),
            max_chunk: table.max_chunk,
            weight: lot.weight,
            priority: 0,
            live: table.live,
            prefer: table.prefer.clone(),
            assistants: lot.workers.iter().map(|worker| *worker as usize).collect(),
            after: Vec::new(),
            source: String::new(),
            line: None,
        };
        let count = if size > TimeDelta::zero() { pieces as usize } else { 0 };
        (0..count).map(work).collect()
    }
}

impl Timeline {
    /// The day on which a piece of work arrives.
    pub(crate) fn arrival(&self, work: &Work) -> NaiveDate {
        date(self.zone, work.release.max(self.now))
    }

    fn instant(&self, day: f64) -> DateTime<Utc> {
        self.start + TimeDelta::seconds((day * 86_400.0).round() as i64)
    }
}

/// The planning problem, with the scenario's retainers and what sub-contractors work at most.
fn posed(applied: &Applied, line: &Timeline, case: &Case) -> Posed {
    let mut posed = pose(&applied.desk, None);
    let axis = posed.axis;
    let span = |promise: &Promise| {
        let of = |bucket: Option<&(u32, f64)>| bucket.map(|(bucket, _)| line.window(*bucket as usize));
        let (first, last) = (of(promise.buckets.first())?, of(promise.buckets.last())?);
        let client = case.problem.clients[promise.client as usize].clone();
        Some((client, axis.floor(first.from.max(line.now)), axis.ceil(last.to)))
    };
    for promise in &case.problem.quotas {
        let min = axis.down(hours(promise.hours.0));
        if let Some((client, from, to)) = span(promise).filter(|(_, from, to)| from < to && min > Slots(0)) {
            posed.problem.quotas.push(Quota { client, from, to, min });
        }
    }
    for promise in &case.problem.caps {
        let max = axis.down(hours(promise.hours.0));
        if let Some((client, from, to)) = span(promise).filter(|(_, from, to)| from < to) {
            posed.problem.caps.push(Cap { worker: None, client: Some(client), from, to, max });
        }
    }
    for (n, most) in applied.most.iter().enumerate() {
        let Some(most) = most else { continue };
        for monday in &line.weeks {
            let (from, to) = week(applied, axis, n, *monday);
            if from < to {
                let worker = Some(applied.desk.settings.assistants[n].id.clone());
                posed.problem.caps.push(Cap { worker, client: None, from, to, max: axis.down(*most) });
            }
        }
    }
    posed
}

/// A week of an assistant's, as far as it is planned.
fn week(
    applied: &Applied,
    axis: Axis,
    assistant: usize,
    monday: NaiveDate,
) -> (plokk_solver::Slot, plokk_solver::Slot) {
    let zone = applied.desk.settings.assistants[assistant].timezone;
    (axis.floor(midnight(zone, monday)), axis.ceil(midnight(zone, monday + Days::new(7))))
}

fn hours(hours: f64) -> TimeDelta {
    TimeDelta::seconds((hours * 3600.0).round() as i64)
}

/// How many slots a plan is short of a quota.
fn missing(quota: &Quota, posed: &Posed, plan: &Plan) -> Slots {
    let inside = plan.chunks.iter().filter(|chunk| {
        let start = posed.axis.floor(chunk.start.to_utc());
        chunk.client.as_ref() == Some(&quota.client) && quota.from <= start && start < quota.to
    });
    let done = posed.axis.up(inside.map(|chunk| chunk.end - chunk.start).sum());
    (quota.min - done).max(Slots(0))
}

/// A task that is late as a whole, or of which so much has no room.
fn task(applied: &Applied, id: &str, open: Option<TimeDelta>) -> Option<NearTask> {
    let settings = &applied.desk.settings;
    let work = applied.desk.work.iter().find(|work| work.id == id)?;
    let client = work.client.map(|n| settings.clients[n].name.clone());
    let owner = || work.owner.map(|n| settings.assistants[n].name.clone());
    let name = if work.summary.is_empty() { &work.id } else { &work.summary };
    Some(NearTask {
        client: client.or_else(owner).unwrap_or_default(),
        task: work.id.clone(),
        name: name.clone(),
        due: date(settings.assistants[0].timezone, work.due),
        hours: in_hours(open.unwrap_or(work.remaining)),
    })
}
