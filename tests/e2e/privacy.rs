//! No client learns of another, nor of the assistants' own lives.

use crate::desk::{Desk, agency, solo};
use crate::facts::Person;
use crate::ics::{Part, events, parse};
use std::collections::BTreeSet;

/// Every text that would tell who somebody is or what is done for them: ids, names, addresses,
/// UIDs and words of summaries of everything in the feeds of this owner.
fn telling(desk: &Desk, feeds: &[String]) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for feed in feeds {
        for part in parse(&desk.read(feed)).parts {
            for name in ["SUMMARY", "UID", "LOCATION", "DESCRIPTION", "ORGANIZER"] {
                texts.extend(part.all(name).iter().map(|p| p.value.to_lowercase()));
            }
        }
    }
    texts.retain(|t| t.len() > 3);
    texts
}

fn feeds(desk: &Desk, table: &str, id: &str) -> Vec<String> {
    let text = desk.read("plokk.toml");
    let settings = toml_edit::Document::parse(text.as_str()).expect("plokk.toml is TOML");
    let people = settings[table].as_array_of_tables().expect("people");
    let one = people.iter().find(|p| p["id"].as_str() == Some(id)).expect("the id");
    one["feeds"].as_array().expect("feeds").iter().filter_map(|f| f.as_str().map(str::to_owned)).collect()
}

fn published_text(desk: &Desk, file: &str) -> String {
    desk.read(&format!("calendars/{file}")).replace("\r\n ", "").to_lowercase()
}

fn nobody_else_is_named(desk: &Desk) {
    let clients = Person::all(desk, "client");
    let assistants = Person::all(desk, "assistant");
    for client in &clients {
        let text = published_text(desk, &format!("clients/{}.ics", client.id));
        let own = telling(desk, &feeds(desk, "client", &client.id));
        for other in clients.iter().filter(|c| c.id != client.id) {
            for word in [&other.id, &other.name.to_lowercase()] {
                assert!(!text.contains(word.as_str()), "{} reads of {word}", client.id);
            }
            for word in telling(desk, &feeds(desk, "client", &other.id)).difference(&own) {
                assert!(!text.contains(word), "{} reads of {word} ({})", client.id, other.id);
            }
        }
        for assistant in &assistants {
            for word in telling(desk, &feeds(desk, "assistant", &assistant.id)).difference(&own) {
                assert!(!text.contains(word), "{} reads of {word} ({})", client.id, assistant.id);
            }
        }
    }
}

#[test]
fn no_client_of_the_solo_desk_reads_of_another() {
    nobody_else_is_named(solo());
}

#[test]
fn no_client_of_the_agency_reads_of_another() {
    nobody_else_is_named(agency());
}

fn says_busy_only(event: &Part) -> bool {
    let allowed = [
        "UID",
        "DTSTART",
        "DTEND",
        "DTSTAMP",
        "LAST-MODIFIED",
        "SEQUENCE",
        "STATUS",
        "TRANSP",
        "SUMMARY",
        "CLASS",
    ];
    event.must("SUMMARY") == "Busy" && event.properties.iter().all(|p| allowed.contains(&p.name.as_str()))
}

#[test]
fn what_is_not_the_clients_is_busy_and_nothing_else() {
    for desk in [solo(), agency()] {
        for client in Person::all(desk, "client") {
            let events = events(desk, &format!("clients/{}.ics", client.id));
            let (own, other): (Vec<_>, Vec<_>) =
                events.iter().partition(|e| e.get("X-PLOKK-CLIENT").is_some());
            assert!(!own.is_empty() && own.iter().all(|e| e.must("X-PLOKK-CLIENT") == client.id));
            assert!(!other.is_empty() && other.iter().all(|e| says_busy_only(e)));
        }
    }
}

#[test]
fn the_busy_feed_says_when_and_nothing_else() {
    for desk in [solo(), agency()] {
        for person in Person::all(desk, "assistant") {
            let busy = events(desk, &format!("{}-busy.ics", person.id));
            assert!(busy.iter().all(says_busy_only));
            for block in events(desk, &format!("{}.ics", person.id)) {
                let time = block.time();
                assert!(busy.iter().any(|b| b.time().contains(time)), "{block:?}");
            }
        }
    }
}

#[test]
fn the_busy_feed_holds_every_meeting() {
    for (name, desk) in [("solo", solo()), ("agency", agency())] {
        for meeting in crate::facts::busy(name) {
            let horizon = crate::facts::Stretch {
                from: crate::blocks::utc("2026-10-19T05:00:00Z"),
                to: crate::blocks::utc("2026-11-15T22:00:00Z"),
            };
            if horizon.contains(meeting.time) {
                let busy = events(desk, &format!("{}-busy.ics", meeting.who));
                assert!(
                    busy.iter().any(|b| b.time().contains(meeting.time)),
                    "{} {:?}",
                    meeting.who,
                    meeting.time
                );
            }
        }
    }
}
