//! Benches, a problem generator and peers for Plokk, measured side by side.
//!
//! - [`generate`](mod@generate): random but lifelike problems, one seed one problem.
//! - [`greedy`]: the first peer, an earliest-due-date planner that keeps every rule.
//! - [`long_view`]: the long view of what-if beside the block solver, greedy and TaskJuggler.
//! - [`peer`]: whoever takes a problem and writes a solution, run as a process of its own.
//! - [`compare`](mod@compare): every peer on every problem, the table of what came out, and a
//!   picture of cost over time.
//! - [`reference`](mod@reference): instances with the lowest cost that anybody is known to have found.
//! - [`scaling`]: how the work of solving grows with the problem.
//! - [`replan`]: how much of a plan stands, and how fast, when something is added to the desk.

pub mod chart;
pub mod compare;
pub mod generate;
pub mod greedy;
pub mod long_view;
pub mod machine;
pub mod peer;
pub mod reference;
pub mod replan;
pub mod scaling;
pub mod statistics;
pub mod trace;
