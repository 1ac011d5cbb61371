//! iCalendar (RFC 5545) as it really is: reading, recurrence, time zones, busy time, work, feeds.
//!
//! Calendars come from Google, Outlook, Exchange, Apple and a hundred other programs, and few keep the standard. This
//! crate reads what is there and says what is wrong: nothing that a feed holds is an error, every loss is a
//! [`Fault`] with its line, and nothing panics.
//!
//! ```
//! use plokk_ical_io::{Window, Zone, busy, read};
//!
//! // What Outlook sends: a Windows zone name, an exception in UTC, no END.
//! let feed = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Stand-up\r\n\
//!     DTSTART;TZID=\"FLE Standard Time\":20261019T093000\r\nDURATION:PT15M\r\n\
//!     RRULE:FREQ=DAILY;UNTIL=20261023\r\nEXDATE:20261021T063000Z\r\nTHIS IS NOISE\r\nEND:VEVENT\r\n";
//! let reading = read(feed, "mari.ics");
//! let faults: Vec<String> = reading.faults.iter().map(|fault| fault.to_string()).collect();
//! assert!(faults[0].starts_with("mari.ics:9: malformed-line"));
//! assert!(faults[1].starts_with("mari.ics:1: missing-end"));
//!
//! let week = Window::new("2026-10-19T00:00:00Z".parse()?, "2026-10-26T00:00:00Z".parse()?);
//! let busy = busy(&reading.calendar, week, &Zone::named("Europe/Tallinn").unwrap(), None);
//! assert_eq!(busy.items.len(), 4);
//! assert_eq!(busy.items[0].start.to_rfc3339(), "2026-10-19T06:30:00+00:00");
//! # Ok::<(), chrono::ParseError>(())
//! ```
//!
//! | from | to | by |
//! |---|---|---|
//! | bytes | [`Calendar`] | [`read`] |
//! | a calendar and a window | occurrences of events | [`events`] |
//! | | busy and available time | [`busy`], [`availability`], [`freebusy`] |
//! | | work | [`todos`] |
//! | a rule | its instances | [`recur`] |
//! | a zone's name | [`Zone`] | [`Zone::named`] |
//! | a calendar | bytes | [`write`](fn@write) |
//! | files and URLs | calendars, and the last good copies | [`fetch_all`] |
//!
//! Every window is half-open, every function pure: the time, the zone of floating times and the proxy come in as
//! arguments. Only [`fetch_all`] touches files and the network, and only [`use_newer_tz`], which a program calls once at
//! its start or never, changes which time zone database holds.

mod busy;
pub mod caldav;
mod expand;
mod fault;
mod feed;
mod interop;
mod model;
mod occurrence;
mod read;
mod recur;
mod todo;
mod value;
mod window;
mod write;
mod zone;

pub use busy::{Availability, Busy, FreeBusy, FreeBusyType, availability, busy, freebusy};
pub use fault::{Fault, FaultCode};
pub use feed::{
    Feed, FeedSpec, FeedState, FetchSettings, Location, Trust, fetch_all, http_agent, http_error,
    install_tls, tls_error,
};
pub use model::{Calendar, Component, Param, Property, escape, unescape};
pub use occurrence::{Occurrence, events};
pub use read::{Reading, read, read_owned};
pub use recur::{Frequency, Rule, RuleError, recur};
pub use todo::{Link, RelType, Todo, TodoStatus, When, todos};
pub use window::{Expansion, Window};
pub use write::write;
pub use zone::{
    Definition, IanaZone, TzEdition, UnknownZone, Zone, instant, nearest_zone, tz_edition, use_newer_tz,
    vtimezone,
};
