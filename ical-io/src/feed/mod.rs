//! Feeds: where calendars come from, and what is done when they do not. The only place that touches the network;
//! the time is passed in, and nothing is read from the environment.

mod belief;
pub(crate) mod http;
mod local;
mod location;
mod store;
mod tls;
mod trust;

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::fault::{Fault, FaultCode};
use crate::read::{Reading, is_read_in_place, read, read_sharing};
use belief::Doubt;
pub use http::{http_agent, http_error, tls_error};
use local::Fetched;
pub use location::{FeedSpec, Location};
use store::{Copy, Meta, Store};
pub use tls::install_tls;
pub use trust::Trust;

/// How many feeds are fetched at one time.
const AT_ONCE: usize = 16;

/// How feeds are fetched.
#[derive(Clone, Debug)]
pub struct FetchSettings {
    /// How long one feed may take in all; 30 seconds by default.
    pub timeout: Duration,
    /// The most bytes that one feed may have, unpacked; 200 MiB by default.
    pub size_limit: u64,
    /// The proxy for `http` and `https`, as a URL; by default none.
    pub proxy: Option<String>,
    /// Who may vouch for servers; by default whom browsers trust.
    pub trust: Trust,
    /// Names of feeds whose new content is to be believed although it is empty, cut short or has lost most events.
    pub accept: BTreeSet<String>,
    /// Whether to leave files and the network alone and use only the copies kept on disk.
    pub offline: bool,
    /// Whether good copies are kept on disk; true by default. Without, nothing at all is written.
    pub keep: bool,
}

impl Default for FetchSettings {
    fn default() -> Self {
        FetchSettings {
            timeout: Duration::from_secs(30),
            size_limit: 200 << 20,
            proxy: None,
            trust: Trust::default(),
            accept: BTreeSet::new(),
            offline: false,
            keep: true,
        }
    }
}

/// What became of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedState {
    /// Had, believed, and different from the last good copy, or the first.
    Fresh,
    /// Had, or asked for, and the same as the last good copy in all but the times of its making.
    Unchanged,
    /// Not had or not believed: the last good copy is used.
    Kept {
        /// When the copy was fetched.
        fetched: DateTime<Utc>,
        /// How old the copy is.
        age: TimeDelta,
        /// Why it is used.
        reason: String,
    },
    /// Not had or not believed, and there is no good copy.
    Failed {
        /// Why.
        reason: String,
    },
}

/// A feed that was asked for.
#[derive(Clone, Debug)]
pub struct Feed {
    /// What was asked for.
    pub spec: FeedSpec,
    /// What became of it.
    pub state: FeedState,
    /// The calendar text to be used; of a folder, its files one after the other.
    pub bytes: Option<Vec<u8>>,
    /// What is to be said about it.
    pub faults: Vec<Fault>,
    parts: Vec<(String, Range<usize>)>,
}

impl Feed {
    /// Reads the feed's text, if there is any. Faults name the feed, or the file in the folder.
    pub fn read(&self) -> Option<Reading> {
        let bytes = self.bytes.as_ref()?;
        if self.parts.len() < 2 {
            return Some(read(bytes, &self.spec.name));
        }
        let mut whole = read(b"", &self.spec.name);
        whole.faults.clear();
        for (name, range) in &self.parts {
            let source = format!("{}/{name}", self.spec.name.trim_end_matches('/'));
            let part = read(bytes.get(range.clone()).unwrap_or_default(), &source);
            whole.calendar.append(part.calendar);
            whole.faults.extend(part.faults);
        }
        Some(whole)
    }

    /// Reads the feed's text, if there is any, for one look: what a long text is read into points into the text itself,
    /// which is not copied for it and is here again afterwards.
    pub fn look<T>(&mut self, look: impl FnOnce(&Reading) -> T) -> Option<T> {
        if self.parts.len() >= 2 || !self.bytes.as_ref().is_some_and(|bytes| is_read_in_place(bytes)) {
            return self.read().as_ref().map(look);
        }
        let (reading, buffer) = read_sharing(self.bytes.take()?, &self.spec.name);
        let seen = look(&reading);
        drop(reading);
        self.bytes = Some(Arc::unwrap_or_clone(buffer).into_bytes());
        Some(seen)
    }
}

/// Fetches feeds, all at once, and returns them in the order given. `store` is the folder where the last good copy
/// of each is kept; `progress` is told how many are done, of how many.
///
/// A feed that cannot be had, or that comes back empty, cut short, as a web page or without most of what it had, is
/// not believed: the last good copy stands for it, and the state says why and how old that is.
///
/// ```
/// use plokk_ical_io::{FeedSpec, FeedState, FetchSettings, fetch_all};
///
/// let folder = tempfile::tempdir()?;
/// let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// std::fs::write(folder.path().join("mari.ics"), text)?;
/// let specs = [FeedSpec::new("mari.ics", folder.path())];
/// let fetch = || {
///     let now = "2026-10-19T05:00:00Z".parse().unwrap();
///     fetch_all(&specs, &folder.path().join("kept"), now, &FetchSettings::default(), &|_, _| {}).remove(0)
/// };
/// assert_eq!(fetch().state, FeedState::Fresh);
/// std::fs::remove_file(folder.path().join("mari.ics"))?;
/// let kept = fetch();
/// assert!(matches!(kept.state, FeedState::Kept { .. }));
/// assert_eq!(kept.bytes.as_deref(), Some(text.as_bytes()));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn fetch_all(
    specs: &[FeedSpec],
    store: &Path,
    now: DateTime<Utc>,
    settings: &FetchSettings,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Vec<Feed> {
    let store = Store::new(store, settings.keep);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let feeds: Vec<Mutex<Option<Feed>>> = specs.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        while let Some(index) =
            Some(next.fetch_add(1, Ordering::Relaxed)).filter(|index| *index < specs.len())
        {
            let feed = fetch(&specs[index], &store, now, settings);
            if let Ok(mut slot) = feeds[index].lock() {
                *slot = Some(feed);
            }
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, specs.len());
        }
    };
    if specs.len() < 2 {
        work();
    } else {
        std::thread::scope(|scope| {
            for _ in 0..specs.len().min(AT_ONCE) {
                scope.spawn(work);
            }
        });
    }
    let fetched = feeds.into_iter().map(|slot| slot.into_inner().ok().flatten());
    fetched
        .zip(specs)
        .map(|(feed, spec)| feed.unwrap_or_else(|| failed(spec, "the fetch broke off")))
        .collect()
}

/// What a fetch brought.
enum Had {
    /// New text.
    Text(Fetched),
    /// The server says that nothing has changed.
    NotModified,
}

fn fetch(spec: &FeedSpec, store: &Store, now: DateTime<Utc>, settings: &FetchSettings) -> Feed {
    let kept = store.meta(spec);
    if settings.offline {
        return fall_back(
            spec,
            store,
            kept,
            now,
            "not asked for: only kept copies are used".to_owned(),
            None,
        );
    }
    let had = match &spec.location {
        Location::Path(path) => local::fetch(path, settings.size_limit).map(Had::Text),
        Location::Url(url) => http::fetch(url, kept.as_ref(), settings),
    };
    let mut fetched = match had {
        Err(reason) => return fall_back(spec, store, kept, now, reason, Some(FaultCode::Unreachable)),
        Ok(Had::NotModified) => {
            let copy = kept.and_then(|meta| Some(Copy { bytes: store.text(spec)?, meta }));
            return match copy {
                Some(copy) => unchanged(spec, store, copy, now, None),
                None => failed(spec, "the server says that nothing has changed, of nothing"),
            };
        }
        Ok(Had::Text(fetched)) => fetched,
    };
    let census = belief::Census::of(&mut fetched.bytes);
    let accepted = settings.accept.contains(&spec.name);
    if let Some(doubt) = belief::doubt(&fetched, &census, kept.as_ref())
        && !(accepted && doubt.can_be_accepted())
    {
        return fall_back(spec, store, kept, now, doubt.to_string(), Some(code_of(&doubt)));
    }
    // The kept text stands for the same content made at another time, so that nothing downstream changes.
    if let Some(meta) = kept.filter(|meta| meta.print == census.print)
        && let Some(bytes) = store.text(spec)
    {
        return unchanged(spec, store, Copy { meta, bytes }, now, Some(fetched));
    }
    let copy = Copy::new(fetched, census, now);
    let kept = store.keep(spec, &copy);
    say_kept(kept, used(spec, FeedState::Fresh, copy))
}

fn code_of(doubt: &Doubt) -> FaultCode {
    if doubt.can_be_accepted() { FaultCode::NotBelieved } else { FaultCode::Unreachable }
}

/// The copy there is, confirmed now.
fn unchanged(
    spec: &FeedSpec,
    store: &Store,
    mut copy: Copy,
    now: DateTime<Utc>,
    fetched: Option<Fetched>,
) -> Feed {
    copy.meta.fetched = now;
    if let Some(fetched) = fetched {
        (copy.meta.etag, copy.meta.last_modified) = (fetched.etag, fetched.last_modified);
    }
    let kept = store.confirm(spec, &copy);
    say_kept(kept, used(spec, FeedState::Unchanged, copy))
}

fn say_kept(kept: std::io::Result<()>, mut feed: Feed) -> Feed {
    if let Err(error) = kept {
        let message = format!("the copy cannot be kept on disk: {error}");
        feed.faults.push(Fault::new(FaultCode::NotKept, &feed.spec.name, message));
    }
    feed
}

/// The last good copy, or none.
fn fall_back(
    spec: &FeedSpec,
    store: &Store,
    kept: Option<Meta>,
    now: DateTime<Utc>,
    reason: String,
    code: Option<FaultCode>,
) -> Feed {
    let copy = kept.and_then(|meta| Some(Copy { bytes: store.text(spec)?, meta }));
    let Some(copy) = copy else {
        let mut feed = failed(spec, &reason);
        if let (Some(code), Some(fault)) = (code, feed.faults.first_mut()) {
            fault.code = code;
        }
        return feed;
    };
    let (fetched, age) = (copy.meta.fetched, now - copy.meta.fetched);
    let message =
        format!("{reason}; the copy of {} is used, {}", fetched.format("%Y-%m-%d %H:%M UTC"), old(age));
    let mut feed = used(spec, FeedState::Kept { fetched, age, reason }, copy);
    feed.faults.extend(code.map(|code| Fault::new(code, &spec.name, message)));
    feed
}

/// An age for people.
fn old(age: TimeDelta) -> String {
    match (age.num_days(), age.num_hours(), age.num_minutes()) {
        (days, _, _) if days >= 2 => format!("{days} days old"),
        (_, hours, _) if hours >= 2 => format!("{hours} hours old"),
        (_, _, minutes) => format!("{} minutes old", minutes.max(0)),
    }
}

fn used(spec: &FeedSpec, state: FeedState, copy: Copy) -> Feed {
    let faults = Vec::new();
    Feed { spec: spec.clone(), state, bytes: Some(copy.bytes), faults, parts: copy.meta.parts }
}

fn failed(spec: &FeedSpec, reason: &str) -> Feed {
    Feed {
        spec: spec.clone(),
        state: FeedState::Failed { reason: reason.to_owned() },
        bytes: None,
        faults: vec![Fault::new(FaultCode::Unreachable, &spec.name, reason)],
        parts: Vec::new(),
    }
}
