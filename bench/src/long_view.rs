//! The long view beside its peers: one project, one scenario of it (everything takes longer), and what each makes of both.
//!
//! The measure is what a what-if is asked for: which tasks are late, by how much, and what is not done. The block
//! solver, whose plans keep every rule, says how it would be; the others are judged by how near they come to it.

use crate::greedy;
use plokk_solver::capacity::{
    Bucket, CapacityProblem, CapacityWeights, Crew, Day, Hours, Lot, Promise, allocate, follow, setup,
};
use plokk_solver::{Options, Problem, Silent, Slot, Slots, Solution, solve};
use serde::Deserialize;
use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// What a peer says of one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Who.
    pub peer: &'static str,
    /// How many tasks are late or not done in full.
    pub late: usize,
    /// Of those that are late in the block solver's plan or here, the share that both call late (0 to 1).
    pub agrees: f64,
    /// Days late, all tasks together, times their weight; what is never done is late by the rest of the horizon.
    pub days: f64,
    /// Hours not done within the horizon.
    pub undone: f64,
    /// Wall time, in seconds.
    pub seconds: f64,
}

/// What everybody says of a problem and of its scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// Of the problem, and of the scenario.
    pub said: [Vec<Said>; 2],
    /// Which TaskJuggler it was; empty without.
    pub version: String,
}

/// The end of each task, in slots; `None` where it is not done in full within the horizon.
type Ends = Vec<Option<f64>>;

/// What TaskJuggler's script answers.
#[derive(Deserialize)]
struct Juggled {
    version: String,
    seconds: f64,
    plan: HashMap<String, i32>,
    longer: HashMap<String, i32>,
}

/// The scenario: everything takes so many times as long.
pub const LONGER: f64 = 1.25;

/// The problem with every task longer, to the slot.
#[must_use]
pub fn longer(problem: &Problem) -> Problem {
    let mut problem = problem.clone();
    for task in &mut problem.tasks {
        task.size = Slots((f64::from(task.size.0) * LONGER).round() as i32);
        // Chunk limits that the new size can be made of.
        task.max_chunk = task.max_chunk.max(task.min_chunk + task.min_chunk);
    }
    problem
}

/// A planning problem as a capacity problem: a bucket a day.
///
/// ```
/// use plokk_bench::generate::{Class, generate};
/// use plokk_bench::long_view::capacity;
/// let problem = capacity(&generate(Class::S.spec(1, 0.85)));
/// assert_eq!(problem.faults(), []);
/// assert_eq!(problem.buckets.len(), 14);
/// ```
#[must_use]
pub fn capacity(problem: &Problem) -> CapacityProblem {
    let hour = 60.0 / f64::from(problem.slot_minutes);
    let day = 24.0 * hour;
    let days = (f64::from(problem.horizon.0) / day).ceil() as usize;
    let slot_of = |day_index: usize| Slot((day_index as f64 * day) as i32);
    let crew = |worker: &plokk_solver::Worker| {
        let hours = |n: usize| {
            let (from, to) = (slot_of(n), slot_of(n + 1));
            let free: i32 = worker.windows.iter().map(|w| (w.end.min(to) - w.start.max(from)).0.max(0)).sum();
            let caps = problem
                .caps
                .iter()
                .filter(|cap| cap.worker.as_ref() == Some(&worker.id) && cap.client.is_none());
            let cap = caps.filter(|cap| cap.from <= from && to <= cap.to).map(|cap| cap.max.0).min();
            Hours(f64::from(cap.unwrap_or(free).min(free)) / hour)
        };
        Crew { id: worker.id.clone(), rate: worker.rate, hours: (0..days).map(hours).collect() }
    };
    let mut names = Names::default();
    let lots = problem.tasks.iter().map(|task| lot(problem, task, &mut names)).collect();
    let at = |slot: Slot| f64::from(slot.0) / day;
    let promise = |client: u32, from: Slot, to: Slot, hours: Slots| {
        let share =
            |n: usize| ((at(to).min(n as f64 + 1.0) - at(from).max(n as f64)).clamp(0.0, 1.0), n as u32);
        let buckets =
            (0..days).map(share).filter(|(share, _)| *share > 0.01).map(|(share, n)| (n, share)).collect();
        Promise { client, buckets, hours: Hours(f64::from(hours.0) / hour) }
    };
    let quotas =
        problem.quotas.iter().filter_map(|q| Some(promise(names.client(&q.client)?, q.from, q.to, q.min)));
    let of_client = problem.caps.iter().filter(|cap| cap.worker.is_none());
    let caps =
        of_client.filter_map(|c| Some(promise(names.client(c.client.as_ref()?)?, c.from, c.to, c.max)));
    let weights = &problem.weights;
    CapacityProblem {
        buckets: (0..days).map(|n| bucket(problem, n, day)).collect(),
        crew: problem.workers.iter().map(crew).collect(),
        quotas: quotas.collect(),
        caps: caps.collect(),
        reaches: Vec::new(),
        weights: CapacityWeights {
            unscheduled: weights.unscheduled,
            late: weights.late,
            late_day: weights.late_day,
            soon: weights.soon,
            quota: weights.quota,
            patience: 2.0 * days as f64,
        },
        lots,
        clients: names.clients,
        kinds: names.kinds,
    }
}

/// A day, cut to when somebody is free in it.
fn bucket(problem: &Problem, n: usize, day: f64) -> Bucket {
    let (from, to) = (n as f64 * day, (n + 1) as f64 * day);
    let windows = problem.workers.iter().flat_map(|worker| &worker.windows);
    let inside =
        windows.map(|w| (f64::from(w.start.0).max(from), f64::from(w.end.0).min(to))).filter(|(a, b)| a < b);
    let span = inside.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), (c, d)| (a.min(c), b.max(d)));
    let (from, to) = if span.0 < span.1 { span } else { (from, to) };
    Bucket { from: Day(from / day), to: Day(to / day) }
}

#[derive(Default)]
struct Names {
    clients: Vec<String>,
    kinds: Vec<String>,
}

impl Names {
    fn of(list: &mut Vec<String>, name: &str) -> u32 {
        let at = list.iter().position(|other| other == name).unwrap_or_else(|| {
            list.push(name.to_owned());
            list.len() - 1
        });
        at as u32
    }

    fn client(&self, name: &str) -> Option<u32> {
        self.clients.iter().position(|other| other == name).map(|at| at as u32)
    }
}

fn lot(problem: &Problem, task: &plokk_solver::Task, names: &mut Names) -> Lot {
    let hour = 60.0 / f64::from(problem.slot_minutes);
    let day = 24.0 * hour;
    let hours = |slots: Slots| Hours(f64::from(slots.0) / hour);
    let at = |slot: Slot| Day(f64::from(slot.0) / day);
    let buffers = &problem.buffers;
    let gaps = [buffers.same_batch, buffers.same_client, buffers.other_client].map(hours);
    let index = |id: &String| problem.workers.iter().position(|worker| worker.id == *id).map(|n| n as u32);
    let everybody = 0..problem.workers.len() as u32;
    // What comes after cannot begin before what comes before could be done.
    let first = |after: &plokk_solver::After| {
        problem.tasks.iter().find(|other| other.id == after.task).map(|t| (t, after.lag))
    };
    let ready = task.after.iter().filter_map(first).map(|(t, lag)| t.release + t.size + t.size + lag);
    Lot {
        client: Names::of(&mut names.clients, &task.client),
        kind: Names::of(&mut names.kinds, &task.batch),
        hours: hours(task.size),
        pieces: 1.0,
        release: at(ready.fold(task.release, Slot::max)),
        due: at(task.due),
        deadline: task.deadline.map(at),
        weight: task.weight,
        workers: task
            .workers
            .as_ref()
            .map_or(everybody.collect(), |ids| ids.iter().filter_map(index).collect()),
        setup: setup(gaps, hours(task.size), hours(task.max_chunk), 0.1),
        reach: None,
    }
}

/// Asks everybody about a problem and its scenario; TaskJuggler by the script in `peers`, `None`: not at all.
///
/// # Errors
///
/// When a peer gives no answer.
pub fn compare(problem: &Problem, peers: Option<&Path>) -> Result<Answers, Box<dyn Error>> {
    let with = longer(problem);
    let mut juggled = None;
    if let Some(folder) = peers {
        juggled = Some(juggle(problem, folder)?);
    }
    let version = juggled.as_ref().map(|juggled| juggled.version.clone()).unwrap_or_default();
    let mut tables = Vec::new();
    for (scenario, problem) in [problem, &with].into_iter().enumerate() {
        let (ends, truth_seconds) = timed(|| -> Result<Ends, Box<dyn Error>> {
            Ok(of_chunks(
                problem,
                &solve(problem, &Options { effort: 0.3, ..Options::default() }, &Silent)?.solution,
            ))
        });
        let truth = ends?;
        let mut said = vec![judged("block solver", problem, &truth, &truth, truth_seconds)];
        let (ends, seconds) = timed(|| long_view(problem));
        said.push(judged("long view", problem, &ends?, &truth, seconds));
        let (ends, seconds) = timed(|| walked(problem));
        said.push(judged("long view's walk", problem, &ends, &truth, seconds));
        let (ends, seconds) = timed(|| of_chunks(problem, &greedy::plan(problem)));
        said.push(judged("greedy", problem, &ends, &truth, seconds));
        if let Some(juggled) = &juggled {
            let ends = if scenario == 0 { &juggled.plan } else { &juggled.longer };
            let inside = |end: &i32| *end <= problem.horizon.0;
            let end = |task: &plokk_solver::Task| ends.get(&task.id).copied().filter(inside).map(f64::from);
            let ends: Ends = problem.tasks.iter().map(end).collect();
            said.push(judged("TaskJuggler", problem, &ends, &truth, juggled.seconds / 2.0));
        }
        tables.push(said);
    }
    let longer = tables.pop().unwrap_or_default();
    Ok(Answers { said: [tables.pop().unwrap_or_default(), longer], version })
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let done = run();
    (done, started.elapsed().as_secs_f64())
}

fn of_chunks(problem: &Problem, solution: &Solution) -> Ends {
    let mut done: HashMap<&str, (Slots, Slot)> = HashMap::new();
    for chunk in &solution.chunks {
        let entry = done.entry(&chunk.task).or_insert((Slots(0), Slot(0)));
        *entry = (entry.0 + chunk.time().len(), entry.1.max(chunk.end));
    }
    let end = |task: &plokk_solver::Task| done.get(task.id.as_str()).filter(|(size, _)| *size >= task.size);
    problem.tasks.iter().map(|task| end(task).map(|(_, end)| f64::from(end.0))).collect()
}

/// The linear program's ends: a task ends by its due time, or as late as the last of it is.
fn long_view(problem: &Problem) -> Result<Ends, Box<dyn Error>> {
    let capacity = capacity(problem);
    let best = allocate(&capacity)?;
    let day = 24.0 * 60.0 / f64::from(problem.slot_minutes);
    let mut late = vec![0.0_f64; capacity.lots.len()];
    for placed in best.placed.iter().filter(|placed| placed.hours.0 > 0.05) {
        late[placed.lot as usize] = late[placed.lot as usize].max(placed.late);
    }
    let end = |n: usize| (best.undone[n].0 < 0.05).then(|| f64::from(problem.tasks[n].due.0) + late[n] * day);
    Ok((0..problem.tasks.len()).map(end).collect())
}

fn walked(problem: &Problem) -> Ends {
    let day = 24.0 * 60.0 / f64::from(problem.slot_minutes);
    let walk = follow(&capacity(problem));
    walk.ends.iter().map(|end| end.completion.map(|done| done.0 * day)).collect()
}

fn juggle(problem: &Problem, folder: &Path) -> Result<Juggled, Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    let (input, output) = (place.path().join("problem.json"), place.path().join("ends.json"));
    std::fs::write(&input, serde_json::to_vec(problem)?)?;
    let mut command = Command::new("python3");
    command.arg(folder.join("taskjuggler.py")).arg(&input).arg("-o").arg(&output);
    let run = command.args(["--longer", &LONGER.to_string()]).output()?;
    if !run.status.success() {
        return Err(String::from_utf8_lossy(&run.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&std::fs::read(output)?)?)
}

fn judged(peer: &'static str, problem: &Problem, ends: &Ends, truth: &Ends, seconds: f64) -> Said {
    let day = 24.0 * 60.0 / f64::from(problem.slot_minutes);
    let late =
        |n: usize, ends: &Ends| ends[n].is_none_or(|end| end > f64::from(problem.tasks[n].due.0) + 0.5);
    let mut said = Said { peer, late: 0, agrees: 1.0, days: 0.0, undone: 0.0, seconds };
    let (mut both, mut either) = (0.0, 0.0);
    for (n, task) in problem.tasks.iter().enumerate() {
        let (here, there) = (late(n, ends), late(n, truth));
        said.late += usize::from(here);
        both += f64::from(u8::from(here && there));
        either += f64::from(u8::from(here || there));
        let end = ends[n].unwrap_or(f64::from(problem.horizon.0));
        said.days += task.weight * ((end - f64::from(task.due.0)) / day).max(0.0);
        if ends[n].is_none() {
            said.undone += f64::from(task.size.0) * f64::from(problem.slot_minutes) / 60.0;
        }
    }
    if either > 0.0 {
        said.agrees = both / either;
    }
    said
}

/// The answers of several problems as one Markdown table, the median over the problems.
#[must_use]
pub fn markdown(class: &str, answers: &[Answers]) -> String {
    let mut text = String::new();
    for (scenario, name) in ["plan", "everything takes a quarter longer"].into_iter().enumerate() {
        let peers = answers.first().map_or(0, |answer| answer.said[scenario].len());
        for peer in 0..peers {
            let of = |value: fn(&Said) -> f64| {
                let mut values: Vec<f64> =
                    answers.iter().map(|answer| value(&answer.said[scenario][peer])).collect();
                values.sort_by(f64::total_cmp);
                values[values.len() / 2]
            };
            let _ = writeln!(
                text,
                "| {class} | {name} | {} | {:.0} | {:.0}% | {:.1} | {:.1} | {:.2} |",
                answers[0].said[scenario][peer].peer,
                of(|said| said.late as f64),
                of(|said| said.agrees) * 100.0,
                of(|said| said.days),
                of(|said| said.undone),
                of(|said| said.seconds)
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Class, generate};

    #[test]
    fn everybody_answers_and_the_block_solver_agrees_with_itself() {
        let problem = generate(Class::S.spec(1, 0.6));
        let answers = compare(&problem, None).expect("nobody refuses");
        for said in &answers.said {
            assert_eq!(said.len(), 4);
            assert_eq!((said[0].peer, said[0].agrees), ("block solver", 1.0));
        }
        assert!(markdown("S", &[answers]).lines().count() == 8);
    }
}
