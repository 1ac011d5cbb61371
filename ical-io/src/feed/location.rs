//! Where feeds are, and how that is said without giving secrets away.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a feed is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Location {
    /// A file, or a folder whose `.ics` files are read in the order of their names.
    Path(PathBuf),
    /// An `http`, `https`, `webcal` or `webcals` URL. It may hold a secret: [`Location::shown`] is for showing.
    Url(String),
}

impl Location {
    /// A location as people write it: a URL, or a path relative to `base`.
    pub fn parse(text: &str, base: &Path) -> Location {
        let text = text.trim();
        let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("http" | "https" | "webcal" | "webcals") => Location::Url(text.to_owned()),
            Some("file") => Location::Path(base.join(&text["file://".len()..])),
            _ => Location::Path(base.join(text)),
        }
    }

    /// The location without what may be a secret in it: user and password, the query, and path segments that look
    /// like keys (Google's private addresses have one).
    pub fn shown(&self) -> String {
        match self {
            Location::Path(path) => path.display().to_string(),
            Location::Url(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
                let rest = rest.split(['?', '#']).next().unwrap_or_default();
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
                let path: Vec<&str> =
                    path.split('/').map(|part| if is_key(part) { "…" } else { part }).collect();
                let path = path.join("/");
                format!("{scheme}://{host}{}{path}", if path.is_empty() { "" } else { "/" })
            }
        }
    }
}

/// Whether a path segment may be a key: `private-…`, or long and mixed as no name of a thing is.
fn is_key(part: &str) -> bool {
    let stem = part.strip_suffix(".ics").unwrap_or(part);
    let mixed = stem.bytes().any(|b| b.is_ascii_digit()) && stem.bytes().any(|b| b.is_ascii_alphabetic());
    let plain = stem.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='));
    part.starts_with("private-") || (stem.len() >= 20 && mixed && plain)
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
    /// let spec = FeedSpec::new("https://mari:secret@calendar.example/private-1a2b3c/mari.ics?key=1", ".".as_ref());
    /// assert_eq!(spec.name, "https://calendar.example/…/mari.ics");
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
