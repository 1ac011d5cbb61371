//! Plokk's reader of calendars beside other crates', in one run on the same input:
//!
//! `cargo run --release --manifest-path bench/calendars/Cargo.toml`
//!
//! prints the table of `ical-io/README.md`, right answers on other projects' cases with it where those are there. Times are processor time of one core, the least of several rounds; every
//! answer is checked before it is timed.

mod cases;

use std::fmt::Write;
use std::hint::black_box;
use std::path::PathBuf;

use cpu_time::ProcessTime;
use plokk_ical_io::{Property, Window, Zone, events, read, write};

/// Events of the calendar.
const EVENTS: usize = 10_000;
/// One in so many comes back every week for a year.
const RECURS: usize = 5;
const INSTANCES: usize = EVENTS + EVENTS / RECURS * 51;
const ROUNDS: usize = 9;

fn text() -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Plokk//Bench//EN\r\n");
    for k in 0..EVENTS {
        let (month, day, hour) = (1 + k % 12, 1 + k % 28, 7 + k % 10);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "BEGIN:VEVENT\r\nUID:{k}-0123456789abcdef@bench.example\r\nDTSTAMP:20260101T000000Z\r\n\
             CREATED:20240101T000000Z\r\nLAST-MODIFIED:20250101T000000Z\r\n\
             DTSTART;TZID=Europe/Tallinn:2025{month:02}{day:02}T{hour:02}0000\r\n\
             DTEND;TZID=Europe/Tallinn:2025{month:02}{day:02}T{hour:02}4500\r\nSUMMARY:Meeting {k}\\, with a comma\r\n"
        );
        text.push_str("DESCRIPTION:Of several lines\\, as long as what exporters write\\; and fol\r\n ");
        text.push_str(
            &"ded where the standard wants it\\, in the middle of a word\\nor not at\r\n ".repeat(4),
        );
        text.push_str(" all.\r\nLOCATION:Room 5\r\n");
        for j in 0..3 {
            let _ = write!(
                text,
                "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;\r\n \
                 CN=\"A{j}; B\":mailto:a{j}@bench.example\r\n"
            );
        }
        text.push_str("STATUS:CONFIRMED\r\nSEQUENCE:1\r\nTRANSP:OPAQUE\r\n");
        if k % RECURS == 0 {
            text.push_str("RRULE:FREQ=WEEKLY;COUNT=52\r\n");
        }
        text.push_str("END:VEVENT\r\n");
    }
    text + "END:VCALENDAR\r\n"
}

/// The least seconds of processor time that one call takes.
fn seconds<T>(mut call: impl FnMut() -> T) -> f64 {
    let round = |_| {
        let begun = ProcessTime::now();
        black_box(call());
        begun.elapsed().as_secs_f64()
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

fn always() -> Window {
    let at = |text: &str| text.parse().expect("a time");
    Window::new(at("2000-01-01T00:00:00Z"), at("2100-01-01T00:00:00Z"))
}

/// One row: what, its unit, and the figures of plokk-ical-io, calcard, icalendar and rrule.
fn row(name: &str, figures: [Option<String>; 4]) {
    let shown = figures.map(|figure| figure.unwrap_or_else(|| "-".to_owned()));
    println!("| {name} | {} |", shown.join(" | "));
}

/// A figure per second.
fn rate(amount: f64, seconds: f64, digits: usize) -> Option<String> {
    Some(format!("{:.digits$}", amount / seconds))
}

fn main() {
    let text = text();
    let megabytes = text.len() as f64 / 1e6;
    println!(
        "One calendar of {EVENTS} events, {megabytes:.1} MB; the least processor time of {ROUNDS} rounds.\n"
    );
    println!("| | plokk-ical-io | calcard 0.3 | icalendar 0.17 | rrule 0.14 |\n|---|---|---|---|---|");

    let ours = read(text.as_bytes(), "bench");
    assert!(ours.faults.is_empty() && ours.calendar.named("VEVENT").count() == EVENTS);
    let parse = |text: &str| calcard::icalendar::ICalendar::parse(text).expect("a calendar");
    let theirs = parse(&text);
    let old: icalendar::Calendar = text.parse().expect("a calendar");
    assert_eq!((theirs.components.len(), old.components.len()), (EVENTS + 1, EVENTS));
    row(
        "parse, MB/s",
        [
            rate(megabytes, seconds(|| read(text.as_bytes(), "bench")), 0),
            rate(megabytes, seconds(|| parse(&text)), 0),
            rate(megabytes, seconds(|| text.parse::<icalendar::Calendar>()), 0),
            None,
        ],
    );

    let count = INSTANCES as f64 / 1e6;
    let expand = || events(&ours.calendar, always(), &Zone::Floating).items.len();
    let expand_calcard = || theirs.expand_dates(chrono_tz::Tz::UTC, INSTANCES * 2).events.len();
    let sets: Vec<rrule::RRuleSet> = ours.calendar.named("VEVENT").map(set).collect();
    let expand_rrule = || sets.iter().map(|set| set.into_iter().count()).sum::<usize>();
    assert_eq!((expand(), expand_calcard(), expand_rrule()), (INSTANCES, INSTANCES, INSTANCES));
    row(
        "expand all, million occurrences/s",
        [
            rate(count, seconds(expand), 1),
            rate(count, seconds(expand_calcard), 1),
            None,
            rate(count, seconds(expand_rrule), 1),
        ],
    );

    let mut changed = ours.calendar.clone();
    changed = rebuilt(&changed);
    let size = write(&changed).len() as f64 / 1e6;
    row(
        "write as it was read, MB/s",
        [rate(megabytes, seconds(|| write(&ours.calendar)), 0), None, None, None],
    );
    row(
        "write from properties, MB/s",
        [
            rate(size, seconds(|| write(&changed)), 0),
            rate(theirs.to_string().len() as f64 / 1e6, seconds(|| theirs.to_string()), 0),
            rate(old.to_string().len() as f64 / 1e6, seconds(|| old.to_string()), 0),
            None,
        ],
    );
    print_score();
}

/// The rows of right answers.
fn print_score() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/ical");
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| beside.to_owned()));
    let Some(score) = cases::score(&folder) else {
        eprintln!("no right answers counted: there are no cases of other projects in {}", folder.display());
        return;
    };
    let of = |right: usize, all: usize| Some(format!("{right} of {all}"));
    let [ours, calcard] = score.calendars.map(|right| of(right, score.calendar_count));
    row("calendars with the agreed starts", [ours, calcard, None, None]);
    let [ours, calcard, rrule] = score.rules.map(|right| of(right, score.rule_count));
    row("rules with the agreed instances", [ours, calcard, None, rrule]);
}

/// The same calendar with every component changed, so that none can be written as it was read.
fn rebuilt(calendar: &plokk_ical_io::Calendar) -> plokk_ical_io::Calendar {
    let mut made = plokk_ical_io::Calendar::new();
    calendar.properties().iter().for_each(|property| {
        made.push(property.clone());
    });
    for component in calendar.components() {
        let mut component = component.clone();
        component.push(Property::text("X-CHANGED", "yes"));
        made.push_component(component);
    }
    made
}

/// A component's recurrence as `rrule` has it; one that does not recur has its start.
fn set(component: &plokk_ical_io::Component) -> rrule::RRuleSet {
    let start = component.property("DTSTART").expect("a start");
    let rule = component.property("RRULE").map_or("FREQ=DAILY;COUNT=1", |rule| rule.raw_value());
    format!("{start}\nRRULE:{rule}").parse().expect("a rule")
}
