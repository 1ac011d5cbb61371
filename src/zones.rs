//! Which time zone database the run uses: the newest of the one built in and the system's.

use crate::exit::Failure;
use std::env;
use std::path::Path;

/// Names a folder of zone files (TZif), or `built-in` for the edition of this version of Plokk on every machine.
const CHOICE: &str = "PLOKK_TZDATA";

/// Where systems keep their zone files.
const SYSTEM: [&str; 4] =
    ["/usr/share/zoneinfo", "/var/db/timezone/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"];

/// Chooses, before any zone is looked at.
///
/// # Errors
///
/// When `PLOKK_TZDATA` names what is no time zone database.
pub(crate) fn choose() -> Result<(), Failure> {
    match env::var_os(CHOICE).filter(|choice| !choice.is_empty()) {
        Some(choice) if choice == "built-in" => {}
        Some(folder) => {
            let used = plokk_ical_io::use_newer_tz(Path::new(&folder));
            used.map_err(|error| Failure::Input(format!("{CHOICE}: {error}")))?;
        }
        None => {
            // Where there is none, or none that says its version, the one built in serves.
            let _ = SYSTEM.iter().find_map(|folder| plokk_ical_io::use_newer_tz(Path::new(folder)).ok());
        }
    }
    Ok(())
}
