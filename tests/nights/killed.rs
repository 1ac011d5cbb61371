//! Runs that are killed: at any moment, published calendars are whole, and the next run works.

use crate::support::{Desk, MONDAY, command};
use oorandom::Rand32;
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn killed_at_any_moment_the_calendars_are_whole_and_the_next_run_works() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let other = |turn: u32| {
        // Each turn there is something else to publish.
        let hour = 6 + turn % 8;
        crate::support::calendar(&crate::support::event(
            "moving",
            &format!("20261020T{hour:02}0000Z"),
            &format!("20261020T{:02}3000Z", hour),
        ))
    };
    // How long a run takes, so that kills fall everywhere in it.
    desk.write("feeds/mari.ics", &other(99));
    let began = Instant::now();
    desk.night(MONDAY, &[]).expect(0);
    let whole = began.elapsed().as_micros().max(1000);
    let mut random = Rand32::new(5);
    let mut killed = 0;
    for turn in 0..30 {
        desk.write("feeds/mari.ics", &other(turn));
        let mut run = command()
            .args(["nightly", "--desk", desk.text(), "--now", MONDAY, "--effort", "0.02"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command is built");
        let pause = u128::from(random.rand_u32()) * whole * 11 / 10 / u128::from(u32::MAX);
        std::thread::sleep(Duration::from_micros(u64::try_from(pause).expect("a short time")));
        // It may have ended by itself.
        killed += u32::from(run.try_wait().expect("it was started").is_none());
        let _ = run.kill();
        run.wait().expect("it is gone");
        for (path, bytes) in desk.published() {
            let text = String::from_utf8(bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("ics") => {
                    assert!(text.starts_with("BEGIN:VCALENDAR\r\n"), "{}", path.display());
                    assert!(text.ends_with("END:VCALENDAR\r\n"), "{}", path.display());
                }
                Some("json") => drop(serde_json::from_str::<serde_json::Value>(&text).expect("it is whole")),
                Some("md") => assert!(text.starts_with("# Changes"), "{text}"),
                // What is beside its place is no calendar yet, and no subscriber takes it for one.
                Some("part") => {}
                _ => panic!("{} is none of ours", path.display()),
            }
        }
        if turn % 5 == 4 {
            desk.night(MONDAY, &[]).expect(0);
            let parts =
                desk.published().keys().filter(|path| path.to_string_lossy().ends_with(".part")).count();
            assert_eq!(parts, 0, "nothing is left beside its place");
            let again = desk.night(MONDAY, &[]).expect(0);
            assert_eq!(again.out, "Nothing has changed\n", "the plan and the calendars agree");
        }
    }
    assert!(killed > 10, "only {killed} of 30 runs were killed in the middle");
}

#[test]
fn a_run_killed_while_it_publishes_is_brought_to_its_end() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let before = desk.published();
    desk.meet_at("post");
    desk.night(MONDAY, &[]).expect(0);
    let after = desk.published();
    // As if it had been killed after the first renames: the rest still lies beside its place.
    let mut journal = Vec::new();
    for (path, bytes) in &after {
        if before.get(path) != Some(bytes) {
            let name = path.file_name().expect("it has a name").to_string_lossy();
            let part = path.with_file_name(format!(".{name}.part"));
            std::fs::write(&part, bytes).expect("writable");
            std::fs::write(path, before.get(path).map_or(&b""[..], |old| old)).expect("writable");
            journal.push((part, path.clone()));
        }
    }
    assert!(journal.len() > 2);
    let text = serde_json::to_string(&journal).expect("the paths are UTF-8");
    desk.write(".plokk/publishing.json", &text);
    let run = desk.night(MONDAY, &[]).expect(0);
    assert!(run.err.contains("killed while it published"), "{}", run.err);
    assert_eq!(desk.published(), after);
}
