//! Explanations of plans: what they say is what the verifier finds.

use super::*;
use crate::plan::Plan;
use crate::plan::tests::{planned, todo};
use crate::pose::pose;
use plokk_solver::{Points, Slot, Solution, verify};

/// A plan made by hand for the desk of the plan's tests: Monday 09:00 is slot 108.
fn by_hand(theirs: &str, chunks: &[(&str, i32, i32)]) -> Planned {
    let mut planned = planned("", theirs, "", "");
    planned.posed = pose(&planned.desk, None);
    let chunks = chunks.iter().map(|&(task, start, end)| Chunk {
        task: task.into(),
        worker: "mari".into(),
        start: Slot(start),
        end: Slot(end),
    });
    let mut solution = Solution { chunks: chunks.collect(), cost: Points(0.0), bound: None };
    solution.cost = verify(&planned.posed.problem, &solution).cost;
    assert_eq!(verify(&planned.posed.problem, &solution).violations, []);
    planned.plan = Plan::from_solution(&planned.desk, &planned.posed, &solution, false);
    planned.solution = solution;
    planned
}

fn explained(planned: &Planned, task: &str) -> Explanation {
    let work = planned.desk.work.iter().find(|work| work.id == task).expect("it is work of the desk");
    explain(planned, work)
}

#[test]
fn another_place_costs_what_the_verifier_says() {
    let planned =
        by_hand(&todo("books", "CATEGORIES:books\r\nESTIMATED-DURATION:PT2H\r\n"), &[("books", 108, 132)]);
    let explanation = explained(&planned, "books");
    assert_eq!(explanation.state, State::Planned);
    assert!(!explanation.elsewhere.is_empty());
    for place in &explanation.elsewhere {
        let axis = planned.posed.axis;
        let mut there = planned.solution.clone();
        there.chunks[0].start = axis.floor(place.start.to_utc());
        there.chunks[0].end = axis.floor(place.end.to_utc());
        let cost = verify(&planned.posed.problem, &there).cost - planned.solution.cost;
        assert!((cost.0 - place.points).abs() < 0.001, "{place:?}");
        let parts: f64 = place.because.iter().map(|(_, points)| points).sum();
        assert!((parts - place.points).abs() < 0.5, "{place:?}");
        assert!(!place.earlier, "nothing is earlier than the first free slot");
    }
}

#[test]
fn an_earlier_place_is_told_with_its_price() {
    let planned =
        by_hand(&todo("books", "CATEGORIES:books\r\nESTIMATED-DURATION:PT2H\r\n"), &[("books", 396, 420)]);
    let explanation = explained(&planned, "books");
    let earlier = explanation.elsewhere.iter().find(|place| place.earlier).expect("Monday is free");
    assert_eq!(earlier.start.to_rfc3339(), "2026-10-19T09:00:00+03:00");
    assert!(earlier.points < 0.0, "sooner is better: {earlier:?}");
    assert!(explanation.why.iter().any(|why| why.starts_with("the best earlier place, ")));
}

#[test]
fn late_work_is_told_what_would_make_it_timely() {
    let theirs = todo("urgent", "CATEGORIES:books\r\nDUE:20261019T090000Z\r\nESTIMATED-DURATION:PT2H\r\n")
        + &todo("calm", "CATEGORIES:books\r\nESTIMATED-DURATION:PT3H\r\n");
    let planned = by_hand(&theirs, &[("calm", 108, 144), ("urgent", 396, 420)]);
    let explanation = explained(&planned, "urgent");
    assert_eq!(explanation.state, State::Late);
    let relief = &explanation.frees[0];
    assert_eq!(relief.change, "if other work moved", "the calm work finds room on another day");
    assert!(relief.completion.to_utc() <= planned.desk.work[0].due);
    assert!(relief.points.is_some_and(|points| points < 0.0), "{relief:?}");
}

#[test]
fn a_rule_that_does_not_hold_the_work_back_is_not_blamed() {
    let theirs = todo("call", "CATEGORIES:books\r\nX-PLOKK-LIVE:TRUE\r\nESTIMATED-DURATION:PT1H\r\n")
        + &todo("long", "CATEGORIES:books\r\nESTIMATED-DURATION:PT20H\r\n");
    let planned = by_hand(&theirs, &[]);
    let call = explained(&planned, "call");
    assert!(call.why[0].starts_with("there is room for it"), "{:?}", call.why);
    let long = explained(&planned, "long");
    assert!(long.frees.is_empty(), "no rule that could be relaxed gives a week more hours: {:?}", long.frees);
    assert_eq!(long.time[0], TimeLeft { rule: Rule::Free, minutes: 15 * 60 });
}

#[test]
fn the_rule_that_holds_the_work_back_frees_it() {
    let theirs = todo("call", "CATEGORIES:books\r\nX-PLOKK-LIVE:TRUE\r\nESTIMATED-DURATION:PT6H\r\n");
    let planned = by_hand(&theirs, &[]);
    let explanation = explained(&planned, "call");
    let changes: Vec<&str> = explanation.frees.iter().map(|relief| relief.change.as_str()).collect();
    assert_eq!(changes, ["if it could be done while the client cannot be reached"]);
}

#[test]
fn tasks_are_found_by_id_uid_or_words() {
    let planned = by_hand(&(todo("books-1", "") + &todo("books-2", "")), &[]);
    let ids = |words| find(&planned.desk, words).iter().map(|work| work.id.as_str()).collect::<Vec<_>>();
    assert_eq!(ids("books-1"), ["books-1"]);
    assert_eq!(ids("THE BOOKS"), ["books-1", "books-2"]);
    assert_eq!(ids("nothing"), Vec::<&str>::new());
    assert_eq!(nearest(&planned.desk, "boks-2").map(|work| work.id.as_str()), Some("books-2"));
    assert!(nearest(&planned.desk, "xyzzy").is_none());
}
