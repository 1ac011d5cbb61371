//! Whoever takes a problem and writes a solution, run as a process of its own and measured.
//!
//! A peer is a command that is called as `COMMAND problem.json -o solution.json
//! [--time-limit SECONDS]` and ends with status 0. Beside the problem it finds `greedy.json`, the
//! plan of [`greedy`], to start from if it likes. What it says its solution costs is
//! not believed: the independent verifier works it out again.

use crate::greedy;
use plokk_solver::{Points, Problem, Solution, verify};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use thiserror::Error;

/// How long a peer may go on after its time limit before it is ended.
const GRACE: Duration = Duration::from_secs(60);
/// How often a running peer's memory is looked at, at least.
const POLL: Duration = Duration::from_millis(10);

/// A method to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// How tables call it.
    pub name: String,
    /// The program and its first arguments.
    pub command: Vec<String>,
}

/// What a peer did with one problem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// Which peer.
    pub peer: String,
    /// What its solution costs, worked out by the verifier; `None` when it has no valid one.
    pub cost: Option<f64>,
    /// The lower bound it claims.
    pub bound: Option<f64>,
    /// Wall time of the whole process, in seconds.
    pub seconds: f64,
    /// The most memory it held at once, in MiB; `None` where the system does not say.
    pub mib: Option<f64>,
    /// Why there is no cost.
    pub trouble: Option<String>,
}

impl Run {
    /// The claimed gap, from 0 to 1: (cost − bound) / cost.
    #[must_use]
    pub fn gap(&self) -> Option<f64> {
        let (cost, bound) = (Points(self.cost?), Some(Points(self.bound?)));
        Solution { chunks: vec![], cost, bound }.gap()
    }
}

/// Why a peer could not be run at all.
#[derive(Debug, Error)]
pub enum PeerError {
    /// No peer of this name is built in or installed.
    #[error(
        "no peer `{0}`; there are: plokk, greedy, and those of bench/peers (make their environment with bench/peers/setup)"
    )]
    Unknown(String),
    /// A file could not be written or read, or the program could not be started.
    #[error("{what}: {cause}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl PeerError {
    fn io(what: impl std::fmt::Display) -> impl FnOnce(std::io::Error) -> PeerError {
        let what = what.to_string();
        move |cause| PeerError::Io { what, cause }
    }
}

impl Peer {
    /// A peer by its name: `plokk` and `greedy` are in this program, any other is the script
    /// `<name>.py` in `scripts`, run by the environment beside it.
    ///
    /// # Errors
    ///
    /// [`PeerError::Unknown`] when there is neither, [`PeerError::Io`] when this program cannot
    /// find itself.
    pub fn named(name: &str, scripts: &Path) -> Result<Peer, PeerError> {
        let command = if matches!(name, "plokk" | "greedy") {
            let itself = std::env::current_exe().map_err(PeerError::io("finding this program"))?;
            vec![itself.display().to_string(), "run".to_owned(), name.to_owned()]
        } else {
            let script = scripts.join(format!("{name}.py"));
            let python = scripts.join(".venv/bin/python");
            if !script.is_file() || !python.exists() {
                return Err(PeerError::Unknown(name.to_owned()));
            }
            vec![python.display().to_string(), script.display().to_string()]
        };
        Ok(Peer { name: name.to_owned(), command })
    }

    /// Runs the peer on a problem in a folder of its own.
    ///
    /// # Errors
    ///
    /// [`PeerError::Io`] when a file cannot be written or the program not be started. A peer that
    /// fails, takes too long or breaks a rule is no error: [`Run::trouble`] says so.
    pub fn run(&self, problem: &Problem, limit: Option<f64>) -> Result<Run, PeerError> {
        let folder = tempfile::tempdir().map_err(PeerError::io("making a folder"))?;
        let files = Files::in_folder(folder.path());
        write_json(&files.problem, problem)?;
        write_json(&files.hint, &greedy::plan(problem))?;
        let started = Instant::now();
        let child = self.start(&files, limit)?;
        let ended = watch(child, limit).map_err(PeerError::io(&self.name))?;
        let seconds = started.elapsed().as_secs_f64();
        let mut run =
            Run { peer: self.name.clone(), cost: None, bound: None, seconds, mib: ended.mib, trouble: None };
        match judged(problem, &files.solution, ended.status) {
            Ok(solution) => {
                run.cost = Some(solution.cost.0);
                run.bound = solution.bound.map(|b| b.0);
            }
            Err(trouble) => run.trouble = Some(trouble),
        }
        Ok(run)
    }

    fn start(&self, files: &Files, limit: Option<f64>) -> Result<Child, PeerError> {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).arg(&files.problem).arg("-o").arg(&files.solution);
        if let Some(limit) = limit {
            command.arg("--time-limit").arg(limit.to_string());
        }
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.spawn().map_err(PeerError::io(&self.name))
    }
}

fn write_json(file: &Path, value: &impl Serialize) -> Result<(), PeerError> {
    let json = serde_json::to_vec(value).map_err(|e| PeerError::io(file.display())(e.into()))?;
    fs::write(file, json).map_err(PeerError::io(file.display()))
}

struct Files {
    problem: PathBuf,
    hint: PathBuf,
    solution: PathBuf,
}

impl Files {
    fn in_folder(folder: &Path) -> Files {
        let [problem, hint, solution] =
            ["problem.json", "greedy.json", "solution.json"].map(|name| folder.join(name));
        Files { problem, hint, solution }
    }
}

struct Ended {
    /// `None`: it was ended for taking too long.
    status: Option<ExitStatus>,
    mib: Option<f64>,
}

/// Waits for a peer, and keeps an eye on its memory.
fn watch(mut child: Child, limit: Option<f64>) -> std::io::Result<Ended> {
    let started = Instant::now();
    let end = limit.map(|l| Duration::from_secs_f64(l.max(0.0)) + GRACE);
    let mut mib = None;
    loop {
        mib = peak_mib(child.id()).or(mib);
        if let Some(status) = child.try_wait()? {
            return Ok(Ended { status: Some(status), mib });
        }
        if end.is_some_and(|end| started.elapsed() > end) {
            child.kill()?;
            child.wait()?;
            return Ok(Ended { status: None, mib });
        }
        // Short runs are looked at more often, so that their peak is seen too.
        thread::sleep(POLL.min(started.elapsed() / 10));
    }
}

/// The most memory a process has held so far, where the system has `/proc`.
fn peak_mib(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// The peer's solution with its true cost, or why it does not count.
fn judged(problem: &Problem, file: &Path, status: Option<ExitStatus>) -> Result<Solution, String> {
    match status {
        None => return Err("took too long".to_owned()),
        Some(status) if !status.success() => return Err(status.to_string()),
        Some(_) => {}
    }
    let text = fs::read(file).map_err(|e| format!("no solution: {e}"))?;
    let mut solution: Solution = serde_json::from_slice(&text).map_err(|e| e.to_string())?;
    solution.cost = verify(problem, &Solution { bound: None, ..solution.clone() }).cost;
    match verify(problem, &solution).violations.first() {
        Some(broken) => Err(broken.to_string()),
        None => Ok(solution),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Class, generate};

    fn shell(script: &str) -> Peer {
        let command = ["sh", "-c", script, "peer"].map(str::to_owned).to_vec();
        Peer { name: "shell".to_owned(), command }
    }

    #[test]
    fn what_a_peer_says_about_its_cost_is_not_believed() {
        let problem = generate(Class::S.spec(1, 0.3));
        let peer = shell(r#"echo '{"chunks": [], "cost": 1, "bound": null}' > "$3""#);
        let run = peer.run(&problem, None).expect("sh runs");
        assert!(run.cost.expect("doing nothing is valid") > 1000.0);
        assert_eq!((run.gap(), run.trouble), (None, None));
    }

    #[test]
    fn a_peer_that_fails_or_claims_too_much_has_no_cost() {
        let problem = generate(Class::S.spec(1, 0.3));
        let failed = shell("exit 3").run(&problem, None).expect("sh runs");
        assert!(failed.cost.is_none() && failed.trouble.expect("said").contains('3'));
        let silent = shell("exit 0").run(&problem, None).expect("sh runs");
        assert!(silent.trouble.expect("said").starts_with("no solution"));
        let proud = shell(r#"echo '{"chunks": [], "cost": 1, "bound": 1e9}' > "$3""#);
        let proud = proud.run(&problem, None).expect("sh runs");
        assert!(proud.trouble.expect("said").contains("bound"));
    }

    #[test]
    fn a_peer_that_is_not_there_is_named() {
        let error = Peer::named("gurobi", Path::new("nowhere")).expect_err("it is not there");
        assert!(error.to_string().contains("`gurobi`"));
    }
}
