//! A desk's settings: `plokk.toml`, read, checked and filled with defaults.
//!
//! [`Settings::read`] takes the text and gives plain data in which nothing is left to check, or
//! every fault of the file at once, each with its place, its cause and the nearest valid spelling.

mod deliver;
pub(crate) mod duration;
mod fault;
mod feeds;
pub(crate) mod hours;
pub(crate) mod ids;
mod mail_server;
pub(crate) mod money;
pub(crate) mod nearest;
mod read;
pub(crate) mod reader;
pub(crate) mod syntax;
pub(crate) mod zone;

pub(crate) use deliver::forget;
pub use deliver::{CaldavSettings, MailSettings, NotifySettings, PublishSettings, Secret, WebhookStyle};
pub use fault::SettingFault;
pub use mail_server::MailServer;
pub(crate) use read::{period, retainer};

use chrono::TimeDelta;
use plokk_ical_io::IanaZone;
use plokk_solver::Weights;
use std::path::Path;

/// Everything `plokk.toml` says, defaults applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How far to plan, how finely, and where the result goes.
    pub planning: Planning,
    /// Time kept free between things.
    pub buffers: BufferSettings,
    /// Who works; at least one.
    pub assistants: Vec<Assistant>,
    /// For whom.
    pub clients: Vec<Client>,
    /// Kinds of work.
    pub categories: Vec<Category>,
    /// What each shortfall costs, and how urgency and the freeze weigh.
    pub weights: WeightSettings,
    /// Where calendars are pushed to, beside the feeds.
    pub publish: PublishSettings,
    /// Who is told what a night has changed.
    pub notify: NotifySettings,
}

/// `[planning]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Planning {
    /// How far to plan, from local midnight today. Default 4 weeks.
    pub horizon: TimeDelta,
    /// The length of a slot in minutes; divides 60. Default 5.
    pub slot: u32,
    /// The share (0 to 1, 1 excluded) of each day's free time that is kept for the unexpected. Default 0.1.
    pub reserve: f64,
    /// From now on so long, blocks of the last plan move only if they must. Default 36 hours.
    pub freeze: TimeDelta,
    /// The folder of the published files, relative to the desk. Default `calendars`.
    pub output: String,
}

/// `[buffers]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BufferSettings {
    /// Kept free before and after every busy event. Default 10 minutes.
    pub meeting: TimeDelta,
    /// Between two chunks for one client and category. Default 5 minutes.
    pub same_batch: TimeDelta,
    /// When the next chunk is another category. Default 10 minutes.
    pub same_client: TimeDelta,
    /// When the next chunk is another client. Default 15 minutes.
    pub other_client: TimeDelta,
}

/// `[[assistant]]`: somebody who works.
#[derive(Clone, Debug, PartialEq)]
pub struct Assistant {
    /// Names her in files and plans.
    pub id: String,
    /// For eyes. Default: the id.
    pub name: String,
    /// Her address, lower case: how she stands among attendees.
    pub email: Option<String>,
    /// Where she lives; her hours are local to it.
    pub timezone: IanaZone,
    /// When she works. Default: Monday to Friday, 09:00 to 17:00.
    pub hours: WeekHours,
    /// Her own calendars: busy time, and her own tasks. Files are relative to the desk.
    pub feeds: Vec<String>,
    /// The categories she does; `None`: all.
    pub skills: Option<Vec<String>>,
    /// Points per hour worked. Default 0.
    pub rate: f64,
}

/// `[[client]]`: somebody to work for.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// Names the client in files and plans.
    pub id: String,
    /// For eyes. Default: the id.
    pub name: String,
    /// Where the client is; hours and dates are local to it.
    pub timezone: IanaZone,
    /// When the client can be reached. Default: Monday to Friday, 09:00 to 17:00.
    pub hours: WeekHours,
    /// The client's calendars: work, availability, meetings.
    pub feeds: Vec<String>,
    /// Multiplies the weight of all the client's work. Default 1.
    pub weight: f64,
    /// Hours sold.
    pub retainer: Option<Retainer>,
    /// When work that says no due time is due.
    pub response: Option<WorkingDuration>,
    /// What an hour earns.
    pub fee: Option<Fee>,
}

/// `[[category]]`: a kind of work.
#[derive(Clone, Debug, PartialEq)]
pub struct Category {
    /// How feeds call it.
    pub name: String,
    /// For work that says none. Default 1 hour.
    pub estimate: TimeDelta,
    /// The shortest uninterrupted chunk. Default 30 minutes.
    pub min_chunk: TimeDelta,
    /// The longest uninterrupted chunk. Default 2 hours.
    pub max_chunk: TimeDelta,
    /// The times of day when it is better done, local to the first assistant. Default: none.
    pub prefer: Vec<DayInterval>,
    /// Whether it is done only while the client can be reached. Default false.
    pub live: bool,
}

/// A guaranteed minimum and a maximum of hours for a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retainer {
    /// At least so much per period, as far as there is work; soft.
    pub min: Option<TimeDelta>,
    /// At most so much per period; hard.
    pub max: Option<TimeDelta>,
    /// Which period.
    pub per: Period,
}

/// A calendar period, local to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Monday to Sunday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
}

/// A length of time, elapsed or counted in working hours only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkingDuration {
    /// Time on the clock: "2 days".
    Elapsed(TimeDelta),
    /// Only the hours somebody works: "24 working hours".
    Working(TimeDelta),
}

/// Money per hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Fee {
    /// How much.
    pub amount: f64,
    /// Of what: an ISO 4217 code as written, such as `EUR`.
    pub currency: String,
}

/// A half-open piece of a local day, in minutes after midnight; it may end on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayInterval {
    /// The first minute inside, 0 to 1439.
    pub from: u16,
    /// The first minute after, larger than `from`; over 1440 it lies on the next day.
    pub to: u16,
}

/// When somebody works, weekday by weekday, in local time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeekHours {
    /// Monday first; each day sorted and disjoint.
    pub days: [Vec<DayInterval>; 7],
}

/// `[weights]`: what each shortfall costs, and an Eisenhower matrix for what work weighs.
///
/// Importance is PRIORITY (RFC 5545 section 3.8.1.9); urgency is the time until work is due, or until
/// its deadline where that comes first. With the defaults work weighs, times its client's `weight`,
///
/// | PRIORITY | urgent: due within 2 days, or overdue | due within the horizon | can wait: due after it, or never |
/// |---|---|---|---|
/// | 1, important | 8 | 4 | 2 |
/// | 5, or none   | 4 | 2 | 1 |
/// | 9, not important | 2 | 1 | 0.5 |
///
/// and priorities between these lie between them in equal ratios.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightSettings {
    /// Points per unit of each cost of the planning problem.
    pub points: Weights,
    /// Important work (PRIORITY 1) weighs so many times as much as normal work (5), and normal work
    /// so many times as much as unimportant work (9). Default 2.
    pub importance: f64,
    /// Urgent work weighs so many times as much as work that is not. Default 2.
    pub urgency: f64,
    /// Work due within so long of now is urgent. Default 2 days.
    pub urgent: TimeDelta,
    /// Moving an hour of the last plan inside the freeze costs so many times `move`. Default 10.
    pub frozen: u32,
}

impl Default for Planning {
    fn default() -> Planning {
        Planning {
            horizon: TimeDelta::weeks(4),
            slot: 5,
            reserve: 0.1,
            freeze: TimeDelta::hours(36),
            output: "calendars".to_owned(),
        }
    }
}

impl Default for BufferSettings {
    fn default() -> BufferSettings {
        BufferSettings {
            meeting: TimeDelta::minutes(10),
            same_batch: TimeDelta::minutes(5),
            same_client: TimeDelta::minutes(10),
            other_client: TimeDelta::minutes(15),
        }
    }
}

impl Default for WeightSettings {
    fn default() -> WeightSettings {
        WeightSettings {
            points: Weights::default(),
            importance: 2.0,
            urgency: 2.0,
            urgent: TimeDelta::days(2),
            frozen: 10,
        }
    }
}

impl Default for Category {
    fn default() -> Category {
        Category {
            name: Category::GENERAL.to_owned(),
            estimate: TimeDelta::hours(1),
            min_chunk: TimeDelta::minutes(30),
            max_chunk: TimeDelta::hours(2),
            prefer: Vec::new(),
            live: false,
        }
    }
}

impl Category {
    /// The category of work that names none; a `[[category]]` of this name sets its values.
    pub const GENERAL: &'static str = "general";
}

impl WeekHours {
    /// Monday to Friday, 09:00 to 17:00: what somebody works who does not say.
    ///
    /// ```
    /// use plokk_engine::settings::WeekHours;
    /// let hours = WeekHours::office();
    /// assert_eq!((hours.days[4][0].from, hours.days[4][0].to), (9 * 60, 17 * 60));
    /// assert!(hours.days[5].is_empty());
    /// ```
    #[must_use]
    pub fn office() -> WeekHours {
        let mut hours = WeekHours::default();
        for day in &mut hours.days[..5] {
            day.push(DayInterval { from: 9 * 60, to: 17 * 60 });
        }
        hours
    }

    /// Whether there is no hour in the whole week.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(Vec::is_empty)
    }
}

impl Settings {
    /// Reads the text of a `plokk.toml`; `file` names it in faults. Whether feeds exist is not
    /// looked at: see [`Settings::read_in`].
    ///
    /// ```
    /// use plokk_engine::Settings;
    /// let settings = Settings::read(
    ///     r#"
    ///     [[assistant]]
    ///     id = "mari"
    ///     timezone = "Europe/Tallinn"
    ///     feeds = ["feeds/mari.ics"]
    ///     "#,
    ///     "plokk.toml",
    /// )
    /// .expect("nothing is wrong with it");
    /// assert_eq!(settings.assistants[0].name, "mari");
    /// assert_eq!(settings.planning.slot, 5);
    ///
    /// let faults = Settings::read("[planing]\nslot = '7 minutes'", "plokk.toml").expect_err("two slips");
    /// assert_eq!(faults[1].to_string(), "plokk.toml:1: planing: unknown key; did you mean \"planning\"?");
    /// ```
    ///
    /// # Errors
    ///
    /// Every fault of the file, in the order of its lines.
    pub fn read(text: &str, file: &str) -> Result<Settings, Vec<SettingFault>> {
        read::read(text, file, None)
    }

    /// Reads the text of a `plokk.toml` as [`Settings::read`] does, and looks whether the files and
    /// folders it names as feeds are there, relative to the desk's folder.
    ///
    /// ```
    /// use plokk_engine::Settings;
    /// let text = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['no-such.ics']\n";
    /// let faults = Settings::read_in(text, "plokk.toml", "no-such-desk".as_ref()).expect_err("it is not there");
    /// assert_eq!((faults[0].line, faults[0].key.as_str()), (4, "assistant.feeds"));
    /// ```
    ///
    /// # Errors
    ///
    /// Every fault of the file, and every feed that does not exist, in the order of its lines.
    pub fn read_in(text: &str, file: &str, folder: &Path) -> Result<Settings, Vec<SettingFault>> {
        read::read(text, file, Some(folder))
    }

    /// Every feed the desk names, each once, in the order of the file: assistants' first.
    ///
    /// ```
    /// use plokk_engine::Settings;
    /// let text = "
    ///     [[client]]
    ///     id = 'acme'
    ///     timezone = 'Europe/London'
    ///     feeds = ['acme.ics', 'shared.ics']
    ///     [[assistant]]
    ///     id = 'mari'
    ///     timezone = 'Europe/Tallinn'
    ///     feeds = ['mari.ics', 'shared.ics']
    /// ";
    /// let settings = Settings::read(text, "plokk.toml").expect("nothing is wrong with it");
    /// assert_eq!(settings.feeds(), ["mari.ics", "shared.ics", "acme.ics"]);
    /// ```
    #[must_use]
    pub fn feeds(&self) -> Vec<&str> {
        let assistants = self.assistants.iter().flat_map(|a| &a.feeds);
        let clients = self.clients.iter().flat_map(|c| &c.feeds);
        let mut feeds: Vec<&str> = Vec::new();
        for feed in assistants.chain(clients) {
            if !feeds.contains(&feed.as_str()) {
                feeds.push(feed);
            }
        }
        feeds
    }
}

/// Reads a length of time as `plokk.toml` writes it, wherever else people write one.
pub(crate) fn parse_duration(text: &str) -> Option<TimeDelta> {
    duration::duration(text).ok()
}
