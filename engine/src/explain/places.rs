//! Other places for planned work, priced by the verifier with everything else unmoved.

use super::room::{allowance, rooms};
use crate::pipeline::Planned;
use chrono::{DateTime, FixedOffset};
use plokk_ical_io::Zone;
use plokk_solver::{Chunk, Parts, Problem, Slot, Solution, Task, verify};
use serde::Serialize;

/// Another place for one of a task's blocks, with everything else unmoved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Elsewhere {
    /// When the block starts now.
    pub instead_of: DateTime<FixedOffset>,
    /// When it would start.
    pub start: DateTime<FixedOffset>,
    /// When it would end.
    pub end: DateTime<FixedOffset>,
    /// Who would do it: the assistant's id.
    pub assistant: String,
    /// Whether that is earlier than now.
    pub earlier: bool,
    /// What the plan would cost more, in points; less than nothing where the search overlooked it.
    pub points: f64,
    /// The costs that would change, by name, in points, the largest first.
    pub because: Vec<(String, f64)>,
}

impl Elsewhere {
    /// What the place would cost and why: `costs 3.0 points more (block +2.0, client switch +1.0)`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let parts: Vec<String> = self
            .because
            .iter()
            .map(|(name, points)| format!("{} {points:+.1}", name.replace('_', " ")))
            .collect();
        let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
        match self.points {
            points if points >= 0.05 => format!("costs {points:.1} points more{parts}"),
            points if points <= -0.05 => {
                format!("costs {:.1} points less{parts}: more --effort may find it", -points)
            }
            _ => format!("costs the same{parts}"),
        }
    }
}

/// How many places are told of each block.
const TOLD: usize = 3;

/// How many places are priced for each block: the verifier reads the whole plan for each.
const PRICED: usize = 120;

/// The cheapest other places for each block of a task, and the cheapest earlier one.
pub(crate) fn elsewhere(planned: &Planned, task: &Task) -> Vec<Elsewhere> {
    let (problem, solution) = (&planned.posed.problem, &planned.solution);
    let now = verify(problem, solution).parts;
    let mut all = Vec::new();
    for (place, chunk) in solution.chunks.iter().enumerate().filter(|(_, chunk)| chunk.task == task.id) {
        let mut rest = solution.chunks.clone();
        rest.remove(place);
        let mut priced: Vec<Elsewhere> = candidates(problem, &rest, task, chunk)
            .into_iter()
            .take(PRICED)
            .filter_map(|other| price(planned, &rest, chunk, other, &now))
            .collect();
        priced.sort_by(|a, b| a.points.total_cmp(&b.points).then(a.start.cmp(&b.start)));
        let earlier = priced.iter().position(|place| place.earlier).filter(|at| *at >= TOLD);
        let earlier = earlier.map(|at| priced[at].clone());
        priced.truncate(TOLD);
        all.extend(priced.into_iter().chain(earlier));
    }
    all
}

/// The block at the start and at the end of every stretch of time that is left for it.
fn candidates(problem: &Problem, rest: &[Chunk], task: &Task, chunk: &Chunk) -> Vec<Chunk> {
    let length = chunk.time().len();
    let mut found: Vec<Chunk> = Vec::new();
    for room in rooms(problem, rest, task).into_iter().filter(|room| room.time.len() >= length) {
        let worker = &problem.workers[room.worker].id;
        for start in [room.time.start, room.time.end - length] {
            let fits = allowance(problem, rest, worker, &task.client, start) >= length;
            let other = Chunk { task: task.id.clone(), worker: worker.clone(), start, end: start + length };
            if fits && other != *chunk && found.last() != Some(&other) {
                found.push(other);
            }
        }
    }
    found
}

fn price(planned: &Planned, rest: &[Chunk], chunk: &Chunk, other: Chunk, now: &Parts) -> Option<Elsewhere> {
    let mut with = Solution { chunks: rest.to_vec(), ..planned.solution.clone() };
    with.chunks.push(other.clone());
    with.chunks.sort_by(|a, b| (a.start, &a.worker).cmp(&(b.start, &b.worker)));
    with.bound = None;
    with.cost = verify(&planned.posed.problem, &with).cost;
    let verdict = verify(&planned.posed.problem, &with);
    if !verdict.violations.is_empty() {
        return None;
    }
    let parts = verdict.parts.terms().into_iter().zip(now.terms());
    let changed = parts.map(|((name, then), (_, now))| (name.to_owned(), round(then - now)));
    let mut because: Vec<(String, f64)> = changed.filter(|(_, points)| points.abs() >= 0.05).collect();
    because.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let zone = planned.desk.settings.assistants.iter().find(|a| a.id == other.worker)?.timezone;
    let at = |slot: Slot| Zone::Iana(zone).shown(planned.posed.axis.instant(slot));
    Some(Elsewhere {
        instead_of: at(chunk.start),
        start: at(other.start),
        end: at(other.end),
        earlier: other.start < chunk.start,
        assistant: other.worker,
        points: round(verdict.cost.0 - now.total().0),
        because,
    })
}

fn round(points: f64) -> f64 {
    (points * 1000.0).round() / 1000.0
}
