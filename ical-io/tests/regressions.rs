//! Wrong answers that other projects' suites and libraries showed. The feeds are our own.

use chrono::{DateTime, Utc};
use plokk_ical_io::{Window, Zone, events, read, recur};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|_| panic!("{text} is a time"))
}

/// The starts in UTC of a calendar's events in 2026.
fn starts(content: &str) -> Vec<String> {
    let reading = read(format!("BEGIN:VCALENDAR\n{content}END:VCALENDAR\n").as_bytes(), "case.ics");
    assert!(reading.faults.is_empty(), "{:?}", reading.faults);
    let year = Window::new(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let made = events(&reading.calendar, year, &Zone::Floating).items;
    made.iter().map(|event| event.start.format("%m-%d %H:%M").to_string()).collect()
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:1\n{lines}\nEND:VEVENT\n")
}

#[test]
fn a_definition_comes_before_an_iana_name_in_other_letters() {
    // A calendar that moved from Lisbon to Madrid, and whose exporter wrote both under one name.
    let zone = |tzid: &str, summer: &str, winter: &str| {
        format!(
            "BEGIN:VTIMEZONE\nTZID:{tzid}\n\
             BEGIN:DAYLIGHT\nTZOFFSETFROM:{winter}\nTZOFFSETTO:{summer}\nDTSTART:19700329T020000\n\
             RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\n\
             BEGIN:STANDARD\nTZOFFSETFROM:{summer}\nTZOFFSETTO:{winter}\nDTSTART:19701025T030000\n\
             RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE\n"
        )
    };
    let zones = zone("Europe/Lisbon", "+0100", "+0000") + &zone("Europe/lisbon", "+0200", "+0100");
    let both = event("DTSTART;TZID=Europe/Lisbon:20260622T180000")
        + &event("DTSTART;TZID=Europe/lisbon:20260622T180000").replace("UID:1", "UID:2");
    assert_eq!(starts(&format!("{zones}{both}")), ["06-22 16:00", "06-22 17:00"]);
    // Without a definition, letters do not matter.
    assert_eq!(starts(&both), ["06-22 17:00", "06-22 17:00"]);
}

#[test]
fn leftovers_of_an_older_revision_are_dropped() {
    let master = |rest: &str| {
        event(&format!(
            "SEQUENCE:2\nDTSTART;VALUE=DATE:20260706\nRRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20260725{rest}"
        ))
    };
    let over = |id: &str, start: &str, sequence: u8| {
        event(&format!("SEQUENCE:{sequence}\nRECURRENCE-ID;VALUE=DATE:{id}\nDTSTART;VALUE=DATE:{start}"))
    };
    let plain = ["07-06 00:00", "07-20 00:00"];
    // The revision ended the series before this instance.
    assert_eq!(starts(&(over("20260803", "20260804", 1) + &master(""))), plain);
    assert_eq!(starts(&(master("") + &over("20260803", "20260804", 1))), plain);
    // It took this one out.
    let without = master("\nEXDATE;VALUE=DATE:20260720");
    assert_eq!(starts(&(without.clone() + &over("20260720", "20260721", 1))), ["07-06 00:00"]);
    // What the series still has is overridden, whatever the number says: exporters count each component by itself.
    assert_eq!(starts(&(master("") + &over("20260720", "20260721", 1))), ["07-06 00:00", "07-21 00:00"]);
    // Of one revision, both count: Apple's older exports write an EXDATE for what they override.
    assert_eq!(starts(&(without + &over("20260720", "20260721", 2))), ["07-06 00:00", "07-21 00:00"]);
    assert_eq!(starts(&(master("") + &over("20260803", "20260804", 2))).len(), 3);
}

#[test]
fn leftovers_are_found_in_whatever_form_they_are_written() {
    let master = "SEQUENCE:3\nDTSTART;TZID=Europe/Tallinn:20260706T090000\nRRULE:FREQ=WEEKLY;COUNT=2";
    for id in [
        ":20260713T060000Z",
        ";TZID=Europe/Berlin:20260713T080000",
        ":20260713T090000",
        ";VALUE=DATE:20260713",
    ] {
        let over = event(&format!("RECURRENCE-ID{id}\nDTSTART:20260714T100000Z"));
        assert_eq!(starts(&(event(master) + &over)), ["07-06 06:00", "07-14 10:00"], "{id}");
    }
    for id in [
        ":20260713T090000Z",
        ";TZID=Europe/Berlin:20260713T090000",
        ":20260713T080000",
        ";VALUE=DATE:20260720",
    ] {
        let over = event(&format!("RECURRENCE-ID{id}\nDTSTART:20260714T100000Z"));
        assert_eq!(starts(&(event(master) + &over)), ["07-06 06:00", "07-13 06:00"], "{id}");
    }
}

#[test]
fn many_leftovers_cost_little() {
    let master = "SEQUENCE:9\nDTSTART:20000101T000000Z\nRRULE:FREQ=MINUTELY";
    let mut text = event(master);
    for n in 0..20_000 {
        text += &event(&format!(
            "RECURRENCE-ID:2026{:02}{:02}T{:02}{:02}30Z\nDTSTART:20270101T000000Z",
            1 + n / 1440 / 28,
            1 + n / 1440 % 28,
            n / 60 % 24,
            n % 60
        ));
    }
    // Nobody waits for each of them: the search for their instances ends like any other.
    assert_eq!(starts(&text), starts(&event(master)));
}

#[test]
fn empty_lines_between_the_parts_of_a_folded_line_are_no_end() {
    let doubled = "BEGIN:VEVENT\n\nUID\n\n :1\n\nDTSTART\n\n ;VALUE=DATE\n\n :20261225\n\nSUMMARY\n\n :Christmas\n\nEND:VEVENT\n\n";
    assert_eq!(starts(doubled), ["12-25 00:00"]);
    // What a colon has ended is not gone on with.
    let indented = " BEGIN:VEVENT\n\n UID:1\n\n DTSTART:20261225T100000Z\n\n SUMMARY:Tea\n\n END:VEVENT\n";
    let text = format!("BEGIN:VCALENDAR\n\n{indented}\n END:VCALENDAR\n");
    assert_eq!(read(text.as_bytes(), "case.ics").calendar.named("VEVENT").count(), 1);
}

#[test]
fn a_count_that_was_not_chosen_is_none() {
    let made = recur("FREQ=WEEKLY;UNTIL=20261031;COUNT=-1;BYDAY=MO", "20261005", &Zone::UTC);
    let made: Vec<String> = made.expect("a rule").collect();
    assert_eq!(made, ["20261005", "20261012", "20261019", "20261026"]);
    for rule in ["FREQ=WEEKLY;COUNT=-1", "FREQ=WEEKLY;UNTIL=20261031;COUNT=-2", "FREQ=WEEKLY;UNTIL=;COUNT=-1"]
    {
        assert!(recur(rule, "20261005", &Zone::UTC).is_err(), "{rule}");
    }
}

#[test]
fn events_that_last_for_ages_are_followed_from_where_it_counts() {
    let day = Window::new(at("2026-10-19T00:00:00Z"), at("2026-10-20T00:00:00Z"));
    let within = |rule: &str| {
        let text = event(&format!("DTSTART:00260101T090000Z\nDTEND:20260101T090000Z\nRRULE:{rule}"));
        let calendar = read(text.as_bytes(), "case.ics").calendar;
        let made = events(&calendar, day, &Zone::UTC);
        (made.items.len(), made.items.last().map(|event| event.start), made.faults.len())
    };
    // Some 313,000 instances are under way: the latest are made, and it is told.
    let (count, last, faults) = within("FREQ=WEEKLY;BYDAY=MO,WE,FR");
    assert!((5_000..=40_000).contains(&count), "{count}");
    assert_eq!((last, faults), (Some(at("2026-10-19T09:00:00Z")), 1));
    // Of 2,000 each is made, wherever the search begins.
    let (count, last, faults) = within("FREQ=YEARLY");
    assert_eq!((count, last, faults), (2_000, Some(at("2026-01-01T09:00:00Z")), 0));
    assert_eq!(within("FREQ=YEARLY;COUNT=2000"), (1_999, Some(at("2025-01-01T09:00:00Z")), 0));
    assert_eq!(within("FREQ=YEARLY;UNTIL=01251231T000000Z").0, 99);
}
