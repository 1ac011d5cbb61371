//! What if: scenarios over months, the chances of what was promised, and the price of an hour.
//!
//! One direction: [`Question`] (the desk's files) -> [`Outlook`] (time and history, once) -> [`Case`] (a scenario as a
//! capacity problem) -> [`Figures`], [`Chances`] and the answers to [questions](Outlook::prices). Nothing is published
//! and nothing is kept.
//!
//! ```
//! use plokk_engine::what_if::{Dates, Change, Outlook, Question, Scenario};
//! use plokk_engine::{FeedText, Settings};
//! let toml = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
//! let feed = FeedText {
//!     feed: "mari.ics".into(),
//!     source: "mari.ics".into(),
//!     content: Ok(b"BEGIN:VCALENDAR\nEND:VCALENDAR\n".into()),
//!     warnings: Vec::new(),
//! };
//! let settings = Settings::read(toml, "plokk.toml").expect("nothing is wrong with it");
//! let add = Change::add_client("sydney:10h/week", &settings, Dates::default())?;
//! let now = "2026-10-19T05:00:00Z".parse()?;
//! let outlook = Outlook::new(Question { settings, feeds: vec![feed], tracked: None, now, months: 3, sick_days: 6.0 })?;
//! let case = outlook.case(&Scenario { name: "sydney".into(), changes: vec![add] })?;
//! let (_, figures) = outlook.figures(&case)?;
//! assert!(figures.clients[0].done > 120.0 && figures.late_hours < 0.1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod apply;
mod case;
mod chance;
mod dice;
mod figures;
mod flags;
mod history;
mod near;
mod outlook;
mod page;
mod plot;
mod promises;
mod questions;
mod read;
mod scenario;
mod stream;
mod sweep;
mod timeline;
mod tracked;
mod zones;

pub use answer::{Answer, Ask};
pub use case::{Case, Source};
pub use chance::{Chance, Chances, Draws, Percentiles, RetainerChance, TaskChance, WeekLoad};
pub use figures::{ClientFigures, Figures, LateTask, WeekFigures};
pub use flags::categories;
pub use history::{Estimates, Habit, History};
pub use near::{Near, NearFault, NearTask};
pub use outlook::{Outlook, Question};
pub use page::page;
pub use questions::{FirstFit, Hire, HireStep, PricedHour, PricedSkill, Sellable, Step, WaysOut};
pub use scenario::{Change, Dates, Moved, NewAssistant, NewClient, Scenario, Which};
pub use stream::Stream;
pub use sweep::{COLUMNS, Grid, Row};
pub use timeline::Timeline;
pub use zones::guess_zone;

use crate::desk::DeskError;
use plokk_solver::capacity::CapacityError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum WhatIfError {
    /// An assistant's own feed cannot be read.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// A scenario moves the due date of a task that is not there.
    #[error("scenario {scenario:?}: no task of the next months is called {task:?}{}", near.as_ref().map(|near| format!("; did you mean {near:?}?")).unwrap_or_default())]
    NoTask {
        /// The scenario.
        scenario: String,
        /// The task.
        task: String,
        /// What may be meant.
        near: Option<String>,
    },
    /// The capacity problem could not be solved: a fault of this program.
    #[error(transparent)]
    Capacity(#[from] CapacityError),
    /// The near weeks could not be planned: a fault of this program.
    #[error(transparent)]
    Near(#[from] NearFault),
}

impl WhatIfError {
    /// Whether the input is at fault, not this program.
    #[must_use]
    pub fn is_input(&self) -> bool {
        matches!(self, WhatIfError::Desk(_) | WhatIfError::NoTask { .. })
    }
}
