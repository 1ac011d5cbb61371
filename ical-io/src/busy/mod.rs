//! Busy and available time: VEVENT, VFREEBUSY (RFC 5545), VAVAILABILITY (RFC 7953).

mod availability;
mod events;
mod freebusy;
mod spans;

pub use availability::{Availability, availability};
pub use events::{Busy, busy};
pub use freebusy::{FreeBusy, FreeBusyType, freebusy};
