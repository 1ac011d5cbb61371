//! A program as the interior-point method takes it.

use crate::lp::{LinearProgram, Sense};

/// A sparse matrix by columns.
pub(super) struct Columns {
    /// Where each column's entries begin, and the end of the last.
    first: Vec<usize>,
    rows: Vec<u32>,
    coefficients: Vec<f64>,
}

impl Default for Columns {
    fn default() -> Columns {
        Columns { first: vec![0], rows: Vec::new(), coefficients: Vec::new() }
    }
}

impl Columns {
    pub(super) fn push(&mut self, entries: impl Iterator<Item = (u32, f64)>) {
        for (row, coefficient) in entries {
            self.rows.push(row);
            self.coefficients.push(coefficient);
        }
        self.first.push(self.rows.len());
    }

    pub(super) fn count(&self) -> usize {
        self.first.len() - 1
    }

    /// The entries of a column: row and coefficient.
    pub(super) fn of(&self, column: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.first[column]..self.first[column + 1];
        let rows = self.rows[range.clone()].iter().map(|row| *row as usize);
        rows.zip(self.coefficients[range].iter().copied())
    }

    /// The same matrix by rows, of which it has so many.
    pub(super) fn transposed(&self, rows: usize) -> Columns {
        let mut entries: Vec<Vec<(u32, f64)>> = vec![Vec::new(); rows];
        for column in 0..self.count() {
            self.of(column).for_each(|(row, a)| entries[row].push((column as u32, a)));
        }
        let mut transposed = Columns::default();
        entries.into_iter().for_each(|mine| transposed.push(mine.into_iter()));
        transposed
    }

    /// What prices of rows make of each column.
    pub(super) fn priced(&self, prices: &[f64]) -> Vec<f64> {
        (0..self.count()).map(|column| self.of(column).map(|(row, a)| a * prices[row]).sum()).collect()
    }

    /// Each row's sum at values of columns.
    pub(super) fn sums(&self, rows: usize, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; rows];
        for (column, value) in values.iter().enumerate() {
            for (row, a) in self.of(column) {
                sums[row] += a * value;
            }
        }
        sums
    }
}

/// A program with equal rows only: each inequality has a column that makes up for it. Rows are divided by their largest coefficient.
pub(super) struct Standard {
    pub(super) matrix: Columns,
    pub(super) costs: Vec<f64>,
    /// Infinite where there is no bound, and never 0.
    pub(super) uppers: Vec<f64>,
    pub(super) sides: Vec<f64>,
    /// What each row was divided by.
    pub(super) scale: Vec<f64>,
    /// Which of the program's columns the first columns here are.
    pub(super) kept: Vec<usize>,
}

impl Standard {
    pub(super) fn new(program: &LinearProgram) -> Standard {
        let mut scale: Vec<f64> = vec![0.0; program.rows.len()];
        for (row, a) in program.columns.iter().flat_map(|column| &column.entries) {
            scale[*row as usize] = scale[*row as usize].max(a.abs());
        }
        scale.iter_mut().filter(|scale| **scale == 0.0).for_each(|scale| *scale = 1.0);
        let mut standard = Standard {
            matrix: Columns::default(),
            costs: Vec::new(),
            uppers: Vec::new(),
            sides: program.rows.iter().zip(&scale).map(|(row, scale)| row.rhs / scale).collect(),
            scale,
            kept: Vec::new(),
        };
        for (number, column) in program.columns.iter().enumerate() {
            // What is in no row, or has no room, is known.
            if !column.entries.is_empty() && column.upper > 0.0 {
                let scaled = |(row, a): &(u32, f64)| (*row, a / standard.scale[*row as usize]);
                standard.matrix.push(column.entries.iter().map(scaled));
                standard.costs.push(column.cost);
                standard.uppers.push(column.upper);
                standard.kept.push(number);
            }
        }
        for (number, row) in (0..).zip(&program.rows) {
            let sign = match row.sense {
                Sense::Equal => continue,
                Sense::AtLeast => -1.0,
                Sense::AtMost => 1.0,
            };
            standard.matrix.push(std::iter::once((number, sign)));
            standard.costs.push(0.0);
            standard.uppers.push(f64::INFINITY);
        }
        standard
    }

    pub(super) fn rows(&self) -> usize {
        self.sides.len()
    }

    /// The program's columns at a point's values; none where one without rows would grow for ever.
    pub(super) fn values(&self, program: &LinearProgram, point: &[f64]) -> Option<Vec<f64>> {
        let alone = |cost: f64, upper: f64| if cost < 0.0 { upper } else { 0.0 };
        let mut values: Vec<f64> = program.columns.iter().map(|c| alone(c.cost, c.upper)).collect();
        self.kept.iter().zip(point).for_each(|(number, value)| values[*number] = *value);
        values.iter().all(|value| value.is_finite()).then_some(values)
    }
}
