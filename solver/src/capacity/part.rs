//! A large program of which only a part matters: solved through that part, proven by the prices of the whole.
//!
//! Columns outside the part are held where they are: at 0, or, for a lot that is *settled*, where its work does no
//! harm and takes nothing scarce. Only what is inside is solved for. The prices then tell which columns outside
//! would make it better, and which held ones take something that has a price; these come inside, and it
//! is solved again: column generation (Gilmore and Gomory 1961, doi:10.1287/opre.9.6.849). When the prices ask for
//! nothing more, they prove the answer for the whole.

use super::CapacityError;
use super::program::Program;
use crate::lp::{Column, LinearProgram, LpSolution, Row, Sense, solve};

/// Less than this, in hours of harm for an hour of work, is rounding.
const HAIR: f64 = 1e-6;
/// Fewer hours than this are none.
const DUST: f64 = 1e-5;
/// The cost of an hour of harm beyond the budget: more than all further columns, which cost at most 1 each, can save.
const BEYOND: f64 = 1e4;

/// The part, and what the rest is held at.
pub(super) struct Part {
    /// Whether a column is solved for.
    inside: Vec<bool>,
    /// What the columns that are not are held at.
    held: Vec<f64>,
    /// For each lot, whether all of it is held.
    settled: Vec<bool>,
    /// How many programs were solved.
    pub(super) solved: usize,
    /// How many columns they had together: what the time goes with.
    pub(super) work: usize,
}

/// What is asked: the least harm; or, with a budget of harm, the least cost of further columns.
pub(super) struct Question<'q> {
    /// The right-hand side of each row.
    pub(super) rhs: Vec<f64>,
    /// Further columns, their costs to be made small.
    pub(super) extra: &'q [Column],
    /// The harm that is allowed when those costs are made small.
    pub(super) budget: Option<f64>,
}

/// An optimum of the whole.
pub(super) struct Solved {
    /// The value of each column.
    pub(super) values: Vec<f64>,
    /// The values of the further columns.
    pub(super) extra: Vec<f64>,
    /// The price of each row.
    pub(super) prices: Vec<f64>,
    /// The price of an hour of harm.
    pub(super) harm_price: f64,
}

impl Part {
    /// Begins with what is done on time and at once, with what is left undone, and with what was added for levers.
    pub(super) fn new(program: &Program<'_>) -> Part {
        let (lp, places) = (&program.lp, &program.places);
        let first = |lot: u32| {
            let release = program.problem.lots[lot as usize].release.0;
            program.problem.buckets.partition_point(|bucket| bucket.to.0 <= release)
        };
        let begins = |(n, column): (usize, &Column)| match places.get(n) {
            Some(place) => place.late == 0.0 && place.bucket as usize == first(place.lot),
            None => column.cost == 0.0 || column.entries.len() == 1,
        };
        Part {
            inside: lp.columns.iter().enumerate().map(begins).collect(),
            held: vec![0.0; lp.columns.len()],
            settled: vec![false; program.problem.lots.len()],
            solved: 0,
            work: 0,
        }
    }

    /// Solves, and lets in what the prices ask for, until they ask for nothing.
    pub(super) fn solve(
        &mut self,
        lp: &LinearProgram,
        question: &Question<'_>,
    ) -> Result<Solved, CapacityError> {
        loop {
            let small = Small::new(self, lp, question);
            self.solved += 1;
            self.work += small.lp.columns.len();
            let solution = solve(&small.lp).ok_or(CapacityError::Unsolved)?;
            let solved = small.solved(self, lp, question, &solution);
            if !self.grow(lp, &solved) {
                return Ok(solved);
            }
        }
    }

    /// Holds, from now on, each lot that does no harm and takes nothing that has a price. Where `solved` has the
    /// least on the right-hand sides, what is held stays possible whatever is asked.
    pub(super) fn settle(&mut self, lp: &LinearProgram, solved: &Solved) {
        let lots = self.settled.len();
        let mut done = vec![0.0; lots];
        let mut settled = vec![true; lots];
        for (column, value) in lp.columns.iter().zip(&solved.values) {
            let Some(lot) = lot_of(column, lots).filter(|_| *value > 0.0) else { continue };
            done[lot] += value;
            if *value > DUST && (column.cost > 0.0 || priced(column, &solved.prices).abs() > HAIR) {
                settled[lot] = false;
            }
        }
        for (lot, row) in lp.rows[..lots].iter().enumerate() {
            self.settled[lot] = settled[lot] && solved.prices[lot] < HAIR && done[lot] > 0.5 * row.rhs;
        }
        for (n, column) in lp.columns.iter().enumerate() {
            let Some(lot) = lot_of(column, lots).filter(|lot| self.settled[*lot]) else { continue };
            self.inside[n] = false;
            let harmless = column.cost == 0.0;
            self.held[n] = if harmless { solved.values[n] * lp.rows[lot].rhs / done[lot] } else { 0.0 };
        }
    }

    /// What the held columns leave of each right-hand side.
    fn left(&self, lp: &LinearProgram, question: &Question<'_>) -> Vec<f64> {
        let mut left = question.rhs.clone();
        for (column, held) in lp.columns.iter().zip(&self.held).filter(|(_, held)| **held > 0.0) {
            for (row, by) in &column.entries {
                left[*row as usize] -= by * held;
            }
        }
        left
    }

    /// Lets in what would make the answer better, or takes what has a price; whether there was anything.
    fn grow(&mut self, lp: &LinearProgram, solved: &Solved) -> bool {
        let hair = HAIR * solved.harm_price + 1e-9;
        let lots = self.settled.len();
        let mut grown = false;
        let mut unsettled = vec![false; lots];
        for (n, column) in lp.columns.iter().enumerate() {
            if self.inside[n] {
                continue;
            }
            let saves = priced(column, &solved.prices) - solved.harm_price * column.cost;
            if saves > hair || (self.held[n] > DUST && saves < -hair) {
                self.inside[n] = true;
                grown = true;
                if let Some(lot) = lot_of(column, lots) {
                    unsettled[lot] = self.settled[lot];
                }
            }
        }
        for (n, column) in lp.columns.iter().enumerate() {
            if lot_of(column, lots).is_some_and(|lot| unsettled[lot]) {
                self.held[n] = 0.0;
                self.inside[n] |= column.cost == 0.0 || column.entries.len() == 1;
            }
        }
        for (settled, unsettled) in self.settled.iter_mut().zip(&unsettled) {
            *settled &= !unsettled;
        }
        grown
    }
}

/// The lot that a column is work of: each has one, the first of its rows, but what is short of a quota.
fn lot_of(column: &Column, lots: usize) -> Option<usize> {
    Some(column.entries[0].0 as usize).filter(|row| *row < lots)
}

/// What the rows pay for an hour in a column.
fn priced(column: &Column, prices: &[f64]) -> f64 {
    column.entries.iter().map(|(row, by)| by * prices[*row as usize]).sum()
}

/// No row of the small program.
const NONE: u32 = u32::MAX;

/// The program that is solved.
struct Small {
    lp: LinearProgram,
    /// For each row of the whole its row here.
    row_of: Vec<u32>,
}

impl Small {
    fn new(part: &Part, lp: &LinearProgram, question: &Question<'_>) -> Small {
        let mut small = Small { lp: LinearProgram::default(), row_of: vec![NONE; lp.rows.len()] };
        let rhs = part.left(lp, question);
        for column in lp.columns.iter().zip(&part.inside).filter(|(_, inside)| **inside).map(|(c, _)| c) {
            let entries = column.entries.iter().map(|(row, by)| (small.row(*row, lp, &rhs), *by)).collect();
            small.lp.columns.push(Column { cost: column.cost, upper: column.upper, entries });
        }
        let Some(budget) = question.budget else { return small };
        let row = small.lp.rows.len() as u32;
        small.lp.rows.push(Row { sense: Sense::AtMost, rhs: budget });
        for column in small.lp.columns.iter_mut().filter(|column| column.cost > 0.0) {
            column.entries.push((row, column.cost));
            column.cost = 0.0;
        }
        for column in question.extra {
            let here = column.entries.iter().map(|(row, by)| (small.row_of[*row as usize], *by));
            let entries = here.filter(|(row, _)| *row != NONE).collect();
            small.lp.columns.push(Column { cost: column.cost, upper: column.upper, entries });
        }
        small.lp.columns.push(Column { cost: BEYOND, upper: f64::INFINITY, entries: vec![(row, -1.0)] });
        small
    }

    fn row(&mut self, row: u32, lp: &LinearProgram, rhs: &[f64]) -> u32 {
        let here = &mut self.row_of[row as usize];
        if *here == NONE {
            *here = self.lp.rows.len() as u32;
            let (sense, rhs) = (lp.rows[row as usize].sense, rhs[row as usize]);
            // What is held takes no more than there is, but for rounding.
            let rhs = if sense == Sense::AtMost { rhs.max(0.0) } else { rhs };
            self.lp.rows.push(Row { sense, rhs });
        }
        *here
    }

    /// The answer for the whole, from that for the part.
    fn solved(
        &self,
        part: &Part,
        lp: &LinearProgram,
        question: &Question<'_>,
        solution: &LpSolution,
    ) -> Solved {
        let price = |row: &u32| if *row == NONE { 0.0 } else { solution.prices[*row as usize] };
        let mut values = solution.values.iter();
        let mut value = |n: usize| if part.inside[n] { values.next().copied() } else { None };
        Solved {
            values: (0..lp.columns.len()).map(|n| value(n).unwrap_or(part.held[n])).collect(),
            extra: values.copied().take(question.extra.len()).collect(),
            prices: self.row_of.iter().map(price).collect(),
            harm_price: question.budget.map_or(1.0, |_| -solution.prices[self.lp.rows.len() - 1]),
        }
    }
}
