//! From a problem to a solution: compile, start, bound, improve, verify.

use crate::faults::ProblemFault;
use crate::model::{Advice, Model};
use crate::options::{Observer, Options, Progress, Stage};
use crate::problem::Problem;
use crate::relax::{Relaxation, relax};
use crate::search::{
    Annealing, Inserter, Neighbours, Placed, Plan, anneal_in_chains, anneal_in_parts, parts,
};
use crate::solution::{Chunk, OPTIMAL_GAP, Solution, Status};
use crate::units::{Points, Slot};
use crate::verify::{Violation, verify};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

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
    let run = Run { problem, model: &model, near: Neighbours::new(&model), options, observer };
    let mut state = run.start();
    run.bound(&mut state);
    run.improve(&mut state);
    let mut solution = solution(problem, &state.plan);
    solution.bound = stated_bound(state.relaxation.bound, solution.cost.0);
    let verdict = verify(problem, &solution);
    if verdict.violations.is_empty() {
        Ok(Outcome { solution, stopped: state.stopped })
    } else {
        Err(SolveError::Invalid(verdict.violations))
    }
}

/// How many times some tasks are taken out and put back, per task, at the default effort, up to so many tasks. Beyond, the
/// rounds grow with the root of the number only, since each takes longer too; but where the plan is improved in parts it does
/// not, and every task gets more.
const ROUNDS_PER_TASK: f64 = 720.0;
const ROUNDS_IN_PARTS: f64 = 1600.0;
const MANY_TASKS: f64 = 125.0;
const FEW_TASKS: f64 = 20.0;

/// With fewer tasks than so many each gets less of the work, by this power of their share of that number, but never less than
/// so much: small desks are easier, are solved again and again, and one of thousands. With more tasks each gets more, up to so much.
const WHOLE_WORK: f64 = 100.0;
const FEWER_TASKS: f64 = 1.2;
const LEAST_WORK: f64 = 0.18;
const MOST_WORK: f64 = 1.25;

/// At the default effort somebody waits for one problem: then every task gets this share of the work at least, or with fewer
/// tasks than so many that power of their share of that number. From half of the default effort on, a part of it.
const WHOLE_WORK_ALONE: f64 = 55.0;
const WORK_ALONE: f64 = 0.8;

/// The share of the whole work that is done on a number of tasks at an effort.
fn share_of_work(tasks: usize, effort: f64) -> f64 {
    let share = |whole: f64| (tasks as f64 / whole).powf(FEWER_TASKS);
    let alone = share(WHOLE_WORK_ALONE).min(WORK_ALONE) * (2.0 * effort - 1.0).clamp(0.0, 1.0);
    share(WHOLE_WORK).max(alone).clamp(LEAST_WORK, MOST_WORK)
}

/// The share of the rounds that come before the relaxation, to give it a good plan to start from.
const FIRST_ROUNDS: f64 = 0.15;

/// The last plan still holds when so much of it, and of what is planned now, can stay: then a share of the work is
/// enough ([`Options::again`]). On a desk where a day's work was left undone, 89% of the last plan was kept, and that was 78% of
/// what is planned: a limit of four fifths had it searched anew in three times the time for 3% of the cost.
const SETTLED: f64 = 0.7;

/// The share of that which the relaxation gets.
const SETTLED_BOUND: f64 = 0.17;

/// One problem being solved.
struct Run<'a> {
    problem: &'a Problem,
    model: &'a Model,
    near: Neighbours,
    options: &'a Options,
    observer: &'a dyn Observer,
}

/// What is known so far.
struct State<'a> {
    plan: Plan<'a>,
    relaxation: Relaxation,
    /// Whether the last plan still holds, so that little is to be done.
    settled: bool,
    stopped: bool,
    /// How many times the plan was improved with what the relaxation says.
    passes: u64,
}

/// One pass of the search: how much of the work, which one, and what it is called.
#[derive(Clone, Copy)]
struct Pass {
    share: f64,
    number: u64,
    stage: Stage,
}

/// What is told while two things go on at once: the latest of each.
struct Told<'a> {
    observer: &'a dyn Observer,
    latest: Mutex<Progress>,
}

impl<'a> Run<'a> {
    /// A first plan: the last one where it still holds, or greedy, and quickly improved.
    fn start(&self) -> State<'a> {
        let (kept, settled) = self.keep();
        let filled = [false, true].into_iter().filter(|_| !settled).map(|by_weight| {
            let mut plan = Plan::empty(self.model);
            Inserter::default().fill(&mut plan, by_weight);
            plan
        });
        let nothing = Plan::empty(self.model);
        let valid = filled.chain(kept).filter(|plan| self.is_valid(plan)).chain([nothing]);
        let cheapest = valid.min_by(|a, b| a.cost().total_cmp(&b.cost()));
        let plan = cheapest.unwrap_or_else(|| Plan::empty(self.model));
        let relaxation = Relaxation { bound: f64::NEG_INFINITY, ..Relaxation::default() };
        let mut state = State { plan, relaxation, settled, stopped: false, passes: 0 };
        let first = Pass { share: FIRST_ROUNDS, number: 0, stage: Stage::Starting };
        self.anneal(&mut state, first);
        state
    }

    /// The last plan as far as it still holds, with the rest filled in, and whether that is nearly all of it.
    fn keep(&self) -> (Option<Plan<'a>>, bool) {
        let had: i32 =
            self.model.tasks.iter().flat_map(|job| &job.before).map(|(_, start, end)| end - start).sum();
        if had == 0 {
            return (None, false);
        }
        let mut inserter = Inserter::default();
        let (mut plan, kept) = match self.as_it_was() {
            Some(plan) => (plan, had),
            None => {
                let mut plan = Plan::empty(self.model);
                let kept = inserter.restore(&mut plan);
                (plan, kept)
            }
        };
        inserter.fill(&mut plan, true);
        let planned: i32 = plan.tasks.iter().map(|task| task.planned).sum();
        let settled = f64::from(kept) >= SETTLED * f64::from(had.max(planned)) && self.is_valid(&plan);
        (Some(plan), settled)
    }

    /// The last plan, where all of it still keeps every rule. Restored piece by piece it might not come back whole: what a
    /// window holds already is timed as if no more was to come.
    fn as_it_was(&self) -> Option<Plan<'a>> {
        let mut sequences: Vec<Vec<Placed>> = vec![Vec::new(); self.model.windows.len()];
        for (task, job) in (0..).zip(&self.model.tasks) {
            for (worker, start, end) in &job.before {
                let holds = |w: &&u32| {
                    let window = &self.model.windows[**w as usize];
                    window.worker == *worker && window.start <= *start && *end <= window.end
                };
                let w = job.allowed.iter().find(holds)?;
                sequences[*w as usize].push(Placed { task, start: *start, len: end - start });
            }
        }
        sequences.iter_mut().for_each(|sequence| sequence.sort_by_key(|chunk| chunk.start));
        let plan = Plan::of(self.model, sequences);
        verify(self.problem, &solution(self.problem, &plan)).violations.is_empty().then_some(plan)
    }

    /// Solves the linear relaxation: the bound, and what each window is worth.
    fn bound(&self, state: &mut State<'a>) {
        if state.stopped {
            return;
        }
        let share = if state.settled { SETTLED_BOUND * self.options.again } else { 1.0 };
        let told = Told::new(self.observer, Stage::Bounding, state);
        let mut stopped = false;
        state.relaxation = relax(self.model, &state.plan, share * self.work(), &mut |done, bound| {
            told.bound(done, bound);
            stopped |= self.observer.stop();
            stopped
        });
        state.stopped |= stopped;
    }

    /// How many tasks can be planned at all.
    fn tasks(&self) -> usize {
        self.model.tasks.iter().filter(|t| !t.allowed.is_empty()).count()
    }

    /// How much work is done, in multiples of that for a large problem.
    fn work(&self) -> f64 {
        self.options.effort * share_of_work(self.tasks(), self.options.effort)
    }

    /// Improves the plan for as long as the options say.
    fn improve(&self, state: &mut State<'a>) {
        while !state.stopped && !is_optimal(state.plan.cost(), state.relaxation.bound) {
            if state.passes > 0 && !self.options.until_stopped {
                return;
            }
            let number = state.passes + 1;
            // With time to spare, all may change.
            state.settled &= state.passes == 0;
            self.anneal(
                state,
                Pass { share: 1.5_f64.powf(state.passes as f64), number, stage: Stage::Improving },
            );
            state.passes = number;
        }
    }

    /// Anneals a share of the rounds; the best plan stays.
    fn anneal(&self, state: &mut State<'a>, pass: Pass) {
        let told = Told::new(self.observer, pass.stage, state);
        let stopped = AtomicBool::new(false);
        let advice = &state.relaxation.advice;
        let plans = self.chains(&state.plan, state.settled, advice, pass, &told, &stopped);
        self.keep_best(state, plans);
        state.stopped |= stopped.into_inner();
    }

    /// Anneals in chains side by side.
    fn chains(
        &self,
        from: &Plan<'a>,
        settled: bool,
        advice: &Advice,
        pass: Pass,
        told: &Told<'_>,
        stopped: &AtomicBool,
    ) -> Vec<Plan<'a>> {
        let tasks = self.tasks();
        if tasks == 0 {
            return Vec::new();
        }
        let parts = if settled { 1 } else { parts(tasks) };
        let (most, each) = match parts {
            1 => ((tasks as f64 * MANY_TASKS).sqrt(), ROUNDS_PER_TASK),
            _ => (tasks as f64, ROUNDS_IN_PARTS),
        };
        let counted = (tasks as f64).min(most).max(FEW_TASKS);
        let share = if settled { self.options.again * pass.share } else { pass.share };
        let rounds = (counted * each * self.work() * share).ceil() as u64;
        let seed = self.options.seed ^ (2 * pass.number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let temperature = self.temperature(settled);
        let how = Annealing { rounds, most: 8, seed, temperature, span: (0.0, 1.0) };
        let stop = || {
            if self.observer.stop() {
                stopped.store(true, Ordering::Relaxed);
            }
            stopped.load(Ordering::Relaxed)
        };
        let tell = |done: f64, cost: f64| {
            told.cost(pass.stage, done, cost);
            stop()
        };
        if parts > 1 {
            return vec![anneal_in_parts(from.clone(), &self.near, how, advice, parts, &tell)];
        }
        // Any may be the only one that runs: all ask, though one tells.
        let asked = |chain: usize, done: f64, cost: f64| if chain == 0 { tell(done, cost) } else { stop() };
        anneal_in_chains(from, &self.near, how, advice, &asked)
    }

    /// The best plan stays.
    fn keep_best(&self, state: &mut State<'a>, plans: Vec<Plan<'a>>) {
        let valid = plans.into_iter().filter(|plan| self.is_valid(plan));
        let best = valid.min_by(|a, b| a.cost().total_cmp(&b.cost()));
        if let Some(best) = best.filter(|plan| plan.cost() < state.plan.cost()) {
            state.plan = best;
        }
    }

    /// Whether a plan passes the verifier. It always should; if a fault of the search lets a rule be
    /// broken, an earlier plan is worth more than none.
    fn is_valid(&self, plan: &Plan<'_>) -> bool {
        let violations = verify(self.problem, &solution(self.problem, plan)).violations;
        debug_assert_eq!(violations, [], "the search broke a rule");
        violations.is_empty()
    }

    /// The annealing's temperatures, in points, from what a change typically costs: a few setups.
    /// A plan that holds already is not to be melted.
    fn temperature(&self, settled: bool) -> (f64, f64) {
        let setup = &self.model.setup;
        let lateness: f64 =
            self.model.tasks.iter().map(|t| t.late).sum::<f64>() / self.model.tasks.len() as f64;
        let unit = (setup.block + setup.switch + self.model.chunk + lateness / 5.0).max(1e-3) / 10.0;
        (if settled { 2.0 } else { 25.0 } * unit, 0.1 * unit)
    }
}

impl<'a> Told<'a> {
    fn new(observer: &'a dyn Observer, stage: Stage, state: &State<'_>) -> Told<'a> {
        let (cost, bound) = (state.plan.cost(), state.relaxation.bound);
        let bound = bound.is_finite().then_some(Points(bound.min(cost)));
        let latest = Progress { stage, done: 0.0, cost: Some(Points(cost)), bound };
        Told { observer, latest: Mutex::new(latest) }
    }

    /// The bound is now this, with so much of its work done.
    fn bound(&self, done: f64, bound: f64) {
        self.tell(|latest| {
            if latest.stage == Stage::Bounding {
                latest.done = done;
            }
            let cost = latest.cost.map_or(f64::INFINITY, |cost| cost.0);
            latest.bound = bound.is_finite().then_some(Points(bound.min(cost)));
        });
    }

    /// The best plan of this stage costs this, with so much of its work done.
    fn cost(&self, stage: Stage, done: f64, cost: f64) {
        self.tell(|latest| {
            let bound = latest.bound.map(|bound| Points(bound.0.min(cost)));
            *latest = Progress { stage, done, cost: Some(Points(cost)), bound };
        });
    }

    fn tell(&self, change: impl FnOnce(&mut Progress)) {
        // A panic of the observer's while it was told leaves nothing half done here.
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut latest);
        self.observer.progress(*latest);
    }
}

/// Whether a bound proves a plan optimal.
fn is_optimal(cost: f64, bound: f64) -> bool {
    cost <= bound + OPTIMAL_GAP * cost.abs()
}

/// The bound that goes with a plan's cost. Above the cost by more than rounding it proves nothing but a fault
/// of the relaxation, and is not handed out.
fn stated_bound(bound: f64, cost: f64) -> Option<Points> {
    let proven = bound <= cost + OPTIMAL_GAP * cost.abs().max(1.0);
    debug_assert!(proven, "the bound {bound} is above the cost {cost}");
    (proven && bound.is_finite()).then(|| Points(bound.min(cost)))
}

pub(crate) fn solution(problem: &Problem, plan: &Plan<'_>) -> Solution {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// More is never done for fewer tasks or a smaller effort; at half of the default effort, at which folders are solved, a
    /// small problem gets what it gets at any smaller one.
    #[test]
    fn work_grows_with_tasks_and_effort() {
        let efforts = [0.05, 0.2, 0.5, 0.6, 0.8, 1.0, 2.0];
        for tasks in 1..300 {
            for pair in efforts.windows(2) {
                assert!(share_of_work(tasks, pair[0]) <= share_of_work(tasks, pair[1]));
            }
            for effort in efforts {
                assert!(share_of_work(tasks, effort) <= share_of_work(tasks + 1, effort));
            }
            assert_eq!(share_of_work(tasks, 0.05).to_bits(), share_of_work(tasks, 0.5).to_bits());
        }
        assert!(share_of_work(50, 1.0) > 1.5 * share_of_work(50, 0.5));
        assert!(share_of_work(100, 0.05) >= 1.0);
    }
}
