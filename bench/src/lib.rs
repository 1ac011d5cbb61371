//! Benches, a problem generator and peers for Plokk, measured side by side.
//!
//! - [`generate`]: random but lifelike problems, one seed one problem.
//! - [`greedy`]: the first peer, an earliest-due-date planner that keeps every rule.

pub mod generate;
pub mod greedy;
