//! The last good copies of feeds, through what happens to programs.

mod cli_support;

use cli_support::{command, plokk};
use std::fmt::Write;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

const NOW: [&str; 2] = ["--now", "2026-10-19T08:00:00+03:00"];

fn calendar(events: usize) -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
    for n in 0..events {
        // Writing to a String cannot fail.
        let _ = write!(text, "BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:20261019T090000Z\r\nEND:VEVENT\r\n");
    }
    text + "END:VCALENDAR\r\n"
}

/// Killed whenever, a run leaves the copy of before or the new one, whole.
#[test]
fn a_copy_is_whole_whenever_the_run_is_killed() {
    let desk = tempfile::tempdir().expect("a folder");
    let settings = "[[assistant]]\nid = \"mari\"\ntimezone = \"Europe/Tallinn\"\nfeeds = [\"mari.ics\"]\n";
    fs::write(desk.path().join("plokk.toml"), settings).expect("written");
    let feed = desk.path().join("mari.ics");
    let path = desk.path().to_str().expect("a path in UTF-8");
    let check = [&["check", "--json", "--desk", path], NOW.as_slice()].concat();
    let sizes = [6_000, 9_000];
    fs::write(&feed, calendar(sizes[0])).expect("written");
    plokk(&check).expect(0);
    let mut seen = [false; 2];
    for round in 0..16 {
        fs::write(&feed, calendar(sizes[(round + 1) % 2])).expect("written");
        let mut run =
            command().args(&check).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("built");
        std::thread::sleep(Duration::from_millis(4 * round as u64));
        // It may have ended by itself.
        let _ = run.kill();
        run.wait().expect("it ends");
        // An empty file is not believed: the copy stands for it.
        fs::write(&feed, "").expect("written");
        let after = plokk(&check).expect(0);
        let report: serde_json::Value = serde_json::from_str(&after.out).expect("JSON");
        let source = &report["sources"][0];
        assert_eq!(source["state"].as_str(), Some("kept"), "round {round}: {}", after.err);
        let events = source["events"].as_u64().expect("a number") as usize;
        let which = sizes.iter().position(|size| *size == events);
        seen[which.unwrap_or_else(|| panic!("round {round}: {events} events are neither copy"))] = true;
    }
    // What was interrupted leaves nothing that the next whole run does not clear up.
    fs::write(&feed, calendar(7_000)).expect("written");
    plokk(&check).expect(0);
    let left = fs::read_dir(desk.path().join(".plokk/feeds")).expect("a folder").count();
    assert_eq!((left, seen[0] || seen[1]), (1, true));
}
