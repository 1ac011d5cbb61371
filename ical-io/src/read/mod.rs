//! The reading layer: bytes -> content lines -> components (RFC 5545 sections 3.1 and 3.4). Nothing here fails:
//! what cannot be understood costs its own line or component and is said as a [`Fault`].

mod lines;
mod reader;

use std::sync::Arc;

use crate::fault::Fault;
use crate::model::{Buffer, Calendar};

/// What a source holds, and what was wrong with it.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Everything that could be read.
    pub calendar: Calendar,
    /// Everything that could not, in the order of the source.
    pub faults: Vec<Fault>,
}

/// Reads a calendar stream. `source` is the name that faults carry.
///
/// Lines may end with CRLF, LF or CR; a byte order mark, several VCALENDARs, components outside any VCALENDAR, a
/// missing END, text before and after, folds inside a UTF-8 character, Windows-1252 and UTF-16 are all read.
///
/// ```
/// let text = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Long\r\n  story\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// let reading = plokk_ical_io::read(text, "mari.ics");
/// assert!(reading.faults.is_empty());
/// assert_eq!(reading.calendar.components()[0].text("SUMMARY").as_deref(), Some("Long story"));
/// ```
pub fn read(bytes: &[u8], source: &str) -> Reading {
    reader::read(bytes.to_vec(), source)
}

/// Like [`read`], for bytes that can be given away: saves copying them.
pub fn read_owned(bytes: Vec<u8>, source: &str) -> Reading {
    reader::read(bytes, source)
}

/// Like [`read_owned`]; also the text that the reading points into.
pub(crate) fn read_sharing(bytes: Vec<u8>, source: &str) -> (Reading, Arc<Buffer>) {
    reader::read_sharing(bytes, source)
}

/// Whether the reader points into these bytes as they are, instead of into something made of them.
pub(crate) fn is_read_in_place(bytes: &[u8]) -> bool {
    reader::is_read_in_place(bytes)
}
