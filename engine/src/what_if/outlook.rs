//! Everything a what-if depends on, and what was learnt from it once for all scenarios.

use super::WhatIfError;
use super::history::History;
use super::timeline::Timeline;
use super::tracked;
use crate::desk::{FeedText, Shelf};
use crate::settings::Settings;
use crate::warning::Warning;
use chrono::{DateTime, Utc};

/// Everything a what-if depends on. The same question gives the same answer, on any number of threads.
#[derive(Clone, Debug)]
pub struct Question {
    /// What `plokk.toml` says.
    pub settings: Settings,
    /// The feeds, as fetched.
    pub feeds: Vec<FeedText>,
    /// Tracked time, and the file it is from.
    pub tracked: Option<(String, String)>,
    /// When it is asked.
    pub now: DateTime<Utc>,
    /// How many months ahead: 1 to 12.
    pub months: u32,
    /// Days an assistant is sick in a year, on average: what chances reckon with. Usually 6.
    pub sick_days: f64,
}

/// A question with what history says.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// What was asked.
    pub question: Question,
    /// The months ahead.
    pub timeline: Timeline,
    /// What has happened.
    pub history: History,
    /// What was wrong or doubtful in the feeds and in tracked time.
    pub warnings: Vec<Warning>,
}

impl Outlook {
    /// Looks ahead: fits demand to history, and lays out the time.
    ///
    /// # Errors
    ///
    /// An assistant's own feed that cannot be read.
    pub fn new(question: Question) -> Result<Outlook, WhatIfError> {
        let shelf = Shelf::read(&question.settings, question.feeds.clone())?;
        let (entries, mut warnings) = match &question.tracked {
            Some((source, text)) => tracked::read(text, source, &question.settings),
            None => Default::default(),
        };
        let history = History::fit(&question.settings, &shelf, &entries, question.now);
        let zone = question.settings.assistants[0].timezone;
        let near = question.settings.planning.horizon.num_days();
        let timeline = Timeline::new(zone, question.now, question.months.clamp(1, 12), near);
        warnings.extend(shelf.into_warnings());
        Ok(Outlook { question, timeline, history, warnings })
    }
}
