//! Bytes -> logical lines -> name, parameters, value.

use std::borrow::Cow;

use memchr::memchr2;

use crate::model::unquoted;

/// A logical line: one physical line, or several that were folded (RFC 5545 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LogicalLine {
    /// Where it begins.
    pub(super) start: usize,
    /// Where its content ends, before the line end.
    pub(super) end: usize,
    /// Where the next one begins.
    pub(super) next: usize,
    /// The number of its first physical line, counted from 1.
    pub(super) number: u32,
    pub(super) folded: bool,
}

/// Walks the logical lines of a source.
pub(super) struct LogicalLines<'a> {
    bytes: &'a [u8],
    at: usize,
    number: u32,
}

impl<'a> LogicalLines<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        LogicalLines { bytes, at, number: 1 }
    }

    /// Where the physical line that begins at `from` ends: its content, and the next line's beginning.
    fn physical(&self, from: usize) -> (usize, usize) {
        match memchr2(b'\n', b'\r', &self.bytes[from..]) {
            None => (self.bytes.len(), self.bytes.len()),
            Some(offset) => {
                let end = from + offset;
                let mut next = end + 1;
                if self.bytes[end] == b'\r' {
                    // CR CR LF is what a text-mode copy on Windows makes of CR LF.
                    if self.bytes.get(next) == Some(&b'\r') && self.bytes.get(next + 1) == Some(&b'\n') {
                        next += 1;
                    }
                    if self.bytes.get(next) == Some(&b'\n') {
                        next += 1;
                    }
                }
                (end, next)
            }
        }
    }

    /// Where the line behind an empty one begins, if that goes on with what no colon has ended yet: what doubled its
    /// line ends has empty lines between the parts of a folded line.
    fn empty_within(&self, start: usize, end: usize, next: usize) -> Option<usize> {
        if !matches!(self.bytes.get(next), Some(b'\r' | b'\n')) {
            return None;
        }
        let (_, after) = self.physical(next);
        let goes_on = matches!(self.bytes.get(after), Some(b' ' | b'\t'));
        (goes_on && !self.bytes[start..end].contains(&b':')).then_some(after)
    }
}

impl Iterator for LogicalLines<'_> {
    type Item = LogicalLine;

    fn next(&mut self) -> Option<LogicalLine> {
        if self.at >= self.bytes.len() {
            return None;
        }
        let (start, number) = (self.at, self.number);
        let (mut end, mut next) = self.physical(start);
        self.number = self.number.saturating_add(1);
        let mut folded = false;
        // An empty line is never continued: a source that is indented throughout would otherwise be one line.
        while end > start {
            if let Some(after) = self.empty_within(start, end, next) {
                next = after;
                self.number = self.number.saturating_add(1);
            } else if !matches!(self.bytes.get(next), Some(b' ' | b'\t')) {
                break;
            }
            folded = true;
            (end, next) = self.physical(next);
            self.number = self.number.saturating_add(1);
        }
        self.at = next;
        Some(LogicalLine { start, end, next, number, folded })
    }
}

/// The bytes of a folded logical line with its folds undone.
pub(super) fn unfold(folded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(folded.len());
    let mut rest = folded;
    while let Some(at) = memchr2(b'\n', b'\r', rest) {
        out.extend_from_slice(&rest[..at]);
        let after =
            rest[at..].iter().position(|b| !matches!(b, b'\r' | b'\n')).map_or(rest.len(), |n| at + n);
        // The one white space that makes the fold goes with it.
        rest = rest.get(after + 1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}

/// The logical lines of a source that do not stand in it as text: folded ones with their folds undone, and those that
/// are not UTF-8 decoded. They stand together in one text, since one allocation for each would take more memory than
/// all the rest of a calendar.
#[derive(Default)]
pub(super) struct Unfolded {
    pub(super) text: String,
    /// Where each of them ends, in their order, and whether it was UTF-8.
    pub(super) ends: Vec<(u32, bool)>,
}

impl Unfolded {
    /// Unfolds a source. Where the text would become longer than `limit`, the rest of the lines is left out.
    pub(super) fn of(bytes: &[u8], start: usize, is_text: bool, limit: usize) -> Unfolded {
        let mut made = Unfolded::default();
        for line in LogicalLines::new(bytes, start) {
            let content = &bytes[line.start..line.end];
            if !line.folded && (is_text || std::str::from_utf8(content).is_ok()) {
                continue;
            }
            let unfolded = if line.folded { Cow::Owned(unfold(content)) } else { Cow::Borrowed(content) };
            let (text, is_utf8) = decode(&unfolded);
            if made.text.len() + text.len() > limit {
                break;
            }
            made.text.push_str(&text);
            made.ends.push((made.text.len() as u32, is_utf8));
        }
        made.text.shrink_to_fit();
        made
    }
}

/// Text of bytes that should be UTF-8; what is not is taken for Windows-1252, which is what such exporters write.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), true),
        Err(_) => (Cow::Owned(bytes.iter().map(|b| windows_1252(*b)).collect()), false),
    }
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '\u{20ac}', '\u{fffd}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
        '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{fffd}', '\u{17d}', '\u{fffd}',
        '\u{fffd}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}',
        '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{fffd}', '\u{17e}', '\u{178}',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// How an unfolded line divides: the length of its name, and where its value begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Division {
    pub(super) name: u16,
    pub(super) value: u32,
}

/// Takes an unfolded line apart, or says that it is no content line.
pub(super) fn divide(line: &str) -> Option<Division> {
    let bytes = line.as_bytes();
    let name = bytes.iter().take(256).position(|b| !is_name_byte(*b))?;
    if name == 0 {
        return None;
    }
    // Some put spaces before the colon.
    let end = name + bytes[name..].iter().position(|b| *b != b' ')?;
    let value = match bytes[end] {
        b':' => end,
        b';' => {
            let params = &line[name..];
            let colon = if is_time_name(&line[..name]) {
                // No time holds a colon, but an unquoted TZID such as GMT+01:00 may.
                params.rfind(':')
            } else {
                Some(unquoted(params, |b| b == b':'))
                    .filter(|at| *at < params.len())
                    .or_else(|| params.find(':'))
            };
            name + colon?
        }
        _ => return None,
    };
    Some(Division { name: name as u16, value: value as u32 + 1 })
}

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')
}

fn is_time_name(name: &str) -> bool {
    ["DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE"]
        .iter()
        .any(|time| time.eq_ignore_ascii_case(name))
}
