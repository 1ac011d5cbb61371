//! Whether a helper pays, and what to hand over first.

use super::sell::main_currency;
use crate::what_if::figures::sum;
use crate::what_if::{Case, Outlook, WhatIfError};
use plokk_solver::capacity::{Allocation, CapacityProblem, Crew, Hours, allocate};
use rayon::prelude::*;
use serde::Serialize;

/// What a helper would bring, by how many hours a week.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hire {
    /// The categories the helper does; empty: all.
    pub skills: Vec<String>,
    /// By hours a week.
    pub steps: Vec<HireStep>,
    /// What to hand over first: category and points that an hour of it saves, on average over the time, the most first.
    pub first: Vec<(String, f64)>,
    /// The currency of the steps' money.
    pub currency: Option<String>,
}

/// A helper of so many hours a week.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HireStep {
    /// Hours a week.
    pub hours_a_week: f64,
    /// Hours altogether that there is something for the helper to do in.
    pub used: f64,
    /// Points saved by each of these.
    pub saved: f64,
    /// Hours of late or undone work less.
    pub rescued: f64,
    /// What each of these hours earns that would else not be earned: up to that rate the helper pays.
    pub break_even: f64,
}

const STEPS: [f64; 4] = [5.0, 10.0, 20.0, 40.0];

impl Outlook {
    /// What a helper with these skills (none: all) would bring.
    ///
    /// # Errors
    ///
    /// When the linear program cannot be solved.
    pub fn hire(&self, case: &Case, best: &Allocation, skills: &[String]) -> Result<Hire, WhatIfError> {
        let does = |category: &str| {
            skills.is_empty() || skills.iter().any(|skill| skill.to_lowercase() == category.to_lowercase())
        };
        let currency = main_currency(case);
        let step = |hours: &f64| -> Result<HireStep, WhatIfError> {
            let with = self.with_helper(case, *hours, does);
            let helped = allocate(&with)?;
            let helper = case.problem.crew.len();
            let used = sum(&helped.load(&with)[helper]);
            let late = |allocation: &Allocation| -> f64 {
                allocation.placed.iter().filter(|placed| placed.late > 0.0).map(|placed| placed.hours.0).sum()
            };
            let bad = |allocation: &Allocation| late(allocation) + sum(&allocation.undone);
            let earned = |allocation: &Allocation| earned(case, allocation, currency.as_deref());
            let per = |value: f64| if used > 0.1 { value / used } else { 0.0 };
            Ok(HireStep {
                hours_a_week: *hours,
                used,
                saved: per((best.cost.0 - helped.cost.0).max(0.0)),
                rescued: (bad(best) - bad(&helped)).max(0.0),
                break_even: per((earned(&helped) - earned(best)).max(0.0)),
            })
        };
        let steps: Result<Vec<HireStep>, WhatIfError> = STEPS.par_iter().map(step).collect();
        let mut first: Vec<(String, f64)> = self
            .skills(case, best)
            .into_iter()
            .filter(|skill| does(&skill.category))
            .map(|skill| (skill.category, skill.worth.iter().sum::<f64>() / skill.worth.len().max(1) as f64))
            .collect();
        first.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Ok(Hire { skills: skills.to_vec(), steps: steps?, first, currency })
    }

    /// The problem with one more worker, whose hours lie where the others' do.
    fn with_helper(&self, case: &Case, hours: f64, does: impl Fn(&str) -> bool) -> CapacityProblem {
        let mut problem = case.problem.clone();
        let line = &self.timeline;
        let mut week = vec![0.0; line.weeks.len()];
        for bucket in 0..line.len() {
            week[line.week_of[bucket]] += problem.capacity(bucket).0;
        }
        let share = |bucket: usize| {
            let all: f64 = week[line.week_of[bucket]];
            let days = (line.edges[bucket + 1] - line.edges[bucket]).num_days() as f64;
            if all > 0.0 { problem.capacity(bucket).0 / all } else { days / 7.0 }
        };
        // A week that is cut short has a part of the hours.
        let whole = |n: usize| {
            let days =
                line.weeks[n].iter_days().take(5).filter(|day| *day >= line.edges[0] && *day < line.end());
            days.count() as f64 / 5.0
        };
        let given = |bucket: usize| Hours(hours * share(bucket) * whole(line.week_of[bucket]));
        let crew = Crew { id: "helper".to_owned(), rate: 0.0, hours: (0..line.len()).map(given).collect() };
        let helper = problem.crew.len() as u32;
        problem.crew.push(crew);
        problem.reaches.iter_mut().for_each(|reach| reach.push(vec![1.0; line.len()]));
        for lot in &mut problem.lots {
            // An assistant's own tasks are hers.
            let own = case.fees.len() - (helper as usize);
            if (lot.client as usize) < own && does(&case.problem.kinds[lot.kind as usize]) {
                lot.workers.push(helper);
            }
        }
        problem
    }
}

/// What is earned in one currency.
fn earned(case: &Case, allocation: &Allocation, currency: Option<&str>) -> f64 {
    let fee = |lot: u32| {
        let client = case.problem.lots[lot as usize].client as usize;
        case.fees[client]
            .as_ref()
            .filter(|fee| Some(fee.currency.as_str()) == currency)
            .map_or(0.0, |fee| fee.amount)
    };
    allocation.placed.iter().map(|placed| placed.hours.0 * fee(placed.lot)).sum()
}
