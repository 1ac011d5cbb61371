//! What once broke, each named for it.

use plokk_solver::{Options, Problem, Silent, solve, verify};
use serde_json::json;

/// Two linked tasks and a third in one window: timed at once, both moved, and met in the middle.
#[test]
fn linked_tasks_in_one_window_keep_their_lag() {
    for lag in 0..16 {
        for report in [6, 9, 12] {
            let task = |id: &str, client: &str, size: i32, due: i32, after: serde_json::Value| {
                json!({"id": id, "client": client, "batch": "email", "size": size, "min_chunk": size,
                       "max_chunk": size, "release": 0, "due": due, "weight": 1, "after": after})
            };
            let problem = json!({
                "format": "plokk-problem/1", "slot_minutes": 5, "horizon": 288,
                "buffers": {"same_batch": 1, "same_client": 2, "other_client": 3},
                "weights": {"unscheduled": 40, "late": 10, "late_day": 4, "block": 2, "client_switch": 1,
                            "chunk": 1, "soon": 0.05, "prefer": 1, "move": 2, "quota": 10},
                "workers": [{"id": "mari", "rate": 0, "windows": [[108, 156]]}],
                "tasks": [
                    task("calls", "acme", 12, 144, json!([{"task": "call list", "lag": lag}])),
                    task("call list", "acme", 6, 144, json!([])),
                    task("report", "bloom", report, 120, json!([])),
                ],
            });
            let problem: Problem = serde_json::from_value(problem).expect("it is a problem");
            let outcome = solve(&problem, &Options { effort: 0.05, ..Options::default() }, &Silent);
            let solution = outcome.expect("the answer passes the verifier").solution;
            let verdict = verify(&problem, &solution);
            // The report, the list, the wait and the calls fit before noon if they are no longer than this.
            let fits = report + lag <= 15;
            assert_eq!(verdict.parts.late == 0.0, fits, "lag {lag}, report {report}: {:?}", verdict.parts);
        }
    }
}
