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

/// Work that is eligible at once only late, but in two chunks early: the bound took it for late.
#[test]
fn a_bound_allows_for_several_chunks_in_touching_eligible_intervals() {
    let problem = json!({
        "format": "plokk-problem/1", "slot_minutes": 60, "horizon": 48,
        "buffers": {"same_batch": 0, "same_client": 1, "other_client": 2},
        "weights": {"unscheduled": 40, "late": 10, "late_day": 4, "block": 2, "client_switch": 1,
                    "chunk": 1, "soon": 0.05, "prefer": 1, "move": 2, "quota": 10},
        "workers": [{"id": "mari", "rate": 0, "windows": [[10, 30]]}],
        "tasks": [{"id": "calls", "client": "acme", "batch": "calls", "size": 6, "min_chunk": 3, "max_chunk": 6,
                   "release": 0, "due": 16, "weight": 1, "eligible": [[10, 13], [13, 16], [20, 26]]}],
    });
    let problem: Problem = serde_json::from_value(problem).expect("it is a problem");
    let solution = solve(&problem, &Options::default(), &Silent).expect("solvable").solution;
    // A block, a cut, and hours waited for; nothing is late.
    let best = 2.0 + 1.0 + 0.05 * (3.0 * 10.0 + 3.0 * 13.0) / 24.0;
    assert!((solution.cost.0 - best).abs() < 1e-9, "{solution:?}");
    assert!(solution.bound.is_some_and(|bound| bound.0 <= best + 1e-6), "{solution:?}");
}
