//! The engine as a library: the whole way from feeds to published calendars, in memory.
//!
//! One assistant, one client. A task is to be done before noon, and she has a meeting until ten.
//!
//! ```sh
//! cargo run --example plan_a_desk
//! ```

use plokk_engine::{FeedText, Inputs, Settings, plan_and_publish};
use plokk_solver::{Options, Silent};
use std::collections::BTreeMap;
use std::error::Error;

const SETTINGS: &str = r#"
[planning]
horizon = "1 week"

[[assistant]]
id = "mari"
timezone = "Europe/Tallinn"
hours = { mon-fri = ["09:00-13:00"] }
feeds = ["mari"]

[[client]]
id = "acme"
name = "Acme Pty Ltd"
timezone = "Australia/Sydney"
feeds = ["acme"]
"#;

const MARI: &str = "BEGIN:VCALENDAR
BEGIN:VEVENT
UID:standup
DTSTART;TZID=Europe/Tallinn:20261012T090000
DTEND;TZID=Europe/Tallinn:20261012T100000
RRULE:FREQ=WEEKLY
SUMMARY:Team meeting
END:VEVENT
END:VCALENDAR";

const ACME: &str = "BEGIN:VCALENDAR
BEGIN:VTODO
UID:post-1
SUMMARY:Write the post
DUE;TZID=Europe/Tallinn:20261019T120000
ESTIMATED-DURATION:PT1H30M
END:VTODO
END:VCALENDAR";

fn main() -> Result<(), Box<dyn Error>> {
    let inputs = Inputs {
        settings: Settings::read(SETTINGS, "plokk.toml").map_err(|faults| format!("{faults:?}"))?,
        feeds: vec![feed("mari", MARI), feed("acme", ACME)],
        last: None,
        published: BTreeMap::new(),
        now: "2026-10-19T05:00:00Z".parse()?,
    };
    let (planned, files) = plan_and_publish(inputs, &Options::default(), &Silent)?;

    let plan = &planned.plan;
    for chunk in &plan.chunks {
        println!("{} to {}: {}", chunk.start, chunk.end, chunk.task);
    }
    // The meeting came back this Monday and ends at ten; ten minutes are kept free after it.
    let chunk = plan.chunks.first().ok_or("one block")?;
    assert_eq!(chunk.start.to_rfc3339(), "2026-10-19T10:10:00+03:00");
    assert_eq!(chunk.end.to_rfc3339(), "2026-10-19T11:40:00+03:00");
    assert!(plan.late.is_empty() && plan.unscheduled.is_empty());

    let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    println!("to publish: {}", names.join(", "));
    assert_eq!(names, ["mari.ics", "mari-busy.ics", "clients/acme.ics", "plan.json"]);
    // The client reads of the post, not of the meeting.
    let acme = String::from_utf8(files[2].bytes.clone())?;
    assert!(acme.contains("Write the post") && !acme.contains("Team meeting"));
    Ok(())
}

/// A feed as it came from wherever it lives.
fn feed(name: &str, text: &str) -> FeedText {
    FeedText {
        feed: name.to_owned(),
        source: format!("{name}.ics"),
        content: Ok(text.as_bytes().to_vec()),
        warnings: vec![],
    }
}
