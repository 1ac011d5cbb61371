//! A window that keeps a feed below what the large calendar services take: about a megabyte.

use chrono::{DateTime, Utc};
use plokk_ical_io::Component;

/// The most bytes of a feed. Google is reported to refuse more than a megabyte.
pub(crate) const MOST: usize = 1_000_000;

/// As many of the events as a feed may hold: what is furthest from now goes first, the past before the
/// future. `length`: how many bytes a feed of some events has.
pub(crate) fn rolling(
    events: Vec<Component>,
    now: DateTime<Utc>,
    length: &dyn Fn(&[Component]) -> usize,
) -> Vec<Component> {
    if length(&events) <= MOST {
        return events;
    }
    let mut order: Vec<(bool, i64, usize)> = events
        .iter()
        .enumerate()
        .map(|(place, event)| {
            let start = super::before::start(event).unwrap_or(now);
            (start < now, (start - now).num_seconds().abs(), place)
        })
        .collect();
    order.sort_unstable();
    let first = |count: usize| {
        let mut places: Vec<usize> = order.iter().take(count).map(|(_, _, place)| *place).collect();
        places.sort_unstable();
        places.into_iter().map(|place| events[place].clone()).collect::<Vec<_>>()
    };
    // How many fit, by halving.
    let (mut fits, mut too_many) = (0, events.len());
    while too_many - fits > 1 {
        let middle = fits.midpoint(too_many);
        if length(&first(middle)) <= MOST { fits = middle } else { too_many = middle }
    }
    first(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plokk_ical_io::Property;

    fn events(count: i64) -> (DateTime<Utc>, Vec<Component>) {
        let now: DateTime<Utc> = "2026-10-19T05:00:00Z".parse().expect("RFC 3339");
        let event = |hour: i64| {
            let mut event = Component::new("VEVENT");
            event.push(Property::utc("DTSTART", now + chrono::TimeDelta::hours(hour)));
            event
        };
        (now, (-count..count).map(event).collect())
    }

    #[test]
    fn a_feed_that_is_small_enough_is_whole() {
        let (now, all) = events(10);
        assert_eq!(rolling(all.clone(), now, &|events| events.len() * 50_000).len(), all.len());
    }

    #[test]
    fn the_past_goes_first_and_then_the_far_future() {
        let (now, all) = events(10);
        let few = rolling(all.clone(), now, &|events| events.len() * 100_000);
        let (left, wanted) = (few.iter().map(super::super::before::start), all[10..].iter());
        assert_eq!(left.collect::<Vec<_>>(), wanted.map(super::super::before::start).collect::<Vec<_>>());
        let fewer = rolling(all.clone(), now, &|events| events.len() * 300_000);
        assert_eq!(fewer.len(), 3);
        assert_eq!(super::super::before::start(&fewer[2]), super::super::before::start(&all[12]));
    }
}
