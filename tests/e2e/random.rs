//! Desks that nobody wrote: random people, zones, meetings and work, checked against what they were made of.
//!
//! Two weeks from 19 October 2026 hold a change of the clocks in Europe and one in North America; some
//! zones have none, some lie at odd half hours.

use crate::blocks::{Chunk, chunks, instant, utc};
use crate::desk::Desk;
use crate::facts::{Person, Stretch};
use crate::ics::events;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use oorandom::Rand32;
use std::fmt::Write;

/// Zones by their IANA name and, where there is one, the name that Windows has for it.
const ZONES: [(&str, Option<&str>); 8] = [
    ("Europe/Tallinn", Some("FLE Standard Time")),
    ("Europe/Lisbon", None),
    ("America/New_York", Some("Eastern Standard Time")),
    ("America/St_Johns", Some("Newfoundland Standard Time")),
    ("Asia/Kolkata", Some("India Standard Time")),
    ("Asia/Kathmandu", Some("Nepal Standard Time")),
    ("Australia/Adelaide", Some("Cen. Australia Standard Time")),
    ("Pacific/Auckland", Some("New Zealand Standard Time")),
];
const HOURS: [&str; 4] = [
    r#"mon-fri = ["09:00-13:00", "14:00-18:00"]"#,
    r#"mon-wed = ["07:30-15:15"], sat = ["10:00-14:00"]"#,
    r#"mon-sun = ["10:00-12:30"]"#,
    r#"tue-thu = ["20:00-01:30"]"#,
];

/// A desk, and what is true of it.
struct Made {
    desk: Desk,
    buffers: Buffers,
    /// By assistant, what she may not be planned over.
    busy: Vec<Vec<Stretch>>,
    tasks: Vec<Task>,
}

/// Minutes.
struct Buffers {
    meeting: i64,
    same_batch: i64,
    same_client: i64,
    other_client: i64,
}

struct Task {
    uid: String,
    minutes: i64,
    release: Option<DateTime<Utc>>,
    due: DateTime<Utc>,
}

struct Maker {
    random: Rand32,
    today: NaiveDate,
}

impl Maker {
    fn pick<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.random.rand_range(0..options.len() as u32) as usize]
    }

    fn below(&mut self, limit: u32) -> i64 {
        i64::from(self.random.rand_range(0..limit))
    }

    fn make(&mut self) -> Made {
        let slot = self.pick(&[5, 10, 15]);
        let buffers = Buffers {
            meeting: self.pick(&[0, 5, 10, 20]),
            same_batch: self.pick(&[0, slot]),
            same_client: slot,
            other_client: self.pick(&[slot, 2 * slot]),
        };
        let mut settings = format!(
            "[planning]\nhorizon = \"2 weeks\"\nslot = \"{slot} minutes\"\nreserve = \"{}%\"\n\n\
             [buffers]\nmeeting = \"{} minutes\"\nsame_batch = \"{} minutes\"\nsame_client = \"{} minutes\"\n\
             other_client = \"{} minutes\"\n",
            self.pick(&[0, 10, 25]),
            buffers.meeting,
            buffers.same_batch,
            buffers.same_client,
            buffers.other_client
        );
        let mut feeds = Vec::new();
        let mut busy = Vec::new();
        for k in 0..1 + self.below(2) {
            let (zone, windows) = self.pick(&ZONES);
            let hours = self.pick(&HOURS);
            // Writing to a String cannot fail.
            let _ = write!(
                settings,
                "\n[[assistant]]\nid = \"worker{k}\"\nname = \"Worker {k}\"\ntimezone = \"{zone}\"\nhours = {{ {hours} }}\nfeeds = [\"feeds/worker{k}.ics\"]\n"
            );
            let (text, times) = self.meetings(zone, windows);
            feeds.push((format!("feeds/worker{k}.ics"), text));
            busy.push(times);
        }
        let mut tasks = Vec::new();
        for k in 0..1 + self.below(4) {
            let (zone, _) = self.pick(&ZONES);
            let _ = write!(
                settings,
                "\n[[client]]\nid = \"client{k}\"\nname = \"Client {k}\"\ntimezone = \"{zone}\"\nhours = {{ mon-fri = [\"09:00-17:00\"] }}\nfeeds = [\"feeds/client{k}.ics\"]\n"
            );
            let (text, own) = self.work(k, zone);
            feeds.push((format!("feeds/client{k}.ics"), text));
            tasks.extend(own);
        }
        let desk = Desk::small(&settings, "");
        feeds.iter().for_each(|(name, text)| desk.write(name, text));
        Made { desk, buffers, busy, tasks }
    }

    /// A feed of meetings as exporters write them, and when they are.
    fn meetings(&mut self, zone: &str, windows: Option<&str>) -> (String, Vec<Stretch>) {
        let tz: Tz = zone.parse().expect("an IANA zone");
        let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//Random//EN\r\n");
        let mut busy = Vec::new();
        for k in 0..4 + self.below(12) {
            let day = self.today + Days::new(self.below(14) as u64);
            let time =
                NaiveTime::from_hms_opt(4 + self.below(19) as u32, self.below(60) as u32, 0).expect("a time");
            let from = day.and_time(time);
            let minutes = 17 + self.below(80);
            let _ = write!(text, "BEGIN:VEVENT\r\nUID:meeting{k}\r\nDTSTAMP:20261001T000000Z\r\n");
            let lines = match self.below(5) {
                0 => {
                    let at = self.once(from, minutes, &tz, &mut busy);
                    format!("DTSTART:{}\r\nDURATION:PT{minutes}M", at.format("%Y%m%dT%H%M%SZ"))
                }
                1 => {
                    let midnight = |day: NaiveDate| resolved(&tz, day.and_time(NaiveTime::MIN));
                    busy.push(Stretch { from: midnight(day), to: midnight(day + Days::new(1)) });
                    format!("DTSTART;VALUE=DATE:{}", day.format("%Y%m%d"))
                }
                2 => {
                    // Every week at one local time, from the week before on, whatever the clocks do.
                    let first = from - Days::new(7);
                    (0..4).for_each(|week| {
                        self.once(first + Days::new(7 * week), minutes, &tz, &mut busy);
                    });
                    let start = first.format("%Y%m%dT%H%M%S");
                    format!(
                        "DTSTART;TZID={zone}:{start}\r\nDURATION:PT{minutes}M\r\nRRULE:FREQ=WEEKLY;COUNT=4"
                    )
                }
                _ => {
                    self.once(from, minutes, &tz, &mut busy);
                    let name = windows.filter(|_| minutes % 2 == 0).unwrap_or(zone);
                    format!(
                        "DTSTART;TZID=\"{name}\":{}\r\nDURATION:PT{minutes}M",
                        from.format("%Y%m%dT%H%M%S")
                    )
                }
            };
            let _ = write!(text, "{lines}\r\nSUMMARY:Meeting {k}\r\nEND:VEVENT\r\n");
        }
        text.push_str("END:VCALENDAR\r\n");
        (text, busy)
    }

    /// Notes a stretch from a local time on; its start.
    fn once(&self, from: NaiveDateTime, minutes: i64, tz: &Tz, busy: &mut Vec<Stretch>) -> DateTime<Utc> {
        let from = resolved(tz, from);
        busy.push(Stretch { from, to: from + TimeDelta::minutes(minutes) });
        from
    }

    /// A feed of work.
    fn work(&mut self, client: i64, zone: &str) -> (String, Vec<Task>) {
        let tz: Tz = zone.parse().expect("an IANA zone");
        let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//Random//EN\r\n");
        let mut tasks = Vec::new();
        for k in 0..2 + self.below(6) {
            let uid = format!("task{k}@client{client}.example");
            let minutes = 30 * (1 + self.below(9));
            let category = self.pick(&["alpha", "beta"]);
            let start = self.today.and_hms_opt(9, 0, 0).expect("a time") + Days::new(self.below(9) as u64);
            let due = start + Days::new(1 + self.below(5) as u64);
            let release = self.random.rand_float() < 0.5;
            let _ = write!(text, "BEGIN:VTODO\r\nUID:{uid}\r\nDTSTAMP:20261001T000000Z\r\n");
            if release {
                let _ = write!(text, "DTSTART;TZID={zone}:{}\r\n", start.format("%Y%m%dT%H%M%S"));
            }
            let _ = write!(
                text,
                "DUE;TZID={zone}:{}\r\nSUMMARY:Task {k} of {client}\r\nESTIMATED-DURATION:PT{minutes}M\r\nCATEGORIES:{category}\r\nEND:VTODO\r\n",
                due.format("%Y%m%dT%H%M%S")
            );
            let release = release.then(|| resolved(&tz, start));
            tasks.push(Task { uid, minutes, release, due: resolved(&tz, due) });
        }
        text.push_str("END:VCALENDAR\r\n");
        (text, tasks)
    }
}

/// The instant of a local time: the first of two; in a gap, as far after it as the time lies in it
/// (RFC 5545, section 3.3.5).
fn resolved(tz: &Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match tz.from_local_datetime(&local).earliest() {
        Some(time) => time.to_utc(),
        None => {
            tz.from_local_datetime(&(local - TimeDelta::hours(1)))
                .earliest()
                .expect("before the gap")
                .to_utc()
                + TimeDelta::hours(1)
        }
    }
}

#[test]
fn random_desks_are_planned_by_every_rule() {
    let mut planned = 0;
    for seed in 0..24 {
        let today = NaiveDate::from_ymd_opt(2026, 10, 19).expect("a date");
        let made = Maker { random: Rand32::new(seed), today }.make();
        made.desk.plan(&[]).expect(0);
        let chunks = chunks(&made.desk);
        planned += chunks.len();
        blocks_keep_clear(seed, &made);
        work_adds_up(seed, &made, &chunks);
    }
    assert!(planned > 200, "{planned} blocks on 24 desks");
}

fn blocks_keep_clear(seed: u64, made: &Made) {
    for (person, busy) in Person::all(&made.desk, "assistant").iter().zip(&made.busy) {
        let there = person.there();
        let blocks = events(&made.desk, &format!("{}.ics", person.id));
        for block in &blocks {
            let time = block.time();
            assert!(time.from >= utc("2026-10-19T05:00:00Z"), "desk {seed}: before now: {time:?}");
            assert!(
                there.iter().any(|h| h.contains(time)),
                "desk {seed}, {}: outside her hours: {time:?}",
                person.id
            );
            for meeting in busy {
                let wanted = meeting.padded(TimeDelta::minutes(made.buffers.meeting));
                assert!(!wanted.meets(time), "desk {seed}, {}: {time:?} at {meeting:?}", person.id);
            }
        }
        for pair in blocks.windows(2) {
            let between = (pair[1].time().from - pair[0].time().to).num_minutes();
            // Hours that touch at midnight, and meetings without padding, part windows: no buffer there.
            let parted = busy.iter().any(|b| b.from >= pair[0].time().to && b.to <= pair[1].time().from);
            let wanted = if pair[0].get("X-PLOKK-CLIENT") != pair[1].get("X-PLOKK-CLIENT") {
                made.buffers.other_client
            } else if pair[0].get("CATEGORIES") != pair[1].get("CATEGORIES") {
                made.buffers.same_client
            } else {
                made.buffers.same_batch
            };
            assert!(between >= wanted || parted, "desk {seed}: {between} minutes between {pair:?}");
        }
    }
}

fn work_adds_up(seed: u64, made: &Made, chunks: &[Chunk]) {
    let plan = made.desk.plan_json();
    let list = |key: &str| plan[key].as_array().expect("a list").clone();
    for task in &made.tasks {
        let own: Vec<&Chunk> = chunks.iter().filter(|c| c.task == task.uid).collect();
        let minutes: i64 = own.iter().map(|c| c.time.minutes()).sum();
        let left =
            list("unscheduled").iter().find(|u| u["task"] == *task.uid).and_then(|u| u["minutes"].as_i64());
        assert_eq!(minutes + left.unwrap_or(0), task.minutes, "desk {seed}: {}", task.uid);
        if let (Some(release), Some(first)) = (task.release, own.iter().map(|c| c.time.from).min()) {
            assert!(first >= release, "desk {seed}: {}", task.uid);
        }
        let completion = own.iter().map(|c| c.time.to).max();
        let late = list("late").iter().find(|l| l["task"] == *task.uid).cloned();
        match completion.filter(|_| left.is_none()) {
            Some(completion) => {
                assert_eq!(
                    late.is_some(),
                    completion > task.due,
                    "desk {seed}: {} is done {completion}, due {}",
                    task.uid,
                    task.due
                );
                if let Some(late) = late {
                    assert_eq!((instant(&late["due"]), instant(&late["completion"])), (task.due, completion));
                }
            }
            None => assert!(late.is_none(), "desk {seed}: {} is unscheduled, not late", task.uid),
        }
    }
    let tasks: i64 = made.tasks.len() as i64;
    assert!(tasks > 0 && chunks.iter().all(|c| made.tasks.iter().any(|t| t.uid == c.task)));
}
