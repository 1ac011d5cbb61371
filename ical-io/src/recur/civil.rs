//! Days as numbers since 1970-01-01, in the proleptic Gregorian calendar. Recurrence counts in these: they are
//! plain integers, so that no arithmetic on them allocates, fails or looks anything up.

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// The years that recurrence goes through.
pub(crate) const FIRST_YEAR: i64 = 1;
/// The last of them: what four digits can write.
pub(crate) const LAST_YEAR: i64 = 9999;

/// The number of a day (Howard Hinnant, "chrono-compatible low-level date algorithms").
pub(crate) const fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = (month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day number.
pub(crate) fn date_of(number: i64) -> (i64, i64, i64) {
    let shifted = number + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// 0 for Monday to 6 for Sunday.
pub(crate) fn weekday_of(number: i64) -> u8 {
    (number + 3).rem_euclid(7) as u8
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(crate) fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

pub(crate) fn year_length(year: i64) -> i64 {
    365 + i64::from(is_leap(year))
}

/// The first day of week number 1 of a year: the first week with at least four days in it, for weeks that begin
/// with `week_start` (RFC 5545 section 3.3.10, ISO 8601).
pub(crate) fn first_week(year: i64, week_start: u8) -> i64 {
    let january_4 = day_number(year, 1, 4);
    january_4 - i64::from((weekday_of(january_4) + 7 - week_start) % 7)
}

/// How many weeks a year has.
pub(crate) fn week_count(year: i64, week_start: u8) -> i64 {
    (first_week(year + 1, week_start) - first_week(year, week_start)) / 7
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, NaiveDate};

    #[test]
    fn days_are_those_of_chrono() {
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a date");
        let mut date = NaiveDate::from_ymd_opt(1890, 1, 1).expect("a date");
        while date.year() < 2110 {
            let number = (date - epoch).num_days();
            let parts = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
            assert_eq!(day_number(parts.0, parts.1, parts.2), number);
            assert_eq!(date_of(number), parts);
            assert_eq!(u32::from(weekday_of(number)), date.weekday().num_days_from_monday());
            let week = date.iso_week();
            let first = first_week(i64::from(week.year()), 0);
            assert_eq!((number - first) / 7 + 1, i64::from(week.week()));
            date = date.succ_opt().expect("a date");
        }
    }
}
