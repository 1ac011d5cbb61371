//! The cases of `../shared/ical`, which are kept outside the repository: read where they are there, and said to be
//! missing where they are not.

use std::path::{Path, PathBuf};

use plokk_ical_io::{Zone, recur};
use serde_json::Value;

fn shared() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/ical");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("a readable case file");
    text.lines().map(|line| serde_json::from_str(line).expect("a case in JSON")).collect()
}

fn strings(value: &Value) -> Vec<String> {
    value
        .as_array()
        .map(|a| a.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect())
        .unwrap_or_default()
}

#[test]
fn rules_have_the_agreed_instances() {
    let Some(shared) = shared() else { return };
    let cases = lines(&shared.join("rules.jsonl"));
    let mut wrong = Vec::new();
    for case in &cases {
        let rule = case["rrule"].as_str().unwrap_or_default();
        let start = case["dtstart"].as_str().unwrap_or_default();
        let zone = case["tz"].as_str().and_then(Zone::named).unwrap_or(Zone::Floating);
        let expected = strings(&case["expect"]);
        let from = case["start_at"].as_str().unwrap_or_default();
        let made: Vec<String> = match recur(rule, start, &zone) {
            Ok(instances) => instances.filter(|at| at.as_str() >= from).take(expected.len() + 1).collect(),
            Err(_) => Vec::new(),
        };
        // Of an endless rule only the first instances are given.
        let endless = !rule.contains("COUNT") && !rule.contains("UNTIL");
        let prefix = case["prefix"].as_bool().unwrap_or_default() || (endless && !expected.is_empty());
        let right = if prefix { made.starts_with(&expected) } else { made == expected };
        if !right {
            wrong.push(format!(
                "{} {} {rule} {start}\n  expected {expected:?}\n  made     {made:?}",
                case["src"], case["id"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rules differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn compact(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

fn time(text: &Value) -> chrono::DateTime<chrono::Utc> {
    let text = text.as_str().unwrap_or_default();
    chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").expect("a UTC time").and_utc()
}

#[test]
fn calendars_have_the_agreed_occurrences() {
    let Some(shared) = shared() else { return };
    let cases = lines(&shared.join("expected.jsonl"));
    let mut wrong = Vec::new();
    for case in &cases {
        let file = case["file"].as_str().unwrap_or_default();
        let bytes = std::fs::read(shared.join("files").join(file)).expect("a readable calendar");
        let reading = plokk_ical_io::read(&bytes, file);
        let window = plokk_ical_io::Window::new(time(&case["from"]), time(&case["to"]));
        let expansion = plokk_ical_io::events(&reading.calendar, window, &Zone::Floating);
        let mut made: Vec<String> = expansion
            .items
            .iter()
            .map(|o| format!("{} {} {} {}", o.uid, compact(o.start), compact(o.end), o.all_day))
            .collect();
        let mut expected: Vec<String> = case["occ"]
            .as_array()
            .expect("occurrences")
            .iter()
            .map(|o| {
                let text = |at: usize| o[at].as_str().unwrap_or_default();
                format!("{} {} {} {}", text(0), text(1), text(2), o[3].as_bool().unwrap_or_default())
            })
            .collect();
        made.sort();
        expected.sort();
        if made != expected {
            let missing: Vec<_> = expected.iter().filter(|o| !made.contains(o)).take(4).collect();
            let extra: Vec<_> = made.iter().filter(|o| !expected.contains(o)).take(4).collect();
            wrong.push(format!(
                "{file}: {} for {}\n  missing {missing:?}\n  extra   {extra:?}",
                made.len(),
                expected.len()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} calendars differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn busy_time_is_the_agreed_one() {
    let Some(shared) = shared() else { return };
    let cases = lines(&shared.join("freebusy.jsonl"));
    let mut wrong = Vec::new();
    for case in &cases {
        let mut texts = strings(&case["inputs"]);
        texts.extend(case["vavailability"].as_str().map(str::to_owned));
        let readings: Vec<_> =
            texts.iter().map(|text| plokk_ical_io::read(text.as_bytes(), "case")).collect();
        let calendars: Vec<_> = readings.iter().map(|reading| &reading.calendar).collect();
        let window = plokk_ical_io::Window::new(time(&case["from"]), time(&case["to"]));
        let zone = case["tz"].as_str().and_then(Zone::named).unwrap_or(Zone::Floating);
        let made = plokk_ical_io::freebusy(&calendars, window, &zone, None).items;
        let made: Vec<String> = made.iter().map(ToString::to_string).collect();
        let expected = strings(&case["expect"]);
        if made != expected {
            wrong.push(format!("{}: made {made:?} for {expected:?}", case["id"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn zones_have_the_agreed_offsets() {
    let Some(shared) = shared() else { return };
    let cases = lines(&shared.join("zones.jsonl"));
    let mut wrong = Vec::new();
    for case in &cases {
        let file = case["file"].as_str().unwrap_or_default();
        let bytes = std::fs::read(shared.join("files").join(file)).expect("a readable zone");
        let calendar = plokk_ical_io::read(&bytes, file).calendar;
        let component = calendar.named("VTIMEZONE").next().expect("a VTIMEZONE");
        let (definition, faults) = plokk_ical_io::Definition::of(component, file);
        let Some(definition) = definition else {
            wrong.push(format!("{file}: not evaluated: {faults:?}"));
            continue;
        };
        let offsets = case["offsets"].as_array().expect("offsets");
        let days = (1971..=2037)
            .flat_map(|year| (1..=12).flat_map(move |month| [(year, month, 1), (year, month, 15)]));
        for ((year, month, day), expected) in days.zip(offsets) {
            let at = chrono::NaiveDate::from_ymd_opt(year, month, day)
                .expect("a date")
                .and_time(Default::default());
            let made = definition.offset_at(at.and_utc().timestamp());
            if i64::from(made) != expected.as_i64().expect("an offset") {
                wrong.push(format!("{file}: {made} for {expected} on {at}"));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_file_is_read() {
    let Some(shared) = shared() else { return };
    let (mut folders, mut files, mut empty) = (vec![shared.join("files")], 0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
        {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&entry).expect("a readable file");
            let reading = plokk_ical_io::read(&bytes, "case");
            let holds = bytes.windows(6).any(|at| at.eq_ignore_ascii_case(b"BEGIN:"));
            let written = plokk_ical_io::write(&reading.calendar);
            let again = plokk_ical_io::read(&written, "case");
            assert_eq!(again.calendar.components().len(), reading.calendar.components().len(), "{entry:?}");
            assert_eq!(plokk_ical_io::write(&again.calendar), written, "{entry:?}");
            if reading.calendar.components().is_empty() && holds {
                empty.push(entry);
            }
        }
    }
    eprintln!("{files} files read; without a component: {empty:?}");
}
