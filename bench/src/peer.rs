//! Whoever takes a problem and writes a solution, run as a process of its own and measured.
//!
//! A peer is a command that is called as `COMMAND problem.json -o solution.json
//! --trace trace.jsonl [--time-limit SECONDS]` and ends with status 0. Beside the problem it finds
//! `greedy.json`, the plan of [`greedy`], to start from if it likes. What it says its solution costs
//! is not believed: the independent verifier works it out again. To the trace it may write a JSON
//! line `{"seconds", "cost", "bound"}` whenever it knows something better.

use crate::trace::{self, Point};
use crate::{greedy, machine};
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
/// What costs may differ by where they are the same, in points: sums in another order.
const CENT: f64 = 1e-6;
/// How often a running peer's memory is looked at, at least.
const POLL: Duration = Duration::from_millis(10);

/// A method to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// How tables call it.
    pub name: String,
    /// The program and its first arguments.
    pub command: Vec<String>,
    /// What it is and what it runs on, each with its version.
    pub version: String,
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
    /// Processor time of all its threads together, in seconds; `None` where the system does not say.
    pub cpu: Option<f64>,
    /// The most memory it held at once, in MiB; `None` where the system does not say.
    pub mib: Option<f64>,
    /// What it says it knew when; the last cost is the verifier's.
    pub trace: Vec<Point>,
    /// Why there is no cost.
    pub trouble: Option<String>,
}

impl Run {
    /// A run of which nothing is known yet.
    #[must_use]
    pub fn nothing(peer: &str) -> Run {
        Run {
            peer: peer.to_owned(),
            cost: None,
            bound: None,
            seconds: 0.0,
            cpu: None,
            mib: None,
            trace: Vec::new(),
            trouble: None,
        }
    }

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
        let (command, version) = if matches!(name, "plokk" | "greedy") {
            let itself = std::env::current_exe().map_err(PeerError::io("finding this program"))?;
            let command = vec![itself.display().to_string(), "run".to_owned(), name.to_owned()];
            (command, concat!("Plokk ", env!("CARGO_PKG_VERSION")).to_owned())
        } else {
            let script = scripts.join(format!("{name}.py"));
            let python = scripts.join(".venv/bin/python");
            if !script.is_file() || !python.exists() {
                return Err(PeerError::Unknown(name.to_owned()));
            }
            let version = python_versions(&python)?;
            (vec![python.display().to_string(), script.display().to_string()], version)
        };
        Ok(Peer { name: name.to_owned(), command, version })
    }

    /// Runs the peer on a problem in a folder of its own.
    ///
    /// # Errors
    ///
    /// [`PeerError::Io`] when a file cannot be written or the program not be started. A peer that
    /// fails, takes too long or breaks a rule is no error: [`Run::trouble`] says so.
    pub fn run(&self, problem: &Problem, limit: Option<f64>) -> Result<Run, PeerError> {
        self.answer(problem, limit).map(|(run, _)| run)
    }

    /// Runs the peer, and hands out its solution beside what is measured, where it has a valid one.
    ///
    /// # Errors
    ///
    /// As [`Peer::run`].
    pub fn answer(
        &self,
        problem: &Problem,
        limit: Option<f64>,
    ) -> Result<(Run, Option<Solution>), PeerError> {
        let folder = tempfile::tempdir().map_err(PeerError::io("making a folder"))?;
        let files = Files::in_folder(folder.path());
        write_json(&files.problem, problem)?;
        write_json(&files.hint, &greedy::plan(problem))?;
        let started = Instant::now();
        let child = self.start(&files, limit)?;
        let ended = watch(child, limit).map_err(PeerError::io(&self.name))?;
        let seconds = started.elapsed().as_secs_f64();
        let mut run = Run { seconds, cpu: ended.cpu, mib: ended.mib, ..Run::nothing(&self.name) };
        match judged(problem, &files.solution, ended.status) {
            Ok(solution) => {
                run.cost = Some(solution.cost.0);
                run.bound = solution.bound.map(|b| b.0);
                run.trace = trace::read(&files.trace);
                run.trace.retain(|point| point.cost.is_none_or(|cost| cost >= solution.cost.0 - CENT));
                run.trace.push(Point { seconds, cost: run.cost, bound: run.bound });
                Ok((run, Some(solution)))
            }
            Err(trouble) => {
                run.trouble = Some(trouble);
                Ok((run, None))
            }
        }
    }

    fn start(&self, files: &Files, limit: Option<f64>) -> Result<Child, PeerError> {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).arg(&files.problem).arg("-o").arg(&files.solution);
        command.arg("--trace").arg(&files.trace);
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
    trace: PathBuf,
}

impl Files {
    fn in_folder(folder: &Path) -> Files {
        let [problem, hint, solution, trace] =
            ["problem.json", "greedy.json", "solution.json", "trace.jsonl"].map(|name| folder.join(name));
        Files { problem, hint, solution, trace }
    }
}

struct Ended {
    /// `None`: it was ended for taking too long.
    status: Option<ExitStatus>,
    cpu: Option<f64>,
    mib: Option<f64>,
}

/// The versions of a Python and of the packages that peers run on.
fn python_versions(python: &Path) -> Result<String, PeerError> {
    const SCRIPT: &str = "import importlib.metadata as m, platform
names = [d.metadata['Name'] for d in m.distributions()]
peers = sorted(n for n in names if n.lower() in ('highspy', 'ortools', 'pyjobshop'))
print(', '.join(['Python ' + platform.python_version()] + [n + ' ' + m.version(n) for n in peers]))";
    let output =
        Command::new(python).args(["-c", SCRIPT]).output().map_err(PeerError::io(python.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Waits for a peer, and keeps an eye on its memory and processor time.
fn watch(mut child: Child, limit: Option<f64>) -> std::io::Result<Ended> {
    let started = Instant::now();
    let end = limit.map(|l| Duration::from_secs_f64(l.max(0.0)) + GRACE);
    let (mut mib, mut cpu) = (None, None);
    loop {
        mib = machine::peak_mib(child.id()).or(mib);
        cpu = machine::cpu_seconds(child.id()).or(cpu);
        if let Some(status) = child.try_wait()? {
            return Ok(Ended { status: Some(status), cpu, mib });
        }
        if end.is_some_and(|end| started.elapsed() > end) {
            child.kill()?;
            child.wait()?;
            return Ok(Ended { status: None, cpu, mib });
        }
        // Short runs are looked at more often, so that their peak is seen too.
        thread::sleep(POLL.min(started.elapsed() / 10));
    }
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
        Peer { name: "shell".to_owned(), command, version: String::new() }
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
    fn a_trace_is_read_and_ends_with_the_true_cost() {
        let problem = generate(Class::S.spec(1, 0.3));
        let peer = shell(
            r#"printf '{"seconds": 0.1, "cost": 1e9, "bound": null}\n{"seconds": 0.2, "cost": 1}\noops' > "$5"
               echo '{"chunks": [], "cost": 1, "bound": null}' > "$3""#,
        );
        let run = peer.run(&problem, None).expect("sh runs");
        let costs: Vec<_> = run.trace.iter().map(|point| point.cost).collect();
        assert_eq!(costs, [Some(1e9), run.cost], "nobody knew more than the answer");
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
