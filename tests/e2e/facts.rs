//! What is true of a desk, read from its files by other code than the program's.

use crate::desk::Desk;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use std::path::Path;
use toml_edit::{Document, Item, TableLike};

/// A half-open stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stretch {
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
}

impl Stretch {
    pub(crate) fn meets(self, other: Stretch) -> bool {
        self.from < other.to && other.from < self.to
    }

    pub(crate) fn contains(self, other: Stretch) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    pub(crate) fn padded(self, by: TimeDelta) -> Stretch {
        Stretch { from: self.from - by, to: self.to + by }
    }

    pub(crate) fn minutes(self) -> i64 {
        (self.to - self.from).num_minutes()
    }
}

/// Somebody with hours: an assistant, or a client.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) zone: Tz,
    pub(crate) skills: Option<Vec<String>>,
    hours: Vec<(chrono::Weekday, NaiveTime, NaiveTime)>,
}

impl Person {
    /// The people of a desk's table `assistant` or `client`.
    pub(crate) fn all(desk: &Desk, table: &str) -> Vec<Person> {
        let text = desk.read("plokk.toml");
        let settings = Document::parse(text.as_str()).expect("plokk.toml is TOML");
        let people = settings[table].as_array_of_tables().expect("it has people");
        people.iter().map(|person| Person::read(person)).collect()
    }

    fn read(table: &dyn TableLike) -> Person {
        let text = |key: &str| table.get(key).and_then(Item::as_str).expect("it is said").to_owned();
        let skills = table.get("skills").and_then(Item::as_array);
        let hours = table.get("hours").and_then(Item::as_table_like).expect("it is said");
        Person {
            id: text("id"),
            name: text("name"),
            zone: text("timezone").parse().expect("an IANA zone"),
            skills: skills.map(|s| s.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()),
            hours: hours.iter().flat_map(|(days, times)| week(days, times)).collect(),
        }
    }

    /// When this person is there, from 18 October for five weeks.
    pub(crate) fn there(&self) -> Vec<Stretch> {
        let first = NaiveDate::from_ymd_opt(2026, 10, 18).expect("a date");
        let days = (0..35).map(|day| first + Days::new(day));
        days.flat_map(|day| {
            let hours = self.hours.iter().filter(move |(weekday, ..)| *weekday == day.weekday());
            // Hours that end before they begin end on the next day.
            hours.map(move |(_, from, to)| Stretch {
                from: self.at(day, *from),
                to: self.at(if to > from { day } else { day + Days::new(1) }, *to),
            })
        })
        .collect()
    }

    fn at(&self, day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        let local = self.zone.from_local_datetime(&day.and_time(time));
        local.single().expect("nobody works while the clocks change").to_utc()
    }
}

/// `mon-fri = ["09:00-13:00"]`, or one day.
fn week(days: &str, times: &Item) -> Vec<(chrono::Weekday, NaiveTime, NaiveTime)> {
    let day = |name: &str| name.parse::<chrono::Weekday>().expect("a weekday");
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let (first, last) = (day(first), day(last));
    let times = times.as_array().expect("a list of times");
    (0..7)
        .filter_map(|n| chrono::Weekday::try_from(n).ok())
        .filter(|d| {
            (first.num_days_from_monday()..=last.num_days_from_monday()).contains(&d.num_days_from_monday())
        })
        .flat_map(|day| {
            times.iter().map(move |interval| {
                let (from, to) = interval.as_str().and_then(|i| i.split_once('-')).expect("from-to");
                (day, clock(from), clock(to))
            })
        })
        .collect()
}

fn clock(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").expect("a time of day")
}

/// When somebody is busy, as `expected/<desk>-busy.txt` has it.
pub(crate) struct Busy {
    pub(crate) who: String,
    pub(crate) time: Stretch,
    /// A block she has pinned by hand.
    pub(crate) pinned: bool,
}

/// All busy time of an example desk's assistants.
pub(crate) fn busy(desk: &str) -> Vec<Busy> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/e2e/expected/{desk}-busy.txt"));
    let text = std::fs::read_to_string(file).expect("it is there");
    let lines: Vec<Busy> = text.lines().filter(|line| !line.starts_with('#')).map(busy_line).collect();
    assert!(lines.len() > 20);
    lines
}

fn busy_line(line: &str) -> Busy {
    let mut words = line.splitn(4, ' ');
    let mut next = || words.next().expect("who, from, to, what");
    let (who, from, to, what) = (next(), next(), next(), next());
    let instant = |text: &str| text.parse::<DateTime<Utc>>().expect("RFC 3339");
    Busy {
        who: who.to_owned(),
        time: Stretch { from: instant(from), to: instant(to) },
        pinned: what.starts_with("[pinned]"),
    }
}
