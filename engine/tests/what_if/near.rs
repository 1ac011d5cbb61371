//! The near weeks in blocks.

use crate::support::{example, outlook, question, settings_of, wish};
use plokk_engine::Settings;
use plokk_engine::what_if::{Change, Dates, Near, Outlook, Scenario};
use plokk_solver::Options;

fn quick() -> Options {
    Options { effort: 0.05, ..Options::default() }
}

/// Two tasks of two and three hours, both due within the week, and no retainer.
const TWO: &str = "BEGIN:VTODO\nUID:one\nSUMMARY:One\nESTIMATED-DURATION:PT2H\nDUE:20261022T150000Z\nEND:VTODO\n\
                   BEGIN:VTODO\nUID:two\nSUMMARY:Two\nESTIMATED-DURATION:PT3H\nDUE:20261022T150000Z\nEND:VTODO\n";

fn near(toml: &str, todos: &str, changes: Vec<Change>) -> Near {
    let outlook = outlook(toml, todos, 3);
    outlook.near(&wish(changes), &quick()).expect("it can be planned")
}

fn plain() -> String {
    settings_of(0, "").replace("retainer = { min = '0h', per = 'week' }\n", "")
}

fn read(toml: &str) -> Settings {
    Settings::read(toml, "plokk.toml").expect("nothing is wrong with it")
}

#[test]
fn the_list_is_planned_and_grows_with_the_estimates() {
    let today = near(&plain(), TWO, Vec::new());
    assert_eq!((today.hours, today.late.len(), today.unscheduled.len()), (5.0, 0, 0));
    let longer = Change::estimates("1.5", &read(&plain())).expect("a factor");
    assert_eq!(near(&plain(), TWO, vec![longer]).hours, 7.5);
}

#[test]
fn a_client_who_leaves_takes_the_work_along() {
    let drop = Change::drop_client("acme", &read(&plain()), None).expect("a client");
    let near = near(&plain(), TWO, vec![drop]);
    assert_eq!((near.blocks, near.hours), (0, 0.0));
}

#[test]
fn what_the_days_away_leave_no_room_for_is_late_and_named() {
    let away = Change::away("mari:2026-10-19..2026-10-23", &read(&plain())).expect("days");
    let near = near(&plain(), TWO, vec![away]);
    let late: Vec<(&str, f64)> = near.late.iter().map(|task| (task.name.as_str(), task.hours)).collect();
    assert_eq!(late, [("One", 2.0), ("Two", 3.0)]);
}

#[test]
fn a_retainer_is_kept_and_what_is_short_of_it_is_said() {
    // Ten hours a week that are sold, of which the list has five: four weeks of them.
    let kept = near(&settings_of(10, ""), TWO, Vec::new());
    assert!((kept.hours - 40.0).abs() < 1.0 && kept.short < 1.0, "{kept:?}");
    // Ten hours a week, and three weeks of four gone.
    let away = Change::away("mari:2026-10-26..2026-11-15", &read(&settings_of(10, ""))).expect("days");
    let gone = near(&settings_of(10, ""), TWO, vec![away]);
    assert!(gone.short > 20.0, "{gone:?}");
}

#[test]
fn a_helper_works_no_more_than_was_agreed() {
    // Everything in four weeks is too much for one: sixty hours a week are sold.
    let toml = settings_of(60, "");
    let helper = Change::add_assistant("helper:mon-fri 09:00-17:00", &read(&toml), Dates::default());
    let Ok(Change::AddAssistant(mut helper)) = helper else { panic!("{helper:?}") };
    helper.most = Some(chrono::TimeDelta::hours(5));
    let helper = Change::AddAssistant(helper);
    let alone = near(&toml, "", Vec::new());
    let helped = near(&toml, "", vec![helper]);
    assert!(helped.hours > alone.hours + 15.0, "{} {}", alone.hours, helped.hours);
    assert!(helped.hours < alone.hours + 5.0 * 4.0 + 5.0, "{} {}", alone.hours, helped.hours);
}

#[test]
fn a_due_date_beyond_the_near_weeks_is_no_fault() {
    let todos = "BEGIN:VTODO\nUID:far\nSUMMARY:Far\nDTSTART:20261019T060000Z\nDUE:20261019T120000Z\n\
                 RRULE:FREQ=MONTHLY;COUNT=3\nESTIMATED-DURATION:PT1H\nEND:VTODO\n";
    let due = Change::due("far@20261219T060000Z=2026-12-24").expect("a task and a day");
    assert_eq!(near(&plain(), todos, vec![due]).hours, 1.0);
}

#[test]
fn an_example_has_the_same_answer_again() {
    let (settings, feeds) = example("solo");
    let outlook = Outlook::new(question(settings, feeds, 6)).expect("the desk can be read");
    let first = outlook.near(&Scenario::today(), &quick()).expect("it can be planned");
    assert!(first.hours > 80.0 && first.bound.is_some_and(|bound| bound <= first.cost), "{first:?}");
    assert_eq!(outlook.near(&Scenario::today(), &quick()).expect("it can be planned"), first);
}

#[test]
fn what_is_due_later_waits_and_is_no_harm() {
    let todos =
        "BEGIN:VTODO\nUID:book\nSUMMARY:Book\nESTIMATED-DURATION:PT400H\nDUE:20270301T150000Z\nEND:VTODO\n";
    let near = near(&plain(), todos, Vec::new());
    assert!(near.late.is_empty() && near.unscheduled.is_empty(), "{near:?}");
    assert!((near.hours + near.waiting - 400.0).abs() < 1e-9 && near.hours > 100.0, "{near:?}");
}
