//! Work that is not there yet: what arrives week by week, as expected and as drawn.

use super::apply::Applied;
use super::case::{Posing, in_hours, setup};
use super::dice::Dice;
use super::history::{History, LEAD_OF_SOLD};
use super::promises::Term;
use super::timeline::Timeline;
use crate::desk::{Urgency, date, weight};
use crate::settings::Category;
use plokk_solver::capacity::{CapacityProblem, Day, Hours, Lot};
use std::collections::BTreeMap;

/// Work of one kind that arrives for one client, week by week.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// An index into the problem's clients.
    pub client: u32,
    /// The client's id and the category: what its dice are named for.
    pub name: String,
    /// The kind of work.
    pub category: String,
    /// How many tasks are expected in each week: what the rate is, times the scenario's factors.
    pub per_week: Vec<f64>,
    /// The shape of the Gamma distribution of the rate; `None`: it is sold, so it comes.
    pub shape: Option<f64>,
    /// The median size in hours.
    pub median: f64,
    /// The standard deviation of the logarithm of sizes.
    pub spread: f64,
    /// The standard deviation of the logarithm of the median.
    pub doubt: f64,
    /// From how many tasks it is known.
    pub tasks: usize,
    /// A lot of it, of no size yet.
    template: Lot,
    /// Days from arrival to due.
    lead: f64,
}

/// What a stream's lots have in common.
fn template(posing: &mut Posing<'_>, client: usize, category: &str) -> Lot {
    let settings = &posing.applied.desk.settings;
    let lower = category.to_lowercase();
    let table = settings.categories.iter().find(|table| table.name.to_lowercase() == lower);
    let table = table.cloned().unwrap_or_default();
    let able = |skills: &Option<Vec<String>>| {
        category == Category::GENERAL
            || skills.as_ref().is_none_or(|skills| skills.iter().any(|skill| skill.to_lowercase() == lower))
    };
    let workers = (0..settings.assistants.len()).filter(|n| able(&settings.assistants[*n].skills));
    Lot {
        client: client as u32,
        hours: Hours(0.0),
        pieces: 1.0,
        release: Day(0.0),
        due: Day(0.0),
        deadline: None,
        weight: weight(&settings.weights, 5, Urgency::Due, settings.clients[client].weight),
        workers: workers.map(|n| n as u32).collect(),
        setup: setup(settings, in_hours(table.estimate), table.max_chunk),
        kind: posing.kind(category),
        reach: if table.live { Some(posing.reach(client)) } else { None },
    }
}

/// The streams that history and the scenario's new clients give.
pub(crate) fn streams(history: &History, applied: &Applied, posing: &mut Posing<'_>) -> Vec<Stream> {
    let settings = &applied.desk.settings;
    let mut streams = Vec::new();
    for habit in &history.habits {
        let id = settings.clients[habit.client].id.as_str();
        let per_week = weeks(posing.line, |day| {
            let there = applied.is_there(Some(habit.client), day);
            if there { habit.rate.0 / habit.rate.1 * applied.factor(id, &habit.category, day) } else { 0.0 }
        });
        let length = applied.length(id, &habit.category);
        streams.push(Stream {
            client: habit.client as u32,
            name: format!("{id}/{}", habit.category),
            category: habit.category.clone(),
            per_week,
            shape: Some(habit.rate.0),
            median: habit.median * length,
            spread: habit.spread,
            doubt: habit.doubt,
            tasks: habit.tasks,
            template: template(posing, habit.client, &habit.category),
            lead: habit.lead,
        });
    }
    streams
}

/// For each week, the mean over its days.
fn weeks(line: &Timeline, of: impl Fn(chrono::NaiveDate) -> f64) -> Vec<f64> {
    let week = |n: usize| {
        let days: Vec<_> = line.weeks[n]
            .iter_days()
            .take(7)
            .filter(|day| *day >= line.edges[0] && *day < line.end())
            .collect();
        days.iter().map(|day| of(*day)).sum::<f64>() / 7.0
    };
    (0..line.weeks.len()).map(week).collect()
}

/// What a retainer sells beyond what is on the list, recurs and is expected: a client uses the hours that are paid for.
pub(crate) fn sold(
    terms: &[Term],
    applied: &Applied,
    posing: &mut Posing<'_>,
    streams: &[Stream],
) -> Vec<Stream> {
    let settings = &applied.desk.settings;
    let mut sold = Vec::new();
    for (client, section) in settings.clients.iter().enumerate() {
        let hours = missing(posing, terms, streams, client as u32);
        if hours.iter().sum::<f64>() < 1e-3 {
            continue;
        }
        let id = &section.id;
        let new = applied.new_clients.iter().find(|new| new.id == *id);
        let mine = streams.iter().filter(|stream| stream.client as usize == client);
        let usual = mine.max_by_key(|stream| stream.tasks).map(|stream| stream.category.clone());
        let category = new.map(|new| new.category.clone()).or(usual);
        let category = category.unwrap_or_else(|| posing.main_kind(client));
        let template = template(posing, client, &category);
        let table = settings.categories.iter().find(|table| table.name == category);
        let size = table.map_or(1.0, |table| in_hours(table.estimate));
        let length = applied.length(id, &category);
        let tasks = |(week, hours): (usize, &f64)| {
            hours * applied.factor(id, &category, posing.line.weeks[week]) * length / size
        };
        sold.push(Stream {
            client: client as u32,
            name: format!("{id}/{category}/sold"),
            per_week: hours.iter().enumerate().map(tasks).collect(),
            category: category.clone(),
            shape: None,
            median: size,
            spread: 0.0,
            doubt: 0.0,
            tasks: 0,
            template,
            lead: LEAD_OF_SOLD,
        });
    }
    sold
}

/// The hours of each week that a client's retainers sell and nothing fills.
fn missing(posing: &Posing<'_>, terms: &[Term], streams: &[Stream], client: u32) -> Vec<f64> {
    let mut hours = vec![0.0; posing.line.weeks.len()];
    let (mut begin, mut carried) = (f64::NEG_INFINITY, 0.0);
    for term in terms.iter().filter(|term| term.client == client) {
        let Some(min) = term.min else { continue };
        let inside = |release: f64| begin <= release && release < term.end;
        let lots = posing.problem.lots.iter().filter(|lot| lot.client == client && inside(lot.release.0));
        let listed: f64 = lots.map(|lot| lot.hours.0).sum();
        let shares = shares(posing, term);
        let of_stream = |stream: &Stream| -> f64 {
            shares.iter().map(|share| share.of_week * stream.hours(share.week)).sum()
        };
        let mine = streams.iter().filter(|stream| stream.client == client);
        // What is on the list at once is not asked for again when its period is over.
        let there = carried + listed + mine.map(of_stream).sum::<f64>();
        for share in &shares {
            hours[share.week] += (min - there).max(0.0) * share.of_term;
        }
        carried = (there - min).max(0.0);
        begin = term.end;
    }
    hours
}

/// How a period and a week overlap, by working time.
struct Share {
    week: usize,
    of_term: f64,
    of_week: f64,
}

fn shares(posing: &Posing<'_>, term: &Term) -> Vec<Share> {
    let line = posing.line;
    // Where nobody works at all, time counts.
    let there = |bucket: usize| posing.problem.capacity(bucket).0 + 1e-6;
    let mut inside: BTreeMap<usize, f64> = BTreeMap::new();
    for (bucket, share) in &term.buckets {
        *inside.entry(line.week_of[*bucket as usize]).or_default() += share * there(*bucket as usize);
    }
    let all: f64 = inside.values().sum();
    let share = |(week, hours): (usize, f64)| {
        let whole: f64 = (line.first_of_week(week)..line.first_of_week(week + 1)).map(there).sum();
        Share { week, of_term: hours / all, of_week: (hours / whole).min(1.0) }
    };
    inside.into_iter().map(share).filter(|share| share.of_term > 0.01).collect()
}

impl Posing<'_> {
    /// The kind of most of a client's listed work.
    fn main_kind(&self, client: usize) -> String {
        let mut hours = vec![0.0; self.problem.kinds.len()];
        for lot in self.problem.lots.iter().filter(|lot| lot.client as usize == client) {
            hours[lot.kind as usize] += lot.hours.0;
        }
        let most =
            (0..hours.len()).filter(|n| hours[*n] > 0.0).max_by(|a, b| hours[*a].total_cmp(&hours[*b]));
        most.map_or_else(|| Category::GENERAL.to_owned(), |n| self.problem.kinds[n].clone())
    }
}

impl Stream {
    /// The mean size of a task, in hours.
    #[must_use]
    pub fn mean_size(&self) -> f64 {
        self.median * (self.spread * self.spread / 2.0).exp()
    }

    /// The hours that are expected in a week.
    #[must_use]
    pub fn hours(&self, week: usize) -> f64 {
        self.per_week[week] * self.mean_size()
    }

    /// What is expected, a lot a week.
    pub(crate) fn expected(&self, problem: &CapacityProblem, line: &Timeline) -> Vec<Lot> {
        let lot = |week: usize| self.lot(problem, line, week, self.hours(week), self.per_week[week]);
        (0..self.per_week.len()).filter_map(lot).collect()
    }

    /// What arrives in one possible future.
    pub(crate) fn drawn(
        &self,
        problem: &CapacityProblem,
        line: &Timeline,
        dice: &Dice,
        bias: f64,
    ) -> Vec<Lot> {
        let mut life = dice.named(&self.name);
        // The rate and the median are not known; in one future they are what they are.
        let rate = self.shape.map_or(1.0, |shape| life.gamma(shape) / shape);
        let median = self.median * (self.doubt * life.normal() + bias).exp();
        let lot = |week: usize| {
            let mean = self.per_week[week] * rate;
            if self.shape.is_none() {
                return self.lot(problem, line, week, mean * median, mean);
            }
            // A week of its own: what comes in it is the same whatever a scenario changes elsewhere.
            let mut dice = dice.named(&self.name).week(line.weeks[week]);
            let tasks = dice.poisson(mean);
            let hours: f64 = (0..tasks).map(|_| median * (self.spread * dice.normal()).exp()).sum();
            self.lot(problem, line, week, hours, f64::from(tasks))
        };
        (0..self.per_week.len()).filter_map(lot).collect()
    }

    fn lot(
        &self,
        problem: &CapacityProblem,
        line: &Timeline,
        week: usize,
        hours: f64,
        pieces: f64,
    ) -> Option<Lot> {
        if hours < 1e-6 || pieces < 1e-9 {
            return None;
        }
        let (first, last) = (line.first_of_week(week), line.first_of_week(week + 1) - 1);
        let (from, to) = (problem.buckets[first].from.0, problem.buckets[last].to.0);
        // Sold hours come on Monday and are due by the end of the week; other work comes all through the week.
        let (release, due) = match self.shape {
            None => (from, to),
            Some(_) => (from + 0.3 * (to - from), (from + 0.3 * (to - from) + self.lead).max(to)),
        };
        let mut lot = self.template.clone();
        (lot.hours, lot.pieces, lot.release, lot.due) = (Hours(hours), pieces, Day(release), Day(due));
        Some(lot)
    }

    /// The first day that anything of it is expected.
    #[must_use]
    pub fn begins(&self, line: &Timeline) -> Option<chrono::NaiveDate> {
        self.per_week
            .iter()
            .position(|mean| *mean > 0.0)
            .map(|week| line.weeks[week].max(date(line.zone, line.now)))
    }
}
