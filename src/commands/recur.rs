//! `plokk recur RRULE`: the instances of a recurrence rule.

use crate::args::Recur;
use crate::exit::{Exit, Failure, Outcome};
use crate::terminal;
use chrono::{DateTime, NaiveDateTime, Utc};
use plokk_ical_io::{Zone, nearest_zone, recur};

/// How many instances are written at a time: an endless rule ends when nobody reads on.
const BATCH: usize = 256;

pub(crate) fn run(args: &Recur) -> Outcome {
    let rule = args.rule.trim();
    let rule =
        rule.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("RRULE")).map_or(rule, |r| r.1);
    let (start, zone) = start(&args.dtstart, args.zone.as_ref())?;
    let instances = recur(rule, &start, &zone).map_err(|error| Failure::Input(format!("{rule}: {error}")))?;
    let mut instances = instances.take(args.count.unwrap_or(usize::MAX)).peekable();
    while instances.peek().is_some() {
        let lines: String = instances.by_ref().take(BATCH).map(|at| at + "\n").collect();
        if !terminal::is_read(lines.as_bytes())? {
            break;
        }
    }
    Ok(Exit::Done)
}

/// DTSTART's value and zone, of a value alone or of a whole content line. An instant is local to the zone where one is
/// said, and in UTC where none is.
fn start(text: &str, zone: Option<&Zone>) -> Result<(String, Zone), Failure> {
    let text = text.trim();
    let is_line = text.get(..7).is_some_and(|name| name.eq_ignore_ascii_case("DTSTART"));
    let (params, value) = if is_line { text.split_once(':').unwrap_or(("", text)) } else { ("", text) };
    let tzid = params.split(';').find_map(|param| {
        let (name, value) = param.split_once('=')?;
        name.eq_ignore_ascii_case("TZID").then(|| value.trim_matches('"'))
    });
    let zone = match (tzid, zone) {
        (Some(name), _) => Some(Zone::named(name).ok_or_else(|| unknown(name))?),
        (None, zone) => zone.cloned(),
    };
    let Some(at) = instant(value) else {
        return Ok((value.to_owned(), zone.unwrap_or(Zone::Floating)));
    };
    Ok(match zone {
        Some(zone) => (zone.local(at).format("%Y%m%dT%H%M%S").to_string(), zone),
        None => (at.format("%Y%m%dT%H%M%SZ").to_string(), Zone::UTC),
    })
}

/// The instant that a time with an offset is: `2026-10-19T09:00:00+03:00`, `20261019T060000Z`.
fn instant(value: &str) -> Option<DateTime<Utc>> {
    let utc = NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%SZ").ok().map(|at| at.and_utc());
    utc.or_else(|| DateTime::parse_from_rfc3339(value).ok().map(|at| at.to_utc()))
}

fn unknown(name: &str) -> Failure {
    let hint = nearest_zone(name).map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default();
    Failure::Input(format!("DTSTART: there is no time zone {name}{hint}"))
}
