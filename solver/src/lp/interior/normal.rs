//! The normal equations A W Aᵀ y = b of an interior-point step.

use super::cholesky::Triangle;
use super::standard::Standard;
use ndarray::Array2;
use std::ops::Range;

/// What is added to the diagonal: nothing, and a share of it, so that rows that are nearly the same stay apart.
const LEAST: f64 = 1e-12;
const SHARE: f64 = 1e-11;

/// The equations at some weights W of the columns, factored. Rows apart, of which no column has two entries, have a
/// diagonal among themselves: they are eliminated first, and only the others are a dense matrix.
pub(super) struct Normal {
    apart: Range<usize>,
    diagonal: Vec<f64>,
    /// For each row apart, what it shares with the others: place, and weighted product.
    shared: Vec<Vec<(u32, f64)>>,
    rest: Triangle,
}

impl Normal {
    pub(super) fn new(program: &Standard, weights: &[f64]) -> Normal {
        let apart = program.apart.clone();
        let size = program.rows() - apart.len();
        let mut matrix = Array2::<f64>::zeros((size, size));
        let mut diagonal = vec![0.0; apart.len()];
        let mut shared: Vec<Vec<(u32, f64)>> = vec![Vec::new(); apart.len()];
        let mut others: Vec<(u32, f64)> = Vec::new();
        for (column, weight) in weights.iter().enumerate() {
            others.clear();
            let mut alone = None;
            for (row, a) in program.matrix.of(column) {
                if apart.contains(&row) {
                    alone = Some((row - apart.start, a));
                } else {
                    others.push((if row < apart.start { row } else { row - apart.len() } as u32, a));
                }
            }
            if let Some((row, a)) = alone {
                diagonal[row] += weight * a * a;
                shared[row].extend(others.iter().map(|(other, b)| (*other, weight * a * b)));
            }
            add_product(&mut matrix, &others, *weight);
        }
        for (entries, diagonal) in shared.iter_mut().zip(&diagonal) {
            entries.sort_by_key(|(row, _)| *row);
            entries.dedup_by(|next, first| {
                let same = next.0 == first.0;
                first.1 += if same { next.1 } else { 0.0 };
                same
            });
            if *diagonal > 0.0 {
                add_product(&mut matrix, entries, -1.0 / diagonal);
            }
        }
        for element in matrix.diag_mut() {
            *element += LEAST + SHARE * element.abs();
        }
        Normal { apart, diagonal, shared, rest: Triangle::of(matrix) }
    }

    /// The solution for right-hand sides.
    pub(super) fn solve(&self, sides: &[f64]) -> Vec<f64> {
        let Range { start, end } = self.apart;
        let eliminated = || (start..).zip(&self.diagonal).zip(&self.shared).filter(|((_, d), _)| **d > 0.0);
        let mut rest: Vec<f64> = sides[..start].iter().chain(&sides[end..]).copied().collect();
        for ((row, diagonal), shared) in eliminated() {
            for (other, a) in shared {
                rest[*other as usize] -= a * sides[row] / diagonal;
            }
        }
        self.rest.solve(&mut rest);
        let mut solution = vec![0.0; sides.len()];
        solution[..start].copy_from_slice(&rest[..start]);
        solution[end..].copy_from_slice(&rest[start..]);
        for ((row, diagonal), shared) in eliminated() {
            let known: f64 = shared.iter().map(|(other, a)| a * rest[*other as usize]).sum();
            solution[row] = (sides[row] - known) / diagonal;
        }
        solution
    }
}

/// Adds the product of a sparse vector with itself to a lower triangle.
fn add_product(matrix: &mut Array2<f64>, entries: &[(u32, f64)], weight: f64) {
    for (k, (row, a)) in entries.iter().enumerate() {
        for (other, b) in &entries[..=k] {
            let place = (*row.max(other) as usize, *row.min(other) as usize);
            matrix[place] += weight * a * b;
        }
    }
}
