//! Which edition of the IANA time zone database is in use: the one compiled in (chrono-tz), or a newer one from
//! files (TZif, RFC 8536), which a program names before it looks anything up.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::{Offset, TimeDelta, TimeZone as _};
use chrono_tz::{OffsetComponents, OffsetName, TZ_VARIANTS, Tz};

use super::clock::utc;

/// A newer edition than the one compiled in, if one was named and found.
static NEWER: OnceLock<Newer> = OnceLock::new();

/// The longest zone file that is read.
const FILE_LIMIT: u64 = 1 << 20;

/// A newer edition: its zones by `Tz as usize`. A zone whose file cannot be read keeps the rules compiled in.
struct Newer {
    edition: TzEdition,
    zones: Vec<Option<tz::TimeZone>>,
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
/// else of this crate: what was looked up before stays as it was. Only the first newer edition counts.
///
/// Zones are those whose names the compiled edition knows.
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

fn newer(tz: Tz, at: i64) -> Option<&'static tz::LocalTimeType> {
    let zone = NEWER.get()?.zones.get(tz as usize)?.as_ref()?;
    zone.find_local_time_type(at).ok()
}

/// The offset of an IANA zone at an instant in seconds since 1970, in seconds east.
pub(super) fn offset_at(tz: Tz, at: i64) -> i32 {
    match newer(tz, at) {
        Some(found) => found.ut_offset(),
        None => tz.offset_from_utc_datetime(&utc(at).naive_utc()).fix().local_minus_utc(),
    }
}

/// All that is known of a zone at an instant in seconds since 1970.
pub(super) fn shown_at(tz: Tz, at: i64) -> Shown {
    if let Some(found) = newer(tz, at) {
        let name = found.time_zone_designation().to_owned();
        return Shown { offset: found.ut_offset(), saving: i32::from(found.is_dst()), name };
    }
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
