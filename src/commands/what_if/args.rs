//! The arguments of `plokk what-if`, and the scenario that one-off flags make.

use crate::args::At;
use crate::exit::Failure;
use chrono::NaiveDate;
use clap::{Args, ValueHint};
use plokk_engine::Settings;
use plokk_engine::what_if::{Ask, Change, Dates, Draws, Scenario, categories};
use plokk_solver::Options;
use std::path::PathBuf;

/// How hard is searched for the near weeks of each scenario: several are compared, and nothing is published.
const BLOCKS_EFFORT: f64 = 0.3;

#[derive(Debug, Args)]
pub(crate) struct WhatIf {
    #[command(flatten)]
    pub(crate) at: At,
    /// How many months to look ahead, 1 to 12
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=12))]
    pub(crate) months: u32,
    /// The scenarios to compare [default: scenarios.toml of the desk, if there is one and no change is asked for here]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) scenarios: Option<PathBuf>,
    /// Tracked time as CSV [default: tracked.csv of the desk, if there is one]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) tracked: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[command(flatten)]
    pub(crate) questions: Questions,
    #[command(flatten)]
    pub(crate) out: Out,
}

/// Changes asked for on the command line; together they are one scenario.
#[derive(Debug, Args)]
#[command(next_help_heading = "Changes, all of them one scenario")]
pub(crate) struct Asked {
    /// One more client, such as sydney:10h/week or sydney:10h/week:social@Australia/Sydney
    #[arg(long, value_name = "ID:HOURS/PERIOD")]
    add_client: Vec<String>,
    /// A client leaves
    #[arg(long, value_name = "ID")]
    drop_client: Vec<String>,
    /// Another retainer, such as acme:6h-12h/week or acme:none
    #[arg(long, value_name = "ID:MIN-MAX/PERIOD")]
    retainer: Vec<String>,
    /// Holidays or sick days, such as mari:2026-12-21..2027-01-03
    #[arg(long, value_name = "WHO:FROM..UNTIL")]
    away: Vec<String>,
    /// Other hours, such as "mari:mon-thu 09:00-15:00"
    #[arg(long, value_name = "WHO:DAYS HOURS")]
    hours: Vec<String>,
    /// One more assistant or a sub-contractor, such as "helper:mon-fri 09:00-13:00=social+design 20 EUR"
    #[arg(long, value_name = "ID:DAYS HOURS")]
    add_assistant: Vec<String>,
    /// How many times as much work arrives, such as social:1.3, acme:0.5 or 1.2
    #[arg(long, value_name = "WHAT:FACTOR")]
    demand: Vec<String>,
    /// How many times as long work takes, such as social:1.3, acme:1.5 or 1.2
    #[arg(long, value_name = "WHAT:FACTOR")]
    estimates: Vec<String>,
    /// A due date is moved to a day or by a length, such as UID=2026-11-20 or "UID=-2 days"
    #[arg(long, value_name = "TASK=TO")]
    due: Vec<String>,
    /// From that day on [default: today]; for new clients and assistants, retainers, hours, demand
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Until that day
    #[arg(long, value_name = "DATE")]
    until: Option<NaiveDate>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Questions")]
pub(crate) struct Questions {
    /// At most so many possible futures for the chances; 0: none
    #[arg(long, value_name = "N", default_value_t = 1000)]
    runs: usize,
    /// Enough futures are drawn when every chance is known within so many percent
    #[arg(long, value_name = "PERCENT", default_value_t = 3.0, value_parser = |text: &str| from_to(text, 0.0, 50.0))]
    within: f64,
    /// Seeds the dice
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Days an assistant is sick in a year, on average
    #[arg(long, value_name = "DAYS", default_value_t = 6.0, allow_negative_numbers = true,
        value_parser = |text: &str| from_to(text, 0.0, 365.0))]
    pub(crate) sick_days: f64,
    /// Plan the near weeks (the horizon of plokk.toml) in blocks, too: a search for each scenario
    #[arg(long, conflicts_with_all = ["csv", "sweep"])]
    blocks: bool,
    /// What the dearest hours are worth, and how far that holds
    #[arg(long)]
    prices: bool,
    /// How much more could be sold, and which mix pays best
    #[arg(long)]
    sell: bool,
    /// The smallest set of changes that makes a scenario harmless
    #[arg(long)]
    way_out: bool,
    /// What a helper would bring; skills may be named: social,design
    #[arg(long, value_name = "SKILLS", num_args = 0..=1, default_missing_value = "", value_delimiter = ',')]
    hire: Option<Vec<String>>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Out {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the scenarios as CSV, a line each
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// Write a page with plots
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) html: Option<PathBuf>,
    /// Work through a sweep (a file of sweep tables, or of scenarios) and add a line of CSV for each to --output
    #[arg(long, value_name = "FILE", requires = "output", value_hint = ValueHint::FilePath)]
    pub(crate) sweep: Option<PathBuf>,
    /// Where the sweep's lines go; those that are there already are not worked out again
    #[arg(short, long, value_name = "CSV", requires = "sweep", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Work through a part of the sweep only: the N-th of M, such as 2/8
    #[arg(long, value_name = "N/M", requires = "sweep", value_parser = part)]
    pub(crate) part: Option<(usize, usize)>,
}

impl Questions {
    pub(crate) fn draws(&self) -> Option<Draws> {
        let within = (self.within / 100.0).clamp(0.0, 1.0);
        (self.runs > 0).then_some(Draws { runs: self.runs, within, seed: self.seed })
    }

    /// What is asked.
    ///
    /// # Errors
    ///
    /// When a skill is misspelt.
    pub(crate) fn ask(&self, settings: &Settings) -> Result<Ask, Failure> {
        let named = |skills: &Vec<String>| {
            let skills: Vec<String> = skills.iter().filter(|skill| !skill.is_empty()).cloned().collect();
            categories(&skills, settings).map_err(|fault| Failure::Input(format!("--hire: {fault}")))
        };
        Ok(Ask {
            chances: self.draws(),
            near: self.blocks.then_some(Options { effort: BLOCKS_EFFORT, ..Options::default() }),
            prices: if self.prices { 8 } else { 0 },
            sell: self.sell,
            fit: true,
            way_out: self.way_out,
            hire: self.hire.as_ref().map(named).transpose()?,
        })
    }
}

impl Asked {
    /// The scenario that the flags make; `None` when nothing is asked for.
    ///
    /// # Errors
    ///
    /// Every flag that cannot be read.
    pub(crate) fn scenario(&self, settings: &Settings) -> Result<Option<Scenario>, Failure> {
        let dates = Dates { from: self.from, until: self.until };
        let from = self.from;
        let mut changes = Vec::new();
        let mut faults = Vec::new();
        let mut read = |flag: &str, texts: &[String], parse: &dyn Fn(&str) -> Result<Change, String>| {
            for text in texts {
                match parse(text) {
                    Ok(change) => changes.push(change),
                    Err(fault) => faults.push(format!("--{flag}: {fault}")),
                }
            }
        };
        read("add-client", &self.add_client, &|text| Change::add_client(text, settings, dates));
        read("add-assistant", &self.add_assistant, &|text| Change::add_assistant(text, settings, dates));
        read("drop-client", &self.drop_client, &|text| Change::drop_client(text, settings, from));
        read("retainer", &self.retainer, &|text| Change::retainer(text, settings, from));
        read("away", &self.away, &|text| Change::away(text, settings));
        read("hours", &self.hours, &|text| Change::hours(text, settings, dates));
        read("demand", &self.demand, &|text| Change::demand(text, settings, dates));
        read("estimates", &self.estimates, &|text| Change::estimates(text, settings));
        read("due", &self.due, &|text| Change::due(text));
        if self.until.zip(from).is_some_and(|(until, from)| until < from) {
            faults.push("--until: is before --from; swap them".to_owned());
        }
        if changes.is_empty() && faults.is_empty() && (from.is_some() || self.until.is_some()) {
            faults.push(
                "--from and --until: no change is asked for; name one, such as --demand 1.2".to_owned(),
            );
        }
        if !faults.is_empty() {
            return Err(Failure::Input(faults.join("\n")));
        }
        Ok((!changes.is_empty()).then(|| Scenario { name: "asked".to_owned(), changes }))
    }
}

/// A number in a range.
fn from_to(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("{text:?} is no number from {least} to {most}"))
}

/// `2/8`: the second of eight parts.
fn part(text: &str) -> Result<(usize, usize), String> {
    let wrong = || format!("{text:?} is no part; write it like 2/8");
    let (n, m) = text.split_once('/').ok_or_else(wrong)?;
    let (n, m): (usize, usize) = (n.parse().map_err(|_| wrong())?, m.parse().map_err(|_| wrong())?);
    if (1..=m).contains(&n) { Ok((n, m)) } else { Err(wrong()) }
}
