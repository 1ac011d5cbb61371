//! `plokk what-if`, driven from outside.

mod cli_support;

use cli_support::{Desk, NOW, Run};

fn ask(desk: &Desk, args: &[&str]) -> Run {
    desk.run("what-if", &[&["--now", NOW], args].concat())
}

#[test]
fn a_client_in_a_few_words_is_answered_and_nothing_is_written() {
    let desk = Desk::init();
    let before = desk.published();
    let run =
        ask(&desk, &["--add-client", "sydney:10h/week", "--from", "2026-11-02", "--runs", "40"]).expect(0);
    assert!(run.out.contains("sydney") && run.out.contains("fits from 2026-11-02"), "{}", run.out);
    assert!(run.err.contains("Australia/Sydney (as its name says)"), "{}", run.err);
    assert_eq!(desk.published(), before);
    assert!(!desk.path().join(".plokk/last.json").exists());
    // Asked again, it says the same.
    let again =
        ask(&desk, &["--add-client", "sydney:10h/week", "--from", "2026-11-02", "--runs", "40"]).expect(0);
    assert_eq!(again.out, run.out);
}

#[test]
fn scenarios_of_the_desk_are_compared() {
    let desk = Desk::init();
    desk.write(
        "scenarios.toml",
        "[[scenario]]\nname = 'more'\ndemand = [{ factor = 2 }]\n[[scenario]]\nname = 'also away'\ncombine = ['more']\n\
         away = [{ from = 2026-11-02, until = 2026-11-08 }]\n",
    );
    let run = ask(&desk, &["--runs", "0", "--csv"]).expect(0);
    let names: Vec<&str> = run.out.lines().map(|line| line.split(',').next().unwrap_or_default()).collect();
    assert_eq!(names, ["scenario", "today", "more", "also away"]);
    let json = ask(&desk, &["--runs", "0", "--json", "--prices", "--sell", "--way-out", "--hire"]).expect(0);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("it is JSON");
    assert_eq!(json["scenarios"][2]["figures"]["scenario"], "also away");
    assert!(json["scenarios"][0]["hire"]["steps"].is_array());
}

#[test]
fn every_slip_is_told_at_once_with_its_place() {
    let desk = Desk::init();
    desk.write(
        "scenarios.toml",
        "[[scenario]]\nname = 'a'\nawey = []\ndrop_client = [{ client = 'harbor' }]\ndemand = [{ factor = 'x' }]\n\
         away = [{ who = 'me', from = 2026-11-08, until = 2026-11-02 }]\n",
    );
    let run = ask(&desk, &[]).expect(2);
    for part in [
        "scenarios.toml:3: scenario.awey: unknown key; did you mean \"away\"?",
        "did you mean \"harbour\"?",
        ":5:",
        ":6:",
    ] {
        assert!(run.err.contains(part), "{part}: {}", run.err);
    }
    let run = ask(&desk, &["--add-client", "sydney", "--drop-client", "nobody", "--demand", "social:lots"])
        .expect(2);
    for flag in ["--add-client", "--drop-client", "--demand"] {
        assert!(run.err.contains(flag), "{}", run.err);
    }
}

#[test]
fn flags_that_would_say_nothing_are_told() {
    let desk = Desk::init();
    let wrong: [(&[&str], &str); 8] = [
        (&["--demand", "socail:1.2"], "--demand: unknown category \"socail\"; did you mean \"social\"?"),
        (&["--estimates", "0"], "--estimates: \"0\" is no factor from 0.01 to 100"),
        (&["--hire", "socail"], "--hire: unknown category \"socail\"; did you mean \"social\"?"),
        (&["--from", "2026-11-02"], "no change is asked for"),
        (&["--demand", "1.2", "--from", "2026-11-02", "--until", "2026-11-01"], "--until: is before --from"),
        (&["--sick-days", "-3"], "no number from 0 to 365"),
        (&["--within", "80"], "no number from 0 to 50"),
        (&["--due", "no such task=2026-11-20"], "no task of the next months is called \"no such task\""),
    ];
    for (flags, said) in wrong {
        let run = ask(&desk, &[&["--runs", "0"], flags].concat()).expect(2);
        assert!(run.err.contains(said), "{flags:?}: {}", run.err);
    }
}

#[test]
fn a_sweep_goes_on_where_it_was_stopped_and_parts_make_the_whole() {
    let desk = Desk::init();
    desk.write(
        "sweep.toml",
        "[[sweep]]\ndemand = { factor = [0.5, 1, 2] }\nestimates = { factor = [1, 1.2] }\n",
    );
    let file = |name: &str| desk.path().join(name).display().to_string();
    let sweep = file("sweep.toml");
    let run = |output: &str, more: &[&str]| {
        let output = file(output);
        ask(&desk, &[&["--runs", "30", "--sweep", &sweep, "-o", &output], more].concat()).expect(0)
    };
    run("whole.csv", &[]);
    let whole = desk.read("whole.csv");
    assert_eq!(whole.lines().count(), 7);
    // Stopped in the middle of a line.
    desk.write("stopped.csv", &whole[..whole.len() / 2]);
    let resumed = run("stopped.csv", &[]);
    assert!(resumed.err.contains("were there"), "{}", resumed.err);
    assert_eq!(desk.read("stopped.csv"), whole);
    run("parts.csv", &["--part", "2/2"]);
    run("parts.csv", &["--part", "1/2"]);
    let sorted = |text: String| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(desk.read("parts.csv")), sorted(whole.clone()));
    // Answers to another question do not go into the same file.
    for other in [["--runs", "20"], ["--months", "2"], ["--seed", "2"], ["--sick-days", "0"]] {
        let output = file("whole.csv");
        let runs: &[&str] = if other[0] == "--runs" { &[] } else { &["--runs", "30"] };
        let refused = ask(&desk, &[runs, &["--sweep", &sweep, "-o", &output], &other].concat()).expect(2);
        assert!(refused.err.contains("holds answers to another question"), "{other:?}: {}", refused.err);
        assert_eq!(desk.read("whole.csv"), whole, "{other:?}");
    }
}

#[test]
fn the_page_is_written_whole() {
    let desk = Desk::init();
    let page = desk.path().join("what-if.html").display().to_string();
    let run = ask(&desk, &["--runs", "30", "--html", &page, "--demand", "1.5", "--blocks"]).expect(0);
    assert_eq!(run.out.matches("in blocks, until 2026-").count(), 2, "{}", run.out);
    let html = desk.read("what-if.html");
    assert_eq!(html.matches("<h3>In blocks, until 2026-").count(), 2);
    assert!(html.contains("Load against capacity") && html.ends_with("</html>\n"));
}
