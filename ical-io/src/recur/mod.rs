//! Recurrence rules: RRULE text -> instances.

pub(crate) mod civil;
mod days;
mod instances;
mod rule;

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime};

pub(crate) use instances::{Effort, Instances};
pub use rule::{Frequency, Rule, RuleError};

use crate::value::Stamp;
use crate::zone::Zone;
use civil::DAY;

/// Seconds since 1970-01-01 of a local time.
pub(crate) fn seconds(local: NaiveDateTime) -> i64 {
    local.and_utc().timestamp()
}

/// The local time of seconds since 1970-01-01.
pub(crate) fn local_time(seconds: i64) -> NaiveDateTime {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().naive_utc()
}

/// The last local time that UNTIL lets through, for instances that begin like `start` in `zone`.
///
/// RFC 5545 section 3.3.10 wants UNTIL to be of DTSTART's type, and UTC beside a zone. Exporters write every other
/// form too. A date beside times includes the whole of that day; a local time is local to DTSTART; beside dates,
/// a time counts as its date, or as the instant that it is where that lets a later date through.
pub(crate) fn until_bound(until: Stamp, is_date: bool, zone: &Zone) -> i64 {
    match until {
        Stamp::Date(_) if is_date => seconds(until.local()),
        Stamp::Date(_) => seconds(until.local()) + DAY - 1,
        Stamp::Local(_) if is_date => seconds(until.local()).div_euclid(DAY) * DAY,
        Stamp::Local(at) => seconds(at),
        Stamp::Utc(at) => {
            let local = seconds(zone.local(at.and_utc()));
            if is_date { local.max(seconds(at)).div_euclid(DAY) * DAY } else { local }
        }
    }
}

/// The instances of a rule that begins with `dtstart` (a DATE, local or UTC value as RFC 5545 writes it) in a zone,
/// in the same form. DTSTART itself is one of them only where the rule makes it so.
///
/// The sequence is lazy and may be endless. It ends early, instead of searching on, where a rule has no instance
/// in so many periods that it can hardly have been meant.
///
/// # Errors
///
/// A rule or a DTSTART that cannot be understood.
///
/// ```
/// use plokk_ical_io::{Zone, recur};
///
/// let instances: Vec<String> = recur("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "20261030T090000", &Zone::UTC)?.collect();
/// assert_eq!(instances, ["20261030T090000", "20261127T090000"]);
/// # Ok::<(), plokk_ical_io::RuleError>(())
/// ```
pub fn recur(
    rule: &str,
    dtstart: &str,
    zone: &Zone,
) -> Result<impl Iterator<Item = String> + use<>, RuleError> {
    let rule: Rule = rule.parse()?;
    let start = Stamp::parse(dtstart)
        .ok_or_else(|| RuleError::new(format!("DTSTART {dtstart:?} is no date or time")))?;
    let is_date = matches!(start, Stamp::Date(_));
    let zone = if matches!(start, Stamp::Utc(_)) { Zone::UTC } else { zone.clone() };
    let until = rule.until.map(|until| until_bound(until, is_date, &zone));
    rule.check_start(is_date)?;
    let instances = Instances::new(Arc::new(rule), seconds(start.local()), until, is_date, Effort::default());
    let form = match start {
        Stamp::Date(_) => "%Y%m%d",
        Stamp::Local(_) => "%Y%m%dT%H%M%S",
        Stamp::Utc(_) => "%Y%m%dT%H%M%SZ",
    };
    Ok(instances.map(move |at| local_time(at).format(form).to_string()))
}
