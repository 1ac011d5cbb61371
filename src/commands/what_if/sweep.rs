//! Sweeps: a line of CSV for each scenario, as soon as it is known; a run that is stopped goes on where it was.

use super::{WhatIf, all, failure, shown};
use crate::exit::{Exit, Failure, Outcome};
use crate::home::Home;
use crate::terminal;
use plokk_engine::what_if::{COLUMNS, Draws, Grid, Outlook, Row, Scenario};
use rayon::prelude::*;
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

/// So many scenarios are worked out before their lines are written.
const BATCH: usize = 32;

pub(crate) fn run(args: &WhatIf, home: &Home, outlook: &Outlook, sweep: &Path, output: &Path) -> Outcome {
    let text = fs::read_to_string(sweep).map_err(|error| Failure::file(sweep, "read", &error))?;
    let grid = Grid::read(&text, &shown(sweep), &home.settings).map_err(|faults| all(&faults))?;
    let (part, parts) = args.out.part.unwrap_or((1, 1));
    let mine = |n: &usize| n % parts == part - 1;
    let asked = asked(args, outlook);
    let (done, mut file) = resume(output, &asked)?;
    let todo: Vec<&Scenario> = (0..grid.scenarios.len())
        .filter(mine)
        .map(|n| &grid.scenarios[n])
        .filter(|scenario| !done.contains(&scenario.name))
        .collect();
    let draws = args.questions.draws();
    let mut written = 0;
    for batch in todo.chunks(BATCH) {
        let rows: Result<Vec<Row>, _> =
            batch.par_iter().map(|scenario| outlook.row(scenario, draws)).collect();
        let lines = rows.map_err(failure)?;
        let lines: String = lines.iter().map(|row| format!("{},{asked}\n", row.csv())).collect();
        file.write_all(lines.as_bytes()).map_err(|error| Failure::file(output, "write", &error))?;
        file.sync_data().map_err(|error| Failure::file(output, "write", &error))?;
        written += batch.len();
        terminal::say(&format!("{written} of {} scenarios", todo.len()));
    }
    terminal::say(&format!("{}: {written} written, {} were there", output.display(), done.len()));
    Ok(Exit::Done)
}

/// What every row hangs on beside its scenario, without commas: the last column.
fn asked(args: &WhatIf, outlook: &Outlook) -> String {
    let (day, question) = (outlook.timeline.edges[0], &outlook.question);
    let chances = match args.questions.draws() {
        None => "no futures".to_owned(),
        Some(Draws { runs, within, seed }) => format!("{runs} futures within {within} by seed {seed}"),
    };
    format!("{day} {} months {chances} {} sick days", question.months, question.sick_days)
}

/// The scenarios that a file holds already, and the file, ready for more of what was asked the same way. A line that
/// was cut off is taken away.
fn resume(output: &Path, asked: &str) -> Result<(HashSet<String>, File), Failure> {
    let failed = |verb: &'static str| move |error: std::io::Error| Failure::file(output, verb, &error);
    let open = OpenOptions::new().create(true).read(true).append(true).open(output);
    let mut file = open.map_err(failed("write"))?;
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        let cause = "another run writes to it; give each part a file of its own";
        return Err(Failure::Input(format!("{}: {cause}", output.display())));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(failed("read"))?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let mut lines = text[..whole].lines();
    let head = lines.next();
    let columns = format!("{COLUMNS},asked");
    if head.is_some_and(|head| head != columns) {
        return Err(Failure::Input(format!("{}: is no sweep of this version of plokk", output.display())));
    }
    let lines: Vec<&str> = lines.collect();
    let mut others = lines.iter().filter_map(|line| line.rsplit_once(',')).map(|(_, theirs)| theirs);
    if let Some(other) = others.find(|theirs| *theirs != asked) {
        let cause = format!("holds answers to another question ({other}, not {asked})");
        let hint = "ask the same, --now included, or write to another file";
        return Err(Failure::Input(format!("{}: {cause}; {hint}", output.display())));
    }
    let done = lines.into_iter().map(name).collect();
    let fresh = if head.is_none() { format!("{columns}\n") } else { String::new() };
    let ready = file.set_len(whole as u64).and_then(|()| file.write_all(fresh.as_bytes()));
    ready.map_err(failed("write"))?;
    Ok((done, file))
}

/// The first field of a line of CSV.
fn name(line: &str) -> String {
    match line.strip_prefix('"') {
        None => line.split(',').next().unwrap_or_default().to_owned(),
        Some(rest) => {
            let mut name = String::new();
            let mut chars = rest.chars().peekable();
            while let Some(c) = chars.next() {
                match c {
                    '"' if chars.next_if_eq(&'"').is_some() => name.push('"'),
                    '"' => break,
                    c => name.push(c),
                }
            }
            name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_read_as_it_was_written() {
        assert_eq!(name("plain,1,2"), "plain");
        assert_eq!(name("\"a, \"\"b\"\"\",1"), "a, \"b\"");
    }

    #[test]
    fn a_line_that_was_cut_off_is_worked_out_again() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("sweep.csv");
        let whole = format!("{COLUMNS},asked\na,1,3 months\n");
        fs::write(&path, format!("{whole}b,2")).expect("the folder is writable");
        let (done, file) = resume(&path, "3 months").expect("it is a sweep");
        assert_eq!(done, HashSet::from(["a".to_owned()]));
        assert!(resume(&path, "3 months").is_err(), "two runs would write over each other");
        drop(file);
        assert_eq!(fs::read_to_string(&path).expect("it is there"), whole);
        assert!(resume(&path, "12 months").is_err(), "answers to two questions would stand in one file");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), whole);
        fs::write(&path, "something else\n").expect("the folder is writable");
        assert!(resume(&path, "3 months").is_err());
    }
}
