//! What the commands of every night, and of those who subscribe, are asked for.

use super::{At, Folder, Search};
use chrono::NaiveTime;
use clap::{Args, Subcommand, ValueHint};
use plokk_ical_io::IanaZone;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Nightly {
    /// Desks, or folders of desks, however deep [default: the desk of --desk]
    #[arg(value_name = "DESK", value_hint = ValueHint::DirPath)]
    pub(crate) desks: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) at: At,
    #[command(flatten)]
    pub(crate) search: Search,
    /// Show what would change and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print what came of it as JSON: one object a desk, one a line
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with status 1 when work is late or unscheduled on any desk
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print only what is wrong: cron mails whatever is printed
    #[arg(short, long, conflicts_with = "json")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct History {
    #[command(flatten)]
    pub(crate) of: Folder,
    /// Show what this night changed
    #[arg(value_name = "NUMBER")]
    pub(crate) night: Option<u32>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Undo {
    /// Which night's calendars to publish again, as `plokk history` numbers them [default: those before the
    /// ones that are published now]
    #[arg(value_name = "NUMBER")]
    pub(crate) night: Option<u32>,
    #[command(flatten)]
    pub(crate) at: At,
    /// Show what would change and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Token {
    #[command(subcommand)]
    pub(crate) act: TokenAct,
}

/// What to do about tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenAct {
    /// Make a token, and print the address that it opens; it is shown this once
    Make(TokenMake),
    /// List the tokens: what they open, never the tokens themselves
    List(TokenDesk),
    /// Take tokens back: their addresses stop working at once
    Revoke(TokenRevoke),
}

#[derive(Debug, Args)]
pub(crate) struct TokenMake {
    /// What it opens: the name of a calendar without .ics (an assistant's id, such as mari; mari-busy; a
    /// client's id), or plan
    #[arg(required = true, value_name = "NAME")]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) of: Folder,
    /// For whom it is, to find it again
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) note: String,
    /// Where subscribers reach the server, such as `https://calendars.example.org`
    #[arg(long, value_name = "URL", value_parser = base_url, default_value = "http://localhost:8323")]
    pub(crate) url: String,
}

#[derive(Debug, Args)]
pub(crate) struct TokenDesk {
    #[command(flatten)]
    pub(crate) of: Folder,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TokenRevoke {
    /// The tokens' ids, as `plokk token list` shows them
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    #[command(flatten)]
    pub(crate) of: Folder,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Desks, or folders of desks, however deep
    #[arg(default_value = ".", value_name = "DESK", value_hint = ValueHint::DirPath)]
    pub(crate) desks: Vec<PathBuf>,
    /// Where to listen; put a server that speaks TLS in front of it for the world
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8323")]
    pub(crate) listen: SocketAddr,
    /// Where subscribers reach it, such as `https://calendars.example.org` [default: as they ask for it]
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub(crate) url: Option<String>,
    /// Run the nightly job every day at this time
    #[arg(long, value_name = "HH:MM", value_parser = time_of_day)]
    pub(crate) nightly: Option<NaiveTime>,
    /// The zone of that time [default: this computer's]
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<IanaZone>,
    /// At most so many connections at one time
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) connections: u32,
    /// Give up a connection on which nothing has moved for so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) patience: u32,
}

fn base_url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let clean = |rest: &str| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_graphic() && !"\"<>?#@\\".contains(c))
    };
    if rest.is_some_and(clean) {
        return Ok(text.to_owned());
    }
    Err("an address reads like https://calendars.example.org".to_owned())
}

fn time_of_day(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| "a time of day reads like 03:00".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_times_are_checked_at_the_door() {
        assert_eq!(base_url("https://c.example/plokk/"), Ok("https://c.example/plokk".to_owned()));
        for bad in ["c.example", "https://", "https://a b", "https://u@c.example", "javascript:alert(1)"] {
            assert!(base_url(bad).is_err(), "{bad}");
        }
        assert!(time_of_day("03:00").is_ok() && time_of_day("24:00").is_err() && time_of_day("3am").is_err());
    }
}
