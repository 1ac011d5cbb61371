//! Tracked time: what was really worked, as a CSV file.
//!
//! ```csv
//! date,client,category,hours,task
//! 2026-09-21,harbour,email,1h 30m,newsletter@harbourvine.example
//! 2026-09-22,thames,books,0.75,
//! ```
//!
//! The first line names the columns, in any order; others are not looked at. `date` (YYYY-MM-DD), `client` (an id or
//! a name) and `hours` (a decimal number, `1:30`, or `1h 30m`) must be there; `category` and `task` (a VTODO's UID)
//! may be. Fields with commas stand in double quotes. A comma, a semicolon or a tab parts the fields.

use crate::settings::{Category, Settings, parse_duration};
use crate::warning::Warning;
use chrono::NaiveDate;

/// One entry of tracked time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) date: NaiveDate,
    /// An index into the clients.
    pub(crate) client: usize,
    pub(crate) category: String,
    pub(crate) hours: f64,
    /// The UID of the VTODO it was for.
    pub(crate) task: Option<String>,
}

/// Which column holds what.
struct Columns {
    date: usize,
    client: usize,
    hours: usize,
    category: Option<usize>,
    task: Option<usize>,
}

/// Reads tracked time; a line that cannot be read costs that line, and is said.
pub(crate) fn read(text: &str, source: &str, settings: &Settings) -> (Vec<Entry>, Vec<Warning>) {
    let mut warnings = Vec::new();
    let mut warn = |line: usize, message: String| {
        let line = Some(u32::try_from(line + 1).unwrap_or(u32::MAX));
        warnings.push(Warning {
            code: "bad-tracked-time".to_owned(),
            source: source.to_owned(),
            line,
            message,
        });
    };
    let mut lines =
        text.trim_start_matches('\u{feff}').lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let Some((first, head)) = lines.next() else { return (Vec::new(), warnings) };
    let separator = [',', ';', '\t'].into_iter().max_by_key(|c| head.matches(*c).count()).unwrap_or(',');
    let columns = match columns(&fields(head, separator)) {
        Ok(columns) => columns,
        Err(message) => {
            warn(first, message);
            return (Vec::new(), warnings);
        }
    };
    let mut entries = Vec::new();
    for (number, line) in lines {
        match entry(&fields(line, separator), &columns, settings) {
            Ok(entry) => entries.push(entry),
            Err(message) => warn(number, message),
        }
    }
    (entries, warnings)
}

fn columns(head: &[String]) -> Result<Columns, String> {
    let at = |name: &str| head.iter().position(|field| field.trim().eq_ignore_ascii_case(name));
    let needed = |name: &str| {
        at(name).ok_or_else(|| {
            format!("no column is called {name:?}; the first line must name date, client and hours")
        })
    };
    Ok(Columns {
        date: needed("date")?,
        client: needed("client")?,
        hours: needed("hours")?,
        category: at("category"),
        task: at("task"),
    })
}

fn entry(fields: &[String], columns: &Columns, settings: &Settings) -> Result<Entry, String> {
    let field = |n: usize| fields.get(n).map(|field| field.trim()).unwrap_or_default();
    let optional = |n: Option<usize>| n.map(field).filter(|text| !text.is_empty());
    let date = field(columns.date);
    let date = date.parse().map_err(|_| format!("{date:?} is no date; write it like 2026-09-21"))?;
    let name = field(columns.client).to_lowercase();
    let is_it = |c: &crate::settings::Client| c.id.to_lowercase() == name || c.name.to_lowercase() == name;
    let client = settings.clients.iter().position(is_it);
    let client = client.ok_or_else(|| format!("no client is called {:?}", field(columns.client)))?;
    let hours = field(columns.hours);
    let hours =
        length(hours).ok_or_else(|| format!("{hours:?} is no length; write it like 1.5 or \"1h 30m\""))?;
    let category = optional(columns.category).unwrap_or(Category::GENERAL);
    let table = settings.categories.iter().find(|table| table.name.to_lowercase() == category.to_lowercase());
    Ok(Entry {
        date,
        client,
        category: table.map_or(category, |table| &table.name).to_owned(),
        hours,
        task: optional(columns.task).map(str::to_owned),
    })
}

/// Hours: `1.5`, `1,5`, `1:30` or `1h 30m`; above nothing, at most a day.
fn length(text: &str) -> Option<f64> {
    let clock = || {
        let (hours, minutes) = text.split_once(':')?;
        let minutes: f64 = minutes.parse().ok().filter(|minutes| (0.0..60.0).contains(minutes))?;
        Some(hours.parse::<f64>().ok()? + minutes / 60.0)
    };
    let decimal = || text.replace(',', ".").parse::<f64>().ok();
    let words = || parse_duration(text).map(|length| length.num_minutes() as f64 / 60.0);
    decimal().or_else(clock).or_else(words).filter(|hours| *hours > 0.0 && *hours <= 24.0)
}

/// The fields of a line of CSV (RFC 4180, one line a record).
fn fields(line: &str, separator: char) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let field = fields.last_mut().expect("there is one from the start");
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            c if c == separator && !quoted => fields.push(String::new()),
            c => field.push(c),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let text = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n\
                    [[client]]\nid = 'acme'\nname = 'Acme, Pty'\ntimezone = 'UTC'\n[[category]]\nname = 'books'\n";
        Settings::read(text, "plokk.toml").expect("nothing is wrong with it")
    }

    #[test]
    fn reads_what_trackers_write() {
        for (line, hours) in [("acme,0.75", 0.75), ("\"Acme, Pty\",1:30", 1.5), ("ACME,2h 15m", 2.25)] {
            let (client, length) = line.rsplit_once(',').expect("two fields");
            let text = format!("Hours,client,date,note\n{length},{client},2026-09-21,x\n");
            let (entries, warnings) = read(&text, "tracked.csv", &settings());
            assert_eq!(warnings, [], "{line}");
            assert_eq!((entries[0].hours, entries[0].category.as_str()), (hours, "general"));
        }
        let (entries, _) =
            read("date;client;hours;category\r\n2026-09-21;acme;1,5;Books\r\n", "t.csv", &settings());
        assert_eq!((entries[0].hours, entries[0].category.as_str()), (1.5, "books"));
    }

    #[test]
    fn a_bad_line_costs_itself_and_is_said() {
        let text = "date,client,hours\n2026-09-21,acme,1\n21.9.2026,acme,1\n2026-09-21,nobody,1\n2026-09-21,acme,-1\n";
        let (entries, warnings) = read(text, "tracked.csv", &settings());
        assert_eq!(entries.len(), 1);
        let lines: Vec<Option<u32>> = warnings.iter().map(|warning| warning.line).collect();
        assert_eq!(lines, [Some(3), Some(4), Some(5)]);
        assert!(read("when,who\n1,2\n", "t.csv", &settings()).1[0].message.contains("\"date\""));
        assert_eq!(read("", "t.csv", &settings()), (Vec::new(), Vec::new()));
    }
}
