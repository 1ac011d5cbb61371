//! Hours of the week and times of day: `{ mon-fri = ["09:00-13:00", "14:00-18:00"] }`.

use super::nearest::nearest;
use super::reader::{Cause, Faults, Section, list};
use super::{DayInterval, WeekHours};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const LONG: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const LIKE: &str = "write it like \"09:00-13:00\"";
const MIDNIGHT: u16 = 24 * 60;

/// Reads a week of hours from a table of days.
pub(crate) fn week(section: &Section, faults: &mut Faults) -> WeekHours {
    let mut hours = WeekHours::default();
    let mut said: [Option<&str>; 7] = [None; 7];
    for (key, span) in section.keys() {
        let days = match days(key) {
            Ok(days) => days,
            Err(cause) => {
                faults.add(&span, section.name(key), cause);
                continue;
            }
        };
        let Some(intervals) = section.read(faults, key, list(day_interval)) else { continue };
        let intervals: Vec<DayInterval> = intervals.into_iter().map(|(interval, _)| interval).collect();
        if let Some((earlier, later)) = overlap(&intervals) {
            let cause = Cause::of(format!("{} and {} overlap", write(earlier), write(later)));
            section.fault(faults, key, cause);
        }
        for day in days {
            if let Some(before) = said[day].replace(key) {
                let cause = format!("{} is in \"{before}\" already", DAYS[day]);
                faults.add(&span, section.name(key), Cause::hinted(cause, "say each day once"));
            }
            hours.days[day] = sorted(&intervals);
        }
    }
    hours
}

/// Reads one stretch of a day; a stretch that ends before it starts ends on the next day.
pub(crate) fn day_interval(text: &str) -> Result<DayInterval, Cause> {
    let malformed = || Cause::hinted(format!("malformed hours {text:?}"), LIKE);
    let (from, to) = text.split_once(['-', '–']).ok_or_else(malformed)?;
    let from = time(from.trim()).ok_or_else(malformed)?;
    let to = time(to.trim()).ok_or_else(malformed)?;
    if from == to || from == MIDNIGHT {
        return Err(Cause::hinted(format!("no time lies in {text:?}"), "a whole day is \"00:00-24:00\""));
    }
    Ok(DayInterval { from, to: if to < from { to + MIDNIGHT } else { to } })
}

/// Two stretches of one day that overlap.
pub(crate) fn overlap(intervals: &[DayInterval]) -> Option<(DayInterval, DayInterval)> {
    sorted(intervals).windows(2).find(|pair| pair[1].from < pair[0].to).map(|pair| (pair[0], pair[1]))
}

/// As the file writes it.
pub(crate) fn write(interval: DayInterval) -> String {
    let to = if interval.to > MIDNIGHT { interval.to - MIDNIGHT } else { interval.to };
    format!("{:02}:{:02}-{:02}:{:02}", interval.from / 60, interval.from % 60, to / 60, to % 60)
}

fn sorted(intervals: &[DayInterval]) -> Vec<DayInterval> {
    let mut sorted = intervals.to_vec();
    sorted.sort_unstable();
    sorted
}

/// Minutes after midnight.
fn time(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |text: &str, most: usize| {
        let right = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if right { text.parse::<u16>().ok() } else { None }
    };
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2).filter(|_| minutes.len() == 2)?);
    let time = hours * 60 + minutes;
    (minutes < 60 && time <= MIDNIGHT).then_some(time)
}

/// The days that a key such as `mon-fri`, `sat,sun` or `wed` names, Monday = 0.
pub(crate) fn days(key: &str) -> Result<Vec<usize>, Cause> {
    let mut days = Vec::new();
    for part in key.split(',') {
        match part.split_once('-') {
            None => days.push(day(part.trim(), key)?),
            Some((first, last)) => {
                let (first, last) = (day(first.trim(), key)?, day(last.trim(), key)?);
                let count = (last + 7 - first) % 7 + 1;
                days.extend((0..count).map(|n| (first + n) % 7));
            }
        }
    }
    Ok(days)
}

fn day(name: &str, key: &str) -> Result<usize, Cause> {
    let lower = name.to_lowercase();
    let found = (0..7).find(|day| DAYS[*day] == lower || LONG[*day] == lower);
    found.ok_or_else(|| {
        let near = nearest(&lower, LONG).and_then(|near| LONG.iter().position(|long| *long == near));
        let near = near.map(|day| DAYS[day]).or_else(|| nearest(&lower, DAYS));
        let hint = match near {
            Some(near) => format!("did you mean {:?}?", key.replace(name, near)),
            None => "write days like \"mon\", \"mon-fri\" or \"sat,sun\"".to_owned(),
        };
        Cause::hinted(format!("unknown day {name:?}"), hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(from: u16, to: u16) -> DayInterval {
        DayInterval { from, to }
    }

    #[test]
    fn reads_stretches_up_to_midnight_and_over_it() {
        assert_eq!(day_interval("09:00-13:00").ok(), Some(interval(540, 780)));
        assert_eq!(day_interval("9:00 - 24:00").ok(), Some(interval(540, 1440)));
        assert_eq!(day_interval("22:00-02:30").ok(), Some(interval(1320, 1590)));
        assert_eq!(day_interval("00:00-24:00").ok(), Some(interval(0, 1440)));
    }

    #[test]
    fn refuses_what_is_no_stretch() {
        for text in
            ["", "9-17", "09:00", "09:00-25:00", "09:60-10:00", "09:00-09:00", "24:00-01:00", "nine-ten"]
        {
            assert!(day_interval(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reads_days_and_ranges() {
        assert_eq!(days("mon-fri").ok(), Some(vec![0, 1, 2, 3, 4]));
        assert_eq!(days("sat,sun").ok(), Some(vec![5, 6]));
        assert_eq!(days("sat-mon, Wednesday").ok(), Some(vec![5, 6, 0, 2]));
        let hint = days("mon-firday").expect_err("misspelt").hint;
        assert_eq!(hint.as_deref(), Some("did you mean \"mon-fri\"?"));
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["09:00-13:00", "22:00-02:30", "00:00-24:00"] {
            assert_eq!(write(day_interval(text).expect("well formed")), text);
        }
    }
}
