//! Writing (RFC 5545 section 3.1): CRLF, lines of at most 75 octets, folded between characters.

use crate::model::{Calendar, Component, Property};

/// The longest content line, in octets, without its line end (RFC 5545 section 3.1).
const LINE_LIMIT: usize = 75;

/// Writes a calendar. Components that were read and not changed are written byte for byte as they were; the
/// rest with CRLF, folded at 75 octets and never inside a UTF-8 character.
///
/// ```
/// use plokk_ical_io::{Calendar, Component, Property, write};
///
/// let mut calendar = Calendar::new();
/// calendar.push(Property::raw("VERSION", "2.0"));
/// let mut event = Component::new("VEVENT");
/// event.push(Property::text("SUMMARY", "Tea, or coffee"));
/// calendar.push_component(event);
/// let text = String::from_utf8(write(&calendar))?;
/// assert!(text.contains("BEGIN:VEVENT\r\nSUMMARY:Tea\\, or coffee\r\nEND:VEVENT\r\n"));
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
pub fn write(calendar: &Calendar) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(b"BEGIN:VCALENDAR\r\n");
    for property in calendar.properties() {
        write_property(property, &mut out);
    }
    for component in calendar.components() {
        write_component(component, &mut out);
    }
    out.extend_from_slice(b"END:VCALENDAR\r\n");
    out
}

/// What of a component remains to be written.
enum Step<'a> {
    Whole(&'a Component),
    End(&'a str),
}

fn write_component(component: &Component, out: &mut Vec<u8>) {
    let mut steps = vec![Step::Whole(component)];
    while let Some(step) = steps.pop() {
        match step {
            Step::End(name) => {
                out.extend_from_slice(b"END:");
                out.extend_from_slice(name.as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            Step::Whole(component) => {
                if let Some(original) = component.original() {
                    out.extend_from_slice(original);
                    if !original.ends_with(b"\n") && !original.ends_with(b"\r") {
                        out.extend_from_slice(b"\r\n");
                    }
                    continue;
                }
                out.extend_from_slice(b"BEGIN:");
                out.extend_from_slice(component.name().as_bytes());
                out.extend_from_slice(b"\r\n");
                for property in component.properties() {
                    write_property(property, out);
                }
                steps.push(Step::End(component.name()));
                steps.extend(component.components().iter().rev().map(Step::Whole));
            }
        }
    }
}

fn write_property(property: &Property, out: &mut Vec<u8>) {
    let mut rest = property.content_line();
    let mut limit = LINE_LIMIT;
    while rest.len() > limit {
        let at = (0..=limit).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(limit);
        out.extend_from_slice(&rest.as_bytes()[..at]);
        out.extend_from_slice(b"\r\n ");
        rest = &rest[at..];
        limit = LINE_LIMIT - 1;
    }
    out.extend_from_slice(rest.as_bytes());
    out.extend_from_slice(b"\r\n");
}
