//! The long view against the block solver, on the time that both see.

use crate::support::{example, question, wish};
use plokk_engine::what_if::{Change, Outlook, Which};
use plokk_engine::{Desk, pose};
use plokk_solver::capacity::{allocate, follow};
use plokk_solver::{Options, Silent, Slots, solve, verify};

/// What a planner gets done of a desk whose work takes so many times as long, in hours, within four weeks.
struct Done {
    blocks: f64,
    long_view: f64,
    walk: f64,
    work: f64,
}

fn done(name: &str, factor: f64, effort: f64) -> Done {
    let (settings, feeds) = example(name);
    let outlook = Outlook::new(question(settings.clone(), feeds.clone(), 1)).expect("the desk can be read");
    let longer = Change::Estimates { which: Which::default(), factor };
    let mut case = outlook.case(&wish(vec![longer])).expect("it names no task");
    // Only what the block solver sees, too: no work that is yet to arrive, and no more than four weeks.
    let listed: Vec<bool> = case
        .sources
        .iter()
        .map(|source| !matches!(source, plokk_engine::what_if::Source::Expected(_)))
        .collect();
    let mut keep = listed.into_iter();
    case.problem.lots.retain(|_| keep.next().unwrap_or(false));
    case.problem.quotas.clear();
    for worker in &mut case.problem.crew {
        for (bucket, hours) in worker.hours.iter_mut().enumerate() {
            if (outlook.timeline.edges[bucket] - outlook.timeline.edges[0]).num_days() >= 28 {
                hours.0 = 0.0;
            }
        }
    }
    let end = 28.0;
    case.problem.lots.retain(|lot| lot.release.0 < end);
    let best = allocate(&case.problem).expect("solvable");
    let walk = follow(&case.problem);

    let now = outlook.question.now;
    let mut desk = Desk::assemble(settings, feeds.as_slice(), now).expect("the desk can be read");
    for work in &mut desk.work {
        let minutes = (work.remaining.num_minutes() as f64 * factor / 5.0).round() as i64 * 5;
        work.remaining = chrono::TimeDelta::minutes(minutes);
    }
    let posed = pose(&desk, None);
    let outcome =
        solve(&posed.problem, &Options { effort, ..Options::default() }, &Silent).expect("no faults");
    assert_eq!(verify(&posed.problem, &outcome.solution).violations, []);
    let slots: Slots = outcome.solution.chunks.iter().map(|chunk| chunk.time().len()).sum();
    Done {
        blocks: f64::from(slots.0) / 12.0,
        long_view: best.placed.iter().map(|placed| placed.hours.0).sum(),
        walk: walk.ends.iter().map(|end| end.done.0).sum(),
        work: case.problem.lots.iter().map(|lot| lot.hours.0).sum(),
    }
}

#[test]
fn a_desk_with_room_is_done_in_full_by_both() {
    let done = done("solo", 1.0, 0.1);
    assert!((done.long_view / done.work - 1.0).abs() < 0.02, "{} of {}", done.long_view, done.work);
    assert!((done.blocks / done.long_view - 1.0).abs() < 0.05, "{} {}", done.blocks, done.long_view);
    assert!((done.walk / done.long_view - 1.0).abs() < 0.02, "{} {}", done.walk, done.long_view);
}

#[test]
fn of_a_desk_with_too_much_both_do_as_much() {
    // Three times the work: what fits shows how much capacity buffers and short ends take.
    let done = done("solo", 3.0, 0.1);
    assert!(done.work > 1.3 * done.long_view);
    assert!((done.blocks / done.long_view - 1.0).abs() < 0.06, "{} {}", done.blocks, done.long_view);
    assert!((done.walk / done.long_view - 1.0).abs() < 0.06, "{} {}", done.walk, done.long_view);
}

/// By hand, since the block solver takes a while: `cargo test --release -p plokk-engine --test what_if -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes; its figures stand in docs/what-if.md"]
fn figures_for_the_documentation() {
    for (name, factor) in [("solo", 1.0), ("solo", 2.0), ("solo", 3.0), ("agency", 1.0), ("agency", 3.0)] {
        let longer = 1.0 + (factor - 1.0) / 5.0;
        let (best, late, walk, walk_late) = six_months(name, longer);
        eprintln!(
            "{name}, six months, x {longer:.1}: {best:.0} points, {late:.1}h late; walk {walk:.0} points, {walk_late:.1}h late"
        );
        let done = done(name, factor, 0.1);
        eprintln!(
            "{name} x {factor}: work {:.1} blocks {:.1} long view {:.1} walk {:.1}",
            done.work, done.blocks, done.long_view, done.walk
        );
    }
}

/// Cost and late hours of the cheapest allocation and of the walk, of what is expected in half a year.
fn six_months(name: &str, factor: f64) -> (f64, f64, f64, f64) {
    let (settings, feeds) = example(name);
    let outlook = Outlook::new(question(settings, feeds, 6)).expect("the desk can be read");
    let longer = Change::Estimates { which: Which::default(), factor };
    let case = outlook.case(&wish(vec![longer])).expect("it names no task");
    let (best, figures) = outlook.figures(&case).expect("solvable");
    let walk = follow(&case.problem);
    let ends = case.problem.lots.iter().zip(&walk.ends);
    let is_late = |end: &plokk_solver::capacity::LotEnd, due: f64| {
        end.completion.is_some_and(|done| done.0 > due + 1e-9)
    };
    let late = ends.filter(|(lot, end)| is_late(end, lot.due.0)).map(|(lot, _)| lot.hours.0).sum();
    (best.cost.0, figures.late_hours, walk.cost.0, late)
}
