//! Work against the feeds it comes from: minutes, releases, due times, links.

use crate::blocks::{chunks, instant, text, utc};
use crate::desk::{Desk, solo};
use crate::facts::Stretch;
use crate::ics::{Part, parse};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

const TASKS: [&str; 4] = ["harbour-tasks", "thames-reminders", "hudson-tasks", "mari-apple"];

fn todos(desk: &Desk) -> Vec<Part> {
    let calendars = TASKS.iter().map(|name| parse(&desk.read(&format!("feeds/{name}.ics"))));
    calendars.flat_map(|c| c.parts).filter(|p| p.name == "VTODO").collect()
}

fn is_open(todo: &Part) -> bool {
    !matches!(todo.get("STATUS"), Some("COMPLETED" | "CANCELLED"))
}

/// What ESTIMATED-DURATION leaves to do, in minutes; `None` where the category says it.
fn minutes_left(todo: &Part) -> Option<i64> {
    let estimate = todo.get("ESTIMATED-DURATION")?.strip_prefix("PT").expect("hours and minutes");
    let (hours, rest) = estimate.split_once('H').unwrap_or(("0", estimate));
    let minutes: i64 = rest.strip_suffix('M').map_or(0, |m| m.parse().expect("minutes"));
    let whole = hours.parse::<i64>().expect("hours") * 60 + minutes;
    let done: i64 = todo.get("PERCENT-COMPLETE").map_or(0, |p| p.parse().expect("a number"));
    Some(whole * (100 - done) / 100)
}

/// Minutes planned and minutes not planned, by task.
fn totals(desk: &Desk) -> BTreeMap<String, i64> {
    let mut totals = BTreeMap::new();
    for chunk in chunks(desk) {
        *totals.entry(chunk.task).or_default() += chunk.time.minutes();
    }
    for left in desk.plan_json()["unscheduled"].as_array().expect("a list") {
        *totals.entry(text(&left["task"])).or_default() += left["minutes"].as_i64().expect("minutes");
    }
    totals
}

#[test]
fn minutes_add_up_for_every_task_and_instance() {
    let (totals, todos) = (totals(solo()), todos(solo()));
    let mut seen = 0;
    for todo in todos.iter().filter(|t| is_open(t)) {
        let uid = todo.must("UID");
        let own: Vec<_> = totals.iter().filter(|(task, _)| task.starts_with(uid)).collect();
        assert!(!own.is_empty(), "{uid} is neither planned nor unscheduled");
        if todo.get("RRULE").is_none() {
            assert_eq!(own.len(), 1, "{uid}");
            assert_eq!(own[0].0, uid);
        }
        for (task, minutes) in own {
            // The one task without an estimate takes what its category says: an hour and a half.
            assert_eq!(*minutes, minutes_left(todo).unwrap_or(90), "{task}");
            seen += 1;
        }
    }
    assert_eq!(seen, totals.len(), "every task in the plan comes from a feed: {totals:#?}");
}

#[test]
fn what_is_done_or_cancelled_is_not_planned() {
    let totals = totals(solo());
    for todo in todos(solo()).iter().filter(|t| !is_open(t)) {
        assert!(!totals.keys().any(|task| task.starts_with(todo.must("UID"))), "{todo:?}");
    }
}

#[test]
fn weekly_work_has_an_instance_in_every_week() {
    let totals = totals(solo());
    for (uid, least) in [
        ("newsletter@harbourvine.example", 4),
        ("inbox@harbourvine.example", 11),
        ("reconcile@thames-ledger.example", 4),
        ("letters@thames-ledger.example", 8),
        ("friday-update@hudson-studio.example", 4),
        ("calendar-sweep@hudson-studio.example", 4),
        // The fourth Friday has an EXDATE.
        ("B22F3C52-7E0B-4B7C-9B1D-5D2B6C3E7F34", 3),
    ] {
        let instances: Vec<_> = totals.keys().filter(|task| task.starts_with(uid)).collect();
        assert!((least..=least + 1).contains(&instances.len()), "{instances:?}");
    }
}

fn span(desk: &Desk, task: &str) -> Stretch {
    let own: Vec<Stretch> = chunks(desk).into_iter().filter(|c| c.task == task).map(|c| c.time).collect();
    let from = own.iter().map(|t| t.from).min();
    let to = own.iter().map(|t| t.to).max();
    let (Some(from), Some(to)) = (from, to) else { panic!("{task} is not planned") };
    Stretch { from, to }
}

#[test]
fn the_campaign_runs_in_its_order_with_its_approval_times() {
    let step = |name: &str| span(solo(), &format!("{name}@harbourvine.example"));
    let themes = step("spring-1-themes");
    let copy = step("spring-2-copy");
    let images = step("spring-3-images");
    let schedule = step("spring-4-schedule");
    assert!(copy.from >= themes.to + TimeDelta::days(1), "{themes:?} {copy:?}");
    assert!(images.from >= copy.to, "{copy:?} {images:?}");
    assert!(schedule.from >= images.to + TimeDelta::days(2), "{images:?} {schedule:?}");
}

#[test]
fn a_normal_load_is_planned_in_full() {
    for desk in [solo(), crate::desk::agency()] {
        let plan = desk.plan_json();
        assert_eq!(plan["unscheduled"].as_array().map(Vec::len), Some(0), "{:#}", plan["unscheduled"]);
    }
}

/// Due times worked out by hand: a date means the end of the client's working day, in the client's zone.
#[test]
fn work_is_done_when_due_or_said_to_be_late() {
    let due: [(&str, DateTime<Utc>); 6] = [
        // Sydney, 17:30 on 26 October: summer time there, winter time in Tallinn.
        ("spring-1-themes@harbourvine.example", utc("2026-10-26T06:30:00Z")),
        ("distributors@harbourvine.example", utc("2026-11-06T06:30:00Z")),
        // London, 17:30 on 30 October: winter time.
        ("receipts@thames-ledger.example", utc("2026-10-30T17:30:00Z")),
        // New York, 17:00: still summer time on 30 October, winter time on 4 and 12 November.
        ("portfolio-copy@hudson-studio.example", utc("2026-10-30T21:00:00Z")),
        ("portfolio-publish@hudson-studio.example", utc("2026-11-04T22:00:00Z")),
        ("investor-list@hudson-studio.example", utc("2026-11-12T22:00:00Z")),
    ];
    let plan = solo().plan_json();
    let late = plan["late"].as_array().expect("a list");
    for (task, due) in due {
        let completion = span(solo(), task).to;
        match late.iter().find(|l| l["task"] == task) {
            Some(said) => {
                assert_eq!(
                    (instant(&said["due"]), instant(&said["completion"])),
                    (due, completion),
                    "{task}"
                );
                assert!(completion > due, "{task}");
            }
            None => assert!(completion <= due, "{task} is complete at {completion}, due {due}"),
        }
    }
}

#[test]
fn nothing_starts_before_its_release() {
    // DTSTART;TZID=Europe/London:20261026T090000 on the first day of winter time.
    assert!(span(solo(), "vat-q3@thames-ledger.example").from >= utc("2026-10-26T09:00:00Z"));
    // X-PLOKK-DEADLINE.
    assert!(span(solo(), "vat-q3@thames-ledger.example").to <= utc("2026-11-06T17:00:00Z"));
    // DTSTART;TZID=America/New_York:20261026T090000, while New York still has summer time.
    assert!(span(solo(), "interview-debrief@hudson-studio.example").from >= utc("2026-10-26T13:00:00Z"));
}

#[test]
fn the_pinned_block_is_kept_and_counts() {
    let pinned = Stretch { from: utc("2026-11-03T12:00:00Z"), to: utc("2026-11-03T13:30:00Z") };
    let own: Vec<_> =
        chunks(solo()).into_iter().filter(|c| c.task == "vat-q3@thames-ledger.example").collect();
    assert!(own.iter().any(|c| c.time == pinned), "{own:?}");
    assert_eq!(own.iter().map(|c| c.time.minutes()).sum::<i64>(), 300);
}
