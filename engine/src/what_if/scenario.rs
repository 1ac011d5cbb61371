//! What could be different: scenarios, and the changes they are made of.

use crate::settings::{Assistant, Fee, Period, Retainer, WeekHours};
use chrono::{NaiveDate, TimeDelta};
use plokk_ical_io::IanaZone;

/// A named set of changes; without any it is today's desk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// How it is called in tables.
    pub name: String,
    /// What is different, in the order in which it is applied.
    pub changes: Vec<Change>,
}

/// From one date to another, both included; open where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub until: Option<NaiveDate>,
}

/// Which work a factor is for; all where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Which {
    /// Only this client's (an id).
    pub client: Option<String>,
    /// Only of this category.
    pub category: Option<String>,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// One more client.
    AddClient(NewClient),
    /// A client leaves: what would arrive or be due after that day is not done for it.
    DropClient {
        /// The client's id.
        client: String,
        /// The first day without it; today where there is none.
        from: Option<NaiveDate>,
    },
    /// Another retainer, or none.
    Retainer {
        /// The client's id.
        client: String,
        /// What is sold.
        retainer: Option<Retainer>,
        /// From the first period that starts on or after that day.
        from: Option<NaiveDate>,
    },
    /// Somebody does not work: holidays, a sick week.
    Away {
        /// The assistant's id; `None`: everybody.
        who: Option<String>,
        /// When.
        dates: Dates,
    },
    /// Other hours.
    Hours {
        /// The assistant's id.
        who: String,
        /// The hours.
        hours: WeekHours,
        /// When.
        dates: Dates,
    },
    /// One more assistant, or a sub-contractor.
    AddAssistant(Box<NewAssistant>),
    /// More or less work arrives.
    Demand {
        /// Which work.
        which: Which,
        /// How many times as much; at least 0.
        factor: f64,
        /// When.
        dates: Dates,
    },
    /// Work takes longer or shorter than it is estimated.
    Estimates {
        /// Which work.
        which: Which,
        /// How many times as long; above 0.
        factor: f64,
    },
    /// A due date is moved; a deadline goes with it.
    Due {
        /// The task's id, or the start of it.
        task: String,
        /// Where to.
        to: Moved,
    },
}

/// Where a due date is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// To the end of that day of the first assistant.
    To(NaiveDate),
    /// By so long; negative for earlier.
    By(TimeDelta),
}

/// A client who is not on the desk yet.
#[derive(Clone, Debug, PartialEq)]
pub struct NewClient {
    /// The id.
    pub id: String,
    /// How many hours each period brings.
    pub hours: TimeDelta,
    /// Which period.
    pub per: Period,
    /// Where the client is.
    pub timezone: IanaZone,
    /// Which kind of work it is.
    pub category: String,
    /// What an hour earns.
    pub fee: Option<Fee>,
    /// Multiplies the weight of the work.
    pub weight: f64,
    /// When.
    pub dates: Dates,
}

/// Somebody who does not work here yet.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAssistant {
    /// As plokk.toml would describe her; she has no feeds.
    pub assistant: Assistant,
    /// What an hour of hers costs.
    pub cost: Option<Fee>,
    /// At most so much a week.
    pub most: Option<TimeDelta>,
    /// When.
    pub dates: Dates,
}

impl Dates {
    /// Whether a day is inside.
    #[must_use]
    pub fn hold(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

impl Which {
    /// Whether work of that client and category is meant.
    #[must_use]
    pub fn means(&self, client: &str, category: &str) -> bool {
        let same =
            |a: &Option<String>, b: &str| a.as_ref().is_none_or(|a| a.to_lowercase() == b.to_lowercase());
        same(&self.client, client) && same(&self.category, category)
    }
}

impl Scenario {
    /// Today's desk.
    #[must_use]
    pub fn today() -> Scenario {
        Scenario { name: "today".to_owned(), changes: Vec::new() }
    }

    /// The client it adds, if it is one.
    #[must_use]
    pub fn added_client(&self) -> Option<&NewClient> {
        let mut added = self.changes.iter().filter_map(|change| match change {
            Change::AddClient(client) => Some(client),
            _ => None,
        });
        added.next().filter(|_| added.next().is_none())
    }
}
