//! From which week on a new client fits.

use super::spare;
use crate::what_if::{Change, Outlook, Scenario, WhatIfError};
use chrono::NaiveDate;
use plokk_solver::capacity::harm;
use serde::Serialize;

/// When a new client would first fit without harm to anybody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FirstFit {
    /// The client.
    pub client: String,
    /// From that Monday (or day) on; `None`: not within what is looked at.
    pub from: Option<NaiveDate>,
    /// Whether that is when it was to begin anyway.
    pub at_once: bool,
    /// The harm, in hours, if it began when it was to.
    pub harm: f64,
}

/// A client who begins later than this before the end has not been tried: four weeks.
const TRIED: usize = 4;

impl Outlook {
    /// The first week from which the scenario's new client fits: its hours are done on time, and no other work is later, or
    /// left out, and no retainer shorter, than without it. `None` where the scenario adds no client, or several.
    ///
    /// Beginning later is less work, so the weeks are searched by halves.
    ///
    /// # Errors
    ///
    /// When the linear program cannot be solved.
    pub fn first_fit(&self, scenario: &Scenario) -> Result<Option<FirstFit>, WhatIfError> {
        let Some(new) = scenario.added_client() else { return Ok(None) };
        let mut without = scenario.clone();
        without.changes.retain(|change| !matches!(change, Change::AddClient(_)));
        let before = harm(&self.case(&without)?.problem)?.0;
        let allowed = before + spare(before);
        let with = |from: Option<NaiveDate>| -> Result<f64, WhatIfError> {
            let mut later = scenario.clone();
            for change in &mut later.changes {
                if let Change::AddClient(client) = change {
                    client.dates.from = from;
                }
            }
            Ok(harm(&self.case(&later)?.problem)?.0)
        };
        let asked = with(new.dates.from)?;
        let fit = |from, at_once| FirstFit {
            client: new.id.clone(),
            from,
            at_once,
            harm: (asked - before).max(0.0),
        };
        let begin = new.dates.from.unwrap_or(self.timeline.edges[0]);
        if asked <= allowed {
            return Ok(Some(fit(Some(begin), true)));
        }
        let weeks = &self.timeline.weeks;
        let (mut low, high) =
            (weeks.partition_point(|week| *week <= begin), weeks.len().saturating_sub(TRIED));
        if low >= high || with(Some(weeks[high - 1]))? > allowed {
            return Ok(Some(fit(None, false)));
        }
        let mut fits = high - 1;
        while low < fits {
            let middle = (low + fits) / 2;
            if with(Some(weeks[middle]))? <= allowed {
                fits = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(Some(fit(Some(weeks[fits]), false)))
    }
}
