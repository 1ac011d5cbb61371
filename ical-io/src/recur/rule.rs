//! The RECUR value (RFC 5545 section 3.3.10, RFC 7529): text -> [`Rule`].

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::value::Stamp;

/// How often a rule recurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Frequency {
    /// Every INTERVAL seconds.
    Secondly,
    /// Every INTERVAL minutes.
    Minutely,
    /// Every INTERVAL hours.
    Hourly,
    /// Every INTERVAL days.
    Daily,
    /// Every INTERVAL weeks.
    Weekly,
    /// Every INTERVAL months.
    Monthly,
    /// Every INTERVAL years.
    Yearly,
}

/// What becomes of a date that a month does not have (RFC 7529 section 4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Skip {
    #[default]
    Omit,
    Backward,
    Forward,
}

/// A weekday of BYDAY: `2MO` is the second Monday, `-1SU` the last Sunday, `MO` (nth 0) every Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ByDay {
    pub(crate) nth: i16,
    /// 0 for Monday to 6 for Sunday.
    pub(crate) weekday: u8,
}

/// A recurrence rule. It is parsed from text, and makes its instances with [`recur`](crate::recur).
///
/// ```
/// use plokk_ical_io::{Frequency, Rule};
///
/// let rule: Rule = "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3".parse()?;
/// assert_eq!(rule.frequency(), Frequency::Weekly);
/// assert!("FREQ=WEEKLY;BYDAY=0MO".parse::<Rule>().is_err());
/// # Ok::<(), plokk_ical_io::RuleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub(crate) frequency: Frequency,
    pub(crate) interval: i64,
    pub(crate) count: Option<u64>,
    pub(crate) until: Option<Stamp>,
    pub(crate) by_second: Vec<i32>,
    pub(crate) by_minute: Vec<i32>,
    pub(crate) by_hour: Vec<i32>,
    pub(crate) by_day: Vec<ByDay>,
    pub(crate) by_month_day: Vec<i32>,
    pub(crate) by_year_day: Vec<i32>,
    pub(crate) by_week_no: Vec<i32>,
    pub(crate) by_month: Vec<i32>,
    pub(crate) by_set_pos: Vec<i32>,
    /// 0 for Monday to 6 for Sunday.
    pub(crate) week_start: u8,
    pub(crate) skip: Skip,
}

/// Why a recurrence rule cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError(String);

impl RuleError {
    pub(crate) fn new(message: String) -> Self {
        RuleError(message)
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RuleError {}

fn error<T>(message: impl Into<String>) -> Result<T, RuleError> {
    Err(RuleError(message.into()))
}

impl Rule {
    /// Whether instances can begin like DTSTART: a rule that recurs within days needs a time.
    pub(crate) fn check_start(&self, is_date: bool) -> Result<(), RuleError> {
        if is_date && self.frequency < Frequency::Daily {
            return error("a rule that recurs more often than daily needs a DTSTART with a time");
        }
        Ok(())
    }

    /// The least seconds from one instance to the next but for what the BY parts make within a day.
    pub(crate) fn shortest_step(&self) -> i64 {
        let (unit, interval) = match self.frequency {
            Frequency::Secondly => (1, self.interval),
            Frequency::Minutely => (60, self.interval),
            Frequency::Hourly => (3600, self.interval),
            Frequency::Daily => (86_400, self.interval),
            Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => (86_400, 1),
        };
        interval.saturating_mul(unit)
    }

    /// How often it recurs.
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    fn new(frequency: Frequency) -> Rule {
        Rule {
            frequency,
            interval: 1,
            count: None,
            until: None,
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week_no: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: 0,
            skip: Skip::Omit,
        }
    }

    /// Reads one rule part.
    fn part(&mut self, name: &str, value: &str) -> Result<(), RuleError> {
        match name {
            "FREQ" => {}
            "INTERVAL" => self.interval = interval(value, self.frequency)?,
            "COUNT" => match value.parse::<u64>() {
                Ok(count) if count > 0 => self.count = Some(count),
                _ => return error(format!("COUNT={value} is no positive number")),
            },
            "UNTIL" => match until(value) {
                Some(stamp) => self.until = Some(stamp),
                None => return error(format!("UNTIL={value} is no date or time")),
            },
            "BYSECOND" => {
                // A leap second counts as the second before it (RFC 5545 section 3.3.12).
                self.by_second = list(name, value, 0, 60, false)?.into_iter().map(|s| s.min(59)).collect();
                self.by_second.dedup();
            }
            "BYMINUTE" => self.by_minute = list(name, value, 0, 59, false)?,
            "BYHOUR" => self.by_hour = list(name, value, 0, 23, false)?,
            "BYDAY" => self.by_day = by_day(value)?,
            "BYMONTHDAY" => self.by_month_day = list(name, value, 1, 31, true)?,
            "BYYEARDAY" => self.by_year_day = list(name, value, 1, 366, true)?,
            "BYWEEKNO" => self.by_week_no = list(name, value, 1, 53, true)?,
            "BYMONTH" => self.by_month = list(name, value, 1, 12, false)?,
            "BYSETPOS" => self.by_set_pos = list(name, value, 1, 31_622_400, true)?,
            "WKST" => match weekday(value) {
                Some(day) => self.week_start = day,
                None => return error(format!("WKST={value} is no weekday")),
            },
            "RSCALE" if value == "GREGORIAN" => {}
            "RSCALE" => return error(format!("RSCALE={value}: only GREGORIAN is known (RFC 7529)")),
            "SKIP" => {
                self.skip = match value {
                    "OMIT" => Skip::Omit,
                    "BACKWARD" => Skip::Backward,
                    "FORWARD" => Skip::Forward,
                    _ => return error(format!("SKIP={value} is not known (RFC 7529 section 4.1)")),
                };
            }
            name if name.starts_with("X-") => {}
            _ => return error(format!("{name} is no rule part")),
        }
        Ok(())
    }

    /// What RFC 5545 section 3.3.10 says MUST NOT stand together.
    fn check(&mut self) -> Result<(), RuleError> {
        use Frequency::{Daily, Monthly, Weekly, Yearly};
        let frequency = self.frequency;
        if !self.by_week_no.is_empty() && frequency != Yearly {
            return error("BYWEEKNO stands only with FREQ=YEARLY");
        }
        if !self.by_year_day.is_empty() && matches!(frequency, Daily | Weekly | Monthly) {
            return error("BYYEARDAY does not stand with FREQ=DAILY, WEEKLY or MONTHLY");
        }
        if !self.by_month_day.is_empty() && frequency == Weekly {
            return error("BYMONTHDAY does not stand with FREQ=WEEKLY");
        }
        if !matches!(frequency, Monthly | Yearly) || !self.by_week_no.is_empty() {
            // A number has no meaning here; what every reader makes of it is the weekday itself.
            for day in &mut self.by_day {
                day.nth = 0;
            }
        }
        let in_month = frequency == Monthly || !self.by_month.is_empty();
        let most = if in_month { 5 } else { 53 };
        if let Some(day) = self.by_day.iter().find(|day| day.nth.abs() > most)
            && self.by_day.iter().all(|day| day.nth.abs() > most)
        {
            return error(format!(
                "no {} has {} of one weekday",
                if in_month { "month" } else { "year" },
                day.nth
            ));
        }
        self.by_day.sort_unstable();
        self.by_day.dedup();
        Ok(())
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Rule, RuleError> {
        let text = text.trim();
        let text = match text.bytes().any(|b| b.is_ascii_lowercase()) {
            true => Cow::Owned(text.to_ascii_uppercase()),
            false => Cow::Borrowed(text),
        };
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        let parts = parts.map(|part| match part.split_once('=') {
            Some((name, value)) => Ok((name.trim_end(), value.trim_start())),
            None => error("a rule part without a value"),
        });
        let mut known = [("", ""); 16];
        let mut count = 0;
        for part in parts {
            let Some(slot) = known.get_mut(count) else { return error("a rule of too many parts") };
            *slot = part?;
            count += 1;
        }
        let parts = &known[..count];
        let frequency = parts.iter().find(|(name, _)| *name == "FREQ").map(|(_, value)| *value);
        let mut rule = Rule::new(match frequency {
            Some("SECONDLY") => Frequency::Secondly,
            Some("MINUTELY") => Frequency::Minutely,
            Some("HOURLY") => Frequency::Hourly,
            Some("DAILY") => Frequency::Daily,
            Some("WEEKLY") => Frequency::Weekly,
            Some("MONTHLY") => Frequency::Monthly,
            Some("YEARLY") => Frequency::Yearly,
            Some(other) => return error(format!("FREQ={other} is not known")),
            None => return error("a rule without FREQ"),
        });
        let has_until = parts.iter().any(|(name, value)| *name == "UNTIL" && !value.is_empty());
        for (name, value) in parts.iter().copied() {
            // Exporters write empty parts for what was not chosen, Confluence COUNT=-1 beside an UNTIL.
            let unchosen = value.is_empty() || (has_until && name == "COUNT" && value == "-1");
            if !unchosen {
                rule.part(name, value)?;
            }
        }
        rule.check()?;
        Ok(rule)
    }
}

/// An interval: at least 1 (some exporters write 0), at most what the calendar's 10,000 years hold.
fn interval(value: &str, frequency: Frequency) -> Result<i64, RuleError> {
    let Ok(interval) = value.parse::<i64>() else {
        return error(format!("INTERVAL={value} is no number"));
    };
    let per_year = match frequency {
        Frequency::Secondly => 31_622_400,
        Frequency::Minutely => 527_040,
        Frequency::Hourly => 8_784,
        Frequency::Daily => 366,
        Frequency::Weekly => 53,
        Frequency::Monthly => 12,
        Frequency::Yearly => 1,
    };
    if interval > 10_000 * per_year {
        return error(format!("INTERVAL={value} is longer than the calendar"));
    }
    Ok(interval.max(1))
}

/// UNTIL as exporters write it: a date, a local time, a UTC time, or with a TZID of its own before a colon.
fn until(value: &str) -> Option<Stamp> {
    let value = value.rsplit_once(':').filter(|(zone, _)| zone.starts_with("TZID")).map_or(value, |(_, v)| v);
    Stamp::parse(value)
}

fn list(name: &str, value: &str, low: i32, high: i32, signed: bool) -> Result<Vec<i32>, RuleError> {
    let mut numbers = Vec::new();
    for text in value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        match text.parse::<i32>() {
            Ok(n) if (low..=high).contains(&n) || (signed && (-high..=-low).contains(&n)) => numbers.push(n),
            _ => return error(format!("{name}={text} is out of range")),
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

fn by_day(value: &str) -> Result<Vec<ByDay>, RuleError> {
    let mut days = Vec::new();
    for text in value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        let split = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at));
        let day = split.and_then(|at| {
            let (number, name) = text.split_at(at);
            let nth =
                if number.is_empty() { 0 } else { number.trim().parse::<i16>().ok().filter(|n| *n != 0)? };
            Some(ByDay { nth, weekday: weekday(name)? })
        });
        match day.filter(|day| day.nth.abs() <= 53) {
            Some(day) => days.push(day),
            None => return error(format!("BYDAY={text} is no weekday")),
        }
    }
    Ok(days)
}

fn weekday(name: &str) -> Option<u8> {
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].iter().position(|known| *known == name).map(|at| at as u8)
}
