//! Less work, or less promised.

use super::Ideas;
use crate::what_if::figures::sum;
use crate::what_if::promises::Term;
use plokk_solver::capacity::{Effect, Hours};

/// So many tasks are thought of: those of which a day saves most.
const TASKS: usize = 4;
/// So many clients are thought of: those with the most late and undone work.
const CLIENTS: usize = 3;

impl Ideas<'_> {
    /// The new client has fewer hours.
    pub(super) fn take_less(&mut self, id: &str) {
        let mine = self.lots_of(id);
        for percent in [10.0, 25.0, 50.0] {
            let (effects, hours) = self.asked_less(&mine, percent / 100.0);
            self.add(format!("{id} takes {percent}% fewer hours"), hours, effects);
        }
    }

    /// The dearest late tasks are not done at all.
    pub(super) fn leave_out(&mut self) {
        for (lot, name) in self.dearest_tasks(TASKS) {
            let hours = self.case.problem.lots[lot].hours;
            let effects = vec![Effect::Excuse { lots: vec![lot as u32], hours }];
            self.add(format!("{name:?} is left out"), hours.0, effects);
        }
    }

    /// Clients whose work suffers ask for a quarter less of their usual work.
    pub(super) fn ask_less(&mut self, new: &[&str]) {
        for client in self.suffering(new) {
            let mine = self.lots_of(&self.case.problem.clients[client]);
            let usual: Vec<usize> = mine.into_iter().filter(|lot| self.task(*lot).is_none()).collect();
            if !usual.is_empty() {
                let (effects, hours) = self.asked_less(&usual, 0.25);
                let words = format!("{} asks for a quarter less of its usual work", self.case.names[client]);
                self.add(words, hours, effects);
            }
        }
    }

    /// One of the clients whose work suffers leaves.
    pub(super) fn end_with_a_client(&mut self, new: &[&str]) {
        for client in self.suffering(new) {
            let mine = self.lots_of(&self.case.problem.clients[client]);
            let (effects, hours) = self.not_asked_for(&mine);
            self.add(format!("{} leaves", self.case.names[client]), hours, effects);
        }
    }

    /// The clients with the most late and undone work, other than new ones, in their order.
    fn suffering(&self, new: &[&str]) -> Vec<usize> {
        let mut hours = vec![0.0; self.clients()];
        let late = self.best.placed.iter().filter(|placed| placed.late > 0.0);
        let late = late.map(|placed| (placed.lot as usize, placed.hours.0));
        let undone = self.best.undone.iter().enumerate().map(|(lot, hours)| (lot, hours.0));
        for (lot, bad) in late.chain(undone) {
            if let Some(hours) = hours.get_mut(self.case.problem.lots[lot].client as usize) {
                *hours += bad;
            }
        }
        let is_old = |client: &usize| !new.contains(&self.case.problem.clients[*client].as_str());
        let mut clients: Vec<usize> = (0..hours.len()).filter(is_old).filter(|n| hours[*n] > 0.05).collect();
        clients.sort_by(|a, b| hours[*b].total_cmp(&hours[*a]).then(a.cmp(b)));
        clients.truncate(CLIENTS);
        clients.sort_unstable();
        clients
    }

    /// Retainers that are not met are a quarter lower.
    pub(super) fn lower_retainers(&mut self) {
        for (client, name) in self.case.names.iter().enumerate() {
            let quotas = self.quotas_of(client);
            let short: f64 = quotas.iter().map(|n| self.best.short[*n].0).sum();
            if short > 0.05 {
                let less = |n: &usize| Hours(self.case.problem.quotas[*n].hours.0 / 4.0);
                let hours = sum(&quotas.iter().map(less).collect::<Vec<_>>());
                let effects = quotas.iter().map(|n| Effect::Promise { quota: *n as u32, hours: less(n) });
                self.add(format!("the retainer of {name} is a quarter lower"), hours, effects.collect());
            }
        }
    }

    /// Retainers are let off for the periods in which they are short.
    pub(super) fn let_off(&mut self) {
        let periods: Vec<&Term> = self.case.terms.iter().filter(|term| term.min.is_some()).collect();
        for (client, name) in self.case.names.iter().enumerate() {
            let mut short = self.quotas_of(client);
            short.retain(|n| self.best.short[*n].0 > 0.05);
            if short.is_empty() {
                continue;
            }
            let days: Vec<String> = short.iter().map(|n| periods[*n].first.to_string()).collect();
            let hours = short.iter().map(|n| self.best.short[*n].0).sum();
            let quotas = &self.case.problem.quotas;
            let effects = short.iter().map(|n| Effect::Promise { quota: *n as u32, hours: quotas[*n].hours });
            let words = format!("{name} does without its retainer in the periods from {}", days.join(", "));
            self.add(words, hours, effects.collect());
        }
    }

    fn quotas_of(&self, client: usize) -> Vec<usize> {
        let quotas = self.case.problem.quotas.iter().enumerate();
        quotas.filter(|(_, quota)| quota.client as usize == client).map(|(n, _)| n).collect()
    }

    /// Some lots of one client are not asked for at all, and how many hours that is.
    pub(super) fn not_asked_for(&self, lots: &[usize]) -> (Vec<Effect>, f64) {
        let hours: f64 = lots.iter().map(|lot| self.case.problem.lots[*lot].hours.0).sum();
        let all = lots.iter().map(|lot| *lot as u32).collect();
        let mut effects = vec![Effect::Excuse { lots: all, hours: Hours(hours) }];
        effects.extend(self.promised_less(lots, 1.0));
        (effects, hours)
    }

    /// Of each of some lots of one client a part is not asked for, and how many hours that is.
    fn asked_less(&self, lots: &[usize], part: f64) -> (Vec<Effect>, f64) {
        let hours = |lot: &usize| self.case.problem.lots[*lot].hours.0 * part;
        let excuse = |lot: &usize| Effect::Excuse { lots: vec![*lot as u32], hours: Hours(hours(lot)) };
        let mut effects: Vec<Effect> = lots.iter().map(excuse).collect();
        effects.extend(self.promised_less(lots, part));
        (effects, lots.iter().map(hours).sum())
    }

    /// With less work, less is promised.
    fn promised_less(&self, lots: &[usize], part: f64) -> Vec<Effect> {
        let problem = &self.case.problem;
        let Some(first) = lots.first() else { return Vec::new() };
        let quotas = self.quotas_of(problem.lots[*first].client as usize).into_iter();
        let less = quotas.filter_map(|n| {
            let buckets = &problem.quotas[n].buckets;
            let (begin, end) = (buckets.first()?.0 as usize, buckets.last()?.0 as usize);
            let (begin, end) = (problem.buckets[begin].from.0, problem.buckets[end].to.0);
            let lots = lots.iter().map(|lot| &problem.lots[*lot]);
            let inside = lots.filter(|lot| begin <= lot.release.0 && lot.release.0 < end);
            let hours: f64 = inside.map(|lot| lot.hours.0 * part).sum();
            (hours > 0.0).then_some(Effect::Promise { quota: n as u32, hours: Hours(hours) })
        });
        less.collect()
    }
}
