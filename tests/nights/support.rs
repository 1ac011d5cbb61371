//! A desk, the command run on it, and the server.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Monday, 03:00 in Tallinn, and the next night.
pub(crate) const MONDAY: &str = "2026-10-19T03:00:00+03:00";
pub(crate) const TUESDAY: &str = "2026-10-20T03:00:00+03:00";

const SETTINGS: &str = r#"
[planning]
horizon = "2 weeks"

[[assistant]]
id = "mari"
name = "Mari Tamm"
timezone = "Europe/Tallinn"
hours = { mon-fri = ["09:00-17:00"] }
feeds = ["feeds/mari.ics"]

[[client]]
id = "acme"
name = "Acme Pty Ltd"
timezone = "Australia/Sydney"
feeds = ["feeds/acme.ics"]

[[client]]
id = "bolt"
name = "Bolt"
timezone = "America/New_York"
feeds = ["feeds/bolt.ics"]
"#;

/// The text of a calendar.
pub(crate) fn calendar(components: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n{components}END:VCALENDAR\r\n")
}

/// A VTODO of so many minutes.
pub(crate) fn todo(uid: &str, minutes: u32, due: &str) -> String {
    format!(
        "BEGIN:VTODO\r\nUID:{uid}\r\nDTSTAMP:20261001T000000Z\r\nSUMMARY:Work {uid}\r\nESTIMATED-DURATION:PT{minutes}M\r\nDUE:{due}\r\nEND:VTODO\r\n"
    )
}

/// A VEVENT between two times in UTC.
pub(crate) fn event(uid: &str, from: &str, to: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261001T000000Z\r\nSUMMARY:Meeting {uid}\r\nDTSTART:{from}\r\nDTEND:{to}\r\nEND:VEVENT\r\n"
    )
}

/// Writes a small desk into a folder.
pub(crate) fn make(folder: &Path) {
    fs::create_dir_all(folder.join("feeds")).expect("it can be made");
    let write = |file: &str, text: &str| fs::write(folder.join(file), text).expect("it can be written");
    write("plokk.toml", SETTINGS);
    write("feeds/mari.ics", &calendar(&event("standup", "20261019T060000Z", "20261019T063000Z")));
    let acme = ["post", "books", "letter"].map(|uid| todo(uid, 90, "20261023T060000Z")).concat();
    write("feeds/acme.ics", &calendar(&acme));
    // Over the end of summer time in Tallinn, on 25 October.
    let bolt = todo("slides", 240, "20261030T200000Z")
        + &todo("call", 60, "20261027T200000Z\r\nDTSTART:20261026T100000Z");
    write("feeds/bolt.ics", &calendar(&bolt));
}

/// A desk in a folder of its own.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        make(desk.path());
        desk
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn text(&self) -> &str {
        self.path().to_str().expect("the path is UTF-8")
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.path().join(file), text).unwrap_or_else(|error| panic!("{file}: {error}"));
    }

    /// Adds settings to the desk's.
    pub(crate) fn settings(&self, more: &str) {
        self.write("plokk.toml", &format!("{SETTINGS}{more}"));
    }

    /// Runs a command on the desk.
    pub(crate) fn run(&self, name: &str, args: &[&str]) -> Run {
        plokk(&[&[name, "--desk", self.text()], args].concat())
    }

    /// A night with little effort.
    pub(crate) fn night(&self, now: &str, args: &[&str]) -> Run {
        self.run("nightly", &[&["--now", now, "--effort", "0.02"], args].concat())
    }

    /// Everything published, by path.
    pub(crate) fn published(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path().join("calendars")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.expect("the folder can be read").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.clone(), fs::read(&path).expect("it can be read"));
                }
            }
        }
        files
    }

    /// The plan's blocks of a task, by start.
    pub(crate) fn blocks(&self, task: &str) -> Vec<(String, String)> {
        let plan: Value = serde_json::from_str(&self.read("calendars/plan.json")).expect("it is JSON");
        let chunks = plan["chunks"].as_array().expect("a list");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let own = chunks.iter().filter(|chunk| chunk["task"] == task);
        own.map(|chunk| (text(&chunk["start"]), text(&chunk["end"]))).collect()
    }

    /// A meeting of hers over the first block of a task, so that it has to move.
    pub(crate) fn meet_at(&self, task: &str) {
        let (start, end) = self.blocks(task)[0].clone();
        let utc = |text: &str| {
            let time = chrono::DateTime::parse_from_rfc3339(text).expect("a time");
            time.to_utc().format("%Y%m%dT%H%M%SZ").to_string()
        };
        self.write("feeds/mari.ics", &calendar(&event("dentist", &utc(&start), &utc(&end))));
    }
}

/// What a run of the command came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Run {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        Run {
            status: output.status.code().expect("it ends by itself"),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The command.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plokk"));
    command.env("NO_COLOR", "1").env("TZ", "UTC").stdin(Stdio::null());
    command
}

pub(crate) fn plokk(args: &[&str]) -> Run {
    command().args(args).output().expect("the command is built").into()
}

/// A server that ends when this goes.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: String,
}

impl Served {
    pub(crate) fn start(folders: &[&str], args: &[&str]) -> Served {
        let mut child = command()
            .arg("serve")
            .args(folders)
            .args(["--listen", "127.0.0.1:0"])
            .args(args)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command is built");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let line = lines.next().expect("it says where it listens").expect("it is text");
        let address = line.strip_prefix("listening on http://").and_then(|rest| rest.split(',').next());
        let address = address.unwrap_or_else(|| panic!("{line}")).to_owned();
        // It must not be stopped by a pipe that nobody empties.
        std::thread::spawn(move || lines.for_each(drop));
        Served { child, address }
    }

    /// A token's address: the folder of what it opens.
    pub(crate) fn token(&self, desk: &Desk, names: &[&str]) -> String {
        let url = format!("http://{}", self.address);
        let run =
            plokk(&[&["token", "make", "--desk", desk.text(), "--url", &url], names].concat()).expect(0);
        run.out.lines().next().expect("the page's address").to_owned()
    }

    /// An answer to bytes on a fresh connection, read to its end.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
        // A server may close before it has read everything.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A GET with more headers; the whole answer.
    pub(crate) fn get(&self, url: &str, headers: &str) -> String {
        let path =
            url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or(url);
        let host = &self.address;
        self.raw(
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n").as_bytes(),
        )
    }

    /// The process's id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended by itself; its status.
    pub(crate) fn wait(&mut self) -> i32 {
        self.child.wait().expect("it was started").code().expect("it ends by itself")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
