//! Desks to ask.

use plokk_engine::what_if::{Change, Outlook, Question, Scenario};
use plokk_engine::{FeedText, Settings};
use std::path::PathBuf;

/// A Monday morning in Tallinn.
pub(crate) const NOW: &str = "2026-10-19T05:00:00Z";

fn feed(name: &str, bytes: Vec<u8>) -> FeedText {
    FeedText { feed: name.to_owned(), source: name.to_owned(), content: Ok(bytes), warnings: Vec::new() }
}

/// A desk of the folder `examples`.
pub(crate) fn example(name: &str) -> (Settings, Vec<FeedText>) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name);
    let read =
        |file: &str| std::fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let text = String::from_utf8(read("plokk.toml")).expect("it is UTF-8");
    let settings = Settings::read(&text, "plokk.toml").expect("nothing is wrong with it");
    let feeds = settings.feeds().iter().map(|name| feed(name, read(name))).collect();
    (settings, feeds)
}

pub(crate) fn question(settings: Settings, feeds: Vec<FeedText>, months: u32) -> Question {
    let now = NOW.parse().expect("RFC 3339");
    Question { settings, feeds, tracked: None, now, months, sick_days: 6.0 }
}

/// One assistant, 40 hours a week without reserve and buffers, and one client with a retainer of so many hours a week;
/// what is said beside goes to the end of the settings.
pub(crate) fn small(retainer: u32, more: &str, todos: &str) -> Outlook {
    outlook(&settings_of(retainer, more), todos, 3)
}

pub(crate) fn settings_of(retainer: u32, more: &str) -> String {
    format!(
        "[planning]\nreserve = '0%'\n[buffers]\nmeeting = '0 minutes'\nsame_batch = '0 minutes'\n\
         same_client = '0 minutes'\nother_client = '0 minutes'\n\
         [[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n\
         [[client]]\nid = 'acme'\ntimezone = 'Europe/London'\nfeeds = ['acme.ics']\nfee = '30 EUR'\n\
         retainer = {{ min = '{retainer}h', per = 'week' }}\n{more}"
    )
}

pub(crate) fn outlook(toml: &str, todos: &str, months: u32) -> Outlook {
    let settings = Settings::read(toml, "plokk.toml").expect("nothing is wrong with it");
    let calendar = |body: &str| format!("BEGIN:VCALENDAR\n{body}END:VCALENDAR\n").into_bytes();
    let feeds = vec![feed("mari.ics", calendar("")), feed("acme.ics", calendar(todos))];
    Outlook::new(question(settings, feeds, months)).expect("her calendar can be read")
}

/// A scenario of changes.
pub(crate) fn wish(changes: Vec<Change>) -> Scenario {
    Scenario { name: "wish".to_owned(), changes }
}
