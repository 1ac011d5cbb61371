//! A scenario in figures: what is done for whom, week by week, and what it earns.

use super::WhatIfError;
use super::case::{Case, Source};
use super::outlook::Outlook;
use chrono::NaiveDate;
use plokk_solver::capacity::{Allocation, Hours, allocate};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a scenario comes to, as far as can be expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// How the scenario is called.
    pub scenario: String,
    /// The cost, in points.
    pub cost: f64,
    /// Hours done late.
    pub late_hours: f64,
    /// Hours never done.
    pub undone_hours: f64,
    /// Harm in hours: late hours (1 to 2 each), undone ones (2 each), hours short of retainers.
    pub harm: f64,
    /// Client by client, the assistants' own tasks last; those without any work are left out.
    pub clients: Vec<ClientFigures>,
    /// Week by week.
    pub weeks: Vec<WeekFigures>,
    /// What is earned, by currency.
    pub income: BTreeMap<String, f64>,
    /// What assistants cost who are paid by the hour, by currency.
    pub costs: BTreeMap<String, f64>,
    /// The tasks of the list that are late or never done.
    pub late: Vec<LateTask>,
}

/// What a scenario does for one client.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientFigures {
    /// The client's name.
    pub client: String,
    /// Hours of work there are.
    pub hours: f64,
    /// Hours done.
    pub done: f64,
    /// Of those, late.
    pub late: f64,
    /// Hours never done.
    pub undone: f64,
    /// In how many periods a minimum was sold.
    pub periods: usize,
    /// In how many of them it is done.
    pub met: usize,
    /// Hours short in the others.
    pub short: f64,
    /// What it earns.
    pub income: Option<f64>,
}

/// A week in figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WeekFigures {
    /// Its Monday.
    pub week: NaiveDate,
    /// Hours there are: free time less the reserve.
    pub capacity: f64,
    /// Hours taken, buffers included.
    pub load: f64,
    /// Hours still to be sold: of work, buffers taken off.
    pub sellable: f64,
    /// What one more hour of anybody would save, in points: the best of the week.
    pub hour_worth: f64,
}

/// A task that cannot be done in time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LateTask {
    /// Its id.
    pub task: String,
    /// What it is.
    pub name: String,
    /// For whom.
    pub client: String,
    /// The day it is due.
    pub due: NaiveDate,
    /// How many days late its last hour is; `None`: some of it is never done.
    pub days: Option<f64>,
    /// What being due one day later would save, in points.
    pub day_worth: f64,
}

impl Outlook {
    /// The cheapest allocation of a scenario, and what it comes to.
    ///
    /// # Errors
    ///
    /// When the linear program cannot be solved.
    pub fn figures(&self, case: &Case) -> Result<(Allocation, Figures), WhatIfError> {
        let best = allocate(&case.problem)?;
        let late: f64 =
            best.placed.iter().filter(|placed| placed.late > 0.0).map(|placed| placed.hours.0).sum();
        // An empty sum is -0.
        let late = late + 0.0;
        let figures = Figures {
            scenario: case.name.clone(),
            cost: best.cost.0,
            late_hours: late,
            undone_hours: sum(&best.undone),
            harm: best.harm(&case.problem).0 + 0.0,
            clients: clients(case, &best),
            weeks: self.weeks(case, &best),
            income: income(case, &best),
            costs: costs(case, &best),
            late: self.late(case, &best),
        };
        Ok((best, figures))
    }

    fn weeks(&self, case: &Case, best: &Allocation) -> Vec<WeekFigures> {
        let line = &self.timeline;
        let figures = |week: &NaiveDate| WeekFigures {
            week: *week,
            capacity: 0.0,
            load: 0.0,
            sellable: 0.0,
            hour_worth: 0.0,
        };
        let mut weeks: Vec<WeekFigures> = line.weeks.iter().map(figures).collect();
        let lots = &case.problem.lots;
        let work: f64 = lots.iter().map(|lot| lot.hours.0).sum();
        let setup =
            if work > 0.0 { lots.iter().map(|lot| lot.hours.0 * lot.setup).sum::<f64>() / work } else { 1.1 };
        for (worker, load) in best.load(&case.problem).iter().enumerate() {
            for (bucket, load) in load.iter().enumerate() {
                let week = &mut weeks[line.week_of[bucket]];
                let hours = case.problem.crew[worker].hours[bucket].0;
                week.capacity += hours;
                week.load += load.0;
                week.sellable += (hours - load.0).max(0.0) / setup;
                if hours > 0.0 {
                    week.hour_worth = week.hour_worth.max(best.prices.hour[worker][bucket]);
                }
            }
        }
        weeks
    }

    fn late(&self, case: &Case, best: &Allocation) -> Vec<LateTask> {
        let saved = best.prices.due_day(&case.problem, best);
        let mut latest: Vec<f64> = vec![0.0; case.problem.lots.len()];
        for placed in &best.placed {
            latest[placed.lot as usize] = latest[placed.lot as usize].max(placed.late);
        }
        let mut late = Vec::new();
        for (n, source) in case.sources.iter().enumerate() {
            let Source::Task { id, name, .. } = source else { continue };
            let undone = best.undone[n].0 > 0.05;
            if undone || latest[n] > 0.0 {
                let lot = &case.problem.lots[n];
                late.push(LateTask {
                    task: id.clone(),
                    name: name.clone(),
                    client: case.names[lot.client as usize].clone(),
                    due: self.timeline.date_of(lot.due.0 - 1e-6),
                    days: (!undone).then_some(latest[n]),
                    day_worth: saved[n],
                });
            }
        }
        late.sort_by(|a, b| b.day_worth.total_cmp(&a.day_worth).then(a.task.cmp(&b.task)));
        late
    }
}

pub(crate) fn sum(hours: &[Hours]) -> f64 {
    hours.iter().map(|hours| hours.0).sum::<f64>() + 0.0
}

fn clients(case: &Case, best: &Allocation) -> Vec<ClientFigures> {
    let problem = &case.problem;
    let nothing = |name: &String| ClientFigures {
        client: name.clone(),
        hours: 0.0,
        done: 0.0,
        late: 0.0,
        undone: 0.0,
        periods: 0,
        met: 0,
        short: 0.0,
        income: None,
    };
    let mut clients: Vec<ClientFigures> = case.names.iter().map(nothing).collect();
    for (lot, undone) in problem.lots.iter().zip(&best.undone) {
        let client = &mut clients[lot.client as usize];
        client.hours += lot.hours.0;
        client.undone += undone.0;
    }
    for placed in &best.placed {
        let client = &mut clients[problem.lots[placed.lot as usize].client as usize];
        client.done += placed.hours.0;
        client.late += if placed.late > 0.0 { placed.hours.0 } else { 0.0 };
    }
    for (quota, short) in problem.quotas.iter().zip(&best.short) {
        let client = &mut clients[quota.client as usize];
        client.periods += 1;
        client.met += usize::from(short.0 <= 0.05);
        client.short += short.0;
    }
    for (client, fee) in clients.iter_mut().zip(&case.fees) {
        client.income = fee.as_ref().map(|fee| fee.amount * client.done);
    }
    clients.retain(|client| client.hours > 0.0 || client.periods > 0);
    clients
}

fn income(case: &Case, best: &Allocation) -> BTreeMap<String, f64> {
    let mut income = BTreeMap::new();
    for placed in &best.placed {
        let client = case.problem.lots[placed.lot as usize].client as usize;
        if let Some(fee) = &case.fees[client] {
            *income.entry(fee.currency.clone()).or_default() += fee.amount * placed.hours.0;
        }
    }
    income
}

fn costs(case: &Case, best: &Allocation) -> BTreeMap<String, f64> {
    let mut costs = BTreeMap::new();
    for placed in &best.placed {
        if let Some(fee) = &case.costs[placed.worker as usize] {
            *costs.entry(fee.currency.clone()).or_default() += fee.amount * placed.hours.0;
        }
    }
    costs
}
