//! What a run has to say that stopped nothing.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Something in the input that cost only itself, and that somebody should look at.
///
/// ```
/// use plokk_engine::Warning;
/// let warning = Warning {
///     code: "bad-date".into(),
///     source: "feeds/acme.ics".into(),
///     line: Some(12),
///     message: "DUE is no date".into(),
/// };
/// assert_eq!(warning.to_string(), "feeds/acme.ics:12: DUE is no date [bad-date]");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Warning {
    /// What kind of fault, in kebab-case; stable from version to version.
    pub code: String,
    /// The feed or file it is about.
    pub source: String,
    /// The line in it, counted from 1, where one is known.
    pub line: Option<u32>,
    /// What is wrong, in words.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {} [{}]", self.message, self.code)
    }
}
