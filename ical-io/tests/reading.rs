//! The reading and writing layer: what exporters do to it, and what must never happen.

use plokk_ical_io::{Calendar, Component, Fault, Property, Reading, escape, read, unescape, write};
use proptest::prelude::*;

fn reading(text: impl AsRef<[u8]>) -> Reading {
    read(text.as_ref(), "case.ics")
}

fn codes(faults: &[Fault]) -> Vec<&'static str> {
    faults.iter().map(|fault| fault.code.as_str()).collect()
}

fn summaries(calendar: &Calendar) -> Vec<String> {
    calendar.components().iter().map(|c| c.text("SUMMARY").unwrap_or_default().into_owned()).collect()
}

fn event(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

#[test]
fn lines_end_with_crlf_lf_or_cr() {
    for end in ["\r\n", "\n", "\r", "\r\r\n"] {
        let text = event("SUMMARY:One\r\n  story").replace("\r\n", end);
        let reading = reading(text);
        assert_eq!(codes(&reading.faults), [""; 0], "{end:?}");
        assert_eq!(summaries(&reading.calendar), ["One story"], "{end:?}");
    }
}

#[test]
fn folds_may_cut_a_character() {
    let mut text = event("SUMMARY:Kohv \u{2615} ja tee").into_bytes();
    let at = text.windows(3).position(|w| w == "\u{2615}".as_bytes()).expect("the cup") + 1;
    text.splice(at..at, *b"\r\n ");
    let reading = reading(&text);
    assert_eq!(codes(&reading.faults), [""; 0]);
    assert_eq!(summaries(&reading.calendar), ["Kohv \u{2615} ja tee"]);
    let original = reading.calendar.components()[0].original().expect("untouched");
    assert!(text.windows(original.len()).any(|window| window == original));
    assert!(write(&reading.calendar).windows(original.len()).any(|window| window == original));
}

#[test]
fn other_encodings_are_understood() {
    let latin = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Caf\xe9 \x80 5\nEND:VEVENT\nEND:VCALENDAR\n";
    let read = reading(latin);
    assert_eq!(summaries(&read.calendar), ["Caf\u{e9} \u{20ac} 5"]);
    assert_eq!((codes(&read.faults), read.faults[0].line), (vec!["not-utf8"], Some(3)));
    let text = event("SUMMARY:Õhtu");
    let mut utf_16 = vec![0xff, 0xfe];
    utf_16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(summaries(&reading(&utf_16).calendar), ["Õhtu"]);
    assert_eq!(summaries(&reading(&utf_16[2..]).calendar), ["Õhtu"]);
    assert_eq!(summaries(&reading(format!("\u{feff}{text}")).calendar), ["Õhtu"]);
    assert_eq!(codes(&reading(format!("\u{feff}{text}")).faults), [""; 0]);
}

#[test]
fn one_bad_line_costs_that_line() {
    let read = reading(event("this is no content line\r\nSUMMARY:Kept\r\n: no name\r\nNOVALUE;X=1\r\n;;;"));
    assert_eq!(summaries(&read.calendar), ["Kept"]);
    assert_eq!(codes(&read.faults), ["malformed-line"; 4]);
    assert_eq!(read.faults[0].line, Some(4));
    assert_eq!(read.faults[0].uid.as_deref(), Some("1"));
}

#[test]
fn missing_ends_are_made_up_for() {
    let read = reading(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:One\nBEGIN:VALARM\nACTION:DISPLAY\n\
         BEGIN:VEVENT\nSUMMARY:Two\nEND:VEVENT\nBEGIN:VTODO\nSUMMARY:Three\n",
    );
    assert_eq!(summaries(&read.calendar), ["One", "Two", "Three"]);
    assert_eq!(codes(&read.faults), ["missing-end"; 4]);
    assert_eq!(read.calendar.components()[0].components()[0].name(), "VALARM");
    assert!(read.calendar.components()[0].original().is_none(), "its bytes would not stand for it");
    assert!(read.calendar.components()[1].original().is_some());
    let written = write(&read.calendar);
    assert_eq!(summaries(&reading(&written).calendar), ["One", "Two", "Three"]);
    assert_eq!(codes(&reading(&written).faults), [""; 0]);
}

#[test]
fn a_calendar_without_end_does_not_swallow_the_next() {
    let one = "BEGIN:VCALENDAR\nX-WR-TIMEZONE:Europe/Tallinn\nBEGIN:VEVENT\nSUMMARY:One\nEND:VEVENT\n";
    let two = one.replace("One", "Two");
    let read = reading(format!("{one}{two}END:VCALENDAR\n"));
    assert_eq!(summaries(&read.calendar), ["One", "Two"]);
    assert_eq!(codes(&read.faults), ["missing-end"]);
    assert_eq!(read.calendar.properties().len(), 2);
}

#[test]
fn streams_and_strays_are_read() {
    let text = format!(
        "From: mari\n\n{}\n-- \n{}END:VEVENT\nBEGIN:VEVENT\nSUMMARY:Bare\nEND:VEVENT\n",
        event("SUMMARY:One"),
        event("SUMMARY:Two")
    );
    let read = reading(text);
    assert_eq!(summaries(&read.calendar), ["One", "Two", "Bare"]);
    assert_eq!(codes(&read.faults), ["malformed-line", "malformed-line", "stray-end", "no-envelope"]);
    assert_eq!(codes(&reading("BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT").faults), ["no-envelope"]);
    assert_eq!(codes(&reading("").faults), ["no-calendar"]);
    assert_eq!(codes(&reading("<html>\n<body>").faults), ["malformed-line", "malformed-line", "no-calendar"]);
}

#[test]
fn faults_are_counted_where_they_are_many() {
    let read = reading("no content line\n".repeat(100_000));
    assert!(read.faults.len() < 1000);
    assert!(read.faults.iter().any(|fault| fault.message.contains("more")));
}

/// Found by coverage-guided fuzzing: the VCALENDAR that the writer adds made the deepest component one too deep.
#[test]
fn what_nests_as_deep_as_is_read_can_be_written_and_read_again() {
    for nested in [31, 32, 33, 40] {
        let bare = format!("{}SUMMARY:deep\n", "BEGIN:X-A\n".repeat(nested));
        for text in [bare.clone(), format!("BEGIN:VCALENDAR\n{bare}")] {
            let first = reading(&text).calendar;
            let written = write(&first);
            let second = reading(&written).calendar;
            assert_eq!(second.components(), first.components(), "{nested}");
            assert_eq!(write(&second), written, "{nested}");
        }
    }
}

#[test]
fn nesting_has_a_limit_and_needs_no_stack() {
    for name in ["X-A", "VALARM", "VEVENT", "VCALENDAR"] {
        let deep = format!("BEGIN:{name}\n").repeat(200_000);
        let read = reading(format!("BEGIN:VCALENDAR\n{deep}"));
        drop(write(&read.calendar));
        let closed =
            format!("BEGIN:VCALENDAR\n{deep}{}END:VCALENDAR\n", format!("END:{name}\n").repeat(200_000));
        let read = reading(closed);
        assert_eq!(summaries(&reading(event("SUMMARY:x")).calendar), ["x"]);
        drop(read);
    }
    let mut deep = Component::new("X-A");
    for _ in 0..200_000 {
        let mut outer = Component::new("X-A");
        outer.push_component(deep);
        deep = outer;
    }
    let mut calendar = Calendar::new();
    calendar.push_component(deep);
    assert_eq!(write(&calendar).len(), "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".len() + 200_001 * 20);
}

#[test]
fn parameters_keep_order_repeats_and_what_they_say() {
    let read = reading(event(
        "ATTENDEE;CN=\"Tamm; Mari, \u{201c}M\u{201d}\";ROLE=CHAIR;X-A=1;X-A=2;MEMBER=\"mailto:a@x\",\"mailto:b@x\";\
         X-N=^'so^' ^^ it ^n is:mailto:mari@example.org",
    ));
    let attendee = read.calendar.components()[0].property("ATTENDEE").expect("an attendee").clone();
    let names: Vec<&str> = attendee.params().map(|param| param.name()).collect();
    assert_eq!(names, ["CN", "ROLE", "X-A", "X-A", "MEMBER", "X-N"]);
    assert_eq!(attendee.param("cn").as_deref(), Some("Tamm; Mari, \u{201c}M\u{201d}"));
    let member = attendee.params().find(|param| param.name() == "MEMBER").expect("members");
    assert_eq!(member.values().collect::<Vec<_>>(), ["mailto:a@x", "mailto:b@x"]);
    assert_eq!(attendee.param("X-N").as_deref(), Some("\"so\" ^ it \n is"));
    assert_eq!(attendee.raw_value(), "mailto:mari@example.org");
    let copied = Property::raw("X", "y").with_param("X-N", "\"so\" ^ it \n is; a, b: c");
    assert_eq!(copied.content_line(), "X;X-N=\"^'so^' ^^ it ^n is; a, b: c\":y");
    assert_eq!(copied.param("X-N").as_deref(), Some("\"so\" ^ it \n is; a, b: c"));
}

#[test]
fn odd_parameters_are_survived() {
    let cases = [
        ("DTSTART;TZID=GMT+01:00:20261019T090000", "TZID", "GMT+01:00", "20261019T090000"),
        ("ATTENDEE;CN=\"open:mailto:a@x", "CN", "open", "mailto:a@x"),
        ("X-A;EMPTY=;B:v", "EMPTY", "", "v"),
        ("X-A;;;C=1:v", "C", "1", "v"),
        ("X-A; C = 1:v", "C", " 1", "v"),
        ("X-A ;C=1 :v", "C", "1 ", "v"),
        ("X-A  :v", "C", "", "v"),
    ];
    for (line, name, value, rest) in cases {
        let read = reading(event(line));
        let property = &read.calendar.components()[0].properties()[1];
        assert_eq!(property.param(name).unwrap_or_default(), value, "{line}");
        assert_eq!(property.name(), line.split([';', ' ']).next().unwrap_or_default(), "{line}");
        assert_eq!(property.raw_value(), rest, "{line}");
    }
}

#[test]
fn repeated_properties_all_stay() {
    let read = reading(event("RELATED-TO:a\r\nRELATED-TO:b\r\nX-A:1\r\nX-A:2\r\nCATEGORIES:a\\,b,c , d"));
    let event = &read.calendar.components()[0];
    assert_eq!(event.properties_named("related-to").count(), 2);
    assert_eq!(event.properties_named("X-A").map(|p| p.raw_value()).collect::<Vec<_>>(), ["1", "2"]);
    let categories: Vec<_> = event.property("CATEGORIES").expect("categories").texts().collect();
    assert_eq!(categories, ["a,b", "c", "d"]);
}

#[test]
fn what_is_untouched_is_written_as_it_was() {
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\nuid:1\nSUMMARY;x=1:odd \\x case\n broken here\nno line\nEND:VEVENT\n\
                BEGIN:VEVENT\r\nUID:2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let mut read = reading(text);
    assert_eq!(String::from_utf8(write(&read.calendar)).expect("text"), text);
    let mut changed = read.calendar.components()[0].clone();
    changed.set(Property::text("SUMMARY", "new"));
    assert!(changed.original().is_none());
    read.calendar.push_component(changed);
    let written = String::from_utf8(write(&read.calendar)).expect("text");
    assert!(
        written.ends_with("BEGIN:VEVENT\r\nuid:1\r\nSUMMARY:new\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
        "{written}"
    );
}

#[test]
fn properties_cannot_smuggle_lines() {
    let nasty = "x\r\nEND:VEVENT\r\nATTACH:y\n\u{0}";
    let mut event = Component::new("VEVENT\r\nX");
    event
        .push(Property::raw("SUM\r\nMARY", nasty).with_param("X\n:", nasty))
        .push(Property::text("SUMMARY", nasty));
    let mut calendar = Calendar::new();
    calendar.push_component(event);
    let written = String::from_utf8(write(&calendar)).expect("text");
    assert_eq!(written.matches("END:").count(), 2 + 3, "only inside of values: {written}");
    let again = reading(&written);
    assert_eq!(again.calendar.components().len(), 1);
    assert_eq!(again.calendar.components()[0].properties().len(), 2);
    assert_eq!(again.calendar.components()[0].properties()[1].unescaped(), ("x\nEND:VEVENT\nATTACH:y\n"));
}

/// Lines that look like parts of calendars, well and badly made.
fn fragment() -> impl Strategy<Value = String> {
    let name = prop_oneof!["VEVENT", "VTODO", "VALARM", "VTIMEZONE", "STANDARD", "VCALENDAR", "X-[A-Z]{1,3}"];
    let value = prop_oneof![
        "[ -~]{0,40}",
        "\\PC{0,40}",
        "[0-9TZ]{8,16}",
        "P[0-9WDTHMS]{1,9}",
        "FREQ=[A-Z;=0-9]{1,30}"
    ];
    let field =
        prop_oneof!["DTSTART", "DTEND", "RRULE", "EXDATE", "RDATE", "UID", "SUMMARY", "[A-Z;=\",:]{1,20}"];
    prop_oneof![
        name.clone().prop_map(|name| format!("BEGIN:{name}")),
        name.prop_map(|name| format!("END:{name}")),
        (field, value.clone()).prop_map(|(field, value)| format!("{field}:{value}")),
        value.prop_map(|value| format!(" {value}")),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let calendar = reading(&bytes).calendar;
        write(&calendar);
    }

    #[test]
    fn any_lines_are_read_and_written_once_for_all(
        lines in proptest::collection::vec(fragment(), 0..40),
        end in prop_oneof![Just("\r\n"), Just("\n"), Just("\r")],
    ) {
        let first = reading(lines.join(end)).calendar;
        let written = write(&first);
        let second = reading(&written).calendar;
        prop_assert_eq!(second.components(), first.components());
        prop_assert_eq!(write(&second), written);
    }

    #[test]
    fn what_is_built_is_read_back(
        texts in proptest::collection::vec("\\PC{0,120}", 1..6),
        param in "[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\r\t]{0,60}",
    ) {
        let mut event = Component::new("VEVENT");
        for text in &texts {
            event.push(Property::text("DESCRIPTION", text).with_param("X-P", &param));
        }
        let mut calendar = Calendar::new();
        calendar.push_component(event);
        let written = write(&calendar);
        for line in written.split(|b| *b == b'\n') {
            prop_assert!(line.len() <= 76, "75 octets and CR");
            prop_assert!(std::str::from_utf8(line).is_ok(), "no fold inside a character");
        }
        let again = reading(&written);
        prop_assert!(again.faults.is_empty(), "{:?}", again.faults);
        let back = &again.calendar.components()[0];
        for (text, property) in texts.iter().zip(back.properties()) {
            prop_assert_eq!(property.unescaped(), text.as_str());
            prop_assert_eq!(property.param("X-P").unwrap_or_default(), param.as_str());
        }
    }

    #[test]
    fn escapes_are_undone(text in "[^\\x00-\\x08\\x0b-\\x1f\\x7f]{0,80}") {
        let escaped = escape(&text);
        prop_assert_eq!(unescape(&escaped), text.as_str());
    }
}
