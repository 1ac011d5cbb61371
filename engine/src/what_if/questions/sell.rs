//! What more could be sold.

use crate::what_if::{Case, Outlook, WhatIfError};
use plokk_solver::capacity::{Hours, Lot, Offer, most_sold};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// Hours a week that could be sold from now on to the end, beside all that is there, every week, all on time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sellable {
    /// If all of it were one kind of work: hours a week for each category, the most first.
    pub by_category: Vec<(String, f64)>,
    /// What pays best, if every client with a fee took up to twenty hours a week more of its usual work: client,
    /// hours a week, and what an hour earns.
    pub mix: Vec<(String, f64, f64)>,
    /// The currency of the mix; clients of other currencies are not in it.
    pub currency: Option<String>,
    /// What the mix earns a week.
    pub earns: f64,
}

/// A client is thought to take so many hours a week more at most.
const MOST_A_CLIENT: f64 = 20.0;
/// No more than so many hours a week are offered of one kind.
const MOST_A_KIND: f64 = 400.0;

impl Outlook {
    /// The most hours that could be sold, and the most profitable mix.
    ///
    /// # Errors
    ///
    /// When the linear program cannot be solved.
    pub fn sellable(&self, case: &Case) -> Result<Sellable, WhatIfError> {
        let nobody = case.problem.clients.len() as u32 - 1;
        let one = |kind: usize| -> Result<Option<(String, f64)>, WhatIfError> {
            let Some(offer) = self.offer(case, nobody, kind as u32, MOST_A_KIND, 1.0) else {
                return Ok(None);
            };
            let hours = most_sold(&case.problem, &[offer], Hours(0.0))?[0];
            Ok(Some((case.problem.kinds[kind].clone(), hours)))
        };
        let kinds: Result<Vec<_>, WhatIfError> =
            (0..case.problem.kinds.len()).into_par_iter().map(one).collect();
        let mut by_category: Vec<(String, f64)> = kinds?.into_iter().flatten().collect();
        by_category.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut sellable =
            Sellable { by_category, mix: Vec::new(), currency: main_currency(case), earns: 0.0 };
        self.mix(case, &mut sellable)?;
        Ok(sellable)
    }

    fn mix(&self, case: &Case, sellable: &mut Sellable) -> Result<(), WhatIfError> {
        let mut named = Vec::new();
        let mut offers = Vec::new();
        for (client, fee) in case.fees.iter().enumerate() {
            let Some(fee) = fee.as_ref().filter(|fee| Some(&fee.currency) == sellable.currency.as_ref())
            else {
                continue;
            };
            let offer = usual_kind(case, client)
                .and_then(|kind| self.offer(case, client as u32, kind, MOST_A_CLIENT, fee.amount));
            if let Some(offer) = offer {
                offers.push(offer);
                named.push((case.names[client].clone(), fee.amount));
            }
        }
        if offers.is_empty() {
            return Ok(());
        }
        let sold = most_sold(&case.problem, &offers, Hours(0.0))?;
        for ((name, fee), hours) in named.into_iter().zip(sold) {
            if hours > 0.05 {
                sellable.earns += hours * fee;
                sellable.mix.push((name, hours, fee));
            }
        }
        sellable.mix.sort_by(|a, b| (b.1 * b.2).total_cmp(&(a.1 * a.2)).then(a.0.cmp(&b.0)));
        Ok(())
    }

    /// An hour in every week from the next on, due by its end; `None` when nobody does such work.
    fn offer(&self, case: &Case, client: u32, kind: u32, most: f64, earns: f64) -> Option<Offer> {
        let usual = case.problem.lots.iter().find(|lot| lot.kind == kind && !lot.workers.is_empty())?;
        let line = &self.timeline;
        let lot = |week: usize| {
            let (first, last) = (line.first_of_week(week), line.first_of_week(week + 1) - 1);
            Lot {
                client,
                kind,
                hours: Hours(1.0),
                pieces: 1.0,
                release: case.problem.buckets[first].from,
                due: case.problem.buckets[last].to,
                deadline: None,
                weight: 1.0,
                workers: usual.workers.clone(),
                setup: usual.setup,
                reach: None,
            }
        };
        // The last week may be cut short, as the first one is.
        let lots = (1..line.weeks.len().saturating_sub(1)).map(lot).collect();
        Some(Offer { lots, most, earns })
    }
}

/// The kind of most of a client's work.
fn usual_kind(case: &Case, client: usize) -> Option<u32> {
    let mut hours: BTreeMap<u32, f64> = BTreeMap::new();
    for lot in case.problem.lots.iter().filter(|lot| lot.client as usize == client && lot.reach.is_none()) {
        *hours.entry(lot.kind).or_default() += lot.hours.0;
    }
    hours.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(kind, _)| kind)
}

/// The currency of most fees.
pub(super) fn main_currency(case: &Case) -> Option<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for fee in case.fees.iter().flatten() {
        *count.entry(&fee.currency).or_default() += 1;
    }
    count.into_iter().max_by_key(|(_, count)| *count).map(|(currency, _)| currency.to_owned())
}
