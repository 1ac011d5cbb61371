//! Lengths of time as people write them: "90 minutes", "1h 30m", "2 days", "24 working hours".

use super::WorkingDuration;
use super::nearest::nearest;
use super::reader::Cause;
use chrono::TimeDelta;

const LIKE: &str = "write it like \"90 minutes\", \"1h 30m\" or \"2 days\"";

/// Every spelling of a unit, and the minutes it holds.
const UNITS: &[(&str, i64)] = &[
    ("minutes", 1),
    ("minute", 1),
    ("mins", 1),
    ("min", 1),
    ("m", 1),
    ("hours", 60),
    ("hour", 60),
    ("hrs", 60),
    ("hr", 60),
    ("h", 60),
    ("days", 1440),
    ("day", 1440),
    ("d", 1440),
    ("weeks", 10_080),
    ("week", 10_080),
    ("w", 10_080),
];

/// The longest length that can be written: ten years.
const LONGEST: i64 = 10 * 366 * 1440;

/// Reads a length of time, in whole minutes.
pub(crate) fn duration(text: &str) -> Result<TimeDelta, Cause> {
    let malformed = |hint: Option<String>| Cause {
        cause: format!("malformed duration {text:?}"),
        hint: Some(hint.unwrap_or_else(|| LIKE.to_owned())),
        span: None,
    };
    let mut rest = text.trim();
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (unit, next) = after.split_at(letters);
        let number: f64 = number.parse().map_err(|_| malformed(None))?;
        let Some((_, minutes)) = UNITS.iter().find(|(name, _)| *name == unit.to_lowercase()) else {
            let near = nearest(unit, UNITS.iter().map(|(name, _)| *name).filter(|name| name.len() > 2));
            return Err(malformed(near.map(|near| format!("did you mean {:?}?", text.replace(unit, near)))));
        };
        total += number * f64::from(i32::try_from(*minutes).unwrap_or(i32::MAX));
        rest = next.trim_start();
    }
    if text.trim().is_empty() {
        return Err(malformed(None));
    }
    if total.fract() != 0.0 {
        return Err(Cause::hinted(
            format!("{text:?} is not a whole number of minutes"),
            "round it to a minute",
        ));
    }
    if total > LONGEST as f64 {
        return Err(Cause::of(format!("{text:?} is longer than ten years")));
    }
    Ok(TimeDelta::minutes(total as i64))
}

/// Reads a length of time that may be counted in working hours.
pub(crate) fn working_duration(text: &str) -> Result<WorkingDuration, Cause> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let Some(at) = words.iter().position(|word| word.eq_ignore_ascii_case("working")) else {
        return duration(text).map(WorkingDuration::Elapsed);
    };
    words.remove(at);
    let like = "write it like \"24 working hours\"";
    let unit = words.get(at).map_or("", |unit| *unit).to_lowercase();
    if unit.starts_with('d') || unit.starts_with('w') {
        return Err(Cause::hinted(format!("{text:?} has no fixed length"), like));
    }
    match duration(&words.join(" ")) {
        Ok(length) => Ok(WorkingDuration::Working(length)),
        Err(_) => Err(Cause::hinted(format!("malformed duration {text:?}"), like)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, minutes) in [
            ("90 minutes", 90),
            ("1h 30m", 90),
            ("1h30m", 90),
            ("1.5 hours", 90),
            ("2 days", 2880),
            ("4 weeks", 40_320),
            ("1 Hour", 60),
            ("0 minutes", 0),
        ] {
            assert_eq!(duration(text).ok(), Some(TimeDelta::minutes(minutes)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_length() {
        for text in ["", "soon", "90", "h", "1..5 hours", "-5 minutes", "5 minutes ago", "0.3 minutes"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn suggests_the_unit_that_was_meant() {
        let hint = duration("90 minuets").expect_err("misspelt").hint;
        assert_eq!(hint.as_deref(), Some("did you mean \"90 minutes\"?"));
    }

    #[test]
    fn working_hours_are_not_hours() {
        let day = TimeDelta::hours(24);
        assert_eq!(working_duration("24 working hours").ok(), Some(WorkingDuration::Working(day)));
        assert_eq!(working_duration("24 hours").ok(), Some(WorkingDuration::Elapsed(day)));
        assert!(working_duration("2 working days").is_err());
        assert!(working_duration("working").is_err());
    }
}
