//! A copy of an example desk, and the program run on it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// When every test plans: a Monday before three changes of the clocks.
pub(crate) const NOW: &str = "2026-10-19T08:00:00+03:00";
/// Little effort: these tests are about rules, not about points.
const EFFORT: &str = "0.02";

/// A desk in a folder of its own.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    /// A copy of `examples/<name>`, without what planning has left there.
    pub(crate) fn copy(name: &str) -> Desk {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        let desk = Desk { folder: tempfile::tempdir().expect("a folder") };
        fs::copy(from.join("plokk.toml"), desk.path("plokk.toml")).expect("the settings are copied");
        fs::create_dir(desk.path("feeds")).expect("a folder for the feeds");
        for entry in fs::read_dir(from.join("feeds")).expect("the desk has feeds") {
            let entry = entry.expect("a feed");
            fs::copy(entry.path(), desk.path("feeds").join(entry.file_name())).expect("it is copied");
        }
        desk
    }

    /// A desk of one file of settings and one feed, `feeds/mari.ics`.
    pub(crate) fn small(settings: &str, feed: &str) -> Desk {
        let desk = Desk { folder: tempfile::tempdir().expect("a folder") };
        fs::create_dir(desk.path("feeds")).expect("a folder for the feeds");
        desk.write("plokk.toml", settings);
        desk.write("feeds/mari.ics", feed);
        desk
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub(crate) fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap_or_else(|e| panic!("{relative}: {e}"))
    }

    pub(crate) fn write(&self, relative: &str, text: &str) {
        fs::write(self.path(relative), text).unwrap_or_else(|e| panic!("{relative}: {e}"));
    }

    /// Replaces one piece of a file; the piece must be there once.
    pub(crate) fn edit(&self, relative: &str, from: &str, to: &str) {
        let text = self.read(relative);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {relative}");
        self.write(relative, &text.replace(from, to));
    }

    /// The program with these arguments, for this desk, at [`NOW`].
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plokk"));
        command.args(arguments).arg("--desk").arg(self.folder.path()).args(["--now", NOW]);
        command.env("NO_COLOR", "1").env("PLOKK_TZDATA", "built-in").stdin(Stdio::null());
        command
    }

    /// Runs `plan` with further arguments and little effort.
    pub(crate) fn plan(&self, further: &[&str]) -> Ran {
        let mut command = self.command(&["plan", "--effort", EFFORT]);
        Ran(command.args(further).output().expect("the program starts"))
    }

    /// Everything published, by path relative to the output folder.
    pub(crate) fn published(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path("calendars"), "", &mut files);
        files
    }

    /// The plan for programs.
    pub(crate) fn plan_json(&self) -> Value {
        serde_json::from_str(&self.read("calendars/plan.json")).expect("plan.json is JSON")
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).expect("it can be read"));
        }
    }
}

/// A run that has ended.
pub(crate) struct Ran(Output);

impl Ran {
    /// The exit status.
    pub(crate) fn status(&self) -> i32 {
        self.0.status.code().expect("it was not killed")
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// Itself, if the status is this one; else the test ends with what the program said.
    pub(crate) fn expect(self, status: i32) -> Ran {
        assert_eq!(self.status(), status, "stdout:\n{}\nstderr:\n{}", self.stdout(), self.stderr());
        self
    }
}

/// The solo desk, planned once for all tests that only look.
pub(crate) fn solo() -> &'static Desk {
    static DESK: OnceLock<Desk> = OnceLock::new();
    DESK.get_or_init(|| planned("solo"))
}

/// The agency, planned once for all tests that only look.
pub(crate) fn agency() -> &'static Desk {
    static DESK: OnceLock<Desk> = OnceLock::new();
    DESK.get_or_init(|| planned("agency"))
}

fn planned(name: &str) -> Desk {
    let desk = Desk::copy(name);
    desk.plan(&[]).expect(0);
    desk
}
