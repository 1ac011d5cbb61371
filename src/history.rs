//! The nights that were published, kept so that an earlier one can be published again.
//!
//! An entry is one file in `.plokk/history`, numbered from 1: packed JSON with the files as they were
//! published, the plan with the question it answers, and what it changed.

use crate::exit::Failure;
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use plokk_engine::{Changes, Kept, OutFile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// So many nights are kept.
const NIGHTS: usize = 30;
/// No entry unpacks to more; what does is none of ours.
const MOST_BYTES: u64 = 256 << 20;

/// What led to an edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cause {
    /// `plokk plan`.
    Plan,
    /// `plokk nightly`.
    Nightly,
    /// `plokk undo`, which brought back the entry of this number.
    Undo(u32),
}

/// What is published at one time.
pub(crate) struct Edition<'a> {
    pub(crate) by: Cause,
    pub(crate) files: &'a [OutFile],
    pub(crate) kept: &'a Kept,
    pub(crate) changes: &'a Changes,
    /// What `changes.md` is to say, if anything new.
    pub(crate) notes: Option<String>,
}

/// A night that was published.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Night {
    pub(crate) at: DateTime<Utc>,
    pub(crate) by: Cause,
    pub(crate) changes: Changes,
    pub(crate) kept: Kept,
    /// By path relative to the output folder.
    pub(crate) files: BTreeMap<String, String>,
}

/// The folder of the nights.
pub(crate) struct History {
    folder: PathBuf,
}

impl History {
    /// The history kept in a desk's `.plokk`.
    pub(crate) fn of(kept: &Path) -> History {
        History { folder: kept.join("history") }
    }

    /// The file of the next entry, and its bytes.
    ///
    /// # Errors
    ///
    /// When what is published is no text, which is a fault of this program.
    pub(crate) fn entry(&self, edition: &Edition<'_>) -> Result<(PathBuf, Vec<u8>), Failure> {
        let text = |file: &OutFile| {
            let text = String::from_utf8(file.bytes.clone()).map_err(Failure::plokk)?;
            Ok((file.path.clone(), text))
        };
        let night = Night {
            at: edition.changes.at.to_utc(),
            by: edition.by,
            changes: edition.changes.clone(),
            kept: edition.kept.clone(),
            files: edition.files.iter().map(text).collect::<Result<_, Failure>>()?,
        };
        let json = serde_json::to_vec(&night).map_err(Failure::plokk)?;
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        let packed = packer.write_all(&json).and_then(|()| packer.finish()).map_err(Failure::plokk)?;
        let number = self.numbers().last().map_or(1, |last| last + 1);
        Ok((self.file(number), packed))
    }

    /// The numbers of the entries, rising.
    pub(crate) fn numbers(&self) -> Vec<u32> {
        let Ok(folder) = fs::read_dir(&self.folder) else { return Vec::new() };
        let number = |name: &str| name.strip_suffix(".json.gz")?.parse().ok();
        let mut numbers: Vec<u32> =
            folder.filter_map(|entry| number(entry.ok()?.file_name().to_str()?)).collect();
        numbers.sort_unstable();
        numbers
    }

    /// An entry, if it can be read; another version's may not be.
    pub(crate) fn read(&self, number: u32) -> Option<Night> {
        let mut json = Vec::new();
        GzDecoder::new(File::open(self.file(number)).ok()?).take(MOST_BYTES).read_to_end(&mut json).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// Removes the oldest entries beyond those that are kept.
    pub(crate) fn forget_old(&self) {
        let numbers = self.numbers();
        for number in &numbers[..numbers.len().saturating_sub(NIGHTS)] {
            let _ = fs::remove_file(self.file(*number));
        }
    }

    fn file(&self, number: u32) -> PathBuf {
        self.folder.join(format!("{number:06}.json.gz"))
    }
}
