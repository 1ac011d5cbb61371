//! The last good copies of feeds, on disk: one file each, whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::belief::Census;
use super::local::Fetched;
use super::location::{FeedSpec, Location};

/// What is known of a copy: the first line of its file, in JSON. The text follows as it was fetched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Meta {
    /// When it was fetched, or last confirmed.
    pub(super) fetched: DateTime<Utc>,
    #[serde(default)]
    pub(super) etag: Option<String>,
    #[serde(default)]
    pub(super) last_modified: Option<String>,
    pub(super) components: usize,
    pub(super) print: u64,
    /// How long the text is: a file that does not fit this is none of ours, or broken.
    length: usize,
    #[serde(default)]
    pub(super) parts: Vec<(String, Range<usize>)>,
}

/// A good copy of a feed.
#[derive(Clone, Debug)]
pub(super) struct Copy {
    pub(super) meta: Meta,
    pub(super) bytes: Vec<u8>,
}

impl Copy {
    pub(super) fn new(fetched: Fetched, census: Census, now: DateTime<Utc>) -> Self {
        let meta = Meta {
            fetched: now,
            etag: fetched.etag,
            last_modified: fetched.last_modified,
            components: census.components,
            print: census.print,
            length: fetched.bytes.len(),
            parts: fetched.parts,
        };
        Copy { meta, bytes: fetched.bytes }
    }
}

/// The longest first line that is read.
const META_LIMIT: u64 = 16 << 20;

/// The folder of the copies.
pub(super) struct Store {
    folder: PathBuf,
    /// Whether anything may be written there.
    keep: bool,
}

impl Store {
    pub(super) fn new(folder: &Path, keep: bool) -> Self {
        Store { folder: folder.to_owned(), keep }
    }

    /// What is known of the good copy of a feed, if there is one that is whole. Its text may be long and is often not
    /// wanted.
    pub(super) fn meta(&self, spec: &FeedSpec) -> Option<Meta> {
        let file = File::open(self.file(spec)).ok()?;
        let length = file.metadata().ok()?.len();
        let mut line = Vec::new();
        BufReader::new(file).take(META_LIMIT).read_until(b'\n', &mut line).ok()?;
        let meta: Meta = serde_json::from_slice(line.strip_suffix(b"\n")?).ok()?;
        (length == (line.len() + meta.length) as u64).then_some(meta)
    }

    /// The text of the good copy.
    pub(super) fn text(&self, spec: &FeedSpec) -> Option<Vec<u8>> {
        let mut bytes = fs::read(self.file(spec)).ok()?;
        let line = bytes.iter().position(|b| *b == b'\n')?;
        bytes.drain(..=line);
        Some(bytes)
    }

    /// Keeps a copy, if copies are kept: written aside, then renamed.
    pub(super) fn keep(&self, spec: &FeedSpec, copy: &Copy) -> io::Result<()> {
        self.write(spec, copy, true)
    }

    /// Keeps a copy that was found unchanged. That of a file is not waited for until it is on disk: the file itself
    /// is there, and thousands of desks have many.
    pub(super) fn confirm(&self, spec: &FeedSpec, copy: &Copy) -> io::Result<()> {
        self.write(spec, copy, matches!(spec.location, Location::Url(_)))
    }

    fn write(&self, spec: &FeedSpec, copy: &Copy, sync: bool) -> io::Result<()> {
        if !self.keep {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let path = self.file(spec);
        let aside = path.with_extension("new");
        let written = (|| {
            let mut file = File::create(&aside)?;
            serde_json::to_writer(&mut file, &copy.meta)?;
            file.write_all(b"\n")?;
            file.write_all(&copy.bytes)?;
            if sync {
                file.sync_all()?;
            }
            fs::rename(&aside, &path)
        })();
        if written.is_err() {
            // What is left aside is of no use; that it cannot be removed changes nothing.
            let _ = fs::remove_file(&aside);
        }
        written
    }

    /// The file of a feed: a name that people recognize, and a print of the location that tells feeds apart.
    fn file(&self, spec: &FeedSpec) -> PathBuf {
        let location = match &spec.location {
            Location::Path(_) => spec.name.clone(),
            Location::Url(url) => url.clone(),
        };
        let mut print = 0xcbf2_9ce4_8422_2325u64;
        for byte in location.bytes() {
            print = (print ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let name = spec.name.rsplit_once("://").map_or(spec.name.as_str(), |(_, rest)| rest);
        let mut slug: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        slug.truncate(60);
        self.folder.join(format!("{}-{print:016x}.feed", slug.trim_matches('-')))
    }
}
