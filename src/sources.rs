//! Files and standard input, read whole.

use crate::exit::Failure;
use crate::terminal;
use plokk_ical_io::{Calendar, Fault};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What standard input is called in arguments.
const STDIN: &str = "-";

/// What a file holds, or standard input for `-`; and what to call it in faults.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn read(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    if path.as_os_str() == STDIN {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| Failure::input(format!("standard input: {error}")))?;
        return Ok(("standard input".to_owned(), bytes));
    }
    let bytes = fs::read(path).map_err(|error| Failure::file(path, "read", &error))?;
    Ok((path.display().to_string(), bytes))
}

/// Reads calendar files, and tells what is wrong with them.
///
/// # Errors
///
/// When a file cannot be read at all.
pub(crate) fn calendars(paths: &[PathBuf]) -> Result<Vec<Calendar>, Failure> {
    let calendar = |path: &PathBuf| {
        let (name, bytes) = read(path)?;
        let reading = plokk_ical_io::read(&bytes, &name);
        tell(&reading.faults);
        Ok(reading.calendar)
    };
    paths.iter().map(calendar).collect()
}

/// Tells what is wrong with calendars.
pub(crate) fn tell(faults: &[Fault]) {
    faults.iter().for_each(|fault| terminal::warn(fault));
}
