//! A content line (RFC 5545 section 3.1): name, parameters, value.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::zone::{IanaZone, Zone};

use super::text::{escape, param_decode, param_encode, split_list, unescape};

/// What the content lines of a source point into: text where the whole source is UTF-8, else bytes of which
/// only the lines that are UTF-8 are pointed to.
#[derive(Clone, Debug)]
pub(crate) enum Buffer {
    Text(String),
    Bytes(Vec<u8>),
}

impl Buffer {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Buffer::Text(text) => text.as_bytes(),
            Buffer::Bytes(bytes) => bytes,
        }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self {
            Buffer::Text(text) => text.into_bytes(),
            Buffer::Bytes(bytes) => bytes,
        }
    }

    pub(crate) fn text(&self, start: usize, end: usize) -> &str {
        match self {
            Buffer::Text(text) => text.get(start..end).unwrap_or_default(),
            Buffer::Bytes(bytes) => {
                bytes.get(start..end).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default()
            }
        }
    }
}

/// A place in a source: bytes `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// One property: an unfolded content line. Parameters keep their order and may repeat; they and the value are
/// looked at only when asked for, and nothing is copied from the source unless it was folded or escaped.
///
/// ```
/// use plokk_ical_io::Property;
///
/// let property = Property::text("SUMMARY", "Tea, two sugars").with_param("LANGUAGE", "en");
/// assert_eq!(property.to_string(), r"SUMMARY;LANGUAGE=en:Tea\, two sugars");
/// assert_eq!(property.unescaped(), "Tea, two sugars");
/// assert_eq!(property.param("language").as_deref(), Some("en"));
/// ```
#[derive(Clone)]
pub struct Property {
    buffer: Arc<Buffer>,
    start: u32,
    len: u32,
    /// Where the value begins, counted from `start`.
    value: u32,
    /// The line in the source, counted from 1; 0 for a property made by a program.
    line: u32,
    name: u16,
}

impl Property {
    /// A line that the reader has already taken apart.
    pub(crate) fn in_source(buffer: &Arc<Buffer>, span: Span, name: u16, value: u32, line: u32) -> Self {
        Property {
            buffer: Arc::clone(buffer),
            start: span.start,
            len: span.end - span.start,
            value,
            line,
            name,
        }
    }

    /// A line of its own, taken apart by the reader.
    pub(crate) fn unfolded(text: String, name: u16, value: u32, line: u32) -> Self {
        let len = text.len() as u32;
        Property { buffer: Arc::new(Buffer::Text(text)), start: 0, len, value, line, name }
    }

    /// A property with a value that is written as it is: the value type's own syntax, already escaped.
    /// Characters that no content line may hold are left out of the value; of the name only letters, digits and
    /// hyphens are kept.
    pub fn raw(name: &str, value: &str) -> Self {
        let mut text: String =
            name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(255).collect::<String>();
        text.make_ascii_uppercase();
        let name = text.len();
        text.push(':');
        if value.contains(|c: char| c.is_ascii_control()) {
            text.extend(value.chars().filter(|c| *c == '\t' || !c.is_ascii_control()));
        } else {
            text.push_str(value);
        }
        Property::unfolded(text, name as u16, name as u32 + 1, 0)
    }

    /// A property with a TEXT value, escaped here.
    pub fn text(name: &str, text: &str) -> Self {
        Property::raw(name, &escape(text))
    }

    /// A property with a UTC time, to the second.
    pub fn utc(name: &str, at: DateTime<Utc>) -> Self {
        Property::raw(name, &at.format("%Y%m%dT%H%M%SZ").to_string())
    }

    /// A property with a local time and its TZID, to the second. UTC itself is written in the UTC form.
    pub fn instant(name: &str, at: DateTime<Utc>, zone: IanaZone) -> Self {
        if zone == IanaZone::UTC {
            return Property::utc(name, at);
        }
        let local = Zone::Iana(zone).local(at);
        Property::raw(name, &local.format("%Y%m%dT%H%M%S").to_string()).with_param("TZID", zone.name())
    }

    /// A property with a floating time.
    pub fn floating(name: &str, at: NaiveDateTime) -> Self {
        Property::raw(name, &at.format("%Y%m%dT%H%M%S").to_string())
    }

    /// A property with a date (`VALUE=DATE`).
    pub fn date(name: &str, date: NaiveDate) -> Self {
        Property::raw(name, &date.format("%Y%m%d").to_string()).with_param("VALUE", "DATE")
    }

    /// The same property with one more parameter, encoded and quoted as needed, after those it has.
    #[must_use]
    pub fn with_param(self, name: &str, value: &str) -> Self {
        let line = self.content_line();
        let (head, tail) = line.split_at(self.value as usize - 1);
        let mut text = String::with_capacity(line.len() + name.len() + value.len() + 4);
        text.push_str(head);
        text.push(';');
        text.extend(
            name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').map(|c| c.to_ascii_uppercase()),
        );
        text.push('=');
        param_encode(value, &mut text);
        let at = text.len() as u32 + 1;
        text.push_str(tail);
        Property::unfolded(text, self.name, at, self.line)
    }

    /// The unfolded content line as it stands in the source.
    pub fn content_line(&self) -> &str {
        self.buffer.text(self.start as usize, self.start as usize + self.len as usize)
    }

    /// The name as written; compare with [`Property::is`].
    pub fn name(&self) -> &str {
        &self.content_line()[..self.name as usize]
    }

    /// Whether this is the property of that name; case does not matter.
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// The line in the source, counted from 1; 0 for a property made by a program.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The value as it stands in the content line.
    pub fn raw_value(&self) -> &str {
        &self.content_line()[self.value as usize..]
    }

    /// The value as one TEXT, unescaped.
    pub fn unescaped(&self) -> Cow<'_, str> {
        unescape(self.raw_value())
    }

    /// The value as a list of TEXT (CATEGORIES, RESOURCES), each unescaped and trimmed; empty ones left out.
    pub fn texts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        split_list(self.raw_value()).map(|part| unescape(part.trim())).filter(|part| !part.is_empty())
    }

    /// The parameters in their order.
    pub fn params(&self) -> impl Iterator<Item = Param<'_>> {
        let value = self.value as usize;
        let text = &self.content_line()[self.name as usize..value - 1];
        Params { rest: text }
    }

    /// The first parameter of that name: its first value, decoded.
    pub fn param(&self, name: &str) -> Option<Cow<'_, str>> {
        if self.value as usize == self.name as usize + 1 {
            return None;
        }
        let found = self.params().find(|param| param.name.eq_ignore_ascii_case(name))?;
        found.values().next()
    }
}

/// One parameter of a property. See [`Property::params`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param<'a> {
    name: &'a str,
    raw: &'a str,
}

impl<'a> Param<'a> {
    /// The name as written.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The values, unquoted and decoded (RFC 6868); at least one.
    pub fn values(&self) -> impl Iterator<Item = Cow<'a, str>> {
        let mut rest = Some(self.raw);
        std::iter::from_fn(move || {
            let text = rest?;
            let end = unquoted(text, |b| b == b',');
            rest = text.get(end + 1..);
            let value = text[..end].trim_matches('"');
            Some(param_decode(value))
        })
    }
}

struct Params<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    fn next(&mut self) -> Option<Param<'a>> {
        loop {
            let rest = self.rest.trim_start();
            let text = rest.strip_prefix(';').unwrap_or(rest);
            if text.is_empty() {
                return None;
            }
            let end = unquoted(text, |b| b == b';');
            self.rest = &text[end..];
            let (name, raw) = text[..end].split_once('=').unwrap_or((&text[..end], ""));
            if !name.is_empty() {
                return Some(Param { name: name.trim(), raw });
            }
        }
    }
}

/// Where the first byte outside double quotes that `is_end` accepts stands, or the length.
pub(crate) fn unquoted(text: &str, is_end: impl Fn(u8) -> bool) -> usize {
    let mut quoted = false;
    for (at, b) in text.bytes().enumerate() {
        match b {
            b'"' => quoted = !quoted,
            b if !quoted && is_end(b) => return at,
            _ => {}
        }
    }
    text.len()
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.content_line())
    }
}

impl fmt::Debug for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.content_line())
    }
}

impl PartialEq for Property {
    fn eq(&self, other: &Self) -> bool {
        self.content_line() == other.content_line()
    }
}

impl Eq for Property {}
