//! How the work of solving grows with the problem: with the tasks at a fixed horizon (a larger team
//! for more clients), and with the horizon at a fixed density (one person, more weeks).
//!
//! What is measured is processor time, all threads together, of the whole process: it is the work, and
//! stays the same where other processes slow the clock down.

use crate::chart::{Axis, Chart, How, Series, svg};
use crate::generate::{Spec, generate};
use crate::machine;
use crate::peer::{Peer, PeerError};
use crate::statistics::{Power, power};
use serde::Serialize;
use std::fmt::Write;

/// What grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Sweep {
    /// Two weeks, with 1, 2, 4, … workers and six clients for each.
    Tasks,
    /// One worker and six clients, with 2, 4, 8, … weeks.
    Horizon,
}

impl Sweep {
    /// Both.
    pub const ALL: [Sweep; 2] = [Sweep::Tasks, Sweep::Horizon];

    /// The problem of a size: 1 is class S.
    #[must_use]
    pub fn spec(self, size: usize, load: f64, seed: u64) -> Spec {
        match self {
            Sweep::Tasks => Spec { seed, clients: 6 * size, weeks: 2, workers: size, load },
            Sweep::Horizon => Spec { seed, clients: 6, weeks: 2 * size, workers: 1, load },
        }
    }

    fn title(self) -> &'static str {
        match self {
            Sweep::Tasks => "Two weeks, a larger team with more clients",
            Sweep::Horizon => "One person, more weeks",
        }
    }

    fn what(self, size: usize) -> String {
        match self {
            Sweep::Tasks => {
                let workers = if size == 1 { "worker" } else { "workers" };
                format!("{size} {workers}, {} clients, 2 weeks", 6 * size)
            }
            Sweep::Horizon => format!("1 worker, 6 clients, {} weeks", 2 * size),
        }
    }
}

/// One problem solved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// What grows.
    pub sweep: Sweep,
    /// How much: 1 is class S.
    pub size: usize,
    /// How many tasks the problem has.
    pub tasks: usize,
    /// Processor time in seconds.
    pub cpu: f64,
    /// Wall time in seconds.
    pub seconds: f64,
    /// The most memory held at once, in MiB.
    pub mib: Option<f64>,
    /// The proven gap, from 0 to 1.
    pub gap: Option<f64>,
}

/// Solves problems of both sweeps at the peer's default effort, each twice as large as the one before,
/// until one has `most` tasks or more; `tell` hears of each.
///
/// # Errors
///
/// As [`Peer::run`].
pub fn measure(
    peer: &Peer,
    load: f64,
    seeds: &[u64],
    most: usize,
    mut tell: impl FnMut(&Measured),
) -> Result<Vec<Measured>, PeerError> {
    let mut all = Vec::new();
    for sweep in Sweep::ALL {
        let mut size = 1;
        loop {
            let mut largest = 0;
            for &seed in seeds {
                let problem = generate(sweep.spec(size, load, seed));
                let tasks = problem.tasks.len();
                let run = peer.run(&problem, None)?;
                let (cpu, seconds) = (run.cpu.unwrap_or(run.seconds), run.seconds);
                all.push(Measured { sweep, size, tasks, cpu, seconds, mib: run.mib, gap: run.gap() });
                all.last().into_iter().for_each(&mut tell);
                largest = largest.max(tasks);
            }
            if largest >= most || seeds.is_empty() {
                break;
            }
            size *= 2;
        }
    }
    Ok(all)
}

/// How the processor time of a sweep grows with the number of tasks.
#[must_use]
pub fn growth(all: &[Measured], sweep: Sweep) -> Option<Power> {
    power(&points(all, sweep))
}

#[allow(clippy::cast_precision_loss)] // nobody has 2^53 tasks
fn points(all: &[Measured], sweep: Sweep) -> Vec<(f64, f64)> {
    all.iter().filter(|m| m.sweep == sweep).map(|m| (m.tasks as f64, m.cpu)).collect()
}

/// The measurements and the exponents, as Markdown.
#[must_use]
pub fn markdown(peer: &Peer, all: &[Measured]) -> String {
    let mut text = format!("{}; {}.\n", peer.version, machine::describe());
    for sweep in Sweep::ALL {
        let exponent = growth(all, sweep).map_or("–".to_owned(), |fit| format!("{:.2}", fit.exponent));
        // Writing to a String cannot fail, here and below.
        let _ = write!(
            text,
            "\n{}: processor time grows with the number of tasks to the power of {exponent}.\n\n\
             | problem | tasks | CPU seconds | seconds | MiB | gap |\n|---|---|---|---|---|---|\n",
            sweep.title()
        );
        for m in all.iter().filter(|m| m.sweep == sweep) {
            let mib = m.mib.map_or("–".to_owned(), |mib| format!("{mib:.0}"));
            let gap = m.gap.map_or("–".to_owned(), |gap| format!("{:.1}%", 100.0 * gap));
            let (what, tasks) = (sweep.what(m.size), m.tasks);
            let _ = writeln!(text, "| {what} | {tasks} | {:.2} | {:.2} | {mib} | {gap} |", m.cpu, m.seconds);
        }
    }
    text
}

/// Both sweeps on logarithmic axes, with the power law that fits each, and linear growth to compare with.
#[must_use]
pub fn picture(all: &[Measured]) -> String {
    let charts: Vec<Chart> = Sweep::ALL.into_iter().map(|sweep| panel(all, sweep)).collect();
    svg(&charts)
}

fn panel(all: &[Measured], sweep: Sweep) -> Chart {
    let points = points(all, sweep);
    let mut series = vec![Series { name: "measured".to_owned(), how: How::Dots, points: points.clone() }];
    let ends = [f64::min as fn(f64, f64) -> f64, f64::max].map(|end| points.iter().map(|p| p.0).reduce(end));
    if let (Some(fit), [Some(from), Some(to)]) = (growth(all, sweep), ends) {
        let line = |fit: Power| vec![(from, fit.at(from)), (to, fit.at(to))];
        let name = format!("tasks^{:.2}", fit.exponent);
        series.push(Series { name, how: How::Dashes, points: line(fit) });
        let linear = Power { factor: fit.at(from) / from, exponent: 1.0 };
        series.push(Series { name: "linear growth".to_owned(), how: How::Dashes, points: line(linear) });
    }
    Chart {
        title: sweep.title().to_owned(),
        x: Axis::around("tasks", points.iter().map(|p| p.0)),
        y: Axis::around("CPU seconds", points.iter().map(|p| p.1)),
        series,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_grow_with_the_size_in_both_sweeps() {
        for sweep in Sweep::ALL {
            let tasks = |size| generate(sweep.spec(size, 0.85, 1)).tasks.len();
            let (one, eight) = (tasks(1), tasks(8));
            assert!((5 * one..12 * one).contains(&eight), "{sweep:?}: {one}, {eight}");
        }
    }

    #[test]
    fn the_exponent_is_in_the_table_and_the_picture() {
        let measured = |sweep, size: usize, cpu| Measured {
            sweep,
            size,
            tasks: 50 * size,
            cpu,
            seconds: cpu,
            mib: None,
            gap: Some(0.05),
        };
        let all = [
            measured(Sweep::Tasks, 1, 1.0),
            measured(Sweep::Tasks, 4, 8.0),
            measured(Sweep::Horizon, 1, 1.0),
            measured(Sweep::Horizon, 4, 4.0),
        ];
        let peer = Peer { name: "plokk".to_owned(), command: vec![], version: "Plokk 1".to_owned() };
        let text = markdown(&peer, &all);
        assert!(text.contains("to the power of 1.50") && text.contains("to the power of 1.00"), "{text}");
        assert!(text.contains("| 4 workers, 24 clients, 2 weeks | 200 | 8.00 | 8.00 | – | 5.0% |"), "{text}");
        assert!(picture(&all).contains("tasks^1.50"));
    }
}
