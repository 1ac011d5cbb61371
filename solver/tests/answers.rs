//! What any answer must be: valid, the same on any number of threads, no worse with more to go on.

#[path = "../src/testing.rs"]
mod testing;

use plokk_solver::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[test]
fn answers_are_valid_and_bounded() {
    for seed in 0..100 {
        let problem = testing::random_problem(seed, 2 + (seed % 5) as i32, 3 + (seed % 17) as usize);
        let outcome = solve(&problem, &Options { effort: 0.05, seed, ..Options::default() }, &Silent);
        let solution = outcome.expect("a problem without faults").solution;
        let verdict = verify(&problem, &solution);
        assert_eq!(verdict.violations, [], "seed {seed}");
        assert!(solution.bound.is_some_and(|b| b.0 <= solution.cost.0 + 1e-9), "seed {seed}");
    }
}

#[test]
fn threads_do_not_change_the_answer() {
    // The last is so large that the plan is improved in parts.
    for (days, tasks, effort) in [(6, 30, 0.1), (40, 220, 0.03), (60, 460, 0.02)] {
        let problem = testing::random_problem(7, days, tasks);
        let options = Options { effort, ..Options::default() };
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
            pool.install(|| solve(&problem, &options, &Silent)).expect("solvable")
        };
        let one = on(1);
        assert_eq!(verify(&problem, &one.solution).violations, [], "{tasks} tasks");
        assert_eq!(one, on(2), "{tasks} tasks");
        assert_eq!(one, on(4), "{tasks} tasks");
    }
}

#[test]
fn nothing_to_do_and_nobody_to_do_it() {
    for tasks in [0, 5] {
        let mut problem = testing::random_problem(1, 2, tasks);
        problem.workers.clear();
        problem.tasks.iter_mut().for_each(|t| t.workers = None);
        let outcome = solve(&problem, &Options::default(), &Silent).expect("solvable");
        assert_eq!(outcome.solution.chunks, []);
        assert_eq!(outcome.status(), Status::Optimal, "{:?}", outcome.solution);
    }
}

#[test]
fn a_circle_of_links_leaves_its_tasks_out() {
    let mut problem = testing::random_problem(3, 3, 6);
    problem.tasks[0].after = vec![After { task: "t1".into(), lag: Slots(0) }];
    problem.tasks[1].after = vec![After { task: "t0".into(), lag: Slots(0) }];
    let outcome = solve(&problem, &Options { effort: 0.1, ..Options::default() }, &Silent).expect("solvable");
    assert!(outcome.solution.chunks.iter().all(|c| c.task != "t0" && c.task != "t1"));
}

#[test]
fn an_observer_stops_the_search_with_what_there_is() {
    struct Soon(AtomicUsize);
    impl Observer for Soon {
        fn progress(&self, _: Progress) {}
        fn stop(&self) -> bool {
            self.0.fetch_add(1, Ordering::Relaxed) > 20
        }
    }
    let problem = testing::random_problem(11, 6, 40);
    let options = Options { until_stopped: true, ..Options::default() };
    let outcome = solve(&problem, &options, &Soon(AtomicUsize::new(0))).expect("solvable");
    assert!(outcome.stopped);
    assert_eq!(verify(&problem, &outcome.solution).violations, []);
}

/// A clock that moves on whenever it is asked whether time is over, and may be read or not.
struct Asked {
    times: AtomicUsize,
    limit: usize,
    readable: bool,
    stages: Mutex<Vec<Stage>>,
}

impl Asked {
    fn new(limit: usize, readable: bool) -> Asked {
        Asked { times: AtomicUsize::new(0), limit, readable, stages: Mutex::default() }
    }

    fn stages(self) -> Vec<Stage> {
        let mut stages = self.stages.into_inner().expect("no thread panicked");
        stages.dedup();
        stages
    }
}

impl Observer for Asked {
    fn progress(&self, progress: Progress) {
        self.stages.lock().expect("no thread panicked").push(progress.stage);
    }

    fn stop(&self) -> bool {
        self.times.fetch_add(1, Ordering::Relaxed) >= self.limit
    }

    fn spent(&self) -> Option<f64> {
        let times = self.times.load(Ordering::Relaxed).min(self.limit);
        self.readable.then(|| times as f64 / self.limit as f64)
    }
}

/// The same time brings more when the solver may know how much of it is left: every stage has its share, and the search is
/// cold when it ends.
#[test]
fn time_is_divided_among_the_stages() {
    for (days, tasks, limit) in [(40, 60, 800), (60, 120, 1_600)] {
        let problem = testing::random_problem(7, days, tasks);
        let options = Options { until_stopped: true, ..Options::default() };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread pool");
        let within = |clock: &Asked| {
            let outcome = pool.install(|| solve(&problem, &options, clock)).expect("solvable");
            assert!(outcome.stopped);
            assert_eq!(verify(&problem, &outcome.solution).violations, []);
            outcome.solution.cost.0
        };
        let (divided, cut_off) = (Asked::new(limit, true), Asked::new(limit, false));
        let (with, without) = (within(&divided), within(&cut_off));
        assert!(with < without, "{tasks} tasks: {with}, and {without} unaware of the time");
        assert_eq!(divided.stages(), [Stage::Starting, Stage::Bounding, Stage::Improving], "{tasks} tasks");
    }
}

/// Time that nothing like passes changes nothing.
#[test]
fn with_time_to_spare_the_answer_is_that_of_the_work_done() {
    let clock = Asked::new(usize::MAX, true);
    for (days, tasks, effort) in [(6, 30, 0.1), (60, 460, 0.02)] {
        let problem = testing::random_problem(7, days, tasks);
        let options = Options { effort, ..Options::default() };
        let usual = solve(&problem, &options, &Silent).expect("solvable");
        assert_eq!(usual, solve(&problem, &options, &clock).expect("solvable"), "{tasks} tasks");
    }
}

/// On one thread one chain comes after the other, and the second one must hear of the clock, too.
#[test]
fn every_chain_asks_whether_to_stop() {
    #[derive(Default)]
    struct Count {
        told: AtomicUsize,
        asked: AtomicUsize,
    }
    impl Observer for Count {
        fn progress(&self, progress: Progress) {
            self.told.fetch_add(usize::from(progress.stage == Stage::Improving), Ordering::Relaxed);
        }
        fn stop(&self) -> bool {
            let improving = self.told.load(Ordering::Relaxed) > 0;
            self.asked.fetch_add(usize::from(improving), Ordering::Relaxed);
            false
        }
    }
    let problem = testing::random_problem(11, 6, 40);
    let count = Count::default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread pool");
    pool.install(|| solve(&problem, &Options::default(), &count)).expect("solvable");
    let (told, asked) = (count.told.into_inner(), count.asked.into_inner());
    assert!(told > 10, "{told}");
    assert!(asked > 3 * told / 2, "told {told} times, asked {asked} times");
}

#[test]
fn a_kept_plan_costs_no_move() {
    let mut problem = testing::random_problem(5, 6, 15);
    problem.tasks.iter_mut().for_each(|t| t.previous.clear());
    let options = Options { effort: 0.2, ..Options::default() };
    let first = solve(&problem, &options, &Silent).expect("solvable").solution;
    for chunk in &first.chunks {
        let task = problem.tasks.iter_mut().find(|t| t.id == chunk.task).expect("a task of the problem");
        task.previous.push(Previous { worker: chunk.worker.clone(), time: chunk.time() });
    }
    let second = solve(&problem, &options, &Silent).expect("solvable").solution;
    assert!(second.cost.0 <= first.cost.0 + 1e-9, "keeping all costs {}, not {}", first.cost, second.cost);
}

#[test]
fn faults_are_told_all_at_once() {
    let mut problem = testing::random_problem(2, 2, 3);
    problem.tasks[1].id = "t0".into();
    problem.tasks[2].min_chunk = Slots(0);
    problem.workers[0].windows[0].end = Slot(-1);
    problem.weights.late = f64::NAN;
    let Err(SolveError::Faults(faults)) = solve(&problem, &Options::default(), &Silent) else {
        panic!("a problem with faults has no solution")
    };
    let places: Vec<&str> = faults.iter().map(|f| f.place.as_str()).collect();
    for place in ["weights.late", "workers[0].windows[0]", "tasks[1].id", "tasks[2].min_chunk"] {
        assert!(places.contains(&place), "{place} is not among {places:?}");
    }
}
