//! The time zone that a client's name most likely means.

use plokk_ical_io::IanaZone;

/// The zone of a city: `sydney` is Australia/Sydney, `new-york` America/New_York; `None` for a name that is no
/// zone's city.
///
/// ```
/// use plokk_engine::what_if::guess_zone;
/// assert_eq!(guess_zone("sydney"), Some(chrono_tz::Australia::Sydney.into()));
/// assert_eq!(guess_zone("New York bakery"), Some(chrono_tz::America::New_York.into()));
/// assert_eq!(guess_zone("acme"), None);
/// ```
#[must_use]
pub fn guess_zone(name: &str) -> Option<IanaZone> {
    let words: Vec<String> =
        name.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    let mut best: Option<(usize, IanaZone)> = None;
    for tz in IanaZone::all() {
        // Only places: not "EST", "Etc/GMT" or "US/Central".
        let Some((area, city)) = tz.name().rsplit_once('/') else { continue };
        if matches!(area, "Etc" | "US" | "Canada" | "Brazil" | "Mexico" | "Chile" | "SystemV") {
            continue;
        }
        let city: Vec<String> = city.to_lowercase().split('_').map(str::to_owned).collect();
        let found = words.windows(city.len()).any(|part| part == city.as_slice());
        if found && best.is_none_or(|(length, _)| city.len() > length) {
            best = Some((city.len(), tz));
        }
    }
    best.map(|(_, tz)| tz)
}
