//! The least harm for given levers, as a linear program whose right-hand sides they move.

use super::cover::Cut;
use super::{Effect, Lever};
use crate::capacity::cost::harm_of_late;
use crate::capacity::part::{Part, Question, Solved};
use crate::capacity::program::{Aim, Program};
use crate::capacity::{CapacityError, CapacityProblem};
use crate::lp::{Column, Row, Sense};

pub(super) struct Oracle<'p> {
    program: Program<'p>,
    /// For each lever, the rows it moves and by how much; each row once.
    moves: Vec<Vec<(u32, f64)>>,
    /// For each column, what it never needs to be more than.
    most: Vec<f64>,
    pub(super) part: Part,
}

impl<'p> Oracle<'p> {
    pub(super) fn new(problem: &'p CapacityProblem, levers: &[Lever]) -> Oracle<'p> {
        let mut program = Program::new(problem, Aim::Harm);
        let moves = levers.iter().map(|lever| {
            let moves = lever.effects.iter().map(|effect| lever_row(&mut program, effect)).collect();
            each_once(moves)
        });
        let moves = moves.collect();
        let rows = &program.lp.rows;
        let most = program.lp.columns.iter().map(|column| most(column, rows)).collect();
        let part = Part::new(&program);
        Oracle { program, moves, most, part }
    }

    /// The harm that a set of levers leaves, and the cut that its prices give.
    pub(super) fn harm(&mut self, set: &[bool], allowed: f64) -> Result<(f64, Cut), CapacityError> {
        let question = Question { rhs: self.pulled(set), extra: &[], budget: None };
        let solved = self.part.solve(&self.program.lp, &question)?;
        if !set.contains(&true) {
            self.part.settle(&self.program.lp, &solved);
        }
        let columns = self.program.lp.columns.iter().zip(&solved.values);
        let harm =
            columns.map(|(column, value)| column.cost * if *value > 1e-5 { *value } else { 0.0 }).sum();
        Ok((harm, self.cut(&solved, allowed)))
    }

    /// How far to pull each lever, besides those of `base`, to come to the harm that is allowed at the least cost when
    /// levers can be pulled in part; and the cut that the prices give.
    pub(super) fn in_part(
        &mut self,
        base: &[bool],
        costs: &[f64],
        allowed: f64,
    ) -> Result<(Vec<f64>, Cut), CapacityError> {
        let free: Vec<usize> = (0..base.len()).filter(|lever| !base[*lever]).collect();
        let dearest = costs.iter().fold(1e-9, |a: f64, b| a.max(*b));
        let extra = free.iter().map(|lever| {
            let entries = self.moves[*lever].iter().map(|(row, by)| (*row, -by)).collect();
            Column { cost: costs[*lever] / dearest, upper: 1.0, entries }
        });
        let extra: Vec<Column> = extra.collect();
        let question = Question { rhs: self.pulled(base), extra: &extra, budget: Some(allowed) };
        let solved = self.part.solve(&self.program.lp, &question)?;
        let mut parts = vec![0.0; base.len()];
        for (lever, part) in free.iter().zip(&solved.extra) {
            parts[*lever] = *part;
        }
        Ok((parts, self.cut(&solved, allowed)))
    }

    /// The harm that a set of levers leaves, by the whole program.
    #[cfg(test)]
    pub(super) fn whole(&self, set: &[bool]) -> f64 {
        let mut lp = self.program.lp.clone();
        for (row, rhs) in lp.rows.iter_mut().zip(self.pulled(set)) {
            row.rhs = rhs;
        }
        let solution = crate::lp::solve(&lp).expect("solvable");
        lp.columns.iter().zip(&solution.values).map(|(column, value)| column.cost * value).sum()
    }

    /// The right-hand sides with a set of levers pulled.
    fn pulled(&self, set: &[bool]) -> Vec<f64> {
        let mut rhs: Vec<f64> = self.program.lp.rows.iter().map(|row| row.rhs).collect();
        for (moves, _) in self.moves.iter().zip(set).filter(|(_, pulled)| **pulled) {
            for (row, by) in moves {
                rhs[*row as usize] += by;
            }
        }
        rhs
    }

    /// What the levers must make up for, by prices of the rows and of an hour of harm. Weak duality makes it true for
    /// whatever prices of the right sign, so it does not hang on how exactly a program was solved: a column that
    /// the prices would have more of counts with the most it can be.
    fn cut(&self, solved: &Solved, allowed: f64) -> Cut {
        let lp = &self.program.lp;
        let (prices, harm) = (&solved.prices, solved.harm_price);
        let mut need: f64 = lp.rows.iter().zip(prices).map(|(row, price)| row.rhs * price).sum();
        need -= harm * allowed;
        for (column, most) in lp.columns.iter().zip(&self.most) {
            let priced: f64 = column.entries.iter().map(|(row, by)| by * prices[*row as usize]).sum();
            need += (harm * column.cost - priced).min(0.0) * most;
        }
        let by = |moves: &Vec<(u32, f64)>| {
            moves.iter().map(|(row, by)| (-prices[*row as usize] * by).max(0.0)).sum()
        };
        Cut::new(self.moves.iter().map(by).collect(), need)
    }
}

/// What a column never needs to be more than: all of its lot, or of the quota that it is short of.
fn most(column: &Column, rows: &[Row]) -> f64 {
    let wanted = |(row, by): &(u32, f64)| {
        let row = rows[*row as usize];
        (row.sense == Sense::Equal || column.entries.len() == 1).then_some(row.rhs / by)
    };
    column.entries.iter().filter_map(wanted).fold(column.upper, f64::min)
}

fn each_once(mut moves: Vec<(u32, f64)>) -> Vec<(u32, f64)> {
    moves.sort_by_key(|(row, _)| *row);
    moves.dedup_by(|(row, by), (kept, sum)| {
        let same = row == kept;
        if same {
            *sum += *by;
        }
        same
    });
    moves
}

/// The row whose right-hand side an effect moves, made where there is none, and by how much.
fn lever_row(program: &mut Program<'_>, effect: &Effect) -> (u32, f64) {
    match effect {
        Effect::Hours { worker, bucket, hours } => {
            (program.cell(*worker as usize, *bucket as usize), hours.0)
        }
        Effect::Promise { quota, hours } => {
            let row = program.quota(*quota as usize);
            let least = program.lp.rows[row as usize].rhs;
            (row, -hours.0.min(least))
        }
        Effect::Excuse { lots, hours } => {
            let row = new_row(program);
            for lot in lots {
                let entries = vec![(*lot, 1.0), (row, 1.0)];
                program.lp.columns.push(Column { cost: 0.0, upper: f64::INFINITY, entries });
            }
            (row, hours.0)
        }
        Effect::Postpone { lot, due } => {
            let row = new_row(program);
            let problem = program.problem;
            let later = due.0 - problem.lots[*lot as usize].due.0;
            for n in 0..program.places.len() {
                let place = program.places[n];
                if place.lot == *lot && place.late > 0.0 {
                    let mut column = program.lp.columns[n].clone();
                    column.cost = harm_of_late(problem, place.late - later);
                    column.entries.push((row, 1.0));
                    program.lp.columns.push(column);
                }
            }
            (row, problem.lots[*lot as usize].hours.0)
        }
    }
}

fn new_row(program: &mut Program<'_>) -> u32 {
    program.lp.rows.push(Row { sense: Sense::AtMost, rhs: 0.0 });
    (program.lp.rows.len() - 1) as u32
}
