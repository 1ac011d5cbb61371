//! Every peer on every problem, and the table of what came out.

use crate::generate::{Class, Spec, generate};
use crate::peer::{Peer, PeerError, Run};
use serde::Serialize;
use std::fmt::Write;

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Which sizes.
    pub classes: Vec<Class>,
    /// Which loads (work as a share of the free time).
    pub loads: Vec<f64>,
    /// Which seeds.
    pub seeds: Vec<u64>,
    /// Seconds for each peer on each problem; `None`: as long as it wants.
    pub limit: Option<f64>,
}

/// What came out for one problem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Class, load and seed, such as `M 0.85 #3`.
    pub problem: String,
    /// The class alone.
    pub class: String,
    /// How many tasks it has.
    pub tasks: usize,
    /// One run per peer, in the peers' order.
    pub runs: Vec<Run>,
}

impl Row {
    /// The lowest cost of any peer.
    #[must_use]
    pub fn best(&self) -> Option<f64> {
        self.runs.iter().filter_map(|r| r.cost).min_by(f64::total_cmp)
    }

    /// How far a run lies above the best, as a share of the best.
    #[must_use]
    pub fn above_best(&self, run: &Run) -> Option<f64> {
        let (best, cost) = (self.best()?, run.cost?);
        Some(if best > 0.0 { cost / best - 1.0 } else { 0.0 })
    }
}

/// Runs every peer on every problem; `tell` hears of each row when it is done.
///
/// # Errors
///
/// The first [`PeerError`]: a peer could not be started or a file not be written.
pub fn compare(plan: &Plan, peers: &[Peer], mut tell: impl FnMut(&Row)) -> Result<Vec<Row>, PeerError> {
    let mut rows = Vec::new();
    for &class in &plan.classes {
        for &load in &plan.loads {
            for &seed in &plan.seeds {
                let row = row(class, class.spec(seed, load), peers, plan.limit)?;
                tell(&row);
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

fn row(class: Class, spec: Spec, peers: &[Peer], limit: Option<f64>) -> Result<Row, PeerError> {
    let problem = generate(spec);
    let runs: Result<Vec<Run>, PeerError> = peers.iter().map(|p| p.run(&problem, limit)).collect();
    Ok(Row {
        problem: format!("{class:?} {} #{}", spec.load, spec.seed),
        class: format!("{class:?}"),
        tasks: problem.tasks.len(),
        runs: runs?,
    })
}

impl Plan {
    /// What was run, for the head of a table: version, threads of the machine, limit.
    #[must_use]
    pub fn describe(&self) -> String {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let limit = self.limit.map_or("no time limit".to_owned(), |l| format!("{l} s for each method"));
        format!("Plokk {}, a machine with {threads} threads, {limit}.", env!("CARGO_PKG_VERSION"))
    }
}

/// The results as Markdown: a summary by class and peer, then every run.
#[must_use]
pub fn markdown(plan: &Plan, rows: &[Row]) -> String {
    let mut text = format!(
        "{}\n\n\
         | class | peer | above best: median | worst | gap: median | seconds: median | most | MiB: most | no answer |\n\
         |---|---|---|---|---|---|---|---|---|\n",
        plan.describe()
    );
    let mut classes: Vec<&str> = rows.iter().map(|r| r.class.as_str()).collect();
    classes.dedup();
    for class in classes {
        let rows: Vec<&Row> = rows.iter().filter(|r| r.class == class).collect();
        let peers = rows.first().map_or(0, |r| r.runs.len());
        (0..peers).for_each(|k| summary(&mut text, class, &rows, k));
    }
    text.push_str(
        "\n| problem | tasks | peer | cost | above best | bound | gap | seconds | MiB |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        row.runs.iter().for_each(|run| detail(&mut text, row, run));
    }
    text
}

fn summary(text: &mut String, class: &str, rows: &[&Row], peer: usize) {
    let runs = || rows.iter().map(|r| (*r, &r.runs[peer]));
    let above = Sorted::of(runs().filter_map(|(row, run)| row.above_best(run)));
    let gap = Sorted::of(runs().filter_map(|(_, run)| run.gap()));
    let seconds = Sorted::of(runs().map(|(_, run)| run.seconds));
    let mib = Sorted::of(runs().filter_map(|(_, run)| run.mib));
    let lost = runs().filter(|(_, run)| run.cost.is_none()).count();
    let name = rows.first().map_or("", |r| r.runs[peer].peer.as_str());
    line(
        text,
        [
            class.to_owned(),
            name.to_owned(),
            percent(above.median()),
            percent(above.most()),
            percent(gap.median()),
            number(seconds.median(), 2),
            number(seconds.most(), 2),
            number(mib.most(), 0),
            lost.to_string(),
        ],
    );
}

fn detail(text: &mut String, row: &Row, run: &Run) {
    let cost = run.trouble.clone().unwrap_or_else(|| number(run.cost, 1));
    line(
        text,
        [
            row.problem.clone(),
            row.tasks.to_string(),
            run.peer.clone(),
            cost,
            percent(row.above_best(run)),
            number(run.bound, 1),
            percent(run.gap()),
            number(Some(run.seconds), 2),
            number(run.mib, 0),
        ],
    );
}

fn line<const N: usize>(text: &mut String, cells: [String; N]) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |s| format!("{:.1}%", s * 100.0))
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |v| format!("{v:.digits$}"))
}

/// Numbers in their order.
struct Sorted(Vec<f64>);

impl Sorted {
    fn of(numbers: impl Iterator<Item = f64>) -> Sorted {
        let mut numbers: Vec<f64> = numbers.collect();
        numbers.sort_by(f64::total_cmp);
        Sorted(numbers)
    }

    /// The middle one, or the mean of the middle two.
    fn median(&self) -> Option<f64> {
        let (upper, lower) = (self.0.len() / 2, self.0.len().saturating_sub(1) / 2);
        Some((self.0.get(lower)? + self.0.get(upper)?) / 2.0)
    }

    fn most(&self) -> Option<f64> {
        self.0.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(peer: &str, cost: Option<f64>, bound: Option<f64>) -> Run {
        let trouble = cost.is_none().then(|| "took too long".to_owned());
        Run { peer: peer.into(), cost, bound, seconds: 1.5, mib: Some(20.25), trouble }
    }

    #[test]
    fn the_table_says_who_lies_how_far_above_the_best() {
        let row = |seed: u64, greedy: Option<f64>| Row {
            problem: format!("S 0.85 #{seed}"),
            class: "S".into(),
            tasks: 60,
            runs: vec![run("plokk", Some(100.0), Some(95.0)), run("greedy", greedy, None)],
        };
        let plan =
            Plan { classes: vec![Class::S], loads: vec![0.85], seeds: vec![1, 2, 3], limit: Some(60.0) };
        let text = markdown(&plan, &[row(1, Some(150.0)), row(2, Some(130.0)), row(3, None)]);
        assert!(text.contains("60 s for each method"), "{text}");
        assert!(text.contains("| S | plokk | 0.0% | 0.0% | 5.0% | 1.50 | 1.50 | 20 | 0 |"), "{text}");
        assert!(text.contains("| S | greedy | 40.0% | 50.0% | – | 1.50 | 1.50 | 20 | 1 |"), "{text}");
        assert!(text.contains("| S 0.85 #3 | 60 | greedy | took too long | – | – | – |"), "{text}");
    }
}
