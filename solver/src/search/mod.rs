//! Improvement: take some tasks out, put them back where they cost least, and keep what is better,
//! or by simulated annealing a little worse (ruin and recreate; Schrimpf et al. 2000,
//! doi:10.1006/jcph.1999.6413). Every insertion times its window exactly.

mod anneal;
mod chains;
mod insert;
mod parts;
mod pool;
mod ruin;
mod scope;
mod state;
mod timing;

pub(crate) use anneal::Annealing;
pub(crate) use chains::anneal_in_chains;
pub(crate) use insert::Inserter;
pub(crate) use parts::{anneal_in_parts, parts};
pub(crate) use ruin::Neighbours;
pub(crate) use state::{Placed, Plan};
