//! Telling people what a night has changed: a webhook, a mail.

mod mail;
mod webhook;

use crate::secret::reveal;
use plokk_engine::Changes;
use plokk_engine::settings::NotifySettings;
use std::path::Path;

/// Tells everybody whom the settings name. What went wrong is given back in words that hold no secret;
/// it never costs the plan.
pub(crate) fn notify(settings: &NotifySettings, folder: &Path, desk: &str, changes: &Changes) -> Vec<String> {
    if changes.is_empty() && !settings.always {
        return Vec::new();
    }
    let mut troubles = Vec::new();
    if let Some(secret) = &settings.webhook {
        let told = reveal(secret, folder).and_then(|url| webhook::post(&url, settings.style, desk, changes));
        troubles.extend(told.err().map(|reason| format!("notify.webhook: {reason}")));
    }
    if let Some(mail) = &settings.mail {
        let password = mail.password.as_ref().map(|secret| reveal(secret, folder)).transpose();
        let told = password.and_then(|password| mail::send(mail, password, desk, changes));
        troubles.extend(told.err().map(|reason| format!("notify.mail: {reason}")));
    }
    troubles
}
