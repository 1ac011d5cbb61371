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
    let aside = write_all_aside(files)?;
    rename_all(&aside)?;
    Ok(aside.into_iter().map(|(_, path)| path).collect())
}

/// As [`replace_all`], all of the files or none: once all are on disk, a journal says which are to be
/// renamed, and a run that finds the journal of one that was killed meanwhile ends its work: see
/// [`recover`].
///
/// # Errors
///
/// As [`replace_all`].
pub(crate) fn commit(journal: &Path, files: &[(PathBuf, &[u8])]) -> Result<Vec<PathBuf>, Failure> {
    let aside = write_all_aside(files)?;
    if aside.len() > 1
        && let Ok(text) = serde_json::to_vec(&aside)
        && let Err(error) =
            write_aside(&aside_of(journal), &text).and_then(|()| fs::rename(aside_of(journal), journal))
    {
        clear(&aside);
        return Err(Failure::file(journal, "write", &error));
    }
    rename_all(&aside)?;
    let _ = fs::remove_file(journal);
    Ok(aside.into_iter().map(|(_, path)| path).collect())
}

/// Ends the work of a run that was killed while it published in `folder`; says whether there was any.
/// Of a journal only what [`commit`] can have written is believed.
pub(crate) fn recover(journal: &Path, folder: &Path) -> bool {
    let Ok(text) = fs::read(journal) else { return false };
    let aside: Vec<(PathBuf, PathBuf)> = serde_json::from_slice(&text).unwrap_or_default();
    let ours = |(part, path): &&(PathBuf, PathBuf)| *part == aside_of(path) && path.starts_with(folder);
    for (part, path) in aside.iter().filter(ours).filter(|(part, _)| part.exists()) {
        let _ = fs::rename(part, path);
    }
    sync_folders(&aside);
    let _ = fs::remove_file(journal);
    true
}

/// Writes a file whole that is of use but no loss: it is not waited for until it is on disk.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn replace_lightly(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let part = aside_of(path);
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    written.map_err(|error| Failure::file(path, "write", &error))
}

/// Writes a file whole that only its owner may read, where the system knows such a thing.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn replace_privately(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let part = aside_of(path);
    let written = (|| {
        let _ = fs::remove_file(&part);
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)
    })();
    written.map_err(|error| Failure::file(path, "write", &error))
}

/// Makes a folder, and its parents, that only its owner may enter, where the system knows such a thing.
///
/// # Errors
///
/// When it cannot be made.
pub(crate) fn private_folder(folder: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Failure::file(folder, "make", &error))
}

/// Writes what has changed beside its place.
fn write_all_aside(files: &[(PathBuf, &[u8])]) -> Result<Vec<(PathBuf, PathBuf)>, Failure> {
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
    Ok(aside)
}

fn rename_all(aside: &[(PathBuf, PathBuf)]) -> Result<(), Failure> {
    for (at, (part, path)) in aside.iter().enumerate() {
        if let Err(error) = fs::rename(part, path) {
            clear(&aside[at..]);
            return Err(Failure::file(path, "write", &error));
        }
    }
    sync_folders(aside);
    Ok(())
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
    fn a_killed_run_is_brought_to_its_end() {
        let folder = folder();
        let (a, b) = (folder.path().join("a.ics"), folder.path().join("b.ics"));
        let journal = folder.path().join("journal");
        fs::write(&a, "old").expect("the folder is writable");
        fs::write(&b, "old").expect("the folder is writable");
        // Killed between two renames: one file is new, the other still beside its place.
        let aside = write_all_aside(&[(a.clone(), b"new"), (b.clone(), b"new")]).expect("it can be written");
        fs::write(&journal, serde_json::to_vec(&aside).expect("the paths are UTF-8")).expect("writable");
        fs::rename(&aside[0].0, &a).expect("it can be renamed");
        assert!(recover(&journal, folder.path()));
        assert_eq!(fs::read(&a).ok(), fs::read(&b).ok());
        assert_eq!(fs::read(&b).ok().as_deref(), Some(b"new".as_slice()));
        assert!(!recover(&journal, folder.path()), "it is done");
    }

    #[test]
    fn a_journal_that_was_tampered_with_moves_nothing() {
        let (ours, other) = (folder(), folder());
        let (target, part) = (other.path().join("a.ics"), other.path().join(".a.ics.part"));
        fs::write(&part, "evil").expect("the folder is writable");
        let journal = ours.path().join("journal");
        fs::write(&journal, serde_json::to_vec(&[(&part, &target)]).expect("UTF-8")).expect("writable");
        assert!(recover(&journal, ours.path()));
        assert!(part.exists() && !target.exists());
    }

    #[cfg(unix)]
    #[test]
    fn secrets_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder();
        let (kept, file) = (folder.path().join("kept"), folder.path().join("kept/secret"));
        private_folder(&kept).expect("it can be made");
        replace_privately(&file, b"one").expect("it can be written");
        replace_privately(&file, b"two").expect("it can be written");
        let mode = |path: &Path| fs::metadata(path).map(|meta| meta.permissions().mode() & 0o777).ok();
        assert_eq!((mode(&kept), mode(&file)), (Some(0o700), Some(0o600)));
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
