//! `plokk solve` on a folder of problems, its trace, its summary, and Ctrl-C.

mod cli_support;

use cli_support::{command, plokk};
use plokk_solver::{Problem, Solution, verify};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// A fortnight of one person with more work than fits well: `seed` makes them differ.
fn problem(tasks: usize, seed: usize) -> Problem {
    let windows: Vec<Value> = (0..14)
        .filter(|day| day % 7 < 5)
        .flat_map(|day| {
            [json!([day * 288 + 108, day * 288 + 156]), json!([day * 288 + 168, day * 288 + 216])]
        })
        .collect();
    let work: Vec<Value> = (0..tasks)
        .map(|k| {
            let mix = (k * 7919 + seed * 104_729 + k * k * 31) % 1009;
            json!({
                "id": format!("t{k}"), "client": format!("c{}", mix % 6), "batch": format!("b{}", mix % 4),
                "size": 6 + mix % 40, "min_chunk": 6, "max_chunk": 24, "release": (mix % 5) * 288,
                "due": (2 + mix % 9) * 288, "weight": 1 + mix % 4,
                "after": if mix.is_multiple_of(5) && k > 0 { json!([{"task": format!("t{}", k - 1), "lag": 12}]) } else { json!([]) },
            })
        })
        .collect();
    serde_json::from_value(json!({
        "format": "plokk-problem/1", "slot_minutes": 5, "horizon": 14 * 288,
        "buffers": {"same_batch": 1, "same_client": 2, "other_client": 3},
        "weights": {"unscheduled": 40, "late": 10, "late_day": 4, "block": 2, "client_switch": 1,
                    "chunk": 1, "soon": 0.05, "prefer": 1, "move": 2, "quota": 10},
        "workers": [{"id": "mari", "rate": 0, "windows": windows}],
        "tasks": work,
    }))
    .expect("the problem is well formed")
}

/// A folder with some problems in `in`, gone with it.
struct Fleet(tempfile::TempDir);

impl Fleet {
    fn of(problems: usize, tasks: usize) -> Fleet {
        let fleet = Fleet(tempfile::tempdir().expect("a temporary folder can be made"));
        fs::create_dir(fleet.path("in")).expect("the folder is writable");
        for k in 0..problems {
            fleet.put(
                &format!("in/p{k}.json"),
                &serde_json::to_string(&problem(tasks, k)).expect("plain data"),
            );
        }
        fleet
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn arg(&self, name: &str) -> String {
        self.path(name).to_str().expect("UTF-8").to_owned()
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("the folder is writable");
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The solution, which breaks no rule and costs what it says.
    fn solution(&self, problem: &str, solution: &str) -> Solution {
        let problem: Problem = read(&self.path(problem));
        let solution: Solution = read(&self.path(solution));
        assert_eq!(verify(&problem, &solution).violations, []);
        solution
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a trace.
fn trace(path: &Path) -> Vec<(f64, Option<f64>, Option<f64>)> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .map(|line| {
            let seconds = line["seconds"].as_f64().expect("every line says when");
            (seconds, line["cost"].as_f64(), line["bound"].as_f64())
        })
        .collect()
}

#[test]
fn a_folder_is_solved_into_a_folder_each_as_it_would_be_alone() {
    let fleet = Fleet::of(3, 12);
    fleet.put("in/notes.txt", "not a problem");
    fleet.put("in/.hidden.json", "not a problem");
    let (from, into) = (fleet.arg("in"), fleet.arg("out/deep"));
    let run = plokk(&["solve", &from, "-o", &into, "--effort", "0.01"]).expect(0);
    assert_eq!(run.out, "");
    assert!(run.err.contains("3 of 3 problems solved in"), "{}", run.err);
    assert_eq!(fleet.names("out/deep"), ["p0.json", "p1.json", "p2.json"]);
    for k in 0..3 {
        fleet.solution(&format!("in/p{k}.json"), &format!("out/deep/p{k}.json"));
        let alone = plokk(&["solve", &fleet.arg(&format!("in/p{k}.json")), "--effort", "0.01"]).expect(0);
        let together =
            fs::read_to_string(fleet.path(&format!("out/deep/p{k}.json"))).expect("it was written");
        assert_eq!(alone.out, together, "p{k} has another answer in a fleet");
    }
}

#[test]
fn a_bad_file_spoils_only_itself() {
    let fleet = Fleet::of(2, 8);
    fleet.put("in/a-broken.json", "{\"format\": ");
    let mut twice = problem(4, 9);
    twice.tasks[1].id = twice.tasks[0].id.clone();
    fleet.put("in/z-faulty.json", &serde_json::to_string(&twice).expect("plain data"));
    fs::create_dir(fleet.path("out")).expect("the folder is writable");
    fleet.put("out/a-broken.json", "yesterday's");
    let (from, into) = (fleet.arg("in"), fleet.arg("out"));
    let run = plokk(&["solve", &from, "-o", &into, "--effort", "0.01", "--json"]).expect(2);
    assert!(run.err.contains("a-broken.json:1:11: EOF"), "{}", run.err);
    assert!(run.err.contains("z-faulty.json: tasks[1]"), "{}", run.err);
    assert!(run.err.contains("2 of 4 problems solved") && run.err.contains("2 failed"), "{}", run.err);
    assert_eq!(fleet.names("out"), ["a-broken.json", "p0.json", "p1.json"]);
    let old = fs::read_to_string(fleet.path("out/a-broken.json")).expect("it is there");
    assert_eq!(old, "yesterday's", "what was there before is not touched");

    let report: Value = serde_json::from_str(&run.out).expect("--json prints JSON");
    assert_eq!(
        (&report["solved"], &report["failed"], &report["not_begun"]),
        (&json!(2), &json!(2), &json!(0))
    );
    let (first, fault) = (&report["problems"][0], &report["faults"][1]);
    let answer = fleet.solution("in/p0.json", "out/p0.json");
    assert_eq!(first["cost"].as_f64(), Some(answer.cost.0));
    assert_eq!(first["bound"].as_f64(), answer.bound.map(|bound| bound.0));
    assert!(first["problem"].as_str().is_some_and(|name| name.ends_with("p0.json")));
    assert!(fault["problem"].as_str().is_some_and(|name| name.ends_with("z-faulty.json")));
}

#[test]
fn a_fleet_that_cannot_be_is_refused_at_the_door() {
    let fleet = Fleet::of(1, 4);
    fs::create_dir(fleet.path("empty")).expect("the folder is writable");
    let (from, empty) = (fleet.arg("in"), fleet.arg("empty"));
    for (args, words) in [
        (&["solve", &from][..], "-o says which folder"),
        (&["solve", &from, "-o", &from], "name another folder"),
        (&["solve", &empty, "-o", &from], "holds no problem"),
        (&["solve", &from, "--json"], "--output"),
    ] {
        let run = plokk(args).expect(2);
        assert!(run.err.contains(words), "{args:?}: {}", run.err);
    }
    assert_eq!(fleet.names("in"), ["p0.json"]);
}

#[test]
fn the_trace_says_when_the_plan_and_the_bound_got_better() {
    let fleet = Fleet::of(2, 20);
    let (one, into) = (fleet.arg("in/p0.json"), fleet.arg("one.json"));
    let run = plokk(&[
        "solve",
        &one,
        "-o",
        &into,
        "--trace",
        &fleet.arg("one.jsonl"),
        "--effort",
        "0.05",
        "--json",
    ]);
    let run = run.expect(0);
    let answer = fleet.solution("in/p0.json", "one.json");
    let lines = trace(&fleet.path("one.jsonl"));
    for pair in lines.windows(2) {
        let ((before, cost, bound), (after, cheaper, higher)) = (pair[0], pair[1]);
        assert!(before <= after, "time goes on");
        // The last line is the answer's own cost, summed up anew: it may differ from the search's in rounding alone.
        let rounding = after == lines[lines.len() - 1].0
            && cheaper.zip(cost).is_some_and(|(a, b)| (a - b).abs() < 1e-9 * b.abs());
        assert!(cheaper < cost || higher > bound || rounding, "a line says something new: {pair:?}");
    }
    let (_, cost, bound) = *lines.last().expect("there are lines");
    assert_eq!(
        (cost, bound),
        (Some(answer.cost.0), answer.bound.map(|b| b.0)),
        "the last line is the answer's"
    );
    let summary: Value = serde_json::from_str(&run.out).expect("--json prints JSON");
    assert_eq!(summary["cost"].as_f64(), cost);
    let status = summary["status"].as_str().expect("there is a status");
    assert!(run.err.starts_with(status) && run.err.contains("bound"), "{}", run.err);

    let (from, out) = (fleet.arg("in"), fleet.arg("out"));
    plokk(&["solve", &from, "-o", &out, "--trace", &fleet.arg("traces"), "--effort", "0.01"]).expect(0);
    assert_eq!(fleet.names("traces"), ["p0.jsonl", "p1.jsonl"]);
    let cost = trace(&fleet.path("traces/p1.jsonl")).last().and_then(|line| line.1);
    assert_eq!(cost, Some(fleet.solution("in/p1.json", "out/p1.json").cost.0));
}

#[test]
fn the_clock_ends_each_problem_of_a_fleet_for_itself() {
    let fleet = Fleet::of(3, 60);
    let (from, out) = (fleet.arg("in"), fleet.arg("out"));
    let run = plokk(&["solve", &from, "-o", &out, "--time-limit", "0.3", "--json"]).expect(0);
    let report: Value = serde_json::from_str(&run.out).expect("--json prints JSON");
    for (k, answer) in report["problems"].as_array().expect("a list").iter().enumerate() {
        assert_eq!(answer["status"], "stopped");
        fleet.solution(&format!("in/p{k}.json"), &format!("out/p{k}.json"));
    }
}

/// Starts the command, waits until `sign` is there, and presses Ctrl-C.
#[cfg(unix)]
fn interrupted(args: &[&str], sign: impl Fn() -> bool) -> (Option<i32>, String) {
    use std::process::{Command, Stdio};
    let mut child = command().args(args).stderr(Stdio::piped()).spawn().expect("the command is built");
    while !sign() {
        assert!(child.try_wait().expect("it can be asked").is_none(), "it ended before it was interrupted");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("there is a kill").success());
    let output = child.wait_with_output().expect("the command ends");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Ctrl-C ends the search, not the run: the best plan so far is written, verified.
#[cfg(unix)]
#[test]
fn an_interrupted_search_hands_out_what_it_has() {
    let fleet = Fleet::of(1, 60);
    let (problem, solution, lines) =
        (fleet.arg("in/p0.json"), fleet.arg("solution.json"), fleet.path("t.jsonl"));
    let follow = lines.to_str().expect("UTF-8").to_owned();
    let args = ["solve", &problem, "-o", &solution, "--trace", &follow, "--effort", "1000"];
    let (status, err) = interrupted(&args, || trace(&lines).iter().any(|line| line.1.is_some()));
    assert_eq!(status, Some(0), "{err}");
    assert!(err.starts_with("stopped"), "{err}");
    let answer = fleet.solution("in/p0.json", "solution.json");
    let best = trace(&lines).last().and_then(|line| line.1);
    assert_eq!(Some(answer.cost.0), best);
}

/// What of a fleet was begun is handed out as it is, what was not is left.
#[cfg(unix)]
#[test]
fn an_interrupted_fleet_writes_what_it_has_begun() {
    let fleet = Fleet::of(40, 60);
    let (from, out, lines) = (fleet.arg("in"), fleet.arg("out"), fleet.path("traces"));
    let follow = lines.to_str().expect("UTF-8").to_owned();
    let args = ["solve", &from, "-o", &out, "--trace", &follow, "--effort", "1000"];
    let begun = || fs::read_dir(&lines).is_ok_and(|mut entries| entries.next().is_some());
    let (status, err) = interrupted(&args, begun);
    assert_eq!(status, Some(130), "{err}");
    assert!(err.contains("of 40 problems solved") && err.contains("not begun"), "{err}");
    let solved = fleet.names("out");
    assert!(!solved.is_empty() && solved.len() < 40, "{solved:?}");
    for name in solved {
        fleet.solution(&format!("in/{name}"), &format!("out/{name}"));
    }
}
