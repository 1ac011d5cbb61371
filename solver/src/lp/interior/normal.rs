//! The normal equations A W Aᵀ y = b of an interior-point step.

use super::cholesky::{Triangle, subtract_square};
use super::standard::Columns;
use ndarray::{Array2, ArrayView1, Axis};
use rayon::prelude::*;
use std::ops::Range;

/// What is added to the diagonal: nothing, and a share of it, so that rows that are nearly the same stay apart.
const LEAST: f64 = 1e-12;
const SHARE: f64 = 1e-11;

/// So many rows of the equations are worked out by one task.
const ROWS: usize = 16;

/// Where columns meet, which is the same in all steps. Rows apart, of which no column has two entries, have a diagonal among
/// themselves: they are eliminated first, and only the others are a dense matrix.
pub(super) struct Shape {
    apart: Range<usize>,
    /// Each column's row apart, if it has one.
    alone: Vec<Option<(usize, f64)>>,
    /// Each column's entries in the other rows, from first to last.
    columns: Columns,
    /// Each of the other rows' entries, by column.
    rows: Columns,
}

impl Shape {
    /// The shape of a matrix with so many rows.
    pub(super) fn new(matrix: &Columns, rows: usize, apart: Range<usize>) -> Shape {
        let mut alone = Vec::with_capacity(matrix.count());
        let mut columns = Columns::default();
        let mut others: Vec<(u32, f64)> = Vec::new();
        for column in 0..matrix.count() {
            others.clear();
            let mut mine = None;
            for (row, a) in matrix.of(column) {
                if apart.contains(&row) {
                    mine = Some((row - apart.start, a));
                } else {
                    others.push((if row < apart.start { row } else { row - apart.len() } as u32, a));
                }
            }
            others.sort_unstable_by_key(|(row, _)| *row);
            columns.push(others.iter().copied());
            alone.push(mine);
        }
        let rows = columns.transposed(rows - apart.len());
        Shape { apart, alone, columns, rows }
    }

    /// The lower triangle of the rows that are not apart.
    fn dense(&self, weights: &[f64]) -> Array2<f64> {
        let size = self.rows.count();
        let mut matrix = Array2::<f64>::zeros((size, size));
        let strips = matrix.axis_chunks_iter_mut(Axis(0), ROWS).into_par_iter();
        strips.enumerate().for_each(|(k, mut strip)| {
            for (row, mut sums) in (k * ROWS..).zip(strip.rows_mut()) {
                for (column, a) in self.rows.of(row) {
                    let a = a * weights[column];
                    for (other, b) in self.columns.of(column).take_while(|(other, _)| *other <= row) {
                        sums[other] += a * b;
                    }
                }
            }
        });
        matrix
    }
}

/// The equations at some weights W of the columns, factored.
pub(super) struct Normal {
    apart: Range<usize>,
    /// The root of each diagonal element of the rows apart.
    roots: Vec<f64>,
    /// What the others share with each row apart, over its root.
    shared: Array2<f64>,
    rest: Triangle,
}

impl Normal {
    pub(super) fn new(shape: &Shape, weights: &[f64]) -> Normal {
        let mut matrix = shape.dense(weights);
        let mut roots = vec![0.0; shape.apart.len()];
        let mut shared = Array2::<f64>::zeros((matrix.nrows(), roots.len()));
        for (column, weight) in weights.iter().enumerate() {
            if let Some((alone, a)) = shape.alone[column] {
                roots[alone] += weight * a * a;
                shape.columns.of(column).for_each(|(row, b)| shared[(row, alone)] += weight * a * b);
            }
        }
        // A row that no column is in is in no other's way.
        roots.iter_mut().for_each(|root| *root = if *root > 0.0 { root.sqrt() } else { f64::INFINITY });
        shared /= &ArrayView1::from(&roots);
        subtract_square(&mut matrix.view_mut(), &shared.view());
        for element in matrix.diag_mut() {
            *element += LEAST + SHARE * element.abs();
        }
        Normal { apart: shape.apart.clone(), roots, shared, rest: Triangle::of(matrix) }
    }

    /// The solution for right-hand sides.
    pub(super) fn solve(&self, sides: &[f64]) -> Vec<f64> {
        let Range { start, end } = self.apart;
        let over_roots =
            |values: &[f64]| values.iter().zip(&self.roots).map(|(value, root)| value / root).collect();
        let apart: Vec<f64> = over_roots(&sides[start..end]);
        let known = self.shared.dot(&ArrayView1::from(&apart));
        let others = sides[..start].iter().chain(&sides[end..]);
        let mut rest: Vec<f64> = others.zip(&known).map(|(side, known)| side - known).collect();
        self.rest.solve(&mut rest);
        let known = self.shared.t().dot(&ArrayView1::from(&rest));
        let left: Vec<f64> = apart.iter().zip(&known).map(|(side, known)| side - known).collect();
        let apart: Vec<f64> = over_roots(&left);
        [&rest[..start], &apart, &rest[start..]].concat()
    }
}
