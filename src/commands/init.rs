//! `plokk init`: a desk to start from, that plans at once.

use crate::args::Init;
use crate::exit::{Exit, Failure, Outcome};
use crate::home::SETTINGS;
use crate::{files, terminal};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use plokk_ical_io::{IanaZone, Zone};
use std::path::PathBuf;

/// The desk's files, and what goes into them but for the dates and the zone.
const TEMPLATES: [(&str, &str); 4] = [
    (SETTINGS, include_str!("init/plokk.toml")),
    ("feeds/me.ics", include_str!("init/me.ics")),
    ("feeds/harbour.ics", include_str!("init/harbour.ics")),
    ("feeds/juniper.ics", include_str!("init/juniper.ics")),
];

/// How many working days the templates name: `@D1@` to `@D9@`.
const DAYS: usize = 9;

pub(crate) fn run(args: &Init) -> Outcome {
    let zone = args.timezone.unwrap_or_else(local_zone);
    let paths: Vec<PathBuf> = TEMPLATES.iter().map(|(path, _)| args.desk.join(path)).collect();
    if let Some(there) = paths.iter().find(|path| path.exists()) {
        return Err(Failure::Input(format!(
            "{}: there is something already; nothing was written (--desk DIR names another folder)",
            there.display()
        )));
    }
    let texts: Vec<String> =
        TEMPLATES.iter().map(|(path, text)| filled(path, text, args.now(), zone)).collect();
    let all: Vec<(PathBuf, &[u8])> = paths.into_iter().zip(texts.iter().map(String::as_bytes)).collect();
    for path in files::replace_all(&all)? {
        terminal::say(&format!("made {}", path.display()));
    }
    let here = args.desk == std::path::Path::new(".");
    let desk = if here { String::new() } else { format!(" --desk {}", args.desk.display()) };
    terminal::say(&format!("try: plokk plan{desk}"));
    Ok(Exit::Done)
}

/// A template with its dates and its zone; calendars with the line ends that RFC 5545 wants.
fn filled(path: &str, text: &str, now: DateTime<Utc>, zone: IanaZone) -> String {
    let stamp = (now - TimeDelta::days(1)).format("%Y%m%dT%H%M%SZ").to_string();
    let mut text = text.replace("@ZONE@", zone.name()).replace("@STAMP@", &stamp);
    let mut day = Zone::from(zone).local(now).date();
    for number in 1..=DAYS {
        text = text.replace(&format!("@D{number}@"), &day.format("%Y%m%d").to_string());
        day = next_working_day(day);
    }
    if path.ends_with(".ics") { text.replace('\n', "\r\n") } else { text }
}

/// The next day from Monday to Friday.
fn next_working_day(day: NaiveDate) -> NaiveDate {
    let days = match day.weekday() {
        Weekday::Fri => 3,
        Weekday::Sat => 2,
        _ => 1,
    };
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

/// This computer's zone, or UTC where it says none.
fn local_zone() -> IanaZone {
    iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok()).unwrap_or(IanaZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blank_is_filled() {
        let now = "2026-10-23T08:00:00Z".parse().expect("it is RFC 3339");
        for (path, text) in TEMPLATES {
            let text = filled(path, text, now, chrono_tz::Europe::Tallinn.into());
            assert!(
                !text
                    .replace("@example.org", "")
                    .replace("@harbour", "")
                    .replace("@juniper", "")
                    .contains('@'),
                "{path}"
            );
            assert!(text.split('\n').all(|line| line.len() <= 100), "{path}");
        }
    }

    #[test]
    fn days_are_working_days() {
        let friday = NaiveDate::from_ymd_opt(2026, 10, 23).expect("it is a date");
        assert_eq!(next_working_day(friday).to_string(), "2026-10-26");
    }
}
