//! When bytes may change and when not: second runs, dry runs, killed runs, moved meetings.

use crate::desk::{Desk, agency};
use crate::ics::events;
use std::collections::BTreeMap;
use std::time::Duration;

#[test]
fn a_second_run_changes_no_byte() {
    for name in ["solo", "agency"] {
        let desk = Desk::copy(name);
        desk.plan(&[]).expect(0);
        let first = desk.published();
        desk.plan(&[]).expect(0);
        assert_eq!(difference(&first, &desk.published()), Vec::<String>::new());
    }
}

#[test]
fn two_folders_with_the_same_desk_get_the_same_bytes() {
    let desk = Desk::copy("agency");
    desk.plan(&[]).expect(0);
    assert_eq!(difference(&agency().published(), &desk.published()), Vec::<String>::new());
}

#[test]
fn a_dry_run_shows_and_writes_nothing() {
    let desk = Desk::copy("solo");
    let ran = desk.plan(&["--dry-run"]).expect(0);
    assert!(ran.stdout().contains("Harbour & Vine"), "{}", ran.stdout());
    assert!(desk.published().is_empty());
    assert!(!desk.path("calendars").exists());
    assert!(!desk.path(".plokk").exists());
}

#[test]
fn a_run_that_is_killed_leaves_what_was_published_whole() {
    let desk = Desk::copy("solo");
    desk.plan(&[]).expect(0);
    let before = desk.published();
    // Something to plan anew, and enough effort to be caught in the middle.
    desk.edit("feeds/mari-google.ics", "SUMMARY:Dentist", "SUMMARY:Dentist (both sides)");
    desk.edit("feeds/mari-google.ics", "DTEND:20261021T080000Z", "DTEND:20261021T090000Z");
    for pause in [5, 50, 200] {
        let mut run = desk
            .command(&["plan", "--effort", "100"])
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_millis(pause));
        run.kill().expect("it is still running");
        run.wait().expect("it is gone");
        assert_eq!(difference(&before, &desk.published()), Vec::<String>::new());
    }
    desk.plan(&[]).expect(0);
    assert_ne!(before, desk.published());
}

#[test]
fn a_new_meeting_moves_only_what_it_must_and_uids_live_on() {
    let desk = Desk::copy("solo");
    desk.plan(&[]).expect(0);
    let before = events(&desk, "mari.ics");
    desk.edit("feeds/mari-google.ics", "DTEND:20261021T080000Z", "DTEND:20261021T083000Z");
    desk.plan(&[]).expect(0);
    let after = events(&desk, "mari.ics");
    let kept = before.iter().filter(|old| {
        let same = after.iter().find(|new| new.must("UID") == old.must("UID"));
        // The same block in the same place is the same event, to the last stamp.
        same.is_some_and(|new| new.time() == old.time() && new.must("SEQUENCE") == old.must("SEQUENCE"))
    });
    let kept = kept.count();
    assert!(kept * 10 >= before.len() * 7, "{kept} of {} blocks are where they were", before.len());
    for new in &after {
        if let Some(old) =
            before.iter().find(|old| old.must("UID") == new.must("UID") && old.time() != new.time())
        {
            assert_eq!((old.must("SEQUENCE"), new.must("SEQUENCE")), ("0", "1"), "{new:?}");
        }
    }
}

/// The names of the files that differ.
fn difference(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
    names.filter(|name| a.get(*name) != b.get(*name)).cloned().collect()
}
