//! From a problem to a solution: compile, start, bound, improve, verify.

use crate::faults::ProblemFault;
use crate::model::Model;
use crate::options::{Observer, Options, Stage};
use crate::problem::Problem;
use crate::relax::{Relaxation, relax};
use crate::search::{
    Annealing, Inserter, Neighbours, Placed, Plan, anneal_in_chains, anneal_in_parts, parts,
};
use crate::solution::{Chunk, OPTIMAL_GAP, Solution, Status};
use crate::units::{Points, Slot};
use crate::verify::{Violation, verify};
use std::sync::atomic::{AtomicBool, Ordering};

mod told;
mod work;

use told::Told;
use work::share_of_work;

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
    let began = observer.spent().unwrap_or(0.0);
    let run = Run { problem, model: &model, near: Neighbours::new(&model), options, observer, began };
    // On one of the threads that share the work, from where it is shared sooner than from outside.
    let state = rayon::scope(|_| run.stages());
    let mut solution = solution(problem, &state.plan);
    solution.bound = stated_bound(state.relaxation.bound, solution.cost.0);
    let verdict = verify(problem, &solution);
    if verdict.violations.is_empty() {
        Ok(Outcome { solution, stopped: state.stopped || state.hurried })
    } else {
        Err(SolveError::Invalid(verdict.violations))
    }
}

/// How many times some tasks are taken out and put back, per task, at the default effort, up to so many tasks. Beyond, the
/// rounds grow with the root of the number only, since each takes longer too; but where the plan is improved in parts it does
/// not, and every task gets more: so many with so many tasks and more, and with fewer tasks less in proportion, so that the smallest that
/// is improved in parts takes about as long as it would otherwise.
const ROUNDS_PER_TASK: f64 = 860.0;
const MANY_TASKS: f64 = 125.0;
const ROUNDS_IN_PARTS: f64 = 3000.0;
const TASKS_IN_PARTS: f64 = 900.0;
const FEW_TASKS: f64 = 20.0;

/// The share of the rounds that come before the relaxation, to give it a good plan to start from; and so much of them is done
/// to see how long they take, where time is limited.
const FIRST_ROUNDS: f64 = 0.15;
const FEW_ROUNDS: f64 = 0.03;

/// The last plan still holds when so much of it, and of what is planned now, can stay: then a share of the work is
/// enough ([`Options::again`]). On a desk where a day's work was left undone, 89% of the last plan was kept, and that was 78% of
/// what is planned: a limit of four fifths had it searched anew in three times the time for 3% of the cost.
const SETTLED: f64 = 0.7;

/// The share of that which the relaxation gets.
const SETTLED_BOUND: f64 = 0.17;

/// Where time is limited: the shares of it by which the first plan is made, and the relaxation is solved.
const START_BY: f64 = 0.15;
const BOUND_BY: f64 = 0.4;

/// How many times as long each pass takes as the one before, and where time is limited: then a pass that would leave no time for a
/// next one goes on till the end instead. One long cooling is better than several short ones, which only begin at the same plan.
const LONGER: f64 = 1.5;
const LONGER_BY_CLOCK: f64 = 3.0;

/// More rounds than anybody has time for.
const ENDLESS: f64 = 1e9;

/// One problem being solved.
struct Run<'a> {
    problem: &'a Problem,
    model: &'a Model,
    near: Neighbours,
    options: &'a Options,
    observer: &'a dyn Observer,
    /// The share of the time that had passed before this began, where time is limited.
    began: f64,
}

/// What is known so far.
struct State<'a> {
    plan: Plan<'a>,
    relaxation: Relaxation,
    /// Whether the last plan still holds, so that little is to be done.
    settled: bool,
    stopped: bool,
    /// Whether some of the work was cut short by the clock, though there was time for what came after it.
    hurried: bool,
    /// How many times the plan was improved with what the relaxation says.
    passes: u64,
    /// The share of the time that a round takes, where time is limited.
    pace: Option<f64>,
}

/// One pass of the search: what it is called, and how long it goes on.
#[derive(Clone, Copy)]
struct Pass {
    stage: Stage,
    rounds: f64,
    /// The share of the time by which it is over, where time is limited.
    by: f64,
}

impl<'a> Run<'a> {
    /// All stages, one after the other.
    fn stages(&self) -> State<'a> {
        let mut state = self.start();
        self.bound(&mut state);
        self.improve(&mut state);
        state
    }

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
        let mut state =
            State { plan, relaxation, settled, stopped: false, hurried: false, passes: 0, pace: None };
        let stage = Stage::Starting;
        let rounds = self.rounds(settled, FIRST_ROUNDS);
        let by = self.start_by(&mut state, rounds);
        self.anneal(&mut state, Pass { stage, rounds, by });
        state
    }

    /// By when the first plan is made, as a share of the time. Where there is not even time for all of its rounds, nothing
    /// else is worth beginning: what they take is known from a few of them, of which nothing stays, so that with time to spare
    /// the answer is as without a limit.
    fn start_by(&self, state: &mut State<'a>, rounds: f64) -> f64 {
        if self.spent().is_some() {
            let plan = state.plan.clone();
            let few = (rounds * FEW_ROUNDS).ceil();
            self.anneal(state, Pass { stage: Stage::Starting, rounds: few, by: 1.0 });
            state.plan = plan;
        }
        if state.pace.is_some_and(|pace| pace * rounds > 1.0) { 1.0 } else { START_BY }
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
        let told = Told::new(self.observer, Stage::Bounding, state.plan.cost(), state.relaxation.bound);
        let (mut stopped, mut hurried) = (false, false);
        state.relaxation = relax(self.model, &state.plan, share * self.work(), &mut |done, bound| {
            told.bound(done, bound);
            stopped |= self.observer.stop();
            hurried |= self.is_past(BOUND_BY);
            stopped || hurried
        });
        state.stopped |= stopped;
        state.hurried |= hurried;
    }

    /// The share of the time for this that has passed, where time is limited.
    fn spent(&self) -> Option<f64> {
        let left = (1.0 - self.began).max(f64::MIN_POSITIVE);
        self.observer.spent().map(|spent| (spent - self.began) / left)
    }

    /// Whether time is limited, and this share of it over.
    fn is_past(&self, share: f64) -> bool {
        self.spent().is_some_and(|spent| spent >= share)
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
            // With time to spare, all may change.
            state.settled &= state.passes == 0;
            let pass = self.pass(state);
            state.passes += 1;
            self.anneal(state, pass);
        }
    }

    /// The next pass: longer than the one before, and to the end where there would be no time for one after it.
    fn pass(&self, state: &State<'_>) -> Pass {
        let spent = self.spent();
        let longer = if spent.is_some() { LONGER_BY_CLOCK } else { LONGER };
        let rounds = self.rounds(state.settled, longer.powf(state.passes as f64));
        let too_long = |(spent, pace): (f64, f64)| pace * rounds * (1.0 + longer) > 1.0 - spent;
        let is_last = self.options.until_stopped && spent.zip(state.pace).is_some_and(too_long);
        Pass { stage: Stage::Improving, rounds: if is_last { ENDLESS } else { rounds }, by: 1.0 }
    }

    /// Anneals for a pass; the best plan stays.
    fn anneal(&self, state: &mut State<'a>, pass: Pass) {
        let told = Told::new(self.observer, pass.stage, state.plan.cost(), state.relaxation.bound);
        let before = self.spent();
        let (stopped, enough) = (AtomicBool::new(false), AtomicBool::new(false));
        let bound = state.relaxation.bound;
        let stop = |cost: f64| {
            if self.observer.stop() {
                stopped.store(true, Ordering::Relaxed);
            }
            // Nobody wants to wait for more than a plan that is proven optimal. By work done a pass goes to its end.
            if self.options.until_stopped && is_optimal(cost, bound) {
                enough.store(true, Ordering::Relaxed);
            }
            stopped.load(Ordering::Relaxed) || enough.load(Ordering::Relaxed)
        };
        let plans = self.chains(state, pass, &told, &stop);
        self.keep_best(state, plans);
        // A search that cools by the clock may end by itself just when time is over.
        state.stopped |= stopped.into_inner() || self.observer.stop();
        state.hurried |= self.is_past(pass.by);
        let took = self.spent().zip(before).map(|(now, before)| now - before);
        state.pace = took.map(|took| took / pass.rounds.max(1.0));
    }

    /// How many rounds a share of the work has.
    fn rounds(&self, settled: bool, share: f64) -> f64 {
        let tasks = self.tasks() as f64;
        let (most, each) = match self.parts(settled) {
            1 => ((tasks * MANY_TASKS).sqrt(), ROUNDS_PER_TASK),
            _ => (tasks, ROUNDS_IN_PARTS * (tasks / TASKS_IN_PARTS).min(1.0)),
        };
        let counted = tasks.min(most).max(FEW_TASKS);
        let share = if settled { self.options.again * share } else { share };
        (counted * each * self.work() * share).ceil()
    }

    /// Into how many parts the plan is divided while it is improved.
    fn parts(&self, settled: bool) -> usize {
        if settled { 1 } else { parts(self.tasks()) }
    }

    /// Anneals in chains side by side, or in parts.
    fn chains(
        &self,
        state: &State<'a>,
        pass: Pass,
        told: &Told<'_>,
        stop: &(dyn Fn(f64) -> bool + Sync),
    ) -> Vec<Plan<'a>> {
        if self.tasks() == 0 {
            return Vec::new();
        }
        let (from, advice) = (&state.plan, &state.relaxation.advice);
        let parts = self.parts(state.settled);
        let seed = self.options.seed ^ (2 * state.passes).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let temperature = self.temperature(state.settled);
        let began = self.spent().unwrap_or(0.0);
        let time = (pass.by - began).max(f64::MIN_POSITIVE);
        let clock = || self.spent().map_or(0.0, |spent| (spent - began) / time);
        let rounds = pass.rounds as u64;
        let how = Annealing { rounds, clock: Some(&clock), most: 8, seed, temperature, span: (0.0, 1.0) };
        let tell = |done: f64, cost: f64| {
            told.cost(done, cost);
            stop(cost)
        };
        if parts > 1 {
            return vec![anneal_in_parts(from.clone(), &self.near, how, advice, parts, &tell)];
        }
        // Any may be the only one that runs: all ask, though one tells.
        let asked =
            |chain: usize, done: f64, cost: f64| if chain == 0 { tell(done, cost) } else { stop(cost) };
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
