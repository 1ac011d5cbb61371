//! Feeds that are files or folders.

use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

/// Text that was fetched, and what came with it.
pub(super) struct Fetched {
    pub(super) bytes: Vec<u8>,
    /// The files it is made of, where it is a folder.
    pub(super) parts: Vec<(String, Range<usize>)>,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    /// Whether the server calls it a web page.
    pub(super) html: bool,
    /// Whether it is a folder.
    pub(super) folder: bool,
}

impl Fetched {
    fn of_files(bytes: Vec<u8>, parts: Vec<(String, Range<usize>)>, folder: bool) -> Self {
        Fetched { bytes, parts, etag: None, last_modified: None, html: false, folder }
    }
}

/// Reads a file, or all `.ics` files of a folder.
pub(super) fn fetch(path: &Path, size_limit: u64) -> Result<Fetched, String> {
    let said = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        _ => error.to_string(),
    };
    if !fs::metadata(path).map_err(said)?.is_dir() {
        return Ok(Fetched::of_files(read(path, size_limit)?, Vec::new(), false));
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(said)? {
        let path = entry.map_err(said)?.path();
        let is_calendar = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ics"));
        if let Some(name) = path.file_name().and_then(|name| name.to_str())
            && is_calendar
            && !name.starts_with('.')
            && path.is_file()
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    let (mut bytes, mut parts) = (Vec::new(), Vec::new());
    for name in names {
        let start = bytes.len();
        let left = size_limit.saturating_sub(start as u64);
        let content = read(&path.join(&name), left).map_err(|reason| format!("{name}: {reason}"))?;
        bytes.extend_from_slice(content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&content));
        if !bytes.ends_with(b"\n") {
            bytes.extend_from_slice(b"\r\n");
        }
        parts.push((name, start..bytes.len()));
    }
    Ok(Fetched::of_files(bytes, parts, true))
}

fn read(path: &Path, size_limit: u64) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        _ => error.to_string(),
    })?;
    read_all(file, size_limit)?.map_err(|error| error.to_string())
}

/// Reads to the end, or says that it is longer than the limit.
pub(super) fn read_all(reader: impl Read, size_limit: u64) -> Result<io::Result<Vec<u8>>, String> {
    let mut bytes = Vec::new();
    let outcome = reader.take(size_limit.saturating_add(1)).read_to_end(&mut bytes);
    if bytes.len() as u64 > size_limit {
        return Err(format!("it is longer than {} MiB", size_limit.div_ceil(1 << 20)));
    }
    Ok(outcome.map(|_| bytes))
}
