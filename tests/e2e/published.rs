//! The form of what is published: RFC 5545, and what subscribers need beyond it.

use crate::blocks::chunks;
use crate::desk::{agency, solo};
use crate::facts::Person;
use crate::ics::{Part, events, parse};
use std::collections::BTreeSet;

#[test]
fn every_file_of_the_design_is_there_and_no_other() {
    for desk in [solo(), agency()] {
        let assistants = Person::all(desk, "assistant");
        let mut wanted: BTreeSet<String> =
            assistants.iter().flat_map(|a| [format!("{}.ics", a.id), format!("{}-busy.ics", a.id)]).collect();
        wanted.extend(Person::all(desk, "client").iter().map(|c| format!("clients/{}.ics", c.id)));
        wanted.insert("plan.json".to_owned());
        let found: BTreeSet<String> = desk.published().into_keys().collect();
        assert_eq!(found, wanted);
    }
}

fn calendars() -> Vec<(String, String)> {
    let files = [solo(), agency()].into_iter().flat_map(|desk| desk.published());
    let calendars = files.filter(|(name, _)| name.ends_with(".ics"));
    calendars.map(|(name, bytes)| (name, String::from_utf8(bytes).expect("UTF-8"))).collect()
}

#[test]
fn lines_end_in_crlf_and_are_at_most_75_octets() {
    for (name, text) in calendars() {
        assert!(text.ends_with("END:VCALENDAR\r\n"), "{name}");
        for line in text.split_terminator("\r\n") {
            assert!(line.len() <= 75, "{name}: {line}");
            assert!(!line.contains(['\r', '\n']), "{name}: {line:?}");
        }
    }
}

#[test]
fn every_zone_that_is_used_is_defined_as_outlook_reads_it() {
    for (name, text) in calendars() {
        let calendar = parse(&text);
        let zones: Vec<&Part> = calendar.parts.iter().filter(|p| p.name == "VTIMEZONE").collect();
        let defined: BTreeSet<&str> = zones.iter().map(|z| z.must("TZID")).collect();
        let times = calendar.parts.iter().filter(|p| p.name == "VEVENT").flat_map(|e| &e.properties);
        for (key, zone) in times.flat_map(|p| &p.params) {
            assert!(key != "TZID" || defined.contains(zone.as_str()), "{name}: {zone}");
        }
        for zone in zones {
            assert!(zone.parts.iter().any(|p| p.name == "STANDARD"), "{name}: {zone:?}");
            for part in &zone.parts {
                assert!(part.must("DTSTART").starts_with("1970"), "{name}: {part:?}");
                // A zone with two offsets says by a yearly rule when each begins.
                assert!(
                    zone.parts.len() == 1 || part.must("RRULE").starts_with("FREQ=YEARLY"),
                    "{name}: {part:?}"
                );
            }
        }
    }
}

#[test]
fn every_event_has_what_subscribers_need() {
    for (name, text) in calendars() {
        let calendar = parse(&text);
        assert_eq!(calendar.must("VERSION"), "2.0", "{name}");
        assert_eq!(calendar.must("METHOD"), "PUBLISH", "{name}");
        assert!(calendar.get("PRODID").is_some(), "{name}");
        let events: Vec<&Part> = calendar.parts.iter().filter(|p| p.name == "VEVENT").collect();
        let uids: BTreeSet<&str> = events.iter().map(|e| e.must("UID")).collect();
        assert_eq!(uids.len(), events.len(), "{name}: UIDs are unique");
        for event in events {
            assert_eq!(event.must("SEQUENCE"), "0", "{name}: nothing has changed yet");
            assert_eq!(event.must("DTSTAMP"), "20261019T050000Z", "{name}");
            assert_eq!(event.must("LAST-MODIFIED"), "20261019T050000Z", "{name}");
            assert!(event.time().from < event.time().to, "{name}: {event:?}");
        }
    }
}

#[test]
fn the_calendars_and_the_plan_say_the_same() {
    for desk in [solo(), agency()] {
        let mut planned: Vec<_> =
            chunks(desk).iter().map(|c| (c.assistant.clone(), c.client.clone(), c.time)).collect();
        planned.sort();
        let mut blocks = Vec::new();
        for person in Person::all(desk, "assistant") {
            for event in events(desk, &format!("{}.ics", person.id)) {
                let client = event.get("X-PLOKK-CLIENT").map(str::to_owned);
                blocks.push((person.id.clone(), client, event.time()));
            }
        }
        blocks.sort();
        assert_eq!(blocks, planned);
        for client in Person::all(desk, "client") {
            let own = events(desk, &format!("clients/{}.ics", client.id));
            let own: Vec<_> =
                own.iter().filter(|e| e.get("X-PLOKK-CLIENT").is_some()).map(Part::time).collect();
            let mut wanted: Vec<_> = planned
                .iter()
                .filter(|(_, c, _)| c.as_deref() == Some(&client.id))
                .map(|(_, _, t)| *t)
                .collect();
            wanted.sort();
            assert_eq!(own, wanted, "{}", client.id);
        }
    }
}

#[test]
fn a_block_points_at_its_task_in_the_clients_feed() {
    let feed = parse(&solo().read("feeds/harbour-tasks.ics"));
    let tasks: BTreeSet<&str> = feed.parts.iter().map(|p| p.must("UID")).collect();
    for event in events(solo(), "clients/harbour.ics") {
        if event.get("X-PLOKK-CLIENT").is_some() {
            assert!(tasks.contains(event.must("RELATED-TO")), "{event:?}");
        }
    }
}

#[test]
fn the_plan_holds_what_the_design_says() {
    let plan = solo().plan_json();
    let plan = plan.as_object().expect("an object");
    for key in ["generated", "status", "cost", "bound", "gap", "chunks", "unscheduled", "late", "warnings"] {
        assert!(plan.contains_key(key), "{key}");
    }
    assert_eq!(plan["generated"], "2026-10-19T08:00:00+03:00");
    assert!(plan["cost"].as_f64().expect("points") > 0.0);
    assert_eq!(plan["warnings"].as_array().map(Vec::len), Some(0), "{:#}", plan["warnings"]);
    let first = &plan["chunks"][0];
    assert!(first["start"].as_str().expect("a time").ends_with("+03:00"), "{first}");
}
