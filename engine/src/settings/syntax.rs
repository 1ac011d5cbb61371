//! From text to TOML, past as many syntax errors as can be told apart.

use super::reader::{Cause, Faults};
use toml_edit::Document;

/// So many syntax errors are reported in one go.
const MOST: usize = 20;

/// Reads TOML. A line that is no TOML is noted, blanked (so that every other place stays where it is)
/// and read over; `None` when that cannot be done without inventing faults. Also says whether
/// anything was blanked.
pub(crate) fn parse(text: &str, faults: &mut Faults) -> (Option<Document<String>>, bool) {
    let mut healed = text.to_owned();
    let mut last_line = None;
    for round in 0..=MOST {
        let error = match Document::parse(healed.clone()) {
            Ok(document) => return (Some(document), round > 0),
            Err(error) => error,
        };
        let span = error.span().unwrap_or(0..0);
        let line = line_at(&healed, span.start);
        let number = healed[..line.start].matches('\n').count();
        // What follows a broken line directly is most often its consequence.
        if last_line.is_none_or(|last| number != last + 1) {
            let message = error.message().lines().next().unwrap_or("malformed").trim().to_owned();
            faults.add(&span, "", Cause::of(format!("this is not TOML: {message}")));
        }
        last_line = Some(number);
        let content = healed[line.clone()].trim_start();
        // Without a header its keys would seem to belong elsewhere; an empty line cannot be healed.
        if content.is_empty() || content.starts_with('[') {
            return (None, true);
        }
        healed.replace_range(line.clone(), &" ".repeat(line.len()));
    }
    (None, true)
}

/// The bytes of the line that holds a byte, without its line end.
fn line_at(text: &str, at: usize) -> std::ops::Range<usize> {
    let at = at.min(text.len());
    let bytes = text.as_bytes();
    let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
    let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| at + n);
    start..end
}
