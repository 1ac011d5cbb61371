//! A scenario applied to the desk: other people, other hours, other work; no other file is read.

use super::WhatIfError;
use super::outlook::Question;
use super::scenario::{Change, Dates, Moved, NewClient, Scenario, Which};
use super::timeline::Timeline;
use crate::desk::{Desk, Window, Work, date, intersect, midnight, subtract, union};
use crate::settings::nearest::nearest;
use crate::settings::{Client, Fee, Retainer, Settings, WeekHours};
use chrono::{Days, NaiveDate, TimeDelta};

/// The desk as it would be, and what the desk cannot say.
pub(crate) struct Applied {
    pub(crate) desk: Desk,
    /// For each client, the retainers from days on that are not those of the settings.
    pub(crate) retainers: Vec<Vec<(Option<NaiveDate>, Option<Retainer>)>>,
    /// For each client, the first day without it.
    pub(crate) left: Vec<Option<NaiveDate>>,
    pub(crate) new_clients: Vec<NewClient>,
    pub(crate) demand: Vec<(Which, f64, Dates)>,
    pub(crate) estimates: Vec<(Which, f64)>,
    /// For each assistant, what an hour costs and the most she works in a week.
    pub(crate) costs: Vec<Option<Fee>>,
    pub(crate) most: Vec<Option<TimeDelta>>,
}

/// Applies a scenario.
pub(crate) fn apply(
    question: &Question,
    line: &Timeline,
    scenario: &Scenario,
) -> Result<Applied, WhatIfError> {
    let settings = people(question, line, scenario);
    let desk = Desk::assemble(settings.clone(), question.feeds.as_slice(), question.now)?;
    let (clients, assistants) = (settings.clients.len(), settings.assistants.len());
    let mut applied = Applied {
        desk,
        retainers: vec![Vec::new(); clients],
        left: vec![None; clients],
        new_clients: Vec::new(),
        demand: Vec::new(),
        estimates: Vec::new(),
        costs: vec![None; assistants],
        most: vec![None; assistants],
    };
    for change in &scenario.changes {
        applied.change(question, line, scenario, change)?;
    }
    Ok(applied)
}

/// The settings with the people of the scenario, over the whole time.
fn people(question: &Question, line: &Timeline, scenario: &Scenario) -> Settings {
    let mut settings = question.settings.clone();
    settings.planning.horizon = TimeDelta::days(line.days());
    for change in &scenario.changes {
        match change {
            Change::AddClient(new) => settings.clients.push(client(new)),
            Change::AddAssistant(new) => settings.assistants.push(new.assistant.clone()),
            _ => {}
        }
    }
    settings
}

fn client(new: &NewClient) -> Client {
    Client {
        id: new.id.clone(),
        name: new.id.clone(),
        timezone: new.timezone,
        hours: WeekHours::office(),
        feeds: Vec::new(),
        weight: new.weight,
        retainer: Some(Retainer { min: Some(new.hours), max: None, per: new.per }),
        response: None,
        fee: new.fee.clone(),
    }
}

impl Applied {
    fn client(&self, id: &str) -> Option<usize> {
        self.desk.settings.clients.iter().position(|client| client.id == id)
    }

    fn assistant(&self, id: &str) -> Option<usize> {
        self.desk.settings.assistants.iter().position(|assistant| assistant.id == id)
    }

    fn change(
        &mut self,
        question: &Question,
        line: &Timeline,
        scenario: &Scenario,
        change: &Change,
    ) -> Result<(), WhatIfError> {
        match change {
            Change::AddClient(new) => self.new_clients.push(new.clone()),
            Change::DropClient { client, from } => {
                if let Some(n) = self.client(client) {
                    self.left[n] = Some(from.unwrap_or(line.edges[0]));
                }
            }
            Change::Retainer { client, retainer, from } => {
                if let Some(n) = self.client(client) {
                    self.retainers[n].push((*from, retainer.clone()));
                }
            }
            Change::Away { who, dates } => {
                for n in 0..self.desk.assistants.len() {
                    if who.as_ref().is_none_or(|who| self.desk.settings.assistants[n].id == *who) {
                        self.away(n, *dates);
                    }
                }
            }
            Change::Hours { who, hours, dates } => self.hours(question, line, who, hours, *dates)?,
            Change::AddAssistant(new) => {
                if let Some(n) = self.assistant(&new.assistant.id) {
                    let zone = new.assistant.timezone;
                    let there = span(zone, new.dates, self.desk.horizon);
                    self.desk.assistants[n].free = intersect(&self.desk.assistants[n].free, &[there]);
                    self.costs[n].clone_from(&new.cost);
                    self.most[n] = new.most;
                }
            }
            Change::Demand { which, factor, dates } => self.demand.push((which.clone(), *factor, *dates)),
            Change::Estimates { which, factor } => self.estimates.push((which.clone(), *factor)),
            Change::Due { task, to } => self.due(scenario, task, *to)?,
        }
        Ok(())
    }

    fn away(&mut self, assistant: usize, dates: Dates) {
        let zone = self.desk.settings.assistants[assistant].timezone;
        let gone = span(zone, dates, self.desk.horizon);
        let time = &mut self.desk.assistants[assistant];
        time.free = subtract(&time.free, &[gone]);
        time.working = subtract(&time.working, &[gone]);
    }

    /// Other hours: the desk is put together with them, and of that the days in question are taken.
    fn hours(
        &mut self,
        question: &Question,
        line: &Timeline,
        who: &str,
        hours: &WeekHours,
        dates: Dates,
    ) -> Result<(), WhatIfError> {
        let Some(n) = self.assistant(who) else { return Ok(()) };
        let mut settings = question.settings.clone();
        settings.planning.horizon = TimeDelta::days(line.days());
        let Some(assistant) = settings.assistants.iter_mut().find(|assistant| assistant.id == who) else {
            return Ok(());
        };
        assistant.hours = hours.clone();
        let zone = assistant.timezone;
        let other = Desk::assemble(settings, question.feeds.as_slice(), question.now)?;
        let inside = [span(zone, dates, self.desk.horizon)];
        let (time, other) = (&mut self.desk.assistants[n], &other.assistants[n]);
        let spliced =
            |old: &[Window], new: &[Window]| union(&subtract(old, &inside), &intersect(new, &inside));
        time.free = spliced(&time.free, &other.free);
        time.working = spliced(&time.working, &other.working);
        Ok(())
    }

    fn due(&mut self, scenario: &Scenario, task: &str, to: Moved) -> Result<(), WhatIfError> {
        let zone = self.desk.settings.assistants[0].timezone;
        let is_it = |id: &str| {
            id == task || id.strip_prefix(task).is_some_and(|rest| rest.starts_with(['@', '-', '.']))
        };
        let mut found = false;
        for work in self.desk.work.iter_mut().filter(|work| is_it(&work.id) || is_it(&work.uid)) {
            found = true;
            let before = work.due;
            work.due = match to {
                Moved::To(day) => midnight(zone, day + Days::new(1)),
                Moved::By(by) => work.due + by,
            };
            let moved = work.due - before;
            work.deadline = work.deadline.map(|deadline| deadline + moved);
        }
        if found {
            return Ok(());
        }
        let ids = self.desk.work.iter().map(|work| work.uid.as_str());
        let near = nearest(task, ids).map(str::to_owned);
        Err(WhatIfError::NoTask { scenario: scenario.name.clone(), task: task.to_owned(), near })
    }

    /// The retainer of a client on a day.
    pub(crate) fn retainer(&self, client: usize, day: NaiveDate) -> Option<&Retainer> {
        if self.left[client].is_some_and(|left| left <= day) {
            return None;
        }
        let settings = &self.desk.settings.clients[client];
        if let Some(new) = self.new_clients.iter().find(|new| new.id == settings.id)
            && !new.dates.hold(day)
        {
            return None;
        }
        let later = self.retainers[client].iter().rev().find(|(from, _)| from.is_none_or(|from| from <= day));
        later.map_or(settings.retainer.as_ref(), |(_, retainer)| retainer.as_ref())
    }

    /// How many times as much of some work arrives on a day.
    pub(crate) fn factor(&self, client: &str, category: &str, day: NaiveDate) -> f64 {
        let factors =
            self.demand.iter().filter(|(which, _, dates)| which.means(client, category) && dates.hold(day));
        factors.map(|(_, factor, _)| factor).product()
    }

    /// How many times as long some work takes.
    pub(crate) fn length(&self, client: &str, category: &str) -> f64 {
        self.estimates
            .iter()
            .filter(|(which, _)| which.means(client, category))
            .map(|(_, factor)| factor)
            .product()
    }

    /// How many times as much of a piece of work there is, of what recurs, and how many times as long it takes.
    pub(crate) fn times(&self, work: &Work, line: &Timeline) -> (f64, f64) {
        let settings = &self.desk.settings;
        let client = work.client.map(|n| settings.clients[n].id.as_str());
        let owner = || settings.assistants.get(work.owner.unwrap_or(0)).map(|a| a.id.as_str());
        let id = client.or_else(owner).unwrap_or_default();
        let recurs = work.id != work.uid;
        let more = if recurs { self.factor(id, &work.category, line.arrival(work)) } else { 1.0 };
        (more, self.length(id, &work.category))
    }

    /// Whether a client is still there on a day.
    pub(crate) fn is_there(&self, client: Option<usize>, day: NaiveDate) -> bool {
        client.and_then(|n| self.left[n]).is_none_or(|left| day < left)
    }
}

/// Local days as a window inside another.
fn span(zone: plokk_ical_io::IanaZone, dates: Dates, inside: Window) -> Window {
    let first = date(zone, inside.from);
    let from = dates.from.map_or(inside.from, |from| midnight(zone, from.max(first))).min(inside.to);
    let to = dates.until.map_or(inside.to, |until| midnight(zone, until + Days::new(1)));
    Window { from, to: to.clamp(from, inside.to.max(from)) }
}
