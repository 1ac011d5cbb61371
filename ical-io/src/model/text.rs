//! TEXT escaping (RFC 5545 section 3.3.11) and parameter encoding (RFC 6868).

use std::borrow::Cow;

/// Escapes text for a TEXT value: backslash, semicolon, comma and line ends (RFC 5545 section 3.3.11).
/// Control characters, which no content line may hold, are left out.
///
/// ```
/// assert_eq!(plokk_ical_io::escape("Tea, or\ncoffee"), "Tea\\, or\\ncoffee");
/// ```
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|b| matches!(b, b'\\' | b';' | b',') || (b < b' ' && b != b'\t') || b == 0x7f) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' => out.push_str("\\n"),
            '\t' => out.push(c),
            c if c.is_ascii_control() => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Undoes [`escape`]. An escape that RFC 5545 does not know keeps its character and loses its backslash.
///
/// ```
/// assert_eq!(plokk_ical_io::unescape(r"Tea\, or\ncoffee"), "Tea, or\ncoffee");
/// ```
pub fn unescape(value: &str) -> Cow<'_, str> {
    let Some(first) = value.find('\\') else {
        return Cow::Borrowed(value);
    };
    let mut out = String::with_capacity(value.len());
    out.push_str(&value[..first]);
    let mut chars = value[first..].chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => out.push('\n'),
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    Cow::Owned(out)
}

/// Splits a value at the commas that no backslash escapes.
pub(crate) fn split_list(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let text = rest?;
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => at += 2,
                b',' => {
                    rest = Some(&text[at + 1..]);
                    return Some(&text[..at]);
                }
                _ => at += 1,
            }
        }
        rest = None;
        Some(text)
    })
}

/// Decodes the circumflex escapes of a parameter value (RFC 6868 section 3.1).
pub(crate) fn param_decode(value: &str) -> Cow<'_, str> {
    if !value.contains('^') {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let decoded = match (c, chars.peek()) {
            ('^', Some('n')) => '\n',
            ('^', Some('^')) => '^',
            ('^', Some('\'')) => '"',
            _ => {
                out.push(c);
                continue;
            }
        };
        chars.next();
        out.push(decoded);
    }
    Cow::Owned(out)
}

/// Encodes a parameter value (RFC 6868) and quotes it where RFC 5545 section 3.2 wants that.
pub(crate) fn param_encode(value: &str, out: &mut String) {
    let quoted = value.contains([':', ';', ',']);
    if quoted {
        out.push('"');
    }
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '^' => out.push_str("^^"),
            '"' => out.push_str("^'"),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' => out.push_str("^n"),
            c if c.is_ascii_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    if quoted {
        out.push('"');
    }
}
