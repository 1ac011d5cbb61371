//! Sweeps: thousands of scenarios, a row of figures each.
//!
//! A grid is written in a scenario file as a scenario whose numbers are lists:
//!
//! ```toml
//! [[sweep]]
//! demand = { factor = [0.8, 1.0, 1.2, 1.4], category = "social" }
//! estimates = { factor = [1.0, 1.2] }
//! add_client = { id = "sydney", hours = ["5h", "10h", "15h"], from = ["2027-01-01", "2027-03-01"] }
//! ```
//!
//! Every combination is one scenario, named by its values, and its row hangs on nothing else: not on the others, nor on
//! how the sweep was split.

use super::{Answer, Ask, Draws, Outlook, Scenario, WhatIfError};
use crate::settings::{SettingFault, Settings};
use serde::Serialize;
use std::ops::Range;

/// The scenarios of a sweep, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Each with a name of its own.
    pub scenarios: Vec<Scenario>,
}

/// The figures of one scenario of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The scenario's name.
    pub scenario: String,
    /// The cost, in points.
    pub cost: f64,
    /// Harm in hours.
    pub harm: f64,
    /// Hours done late.
    pub late_hours: f64,
    /// Hours never done.
    pub undone_hours: f64,
    /// Retainer periods.
    pub periods: usize,
    /// Of them met.
    pub met: usize,
    /// Hours still to be sold.
    pub sellable: f64,
    /// Hours taken, of those there are, 0 to 1.
    pub load: f64,
    /// What is earned, each currency: `1200.00 EUR; 300.00 USD`.
    pub income: String,
    /// The chance of the least sure retainer period; empty without chances.
    pub worst_retainer: Option<f64>,
    /// The chance of the least sure task; empty without chances.
    pub worst_task: Option<f64>,
}

/// The columns of a sweep's CSV.
pub const COLUMNS: &str = "scenario,cost,harm,late_hours,undone_hours,periods,met,sellable_hours,load,income,\
                           worst_retainer,worst_task";

/// So many scenarios at most are in one grid.
const MOST: usize = 100_000;

impl Grid {
    /// Reads the `[[sweep]]` tables of a scenario file: every combination of the values given as lists. A file without
    /// any is the sweep of its scenarios.
    ///
    /// # Errors
    ///
    /// Every fault, each once.
    pub fn read(source: &str, file: &str, settings: &Settings) -> Result<Grid, Vec<SettingFault>> {
        let document = toml_edit::Document::parse(source.to_owned());
        let item = document.as_ref().ok().and_then(|document| document.get("sweep"));
        let Some(item) = item else {
            return Ok(Grid { scenarios: Scenario::read(source, file, settings)? });
        };
        let place = Place { source, file };
        let tables = item
            .as_array_of_tables()
            .ok_or_else(|| vec![place.fault(item.span(), "an array of tables is wanted here")])?;
        let mut scenarios = Vec::new();
        for table in tables {
            let combinations = combinations(table).map_err(|cause| vec![place.fault(table.span(), cause)])?;
            for (names, mut one) in combinations {
                let name =
                    if names.is_empty() { format!("sweep {}", scenarios.len() + 1) } else { names.join(" ") };
                one.insert("name", toml_edit::value(&name));
                let read = Scenario::read(&file_of_one(one), file, settings);
                scenarios.extend(read.map_err(|faults| place.of_sweep(table, faults))?);
            }
        }
        Ok(Grid { scenarios })
    }
}

/// Where faults of a sweep are.
struct Place<'s> {
    source: &'s str,
    file: &'s str,
}

impl Place<'_> {
    fn fault(&self, span: Option<Range<usize>>, cause: &str) -> SettingFault {
        let (line, column) = self.line(span);
        SettingFault {
            file: self.file.to_owned(),
            line,
            column,
            key: "sweep".to_owned(),
            cause: cause.to_owned(),
            hint: Some("write [[sweep]], and lists where values are to vary".to_owned()),
        }
    }

    /// The faults of one combination, at the lines of the sweep that it was put together from: where the key
    /// stands, or else the nearest thing around it.
    fn of_sweep(&self, table: &toml_edit::Table, faults: Vec<SettingFault>) -> Vec<SettingFault> {
        let at = |fault: SettingFault| {
            let keys = fault.key.split('.').map(|key| key.split('[').next().unwrap_or(key));
            let keys: Vec<String> = keys.map(str::to_owned).filter(|key| key != "scenario").collect();
            let (line, column) = self.line(span_of(table, &keys).or_else(|| table.span()));
            let key = fault.key.replacen("scenario", "sweep", 1);
            SettingFault { line, column, key, ..fault }
        };
        faults.into_iter().map(at).collect()
    }

    fn line(&self, span: Option<Range<usize>>) -> (u32, u32) {
        let before = span.and_then(|span| self.source.get(..span.start)).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() as u32 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
        (line, column)
    }
}

/// Where the innermost of these keys stands that there is.
fn span_of(table: &dyn toml_edit::TableLike, keys: &[String]) -> Option<Range<usize>> {
    let (first, rest) = keys.split_first()?;
    let (key, item) = table.get_key_value(first)?;
    let inner = item.as_table_like().and_then(|inner| span_of(inner, rest));
    inner.or_else(|| key.span()).or_else(|| item.span())
}

/// A scenario file with one scenario.
fn file_of_one(table: toml_edit::Table) -> String {
    let mut file = toml_edit::DocumentMut::new();
    let mut one = toml_edit::ArrayOfTables::new();
    one.push(table);
    file.insert("scenario", toml_edit::Item::ArrayOfTables(one));
    file.to_string()
}

/// Every combination of a sweep's lists, each with the names of its values.
fn combinations(table: &toml_edit::Table) -> Result<Vec<(Vec<String>, toml_edit::Table)>, &'static str> {
    let mut combinations: Vec<(Vec<String>, toml_edit::Table)> = vec![(Vec::new(), toml_edit::Table::new())];
    for (key, item) in table {
        let choices = choices(key, item);
        if combinations.len().saturating_mul(choices.len()) > MOST {
            return Err("more than 100000 combinations");
        }
        let with = |(names, table): &(Vec<String>, toml_edit::Table)| {
            let one = |(name, item): &(Option<String>, toml_edit::Item)| {
                let (mut names, mut table) = (names.clone(), table.clone());
                names.extend(name.iter().cloned());
                table.insert(key, item.clone());
                (names, table)
            };
            choices.iter().map(one).collect::<Vec<_>>()
        };
        combinations = combinations.iter().flat_map(with).collect();
    }
    Ok(combinations)
}

/// The values of a key: of a table, every combination of its lists; each with how it is named.
fn choices(key: &str, item: &toml_edit::Item) -> Vec<(Option<String>, toml_edit::Item)> {
    let Some(table) = item.as_table_like() else { return vec![(None, item.clone())] };
    let mut combinations: Vec<(Vec<String>, toml_edit::InlineTable)> =
        vec![(Vec::new(), toml_edit::InlineTable::new())];
    for (field, item) in table.iter() {
        let Some(value) = item.as_value() else { continue };
        let values: Vec<(Option<String>, toml_edit::Value)> = match value.as_array() {
            Some(array) if field != "skills" => array
                .iter()
                .map(|value| (Some(format!("{key}.{field}={}", shown(value))), value.clone()))
                .collect(),
            _ => vec![(None, value.clone())],
        };
        combinations = combinations
            .iter()
            .flat_map(|(names, table)| {
                values.iter().map(move |(name, value)| {
                    let (mut names, mut table) = (names.clone(), table.clone());
                    names.extend(name.clone());
                    table.insert(field, value.clone().decorated(" ", " "));
                    (names, table)
                })
            })
            .collect();
    }
    let array = |table: toml_edit::InlineTable| {
        let mut array = toml_edit::Array::new();
        array.push(table);
        toml_edit::Item::Value(toml_edit::Value::Array(array))
    };
    let name = |names: Vec<String>| (!names.is_empty()).then(|| names.join(" "));
    combinations.into_iter().map(|(names, table)| (name(names), array(table))).collect()
}

fn shown(value: &toml_edit::Value) -> String {
    value.as_str().map_or_else(|| value.to_string().trim().to_owned(), str::to_owned)
}

impl Outlook {
    /// The row of one scenario of a sweep; with `draws`, its chances, too.
    ///
    /// # Errors
    ///
    /// As [`Outlook::answer`].
    pub fn row(&self, scenario: &Scenario, draws: Option<Draws>) -> Result<Row, WhatIfError> {
        Ok(Row::of(&self.answer(scenario, &Ask { chances: draws, ..Ask::default() })?))
    }
}

impl Row {
    /// The row of an answer.
    #[must_use]
    pub fn of(answer: &Answer) -> Row {
        let figures = &answer.figures;
        let least = |chances: Vec<f64>| chances.into_iter().min_by(f64::total_cmp);
        let money: Vec<String> =
            figures.income.iter().map(|(currency, amount)| format!("{amount:.2} {currency}")).collect();
        let sum = |of: fn(&super::WeekFigures) -> f64| figures.weeks.iter().map(of).sum::<f64>();
        let chances = answer.chances.as_ref();
        Row {
            scenario: figures.scenario.clone(),
            cost: figures.cost,
            harm: figures.harm,
            late_hours: figures.late_hours,
            undone_hours: figures.undone_hours,
            periods: figures.clients.iter().map(|client| client.periods).sum(),
            met: figures.clients.iter().map(|client| client.met).sum(),
            sellable: sum(|week| week.sellable),
            load: sum(|week| week.load) / sum(|week| week.capacity).max(1e-9),
            income: money.join("; "),
            worst_retainer: chances.and_then(|c| least(c.retainers.iter().map(|r| r.met.share).collect())),
            worst_task: chances.and_then(|c| least(c.tasks.iter().map(|t| t.on_time.share).collect())),
        }
    }

    /// The row as a line of CSV (RFC 4180), in the order of [`COLUMNS`]; without a line end.
    #[must_use]
    pub fn csv(&self) -> String {
        let share = |chance: Option<f64>| chance.map(|chance| format!("{chance:.4}")).unwrap_or_default();
        format!(
            "{},{:.2},{:.2},{:.2},{:.2},{},{},{:.1},{:.4},{},{},{}",
            quoted(&self.scenario),
            self.cost,
            self.harm,
            self.late_hours,
            self.undone_hours,
            self.periods,
            self.met,
            self.sellable,
            self.load,
            quoted(&self.income),
            share(self.worst_retainer),
            share(self.worst_task),
        )
    }
}

/// A field of CSV, in quotes where it must be.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_is_a_scenario_of_its_own() {
        let toml = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
        let settings = Settings::read(toml, "plokk.toml").expect("nothing is wrong with it");
        let text = "[[sweep]]\ndemand = { factor = [0.8, 1.2] }\nestimates = { factor = 1.1 }\n\
                    add_client = { id = 'sydney', hours = ['5h', '10h'], from = ['2027-01-01', '2027-03-01', '2027-05-01'] }\n";
        let grid = Grid::read(text, "sweep.toml", &settings).expect("nothing is wrong with it");
        assert_eq!(grid.scenarios.len(), 12);
        assert_eq!(
            grid.scenarios[0].name,
            "demand.factor=0.8 add_client.hours=5h add_client.from=2027-01-01"
        );
        assert_eq!(grid.scenarios[0].changes.len(), 3);
    }

    #[test]
    fn faults_name_the_line_of_the_slip() {
        let toml = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
        let settings = Settings::read(toml, "plokk.toml").expect("nothing is wrong with it");
        let fault = |text: &str| {
            let faults = Grid::read(text, "sweep.toml", &settings).expect_err("a slip");
            faults.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let first = "# a sweep\n[[sweep]]\nestimates = { factor = [1, 2] }\n\n[[sweep]]\nestimates = { factor = 1 }\n";
        let slip = fault(&format!("{first}demand = {{ factr = [1] }}\n"));
        let told =
            |slip: &str| slip.starts_with("sweep.toml:7:") && slip.contains("did you mean \"factor\"?");
        assert!(slip.iter().any(|slip| told(slip)), "{slip:?}");
        let slip = fault(&format!("{first}away = [{{ who = \"mari\" }}]\n"));
        assert!(slip.iter().all(|slip| slip.starts_with("sweep.toml:7:")), "{slip:?}");
        assert!(fault("\nsweep = 3\n")[0].starts_with("sweep.toml:2:"));
    }

    #[test]
    fn fields_with_commas_are_quoted() {
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(quoted("plain"), "plain");
    }
}
