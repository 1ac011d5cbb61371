//! What was found wrong, as data.

use std::fmt;

use serde::Serialize;

/// One thing found wrong in a source. A fault never stops the reading: what it cost is said in the message.
///
/// ```
/// let reading = plokk_ical_io::read(b"BEGIN:VCALENDAR\r\nnonsense\r\nEND:VCALENDAR\r\n", "mari.ics");
/// let fault = &reading.faults[0];
/// assert_eq!((fault.code.as_str(), fault.line), ("malformed-line", Some(2)));
/// assert!(fault.to_string().starts_with("mari.ics:2: malformed-line: "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Fault {
    /// What kind of fault it is.
    pub code: FaultCode,
    /// The file or feed it was found in.
    pub source: String,
    /// The line it was found in, counted from 1.
    pub line: Option<u32>,
    /// The UID of the component it was found in.
    pub uid: Option<String>,
    /// What is wrong and what was done about it, for people.
    pub message: String,
}

impl Fault {
    /// A fault of a source as a whole; [`Fault::at`] and [`Fault::of`] say where.
    pub fn new(code: FaultCode, source: &str, message: impl Into<String>) -> Self {
        Fault { code, source: source.to_owned(), line: None, uid: None, message: message.into() }
    }

    /// The same fault, placed at a line (counted from 1; 0 means unknown).
    #[must_use]
    pub fn at(mut self, line: u32) -> Self {
        self.line = (line > 0).then_some(line);
        self
    }

    /// The same fault, found in the component with this UID.
    #[must_use]
    pub fn of(mut self, uid: Option<&str>) -> Self {
        self.uid = uid.map(str::to_owned);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: {}", self.code.as_str(), self.message)?;
        match &self.uid {
            Some(uid) => write!(f, " (UID {uid})"),
            None => Ok(()),
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The kinds of [`Fault`]. `as_str` gives the stable name that programs compare.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum FaultCode { $($(#[$doc])* $name,)* }

        impl FaultCode {
            /// The stable kebab-case name.
            pub fn as_str(self) -> &'static str {
                match self { $(FaultCode::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// The source holds no component at all.
    NoCalendar = "no-calendar",
    /// Components stand outside any VCALENDAR; they are read all the same.
    NoEnvelope = "no-envelope",
    /// Bytes that are not UTF-8; read as Windows-1252.
    NotUtf8 = "not-utf8",
    /// The source is longer than the reader takes.
    TooLong = "too-long",
    /// A line that is no content line; left out.
    MalformedLine = "malformed-line",
    /// A component without its END; closed where its parent or the source ends.
    MissingEnd = "missing-end",
    /// An END that closes nothing; left out.
    StrayEnd = "stray-end",
    /// Components nested deeper than the reader follows; the deeper ones are left out.
    TooDeep = "too-deep",
    /// A VCALENDAR inside another; kept, and not looked into.
    NestedCalendar = "nested-calendar",
    /// A property that must be there is not.
    MissingProperty = "missing-property",
    /// A property whose value cannot be understood.
    BadValue = "bad-value",
    /// A date or time that cannot be understood.
    BadTime = "bad-time",
    /// A duration that cannot be understood.
    BadDuration = "bad-duration",
    /// An end before its start.
    EndBeforeStart = "end-before-start",
    /// A recurrence rule that cannot be understood; the component counts without it.
    BadRule = "bad-rule",
    /// A rule that matches so rarely that the search for its instances was cut short.
    RuleExhausted = "rule-exhausted",
    /// More instances in the window than are made.
    TooManyInstances = "too-many-instances",
    /// A TZID that names no zone; its times count as floating.
    UnknownZone = "unknown-zone",
    /// A VTIMEZONE that cannot be evaluated.
    BadZone = "bad-zone",
    /// A feed that could not be had.
    Unreachable = "unreachable",
    /// A feed whose new content is not believed.
    NotBelieved = "not-believed",
    /// A feed's copy could not be kept on disk.
    NotKept = "not-kept",
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for FaultCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
