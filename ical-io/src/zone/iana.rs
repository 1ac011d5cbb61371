//! A zone of the IANA database, by name.

use std::fmt;
use std::str::FromStr;

use chrono_tz::Tz;

use super::database::{self, Added};

/// A zone of the IANA time zone database that is in use: one that `chrono-tz` has too, or one that only a newer edition
/// has (see [`use_newer_tz`](crate::use_newer_tz)).
///
/// ```
/// use plokk_ical_io::IanaZone;
///
/// let tallinn: IanaZone = "Europe/Tallinn".parse()?;
/// assert_eq!(tallinn, chrono_tz::Europe::Tallinn.into());
/// assert_eq!(tallinn.name(), "Europe/Tallinn");
/// assert!("Europe/Atlantis".parse::<IanaZone>().is_err());
/// # Ok::<(), plokk_ical_io::UnknownZone>(())
/// ```
#[derive(Clone, Copy)]
pub struct IanaZone(pub(super) Source);

/// Where a zone's rules are.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// Those compiled in, and in a newer edition where there is one.
    Known(Tz),
    /// In a newer edition alone.
    Added(&'static Added),
}

impl IanaZone {
    /// UTC.
    pub const UTC: IanaZone = IanaZone(Source::Known(Tz::UTC));

    /// Its name in the database, such as `Europe/Tallinn`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Source::Known(tz) => tz.name(),
            Source::Added(added) => &added.name,
        }
    }

    /// All zones of the edition in use, as the program can name them.
    pub fn all() -> impl Iterator<Item = IanaZone> {
        let known = chrono_tz::TZ_VARIANTS.iter().map(|tz| IanaZone(Source::Known(*tz)));
        known.chain(database::added().iter().map(|added| IanaZone(Source::Added(added))))
    }

    /// The same zone of `chrono-tz`, where that has it.
    pub fn tz(self) -> Option<Tz> {
        match self.0 {
            Source::Known(tz) => Some(tz),
            Source::Added(_) => None,
        }
    }
}

impl From<Tz> for IanaZone {
    fn from(tz: Tz) -> Self {
        IanaZone(Source::Known(tz))
    }
}

impl FromStr for IanaZone {
    type Err = UnknownZone;

    /// A name, letter for letter.
    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        let added = || database::added().iter().find(|added| added.name == name).map(Source::Added);
        let found = name.parse().ok().map(Source::Known).or_else(added);
        found.map(IanaZone).ok_or_else(|| UnknownZone(name.to_owned()))
    }
}

impl PartialEq for IanaZone {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Source::Known(a), Source::Known(b)) => a == b,
            _ => self.name() == other.name(),
        }
    }
}

impl Eq for IanaZone {}

impl fmt::Debug for IanaZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for IanaZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no zone of the database in use has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone(String);

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no time zone {:?}", self.0)?;
        match super::nearest_zone(&self.0) {
            Some(near) => write!(f, "; did you mean {near}?"),
            None => write!(f, "; write it like Europe/Tallinn"),
        }
    }
}

impl std::error::Error for UnknownZone {}
