//! The command line: raw flags, and the checked requests that are made of them once.

mod night;

pub(crate) use night::{History, Nightly, Serve, Token, TokenAct, TokenDesk, TokenMake, TokenRevoke, Undo};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use clap::{Args, Parser, Subcommand, ValueHint};
use plokk_ical_io::{IanaZone, Window, Zone};
use plokk_solver::Options;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Plans a week of client work from everybody's calendars, and publishes the result as feeds.
#[derive(Debug, Parser)]
#[command(name = "plokk", version, arg_required_else_help = true, propagate_version = true)]
#[command(after_help = "Exit status: 0 done; 1 with --strict, when work is late or unscheduled; \
                        2 the input or the arguments are at fault; 3 plokk is; \
                        130 Ctrl-C, before all was begun.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a desk to start from: a commented plokk.toml, and small calendars that plan at once
    Init(Init),
    /// Say what is understood from plokk.toml and from each feed, and what is wrong
    Check(Check),
    /// Plan the work and publish the calendars
    Plan(Plan),
    /// Say why a task is where it is, or why it is not planned, and what would change that
    Explain(Explain),
    /// Compare scenarios over months: what would slip, when it would fit, how sure that is, what an hour is worth
    WhatIf(Box<crate::commands::WhatIf>),
    /// Solve a planning problem given as JSON (plokk-problem/1), or a folder of them
    Solve(Solve),
    /// List the occurrences in calendar files: what recurs, expanded
    Occurrences(Occurrences),
    /// Say when calendar files leave no time, as FREEBUSY lines
    Freebusy(Freebusy),
    /// List the instances of a recurrence rule
    Recur(Recur),
    /// Plan every night, for one desk or thousands: refresh, plan from the last plan, publish, say what changed
    Nightly(Nightly),
    /// List the plans that were published
    History(History),
    /// Publish an earlier plan again
    Undo(Undo),
    /// Make, list and take back the tokens in the addresses of served calendars
    Token(Token),
    /// Serve the calendars of one or many desks to those who subscribe
    Serve(Serve),
    /// Print shell completions
    Completions(Completions),
}

/// Which desk.
#[derive(Clone, Debug, Args)]
pub(crate) struct Folder {
    /// The folder with plokk.toml
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) desk: PathBuf,
}

/// Which desk, and at what time.
#[derive(Clone, Debug, Args)]
pub(crate) struct At {
    #[command(flatten)]
    pub(crate) of: Folder,
    /// Plan as if it were this moment, such as 2026-10-19T08:00:00+03:00 [default: the clock]
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    now: Option<DateTime<Utc>>,
    /// Believe this feed although it is empty, cut short or has lost most of its events; the desk's
    /// name for it; may be given several times
    #[arg(long, value_name = "FEED")]
    pub(crate) accept: Vec<String>,
}

impl At {
    /// Whether the moment is said.
    pub(crate) fn is_set(&self) -> bool {
        self.now.is_some()
    }

    /// The moment of the run: as said, or by the clock, in whole seconds as calendars have them.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now.unwrap_or_else(clock)
    }
}

/// How long to search.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Search {
    /// Search for so many seconds and take the best plan so far [default: stop by work done]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) time_limit: Option<Duration>,
    /// How hard to search, in multiples of the usual work, 0.01 to 1000 [default: 1; for a folder
    /// of problems 0.5; with --time-limit: until then]
    #[arg(long, value_name = "N", value_parser = effort)]
    effort: Option<f64>,
}

/// How hard to search for each of a folder of problems: more than two nearly full desks of two weeks a second on two processors.
/// Half the work costs 1 to 2% on full desks.
const EFFORT_OF_MANY: f64 = 0.5;

impl Search {
    /// Whether nothing is said about it.
    pub(crate) fn is_default(self) -> bool {
        self.time_limit.is_none() && self.effort.is_none()
    }

    /// How hard to search, where that is said.
    pub(crate) fn effort(self) -> Option<f64> {
        self.effort
    }

    pub(crate) fn options(self) -> Options {
        self.options_from(Options::default().effort)
    }

    /// As [`Search::options`] for each of many problems, for which there is less time.
    pub(crate) fn options_of_many(self) -> Options {
        self.options_from(EFFORT_OF_MANY)
    }

    fn options_from(self, usual: f64) -> Options {
        Options {
            effort: self.effort.unwrap_or(usual),
            until_stopped: self.time_limit.is_some() && self.effort.is_none(),
            ..Options::default()
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder to make the desk in; it is made when it is not there
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) desk: PathBuf,
    /// The day the example work starts [default: today]
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    now: Option<DateTime<Utc>>,
    /// Your time zone, such as Europe/Tallinn [default: this computer's]
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<IanaZone>,
}

impl Init {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now.unwrap_or_else(clock)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) at: At,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) at: At,
    #[command(flatten)]
    pub(crate) search: Search,
    /// Show the plan and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print the plan as JSON (what plan.json holds)
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with status 1 when work is late or unscheduled
    #[arg(long)]
    pub(crate) strict: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The task's id, the start of it, or words of its summary
    pub(crate) task: String,
    #[command(flatten)]
    pub(crate) at: At,
    #[command(flatten)]
    pub(crate) search: Search,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Solve {
    /// The problem; - is standard input. A folder: every *.json in it, each for itself, and a bad
    /// one spoils no other
    #[arg(value_name = "PROBLEM", value_hint = ValueHint::AnyPath)]
    pub(crate) problem: PathBuf,
    /// Where the solution goes [default: standard output]; for a folder of problems, the folder
    /// that gets a solution of the same name for each
    #[arg(short, long, value_name = "SOLUTION", value_hint = ValueHint::AnyPath)]
    pub(crate) output: Option<PathBuf>,
    /// Write a JSON line {"seconds", "cost", "bound"} whenever one gets better; for a folder of
    /// problems, the folder that gets a .jsonl file for each
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) trace: Option<PathBuf>,
    /// Print what came of it as JSON: status, cost, bound and gap
    #[arg(long, requires = "output")]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) search: Search,
}

/// Calendar files, and the time to look at.
#[derive(Debug, Args)]
pub(crate) struct Look {
    /// Calendar files; - is standard input
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// From then on, such as 2026-10-19T06:00:00Z or 2026-10-19
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Moment,
    /// Until then
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Moment,
    /// The zone of dates and of times that name none, such as Europe/Tallinn [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    zone: Option<Zone>,
}

impl Look {
    /// The half-open window; dates begin at midnight in the zone.
    pub(crate) fn window(&self) -> Window {
        let zone = self.zone.clone().unwrap_or(Zone::UTC);
        Window::new(self.from.in_zone(&zone), self.to.in_zone(&zone))
    }

    /// The zone of dates and of floating times.
    pub(crate) fn floating(&self) -> Zone {
        self.zone.clone().unwrap_or(Zone::Floating)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Occurrences {
    #[command(flatten)]
    pub(crate) look: Look,
    /// List tasks (VTODO), not events
    #[arg(long)]
    pub(crate) todo: bool,
    /// Print a JSON object for each, one a line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Freebusy {
    #[command(flatten)]
    pub(crate) look: Look,
    /// Whose calendars they are: meetings that this address has declined do not count
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) owner: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Recur {
    /// The rule, such as FREQ=WEEKLY;BYDAY=MO
    pub(crate) rule: String,
    /// The first instance, such as 20261019T090000 (local), 20261019T060000Z or 20261019
    #[arg(long, value_name = "TIME")]
    pub(crate) dtstart: String,
    /// The zone of a local DTSTART
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub(crate) zone: Option<Zone>,
    /// The first so many instances only
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<usize>,
}

/// A time as people write one: an instant, or a local time or date whose zone is said elsewhere.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Instant(DateTime<Utc>),
    Local(NaiveDateTime),
}

impl Moment {
    fn in_zone(self, zone: &Zone) -> DateTime<Utc> {
        match self {
            Moment::Instant(instant) => instant,
            Moment::Local(local) => plokk_ical_io::instant(local, zone),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Reads the command line; on a fault it says so and ends the process with status 2.
pub(crate) fn parse() -> Command {
    Cli::parse().command
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let instant = DateTime::parse_from_rfc3339(text)
        .map_err(|error| format!("{error}; a time reads like 2026-10-19T08:00:00+03:00"))?
        .to_utc();
    Ok(instant - TimeDelta::nanoseconds(i64::from(instant.timestamp_subsec_nanos())))
}

fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(instant) = instant(text) {
        return Ok(Moment::Instant(instant));
    }
    if let Ok(utc) = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ") {
        return Ok(Moment::Instant(utc.and_utc()));
    }
    let times = ["%Y%m%dT%H%M%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let time = times.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let date = || ["%Y-%m-%d", "%Y%m%d"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
    time.or_else(|| Some(date()?.and_time(NaiveTime::MIN)))
        .map(Moment::Local)
        .ok_or_else(|| "a time reads like 2026-10-19T06:00:00Z, 20261019T060000Z or 2026-10-19".to_owned())
}

fn zone(name: &str) -> Result<Zone, String> {
    Zone::named(name).ok_or_else(|| match plokk_ical_io::nearest_zone(name) {
        Some(nearest) => format!("there is no such time zone; did you mean {nearest}?"),
        None => "there is no such time zone".to_owned(),
    })
}

fn clock() -> DateTime<Utc> {
    let now = DateTime::<Utc>::from(SystemTime::now());
    now - TimeDelta::nanoseconds(i64::from(now.timestamp_subsec_nanos()))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds is wanted".to_owned())?;
    if seconds.is_nan() || seconds <= 0.0 {
        return Err("more than 0 seconds are wanted".to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn effort(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(effort) if (0.01..=1000.0).contains(&effort) => Ok(effort),
        _ => Err("a number from 0.01 to 1000 is wanted".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_are_whole_seconds() {
        let time = instant("2026-10-19T08:00:00.75+03:00").expect("it is RFC 3339");
        assert_eq!(time.to_rfc3339(), "2026-10-19T05:00:00+00:00");
        assert!(instant("2026-10-19").is_err());
    }

    #[test]
    fn moments_are_instants_or_local() {
        let tallinn = zone("Europe/Tallinn").expect("there is such a zone");
        let at = |text: &str| moment(text).map(|m| m.in_zone(&tallinn).to_rfc3339());
        let expected = Ok("2026-10-19T06:00:00+00:00".to_owned());
        for text in ["2026-10-19T06:00:00Z", "20261019T060000Z", "20261019T090000", "2026-10-19T09:00"] {
            assert_eq!(at(text), expected, "{text}");
        }
        assert_eq!(at("2026-10-19"), Ok("2026-10-18T21:00:00+00:00".to_owned()));
        assert!(at("soon").is_err());
        assert!(zone("Europe/Talin").is_err_and(|error| error.contains("Europe/Tallinn")));
    }

    #[test]
    fn limits_are_checked_at_the_door() {
        assert!(seconds("0").is_err() && seconds("-1").is_err() && seconds("NaN").is_err());
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1500)));
        assert!(effort("0").is_err() && effort("NaN").is_err());
        assert_eq!(effort("0.5"), Ok(0.5));
    }
}
