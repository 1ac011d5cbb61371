//! Values of the X-PLOKK properties.

use crate::settings::parse_duration;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use plokk_ical_io::{Calendar, IanaZone, Property, When, Zone, instant};

/// A length of time, as RFC 5545 writes it (`PT1H30M`) or as people do (`1h 30m`); `None` when it is
/// neither, not longer than nothing, or longer than a year.
pub(crate) fn length(text: &str) -> Option<TimeDelta> {
    let text = text.trim();
    let length = iso_duration(text).or_else(|| parse_duration(text))?;
    (length > TimeDelta::zero() && length <= TimeDelta::days(366)).then_some(length)
}

/// A DURATION (RFC 5545 section 3.3.6) without a sign; a day is 24 hours.
pub(crate) fn iso_duration(text: &str) -> Option<TimeDelta> {
    let upper = text.to_ascii_uppercase();
    let rest = upper.strip_prefix('+').unwrap_or(&upper).strip_prefix('P')?;
    let (days, time) = rest.split_once('T').unwrap_or((rest, ""));
    let mut seconds: i64 = 0;
    let mut parts = 0;
    for (text, units) in
        [(days, &[('W', 604_800), ('D', 86_400)][..]), (time, &[('H', 3600), ('M', 60), ('S', 1)])]
    {
        let mut digits = String::new();
        for c in text.chars() {
            if c.is_ascii_digit() && digits.len() < 9 {
                digits.push(c);
                continue;
            }
            let (_, unit) = units.iter().find(|(name, _)| *name == c)?;
            seconds += digits.parse::<i64>().ok()? * unit;
            digits.clear();
            parts += 1;
        }
        if !digits.is_empty() {
            return None;
        }
    }
    if parts == 0 { None } else { TimeDelta::try_seconds(seconds) }
}

/// A date or a time of a calendar; a local time without TZID is in `zone`.
pub(crate) fn when(property: &Property, calendar: &Calendar, zone: IanaZone) -> Option<When> {
    let text = property.raw_value().trim();
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y%m%d")
        && text.len() == 8
    {
        return Some(When::Date(date));
    }
    if let Ok(at) = text.parse::<DateTime<Utc>>() {
        return Some(When::Instant(at));
    }
    let local = |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok();
    if let Some(utc) = text.strip_suffix(['Z', 'z']) {
        return local(utc).map(|at| When::Instant(at.and_utc()));
    }
    let zone = match property.param("TZID") {
        Some(name) => calendar.zone(&name)?,
        None => Zone::Iana(zone),
    };
    local(text).map(|at| When::Instant(instant(at, &zone)))
}

/// Yes or no.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_ways_of_writing_a_length() {
        for (text, minutes) in
            [("PT30M", 30), ("pt1h30m", 90), ("P1DT1H", 1500), ("45 minutes", 45), ("P1W", 10_080)]
        {
            assert_eq!(length(text), Some(TimeDelta::minutes(minutes)), "{text}");
        }
        for text in ["", "P", "PT", "PT5", "P5H", "-PT5M", "PT0S", "0 minutes", "long", "PT99999999999H"] {
            assert_eq!(length(text), None, "{text}");
        }
    }

    #[test]
    fn reads_times_in_every_form() {
        let feed = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Office\nBEGIN:STANDARD\nDTSTART:19700101T000000\n\
                    TZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD\nEND:VTIMEZONE\nEND:VCALENDAR\n";
        let calendar = plokk_ical_io::read(feed.as_bytes(), "office.ics").calendar;
        let read = |property: Property| when(&property, &calendar, chrono_tz::Europe::Tallinn.into());
        let at = |text: &str| Some(When::Instant(text.parse().expect("RFC 3339")));
        assert_eq!(read(Property::raw("X", "20261019T060000Z")), at("2026-10-19T06:00:00Z"));
        assert_eq!(read(Property::raw("X", "20261019T060000")), at("2026-10-19T03:00:00Z"));
        let zoned = Property::raw("X", "20261019T060000").with_param("TZID", "America/New_York");
        assert_eq!(read(zoned), at("2026-10-19T10:00:00Z"));
        let own = |tzid| Property::raw("X", "20261019T060000").with_param("TZID", tzid);
        assert_eq!(read(own("Office")), at("2026-10-19T00:30:00Z"));
        assert_eq!(read(own("Nowhere")), None);
        assert_eq!(read(Property::raw("X", "2026-10-19T06:00:00Z")), at("2026-10-19T06:00:00Z"));
        assert_eq!(
            read(Property::raw("X", "20261019")),
            NaiveDate::from_ymd_opt(2026, 10, 19).map(When::Date)
        );
        assert_eq!(read(Property::raw("X", "tomorrow")), None);
    }
}
