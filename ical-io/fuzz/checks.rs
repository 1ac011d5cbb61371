//! What must hold for any input. The fuzz targets call one each, `examples/soak.rs` all.

#![allow(dead_code)]

use chrono::{DateTime, Utc};
use plokk_ical_io::{
    Definition, Window, Zone, availability, busy, events, freebusy, read, recur, todos, write,
};

fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// Reading ends, says where its faults are, and what it made can be walked.
pub(crate) fn reader(data: &[u8]) {
    let reading = read(data, "fuzz");
    for fault in &reading.faults {
        assert!(fault.line.is_none_or(|line| line as usize <= data.len() + 1), "{fault}");
    }
    for component in reading.calendar.components() {
        for property in component.properties() {
            let _ = (property.name(), property.unescaped(), property.texts().count());
            property.params().for_each(|param| assert!(param.values().count() > 0));
        }
    }
}

/// A rule's instances are in order; a calendar's occurrences are in order and in the window.
pub(crate) fn recurrence(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Some((rule, start)) = text.split_once('\n')
        && let Ok(instances) = recur(rule, start.lines().next().unwrap_or_default(), &Zone::UTC)
    {
        let made: Vec<String> = instances.take(50).collect();
        assert!(made.is_sorted(), "{made:?}");
    }
    let calendar = read(data, "fuzz").calendar;
    let window = Window::new(time("2026-10-19T00:00:00Z"), time("2026-10-21T00:00:00Z"));
    let zone = Zone::named("Africa/Casablanca").expect("a zone");
    let made = events(&calendar, window, &zone).items;
    assert!(made.windows(2).all(|pair| pair[0].start <= pair[1].start));
    assert!(made.iter().all(|event| window.meets(event.start, event.end.max(event.start))));
    todos(&calendar, window, &zone);
    let taken = busy(&calendar, window, &zone, Some("mari@example.org")).items;
    assert!(taken.iter().all(|busy| busy.start < busy.end));
    let (hers, _) = availability(&calendar, window, &zone);
    assert!(hers.available.windows(2).all(|pair| pair[0].to < pair[1].from));
    let lines = freebusy(&[&calendar], window, &zone, None).items;
    assert!(lines.windows(2).all(|pair| pair[0].end <= pair[1].start));
}

/// Every VTIMEZONE is evaluated, and every name looked up.
pub(crate) fn zones(data: &[u8]) {
    let calendar = read(data, "fuzz").calendar;
    for component in calendar.named("VTIMEZONE") {
        if let (Some(definition), _) = Definition::of(component, "fuzz") {
            for at in [i64::MIN / 8, -3_000_000_000, 0, 1_790_000_000, 9_000_000_000, i64::MAX / 8] {
                assert!(definition.offset_at(at).abs() < 86_400);
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = text.lines().take(3).filter_map(Zone::named).count();
    }
}

/// What is written is read back as the same, and written as the same.
pub(crate) fn round_trip(data: &[u8]) {
    let first = read(data, "fuzz").calendar;
    let written = write(&first);
    let second = read(&written, "fuzz").calendar;
    assert_eq!(first.components(), second.components());
    assert_eq!(write(&second), written);
}
