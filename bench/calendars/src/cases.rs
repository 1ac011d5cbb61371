//! How many cases of other projects each library gets right: calendars whose occurrences, and rules whose instances,
//! independent libraries agree on. They lie beside the repository, in `../shared/ical`, or in a folder of that form that
//! is named on the command line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use calcard::icalendar::ICalendar;
use calcard::icalendar::dates::TimeOrDelta;
use chrono::{DateTime, NaiveDateTime, Utc};
use plokk_ical_io::{Calendar, Component, Window, Zone, events, read, recur, write};
use serde_json::Value;

/// How many instances a rule is asked for at most, where it has no end.
const LIMIT: usize = 2_000;

/// Right answers of plokk-ical-io, calcard and rrule, and how many there are.
pub struct Score {
    pub calendars: [usize; 2],
    pub calendar_count: usize,
    pub rules: [usize; 3],
    pub rule_count: usize,
}

/// The score on the cases of a folder; `None` where there are none.
pub fn score(folder: &Path) -> Option<Score> {
    let lines = |name: &str| -> Option<Vec<Value>> {
        let text = fs::read_to_string(folder.join(name)).ok()?;
        Some(text.lines().map(|line| serde_json::from_str(line).expect("a case in JSON")).collect())
    };
    let (calendars, rules) = (lines("expected.jsonl")?, lines("rules.jsonl")?);
    let mut score =
        Score { calendars: [0; 2], calendar_count: calendars.len(), rules: [0; 3], rule_count: rules.len() };
    for case in &calendars {
        let bytes = fs::read(folder.join("files").join(text(&case["file"]))).expect("a calendar");
        let window = Window::new(time(text(&case["from"])), time(text(&case["to"])));
        let expected = sorted(
            case["occ"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|occurrence| (time(text(&occurrence[1])), time(text(&occurrence[2])))),
        );
        let answers = [ours(&bytes, window), calcards(&bytes, window)];
        for (right, answer) in score.calendars.iter_mut().zip(answers) {
            // By starts: calcard lets an event without an end last for the rest of its day, which is no mistake.
            let same =
                answer.len() == expected.len() && answer.iter().zip(&expected).all(|(a, b)| a.0 == b.0);
            *right += usize::from(same);
        }
    }
    for case in &rules {
        let rule = Case::of(case);
        let answers = [rule.ours(), rule.calcards(), rule.rrules()];
        for (right, answer) in score.rules.iter_mut().zip(answers) {
            *right += usize::from(answer == rule.expected);
        }
    }
    Some(score)
}

type Span = (DateTime<Utc>, DateTime<Utc>);

fn sorted(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut spans: Vec<Span> = spans.collect();
    spans.sort_unstable();
    spans
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn local(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim_end_matches('Z');
    let whole = if text.contains('T') { text.to_owned() } else { format!("{text}T000000") };
    NaiveDateTime::parse_from_str(&whole, "%Y%m%dT%H%M%S").ok()
}

fn time(text: &str) -> DateTime<Utc> {
    local(text).expect("a time").and_utc()
}

fn ours(bytes: &[u8], window: Window) -> Vec<Span> {
    let calendar = read(bytes, "case").calendar;
    sorted(events(&calendar, window, &Zone::Floating).items.iter().map(|event| (event.start, event.end)))
}

/// What calcard makes of the events, those of each UID by themselves: its limit counts all instances from the first on, and
/// one endless rule would use it up for the others. The text is taken apart for it by this crate.
fn calcards(bytes: &[u8], window: Window) -> Vec<Span> {
    let calendar = read(bytes, "case").calendar;
    let mut by_uid: BTreeMap<String, Vec<&Component>> = BTreeMap::new();
    for (at, event) in calendar.named("VEVENT").enumerate() {
        let uid = event.uid().map_or_else(|| format!("no UID {at}"), |uid| uid.into_owned());
        by_uid.entry(uid).or_default().push(event);
    }
    sorted(by_uid.into_values().flat_map(|events| {
        let mut part = Calendar::new();
        for component in calendar.named("VTIMEZONE").chain(events) {
            part.push_component(component.clone());
        }
        calcards_part(&write(&part), window)
    }))
}

/// What calcard makes of one text, in UTC where no zone is named. Ends that it gives as a length are added up for it; the
/// window is ours.
fn calcards_part(bytes: &[u8], window: Window) -> Vec<Span> {
    let Ok(calendar) = ICalendar::parse(String::from_utf8_lossy(bytes)) else { return Vec::new() };
    let expanded = calendar.expand_dates(chrono_tz::Tz::UTC, 50_000);
    let spans = expanded.events.iter().filter_map(|event| {
        let start = event.start.with_timezone(&Utc);
        let end = match &event.end {
            TimeOrDelta::Time(end) => end.with_timezone(&Utc),
            TimeOrDelta::Delta(length) => start.checked_add_signed(*length)?,
        };
        Some((start, end))
    });
    spans.filter(|(start, end)| window.meets(*start, (*end).max(*start))).collect()
}

/// A rule with what it should make.
struct Case<'a> {
    rule: &'a str,
    start: &'a str,
    zone: Option<&'a str>,
    expected: Vec<NaiveDateTime>,
    /// How many instances to ask for.
    count: usize,
}

impl<'a> Case<'a> {
    fn of(case: &'a Value) -> Self {
        let from = case["start_at"].as_str().and_then(local);
        let expected: Vec<NaiveDateTime> =
            case["expect"].as_array().into_iter().flatten().filter_map(|at| local(text(at))).collect();
        let before = from.map_or(0, |_| LIMIT);
        let whole = !case["prefix"].as_bool().unwrap_or_default();
        Case {
            rule: text(&case["rrule"]),
            start: text(&case["dtstart"]),
            zone: case["tz"].as_str(),
            count: if whole || before > 0 { LIMIT } else { expected.len() },
            expected,
        }
    }

    /// The first instances that are expected, or those that there are.
    fn first(&self, made: impl Iterator<Item = NaiveDateTime>) -> Vec<NaiveDateTime> {
        let first = self.expected.first().copied();
        let made = made.take(self.count).skip_while(|at| first.is_some_and(|first| *at < first));
        made.take(self.expected.len() + usize::from(self.count == LIMIT && self.is_finite())).collect()
    }

    fn is_finite(&self) -> bool {
        self.rule.contains("COUNT") || self.rule.contains("UNTIL") || self.expected.is_empty()
    }

    fn ours(&self) -> Vec<NaiveDateTime> {
        let zone = self.zone.and_then(Zone::named).unwrap_or(Zone::Floating);
        recur(self.rule, self.start, &zone)
            .map(|made| self.first(made.filter_map(|at| local(&at))))
            .unwrap_or_default()
    }

    fn property(&self) -> String {
        match self.zone {
            _ if !self.start.contains('T') => format!("DTSTART;VALUE=DATE:{}", self.start),
            Some(zone) if !self.start.ends_with('Z') => format!("DTSTART;TZID={zone}:{}", self.start),
            // Both take a time without a zone for one of this machine: that no answer may hang on.
            _ => format!("DTSTART:{}Z", self.start.trim_end_matches('Z')),
        }
    }

    fn calcards(&self) -> Vec<NaiveDateTime> {
        let event = format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n{}\r\nRRULE:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            self.property(),
            self.rule
        );
        let Ok(calendar) = ICalendar::parse(&event) else { return Vec::new() };
        let expanded = calendar.expand_dates(chrono_tz::Tz::UTC, LIMIT);
        let mut made: Vec<NaiveDateTime> =
            expanded.events.iter().map(|event| event.start.naive_local()).collect();
        made.sort_unstable();
        self.first(made.into_iter())
    }

    fn rrules(&self) -> Vec<NaiveDateTime> {
        let set: Result<rrule::RRuleSet, _> = format!("{}\nRRULE:{}", self.property(), self.rule).parse();
        set.map(|set| self.first(set.into_iter().map(|at| at.naive_local()))).unwrap_or_default()
    }
}
