//! What a plan says of work that is planned, late or left out, and whether its reasons are true.

use super::*;
use crate::desk::FeedText;
use crate::explain::{State, explain};
use crate::pipeline::{Inputs, Planned, plan_desk};
use crate::pose::pose;
use crate::settings::Settings;
use plokk_solver::{Chunk, Options, Silent, Slot, verify};

/// One assistant from 9 to 12 on weekdays, one client in her zone, a week from Monday on.
const SETTINGS: &str = r#"
[planning]
horizon = "1 week"
reserve = "0%"
[[assistant]]
id = "mari"
timezone = "Europe/Tallinn"
hours = { mon-fri = ["09:00-12:00"] }
feeds = ["mari.ics"]
skills = ["books", "general"]
[[client]]
id = "acme"
timezone = "Europe/Tallinn"
hours = { mon-fri = ["11:00-17:00"] }
feeds = ["acme.ics"]
[[category]]
name = "books"
min_chunk = "30 minutes"
max_chunk = "3 hours"
[[category]]
name = "video"
"#;

pub(crate) fn todo(uid: &str, rest: &str) -> String {
    format!(
        "BEGIN:VTODO\r\nUID:{uid}\r\nSUMMARY:The {uid}\r\nCREATED:20261018T000000Z\r\n{rest}END:VTODO\r\n"
    )
}

fn feed(name: &str, body: &str) -> FeedText {
    FeedText {
        feed: name.to_owned(),
        source: name.to_owned(),
        content: Ok(format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n").into_bytes()),
        warnings: Vec::new(),
    }
}

/// The desk with that work, and something replaced in its settings.
fn inputs(hers: &str, theirs: &str, from: &str, to: &str) -> Inputs {
    assert!(SETTINGS.contains(from));
    Inputs {
        settings: Settings::read(&SETTINGS.replacen(from, to, 1), "plokk.toml").expect("they are sound"),
        feeds: vec![feed("mari.ics", hers), feed("acme.ics", theirs)],
        last: None,
        published: std::collections::BTreeMap::new(),
        now: "2026-10-19T05:00:00Z".parse().expect("it is a time"),
    }
}

pub(crate) fn planned(hers: &str, theirs: &str, from: &str, to: &str) -> Planned {
    let options = Options { effort: 0.01, ..Options::default() };
    plan_desk(inputs(hers, theirs, from, to), &options, &Silent).expect("it can be planned")
}

/// Why the only work that is left out is left out.
fn reason(theirs: &str, from: &str, to: &str) -> String {
    let plan = planned("", theirs, from, to).plan;
    assert_eq!(plan.unscheduled.len(), 1, "{:?}", plan.unscheduled);
    plan.unscheduled[0].reason.clone()
}

#[test]
fn a_desk_without_work_has_an_empty_plan() {
    let planned = planned("", "", "", "");
    assert_eq!((planned.plan.chunks.len(), planned.plan.status.as_str()), (0, "optimal"));
}

#[test]
fn nobody_has_the_skill() {
    let theirs = todo("cut", "CATEGORIES:video\r\n");
    assert_eq!(reason(&theirs, "", ""), "nobody on this desk has the skill `video`");
}

#[test]
fn the_deadline_has_passed_or_leaves_too_little_time() {
    let theirs = todo("books", "X-PLOKK-DEADLINE:20261018T120000Z\r\n");
    assert_eq!(reason(&theirs, "", ""), "its deadline, Sun 2026-10-18 15:00, has passed");
    let theirs =
        todo("books", "CATEGORIES:books\r\nESTIMATED-DURATION:PT4H\r\nX-PLOKK-DEADLINE:20261019T120000Z\r\n");
    let expected = "only 3h of free time before its deadline, Mon 2026-10-19 15:00; it needs 4h";
    assert_eq!(reason(&theirs, "", ""), expected);
}

#[test]
fn the_client_cannot_be_reached() {
    let theirs = todo("call", "X-PLOKK-LIVE:TRUE\r\n");
    let expected = "the client cannot be reached while an assistant is free";
    assert_eq!(reason(&theirs, "11:00-17:00", "13:00-17:00"), expected);
    let theirs = todo("call", "CATEGORIES:books\r\nX-PLOKK-LIVE:TRUE\r\nESTIMATED-DURATION:PT6H\r\n");
    assert_eq!(reason(&theirs, "", ""), "only 5h of free time while the client can be reached; it needs 6h");
}

#[test]
fn the_horizon_is_too_short() {
    let theirs = todo("books", "CATEGORIES:books\r\nESTIMATED-DURATION:PT20H\r\n");
    let expected = "only 15h of free time within the horizon for those who may do it; it needs 20h";
    assert_eq!(reason(&theirs, "", ""), expected);
}

#[test]
fn what_comes_before_is_not_planned() {
    let theirs = todo("first", "CATEGORIES:books\r\nESTIMATED-DURATION:PT20H\r\n")
        + &todo("second", "RELATED-TO;RELTYPE=FINISHTOSTART:first\r\n");
    let plan = planned("", &theirs, "", "").plan;
    let second = plan.unscheduled.iter().find(|work| work.task == "second").expect("it is left out");
    assert_eq!(second.reason, "it comes after \"The first\", which is not planned in full");
}

#[test]
fn the_reserve_is_kept() {
    let theirs = todo("books", "CATEGORIES:books\r\nESTIMATED-DURATION:PT15H\r\n");
    let reason = reason(&theirs, "reserve = \"0%\"", "reserve = \"20%\"");
    assert_eq!(reason, "what is free of each day is planned; the rest is the reserve of 20%");
}

#[test]
fn the_retainer_allows_no_more() {
    let theirs = todo("books", "CATEGORIES:books\r\nESTIMATED-DURATION:PT9H\r\n");
    let reason = reason(
        &theirs,
        "feeds = [\"acme.ics\"]",
        "feeds = [\"acme.ics\"]\nretainer = { max = \"6h\", per = \"week\" }",
    );
    assert_eq!(reason, "the client's retainer allows no more in this period");
}

#[test]
fn other_work_is_in_the_way() {
    let theirs = todo("large", "CATEGORIES:books\r\nESTIMATED-DURATION:PT15H\r\nPRIORITY:1\r\n")
        + &todo("small", "ESTIMATED-DURATION:PT1H\r\nPRIORITY:9\r\n");
    let planned = planned("", &theirs, "", "");
    let small = planned.desk.work.iter().find(|work| work.id == "small").expect("it is work");
    let explanation = explain(&planned, small);
    assert_eq!(explanation.state, State::Unscheduled);
    assert_eq!(explanation.why[0], "other work takes all the time that suits it");
    let relief = &explanation.frees[0];
    assert_eq!(relief.change, "if \"The large\" (15h) gave way");
    assert!(relief.points.is_some_and(|points| points > 0.0), "giving way costs: {relief:?}");
}

#[test]
fn work_that_costs_more_than_it_brings_is_said_to() {
    let theirs = todo("books", "CATEGORIES:books\r\n");
    let inputs = inputs("", &theirs, "horizon = \"1 week\"", "horizon = \"1 week\"");
    let mut desk =
        Desk::assemble(inputs.settings, inputs.feeds.as_slice(), inputs.now).expect("every feed can be read");
    desk.settings.weights.points.unscheduled = 0.5;
    let posed = pose(&desk, None);
    let mut nothing = Solution { chunks: Vec::new(), cost: plokk_solver::Points(0.0), bound: None };
    nothing.cost = verify(&posed.problem, &nothing).cost;
    let plan = Plan::from_solution(&desk, &posed, &nothing, false);
    let reason = &plan.unscheduled[0].reason;
    assert!(reason.starts_with("planning it costs more than it brings, by "), "{reason}");
    desk.settings.weights.points.unscheduled = 40.0;
    let posed = pose(&desk, None);
    nothing.cost = verify(&posed.problem, &nothing).cost;
    let plan = Plan::from_solution(&desk, &posed, &nothing, false);
    assert!(plan.unscheduled[0].reason.starts_with("there is room for it that the search did not use"));
}

#[test]
fn late_work_says_when_it_was_due_and_is_done() {
    let theirs = todo("books", "CATEGORIES:books\r\nDUE:20261019T070000Z\r\nESTIMATED-DURATION:PT2H\r\n");
    let inputs = inputs("", &theirs, "", "");
    let desk =
        Desk::assemble(inputs.settings, inputs.feeds.as_slice(), inputs.now).expect("every feed can be read");
    let posed = pose(&desk, None);
    let chunk = |start: i32, end: i32| Chunk {
        task: "books".into(),
        worker: "mari".into(),
        start: Slot(start),
        end: Slot(end),
    };
    let solution = |chunks: Vec<Chunk>| Solution { chunks, cost: plokk_solver::Points(0.0), bound: None };
    let late = Plan::from_solution(&desk, &posed, &solution(vec![chunk(108, 132)]), false).late;
    assert_eq!(late.len(), 1);
    assert_eq!(late[0].due.to_rfc3339(), "2026-10-19T10:00:00+03:00");
    assert_eq!(late[0].completion.to_rfc3339(), "2026-10-19T11:00:00+03:00");
    let part = Plan::from_solution(&desk, &posed, &solution(vec![chunk(108, 120)]), false);
    assert_eq!((part.late.len(), part.unscheduled[0].minutes), (0, 60), "what is left out is not late, too");
}

#[test]
fn pinned_blocks_are_among_the_chunks_and_count_as_done() {
    let hers = "BEGIN:VEVENT\r\nUID:pin\r\nSUMMARY:Hers\r\nDTSTART:20261020T060000Z\r\nDTEND:20261020T070000Z\r\n\
        X-PLOKK-TASK:books\r\nEND:VEVENT\r\n";
    let theirs = todo("books", "CATEGORIES:books\r\nESTIMATED-DURATION:PT2H\r\n");
    let planned = planned(hers, &theirs, "", "");
    let pinned: Vec<_> =
        planned.plan.chunks.iter().filter(|c| c.start.to_rfc3339() == "2026-10-20T09:00:00+03:00").collect();
    assert_eq!(pinned.len(), 1);
    assert_eq!(pinned[0].client.as_deref(), Some("acme"));
    let total: TimeDelta = planned.plan.chunks.iter().map(|chunk| chunk.end - chunk.start).sum();
    assert_eq!(total, TimeDelta::hours(2));
    assert_eq!(planned.plan.unscheduled, []);
}

#[test]
fn the_last_plan_stands_while_nothing_changes_and_is_kept_to_when_something_does() {
    let theirs = todo("books", "CATEGORIES:books\r\nESTIMATED-DURATION:PT2H\r\n");
    let options = Options { effort: 0.01, ..Options::default() };
    let plan = |inputs| plan_desk(inputs, &options, &Silent).expect("it can be planned");
    let first = plan(inputs("", &theirs, "", ""));
    let mut again = inputs("", &theirs, "", "");
    again.last = Some(first.kept.clone());
    let again = plan(again);
    assert!(again.stands);
    assert_eq!(again.kept, first.kept);
    let mut more = inputs("", &(theirs.clone() + &todo("notes", "")), "", "");
    more.last = Some(first.kept.clone());
    let more = plan(more);
    assert!(!more.stands);
    for chunk in &first.plan.chunks {
        assert!(more.plan.chunks.contains(chunk), "{chunk:?} has moved for no reason");
    }
}

#[test]
fn a_plan_that_says_the_same_keeps_its_date() {
    let theirs = todo("books", "CATEGORIES:books\r\n");
    let first = planned("", &theirs, "", "").plan;
    let mut later = first.clone();
    later.generated += TimeDelta::hours(1);
    assert_eq!(later.clone().unless_new(Some(&first)), first);
    later.cost += 1.0;
    assert_eq!(later.clone().unless_new(Some(&first)), later);
}
