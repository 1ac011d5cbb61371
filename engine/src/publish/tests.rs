//! What the published calendars say, and to whom; with plans made by hand and at random.

use super::*;
use crate::desk::FeedText;
use chrono::{FixedOffset, TimeDelta};
use plokk_ical_io::read;
use proptest::prelude::*;

const SETTINGS: &str = r#"
[planning]
horizon = "2 weeks"

[[assistant]]
id = "mari"
name = "Mari Tamm"
email = "mari@assist.example"
timezone = "Europe/Tallinn"
feeds = ["mari.ics"]

[[assistant]]
id = "jaan"
name = "Jaan Kask"
timezone = "Europe/Tallinn"
feeds = ["jaan.ics"]

[[client]]
id = "zebra"
name = "Zebra Crossing Pty Ltd"
timezone = "Australia/Sydney"
feeds = ["zebra.ics"]

[[client]]
id = "quokka"
name = "Quokka Œuvres, Inc"
timezone = "America/New_York"
feeds = ["quokka.ics"]

[[category]]
name = "social"
"#;

/// What no client but the first may see, and what no client but the second may.
const SECRETS: [&[&str]; 2] = [
    &["zebra", "Zebra", "Stripes", "z-1@", "z-2@", "social"],
    &["quokka", "Quokka", "Œuvres", "Burrow", "q-1@", "q-2@", "general"],
];

/// What no client may see at all.
const HERS: [&str; 5] = ["mari@assist.example", "Therapy", "own-1@", "Taxes", "Dinner with Zeb"];

const MEETINGS: &str = "BEGIN:VEVENT\r\nUID:m-1\r\nSUMMARY:Therapy\r\nDTSTART:20261020T080000Z\r\n\
    DTEND:20261020T090000Z\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:m-2\r\nSUMMARY:Dinner with Zeb\r\nDTSTART:20261020T085000Z\r\n\
    DTEND:20261020T100000Z\r\nEND:VEVENT\r\n\
    BEGIN:VTODO\r\nUID:own-1@x\r\nSUMMARY:Taxes\r\nESTIMATED-DURATION:PT2H\r\nEND:VTODO\r\n";

fn todo(uid: &str, summary: &str, rest: &str) -> String {
    format!("BEGIN:VTODO\r\nUID:{uid}\r\nSUMMARY:{summary}\r\nESTIMATED-DURATION:PT4H\r\n{rest}END:VTODO\r\n")
}

fn desk_at(now: &str) -> Desk {
    let settings = Settings::read(SETTINGS, "plokk.toml").expect("the settings are sound");
    let zebra =
        todo("z-1@zebra", "Stripes for the front page", "CATEGORIES:social\r\nDUE:20261023T060000Z\r\n")
            + &todo("z-2@zebra", "Stripes\\, again", "CATEGORIES:social\r\n");
    let long = "Burrow ".repeat(30);
    let quokka = todo("q-1@quokka", &long, "") + &todo("q-2@quokka", "Burrow", "DUE:20261022T210000Z\r\n");
    let feeds =
        [("mari", MEETINGS.to_owned()), ("jaan", String::new()), ("zebra", zebra), ("quokka", quokka)];
    let feeds = feeds.map(|(name, body)| FeedText {
        feed: format!("{name}.ics"),
        source: format!("{name}.ics"),
        content: Ok(format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n").into_bytes()),
        warnings: Vec::new(),
    });
    Desk::assemble(settings, &feeds, now.parse().expect("it is a time")).expect("every feed can be read")
}

fn desk() -> Desk {
    desk_at("2026-10-19T05:00:00Z")
}

/// A chunk that starts so many quarters of an hour after 19 October 2026, 06:00 UTC.
fn chunk(task: &str, assistant: &str, quarter: i64, quarters: i64) -> PlannedChunk {
    let epoch: DateTime<FixedOffset> = "2026-10-19T09:00:00+03:00".parse().expect("it is a time");
    let client = match task.as_bytes()[0] {
        b'z' => Some("zebra".to_owned()),
        b'q' => Some("quokka".to_owned()),
        _ => None,
    };
    PlannedChunk {
        task: task.to_owned(),
        client,
        assistant: assistant.to_owned(),
        start: epoch + TimeDelta::minutes(quarter * 15),
        end: epoch + TimeDelta::minutes((quarter + quarters) * 15),
    }
}

fn plan(chunks: Vec<PlannedChunk>) -> Plan {
    Plan {
        generated: "2026-10-19T08:00:00+03:00".parse().expect("it is a time"),
        status: "optimal".to_owned(),
        cost: 0.0,
        bound: None,
        gap: None,
        chunks,
        unscheduled: Vec::new(),
        late: Vec::new(),
        warnings: Vec::new(),
    }
}

fn usual() -> Plan {
    plan(vec![
        chunk("z-1@zebra", "mari", 0, 4),
        chunk("q-1@quokka", "mari", 5, 8),
        chunk("z-1@zebra", "mari", 98, 6),
        chunk("own-1@x", "mari", 112, 4),
        chunk("q-2@quokka", "jaan", 2, 8),
    ])
}

type Files = BTreeMap<String, Vec<u8>>;

fn files(desk: &Desk, plan: &Plan, before: &Files) -> Files {
    publish(desk, plan, before).into_iter().map(|file| (file.path, file.bytes)).collect()
}

fn unfolded(files: &Files, path: &str) -> String {
    String::from_utf8(files[path].clone()).expect("it is UTF-8").replace("\r\n ", "")
}

/// UID, DTSTART and SEQUENCE of every event of a file, sorted.
fn events(files: &Files, path: &str) -> Vec<(String, String, String)> {
    let calendar = read(&files[path], path).calendar;
    let value = |c: &Component, name: &str| c.text(name).unwrap_or_default().into_owned();
    let event = |c: &Component| (value(c, "UID"), value(c, "DTSTART"), value(c, "SEQUENCE"));
    let mut events: Vec<_> = calendar.named("VEVENT").map(event).collect();
    events.sort();
    events
}

#[test]
fn every_feed_has_its_file() {
    let files = files(&desk(), &usual(), &Files::new());
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    let expected =
        ["clients/quokka.ics", "clients/zebra.ics", "jaan-busy.ics", "jaan.ics", "mari-busy.ics", "mari.ics"];
    assert_eq!(paths, expected);
    assert_eq!(published_paths(&desk().settings).len(), expected.len() + 1);
}

#[test]
fn a_block_says_what_it_is() {
    let files = files(&desk(), &usual(), &Files::new());
    let hers = unfolded(&files, "mari.ics");
    for line in [
        "SUMMARY:Zebra Crossing Pty Ltd: Stripes for the front page\r\n",
        "DTSTART;TZID=Europe/Tallinn:20261019T090000\r\n",
        "DTEND;TZID=Europe/Tallinn:20261019T100000\r\n",
        "RELATED-TO:z-1@zebra\r\n",
        "CATEGORIES:social\r\n",
        "X-PLOKK-CLIENT:zebra\r\n",
        "SUMMARY:Taxes\r\n",
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Tallinn\r\n",
        "METHOD:PUBLISH\r\n",
        "X-WR-CALNAME:Mari Tamm\r\n",
    ] {
        assert!(hers.contains(line), "{line:?} is missing in\n{hers}");
    }
    let theirs = unfolded(&files, "clients/zebra.ics");
    assert!(theirs.contains("SUMMARY:Stripes for the front page\r\n"));
    assert!(theirs.contains("DTSTART;TZID=Australia/Sydney:20261019T170000\r\n"));
    assert!(theirs.contains("Due Fri 2026-10-23 17:00 (Australia/Sydney)\\nBy Mari Tamm\r\n"));
}

#[test]
fn busy_time_is_merged_and_says_nothing() {
    let files = files(&desk(), &usual(), &Files::new());
    let busy = events(&files, "mari-busy.ics");
    let starts: Vec<&str> = busy.iter().map(|(_, start, _)| start.as_str()).collect();
    // Two meetings that overlap are one; so are meeting and block where they touch.
    assert_eq!(starts, ["20261019T090000", "20261019T101500", "20261020T093000"], "local to Tallinn");
    let text = unfolded(&files, "mari-busy.ics");
    assert!(!text.contains("DESCRIPTION") && !text.contains("RELATED-TO") && !text.contains("CATEGORIES"));
    assert_eq!(text.matches("SUMMARY:Busy\r\n").count(), 3);
}

#[test]
fn a_clients_feed_shows_its_own_blocks_once() {
    let files = files(&desk(), &usual(), &Files::new());
    let zebra = events(&files, "clients/zebra.ics");
    let own = zebra.iter().filter(|(uid, _, _)| !uid.starts_with("busy-")).count();
    assert_eq!(own, 2);
    let busy: Vec<&str> =
        zebra.iter().filter(|(uid, _, _)| uid.starts_with("busy-mari")).map(|(_, s, _)| s.as_str()).collect();
    // In Sydney: quokka's block; the meetings and her own task without the block of its own before.
    assert_eq!(busy, ["20261019T181500", "20261020T190000"]);
}

#[test]
fn a_pinned_blocks_own_words_are_for_the_assistant() {
    let mut desk = desk();
    let pinned = chunk("z-gone@zebra", "mari", 200, 4);
    desk.pinned.push(crate::desk::Pinned {
        task: pinned.task.clone(),
        client: Some(0),
        assistant: 0,
        time: pinned.window(),
        uid: None,
        summary: Some("zebra stuff, then Quokka".to_owned()),
        begun: false,
    });
    let files = files(&desk, &plan(vec![pinned]), &Files::new());
    assert!(unfolded(&files, "mari.ics").contains("zebra stuff\\, then Quokka"));
    assert!(unfolded(&files, "clients/zebra.ics").contains("SUMMARY:Reserved\r\n"));
    assert!(!unfolded(&files, "clients/zebra.ics").contains("Quokka"));
}

#[test]
fn a_run_that_changes_nothing_changes_no_byte_however_late() {
    let first = files(&desk(), &usual(), &Files::new());
    let later = desk_at("2026-10-19T05:30:00Z");
    assert_eq!(files(&later, &usual(), &first), first);
}

#[test]
fn a_block_that_moves_keeps_its_uid_and_counts_up() {
    let desk = desk();
    let first = files(&desk, &usual(), &Files::new());
    let mut moved = usual();
    moved.chunks[1] = chunk("q-1@quokka", "mari", 30, 8);
    let second = files(&desk, &moved, &first);
    let (before, after) = (events(&first, "mari.ics"), events(&second, "mari.ics"));
    let changed: Vec<_> = before.iter().zip(&after).filter(|(old, new)| old != new).collect();
    assert_eq!(changed.len(), 1);
    let (old, new) = changed[0];
    assert_eq!((&old.0, old.2.as_str(), new.2.as_str()), (&new.0, "0", "1"));
    assert_eq!(files(&desk, &moved, &second), second, "and then it stays");
}

#[test]
fn a_block_that_another_does_keeps_its_uid_and_counts_up() {
    let desk = desk();
    let first = files(&desk, &usual(), &Files::new());
    let mut handed = usual();
    handed.chunks[0].assistant = "jaan".to_owned();
    let second = files(&desk, &handed, &first);
    let uid =
        events(&first, "clients/zebra.ics").into_iter().find(|(_, start, _)| start == "20261019T170000");
    let (uid, _, _) = uid.expect("the block is there");
    let hers = events(&second, "jaan.ics").into_iter().find(|(other, _, _)| *other == uid);
    assert_eq!(hers.map(|(_, _, sequence)| sequence), Some("1".to_owned()));
    let off = events(&second, "mari.ics").into_iter().find(|(other, _, _)| *other == uid);
    assert_eq!(off.map(|(_, _, sequence)| sequence), Some("1".to_owned()), "called off in hers");
    assert_eq!(unfolded(&second, "mari.ics").matches("STATUS:CANCELLED").count(), 1);
    // It comes back, and goes on counting where it went on.
    let third = files(&desk, &usual(), &second);
    let back = events(&third, "mari.ics").into_iter().find(|(other, _, _)| *other == uid);
    assert_eq!(back.map(|(_, _, sequence)| sequence), Some("2".to_owned()));
}

#[test]
fn a_block_that_vanishes_is_called_off_for_a_week_and_what_is_over_stays_as_long() {
    let desk = desk();
    let first = files(&desk, &usual(), &Files::new());
    let mut fewer = usual();
    let gone = fewer.chunks.remove(2);
    let second = files(&desk, &fewer, &first);
    for path in ["mari.ics", "clients/zebra.ics"] {
        let text = unfolded(&second, path);
        assert_eq!(text.matches("STATUS:CANCELLED").count(), 1, "{path}");
        assert_eq!(events(&second, path).len(), events(&first, path).len(), "{path}");
    }
    assert!(!unfolded(&second, "clients/quokka.ics").contains("CANCELLED"), "nobody else's business");
    assert_eq!(files(&desk, &fewer, &second), second, "and then nothing changes");
    let after = |days: i64| {
        let now = (desk.now + TimeDelta::days(days)).to_rfc3339();
        files(&desk_at(&now), &plan(vec![gone.clone()]), &second)
    };
    // Six days later everything else is over and shown as it was; the block is back.
    let six = after(6);
    assert!(unfolded(&six, "mari.ics").contains("SUMMARY:Quokka"), "what is over stays");
    assert_eq!(unfolded(&six, "mari.ics").matches("STATUS:CANCELLED").count(), 0);
    let nine = after(9);
    assert_eq!(events(&nine, "mari.ics").len(), 1, "{}", unfolded(&nine, "mari.ics"));
}

#[test]
fn what_was_published_by_others_is_as_if_it_were_not_there() {
    let desk = desk();
    let mut junk = Files::new();
    junk.insert("mari.ics".into(), b"<html>BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSEQUENCE:9".to_vec());
    junk.insert("clients/zebra.ics".into(), vec![0xff, 0xfe, 0, 1]);
    assert_eq!(files(&desk, &usual(), &junk), files(&desk, &usual(), &Files::new()));
}

#[test]
fn the_second_of_two_equal_local_times_is_said_in_utc() {
    // Clocks in Tallinn go back on 25 October 2026 at 04:00 (01:00 UTC).
    let quarter = ((6 * 24 - 6) * 4) + 4;
    let files = files(&desk(), &plan(vec![chunk("q-1@quokka", "mari", quarter, 2)]), &Files::new());
    assert!(unfolded(&files, "mari.ics").contains("DTSTART:20261025T010000Z\r\n"));
}

const TASKS: [&str; 5] = ["z-1@zebra", "z-2@zebra", "q-1@quokka", "q-2@quokka", "own-1@x"];

fn plans() -> impl Strategy<Value = Plan> {
    let chunk = (0..TASKS.len(), prop::bool::ANY, 0i64..1200, 1i64..12);
    prop::collection::vec(chunk, 0..14).prop_map(|drawn| {
        let made = drawn.into_iter().map(|(task, jaan, quarter, quarters)| {
            chunk_of(TASKS[task], if jaan { "jaan" } else { "mari" }, quarter, quarters)
        });
        let mut chunks: Vec<PlannedChunk> = Vec::new();
        for new in made {
            let clashes = |old: &PlannedChunk| {
                (old.assistant == new.assistant || old.task == new.task)
                    && old.start < new.end
                    && new.start < old.end
            };
            if !chunks.iter().any(clashes) {
                chunks.push(new);
            }
        }
        chunks.sort_by(|a, b| (a.start, &a.assistant).cmp(&(b.start, &b.assistant)));
        plan(chunks)
    })
}

fn chunk_of(task: &str, assistant: &str, quarter: i64, quarters: i64) -> PlannedChunk {
    chunk(task, assistant, quarter, quarters)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_client_is_named_in_anothers_feed(first in plans(), second in plans()) {
        let desk = desk();
        let before = files(&desk, &first, &Files::new());
        let after = files(&desk, &second, &before);
        for (own, path) in ["clients/zebra.ics", "clients/quokka.ics"].into_iter().enumerate() {
            let text = unfolded(&after, path);
            for secret in SECRETS[1 - own].iter().chain(&HERS) {
                prop_assert!(!text.contains(secret), "{} is named in {}:\n{}", secret, path, text);
            }
        }
        for path in ["mari-busy.ics", "jaan-busy.ics"] {
            let text = unfolded(&after, path);
            for secret in SECRETS.iter().copied().flatten().chain(&HERS) {
                prop_assert!(!text.contains(secret), "{} is named in {}:\n{}", secret, path, text);
            }
        }
    }

    #[test]
    fn files_keep_to_the_form_and_a_second_run_changes_nothing(first in plans(), second in plans()) {
        let desk = desk();
        let before = files(&desk, &first, &Files::new());
        let after = files(&desk, &second, &before);
        prop_assert_eq!(&files(&desk, &second, &after), &after);
        for (path, bytes) in &after {
            let text = std::str::from_utf8(bytes).expect("it is UTF-8");
            prop_assert!(text.ends_with("END:VCALENDAR\r\n"));
            for line in text.split_terminator("\r\n") {
                prop_assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{}: {}", path, line);
            }
            let mut uids: Vec<String> = events(&after, path).into_iter().map(|(uid, _, _)| uid).collect();
            let all = uids.len();
            uids.dedup();
            prop_assert_eq!(uids.len(), all, "a UID stands twice in {}", path);
            prop_assert!(read(bytes, path).faults.is_empty());
        }
    }

    #[test]
    fn what_is_busy_in_a_clients_feed_is_busy_and_nothing_is_left_out(drawn in plans()) {
        let desk = desk();
        let after = files(&desk, &drawn, &Files::new());
        let calendar = read(&after["clients/zebra.ics"], "zebra").calendar;
        let window = plokk_ical_io::Window { from: desk.horizon.from, to: desk.horizon.to };
        let shown = plokk_ical_io::events(&calendar, window, &plokk_ical_io::Zone::UTC).items;
        for chunk in &drawn.chunks {
            let (from, to) = (chunk.start.to_utc(), chunk.end.to_utc());
            let covered = shown.iter().any(|event| event.start <= from && to <= event.end);
            prop_assert!(covered || to > desk.horizon.to, "{:?} is not in the feed", chunk);
        }
    }
}
