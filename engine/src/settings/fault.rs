//! What is wrong with a `plokk.toml`, and where.

use std::fmt;

/// One fault of a settings file: where it is, what is wrong, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SettingFault {
    /// The file, as it was named by the caller.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// The key at fault, with its tables: `assistant.timezone`. Empty when the text is not TOML.
    pub key: String,
    /// What is wrong.
    pub cause: String,
    /// What would be right, where that is known.
    pub hint: Option<String>,
}

impl fmt::Display for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.cause)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SettingFault {}
