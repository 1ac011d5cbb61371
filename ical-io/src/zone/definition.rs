//! A VTIMEZONE, evaluated (RFC 5545 section 3.6.5).

use std::sync::{Arc, OnceLock};

use crate::fault::{Fault, FaultCode};
use crate::model::Component;
use crate::recur::{Effort, Instances, Rule, civil, seconds, until_bound};
use crate::value::Stamp;
use crate::zone::Zone;

/// Changes of offset are worked out up to the end of this year; after it the last offset stays.
const LAST_YEAR: i64 = 2199;

/// How many changes of one zone are kept.
const CHANGE_LIMIT: usize = 20_000;

/// A zone as a feed defines it: its TZID, and what its STANDARD and DAYLIGHT parts say. The changes of offset are
/// worked out when the first time in it is looked at.
#[derive(Debug)]
pub struct Definition {
    id: String,
    observances: Vec<Observance>,
    changes: OnceLock<Vec<Change>>,
}

/// From this instant (UTC seconds) on, this offset (seconds east).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    at: i64,
    before: i32,
    after: i32,
}

/// A STANDARD or DAYLIGHT part.
#[derive(Clone, Debug, PartialEq)]
struct Observance {
    /// Its first onset, in the local time before it, as seconds.
    start: i64,
    from: i32,
    to: i32,
    rules: Vec<Arc<Rule>>,
    dates: Vec<i64>,
}

impl Definition {
    /// Evaluates a VTIMEZONE. `None`, and faults that say why, where nothing in it can be used.
    pub fn of(component: &Component, source: &str) -> (Option<Definition>, Vec<Fault>) {
        let mut faults = Vec::new();
        let id = component.text("TZID").unwrap_or_default().trim().to_owned();
        let parts =
            component.components().iter().filter(|part| matches!(part.name(), "STANDARD" | "DAYLIGHT"));
        let mut fault = |line, message: String| {
            faults
                .push(Fault::new(FaultCode::BadZone, source, format!("VTIMEZONE {id}: {message}")).at(line));
        };
        let observances: Vec<Observance> =
            parts.filter_map(|part| observance(part, &mut |message| fault(part.line(), message))).collect();
        if observances.is_empty() {
            fault(component.line(), "no STANDARD or DAYLIGHT part can be used".to_owned());
            return (None, faults);
        }
        (Some(Definition { id, observances, changes: OnceLock::new() }), faults)
    }

    /// Its TZID.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The offset at a UTC time in seconds since 1970, in seconds east. Before the first change, the offset that
    /// the first change says it changes from.
    pub fn offset_at(&self, at: i64) -> i32 {
        let changes = self.changes.get_or_init(|| self.work_out());
        match changes.partition_point(|change| change.at <= at) {
            0 => changes.first().map_or(0, |change| change.before),
            n => changes[n - 1].after,
        }
    }

    fn work_out(&self) -> Vec<Change> {
        let end = civil::day_number(LAST_YEAR, 12, 31) * civil::DAY;
        let mut changes = Vec::new();
        for part in &self.observances {
            let from = i64::from(part.from);
            let mut add = |local: i64| {
                changes.push(Change { at: local - from, before: part.from, after: part.to });
            };
            add(part.start);
            part.dates.iter().for_each(|date| add(*date));
            for rule in &part.rules {
                // UNTIL is UTC (RFC 5545 section 3.6.5), here in the offset that holds before the change.
                let until = rule.until.map(|until| match until {
                    Stamp::Utc(at) => seconds(at) + from,
                    other => until_bound(other, false, &Zone::Floating),
                });
                let until = Some(until.unwrap_or(end).min(end));
                let effort = Effort { total: 200_000, idle: 20_000 };
                let onsets = Instances::new(Arc::clone(rule), part.start, until, false, effort);
                onsets.take(CHANGE_LIMIT / 4).for_each(&mut add);
            }
            if changes.len() > CHANGE_LIMIT {
                break;
            }
        }
        changes.sort_unstable();
        changes.dedup();
        changes
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.observances == other.observances
    }
}

fn observance(part: &Component, fault: &mut dyn FnMut(String)) -> Option<Observance> {
    let offset = |name: &str| part.property(name).and_then(|property| offset(property.raw_value()));
    let Some(to) = offset("TZOFFSETTO").or_else(|| offset("TZOFFSETFROM")) else {
        fault(format!("{} without a TZOFFSETTO is left out", part.name()));
        return None;
    };
    let from = offset("TZOFFSETFROM").unwrap_or(to);
    let local = |stamp: Stamp| match stamp {
        Stamp::Utc(at) => seconds(at) + i64::from(from),
        other => seconds(other.local()),
    };
    let Some(start) = part.property("DTSTART").and_then(|property| Stamp::parse(property.raw_value())) else {
        fault(format!("{} without a DTSTART that can be read is left out", part.name()));
        return None;
    };
    let mut rules = Vec::new();
    for property in part.properties_named("RRULE") {
        match property.raw_value().parse::<Rule>() {
            Ok(rule) => rules.push(Arc::new(rule)),
            Err(error) => fault(format!("RRULE {}: {error}", property.raw_value())),
        }
    }
    let dates = part.properties_named("RDATE").flat_map(|property| property.raw_value().split(','));
    let dates = dates.filter_map(|text| Stamp::parse(text.split('/').next()?)).map(local).collect();
    Some(Observance { start: local(start), from, to, rules, dates })
}

/// A UTC-OFFSET (RFC 5545 section 3.3.14), in seconds east: ±HHMM, ±HHMMSS; also without sign or with colons.
pub(crate) fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    if !digits.len().is_multiple_of(2) || digits.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    let valid = !digits.is_empty() && hours < 24 && minutes < 60 && seconds < 60;
    valid.then_some(sign * (hours * 3600 + minutes * 60 + seconds))
}
