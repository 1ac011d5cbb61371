//! A primal-dual interior-point method (Mehrotra 1992, doi:10.1137/0802028), made for column generation: programs of few rows
//! and many columns, which are solved again and again with more of them.
//!
//! * It starts near the values and prices of the solve before. They lie on the boundary, where steps are short, so they are
//!   moved inside first ([`Point::near`]).
//! * It ends when the gap is as small as asked for and not smaller: prices are then still central, and columns priced at
//!   them are better (Gondzio, González-Brevis and Munari 2013, doi:10.1016/j.ejor.2012.08.001).
//! * Its equations are as many as the rows, and dense after a few columns already. So a dense factorization is the
//!   right one: on a problem of class M a solve takes a quarter of the time of a method for sparse programs.

mod cholesky;
mod normal;
mod standard;

use super::{LinearProgram, LpSolution};
use normal::{Normal, Shape};
use standard::Standard;

/// Where to start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start<'s> {
    /// A value for each column; 0 where there is none.
    pub(crate) values: &'s [f64],
    /// A price for each row; 0 where there is none.
    pub(crate) prices: &'s [f64],
}

/// The most steps; a tenth of them is usual.
const STEPS: usize = 80;

/// The share of the way to the nearest bound that a step goes at most.
const SHORT_OF_BOUND: f64 = 0.99;

/// By how much rows and columns may be missed at the end, as a share of the largest right-hand side and cost; less where the gap is to
/// be less.
const MISSED: f64 = 1e-3;

/// How far inside to start: the products of values and their prices are at least this share of the cost, over all columns.
/// A tenth of it makes steps short at first and takes up to twice as many, and ten times it takes one or two more.
const INSIDE: f64 = 3.0;

/// Products below this are as good as none.
const LEAST_PRODUCT: f64 = 1e-6;

/// Solves a program until its gap is `gap`, as a share of the cost, or less; none when the method gives up.
pub(super) fn solve(program: &LinearProgram, start: &Start<'_>, gap: f64) -> Option<LpSolution> {
    let standard = Standard::new(program);
    let known: f64 =
        program.columns.iter().zip(start.values).map(|(column, value)| column.cost * value).sum();
    // Without values to start from: as if all was one column, and the dearest.
    let cost = if known == 0.0 { largest(&standard.costs) * largest(&standard.sides) } else { known.abs() };
    let product = (INSIDE * cost / standard.matrix.count() as f64).max(LEAST_PRODUCT);
    let mut point = Point::near(&standard, start, product);
    let shape = Shape::new(&standard.matrix, standard.rows(), program.apart.clone());
    for _ in 0..STEPS {
        let missed = Missed::at(&standard, &point);
        if missed.little(&standard, &point, gap) && point.gap(&standard) <= gap {
            let prices = point.y.iter().zip(&standard.scale).map(|(price, scale)| price / scale).collect();
            return Some(LpSolution { values: standard.values(program, &point.x)?, prices });
        }
        point.step(&standard, &shape, &missed)?;
    }
    None
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}

/// A point inside: every value lies between its bounds, and what bounds are worth is above 0.
struct Point {
    /// Values of columns.
    x: Vec<f64>,
    /// What is left to their upper bounds; infinite where there is none.
    s: Vec<f64>,
    /// Prices of rows.
    y: Vec<f64>,
    /// What the lower bounds are worth.
    z: Vec<f64>,
    /// What the upper bounds are worth; 0 where there is none.
    v: Vec<f64>,
}

/// A direction from a point.
struct Direction {
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    v: Vec<f64>,
}

/// By how much a point misses the rows, and its prices the costs of columns.
struct Missed {
    rows: Vec<f64>,
    columns: Vec<f64>,
}

impl Missed {
    fn at(program: &Standard, point: &Point) -> Missed {
        let sums = program.matrix.sums(program.rows(), &point.x);
        let priced = program.matrix.priced(&point.y);
        let column = |c: usize| program.costs[c] - priced[c] - point.z[c] + point.v[c];
        Missed {
            rows: program.sides.iter().zip(&sums).map(|(side, sum)| side - sum).collect(),
            columns: (0..priced.len()).map(column).collect(),
        }
    }

    /// Whether that is little: of the largest right-hand side and cost, and at the point's prices and values of its cost.
    fn little(&self, program: &Standard, point: &Point, gap: f64) -> bool {
        let worth =
            |missed: &[f64], each: &[f64]| missed.iter().zip(each).map(|(m, e)| (m * e).abs()).sum::<f64>();
        let share = gap.min(MISSED);
        largest(&self.rows) <= share * (1.0 + largest(&program.sides))
            && largest(&self.columns) <= share * (1.0 + largest(&program.costs))
            && worth(&self.rows, &point.y) + worth(&self.columns, &point.x)
                <= gap * (1.0 + point.cost(program).abs())
    }
}

impl Point {
    /// A point near a start, with products of at least `product`: what is far from paying gets a value by that, what has a
    /// value a distance from paying.
    fn near(program: &Standard, start: &Start<'_>, product: f64) -> Point {
        let price = |(row, scale): (usize, &f64)| start.prices.get(row).map_or(0.0, |price| price * scale);
        let y: Vec<f64> = program.scale.iter().enumerate().map(price).collect();
        let priced = program.matrix.priced(&y);
        let known = |number: &usize| start.values.get(*number).copied().unwrap_or(0.0);
        let mut x: Vec<f64> = program.kept.iter().map(known).collect();
        let sums = program.matrix.sums(program.rows(), &x);
        for column in x.len()..priced.len() {
            // What makes up for an inequality has one row, and there 1 or -1.
            let beyond = program.matrix.of(column).map(|(row, sign)| (program.sides[row] - sums[row]) * sign);
            x.push(beyond.sum::<f64>().max(0.0));
        }
        let (mut s, mut z, mut v) = (Vec::new(), Vec::new(), Vec::new());
        for (c, x) in x.iter_mut().enumerate() {
            let (reduced, upper) = (program.costs[c] - priced[c], program.uppers[c]);
            if upper.is_finite() {
                let least = (product / reduced.abs().max(product.sqrt())).min(0.3 * upper);
                *x = x.clamp(least, upper - least);
                let (low, high) = (product / *x, product / (upper - *x));
                s.push(upper - *x);
                z.push(low.max(reduced + high));
                v.push(high.max(low - reduced));
            } else {
                *x = x.max(product / reduced.max(product.sqrt()));
                s.push(f64::INFINITY);
                z.push(reduced.max(product / *x));
                v.push(0.0);
            }
        }
        Point { x, s, y, z, v }
    }

    /// What the values cost.
    fn cost(&self, program: &Standard) -> f64 {
        program.costs.iter().zip(&self.x).map(|(cost, x)| cost * x).sum()
    }

    /// The distance between what the values cost and what the prices prove, as a share of the cost.
    fn gap(&self, program: &Standard) -> f64 {
        let primal = self.cost(program);
        let sides: f64 = program.sides.iter().zip(&self.y).map(|(side, y)| side * y).sum();
        let uppers: f64 = self.bounded().map(|c| program.uppers[c] * self.v[c]).sum();
        (primal - (sides - uppers)).abs() / (1.0 + primal.abs())
    }

    /// The columns with an upper bound.
    fn bounded(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.s.len()).filter(|c| self.s[*c].is_finite())
    }

    /// The sum of values times what their bounds are worth, after steps of some lengths.
    fn products(&self, to: &Direction, primal: f64, dual: f64) -> f64 {
        let low = |c: usize| (self.x[c] + primal * to.x[c]) * (self.z[c] + dual * to.z[c]);
        let high = |c: usize| (self.s[c] - primal * to.x[c]) * (self.v[c] + dual * to.v[c]);
        (0..self.x.len()).map(low).sum::<f64>() + self.bounded().map(high).sum::<f64>()
    }

    /// Goes on to the next point: a look ahead to the optimum says how much of the way to take, and a second direction corrects for
    /// what the first leaves out. None where numbers have become too large.
    fn step(&mut self, program: &Standard, shape: &Shape, missed: &Missed) -> Option<()> {
        let weight = |c: usize| {
            let high = if self.s[c].is_finite() { self.v[c] / self.s[c] } else { 0.0 };
            1.0 / (self.z[c] / self.x[c] + high)
        };
        let weights: Vec<f64> = (0..self.x.len()).map(weight).collect();
        let equations = Equations { program, missed, normal: Normal::new(shape, &weights), weights };
        let low = |c: usize| self.x[c] * self.z[c];
        let high = |c: usize| self.s[c] * self.v[c];
        let ahead = equations.direction(self, |c| -low(c), |c| -high(c));
        let (primal, dual) = self.longest(&ahead);
        let now: f64 = (0..self.x.len()).map(low).sum::<f64>() + self.bounded().map(high).sum::<f64>();
        let share = self.products(&ahead, primal, dual) / now;
        let aim = share.powi(3) * now / (self.x.len() + self.bounded().count()) as f64;
        let to = equations.direction(
            self,
            |c| aim - low(c) - ahead.x[c] * ahead.z[c],
            |c| aim - high(c) + ahead.x[c] * ahead.v[c],
        );
        let (primal, dual) = self.longest(&to);
        self.advance(program, &to, SHORT_OF_BOUND * primal, SHORT_OF_BOUND * dual);
        (aim.is_finite() && self.x.iter().chain(&self.y).all(|number| number.is_finite())).then_some(())
    }

    /// The longest steps of values and of prices, up to a whole one, that stay inside.
    fn longest(&self, to: &Direction) -> (f64, f64) {
        let (mut primal, mut dual) = (1.0_f64, 1.0_f64);
        let ends = |now: f64, change: f64| if change < 0.0 { -now / change } else { f64::INFINITY };
        for c in 0..self.x.len() {
            primal = primal.min(ends(self.x[c], to.x[c])).min(ends(self.s[c], -to.x[c]));
            dual = dual.min(ends(self.z[c], to.z[c]));
        }
        for c in self.bounded() {
            dual = dual.min(ends(self.v[c], to.v[c]));
        }
        (primal, dual)
    }

    fn advance(&mut self, program: &Standard, to: &Direction, primal: f64, dual: f64) {
        for c in 0..self.x.len() {
            self.x[c] += primal * to.x[c];
            self.s[c] = program.uppers[c] - self.x[c];
            self.z[c] += dual * to.z[c];
            self.v[c] += dual * to.v[c];
        }
        self.y.iter_mut().zip(&to.y).for_each(|(y, change)| *y += dual * change);
    }
}

/// Newton's equations at a point.
struct Equations<'e> {
    program: &'e Standard,
    missed: &'e Missed,
    /// What a point more of worth moves each value by.
    weights: Vec<f64>,
    normal: Normal,
}

impl Equations<'_> {
    /// The direction that mends what is missed and changes the products at lower and upper bounds by so much.
    fn direction(&self, at: &Point, low: impl Fn(usize) -> f64, high: impl Fn(usize) -> f64) -> Direction {
        let columns = at.x.len();
        let over = |c: usize, change: f64| if at.s[c].is_finite() { change / at.s[c] } else { 0.0 };
        let aside = |c: usize| self.missed.columns[c] - low(c) / at.x[c] + over(c, high(c));
        let aside: Vec<f64> = (0..columns).map(aside).collect();
        let weighted: Vec<f64> =
            aside.iter().zip(&self.weights).map(|(aside, weight)| aside * weight).collect();
        let mut sides = self.program.matrix.sums(self.program.rows(), &weighted);
        sides.iter_mut().zip(&self.missed.rows).for_each(|(side, missed)| *side += missed);
        let y = self.normal.solve(&sides);
        let priced = self.program.matrix.priced(&y);
        let x: Vec<f64> = (0..columns).map(|c| self.weights[c] * (priced[c] - aside[c])).collect();
        let z = (0..columns).map(|c| (low(c) - at.z[c] * x[c]) / at.x[c]).collect();
        let v = (0..columns)
            .map(|c| if at.s[c].is_finite() { (high(c) + at.v[c] * x[c]) / at.s[c] } else { 0.0 });
        Direction { v: v.collect(), x, y, z }
    }
}
