//! One desk, night after night.

use crate::support::{Desk, MONDAY, TUESDAY};

#[test]
fn the_first_night_publishes_and_the_same_night_again_changes_no_byte() {
    let desk = Desk::new();
    let run = desk.night(MONDAY, &[]).expect(0);
    assert!(run.out.starts_with("The first plan: "), "{}", run.out);
    let published = desk.published();
    let run = desk.night(MONDAY, &[]).expect(0);
    assert_eq!(run.out, "Nothing has changed\n");
    assert!(run.err.contains("the last plan stands; no file has changed"), "{}", run.err);
    assert_eq!(desk.published(), published);
    assert!(desk.read("calendars/changes.md").contains("The first plan"), "it tells of the last change");
}

#[test]
fn a_change_is_told_with_its_reason() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    desk.meet_at("post");
    let run = desk.night(MONDAY, &[]).expect(0);
    assert!(run.out.contains("\nAcme Pty Ltd\n") && run.out.contains("\"Meeting dentist\""), "{}", run.out);
    let changes = desk.read("calendars/changes.md");
    assert!(changes.starts_with("# Changes of Mon 2026-10-19 03:00\n"), "{changes}");
    assert!(changes.contains("- moved **Work post** from "), "{changes}");
}

#[test]
fn a_dry_run_says_what_would_change_and_writes_nothing() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let published = desk.published();
    desk.meet_at("post");
    let run = desk.night(MONDAY, &["--dry-run"]).expect(0);
    assert!(run.out.contains("moved Work post"), "{}", run.out);
    assert_eq!(desk.published(), published);
    assert_eq!(desk.run("history", &[]).expect(0).out.lines().count(), 2, "one night and the head");
}

#[test]
fn a_quiet_night_says_only_what_is_wrong() {
    let desk = Desk::new();
    let run = desk.night(MONDAY, &["--quiet"]).expect(0);
    assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""));
    desk.write("feeds/bolt.ics", "<html>Sign in</html>");
    let run = desk.night(MONDAY, &["--quiet"]).expect(0);
    assert!(run.out.is_empty() && run.err.contains("feeds/bolt.ics"), "{run:?}");
}

#[test]
fn nights_are_listed_and_undone() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let first = desk.blocks("post");
    desk.meet_at("post");
    desk.night(MONDAY, &[]).expect(0);
    assert_ne!(desk.blocks("post"), first);
    let history = desk.run("history", &[]).expect(0).out;
    assert_eq!(history.lines().count(), 3, "{history}");
    assert!(history.contains("1  Mon 2026-10-19 03:00  nightly") && history.contains("moved"), "{history}");
    let night = desk.run("history", &["2"]).expect(0).out;
    assert!(night.contains("moved Work post"), "{night}");

    let undone = desk.run("undo", &["--now", MONDAY]).expect(0);
    assert!(undone.out.contains("undone"), "{}", undone.out);
    assert_eq!(desk.blocks("post"), first);
    let feed = desk.read("calendars/mari.ics");
    assert!(feed.contains("SEQUENCE:2"), "moved once, moved back once");
    let history = desk.run("history", &[]).expect(0).out;
    assert!(history.contains("undo, back to 1"), "{history}");
    // There is nothing before what is published now; and night 2 can be had back.
    desk.run("undo", &["--now", MONDAY]).expect(2);
    desk.run("undo", &["2", "--now", MONDAY]).expect(0);
    assert_ne!(desk.blocks("post"), first);
    let unknown = desk.run("undo", &["77"]).expect(2);
    assert!(unknown.err.contains("kept are 1 to 4"), "{}", unknown.err);
}

#[test]
fn the_next_night_starts_from_what_was_undone_and_keeps_the_rules() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let first = desk.blocks("post");
    desk.meet_at("post");
    desk.night(MONDAY, &[]).expect(0);
    desk.run("undo", &["--now", MONDAY]).expect(0);
    desk.night(MONDAY, &[]).expect(0);
    assert_ne!(desk.blocks("post"), first, "the dentist is still there");
}

#[test]
fn a_week_of_nights_plans_all_that_is_open() {
    let desk = Desk::new();
    for now in [MONDAY, TUESDAY, "2026-10-21T03:00:00+03:00", "2026-10-22T03:00:00+03:00"] {
        desk.night(now, &[]).expect(0);
        let plan: serde_json::Value = serde_json::from_str(&desk.read("calendars/plan.json")).expect("JSON");
        let minutes: i64 = plan["chunks"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|chunk| {
                let time = |key: &str| {
                    chrono::DateTime::parse_from_rfc3339(chunk[key].as_str().expect("a text"))
                        .expect("a time")
                };
                (time("end") - time("start")).num_minutes()
            })
            .sum();
        assert_eq!(minutes, 3 * 90 + 240 + 60, "{now}: {plan:#}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    desk.run("token", &[]).expect(2);
    crate::support::plokk(&["token", "make", "acme", "--desk", desk.text()]).expect(0);
    let mode = |file: &str| {
        std::fs::metadata(desk.path().join(file)).expect("it is there").permissions().mode() & 0o777
    };
    assert_eq!((mode(".plokk"), mode(".plokk/tokens.json")), (0o700, 0o600));
}
