//! All that is asked of one scenario, and the answer.

use super::questions::{FirstFit, Hire, PricedHour, PricedSkill, Sellable, WaysOut};
use super::{Chances, Draws, Figures, Near, Outlook, Scenario, WhatIfError};
use plokk_solver::Options;
use serde::Serialize;

/// What is asked of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ask {
    /// The chances, from so many futures.
    pub chances: Option<Draws>,
    /// The near weeks in blocks, and how hard to search for them.
    pub near: Option<Options>,
    /// The dearest hours: so many.
    pub prices: usize,
    /// What more could be sold.
    pub sell: bool,
    /// From when on a new client fits.
    pub fit: bool,
    /// The smallest way out where the scenario does harm.
    pub way_out: bool,
    /// What a helper with these skills would bring; empty: all skills.
    pub hire: Option<Vec<String>>,
}

/// The answer for one scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// What can be expected.
    pub figures: Figures,
    /// How sure that is.
    pub chances: Option<Chances>,
    /// The near weeks in blocks.
    pub near: Option<Near>,
    /// The dearest hours.
    pub prices: Vec<PricedHour>,
    /// What an hour of each skill would be worth, week by week.
    pub skills: Vec<PricedSkill>,
    /// What more could be sold.
    pub sellable: Option<Sellable>,
    /// When the new client fits.
    pub first_fit: Option<FirstFit>,
    /// The smallest way out.
    pub ways_out: Option<WaysOut>,
    /// What a helper would bring.
    pub hire: Option<Hire>,
}

impl Outlook {
    /// Answers all that is asked of a scenario.
    ///
    /// # Errors
    ///
    /// When the scenario is about a task that is not there, or a linear program cannot be solved.
    pub fn answer(&self, scenario: &Scenario, ask: &Ask) -> Result<Answer, WhatIfError> {
        let case = self.case(scenario)?;
        let (best, figures) = self.figures(&case)?;
        Ok(Answer {
            figures,
            chances: ask.chances.as_ref().map(|draws| self.chances(&case, draws)),
            near: ask.near.map(|options| self.near(scenario, &options)).transpose()?,
            prices: if ask.prices > 0 { self.prices(&case, &best, ask.prices)? } else { Vec::new() },
            skills: self.skills(&case, &best),
            sellable: if ask.sell { Some(self.sellable(&case)?) } else { None },
            first_fit: if ask.fit { self.first_fit(scenario)? } else { None },
            ways_out: if ask.way_out { self.ways_out(scenario, &case, &best)? } else { None },
            hire: match &ask.hire {
                Some(skills) => Some(self.hire(&case, &best, skills)?),
                None => None,
            },
        })
    }
}
