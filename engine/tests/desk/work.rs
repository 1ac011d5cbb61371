//! From VTODOs to work.

use crate::support::*;
use chrono::TimeDelta;
use plokk_engine::DueFrom;

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

#[test]
fn a_bare_todo_gets_every_default() {
    let desk = desk(&[], &[&todo("UID:t\nSUMMARY:Write")]);
    let work = work(&desk, "t");
    assert_eq!((work.client, work.owner, work.summary.as_str()), (Some(0), None, "Write"));
    assert_eq!((work.category.as_str(), work.remaining), ("general", minutes(60)));
    assert_eq!((work.min_chunk, work.max_chunk), (minutes(30), minutes(120)));
    assert_eq!(
        (work.release, work.due, work.due_from),
        (desk.horizon.from, desk.horizon.to, DueFrom::Horizon)
    );
    assert_eq!((work.weight, work.live, work.assistants.as_slice()), (1.0, false, &[0][..]));
    assert!(desk.warnings.is_empty(), "{:?}", desk.warnings);
}

#[test]
fn what_a_todo_says_is_taken() {
    let desk = desk(
        &[],
        &[&todo(
            "UID:t\nDTSTART:20261020T060000Z\nDUE:20261022T120000Z\nPRIORITY:1\nPERCENT-COMPLETE:25\n\
             ESTIMATED-DURATION:PT2H\nX-PLOKK-DEADLINE:20261023T120000Z\nX-PLOKK-MIN-CHUNK:PT45M\n\
             X-PLOKK-MAX-CHUNK:1h 30m\nX-PLOKK-LIVE:TRUE",
        )],
    );
    let work = work(&desk, "t");
    assert_eq!((work.release, work.due), (utc("2026-10-20T06:00:00Z"), utc("2026-10-22T12:00:00Z")));
    assert_eq!((work.estimate, work.remaining), (minutes(120), minutes(90)));
    assert_eq!((work.min_chunk, work.max_chunk), (minutes(45), minutes(90)));
    assert_eq!((work.due_from, work.deadline), (DueFrom::Said, Some(utc("2026-10-23T12:00:00Z"))));
    assert!(work.live);
    // Important, and due within the horizon, but not within two days.
    assert_eq!((work.priority, work.weight), (1, 4.0));
    assert!(desk.warnings.is_empty(), "{:?}", desk.warnings);
}

#[test]
fn a_due_date_is_the_end_of_the_client_s_working_day() {
    let due = |date: &str| {
        let desk = desk(&[], &[&todo(&format!("UID:t\nDUE;VALUE=DATE:{date}"))]);
        work(&desk, "t").due
    };
    // 17:00 in Sydney is 06:00 UTC in October.
    assert_eq!(due("20261022"), utc("2026-10-22T06:00:00Z"));
    // A Sunday: the Friday before.
    assert_eq!(due("20261025"), utc("2026-10-23T06:00:00Z"));
}

#[test]
fn a_due_date_of_hers_is_the_end_of_her_day() {
    let desk = desk(&[&todo("UID:t\nDTSTART;VALUE=DATE:20261026\nDUE;VALUE=DATE:20261027")], &[]);
    let work = work(&desk, "t");
    assert_eq!((work.client, work.owner), (None, Some(0)));
    assert_eq!((work.release, work.due), (utc("2026-10-25T22:00:00Z"), utc("2026-10-27T15:00:00Z")));
    assert_eq!(posed(&desk).problem.tasks[0].client, "mari");
}

#[test]
fn duration_is_an_estimate_and_no_due_time() {
    let desk = desk(&[], &[&todo("UID:t\nDTSTART:20261020T060000Z\nDURATION:PT90M")]);
    let work = work(&desk, "t");
    assert_eq!((work.remaining, work.due_from), (minutes(90), DueFrom::Horizon));
}

#[test]
fn work_without_a_due_time_is_due_when_a_response_is() {
    let response = |response: &str, lines: &str| {
        let settings = format!("{SETTINGS}\nresponse = \"{response}\"\n");
        let todo = todo(&format!("UID:t\n{lines}"));
        let desk = desk_of(&settings, &[("mari.ics", &[]), ("acme.ics", &[&todo])], MONDAY);
        let work = work(&desk, "t");
        assert_eq!(work.due_from, DueFrom::Response);
        work.due
    };
    // Sydney works from 22:00 to 06:00 UTC. From Friday 05:00 UTC: one hour, the weekend, seven more.
    let friday = "CREATED:20261023T050000Z";
    assert_eq!(response("8 working hours", friday), utc("2026-10-26T05:00:00Z"));
    assert_eq!(response("2 days", friday), utc("2026-10-25T05:00:00Z"));
    // A release after its making counts.
    assert_eq!(
        response("2 days", &format!("{friday}\nDTSTART:20261024T000000Z")),
        utc("2026-10-26T00:00:00Z")
    );
}

#[test]
fn a_client_without_hours_waits_in_hers() {
    let settings = SETTINGS.replace(
        "timezone = \"Australia/Sydney\"\nhours = { mon-fri = \"09:00-17:00\" }",
        "timezone = \"Australia/Sydney\"\nhours = {}\nresponse = \"8 working hours\"",
    );
    let todo = todo("UID:t\nCREATED:20261023T120000Z");
    let desk = desk_of(&settings, &[("mari.ics", &[]), ("acme.ics", &[&todo])], MONDAY);
    // Two hours on Friday in Tallinn, six on Monday, in winter time.
    assert_eq!(work(&desk, "t").due, utc("2026-10-26T13:00:00Z"));
}

#[test]
fn what_is_done_or_called_off_is_no_work() {
    let done = todo("UID:a\nSTATUS:COMPLETED");
    let off = todo("UID:b\nSTATUS:CANCELLED");
    let full = todo("UID:c\nPERCENT-COMPLETE:100");
    assert!(desk(&[], &[&done, &off, &full]).work.is_empty());
}

#[test]
fn every_instance_of_a_series_is_work() {
    let series = todo("UID:r\nDTSTART:20261013T060000Z\nDUE:20261013T140000Z\nRRULE:FREQ=WEEKLY;COUNT=3");
    let desk = desk(&[], &[&series]);
    let found: Vec<_> =
        desk.work.iter().map(|work| (work.id.as_str(), work.uid.as_str(), work.due)).collect();
    let expected = [
        ("r@20261020T060000Z", "r", utc("2026-10-20T14:00:00Z")),
        ("r@20261027T060000Z", "r", utc("2026-10-27T14:00:00Z")),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_instance_that_is_done_is_left_out() {
    let series = todo("UID:r\nDTSTART:20261020T060000Z\nDUE:20261020T140000Z\nRRULE:FREQ=WEEKLY;COUNT=2");
    let done = todo("UID:r\nRECURRENCE-ID:20261020T060000Z\nDTSTART:20261020T060000Z\nSTATUS:COMPLETED");
    let desk = desk(&[], &[&series, &done]);
    let ids: Vec<_> = desk.work.iter().map(|work| work.id.as_str()).collect();
    assert_eq!(ids, ["r@20261027T060000Z"]);
}

#[test]
fn categories_are_found_in_any_case_and_kept_when_unknown() {
    let settings = format!(
        "{SETTINGS}\n[[category]]\nname = \"social\"\nestimate = \"45 minutes\"\nprefer = [\"09:00-12:00\"]\nlive = true\n"
    );
    let known = todo("UID:a\nCATEGORIES:Social,Books");
    let unknown = todo("UID:b\nCATEGORIES:Archery");
    let again = todo("UID:c\nCATEGORIES:archery");
    let desk = desk_of(&settings, &[("mari.ics", &[]), ("acme.ics", &[&known, &unknown, &again])], MONDAY);
    let social = work(&desk, "a");
    assert_eq!((social.category.as_str(), social.remaining, social.live), ("social", minutes(45), true));
    assert_eq!(social.prefer.len(), 1);
    assert_eq!((work(&desk, "b").category.as_str(), work(&desk, "b").remaining), ("Archery", minutes(60)));
    assert_eq!(codes(&desk), ["unknown-category"]);
}

#[test]
fn urgency_and_the_client_make_the_weight() {
    let settings = SETTINGS.replace("feeds = [\"acme.ics\"]", "feeds = [\"acme.ics\"]\nweight = 2");
    let todos = [
        todo("UID:overdue\nDUE:20261001T060000Z"),
        todo("UID:urgent\nDUE:20261020T060000Z"),
        todo("UID:soon\nDUE:20261028T060000Z"),
        todo("UID:far\nDUE:20261228T060000Z"),
        todo("UID:never"),
    ];
    let todos: Vec<&str> = todos.iter().map(String::as_str).collect();
    let desk = desk_of(&settings, &[("mari.ics", &[]), ("acme.ics", &todos)], MONDAY);
    let weights: Vec<f64> = desk.work.iter().map(|work| work.weight).collect();
    assert_eq!(weights, [8.0, 8.0, 4.0, 2.0, 2.0]);
}

#[test]
fn work_that_cannot_start_yet_comes_later() {
    let far = todo("UID:far\nDTSTART:20261201T060000Z");
    let next = todo("UID:next\nRELATED-TO;RELTYPE=FINISHTOSTART:far");
    let desk = desk(&[], &[&far, &next]);
    assert!(desk.work.is_empty());
    assert_eq!(desk.later.iter().map(|work| work.id.as_str()).collect::<Vec<_>>(), ["far", "next"]);
}

#[test]
fn chunks_that_cannot_make_up_the_work_are_allowed_shorter() {
    let odd = todo("UID:odd\nESTIMATED-DURATION:PT100M\nX-PLOKK-MIN-CHUNK:PT60M\nX-PLOKK-MAX-CHUNK:PT80M");
    let short = todo("UID:short\nESTIMATED-DURATION:PT13M");
    let desk = desk(&[], &[&odd, &short]);
    assert_eq!((work(&desk, "odd").min_chunk, work(&desk, "odd").max_chunk), (minutes(50), minutes(80)));
    assert_eq!((work(&desk, "short").remaining, work(&desk, "short").min_chunk), (minutes(15), minutes(15)));
    assert_eq!(codes(&desk), ["chunks-loosened"]);
}

#[test]
fn malformed_values_cost_only_themselves() {
    let bad = todo(
        "UID:bad\nX-PLOKK-DEADLINE:someday\nX-PLOKK-MIN-CHUNK:short\nX-PLOKK-LIVE:perhaps\n\
         X-PLOKK-ASSISTANT:nobody\nESTIMATED-DURATION:-PT1H",
    );
    let desk = desk(&[], &[&bad]);
    let work = work(&desk, "bad");
    assert_eq!((work.deadline, work.min_chunk, work.live), (None, minutes(30), false));
    assert_eq!((work.remaining, work.assistants.as_slice()), (minutes(60), &[0][..]));
    let ours = codes(&desk).iter().filter(|code| **code == "bad-value").count();
    assert_eq!(ours, 4, "{:?}", desk.warnings);
    assert!(desk.warnings.iter().all(|warning| warning.source == "acme.ics" && warning.line.is_some()));
}

#[test]
fn a_series_that_never_closes_is_bounded() {
    let series = todo("UID:r\nDTSTART:19960101T060000Z\nDUE:20261224T140000Z\nRRULE:FREQ=DAILY");
    let desk = desk(&[], &[&series]);
    assert_eq!(desk.work.len() + desk.later.len(), 1500);
    // The reader stops at what it makes of one series, the desk at what it plans: each is told, once.
    assert_eq!(codes(&desk), ["too-many-instances"; 2]);
    let told = |words: &str| desk.warnings.iter().filter(|w| w.message.contains(words)).count();
    assert_eq!((told("more instances in the window than are made"), told("open instances")), (1, 1));
}
