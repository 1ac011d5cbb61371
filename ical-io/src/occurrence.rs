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
    let instances = &expanded.instances;
    let order = order(instances);
    let (mut starts, mut ends) = (UtcDay::default(), UtcDay::default());
    let mut items = Vec::with_capacity(order.len());
    let mut picked: Vec<Instance<'_>> = Vec::with_capacity(BATCH.min(order.len()));
    for places in order.chunks(BATCH) {
        picked.extend(places.iter().map(|at| instances[*at as u32 as usize]));
        items.extend(picked.drain(..).map(|instance| {
            let start = starts.utc(instance.start);
            let id = instance.recurrence_id();
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

/// The places of the instances in the order of their starts, each in the lower 32 bits of a number. Small things are
/// sorted faster than large ones, and numbers faster than pairs: one number holds a start and a place wherever the
/// starts lie within 136 years, as they nearly always do.
fn order(instances: &[Instance<'_>]) -> Vec<u64> {
    let first = instances.iter().map(|instance| instance.start).min().unwrap_or(0);
    let key = |(instance, at): (&Instance<'_>, u32)| {
        let after = u32::try_from(instance.start.wrapping_sub(first)).ok()?;
        Some((u64::from(after) << 32) | u64::from(at))
    };
    let keys: Option<Vec<u64>> = instances.iter().zip(0..).map(key).collect();
    match keys {
        Some(mut keys) => {
            keys.sort_unstable();
            keys
        }
        None => {
            let mut places: Vec<u64> = (0..instances.len() as u64).collect();
            places.sort_by_key(|at| instances[*at as usize].start);
            places
        }
    }
}
