//! A capacity problem as a linear program.
//!
//! Rows, in this order: one for each lot (what is done and what is not make up its hours), one for each
//! worker and bucket (the hours there are), one for each quota, one for each cap. Columns: hours of a lot by
//! a worker in a spot; then, for each lot, what is never done; for each quota, what is short of it.

use super::cost::{HARM_OF_UNDONE, harm_of_late, spots, undone};
use super::part::{Part, Question, Solved};
use super::{CapacityError, CapacityProblem};
use crate::lp::{Column, LinearProgram, Row, Sense};

/// What is made small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// The cost in points.
    Points,
    /// Hours that are late, undone or short of a retainer, whatever they weigh.
    Harm,
}

/// Hours of a lot by a worker in a part of a bucket: what a column means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) lot: u32,
    pub(super) worker: u32,
    pub(super) bucket: u32,
    /// Points per hour, the worker's rate included.
    pub(super) cost: f64,
    /// Days late.
    pub(super) late: f64,
    /// At most so many hours.
    pub(super) most: f64,
}

/// The linear program, and what its columns and rows mean.
pub(super) struct Program<'p> {
    pub(super) problem: &'p CapacityProblem,
    pub(super) places: Vec<Place>,
    pub(super) lp: LinearProgram,
}

impl<'p> Program<'p> {
    pub(super) fn new(problem: &'p CapacityProblem, aim: Aim) -> Program<'p> {
        let mut program = Program { problem, places: Vec::new(), lp: LinearProgram::default() };
        program.rows();
        let periods = Periods::of(problem);
        for (index, lot) in problem.lots.iter().enumerate() {
            for spot in spots(problem, lot) {
                for &worker in &lot.workers {
                    let crew = &problem.crew[worker as usize];
                    let bucket = spot.bucket as usize;
                    let there =
                        crew.hours[bucket].0 * problem.reach(lot, worker as usize, bucket) * spot.share;
                    let most = (there / lot.setup).min(lot.hours.0);
                    if most > 1e-9 {
                        let (lot, bucket, late) = (index as u32, spot.bucket, spot.late);
                        let place = Place { lot, worker, bucket, cost: spot.cost + crew.rate, late, most };
                        program.place(place, aim, &periods);
                    }
                }
            }
        }
        program.slacks(aim);
        program
    }

    fn rows(&mut self) {
        let problem = self.problem;
        let rows = &mut self.lp.rows;
        rows.extend(problem.lots.iter().map(|lot| Row { sense: Sense::Equal, rhs: lot.hours.0 }));
        let hours = problem.crew.iter().flat_map(|worker| &worker.hours);
        rows.extend(hours.map(|hours| Row { sense: Sense::AtMost, rhs: hours.0 }));
        rows.extend(problem.quotas.iter().map(|quota| Row { sense: Sense::AtLeast, rhs: quota.hours.0 }));
        rows.extend(problem.caps.iter().map(|cap| Row { sense: Sense::AtMost, rhs: cap.hours.0 }));
    }

    fn place(&mut self, place: Place, aim: Aim, periods: &Periods) {
        let lot = &self.problem.lots[place.lot as usize];
        let mut entries =
            vec![(place.lot, 1.0), (self.cell(place.worker as usize, place.bucket as usize), lot.setup)];
        let (client, bucket) = (lot.client as usize, place.bucket as usize);
        for &(quota, share) in periods.quotas(client, bucket) {
            entries.push((self.quota(quota as usize), share));
        }
        for &(cap, share) in periods.caps(client, bucket) {
            entries.push((self.cap(cap as usize), share));
        }
        // The lot's own row holds it below the lot's hours.
        let upper = if place.most < lot.hours.0 { place.most } else { f64::INFINITY };
        let cost = match aim {
            Aim::Points => place.cost,
            Aim::Harm => harm_of_late(self.problem, place.late),
        };
        self.lp.columns.push(Column { cost, upper, entries });
        self.places.push(place);
    }

    fn slacks(&mut self, aim: Aim) {
        for (n, lot) in self.problem.lots.iter().enumerate() {
            let cost = match aim {
                Aim::Points => undone(self.problem, lot),
                Aim::Harm => HARM_OF_UNDONE,
            };
            self.lp.columns.push(Column { cost, upper: f64::INFINITY, entries: vec![(n as u32, 1.0)] });
        }
        for n in 0..self.problem.quotas.len() {
            let cost = match aim {
                Aim::Points => self.problem.weights.quota,
                Aim::Harm => 1.0,
            };
            let entries = vec![(self.quota(n), 1.0)];
            self.lp.columns.push(Column { cost, upper: f64::INFINITY, entries });
        }
    }

    /// The row of a worker's hours in a bucket.
    pub(super) fn cell(&self, worker: usize, bucket: usize) -> u32 {
        (self.problem.lots.len() + worker * self.problem.buckets.len() + bucket) as u32
    }

    pub(super) fn quota(&self, quota: usize) -> u32 {
        (self.problem.lots.len() + self.problem.crew.len() * self.problem.buckets.len() + quota) as u32
    }

    pub(super) fn cap(&self, cap: usize) -> u32 {
        self.quota(self.problem.quotas.len()) + cap as u32
    }

    /// The column of what is never done of a lot.
    pub(super) fn undone(&self, lot: usize) -> usize {
        self.places.len() + lot
    }

    /// The column of what is short of a quota.
    pub(super) fn short(&self, quota: usize) -> usize {
        self.places.len() + self.problem.lots.len() + quota
    }

    /// Solves it, through the part that matters.
    pub(super) fn solve(&self) -> Result<Solved, CapacityError> {
        let rhs = self.lp.rows.iter().map(|row| row.rhs).collect();
        Part::new(self).solve(&self.lp, &Question { rhs, extra: &[], budget: None })
    }
}

/// Which quotas and caps an hour for a client in a bucket counts for, and in which share.
struct Periods {
    buckets: usize,
    quotas: Vec<Vec<(u32, f64)>>,
    caps: Vec<Vec<(u32, f64)>>,
}

impl Periods {
    fn of(problem: &CapacityProblem) -> Periods {
        let buckets = problem.buckets.len();
        let mut periods =
            Periods { buckets, quotas: vec![Vec::new(); buckets * problem.clients.len()], caps: Vec::new() };
        periods.caps.clone_from(&periods.quotas);
        for (into, promises) in [(&mut periods.quotas, &problem.quotas), (&mut periods.caps, &problem.caps)] {
            for (n, promise) in promises.iter().enumerate() {
                for &(bucket, share) in &promise.buckets {
                    into[promise.client as usize * buckets + bucket as usize].push((n as u32, share));
                }
            }
        }
        periods
    }

    fn quotas(&self, client: usize, bucket: usize) -> &[(u32, f64)] {
        &self.quotas[client * self.buckets + bucket]
    }

    fn caps(&self, client: usize, bucket: usize) -> &[(u32, f64)] {
        &self.caps[client * self.buckets + bucket]
    }
}
