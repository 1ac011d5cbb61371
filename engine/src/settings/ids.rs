//! Ids: they name files and people, so each must be safe as a file name and mean one person.

use super::reader::{Cause, Faults, Section};
use std::collections::BTreeMap;

/// File names that Windows keeps for devices.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Reads an id.
pub(crate) fn id(text: &str) -> Result<String, Cause> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let stem = text.split('.').next().unwrap_or(text).to_lowercase();
    let device = DEVICES.contains(&stem.as_str())
        || (stem.len() == 4
            && (stem.starts_with("com") || stem.starts_with("lpt"))
            && stem.ends_with(char::is_numeric));
    let shaped = text.chars().all(allowed)
        && text.starts_with(char::is_alphanumeric)
        && !text.ends_with('.')
        && text.chars().count() <= 64;
    if shaped && !device {
        return Ok(text.to_owned());
    }
    let mut slug = String::new();
    for c in text.chars().take(64) {
        match c {
            c if allowed(c) => slug.extend(c.to_lowercase()),
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let hint = if slug.is_empty() || device {
        "use letters and digits, such as \"acme\"".to_owned()
    } else {
        format!("write {slug:?}")
    };
    Err(Cause::hinted(format!("{text:?} cannot be a file name everywhere"), hint))
}

/// Notes every id that means a person or a published file that another one means already. File
/// systems may not tell capital letters from small ones.
pub(crate) fn unique(people: &[(Section, &str, bool)], faults: &mut Faults) {
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for (section, id, assistant) in people {
        let who = if *assistant { "assistant" } else { "client" };
        let mut names = vec![id.to_lowercase()];
        if *assistant {
            names.push(format!("{}-busy", id.to_lowercase()));
        }
        let clash = names.iter().find_map(|name| taken.get(name));
        if let Some(other) = clash {
            let cause = format!("{id:?} clashes with {other}");
            section.fault(faults, "id", Cause::hinted(cause, "give everybody an id of their own"));
        }
        for name in names {
            taken.entry(name).or_insert_with(|| format!("{who} {id:?}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_every_file_system_takes() {
        for good in ["mari", "acme-2", "a.b_c", "õde", "Console"] {
            assert!(id(good).is_ok(), "{good}");
        }
        for bad in ["", "../x", "a/b", "a b", ".hidden", "-x", "dot.", "CON", "nul.txt", "lpt1", "a:b"] {
            assert!(id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn suggests_a_safe_spelling() {
        let hint = id("Acme Pty / Ltd").expect_err("unsafe").hint;
        assert_eq!(hint.as_deref(), Some("write \"acme-pty-ltd\""));
    }
}
