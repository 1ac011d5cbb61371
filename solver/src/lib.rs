//! Time-block allocation: tasks into windows of free time, with a proven bound.
//!
//! A [`Problem`] says who is free when, what work there is, and what each shortfall costs. A
//! [`Solution`] says which chunk of which task is done when and by whom, what that costs, and a
//! lower bound that no solution can beat. Time is whole slots; this crate knows no dates, zones or
//! calendars.

pub mod capacity;
mod faults;
mod lp;
mod model;
mod options;
mod problem;
mod relax;
mod search;
mod solution;
mod solve;
#[cfg(test)]
mod testing;
mod units;
mod verify;

pub use faults::ProblemFault;
pub use options::{Observer, Options, Progress, Silent, Stage};
pub use problem::{After, Buffers, Cap, FORMAT, Previous, Problem, Quota, Task, Weights, Worker};
pub use solution::{Chunk, OPTIMAL_GAP, Solution, Status};
pub use solve::{Outcome, SolveError, solve};
pub use units::{Interval, Points, Slot, Slots};
pub use verify::{Parts, Verdict, Violation, verify};
