//! `plokk init`, `check`, `plan` and `explain`, driven from outside on the desk that `init` makes.

mod cli_support;

use cli_support::{Desk, NOW, command, plokk};
use std::process::Stdio;

#[test]
fn init_makes_a_desk_that_plans_at_once() {
    let desk = Desk::init();
    let run = desk.plan(&[]).expect(0);
    assert!(run.out.contains("Harbour Books") && run.out.contains("retainer"), "{}", run.out);
    let files: Vec<String> = desk
        .published()
        .iter()
        .map(|(path, _)| {
            path.strip_prefix(desk.path().join("calendars")).expect("inside").display().to_string()
        })
        .collect();
    assert_eq!(files, ["clients/harbour.ics", "clients/juniper.ics", "me-busy.ics", "me.ics", "plan.json"]);
}

#[test]
fn init_never_writes_over_anything() {
    let desk = Desk::init();
    let before = desk.read("plokk.toml");
    let run = desk.run("init", &["--now", NOW]).expect(2);
    assert!(run.err.contains("plokk.toml: there is something already"), "{}", run.err);
    assert_eq!(desk.read("plokk.toml"), before);
}

#[test]
fn planning_twice_changes_no_byte() {
    let desk = Desk::init();
    desk.plan(&[]).expect(0);
    let first = desk.published();
    let run = desk.plan(&[]).expect(0);
    assert_eq!(desk.published(), first);
    assert!(run.err.contains("nothing has changed"), "{}", run.err);
}

#[test]
fn without_what_was_kept_the_calendars_stay() {
    let desk = Desk::init();
    desk.plan(&[]).expect(0);
    let first = desk.published();
    std::fs::remove_dir_all(desk.path().join(".plokk")).expect("it is there");
    desk.plan(&[]).expect(0);
    let calendars =
        |files: &[(std::path::PathBuf, Vec<u8>)]| files.iter().filter(|(p, _)| p.ends_with("ics")).count();
    assert_eq!(calendars(&desk.published()), calendars(&first));
}

#[test]
fn what_was_kept_and_tampered_with_is_not_believed() {
    let desk = Desk::init();
    desk.plan(&[]).expect(0);
    let first = desk.published();
    let kept: serde_json::Value = serde_json::from_str(&desk.read(".plokk/last.json")).expect("it is JSON");
    let mut bent = kept.clone();
    bent["solution"]["chunks"][0]["end"] = 100_000.into();
    desk.write(".plokk/last.json", &bent.to_string());
    desk.plan(&[]).expect(0);
    desk.write(".plokk/last.json", "half a fi");
    desk.plan(&[]).expect(0);
    assert_eq!(desk.published().len(), first.len());
}

#[test]
fn a_dry_run_shows_and_writes_nothing() {
    let desk = Desk::init();
    let run = desk.plan(&["--dry-run"]).expect(0);
    assert!(run.out.contains("Harbour Books"), "{}", run.out);
    assert!(!desk.path().join("calendars").exists());
    assert!(!desk.path().join(".plokk/last.json").exists());
}

#[test]
fn json_is_what_plan_json_holds() {
    let desk = Desk::init();
    let run = desk.plan(&["--json"]).expect(0);
    assert_eq!(run.out, desk.read("calendars/plan.json"));
    let plan: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    let keys: Vec<&str> = plan.as_object().expect("an object").keys().map(String::as_str).collect();
    for key in ["generated", "status", "cost", "bound", "gap", "chunks", "unscheduled", "late", "warnings"] {
        assert!(keys.contains(&key), "{key} is missing");
    }
    assert_eq!(keys.len(), 9);
    assert_eq!(plan["generated"], NOW);
    let chunk = &plan["chunks"][0];
    assert!(chunk["start"].as_str().is_some_and(|start| start.ends_with("+03:00")), "{chunk}");
}

#[test]
fn strict_says_that_work_is_unscheduled() {
    let desk = Desk::init();
    desk.plan(&["--strict"]).expect(0);
    desk.edit("feeds/juniper.ics", "ESTIMATED-DURATION:PT6H", "ESTIMATED-DURATION:PT600H");
    desk.plan(&[]).expect(0);
    let run = desk.plan(&["--strict"]).expect(1);
    assert!(run.out.contains("unscheduled\n  Juniper Studio: Sort the photo archive"), "{}", run.out);
}

#[test]
fn output_to_a_pipe_has_no_colours() {
    let desk = Desk::init();
    let run = desk.plan(&[]).expect(0);
    assert!(!run.out.contains('\u{1b}') && !run.err.contains('\u{1b}'), "{}{}", run.out, run.err);
}

#[test]
fn faults_of_the_settings_are_told_all_at_once_and_touch_nothing() {
    let desk = Desk::init();
    desk.plan(&[]).expect(0);
    let before = desk.published();
    desk.edit("plokk.toml", "Australia/Sydney", "Australia/Sidney");
    desk.edit("plokk.toml", "horizon = \"2 weeks\"", "horizont = \"2 weeks\"");
    for name in ["plan", "check"] {
        let run = desk.run(name, &["--now", NOW]).expect(2);
        assert!(run.err.contains("Australia/Sydney") && run.err.contains("horizon"), "{}", run.err);
    }
    assert_eq!(desk.published(), before);
}

#[test]
fn a_folder_without_a_desk_is_told_so() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().to_str().expect("the path is UTF-8");
    let run = plokk(&["plan", "--desk", path]).expect(2);
    assert!(run.err.contains("there is no desk here"), "{}", run.err);
}

#[test]
fn her_own_unreadable_feed_stops_the_run_and_a_clients_does_not() {
    let desk = Desk::init();
    desk.plan(&[]).expect(0);
    let before = desk.published();
    let own = desk.read("feeds/me.ics");
    std::fs::remove_dir_all(desk.path().join(".plokk")).expect("it is there");
    desk.write("feeds/me.ics", "<html>Please log in</html>");
    desk.plan(&[]).expect(2);
    assert_eq!(desk.published(), before, "nothing is touched");
    std::fs::remove_dir_all(desk.path().join(".plokk")).expect("it is there");
    desk.write("feeds/me.ics", &own);
    desk.write("feeds/juniper.ics", "<html>Please log in</html>");
    let run = desk.plan(&[]).expect(0);
    assert!(run.err.contains("feeds/juniper.ics"), "{}", run.err);
}

#[test]
fn a_meeting_moves_a_block_which_keeps_its_uid_and_counts_up() {
    let desk = Desk::init();
    desk.plan(&[]).expect(0);
    let plan: serde_json::Value =
        serde_json::from_str(&desk.read("calendars/plan.json")).expect("it is JSON");
    let chunk = plan["chunks"]
        .as_array()
        .and_then(|chunks| chunks.iter().find(|chunk| chunk["task"] == "invoices@example.org"))
        .expect("it is planned");
    let day: String =
        chunk["start"].as_str().expect("a time").chars().take(10).filter(|c| *c != '-').collect();
    let meeting = format!(
        "BEGIN:VEVENT\r\nUID:fair@example.org\r\nDTSTAMP:20261019T000000Z\r\nSUMMARY:Fair\r\n\
         DTSTART;VALUE=DATE:{day}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    desk.edit("feeds/me.ics", "END:VCALENDAR\r\n", &meeting);
    let (uid, sequence, start) = block(&desk, "Send invoices");
    desk.plan(&[]).expect(0);
    let (same, counted, moved) = block(&desk, "Send invoices");
    assert_eq!((same, counted), (uid, sequence + 1));
    assert_ne!(moved, start);
}

/// UID, SEQUENCE and DTSTART of the only block of that name.
fn block(desk: &Desk, summary: &str) -> (String, u32, String) {
    let text = desk.read("calendars/me.ics").replace("\r\n ", "");
    let mut events = text.split("BEGIN:VEVENT\r\n").filter(|event| event.contains(summary));
    let event = events.next().expect("the block is there");
    assert!(events.next().is_none(), "there is one block");
    let value = |name: &str| {
        let line = event.lines().find(|line| line.starts_with(name)).expect("the property is there");
        line.split_once(':').expect("it has a value").1.to_owned()
    };
    (value("UID:"), value("SEQUENCE:").parse().expect("a number"), value("DTSTART"))
}

#[test]
fn the_calendar_of_a_client_who_left_stays() {
    let desk = Desk::init();
    desk.plan(&[]).expect(0);
    desk.write("calendars/clients/gone.ics", "theirs");
    let run = desk.plan(&[]).expect(0);
    assert!(run.err.contains("gone.ics: its client is not on the desk"), "{}", run.err);
    assert_eq!(desk.read("calendars/clients/gone.ics"), "theirs");
}

#[test]
fn a_second_run_at_the_same_time_is_told_so() {
    let desk = Desk::init();
    desk.plan(&[]).expect(0);
    let lock = std::fs::File::open(desk.path().join(".plokk/lock")).expect("it is there");
    lock.lock().expect("nobody else holds it");
    let run = desk.plan(&[]).expect(2);
    assert!(run.err.contains("another run"), "{}", run.err);
}

#[test]
fn check_says_what_is_understood_of_each_feed() {
    let desk = Desk::init();
    desk.edit("feeds/harbour.ics", "DTSTART;VALUE=DATE:20261022", "DTSTART;VALUE=DATE:someday");
    let run = desk.run("check", &["--now", NOW]).expect(0);
    assert!(run.out.contains("1 assistant, 2 clients"), "{}", run.out);
    assert!(run.out.contains("feeds/harbour.ics (harbour)"), "{}", run.out);
    assert!(run.out.contains("2 events"), "{}", run.out);
    assert!(run.out.contains("zones: Europe/Tallinn"), "{}", run.out);
    let run = desk.run("check", &["--now", NOW, "--json"]).expect(0);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    assert_eq!(report["sources"][0]["tasks"], 1);
    assert_eq!(report["sources"][1]["owners"][0], "harbour");
    let harbour = &report["sources"][1];
    assert!(harbour["faults"].as_array().is_some_and(|faults| !faults.is_empty()), "{harbour}");
}

#[test]
fn explain_says_why_planned_work_is_where_it_is() {
    let desk = Desk::init();
    desk.plan(&[]).expect(0);
    let run = desk.run("explain", &["newsletter-send@harbour.example"]).expect(0);
    assert!(run.out.contains("planned in full"), "{}", run.out);
    assert!(run.out.contains("it comes after \"Draft the newsletter\""), "{}", run.out);
    assert!(!run.err.contains("not what the last plan"), "the last plan is explained: {}", run.err);
    let run = desk.run("explain", &["Send the news", "--json"]).expect(0);
    let explanation: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    assert_eq!(explanation["task"], "newsletter-send@harbour.example");
    assert_eq!(explanation["state"], "planned");
}

#[test]
fn explain_says_what_holds_work_back_and_what_would_free_it() {
    let desk = Desk::init();
    desk.edit(
        "feeds/juniper.ics",
        "UID:travel@juniper.example\r\n",
        "UID:travel@juniper.example\r\nX-PLOKK-DEADLINE:20261019T053000Z\r\n",
    );
    desk.plan(&[]).expect(0);
    let run = desk.run("explain", &["travel"]).expect(0);
    assert!(run.out.contains("not planned: 1h"), "{}", run.out);
    assert!(run.out.contains("before its deadline, Mon 2026-10-19 08:30, nobody"), "{}", run.out);
    assert!(run.out.contains("if its deadline, Mon 2026-10-19 08:30, were later: from"), "{}", run.out);
    let run = desk.run("explain", &["travel@juniper.example", "--json"]).expect(0);
    let explanation: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    assert_eq!(explanation["state"], "unscheduled");
    assert_eq!(explanation["missing_minutes"], 60);
}

#[test]
fn explain_asks_which_task_is_meant() {
    let desk = Desk::init();
    desk.plan(&[]).expect(0);
    let run = desk.run("explain", &["newsletter"]).expect(2);
    assert!(run.err.contains("fits 2 tasks") && run.err.contains("newsletter-send"), "{}", run.err);
    let run = desk.run("explain", &["nothing of the kind"]).expect(2);
    assert!(run.err.contains("no open task"), "{}", run.err);
    let run = desk.run("explain", &["Sned the newsleter"]).expect(2);
    assert!(run.err.contains("did you mean \"Send the newsletter\""), "{}", run.err);
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let desk = Desk::init();
    let mut child = command()
        .args(["plan", "--dry-run", "--json", "--now", NOW, "--effort", "0.01", "--desk"])
        .arg(desk.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command is built");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn explain_says_what_could_give_way() {
    let desk = Desk::init();
    desk.edit("plokk.toml", "[\"09:00-13:00\", \"14:00-18:00\"]", "[\"09:00-10:15\"]");
    desk.plan(&[]).expect(0);
    let plan: serde_json::Value =
        serde_json::from_str(&desk.read("calendars/plan.json")).expect("it is JSON");
    let left_out = &plan["unscheduled"][0];
    let task = left_out["task"].as_str().expect("work is left out where there is no time");
    let run = desk.run("explain", &[task]).expect(0);
    assert!(run.out.contains(left_out["reason"].as_str().expect("a reason")), "{}", run.out);
    assert!(run.out.contains("time for it, rule by rule"), "{}", run.out);
}

#[test]
fn a_feed_that_lost_its_end_is_believed_only_when_told_to() {
    let desk = Desk::init();
    desk.plan(&[]).expect(0);
    let first = desk.published();
    desk.write("feeds/juniper.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n");
    let run = desk.plan(&[]).expect(0);
    assert!(run.err.contains("feeds/juniper.ics"), "{}", run.err);
    let calendars = |files: &[(std::path::PathBuf, Vec<u8>)]| -> Vec<Vec<u8>> {
        files
            .iter()
            .filter(|(path, _)| path.extension().is_some_and(|e| e == "ics"))
            .map(|f| f.1.clone())
            .collect()
    };
    assert_eq!(calendars(&desk.published()), calendars(&first), "the last good copy is used");
    let run = desk.run("check", &["--now", NOW]).expect(0);
    assert!(run.out.contains("feeds/juniper.ics (juniper) - an older copy"), "{}", run.out);
    assert!(run.out.contains("--accept feeds/juniper.ics believes it after all"), "{}", run.out);
    desk.plan(&["--accept", "feeds/juniper.ics"]).expect(0);
    assert!(!desk.read("calendars/plan.json").contains("juniper.example"));
    let run = desk.plan(&["--accept", "feeds/nobody.ics"]).expect(2);
    assert!(run.err.contains("feeds/juniper.ics"), "it names the feeds there are: {}", run.err);
}
