//! Subscribers over two nights: vdirsyncer with khal, ical.js (Thunderbird's library), and python-icalendar as
//! the strict reader.

use crate::outside::{part, program};
use crate::support::{Desk, MONDAY, Served};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// A block as everybody has to see it: title, local start and end.
pub(crate) type Seen = BTreeSet<(String, String, String)>;

/// What the plan says, on the clock of the assistant.
fn planned(desk: &Desk) -> Seen {
    let plan: Value = serde_json::from_str(&desk.read("calendars/plan.json")).expect("JSON");
    let client = |id: &str| if id == "acme" { "Acme Pty Ltd" } else { "Bolt" };
    let block = |chunk: &Value| {
        let text = |key: &str| chunk[key].as_str().expect("a text");
        let title = format!("{}: Work {}", client(text("client")), text("task"));
        (title, text("start")[..16].replace('T', " "), text("end")[..16].replace('T', " "))
    };
    plan["chunks"].as_array().expect("a list").iter().map(block).collect()
}

/// What the plan says, in UTC.
pub(crate) fn instants(desk: &Desk) -> Seen {
    let plan: Value = serde_json::from_str(&desk.read("calendars/plan.json")).expect("JSON");
    let utc = |value: &Value| {
        let time = chrono::DateTime::parse_from_rfc3339(value.as_str().expect("a text")).expect("a time");
        time.to_utc().format("%Y-%m-%dT%H:%M").to_string()
    };
    let titles = planned(desk);
    let block = |chunk: &Value| {
        let local = chunk["start"].as_str().expect("a text")[..16].replace('T', " ");
        let title = titles.iter().find(|(_, start, _)| *start == local).expect("it is planned");
        (title.0.clone(), utc(&chunk["start"]), utc(&chunk["end"]))
    };
    plan["chunks"].as_array().expect("a list").iter().map(block).collect()
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("it is there");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{out}\n{err}");
    out.into_owned()
}

/// The desk's feed in somebody's calendar program.
struct Subscriber<'d> {
    folder: &'d Path,
    vdirsyncer: std::path::PathBuf,
    khal: std::path::PathBuf,
}

impl<'d> Subscriber<'d> {
    fn new(desk: &'d Desk, url: &str) -> Option<Subscriber<'d>> {
        let (vdirsyncer, khal) = (program("vdirsyncer")?, program("khal")?);
        let folder = desk.path();
        let show = |name: &str| folder.join(name).display().to_string();
        desk.write(
            "vdirsyncer.conf",
            &format!(
                "[general]\nstatus_path = \"{}\"\n[pair mari]\na = \"remote\"\nb = \"local\"\ncollections = null\n\
                 [storage remote]\ntype = \"http\"\nurl = \"{url}\"\n[storage local]\ntype = \"filesystem\"\npath = \"{}\"\nfileext = \".ics\"\n",
                show("status"),
                show("synced")
            ),
        );
        desk.write(
            "khal.conf",
            &format!(
                "[calendars]\n[[mari]]\npath = {}\nreadonly = True\n[sqlite]\npath = {}\n[locale]\ntimeformat = %H:%M\n\
                 dateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n\
                 local_timezone = Europe/Tallinn\ndefault_timezone = Europe/Tallinn\n",
                show("synced"),
                show("khal.db")
            ),
        );
        std::fs::create_dir_all(folder.join("synced")).expect("it can be made");
        let subscriber = Subscriber { folder, vdirsyncer, khal };
        run(&mut subscriber.vdirsyncer(&["discover", "--no-list"]));
        Some(subscriber)
    }

    fn vdirsyncer(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.vdirsyncer);
        command.arg("-c").arg(self.folder.join("vdirsyncer.conf")).args(args);
        command
    }

    /// Synchronizes, and says what khal shows: what stands, and what was called off.
    fn look(&self) -> (Seen, usize) {
        run(&mut self.vdirsyncer(&["sync"]));
        let mut khal = Command::new(&self.khal);
        khal.arg("-c").arg(self.folder.join("khal.conf")).env("HOME", self.folder);
        let format = "{title}|{start}|{end}|{status}";
        khal.args(["list", "--once", "--day-format", "", "--format", format, "2026-10-12", "40d"]);
        let mut seen = Seen::new();
        let mut off = 0;
        for line in run(&mut khal).lines().filter(|line| line.contains('|')) {
            let mut parts = line.split('|').map(|part| part.trim().to_owned());
            let mut next = || parts.next().expect("four parts");
            let (title, start, end, status) = (next(), next(), next(), next());
            if status.to_uppercase().contains("CANCELLED") {
                off += 1;
            } else {
                assert!(seen.insert((title, start, end)), "{line} stands there twice");
            }
        }
        (seen, off)
    }
}

#[test]
fn vdirsyncer_and_khal_see_two_nights_and_exactly_the_change() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let served = Served::start(&[desk.text()], &[]);
    let url = format!("{}mari.ics", served.token(&desk, &["mari"]));
    let Some(subscriber) = Subscriber::new(&desk, &url) else { return };
    let first = planned(&desk);
    assert!(
        first.iter().any(|(_, start, _)| start.as_str() > "2026-10-25"),
        "it goes over the change of the clocks"
    );
    assert_eq!(subscriber.look(), (first.clone(), 0));
    // One block moves, one is gone.
    desk.meet_at("post");
    let bolt =
        desk.read("feeds/bolt.ics").replace("SUMMARY:Work call", "SUMMARY:Work call\r\nSTATUS:COMPLETED");
    desk.write("feeds/bolt.ics", &bolt);
    desk.night(MONDAY, &[]).expect(0);
    let second = planned(&desk);
    assert_ne!(first, second);
    assert_eq!(subscriber.look(), (second.clone(), 1), "nothing doubled, nothing stale, one called off");
    // And once more without a change.
    desk.night(MONDAY, &[]).expect(0);
    assert_eq!(subscriber.look(), (second, 1));
}

/// Reads a calendar strictly: any error of any component is one, every event has what RFC 5545 asks of it,
/// and no UID stands twice. Prints what stands, on the clock of Tallinn.
const STRICT: &str = r#"
import json, sys, zoneinfo
from icalendar import Calendar
text = sys.stdin.buffer.read()
assert all(len(line) <= 75 for line in text.split(b"\r\n")), "a line is too long"
assert b"\n" not in text.replace(b"\r\n", b""), "a line ends without CR"
calendars = Calendar.from_ical(text, multiple=True)
assert len(calendars) == 1
calendar = calendars[0]
assert calendar["VERSION"] == "2.0" and calendar["PRODID"] and calendar["METHOD"] == "PUBLISH"
zones = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
uids, seen = set(), []
for part in calendar.walk():
    assert not part.errors, part.errors
for event in calendar.walk("VEVENT"):
    for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "LAST-MODIFIED", "SUMMARY"):
        assert name in event, name
    assert event["UID"] not in uids, "twice"
    uids.add(event["UID"])
    for name in ("DTSTART", "DTEND"):
        zone = event[name].params.get("TZID")
        assert zone is None or zone in zones, zone
        assert event[name].dt.tzinfo is not None
    if event["STATUS"] == "CANCELLED":
        continue
    tallinn = zoneinfo.ZoneInfo("Europe/Tallinn")
    local = [event[name].dt.astimezone(tallinn).strftime("%Y-%m-%d %H:%M") for name in ("DTSTART", "DTEND")]
    seen.append([str(event["SUMMARY"]), *local])
print(json.dumps(seen))
"#;

#[test]
fn the_strict_reader_finds_no_fault_with_any_feed() {
    let desk = Desk::new();
    let Some(python) = program("python") else { return };
    let strict = |file: &str| -> Seen {
        let mut command = Command::new(&python);
        let feed = std::fs::File::open(desk.path().join("calendars").join(file)).expect("it is published");
        let output = run(command.arg("-c").arg(STRICT).stdin(feed));
        serde_json::from_str(&output).expect("JSON")
    };
    desk.night(MONDAY, &[]).expect(0);
    for night in 0..2 {
        assert_eq!(strict("mari.ics"), planned(&desk), "night {night}");
        let acme: Seen =
            strict("clients/acme.ics").into_iter().filter(|(title, ..)| title != "Busy").collect();
        let own = planned(&desk).into_iter().filter(|(title, ..)| title.starts_with("Acme"));
        let own: Seen =
            own.map(|(title, from, to)| (title.replace("Acme Pty Ltd: ", ""), from, to)).collect();
        assert_eq!(acme, own, "night {night}");
        assert!(strict("mari-busy.ics").iter().all(|(title, ..)| title == "Busy"));
        strict("clients/bolt.ics");
        desk.meet_at("post");
        desk.night(MONDAY, &[]).expect(0);
    }
}

/// Reads a feed as Thunderbird does, by the VTIMEZONEs in it; the library's place is filled in. Prints what
/// stands, in UTC, and how much was called off.
const MODULE: &str = r#"
import { readFileSync } from "node:fs";
const { default: ICAL } = await import("LIBRARY");
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(new ICAL.Timezone(zone));
}
const events = calendar.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event));
const utc = (time) => new Date(time.toUnixTime() * 1000).toISOString().slice(0, 16);
const off = (event) => event.component.getFirstPropertyValue("status") === "CANCELLED";
const seen = events.filter((event) => !off(event)).map((event) => [event.summary, utc(event.startDate), utc(event.endDate)]);
console.log(JSON.stringify({ seen, off: events.filter(off).length }));
"#;

#[test]
fn thunderbirds_library_sees_two_nights_by_the_zones_in_the_feed() {
    let Some(library) = part("node_modules/ical.js/dist/ical.js") else { return };
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let served = Served::start(&[desk.text()], &[]);
    let url = format!("{}mari.ics", served.token(&desk, &["mari"]));
    let look = || -> (Seen, u64) {
        let answer = served.get(&url, "");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        desk.write("feed.ics", body);
        let mut node = Command::new("node");
        let module = MODULE.replace("LIBRARY", &library.display().to_string());
        let feed = std::fs::File::open(desk.path().join("feed.ics")).expect("it was written");
        let found: Value =
            serde_json::from_str(&run(node.args(["--input-type=module", "-e", &module]).stdin(feed)))
                .expect("JSON");
        let seen = serde_json::from_value(found["seen"].clone()).expect("a list");
        (seen, found["off"].as_u64().expect("a number"))
    };
    let first = instants(&desk);
    assert!(
        first.iter().any(|(_, start, _)| start.as_str() > "2026-10-25"),
        "it goes over the change of the clocks"
    );
    assert_eq!(look(), (first.clone(), 0));
    desk.meet_at("post");
    let bolt =
        desk.read("feeds/bolt.ics").replace("SUMMARY:Work call", "SUMMARY:Work call\r\nSTATUS:COMPLETED");
    desk.write("feeds/bolt.ics", &bolt);
    desk.night(MONDAY, &[]).expect(0);
    assert_ne!(instants(&desk), first);
    assert_eq!(look(), (instants(&desk), 1));
}
