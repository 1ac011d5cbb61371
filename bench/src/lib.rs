//! Benches, a problem generator and peers for Plokk, measured side by side.
//!
//! - [`generate`](mod@generate): random but lifelike problems, one seed one problem.
//! - [`greedy`]: the first peer, an earliest-due-date planner that keeps every rule.
//! - [`long_view`]: the long view of what-if beside the block solver, greedy and TaskJuggler.
//! - [`peer`]: whoever takes a problem and writes a solution, run as a process of its own.
//! - [`compare`](mod@compare): every peer on every problem, and the table of what came out.

pub mod compare;
pub mod generate;
pub mod greedy;
pub mod long_view;
pub mod peer;
