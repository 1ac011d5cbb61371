//! Clients, work, retainers and plans: calendars in, a planning problem, a plan, calendars out.

mod plan;
mod warning;

pub use plan::{Late, Plan, PlannedChunk, Unscheduled};
pub use warning::Warning;
