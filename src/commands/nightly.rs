//! `plokk nightly`: the night of one desk, or of a fleet of them.

use crate::args;
use crate::exit::{Exit, Failure, Outcome};
use crate::home::SETTINGS;
use crate::nightly::{Job, Night, name, night};
use crate::progress::{Bar, Deadline, Fleet};
use crate::terminal::{self, Paint};
use plokk_engine::{Way, words};
use rayon::prelude::*;
use serde_json::json;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &args::Nightly) -> Outcome {
    let asked = if args.desks.is_empty() { std::slice::from_ref(&args.at.of.desk) } else { &args.desks[..] };
    let desks = find(asked)?;
    let job = Job {
        now: args.at.now(),
        accept: args.at.accept.clone(),
        effort: args.search.effort(),
        until_stopped: args.search.options().until_stopped,
        dry_run: args.dry_run,
        quiet: desks.len() > 1,
    };
    let ends = match &desks[..] {
        [one] => vec![alone(one, &job, args)?],
        many => fleet(many, &job, args)?,
    };
    let mut behind = false;
    let mut worst = None;
    for end in ends {
        match end {
            End::Well { behind: is_behind } => behind |= is_behind,
            // A fault of this program says more than one of the input.
            End::Badly(failure @ Failure::Plokk(_)) => worst = Some(failure),
            End::Badly(failure) => worst = worst.or(Some(failure)),
        }
    }
    match worst {
        Some(failure) => Err(failure),
        None if args.strict && behind => Ok(Exit::Behind),
        None => Ok(Exit::Done),
    }
}

/// How the night of a desk ended, for the exit status.
enum End {
    Well { behind: bool },
    Badly(Failure),
}

/// The desks in these folders: each that has a plokk.toml, and those in folders below it. In a desk no
/// other desk is looked for.
///
/// # Errors
///
/// When a folder is not there or holds no desk.
pub(crate) fn find(folders: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut desks = Vec::new();
    for folder in folders {
        let before = desks.len();
        search(folder, &mut desks).map_err(|error| Failure::file(folder, "read", &error))?;
        if desks.len() == before {
            return Err(Failure::Input(format!(
                "{}: there is no desk here, nor in any folder of it (plokk init makes one)",
                folder.display()
            )));
        }
    }
    desks.sort();
    desks.dedup();
    Ok(desks)
}

fn search(folder: &Path, desks: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if folder.join(SETTINGS).is_file() {
        desks.push(folder.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        // Links are not followed: they may lead round in circles.
        if entry.file_type()?.is_dir() && !hidden {
            // A folder that may not be looked into has no desk of ours.
            let _ = search(&entry.path(), desks);
        }
    }
    Ok(())
}

/// One desk, with all that is to be said about it.
fn alone(desk: &Path, job: &Job, args: &args::Nightly) -> Result<End, Failure> {
    let bar = Bar::start(args.search.time_limit)?;
    let result = guarded(desk, job, &bar);
    bar.finish();
    let night = result?;
    for warning in &night.planned.plan.warnings {
        terminal::warn(warning);
    }
    if args.json {
        terminal::data(&(line_of(desk, &Ok(&night)) + "\n"))?;
    } else if !args.quiet {
        terminal::data(&report(&night, Paint::for_data()))?;
    }
    for trouble in &night.troubles {
        terminal::warn(trouble);
    }
    if args.quiet {
        return Ok(end(&night));
    }
    terminal::say(&match (job.dry_run, night.written) {
        (true, _) => "nothing was written (--dry-run)".to_owned(),
        (false, 0) => format!("{}; no file has changed", how(night.planned.way)),
        (false, written) => format!("{}; {} written", how(night.planned.way), words::count(written, "file")),
    });
    Ok(end(&night))
}

/// How the plan came about, for eyes.
fn how(way: Way) -> &'static str {
    match way {
        Way::Stands => "the last plan stands",
        Way::Carried => "the last plan was carried over",
        Way::Searched => "the plan was searched anew",
    }
}

/// The night for eyes.
fn report(night: &Night, paint: Paint) -> String {
    let text = night.changes.to_text();
    let mut lines = text.lines();
    let mut out = paint.bold(lines.next().unwrap_or_default());
    for line in lines {
        out.push('\n');
        let is_client = !line.starts_with(' ') && !line.is_empty();
        out.push_str(&if is_client { paint.green(line) } else { line.to_owned() });
    }
    out + "\n"
}

fn end(night: &Night) -> End {
    if night.troubles.is_empty() {
        return End::Well { behind: night.is_behind() };
    }
    End::Badly(Failure::Input(format!(
        "the calendars are published, but not everybody was told: {}",
        night.troubles.join("; ")
    )))
}

/// Many desks, side by side; a bad one spoils only itself.
fn fleet(desks: &[PathBuf], job: &Job, args: &args::Nightly) -> Result<Vec<End>, Failure> {
    let fleet = Fleet::start("planning", desks.len())?;
    let one = |desk: &PathBuf| {
        let result = if Deadline::interrupted() {
            Err(Failure::Input("stopped before it was its turn".to_owned()))
        } else {
            guarded(desk, job, &Deadline::after(args.search.time_limit))
        };
        fleet.one_more(None);
        // Plans are large and desks are many: only what is said of them is kept.
        (line_of(desk, &result.as_ref()), Told::of(result))
    };
    let nights: Vec<(String, Told)> = pool()?.install(|| desks.par_iter().map(one).collect());
    fleet.finish();
    if args.json {
        for (line, _) in &nights {
            terminal::data(&format!("{line}\n"))?;
        }
    }
    for (desk, (_, told)) in desks.iter().zip(&nights) {
        for line in &told.lines {
            terminal::say(&format!("{}: {line}", desk.display()));
        }
    }
    let told: Vec<Told> = nights.into_iter().map(|(_, told)| told).collect();
    let summary = summary(&told);
    match (args.json, args.quiet) {
        (true, _) => terminal::say(&summary),
        (false, true) => {}
        (false, false) => terminal::data(&(summary + "\n"))?,
    }
    Ok(told.into_iter().map(|told| told.end).collect())
}

/// Threads for a fleet: more than there are processors, since half of a quiet night is waiting for the disk.
///
/// # Errors
///
/// When the system gives no threads.
pub(crate) fn pool() -> Result<rayon::ThreadPool, Failure> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    rayon::ThreadPoolBuilder::new()
        .num_threads(2 * processors)
        .build()
        .map_err(|error| Failure::input(format!("the desks cannot be planned side by side: {error}")))
}

/// What is left to say of a desk of a fleet.
struct Told {
    changed: bool,
    way: Option<&'static str>,
    lines: Vec<String>,
    end: End,
}

impl Told {
    fn of(result: Result<Night, Failure>) -> Told {
        match result {
            Ok(night) => Told {
                changed: !night.changes.is_empty(),
                way: Some(night.way()),
                lines: night.troubles.iter().map(|trouble| format!("published, but {trouble}")).collect(),
                end: match end(&night) {
                    End::Badly(_) => {
                        End::Badly(Failure::Input("not everybody was told; see above".to_owned()))
                    }
                    well => well,
                },
            },
            Err(failure) => {
                let (Failure::Input(message) | Failure::Plokk(message)) = &failure;
                let lines = message.lines().map(str::to_owned).collect();
                let end = match &failure {
                    Failure::Input(_) => {
                        Failure::Input("not every desk could be planned; see above".to_owned())
                    }
                    Failure::Plokk(_) => {
                        Failure::Plokk("not every desk could be planned; see above".to_owned())
                    }
                };
                Told { changed: false, way: None, lines, end: End::Badly(end) }
            }
        }
    }
}

fn summary(told: &[Told]) -> String {
    let count = |what: &dyn Fn(&&Told) -> bool| told.iter().filter(what).count();
    let failed = count(&|told| told.way.is_none());
    let ways = ["stands", "carried over", "searched"].map(|way| (way, count(&|told| told.way == Some(way))));
    let ways: Vec<String> =
        ways.iter().filter(|(_, n)| *n > 0).map(|(way, n)| format!("{n} {way}")).collect();
    let ways = if ways.is_empty() { String::new() } else { format!(" ({})", ways.join(", ")) };
    format!(
        "{}: {} changed, {} as before{ways}, {failed} failed, {} behind",
        words::count(told.len(), "desk"),
        count(&|told| told.changed),
        count(&|told| told.way.is_some() && !told.changed),
        count(&|told| matches!(told.end, End::Well { behind: true })),
    )
}

/// A desk's night; a panic in it is this program's fault and that desk's loss only.
fn guarded(desk: &Path, job: &Job, observer: &dyn plokk_solver::Observer) -> Result<Night, Failure> {
    catch_unwind(AssertUnwindSafe(|| night(desk, job, observer))).unwrap_or_else(|_| {
        Err(Failure::Plokk("an assumption of this program did not hold; nothing was published".to_owned()))
    })
}

/// A desk's night for programs.
fn line_of(desk: &Path, night: &Result<&Night, &Failure>) -> String {
    let json = match night {
        Ok(night) => json!({
            "desk": desk.display().to_string(),
            "name": name(desk),
            "ok": night.troubles.is_empty(),
            "way": night.planned.way,
            "written": night.written,
            "changes": night.changes,
            "late": night.planned.plan.late.len(),
            "unscheduled": night.planned.plan.unscheduled.len(),
            "warnings": night.planned.plan.warnings.len(),
            "troubles": night.troubles,
        }),
        Err(Failure::Input(message) | Failure::Plokk(message)) => {
            json!({ "desk": desk.display().to_string(), "name": name(desk), "ok": false, "error": message })
        }
    };
    json.to_string()
}
