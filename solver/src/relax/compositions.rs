//! Rows that all compositions keep: ways to fill a room with pieces of certain lengths.
//!
//! How often each length is had in a fractional plan is to be an average of compositions. Where it is not, a linear program over
//! compositions says so, and its prices are a row that every composition keeps and this average does not (Fenchel cuts; Boyd
//! 1994, doi:10.1137/0804038). The compositions are found as they are wanted, by the dynamic program of the unbounded knapsack.
//!
//! The row is lifted to all lengths that are not had, one after the other, each to the fewest points with which no composition
//! breaks it; and what it comes to at least is worked out once more at the end, from all compositions. So rows hold however
//! exactly the program was solved.

use crate::lp::{Column, LinearProgram, Row, Sense, Start, solve_centrally};
use std::collections::HashSet;

/// How often compositions are looked for, for one row.
const LOOKS: usize = 6;

/// How exactly the programs are solved.
const GAP: f64 = 1e-4;

/// What pieces fill.
#[derive(Debug)]
pub(super) struct Room {
    /// The lengths that pieces may have, in slots.
    pub(super) lengths: Vec<i32>,
    pub(super) slots: i32,
    /// Whether it is to be filled to the slot: a composition that fills less is *incomplete*, and counts one point for that.
    pub(super) whole: bool,
}

/// Points for pieces of each length that come to `least` for every composition.
#[derive(Debug)]
pub(super) struct LengthRow {
    /// By length in slots, from 0 on.
    pub(super) points: Vec<f64>,
    pub(super) least: f64,
}

/// Points by length, for those lengths that have any yet.
type Points = Vec<Option<f64>>;

impl Room {
    /// The row that is broken, if one is by more than `tolerance`, when each length is had so often, and so much of it all is
    /// incomplete. What no composition accounts for costs `unaccounted` points by its length.
    pub(super) fn row(
        &self,
        counts: &[f64],
        incomplete: f64,
        unaccounted: impl Fn(i32) -> f64,
        tolerance: f64,
    ) -> Option<LengthRow> {
        let had = |len: &&i32| counts[**len as usize] > 1e-6;
        let held: Vec<i32> = self.lengths.iter().filter(had).copied().collect();
        let mut points: Points = vec![None; self.slots as usize + 1];
        let least = self.separate(&held, counts, unaccounted, &mut points);
        let broken = |points: &Points, least: f64| {
            let sum: f64 = counts.iter().zip(points).map(|(count, p)| count * p.unwrap_or(0.0)).sum();
            least - incomplete - sum > tolerance
        };
        if !broken(&points, least) {
            return None;
        }
        let mut sums = Sums::new(self.slots, &points);
        for len in self.lengths.iter().filter(|len| !had(len)) {
            let lifted = self.lifted(&sums, least, *len);
            points[*len as usize] = Some(lifted);
            sums.add(*len, lifted);
        }
        // What the program's prices promise is held to all compositions.
        let least = self.least(&sums, self.slots);
        broken(&points, least).then(|| LengthRow {
            points: points.into_iter().map(|points| points.unwrap_or(0.0)).collect(),
            least,
        })
    }

    /// Solves the program over compositions of the lengths that are held; sets their points, and answers what they
    /// come to at least.
    fn separate(
        &self,
        held: &[i32],
        counts: &[f64],
        unaccounted: impl Fn(i32) -> f64,
        points: &mut Points,
    ) -> f64 {
        let all = held.len() as u32;
        let equal = |rhs: f64| Row { sense: Sense::Equal, rhs };
        let mut rows: Vec<Row> = held.iter().map(|len| equal(counts[*len as usize])).collect();
        rows.push(equal(1.0));
        let column = |cost: f64, entries: Vec<(u32, f64)>| Column { cost, upper: f64::INFINITY, entries };
        let mut columns: Vec<Column> =
            (0..).zip(held).map(|(row, len)| column(unaccounted(*len), vec![(row, 1.0)])).collect();
        columns.push(column(f64::from(u8::from(self.whole)), vec![(all, 1.0)]));
        let mut known: HashSet<Vec<i32>> = HashSet::new();
        let mut least = f64::NEG_INFINITY;
        for _ in 0..LOOKS {
            let program = LinearProgram { columns: columns.clone(), rows: rows.clone(), apart: 0..0 };
            let start = Start { values: &[], prices: &[] };
            let Some(solution) = solve_centrally(&program, &start, GAP) else { break };
            for (len, price) in held.iter().zip(&solution.prices) {
                points[*len as usize] = Some(-price);
            }
            least = solution.prices[all as usize];
            let sums = Sums::new(self.slots, points);
            let before = columns.len();
            // The best of all, and the best of those with each of the lengths.
            for first in [0].iter().chain(held) {
                for (filled, cost) in self.best(&sums, self.slots - first) {
                    let sum = points[*first as usize].unwrap_or(0.0) + sums.of(filled) + cost;
                    let composition = sums.composition(filled, *first);
                    if sum < least - GAP && known.insert(composition.clone()) {
                        columns.push(column(cost, Room::entries(held, &composition)));
                    }
                }
            }
            if columns.len() == before {
                break;
            }
        }
        least
    }

    /// How often a composition has each length, and one for the sum of all.
    fn entries(held: &[i32], composition: &[i32]) -> Vec<(u32, f64)> {
        let count = |len: &i32| composition.iter().filter(|mine| *mine == len).count() as f64;
        let counts = (0..).zip(held).map(|(row, len)| (row, count(len))).filter(|(_, count)| *count > 0.0);
        counts.chain([(held.len() as u32, 1.0)]).collect()
    }

    /// The fewest points that a length may have so that no composition with it comes to less than `least`.
    fn lifted(&self, sums: &Sums, least: f64, len: i32) -> f64 {
        let copies = (1..=self.slots / len).map(|k| (f64::from(k), self.slots - k * len));
        copies.map(|(k, rest)| (least - self.least(sums, rest)) / k).fold(f64::NEG_INFINITY, f64::max)
    }

    /// What compositions of so many slots of the room come to at least.
    fn least(&self, sums: &Sums, slots: i32) -> f64 {
        self.best(sums, slots).map(|(filled, cost)| cost + sums.of(filled)).fold(f64::INFINITY, f64::min)
    }

    /// The best compositions of so many slots of the room: how much they fill, and what being incomplete costs.
    fn best(&self, sums: &Sums, slots: i32) -> impl Iterator<Item = (i32, f64)> {
        let (whole, most) = if self.whole { (Some((slots, 0.0)), slots - 1) } else { (None, slots) };
        let lowest = (0..=most).min_by(|a, b| sums.of(*a).total_cmp(&sums.of(*b)));
        let points = f64::from(u8::from(self.whole));
        whole.into_iter().chain(lowest.map(|filled| (filled, points)))
    }
}

/// The least sum of points over all compositions, of the lengths that have points, of so many slots.
struct Sums {
    /// By slots, and the last length of the composition.
    best: Vec<(f64, i32)>,
}

impl Sums {
    fn new(slots: i32, points: &Points) -> Sums {
        let mut best = vec![(f64::INFINITY, 0); slots as usize + 1];
        best[0] = (0.0, 0);
        let mut sums = Sums { best };
        for (len, points) in (0..).zip(points) {
            points.iter().for_each(|points| sums.add(len, *points));
        }
        sums
    }

    /// Takes in a length, of which there may be any number.
    fn add(&mut self, len: i32, points: f64) {
        for total in len as usize..self.best.len() {
            let sum = self.best[total - len as usize].0 + points;
            if sum < self.best[total].0 {
                self.best[total] = (sum, len);
            }
        }
    }

    /// Infinite where no lengths add up to it.
    fn of(&self, slots: i32) -> f64 {
        self.best[slots as usize].0
    }

    /// The lengths that so many slots are composed of, and one more, in order; 0 for no more.
    fn composition(&self, slots: i32, more: i32) -> Vec<i32> {
        let mut lengths: Vec<i32> = Vec::from_iter((more > 0).then_some(more));
        let mut rest = slots;
        while rest > 0 && self.of(rest).is_finite() {
            let (_, len) = self.best[rest as usize];
            lengths.push(len);
            rest -= len;
        }
        lengths.sort_unstable();
        lengths
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relax::lengths::UNACCOUNTED;

    /// All compositions of at most so many slots.
    fn all(lengths: &[i32], slots: i32) -> Vec<Vec<i32>> {
        let Some((first, others)) = lengths.split_first() else { return vec![Vec::new()] };
        let with = |count: i32| {
            let rest = all(others, slots - count * first);
            rest.into_iter().map(move |rest| [vec![*first; count as usize], rest].concat())
        };
        (0..=slots / first).flat_map(with).collect()
    }

    fn random_room(rng: &mut fastrand::Rng) -> Room {
        let slots = rng.i32(6..30);
        let shortest = rng.i32(2..=6).min(slots);
        let lengths = (shortest..=slots).filter(|_| rng.f64() < 0.6).collect();
        Room { lengths, slots, whole: rng.bool() }
    }

    fn counts(slots: i32, compositions: &[(f64, &Vec<i32>)]) -> Vec<f64> {
        let mut counts = vec![0.0; slots as usize + 1];
        for (share, composition) in compositions {
            composition.iter().for_each(|len| counts[*len as usize] += share);
        }
        counts
    }

    #[test]
    fn all_compositions_keep_every_row() {
        let mut found = 0;
        for seed in 0..400 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let room = random_room(&mut rng);
            let mut counts = vec![0.0; room.slots as usize + 1];
            for len in &room.lengths {
                counts[*len as usize] = (rng.f64() - 0.7).max(0.0) * 3.0;
            }
            let Some(row) = room.row(&counts, 0.2 * rng.f64(), |_| UNACCOUNTED, 0.01) else { continue };
            found += 1;
            for composition in all(&room.lengths, room.slots) {
                let incomplete = room.whole && composition.iter().sum::<i32>() < room.slots;
                let points: f64 = composition.iter().map(|len| row.points[*len as usize]).sum();
                let sum = points + f64::from(u8::from(incomplete));
                assert!(sum >= row.least - 1e-9, "seed {seed}: {composition:?} breaks {row:?}");
            }
        }
        assert!(found > 100, "only {found} rows were found");
    }

    #[test]
    fn averages_of_compositions_break_no_row() {
        for seed in 0..200 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let room = random_room(&mut rng);
            let known = all(&room.lengths, room.slots);
            let shares: Vec<f64> = (0..4).map(|_| rng.f64()).collect();
            let total: f64 = shares.iter().sum();
            let mixed: Vec<(f64, &Vec<i32>)> =
                shares.iter().map(|share| (share / total, &known[rng.usize(..known.len())])).collect();
            let incomplete: f64 = mixed
                .iter()
                .filter(|(_, composition)| composition.iter().sum::<i32>() < room.slots)
                .map(|(share, _)| share)
                .sum();
            let row = room.row(&counts(room.slots, &mixed), incomplete, |_| UNACCOUNTED, 0.01);
            assert!(row.is_none(), "seed {seed}: {row:?} of {mixed:?}");
        }
    }

    /// What the module says of 7 slots of 18, and nothing that goes with them.
    #[test]
    fn pieces_want_their_rest() {
        let room = Room { lengths: (6..=12).chain([18]).collect(), slots: 18, whole: true };
        let mut counts = vec![0.0; 19];
        (counts[7], counts[18]) = (0.64, 0.75);
        let row = room.row(&counts, 0.0, |_| UNACCOUNTED, 0.01).expect("0.64 of 7 slots are without a rest");
        let [seven, eleven, whole] = [7, 11, 18].map(|len| row.points[len]);
        assert!(seven + eleven >= row.least - 1e-9 && whole >= row.least - 1e-9, "{row:?}");
        assert!(eleven > seven + 0.1 && 0.64 * seven + 0.75 * whole < row.least - 0.01, "{row:?}");
    }
}
