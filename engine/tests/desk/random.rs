//! Whatever stands in the feeds, a desk comes of it, the same every time, and poses a valid problem.

use crate::support::*;
use plokk_engine::{Desk, Settings, pose};
use proptest::prelude::*;

const ZONES: [&str; 5] =
    ["Europe/Tallinn", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu"];

fn settings() -> impl Strategy<Value = String> {
    let hours = prop::sample::select(vec![
        "{ mon-fri = [\"09:00-13:00\", \"14:00-18:00\"] }",
        "{ mon-sun = \"22:00-02:00\" }",
        "{ sat,sun = \"00:00-24:00\" }",
        "{}",
    ]);
    let parts = (
        prop::sample::select(vec!["1 day", "36 hours", "2 weeks", "40 days"]),
        prop::sample::select(vec![1u32, 5, 15, 60]),
        0u32..100,
        prop::collection::vec((0usize..5, hours.clone(), any::<bool>()), 1..4),
        prop::collection::vec((0usize..5, hours, any::<bool>(), any::<bool>()), 0..4),
    );
    parts.prop_map(|(horizon, slot, reserve, assistants, clients)| {
        let quoted = |hours: &str| hours.replace("sat,sun", "\"sat,sun\"");
        let mut text = format!(
            "[planning]\nhorizon = \"{horizon}\"\nslot = \"{slot} minutes\"\nreserve = \"{reserve}%\"\n\
             [[category]]\nname = \"social\"\nmin_chunk = \"40 minutes\"\nmax_chunk = \"50 minutes\"\n\
             prefer = \"22:00-03:00\"\n"
        );
        if slot == 60 {
            text = text.replace("50 minutes", "2 hours");
        }
        for (n, (zone, hours, skilled)) in assistants.iter().enumerate() {
            let skills = if *skilled { "skills = [\"books\"]\n" } else { "" };
            text += &format!(
                "[[assistant]]\nid = \"a{n}\"\ntimezone = \"{}\"\nhours = {}\nemail = \"a{n}@x.org\"\n\
                 feeds = [\"a{n}.ics\"]\n{skills}",
                ZONES[*zone],
                quoted(hours),
            );
        }
        for (n, (zone, hours, retained, monthly)) in clients.iter().enumerate() {
            let per = if *monthly { "month" } else { "week" };
            let retainer = format!("retainer = {{ min = \"3h\", max = \"7h\", per = \"{per}\" }}\nresponse = \"9 working hours\"\n");
            text += &format!(
                "[[client]]\nid = \"c{n}\"\ntimezone = \"{}\"\nhours = {}\nfeeds = [\"c{n}.ics\"]\n{}",
                ZONES[*zone],
                quoted(hours),
                if *retained { &retainer } else { "" },
            );
        }
        text
    })
}

fn time() -> impl Strategy<Value = String> {
    (1u32..28, 0u32..24, 0u32..60, 0usize..4).prop_map(|(day, hour, minute, form)| match form {
        0 => format!(";VALUE=DATE:202610{day:02}"),
        1 => format!(":202610{day:02}T{hour:02}{minute:02}00"),
        2 => format!(";TZID=America/New_York:202611{day:02}T{hour:02}{minute:02}00"),
        _ => format!(":202610{day:02}T{hour:02}{minute:02}00Z"),
    })
}

fn component() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        time().prop_map(|time| format!("DTSTART{time}")),
        time().prop_map(|time| format!("DUE{time}")),
        time().prop_map(|time| format!("DTEND{time}")),
        time().prop_map(|time| format!("X-PLOKK-DEADLINE{time}")),
        (0u32..12).prop_map(|n| format!("PRIORITY:{n}")),
        (0u32..120).prop_map(|n| format!("PERCENT-COMPLETE:{n}")),
        (0u32..900).prop_map(|n| format!("ESTIMATED-DURATION:PT{n}M")),
        (0u32..900).prop_map(|n| format!("DURATION:PT{n}M")),
        (0u32..300).prop_map(|n| format!("X-PLOKK-MIN-CHUNK:PT{n}M")),
        (0u32..300).prop_map(|n| format!("X-PLOKK-MAX-CHUNK:PT{n}M")),
        (0u32..9, 0i32..4).prop_map(|(n, gap)| format!("RELATED-TO;RELTYPE=FINISHTOSTART;GAP=P{gap}D:u{n}")),
        (0u32..9).prop_map(|n| format!("X-PLOKK-TASK:u{n}")),
        (0u32..4).prop_map(|n| format!("X-PLOKK-ASSISTANT:a{n}")),
        (0u32..4).prop_map(|n| format!("ATTENDEE:mailto:a{n}@x.org")),
        prop::sample::select(vec![
            "CATEGORIES:social",
            "CATEGORIES:books",
            "X-PLOKK-LIVE:1",
            "STATUS:COMPLETED"
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec!["RRULE:FREQ=DAILY;COUNT=9", "RRULE:FREQ=WEEKLY", "GIBBERISH", "SUMMARY:x"])
            .prop_map(str::to_owned),
    ];
    let extreme = prop::sample::select(vec![
        "DTSTART:00010101T000000Z",
        "DTSTART;VALUE=DATE:99991231",
        "DUE:99991231T235959Z",
        "DUE;VALUE=DATE:00010101",
        "CREATED:99991231T235959Z",
        "X-PLOKK-DEADLINE:99991231",
        "X-PLOKK-DEADLINE:00010101T000000Z",
        "ESTIMATED-DURATION:P99999999W",
        "X-PLOKK-MIN-CHUNK:P99999999W",
        "X-PLOKK-MAX-CHUNK:P99999999W",
        "RELATED-TO;RELTYPE=FINISHTOSTART;GAP=P99999999W:u1",
        "RELATED-TO;RELTYPE=DEPENDS-ON:u2",
    ]);
    let line = prop_oneof![9 => line, 1 => extreme.prop_map(str::to_owned)];
    (any::<bool>(), 0u32..9, prop::collection::vec(line, 0..7)).prop_map(|(work, uid, lines)| {
        let lines = format!("UID:u{uid}\n{}", lines.join("\n"));
        if work { todo(&lines) } else { event(&lines) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_desk_poses_a_valid_problem(
        text in settings(),
        feeds in prop::collection::vec(prop::collection::vec(component(), 0..8), 7),
        minute in 0i64..(40 * 24 * 60),
    ) {
        let settings = Settings::read(&text, "plokk.toml");
        let settings = settings.map_err(|faults| TestCaseError::fail(format!("{text}\n{faults:?}")))?;
        let names: Vec<String> = settings.feeds().iter().map(|name| (*name).to_owned()).collect();
        let texts: Vec<_> = names
            .iter()
            .zip(&feeds)
            .map(|(name, components)| {
                let components: Vec<&str> = components.iter().map(String::as_str).collect();
                feed(name, &calendar(&components))
            })
            .collect();
        let now = utc("2026-09-25T00:00:00Z") + chrono::TimeDelta::minutes(minute);
        let assemble = || Desk::assemble(settings.clone(), texts.as_slice(), now).expect("every feed is readable");
        let desk = assemble();
        let posed = pose(&desk, None);
        prop_assert!(posed.problem.faults().is_empty(), "{:?}", posed.problem.faults());
        for task in &posed.problem.tasks {
            let fewest = (task.size.0 + task.max_chunk.0 - 1) / task.max_chunk.0;
            prop_assert!(fewest * task.min_chunk.0 <= task.size.0, "{} cannot be cut", task.id);
            prop_assert!((0..=posed.problem.horizon.0).contains(&task.release.0));
            prop_assert!((0..=posed.problem.horizon.0).contains(&task.due.0));
        }
        for (worker, time) in posed.problem.workers.iter().zip(&desk.assistants) {
            for window in &worker.windows {
                let span = posed.axis.window(*window);
                prop_assert!(span.from >= now);
                prop_assert!(time.working.iter().any(|w| w.from <= span.from && span.to <= w.to));
                let pad = desk.settings.buffers.meeting;
                let clear = |taken: plokk_engine::Window| taken.to + pad <= span.from || span.to <= taken.from - pad;
                prop_assert!(time.busy.iter().all(|busy| clear(busy.time)));
                let mut own = desk.pinned.iter().filter(|p| desk.settings.assistants[p.assistant].id == worker.id);
                prop_assert!(own.all(|block| clear(block.time)));
            }
        }
        prop_assert_eq!(posed.problem, pose(&assemble(), None).problem);
    }
}
