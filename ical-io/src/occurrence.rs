//! The occurrences of events.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use crate::expand::{Instance, expand};
use crate::model::{Calendar, Component};
use crate::window::{Expansion, Window};
use crate::zone::{UtcDay, Zone, utc};

/// Instances lie in memory in the order of the calendar and are wanted in that of time. So many are picked at once:
/// a loop that does nothing else waits for memory once where it would wait several times.
const BATCH: usize = 256;

/// One instance of an event.
#[derive(Clone, Debug)]
pub struct Occurrence<'a> {
    /// The component that describes it: its master, or its override.
    pub component: &'a Component,
    /// The UID; of a component without one, empty.
    pub uid: Cow<'a, str>,
    /// Which instance of a recurring event it is: the time the rule gives it, whatever an override made of it.
    pub recurrence_id: Option<DateTime<Utc>>,
    /// Its start.
    pub start: DateTime<Utc>,
    /// Its end. Before the start where the feed says so, against RFC 5545 section 3.8.2.2; a fault tells.
    pub end: DateTime<Utc>,
    /// Whether it is given in dates, not times.
    pub all_day: bool,
}

/// The occurrences of all VEVENTs that have an instant in the window, sorted by start: recurrence rules, dates and
/// exceptions followed, overrides in the place of what they override. Cancelled events are among them: see
/// [`busy`](crate::busy) for what takes time.
///
/// `floating` is the zone of dates, and of floating times where the calendar has no X-WR-TIMEZONE. With
/// [`Zone::Floating`] both count as UTC.
///
/// ```
/// use plokk_ical_io::{Window, Zone, events, read};
///
/// let calendar = read(
///     b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:standup\nDTSTART;TZID=Europe/Tallinn:20201019T093000\nDURATION:PT15M\n\
///       RRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE;TZID=Europe/Tallinn:20261019T093000\nEND:VEVENT\nEND:VCALENDAR\n",
///     "mari.ics",
/// ).calendar;
/// let window = Window::new("2026-10-12T00:00:00Z".parse()?, "2026-10-27T00:00:00Z".parse()?);
/// let expansion = events(&calendar, window, &Zone::Floating);
/// let starts: Vec<String> = expansion.items.iter().map(|event| event.start.to_rfc3339()).collect();
/// assert_eq!(starts, ["2026-10-12T06:30:00+00:00", "2026-10-26T07:30:00+00:00"]);
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn events<'a>(calendar: &'a Calendar, window: Window, floating: &Zone) -> Expansion<Occurrence<'a>> {
    let expanded = expand(calendar, "VEVENT", window, floating);
    // Small things are sorted faster than large ones, and numbers faster than pairs.
    let instances = &expanded.instances;
    let key = |(instance, at): (&Instance<'_>, u32)| (i128::from(instance.start) << 32) | i128::from(at);
    let mut order: Vec<i128> = instances.iter().zip(0..).map(key).collect();
    order.sort_unstable();
    let (mut starts, mut ends) = (UtcDay::default(), UtcDay::default());
    let mut items = Vec::with_capacity(order.len());
    let mut picked: Vec<Instance<'_>> = Vec::with_capacity(BATCH.min(order.len()));
    for keys in order.chunks(BATCH) {
        picked.extend(keys.iter().map(|key| instances[*key as u32 as usize]));
        items.extend(picked.drain(..).map(|instance| {
            let start = starts.utc(instance.start);
            let id = instance.recurrence_id;
            Occurrence {
                component: instance.component,
                uid: expanded.uids[instance.of as usize].clone(),
                recurrence_id: id.map(|id| if id == instance.start { start } else { utc(id) }),
                start,
                end: ends.utc(instance.end),
                all_day: instance.all_day,
            }
        }));
    }
    Expansion { items, faults: expanded.faults }
}
