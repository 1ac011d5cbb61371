//! One-off changes in a few words, as a command line gives them: `sydney:10h/week`.

use super::read::signed;
use super::scenario::{Change, Dates, Moved, NewAssistant, NewClient, Which};
use super::zones::guess_zone;
use crate::settings::duration::duration;
use crate::settings::hours::{day_interval, days};
use crate::settings::ids::id;
use crate::settings::money::fee;
use crate::settings::nearest::{did_you_mean, one_of};
use crate::settings::reader::Cause;
use crate::settings::zone::zone;
use crate::settings::{Assistant, Category, Period, Retainer, Settings, WeekHours, period};
use chrono::{NaiveDate, TimeDelta};

/// What is wrong with a flag, and what would be right.
fn said(cause: Cause) -> String {
    match cause.hint {
        Some(hint) => format!("{}; {hint}", cause.cause),
        None => cause.cause,
    }
}

/// `10h/week`: how much in which period.
fn amount(text: &str) -> Result<(TimeDelta, Period), String> {
    let (hours, per) = text.split_once('/').unwrap_or((text, "week"));
    Ok((duration(hours).map_err(said)?, period(per).map_err(said)?))
}

fn split<'t>(text: &'t str, like: &str) -> Result<(&'t str, &'t str), String> {
    text.split_once(':').ok_or_else(|| format!("{text:?} cannot be read; write it like {like:?}"))
}

fn client<'s>(settings: &'s Settings, name: &str) -> Result<&'s str, String> {
    let found = settings.clients.iter().find(|client| client.id == name);
    let names: Vec<&str> = settings.clients.iter().map(|client| client.id.as_str()).collect();
    found
        .map(|c| c.id.as_str())
        .ok_or_else(|| format!("no client is called {name:?}; {}", one_of(name, &names)))
}

fn assistant<'s>(settings: &'s Settings, name: &str) -> Result<&'s str, String> {
    let found = settings.assistants.iter().find(|assistant| assistant.id == name);
    let names: Vec<&str> = settings.assistants.iter().map(|assistant| assistant.id.as_str()).collect();
    found
        .map(|a| a.id.as_str())
        .ok_or_else(|| format!("no assistant is called {name:?}; {}", one_of(name, &names)))
}

/// The category as its table has it. One need not have a table; one that is spelt nearly like a table's is a slip.
fn category(settings: &Settings, name: &str) -> Result<String, String> {
    let tables: Vec<&str> = settings.categories.iter().map(|table| table.name.as_str()).collect();
    if let Some(table) = tables.iter().find(|table| table.to_lowercase() == name.to_lowercase()) {
        return Ok((*table).to_owned());
    }
    match did_you_mean(name, tables) {
        Some(hint) => Err(format!("unknown category {name:?}; {hint}")),
        None => Ok(name.to_owned()),
    }
}

/// The categories of a list, spelt as their tables are.
///
/// # Errors
///
/// When one is spelt nearly like a table's name.
pub fn categories(names: &[String], settings: &Settings) -> Result<Vec<String>, String> {
    names.iter().map(|name| category(settings, name.trim())).collect()
}

impl Change {
    /// `ID:HOURS/PERIOD[:CATEGORY][@ZONE][ FEE]`, such as `sydney:10h/week:social@Australia/Sydney 40 EUR`. A zone
    /// that is not said is guessed from the id.
    ///
    /// # Errors
    ///
    /// What cannot be read, in words.
    ///
    /// ```
    /// use plokk_engine::Settings;
    /// use plokk_engine::what_if::{Change, Dates};
    /// # let toml = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
    /// # let settings = Settings::read(toml, "plokk.toml").expect("nothing is wrong with it");
    /// let change = Change::add_client("sydney:10h/week", &settings, Dates::default())?;
    /// let Change::AddClient(client) = change else { unreachable!("it adds one") };
    /// assert_eq!((client.timezone.name(), client.hours.num_hours()), ("Australia/Sydney", 10));
    /// # Ok::<(), String>(())
    /// ```
    pub fn add_client(flag: &str, settings: &Settings, dates: Dates) -> Result<Change, String> {
        let like = "sydney:10h/week";
        let (flag, money) = match flag.split_once(' ').filter(|(head, _)| head.contains('/')) {
            Some((head, money)) => (head, Some(fee(money).map_err(said)?)),
            None => (flag, None),
        };
        let (head, place) = flag.split_once('@').map_or((flag, None), |(head, zone)| (head, Some(zone)));
        let (name, rest) = split(head, like)?;
        let (hours, kind) = rest.split_once(':').map_or((rest, None), |(hours, kind)| (hours, Some(kind)));
        let name = id(name).map_err(said)?;
        if settings.clients.iter().any(|client| client.id == name) {
            return Err(format!(
                "{name:?} is on the desk already; --demand \"{name}:1.5\" asks for more of it"
            ));
        }
        let (hours, per) = amount(hours)?;
        let timezone = match place {
            Some(place) => zone(place).map_err(said)?,
            None => guess_zone(&name).unwrap_or(settings.assistants[0].timezone),
        };
        let category =
            kind.map_or_else(|| Ok(Category::GENERAL.to_owned()), |kind| category(settings, kind))?;
        let fee = money;
        Ok(Change::AddClient(NewClient { id: name, hours, per, timezone, category, fee, weight: 1.0, dates }))
    }

    /// `ID`.
    ///
    /// # Errors
    ///
    /// When there is no such client.
    pub fn drop_client(flag: &str, settings: &Settings, from: Option<NaiveDate>) -> Result<Change, String> {
        Ok(Change::DropClient { client: client(settings, flag)?.to_owned(), from })
    }

    /// `ID:MIN[-MAX]/PERIOD`, such as `acme:6h-12h/week`; `ID:none`.
    ///
    /// # Errors
    ///
    /// What cannot be read, in words.
    pub fn retainer(flag: &str, settings: &Settings, from: Option<NaiveDate>) -> Result<Change, String> {
        let (name, rest) = split(flag, "acme:6h-12h/week")?;
        let client = client(settings, name)?.to_owned();
        if rest == "none" {
            return Ok(Change::Retainer { client, retainer: None, from });
        }
        let (hours, per) = rest.split_once('/').unwrap_or((rest, "week"));
        let (min, max) = hours.split_once('-').map_or((hours, None), |(min, max)| (min, Some(max)));
        let (min, max) = (duration(min).map_err(said)?, max.map(duration).transpose().map_err(said)?);
        if max.is_some_and(|max| max < min) {
            return Err(format!("{flag:?}: the most is less than the least"));
        }
        let retainer = Retainer { min: Some(min), max, per: period(per).map_err(said)? };
        Ok(Change::Retainer { client, retainer: Some(retainer), from })
    }

    /// `WHO:FROM..UNTIL`, such as `mari:2026-12-21..2027-01-03`; one date is one day.
    ///
    /// # Errors
    ///
    /// What cannot be read, in words.
    pub fn away(flag: &str, settings: &Settings) -> Result<Change, String> {
        let (who, dates) = split(flag, "mari:2026-12-21..2027-01-03")?;
        let (from, until) = dates.split_once("..").unwrap_or((dates, dates));
        let day = |text: &str| -> Result<NaiveDate, String> {
            text.trim().parse().map_err(|_| format!("{text:?} is no date; write it like 2026-12-21"))
        };
        let dates = Dates { from: Some(day(from)?), until: Some(day(until)?) };
        if dates.until < dates.from {
            return Err(format!("{flag:?} ends before it begins"));
        }
        Ok(Change::Away { who: Some(assistant(settings, who)?.to_owned()), dates })
    }

    /// `WHO:DAYS HOURS[, DAYS HOURS]`, such as `mari:mon-thu 09:00-15:00`.
    ///
    /// # Errors
    ///
    /// What cannot be read, in words.
    pub fn hours(flag: &str, settings: &Settings, dates: Dates) -> Result<Change, String> {
        let like = "mari:mon-thu 09:00-15:00";
        let (who, rest) = split(flag, like)?;
        let who = assistant(settings, who)?.to_owned();
        Ok(Change::Hours { who, hours: week_hours(rest, like)?, dates })
    }

    /// `ID:DAYS HOURS[@ZONE][=SKILL+SKILL][ COST]`, such as `helper:mon-fri 09:00-13:00=social+design 20 EUR`.
    ///
    /// # Errors
    ///
    /// What cannot be read, in words.
    pub fn add_assistant(flag: &str, settings: &Settings, dates: Dates) -> Result<Change, String> {
        let like = "helper:mon-fri 09:00-13:00=social+design 20 EUR";
        let (name, rest) = split(flag, like)?;
        let name = id(name).map_err(said)?;
        if settings.assistants.iter().any(|assistant| assistant.id == name) {
            return Err(format!("{name:?} works here already; --hours changes hers"));
        }
        let words: Vec<&str> = rest.rsplitn(3, ' ').collect();
        let money = (words.len() == 3).then(|| fee(&format!("{} {}", words[1], words[0])).ok()).flatten();
        let rest = if money.is_some() { words[2] } else { rest };
        let (rest, skills) = rest.split_once('=').map_or((rest, None), |(rest, skills)| (rest, Some(skills)));
        let (hours, place) = rest.split_once('@').map_or((rest, None), |(hours, place)| (hours, Some(place)));
        let assistant = Assistant {
            id: name.clone(),
            name,
            email: None,
            timezone: place.map_or(Ok(settings.assistants[0].timezone), |place| zone(place).map_err(said))?,
            hours: week_hours(hours, like)?,
            feeds: Vec::new(),
            skills: skills
                .map(|skills| skills.split('+').map(|skill| category(settings, skill.trim())).collect())
                .transpose()?,
            rate: 0.0,
        };
        Ok(Change::AddAssistant(Box::new(NewAssistant { assistant, cost: money, most: None, dates })))
    }

    /// `[CLIENT/]CATEGORY:FACTOR`, `CLIENT:FACTOR` or `FACTOR`: how many times as much work arrives.
    ///
    /// # Errors
    ///
    /// What cannot be read, in words.
    pub fn demand(flag: &str, settings: &Settings, dates: Dates) -> Result<Change, String> {
        let (which, factor) = factor(flag, settings, 0.0)?;
        Ok(Change::Demand { which, factor, dates })
    }

    /// As [`Change::demand`]: how many times as long work takes.
    ///
    /// # Errors
    ///
    /// What cannot be read, in words.
    pub fn estimates(flag: &str, settings: &Settings) -> Result<Change, String> {
        let (which, factor) = factor(flag, settings, 0.01)?;
        Ok(Change::Estimates { which, factor })
    }

    /// `TASK=DATE` or `TASK=LENGTH`: where a due date is moved, or by how much.
    ///
    /// # Errors
    ///
    /// What cannot be read, in words.
    pub fn due(flag: &str) -> Result<Change, String> {
        let (task, to) = flag
            .rsplit_once('=')
            .ok_or_else(|| format!("{flag:?} cannot be read; write it like \"UID=2026-11-20\""))?;
        let to = match to.trim().parse() {
            Ok(date) => Moved::To(date),
            Err(_) => Moved::By(signed(to).map_err(said)?),
        };
        Ok(Change::Due { task: task.to_owned(), to })
    }
}

fn factor(flag: &str, settings: &Settings, least: f64) -> Result<(Which, f64), String> {
    let (what, number) = flag.rsplit_once(':').map_or((None, flag), |(what, number)| (Some(what), number));
    let factor: f64 =
        number.trim().parse().ok().filter(|factor| (least..=100.0).contains(factor)).ok_or_else(|| {
            format!("{number:?} is no factor from {least} to 100; write it like \"social:1.3\"")
        })?;
    let is_client = |name: &str| settings.clients.iter().any(|client| client.id == name);
    let which = match what.map(|what| (what, what.split_once('/'))) {
        None => Which::default(),
        Some((_, Some((name, kind)))) => Which {
            client: Some(client(settings, name)?.to_owned()),
            category: Some(category(settings, kind)?),
        },
        Some((name, None)) if is_client(name) => Which { client: Some(name.to_owned()), category: None },
        Some((kind, None)) => Which { client: None, category: Some(category(settings, kind)?) },
    };
    Ok((which, factor))
}

/// `mon-thu 09:00-15:00, fri 09:00-12:00`.
fn week_hours(text: &str, like: &str) -> Result<WeekHours, String> {
    let mut hours = WeekHours::default();
    let mut named: Vec<usize> = Vec::new();
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        if word.contains(':') {
            let interval = day_interval(word).map_err(said)?;
            if named.is_empty() {
                return Err(format!("{text:?} names no day before {word:?}; write it like {like:?}"));
            }
            named.iter().for_each(|day| hours.days[*day].push(interval));
        } else {
            named = days(word).map_err(said)?;
        }
    }
    if hours.is_empty() {
        return Err(format!("{text:?} holds no hours; write it like {like:?}"));
    }
    hours.days.iter_mut().for_each(|day| day.sort_unstable());
    Ok(hours)
}
