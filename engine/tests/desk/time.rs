//! Who is free when: hours, clock changes, series.

use crate::support::*;

#[test]
fn the_horizon_starts_at_local_midnight_and_ends_at_one() {
    let desk = desk(&[], &[]);
    assert_eq!(desk.horizon, window("2026-10-18T21:00:00Z", "2026-11-01T22:00:00Z"));
}

#[test]
fn what_is_past_is_not_free() {
    let desk = desk_of(SETTINGS, &[("mari.ics", &[]), ("acme.ics", &[])], "2026-10-19T08:12:30Z");
    assert_eq!(desk.assistants[0].free[0], window("2026-10-19T08:12:30Z", "2026-10-19T14:00:00Z"));
    assert_eq!(desk.assistants[0].working[0], window("2026-10-19T06:00:00Z", "2026-10-19T14:00:00Z"));
    // The grid of slots starts again at a quarter past.
    assert_eq!(posed(&desk).problem.workers[0].windows[0].start.0, (11 * 60 + 15) / 5);
}

#[test]
fn hours_stay_on_the_wall_when_clocks_change() {
    let desk = desk(&[], &[]);
    assert_eq!(free(&desk, "2026-10-23"), ["09:00-17:00"]);
    assert_eq!(free(&desk, "2026-10-26"), ["09:00-17:00"]);
    assert!(free(&desk, "2026-10-25").is_empty());
    let of =
        |date: &str| desk.assistants[0].free.iter().find(|w| w.from.to_string().starts_with(date)).copied();
    assert_eq!(of("2026-10-26"), Some(window("2026-10-26T07:00:00Z", "2026-10-26T15:00:00Z")));
}

#[test]
fn clients_are_reached_in_their_own_zone() {
    let settings = SETTINGS.replace("Australia/Sydney", "America/New_York").replace("2 weeks", "3 weeks");
    let desk = desk_of(&settings, &[("mari.ics", &[]), ("acme.ics", &[])], MONDAY);
    let opens: Vec<String> =
        desk.clients[0].reachable.iter().map(|w| w.from.format("%dT%H").to_string()).collect();
    assert!(opens.contains(&"30T13".to_owned()), "{opens:?}");
    assert!(opens.contains(&"02T14".to_owned()), "{opens:?}");
}

#[test]
fn meetings_are_padded_on_both_sides() {
    let meeting = event("UID:m\nSUMMARY:Dentist\nDTSTART:20261019T080000Z\nDTEND:20261019T090000Z");
    let desk = desk(&[&meeting], &[]);
    assert_eq!(free(&desk, "2026-10-19"), ["09:00-10:50", "12:10-17:00"]);
    let busy = &desk.assistants[0].busy;
    assert_eq!(busy.len(), 1);
    assert_eq!(busy[0].time, window("2026-10-19T08:00:00Z", "2026-10-19T09:00:00Z"));
    assert_eq!(busy[0].summary.as_deref(), Some("Dentist"));
}

#[test]
fn a_busy_day_blocks_the_day_where_its_owner_lives() {
    let holiday = event("UID:h\nSUMMARY:Away\nDTSTART;VALUE=DATE:20261020\nDTEND;VALUE=DATE:20261021");
    let desk = desk(&[&holiday], &[&holiday]);
    assert_eq!(free(&desk, "2026-10-19"), ["09:00-17:00"]);
    assert!(free(&desk, "2026-10-20").is_empty());
    assert_eq!(free(&desk, "2026-10-21"), ["09:00-17:00"]);
    // Sydney's 20 October: from 13:00 UTC on the 19th.
    let day = window("2026-10-19T13:00:00Z", "2026-10-20T13:00:00Z");
    assert!(desk.clients[0].reachable.iter().all(|w| w.to <= day.from || day.to <= w.from));
    assert!(desk.clients[0].reachable.iter().any(|w| w.from == utc("2026-10-18T22:00:00Z")));
}

#[test]
fn windows_zones_are_understood() {
    let meeting = event(
        "UID:w\nDTSTART;TZID=FLE Standard Time:20261026T100000\nDTEND;TZID=FLE Standard Time:20261026T110000",
    );
    assert_eq!(free(&desk(&[&meeting], &[]), "2026-10-26"), ["09:00-09:50", "11:10-17:00"]);
}

#[test]
fn a_series_follows_its_wall_clock_and_its_exceptions() {
    let series = event(
        "UID:s\nDTSTART;TZID=Europe/Tallinn:20261005T100000\nDTEND;TZID=Europe/Tallinn:20261005T110000\n\
         RRULE:FREQ=WEEKLY;BYDAY=MO,TU\nEXDATE;TZID=Europe/Tallinn:20261020T100000",
    );
    let moved = event(
        "UID:s\nRECURRENCE-ID;TZID=Europe/Tallinn:20261027T100000\n\
         DTSTART;TZID=Europe/Tallinn:20261027T140000\nDTEND;TZID=Europe/Tallinn:20261027T150000",
    );
    let desk = desk(&[&series, &moved], &[]);
    assert_eq!(free(&desk, "2026-10-19"), ["09:00-09:50", "11:10-17:00"]);
    assert_eq!(free(&desk, "2026-10-20"), ["09:00-17:00"]);
    assert_eq!(free(&desk, "2026-10-26"), ["09:00-09:50", "11:10-17:00"]);
    assert_eq!(free(&desk, "2026-10-27"), ["09:00-13:50", "15:10-17:00"]);
}
