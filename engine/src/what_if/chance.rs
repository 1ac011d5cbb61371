//! How sure it is: many possible futures, each walked through once.
//!
//! In each future the arrivals, the sizes, how far estimates are off and who is sick are drawn anew; then the work is
//! done in the order of what waiting costs, by somebody who does not know what is to come
//! ([`plokk_solver::capacity::follow`]). What is counted are shares of futures, with Wilson's interval
//! (1927, doi:10.1080/01621459.1927.10502953).

use super::case::{Case, Source};
use super::dice::Dice;
use super::outlook::Outlook;
use super::promises::promises;
use chrono::NaiveDate;
use plokk_solver::capacity::{CapacityProblem, Hours, follow};
use rayon::prelude::*;
use serde::Serialize;

/// How many futures, and how sure is sure enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draws {
    /// At most so many futures. Usually 1000.
    pub runs: usize,
    /// Enough are drawn when every chance is known within so much (0 to 1), to either side. Usually 0.03.
    pub within: f64,
    /// Seeds the dice.
    pub seed: u64,
}

impl Default for Draws {
    fn default() -> Draws {
        Draws { runs: 1000, within: 0.03, seed: 1 }
    }
}

/// A share of the futures, and where the true chance lies with 95% confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Chance {
    /// The share, 0 to 1.
    pub share: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Chance {
    /// The chance after so many of so many futures, with Wilson's interval at 95%.
    ///
    /// ```
    /// use plokk_engine::what_if::Chance;
    /// let chance = Chance::of(81, 263);
    /// // A worked example of Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E
    /// assert_eq!(format!("{:.4} {:.4}", chance.low, chance.high), "0.2553 0.3662");
    /// ```
    #[must_use]
    pub fn of(count: usize, runs: usize) -> Chance {
        const Z: f64 = 1.959_963_984_540_054;
        let n = runs.max(1) as f64;
        let share = count as f64 / n;
        let scale = 1.0 + Z * Z / n;
        let middle = (share + Z * Z / (2.0 * n)) / scale;
        let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        Chance { share, low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
    }

    fn half(self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// A tenth, half and nine tenths of the futures are at or below these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Percentiles {
    /// A tenth.
    pub p10: f64,
    /// Half.
    pub p50: f64,
    /// Nine tenths.
    pub p90: f64,
}

impl Percentiles {
    fn of(mut values: Vec<f64>) -> Percentiles {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = share * values.len().saturating_sub(1) as f64;
            values.get(place.round() as usize).copied().unwrap_or_default()
        };
        Percentiles { p10: at(0.1), p50: at(0.5), p90: at(0.9) }
    }
}

/// The chance that a task is done in time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskChance {
    /// The task's id.
    pub task: String,
    /// What it is.
    pub name: String,
    /// For whom.
    pub client: String,
    /// The day it is due.
    pub due: NaiveDate,
    /// The chance that it is done by then.
    pub on_time: Chance,
}

/// The chance that a retainer is met.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RetainerChance {
    /// Whose.
    pub client: String,
    /// The first day of the period.
    pub from: NaiveDate,
    /// The chance that as much is done in it as was promised, as far as there is work.
    pub met: Chance,
}

/// How full a week is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WeekLoad {
    /// Its Monday.
    pub week: NaiveDate,
    /// Hours taken, of those there are (0 to 1).
    pub load: Percentiles,
    /// The chance that less than 2% of it is left.
    pub full: Chance,
}

/// What may happen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chances {
    /// How many futures were drawn.
    pub runs: usize,
    /// The widest interval of any chance, to either side.
    pub within: f64,
    /// The tasks of the list that have a due time.
    pub tasks: Vec<TaskChance>,
    /// The retainers, period by period.
    pub retainers: Vec<RetainerChance>,
    /// Week by week.
    pub weeks: Vec<WeekLoad>,
    /// The hours that are late when they are done.
    pub late_hours: Percentiles,
    /// The hours that are never done.
    pub undone_hours: Percentiles,
    /// What it costs, in points.
    pub cost: Percentiles,
}

/// What came of one future.
struct Future {
    on_time: Vec<bool>,
    met: Vec<bool>,
    load: Vec<f64>,
    late: f64,
    undone: f64,
    cost: f64,
}

/// So many futures are drawn before it is looked whether they are enough.
const BATCH: usize = 200;

impl Outlook {
    /// Draws futures of a scenario until its chances are known well enough. Every future's dice come from the seed and its
    /// number, so that scenarios are compared in the same futures and threads change nothing.
    #[must_use]
    pub fn chances(&self, case: &Case, draws: &Draws) -> Chances {
        let mut futures: Vec<Future> = Vec::new();
        loop {
            let more = (draws.runs - futures.len()).min(BATCH);
            let from = futures.len() as u64;
            let runs = from..from + more as u64;
            futures.extend(
                runs.into_par_iter().map(|run| self.future(case, draws.seed, run)).collect::<Vec<_>>(),
            );
            let within = widest(&futures);
            if futures.len() >= draws.runs || within <= draws.within {
                return self.counted(case, &futures, within);
            }
        }
    }

    fn future(&self, case: &Case, seed: u64, run: u64) -> Future {
        let dice = Dice::new(seed, run);
        let (problem, tasks) = self.drawn(case, &dice);
        let walk = follow(&problem);
        let on_time = tasks.iter().map(|lot| {
            let due = problem.lots[*lot].due.0;
            walk.ends[*lot].completion.is_some_and(|done| done.0 <= due + 1e-9)
        });
        let met = |(short, quota): (&Hours, &plokk_solver::capacity::Promise)| {
            short.0 <= (0.02 * quota.hours.0).max(0.25)
        };
        let weeks = self.timeline.weeks.len();
        let (mut taken, mut there) = (vec![0.0; weeks], vec![0.0; weeks]);
        for bucket in 0..problem.buckets.len() {
            let week = self.timeline.week_of[bucket];
            taken[week] += walk.load.iter().map(|load| load[bucket].0).sum::<f64>();
            there[week] += problem.capacity(bucket).0;
        }
        let ends = problem.lots.iter().zip(&walk.ends);
        Future {
            on_time: on_time.collect(),
            met: walk.short.iter().zip(&problem.quotas).map(met).collect(),
            load: taken
                .iter()
                .zip(there)
                .map(|(taken, there)| if there > 0.0 { taken / there } else { 0.0 })
                .collect(),
            late: ends
                .clone()
                .filter(|(lot, end)| end.completion.is_some_and(|done| done.0 > lot.due.0 + 1e-9))
                .map(|(_, end)| end.done.0)
                .sum(),
            undone: ends.map(|(lot, end)| lot.hours.0 - end.done.0).sum(),
            cost: walk.cost.0,
        }
    }

    /// One future as a problem, and where the dated tasks stand in it.
    fn drawn(&self, case: &Case, dice: &Dice) -> (CapacityProblem, Vec<usize>) {
        let estimates = &self.history.estimates;
        let doubt = estimates.spread / (estimates.tasks as f64 + super::history::TRUST_IN_ESTIMATES).sqrt();
        let bias = estimates.bias + doubt * dice.named("estimates").normal();
        let base = &case.problem;
        let mut lots = Vec::with_capacity(base.lots.len() * 2);
        let mut tasks = Vec::new();
        for (n, (lot, source)) in base.lots.iter().zip(&case.sources).enumerate() {
            let name = match source {
                Source::Task { id, dated, .. } => {
                    if *dated {
                        tasks.push(lots.len());
                    }
                    id.clone()
                }
                Source::Series => format!("series {n}"),
                Source::Expected(_) => continue,
            };
            // Of many pieces the errors level out.
            let spread = estimates.spread / lot.pieces.max(1.0).sqrt();
            let off = bias + spread * dice.named(&name).normal();
            let mut lot = lot.clone();
            lot.hours.0 *= off.exp();
            lots.push(lot);
        }
        for stream in &case.streams {
            lots.extend(stream.drawn(base, &self.timeline, dice, bias));
        }
        let (quotas, caps) = promises(&case.terms, &lots);
        let mut crew = base.crew.clone();
        for worker in &mut crew {
            self.sickness(&mut dice.named("sick").named(&worker.id), &mut worker.hours);
        }
        let problem = CapacityProblem {
            buckets: base.buckets.clone(),
            crew,
            clients: base.clients.clone(),
            kinds: base.kinds.clone(),
            lots,
            quotas,
            caps,
            reaches: base.reaches.clone(),
            weights: base.weights,
        };
        (problem, tasks)
    }

    /// Takes sick days from somebody's hours: spells of two and a half days on average.
    fn sickness(&self, dice: &mut Dice, hours: &mut [Hours]) {
        const SPELL: f64 = 2.5;
        let line = &self.timeline;
        let mut sick = 0;
        for (bucket, hours) in hours.iter_mut().enumerate() {
            let days = (line.edges[bucket + 1] - line.edges[bucket]).num_days();
            let mut lost = 0;
            for _ in 0..days {
                if sick == 0 && dice.even() < self.question.sick_days / 365.0 / SPELL {
                    sick = 1;
                    while dice.even() > 1.0 / SPELL {
                        sick += 1;
                    }
                }
                if sick > 0 {
                    sick -= 1;
                    lost += 1;
                }
            }
            hours.0 *= 1.0 - f64::from(lost) / days.max(1) as f64;
        }
    }

    fn counted(&self, case: &Case, futures: &[Future], within: f64) -> Chances {
        let runs = futures.len();
        let dated = case.sources.iter().zip(&case.problem.lots).filter_map(|(source, lot)| match source {
            Source::Task { id, name, dated: true } => Some((id, name, lot)),
            _ => None,
        });
        let tasks = dated.enumerate().map(|(n, (id, name, lot))| TaskChance {
            task: id.clone(),
            name: name.clone(),
            client: case.names[lot.client as usize].clone(),
            due: self.timeline.date_of(lot.due.0 - 1e-6),
            on_time: Chance::of(futures.iter().filter(|future| future.on_time[n]).count(), runs),
        });
        let terms = case.terms.iter().filter(|term| term.min.is_some());
        let retainers = terms.enumerate().map(|(n, term)| RetainerChance {
            client: case.names[term.client as usize].clone(),
            from: term.first,
            met: Chance::of(futures.iter().filter(|future| future.met[n]).count(), runs),
        });
        let weeks = self.timeline.weeks.iter().enumerate().map(|(n, week)| WeekLoad {
            week: *week,
            load: Percentiles::of(futures.iter().map(|future| future.load[n]).collect()),
            full: Chance::of(futures.iter().filter(|future| future.load[n] > 0.98).count(), runs),
        });
        let percentiles = |of: fn(&Future) -> f64| Percentiles::of(futures.iter().map(of).collect());
        Chances {
            runs,
            within,
            tasks: tasks.collect(),
            retainers: retainers.collect(),
            weeks: weeks.collect(),
            late_hours: percentiles(|future| future.late),
            undone_hours: percentiles(|future| future.undone),
            cost: percentiles(|future| future.cost),
        }
    }
}

/// The widest interval of any chance.
fn widest(futures: &[Future]) -> f64 {
    let runs = futures.len();
    let Some(first) = futures.first() else { return 0.0 };
    let count = |of: &dyn Fn(&Future) -> bool| {
        Chance::of(futures.iter().filter(|future| of(future)).count(), runs).half()
    };
    let tasks = (0..first.on_time.len()).map(|n| count(&|future| future.on_time[n]));
    let retainers = (0..first.met.len()).map(|n| count(&|future| future.met[n]));
    let weeks = (0..first.load.len()).map(|n| count(&|future| future.load[n] > 0.98));
    tasks.chain(retainers).chain(weeks).fold(0.0, f64::max)
}
