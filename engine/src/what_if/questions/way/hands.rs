//! More hands: longer weeks, and somebody else.

use super::Ideas;
use plokk_solver::capacity::{Effect, Hours};

/// So many weeks are thought of: the dearest.
const WEEKS: usize = 8;
/// So many kinds of work are thought of for somebody else: the dearest.
const KINDS: usize = 2;

impl Ideas<'_> {
    /// Longer weeks: the dearest ones by an hour and by four, and all of them by two and by five.
    pub(super) fn work_more(&mut self) {
        let weeks = &self.outlook.timeline.weeks;
        for (worker, crew) in self.case.problem.crew.iter().enumerate() {
            for week in self.dearest_weeks(worker) {
                for (hours, name) in [(1.0, "an hour"), (4.0, "4 hours")] {
                    let words = format!("{} works {name} more in the week of {}", crew.id, weeks[week]);
                    self.add(words, hours, self.longer_week(worker, week, hours));
                }
            }
            for hours in [2.0, 5.0] {
                let all = (0..weeks.len()).flat_map(|week| self.longer_week(worker, week, hours)).collect();
                let words = format!("{} works {hours} hours a week more, all the time", crew.id);
                self.add(words, hours * weeks.len() as f64, all);
            }
        }
    }

    /// The buckets of a week in which somebody works.
    fn worked(&self, worker: usize, week: usize) -> impl Iterator<Item = usize> {
        let line = &self.outlook.timeline;
        let hours = &self.case.problem.crew[worker].hours;
        (0..line.len()).filter(move |bucket| line.week_of[*bucket] == week && hours[*bucket].0 > 0.0)
    }

    /// The weeks in which an hour of somebody's is worth most, in order of time.
    fn dearest_weeks(&self, worker: usize) -> Vec<usize> {
        let price = |week: &usize| {
            let prices = self.worked(worker, *week).map(|bucket| self.best.prices.hour[worker][bucket]);
            prices.fold(0.0, f64::max)
        };
        let weeks = (0..self.outlook.timeline.weeks.len()).map(|week| (price(&week), week));
        let mut weeks: Vec<(f64, usize)> = weeks.filter(|(price, _)| *price > 0.01).collect();
        weeks.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        weeks.truncate(WEEKS);
        weeks.sort_by_key(|(_, week)| *week);
        weeks.into_iter().map(|(_, week)| week).collect()
    }

    fn longer_week(&self, worker: usize, week: usize, hours: f64) -> Vec<Effect> {
        let buckets: Vec<usize> = self.worked(worker, week).collect();
        let each = Hours(hours / buckets.len().max(1) as f64);
        let effect = |bucket| Effect::Hours { worker: worker as u32, bucket: bucket as u32, hours: each };
        buckets.into_iter().map(effect).collect()
    }

    /// A sub-contractor takes five or ten hours a week of the dearest kinds of work.
    pub(super) fn hand_over(&mut self) {
        let skills = self.outlook.skills(self.case, self.best);
        let dear = skills.into_iter().take(KINDS).filter(|skill| skill.worth.iter().any(|w| *w > 0.01));
        for category in dear.map(|skill| skill.category) {
            for most in [5.0, 10.0] {
                let weeks = 0..self.outlook.timeline.weeks.len();
                let lots = weeks.map(|week| self.of_week(week, &category)).filter(|lots| !lots.is_empty());
                let effects = lots.map(|lots| Effect::Excuse { lots, hours: Hours(most) });
                let effects: Vec<Effect> = effects.collect();
                let words = format!("a sub-contractor does up to {most} hours a week of {category}");
                self.add(words, most * effects.len() as f64, effects);
            }
        }
    }

    /// The clients' lots of one kind that arrive in a week.
    fn of_week(&self, week: usize, category: &str) -> Vec<u32> {
        let (line, problem) = (&self.outlook.timeline, &self.case.problem);
        let (first, last) = (line.first_of_week(week), line.first_of_week(week + 1) - 1);
        let (from, to) = (problem.buckets[first].from.0, problem.buckets[last].to.0);
        let is_it = |lot: &usize| {
            let lot = &problem.lots[*lot];
            problem.kinds[lot.kind as usize] == category
                && (lot.client as usize) < self.clients()
                && from <= lot.release.0
                && lot.release.0 < to
        };
        (0..problem.lots.len()).filter(is_it).map(|lot| lot as u32).collect()
    }
}
