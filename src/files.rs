//! Files written whole or not at all.
//!
//! Everything is written aside and synced first; only when all of it is on disk are the files
//! renamed into place. A run killed at any moment leaves each file whole, the old or the new.

use crate::exit::Failure;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes files whose bytes have changed, and no others; returns the paths that were written.
///
/// # Errors
///
/// When a file or folder cannot be written; then nothing has been renamed unless the renaming
/// itself failed.
pub(crate) fn replace_all(files: &[(PathBuf, &[u8])]) -> Result<Vec<PathBuf>, Failure> {
    let mut aside = Vec::new();
    for (path, bytes) in files {
        let part = aside_of(path);
        if fs::read(path).ok().as_deref() == Some(*bytes) {
            // What a run left aside that was killed before it could rename is of no use any more.
            let _ = fs::remove_file(part);
            continue;
        }
        if let Err(error) = write_aside(&part, bytes) {
            clear(&aside);
            let _ = fs::remove_file(&part);
            return Err(Failure::file(path, "write", &error));
        }
        aside.push((part, path.clone()));
    }
    for (at, (part, path)) in aside.iter().enumerate() {
        if let Err(error) = fs::rename(part, path) {
            clear(&aside[at..]);
            return Err(Failure::file(path, "write", &error));
        }
    }
    sync_folders(&aside);
    Ok(aside.into_iter().map(|(_, path)| path).collect())
}

/// Writes one file whole.
///
/// # Errors
///
/// As [`replace_all`].
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace_all(&[(path.to_owned(), bytes)]).map(drop)
}

/// The name beside `path` under which it is written before it takes its place: hidden, and never a
/// calendar's name, so that no server or subscriber picks it up half written.
fn aside_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}

fn write_aside(part: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = part.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::create(part)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn clear(aside: &[(PathBuf, PathBuf)]) {
    for (part, _) in aside {
        let _ = fs::remove_file(part);
    }
}

/// A rename is only as lasting as its folder; systems that cannot sync one lose nothing but that.
fn sync_folders(written: &[(PathBuf, PathBuf)]) {
    let mut folders: Vec<&Path> = written.iter().filter_map(|(_, path)| path.parent()).collect();
    folders.sort_unstable();
    folders.dedup();
    for folder in folders {
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder can be made")
    }

    #[test]
    fn only_changed_files_are_written() {
        let folder = folder();
        let (a, b) = (folder.path().join("a.ics"), folder.path().join("clients/b.ics"));
        let first = replace_all(&[(a.clone(), b"one"), (b.clone(), b"two")]);
        assert_eq!(first, Ok(vec![a.clone(), b.clone()]));
        let second = replace_all(&[(a.clone(), b"one"), (b.clone(), b"three")]);
        assert_eq!(second, Ok(vec![b.clone()]));
        assert_eq!(fs::read(b).ok().as_deref(), Some(b"three".as_slice()));
        assert_eq!(fs::read_dir(folder.path()).map(Iterator::count).ok(), Some(2), "nothing is left aside");
    }

    #[test]
    fn what_a_killed_run_left_aside_is_cleared_away() {
        let folder = folder();
        let a = folder.path().join("a.ics");
        fs::write(&a, "one").expect("the folder is writable");
        fs::write(folder.path().join(".a.ics.part"), "on").expect("the folder is writable");
        assert_eq!(replace_all(&[(a, b"one")]), Ok(Vec::new()));
        assert_eq!(fs::read_dir(folder.path()).map(Iterator::count).ok(), Some(1));
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_the_others_as_they_were() {
        let folder = folder();
        let (a, blocked) = (folder.path().join("a.ics"), folder.path().join("clients/b.ics"));
        fs::write(&a, "old").expect("the folder is writable");
        fs::write(folder.path().join("clients"), "a file, not a folder").expect("the folder is writable");
        assert!(replace_all(&[(a.clone(), b"new"), (blocked, b"new")]).is_err());
        assert_eq!(fs::read(&a).ok().as_deref(), Some(b"old".as_slice()));
        assert_eq!(fs::read_dir(folder.path()).map(Iterator::count).ok(), Some(2), "nothing is left aside");
    }
}
