//! What comes after what.

use crate::support::*;
use chrono::TimeDelta;
use plokk_engine::Desk;

fn after(desk: &Desk, id: &str) -> Vec<(String, i64)> {
    work(desk, id).after.iter().map(|link| (link.work.clone(), link.gap.num_minutes())).collect()
}

fn link(uid: &str, to: &str, gap: &str) -> String {
    todo(&format!("UID:{uid}\nRELATED-TO;RELTYPE=FINISHTOSTART{gap}:{to}"))
}

#[test]
fn a_link_with_a_gap_becomes_a_lag() {
    let desk = desk(&[], &[&todo("UID:a"), &link("b", "a", ";GAP=P1DT1H")]);
    assert_eq!(after(&desk, "b"), [("a".to_owned(), 1500)]);
    let problem = posed(&desk).problem;
    assert_eq!((problem.tasks[1].after[0].task.as_str(), problem.tasks[1].after[0].lag.0), ("a", 300));
}

#[test]
fn what_is_done_holds_nobody_up() {
    let desk = desk(&[], &[&todo("UID:a\nSTATUS:COMPLETED"), &link("b", "a", "")]);
    assert!(after(&desk, "b").is_empty());
    assert!(desk.warnings.is_empty(), "{:?}", desk.warnings);
}

#[test]
fn what_nobody_knows_holds_nobody_up_and_is_said() {
    let desk = desk(&[], &[&link("b", "a", "")]);
    assert!(after(&desk, "b").is_empty());
    assert_eq!(codes(&desk), ["unknown-link"]);
}

#[test]
fn circles_are_cut_once() {
    let desk =
        desk(&[], &[&link("a", "c", ""), &link("b", "a", ""), &link("c", "b", ""), &link("d", "d", "")]);
    let links = desk.work.iter().map(|work| work.after.len()).sum::<usize>();
    assert_eq!(links, 2);
    assert_eq!(codes(&desk), ["circular-link", "circular-link"]);
    assert_eq!(posed(&desk).problem.tasks.len(), 4);
}

#[test]
fn a_gap_before_the_end_counts_as_none() {
    let desk = desk(&[], &[&todo("UID:a"), &link("b", "a", ";GAP=-PT1H")]);
    assert_eq!(work(&desk, "b").after[0].gap, TimeDelta::zero());
    assert_eq!(codes(&desk), ["negative-gap"]);
}

#[test]
fn instances_of_two_series_go_together() {
    let rule = "RRULE:FREQ=WEEKLY;COUNT=2";
    let draft = todo(&format!("UID:draft\nDTSTART:20261020T060000Z\nDUE:20261020T140000Z\n{rule}"));
    let post = todo(&format!(
        "UID:post\nDTSTART:20261020T100000Z\nDUE:20261021T140000Z\n{rule}\nRELATED-TO;RELTYPE=FINISHTOSTART:draft"
    ));
    let desk = desk(&[], &[&draft, &post]);
    assert_eq!(after(&desk, "post@20261020T100000Z")[0].0, "draft@20261020T060000Z");
    assert_eq!(after(&desk, "post@20261027T100000Z")[0].0, "draft@20261027T060000Z");
}
