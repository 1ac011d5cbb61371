//! Retainers over months: what is to be done in each period, as far as there is work.

use super::apply::Applied;
use super::case::in_hours;
use super::timeline::Timeline;
use crate::desk::{Window, date, midnight, total, weekly};
use crate::settings::Period;
use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta};
use plokk_solver::capacity::{Hours, Lot, Promise};

/// A retainer in one period.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Term {
    pub(crate) client: u32,
    /// The first local day of the period.
    pub(crate) first: NaiveDate,
    /// The end of the period, in days.
    pub(crate) end: f64,
    pub(crate) buckets: Vec<(u32, f64)>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
}

/// Every client's periods, local to the client. Of a period that is partly past or beyond what is looked at, the share
/// of everybody's working hours inside counts, as it does in a plan.
pub(crate) fn terms(applied: &Applied, line: &Timeline) -> Vec<Term> {
    let mut terms = Vec::new();
    let settings = &applied.desk.settings;
    let seen = Window { from: line.now, to: applied.desk.horizon.to };
    for (index, client) in settings.clients.iter().enumerate() {
        let zone = client.timezone;
        let mut day = date(zone, seen.from);
        while midnight(zone, day) < seen.to {
            let Some(retainer) = applied.retainer(index, day) else {
                day = day + Days::new(1);
                continue;
            };
            let (first, next) = period(day, retainer.per);
            let whole = Window { from: midnight(zone, first), to: midnight(zone, next) };
            let part = Window {
                from: whole.from.max(seen.from).max(midnight(zone, day)),
                to: whole.to.min(seen.to),
            };
            let share = share(applied, part, whole);
            let hours = |length: TimeDelta| in_hours(length) * share;
            terms.push(Term {
                client: index as u32,
                first,
                end: line.day(part.to),
                // Work of a week that is looked at as a whole may be done on any day of it.
                buckets: buckets(line, Window { from: whole.from.max(seen.from), to: part.to }),
                min: retainer.min.map(hours),
                max: retainer.max.map(hours),
            });
            day = next;
        }
    }
    terms
}

/// The period that holds a day, and the first day of the next.
fn period(day: NaiveDate, per: Period) -> (NaiveDate, NaiveDate) {
    match per {
        Period::Week => {
            let first = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
            (first, first + Days::new(7))
        }
        Period::Month => {
            let first = day.with_day(1).unwrap_or(day);
            (first, first.checked_add_months(Months::new(1)).unwrap_or(first + Days::new(31)))
        }
    }
}

fn share(applied: &Applied, part: Window, whole: Window) -> f64 {
    if part == whole {
        return 1.0;
    }
    let people = &applied.desk.settings.assistants;
    let worked = |window: Window| -> f64 {
        people.iter().map(|a| in_hours(total(&weekly(a.timezone, &a.hours, window)))).sum()
    };
    let all = worked(whole);
    if all > 0.0 { worked(part) / all } else { in_hours(part.length()) / in_hours(whole.length()) }
}

/// The buckets of a stretch, and the share of each inside. Hours at the seam of two zones' days are not split.
fn buckets(line: &Timeline, part: Window) -> Vec<(u32, f64)> {
    let mut buckets = Vec::new();
    for bucket in 0..line.len() {
        let whole = line.window(bucket);
        let inside = whole.to.min(part.to) - whole.from.max(part.from).max(line.now.min(whole.to));
        let there = whole.to - whole.from.max(line.now.min(whole.to));
        if inside > TimeDelta::zero() && there > TimeDelta::zero() {
            let share = in_hours(inside) / in_hours(there);
            let rounded = if share > 0.8 { 1.0 } else { share };
            if rounded > 0.2 {
                buckets.push((bucket as u32, rounded));
            }
        }
    }
    buckets
}

/// Quotas and caps for some work. A retainer's minimum is promised as far as there is work: what has arrived by the end
/// of the period and was not promised before.
pub(crate) fn promises(terms: &[Term], lots: &[Lot]) -> (Vec<Promise>, Vec<Promise>) {
    let (mut quotas, mut caps) = (Vec::new(), Vec::new());
    let mut arrived: Vec<Vec<(f64, f64)>> = Vec::new();
    for lot in lots {
        let client = lot.client as usize;
        if arrived.len() <= client {
            arrived.resize(client + 1, Vec::new());
        }
        arrived[client].push((lot.release.0, lot.hours.0));
    }
    let mut promised: Vec<f64> = vec![0.0; arrived.len()];
    for term in terms {
        let client = term.client as usize;
        let promise =
            |hours: f64| Promise { client: term.client, buckets: term.buckets.clone(), hours: Hours(hours) };
        if let Some(min) = term.min {
            let work: f64 = arrived.get(client).map_or(0.0, |lots| {
                lots.iter().filter(|(release, _)| *release < term.end - 0.5).map(|(_, hours)| hours).sum()
            });
            let before = promised.get(client).copied().unwrap_or(0.0);
            let hours = min.min((work - before).max(0.0));
            if let Some(promised) = promised.get_mut(client) {
                *promised += hours;
            }
            quotas.push(promise(hours));
        }
        if let Some(max) = term.max {
            caps.push(promise(max));
        }
    }
    (quotas, caps)
}
