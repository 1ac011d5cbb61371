//! The rules of planning, each with a base case, one that it changes, and one that it leaves alone.

use crate::support::*;
use plokk_engine::{Desk, Hindrance, Plan, PlannedChunk, pose};
use plokk_solver::{Interval, Previous, Slots, Task};

/// Mari's desk with settings changed, and this work of Acme's.
fn with(settings: &str, todos: &[&str]) -> Desk {
    desk_of(settings, &[("mari.ics", &[]), ("acme.ics", todos)], MONDAY)
}

fn task(desk: &Desk, id: &str) -> Task {
    let problem = posed(desk).problem;
    problem.tasks.into_iter().find(|task| task.id == id).unwrap_or_else(|| panic!("no task {id}"))
}

/// Slots from local midnight on Monday, at a day (0 = Monday) and hour of Tallinn before clocks go back.
fn at(day: i32, hour: i32) -> i32 {
    (day * 24 + hour) * 12
}

/// Two more assistants, of whom one does only books.
fn team() -> String {
    format!(
        "{SETTINGS}\n[[category]]\nname = \"books\"\n[[category]]\nname = \"social\"\n\
         [[assistant]]\nid = \"jaan\"\nemail = \"jaan@example.org\"\ntimezone = \"Europe/Tallinn\"\n\
         skills = [\"books\"]\nrate = 2.5\n\
         [[assistant]]\nid = \"kadri\"\ntimezone = \"America/New_York\"\nskills = []\n"
    )
}

#[test]
fn free_time_becomes_windows_of_whole_slots() {
    let meeting = event("UID:m\nDTSTART:20261019T080200Z\nDTEND:20261019T083300Z");
    let problem = posed(&desk(&[&meeting], &[])).problem;
    let windows = &problem.workers[0].windows[..3];
    // 10:52 to 11:43 are taken: a slot that is free only in part is not free.
    let expected = [
        Interval::new(at(0, 9), at(0, 10) + 10),
        Interval::new(at(0, 11) + 9, at(0, 17)),
        Interval::new(at(1, 9), at(1, 17)),
    ];
    assert_eq!(windows, expected);
    assert_eq!(problem.horizon.0, (14 * 24 + 1) * 12);
}

#[test]
fn work_becomes_a_task() {
    let todo = todo("UID:t\nDTSTART:20261020T060100Z\nDUE:20261022T120400Z\nESTIMATED-DURATION:PT2H");
    let task = task(&with(SETTINGS, &[&todo]), "t");
    assert_eq!((task.client.as_str(), task.batch.as_str()), ("acme", "general"));
    assert_eq!((task.size, task.min_chunk, task.max_chunk), (Slots(24), Slots(6), Slots(24)));
    assert_eq!((task.release.0, task.due.0), (at(1, 9) + 1, at(3, 15)));
    assert_eq!((task.deadline, task.workers, task.eligible, task.prefer), (None, None, None, None));
}

#[test]
fn due_times_outside_the_horizon_are_moved_to_its_edge() {
    let todos = [todo("UID:before\nDUE:20261001T060000Z"), todo("UID:after\nDUE:20261224T060000Z")];
    let desk = with(SETTINGS, &[&todos[0], &todos[1]]);
    assert_eq!(task(&desk, "before").due.0, 0);
    assert_eq!(task(&desk, "after").due, posed(&desk).axis.horizon);
}

#[test]
fn deadlines_are_kept_and_those_beyond_the_horizon_are_none() {
    let todos = [
        todo("UID:kept\nX-PLOKK-DEADLINE:20261021T060000Z"),
        todo("UID:beyond\nX-PLOKK-DEADLINE:20261224T060000Z"),
        todo("UID:passed\nX-PLOKK-DEADLINE:20261001T060000Z"),
        todo("UID:tight\nX-PLOKK-DEADLINE:20261019T062000Z"),
    ];
    let todos: Vec<&str> = todos.iter().map(String::as_str).collect();
    let desk = with(SETTINGS, &todos);
    assert_eq!(task(&desk, "kept").deadline.map(|d| d.0), Some(at(2, 9)));
    assert_eq!(task(&desk, "beyond").deadline, None);
    let posed = posed(&desk);
    let out: Vec<_> = posed.impossible.iter().map(|i| (desk.work[i.work].id.as_str(), &i.reason)).collect();
    assert_eq!(out, [("passed", &Hindrance::Deadline), ("tight", &Hindrance::NoFreeTime)]);
    assert_eq!(posed.problem.tasks.len(), 2);
}

#[test]
fn skills_say_who_may_do_it() {
    let todos = [
        todo("UID:books\nCATEGORIES:Books"),
        todo("UID:social\nCATEGORIES:social"),
        todo("UID:any"),
        todo("UID:named\nCATEGORIES:social\nX-PLOKK-ASSISTANT:JAAN@example.org\\,nobody"),
    ];
    let todos: Vec<&str> = todos.iter().map(String::as_str).collect();
    let desk = with(&team(), &todos);
    let problem = posed(&desk).problem;
    let workers = |id: &str| problem.tasks.iter().find(|task| task.id == id).expect(id).workers.clone();
    let named = |ids: &[&str]| Some(ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
    assert_eq!(workers("books"), named(&["mari", "jaan"]));
    assert_eq!(workers("social"), named(&["mari"]));
    assert_eq!(workers("any"), None);
    assert_eq!(problem.workers.iter().map(|w| w.rate).collect::<Vec<_>>(), [0.0, 2.5, 0.0]);
}

#[test]
fn an_assistant_named_by_the_work_does_it_whatever_her_skills() {
    let desk = with(&team(), &[&todo("UID:t\nCATEGORIES:social\nX-PLOKK-ASSISTANT:kadri")]);
    assert_eq!(task(&desk, "t").workers, Some(vec!["kadri".to_owned()]));
}

#[test]
fn work_that_nobody_may_do_is_left_out_with_what_waits_for_it() {
    let settings =
        SETTINGS.replace("feeds = [\"mari.ics\"]", "feeds = [\"mari.ics\"]\nskills = [\"social\"]");
    let todos = [
        todo("UID:books\nCATEGORIES:books"),
        todo("UID:next\nRELATED-TO;RELTYPE=FINISHTOSTART:books"),
        todo("UID:last\nRELATED-TO;RELTYPE=FINISHTOSTART:next"),
        todo("UID:social\nCATEGORIES:social"),
    ];
    let todos: Vec<&str> = todos.iter().map(String::as_str).collect();
    let posed = posed(&with(&settings, &todos));
    let reasons: Vec<_> = posed.impossible.iter().map(|out| out.reason.clone()).collect();
    let waits = |id: &str| Hindrance::Waits(id.to_owned());
    assert_eq!(reasons, [Hindrance::Nobody, waits("books"), waits("next")]);
    assert_eq!(posed.problem.tasks.iter().map(|t| t.id.as_str()).collect::<Vec<_>>(), ["social"]);
}

#[test]
fn live_work_is_done_while_the_client_can_be_reached() {
    let live = todo("UID:call\nX-PLOKK-LIVE:TRUE\nX-PLOKK-MIN-CHUNK:30 minutes");
    // Sydney's day ends at 09:00 of Tallinn before clocks go back there and at 08:00 after.
    let desk = with(SETTINGS, &[&live, &todo("UID:any")]);
    let posed = posed(&desk);
    assert_eq!(posed.impossible[0].reason, Hindrance::Unreachable);
    // An hour more in the morning and they meet.
    let desk = with(&SETTINGS.replacen("09:00-17:00", "08:00-17:00", 1), &[&live, &todo("UID:any")]);
    let call = task(&desk, "call");
    assert_eq!(call.eligible.expect("limited")[0], Interval::new(at(0, 1), at(0, 9)));
    assert_eq!(task(&desk, "any").eligible, None);
}

#[test]
fn a_client_s_meeting_is_no_time_to_call() {
    let settings = SETTINGS.replace("Australia/Sydney", "Europe/London");
    let meeting = event("UID:m\nDTSTART:20261019T090000Z\nDTEND:20261019T100000Z");
    let desk = with(&settings, &[&todo("UID:call\nX-PLOKK-LIVE:1"), &meeting]);
    let eligible = task(&desk, "call").eligible.expect("limited");
    assert_eq!(eligible[..2], [Interval::new(at(0, 11), at(0, 12)), Interval::new(at(0, 13), at(0, 19))]);
}

#[test]
fn preferred_times_are_local_to_the_first_assistant() {
    let settings = format!("{SETTINGS}\n[[category]]\nname = \"social\"\nprefer = [\"09:00-12:00\"]\n");
    let desk = with(&settings, &[&todo("UID:t\nCATEGORIES:social"), &todo("UID:u")]);
    let prefer = task(&desk, "t").prefer.expect("a preference");
    assert_eq!(prefer[0], Interval::new(at(0, 9), at(0, 12)));
    // Clocks went back on Sunday, so Monday's nine is an hour later.
    assert_eq!(prefer[7], Interval::new(at(7, 10), at(7, 13)));
    assert_eq!(task(&desk, "u").prefer, None);
}

#[test]
fn the_reserve_caps_each_day() {
    let settings = SETTINGS.replace("reserve = \"0%\"", "reserve = \"25%\"");
    let meeting = event("UID:m\nDTSTART:20261020T080000Z\nDTEND:20261020T090000Z");
    let desk = desk_of(&settings, &[("mari.ics", &[&meeting]), ("acme.ics", &[])], MONDAY);
    let caps = posed(&desk).problem.caps;
    assert_eq!(caps.len(), 10);
    assert_eq!((caps[0].worker.as_deref(), caps[0].client.as_deref()), (Some("mari"), None));
    assert_eq!((caps[0].from.0, caps[0].to.0, caps[0].max), (0, at(1, 0), Slots(72)));
    // 400 minutes are free on Tuesday.
    assert_eq!((caps[1].from.0, caps[1].max), (at(1, 0), Slots(60)));
    // Without a reserve there is nothing to cap.
    assert!(posed(&with(SETTINGS, &[])).problem.caps.is_empty());
}

#[test]
fn retainers_are_quotas_and_caps_by_the_client_s_weeks() {
    let settings = SETTINGS.replace(
        "feeds = [\"acme.ics\"]",
        "feeds = [\"acme.ics\"]\nretainer = { min = \"4h\", max = \"8h\", per = \"week\" }",
    );
    let problem = posed(&with(&settings, &[])).problem;
    // Monday in Sydney begins on Sunday; in the first week nothing is past yet, and of the third only
    // Monday's first hours lie in the horizon, in which she does not work.
    assert_eq!(problem.quotas.iter().map(|q| q.min).collect::<Vec<_>>(), [Slots(48), Slots(48)]);
    assert_eq!(problem.caps.iter().map(|c| c.max).collect::<Vec<_>>(), [Slots(96), Slots(96), Slots(0)]);
    let second = &problem.quotas[1];
    assert_eq!((second.client.as_str(), second.from.0), ("acme", at(6, 16)));
    assert_eq!(problem.caps[0].client.as_deref(), Some("acme"));
    // On Wednesday noon half of her week is left.
    let wednesday = desk_of(&settings, &[("mari.ics", &[]), ("acme.ics", &[])], "2026-10-21T10:00:00Z");
    assert_eq!(posed(&wednesday).problem.quotas[0].min, Slots(24));
    assert_eq!(posed(&wednesday).problem.caps[0].max, Slots(48));
    assert!(posed(&with(SETTINGS, &[])).problem.quotas.is_empty());
}

#[test]
fn pinned_time_counts_towards_the_retainer() {
    let settings = SETTINGS.replace(
        "feeds = [\"acme.ics\"]",
        "feeds = [\"acme.ics\"]\nretainer = { min = \"4h\", max = \"8h\", per = \"week\" }",
    );
    let block = event("UID:p\nX-PLOKK-TASK:t\nDTSTART:20261020T080000Z\nDTEND:20261020T100000Z");
    let todo = todo("UID:t\nESTIMATED-DURATION:PT6H");
    let desk = desk_of(&settings, &[("mari.ics", &[&block]), ("acme.ics", &[&todo])], MONDAY);
    let problem = posed(&desk).problem;
    assert_eq!((problem.quotas[0].min, problem.caps[0].max), (Slots(24), Slots(72)));
    assert_eq!(problem.quotas[1].min, Slots(48));
}

#[test]
fn months_are_prorated_by_her_working_hours() {
    let settings = SETTINGS.replace(
        "feeds = [\"acme.ics\"]",
        "feeds = [\"acme.ics\"]\nretainer = { min = \"22h\", per = \"month\" }",
    );
    let quotas = posed(&with(&settings, &[])).problem.quotas;
    // October 2026 has 22 working days, 10 of them from the 19th on.
    assert_eq!(quotas.iter().map(|q| q.min).collect::<Vec<_>>(), [Slots(120)]);
}

#[test]
fn what_the_last_plan_put_late_in_the_week_does_not_shrink() {
    let settings = SETTINGS.replace(
        "feeds = [\"acme.ics\"]",
        "feeds = [\"acme.ics\"]\nretainer = { min = \"4h\", max = \"8h\", per = \"week\" }",
    );
    let desk = desk_of(&settings, &[("mari.ics", &[]), ("acme.ics", &[])], "2026-10-22T21:00:00Z");
    let first = |plan: Option<&Plan>| {
        let problem = pose(&desk, plan).problem;
        (problem.quotas[0].min, problem.caps[0].max)
    };
    // Friday is a fifth of the week.
    assert_eq!(first(None), (Slots(9), Slots(19)));
    let mut plan = plan("t", "mari", "2026-10-23T06:00:00Z", "2026-10-23T11:00:00Z");
    assert_eq!(first(Some(&plan)), (Slots(9), Slots(19)));
    plan.chunks[0].client = Some("acme".to_owned());
    assert_eq!(first(Some(&plan)), (Slots(48), Slots(60)));
}

/// A plan of one block.
fn plan(task: &str, assistant: &str, from: &str, to: &str) -> Plan {
    let at = |text: &str| utc(text).fixed_offset();
    Plan {
        generated: at(MONDAY),
        status: "optimal".to_owned(),
        cost: 0.0,
        bound: None,
        gap: None,
        chunks: vec![PlannedChunk {
            task: task.to_owned(),
            client: None,
            assistant: assistant.to_owned(),
            start: at(from),
            end: at(to),
        }],
        unscheduled: Vec::new(),
        late: Vec::new(),
        warnings: Vec::new(),
    }
}

#[test]
fn the_last_plan_is_kept_and_the_freeze_holds_it_harder() {
    let desk = with(SETTINGS, &[&todo("UID:t"), &todo("UID:u")]);
    let previous = |plan: &Plan, id: &str| -> Vec<Previous> {
        let problem = pose(&desk, Some(plan)).problem;
        assert!(problem.faults().is_empty());
        problem.tasks.into_iter().find(|task| task.id == id).expect(id).previous
    };
    let entry = |start, end| Previous { worker: "mari".to_owned(), time: Interval::new(start, end) };
    // The freeze ends 36 hours after now: on Tuesday at 20:00.
    let later = plan("t", "mari", "2026-10-21T06:00:00Z", "2026-10-21T07:00:00Z");
    assert_eq!(previous(&later, "t"), [entry(at(2, 9), at(2, 10))]);
    let soon = plan("t", "mari", "2026-10-20T06:00:00Z", "2026-10-20T07:00:00Z");
    assert_eq!(previous(&soon, "t"), vec![entry(at(1, 9), at(1, 10)); 10]);
    // What is past is past, who has left has left, and other work is other work.
    assert!(previous(&plan("t", "mari", "2026-10-19T03:00:00Z", "2026-10-19T04:00:00Z"), "t").is_empty());
    assert!(previous(&plan("t", "jaan", "2026-10-20T06:00:00Z", "2026-10-20T07:00:00Z"), "t").is_empty());
    assert!(previous(&soon, "u").is_empty());
}

#[test]
fn what_she_pinned_since_is_not_asked_for_again() {
    let block = event("UID:p\nX-PLOKK-TASK:t\nDTSTART:20261020T063000Z\nDTEND:20261020T070000Z");
    let todo = todo("UID:t\nESTIMATED-DURATION:PT2H");
    let desk = desk_of(SETTINGS, &[("mari.ics", &[&block]), ("acme.ics", &[&todo])], MONDAY);
    let last = plan("t", "mari", "2026-10-20T06:00:00Z", "2026-10-20T07:00:00Z");
    let previous = &pose(&desk, Some(&last)).problem.tasks[0].previous;
    let kept = Previous { worker: "mari".to_owned(), time: Interval::new(at(1, 9), at(1, 9) + 6) };
    assert_eq!(*previous, vec![kept; 10]);
}
