//! Clients, work, retainers and plans: calendars in, a planning problem, a plan, calendars out.

mod calm;
mod changes;
pub mod desk;
mod digest;
mod explain;
mod pipeline;
mod plan;
pub mod pose;
mod publish;
pub mod settings;
mod warning;
pub mod what_if;
pub mod words;

pub use calm::{Diary, Mirror};
pub use changes::{Change, ChangeKind, Changes, ClientChanges, Restored, Stretch, changes, restored};
pub use desk::{
    AssistantTime, BusyTime, ClientTime, Desk, DeskError, DueFrom, FeedText, OwnFeed, Pinned, Window, Work,
    WorkLink,
};
pub use explain::{Elsewhere, Explanation, Relief, Rule, State, TimeLeft, explain, find, nearest};
pub use pipeline::{
    How, Inputs, Kept, PlanError, Planned, Way, plan_and_publish, plan_and_publish_as, plan_desk,
    plan_desk_as,
};
pub use plan::{ClientSummary, Late, Plan, PlannedChunk, RetainerSummary, Unscheduled, summarize};
pub use pose::{Axis, Hindrance, Impossible, Posed, pose};
pub use publish::{OutFile, PLAN_FILE, publish, published_paths, restore};
pub use settings::{SettingFault, Settings};
pub use warning::Warning;
