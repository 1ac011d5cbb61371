//! Typed reading of TOML tables: each value is read where it stands, each fault is kept with its place.

use super::SettingFault;
use super::nearest::one_of;
use std::ops::Range;
use toml_edit::{Item, TableLike, Value};

/// What is wrong with one value, before it is known where it stands.
#[derive(Debug)]
pub(crate) struct Cause {
    pub(crate) cause: String,
    pub(crate) hint: Option<String>,
    /// Where exactly, when only a part of the value is at fault.
    pub(crate) span: Option<Range<usize>>,
}

impl Cause {
    pub(crate) fn of(cause: impl Into<String>) -> Cause {
        Cause { cause: cause.into(), hint: None, span: None }
    }

    pub(crate) fn hinted(cause: impl Into<String>, hint: impl Into<String>) -> Cause {
        Cause { cause: cause.into(), hint: Some(hint.into()), span: None }
    }

    fn at(self, span: Option<Range<usize>>) -> Cause {
        Cause { span: self.span.or(span), ..self }
    }
}

/// A value, or everything that is wrong with it.
pub(crate) type Read<T> = Result<T, Vec<Cause>>;

/// The faults found so far in one file.
pub(crate) struct Faults<'t> {
    file: &'t str,
    text: &'t str,
    found: Vec<SettingFault>,
    forgive_missing: bool,
}

impl<'t> Faults<'t> {
    pub(crate) fn new(file: &'t str, text: &'t str) -> Faults<'t> {
        Faults { file, text, found: Vec::new(), forgive_missing: false }
    }

    /// From now on what is missing is not noted: it may stand in a line that could not be read.
    pub(crate) fn forgive_missing(&mut self, forgive: bool) {
        self.forgive_missing = forgive;
    }

    /// Notes that something is missing from the file as a whole.
    pub(crate) fn missing(&mut self, key: &str, cause: Cause) {
        if !self.forgive_missing {
            self.add(&(0..0), key, cause);
        }
    }

    /// Notes a fault at a byte range of the text.
    pub(crate) fn add(&mut self, span: &Range<usize>, key: impl Into<String>, cause: Cause) {
        let start = cause.span.as_ref().unwrap_or(span).start.min(self.text.len());
        let before = &self.text.as_bytes()[..start];
        let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let line = 1 + before.iter().filter(|b| **b == b'\n').count();
        let column = 1 + String::from_utf8_lossy(&before[line_start..]).chars().count();
        self.found.push(SettingFault {
            file: self.file.to_owned(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            key: key.into(),
            cause: cause.cause,
            hint: cause.hint,
        });
    }

    /// Every fault, in the order of the file, each once.
    pub(crate) fn into_sorted(mut self) -> Vec<SettingFault> {
        self.found.sort_by(|a, b| (a.line, a.column, a).cmp(&(b.line, b.column, b)));
        self.found.dedup();
        self.found
    }
}

/// A table of the file, and its name.
#[derive(Clone)]
pub(crate) struct Section<'t> {
    table: &'t dyn TableLike,
    path: String,
    /// Where the table stands.
    pub(crate) span: Range<usize>,
}

impl<'t> Section<'t> {
    /// The whole file.
    pub(crate) fn root(table: &'t dyn TableLike) -> Section<'t> {
        Section { table, path: String::new(), span: 0..0 }
    }

    /// The full name of a key in this table.
    pub(crate) fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Where a key's value stands; the table itself when the key is missing.
    pub(crate) fn place(&self, key: &str) -> Range<usize> {
        let found = self.table.get_key_value(key);
        found.and_then(|(k, item)| item.span().or_else(|| k.span())).unwrap_or_else(|| self.span.clone())
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Every key, in order, with where its name stands.
    pub(crate) fn keys(&self) -> Vec<(&'t str, Range<usize>)> {
        let span = |key| self.table.key(key).and_then(toml_edit::Key::span);
        self.table.iter().map(|(key, _)| (key, span(key).unwrap_or_else(|| self.place(key)))).collect()
    }

    /// Notes every key that is not one of these.
    pub(crate) fn known(&self, faults: &mut Faults, known: &[&str]) {
        for (key, span) in self.keys() {
            if !known.contains(&key) {
                faults.add(&span, self.name(key), Cause::hinted("unknown key", one_of(key, known)));
            }
        }
    }

    /// Notes a fault of a key's value.
    pub(crate) fn fault(&self, faults: &mut Faults, key: &str, cause: Cause) {
        faults.add(&self.place(key), self.name(key), cause);
    }

    /// Reads a value; `None` when it is missing, or at fault, which is noted.
    pub(crate) fn read<T>(
        &self,
        faults: &mut Faults,
        key: &str,
        parse: impl FnOnce(&Item) -> Read<T>,
    ) -> Option<T> {
        match parse(self.table.get(key)?) {
            Ok(value) => Some(value),
            Err(causes) => {
                for cause in causes {
                    self.fault(faults, key, cause);
                }
                None
            }
        }
    }

    /// Reads a value that has no default.
    pub(crate) fn required<T>(
        &self,
        faults: &mut Faults,
        key: &str,
        hint: &str,
        parse: impl FnOnce(&Item) -> Read<T>,
    ) -> Option<T> {
        if !self.has(key) && !faults.forgive_missing {
            self.fault(faults, key, Cause::hinted("is missing", hint));
        }
        self.read(faults, key, parse)
    }

    /// The table under a key.
    pub(crate) fn section(&self, faults: &mut Faults, key: &str) -> Option<Section<'t>> {
        let item = self.table.get(key)?;
        if item.as_table_like().is_none() {
            self.fault(
                faults,
                key,
                Cause::hinted(found("a table", item), format!("write [{}]", self.name(key))),
            );
        }
        Some(Section { table: item.as_table_like()?, path: self.name(key), span: self.place(key) })
    }

    /// The tables of an array of tables.
    pub(crate) fn sections(&self, faults: &mut Faults, key: &str) -> Vec<Section<'t>> {
        let path = self.name(key);
        let Some(item) = self.table.get(key) else { return Vec::new() };
        if let Some(tables) = item.as_array_of_tables() {
            let place = self.place(key);
            let section = |table: &'t toml_edit::Table| Section {
                table,
                path: path.clone(),
                span: table.span().unwrap_or_else(|| place.clone()),
            };
            return tables.iter().map(section).collect();
        }
        let tables: Option<Vec<Section>> = item.as_array().and_then(|array| {
            array
                .iter()
                .map(|value| {
                    let table = value.as_inline_table()?;
                    Some(Section { table, path: path.clone(), span: value.span().unwrap_or_default() })
                })
                .collect()
        });
        tables.unwrap_or_else(|| {
            let hint = format!("write [[{path}]], once for each");
            self.fault(faults, key, Cause::hinted(found("an array of tables", item), hint));
            Vec::new()
        })
    }
}

fn found(wanted: &str, item: &Item) -> String {
    format!("{wanted} is wanted here, not {}", with_article(item.type_name()))
}

fn with_article(name: &str) -> String {
    let vowel = name.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {name}", if vowel { "an" } else { "a" })
}

fn wanted(wanted: &str, kind: &str, span: Option<Range<usize>>) -> Vec<Cause> {
    vec![Cause::of(format!("{wanted} is wanted here, not {}", with_article(kind))).at(span)]
}

/// Reads a text by a rule.
pub(crate) fn text<T>(rule: impl FnOnce(&str) -> Result<T, Cause>) -> impl FnOnce(&Item) -> Read<T> {
    |item| match item.as_str() {
        Some(text) => rule(text).map_err(|cause| vec![cause]),
        None => {
            let mut causes = wanted("text in quotes", item.type_name(), item.span());
            // What the rule says to the bare value shows how it is written.
            let bare = item.to_string();
            causes[0].hint = match rule(bare.trim()) {
                Ok(_) => Some(format!("write {:?}", bare.trim())),
                Err(cause) => cause.hint,
            };
            Err(causes)
        }
    }
}

/// Any text that is not blank.
pub(crate) fn some_text(text: &str) -> Result<String, Cause> {
    let trimmed = text.trim();
    if trimmed.is_empty() { Err(Cause::of("is empty")) } else { Ok(trimmed.to_owned()) }
}

/// Reads a list of texts (or one text alone) by a rule; every faulty one is noted where it stands.
pub(crate) fn list<T>(
    rule: impl Fn(&str) -> Result<T, Cause>,
) -> impl FnOnce(&Item) -> Read<Vec<(T, Range<usize>)>> {
    move |item| {
        let one = |value: &Value| {
            let span = value.span();
            match value.as_str() {
                Some(text) => rule(text)
                    .map(|read| (read, span.clone().unwrap_or_default()))
                    .map_err(|cause| vec![cause.at(span)]),
                None => Err(wanted("text in quotes", value.type_name(), span)),
            }
        };
        let reads: Vec<Read<(T, Range<usize>)>> = match item.as_value() {
            Some(Value::Array(array)) => array.iter().map(one).collect(),
            Some(value @ Value::String(_)) => vec![one(value)],
            _ => return Err(wanted("a list of texts", item.type_name(), item.span())),
        };
        let mut values = Vec::new();
        let mut causes = Vec::new();
        for read in reads {
            match read {
                Ok(value) => values.push(value),
                Err(more) => causes.extend(more),
            }
        }
        if causes.is_empty() { Ok(values) } else { Err(causes) }
    }
}

/// Reads a number, whole or not, within limits.
pub(crate) fn number(least: f64, most: f64) -> impl FnOnce(&Item) -> Read<f64> {
    move |item| {
        let whole = item.as_integer().map(|n| n as f64);
        match item.as_float().or(whole) {
            Some(number) if (least..=most).contains(&number) => Ok(number),
            Some(_) => Err(vec![Cause::of(format!("a number from {least} to {most} is wanted here"))]),
            None => Err(wanted("a number", item.type_name(), item.span())),
        }
    }
}

/// Reads true or false.
pub(crate) fn boolean(item: &Item) -> Read<bool> {
    item.as_bool().ok_or_else(|| {
        let hint = item.as_str().map(|text| format!("without quotes: {}", text.eq_ignore_ascii_case("true")));
        let mut causes = wanted("true or false", item.type_name(), item.span());
        causes[0].hint = hint;
        causes
    })
}
