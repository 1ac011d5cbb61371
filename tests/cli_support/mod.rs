//! Drives the built command.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The moment of every run: a Monday morning in Tallinn.
pub(crate) const NOW: &str = "2026-10-19T08:00:00+03:00";

/// Enough search for desks as small as these.
pub(crate) const EFFORT: [&str; 2] = ["--effort", "0.01"];

/// What a run of the command came to.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The run, if it ended with this status.
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Run {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        Run {
            status: output.status.code().expect("the command ends by itself"),
            out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }
}

/// The command, with nothing of the surroundings that could change what it prints.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plokk"));
    command.env_remove("NO_COLOR").env("TZ", "UTC").env("PLOKK_TZDATA", "built-in").stdin(Stdio::null());
    command
}

/// Runs `plokk` with these arguments.
pub(crate) fn plokk(args: &[&str]) -> Run {
    command().args(args).output().expect("the command is built").into()
}

/// Runs `plokk` with these arguments and this standard input.
#[allow(dead_code)] // not every test binary pipes
pub(crate) fn plokk_reading(args: &[&str], input: &str) -> Run {
    let mut child = command()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command is built");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("the command reads its input");
    drop(stdin);
    child.wait_with_output().expect("the command ends").into()
}

/// A desk in a folder of its own that goes when this goes.
#[allow(dead_code)] // not every test binary has a desk
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

#[allow(dead_code)]
impl Desk {
    /// The desk that `plokk init` makes.
    pub(crate) fn init() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        desk.run("init", &["--now", NOW, "--timezone", "Europe/Tallinn"]).expect(0);
        desk
    }

    /// Runs a command on the desk.
    pub(crate) fn run(&self, name: &str, args: &[&str]) -> Run {
        let desk = self.path().to_str().expect("the path is UTF-8");
        plokk(&[&[name, "--desk", desk], args].concat())
    }

    /// Plans the desk at [`NOW`] with little effort.
    pub(crate) fn plan(&self, args: &[&str]) -> Run {
        self.run("plan", &[&["--now", NOW], EFFORT.as_slice(), args].concat())
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path().join(file), text).unwrap_or_else(|error| panic!("{file}: {error}"));
    }

    /// Replaces part of a file of the desk, which must be there.
    #[track_caller]
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{from:?} is not in {file}");
        self.write(file, &text.replace(from, to));
    }

    /// Every published file and its bytes, by path.
    pub(crate) fn published(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.path().join("calendars")];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for entry in entries {
                let path = entry.expect("the folder can be read").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = std::fs::read(&path).expect("the file can be read");
                    files.push((path, bytes));
                }
            }
        }
        files.sort();
        files
    }
}
