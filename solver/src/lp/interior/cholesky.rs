//! A dense symmetric positive definite matrix as the product of a triangle with itself (Cholesky), in blocks: nearly
//! all of the work is products of matrices, which ndarray has.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;

/// So many columns are factored at a time, and so many rows brought up to date by one task: so the answer
/// is the same on any number of threads.
const BLOCK: usize = 32;
const ROWS: usize = 64;

/// A pivot below this share of its element on the diagonal says that the row depends on those before it.
const DEPENDENT: f64 = 1e-13;

/// The pivot of such a row: so large that its part in a solution is 0.
const SHUT: f64 = 1e64;

/// The lower triangle L of a matrix L Lᵀ.
pub(super) struct Triangle {
    lower: Array2<f64>,
}

impl Triangle {
    /// Factors a matrix, of which only the lower triangle is read.
    pub(super) fn of(mut matrix: Array2<f64>) -> Triangle {
        let size = matrix.nrows();
        let least: Vec<f64> = matrix.diag().iter().map(|element| DEPENDENT * element.abs()).collect();
        for first in (0..size).step_by(BLOCK) {
            let end = (first + BLOCK).min(size);
            let inverse = factor_block(&mut matrix, first..end, &least);
            if end == size {
                break;
            }
            let mut panel = Array2::zeros((size - end, end - first));
            let below = matrix.slice(s![end.., first..end]);
            general_mat_mul(1.0, &below, &inverse.t(), 0.0, &mut panel);
            matrix.slice_mut(s![end.., first..end]).assign(&panel);
            subtract_square(&mut matrix.slice_mut(s![end.., end..]), &panel.view());
        }
        Triangle { lower: matrix }
    }

    /// Solves L Lᵀ x = b in place.
    pub(super) fn solve(&self, b: &mut [f64]) {
        for i in 0..b.len() {
            let row = self.lower.row(i);
            let known = row.slice(s![..i]).dot(&ArrayView1::from(&b[..i]));
            b[i] = (b[i] - known) / row[i];
        }
        for i in (0..b.len()).rev() {
            let row = self.lower.row(i);
            b[i] /= row[i];
            let x = b[i];
            for (b, element) in b[..i].iter_mut().zip(row) {
                *b -= element * x;
            }
        }
    }
}

/// Takes P Pᵀ from the lower triangle of a matrix.
pub(super) fn subtract_square(matrix: &mut ArrayViewMut2<'_, f64>, p: &ArrayView2<'_, f64>) {
    let strips = matrix.axis_chunks_iter_mut(Axis(0), ROWS).into_par_iter();
    strips.enumerate().for_each(|(k, mut strip)| {
        let rows = k * ROWS..k * ROWS + strip.nrows();
        let mut lower = strip.slice_mut(s![.., ..rows.end]);
        let right = p.slice(s![..rows.end, ..]);
        general_mat_mul(-1.0, &p.slice(s![rows, ..]), &right.t(), 1.0, &mut lower);
    });
}

/// Factors a block on the diagonal; answers the inverse of its triangle.
fn factor_block(matrix: &mut Array2<f64>, range: std::ops::Range<usize>, least: &[f64]) -> Array2<f64> {
    let (first, size) = (range.start, range.len());
    let mut block = matrix.slice_mut(s![range.clone(), range]);
    for j in 0..size {
        let known: f64 = (0..j).map(|p| block[(j, p)] * block[(j, p)]).sum();
        let left = block[(j, j)] - known;
        let pivot = if left > least[first + j] { left.sqrt() } else { SHUT };
        block[(j, j)] = pivot;
        for i in j + 1..size {
            let known: f64 = (0..j).map(|p| block[(i, p)] * block[(j, p)]).sum();
            block[(i, j)] = (block[(i, j)] - known) / pivot;
        }
    }
    let mut inverse = Array2::zeros((size, size));
    for column in 0..size {
        inverse[(column, column)] = 1.0 / block[(column, column)];
        for row in column + 1..size {
            let known: f64 = (column..row).map(|p| block[(row, p)] * inverse[(p, column)]).sum();
            inverse[(row, column)] = -known / block[(row, row)];
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(size: usize, rank: usize, seed: u64) -> Array2<f64> {
        let mut rng = fastrand::Rng::with_seed(seed);
        let half = Array2::from_shape_simple_fn((size, rank), || rng.f64() - 0.5);
        half.dot(&half.t())
    }

    /// Below, at and above the size of a block, and over several strips of rows.
    #[test]
    fn solves_what_it_factored() {
        for size in [1, 2, 63, 64, 65, 200, 400] {
            let matrix = random(size, size + 5, size as u64);
            let wanted: Vec<f64> = (0..size).map(|i| i as f64 - 3.0).collect();
            let mut b = matrix.dot(&ArrayView1::from(&wanted)).to_vec();
            Triangle::of(matrix).solve(&mut b);
            let worst = b.iter().zip(&wanted).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-4 * size as f64, "{size}: {worst}");
        }
    }

    /// Rows that depend on others are passed over, and what can be solved is.
    #[test]
    fn dependent_rows_do_no_harm() {
        let (size, rank) = (90, 70);
        let matrix = random(size, rank, 1);
        let wanted = matrix.dot(&ndarray::Array1::from_elem(size, 1.0)).to_vec();
        let mut x = wanted.clone();
        Triangle::of(matrix.clone()).solve(&mut x);
        let met = matrix.dot(&ArrayView1::from(&x));
        let worst = met.iter().zip(&wanted).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-4, "{worst}");
    }

    #[test]
    fn the_same_on_any_number_of_threads() {
        let on = |threads: usize| {
            let pool =
                rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
            pool.install(|| Triangle::of(random(500, 500, 3)).lower)
        };
        assert_eq!(on(1), on(4));
    }
}
