//! The smallest way out of a wish that does harm, in words.

use super::spare;
use crate::what_if::figures::sum;
use crate::what_if::promises::Term;
use crate::what_if::{Case, Change, Outlook, Scenario, Source, WhatIfError};
use plokk_solver::capacity::{Allocation, Day, Effect, Hours, Lever, WayOut, WayOutSearch, harm};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The smallest ways out of a scenario that does harm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaysOut {
    /// The harm, in hours, that the scenario does beside today's.
    pub harm: f64,
    /// As few changes as can be, every one of them needed; `None`: all that were thought of do not suffice.
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

/// So many weeks, tasks and kinds are thought of: the dearest.
const WEEKS: usize = 8;
const TASKS: usize = 8;
const KINDS: usize = 2;

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
        let ideas = self.ideas(scenario, case, best);
        let levers: Vec<Lever> =
            ideas.iter().map(|idea| Lever { cost: 1.0, effects: idea.effects.clone() }).collect();
        if let Ok(p) = std::env::var("DUMP") { std::fs::write(p, serde_json::to_string(&(&case.problem, &levers, allowed, ideas.iter().map(|i| i.step.hours.max(0.01)).collect::<Vec<_>>(), ideas.iter().map(|i| i.step.words.clone()).collect::<Vec<_>>())).unwrap()).unwrap(); std::process::exit(0); }
        let mut search = WayOutSearch::new(&case.problem, &levers, Hours(allowed))?;
        let fewest = search.cheapest(&vec![1.0; ideas.len()])?;
        let hours: Vec<f64> = ideas.iter().map(|idea| idea.step.hours.max(0.01)).collect();
        let cheapest = search.cheapest(&hours)?;
        let steps = |way: &WayOut| {
            way.levers.as_ref().map(|levers| levers.iter().map(|n| ideas[*n].step.clone()).collect())
        };
        Ok(Some(WaysOut {
            harm: now - before,
            fewest: steps(&fewest),
            fewest_proven: fewest.proven,
            fewest_at_least: fewest.at_least.is_finite().then_some(fewest.at_least.ceil() as usize),
            least_hours: steps(&cheapest),
            least_hours_proven: cheapest.proven,
            hours_at_least: cheapest.at_least.is_finite().then_some(cheapest.at_least),
            thought_of: ideas.len(),
        }))
    }

    /// All that is thought of, in a fixed order.
    fn ideas(&self, scenario: &Scenario, case: &Case, best: &Allocation) -> Vec<Idea> {
        let mut ideas = Vec::new();
        self.work_more(case, best, &mut ideas);
        for change in &scenario.changes {
            if let Change::AddClient(new) = change {
                self.begin_later(case, &new.id, &mut ideas);
                take_less(case, &new.id, &mut ideas);
            }
        }
        self.postpone(case, best, &mut ideas);
        self.wait(case, best, &mut ideas);
        lower_retainers(case, best, &mut ideas);
        self.let_off(case, best, &mut ideas);
        self.hand_over(case, best, &mut ideas);
        ideas
    }

    /// Longer weeks: in the dearest ones by four hours, and in all of them by two.
    fn work_more(&self, case: &Case, best: &Allocation, ideas: &mut Vec<Idea>) {
        let line = &self.timeline;
        for (worker, crew) in case.problem.crew.iter().enumerate() {
            let buckets = |week: usize| {
                let all = (0..line.len()).filter(move |bucket| line.week_of[*bucket] == week);
                all.filter(|bucket| crew.hours[*bucket].0 > 0.0).collect::<Vec<_>>()
            };
            let more = |week: usize, hours: f64| {
                let buckets = buckets(week);
                let each = Hours(hours / buckets.len().max(1) as f64);
                let effect =
                    |bucket| Effect::Hours { worker: worker as u32, bucket: bucket as u32, hours: each };
                buckets.into_iter().map(effect).collect::<Vec<_>>()
            };
            let price =
                |week: usize| buckets(week).iter().map(|b| best.prices.hour[worker][*b]).fold(0.0, f64::max);
            let mut weeks: Vec<usize> = (0..line.weeks.len()).filter(|week| price(*week) > 0.01).collect();
            weeks.sort_by(|a, b| price(*b).total_cmp(&price(*a)).then(a.cmp(b)));
            weeks.truncate(WEEKS);
            weeks.sort_unstable();
            for week in weeks {
                let words = format!("{} works 4 hours more in the week of {}", crew.id, line.weeks[week]);
                ideas.push(Idea { step: Step { words, hours: 4.0 }, effects: more(week, 4.0) });
            }
            for hours in [2.0, 5.0] {
                let all: Vec<Effect> = (0..line.weeks.len()).flat_map(|week| more(week, hours)).collect();
                let words = format!("{} works {hours} hours a week more, all the time", crew.id);
                let hours = hours * line.weeks.len() as f64;
                ideas.push(Idea { step: Step { words, hours }, effects: all });
            }
        }
    }

    /// The new client begins later.
    fn begin_later(&self, case: &Case, id: &str, ideas: &mut Vec<Idea>) {
        let mine = lots_of(case, id);
        let Some(first) = mine.iter().map(|lot| case.problem.lots[*lot].release.0).min_by(f64::total_cmp)
        else {
            return;
        };
        for weeks in [1_u32, 2, 4, 8, 13, 26] {
            let until = first + 7.0 * f64::from(weeks) - 1.0;
            let (lots, hours) = excused(case, &mine, |lot| if lot.release.0 < until { 1.0 } else { 0.0 });
            if lots.len() < mine.len() {
                let begin = self.timeline.date_of(first + 7.0 * f64::from(weeks));
                let words = format!(
                    "{id} begins {weeks} {} later, about {begin}",
                    if weeks == 1 { "week" } else { "weeks" }
                );
                ideas.push(Idea { step: Step { words, hours }, effects: lots });
            }
        }
    }

    /// The dearest late tasks are due a week later.
    fn postpone(&self, case: &Case, best: &Allocation, ideas: &mut Vec<Idea>) {
        let saved = best.prices.due_day(&case.problem, best);
        let mut late: Vec<usize> = (0..saved.len()).filter(|lot| saved[*lot] > 0.0).collect();
        late.sort_by(|a, b| saved[*b].total_cmp(&saved[*a]).then(a.cmp(b)));
        let tasks = late.into_iter().filter_map(|lot| match &case.sources[lot] {
            Source::Task { name, .. } => Some((lot, name)),
            _ => None,
        });
        for (lot, name) in tasks.take(TASKS) {
            for (weeks, later) in [(1.0, "a week later"), (3.0, "three weeks later")] {
                let due = Day(case.problem.lots[lot].due.0 + 7.0 * weeks);
                let words = format!("{name:?} is due {later}, {}", self.timeline.date_of(due.0 - 1e-6));
                let hours = case.problem.lots[lot].hours.0 * weeks;
                let effects = vec![Effect::Postpone { lot: lot as u32, due }];
                ideas.push(Idea { step: Step { words, hours }, effects });
            }
        }
    }

    /// Clients wait longer for their usual work where it is late.
    fn wait(&self, case: &Case, best: &Allocation, ideas: &mut Vec<Idea>) {
        let mut late: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for placed in best.placed.iter().filter(|placed| placed.late > 0.0) {
            if !matches!(case.sources[placed.lot as usize], Source::Task { .. }) {
                late.entry(case.problem.lots[placed.lot as usize].client).or_default().insert(placed.lot);
            }
        }
        for (client, lots) in late {
            let due = |lot: &u32| case.problem.lots[*lot as usize].due.0;
            let first = lots.iter().map(due).fold(f64::INFINITY, f64::min);
            let last = lots.iter().map(due).fold(0.0, f64::max);
            let name = &case.names[client as usize];
            let (from, until) = (self.timeline.date_of(first - 1e-6), self.timeline.date_of(last - 1e-6));
            let when = if from == until { format!("on {from}") } else { format!("from {from} to {until}") };
            let words =
                format!("{name} waits up to three weeks longer for its usual work that is due {when}");
            let hours = lots.iter().map(|lot| case.problem.lots[*lot as usize].hours.0).sum();
            let effect = |lot: &u32| Effect::Postpone { lot: *lot, due: Day(due(lot) + 21.0) };
            ideas.push(Idea { step: Step { words, hours }, effects: lots.iter().map(effect).collect() });
        }
    }

    /// Five hours a week of the dearest kinds of work go to somebody else.
    fn hand_over(&self, case: &Case, best: &Allocation, ideas: &mut Vec<Idea>) {
        let clients = case.fees.len() - case.problem.crew.len();
        for skill in self
            .skills(case, best)
            .into_iter()
            .take(KINDS)
            .filter(|skill| skill.worth.iter().any(|w| *w > 0.01))
        {
            let mut effects = Vec::new();
            for (week, _) in self.timeline.weeks.iter().enumerate() {
                let (first, last) =
                    (self.timeline.first_of_week(week), self.timeline.first_of_week(week + 1) - 1);
                let (from, to) = (case.problem.buckets[first].from.0, case.problem.buckets[last].to.0);
                let of_week = |lot: &usize| {
                    let lot = &case.problem.lots[*lot];
                    let kind = &case.problem.kinds[lot.kind as usize];
                    *kind == skill.category
                        && (lot.client as usize) < clients
                        && from <= lot.release.0
                        && lot.release.0 < to
                };
                let lots: Vec<u32> =
                    (0..case.problem.lots.len()).filter(of_week).map(|lot| lot as u32).collect();
                if !lots.is_empty() {
                    effects.push(Effect::Excuse { lots, hours: Hours(5.0) });
                }
            }
            let words = format!("somebody else does up to 5 hours a week of {}", skill.category);
            ideas.push(Idea { step: Step { words, hours: 5.0 * effects.len() as f64 }, effects });
        }
    }
}

impl Outlook {
    /// Retainers are let off for the periods in which they are short.
    fn let_off(&self, case: &Case, best: &Allocation, ideas: &mut Vec<Idea>) {
        for (client, name) in case.names.iter().enumerate() {
            let is_short =
                |n: &usize| case.problem.quotas[*n].client as usize == client && best.short[*n].0 > 0.05;
            let short: Vec<usize> = (0..case.problem.quotas.len()).filter(is_short).collect();
            if short.is_empty() {
                continue;
            }
            let periods: Vec<&Term> = case.terms.iter().filter(|term| term.min.is_some()).collect();
            let days: Vec<String> = short.iter().map(|n| periods[*n].first.to_string()).collect();
            let hours = short.iter().map(|n| best.short[*n].0).sum();
            let least =
                |n: &usize| Effect::Promise { quota: *n as u32, hours: case.problem.quotas[*n].hours };
            let words = format!("{name} does without its retainer in the periods from {}", days.join(", "));
            ideas.push(Idea { step: Step { words, hours }, effects: short.iter().map(least).collect() });
        }
    }
}

fn lots_of(case: &Case, client: &str) -> Vec<usize> {
    let is_it = |lot: &usize| case.problem.clients[case.problem.lots[*lot].client as usize] == client;
    (0..case.problem.lots.len()).filter(is_it).collect()
}

/// Parts of some lots that are not asked for, and how many hours that is.
fn excused(
    case: &Case,
    lots: &[usize],
    part: impl Fn(&plokk_solver::capacity::Lot) -> f64,
) -> (Vec<Effect>, f64) {
    let mut effects = Vec::new();
    let mut all = 0.0;
    for lot in lots {
        let hours = case.problem.lots[*lot].hours.0 * part(&case.problem.lots[*lot]);
        if hours > 0.0 {
            all += hours;
            effects.push(Effect::Excuse { lots: vec![*lot as u32], hours: Hours(hours) });
        }
    }
    // With less work, less is promised.
    for (n, quota) in case.problem.quotas.iter().enumerate() {
        let first = lots.first().map(|lot| case.problem.lots[*lot].client);
        if Some(quota.client) == first {
            let end =
                quota.buckets.last().map_or(0.0, |(bucket, _)| case.problem.buckets[*bucket as usize].to.0);
            let begin = quota
                .buckets
                .first()
                .map_or(0.0, |(bucket, _)| case.problem.buckets[*bucket as usize].from.0);
            let inside = lots
                .iter()
                .map(|lot| &case.problem.lots[*lot])
                .filter(|lot| begin <= lot.release.0 && lot.release.0 < end);
            let hours: f64 = inside.map(|lot| lot.hours.0 * part(lot)).sum();
            if hours > 0.0 {
                effects.push(Effect::Promise { quota: n as u32, hours: Hours(hours) });
            }
        }
    }
    (effects, all)
}

/// The new client has fewer hours.
fn take_less(case: &Case, id: &str, ideas: &mut Vec<Idea>) {
    let mine = lots_of(case, id);
    for percent in [10.0, 25.0, 50.0] {
        let (effects, hours) = excused(case, &mine, |_| percent / 100.0);
        let words = format!("{id} takes {percent}% fewer hours");
        ideas.push(Idea { step: Step { words, hours }, effects });
    }
}

/// Retainers that are not met are a quarter lower.
fn lower_retainers(case: &Case, best: &Allocation, ideas: &mut Vec<Idea>) {
    for (client, name) in case.names.iter().enumerate() {
        let quotas: Vec<usize> = (0..case.problem.quotas.len())
            .filter(|n| case.problem.quotas[*n].client as usize == client)
            .collect();
        let short: f64 = quotas.iter().map(|n| best.short[*n].0).sum();
        if short > 0.05 {
            let less = |n: usize| Hours(case.problem.quotas[n].hours.0 / 4.0);
            let hours = sum(&quotas.iter().map(|n| less(*n)).collect::<Vec<_>>());
            let effects =
                quotas.iter().map(|n| Effect::Promise { quota: *n as u32, hours: less(*n) }).collect();
            let words = format!("the retainer of {name} is a quarter lower");
            ideas.push(Idea { step: Step { words, hours }, effects });
        }
    }
}
