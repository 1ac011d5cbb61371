//! `plokk.toml` at the door: what is taken, and every fault of what is not.

use chrono::TimeDelta;
use plokk_engine::Settings;
use plokk_engine::settings::{DayInterval, Fee, Period, WorkingDuration};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/settings")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every fault of a file, one a line.
fn faults(name: &str, desk: Option<&Path>) -> String {
    let read = match desk {
        Some(desk) => Settings::read_in(&text(name), name, desk),
        None => Settings::read(&text(name), name),
    };
    let faults = read.err().unwrap_or_default();
    faults.iter().map(|fault| format!("{fault}\n")).collect()
}

#[test]
fn every_faulty_file_is_reported_as_kept() {
    let mut seen = 0;
    let mut entries: Vec<_> = std::fs::read_dir(folder()).expect("the goldens").flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::path);
    for path in
        entries.iter().map(std::fs::DirEntry::path).filter(|p| p.extension().is_some_and(|e| e == "faults"))
    {
        let golden = std::fs::read_to_string(&path).expect("readable");
        let name = path.with_extension("toml");
        let name = name.file_name().and_then(|name| name.to_str()).expect("a plain name");
        let found = faults(name, None);
        assert_eq!(found, golden, "the faults of {name} are now:\n{found}");
        seen += 1;
    }
    assert!(seen >= 7, "only {seen} goldens were found");
}

#[test]
fn the_design_s_own_example_is_taken_as_it_means() {
    let settings = Settings::read(&text("design.toml"), "plokk.toml").expect("nothing is wrong with it");
    let planning = &settings.planning;
    assert_eq!((planning.horizon, planning.slot, planning.reserve), (TimeDelta::weeks(4), 5, 0.1));
    assert_eq!((planning.freeze, planning.output.as_str()), (TimeDelta::hours(36), "calendars"));
    assert_eq!(settings.buffers.other_client, TimeDelta::minutes(15));
    let mari = &settings.assistants[0];
    assert_eq!((mari.name.as_str(), mari.email.as_deref()), ("Mari Tamm", Some("mari@example.org")));
    let day = [DayInterval { from: 540, to: 780 }, DayInterval { from: 840, to: 1080 }];
    assert_eq!(mari.hours.days[4], day);
    assert!(mari.hours.days[5].is_empty());
    assert_eq!(mari.skills, Some(vec!["social".to_owned(), "books".to_owned()]));
    let acme = &settings.clients[0];
    let retainer = acme.retainer.as_ref().expect("it has one");
    assert_eq!((retainer.min, retainer.max), (Some(TimeDelta::hours(4)), Some(TimeDelta::hours(8))));
    assert_eq!(retainer.per, Period::Week);
    assert_eq!(acme.response, Some(WorkingDuration::Working(TimeDelta::hours(24))));
    assert_eq!(acme.fee, Some(Fee { amount: 35.0, currency: "EUR".to_owned() }));
    assert_eq!(settings.categories[0].estimate, TimeDelta::minutes(45));
    assert_eq!(settings.weights.points, plokk_solver::Weights::default());
    let feeds = ["feeds/mari.ics", "https://calendar.example/mari/basic.ics", "feeds/acme.ics"];
    assert_eq!(settings.feeds(), feeds);
}

#[test]
fn everything_but_id_zone_and_a_feed_has_a_default() {
    let least = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
    let settings = Settings::read(least, "plokk.toml").expect("nothing is wrong with it");
    assert_eq!(settings.planning, Settings::read(&text("design.toml"), "").expect("right").planning);
    assert_eq!(settings.assistants[0].hours.days[0], [DayInterval { from: 540, to: 1020 }]);
    assert!(settings.clients.is_empty() && settings.categories.is_empty());
}

#[test]
fn feeds_that_do_not_exist_are_named_with_what_is_there() {
    let desk = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(desk.path().join("feeds")).expect("a folder");
    std::fs::write(desk.path().join("feeds/mary.ics"), "").expect("a file");
    let found = faults("design.toml", Some(desk.path()));
    let expected = "\
        design.toml:20: assistant.feeds: \"feeds/mari.ics\" does not exist; did you mean \"feeds/mary.ics\"?\n\
        design.toml:29: client.feeds: \"feeds/acme.ics\" does not exist\n";
    assert_eq!(found, expected);
    std::fs::rename(desk.path().join("feeds/mary.ics"), desk.path().join("feeds/mari.ics")).expect("renamed");
    std::fs::write(desk.path().join("feeds/acme.ics"), "").expect("a file");
    assert_eq!(faults("design.toml", Some(desk.path())), "");
}

#[test]
fn missing_feeds_are_reported_together_with_everything_else() {
    let text = text("design.toml").replace("Europe/Tallinn", "Europe/Talinn");
    let desk = tempfile::tempdir().expect("a folder");
    let faults = Settings::read_in(&text, "plokk.toml", desk.path()).expect_err("three faults");
    let keys: Vec<_> = faults.iter().map(|fault| (fault.line, fault.key.as_str())).collect();
    assert_eq!(keys, [(18, "assistant.timezone"), (20, "assistant.feeds"), (29, "client.feeds")]);
    assert_eq!(faults[0].column, 12);
}

#[test]
fn line_ends_marks_and_dotted_keys_change_nothing() {
    let text = text("design.toml");
    let plain = Settings::read(&text, "plokk.toml").expect("right");
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(Settings::read(&windows, "plokk.toml"), Ok(plain.clone()));
    let dotted = text
        .replace(
            "retainer = { min = \"4h\", max = \"8h\", per = \"week\" }",
            "retainer.min = \"4h\"\nretainer.max = '8 hours'\nretainer.per = \"week\"",
        )
        .replace("hours = { mon-fri = [\"09:00-17:00\"] }", "hours.mon-fri = \"09:00-17:00\"");
    assert_eq!(Settings::read(&dotted, "plokk.toml"), Ok(plain));
    let slip = windows.replace("Europe/Tallinn", "Europe/Talinn");
    let faults = Settings::read(&slip, "plokk.toml").expect_err("a slip");
    assert_eq!((faults[0].line, faults[0].column), (18, 12));
    let dotted = dotted.replace("retainer.max = '8 hours'", "retainer.max = '8 ours'");
    let faults = Settings::read(&dotted, "plokk.toml").expect_err("a slip");
    assert_eq!(
        faults[0].to_string(),
        "plokk.toml:32: client.retainer.max: malformed duration \"8 ours\"; did you mean \"8 hours\"?"
    );
}

#[test]
fn the_reference_shows_every_key_at_its_default() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/settings.md");
    let page = std::fs::read_to_string(path).expect("the reference");
    let block =
        page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("its example");
    let least = "[[assistant]]\nid = \"mari\"\ntimezone = \"Europe/Tallinn\"\nfeeds = [\"feeds/mari.ics\"]\n\
                 [[client]]\nid = \"acme\"\ntimezone = \"Australia/Sydney\"\n[[category]]\nname = \"social\"\n";
    let read = |text: &str| Settings::read(text, "settings.md").expect("nothing is wrong with it");
    assert_eq!(read(block), read(least));
    // What is commented out is right, too.
    let all: String =
        block.lines().map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(line))).collect();
    let all = all.replace("... and", "# ... and");
    assert!(read(&all).clients[0].retainer.is_some());
}

proptest! {
    /// Whatever is cut out of a file, doubled or written over, it is read or its faults are told, each
    /// with a place that exists.
    #[test]
    fn a_spoilt_file_is_told_its_faults(
        start in 0usize..2200,
        length in 0usize..60,
        patch in prop::sample::select(vec!["", "\"", "[", "õ", "\n", "= 7", "[[client]]\n", "\u{feff}", "'''", "{"]),
    ) {
        let text = text("every-kind-of-fault.toml");
        let mut spoilt: Vec<char> = text.chars().collect();
        let start = start.min(spoilt.len());
        let end = (start + length).min(spoilt.len());
        spoilt.splice(start..end, patch.chars());
        let spoilt: String = spoilt.into_iter().collect();
        let faults = Settings::read(&spoilt, "plokk.toml").expect_err("it was faulty before");
        let lines: Vec<&str> = spoilt.split('\n').collect();
        for fault in &faults {
            let line = lines.get(fault.line as usize - 1);
            prop_assert!(line.is_some_and(|line| fault.column as usize <= line.chars().count() + 1), "{fault}");
        }
        let sorted = faults.windows(2).all(|pair| pair[0].line <= pair[1].line);
        prop_assert!(sorted);
    }
}

#[test]
fn the_reference_of_what_has_no_default_is_right_too() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/settings.md");
    let page = std::fs::read_to_string(path).expect("the reference");
    let block =
        page.split("```toml\n").nth(2).and_then(|rest| rest.split("```").next()).expect("its example");
    let desk = "[[assistant]]\nid = \"mari\"\ntimezone = \"Europe/Tallinn\"\nfeeds = [\"feeds/mari.ics\"]\n";
    let all: String =
        block.lines().map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(line))).collect();
    for text in [block, &all] {
        let settings =
            Settings::read(&format!("{desk}{text}"), "settings.md").expect("nothing is wrong with it");
        assert_eq!(settings.publish.caldav[0].assistant, "mari");
        assert!(settings.notify.mail.is_some());
    }
}
