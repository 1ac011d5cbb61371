//! Secrets of the settings, looked up where they are kept. No message holds one.

use plokk_engine::settings::Secret;
use std::path::Path;

/// What a secret is; `folder` is the desk's.
///
/// # Errors
///
/// Why it cannot be had, without it.
pub(crate) fn reveal(secret: &Secret, folder: &Path) -> Result<String, String> {
    let found = match secret {
        Secret::Text(text) => text.clone(),
        Secret::Environment(name) => {
            std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))?
        }
        Secret::File(path) => {
            let text = std::fs::read_to_string(folder.join(path))
                .map_err(|error| format!("the file {path} cannot be read: {error}"))?;
            text.lines().next().unwrap_or_default().trim().to_owned()
        }
    };
    if found.is_empty() { Err("a secret is empty".to_owned()) } else { Ok(found) }
}
