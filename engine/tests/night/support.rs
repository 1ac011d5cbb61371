//! A desk that is planned night after night, in memory.

use chrono::{DateTime, Utc};
use plokk_engine::{
    Change, ChangeKind, Changes, FeedText, How, Inputs, Kept, Mirror, OutFile, Planned, Settings, changes,
    plan_and_publish_as,
};
use plokk_solver::{Options, Silent};
use std::collections::{BTreeMap, BTreeSet};

/// Mari in Tallinn, nine to five, and two clients. No reserve and no meetings' buffers.
pub(crate) const SETTINGS: &str = r#"
[planning]
horizon = "1 week"
reserve = "0%"

[buffers]
meeting = "0 minutes"

[[assistant]]
id = "mari"
name = "Mari"
timezone = "Europe/Tallinn"
hours = { mon-fri = "09:00-17:00" }
feeds = ["mari.ics"]

[[client]]
id = "acme"
name = "Acme"
timezone = "Europe/Tallinn"
feeds = ["acme.ics"]

[[client]]
id = "bolt"
name = "Bolt"
timezone = "Europe/London"
feeds = ["bolt.ics"]
"#;

/// Monday, 03:00 in Tallinn.
pub(crate) const MONDAY: &str = "2026-10-19T00:00:00Z";

pub(crate) fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A VTODO of so many minutes, with more lines.
pub(crate) fn todo(uid: &str, minutes: u32, more: &str) -> String {
    format!(
        "BEGIN:VTODO\r\nUID:{uid}\r\nSUMMARY:{uid}\r\nESTIMATED-DURATION:PT{minutes}M\r\n{more}END:VTODO\r\n"
    )
}

/// A VEVENT between two times in UTC.
pub(crate) fn event(uid: &str, from: &str, to: &str, more: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:{uid}\r\nDTSTART:{from}\r\nDTEND:{to}\r\n{more}END:VEVENT\r\n"
    )
}

/// What a night came to.
pub(crate) struct Night {
    pub(crate) planned: Planned,
    pub(crate) changes: Changes,
}

impl Night {
    /// Every change of a kind.
    pub(crate) fn of(&self, kind: ChangeKind) -> Vec<&Change> {
        self.changes.clients.iter().flat_map(|c| &c.changes).filter(|change| change.kind == kind).collect()
    }

    /// The blocks of a task, as start and end in UTC.
    pub(crate) fn blocks(&self, task: &str) -> Vec<(String, String)> {
        let own = self.planned.plan.chunks.iter().filter(|chunk| chunk.task == task);
        let text = |time: DateTime<chrono::FixedOffset>| time.to_utc().format("%dT%H:%M").to_string();
        own.map(|chunk| (text(chunk.start), text(chunk.end))).collect()
    }
}

/// The desk between two nights.
pub(crate) struct Desk {
    pub(crate) settings: Settings,
    pub(crate) feeds: BTreeMap<String, String>,
    pub(crate) last: Option<Kept>,
    pub(crate) published: BTreeMap<String, Vec<u8>>,
    pub(crate) mirrors: Vec<Mirror>,
    pub(crate) carry: bool,
    pub(crate) effort: f64,
}

impl Desk {
    pub(crate) fn new(settings: &str, feeds: &[(&str, &str)]) -> Desk {
        let settings = Settings::read(settings, "plokk.toml").unwrap_or_else(|faults| panic!("{faults:?}"));
        let mut texts: BTreeMap<String, String> =
            settings.feeds().into_iter().map(|feed| (feed.to_owned(), String::new())).collect();
        texts.extend(feeds.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
        Desk {
            settings,
            feeds: texts,
            last: None,
            published: BTreeMap::new(),
            mirrors: Vec::new(),
            carry: true,
            effort: 0.05,
        }
    }

    pub(crate) fn feed(&mut self, name: &str, text: &str) {
        self.feeds.insert(name.to_owned(), text.to_owned());
    }

    /// One night.
    pub(crate) fn night(&mut self, now: &str) -> Night {
        let feeds = self.feeds.iter().map(|(name, text)| FeedText {
            feed: name.clone(),
            source: name.clone(),
            content: Ok(format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{text}END:VCALENDAR\r\n").into_bytes()),
            warnings: Vec::new(),
        });
        let inputs = Inputs {
            settings: self.settings.clone(),
            feeds: feeds.collect(),
            last: self.last.take(),
            published: std::mem::take(&mut self.published),
            now: utc(now),
        };
        let how = How {
            options: Options { effort: self.effort, ..Options::default() },
            carry: self.carry,
            mirrors: self.mirrors.clone(),
        };
        let (planned, files) =
            plan_and_publish_as(inputs, &how, &Silent).unwrap_or_else(|error| panic!("{error}"));
        let changes = changes(&planned, &files);
        self.last = Some(planned.kept.clone());
        self.publish(files);
        Night { planned, changes }
    }

    pub(crate) fn publish(&mut self, files: Vec<OutFile>) {
        self.published = files.into_iter().map(|file| (file.path, file.bytes)).collect();
    }

    /// A published calendar, unfolded.
    pub(crate) fn calendar(&self, path: &str) -> String {
        String::from_utf8(self.published[path].clone()).expect("it is UTF-8").replace("\r\n ", "")
    }

    /// The VEVENTs of a published calendar, unfolded.
    pub(crate) fn events(&self, path: &str) -> Vec<String> {
        let text = self.calendar(path);
        let events = text.split("BEGIN:VEVENT\r\n").skip(1);
        events
            .map(|event| {
                format!(
                    "BEGIN:VEVENT\r\n{}END:VEVENT\r\n",
                    event.split("END:VEVENT").next().unwrap_or_default()
                )
            })
            .collect()
    }

    /// The only standing event of mari's feed with that summary.
    pub(crate) fn event(&self, summary: &str) -> String {
        let events = self.events("mari.ics");
        let mut own = events.iter().filter(|event| {
            event.contains(&format!("SUMMARY:{summary}\r\n")) && !event.contains("STATUS:CANCELLED")
        });
        let event = own.next().unwrap_or_else(|| panic!("{summary} is not in {events:#?}")).clone();
        assert!(own.next().is_none(), "{summary} stands there twice");
        event
    }

    /// A calendar that blocks are written to, with these events in it.
    pub(crate) fn mirror(&mut self, events: &[String]) {
        let written: BTreeSet<String> = self
            .events("mari.ics")
            .iter()
            .filter(|event| !event.contains("STATUS:CANCELLED"))
            .map(|event| value(event, "UID"))
            .collect();
        let text = FeedText {
            feed: "caldav".into(),
            source: "caldav".into(),
            content: Ok(format!("BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n", events.concat()).into_bytes()),
            warnings: Vec::new(),
        };
        self.mirrors = vec![Mirror { assistant: "mari".into(), text, written }];
    }
}

/// The value of a property of an event.
pub(crate) fn value(event: &str, name: &str) -> String {
    let line = event.lines().find(|line| line.split([':', ';']).next() == Some(name));
    line.and_then(|line| line.split_once(':')).map(|(_, value)| value.to_owned()).unwrap_or_default()
}
