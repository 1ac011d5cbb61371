//! Every peer on every problem, and what came out: a table, and a picture of cost over time.

mod picture;
mod table;

use crate::generate::{Class, generate};
use crate::machine;
use crate::peer::{Peer, PeerError, Run};
use crate::reference::{Instance, Reference};
use serde::Serialize;

pub use picture::picture;
pub use table::markdown;

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Which sizes.
    pub classes: Vec<Class>,
    /// Which loads (work as a share of the free time).
    pub loads: Vec<f64>,
    /// Which seeds.
    pub seeds: Vec<u64>,
    /// Seconds for each peer on each problem; `None`: as long as it wants.
    pub limit: Option<f64>,
}

/// What came out for one problem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Class, load and seed, such as `M 0.85 #3`.
    pub problem: String,
    /// The class alone.
    pub class: String,
    /// How many tasks it has.
    pub tasks: usize,
    /// The lowest cost that anybody is known to have found before this run.
    pub best_known: Option<f64>,
    /// One run per peer, in the peers' order.
    pub runs: Vec<Run>,
}

impl Row {
    /// The lowest cost known: before this run, or of any peer in it.
    #[must_use]
    pub fn best(&self) -> Option<f64> {
        self.runs.iter().filter_map(|r| r.cost).chain(self.best_known).min_by(f64::total_cmp)
    }

    /// How far a cost lies above the best, as a share of the best.
    #[must_use]
    pub fn above_best(&self, cost: f64) -> Option<f64> {
        let best = self.best()?;
        Some(if best > 0.0 { cost / best - 1.0 } else { 0.0 })
    }
}

impl Plan {
    /// The instances: every class at every load with every seed.
    pub fn instances(&self) -> impl Iterator<Item = Instance> + '_ {
        self.classes.iter().flat_map(move |&class| {
            let seeds = move |load| self.seeds.iter().map(move |&seed| Instance { class, load, seed });
            self.loads.iter().flat_map(move |&load| seeds(load))
        })
    }

    /// What was run, for the head of a table: versions, machine, limit.
    #[must_use]
    pub fn describe(&self, peers: &[Peer]) -> String {
        let limit = self.limit.map_or("no time limit".to_owned(), |l| format!("{l} s for each method"));
        let mut versions: Vec<&str> = peers.iter().map(|peer| peer.version.as_str()).collect();
        versions.sort_unstable();
        versions.dedup();
        format!("{}; {}; {limit}.", versions.join("; "), machine::describe())
    }
}

/// Runs every peer on every problem; `tell` hears of all rows so far whenever there is one more.
///
/// # Errors
///
/// The first [`PeerError`]: a peer could not be started or a file not be written; or what `tell` says.
pub fn compare<E: From<PeerError>>(
    plan: &Plan,
    peers: &[Peer],
    reference: &Reference,
    mut tell: impl FnMut(&[Row]) -> Result<(), E>,
) -> Result<Vec<Row>, E> {
    let mut rows = Vec::new();
    for instance in plan.instances() {
        let problem = generate(instance.spec());
        let runs: Result<Vec<Run>, PeerError> = peers.iter().map(|p| p.run(&problem, plan.limit)).collect();
        rows.push(Row {
            problem: instance.to_string(),
            class: format!("{:?}", instance.class),
            tasks: problem.tasks.len(),
            best_known: reference.best(instance).map(|best| best.cost),
            runs: runs?,
        });
        tell(&rows)?;
    }
    Ok(rows)
}
