//! Blocks pinned by hand.

use crate::support::*;
use chrono::TimeDelta;

fn block(task: &str, day: &str, from: &str, to: &str) -> String {
    event(&format!(
        "UID:pin-{task}\nSUMMARY:Pinned\nX-PLOKK-TASK:{task}\nDTSTART:{day}T{from}Z\nDTEND:{day}T{to}Z"
    ))
}

#[test]
fn a_pinned_block_is_kept_and_its_minutes_are_planned_already() {
    let write = todo("UID:write\nESTIMATED-DURATION:PT3H");
    let desk = desk(&[&block("write", "20261020", "080000", "090000")], &[&write]);
    assert_eq!(work(&desk, "write").remaining, TimeDelta::hours(2));
    assert_eq!(work(&desk, "write").estimate, TimeDelta::hours(3));
    let pinned = &desk.pinned[0];
    assert_eq!((pinned.task.as_str(), pinned.client, pinned.assistant), ("write", Some(0), 0));
    assert_eq!(pinned.time, window("2026-10-20T08:00:00Z", "2026-10-20T09:00:00Z"));
    assert!(desk.assistants[0].busy.is_empty());
    // The longest buffer is kept on both sides: a quarter of an hour.
    let free = &desk.assistants[0].free;
    assert_eq!(free[1], window("2026-10-20T06:00:00Z", "2026-10-20T07:45:00Z"));
    assert_eq!(free[2].from, utc("2026-10-20T09:15:00Z"));
}

#[test]
fn work_that_is_pinned_in_full_lets_the_next_start_after_it() {
    let write = todo("UID:write\nESTIMATED-DURATION:PT1H");
    let post = todo("UID:post\nRELATED-TO;RELTYPE=FINISHTOSTART;GAP=PT2H:write");
    let desk = desk(&[&block("write", "20261020", "080000", "090000")], &[&write, &post]);
    assert_eq!(work(&desk, "write").remaining, TimeDelta::zero());
    assert_eq!(work(&desk, "post").release, utc("2026-10-20T11:00:00Z"));
    let problem = posed(&desk).problem;
    assert_eq!(problem.tasks.len(), 1);
    assert!(problem.tasks[0].after.is_empty());
}

#[test]
fn a_block_for_work_nobody_knows_is_kept_all_the_same() {
    let desk = desk(&[&block("gone", "20261020", "080000", "090000")], &[]);
    assert_eq!((desk.pinned[0].task.as_str(), desk.pinned[0].client), ("gone", None));
    assert_eq!(desk.assistants[0].free[1].to, utc("2026-10-20T07:45:00Z"));
}

#[test]
fn a_block_before_today_is_history() {
    let write = todo("UID:write\nESTIMATED-DURATION:PT3H");
    let desk = desk(&[&block("write", "20261016", "080000", "090000")], &[&write]);
    assert_eq!(work(&desk, "write").remaining, TimeDelta::hours(3));
    assert!(desk.pinned.is_empty());
}

#[test]
fn a_block_of_a_series_counts_for_its_instance() {
    let series = todo(
        "UID:r\nDTSTART:20261020T060000Z\nDUE:20261020T140000Z\nRRULE:FREQ=WEEKLY;COUNT=2\nESTIMATED-DURATION:PT2H",
    );
    let desk = desk(&[&block("r", "20261027", "090000", "100000")], &[&series]);
    assert_eq!(desk.pinned[0].task, "r@20261027T060000Z");
    assert_eq!(work(&desk, "r@20261020T060000Z").remaining, TimeDelta::hours(2));
    assert_eq!(work(&desk, "r@20261027T060000Z").remaining, TimeDelta::hours(1));
}
