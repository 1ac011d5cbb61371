//! Who is free when: meetings, whose they are, and availability.

use crate::support::*;

#[test]
fn a_meeting_before_hours_pads_into_them_and_a_free_one_does_not() {
    let early = event("UID:m\nDTSTART:20261019T050000Z\nDTEND:20261019T060000Z");
    let shown_free = event("UID:f\nDTSTART:20261020T080000Z\nDTEND:20261020T090000Z\nTRANSP:TRANSPARENT");
    let called_off = event("UID:c\nDTSTART:20261020T080000Z\nDTEND:20261020T090000Z\nSTATUS:CANCELLED");
    let desk = desk(&[&early, &shown_free, &called_off], &[]);
    assert_eq!(free(&desk, "2026-10-19"), ["09:10-17:00"]);
    assert_eq!(free(&desk, "2026-10-20"), ["09:00-17:00"]);
}

#[test]
fn what_she_declined_does_not_keep_her() {
    let event = |partstat: &str| {
        event(&format!(
            "UID:d\nDTSTART:20261020T080000Z\nDTEND:20261020T090000Z\nORGANIZER:mailto:boss@example.com\n\
             ATTENDEE;PARTSTAT={partstat}:mailto:Mari@Example.org"
        ))
    };
    assert_eq!(free(&desk(&[&event("DECLINED")], &[]), "2026-10-20"), ["09:00-17:00"]);
    assert_eq!(free(&desk(&[&event("TENTATIVE")], &[]), "2026-10-20"), ["09:00-10:50", "12:10-17:00"]);
}

#[test]
fn a_client_s_meeting_keeps_her_only_where_she_takes_part() {
    let with = |attendee: &str| {
        event(&format!(
            "UID:call\nDTSTART:20261020T080000Z\nDTEND:20261020T090000Z\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{attendee}"
        ))
    };
    let hers = desk(&[], &[&with("MARI@example.org")]);
    assert_eq!(free(&hers, "2026-10-20"), ["09:00-10:50", "12:10-17:00"]);
    assert_eq!(hers.assistants[0].busy[0].client, Some(0));
    assert_eq!(free(&desk(&[], &[&with("jo@example.org")]), "2026-10-20"), ["09:00-17:00"]);
}

#[test]
fn her_own_copy_of_a_meeting_goes_before_the_client_s() {
    let meeting = |start: &str, end: &str, more: &str| {
        event(&format!(
            "UID:call\nDTSTART:{start}\nDTEND:{end}\nATTENDEE;PARTSTAT=ACCEPTED:mailto:mari@example.org\n{more}"
        ))
    };
    let client = meeting("20261020T080000Z", "20261020T090000Z", "");
    let moved = meeting("20261020T100000Z", "20261020T110000Z", "");
    assert_eq!(free(&desk(&[&moved], &[&client]), "2026-10-20"), ["09:00-12:50", "14:10-17:00"]);
    let cancelled = meeting("20261020T080000Z", "20261020T090000Z", "STATUS:CANCELLED");
    assert_eq!(free(&desk(&[&cancelled], &[&client]), "2026-10-20"), ["09:00-17:00"]);
}

#[test]
fn availability_replaces_hours_while_it_applies() {
    let component = "
        BEGIN:VAVAILABILITY
        UID:a
        DTSTAMP:20261001T000000Z
        DTSTART:20261019T210000Z
        DTEND:20261021T210000Z
        BEGIN:AVAILABLE
        UID:b
        DTSTAMP:20261001T000000Z
        DTSTART:20261020T150000Z
        DTEND:20261020T180000Z
        END:AVAILABLE
        END:VAVAILABILITY";
    let lunch = event("UID:m\nDTSTART:20261020T160000Z\nDTEND:20261020T163000Z");
    let desk = desk(&[component, &lunch], &[]);
    assert_eq!(free(&desk, "2026-10-19"), ["09:00-17:00"]);
    assert_eq!(free(&desk, "2026-10-20"), ["18:00-18:50", "19:40-21:00"]);
    assert!(free(&desk, "2026-10-21").is_empty());
    assert_eq!(free(&desk, "2026-10-22"), ["09:00-17:00"]);
}

#[test]
fn the_calendar_s_zone_does_not_move_whole_days() {
    // Made while travelling: the feed says New York, but a day is a day where its owner is.
    let holiday = event("UID:h\nDTSTART;VALUE=DATE:20261020\nDTEND;VALUE=DATE:20261021");
    let text =
        calendar(&[&holiday]).replace("BEGIN:VEVENT", "X-WR-TIMEZONE:America/New_York\r\nBEGIN:VEVENT");
    let settings = plokk_engine::Settings::read(SETTINGS, "plokk.toml").expect("right");
    let texts = [feed("mari.ics", &text), feed("acme.ics", &calendar(&[]))];
    let desk = plokk_engine::Desk::assemble(settings, &texts, utc(MONDAY)).expect("readable");
    assert!(free(&desk, "2026-10-20").is_empty());
    assert_eq!(free(&desk, "2026-10-21"), ["09:00-17:00"]);
}

#[test]
fn free_busy_time_counts_for_her_and_for_clients() {
    let busy = "
        BEGIN:VFREEBUSY
        UID:fb
        DTSTAMP:20261001T000000Z
        DTSTART:20261019T000000Z
        DTEND:20261030T000000Z
        FREEBUSY;FBTYPE=BUSY:20261020T080000Z/20261020T090000Z,20261020T220000Z/PT1H
        FREEBUSY;FBTYPE=FREE:20261021T080000Z/20261021T090000Z
        END:VFREEBUSY";
    let desk = desk(&[busy], &[busy]);
    assert_eq!(free(&desk, "2026-10-20"), ["09:00-10:50", "12:10-17:00"]);
    assert_eq!(free(&desk, "2026-10-21"), ["09:00-17:00"]);
    assert!(desk.clients[0].reachable.iter().any(|w| w.from == utc("2026-10-20T23:00:00Z")));
}

#[test]
fn a_zone_that_the_feed_defines_itself_is_understood() {
    let zone = "
        BEGIN:VTIMEZONE
        TZID:Customized Time Zone
        BEGIN:STANDARD
        DTSTART:16010101T000000
        TZOFFSETFROM:+0530
        TZOFFSETTO:+0530
        END:STANDARD
        END:VTIMEZONE";
    let meeting = event(
        "UID:z\nDTSTART;TZID=Customized Time Zone:20261020T133000\nDTEND;TZID=Customized Time Zone:20261020T143000",
    );
    assert_eq!(free(&desk(&[zone, &meeting], &[]), "2026-10-20"), ["09:00-10:50", "12:10-17:00"]);
}
