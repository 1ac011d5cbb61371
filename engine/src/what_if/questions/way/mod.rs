//! The smallest way out of a wish that does harm, in words.

mod hands;
mod later;
mod less;

use super::spare;
use crate::what_if::{Case, Change, Outlook, Scenario, Source, WhatIfError};
use plokk_solver::capacity::{Allocation, Effect, Hours, Lever, WayOut, WayOutSearch, harm};
use serde::Serialize;

/// The smallest ways out of a scenario that does harm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaysOut {
    /// The harm, in hours, that the scenario does beside today's.
    pub harm: f64,
    /// As few changes as can be, every one of them needed, and of as many those with the fewest hours; `None`: all that
    /// were thought of do not suffice.
    pub fewest: Option<Vec<Step>>,
    /// Whether no fewer changes of those thought of do it.
    pub fewest_proven: bool,
    /// No fewer changes than this do it; `None` where all do not.
    pub fewest_at_least: Option<usize>,
    /// As few hours moved or worked more as can be, every change needed.
    pub least_hours: Option<Vec<Step>>,
    /// Whether no changes of those thought of with fewer hours do it.
    pub least_hours_proven: bool,
    /// No changes with fewer hours than this do it; `None` where all do not.
    pub hours_at_least: Option<f64>,
    /// How many changes were thought of.
    pub thought_of: usize,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What to do, in words.
    pub words: String,
    /// The hours that it takes, or moves.
    pub hours: f64,
}

/// A change that could be made.
struct Idea {
    step: Step,
    effects: Vec<Effect>,
}

/// All that is thought of, and what it is thought of from.
struct Ideas<'a> {
    outlook: &'a Outlook,
    case: &'a Case,
    best: &'a Allocation,
    list: Vec<Idea>,
}

impl Outlook {
    /// The smallest sets of changes with which a scenario does no more harm than today's desk; `None` when it does not
    /// anyway.
    ///
    /// # Errors
    ///
    /// When the linear program cannot be solved.
    pub fn ways_out(
        &self,
        scenario: &Scenario,
        case: &Case,
        best: &Allocation,
    ) -> Result<Option<WaysOut>, WhatIfError> {
        let before = harm(&self.case(&Scenario::today())?.problem)?.0;
        let allowed = before + spare(before);
        let now = harm(&case.problem)?.0;
        if now <= allowed {
            return Ok(None);
        }
        let ideas = Ideas::of(self, scenario, case, best).list;
        let levers: Vec<Lever> =
            ideas.iter().map(|idea| Lever { cost: 1.0, effects: idea.effects.clone() }).collect();
        let mut search = WayOutSearch::new(&case.problem, &levers, Hours(allowed))?;
        let hours: Vec<f64> = ideas.iter().map(|idea| idea.step.hours.max(0.01)).collect();
        let fewest = search.cheapest(&one_each(&hours))?;
        let cheapest = search.cheapest(&hours)?;
        let steps = |way: &WayOut| {
            way.levers.as_ref().map(|levers| levers.iter().map(|n| ideas[*n].step.clone()).collect())
        };
        let changes = fewest.at_least.is_finite().then(|| whole_changes(fewest.at_least));
        Ok(Some(WaysOut {
            harm: now - before,
            fewest: steps(&fewest),
            fewest_proven: fewest.levers.as_ref().is_none_or(|set| changes.is_some_and(|n| n >= set.len())),
            fewest_at_least: changes,
            least_hours: steps(&cheapest),
            least_hours_proven: cheapest.proven,
            hours_at_least: cheapest.at_least.is_finite().then_some(cheapest.at_least),
            thought_of: ideas.len(),
        }))
    }
}

/// Costs by which fewer changes are cheaper, and of as many those with fewer hours: all hours together cost half a change.
fn one_each(hours: &[f64]) -> Vec<f64> {
    let all: f64 = hours.iter().sum();
    hours.iter().map(|hours| 1.0 + 0.5 * hours / all).collect()
}

/// How many changes there are at the least in a set that costs this much by [`one_each`].
fn whole_changes(cost: f64) -> usize {
    (cost + 1e-6).floor() as usize
}

impl<'a> Ideas<'a> {
    /// All that is thought of, in a fixed order.
    fn of(outlook: &'a Outlook, scenario: &Scenario, case: &'a Case, best: &'a Allocation) -> Ideas<'a> {
        let mut ideas = Ideas { outlook, case, best, list: Vec::new() };
        ideas.work_more();
        let new = scenario.changes.iter().filter_map(|change| match change {
            Change::AddClient(new) => Some(new.id.as_str()),
            _ => None,
        });
        let new: Vec<&str> = new.collect();
        for id in &new {
            ideas.begin_later(id);
            ideas.take_less(id);
        }
        ideas.postpone();
        ideas.leave_out();
        ideas.wait();
        ideas.ask_less(&new);
        ideas.lower_retainers();
        ideas.let_off();
        ideas.end_with_a_client(&new);
        ideas.hand_over();
        ideas
    }

    fn add(&mut self, words: String, hours: f64, effects: Vec<Effect>) {
        self.list.push(Idea { step: Step { words, hours }, effects });
    }

    /// How many clients there are: after them come the assistants' own tasks.
    fn clients(&self) -> usize {
        self.case.names.len() - self.case.problem.crew.len()
    }

    /// The lots of a client, by its id.
    fn lots_of(&self, client: &str) -> Vec<usize> {
        let problem = &self.case.problem;
        let is_it = |lot: &usize| problem.clients[problem.lots[*lot].client as usize] == client;
        (0..problem.lots.len()).filter(is_it).collect()
    }

    /// The name of the task that a lot is, `None` for what recurs or is expected.
    fn task(&self, lot: usize) -> Option<&'a str> {
        match &self.case.sources[lot] {
            Source::Task { name, .. } => Some(name),
            Source::Series | Source::Expected(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_changes_always_cost_less_and_of_as_many_those_with_fewer_hours() {
        let costs = one_each(&[0.01, 4.0, 265.0, 1000.0]);
        assert!(costs[3] < costs[0] + costs[1], "one change of many hours goes before two of few");
        assert!(costs[0] < costs[1] && costs[1] < costs[2]);
        assert_eq!(whole_changes(costs.iter().sum()), 4);
        assert_eq!(whole_changes(costs[0]), 1);
    }
}
