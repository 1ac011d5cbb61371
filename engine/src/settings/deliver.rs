//! `[publish]` and `[notify]`: where calendars are pushed to, and who is told what a night has changed.

use super::mail_server::{MailServer, server};
use super::read::email;
use super::reader::{Cause, Faults, Section, list, some_text, text};
use super::{Assistant, nearest};
use std::fmt;

/// `[publish]`: calendars that blocks are written to, beside the feeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishSettings {
    /// `[[publish.caldav]]`.
    pub caldav: Vec<CaldavSettings>,
}

/// `[[publish.caldav]]`: a CalDAV collection that an assistant's blocks are written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaldavSettings {
    /// Whose blocks: the assistant's id.
    pub assistant: String,
    /// The collection's address; it may hold credentials.
    pub url: Secret,
    /// The user's name, where the server wants one.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
}

/// `[notify]`: who is told what a night has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NotifySettings {
    /// Tell also when nothing has changed. Default: only when something has.
    pub always: bool,
    /// An incoming webhook: the address is all it takes to post, so it is a secret.
    pub webhook: Option<Secret>,
    /// How the webhook wants it; by its address when not said.
    pub style: Option<WebhookStyle>,
    /// `[notify.mail]`.
    pub mail: Option<MailSettings>,
}

/// How a webhook wants its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookStyle {
    /// `{"text": ...}`: Slack, Mattermost, Rocket.Chat.
    Slack,
    /// A message with an Adaptive Card: Microsoft Teams (Workflows).
    Teams,
}

/// `[notify.mail]`: a mail by SMTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSettings {
    /// To whom; at least one address.
    pub to: Vec<String>,
    /// From whom.
    pub from: String,
    /// The server.
    pub server: MailServer,
    /// The user's name, where the server wants one.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
}

/// Something that is never shown: a text, or where one is to be found.
///
/// ```
/// use plokk_engine::settings::Secret;
/// assert_eq!(format!("{:?}", Secret::Text("hunter2".into())), "Secret(not shown)");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// As written in the settings.
    Text(String),
    /// `env:NAME`: in an environment variable of the command.
    Environment(String),
    /// `file:PATH`: the first line of a file, relative to the desk.
    File(String),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

pub(super) fn publish(root: &Section, faults: &mut Faults, assistants: &[Assistant]) -> PublishSettings {
    let Some(s) = root.section(faults, "publish") else { return PublishSettings::default() };
    s.known(faults, &["caldav"]);
    let caldav = s.sections(faults, "caldav");
    PublishSettings { caldav: caldav.iter().filter_map(|s| collection(s, faults, assistants)).collect() }
}

fn collection(s: &Section, faults: &mut Faults, assistants: &[Assistant]) -> Option<CaldavSettings> {
    s.known(faults, &["assistant", "url", "user", "password"]);
    let hint = "such as \"https://dav.example/mari/plokk/\", or \"env:NAME\"";
    let url = s.required(faults, "url", hint, text(secret_url))?;
    let first = || assistants.first().map(|assistant| assistant.id.clone());
    let assistant = s.read(faults, "assistant", text(some_text)).or_else(first)?;
    if !assistants.iter().any(|known| known.id == assistant) {
        let ids = assistants.iter().map(|assistant| assistant.id.as_str());
        let hint = nearest::did_you_mean(&assistant, ids);
        let cause = Cause { hint, ..Cause::of(format!("nobody on the desk is {assistant:?}")) };
        s.fault(faults, "assistant", cause);
    }
    Some(CaldavSettings {
        assistant,
        url,
        user: s.read(faults, "user", text(some_text)),
        password: s.read(faults, "password", text(secret)),
    })
}

pub(super) fn notify(root: &Section, faults: &mut Faults) -> NotifySettings {
    let Some(s) = root.section(faults, "notify") else { return NotifySettings::default() };
    s.known(faults, &["when", "webhook", "style", "mail"]);
    NotifySettings {
        always: s.read(faults, "when", text(when)).unwrap_or(false),
        webhook: s.read(faults, "webhook", text(secret_url)),
        style: s.read(faults, "style", text(style)),
        mail: s.section(faults, "mail").and_then(|s| mail(&s, faults)),
    }
}

fn when(text: &str) -> Result<bool, Cause> {
    match text.trim().to_lowercase().as_str() {
        "changes" => Ok(false),
        "always" => Ok(true),
        other => Err(Cause::hinted(
            format!("unknown word {text:?}"),
            nearest::one_of(other, &["changes", "always"]),
        )),
    }
}

fn style(text: &str) -> Result<WebhookStyle, Cause> {
    match text.trim().to_lowercase().as_str() {
        "slack" => Ok(WebhookStyle::Slack),
        "teams" => Ok(WebhookStyle::Teams),
        other => {
            Err(Cause::hinted(format!("unknown style {text:?}"), nearest::one_of(other, &["slack", "teams"])))
        }
    }
}

fn mail(s: &Section, faults: &mut Faults) -> Option<MailSettings> {
    s.known(faults, &["to", "from", "server", "user", "password"]);
    let to = s.required(faults, "to", "such as [\"mari@example.org\"]", list(address));
    let from = s.required(faults, "from", "such as \"plokk@example.org\"", text(address));
    let server = s.required(faults, "server", "such as \"smtps://smtp.example.org:465\"", text(server));
    let to: Vec<String> = to?.into_iter().map(|(address, _)| address).collect();
    if to.is_empty() {
        s.fault(faults, "to", Cause::of("names nobody"));
    }
    Some(MailSettings {
        to,
        from: from?,
        server: server?,
        user: s.read(faults, "user", text(some_text)),
        password: s.read(faults, "password", text(secret)),
    })
}

/// An address, or `Name <address>`.
fn address(text: &str) -> Result<String, Cause> {
    let inner = text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<')).map(|(_, inner)| inner);
    email(inner.unwrap_or(text))?;
    Ok(text.trim().to_owned())
}

/// A secret as the settings write it.
fn secret(text: &str) -> Result<Secret, Cause> {
    let named = |name: &str, what: &str| {
        let name = name.trim();
        if name.is_empty() { Err(Cause::of(format!("names no {what}"))) } else { Ok(name.to_owned()) }
    };
    if let Some(name) = text.strip_prefix("env:") {
        return Ok(Secret::Environment(named(name, "variable")?));
    }
    if let Some(path) = text.strip_prefix("file:") {
        return Ok(Secret::File(named(path, "file")?));
    }
    if text.is_empty() { Err(Cause::of("is empty")) } else { Ok(Secret::Text(text.to_owned())) }
}

/// A secret that is an address. What is wrong with one is said without showing it.
fn secret_url(text: &str) -> Result<Secret, Cause> {
    let secret = secret(text.trim())?;
    match &secret {
        Secret::Text(url) if !is_url(url) => {
            Err(Cause::hinted("is no http or https address", "or write \"env:NAME\" or \"file:PATH\""))
        }
        _ => Ok(secret),
    }
}

/// Whether a text is an `http` or `https` address.
fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace))
}

/// Not part of what decides a plan: kept out of the digest of the rules.
pub(crate) fn forget(settings: &mut super::Settings) {
    settings.publish = PublishSettings::default();
    settings.notify = NotifySettings::default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SettingFault, Settings};

    const DESK: &str = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";

    fn read(text: &str) -> Result<Settings, Vec<SettingFault>> {
        Settings::read(&format!("{DESK}{text}"), "plokk.toml")
    }

    #[test]
    fn a_collection_and_who_is_told() {
        let settings = read(
            "[[publish.caldav]]\nurl = 'https://dav.example/mari/plokk/'\nuser = 'mari'\npassword = 'env:DAV'\n\
             [notify]\nwhen = 'always'\nwebhook = 'file:.plokk/webhook'\nstyle = 'teams'\n\
             [notify.mail]\nto = ['Mari <mari@example.org>']\nfrom = 'plokk@example.org'\nserver = 'smtps://mx:465'\n",
        )
        .expect("nothing is wrong with it");
        let collection = &settings.publish.caldav[0];
        assert_eq!((collection.assistant.as_str(), collection.user.as_deref()), ("mari", Some("mari")));
        assert_eq!(collection.password, Some(Secret::Environment("DAV".into())));
        assert!(settings.notify.always);
        assert_eq!(settings.notify.webhook, Some(Secret::File(".plokk/webhook".into())));
        assert_eq!(settings.notify.style, Some(WebhookStyle::Teams));
        assert_eq!(settings.notify.mail.map(|mail| mail.to), Some(vec!["Mari <mari@example.org>".into()]));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        let faults = read(
            "[[publish.caldav]]\nassistant = 'mary'\nurl = 'sekret'\n[notify]\nwebhook = 'sekret too'\nwhen = 'never'\n\
             [notify.mail]\nto = []\nfrom = 'plokk'\nserver = 'smtp://mari:sekret@mx'\n",
        )
        .expect_err("there is much wrong with it");
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(said.iter().all(|line| !line.contains("sekret")), "{said:#?}");
        for key in
            ["publish.caldav.url", "notify.webhook", "notify.when", "notify.mail.from", "notify.mail.server"]
        {
            assert!(said.iter().any(|line| line.contains(key)), "{key}: {said:#?}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let settings =
            read("[notify]\nwebhook = 'https://hooks.example/sekret'\n").expect("nothing is wrong");
        assert!(!format!("{settings:?}").contains("sekret"));
    }
}
