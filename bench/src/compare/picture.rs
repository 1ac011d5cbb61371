//! Cost over time, a line for each method, a panel for each class.

use super::Row;
use crate::chart::{Axis, Chart, How, Series, svg};
use crate::statistics::Sorted;
use crate::trace::cost_at;

/// So many moments are looked at, evenly spread over the logarithm of time.
const MOMENTS: u32 = 200;
/// The first moment, in seconds.
const FIRST: f64 = 0.01;
/// What is less above the best, in percent, is drawn there.
const LEAST: f64 = 0.1;

/// The picture as SVG: how far each method's plan was above the best known, as the median over the
/// problems of a class, at any time. A method whose median problem has no plan yet has no line yet.
#[must_use]
pub fn picture(rows: &[Row]) -> String {
    let mut classes: Vec<&str> = rows.iter().map(|row| row.class.as_str()).collect();
    classes.dedup();
    let charts: Vec<Chart> = classes
        .into_iter()
        .map(|class| panel(class, &rows.iter().filter(|row| row.class == class).collect::<Vec<_>>()))
        .collect();
    svg(&charts)
}

fn panel(class: &str, rows: &[&Row]) -> Chart {
    let seconds = rows.iter().flat_map(|row| &row.runs).map(|run| run.seconds);
    let last = seconds.fold(1.0, f64::max);
    let peers = rows.first().map_or(0, |row| row.runs.len());
    let series: Vec<Series> = (0..peers).map(|peer| series(rows, peer, last)).collect();
    let highest = series.iter().flat_map(|s| &s.points).map(|p| p.1);
    let y = Axis::around("% above the best known", highest.chain([LEAST]));
    let problems =
        if let [row] = rows { row.problem.clone() } else { format!("median of {} problems", rows.len()) };
    Chart {
        title: format!("Class {class}: {problems}"),
        x: Axis { label: "seconds since the process started".to_owned(), from: FIRST, to: last },
        y: Axis { from: LEAST, ..y },
        series,
    }
}

fn series(rows: &[&Row], peer: usize, last: f64) -> Series {
    let name = rows.first().map_or("", |row| row.runs[peer].peer.as_str()).to_owned();
    let moments = (0..=MOMENTS).map(|k| FIRST * (last / FIRST).powf(f64::from(k) / f64::from(MOMENTS)));
    let mut points: Vec<(f64, f64)> = Vec::new();
    for seconds in moments {
        // No plan yet is worse than any plan.
        let above = rows.iter().map(|row| {
            let cost = cost_at(&row.runs[peer].trace, seconds);
            cost.and_then(|cost| row.above_best(cost)).unwrap_or(f64::INFINITY)
        });
        let median = Sorted::of(above).median().filter(|median| median.is_finite());
        points.extend(median.map(|median| (seconds, (100.0 * median).max(LEAST))));
    }
    Series { name, how: How::Steps, points }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::Run;
    use crate::trace::Point;

    #[test]
    fn the_line_of_a_method_is_its_median_and_begins_with_its_first_plan() {
        let row = |costs: &[(f64, f64)]| Row {
            problem: "S 0.85 #1".to_owned(),
            class: "S".to_owned(),
            tasks: 50,
            best_known: Some(100.0),
            runs: vec![Run {
                seconds: 10.0,
                trace: costs
                    .iter()
                    .map(|&(seconds, cost)| Point { seconds, cost: Some(cost), bound: None })
                    .collect(),
                ..Run::nothing("plokk")
            }],
        };
        let rows = [row(&[(1.0, 200.0)]), row(&[(2.0, 300.0), (5.0, 100.0)]), row(&[])];
        let rows: Vec<&Row> = rows.iter().collect();
        let drawn = series(&rows, 0, 10.0).points;
        let first = drawn.first().expect("two of three have a plan");
        assert!(first.0 >= 2.0 && (first.1 - 200.0).abs() < 1e-9, "{first:?}");
        assert!(drawn.last().is_some_and(|last| (last.1 - 100.0).abs() < 1e-9));
    }
}
