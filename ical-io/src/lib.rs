//! iCalendar (RFC 5545) as it really is: reading, recurrence, time zones, free/busy, feeds.

mod busy;
mod expand;
mod fault;
mod feed;
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
pub use feed::{Feed, FeedSpec, FeedState, FetchSettings, Location, fetch_all};
pub use model::{Calendar, Component, Param, Property, escape, unescape};
pub use occurrence::{Occurrence, events};
pub use read::{Reading, read, read_owned};
pub use recur::{Frequency, Rule, RuleError, recur};
pub use todo::{Link, RelType, Todo, TodoStatus, When, todos};
pub use window::{Expansion, Window};
pub use write::write;
pub use zone::{Definition, Zone, instant, nearest_zone, vtimezone};
