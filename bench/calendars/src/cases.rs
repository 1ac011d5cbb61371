//! Answers on which independent libraries agree: how many of them each crate gives.

use std::fs;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime};
use plokk_ical_io::{Window, Zone, events, read, recur};
use serde_json::Value;

use super::row;

pub(super) fn rows(folder: &Path) {
    let (calendars, rules) = (lines(&folder.join("expected.jsonl")), lines(&folder.join("rules.jsonl")));
    if calendars.is_empty() || rules.is_empty() {
        eprintln!("{}: no cases there; rows of right answers are left out", folder.display());
        return;
    }
    let files = folder.join("files");
    let right = |answer: &dyn Fn(&[u8], &Value) -> Vec<(String, i64, i64)>| {
        let all = calendars.iter().filter(|case| {
            let bytes = fs::read(files.join(text(case, "file"))).expect("a calendar of the cases");
            let mut made = answer(&bytes, case);
            let mut wanted: Vec<_> = case["occ"].as_array().into_iter().flatten().map(wanted).collect();
            made.sort();
            wanted.sort();
            made == wanted
        });
        Some(format!("{} of {}", all.count(), calendars.len()))
    };
    row("calendars right", [right(&ours), right(&calcards), None, None]);
    let right = |answer: &dyn Fn(&Value, usize) -> Vec<String>| {
        let all = rules.iter().filter(|case| {
            let wanted: Vec<&str> =
                case["expect"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let rule = text(case, "rrule");
            let endless = !rule.contains("COUNT") && !rule.contains("UNTIL") && !wanted.is_empty();
            let prefix = case["prefix"] == true || endless;
            let made = answer(case, wanted.len() + usize::from(!prefix));
            made == wanted
        });
        Some(format!("{} of {}", all.count(), rules.len()))
    };
    row("rules right", [right(&our_rule), None, None, right(&their_rule)]);
    let mut all = Vec::new();
    collect(&files, &mut all);
    let count = |is_read: &dyn Fn(&[u8]) -> bool| {
        let good = all.iter().filter(|bytes| is_read(bytes)).count();
        Some(format!("{good} of {}", all.len()))
    };
    row(
        "files that give a component",
        [
            count(&|bytes| !read(bytes, "case").calendar.components().is_empty()),
            count(&|bytes| {
                std::str::from_utf8(bytes)
                    .is_ok_and(|text| calcard::icalendar::ICalendar::parse(text).is_ok())
            }),
            count(&|bytes| {
                std::str::from_utf8(bytes).is_ok_and(|text| text.parse::<icalendar::Calendar>().is_ok())
            }),
            None,
        ],
    );
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("a case in JSON")).collect()
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_default()
}

fn time(text: &str) -> i64 {
    let time = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").expect("a UTC time");
    time.and_utc().timestamp()
}

fn wanted(occurrence: &Value) -> (String, i64, i64) {
    let text = |at: usize| occurrence[at].as_str().unwrap_or_default();
    (text(0).to_owned(), time(text(1)), time(text(2)))
}

fn ours(bytes: &[u8], case: &Value) -> Vec<(String, i64, i64)> {
    let at = |name| DateTime::from_timestamp(time(text(case, name)), 0).expect("a time");
    let calendar = read(bytes, "case").calendar;
    let made = events(&calendar, Window::new(at("from"), at("to")), &Zone::Floating).items;
    made.iter().map(|o| (o.uid.to_string(), o.start.timestamp(), o.end.timestamp())).collect()
}

fn calcards(bytes: &[u8], case: &Value) -> Vec<(String, i64, i64)> {
    let text_of = String::from_utf8_lossy(bytes);
    let Ok(calendar) = calcard::icalendar::ICalendar::parse(&text_of) else { return Vec::new() };
    let (from, to) = (time(text(case, "from")), time(text(case, "to")));
    let events = calendar.expand_dates(chrono_tz::Tz::UTC, 200_000).events;
    let named = events.into_iter().filter_map(|event| {
        let component = &calendar.components[event.comp_id as usize];
        let is_event = component.component_type == calcard::icalendar::ICalendarComponentType::VEvent;
        let (start, end) = event.timestamps();
        let meets = start < to && (end > from || (start == end && start >= from));
        (is_event && meets).then(|| (component.uid().unwrap_or_default().to_owned(), start, end))
    });
    named.collect()
}

fn our_rule(case: &Value, count: usize) -> Vec<String> {
    let zone = case["tz"].as_str().and_then(Zone::named).unwrap_or(Zone::Floating);
    let from = text(case, "start_at");
    let made = recur(text(case, "rrule"), text(case, "dtstart"), &zone);
    made.map(|made| made.filter(|at| at.as_str() >= from).take(count).collect()).unwrap_or_default()
}

fn their_rule(case: &Value, count: usize) -> Vec<String> {
    let start = text(case, "dtstart");
    let is_date = !start.contains('T');
    let at = if is_date { format!("{start}T000000") } else { start.to_owned() };
    let zone = case["tz"].as_str().unwrap_or("UTC");
    let whole = format!("DTSTART;TZID={zone}:{at}\nRRULE:{}", text(case, "rrule"));
    let Ok(set) = whole.parse::<rrule::RRuleSet>() else { return Vec::new() };
    let form = if is_date { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
    let made = set.into_iter().map(|at| at.format(form).to_string());
    made.filter(|at| at.as_str() >= text(case, "start_at")).take(count).collect()
}

fn collect(folder: &Path, all: &mut Vec<Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        match entry.path() {
            path if path.is_dir() => collect(&path, all),
            path => all.extend(fs::read(path).ok()),
        }
    }
}
