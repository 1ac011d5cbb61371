//! `plokk serve`: the feed server, with the nightly job inside if that is asked for.

use super::nightly::{find, pool};
use crate::args;
use crate::exit::{Exit, Failure, Outcome};
use crate::nightly::{Job, night};
use crate::progress::{Deadline, listen};
use crate::serve::{Desks, Limits, Metrics, Server, every_night, serve};
use crate::terminal;
use chrono::{SubsecRound, Utc};
use plokk_engine::words;
use plokk_ical_io::IanaZone;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// So often it is looked whether the server is to end.
const LOOK: Duration = Duration::from_millis(100);

pub(crate) fn run(args: &args::Serve) -> Outcome {
    let folders = find(&args.desks)?;
    listen()?;
    let zone = match args.timezone {
        Some(zone) => zone,
        None => here(args.nightly.is_some())?,
    };
    let server =
        Arc::new(Server { desks: Desks::new(folders), metrics: Metrics::default(), url: args.url.clone() });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::input(format!("the server cannot start: {error}")))?;
    let limits =
        Limits { connections: args.connections, patience: Duration::from_secs(u64::from(args.patience)) };
    runtime.block_on(async {
        let listener = TcpListener::bind(args.listen).await;
        let listener = listener
            .map_err(|error| Failure::Input(format!("{}: cannot listen there: {error}", args.listen)))?;
        let address = listener.local_addr().map_or(args.listen, |address| address);
        let desks = words::count(server.desks.folders().len(), "desk");
        terminal::say(&format!("listening on http://{address}, for {desks}"));
        let (end, ends) = watch::channel(false);
        tokio::spawn(async move {
            while !Deadline::interrupted() {
                tokio::time::sleep(LOOK).await;
            }
            let _ = end.send(true);
        });
        if let Some(time) = args.nightly {
            terminal::say(&format!("every night at {} ({zone})", time.format("%H:%M")));
            let server = Arc::clone(&server);
            tokio::spawn(every_night(time, zone, Utc::now, move || {
                let server = Arc::clone(&server);
                async move {
                    // What it has to say it has said.
                    let _ = tokio::task::spawn_blocking(move || nightly(&server)).await;
                }
            }));
        }
        serve(listener, server, limits, ends).await;
        terminal::say("stopped");
        Ok(Exit::Done)
    })
}

/// This computer's zone.
fn here(needed: bool) -> Result<IanaZone, Failure> {
    let name = iana_time_zone::get_timezone().ok();
    match name.and_then(|name| name.parse().ok()) {
        Some(zone) => Ok(zone),
        None if needed => Err(Failure::Input(
            "this computer's time zone is not known; say which with --timezone".to_owned(),
        )),
        None => Ok(IanaZone::UTC),
    }
}

/// The night of every desk; a bad one spoils only itself.
fn nightly(server: &Server) {
    let job = Job {
        now: Utc::now().trunc_subsecs(0),
        accept: Vec::new(),
        effort: None,
        until_stopped: false,
        dry_run: false,
        quiet: true,
    };
    let folders: Vec<PathBuf> = server.desks.folders();
    let count =
        || folders.par_iter().filter(|folder| !Deadline::interrupted() && !went_well(folder, &job)).count();
    let badly = match pool() {
        Ok(pool) => pool.install(count),
        Err(_) => count(),
    };
    let (badly, all) = (badly as u64, folders.len() as u64);
    server.metrics.night(Utc::now(), all - badly, badly);
    terminal::say(&format!(
        "{}: {}, {badly} failed",
        job.now.to_rfc3339(),
        words::count(folders.len(), "desk")
    ));
}

fn went_well(folder: &Path, job: &Job) -> bool {
    let watch = Deadline::after(None);
    let result = catch_unwind(AssertUnwindSafe(|| night(folder, job, &watch)));
    let said = match result {
        Ok(Ok(night)) if night.troubles.is_empty() => return true,
        Ok(Ok(night)) => night.troubles.join("; "),
        Ok(Err(Failure::Input(message) | Failure::Plokk(message))) => message,
        Err(_) => "an assumption of this program did not hold; nothing was published".to_owned(),
    };
    terminal::say(&format!("{}: {said}", folder.display()));
    false
}
