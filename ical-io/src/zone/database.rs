//! Which edition of the IANA time zone database is in use: the one compiled in (chrono-tz), or a newer one from
//! files (TZif, RFC 8536), which a program names before it looks anything up.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::{Offset, TimeDelta, TimeZone as _};
use chrono_tz::{OffsetComponents, OffsetName, TZ_VARIANTS, Tz};

use super::IanaZone;
use super::clock::utc;
use super::iana::Source;

/// A newer edition than the one compiled in, if one was named and found.
static NEWER: OnceLock<Newer> = OnceLock::new();

/// The longest zone file that is read.
const FILE_LIMIT: u64 = 1 << 20;

/// A newer edition: its zones by `Tz as usize`. A zone whose file cannot be read keeps the rules compiled in.
struct Newer {
    edition: TzEdition,
    zones: Vec<Option<tz::TimeZone>>,
    /// Those whose names the compiled edition does not know, by name.
    added: Vec<Added>,
}

/// A zone that only a newer edition has.
pub(super) struct Added {
    pub(super) name: String,
    rules: tz::TimeZone,
}

/// An edition of the IANA time zone database.
///
/// ```
/// let edition = plokk_ical_io::tz_edition();
/// assert_eq!(edition.to_string(), format!("{}, built in", chrono_tz::IANA_TZDB_VERSION));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TzEdition {
    /// Its version, such as `2026a`.
    pub version: String,
    /// The folder it was read from; `None` for the one compiled in.
    pub folder: Option<PathBuf>,
}

impl fmt::Display for TzEdition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.folder {
            Some(folder) => write!(
                f,
                "{}, from {} (newer than the {} built in)",
                self.version,
                folder.display(),
                chrono_tz::IANA_TZDB_VERSION
            ),
            None => write!(f, "{}, built in", self.version),
        }
    }
}

/// The edition of the IANA time zone database that is in use.
pub fn tz_edition() -> TzEdition {
    match NEWER.get() {
        Some(newer) => newer.edition.clone(),
        None => TzEdition { version: chrono_tz::IANA_TZDB_VERSION.to_owned(), folder: None },
    }
}

/// Takes the rules of IANA zones from a folder of TZif files (a system's `zoneinfo`) for the rest of the program, if
/// that is a newer edition than the one compiled in; returns the edition in use from now on. Call it before anything
/// else of this crate: what was looked up before stays as it was. Only the first newer edition counts. Zones that the
/// compiled edition does not know are known from then on.
///
/// # Errors
///
/// Where the folder does not say which version it is (`tzdata.zi` or `+VERSION`), as text for people.
///
/// ```
/// let nowhere = plokk_ical_io::use_newer_tz("no/such/folder".as_ref());
/// assert!(nowhere.unwrap_err().contains("no/such/folder"));
/// ```
pub fn use_newer_tz(folder: &Path) -> Result<TzEdition, String> {
    let version = version_of(folder).ok_or_else(|| {
        format!("{}: no time zone database that says its version (tzdata.zi, +VERSION)", folder.display())
    })?;
    if age(&version) > age(chrono_tz::IANA_TZDB_VERSION) {
        NEWER.get_or_init(|| Newer {
            edition: TzEdition { version, folder: Some(folder.to_owned()) },
            zones: zones_of(folder),
            added: added_of(folder),
        });
    }
    Ok(tz_edition())
}

/// The version that a folder of zone files says it has.
fn version_of(folder: &Path) -> Option<String> {
    let first_line = |name: &str| -> Option<String> {
        let text = read(&folder.join(name))?;
        Some(String::from_utf8_lossy(text.split(|b| *b == b'\n').next()?).trim().to_owned())
    };
    let said = first_line("tzdata.zi")
        .and_then(|line| Some(line.strip_prefix("# version ")?.trim().to_owned()))
        .or_else(|| first_line("+VERSION"))?;
    age(&said).is_some().then_some(said)
}

/// A version as something that can be compared: `2025b` is the second of 2025, `2025z` comes before `2025za`.
fn age(version: &str) -> Option<(u16, usize, &str)> {
    let (year, letters) = version.split_at_checked(4)?;
    let letters = letters.split('-').next()?;
    let plain = !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_lowercase());
    Some((year.parse().ok()?, letters.len(), letters)).filter(|_| plain)
}

fn zones_of(folder: &Path) -> Vec<Option<tz::TimeZone>> {
    let mut zones = vec![None; TZ_VARIANTS.iter().map(|tz| *tz as usize + 1).max().unwrap_or(0)];
    for tz in TZ_VARIANTS {
        zones[tz as usize] =
            read(&folder.join(tz.name())).and_then(|bytes| tz::TimeZone::from_tz_data(&bytes).ok());
    }
    zones
}

/// The zones of a folder whose names the compiled edition does not know.
fn added_of(folder: &Path) -> Vec<Added> {
    let mut added = Vec::new();
    let mut left = 10_000;
    add_from(folder, "", &mut left, &mut added);
    added.sort_by(|a, b| a.name.cmp(&b.name));
    added
}

/// Looks through one folder of the database, and those within. What systems keep there besides zones (`posix`, `right`,
/// `localtime`, tables) begins with a small letter or is no zone file. At most `left` entries are looked at.
fn add_from(folder: &Path, prefix: &str, left: &mut usize, added: &mut Vec<Added>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        *left = left.saturating_sub(1);
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let is_name = name.starts_with(|c: char| c.is_ascii_uppercase()) && name != "Factory";
        if *left == 0 || !is_name {
            continue;
        }
        let (path, name) = (entry.path(), format!("{prefix}{name}"));
        if path.is_dir() {
            if name.matches('/').count() < 2 {
                add_from(&path, &format!("{name}/"), left, added);
            }
        } else if name.parse::<Tz>().is_err()
            && let Some(rules) = read(&path).and_then(|bytes| tz::TimeZone::from_tz_data(&bytes).ok())
        {
            added.push(Added { name, rules });
        }
    }
}

/// The zones that only the newer edition has, by name; none where none is in use.
pub(super) fn added() -> &'static [Added] {
    NEWER.get().map(|newer| newer.added.as_slice()).unwrap_or_default()
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let small = fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= 8 * FILE_LIMIT);
    if small { fs::read(path).ok() } else { None }
}

/// What a zone's clocks show at an instant.
pub(super) struct Shown {
    /// Seconds east of UTC.
    pub(super) offset: i32,
    /// What the database calls daylight saving: 1 ahead of standard time, -1 behind it (Ireland's winter), 0 neither.
    pub(super) saving: i32,
    /// The abbreviation; empty where there is none.
    pub(super) name: String,
}

/// What a newer edition says of a zone at an instant; else the zone of the compiled edition.
fn newer(zone: IanaZone, at: i64) -> Result<&'static tz::LocalTimeType, Tz> {
    let (tz, rules) = match zone.0 {
        Source::Known(tz) => {
            (tz, NEWER.get().and_then(|newer| newer.zones.get(tz as usize)).and_then(Option::as_ref))
        }
        Source::Added(added) => (Tz::UTC, Some(&added.rules)),
    };
    rules.and_then(|rules| rules.find_local_time_type(at).ok()).ok_or(tz)
}

/// The offset of an IANA zone at an instant in seconds since 1970, in seconds east.
pub(super) fn offset_at(zone: IanaZone, at: i64) -> i32 {
    match newer(zone, at) {
        Ok(found) => found.ut_offset(),
        Err(tz) => tz.offset_from_utc_datetime(&utc(at).naive_utc()).fix().local_minus_utc(),
    }
}

/// All that is known of a zone at an instant in seconds since 1970.
pub(super) fn shown_at(zone: IanaZone, at: i64) -> Shown {
    let tz = match newer(zone, at) {
        Ok(found) => {
            let name = found.time_zone_designation().to_owned();
            return Shown { offset: found.ut_offset(), saving: i32::from(found.is_dst()), name };
        }
        Err(tz) => tz,
    };
    let found = tz.offset_from_utc_datetime(&utc(at).naive_utc());
    Shown {
        offset: found.fix().local_minus_utc(),
        saving: found.dst_offset().cmp(&TimeDelta::zero()) as i32,
        name: found.abbreviation().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_an_order() {
        let order = ["2024b", "2025a", "2025b", "2025z", "2025za", "2026a"];
        assert!(order.windows(2).all(|pair| age(pair[0]) < age(pair[1])));
        assert_eq!(age("2025b-dirty"), age("2025b"));
        for nonsense in ["", "2025", "unknown", "20255", "2025B", "abcda"] {
            assert_eq!(age(nonsense), None, "{nonsense}");
        }
    }
}
