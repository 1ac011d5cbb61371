//! Random nights: whatever happens from one to the next, events count up by one on a change and only then,
//! nothing is doubled, nothing lies over a meeting, and all open work is accounted for.

use crate::support::{Desk, SETTINGS, event, todo, utc, value};
use chrono::TimeDelta;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// What happens before a night.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Nothing,
    /// A meeting on that day from now, at that hour, so many quarters long.
    Meeting(u32, u32, u32),
    /// The first open task of that number is ticked off.
    Done(usize),
    /// New work, so many half hours, due so many days from now.
    New(u32, u32),
    /// The last meeting is called off.
    Called,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        2 => Just(Happening::Nothing),
        2 => (0u32..4, 6u32..14, 1u32..9).prop_map(|(day, hour, quarters)| Happening::Meeting(day, hour, quarters)),
        2 => (0usize..8).prop_map(Happening::Done),
        1 => (1u32..8, 0u32..6).prop_map(|(halves, days)| Happening::New(halves, days)),
        1 => Just(Happening::Called),
    ]
}

/// What stands in the feeds.
struct World {
    /// Minutes and due day, by UID; done or not.
    tasks: BTreeMap<String, (u32, String, bool)>,
    meetings: Vec<(String, String)>,
}

impl World {
    fn happens(&mut self, what: Happening, now: chrono::DateTime<chrono::Utc>, night: usize) {
        match what {
            Happening::Nothing => {}
            Happening::Meeting(day, hour, quarters) => {
                let from = now.date_naive().and_hms_opt(hour, 0, 0).expect("a time").and_utc()
                    + TimeDelta::days(day.into());
                let to = from + TimeDelta::minutes((quarters * 15).into());
                let text = |time: chrono::DateTime<chrono::Utc>| time.format("%Y%m%dT%H%M%SZ").to_string();
                self.meetings.push((text(from), text(to)));
            }
            Happening::Done(at) => {
                let open: Vec<String> =
                    self.tasks.iter().filter(|(_, task)| !task.2).map(|(uid, _)| uid.clone()).collect();
                if let Some(task) = open.get(at % open.len().max(1)).and_then(|uid| self.tasks.get_mut(uid)) {
                    task.2 = true;
                }
            }
            Happening::New(halves, days) => {
                let due = (now + TimeDelta::days(days.into())).format("%Y%m%dT150000Z").to_string();
                self.tasks.insert(format!("new{night}"), (halves * 30, due, false));
            }
            Happening::Called => drop(self.meetings.pop()),
        }
    }

    fn write(&self, desk: &mut Desk) {
        let task = |(uid, (minutes, due, done)): (&String, &(u32, String, bool))| {
            let status = if *done { "STATUS:COMPLETED\r\n" } else { "" };
            todo(uid, *minutes, &format!("DUE:{due}\r\n{status}"))
        };
        desk.feed("acme.ics", &self.tasks.iter().map(task).collect::<String>());
        let meeting =
            |(at, (from, to)): (usize, &(String, String))| event(&format!("meeting{at}"), from, to, "");
        desk.feed("mari.ics", &self.meetings.iter().enumerate().map(meeting).collect::<String>());
    }
}

/// An event without what says that it changed, and its SEQUENCE.
type Told = (String, u32);

fn told(desk: &Desk, path: &str) -> HashMap<String, Told> {
    let mut events = HashMap::new();
    for event in desk.events(path) {
        let is_stamp = |line: &&str| {
            ["DTSTAMP", "LAST-MODIFIED", "SEQUENCE"].iter().any(|stamp| line.starts_with(stamp))
        };
        let lines: Vec<&str> = event.lines().filter(|line| !is_stamp(line)).collect();
        let sequence = value(&event, "SEQUENCE").parse().expect("a number");
        let doubled = events.insert(value(&event, "UID"), (lines.join("\n"), sequence));
        assert!(doubled.is_none(), "{} stands in {path} twice", value(&event, "UID"));
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nights_keep_their_promises(
        sizes in prop::collection::vec((1u32..8, 0u32..7), 1..7),
        nights in prop::collection::vec((happening(), 0i64..3), 3..7),
    ) {
        let monday = utc("2026-10-19T00:00:00Z");
        let task = |(at, (halves, day)): (usize, (u32, u32))| {
            let due = (monday + TimeDelta::days(day.into())).format("%Y%m%dT150000Z").to_string();
            (format!("task{at}"), (halves * 30, due, false))
        };
        let tasks = sizes.into_iter().enumerate().map(task).collect();
        let mut world = World { tasks, meetings: Vec::new() };
        let mut desk = Desk::new(SETTINGS, &[]);
        desk.effort = 0.01;
        let mut before: BTreeMap<&str, HashMap<String, Told>> = BTreeMap::new();
        let mut hours = 0;
        for (number, (what, days)) in nights.into_iter().enumerate() {
            hours += 24 * days + 5;
            let now = monday + TimeDelta::hours(hours);
            world.happens(what, now, number);
            world.write(&mut desk);
            let night = desk.night(&now.to_rfc3339());
            for path in ["mari.ics", "clients/acme.ics"] {
                let after = told(&desk, path);
                for (uid, (lines, sequence)) in &after {
                    match before.get(path).and_then(|events| events.get(uid)) {
                        Some((same, count)) if same == lines => prop_assert_eq!(sequence, count, "{}", uid),
                        Some((_, count)) => prop_assert_eq!(*sequence, count + 1, "{}", uid),
                        None => {}
                    }
                }
                // What stood there and had not ended is not just gone.
                for (uid, (lines, _)) in before.get(path).into_iter().flatten() {
                    let standing = !lines.contains("STATUS:CANCELLED") && !lines.contains("SUMMARY:Busy");
                    let old = value(lines, "DTEND") < (now - TimeDelta::days(7)).format("%Y%m%dT%H%M%S").to_string();
                    prop_assert!(!standing || old || after.contains_key(uid), "{uid} is gone without a word");
                }
                before.insert(path, after);
            }
            let plan = &night.planned.plan;
            for chunk in plan.chunks.iter().filter(|chunk| chunk.start.to_utc() >= now) {
                for (from, to) in &world.meetings {
                    let (start, end) = (chunk.start.to_utc().format("%Y%m%dT%H%M%SZ").to_string(), chunk.end.to_utc().format("%Y%m%dT%H%M%SZ").to_string());
                    prop_assert!(end <= *from || *to <= start, "{chunk:?} lies over a meeting at {from}");
                }
            }
            let planned: i64 = plan.chunks.iter().map(|chunk| (chunk.end - chunk.start).num_minutes()).sum();
            let left: i64 = plan.unscheduled.iter().map(|work| work.minutes).sum();
            let open: i64 = world.tasks.values().filter(|task| !task.2).map(|task| i64::from(task.0)).sum();
            prop_assert_eq!(planned + left, open, "night {}: {:?}", number, night.planned.way);
        }
    }
}
