//! `plokk occurrences`, `freebusy` and `recur`, driven from outside.

mod cli_support;

use cli_support::{plokk, plokk_reading};

const FEED: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n\
    BEGIN:VEVENT\r\nUID:standup\r\nSUMMARY:Stand-up\\, short\r\nDTSTART;TZID=Europe/Tallinn:20261023T093000\r\n\
    DURATION:PT15M\r\nRRULE:FREQ=DAILY;COUNT=4\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:fair\r\nSUMMARY:Fair\r\nDTSTART;VALUE=DATE:20261024\r\nEND:VEVENT\r\n\
    BEGIN:VTODO\r\nUID:post\r\nSUMMARY:Post\r\nDUE:20261023T120000Z\r\nEND:VTODO\r\n\
    END:VCALENDAR\r\n";

const WINDOW: [&str; 4] = ["--from", "2026-10-23", "--to", "20261026T000000Z"];

#[test]
fn occurrences_are_a_json_line_each_through_the_change_of_clocks() {
    let run = plokk_reading(&[&["occurrences", "-", "--json"], WINDOW.as_slice()].concat(), FEED).expect(0);
    let expected = [
        r#"{"uid":"standup","start_utc":"20261023T063000Z","end_utc":"20261023T064500Z","all_day":false,"summary":"Stand-up, short"}"#,
        r#"{"uid":"fair","start_utc":"20261024T000000Z","end_utc":"20261025T000000Z","all_day":true,"summary":"Fair"}"#,
        r#"{"uid":"standup","start_utc":"20261024T063000Z","end_utc":"20261024T064500Z","all_day":false,"summary":"Stand-up, short"}"#,
        r#"{"uid":"standup","start_utc":"20261025T073000Z","end_utc":"20261025T074500Z","all_day":false,"summary":"Stand-up, short"}"#,
    ];
    assert_eq!(run.out.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn dates_begin_at_midnight_in_the_zone() {
    let zone = ["--zone", "Europe/Tallinn"];
    let run =
        plokk_reading(&[&["occurrences", "-", "--json"], WINDOW.as_slice(), &zone].concat(), FEED).expect(0);
    assert!(
        run.out.contains(r#""start_utc":"20261023T210000Z","end_utc":"20261024T210000Z""#),
        "{}",
        run.out
    );
}

#[test]
fn tasks_and_tables_are_shown_too() {
    let run = plokk_reading(&[&["occurrences", "-", "--todo"], WINDOW.as_slice()].concat(), FEED).expect(0);
    let lines: Vec<&str> = run.out.lines().collect();
    assert!(lines[0].starts_with("start") && lines[1].contains("20261023T120000Z"), "{}", run.out);
    assert!(lines[1].ends_with("post  Post"), "{}", run.out);
}

#[test]
fn busy_time_is_told_as_the_standard_writes_it() {
    let run = plokk_reading(&[&["freebusy", "-"], WINDOW.as_slice()].concat(), FEED).expect(0);
    assert!(run.out.lines().all(|line| line.starts_with("FREEBUSY")), "{}", run.out);
    assert!(run.out.contains("FREEBUSY:20261023T063000Z/20261023T064500Z\n"), "{}", run.out);
}

#[test]
fn a_rule_has_its_instances_in_the_form_of_its_start() {
    let run = plokk(&["recur", "FREQ=WEEKLY;BYDAY=MO,WE", "--dtstart", "20261019T090000", "--count", "3"])
        .expect(0);
    assert_eq!(run.out, "20261019T090000\n20261021T090000\n20261026T090000\n");
    let run = plokk(&["recur", "RRULE:FREQ=DAILY;COUNT=2", "--dtstart", "20261019"]).expect(0);
    assert_eq!(run.out, "20261019\n20261020\n");
    let run = plokk(&["recur", "FREQ=SOMETIMES", "--dtstart", "20261019"]).expect(2);
    assert!(run.err.contains("FREQ=SOMETIMES"), "{}", run.err);
}

#[test]
fn a_start_is_written_in_many_forms() {
    let first = |dtstart: &str, zone: &[&str]| {
        let run = plokk(&[&["recur", "FREQ=DAILY", "--count", "1", "--dtstart", dtstart], zone].concat());
        run.expect(0).out.trim().to_owned()
    };
    let tallinn = ["--zone", "Europe/Tallinn"];
    for (dtstart, zone, expected) in [
        ("20261019T090000", &[][..], "20261019T090000"),
        ("2026-10-19T09:00:00", &[], "20261019T090000"),
        ("2026-10-19 09:00", &[], "20261019T090000"),
        ("20261019T060000Z", &[], "20261019T060000Z"),
        ("2026-10-19T06:00:00Z", &[], "20261019T060000Z"),
        ("2026-10-19T09:00:00+03:00", &[], "20261019T060000Z"),
        ("2026-10-19T06:00:00Z", &tallinn, "20261019T090000"),
        ("2026-10-19T02:00:00-04:00", &tallinn, "20261019T090000"),
        ("2026-10-19", &[], "20261019"),
        ("DTSTART:20261019T090000", &[], "20261019T090000"),
        ("DTSTART;VALUE=DATE:20261019", &[], "20261019"),
        ("DTSTART;TZID=Europe/Tallinn:20261019T090000", &[], "20261019T090000"),
        ("dtstart;TZID=\"FLE Standard Time\":20261019T090000", &[], "20261019T090000"),
    ] {
        assert_eq!(first(dtstart, zone), expected, "{dtstart} {zone:?}");
    }
    // UNTIL in UTC is looked at in the zone of the start.
    let until = ["recur", "RRULE:FREQ=DAILY;UNTIL=20261020T060000Z", "--dtstart"];
    let zoned = plokk(&[&until[..], &["DTSTART;TZID=Europe/Tallinn:20261019T090000"]].concat()).expect(0);
    assert_eq!(zoned.out.lines().count(), 2, "{}", zoned.out);
    for bad in ["soon", "DTSTART;TZID=Mars/Olympus:20261019T090000", "2026-10-19T25:00:00Z"] {
        let run = plokk(&["recur", "FREQ=DAILY", "--dtstart", bad]).expect(2);
        assert!(
            run.err.contains(bad.rsplit(':').next().unwrap_or(bad)) || run.err.contains("Mars/Olympus"),
            "{}",
            run.err
        );
        assert_eq!(run.out, "");
    }
}

#[test]
fn a_file_that_cannot_be_read_costs_itself_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = folder.path().join("good.ics");
    std::fs::write(&good, FEED).expect("written");
    let good = good.to_str().expect("a path in UTF-8");
    let args = [&["occurrences", "no-such.ics", good, "--json"], WINDOW.as_slice()].concat();
    let run = plokk(&args).expect(2);
    assert_eq!(run.out.lines().count(), 4, "{}", run.out);
    assert!(run.err.contains("no-such.ics"), "{}", run.err);
}

#[test]
fn faults_are_told_and_the_rest_is_shown() {
    let feed = FEED.replace("DTSTART;VALUE=DATE:20261024", "DTSTART;VALUE=DATE:someday");
    let run = plokk_reading(&[&["occurrences", "-", "--json"], WINDOW.as_slice()].concat(), &feed).expect(0);
    assert_eq!(run.out.lines().count(), 3);
    assert!(run.err.contains("warning: standard input:"), "{}", run.err);
    plokk(&[&["occurrences", "no-such.ics"], WINDOW.as_slice()].concat()).expect(2);
    let zone = plokk(&[&["freebusy", "-", "--zone", "Europe/Talin"], WINDOW.as_slice()].concat()).expect(2);
    assert!(zone.err.contains("Europe/Tallinn"), "{}", zone.err);
}

#[test]
fn a_newer_time_zone_database_is_used_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let with = |args: &[&str]| -> cli_support::Run {
        let run = cli_support::command().args(args).env("PLOKK_TZDATA", folder.path()).output();
        run.expect("the command is built").into()
    };
    let recur = ["recur", "FREQ=DAILY;COUNT=1", "--dtstart", "20261019"];
    let run = with(&recur).expect(2);
    assert!(run.err.contains("PLOKK_TZDATA") && run.err.contains("version"), "{}", run.err);
    std::fs::write(folder.path().join("tzdata.zi"), "# version 2199a\n").expect("written");
    with(&recur).expect(0);
    let desk = tempfile::tempdir().expect("a folder");
    let desk_path = desk.path().to_str().expect("a path in UTF-8");
    plokk(&["init", "--desk", desk_path, "--now", "2026-10-19T08:00:00+03:00"]).expect(0);
    let check = ["check", "--desk", desk_path, "--now", "2026-10-19T08:00:00+03:00"];
    let run = with(&check).expect(0);
    assert!(run.out.contains("time zone database: 2199a, from "), "{}", run.out);
    let run = plokk(&[&check[..], &["--json"]].concat()).expect(0);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(report["time_zones"]["version"].as_str(), Some(chrono_tz::IANA_TZDB_VERSION));
    assert!(report["time_zones"]["folder"].is_null());
}
