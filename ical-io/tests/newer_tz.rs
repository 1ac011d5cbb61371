//! A newer time zone database than the one built in. It holds for the whole process, so this binary has one test.

use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use plokk_ical_io::{IanaZone, Property, Window, Zone, events, read, tz_edition, use_newer_tz, vtimezone};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|_| panic!("{text} is a time"))
}

/// A TZif file (RFC 8536) of version 2 that has no transitions: one offset until `change`, another after it, and a
/// rule for ever after.
fn zone_file(before: i32, change: i64, after: i32, rule: &str) -> Vec<u8> {
    let block = |wide: bool| {
        let mut out = b"TZif2".to_vec();
        out.extend([0; 15]);
        for count in [0u32, 0, 0, u32::from(wide), if wide { 2 } else { 1 }, 4] {
            out.extend(count.to_be_bytes());
        }
        if wide {
            out.extend(change.to_be_bytes());
            out.push(1);
        }
        for offset in [before, after].iter().take(if wide { 2 } else { 1 }) {
            out.extend(offset.to_be_bytes());
            out.extend([0, 0]);
        }
        out.extend(b"NEW\0");
        out
    };
    [block(false), block(true), format!("\n{rule}\n").into_bytes()].concat()
}

fn database(folder: &Path, version: &str) {
    fs::create_dir_all(folder.join("America")).expect("a folder");
    fs::create_dir_all(folder.join("Europe")).expect("a folder");
    fs::write(folder.join("tzdata.zi"), format!("# version {version}\n# rules follow\n")).expect("written");
    let vancouver = zone_file(-8 * 3600, at("2026-03-08T10:00:00Z").timestamp(), -7 * 3600, "<NEW>7");
    fs::write(folder.join("America/Vancouver"), vancouver).expect("written");
    let atlantis = zone_file(3600, at("2026-06-01T00:00:00Z").timestamp(), 5400, "<NEW>-1:30");
    fs::write(folder.join("Europe/Atlantis"), &atlantis).expect("written");
    fs::create_dir_all(folder.join("posix")).expect("a folder");
    fs::write(folder.join("posix/Elsewhere"), atlantis).expect("written");
    fs::write(folder.join("Europe/Tallinn"), b"no zone file at all").expect("written");
}

#[test]
fn a_newer_database_is_used_and_an_older_one_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let built_in = tz_edition();
    assert_eq!(built_in.folder, None);
    database(folder.path(), "1999a");
    assert_eq!(use_newer_tz(folder.path()), Ok(built_in.clone()), "an older one");
    database(folder.path(), chrono_tz::IANA_TZDB_VERSION);
    assert_eq!(use_newer_tz(folder.path()), Ok(built_in), "the same one");
    fs::write(folder.path().join("tzdata.zi"), "# version unknown\n").expect("written");
    assert!(use_newer_tz(folder.path()).is_err_and(|error| error.contains("version")));

    database(folder.path(), "2199c");
    let edition = use_newer_tz(folder.path()).expect("a database");
    assert_eq!((edition.version.as_str(), edition.folder.as_deref()), ("2199c", Some(folder.path())));
    assert!(tz_edition().to_string().starts_with("2199c, from "), "{}", tz_edition());

    // Summer time for ever, which the edition built in does not know.
    let vancouver = Zone::named("America/Vancouver").expect("a zone");
    for (at_utc, local) in [
        ("2026-01-10T17:00:00Z", "2026-01-10T09:00:00"),
        ("2026-07-10T16:00:00Z", "2026-07-10T09:00:00"),
        ("2026-12-10T16:00:00Z", "2026-12-10T09:00:00"),
        ("2060-12-10T16:00:00Z", "2060-12-10T09:00:00"),
    ] {
        assert_eq!(vancouver.local(at(at_utc)), local.parse().expect("a local time"), "{at_utc}");
        assert_eq!(plokk_ical_io::instant(local.parse().expect("a local time"), &vancouver), at(at_utc));
    }
    let calendar = read(
        b"BEGIN:VEVENT\nUID:1\nDTSTART;TZID=America/Vancouver:20261001T090000\nRRULE:FREQ=MONTHLY\nEND:VEVENT\n",
        "case",
    )
    .calendar;
    let window = Window::new(at("2026-10-01T00:00:00Z"), at("2027-02-01T00:00:00Z"));
    let starts: Vec<String> = events(&calendar, window, &Zone::Floating)
        .items
        .iter()
        .map(|event| event.start.format("%m-%d %H:%M").to_string())
        .collect();
    assert_eq!(starts, ["10-01 16:00", "11-01 16:00", "12-01 16:00", "01-01 16:00"]);

    // What is published says the same.
    let tz = IanaZone::from(Tz::America__Vancouver);
    let written = Property::instant("DTSTART", at("2026-12-10T16:00:00Z"), tz);
    assert_eq!(written.raw_value(), "20261210T090000");
    let zone = vtimezone(tz, at("2026-10-01T00:00:00Z"), at("2027-02-01T00:00:00Z"));
    assert_eq!(zone.components().len(), 2, "the change of March, and what was before: {zone:?}");
    let after = zone.components().last().expect("a part");
    assert_eq!(after.text("TZOFFSETTO").as_deref(), Some("-0700"));

    // A file that cannot be read leaves the rules built in.
    assert_eq!(Zone::from(Tz::Europe__Tallinn).offset_at(at("2026-07-10T00:00:00Z")), 3 * 3600);
    assert_eq!(Zone::from(Tz::Asia__Tokyo).offset_at(at("2026-07-10T00:00:00Z")), 9 * 3600);

    a_zone_that_only_the_newer_one_has_works_as_any_other();
}

fn a_zone_that_only_the_newer_one_has_works_as_any_other() {
    let atlantis: IanaZone = "Europe/Atlantis".parse().expect("a zone");
    assert_eq!((atlantis.name(), atlantis.tz()), ("Europe/Atlantis", None));
    assert_eq!(IanaZone::all().filter(|zone| *zone == atlantis).count(), 1);
    assert_eq!(Zone::named("europe/atlantis"), Some(Zone::from(atlantis)));
    assert_eq!(Zone::named("/vendor.example/2026/Europe/Atlantis"), Some(Zone::from(atlantis)));
    let misspelt = "Europe/Atlantes".parse::<IanaZone>().expect_err("no zone").to_string();
    assert_eq!(misspelt, "there is no time zone \"Europe/Atlantes\"; did you mean Europe/Atlantis?");
    // What systems keep beside the zones is none.
    assert!("posix/Elsewhere".parse::<IanaZone>().is_err());

    let calendar =
        read(b"BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Atlantis:20260531T090000\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT\n", "case")
            .calendar;
    let window = Window::new(at("2026-05-01T00:00:00Z"), at("2026-07-01T00:00:00Z"));
    let expansion = events(&calendar, window, &Zone::Floating);
    assert_eq!(expansion.faults, []);
    let starts: Vec<_> = expansion.items.iter().map(|event| event.start.to_rfc3339()).collect();
    assert_eq!(
        starts,
        ["2026-05-31T08:00:00+00:00", "2026-06-01T07:30:00+00:00", "2026-06-02T07:30:00+00:00"]
    );
    let written = Property::instant("DTSTART", at("2026-12-10T16:00:00Z"), atlantis);
    assert_eq!(written.content_line(), "DTSTART;TZID=Europe/Atlantis:20261210T173000");
    let zone = vtimezone(atlantis, at("2026-10-01T00:00:00Z"), at("2027-02-01T00:00:00Z"));
    assert_eq!(zone.text("TZID").as_deref(), Some("Europe/Atlantis"));
    let last = zone.components().last().expect("a part");
    assert_eq!(last.text("TZOFFSETTO").as_deref(), Some("+0130"));
}
