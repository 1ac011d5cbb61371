//! The rules of planning, solved: what a plan may do, and what it will not. Every solution is verified.

use crate::support::*;
use plokk_engine::{Desk, Plan, PlannedChunk, pose};
use plokk_solver::{Options, Silent, solve, verify};

/// A block as the tests write it: task, assistant, and local time in Tallinn from the first Monday.
type Block = (String, String, String);

/// The plan of a desk.
fn planned(desk: &Desk, last: Option<&Plan>) -> Vec<Block> {
    let posed = pose(desk, last);
    let options = Options { effort: 0.02, ..Options::default() };
    let solution = solve(&posed.problem, &options, &Silent).expect("a valid problem").solution;
    let verdict = verify(&posed.problem, &solution);
    assert!(verdict.violations.is_empty(), "{:?}", verdict.violations);
    let tz = desk.settings.assistants[0].timezone;
    let show = |chunk: &plokk_solver::Chunk| {
        let time = posed.axis.window(chunk.time());
        let (from, to) =
            (plokk_ical_io::Zone::from(tz).shown(time.from), plokk_ical_io::Zone::from(tz).shown(time.to));
        let text = format!("{} {}-{}", from.format("%a"), from.format("%H:%M"), to.format("%H:%M"));
        (chunk.task.clone(), chunk.worker.clone(), text)
    };
    solution.chunks.iter().map(show).collect()
}

/// When a task is done.
fn times(desk: &Desk, last: Option<&Plan>, task: &str) -> Vec<String> {
    planned(desk, last).into_iter().filter(|block| block.0 == task).map(|block| block.2).collect()
}

fn with(settings: &str, todos: &[&str]) -> Desk {
    desk_of(settings, &[("mari.ics", &[]), ("acme.ics", todos)], MONDAY)
}

#[test]
fn work_starts_when_it_is_released_and_her_day_has_begun() {
    let free = with(SETTINGS, &[&todo("UID:t\nESTIMATED-DURATION:PT1H")]);
    assert_eq!(times(&free, None, "t"), ["Mon 09:00-10:00"]);
    let released = with(SETTINGS, &[&todo("UID:t\nESTIMATED-DURATION:PT1H\nDTSTART:20261021T093000Z")]);
    assert_eq!(times(&released, None, "t"), ["Wed 12:30-13:30"]);
}

#[test]
fn a_deadline_is_kept_or_the_work_left_out() {
    let settings = SETTINGS.replace("2 weeks", "3 days");
    let long =
        "UID:long\nESTIMATED-DURATION:PT8H\nX-PLOKK-MIN-CHUNK:PT8H\nX-PLOKK-MAX-CHUNK:PT8H\nPRIORITY:1";
    let short = "UID:short\nESTIMATED-DURATION:PT2H\nPRIORITY:9";
    let both = with(&settings, &[&todo(long), &todo(short)]);
    assert_eq!(times(&both, None, "short").len(), 1);
    let alone = todo(&format!("{short}\nX-PLOKK-DEADLINE:20261019T140000Z"));
    let first = todo(&format!("{long}\nX-PLOKK-DEADLINE:20261019T140000Z"));
    let clash = with(&settings, &[&first, &alone]);
    assert_eq!(times(&clash, None, "long"), ["Mon 09:00-17:00"]);
    assert!(times(&clash, None, "short").is_empty());
}

#[test]
fn what_comes_after_waits_for_the_gap() {
    let first = todo("UID:first\nESTIMATED-DURATION:PT1H");
    let link = |gap: &str| {
        todo(&format!("UID:next\nESTIMATED-DURATION:PT1H\nRELATED-TO;RELTYPE=FINISHTOSTART{gap}:first"))
    };
    let at_once = with(SETTINGS, &[&first, &link("")]);
    assert_eq!(times(&at_once, None, "next"), ["Mon 10:05-11:05"]);
    let day = with(SETTINGS, &[&first, &link(";GAP=P1D")]);
    assert_eq!(times(&day, None, "next"), ["Tue 10:00-11:00"]);
}

#[test]
fn the_reserve_is_never_used_up() {
    let todo = todo(
        "UID:t\nESTIMATED-DURATION:PT8H\nX-PLOKK-MAX-CHUNK:PT8H\nX-PLOKK-MIN-CHUNK:PT2H\nDUE:20261019T140000Z",
    );
    assert_eq!(times(&with(SETTINGS, &[&todo]), None, "t"), ["Mon 09:00-17:00"]);
    let kept = with(&SETTINGS.replace("reserve = \"0%\"", "reserve = \"25%\""), &[&todo]);
    let blocks = times(&kept, None, "t");
    assert_eq!(blocks.len(), 2, "{blocks:?}");
    assert!(blocks[1].starts_with("Tue"), "{blocks:?}");
}

#[test]
fn a_retainer_caps_a_client_s_week_and_another_s_work_goes_on() {
    let settings = SETTINGS.replace(
        "feeds = [\"acme.ics\"]",
        "feeds = [\"acme.ics\"]\nretainer = { max = \"2h\", per = \"week\" }",
    );
    let todos = [todo("UID:a\nESTIMATED-DURATION:PT2H"), todo("UID:b\nESTIMATED-DURATION:PT2H")];
    let own = todo("UID:own\nESTIMATED-DURATION:PT2H");
    let feeds: [(&str, &[&str]); 2] = [("mari.ics", &[&own]), ("acme.ics", &[&todos[0], &todos[1]])];
    let free = planned(&desk_of(SETTINGS, &feeds, MONDAY), None);
    assert!(free.iter().all(|block| block.0 == "own" || block.2.starts_with("Mon")), "{free:?}");
    let capped = desk_of(&settings, &feeds, MONDAY);
    let posed = pose(&capped, None);
    // One of the two waits for Sydney's next week, which begins on Sunday.
    let solution =
        solve(&posed.problem, &Options { effort: 0.02, ..Options::default() }, &Silent).expect("valid");
    let week = posed.problem.caps[0].to;
    let client = |task: &str| task != "own";
    let first: i32 = solution
        .solution
        .chunks
        .iter()
        .filter(|c| client(&c.task) && c.start < week)
        .map(|c| c.time().len().0)
        .sum();
    assert_eq!(first, 24);
    assert_eq!(times(&capped, None, "own").len(), 1);
}

#[test]
fn live_work_waits_until_the_client_is_there() {
    let settings = SETTINGS.replace("Australia/Sydney", "America/New_York");
    let call = todo("UID:call\nESTIMATED-DURATION:PT1H\nX-PLOKK-LIVE:TRUE");
    // New York opens at 16:00 of Tallinn.
    assert_eq!(times(&with(&settings, &[&call]), None, "call"), ["Mon 16:00-17:00"]);
    let away = event("UID:away\nDTSTART:20261019T120000Z\nDTEND:20261019T140000Z");
    assert_eq!(times(&with(&settings, &[&call, &away]), None, "call"), ["Tue 16:00-17:00"]);
}

#[test]
fn the_cheaper_of_two_who_can_does_it() {
    let team = |skills: &str, rate: u32| {
        format!(
            "{SETTINGS}\n[[assistant]]\nid = \"jaan\"\ntimezone = \"Europe/Tallinn\"\n{skills}\nrate = {rate}\n"
        )
    };
    let mari_costs =
        |text: String| text.replace("feeds = [\"mari.ics\"]", "feeds = [\"mari.ics\"]\nrate = 3");
    let work = todo("UID:t\nCATEGORIES:books\nESTIMATED-DURATION:PT1H");
    let who = |settings: &str| planned(&with(settings, &[&work]), None)[0].1.clone();
    assert_eq!(who(&mari_costs(team("skills = [\"books\"]", 1))), "jaan");
    assert_eq!(who(&mari_costs(team("skills = [\"social\"]", 1))), "mari");
    assert_eq!(who(&mari_costs(team("skills = [\"books\"]", 9))), "mari");
}

#[test]
fn blocks_inside_the_freeze_stay_where_a_better_place_would_move_others() {
    let settings = format!(
        "{SETTINGS}\n[[category]]\nname = \"social\"\nprefer = \"09:00-12:00\"\n[weights]\nprefer = 5\n"
    );
    let work = todo("UID:t\nCATEGORIES:social\nESTIMATED-DURATION:PT1H");
    let desk = with(&settings, &[&work]);
    let last = |from: &str, to: &str| {
        let at = |text: &str| utc(text).fixed_offset();
        let (task, assistant) = ("t".to_owned(), "mari".to_owned());
        let chunk = PlannedChunk { task, client: None, assistant, start: at(from), end: at(to) };
        Plan {
            generated: at(MONDAY),
            status: String::new(),
            cost: 0.0,
            bound: None,
            gap: None,
            chunks: vec![chunk],
            unscheduled: Vec::new(),
            late: Vec::new(),
            warnings: Vec::new(),
        }
    };
    assert_eq!(times(&desk, None, "t"), ["Mon 09:00-10:00"]);
    let frozen = last("2026-10-20T11:00:00Z", "2026-10-20T12:00:00Z");
    assert_eq!(times(&desk, Some(&frozen), "t"), ["Tue 14:00-15:00"]);
    let beyond = last("2026-10-22T11:00:00Z", "2026-10-22T12:00:00Z");
    assert_eq!(times(&desk, Some(&beyond), "t"), ["Mon 09:00-10:00"]);
}

#[test]
fn pinned_blocks_stand_and_the_rest_is_planned_around_them() {
    let work = todo("UID:t\nESTIMATED-DURATION:PT3H\nX-PLOKK-MIN-CHUNK:PT1H\nX-PLOKK-MAX-CHUNK:PT3H");
    let pin = event("UID:p\nX-PLOKK-TASK:t\nDTSTART:20261019T070000Z\nDTEND:20261019T080000Z");
    let alone = desk_of(SETTINGS, &[("mari.ics", &[]), ("acme.ics", &[&work])], MONDAY);
    assert_eq!(times(&alone, None, "t"), ["Mon 09:00-12:00"]);
    let pinned = desk_of(SETTINGS, &[("mari.ics", &[&pin]), ("acme.ics", &[&work])], MONDAY);
    assert_eq!(times(&pinned, None, "t"), ["Mon 11:15-13:15"]);
}
