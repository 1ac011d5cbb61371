//! Reading calendars and expanding their recurrences: answers asserted.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plokk_ical_io::{Calendar, Window, Zone, busy, events, read};
use std::fmt::Write;
use std::hint::black_box;

/// Events in the calendar: years of somebody's history.
const EVENTS: usize = 5_000;

fn calendar() -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Plokk//Bench//EN\r\n");
    for k in 0..EVENTS {
        let (month, day, hour) = (1 + k % 12, 1 + k % 28, 7 + k % 10);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "BEGIN:VEVENT\r\nUID:{k}@bench.example\r\nDTSTAMP:20260101T000000Z\r\n\
             DTSTART;TZID=Europe/Tallinn:2025{month:02}{day:02}T{hour:02}0000\r\nDURATION:PT45M\r\n\
             SUMMARY:Meeting {k}\\, with a comma\r\nDESCRIPTION:A line that is long enough to be fo\r\n \
             lded\\, as exporters do.\r\nATTENDEE;CN=\"A; B\";PARTSTAT=ACCEPTED:mailto:a{k}@bench.example\r\n"
        );
        // One in five comes back every week for a year.
        if k % 5 == 0 {
            text.push_str("RRULE:FREQ=WEEKLY;COUNT=52\r\n");
        }
        text.push_str("END:VEVENT\r\n");
    }
    text.push_str("END:VCALENDAR\r\n");
    text
}

fn parsed(text: &str) -> Calendar {
    let reading = read(text.as_bytes(), "bench");
    assert!(reading.faults.is_empty(), "{:?}", reading.faults);
    reading.calendar
}

fn four_weeks() -> Window {
    let from: DateTime<Utc> = DateTime::from_timestamp(1_760_000_000, 0).expect("a time in 2025");
    Window::new(from, from + TimeDelta::weeks(4))
}

fn reading(criterion: &mut Criterion) {
    let text = calendar();
    assert_eq!(parsed(&text).named("VEVENT").count(), EVENTS);
    let mut group = criterion.benchmark_group("ical");
    group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
    group.bench_function("read 5,000 events", |b| b.iter(|| read(black_box(text.as_bytes()), "bench")));
    group.finish();
}

fn expanding(criterion: &mut Criterion) {
    let calendar = parsed(&calendar());
    let (window, zone) = (four_weeks(), Zone::from(Tz::Europe__Tallinn));
    let found = events(&calendar, window, &zone);
    assert!(found.faults.is_empty() && found.items.len() > 1_000, "{} events", found.items.len());
    let mut group = criterion.benchmark_group("ical, four weeks of 5,000 events");
    group.throughput(Throughput::Elements(found.items.len() as u64)).sample_size(20);
    group.bench_function("occurrences", |b| b.iter(|| events(black_box(&calendar), window, &zone)));
    group.bench_function("busy", |b| b.iter(|| busy(black_box(&calendar), window, &zone, None)));
    group.finish();
}

criterion_group!(benches, reading, expanding);
criterion_main!(benches);
