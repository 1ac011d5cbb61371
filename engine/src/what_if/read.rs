//! `scenarios.toml`, read with the same care as `plokk.toml`: every fault in one go, each with its place.

use super::scenario::{Change, Dates, Moved, NewAssistant, NewClient, Scenario, Which};
use super::zones::guess_zone;
use crate::settings::duration::duration;
use crate::settings::hours::week;
use crate::settings::ids::id;
use crate::settings::money::fee;
use crate::settings::nearest::one_of;
use crate::settings::reader::{Cause, Faults, Section, list, number, some_text, text};
use crate::settings::zone::zone;
use crate::settings::{
    Assistant, Category, Period, SettingFault, Settings, WeekHours, period, retainer, syntax,
};
use chrono::{NaiveDate, TimeDelta};

const KEYS: [&str; 11] = [
    "name",
    "combine",
    "add_client",
    "drop_client",
    "retainer",
    "away",
    "hours",
    "add_assistant",
    "demand",
    "estimates",
    "due",
];

impl Scenario {
    /// Reads the text of a `scenarios.toml` for a desk; `file` names it in faults.
    ///
    /// ```
    /// use plokk_engine::Settings;
    /// use plokk_engine::what_if::Scenario;
    /// # let toml = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
    /// let settings = Settings::read(toml, "plokk.toml").expect("nothing is wrong with it");
    /// let text = r#"
    ///     [[scenario]]
    ///     name = "sydney"
    ///     add_client = [{ id = "sydney", hours = "10h", from = 2027-01-01, fee = "40 EUR" }]
    ///
    ///     [[scenario]]
    ///     name = "summer"
    ///     combine = ["sydny"]
    /// "#;
    /// let faults = Scenario::read(text, "scenarios.toml", &settings).expect_err("one slip");
    /// assert_eq!(
    ///     faults[0].to_string(),
    ///     "scenarios.toml:8: scenario.combine: no scenario \"sydny\" stands above; did you mean \"sydney\"?"
    /// );
    /// # Ok::<(), ()>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Every fault of the file, in the order of its lines.
    pub fn read(source: &str, file: &str, settings: &Settings) -> Result<Vec<Scenario>, Vec<SettingFault>> {
        let mut faults = Faults::new(file, source);
        let (document, healed) = syntax::parse(source, &mut faults);
        let Some(document) = document else { return Err(faults.into_sorted()) };
        faults.forgive_missing(healed);
        let root = Section::root(document.as_table());
        root.known(&mut faults, &["scenario"]);
        let mut scenarios: Vec<Scenario> = Vec::new();
        for section in root.sections(&mut faults, "scenario") {
            let read = Reading { settings, s: &section }.scenario(&mut faults, &scenarios);
            scenarios.push(read);
        }
        let faults = faults.into_sorted();
        if faults.is_empty() { Ok(scenarios) } else { Err(faults) }
    }
}

/// One scenario being read.
struct Reading<'r, 't> {
    settings: &'r Settings,
    s: &'r Section<'t>,
}

impl Reading<'_, '_> {
    fn scenario(&self, faults: &mut Faults, above: &[Scenario]) -> Scenario {
        let s = self.s;
        s.known(faults, &KEYS);
        let hint = "say how tables call it, such as \"sydney\"";
        let name = s.required(faults, "name", hint, text(some_text)).unwrap_or_default();
        if above.iter().any(|other| other.name == name && !name.is_empty()) || name == "today" {
            s.fault(faults, "name", Cause::of(format!("there is a scenario {name:?} already")));
        }
        let mut changes = self.combined(faults, above);
        // People first: what comes after may be about them.
        let added = self.add_clients(faults);
        let clients = self.clients(&changes, &added);
        changes.extend(added.into_iter().map(Change::AddClient));
        changes.extend(self.add_assistants(faults));
        changes.extend(self.drop_clients(faults, &clients));
        changes.extend(self.retainers(faults, &clients));
        changes.extend(self.away(faults));
        changes.extend(self.hours(faults));
        changes.extend(self.factors(faults, &clients));
        changes.extend(self.dues(faults));
        Scenario { name, changes }
    }

    fn combined(&self, faults: &mut Faults, above: &[Scenario]) -> Vec<Change> {
        let mut changes = Vec::new();
        for (name, span) in self.s.read(faults, "combine", list(some_text)).unwrap_or_default() {
            match above.iter().find(|other| other.name == name) {
                Some(other) => changes.extend(other.changes.iter().cloned()),
                None => {
                    let known: Vec<&str> = above.iter().map(|other| other.name.as_str()).collect();
                    let cause = format!("no scenario {name:?} stands above");
                    faults.add(&span, self.s.name("combine"), Cause::hinted(cause, one_of(&name, &known)));
                }
            }
        }
        changes
    }

    fn clients(&self, changes: &[Change], added: &[NewClient]) -> Vec<String> {
        let earlier = changes.iter().filter_map(|change| match change {
            Change::AddClient(client) => Some(client.id.clone()),
            _ => None,
        });
        let there = self.settings.clients.iter().map(|client| client.id.clone());
        there.chain(earlier).chain(added.iter().map(|client| client.id.clone())).collect()
    }

    fn add_clients(&self, faults: &mut Faults) -> Vec<NewClient> {
        let keys = ["id", "hours", "per", "timezone", "category", "fee", "weight", "from", "until"];
        let mut clients = Vec::new();
        for s in self.s.sections(faults, "add_client") {
            s.known(faults, &keys);
            let id = s.required(faults, "id", "such as \"sydney\"", text(id)).unwrap_or_default();
            if self.settings.clients.iter().any(|client| client.id == id) {
                s.fault(
                    faults,
                    "id",
                    Cause::hinted(
                        format!("{id:?} is on the desk already"),
                        "use demand to have more work from a client",
                    ),
                );
            }
            let hours =
                s.required(faults, "hours", "how much each week brings, such as \"10h\"", text(duration));
            let guessed = guess_zone(&id).unwrap_or_else(|| self.settings.assistants[0].timezone);
            clients.push(NewClient {
                hours: hours.unwrap_or_default(),
                per: s.read(faults, "per", text(period)).unwrap_or(Period::Week),
                timezone: s.read(faults, "timezone", text(zone)).unwrap_or(guessed),
                category: self.category(&s, faults).unwrap_or_else(|| Category::GENERAL.to_owned()),
                fee: s.read(faults, "fee", text(fee)),
                weight: s.read(faults, "weight", number(0.0, 1000.0)).unwrap_or(1.0),
                dates: dates(&s, faults),
                id,
            });
        }
        clients
    }

    fn add_assistants(&self, faults: &mut Faults) -> Vec<Change> {
        let keys = ["id", "timezone", "hours", "skills", "rate", "cost", "most", "from", "until"];
        let mut assistants = Vec::new();
        for s in self.s.sections(faults, "add_assistant") {
            s.known(faults, &keys);
            let id = s.required(faults, "id", "such as \"helper\"", text(id)).unwrap_or_default();
            if self.settings.assistants.iter().any(|assistant| assistant.id == id) {
                s.fault(
                    faults,
                    "id",
                    Cause::hinted(format!("{id:?} works here already"), "use hours to change hers"),
                );
            }
            let skills = s.read(faults, "skills", list(some_text));
            let assistant = Assistant {
                name: id.clone(),
                email: None,
                timezone: s
                    .read(faults, "timezone", text(zone))
                    .unwrap_or(self.settings.assistants[0].timezone),
                hours: s
                    .section(faults, "hours")
                    .map_or_else(WeekHours::office, |hours| week(&hours, faults)),
                feeds: Vec::new(),
                skills: skills.map(|skills| skills.into_iter().map(|(skill, _)| skill).collect()),
                rate: s.read(faults, "rate", number(0.0, 1e6)).unwrap_or(0.0),
                id,
            };
            let cost = s.read(faults, "cost", text(fee));
            let most = s.read(faults, "most", text(duration));
            let dates = dates(&s, faults);
            assistants.push(Change::AddAssistant(Box::new(NewAssistant { assistant, cost, most, dates })));
        }
        assistants
    }

    fn drop_clients(&self, faults: &mut Faults, clients: &[String]) -> Vec<Change> {
        let mut changes = Vec::new();
        for s in self.s.sections(faults, "drop_client") {
            s.known(faults, &["client", "from"]);
            let client = known(&s, faults, "client", clients, true).unwrap_or_default();
            changes.push(Change::DropClient { client, from: date(&s, faults, "from") });
        }
        changes
    }

    fn retainers(&self, faults: &mut Faults, clients: &[String]) -> Vec<Change> {
        let mut changes = Vec::new();
        for s in self.s.sections(faults, "retainer") {
            s.known(faults, &["client", "retainer", "from"]);
            let client = known(&s, faults, "client", clients, true).unwrap_or_default();
            let retainer = retainer(&s, faults);
            changes.push(Change::Retainer { client, retainer, from: date(&s, faults, "from") });
        }
        changes
    }

    fn assistants(&self) -> Vec<String> {
        self.settings.assistants.iter().map(|assistant| assistant.id.clone()).collect()
    }

    fn away(&self, faults: &mut Faults) -> Vec<Change> {
        let mut changes = Vec::new();
        for s in self.s.sections(faults, "away") {
            s.known(faults, &["who", "from", "until"]);
            let who = known(&s, faults, "who", &self.assistants(), false);
            for key in ["from", "until"] {
                if !s.has(key) {
                    s.fault(faults, key, Cause::hinted("is missing", "such as 2026-12-21"));
                }
            }
            changes.push(Change::Away { who, dates: dates(&s, faults) });
        }
        changes
    }

    fn hours(&self, faults: &mut Faults) -> Vec<Change> {
        let mut changes = Vec::new();
        for s in self.s.sections(faults, "hours") {
            s.known(faults, &["who", "hours", "from", "until"]);
            let who = known(&s, faults, "who", &self.assistants(), true).unwrap_or_default();
            if !s.has("hours") {
                let hint = "such as { mon-fri = [\"09:00-15:00\"] }";
                s.fault(faults, "hours", Cause::hinted("is missing", hint));
            }
            let hours =
                s.section(faults, "hours").map_or_else(WeekHours::default, |hours| week(&hours, faults));
            changes.push(Change::Hours { who, hours, dates: dates(&s, faults) });
        }
        changes
    }

    fn factors(&self, faults: &mut Faults, clients: &[String]) -> Vec<Change> {
        let mut changes = Vec::new();
        for s in self.s.sections(faults, "demand") {
            s.known(faults, &["client", "category", "factor", "from", "until"]);
            let which = self.which(&s, faults, clients);
            let factor = s.required(faults, "factor", "such as 1.3", number(0.0, 100.0)).unwrap_or(1.0);
            changes.push(Change::Demand { which, factor, dates: dates(&s, faults) });
        }
        for s in self.s.sections(faults, "estimates") {
            s.known(faults, &["client", "category", "factor"]);
            let which = self.which(&s, faults, clients);
            let factor = s.required(faults, "factor", "such as 1.2", number(0.01, 100.0)).unwrap_or(1.0);
            changes.push(Change::Estimates { which, factor });
        }
        changes
    }

    fn which(&self, s: &Section, faults: &mut Faults, clients: &[String]) -> Which {
        Which { client: known(s, faults, "client", clients, false), category: self.category(s, faults) }
    }

    /// A category need not have a table; one that is spelt nearly like a table's name is a slip.
    fn category(&self, s: &Section, faults: &mut Faults) -> Option<String> {
        let name = s.read(faults, "category", text(some_text))?;
        let tables: Vec<&str> = self.settings.categories.iter().map(|table| table.name.as_str()).collect();
        if let Some(table) = tables.iter().find(|table| table.to_lowercase() == name.to_lowercase()) {
            return Some((*table).to_owned());
        }
        if let Some(hint) = crate::settings::nearest::did_you_mean(&name, tables) {
            s.fault(faults, "category", Cause::hinted(format!("unknown category {name:?}"), hint));
        }
        Some(name)
    }

    fn dues(&self, faults: &mut Faults) -> Vec<Change> {
        let mut changes = Vec::new();
        for s in self.s.sections(faults, "due") {
            s.known(faults, &["task", "to", "by"]);
            let task = s.required(faults, "task", "the task's UID", text(some_text)).unwrap_or_default();
            let to = date(&s, faults, "to").map(Moved::To);
            let by = s.read(faults, "by", text(signed)).map(Moved::By);
            match to.or(by) {
                Some(to) => changes.push(Change::Due { task, to }),
                None if s.has("to") || s.has("by") => {}
                None => s.fault(
                    faults,
                    "to",
                    Cause::hinted("is missing, and so is by", "such as to = 2026-11-20, or by = \"-2 days\""),
                ),
            }
        }
        changes
    }
}

/// A length with a sign.
pub(super) fn signed(text: &str) -> Result<TimeDelta, Cause> {
    let trimmed = text.trim();
    match trimmed.strip_prefix('-') {
        Some(rest) => duration(rest).map(|length| -length),
        None => duration(trimmed.strip_prefix('+').unwrap_or(trimmed)),
    }
}

/// One of the names there are.
fn known(s: &Section, faults: &mut Faults, key: &str, names: &[String], needed: bool) -> Option<String> {
    let read = if needed {
        s.required(faults, key, "say whose", text(some_text))
    } else {
        s.read(faults, key, text(some_text))
    }?;
    if !names.contains(&read) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        s.fault(faults, key, Cause::hinted(format!("nobody here is called {read:?}"), one_of(&read, &names)));
    }
    Some(read)
}

fn dates(s: &Section, faults: &mut Faults) -> Dates {
    let dates = Dates { from: date(s, faults, "from"), until: date(s, faults, "until") };
    if let (Some(from), Some(until)) = (dates.from, dates.until)
        && until < from
    {
        s.fault(faults, "until", Cause::hinted("is before from", "swap them"));
    }
    dates
}

/// A date, as TOML has it or as a text.
fn date(s: &Section, faults: &mut Faults, key: &str) -> Option<NaiveDate> {
    s.read(faults, key, |item| {
        let written =
            item.as_datetime().map(ToString::to_string).or_else(|| item.as_str().map(str::to_owned));
        let date = written.as_deref().and_then(|text| text.trim().parse().ok());
        date.ok_or_else(|| vec![Cause::hinted("a date is wanted here", "write it like 2027-01-01")])
    })
}
