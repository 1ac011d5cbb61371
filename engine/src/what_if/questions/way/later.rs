//! The same work, later.

use super::Ideas;
use plokk_solver::capacity::{Day, Effect};
use std::collections::{BTreeMap, BTreeSet};

/// So many tasks are thought of: those of which a day saves most.
const TASKS: usize = 8;

impl Ideas<'_> {
    /// The new client begins later.
    pub(super) fn begin_later(&mut self, id: &str) {
        let (mine, problem) = (self.lots_of(id), &self.case.problem);
        let release = |lot: usize| problem.lots[lot].release.0;
        let Some(first) = mine.iter().map(|lot| release(*lot)).min_by(f64::total_cmp) else { return };
        for weeks in [1_u32, 2, 4, 8, 13, 26] {
            let until = first + 7.0 * f64::from(weeks) - 1.0;
            let before: Vec<usize> = mine.iter().copied().filter(|lot| release(*lot) < until).collect();
            if before.len() == mine.len() {
                continue;
            }
            let begin = self.outlook.timeline.date_of(first + 7.0 * f64::from(weeks));
            let weeks = if weeks == 1 { "1 week".to_owned() } else { format!("{weeks} weeks") };
            let (effects, hours) = self.not_asked_for(&before);
            self.add(format!("{id} begins {weeks} later, about {begin}"), hours, effects);
        }
    }

    /// The dearest late tasks are due a week later, or three.
    pub(super) fn postpone(&mut self) {
        for (lot, name) in self.dearest_tasks(TASKS) {
            for (weeks, later) in [(1.0, "a week later"), (3.0, "three weeks later")] {
                let due = Day(self.case.problem.lots[lot].due.0 + 7.0 * weeks);
                let date = self.outlook.timeline.date_of(due.0 - 1e-6);
                let hours = self.case.problem.lots[lot].hours.0 * weeks;
                let effects = vec![Effect::Postpone { lot: lot as u32, due }];
                self.add(format!("{name:?} is due {later}, {date}"), hours, effects);
            }
        }
    }

    /// The late tasks of which a day later saves most.
    pub(super) fn dearest_tasks(&self, most: usize) -> Vec<(usize, String)> {
        let saved = self.best.prices.due_day(&self.case.problem, self.best);
        let mut late: Vec<usize> = (0..saved.len()).filter(|lot| saved[*lot] > 0.0).collect();
        late.sort_by(|a, b| saved[*b].total_cmp(&saved[*a]).then(a.cmp(b)));
        let tasks = late.into_iter().filter_map(|lot| Some((lot, self.task(lot)?.to_owned())));
        tasks.take(most).collect()
    }

    /// Clients wait longer for their usual work where it is late.
    pub(super) fn wait(&mut self) {
        for (client, lots) in self.late_usual_work() {
            let due = |lot: &u32| self.case.problem.lots[*lot as usize].due.0;
            let first = lots.iter().map(due).fold(f64::INFINITY, f64::min);
            let last = lots.iter().map(due).fold(0.0, f64::max);
            let line = &self.outlook.timeline;
            let (from, until) = (line.date_of(first - 1e-6), line.date_of(last - 1e-6));
            let when = if from == until { format!("on {from}") } else { format!("from {from} to {until}") };
            let name = &self.case.names[client];
            let words =
                format!("{name} waits up to three weeks longer for its usual work that is due {when}");
            let hours = lots.iter().map(|lot| self.case.problem.lots[*lot as usize].hours.0).sum();
            let effect = |lot: &u32| Effect::Postpone { lot: *lot, due: Day(due(lot) + 21.0) };
            self.add(words, hours, lots.iter().map(effect).collect());
        }
    }

    /// For each client, its lots that are late and no task of the list.
    fn late_usual_work(&self) -> BTreeMap<usize, BTreeSet<u32>> {
        let mut late: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
        for placed in self.best.placed.iter().filter(|placed| placed.late > 0.0) {
            if self.task(placed.lot as usize).is_none() {
                let client = self.case.problem.lots[placed.lot as usize].client as usize;
                late.entry(client).or_default().insert(placed.lot);
            }
        }
        late
    }
}
