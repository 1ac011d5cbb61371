//! From night to night only what must change does.

use crate::support::{Desk, MONDAY, SETTINGS, event, todo, value};
use plokk_engine::{ChangeKind, Way};

const TUESDAY: &str = "2026-10-20T00:00:00Z";

/// Three pieces of work with room to spare.
fn usual() -> Desk {
    let acme = todo("post", 120, "DUE:20261022T140000Z\r\n") + &todo("books", 60, "DUE:20261023T140000Z\r\n");
    Desk::new(SETTINGS, &[("acme.ics", &acme), ("bolt.ics", &todo("slides", 90, "DUE:20261021T140000Z\r\n"))])
}

#[test]
fn the_same_night_twice_changes_no_byte() {
    let mut desk = usual();
    let first = desk.night(MONDAY);
    assert!(first.changes.first && first.planned.way == Way::Searched);
    let published = desk.published.clone();
    let second = desk.night(MONDAY);
    assert_eq!((second.planned.way, second.changes.is_empty()), (Way::Stands, true));
    assert_eq!(desk.published, published);
}

#[test]
fn time_alone_searches_nothing_and_moves_nothing() {
    let mut desk = usual();
    let first = desk.night(MONDAY);
    // Before she begins to work it is the same question.
    assert_eq!(desk.night("2026-10-19T05:00:00Z").planned.way, Way::Stands);
    let second = desk.night("2026-10-19T10:30:00Z");
    assert_eq!(second.planned.way, Way::Carried);
    assert!(second.changes.is_empty(), "{}", second.changes.to_text());
    assert_eq!(second.planned.plan.chunks, first.planned.plan.chunks);
    assert_eq!(second.planned.plan.status, "kept");
}

#[test]
fn what_is_done_leaves_the_rest_where_it_is() {
    let mut desk = usual();
    let first = desk.night(MONDAY);
    let monday: Vec<String> = first
        .planned
        .plan
        .chunks
        .iter()
        .filter(|chunk| chunk.start.to_rfc3339().starts_with("2026-10-19"))
        .map(|chunk| chunk.task.clone())
        .collect();
    assert!(!monday.is_empty());
    for name in ["acme.ics", "bolt.ics"] {
        let mut text = desk.feeds[name].clone();
        for task in &monday {
            text = text.replace(&format!("UID:{task}\r\n"), &format!("UID:{task}\r\nSTATUS:COMPLETED\r\n"));
        }
        desk.feed(name, &text);
    }
    let second = desk.night(TUESDAY);
    assert_eq!(second.planned.way, Way::Carried);
    assert!(second.changes.is_empty(), "{}", second.changes.to_text());
    // Yesterday's blocks are still to be seen, as they were.
    assert_eq!(
        desk.calendar("mari.ics").matches("STATUS:CONFIRMED").count(),
        first.planned.plan.chunks.len()
    );
}

#[test]
fn what_was_not_done_is_found_room_for_and_nothing_else_moves() {
    let mut desk = usual();
    let first = desk.night(MONDAY);
    let second = desk.night(TUESDAY);
    assert_eq!(second.planned.way, Way::Carried);
    for change in second.of(ChangeKind::Moved) {
        assert_eq!(change.reason, "its time is over, and it is still open");
    }
    let stays = |chunk: &&plokk_engine::PlannedChunk| chunk.start.to_rfc3339().as_str() > "2026-10-20";
    for chunk in first.planned.plan.chunks.iter().filter(stays) {
        assert!(second.planned.plan.chunks.contains(chunk), "{chunk:?}");
    }
    let minutes = |night: &crate::support::Night| -> i64 {
        night.planned.plan.chunks.iter().map(|chunk| (chunk.end - chunk.start).num_minutes()).sum()
    };
    assert_eq!(minutes(&second), minutes(&first), "all of the work is planned");
}

#[test]
fn an_instance_that_comes_into_the_horizon_is_put_beside_what_stays() {
    let series = todo(
        "daily",
        30,
        "DTSTART:20261019T060000Z\r\nDUE:20261019T150000Z\r\nRRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR\r\n",
    );
    let done = |days: &[u32]| {
        let ticked = days.iter().map(|day| {
            let at = format!("RECURRENCE-ID:202610{day}T060000Z\r\nDTSTART:202610{day}T060000Z\r\nDUE:202610{day}T150000Z\r\n");
            todo("daily", 30, &format!("{at}STATUS:COMPLETED\r\n"))
        });
        format!("{series}{}", ticked.collect::<String>())
    };
    let mut desk = Desk::new(SETTINGS, &[("acme.ics", &series)]);
    desk.night(MONDAY);
    desk.feed("acme.ics", &done(&[19]));
    let second = desk.night(TUESDAY);
    assert_eq!(second.planned.way, Way::Carried, "{}", second.changes.to_text());
    assert_eq!((second.of(ChangeKind::Moved).len(), second.of(ChangeKind::Out).len()), (0, 0));
    let new: Vec<&str> = second.of(ChangeKind::New).iter().map(|change| change.task.as_str()).collect();
    assert_eq!(new, ["daily@20261026T060000Z"]);
}

#[test]
fn a_meeting_moves_what_it_must_and_says_so() {
    let mut desk = usual();
    let first = desk.night(MONDAY);
    let (start, end) = first.blocks("slides")[0].clone();
    let utc = |text: &str| format!("202610{}00Z", text.replace(':', ""));
    desk.feed("mari.ics", &event("Dentist", &utc(&start), &utc(&end), ""));
    let before = desk.event("Bolt: slides");
    let second = desk.night("2026-10-19T03:00:00Z");
    let moved = second.of(ChangeKind::Moved);
    let slides = moved.iter().find(|change| change.task == "slides").expect("it has to move");
    assert!(slides.reason.starts_with("\"Dentist\", ") && slides.frozen, "{}", slides.reason);
    let after = desk.event("Bolt: slides");
    assert_eq!(value(&after, "UID"), value(&before, "UID"));
    assert_eq!((value(&before, "SEQUENCE"), value(&after, "SEQUENCE")), ("0".into(), "1".into()));
    assert!(second.changes.to_markdown().contains("(inside the freeze): \"Dentist\""));
}

#[test]
fn a_meeting_where_no_work_is_changes_nothing_and_one_that_is_called_off_is_looked_at() {
    let mut desk = usual();
    desk.night(MONDAY);
    desk.feed("mari.ics", &event("Late", "20261023T130000Z", "20261023T135500Z", ""));
    let second = desk.night("2026-10-19T01:00:00Z");
    assert_eq!((second.planned.way, second.changes.is_empty()), (Way::Carried, true));
    desk.feed("mari.ics", "");
    assert_eq!(desk.night("2026-10-19T02:00:00Z").planned.way, Way::Searched, "there is new room");
}

#[test]
fn what_has_begun_stays_though_it_is_planned_anew() {
    let mut desk = usual();
    desk.carry = false;
    let first = desk.night(MONDAY);
    let begun = first.planned.plan.chunks[0].clone();
    let minutes = |night: &crate::support::Night, task: &str| -> i64 {
        let own = night.planned.plan.chunks.iter().filter(|chunk| chunk.task == task);
        own.map(|chunk| (chunk.end - chunk.start).num_minutes()).sum()
    };
    let whole = minutes(&first, &begun.task);
    // In the middle of the first block, and then after it, with something new that wants to be early.
    let urgent = todo("urgent", 60, "PRIORITY:1\r\nDUE:20261019T140000Z\r\n");
    let bolt = desk.feeds["bolt.ics"].clone() + &urgent;
    desk.feed("bolt.ics", &bolt);
    for now in [begun.start + chrono::TimeDelta::minutes(20), begun.end + chrono::TimeDelta::minutes(10)] {
        let night = desk.night(&now.to_rfc3339());
        assert!(night.planned.plan.chunks.contains(&begun), "{now}: {:#?}", night.planned.plan.chunks);
        assert_eq!(minutes(&night, &begun.task), whole, "its minutes count");
    }
}

#[test]
fn a_block_that_vanishes_is_called_off_and_comes_back_counting_on() {
    let mut desk = usual();
    desk.night(MONDAY);
    let bolt = desk.feeds["bolt.ics"].clone();
    desk.feed("bolt.ics", "");
    let second = desk.night("2026-10-19T01:00:00Z");
    let out = second.of(ChangeKind::Out);
    assert_eq!(out.len(), 1);
    assert_eq!(out[0].reason, "it is done, called off, or no feed has it any more");
    let off: Vec<String> =
        desk.events("clients/bolt.ics").into_iter().filter(|e| e.contains("STATUS:CANCELLED")).collect();
    assert_eq!((off.len(), value(&off[0], "SEQUENCE").as_str()), (1, "1"));
    assert!(!desk.calendar("clients/acme.ics").contains("CANCELLED"));
    desk.feed("bolt.ics", &bolt);
    desk.night("2026-10-19T02:00:00Z");
    let back = desk.event("Bolt: slides");
    assert_eq!((value(&back, "UID"), value(&back, "SEQUENCE").as_str()), (value(&off[0], "UID"), "2"));
}

#[test]
fn other_settings_are_a_change() {
    let mut desk = usual();
    desk.night(MONDAY);
    desk.settings.weights.points.prefer += 1.0;
    assert_eq!(desk.night("2026-10-19T10:30:00Z").planned.way, Way::Searched);
    desk.settings.planning.output = "elsewhere".to_owned();
    assert_eq!(desk.night("2026-10-19T10:40:00Z").planned.way, Way::Carried);
}

#[test]
fn a_plan_that_is_carried_for_a_week_is_searched_again() {
    let mut desk = usual();
    desk.night(MONDAY);
    // Every ten minutes of an afternoon: less and less of it is left.
    let times =
        (0..8).map(|n| crate::support::utc("2026-10-19T10:30:00Z") + chrono::TimeDelta::minutes(10 * n));
    let ways: Vec<Way> = times.map(|now| desk.night(&now.to_rfc3339()).planned.way).collect();
    assert_eq!(ways.iter().filter(|way| **way == Way::Searched).count(), 1, "{ways:?}");
}
