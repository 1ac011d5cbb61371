//! A desk's folder: what is read from it, what is kept in it, and what is published.

use crate::exit::Failure;
use crate::history::{Edition, History};
use crate::{files, progress, proxy, terminal};
use chrono::{DateTime, Utc};
use indicatif::ProgressBar;
use plokk_engine::{FeedText, Inputs, Kept, Settings, Warning, published_paths};
use plokk_ical_io::{Feed, FeedSpec, FeedState, FetchSettings, fetch_all};
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The settings' file.
pub(crate) const SETTINGS: &str = "plokk.toml";

/// What a night has changed, in the output folder.
pub(crate) const CHANGES_FILE: &str = "changes.md";

/// A desk's folder.
pub(crate) struct Home {
    folder: PathBuf,
    pub(crate) settings: Settings,
    /// Nothing is shown while feeds are fetched: other desks are at work, too.
    pub(crate) quiet: bool,
}

/// As long as it lives, no other run plans the desk.
pub(crate) struct Lock {
    _file: File,
}

impl Home {
    /// Opens a desk: reads and checks its settings.
    ///
    /// # Errors
    ///
    /// Every fault of `plokk.toml`, each with its place.
    pub(crate) fn open(folder: &Path) -> Result<Home, Failure> {
        let file = folder.join(SETTINGS);
        let text = fs::read_to_string(&file).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Failure::Input(format!(
                "{}: there is no desk here (plokk init makes one; --desk DIR names another folder)",
                file.display()
            )),
            _ => Failure::file(&file, "read", &error),
        })?;
        let shown = file.display().to_string();
        let shown = shown.strip_prefix("./").unwrap_or(&shown);
        let settings = Settings::read_in(&text, shown, folder).map_err(|faults| {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            Failure::Input(lines.join("\n"))
        })?;
        Ok(Home { folder: folder.to_owned(), settings, quiet: false })
    }

    /// Where the plan is published.
    pub(crate) fn output(&self) -> PathBuf {
        self.folder.join(&self.settings.planning.output)
    }

    /// Everything a plan depends on: the feeds fetched, the last plan, and what was published.
    ///
    /// # Errors
    ///
    /// As [`Home::fetch`].
    pub(crate) fn inputs(
        &self,
        now: DateTime<Utc>,
        accept: &[String],
        keep: bool,
    ) -> Result<Inputs, Failure> {
        Ok(Inputs {
            settings: self.settings.clone(),
            feeds: self.texts(self.fetch(now, accept, keep)?),
            last: self.last(),
            published: self.published(),
            now,
        })
    }

    /// Every feed of the desk, in the order of the settings, all fetched at once. Feeds in `accept` are
    /// believed whatever they look like; with `keep`, good copies are kept for when a feed fails.
    ///
    /// # Errors
    ///
    /// When `accept` names what is no feed of the desk.
    pub(crate) fn fetch(
        &self,
        now: DateTime<Utc>,
        accept: &[String],
        keep: bool,
    ) -> Result<Vec<Feed>, Failure> {
        let specs: Vec<FeedSpec> =
            self.settings.feeds().into_iter().map(|feed| FeedSpec::new(feed, &self.folder)).collect();
        if let Some(unknown) = accept.iter().find(|name| specs.iter().all(|spec| spec.name != **name)) {
            let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
            return Err(Failure::Input(format!(
                "--accept {unknown}: the desk has no such feed; its feeds are {}",
                names.join(", ")
            )));
        }
        let store = self.kept_folder().join("feeds");
        let bar = if self.quiet { ProgressBar::hidden() } else { progress::fetching(specs.len()) };
        // Feeds that share a proxy are fetched together; nearly always that is all of them.
        let mut by_proxy: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
        for (place, spec) in specs.iter().enumerate() {
            let proxy = proxy::for_feed(&spec.location, &|name| std::env::var(name).ok());
            by_proxy.entry(proxy).or_default().push(place);
        }
        let mut feeds: Vec<(usize, Feed)> = Vec::new();
        for (proxy, places) in by_proxy {
            let group: Vec<FeedSpec> = places.iter().map(|place| specs[*place].clone()).collect();
            let accept = accept.iter().cloned().collect();
            let trust = crate::trust::trust();
            let settings = FetchSettings { proxy, trust, accept, keep, ..FetchSettings::default() };
            let done = feeds.len();
            let told = |fetched: usize, _: usize| bar.set_position((done + fetched) as u64);
            feeds.extend(places.into_iter().zip(fetch_all(&group, &store, now, &settings, &told)));
        }
        bar.finish_and_clear();
        feeds.sort_by_key(|(place, _)| *place);
        Ok(feeds.into_iter().map(|(_, feed)| feed).collect())
    }

    /// Fetched feeds as the engine wants them.
    pub(crate) fn texts(&self, feeds: Vec<Feed>) -> Vec<FeedText> {
        feeds.into_iter().zip(self.settings.feeds()).map(|(feed, name)| text_of(feed, name)).collect()
    }

    /// The last plan, if it was kept and can still be read; another version's may not be.
    pub(crate) fn last(&self) -> Option<Kept> {
        serde_json::from_slice(&fs::read(self.last_file()).ok()?).ok()
    }

    /// The files published before, by path.
    pub(crate) fn published(&self) -> BTreeMap<String, Vec<u8>> {
        let output = self.output();
        let read = |path: String| fs::read(output.join(&path)).ok().map(|bytes| (path, bytes));
        published_paths(&self.settings).into_iter().filter_map(read).collect()
    }

    /// Publishes a plan and keeps it for the next run, all of it or nothing; returns how many calendars
    /// changed. What was published is kept in the desk's history, if anything was.
    ///
    /// # Errors
    ///
    /// When a file cannot be written; what was published before is then still whole.
    pub(crate) fn publish(&self, edition: &Edition<'_>) -> Result<usize, Failure> {
        let output = self.output();
        let last = self.last_file();
        let kept = serde_json::to_vec(edition.kept).map_err(Failure::plokk)?;
        let mut all: Vec<(PathBuf, Vec<u8>)> =
            edition.files.iter().map(|file| (output.join(&file.path), file.bytes.clone())).collect();
        let changed = all.iter().filter(|(path, bytes)| fs::read(path).ok().as_ref() != Some(bytes)).count();
        if changed == 0 {
            // When it was found unchanged is good to know, and no loss.
            files::replace_lightly(&last, &kept)?;
            return Ok(0);
        }
        let history = History::of(&self.kept_folder());
        let (path, bytes) = history.entry(edition)?;
        all.push((path, bytes));
        if let Some(notes) = &edition.notes {
            all.push((output.join(CHANGES_FILE), notes.clone().into_bytes()));
        }
        all.push((last, kept));
        let all: Vec<(PathBuf, &[u8])> =
            all.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice())).collect();
        files::commit(&self.journal(), &all)?;
        history.forget_old();
        Ok(changed)
    }

    /// The nights that were published.
    pub(crate) fn history(&self) -> History {
        History::of(&self.kept_folder())
    }

    /// Calendars of clients in the output folder who are no longer on the desk. They are not ours to
    /// delete: somebody may still be subscribed.
    pub(crate) fn left_over(&self) -> Vec<PathBuf> {
        let Ok(folder) = fs::read_dir(self.output().join("clients")) else { return Vec::new() };
        let ours = published_paths(&self.settings);
        let stale = folder.filter_map(Result::ok).filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let is_calendar = name.ends_with(".ics") && !name.starts_with('.');
            (is_calendar && !ours.contains(&format!("clients/{name}"))).then(|| entry.path())
        });
        let mut stale: Vec<PathBuf> = stale.collect();
        stale.sort();
        stale
    }

    /// Keeps other runs from planning this desk at the same time.
    ///
    /// # Errors
    ///
    /// When another run is at it.
    pub(crate) fn lock(&self) -> Result<Lock, Failure> {
        let folder = self.kept_folder();
        files::private_folder(&folder)?;
        let path = folder.join("lock");
        let file = File::create(&path).map_err(|error| Failure::file(&path, "open", &error))?;
        match file.try_lock() {
            Ok(()) if files::recover(&self.journal(), &self.folder) => {
                terminal::say(&format!(
                    "{}: a run before this one was killed while it published; its work has been brought to its end",
                    self.folder.display()
                ));
            }
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::Input(format!(
                    "{}: another run of plokk is planning this desk; try again when it is done",
                    self.folder.display()
                )));
            }
            // A file system without locks is no reason not to plan.
            Err(TryLockError::Error(error)) => {
                terminal::warn(&format!("{}: cannot lock: {error}", path.display()));
            }
        }
        Ok(Lock { _file: file })
    }

    /// The folder of the desk.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a run that publishes says what it is about to do.
    fn journal(&self) -> PathBuf {
        self.kept_folder().join("publishing.json")
    }

    /// The folder of what is kept between runs.
    pub(crate) fn kept_folder(&self) -> PathBuf {
        self.folder.join(".plokk")
    }

    fn last_file(&self) -> PathBuf {
        self.kept_folder().join("last.json")
    }
}

/// A fetched feed as the engine wants it.
fn text_of(feed: Feed, name: &str) -> FeedText {
    let reason = match &feed.state {
        FeedState::Kept { reason, .. } | FeedState::Failed { reason } => reason.clone(),
        FeedState::Fresh | FeedState::Unchanged => "there is nothing in it".to_owned(),
    };
    // That a feed cannot be had at all the desk says itself, with what it means for the plan.
    let faults = feed.faults.iter().filter(|_| feed.bytes.is_some());
    let warnings: Vec<Warning> = faults
        .map(|fault| Warning {
            code: fault.code.as_str().to_owned(),
            source: fault.source.clone(),
            line: fault.line,
            message: fault.message.clone(),
        })
        .collect();
    FeedText {
        feed: name.to_owned(),
        source: feed.spec.name.clone(),
        content: feed.bytes.ok_or(reason),
        warnings,
    }
}
