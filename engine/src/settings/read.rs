//! `plokk.toml`, table by table.

use super::deliver;
use super::duration::{duration, working_duration};
use super::feeds;
use super::hours::{day_interval, overlap, week, write};
use super::ids::{id, unique};
use super::money::{fee, share};
use super::nearest::{did_you_mean, one_of};
use super::reader::{Cause, Faults, Read, Section, boolean, list, number, some_text, text};
use super::zone::zone;
use super::{
    Assistant, BufferSettings, Category, Client, DayInterval, Period, Planning, Retainer, SettingFault,
    Settings, WeekHours, WeightSettings, syntax,
};
use chrono::TimeDelta;
use plokk_ical_io::IanaZone;
use std::path::Path;
use toml_edit::Item;

/// Every table of the file, in order; the faults of each are noted as it is read.
pub(super) fn read(source: &str, file: &str, folder: Option<&Path>) -> Result<Settings, Vec<SettingFault>> {
    let mut faults = Faults::new(file, source);
    let (document, healed) = syntax::parse(source, &mut faults);
    let Some(document) = document else { return Err(faults.into_sorted()) };
    faults.forgive_missing(healed);
    let root = Section::root(document.as_table());
    root.known(
        &mut faults,
        &["planning", "buffers", "assistant", "client", "category", "weights", "publish", "notify"],
    );
    let planning = planning(&root, &mut faults);
    let buffers = buffers(&root, &mut faults);
    let weights = weights(&root, &mut faults);
    let categories = categories(&root, &mut faults, &planning);
    let assistants = root.sections(&mut faults, "assistant");
    let clients = root.sections(&mut faults, "client");
    let people_at_work: Vec<Assistant> =
        assistants.iter().map(|s| assistant(s, &mut faults, &categories)).collect();
    let settings = Settings {
        planning,
        buffers,
        publish: deliver::publish(&root, &mut faults, &people_at_work),
        notify: deliver::notify(&root, &mut faults),
        assistants: people_at_work,
        clients: clients.iter().map(|s| client(s, &mut faults)).collect(),
        categories,
        weights,
    };
    people(&root, &settings, &assistants, &clients, &mut faults);
    feeds_of(&settings, &assistants, &clients, folder, &mut faults);
    let faults = faults.into_sorted();
    if faults.is_empty() { Ok(settings) } else { Err(faults) }
}

fn planning(root: &Section, faults: &mut Faults) -> Planning {
    let default = Planning::default();
    let Some(s) = root.section(faults, "planning") else { return default };
    s.known(faults, &["horizon", "slot", "reserve", "freeze", "output"]);
    Planning {
        horizon: s.read(faults, "horizon", text(horizon)).unwrap_or(default.horizon),
        slot: s.read(faults, "slot", text(slot)).unwrap_or(default.slot),
        reserve: s.read(faults, "reserve", text(share)).unwrap_or(default.reserve),
        freeze: s.read(faults, "freeze", text(duration)).unwrap_or(default.freeze),
        output: s.read(faults, "output", text(output)).unwrap_or(default.output),
    }
}

fn horizon(text: &str) -> Result<TimeDelta, Cause> {
    let length = duration(text)?;
    if (TimeDelta::days(1)..=TimeDelta::days(366)).contains(&length) {
        return Ok(length);
    }
    Err(Cause::hinted(format!("{text:?} is no horizon to plan"), "it may be 1 day to 366 days"))
}

fn slot(text: &str) -> Result<u32, Cause> {
    let minutes = duration(text)?.num_minutes();
    match u32::try_from(minutes) {
        Ok(minutes) if minutes > 0 && 60 % minutes == 0 => Ok(minutes),
        _ => {
            let nearest =
                [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60].into_iter().min_by_key(|n| (n - minutes).abs());
            let hint =
                format!("an hour must be whole slots; the nearest is \"{} minutes\"", nearest.unwrap_or(5));
            Err(Cause::hinted(format!("{text:?} is no length of a slot"), hint))
        }
    }
}

fn output(text: &str) -> Result<String, Cause> {
    let path = some_text(text)?;
    let climbs = path.split(['/', '\\']).any(|part| part == ".." || part == ".plokk");
    if climbs || path.starts_with(['/', '\\', '~']) || path.contains(':') {
        let cause = format!("{text:?} is no folder of the desk");
        return Err(Cause::hinted(cause, "name a folder inside it, such as \"calendars\""));
    }
    Ok(path)
}

fn buffers(root: &Section, faults: &mut Faults) -> BufferSettings {
    let default = BufferSettings::default();
    let Some(s) = root.section(faults, "buffers") else { return default };
    s.known(faults, &["meeting", "same_batch", "same_client", "other_client"]);
    let mut buffer = |key, default| {
        s.read(faults, key, text(|text| at_most(duration(text)?, text, TimeDelta::days(1))))
            .unwrap_or(default)
    };
    BufferSettings {
        meeting: buffer("meeting", default.meeting),
        same_batch: buffer("same_batch", default.same_batch),
        same_client: buffer("same_client", default.same_client),
        other_client: buffer("other_client", default.other_client),
    }
}

fn at_most(length: TimeDelta, text: &str, most: TimeDelta) -> Result<TimeDelta, Cause> {
    if length <= most {
        return Ok(length);
    }
    Err(Cause::hinted(format!("{text:?} is too long"), format!("at most {} hours", most.num_hours())))
}

fn some_time(text: &str) -> Result<TimeDelta, Cause> {
    let length = duration(text)?;
    if length > TimeDelta::zero() { Ok(length) } else { Err(Cause::of("must be longer than nothing")) }
}

fn weights(root: &Section, faults: &mut Faults) -> WeightSettings {
    let mut weights = WeightSettings::default();
    let Some(s) = root.section(faults, "weights") else { return weights };
    let points = &mut weights.points;
    let mut fields: Vec<(&str, (f64, f64), &mut f64)> = vec![
        ("unscheduled", (0.0, 1e6), &mut points.unscheduled),
        ("late", (0.0, 1e6), &mut points.late),
        ("late_day", (0.0, 1e6), &mut points.late_day),
        ("block", (0.0, 1e6), &mut points.block),
        ("client_switch", (0.0, 1e6), &mut points.client_switch),
        ("chunk", (0.0, 1e6), &mut points.chunk),
        ("soon", (0.0, 1e6), &mut points.soon),
        ("prefer", (0.0, 1e6), &mut points.prefer),
        ("move", (0.0, 1e6), &mut points.moved),
        ("quota", (0.0, 1e6), &mut points.quota),
        ("importance", (1.0, 100.0), &mut weights.importance),
        ("urgency", (1.0, 100.0), &mut weights.urgency),
    ];
    let mut known: Vec<&str> = fields.iter().map(|(key, ..)| *key).collect();
    known.extend(["urgent", "frozen"]);
    s.known(faults, &known);
    for (key, (least, most), field) in &mut fields {
        if let Some(number) = s.read(faults, key, number(*least, *most)) {
            **field = number;
        }
    }
    weights.urgent = s.read(faults, "urgent", text(duration)).unwrap_or(weights.urgent);
    weights.frozen = s.read(faults, "frozen", times).unwrap_or(weights.frozen);
    weights
}

fn times(item: &Item) -> Read<u32> {
    let number = item.as_integer().and_then(|n| u32::try_from(n).ok()).filter(|n| (1..=100).contains(n));
    number.ok_or_else(|| vec![Cause::of("a whole number from 1 to 100 is wanted here")])
}

fn categories(root: &Section, faults: &mut Faults, planning: &Planning) -> Vec<Category> {
    let mut categories: Vec<Category> = Vec::new();
    for s in root.sections(faults, "category") {
        s.known(faults, &["name", "estimate", "min_chunk", "max_chunk", "prefer", "live"]);
        let name = s.required(faults, "name", "say how feeds call it, such as \"social\"", text(some_text));
        let name = name.unwrap_or_default();
        if !name.is_empty() && categories.iter().any(|other| same(&other.name, &name)) {
            s.fault(faults, "name", Cause::of(format!("there is a category {name:?} already")));
        }
        let default = Category::default();
        let min = s.read(faults, "min_chunk", text(some_time));
        let max = s.read(faults, "max_chunk", text(some_time));
        let max_chunk = max.unwrap_or_else(|| default.max_chunk.max(min.unwrap_or_default()));
        let min_chunk = min.unwrap_or_else(|| default.min_chunk.min(max_chunk));
        if min_chunk > max_chunk {
            s.fault(faults, "min_chunk", Cause::hinted("is longer than max_chunk", "swap them"));
        }
        if max_chunk < TimeDelta::minutes(i64::from(planning.slot)) {
            let hint = format!("a slot is {} minutes", planning.slot);
            s.fault(faults, "max_chunk", Cause::hinted("is shorter than a slot", hint));
        }
        categories.push(Category {
            name,
            estimate: s.read(faults, "estimate", text(some_time)).unwrap_or(default.estimate),
            min_chunk,
            max_chunk,
            prefer: prefer(&s, faults),
            live: s.read(faults, "live", boolean).unwrap_or(false),
        });
    }
    categories
}

/// Whether two names of a category are one.
fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn prefer(s: &Section, faults: &mut Faults) -> Vec<DayInterval> {
    let read = s.read(faults, "prefer", list(day_interval)).unwrap_or_default();
    let mut prefer: Vec<DayInterval> = read.into_iter().map(|(interval, _)| interval).collect();
    if let Some((earlier, later)) = overlap(&prefer) {
        s.fault(faults, "prefer", Cause::of(format!("{} and {} overlap", write(earlier), write(later))));
    }
    prefer.sort_unstable();
    prefer
}

fn assistant(s: &Section, faults: &mut Faults, categories: &[Category]) -> Assistant {
    s.known(faults, &["id", "name", "email", "timezone", "hours", "feeds", "skills", "rate"]);
    let id =
        s.required(faults, "id", "such as \"mari\"; it names her calendar", text(id)).unwrap_or_default();
    Assistant {
        name: s.read(faults, "name", text(some_text)).unwrap_or_else(|| id.clone()),
        email: s.read(faults, "email", text(email)),
        timezone: timezone(s, faults),
        hours: hours(s, faults),
        feeds: feed_list(s, faults),
        skills: skills(s, faults, categories),
        rate: s.read(faults, "rate", number(0.0, 1e6)).unwrap_or(0.0),
        id,
    }
}

fn timezone(s: &Section, faults: &mut Faults) -> IanaZone {
    s.required(faults, "timezone", "such as \"Europe/Tallinn\"", text(zone)).unwrap_or(IanaZone::UTC)
}

fn hours(s: &Section, faults: &mut Faults) -> WeekHours {
    if !s.has("hours") {
        return WeekHours::office();
    }
    s.section(faults, "hours").map_or_else(WeekHours::office, |section| week(&section, faults))
}

pub(super) fn email(text: &str) -> Result<String, Cause> {
    let address = text.trim().to_lowercase();
    let address = address.strip_prefix("mailto:").unwrap_or(&address);
    let right = address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if right && !address.contains(char::is_whitespace) {
        return Ok(address.to_owned());
    }
    Err(Cause::hinted(format!("malformed address {text:?}"), "write it like \"mari@example.org\""))
}

/// Skills may name a category that has no table: feeds may use it all the same. One that is spelt
/// nearly like a table's name is a slip.
fn skills(s: &Section, faults: &mut Faults, categories: &[Category]) -> Option<Vec<String>> {
    let skills = s.read(faults, "skills", list(some_text))?;
    let mut names: Vec<String> = Vec::new();
    for (skill, span) in skills {
        let exact = categories.iter().find(|category| same(&category.name, &skill));
        let near = did_you_mean(&skill, categories.iter().map(|category| category.name.as_str()));
        if let (None, Some(hint)) = (exact, near) {
            faults.add(&span, s.name("skills"), Cause::hinted(format!("unknown category {skill:?}"), hint));
        }
        names.push(exact.map_or(skill, |category| category.name.clone()));
    }
    Some(names)
}

fn feed_list(s: &Section, faults: &mut Faults) -> Vec<String> {
    let mut feeds: Vec<String> = Vec::new();
    for (feed, span) in s.read(faults, "feeds", list(feeds::feed)).unwrap_or_default() {
        if feeds.contains(&feed) {
            faults.add(&span, s.name("feeds"), Cause::of(format!("{feed:?} is named twice")));
        } else {
            feeds.push(feed);
        }
    }
    feeds
}

fn client(s: &Section, faults: &mut Faults) -> Client {
    let keys = ["id", "name", "timezone", "hours", "feeds", "weight", "retainer", "response", "fee"];
    s.known(faults, &keys);
    let id =
        s.required(faults, "id", "such as \"acme\"; it names the calendar", text(id)).unwrap_or_default();
    Client {
        name: s.read(faults, "name", text(some_text)).unwrap_or_else(|| id.clone()),
        timezone: timezone(s, faults),
        hours: hours(s, faults),
        feeds: feed_list(s, faults),
        weight: s.read(faults, "weight", number(0.0, 1000.0)).unwrap_or(1.0),
        retainer: retainer(s, faults),
        response: s.read(faults, "response", text(working_duration)),
        fee: s.read(faults, "fee", text(fee)),
        id,
    }
}

/// A client's `retainer` table.
pub(crate) fn retainer(s: &Section, faults: &mut Faults) -> Option<Retainer> {
    let s = s.section(faults, "retainer")?;
    s.known(faults, &["min", "max", "per"]);
    let retainer = Retainer {
        min: s.read(faults, "min", text(duration)),
        max: s.read(faults, "max", text(duration)),
        per: s.read(faults, "per", text(period)).unwrap_or(Period::Week),
    };
    if !s.has("min") && !s.has("max") {
        s.fault(
            faults,
            "min",
            Cause::hinted("is missing, and so is max", "say \"4h\", or leave retainer out"),
        );
    }
    if let (Some(min), Some(max)) = (retainer.min, retainer.max)
        && min > max
    {
        s.fault(faults, "min", Cause::hinted("is more than max", "swap them"));
    }
    Some(retainer)
}

/// Reads which period.
pub(crate) fn period(text: &str) -> Result<Period, Cause> {
    match text.trim().to_lowercase().as_str() {
        "week" => Ok(Period::Week),
        "month" => Ok(Period::Month),
        other => Err(Cause::hinted(format!("unknown period {text:?}"), one_of(other, &["week", "month"]))),
    }
}

/// The rules that hold between people.
fn people(
    root: &Section,
    settings: &Settings,
    assistants: &[Section],
    clients: &[Section],
    faults: &mut Faults,
) {
    if assistants.is_empty() && !root.has("assistant") {
        let hint = "add [[assistant]] with an id and a timezone";
        faults.missing("assistant", Cause::hinted("nobody works here", hint));
    }
    let assistants =
        assistants.iter().zip(&settings.assistants).map(|(s, a)| (s.clone(), a.id.as_str(), true));
    let clients = clients.iter().zip(&settings.clients).map(|(s, c)| (s.clone(), c.id.as_str(), false));
    let named: Vec<_> = assistants.chain(clients).filter(|(_, id, _)| !id.is_empty()).collect();
    unique(&named, faults);
}

/// The rules that hold for feeds once everything else is known.
fn feeds_of(
    settings: &Settings,
    assistants: &[Section],
    clients: &[Section],
    folder: Option<&Path>,
    faults: &mut Faults,
) {
    for s in assistants.iter().chain(clients) {
        // A list with a malformed feed has been noted already.
        let feeds = s.read(&mut Faults::new("", ""), "feeds", list(feeds::feed)).unwrap_or_default();
        for (feed, span) in feeds {
            if let Some(path) = feeds::published(&feed, settings) {
                let cause = format!("{feed:?} is where {path:?} is published");
                faults.add(
                    &span,
                    s.name("feeds"),
                    Cause::hinted(cause, "name the calendar it was made from"),
                );
            } else if let Some(Err(cause)) = folder.map(|folder| feeds::exists(&feed, folder)) {
                faults.add(&span, s.name("feeds"), cause);
            }
        }
    }
    let none = assistants.iter().chain(clients).all(|s| !s.has("feeds"));
    if none && !assistants.is_empty() {
        let hint = "add feeds = [\"feeds/mari.ics\"] to an assistant or a client";
        faults.missing("feeds", Cause::hinted("no feed is named, so there is nothing to plan", hint));
    }
}
