//! Changes for eyes: Markdown for `changes.md` and mail, a few lines for a chat.

use super::{Change, ChangeKind, Changes, Stretch};
use crate::words;
use chrono::{DateTime, FixedOffset};
use std::fmt::Write;

/// So many changes of one client are spelled out in a short message.
const SPELLED: usize = 8;

impl Changes {
    /// One line: what kind of changes there are, and how many.
    #[must_use]
    pub fn headline(&self) -> String {
        if self.first {
            return format!("the first plan: {}", words::count(self.blocks, "block"));
        }
        if self.is_empty() {
            return "nothing has changed".to_owned();
        }
        let parts = [
            (ChangeKind::Moved, "moved"),
            (ChangeKind::New, "new"),
            (ChangeKind::Out, "out"),
            (ChangeKind::Late, "now late"),
        ];
        let parts = parts.map(|(kind, word)| (self.count(kind), word));
        let said: Vec<String> =
            parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        said.join(", ")
    }

    /// The whole of it, as `changes.md` holds it.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut text =
            format!("# Changes of {}\n\n{}.\n", self.at.format("%a %Y-%m-%d %H:%M"), self.sentence());
        for client in &self.clients {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n## {}\n\n", escaped(&client.name));
            for change in &client.changes {
                let _ = writeln!(text, "- {}", markdown(change));
            }
        }
        text
    }

    /// The whole of it in plain lines, for a terminal or a mail.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", self.sentence());
        for client in &self.clients {
            let _ = write!(text, "\n{}\n", client.name);
            for change in &client.changes {
                let _ = writeln!(text, "  {}", plain(change));
            }
        }
        text
    }

    /// A message for a chat: the first few changes of every client.
    #[must_use]
    pub fn to_message(&self) -> String {
        let mut text = self.sentence();
        for client in &self.clients {
            let _ = write!(text, "\n\n**{}**", escaped(&client.name));
            for change in client.changes.iter().take(SPELLED) {
                let _ = write!(text, "\n- {}", markdown(change));
            }
            if client.changes.len() > SPELLED {
                let _ = write!(text, "\n- and {} more", client.changes.len() - SPELLED);
            }
        }
        text
    }

    fn sentence(&self) -> String {
        let headline = self.headline();
        let mut letters = headline.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }
}

fn plain(change: &Change) -> String {
    let what = place(change, |text| text.to_owned());
    format!("{what}: {}", change.reason)
}

fn markdown(change: &Change) -> String {
    let what = place(change, |text| format!("**{}**", escaped(text)));
    format!("{what}: {}", escaped(&change.reason))
}

/// What happened to what, and when.
fn place(change: &Change, name: impl Fn(&str) -> String) -> String {
    let frozen = if change.frozen { " (inside the freeze)" } else { "" };
    let summary = name(&change.summary);
    let team = change.from.as_ref().zip(change.to.as_ref()).is_some_and(|(a, b)| a.assistant != b.assistant);
    let at = |stretch: &Option<Stretch>| stretch.as_ref().map(|s| time(s, team)).unwrap_or_default();
    match change.kind {
        ChangeKind::Moved => {
            let to = match (&change.from, &change.to) {
                (Some(from), Some(to)) if !team && from.start.date_naive() == to.start.date_naive() => {
                    hours(to)
                }
                _ => at(&change.to),
            };
            format!("moved {summary} from {} to {to}{frozen}", at(&change.from))
        }
        ChangeKind::New => format!("new {summary}, {}", at(&change.to)),
        ChangeKind::Out => format!("out {summary}, {}{frozen}", at(&change.from)),
        ChangeKind::Late => format!("now late {summary}"),
    }
}

fn time(stretch: &Stretch, with_name: bool) -> String {
    let who = if with_name { format!(" ({})", stretch.assistant) } else { String::new() };
    format!("{} {}{who}", stretch.start.format("%a %Y-%m-%d"), hours(stretch))
}

fn hours(stretch: &Stretch) -> String {
    let clock = |time: DateTime<FixedOffset>| time.format("%H:%M").to_string();
    format!("{}-{}", clock(stretch.start), clock(stretch.end))
}

/// Text that Markdown leaves as it is, on one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '|' => {
                out.push('\\');
                out.push(c);
            }
            '\r' | '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
