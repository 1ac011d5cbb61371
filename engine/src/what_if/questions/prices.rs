//! What one more hour would be worth.

use crate::what_if::{Case, Outlook, WhatIfError};
use chrono::NaiveDate;
use plokk_solver::capacity::{Allocation, price_range};
use rayon::prelude::*;
use serde::Serialize;

/// One more hour of somebody in a week.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PricedHour {
    /// The week's Monday.
    pub week: NaiveDate,
    /// Who.
    pub assistant: String,
    /// On which day, where days are looked at one by one.
    pub day: Option<NaiveDate>,
    /// Points that each hour saves.
    pub worth: f64,
    /// So many hours save as much each.
    pub holds: f64,
}

/// What an hour of somebody who did only this would be worth, week by week.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PricedSkill {
    /// The kind of work.
    pub category: String,
    /// Points, for each week: on its best day.
    pub worth: Vec<f64>,
}

impl Outlook {
    /// The dearest hours: of each week the best one, and of these the `most` dearest, with how far the price holds.
    ///
    /// # Errors
    ///
    /// When the linear program cannot be solved.
    pub fn prices(
        &self,
        case: &Case,
        best: &Allocation,
        most: usize,
    ) -> Result<Vec<PricedHour>, WhatIfError> {
        let mut dearest: Vec<Option<(f64, usize, usize)>> = vec![None; self.timeline.weeks.len()];
        for (worker, prices) in best.prices.hour.iter().enumerate() {
            for (bucket, price) in prices.iter().enumerate() {
                let there = case.problem.crew[worker].hours[bucket].0 > 0.0;
                let week = &mut dearest[self.timeline.week_of[bucket]];
                if there && *price > 0.01 && week.is_none_or(|(most, ..)| *price > most) {
                    *week = Some((*price, worker, bucket));
                }
            }
        }
        let mut dearest: Vec<(f64, usize, usize)> = dearest.into_iter().flatten().collect();
        dearest.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
        dearest.truncate(most);
        let priced = |(_, worker, bucket): &(f64, usize, usize)| -> Result<PricedHour, WhatIfError> {
            let range = price_range(&case.problem, *worker, *bucket)?;
            let (first, next) = (self.timeline.edges[*bucket], self.timeline.edges[bucket + 1]);
            Ok(PricedHour {
                week: self.timeline.weeks[self.timeline.week_of[*bucket]],
                assistant: case.problem.crew[*worker].id.clone(),
                day: ((next - first).num_days() == 1).then_some(first),
                worth: range.worth,
                holds: range.holds.0,
            })
        };
        dearest.par_iter().map(priced).collect()
    }

    /// What an hour of each skill would be worth, the dearest first.
    #[must_use]
    pub fn skills(&self, case: &Case, best: &Allocation) -> Vec<PricedSkill> {
        let skill = |(kind, category): (usize, &String)| {
            let worth = best.prices.worth(&case.problem, |lot| case.problem.lots[lot].kind as usize == kind);
            let mut weeks = vec![0.0_f64; self.timeline.weeks.len()];
            for (bucket, worth) in worth.iter().enumerate() {
                let week = &mut weeks[self.timeline.week_of[bucket]];
                *week = week.max(*worth);
            }
            PricedSkill { category: category.clone(), worth: weeks }
        };
        let mut skills: Vec<PricedSkill> = case.problem.kinds.iter().enumerate().map(skill).collect();
        let sum = |skill: &PricedSkill| skill.worth.iter().sum::<f64>();
        skills.sort_by(|a, b| sum(b).total_cmp(&sum(a)).then(a.category.cmp(&b.category)));
        skills
    }
}
