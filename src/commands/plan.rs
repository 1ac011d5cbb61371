//! `plokk plan`: plans the desk, publishes the calendars, and says what came of it.

use crate::args::Plan;
use crate::exit::{Exit, Failure, Outcome};
use crate::history::{Cause, Edition};
use crate::home::Home;
use crate::progress::Bar;
use crate::push;
use crate::table::{Align, Table};
use crate::terminal::{self, Paint};
use chrono::TimeDelta;
use plokk_engine::{ClientSummary, How, PlanError, Planned, changes, plan_and_publish_as, summarize, words};
use plokk_ical_io::Zone;

pub(crate) fn run(args: &Plan) -> Outcome {
    let home = Home::open(&args.at.of.desk)?;
    let _lock = if args.dry_run { None } else { Some(home.lock()?) };
    let inputs = home.inputs(args.at.now(), &args.at.accept, !args.dry_run)?;
    let mut collections = push::open(&home);
    let mirrors = collections.iter().map(push::Opened::mirror).collect();
    let how = How { mirrors, ..How::searching(args.search.options()) };
    let bar = Bar::start(args.search.time_limit)?;
    let result = plan_and_publish_as(inputs, &how, &bar);
    bar.finish();
    let (planned, files) = result.map_err(failure)?;
    for warning in &planned.plan.warnings {
        terminal::warn(warning);
    }
    let edition = Edition {
        by: Cause::Plan,
        files: &files,
        kept: &planned.kept,
        changes: &changes(&planned, &files),
        notes: None,
    };
    let changed = if args.dry_run { None } else { Some(home.publish(&edition)?) };
    if changed.is_some() {
        let troubles = collections.iter_mut().flat_map(|collection| collection.push(&files));
        troubles.for_each(|trouble| terminal::warn(&trouble));
    }
    for path in home.left_over() {
        terminal::warn(&format!(
            "{}: its client is not on the desk; the file is left as it is",
            path.display()
        ));
    }
    if args.json {
        terminal::bytes(&planned.plan.to_json().map_err(Failure::plokk)?)?;
    } else {
        terminal::data(&report(&planned, Paint::for_data()))?;
    }
    let output = home.output();
    terminal::say(&match changed {
        None => "nothing was written (--dry-run)".to_owned(),
        Some(0) => format!("{}: nothing has changed", output.display()),
        Some(changed) => format!("{}: {} written", output.display(), words::count(changed, "file")),
    });
    let behind = !planned.plan.late.is_empty() || !planned.plan.unscheduled.is_empty();
    Ok(if args.strict && behind { Exit::Behind } else { Exit::Done })
}

/// Whose fault it is that there is no plan.
pub(crate) fn failure(error: PlanError) -> Failure {
    if error.is_input() { Failure::input(error) } else { Failure::plokk(error) }
}

/// The plan for eyes.
fn report(planned: &Planned, paint: Paint) -> String {
    let mut text = String::new();
    let mut say = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    say(&paint.bold(&headline(planned)));
    say("");
    let summaries = summarize(&planned.desk, &planned.posed, &planned.solution, &planned.plan);
    let table = table(&summaries).lines();
    for (at, line) in table.iter().enumerate() {
        say(&if at == 0 { paint.dim(line) } else { line.clone() });
    }
    for (title, lines) in [("late", late(planned)), ("unscheduled", unscheduled(planned))] {
        if !lines.is_empty() {
            say("");
            say(&paint.yellow(title));
            lines.iter().for_each(|line| say(&format!("  {line}")));
        }
    }
    text
}

fn headline(planned: &Planned) -> String {
    let assistant = &planned.desk.settings.assistants[0];
    let day = |at: chrono::DateTime<chrono::Utc>| Zone::Iana(assistant.timezone).local(at).date();
    let (from, to) = (day(planned.desk.horizon.from), day(planned.desk.horizon.to - TimeDelta::seconds(1)));
    let quality = match planned.plan.status.as_str() {
        "optimal" => "no plan is better".to_owned(),
        _ if planned.plan.bound.is_none() => "not known how far from the best there can be".to_owned(),
        "stopped" => "the best found before the search was stopped".to_owned(),
        within => format!("{within} of the best there can be"),
    };
    format!("{from} to {to}: {}, {quality}", words::count(planned.plan.chunks.len(), "block"))
}

fn table(summaries: &[ClientSummary]) -> Table {
    let mut table = Table::new(&[
        ("client", Align::Left),
        ("planned", Align::Right),
        ("blocks", Align::Right),
        ("late", Align::Right),
        ("unscheduled", Align::Right),
        ("retainer", Align::Left),
    ]);
    let minutes =
        |minutes: i64| if minutes == 0 { "-".to_owned() } else { words::length(TimeDelta::minutes(minutes)) };
    let number = |number: usize| if number == 0 { "-".to_owned() } else { number.to_string() };
    for line in summaries {
        let retainer = match line.retainer {
            None => "-".to_owned(),
            Some(r) if r.met == r.periods => "met".to_owned(),
            Some(r) => format!(
                "{} of {} met, {} short",
                r.met,
                r.periods,
                words::length(TimeDelta::minutes(r.short_minutes))
            ),
        };
        table.row([
            line.name.clone(),
            minutes(line.minutes),
            number(line.blocks),
            number(line.late),
            minutes(line.unscheduled_minutes),
            retainer,
        ]);
    }
    let sum = |of: fn(&ClientSummary) -> i64| summaries.iter().map(of).sum();
    let count = |of: fn(&ClientSummary) -> usize| summaries.iter().map(of).sum();
    table.row([
        "total".to_owned(),
        minutes(sum(|line| line.minutes)),
        number(count(|line| line.blocks)),
        number(count(|line| line.late)),
        minutes(sum(|line| line.unscheduled_minutes)),
        String::new(),
    ]);
    table
}

fn late(planned: &Planned) -> Vec<String> {
    let zone = planned.desk.settings.assistants[0].timezone;
    let line = |late: &plokk_engine::Late| {
        let (due, done) = (late.due.to_utc(), late.completion.to_utc());
        format!(
            "{}: due {}, done {}",
            name(planned, &late.task),
            words::moment(due, zone),
            words::moment(done, zone)
        )
    };
    planned.plan.late.iter().map(line).collect()
}

fn unscheduled(planned: &Planned) -> Vec<String> {
    let line = |work: &plokk_engine::Unscheduled| {
        let length = words::length(TimeDelta::minutes(work.minutes));
        format!("{}, {length}: {}", name(planned, &work.task), work.reason)
    };
    planned.plan.unscheduled.iter().map(line).collect()
}

/// What the task is, and for whom.
fn name(planned: &Planned, task: &str) -> String {
    let Some(work) = planned.desk.work.iter().find(|work| work.id == task) else { return task.to_owned() };
    let summary = if work.summary.is_empty() { &work.id } else { &work.summary };
    match work.client {
        Some(client) => format!("{}: {summary}", planned.desk.settings.clients[client].name),
        None => summary.clone(),
    }
}
