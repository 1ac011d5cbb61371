//! Where the blocks lie: working hours, busy time, buffers, skills, live work, due times.

use crate::desk::{Desk, agency, solo};
use crate::facts::{Busy, Person, Stretch, busy};
use crate::ics::{Part, events};
use chrono::{DateTime, Duration, FixedOffset, TimeDelta, Utc};
use serde_json::Value;

/// `buffers.meeting` of both desks.
const MEETING: TimeDelta = Duration::minutes(10);

/// A chunk of plan.json.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) task: String,
    pub(crate) client: Option<String>,
    pub(crate) assistant: String,
    pub(crate) time: Stretch,
}

pub(crate) fn chunks(desk: &Desk) -> Vec<Chunk> {
    let plan = desk.plan_json();
    let chunks = plan["chunks"].as_array().expect("a list").iter().map(|chunk| Chunk {
        task: text(&chunk["task"]),
        client: chunk["client"].as_str().map(str::to_owned),
        assistant: text(&chunk["assistant"]),
        time: Stretch { from: instant(&chunk["start"]), to: instant(&chunk["end"]) },
    });
    chunks.collect()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

pub(crate) fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|t| t.parse::<DateTime<FixedOffset>>().ok()).expect("RFC 3339").to_utc()
}

fn is_pinned(busy: &[Busy], who: &str, block: Stretch) -> bool {
    busy.iter().any(|b| b.pinned && b.who == who && b.time == block)
}

/// Every block lies in its assistant's hours and keeps clear of her busy time.
fn blocks_lie_in_free_time(name: &str, desk: &Desk) {
    let busy = busy(name);
    for person in Person::all(desk, "assistant") {
        let there = person.there();
        let blocks = events(desk, &format!("{}.ics", person.id));
        assert!(blocks.len() > 5, "{}", person.id);
        for block in &blocks {
            let time = block.time();
            if is_pinned(&busy, &person.id, time) {
                continue;
            }
            assert!(there.iter().any(|hours| hours.contains(time)), "outside her hours: {block:?}");
            for meeting in busy.iter().filter(|b| b.who == person.id && !b.pinned) {
                let wanted = meeting.time.padded(MEETING);
                assert!(!wanted.meets(time), "{block:?} is too near to {:?}", meeting.time);
            }
        }
    }
}

#[test]
fn solo_blocks_lie_in_free_time() {
    blocks_lie_in_free_time("solo", solo());
}

#[test]
fn agency_blocks_lie_in_free_time() {
    blocks_lie_in_free_time("agency", agency());
}

/// The buffers of both desks, in minutes.
fn buffer(a: &Part, b: &Part) -> i64 {
    if a.get("X-PLOKK-CLIENT") != b.get("X-PLOKK-CLIENT") {
        15
    } else if a.get("CATEGORIES") != b.get("CATEGORIES") {
        10
    } else {
        5
    }
}

#[test]
fn buffers_are_kept_between_consecutive_blocks() {
    for desk in [solo(), agency()] {
        for person in Person::all(desk, "assistant") {
            let blocks = events(desk, &format!("{}.ics", person.id));
            for pair in blocks.windows(2) {
                let between = (pair[1].time().from - pair[0].time().to).num_minutes();
                assert!(between >= buffer(&pair[0], &pair[1]), "{between} minutes between {pair:?}");
            }
        }
    }
}

#[test]
fn the_reserve_of_each_day_stays_free() {
    let desk = solo();
    let mari = &Person::all(desk, "assistant")[0];
    let busy = busy("solo");
    for day in mari.there().chunk_by(|a, b| (b.from - a.to) < TimeDelta::hours(4)) {
        let free: i64 = day.iter().map(|hours| free_minutes(*hours, &busy)).sum();
        let whole = Stretch { from: day[0].from, to: day[day.len() - 1].to };
        let blocks = events(desk, "mari.ics");
        let own = blocks.iter().map(Part::time).filter(|t| whole.contains(*t));
        let planned: i64 = own.filter(|t| !is_pinned(&busy, "mari", *t)).map(Stretch::minutes).sum();
        assert!(planned * 10 <= free * 9, "{planned} minutes of {free} on {}", whole.from);
    }
}

/// Free minutes within some hours, looked at minute by minute.
fn free_minutes(hours: Stretch, busy: &[Busy]) -> i64 {
    let taken = |minute: DateTime<Utc>| {
        let minute = Stretch { from: minute, to: minute + TimeDelta::minutes(1) };
        busy.iter().any(|b| b.time.padded(if b.pinned { TimeDelta::zero() } else { MEETING }).meets(minute))
    };
    let minutes = (0..hours.minutes()).map(|m| hours.from + TimeDelta::minutes(m));
    i64::try_from(minutes.filter(|m| !taken(*m)).count()).expect("a day")
}

#[test]
fn everybody_does_only_what_she_can() {
    let desk = agency();
    for person in Person::all(desk, "assistant") {
        let skills = person.skills.as_ref().expect("the agency says skills");
        for block in events(desk, &format!("{}.ics", person.id)) {
            let category = block.must("CATEGORIES").to_owned();
            assert!(skills.contains(&category), "{} does {category}", person.id);
        }
    }
}

#[test]
fn live_work_is_done_while_the_client_is_there() {
    let clients = Person::all(solo(), "client");
    let live = [
        ("crm-walkthrough@harbourvine.example", "harbour"),
        ("xero-handover@thames-ledger.example", "thames"),
        ("interview-debrief@hudson-studio.example", "hudson"),
    ];
    let chunks = chunks(solo());
    for (task, client) in live {
        let there = clients.iter().find(|c| c.id == client).expect("the client").there();
        let own: Vec<_> = chunks.iter().filter(|c| c.task == task).collect();
        assert!(!own.is_empty(), "{task} is planned");
        for chunk in own {
            assert!(there.iter().any(|hours| hours.contains(chunk.time)), "{chunk:?}");
        }
    }
}

#[test]
fn half_term_mornings_replace_the_hours_of_that_week() {
    // London, 26 to 30 October: reachable from 09:00 to 13:00 only (VAVAILABILITY), on winter time.
    let week = Stretch { from: utc("2026-10-26T00:00:00Z"), to: utc("2026-10-31T00:00:00Z") };
    for chunk in chunks(solo()) {
        if chunk.task.starts_with("xero-handover@") && week.contains(chunk.time) {
            let hour = |t: DateTime<Utc>| t.format("%H:%M").to_string();
            assert!(
                hour(chunk.time.from).as_str() >= "09:00" && hour(chunk.time.to).as_str() <= "13:00",
                "{chunk:?}"
            );
        }
    }
}

#[test]
fn nothing_starts_before_now_or_outside_the_horizon() {
    for desk in [solo(), agency()] {
        let horizon = Stretch { from: utc("2026-10-19T05:00:00Z"), to: utc("2026-11-15T22:00:00Z") };
        for chunk in chunks(desk) {
            assert!(horizon.contains(chunk.time), "{chunk:?}");
        }
    }
}

pub(crate) fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("RFC 3339")
}
