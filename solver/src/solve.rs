//! From a problem to a solution: compile, bound, round, improve, verify.

use crate::faults::ProblemFault;
use crate::model::Model;
use crate::options::{Observer, Options, Progress, Stage};
use crate::problem::Problem;
use crate::search::{Annealing, Neighbours, Plan, anneal};
use crate::solution::{Chunk, Solution, Status};
use crate::units::{Points, Slot};
use crate::verify::{Violation, verify};

/// An answer, and how it came to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The best solution found; it has passed the verifier.
    pub solution: Solution,
    /// Whether the clock or the observer ended the search before its work was done.
    pub stopped: bool,
}

impl Outcome {
    /// How the answer stands.
    #[must_use]
    pub fn status(&self) -> Status {
        self.solution.status(self.stopped)
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SolveError {
    /// The problem is not one: what is wrong, all of it.
    #[error("the planning problem has faults:{}", lines(.0))]
    Faults(Vec<ProblemFault>),
    /// The answer broke a rule, which is a fault of this crate; it is not handed out.
    #[error("the solution did not pass the verifier:{}", lines(.0))]
    Invalid(Vec<Violation>),
}

fn lines<T: std::fmt::Display>(list: &[T]) -> String {
    list.iter().map(|item| format!("\n  {item}")).collect()
}

/// Solves a problem: the best plan that the given effort finds, with a proven bound.
///
/// The same problem and options give the same answer, on any machine and any number of threads,
/// unless the observer stops the search.
///
/// # Errors
///
/// [`SolveError::Faults`] when the problem has faults.
///
/// ```
/// use plokk_solver::{Options, Problem, Silent, Slot, solve};
/// # let text = r#"{"format": "plokk-problem/1", "slot_minutes": 5, "horizon": 288,
/// #   "buffers": {"same_batch": 1, "same_client": 2, "other_client": 3},
/// #   "weights": {"unscheduled": 40, "late": 10, "late_day": 4, "block": 2, "client_switch": 1,
/// #               "chunk": 1, "soon": 0.05, "prefer": 1, "move": 2, "quota": 10},
/// #   "workers": [{"id": "mari", "rate": 0, "windows": [[108, 156]]}],
/// #   "tasks": [{"id": "post", "client": "acme", "batch": "social", "size": 6, "min_chunk": 6,
/// #              "max_chunk": 18, "release": 0, "due": 200, "weight": 2}]}"#;
/// let problem: Problem = serde_json::from_str(text)?;
/// let outcome = solve(&problem, &Options::default(), &Silent)?;
/// let chunk = &outcome.solution.chunks[0];
/// assert_eq!((chunk.start, chunk.end), (Slot(108), Slot(114)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn solve(problem: &Problem, options: &Options, observer: &dyn Observer) -> Result<Outcome, SolveError> {
    let faults = problem.faults();
    if !faults.is_empty() {
        return Err(SolveError::Faults(faults));
    }
    let model = Model::new(problem);
    let near = Neighbours::new(&model);
    let mut stopped = false;
    let rounds = (options.effort * 100_000.0) as u64;
    let how = Annealing { rounds, most: 8, seed: options.seed, temperature: (3.0, 0.05) };
    let best = anneal(Plan::empty(&model), &near, how, &mut |done, cost| {
        observer.progress(Progress { stage: Stage::Improving, done, cost: Some(Points(cost)), bound: None });
        stopped |= observer.stop();
        stopped
    });
    let solution = solution(problem, &best);
    let verdict = verify(problem, &solution);
    if verdict.violations.is_empty() {
        Ok(Outcome { solution, stopped })
    } else {
        Err(SolveError::Invalid(verdict.violations))
    }
}

fn solution(problem: &Problem, plan: &Plan<'_>) -> Solution {
    let model = plan.model;
    let mut chunks = Vec::new();
    for (w, sequence) in plan.sequences.iter().enumerate() {
        let worker = model.windows[w].worker;
        for c in sequence {
            chunks.push((worker, c.start, c.end(), c.task));
        }
    }
    chunks.sort_unstable();
    let chunks = chunks
        .into_iter()
        .map(|(worker, start, end, task)| Chunk {
            task: problem.tasks[task as usize].id.clone(),
            worker: problem.workers[worker as usize].id.clone(),
            start: Slot(start),
            end: Slot(end),
        })
        .collect();
    let mut solution = Solution { chunks, cost: Points(plan.cost()), bound: None };
    solution.cost = verify(problem, &solution).cost;
    solution
}
