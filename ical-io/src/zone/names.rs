//! Zone names as feeds and people write them.

use chrono::FixedOffset;
use chrono_tz::TZ_VARIANTS;
use windows_timezones::WindowsTimezone;

use super::{IanaZone, Zone};

/// See [`Zone::named`].
pub(super) fn named(name: &str) -> Option<Zone> {
    let name = name.trim().trim_matches('"').trim();
    if name.is_empty() {
        return None;
    }
    iana(name)
        .or_else(|| windows(name))
        .or_else(|| prefixed(name))
        .map(Zone::Iana)
        .or_else(|| offset(name).map(Zone::Fixed))
        .or_else(|| described(name).map(Zone::Iana))
}

/// An IANA name, letter for letter.
pub(super) fn exact(name: &str) -> Option<IanaZone> {
    name.parse().ok()
}

/// An IANA name; case does not matter, and a space counts as an underscore.
pub(super) fn iana(name: &str) -> Option<IanaZone> {
    if let Some(tz) = exact(name) {
        return Some(tz);
    }
    let name = name.replace(' ', "_");
    IanaZone::all().find(|zone| zone.name().eq_ignore_ascii_case(&name)).or_else(|| {
        ["Z", "GMT0", "UTC0", "Coordinated_Universal_Time"].contains(&name.as_str()).then_some(IanaZone::UTC)
    })
}

/// A Windows name (CLDR's windowsZones): the zone's own, or that of its summer time.
fn windows(name: &str) -> Option<IanaZone> {
    let standard = name.replace(" Daylight Time", " Standard Time").replace(" Summer Time", " Standard Time");
    let found = standard.parse::<WindowsTimezone>().ok().or_else(|| {
        // The names are few and the look-up rare: what differs in case only is still found.
        let words: Vec<String> = standard.split_whitespace().map(capitalized).collect();
        words.join(" ").parse().ok()
    })?;
    iana(found.tzdb_id())
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect()
    })
}

/// An IANA name behind a vendor's prefix: `/mozilla.org/20050126_1/Europe/Berlin`, `tzone://Microsoft/Utc`.
fn prefixed(name: &str) -> Option<IanaZone> {
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 {
        return None;
    }
    (1..parts.len().min(4)).rev().find_map(|count| iana(&parts[parts.len() - count..].join("/")))
}

/// `UTC+02:00`, `GMT-5`, `+0530`: a fixed offset, unless a description follows.
fn offset(name: &str) -> Option<FixedOffset> {
    let rest =
        ["UTC", "GMT", "Etc/GMT"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name).trim();
    let (sign, digits) = match rest.as_bytes().first()? {
        b'+' => (1, &rest[1..]),
        b'-' => (-1, &rest[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes.get(..2)?),
        None if digits.len() == 4 => (digits.get(..2)?, digits.get(2..)?),
        None => (digits, "0"),
    };
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    let valid = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    if !valid { None } else { FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)) }
}

/// What Windows shows instead of a name: `(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius`. The offset is
/// left alone: the places say more.
fn described(name: &str) -> Option<IanaZone> {
    let (bracket, places) = name.strip_prefix('(')?.split_once(')')?;
    if !bracket.starts_with("UTC") && !bracket.starts_with("GMT") {
        return None;
    }
    let places = places.trim();
    let windows = TZ_VARIANTS.iter().filter_map(|tz| WindowsTimezone::try_from(*tz).ok());
    let listed = windows.into_iter().find(|zone| {
        zone.description().split_once(')').is_some_and(|(_, known)| known.trim().eq_ignore_ascii_case(places))
    });
    if let Some(zone) = listed {
        return iana(zone.tzdb_id());
    }
    places.split(',').map(|place| place.trim().replace(' ', "_")).find_map(|place| {
        IanaZone::all().find(|zone| zone.name().rsplit('/').next().is_some_and(|city| city == place))
    })
}

/// The name of an IANA zone that is spelled most like this one, for hints; `None` where nothing is near.
///
/// ```
/// assert_eq!(plokk_ical_io::nearest_zone("Europe/Talinn"), Some("Europe/Tallinn"));
/// assert_eq!(plokk_ical_io::nearest_zone("tallinn"), Some("Europe/Tallinn"));
/// assert_eq!(plokk_ical_io::nearest_zone("nowhere at all"), None);
/// ```
pub fn nearest_zone(name: &str) -> Option<&'static str> {
    let name = name.trim().to_ascii_lowercase().replace(' ', "_");
    let near = |known: &str| {
        let known = known.to_ascii_lowercase();
        let city = known.rsplit('/').next().unwrap_or_default();
        distance(&name, &known).min(distance(&name, city))
    };
    let (distance, nearest) = IanaZone::all().map(|zone| (near(zone.name()), zone.name())).min()?;
    (distance <= name.len() / 3).then_some(nearest)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, cb) in b.iter().enumerate() {
            let up = row[j + 1];
            row[j + 1] = (corner + usize::from(ca != *cb)).min(row[j] + 1).min(up + 1);
            corner = up;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_feeds_write_them() {
        let cases = [
            ("Europe/Tallinn", "Europe/Tallinn"),
            ("europe/tallinn", "Europe/Tallinn"),
            ("America/New York", "America/New_York"),
            ("\"US/Eastern\"", "US/Eastern"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("eastern standard time", "America/New_York"),
            ("Pacific Daylight Time", "America/Los_Angeles"),
            ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin"),
            ("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
            ("/softwarestudio.org/Olson_20011030_5/America/Chicago", "America/Chicago"),
            ("tzone://Microsoft/Utc", "UTC"),
            ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin"),
            ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
            ("(GMT+02:00) Tallinn", "Europe/Tallinn"),
        ];
        for (name, expected) in cases {
            let zone = named(name).and_then(|zone| zone.iana());
            assert_eq!(zone.map(|zone| zone.name()), Some(expected), "{name}");
        }
        let seconds = |name| match named(name) {
            Some(Zone::Fixed(offset)) => Some(offset.local_minus_utc()),
            _ => None,
        };
        assert_eq!(seconds("UTC+02:00"), Some(7200));
        assert_eq!(seconds("GMT-0530"), Some(-19_800));
        assert_eq!(seconds("+5"), Some(18_000));
        for name in ["", "Customized Time Zone", "Mars/Olympus", "tzone://Microsoft/Custom", "+99"] {
            assert_eq!(named(name), None, "{name}");
        }
    }
}
