//! Feeds: where calendars come from. The only place that touches the network; the time is passed in.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::fault::{Fault, FaultCode};
use crate::read::Reading;

/// Where a feed is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Location {
    /// A file, or a folder whose `.ics` files are read in the order of their names.
    Path(PathBuf),
    /// An `http`, `https`, `webcal` or `webcals` URL. It may hold a secret: [`Location::shown`] is for showing.
    Url(String),
}

impl Location {
    /// A feed as people write it: a URL, or a path relative to `base`.
    pub fn parse(text: &str, base: &Path) -> Location {
        let text = text.trim();
        let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("http" | "https" | "webcal" | "webcals") => Location::Url(text.to_owned()),
            _ => Location::Path(base.join(text)),
        }
    }

    /// The location without anything secret in it.
    pub fn shown(&self) -> String {
        match self {
            Location::Path(path) => path.display().to_string(),
            Location::Url(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
                let rest = rest.split(['?', '#']).next().unwrap_or_default();
                let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
                format!("{scheme}://{rest}")
            }
        }
    }
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

/// A feed to fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSpec {
    /// What it is called in faults and tables; holds no secret.
    pub name: String,
    /// Where it is.
    pub location: Location,
}

impl FeedSpec {
    /// A feed as people write it in a desk: a URL, or a path relative to `base`.
    ///
    /// ```
    /// use plokk_ical_io::FeedSpec;
    ///
    /// let spec = FeedSpec::new("https://mari:secret@calendar.example/mari.ics?key=1", ".".as_ref());
    /// assert_eq!(spec.name, "https://calendar.example/mari.ics");
    /// assert_eq!(FeedSpec::new("feeds/mari.ics", "desk".as_ref()).name, "feeds/mari.ics");
    /// ```
    pub fn new(text: &str, base: &Path) -> FeedSpec {
        let location = Location::parse(text, base);
        let name = match &location {
            Location::Path(_) => text.trim().to_owned(),
            Location::Url(_) => location.shown(),
        };
        FeedSpec { name, location }
    }
}

/// How feeds are fetched.
#[derive(Clone, Debug)]
pub struct FetchSettings {
    /// How long one feed may take in all.
    pub timeout: Duration,
    /// The most bytes that one feed may have, unpacked.
    pub size_limit: u64,
    /// The proxy for `http` and `https`, as a URL; none where absent.
    pub proxy: Option<String>,
    /// Names of feeds whose new content is to be believed whatever it looks like.
    pub accept: std::collections::BTreeSet<String>,
    /// Whether to leave the network alone and use the copies kept on disk.
    pub offline: bool,
}

impl Default for FetchSettings {
    fn default() -> Self {
        FetchSettings {
            timeout: Duration::from_secs(30),
            size_limit: 200 << 20,
            proxy: None,
            accept: Default::default(),
            offline: false,
        }
    }
}

/// What became of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedState {
    /// Fetched, believed, and different from the last good copy, or the first.
    Fresh,
    /// Fetched, or asked for, and the same as the last good copy.
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
}

impl Feed {
    /// Reads the feed's text, if there is any. Faults name the feed.
    pub fn read(&self) -> Option<Reading> {
        self.bytes.as_ref().map(|bytes| crate::read::read(bytes, &self.spec.name))
    }
}

/// Fetches feeds, all at once, in the order given. `store` is the folder where the last good copies are kept;
/// `progress` is told how many are done, of how many.
pub fn fetch_all(
    specs: &[FeedSpec],
    store: &Path,
    now: DateTime<Utc>,
    settings: &FetchSettings,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Vec<Feed> {
    let _ = (store, now, settings);
    let mut feeds = Vec::new();
    for spec in specs {
        let read = match &spec.location {
            Location::Path(path) => std::fs::read(path).map_err(|error| error.to_string()),
            Location::Url(_) => Err("not fetched".to_owned()),
        };
        feeds.push(match read {
            Ok(bytes) => {
                Feed { spec: spec.clone(), state: FeedState::Fresh, bytes: Some(bytes), faults: Vec::new() }
            }
            Err(reason) => Feed {
                spec: spec.clone(),
                faults: vec![Fault::new(FaultCode::Unreachable, &spec.name, reason.clone())],
                state: FeedState::Failed { reason },
                bytes: None,
            },
        });
        progress(feeds.len(), specs.len());
    }
    feeds
}
