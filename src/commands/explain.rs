//! `plokk explain TASK`: why a task is where it is, or why it is not planned.

use super::plan::failure;
use crate::args::Explain;
use crate::exit::{Exit, Failure, Outcome};
use crate::home::Home;
use crate::progress::Bar;
use crate::terminal::{self, Paint};
use chrono::TimeDelta;
use plokk_engine::{Explanation, Planned, Rule, State, Work, explain, find, nearest, plan_desk, words};

pub(crate) fn run(args: &Explain) -> Outcome {
    let home = Home::open(&args.at.of.desk)?;
    // Without --now the last plan is explained, as of when it was made.
    let last = home.last().filter(|_| !args.at.is_set());
    let mut options = args.search.options();
    if let (Some(last), true) = (&last, args.search.is_default()) {
        options.effort = last.effort;
    }
    let is_last = last.is_some();
    let inputs = home.inputs(last.map_or_else(|| args.at.now(), |kept| kept.now), &args.at.accept, false)?;
    let bar = Bar::start(args.search.time_limit)?;
    let result = plan_desk(inputs, &options, &bar);
    bar.finish();
    let planned = result.map_err(failure)?;
    if is_last && !planned.stands {
        terminal::say(
            "the input is not what the last plan was made from; this is about the plan as it would be now",
        );
    }
    let explanation = explain(&planned, the_one(&planned, &args.task)?);
    if args.json {
        let json = serde_json::to_string_pretty(&explanation).map_err(Failure::plokk)?;
        terminal::data(&(json + "\n"))?;
    } else {
        terminal::data(&for_eyes(&planned, &explanation, Paint::for_data()))?;
    }
    Ok(Exit::Done)
}

/// How many tasks are named when the words fit several.
const NAMED: usize = 10;

fn the_one<'a>(planned: &'a Planned, words: &str) -> Result<&'a Work, Failure> {
    let found = if words.trim().is_empty() { Vec::new() } else { find(&planned.desk, words) };
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(Failure::Input(match nearest(&planned.desk, words) {
            Some(work) => format!(
                "no open task of this desk is called {words:?}; did you mean {:?} ({})?",
                work.summary, work.id
            ),
            None => format!("no open task of this desk is called {words:?}"),
        })),
        several => {
            let mut lines =
                vec![format!("{words:?} fits {}; say which:", words::count(several.len(), "task"))];
            lines.extend(several.iter().take(NAMED).map(|work| format!("  {}  {}", work.id, work.summary)));
            if several.len() > NAMED {
                lines.push("  ...".to_owned());
            }
            Err(Failure::Input(lines.join("\n")))
        }
    }
}

fn for_eyes(planned: &Planned, explanation: &Explanation, paint: Paint) -> String {
    let mut text = String::new();
    let mut say = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    let zone = planned.desk.settings.assistants[0].timezone;
    let at = |instant: chrono::DateTime<chrono::FixedOffset>| words::moment(instant.to_utc(), zone);
    let client = explanation.client.as_ref().map(|client| format!("{client}: ")).unwrap_or_default();
    let summary = if explanation.summary.is_empty() { &explanation.task } else { &explanation.summary };
    say(&paint.bold(&format!("{client}{summary}")));
    say(&paint.dim(&explanation.task));
    say(&format!("{} ({zone})", state(explanation)));
    for chunk in &explanation.chunks {
        let length = words::length(chunk.end - chunk.start);
        say(&format!("  {}, {length}, {}", at(chunk.start), chunk.assistant));
    }
    section(&mut say, paint, "why", explanation.why.iter().cloned());
    let time = explanation
        .time
        .iter()
        .map(|step| format!("{:>8}  {}", words::length(TimeDelta::minutes(step.minutes)), rule(step.rule)));
    section(&mut say, paint, "time for it, rule by rule", time);
    let elsewhere = explanation.elsewhere.iter().map(|place| {
        format!(
            "{} instead of {}, {}: {}",
            at(place.start),
            at(place.instead_of),
            place.assistant,
            place.in_words()
        )
    });
    section(&mut say, paint, "other places, with everything else unmoved", elsewhere);
    let frees = explanation.frees.iter().map(|relief| {
        let points = relief.points.map(|points| format!(", for {points:.1} points more")).unwrap_or_default();
        format!("{}: from {}, complete {}{points}", relief.change, at(relief.start), at(relief.completion))
    });
    section(&mut say, paint, "what would free it", frees);
    text
}

fn section(say: &mut impl FnMut(&str), paint: Paint, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        say("");
        say(&paint.green(title));
        lines.for_each(|line| say(&format!("  {line}")));
    }
}

fn state(explanation: &Explanation) -> String {
    let missing = words::length(TimeDelta::minutes(explanation.missing_minutes));
    match explanation.state {
        State::Planned => "planned in full, complete when it is due".to_owned(),
        State::Late => "planned in full, complete only after it is due".to_owned(),
        State::PlannedInPart => format!("planned in part: {missing} is missing"),
        State::Unscheduled => format!("not planned: {missing}"),
        State::Settled => "nothing is left to plan".to_owned(),
        State::Later => "not planned yet".to_owned(),
    }
}

fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Free => "free time of those who may do it",
        Rule::Release => "after its release",
        Rule::After => "after what must be done before",
        Rule::Deadline => "before its deadline",
        Rule::Reachable => "while the client can be reached",
        Rule::Chunk => "in stretches long enough for a block",
        Rule::OtherWork => "that other planned work leaves",
    }
}
