//! What she does by hand in a calendar that shows her blocks.

use crate::support::{Desk, MONDAY, SETTINGS, todo, value};
use plokk_engine::{ChangeKind, Way};

fn usual() -> Desk {
    let acme = todo("post", 60, "DUE:20261022T140000Z\r\n") + &todo("books", 60, "DUE:20261023T140000Z\r\n");
    let mut desk = Desk::new(
        SETTINGS,
        &[("acme.ics", &acme), ("bolt.ics", &todo("slides", 240, "DUE:20261021T140000Z\r\n"))],
    );
    desk.night(MONDAY);
    desk
}

/// An event at another time, as a calendar program writes it that changed it.
fn moved(event: &str, to: &str, until: &str, stamp: &str) -> String {
    let lines = event.lines().map(|line| match line.split([':', ';']).next() {
        Some("DTSTART") => format!("DTSTART:{to}\r\n"),
        Some("DTEND") => format!("DTEND:{until}\r\n"),
        Some("LAST-MODIFIED") => format!("LAST-MODIFIED:{stamp}\r\n"),
        _ => format!("{line}\r\n"),
    });
    lines.collect()
}

const LATER: &str = "2026-10-19T02:00:00Z";

#[test]
fn a_copy_in_her_own_calendar_does_not_make_her_busy() {
    let mut desk = usual();
    let plan = desk.last.as_ref().expect("it is kept").plan.clone();
    let copies = desk.events("mari.ics").concat();
    desk.feed("mari.ics", &copies);
    let night = desk.night(LATER);
    assert!(night.changes.is_empty(), "{}", night.changes.to_text());
    assert_eq!((night.planned.way, night.planned.plan.chunks), (Way::Stands, plan.chunks));
}

#[test]
fn a_client_who_shows_our_blocks_is_no_less_reachable() {
    let mut desk = usual();
    let before = desk.night(MONDAY).planned.desk.clients[0].clone();
    let acme = desk.feeds["acme.ics"].clone() + &desk.events("clients/acme.ics").concat();
    desk.feed("acme.ics", &acme);
    let night = desk.night(LATER);
    assert_eq!(night.planned.desk.clients[0], before);
    assert!(night.changes.is_empty(), "{}", night.changes.to_text());
}

#[test]
fn a_block_she_has_moved_stays_where_she_put_it() {
    for in_mirror in [false, true] {
        let mut desk = usual();
        let events = desk.events("mari.ics");
        let post = desk.event("Acme: post");
        let by_hand: Vec<String> = events
            .iter()
            .map(|event| match *event == post {
                true => moved(event, "20261023T120000Z", "20261023T130000Z", "20261019T010000Z"),
                false => event.clone(),
            })
            .collect();
        if in_mirror {
            desk.mirror(&by_hand)
        } else {
            desk.feed("mari.ics", &by_hand.concat())
        }
        let night = desk.night(LATER);
        assert_eq!(night.blocks("post"), [("23T12:00".to_owned(), "23T13:00".to_owned())]);
        let changes = night.of(ChangeKind::Moved);
        assert!(changes.iter().any(|c| c.task == "post" && c.reason == "moved by hand"), "{changes:?}");
        let now = desk.event("Acme: post");
        assert_eq!(value(&now, "UID"), value(&post, "UID"));
        assert_eq!(value(&now, "SEQUENCE"), "1");
        // The next nights it is still there, though the work would sooner be done.
        for now in ["2026-10-19T03:00:00Z", "2026-10-20T00:00:00Z"] {
            let night = desk.night(now);
            assert_eq!(night.blocks("post"), [("23T12:00".to_owned(), "23T13:00".to_owned())], "{now}");
        }
    }
}

#[test]
fn a_stale_copy_is_not_taken_for_her_wish() {
    let mut desk = usual();
    let stale = desk.events("mari.ics").concat();
    // Plokk moves the block: somebody else's meeting is there now.
    let slides = desk.event("Acme: post");
    let start = value(&slides, "DTSTART").replace('T', "");
    let hour: u32 = start[8..10].parse().expect("an hour");
    let meeting = crate::support::event(
        "Meeting",
        &format!("{}T{:02}0000Z", &start[..8], hour - 3),
        &format!("{}T{:02}0000Z", &start[..8], hour - 1),
        "",
    );
    desk.feed("mari.ics", &(stale.clone() + &meeting));
    let night = desk.night(LATER);
    let new = night.blocks("post");
    assert!(
        night.of(ChangeKind::Moved).iter().any(|change| change.task == "post"),
        "{}",
        night.changes.to_text()
    );
    // Her calendar program still shows the old one the night after.
    let night = desk.night("2026-10-19T03:00:00Z");
    assert_eq!(night.blocks("post"), new);
    assert!(night.changes.is_empty(), "{}", night.changes.to_text());
}

#[test]
fn a_block_she_has_deleted_is_done_and_only_that_block() {
    let mut desk = usual();
    let events = desk.events("mari.ics");
    desk.mirror(&events);
    desk.night("2026-10-19T01:00:00Z");
    let slides: Vec<&String> = events.iter().filter(|event| event.contains("Bolt: slides")).collect();
    assert!(slides.len() > 1, "it takes several blocks");
    let gone = slides[0].clone();
    let left: Vec<String> = events.iter().filter(|event| **event != gone).cloned().collect();
    desk.mirror(&left);
    let night = desk.night(LATER);
    let minutes = |night: &crate::support::Night| -> i64 {
        let own = night.planned.plan.chunks.iter().filter(|chunk| chunk.task == "slides");
        own.map(|chunk| (chunk.end - chunk.start).num_minutes()).sum()
    };
    let out = night.of(ChangeKind::Out);
    assert!(
        out.iter().any(|c| c.reason == "deleted by hand, so it is taken as done"),
        "{}",
        night.changes.to_text()
    );
    let rest = minutes(&night);
    assert!(rest < 240 && rest > 0, "{rest}");
    // It is remembered, until the feed itself says that more is done.
    desk.mirror(&left);
    assert_eq!(minutes(&desk.night("2026-10-19T03:00:00Z")), rest);
    let half = desk.feeds["bolt.ics"].replace("SUMMARY", "PERCENT-COMPLETE:50\r\nSUMMARY");
    desk.feed("bolt.ics", &half);
    assert_eq!(minutes(&desk.night("2026-10-19T04:00:00Z")), 120, "what the feed says counts");
}

#[test]
fn a_calendar_that_was_cleared_is_not_work_done() {
    let mut desk = usual();
    let events = desk.events("mari.ics");
    desk.mirror(&events);
    desk.night("2026-10-19T01:00:00Z");
    desk.mirror(&[]);
    let night = desk.night(LATER);
    assert!(night.changes.is_empty(), "{}", night.changes.to_text());
    assert!(night.planned.plan.warnings.iter().any(|warning| warning.code == "blocks-gone"));
}

#[test]
fn a_calendar_that_cannot_be_read_has_lost_nothing() {
    let mut desk = usual();
    let events = desk.events("mari.ics");
    let post = desk.event("Acme: post");
    let by_hand: Vec<String> = events
        .iter()
        .map(|event| match *event == post {
            true => moved(event, "20261023T120000Z", "20261023T130000Z", "20261019T010000Z"),
            false => event.clone(),
        })
        .collect();
    desk.mirror(&by_hand);
    desk.night("2026-10-19T01:00:00Z");
    desk.mirrors[0].text.content = Err("no connection to its host".to_owned());
    // Nor has one that nobody has looked into.
    desk.settings.publish.caldav = vec![plokk_engine::settings::CaldavSettings {
        assistant: "mari".to_owned(),
        url: plokk_engine::settings::Secret::Text("http://dav.example/".to_owned()),
        user: None,
        password: None,
    }];
    for now in [LATER, "2026-10-19T02:30:00Z"] {
        let night = desk.night(now);
        assert!(night.changes.is_empty(), "{}", night.changes.to_text());
        assert_eq!(
            night.blocks("post"),
            [("23T12:00".to_owned(), "23T13:00".to_owned())],
            "it is still pinned"
        );
        desk.mirrors.clear();
    }
}

#[test]
fn another_desks_blocks_are_meetings_like_any() {
    let mut desk = usual();
    let first = desk.last.as_ref().expect("it is kept").plan.chunks[0].clone();
    let utc = |at: chrono::DateTime<chrono::FixedOffset>| at.to_utc().format("%Y%m%dT%H%M%SZ").to_string();
    let uid = "0123456789abcdef0123456789abcdef-1@plokk";
    desk.feed("mari.ics", &crate::support::event(uid, &utc(first.start), &utc(first.end), "SEQUENCE:0\r\n"));
    let night = desk.night("2026-10-19T01:00:00Z");
    assert!(!night.planned.plan.chunks.contains(&first), "she is busy then");
}
