//! The results as Markdown.

use super::{Plan, Row};
use crate::peer::{Peer, Run};
use crate::statistics::Sorted;
use std::fmt::Write;

/// The results as Markdown: a summary by class and peer, then every run.
#[must_use]
pub fn markdown(plan: &Plan, peers: &[Peer], rows: &[Row]) -> String {
    let known = rows.iter().filter(|row| row.best_known.is_some()).count();
    let mut text = format!(
        "{} A best known cost from before this run was there for {known} of {} problems; the best is the \
         lowest of it and of this run's.\n\n\
         | class | peer | above best: median | worst | gap: median | seconds: median | most | MiB: most | no answer |\n\
         |---|---|---|---|---|---|---|---|---|\n",
        plan.describe(peers),
        rows.len()
    );
    let mut classes: Vec<&str> = rows.iter().map(|r| r.class.as_str()).collect();
    classes.dedup();
    for class in classes {
        let rows: Vec<&Row> = rows.iter().filter(|r| r.class == class).collect();
        let peers = rows.first().map_or(0, |r| r.runs.len());
        (0..peers).for_each(|k| summary(&mut text, class, &rows, k));
    }
    text.push_str(
        "\n| problem | tasks | best known | peer | cost | above best | bound | gap | seconds | CPU seconds | MiB |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        row.runs.iter().for_each(|run| detail(&mut text, row, run));
    }
    text
}

fn summary(text: &mut String, class: &str, rows: &[&Row], peer: usize) {
    let runs = || rows.iter().map(|r| (*r, &r.runs[peer]));
    let above = Sorted::of(runs().filter_map(|(row, run)| row.above_best(run.cost?)));
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
            number(row.best(), 1),
            run.peer.clone(),
            cost,
            percent(run.cost.and_then(|cost| row.above_best(cost))),
            number(run.bound, 1),
            percent(run.gap()),
            number(Some(run.seconds), 2),
            number(run.cpu, 2),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Class;

    fn run(peer: &str, cost: Option<f64>, bound: Option<f64>) -> Run {
        let trouble = cost.is_none().then(|| "took too long".to_owned());
        Run { cost, bound, seconds: 1.5, cpu: Some(2.75), mib: Some(20.25), trouble, ..Run::nothing(peer) }
    }

    #[test]
    fn the_table_says_who_lies_how_far_above_the_best() {
        let row = |seed: u64, best_known: Option<f64>, greedy: Option<f64>| Row {
            problem: format!("S 0.85 #{seed}"),
            class: "S".into(),
            tasks: 60,
            best_known,
            runs: vec![run("plokk", Some(100.0), Some(95.0)), run("greedy", greedy, None)],
        };
        let plan =
            Plan { classes: vec![Class::S], loads: vec![0.85], seeds: vec![1, 2, 3], limit: Some(60.0) };
        let rows = [row(1, Some(80.0), Some(160.0)), row(2, Some(110.0), Some(130.0)), row(3, None, None)];
        let text = markdown(&plan, &[], &rows);
        assert!(text.contains("60 s for each method") && text.contains("for 2 of 3 problems"), "{text}");
        assert!(text.contains("| S | plokk | 0.0% | 25.0% | 5.0% | 1.50 | 1.50 | 20 | 0 |"), "{text}");
        assert!(text.contains("| S | greedy | 65.0% | 100.0% | – | 1.50 | 1.50 | 20 | 1 |"), "{text}");
        let lost = "| S 0.85 #3 | 60 | 100.0 | greedy | took too long | – | – | – | 1.50 | 2.75 | 20 |";
        assert!(text.contains(lost), "{text}");
    }
}
