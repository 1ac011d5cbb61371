//! The cheapest set of levers that no cut forbids: branch and bound over covering constraints.

use crate::lp::{Column, LinearProgram, Row, Sense, solve};

/// The levers pulled must make up for so much: `sum of by[lever] >= 1`, each `by` at most 1.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    by: Vec<f64>,
    /// Whether it asks for anything.
    needs: bool,
}

/// Coverage short of 1 by no more than this is rounding.
const HAIR: f64 = 1e-6;

impl Cut {
    pub(super) fn new(by: Vec<f64>, need: f64) -> Cut {
        // What makes up for more than is needed is worth no more than what is needed.
        let by = by.into_iter().map(|by| if need > 1e-9 { (by / need).min(1.0) } else { 0.0 }).collect();
        Cut { by, needs: need > 1e-9 }
    }

    /// A set that was tried and is too weak: something else must be pulled, too.
    pub(super) fn beyond(set: &[bool]) -> Cut {
        Cut { by: set.iter().map(|pulled| if *pulled { 0.0 } else { 1.0 }).collect(), needs: true }
    }

    pub(super) fn forbids(&self, set: &[bool]) -> bool {
        let sum: f64 = self.by.iter().zip(set).filter(|(_, pulled)| **pulled).map(|(by, _)| by).sum();
        self.needs && sum < 1.0 - HAIR
    }
}

/// The answer: a set that costs less than what there was, and what all sets cost at least.
pub(super) struct Cover {
    /// `None` when no set that costs less was found.
    pub(super) set: Option<Vec<bool>>,
    /// No set that the cuts allow costs less than this.
    pub(super) at_least: f64,
}

/// So many nodes of a search at most.
const MOST_NODES: usize = 200_000;

/// Finds the cheapest set that no cut forbids and that costs less than `below`.
pub(super) fn cheapest(costs: &[f64], cuts: &[Cut], below: f64) -> Cover {
    let mut cuts: Vec<Cut> = cuts.iter().filter(|cut| cut.needs).cloned().collect();
    cuts.extend(together(costs, &cuts));
    let mut search = Search::new(costs, &cuts, below);
    let mut node = Node { cost: 0.0, needs: vec![1.0; cuts.len()], open: vec![true; costs.len()] };
    let root = search.bound(&node).0;
    search.branch(&mut node, &mut vec![false; costs.len()]);
    let whole = search.nodes <= MOST_NODES;
    Cover { at_least: if whole { search.best } else { root.min(search.best) }, set: search.set }
}

/// All cuts in one, each weighing what it costs to fulfil it when levers can be pulled in part: a bound
/// that sees them all.
fn together(costs: &[f64], cuts: &[Cut]) -> Option<Cut> {
    let entries = |lever: usize| {
        let by = cuts.iter().enumerate().map(|(row, cut)| (row as u32, cut.by[lever]));
        by.filter(|(_, by)| *by > 0.0).collect()
    };
    let columns =
        costs.iter().enumerate().map(|(n, cost)| Column { cost: *cost, upper: 1.0, entries: entries(n) });
    let rows = vec![Row { sense: Sense::AtLeast, rhs: 1.0 }; cuts.len()];
    let weights = solve(&LinearProgram { columns: columns.collect(), rows, apart: 0..0 })?.prices;
    let by = |lever: usize| cuts.iter().zip(&weights).map(|(cut, weight)| cut.by[lever] * weight).sum();
    Some(Cut::new((0..costs.len()).map(by).collect(), weights.iter().sum::<f64>() * (1.0 - HAIR)))
}

struct Search<'c> {
    costs: &'c [f64],
    cuts: &'c [Cut],
    /// For each cut its levers, the cheapest for what they make up for first.
    orders: Vec<Vec<usize>>,
    /// For each lever those that cost no less and make up for no more, whatever the cut.
    worse: Vec<Vec<usize>>,
    /// Every cost is a whole number, and so is every sum of them.
    whole: bool,
    best: f64,
    set: Option<Vec<bool>>,
    nodes: usize,
}

/// Where a search is.
#[derive(Clone)]
struct Node {
    cost: f64,
    /// What is still to make up for, for each cut.
    needs: Vec<f64>,
    /// The levers that are neither pulled nor left.
    open: Vec<bool>,
}

impl<'c> Search<'c> {
    fn new(costs: &'c [f64], cuts: &'c [Cut], below: f64) -> Search<'c> {
        let order = |cut: &Cut| {
            let price = |n: &usize| costs[*n] / cut.by[*n];
            let mut order: Vec<usize> = (0..costs.len()).filter(|n| cut.by[*n] > 0.0).collect();
            order.sort_by(|a, b| price(a).total_cmp(&price(b)).then(a.cmp(b)));
            order
        };
        let no_better =
            |a: usize, b: usize| costs[a] >= costs[b] && cuts.iter().all(|cut| cut.by[a] <= cut.by[b]);
        let worse = |b: usize| {
            let is = |a: &usize| *a != b && no_better(*a, b) && (*a > b || !no_better(b, *a));
            (0..costs.len()).filter(is).collect()
        };
        Search {
            costs,
            cuts,
            orders: cuts.iter().map(order).collect(),
            worse: (0..costs.len()).map(worse).collect(),
            whole: costs.iter().all(|cost| cost.fract() == 0.0),
            best: below,
            set: None,
            nodes: 0,
        }
    }

    fn branch(&mut self, node: &mut Node, pulled: &mut Vec<bool>) {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return;
        }
        let (bound, cut) = self.bound(node);
        if bound >= self.best - 1e-9 {
            return;
        }
        let Some(cut) = cut else {
            self.best = node.cost;
            self.set = Some(pulled.clone());
            return;
        };
        let Some(lever) = self.orders[cut].iter().copied().find(|n| node.open[*n]) else { return };
        let mut with = node.clone();
        with.cost += self.costs[lever];
        with.open[lever] = false;
        for (need, cut) in with.needs.iter_mut().zip(self.cuts) {
            *need -= cut.by[lever];
        }
        pulled[lever] = true;
        self.branch(&mut with, pulled);
        pulled[lever] = false;
        // Who leaves a lever needs none that is no better: with that one instead it is no dearer.
        node.open[lever] = false;
        for worse in &self.worse[lever] {
            node.open[*worse] = false;
        }
        self.branch(node, pulled);
    }

    /// What a set must cost at least: the dearest of the cuts, each filled by parts of its best levers, infinite
    /// where they cannot; and which cut that is, `None` when all are fulfilled.
    fn bound(&self, node: &Node) -> (f64, Option<usize>) {
        let (mut most, mut dearest) = (0.0, None);
        for (index, need) in node.needs.iter().enumerate().filter(|(_, need)| **need > HAIR) {
            let (mut left, mut cost, mut least) = (*need - HAIR, 0.0, f64::INFINITY);
            for lever in self.orders[index].iter().copied().filter(|lever| node.open[*lever]) {
                let by = self.cuts[index].by[lever];
                least = least.min(self.costs[lever]);
                cost += self.costs[lever] * (left / by).min(1.0);
                left -= by;
                if left <= 0.0 {
                    break;
                }
            }
            let cost: f64 = if left > 0.0 { f64::INFINITY } else { cost };
            if dearest.is_none() || cost > most {
                (most, dearest) = (cost, Some(index));
            }
        }
        let bound = node.cost + most;
        (if self.whole { (bound - HAIR).ceil() } else { bound }, dearest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_set_is_cheaper(
            costs in proptest::collection::vec(1..9_u32, 9),
            cuts in proptest::collection::vec(proptest::collection::vec(0.0..0.9_f64, 9), 1..6),
            halves in any::<bool>(),
        ) {
            let costs: Vec<f64> = costs.into_iter().map(|c| f64::from(c) * if halves { 0.5 } else { 1.0 }).collect();
            let cuts: Vec<Cut> = cuts.into_iter().map(|by| Cut::new(by, 1.0)).collect();
            let sets = (0..512_u32).map(|set| (0..9).map(|n| set >> n & 1 == 1).collect::<Vec<bool>>());
            let allowed = sets.filter(|set| !cuts.iter().any(|cut| cut.forbids(set)));
            let cost = |set: &Vec<bool>| set.iter().zip(&costs).filter(|(p, _)| **p).map(|(_, c)| c).sum::<f64>();
            let least = allowed.map(|set| cost(&set)).fold(100.0, f64::min);
            let cover = cheapest(&costs, &cuts, 100.0);
            prop_assert!((cover.at_least - least).abs() < 1e-6, "{} {least}", cover.at_least);
            prop_assert_eq!(cover.set.map_or(100.0, |set| cost(&set)), least);
        }
    }
}
