//! `plokk history`: the plans that were published.

use crate::args;
use crate::exit::{Exit, Failure, Outcome};
use crate::history::{Cause, Night};
use crate::home::Home;
use crate::table::{Align, Table};
use crate::terminal::{self, Paint};
use plokk_engine::words;
use serde_json::json;

pub(crate) fn run(args: &args::History) -> Outcome {
    let home = Home::open(&args.of.desk)?;
    let history = home.history();
    if let Some(number) = args.night {
        let night = history.read(number).ok_or_else(|| unknown(number, &home))?;
        let text = if args.json {
            serde_json::to_string_pretty(&night.changes).map_err(Failure::plokk)? + "\n"
        } else {
            night.changes.to_text()
        };
        terminal::data(&text)?;
        return Ok(Exit::Done);
    }
    let numbers = history.numbers();
    let nights: Vec<(u32, Option<Night>)> =
        numbers.into_iter().map(|number| (number, history.read(number))).collect();
    if args.json {
        for (number, night) in &nights {
            let line = night.as_ref().map(|night| {
                json!({ "night": number, "at": night.changes.at.to_rfc3339(), "by": night.by, "changes": night.changes })
            });
            terminal::data(&format!("{}\n", line.unwrap_or_else(|| json!({ "night": number }))))?;
        }
        return Ok(Exit::Done);
    }
    if nights.is_empty() {
        terminal::say("nothing has been published yet");
        return Ok(Exit::Done);
    }
    let zone = home.settings.assistants[0].timezone;
    let mut table = Table::new(&[
        ("night", Align::Right),
        ("when", Align::Left),
        ("by", Align::Left),
        ("blocks", Align::Right),
        ("what changed", Align::Left),
    ]);
    for (number, night) in &nights {
        let row = match night {
            Some(night) => [
                number.to_string(),
                words::moment(night.at, zone),
                by(night.by),
                night.changes.blocks.to_string(),
                night.changes.headline(),
            ],
            None => {
                [number.to_string(), String::new(), String::new(), String::new(), "cannot be read".to_owned()]
            }
        };
        table.row(row);
    }
    let paint = Paint::for_data();
    let lines = table.lines();
    let lines: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| if at == 0 { paint.dim(line) } else { line.clone() })
        .collect();
    terminal::data(&(lines.join("\n") + "\n"))?;
    Ok(Exit::Done)
}

fn by(cause: Cause) -> String {
    match cause {
        Cause::Plan => "plan".to_owned(),
        Cause::Nightly => "nightly".to_owned(),
        Cause::Undo(number) => format!("undo, back to {number}"),
    }
}

/// That there is no such night, and which there are.
pub(super) fn unknown(number: u32, home: &Home) -> Failure {
    let numbers = home.history().numbers();
    Failure::Input(match (numbers.first(), numbers.last()) {
        (Some(_), Some(_)) if numbers.contains(&number) => format!("night {number} cannot be read any more"),
        (Some(first), Some(last)) => format!("there is no night {number}; kept are {first} to {last}"),
        _ => format!("there is no night {number}; nothing has been published yet"),
    })
}
