//! Calendars that others wrote (`../shared/ical`, beside the repository; the test says so when they are
//! not there): whatever they hold, a desk comes of it, and a valid problem.

use crate::support::*;
use plokk_engine::{Desk, FeedText, Settings, pose};
use std::path::{Path, PathBuf};

fn calendars(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        match path.is_dir() {
            true => calendars(&path, found),
            false if path.extension().is_some_and(|e| e == "ics") => found.push(path),
            false => {}
        }
    }
}

#[test]
fn calendars_that_others_wrote_can_be_planned_by() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/ical/files");
    let mut paths = Vec::new();
    calendars(&folder, &mut paths);
    paths.sort();
    if paths.is_empty() {
        eprintln!("{} is not there: nothing was tried", folder.display());
        return;
    }
    let settings = Settings::read(SETTINGS, "plokk.toml").expect("nothing is wrong with it");
    let mut work = 0;
    for path in &paths {
        let bytes = std::fs::read(path).expect("readable");
        let feed = |name: &str, content: Vec<u8>| FeedText { content: Ok(content), ..feed(name, "") };
        let year = String::from_utf8_lossy(&bytes).split("DTSTART").nth(1).and_then(|rest| {
            let digits: String = rest.split(':').nth(1)?.chars().take(8).collect();
            let date = format!("{}-{}-{}", digits.get(..4)?, digits.get(4..6)?, digits.get(6..8)?);
            format!("{date}T05:00:00Z").parse().ok()
        });
        for now in [Some(utc(MONDAY)), year].into_iter().flatten() {
            for mine in [calendar(&[]).into_bytes(), bytes.clone()] {
                let texts = [feed("mari.ics", mine), feed("acme.ics", bytes.clone())];
                let Ok(desk) = Desk::assemble(settings.clone(), texts.as_slice(), now) else { continue };
                let faults = pose(&desk, None).problem.faults();
                assert!(faults.is_empty(), "{}: {faults:?}", path.display());
                work += desk.work.len();
            }
        }
    }
    assert!(work > 0, "no work in {} calendars", paths.len());
}
