//! A message to a chat by an incoming webhook: Slack and what understands Slack's form, or Teams.

use plokk_engine::Changes;
use plokk_engine::settings::WebhookStyle;
use plokk_ical_io::http_agent;
use serde_json::{Value, json};
use std::time::Duration;

/// How long a webhook may take to answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Slack cuts texts that are longer; so does Teams a little later.
const MOST_LETTERS: usize = 3500;

/// Posts what has changed.
///
/// # Errors
///
/// Why it was not taken, without the address.
pub(super) fn post(
    url: &str,
    style: Option<WebhookStyle>,
    desk: &str,
    changes: &Changes,
) -> Result<(), String> {
    let body = match style.unwrap_or_else(|| guessed(url)) {
        WebhookStyle::Slack => slack(desk, changes),
        WebhookStyle::Teams => teams(desk, changes),
    };
    let agent = http_agent(url.starts_with("https"), TIMEOUT, proxy(url).as_deref(), &crate::trust::trust())?;
    let sent = agent.post(url).header("Content-Type", "application/json").send(body.to_string());
    let status = sent.map_err(|error| plokk_ical_io::http_error(&error, TIMEOUT))?.status();
    if status.is_success() { Ok(()) } else { Err(format!("the server answers {status}")) }
}

fn proxy(url: &str) -> Option<String> {
    let location = plokk_ical_io::FeedSpec::new(url, std::path::Path::new("")).location;
    crate::proxy::for_feed(&location, &|name| std::env::var(name).ok())
}

/// Teams' webhooks live at hosts of Microsoft's; everybody else understands Slack's form.
fn guessed(url: &str) -> WebhookStyle {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default().to_ascii_lowercase();
    let microsoft = [".logic.azure.com", ".powerplatform.com", ".office.com", ".office365.com"];
    if microsoft.iter().any(|end| host.ends_with(end)) { WebhookStyle::Teams } else { WebhookStyle::Slack }
}

/// <https://api.slack.com/messaging/webhooks>: `&`, `<` and `>` are control characters, and nothing that
/// a calendar says may call people.
fn slack(desk: &str, changes: &Changes) -> Value {
    let text = format!("Plokk, {desk}: {}", changes.to_text().trim_end());
    json!({ "text": cut(&text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") })
}

/// An Adaptive Card in a message, as Teams' workflows take it.
fn teams(desk: &str, changes: &Changes) -> Value {
    let block = |text: &str, more: Value| {
        let mut block = json!({ "type": "TextBlock", "text": text, "wrap": true });
        if let (Some(block), Some(more)) = (block.as_object_mut(), more.as_object()) {
            block.extend(more.clone());
        }
        block
    };
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": [
                    block(&format!("Plokk, {desk}"), json!({ "weight": "Bolder", "size": "Medium" })),
                    block(&cut(&changes.to_message()), json!({})),
                ],
            },
        }],
    })
}

/// No more letters than a chat takes.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_LETTERS) {
        Some((at, _)) => format!("{}\n...", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes() -> Changes {
        serde_json::from_value(json!({
            "at": "2026-10-20T03:00:00+03:00", "first": false, "blocks": 3,
            "clients": [{"client": "acme", "name": "Acme <!channel>", "changes": [{
                "kind": "moved", "task": "t", "summary": "Posts & *pictures*", "frozen": true, "reason": "a meeting",
                "from": {"assistant": "mari", "start": "2026-10-20T09:00:00+03:00", "end": "2026-10-20T10:00:00+03:00"},
                "to": {"assistant": "mari", "start": "2026-10-20T11:00:00+03:00", "end": "2026-10-20T12:00:00+03:00"},
            }]}],
        }))
        .expect("the changes are well formed")
    }

    #[test]
    fn slack_is_told_and_nobody_is_called() {
        let text = slack("office", &changes())["text"].as_str().map(str::to_owned).expect("a text");
        assert!(text.starts_with("Plokk, office: 1 moved\n"), "{text}");
        assert!(text.contains("Acme &lt;!channel&gt;") && text.contains("Posts &amp; *pictures*"), "{text}");
        assert!(
            text.contains("from Tue 2026-10-20 09:00-10:00 to 11:00-12:00 (inside the freeze): a meeting"),
            "{text}"
        );
    }

    #[test]
    fn teams_gets_a_card() {
        let card = &teams("office", &changes())["attachments"][0]["content"];
        assert_eq!(card["type"], "AdaptiveCard");
        let text = card["body"][1]["text"].as_str().expect("a text");
        assert!(text.contains("**Posts & \\*pictures\\***"), "{text}");
    }

    #[test]
    fn the_style_follows_from_the_address() {
        let style = guessed("https://prod-1.westeurope.logic.azure.com:443/workflows/x?sig=y");
        assert_eq!(style, WebhookStyle::Teams);
        assert_eq!(guessed("https://hooks.slack.com/services/T/B/x"), WebhookStyle::Slack);
        assert_eq!(guessed("https://chat.example/hooks/logic.azure.com"), WebhookStyle::Slack);
    }

    #[test]
    fn long_messages_are_cut_between_letters() {
        assert_eq!(cut(&"õ".repeat(MOST_LETTERS)).chars().count(), MOST_LETTERS);
        assert!(cut(&"õ".repeat(MOST_LETTERS + 1)).ends_with("\n..."));
    }
}
