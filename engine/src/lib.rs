//! Clients, work, retainers and plans: calendars in, a planning problem, a plan, calendars out.

pub mod desk;
mod plan;
pub mod pose;
pub mod settings;
mod warning;

pub use desk::{
    AssistantTime, BusyTime, ClientTime, Desk, DeskError, DueFrom, FeedText, OwnFeed, Pinned, Window, Work,
    WorkLink,
};
pub use plan::{Late, Plan, PlannedChunk, Unscheduled};
pub use pose::{Axis, Hindrance, Impossible, Posed, pose};
pub use settings::{SettingFault, Settings};
pub use warning::Warning;
