//! Bad input: a clear word about it, and nothing lost.

use crate::desk::Desk;
use crate::ics::{Part, events};

const LOGIN: &str =
    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n";

#[test]
fn a_clients_broken_feed_is_a_warning_and_the_plan_goes_on() {
    let desk = Desk::copy("solo");
    desk.write("feeds/thames-reminders.ics", LOGIN);
    desk.plan(&[]).expect(0);
    let plan = desk.plan_json();
    let warnings = plan["warnings"].as_array().expect("a list");
    let about =
        |w: &&serde_json::Value| w["source"].as_str().is_some_and(|s| s.contains("thames-reminders.ics"));
    assert!(warnings.iter().any(|w| about(&w)), "{warnings:#?}");
    for warning in warnings {
        for key in ["code", "source", "message"] {
            assert!(warning[key].as_str().is_some_and(|text| !text.is_empty()), "{warning}");
        }
    }
    assert!(events(&desk, "mari.ics").iter().any(|e| e.get("X-PLOKK-CLIENT") == Some("harbour")));
}

#[test]
fn one_bad_component_costs_that_component_only() {
    let desk = Desk::copy("solo");
    desk.edit(
        "feeds/harbour-tasks.ics",
        "DUE;TZID=Australia/Sydney:20261023T170000",
        "DUE;TZID=Australia/Sydney:2026-13-45",
    );
    desk.plan(&[]).expect(0);
    let plan = desk.plan_json();
    let warnings = plan["warnings"].as_array().expect("a list");
    let about =
        warnings.iter().find(|w| w["source"].as_str().is_some_and(|s| s.contains("harbour-tasks.ics")));
    let about = about.unwrap_or_else(|| panic!("{warnings:#?}"));
    assert!(about["line"].as_u64().is_some_and(|line| line > 1), "{about}");
    let chunks = plan["chunks"].as_array().expect("a list");
    assert!(chunks.iter().any(|c| c["task"] == "distributors@harbourvine.example"));
}

#[test]
fn an_assistants_unreadable_feed_stops_the_run_and_touches_nothing() {
    let desk = Desk::copy("solo");
    desk.plan(&[]).expect(0);
    let before = desk.published();
    // No copy from the run before may stand in for it either: this is a desk seen for the first time.
    std::fs::remove_dir_all(desk.path(".plokk")).expect("it was there");
    desk.write("feeds/mari-google.ics", LOGIN);
    let ran = desk.plan(&[]).expect(2);
    assert!(ran.stderr().contains("mari-google.ics"), "{}", ran.stderr());
    assert_eq!(before, desk.published());
}

#[test]
fn a_feed_that_turns_into_a_login_page_is_read_from_its_last_good_copy() {
    let desk = Desk::copy("solo");
    desk.plan(&[]).expect(0);
    let before = events(&desk, "mari.ics");
    for feed in ["feeds/thames-reminders.ics", "feeds/mari-google.ics"] {
        desk.write(feed, LOGIN);
        let said = desk.plan(&[]).expect(0).stderr();
        assert!(said.contains(feed), "{said}");
        let after = events(&desk, "mari.ics");
        assert_eq!(
            before.iter().map(Part::time).collect::<Vec<_>>(),
            after.iter().map(Part::time).collect::<Vec<_>>()
        );
    }
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_right_one() {
    let desk = Desk::copy("solo");
    desk.edit("plokk.toml", "reserve = \"10%\"", "reserv = \"10%\"");
    let line =
        1 + desk.read("plokk.toml").lines().position(|l| l.starts_with("reserv ")).expect("it is there");
    let ran = desk.plan(&[]).expect(2);
    let said = ran.stderr();
    assert!(said.contains(&format!("plokk.toml:{line}")), "{said}");
    assert!(said.contains("planning.reserv:") && said.contains("\"reserve\""), "{said}");
    assert!(!desk.path("calendars").exists());
}

#[test]
fn all_faults_of_the_settings_are_told_in_one_go() {
    let desk = Desk::copy("solo");
    desk.edit("plokk.toml", "timezone = \"Europe/Tallinn\"", "timezone = \"Europe/Talinn\"");
    desk.edit("plokk.toml", "slot    = \"5 minutes\"", "slot    = \"five\"");
    desk.edit("plokk.toml", "feeds/thames-apple.ics", "feeds/temse.ics");
    let said = desk.plan(&[]).expect(2).stderr();
    for word in ["Europe/Tallinn", "slot", "feeds/temse.ics"] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn a_desk_without_settings_is_a_fault_of_the_input() {
    let desk = Desk::copy("solo");
    std::fs::remove_file(desk.path("plokk.toml")).expect("it was there");
    let said = desk.plan(&[]).expect(2).stderr();
    assert!(said.contains("plokk.toml"), "{said}");
}

#[test]
fn too_much_work_is_no_fault_unless_one_is_strict() {
    let desk = Desk::copy("solo");
    desk.edit("feeds/harbour-tasks.ics", "ESTIMATED-DURATION:PT6H", "ESTIMATED-DURATION:PT300H");
    desk.plan(&[]).expect(0);
    let plan = desk.plan_json();
    let unscheduled = plan["unscheduled"].as_array().expect("a list");
    assert!(!unscheduled.is_empty());
    for left in unscheduled {
        assert!(left["minutes"].as_i64().is_some_and(|m| m > 0), "{left}");
        assert!(left["reason"].as_str().is_some_and(|r| !r.is_empty()), "{left}");
    }
    desk.plan(&["--strict"]).expect(1);
}

#[test]
fn a_strict_run_with_nothing_late_ends_well() {
    let desk = Desk::small(
        "[[assistant]]\nid = \"mari\"\ntimezone = \"Europe/Tallinn\"\nfeeds = [\"feeds/mari.ics\"]\n",
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VTODO\r\nUID:one\r\nDTSTAMP:20261001T000000Z\r\n\
         SUMMARY:One thing\r\nDUE:20261101T120000Z\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
    );
    desk.plan(&["--strict"]).expect(0);
}
