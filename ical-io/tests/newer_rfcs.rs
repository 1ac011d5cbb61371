//! RFC 7529, 7953, 9073, 9074 and 9253, rule by rule. The feeds are our own.

use chrono::{DateTime, Utc};
use plokk_ical_io::{RelType, Window, Zone, availability, events, freebusy, read, recur, todos, write};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|_| panic!("{text} is a time"))
}

fn window(from: &str, to: &str) -> Window {
    Window::new(at(&format!("{from}:00Z")), at(&format!("{to}:00Z")))
}

fn instances(rule: &str, start: &str) -> Vec<String> {
    recur(rule, start, &Zone::Floating).unwrap_or_else(|error| panic!("{rule}: {error}")).collect()
}

#[test]
fn skip_follows_rfc_7529() {
    let leap =
        |skip: &str| instances(&format!("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP={skip};COUNT=3"), "20240229");
    assert_eq!(leap("OMIT"), ["20240229", "20280229", "20320229"]);
    assert_eq!(leap("BACKWARD"), ["20240229", "20250228", "20260228"]);
    assert_eq!(leap("FORWARD"), ["20240229", "20250301", "20260301"]);
    // Section 4.1: what SKIP moves comes before BYDAY and BYSETPOS, and two that meet are one.
    let last = "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=30,31;SKIP=BACKWARD;COUNT=5";
    assert_eq!(instances(last, "20260130"), ["20260130", "20260131", "20260228", "20260330", "20260331"]);
    let friday = "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=SA;SKIP=BACKWARD;COUNT=2";
    assert_eq!(instances(friday, "20260131"), ["20260131", "20260228"]);
    // Names are of any case; OMIT is what is meant where nothing is said.
    assert_eq!(instances("rscale=gregorian;freq=yearly;count=2", "20240229"), ["20240229", "20280229"]);
    // Section 4.2: of a calendar scale that is not known no instance is made up.
    for rule in
        ["RSCALE=CHINESE;FREQ=YEARLY", "RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=5L", "FREQ=YEARLY;SKIP=NEAREST"]
    {
        assert!(recur(rule, "20240229", &Zone::Floating).is_err(), "{rule}");
    }
    let new_year =
        "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20260217\nRRULE:RSCALE=CHINESE;FREQ=YEARLY\nEND:VEVENT\n";
    let calendar = read(new_year.as_bytes(), "feed").calendar;
    let made = events(&calendar, window("2026-01-01T00:00", "2030-01-01T00:00"), &Zone::Floating);
    assert_eq!((made.items.len(), made.faults.len()), (1, 1), "once, and told");
}

#[test]
fn availability_follows_rfc_7953() {
    let day = window("2026-10-19T00:00", "2026-10-20T00:00");
    let free = |content: &str| -> Vec<String> {
        let calendar = read(content.as_bytes(), "feed").calendar;
        let (hers, faults) = availability(&calendar, day, &Zone::Floating);
        assert_eq!(faults, []);
        hers.available.iter().map(|w| format!("{}-{}", w.from.format("%H%M"), w.to.format("%H%M"))).collect()
    };
    let available = |lines: &str| format!("BEGIN:AVAILABLE\nUID:a\n{lines}\nEND:AVAILABLE\n");
    let block = |head: &str, inner: &str| format!("BEGIN:VAVAILABILITY\n{head}{inner}END:VAVAILABILITY\n");
    let nine_to_five = available("DTSTART:20260101T090000Z\nDTEND:20260101T170000Z\nRRULE:FREQ=DAILY");
    assert_eq!(free(&block("", &nine_to_five)), ["0900-1700"]);
    // Section 3.1: DTSTART and DTEND or DURATION bound it; without, it has no bound.
    assert_eq!(free(&block("DTSTART:20261019T100000Z\nDURATION:PT2H\n", &nine_to_five)), ["1000-1200"]);
    assert_eq!(free(&block("DTEND:20261019T100000Z\n", &nine_to_five)), ["0900-1000"]);
    assert_eq!(free(&block("DTSTART:20261020T000000Z\n", &nine_to_five)), [""; 0]);
    // Exceptions and overrides are as in VEVENT.
    let moved = available("RECURRENCE-ID:20261019T090000Z\nDTSTART:20261019T120000Z\nDURATION:PT1H");
    assert_eq!(free(&block("", &(nine_to_five.clone() + &moved))), ["1200-1300"]);
    let without = nine_to_five.replace("FREQ=DAILY", "FREQ=DAILY\nEXDATE:20261019T090000Z");
    assert_eq!(free(&block("", &without)), [""; 0]);
    // Section 4: the higher priority counts where it applies; 1 is the highest, 0 and none the lowest.
    let late = available("DTSTART:20261019T180000Z\nDTEND:20261019T200000Z");
    let special = |priority: &str| {
        block("", &nine_to_five)
            + &block(&format!("DTSTART:20261019T120000Z\nDTEND:20261020T000000Z\n{priority}"), &late)
    };
    assert_eq!(free(&special("PRIORITY:1\n")), ["0900-1200", "1800-2000"]);
    assert_eq!(free(&special("PRIORITY:9\n")), ["0900-1200", "1800-2000"]);
    let above =
        special("PRIORITY:9\n").replacen("BEGIN:VAVAILABILITY\n", "BEGIN:VAVAILABILITY\nPRIORITY:1\n", 1);
    assert_eq!(free(&above), ["0900-1700"]);
}

#[test]
fn what_is_not_available_is_busy_as_it_says() {
    let day = window("2026-10-19T00:00", "2026-10-20T00:00");
    for (said, shown) in
        [("", "BUSY-UNAVAILABLE"), ("BUSYTYPE:BUSY\n", ""), ("BUSYTYPE:BUSY-TENTATIVE\n", "BUSY-TENTATIVE")]
    {
        let text = format!(
            "BEGIN:VAVAILABILITY\n{said}BEGIN:AVAILABLE\nDTSTART:20261019T090000Z\nDTEND:20261020T000000Z\n\
             END:AVAILABLE\nEND:VAVAILABILITY\n"
        );
        let calendar = read(text.as_bytes(), "feed").calendar;
        let lines = freebusy(&[&calendar], day, &Zone::Floating, None).items;
        assert_eq!(lines.len(), 1, "{said}");
        let line = lines[0].to_string();
        let kind = if shown.is_empty() { String::new() } else { format!(";FBTYPE={shown}") };
        assert_eq!(line, format!("FREEBUSY{kind}:20261019T000000Z/20261019T090000Z"));
    }
}

#[test]
fn components_of_rfc_9073_and_9074_are_kept_and_confuse_nothing() {
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:event\r\n\
        DTSTART:20261019T090000Z\r\nDURATION:PT1H\r\n\
        STYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=text/html:<b>Tea</b>\r\n\
        STRUCTURED-DATA;FMTTYPE=application/ld+json;VALUE=TEXT:{\"a\"\\, 1}\r\n\
        BEGIN:PARTICIPANT\r\nUID:p\r\nPARTICIPANT-TYPE:SPEAKER\r\nCALENDAR-ADDRESS:mailto:a@example.org\r\n\
        BEGIN:VLOCATION\r\nUID:inner\r\nNAME:Hall\r\nEND:VLOCATION\r\nEND:PARTICIPANT\r\n\
        BEGIN:VLOCATION\r\nUID:l\r\nLOCATION-TYPE:cafe\r\nEND:VLOCATION\r\n\
        BEGIN:VRESOURCE\r\nUID:r\r\nRESOURCE-TYPE:ROOM\r\nEND:VRESOURCE\r\n\
        BEGIN:VALARM\r\nUID:alarm\r\nTRIGGER:-PT15M\r\nACTION:DISPLAY\r\nACKNOWLEDGED:20261019T084500Z\r\n\
        RELATED-TO;RELTYPE=SNOOZE:other\r\nPROXIMITY:ARRIVE\r\n\
        BEGIN:VLOCATION\r\nUID:v\r\nURL:geo:58.38,26.72\r\nEND:VLOCATION\r\nEND:VALARM\r\nEND:VEVENT\r\n\
        END:VCALENDAR\r\n";
    let reading = read(text.as_bytes(), "feed");
    assert_eq!(reading.faults, []);
    assert_eq!(String::from_utf8_lossy(&write(&reading.calendar)), text);
    let made = events(&reading.calendar, window("2026-10-19T00:00", "2026-10-20T00:00"), &Zone::Floating);
    assert_eq!(made.faults, []);
    assert_eq!((made.items.len(), made.items[0].uid.as_ref()), (1, "event"));
    let names: Vec<_> =
        made.items[0].component.components().iter().map(|part| part.name().to_owned()).collect();
    assert_eq!(names, ["PARTICIPANT", "VLOCATION", "VRESOURCE", "VALARM"]);
}

#[test]
fn relations_follow_rfc_9253() {
    let text = "BEGIN:VTODO\nUID:b\n\
        RELATED-TO;RELTYPE=FINISHTOSTART;GAP=PT1H:a\n\
        RELATED-TO;RELTYPE=finishtofinish;GAP=-P1D:c\n\
        RELATED-TO;RELTYPE=STARTTOSTART:d\n\
        RELATED-TO;RELTYPE=STARTTOFINISH:e\n\
        RELATED-TO;RELTYPE=DEPENDS-ON:f\n\
        RELATED-TO;RELTYPE=NEXT:g\n\
        RELATED-TO;RELTYPE=REFID:h\n\
        RELATED-TO;RELTYPE=CONCEPT:i\n\
        RELATED-TO;RELTYPE=X-OWN:j\n\
        RELATED-TO:parent\n\
        LINK;LINKREL=SOURCE;VALUE=URI:https://example.org/x\n\
        CONCEPT:https://example.org/work\nREFID:Manual\nEND:VTODO\n";
    let calendar = read(text.as_bytes(), "feed").calendar;
    let found = todos(&calendar, window("2026-10-19T00:00", "2026-10-20T00:00"), &Zone::Floating);
    assert_eq!(found.faults, []);
    let links: Vec<_> = found.items[0]
        .after
        .iter()
        .map(|link| (link.uid.as_str(), link.reltype, link.gap.num_minutes()))
        .collect();
    assert_eq!(
        links,
        [
            ("a", RelType::FinishToStart, 60),
            ("c", RelType::FinishToFinish, -1440),
            ("d", RelType::StartToStart, 0),
            ("e", RelType::StartToFinish, 0),
            ("f", RelType::FinishToStart, 0),
        ]
    );
    for kept in ["LINK", "CONCEPT", "REFID"] {
        assert!(found.items[0].component.property(kept).is_some(), "{kept}");
    }
    assert_eq!(found.items[0].component.properties_named("RELATED-TO").count(), 10);
}
