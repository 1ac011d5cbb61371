//! Logical lines -> components, with recovery.

use std::borrow::Cow;
use std::sync::Arc;

use super::Reading;
use super::lines::{Division, LogicalLine, LogicalLines, Unfolded, decode, divide, unfold};
use crate::fault::{Fault, FaultCode};
use crate::model::{Buffer, Calendar, Component, Property, Section, Span, component_name};

/// How deep components may nest inside their VCALENDAR, or without one: the writer, which always writes one, must not
/// make what was read too deep to be read again. Calendars as they are go three levels deep.
const NESTING_LIMIT: usize = 32;

/// What is said of a VCALENDAR in another.
const NESTED: &str = "a VCALENDAR inside a VCALENDAR is no calendar component (RFC 5545 section 3.6): kept, but not looked into";

/// How many faults of one source are told one by one.
const FAULT_LIMIT: usize = 500;

/// How long a source may be, in bytes: places in it are 32 bits wide.
const LENGTH_LIMIT: usize = u32::MAX as usize - 1;

pub(super) fn read(bytes: Vec<u8>, source: &str) -> Reading {
    read_sharing(bytes, source).0
}

pub(super) fn is_read_in_place(bytes: &[u8]) -> bool {
    bytes.len() <= LENGTH_LIMIT && utf_16_text(bytes).is_none()
}

pub(super) fn read_sharing(bytes: Vec<u8>, source: &str) -> (Reading, Arc<Buffer>) {
    let mut faults = Vec::new();
    let (buffer, start) = buffer(bytes, source, &mut faults);
    let is_text = matches!(buffer, Buffer::Text(_));
    let Unfolded { text, ends } = Unfolded::of(buffer.bytes(), start, is_text, LENGTH_LIMIT);
    let (buffer, unfolded) = (Arc::new(buffer), Arc::new(Buffer::Text(text)));
    let mut reader = Reader {
        buffer: &buffer,
        unfolded: &unfolded,
        ends: ends.into_iter(),
        unfolded_to: 0,
        source,
        faults,
        untold: 0,
        open: Vec::new(),
        properties: Vec::new(),
        components: Vec::new(),
        calendar: Collected::default(),
        too_deep: 0,
        nested: Vec::new(),
        bare: false,
    };
    for line in LogicalLines::new(buffer.bytes(), start) {
        reader.line(line);
    }
    (reader.finish(), buffer)
}

/// The source as the content lines will point into it, and where its text begins.
fn buffer(mut bytes: Vec<u8>, source: &str, faults: &mut Vec<Fault>) -> (Buffer, usize) {
    if bytes.len() > LENGTH_LIMIT {
        faults.push(Fault::new(
            FaultCode::TooLong,
            source,
            "longer than 4 GiB; only the first 4 GiB are read",
        ));
        bytes.truncate(LENGTH_LIMIT);
    }
    if let Some(text) = utf_16(&bytes) {
        return (Buffer::Text(text), 0);
    }
    let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    match String::from_utf8(bytes) {
        Ok(text) => (Buffer::Text(text), start),
        Err(error) => (Buffer::Bytes(error.into_bytes()), start),
    }
}

/// The text of a source in UTF-16, as Windows programs save it.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let (little, text) = utf_16_text(bytes)?;
    let units = text.chunks_exact(2).map(|pair| {
        if little { u16::from_le_bytes([pair[0], pair[1]]) } else { u16::from_be_bytes([pair[0], pair[1]]) }
    });
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// Whether a source in UTF-16 is little-endian, and the text behind its mark; `None` where it is not in UTF-16.
fn utf_16_text(bytes: &[u8]) -> Option<(bool, &[u8])> {
    match bytes {
        [0xff, 0xfe, text @ ..] => Some((true, text)),
        [0xfe, 0xff, text @ ..] => Some((false, text)),
        [b'B' | b'b', 0, ..] => Some((true, bytes)),
        [0, b'B' | b'b', ..] => Some((false, bytes)),
        _ => None,
    }
}

/// A component whose END has not come yet.
struct Open {
    name: Cow<'static, str>,
    line: u32,
    start: usize,
    /// Its properties, components and faults are those from here on.
    properties: usize,
    components: usize,
    faults: usize,
    /// Something in it was closed or left out by the reader: its bytes cannot stand for it.
    mended: bool,
}

#[derive(Default)]
struct Collected {
    properties: Vec<Property>,
    components: Vec<Component>,
    sections: Vec<Section>,
}

/// Where the text of a line stands.
#[derive(Clone, Copy)]
enum Place {
    /// In the source, as the line says.
    Source,
    /// In the text of the unfolded lines, from there on.
    Unfolded(u32),
    /// Nowhere that stays.
    Nowhere,
}

struct Reader<'a> {
    buffer: &'a Arc<Buffer>,
    /// The text of the lines that do not stand in the source as they are, and where each that is still to come ends.
    unfolded: &'a Arc<Buffer>,
    ends: std::vec::IntoIter<(u32, bool)>,
    /// Where the last of them that was taken ends.
    unfolded_to: u32,
    source: &'a str,
    faults: Vec<Fault>,
    untold: usize,
    open: Vec<Open>,
    /// The properties and components of all open components, outermost first: each takes its own at its end, so
    /// that every list is allocated once and at its size.
    properties: Vec<Property>,
    components: Vec<Component>,
    calendar: Collected,
    /// How many components are open below the nesting limit.
    too_deep: usize,
    /// What is to be said of the VCALENDARs that ended inside one that is still open.
    nested: Vec<Fault>,
    bare: bool,
}

impl Reader<'_> {
    fn line(&mut self, line: LogicalLine) {
        let bytes = &self.buffer.bytes()[line.start..line.end];
        if bytes.is_empty() {
            return;
        }
        if !line.folded
            && let Buffer::Text(text) = self.buffer.as_ref()
        {
            let text = &text[line.start..line.end];
            return self.content(text, line, Place::Source);
        }
        if !line.folded
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return self.content(text, line, Place::Source);
        }
        if let Some((end, is_utf8)) = self.ends.next() {
            let from = std::mem::replace(&mut self.unfolded_to, end);
            self.say_decoded(is_utf8, line);
            let text = self.unfolded.text(from as usize, end as usize);
            return self.content(text, line, Place::Unfolded(from));
        }
        // More than the text of the unfolded lines holds.
        let unfolded = if line.folded { Cow::Owned(unfold(bytes)) } else { Cow::Borrowed(bytes) };
        let (text, is_utf8) = decode(&unfolded);
        self.say_decoded(is_utf8, line);
        self.content(&text, line, Place::Nowhere);
    }

    fn say_decoded(&mut self, is_utf8: bool, line: LogicalLine) {
        if !is_utf8 {
            self.fault(FaultCode::NotUtf8, line.number, "not UTF-8; read as Windows-1252".to_owned());
        }
    }

    /// One unfolded line, and where it stands like this.
    fn content(&mut self, text: &str, line: LogicalLine, place: Place) {
        let trimmed = text.trim_start_matches(['\u{feff}', ' ', '\t']);
        let skipped = text.len() - trimmed.len();
        if trimmed.trim_end().is_empty() {
            return;
        }
        let Some(division) = divide(trimmed) else {
            return self.malformed(trimmed, line);
        };
        let value = division.value as usize;
        let name = &trimmed[..division.name as usize];
        if name.len() == 5 && name.eq_ignore_ascii_case("BEGIN") {
            return self.begin(trimmed[value..].trim(), line, skipped);
        }
        if name.len() == 3 && name.eq_ignore_ascii_case("END") {
            return self.end(trimmed[value..].trim(), line);
        }
        if self.too_deep > 0 {
            return;
        }
        if self.open.is_empty() {
            return self.malformed(trimmed, line);
        }
        let Division { name, value } = division;
        self.properties.push(match place {
            Place::Source => {
                let span = Span { start: (line.start + skipped) as u32, end: line.end as u32 };
                Property::in_source(self.buffer, span, name, value, line.number)
            }
            Place::Unfolded(from) => {
                let span = Span { start: from + skipped as u32, end: from + text.len() as u32 };
                Property::in_source(self.unfolded, span, name, value, line.number)
            }
            Place::Nowhere => Property::unfolded(trimmed.to_owned(), name, value, line.number),
        });
    }

    fn malformed(&mut self, text: &str, line: LogicalLine) {
        let start: String = text.chars().take(40).collect();
        let message = if self.open.is_empty() {
            format!("outside any component, left out: {start:?}")
        } else {
            format!("no content line (RFC 5545 section 3.1), left out: {start:?}")
        };
        self.fault(FaultCode::MalformedLine, line.number, message);
    }

    fn begin(&mut self, name: &str, line: LogicalLine, skipped: usize) {
        let name = component_name(name);
        if self.too_deep == 0 {
            self.close_before(&name);
        }
        let envelope = self.open.first().is_some_and(|open| open.name == "VCALENDAR");
        let limit = NESTING_LIMIT + usize::from(envelope || name == "VCALENDAR");
        if self.too_deep > 0 || self.open.len() >= limit {
            if self.too_deep == 0 {
                let message = format!("{name} is nested more than {NESTING_LIMIT} deep and left out");
                self.fault(FaultCode::TooDeep, line.number, message);
                self.mend();
            }
            self.too_deep += 1;
            return;
        }
        if self.open.is_empty() && name != "VCALENDAR" && !self.bare {
            self.bare = true;
            let message = format!("{name} outside any VCALENDAR; read all the same");
            self.fault(FaultCode::NoEnvelope, line.number, message);
        }
        self.open.push(Open {
            name,
            line: line.number,
            start: line.start + if line.folded { 0 } else { skipped },
            properties: self.properties.len(),
            components: self.components.len(),
            faults: self.faults.len(),
            mended: false,
        });
    }

    /// Closes what a component of this name cannot stand in: its own END must have been forgotten.
    fn close_before(&mut self, name: &str) {
        let closes = match name {
            // What is open in the calendar before it ends with that calendar; whether the calendar itself does,
            // shows at the end of the source.
            "VCALENDAR" => match self.open.iter().rposition(|open| open.name == "VCALENDAR") {
                Some(at) => at + 1,
                None => 0,
            },
            name if is_calendar_component(name) => {
                match self.open.iter().position(|open| is_calendar_component(&open.name)) {
                    Some(at) => at,
                    None => return,
                }
            }
            "STANDARD" | "DAYLIGHT" | "VALARM" | "AVAILABLE" => match self.open.last() {
                Some(open) if matches!(&*open.name, "STANDARD" | "DAYLIGHT" | "VALARM" | "AVAILABLE") => {
                    self.open.len() - 1
                }
                _ => return,
            },
            _ => return,
        };
        self.close_down_to(closes);
    }

    fn end(&mut self, name: &str, line: LogicalLine) {
        let name = component_name(name);
        if self.too_deep > 0 {
            if name != "VCALENDAR" {
                self.too_deep -= 1;
                return;
            }
            self.too_deep = 0;
        }
        match self.open.iter().rposition(|open| open.name == name) {
            Some(at) => {
                self.close_down_to(at + 1);
                self.close(Some(line.next));
            }
            None => {
                let message = format!("END:{name} without its BEGIN, left out");
                self.fault(FaultCode::StrayEnd, line.number, message);
                self.mend();
            }
        }
    }

    fn close_down_to(&mut self, count: usize) {
        while self.open.len() > count {
            let Some(open) = self.open.last() else { return };
            let message = format!("{} that begins here has no END", open.name);
            let line = open.line;
            self.fault(FaultCode::MissingEnd, line, message);
            self.mend();
            self.close(None);
        }
    }

    /// Closes the innermost component, whose last byte is before `end` where it has an END.
    fn close(&mut self, end: Option<usize>) {
        let Some(open) = self.open.pop() else { return };
        if let Some(parent) = self.open.last_mut() {
            parent.mended |= open.mended;
        }
        if open.name == "VCALENDAR" && self.open.is_empty() {
            return self.close_calendar(&open, end.is_some());
        }
        if open.name == "VCALENDAR" && end.is_some() {
            self.nested.push(Fault::new(FaultCode::NestedCalendar, self.source, NESTED).at(open.line));
        }
        let properties: Vec<Property> = self.properties.drain(open.properties..).collect();
        let components: Vec<Component> = self.components.drain(open.components..).collect();
        let origin = end
            .filter(|_| !open.mended)
            .map(|end| (Arc::clone(self.buffer), Span { start: open.start as u32, end: end as u32 }));
        let component = Component::in_source(open.name, open.line, properties, components, origin);
        if open.faults < self.faults.len()
            && let Some(uid) = component.uid()
        {
            for fault in &mut self.faults[open.faults..] {
                fault.uid.get_or_insert_with(|| uid.as_ref().to_owned());
            }
        }
        if self.open.is_empty() {
            self.bare_component(component);
        } else {
            self.components.push(component);
        }
    }

    /// Closes an outermost VCALENDAR. Where its own END never came, the VCALENDARs that seem to be inside it are
    /// the next ones of the stream.
    fn close_calendar(&mut self, open: &Open, ended: bool) {
        let properties: Vec<Property> = self.properties.drain(open.properties..).collect();
        let mut components: Vec<Component> = self.components.drain(open.components..).collect();
        let next = match ended {
            true => Vec::new(),
            false => components.extract_if(.., |component| component.name() == "VCALENDAR").collect(),
        };
        if ended {
            self.faults.append(&mut self.nested);
        }
        self.nested.clear();
        self.section(properties, components);
        for mut calendar in next {
            let (properties, components) = calendar.take_parts();
            self.section(properties, components);
        }
    }

    fn section(&mut self, mut properties: Vec<Property>, mut components: Vec<Component>) {
        let collected = &mut self.calendar;
        let (from, first) = (collected.properties.len(), collected.components.len());
        if first == 0 {
            collected.components = components;
        } else {
            collected.components.append(&mut components);
        }
        collected.properties.append(&mut properties);
        collected.sections.push(Section {
            properties: from..collected.properties.len(),
            components: first..collected.components.len(),
            source: None,
        });
    }

    /// A component outside any VCALENDAR goes with the one before it.
    fn bare_component(&mut self, component: Component) {
        if self.calendar.sections.is_empty() {
            self.calendar.sections.push(Section::default());
        }
        self.calendar.components.push(component);
        let components = self.calendar.components.len();
        if let Some(section) = self.calendar.sections.last_mut() {
            section.components.end = components;
        }
    }

    /// Notes that the bytes of the open components cannot stand for them.
    fn mend(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.mended = true;
        }
    }

    fn fault(&mut self, code: FaultCode, line: u32, message: String) {
        if self.faults.len() < FAULT_LIMIT {
            self.faults.push(Fault::new(code, self.source, message).at(line));
        } else {
            self.untold += 1;
        }
    }

    fn finish(mut self) -> Reading {
        self.close_down_to(0);
        if self.calendar.components.is_empty() && self.calendar.sections.is_empty() {
            let message = "holds no calendar component";
            self.faults.push(Fault::new(FaultCode::NoCalendar, self.source, message));
        }
        if self.untold > 0 {
            let message = format!("and {} faults more like these", self.untold);
            self.faults.push(Fault::new(FaultCode::MalformedLine, self.source, message));
        }
        let Collected { properties, components, sections } = self.calendar;
        let calendar = Calendar::in_source(self.source, properties, components, sections);
        Reading { calendar, faults: self.faults }
    }
}

/// The components that stand in a VCALENDAR and never in each other (RFC 5545 section 3.6, RFC 7953).
fn is_calendar_component(name: &str) -> bool {
    matches!(name, "VEVENT" | "VTODO" | "VJOURNAL" | "VFREEBUSY" | "VTIMEZONE" | "VAVAILABILITY")
}
