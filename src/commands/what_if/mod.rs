//! `plokk what-if`: scenarios side by side with today's desk. Nothing published changes.

mod args;
mod sweep;
mod tables;

pub(crate) use args::WhatIf;

use crate::exit::{Exit, Failure, Outcome};
use crate::home::Home;
use crate::{files, terminal};
use plokk_engine::what_if::{
    Answer, Ask, Change, Outlook, Question, Row, Scenario, WhatIfError, guess_zone, page,
};
use plokk_ical_io::Zone;
use std::fs;
use std::path::Path;

pub(crate) fn run(args: &WhatIf) -> Outcome {
    let home = Home::open(&args.at.of.desk)?;
    let asked = args.asked.scenario(&home.settings)?;
    let questions = args.questions.ask(&home.settings)?;
    let scenarios = scenarios(args, &home, asked)?;
    let outlook = outlook(args, &home)?;
    if let (Some(sweep), Some(output)) = (&args.out.sweep, &args.out.output) {
        return sweep::run(args, &home, &outlook, sweep, output);
    }
    say_guesses(&scenarios);
    let mut answers = Vec::new();
    for scenario in &scenarios {
        let today = scenario.changes.is_empty();
        // Hours still to sell and what a helper brings are asked of every scenario; the way out, of wishes.
        let asked = questions.clone();
        let ask = Ask { fit: !today, way_out: asked.way_out && !today, ..asked };
        answers.push(outlook.answer(scenario, &ask).map_err(failure)?);
    }
    print(args, &outlook, &answers)?;
    if let Some(file) = &args.out.html {
        files::replace(file, page(&outlook, &answers).as_bytes())?;
        terminal::say(&format!("{}: written", file.display()));
    }
    Ok(Exit::Done)
}

fn print(args: &WhatIf, outlook: &Outlook, answers: &[Answer]) -> Result<(), Failure> {
    if args.out.json {
        let json = serde_json::json!({
            "generated": Zone::from(outlook.timeline.zone).shown(outlook.question.now).to_rfc3339(),
            "months": outlook.question.months,
            "scenarios": answers,
        });
        return terminal::data(&format!(
            "{}\n",
            serde_json::to_string_pretty(&json).map_err(Failure::plokk)?
        ));
    }
    if args.out.csv {
        let mut text = format!("{}\n", plokk_engine::what_if::COLUMNS);
        for answer in answers {
            text.push_str(&Row::of(answer).csv());
            text.push('\n');
        }
        return terminal::data(&text);
    }
    terminal::data(&tables::report(outlook, answers))
}

/// Whose fault it is that there is no answer.
pub(crate) fn failure(error: WhatIfError) -> Failure {
    if error.is_input() { Failure::input(error) } else { Failure::plokk(error) }
}

/// Today's desk, then the scenarios to compare with it.
fn scenarios(args: &WhatIf, home: &Home, asked: Option<Scenario>) -> Result<Vec<Scenario>, Failure> {
    let mut scenarios = vec![Scenario::today()];
    let usual = args.at.of.desk.join("scenarios.toml");
    let file = match &args.scenarios {
        Some(file) => Some(file.clone()),
        None => (asked.is_none() && usual.exists()).then_some(usual),
    };
    if let Some(file) = file {
        let text = fs::read_to_string(&file).map_err(|error| Failure::file(&file, "read", &error))?;
        scenarios
            .extend(Scenario::read(&text, &shown(&file), &home.settings).map_err(|faults| all(&faults))?);
    }
    scenarios.extend(asked);
    Ok(scenarios)
}

/// Every fault of a file, one a line.
fn all(faults: &[plokk_engine::SettingFault]) -> Failure {
    Failure::Input(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn shown(file: &Path) -> String {
    let shown = file.display().to_string();
    shown.strip_prefix("./").unwrap_or(&shown).to_owned()
}

fn outlook(args: &WhatIf, home: &Home) -> Result<Outlook, Failure> {
    let now = args.at.now();
    let usual = args.at.of.desk.join("tracked.csv");
    let file = args.tracked.clone().or_else(|| usual.exists().then_some(usual));
    let tracked = match file {
        Some(file) => {
            let text = fs::read_to_string(&file).map_err(|error| Failure::file(&file, "read", &error))?;
            Some((shown(&file), text))
        }
        None => None,
    };
    // Nothing is kept: a question leaves no trace.
    let feeds = home.texts(home.fetch(now, &args.at.accept, false)?);
    let settings = home.settings.clone();
    let sick_days = args.questions.sick_days;
    let outlook = Outlook::new(Question { settings, feeds, tracked, now, months: args.months, sick_days })
        .map_err(failure)?;
    for warning in &outlook.warnings {
        terminal::warn(warning);
    }
    Ok(outlook)
}

/// A zone that nobody said is said.
fn say_guesses(scenarios: &[Scenario]) {
    for change in scenarios.iter().flat_map(|scenario| &scenario.changes) {
        if let Change::AddClient(new) = change {
            let how = match guess_zone(&new.id) {
                Some(zone) if zone == new.timezone => "as its name says",
                _ => "add @ZONE or timezone to say another",
            };
            terminal::say(&format!("{}: taken to be in {} ({how})", new.id, new.timezone));
        }
    }
}
