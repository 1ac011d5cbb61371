//! Time zones by name.

use super::reader::Cause;
use plokk_ical_io::{IanaZone, Zone};

/// Reads an IANA zone name, in any case.
pub(crate) fn zone(text: &str) -> Result<IanaZone, Cause> {
    let name = text.trim();
    IanaZone::all().find(|tz| tz.name().eq_ignore_ascii_case(name)).ok_or_else(|| Cause {
        cause: format!("unknown zone {text:?}"),
        hint: Some(match windows_zone(name).or_else(|| nearest_zone(name)) {
            Some(near) => format!("did you mean {near:?}?"),
            None => "write it like \"Europe/Tallinn\"".to_owned(),
        }),
        span: None,
    })
}

/// The IANA zone that Windows calls by another name: "FLE Standard Time".
fn windows_zone(name: &str) -> Option<&'static str> {
    Zone::named(name)?.iana().map(IanaZone::name)
}

/// The zone that a misspelt name most likely means: near as a whole, or near the city alone.
fn nearest_zone(text: &str) -> Option<&'static str> {
    let wanted = text.trim().to_lowercase().replace(' ', "_");
    let city = wanted.rsplit('/').next().unwrap_or(&wanted).to_owned();
    let score = |tz: &IanaZone| {
        let name = tz.name().to_lowercase();
        let last = name.rsplit('/').next().unwrap_or(&name);
        let whole = strsim::normalized_damerau_levenshtein(&wanted, &name);
        whole.max(0.95 * strsim::normalized_damerau_levenshtein(&city, last))
    };
    let mut best: Option<(f64, IanaZone)> = None;
    for tz in IanaZone::all() {
        let score = score(&tz);
        if score > 0.7 && best.is_none_or(|(most, _)| score > most) {
            best = Some((score, tz));
        }
    }
    best.map(|(_, tz)| tz.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_in_any_case() {
        assert_eq!(zone("Europe/Tallinn").ok(), Some(chrono_tz::Tz::Europe__Tallinn.into()));
        assert_eq!(zone("europe/tallinn").ok(), Some(chrono_tz::Tz::Europe__Tallinn.into()));
    }

    #[test]
    fn suggests_the_right_name_for_what_windows_calls_it() {
        let hint = zone("W. Europe Standard Time").expect_err("not a name of ours").hint;
        assert_eq!(hint.as_deref(), Some("did you mean \"Europe/Berlin\"?"));
    }

    #[test]
    fn suggests_the_nearest() {
        for (wrong, right) in [
            ("Europe/Talinn", Some("Europe/Tallinn")),
            ("Tallinn", Some("Europe/Tallinn")),
            ("America/New York", Some("America/New_York")),
            ("Australia/Sidney", Some("Australia/Sydney")),
            ("Mars/Olympus_Mons", None),
        ] {
            assert_eq!(nearest_zone(wrong), right, "{wrong}");
        }
    }
}
