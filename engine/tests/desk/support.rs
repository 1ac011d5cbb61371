//! A desk in a few lines.

use chrono::{DateTime, Utc};
use plokk_engine::{Desk, FeedText, Posed, Settings, Window, Work, pose};

/// Monday, 08:00 in Tallinn, in the week before clocks go back.
pub(crate) const MONDAY: &str = "2026-10-19T05:00:00Z";

/// Mari in Tallinn, who works from 9 to 17, and one client in Sydney. No reserve, no buffers beyond
/// what a test adds.
pub(crate) const SETTINGS: &str = r#"
[planning]
horizon = "2 weeks"
reserve = "0%"

[[assistant]]
id = "mari"
email = "mari@example.org"
timezone = "Europe/Tallinn"
hours = { mon-fri = "09:00-17:00" }
feeds = ["mari.ics"]

[[client]]
id = "acme"
timezone = "Australia/Sydney"
hours = { mon-fri = "09:00-17:00" }
feeds = ["acme.ics"]
"#;

/// An instant of RFC 3339.
pub(crate) fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A window between two instants of RFC 3339.
pub(crate) fn window(from: &str, to: &str) -> Window {
    Window { from: utc(from), to: utc(to) }
}

/// A calendar of these components, each written in lines.
pub(crate) fn calendar(components: &[&str]) -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Plokk//tests//EN\r\n");
    for component in components {
        for line in component.lines().map(str::trim).filter(|line| !line.is_empty()) {
            text.push_str(line);
            text.push_str("\r\n");
        }
    }
    text + "END:VCALENDAR\r\n"
}

/// A VEVENT with these lines.
pub(crate) fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\nDTSTAMP:20261001T000000Z\n{lines}\nEND:VEVENT")
}

/// A VTODO with these lines.
pub(crate) fn todo(lines: &str) -> String {
    format!("BEGIN:VTODO\nDTSTAMP:20261001T000000Z\n{lines}\nEND:VTODO")
}

/// A feed with this text.
pub(crate) fn feed(name: &str, text: &str) -> FeedText {
    FeedText {
        feed: name.to_owned(),
        source: name.to_owned(),
        content: Ok(text.as_bytes().to_vec()),
        warnings: Vec::new(),
    }
}

/// The desk of some settings, with feeds given as name and components.
pub(crate) fn desk_of(settings: &str, feeds: &[(&str, &[&str])], now: &str) -> Desk {
    let settings = Settings::read(settings, "plokk.toml")
        .unwrap_or_else(|faults| panic!("{}", faults.iter().map(|f| format!("{f}\n")).collect::<String>()));
    let texts: Vec<FeedText> =
        feeds.iter().map(|(name, components)| feed(name, &calendar(components))).collect();
    Desk::assemble(settings, texts, utc(now)).unwrap_or_else(|error| panic!("{error}"))
}

/// Mari's desk on Monday morning.
pub(crate) fn desk(mari: &[&str], acme: &[&str]) -> Desk {
    desk_of(SETTINGS, &[("mari.ics", mari), ("acme.ics", acme)], MONDAY)
}

/// The work of this id.
pub(crate) fn work<'d>(desk: &'d Desk, id: &str) -> &'d Work {
    let ids: Vec<&str> = desk.work.iter().map(|work| work.id.as_str()).collect();
    desk.work.iter().find(|work| work.id == id).unwrap_or_else(|| panic!("no {id} among {ids:?}"))
}

/// The codes of the warnings.
pub(crate) fn codes(desk: &Desk) -> Vec<&str> {
    desk.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

/// The problem a desk poses, which must be a valid one.
pub(crate) fn posed(desk: &Desk) -> Posed {
    let posed = pose(desk, None);
    let faults = posed.problem.faults();
    assert!(faults.is_empty(), "{faults:?}");
    posed
}

/// Mari's free time on a date of Tallinn, as it is shown there.
pub(crate) fn free(desk: &Desk, date: &str) -> Vec<String> {
    let tz = desk.settings.assistants[0].timezone;
    let show = |w: &Window| {
        let (from, to) =
            (plokk_ical_io::Zone::from(tz).shown(w.from), plokk_ical_io::Zone::from(tz).shown(w.to));
        (from.format("%Y-%m-%d").to_string() == date)
            .then(|| format!("{}-{}", from.format("%H:%M"), to.format("%H:%M")))
    };
    desk.assistants[0].free.iter().filter_map(show).collect()
}
