//! Files and standard input, read whole.

use crate::exit::{Exit, Failure, Outcome};
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

/// Reads calendar files, and tells what is wrong with them. What becomes of the command in the end: a file that cannot
/// be read at all costs itself, and the exit status.
pub(crate) fn calendars(paths: &[PathBuf]) -> (Vec<Calendar>, Outcome) {
    let (mut calendars, mut unread) = (Vec::new(), Vec::new());
    for path in paths {
        match read(path) {
            Ok((name, bytes)) => {
                let reading = plokk_ical_io::read_owned(bytes, &name);
                tell(&reading.faults);
                calendars.push(reading.calendar);
            }
            Err(Failure::Input(reason)) => unread.push(reason),
            Err(failure) => return (calendars, Err(failure)),
        }
    }
    let outcome = if unread.is_empty() { Ok(Exit::Done) } else { Err(Failure::Input(unread.join("\n"))) };
    (calendars, outcome)
}

/// Tells what is wrong with calendars.
pub(crate) fn tell(faults: &[Fault]) {
    faults.iter().for_each(|fault| terminal::warn(fault));
}
