//! `plokk solve` and the command line itself, driven from outside.

mod cli_support;

use cli_support::{plokk, plokk_reading};
use plokk_solver::{Problem, Solution, verify};

const PROBLEM: &str = r#"{
  "format": "plokk-problem/1", "slot_minutes": 5, "horizon": 288,
  "buffers": {"same_batch": 1, "same_client": 2, "other_client": 3},
  "weights": {"unscheduled": 40, "late": 10, "late_day": 4, "block": 2, "client_switch": 1,
              "chunk": 1, "soon": 0.05, "prefer": 1, "move": 2, "quota": 10},
  "workers": [{"id": "mari", "rate": 0, "windows": [[108, 156], [170, 200]]}],
  "tasks": [{"id": "post", "client": "acme", "batch": "social", "size": 6, "min_chunk": 6,
             "max_chunk": 18, "release": 0, "due": 200, "deadline": null, "weight": 2,
             "workers": null, "eligible": null, "prefer": null, "after": [], "previous": []},
            {"id": "books", "client": "bolt", "batch": "books", "size": 12, "min_chunk": 6,
             "max_chunk": 18, "release": 0, "due": 200, "weight": 1,
             "after": [{"task": "post", "lag": 2}]}],
  "caps": [], "quotas": []
}"#;

fn checked(json: &str) -> Solution {
    let problem: Problem = serde_json::from_str(PROBLEM).expect("the problem is well formed");
    let solution: Solution = serde_json::from_str(json).expect("the solution is JSON");
    assert_eq!(verify(&problem, &solution).violations, []);
    assert_eq!(solution.chunks.len(), 2);
    solution
}

#[test]
fn a_problem_is_solved_from_file_to_file_or_through_pipes() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (problem, solution) = (folder.path().join("problem.json"), folder.path().join("solution.json"));
    std::fs::write(&problem, PROBLEM).expect("the folder is writable");
    let (problem, answer) = (problem.to_str().expect("UTF-8"), solution.to_str().expect("UTF-8"));
    let run = plokk(&["solve", problem, "-o", answer, "--effort", "0.01"]).expect(0);
    assert_eq!(run.out, "");
    let text = std::fs::read_to_string(&solution).expect("it was written");
    checked(&text);
    let piped = plokk_reading(&["solve", "-", "--effort", "0.01"], PROBLEM).expect(0);
    assert_eq!(piped.out, text, "the same problem has the same answer");
    assert_eq!(std::fs::read_dir(folder.path()).map(Iterator::count).ok(), Some(2), "nothing is left aside");
}

#[test]
fn the_clock_may_end_the_search() {
    let started = std::time::Instant::now();
    let run = plokk_reading(&["solve", "-", "--time-limit", "0.5"], PROBLEM).expect(0);
    checked(&run.out);
    assert!(started.elapsed().as_secs() < 30);
}

#[test]
fn faults_are_told_with_their_places() {
    let run = plokk_reading(&["solve", "-"], "{\n  \"format\": 1\n}").expect(2);
    assert!(run.err.contains("standard input:2:13: invalid type"), "{}", run.err);
    let twice =
        PROBLEM.replace("\"books\", \"client\"", "\"post\", \"client\"").replace("[108, 156]", "[156, 108]");
    let run = plokk_reading(&["solve", "-"], &twice).expect(2);
    assert!(run.err.contains("workers[0].windows[0]") && run.err.contains("tasks[1]"), "{}", run.err);
    let run = plokk(&["solve", "no-such-file.json"]).expect(2);
    assert!(run.err.contains("no-such-file.json: cannot read"), "{}", run.err);
}

#[test]
fn arguments_are_checked_at_the_door() {
    for args in [
        &["plan", "--now", "yesterday"][..],
        &["plan", "--effort", "0"],
        &["solve", "-", "--time-limit", "-1"],
        &["plann"],
        &["explain"],
    ] {
        let run = plokk(args).expect(2);
        assert!(run.out.is_empty() && run.err.contains("error:"), "{args:?}: {}", run.err);
    }
    assert!(plokk(&["--version"]).expect(0).out.starts_with("plokk "));
}

#[test]
fn shells_can_complete_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = plokk(&["completions", shell]).expect(0);
        for name in ["init", "check", "plan", "explain", "solve"] {
            assert!(run.out.contains(name), "{shell} knows no {name}");
        }
    }
}
