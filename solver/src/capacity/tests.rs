//! Small random problems: the answers checked against the constraints, against duality, against solving
//! again, and against trying everything.

use super::cost::undone;
use super::program::{Aim, Program};
use super::*;
use proptest::prelude::*;

/// A random problem of a few weeks, two people and three clients.
pub(super) fn problem() -> impl Strategy<Value = CapacityProblem> {
    let hours = proptest::collection::vec(2.0..30.0_f64, 8);
    let lot =
        (0..3_u32, 0..2_u32, 0.5..25.0_f64, 1..6_u32, 0.0..20.0_f64, 0.5..12.0_f64, 0..4_u32, 0.5..4.0_f64);
    let lots = proptest::collection::vec(lot, 1..12);
    (hours, lots, 0.0..9.0_f64, 4.0..30.0_f64).prop_map(|(hours, lots, quota, cap)| {
        let week = |n: u32| Bucket { from: Day(f64::from(n) * 7.0), to: Day(f64::from(n) * 7.0 + 5.0) };
        let crew = |n: usize, rate: f64| {
            let hours = hours[n * 4..n * 4 + 4].iter().map(|hours| Hours(*hours)).collect();
            Crew { id: format!("w{n}"), rate, hours }
        };
        let lots = lots.into_iter().map(|(client, kind, hours, pieces, release, lead, who, weight)| Lot {
            client,
            kind,
            hours: Hours(hours),
            pieces: f64::from(pieces),
            release: Day(release),
            due: Day(release + lead),
            deadline: (who == 3).then_some(Day(release + lead + 3.0)),
            weight,
            workers: if who == 0 { vec![0] } else { vec![0, 1] },
            setup: 1.0 + f64::from(kind) * 0.2,
            reach: (who == 2).then_some(0),
        });
        let promise =
            |client, hours| Promise { client, buckets: vec![(1, 1.0), (2, 0.5)], hours: Hours(hours) };
        CapacityProblem {
            buckets: (0..4).map(week).collect(),
            crew: vec![crew(0, 0.0), crew(1, 0.7)],
            clients: vec!["a".into(), "b".into(), "c".into()],
            kinds: vec!["x".into(), "y".into()],
            lots: lots.collect(),
            quotas: vec![promise(0, quota)],
            caps: vec![promise(1, cap)],
            reaches: vec![vec![vec![0.5; 4], vec![1.0, 0.0, 0.3, 1.0]]],
            weights: CapacityWeights::default(),
        }
    })
}

/// Whether an allocation keeps every hard rule; worked out from what is placed alone.
fn keeps_the_rules(problem: &CapacityProblem, best: &Allocation) {
    let mut done = vec![0.0; problem.lots.len()];
    let mut used = vec![vec![0.0; problem.buckets.len()]; problem.crew.len()];
    for placed in &best.placed {
        let (lot, bucket) = (&problem.lots[placed.lot as usize], problem.buckets[placed.bucket as usize]);
        assert!(lot.workers.contains(&placed.worker));
        assert!(bucket.to.0 > lot.release.0 && lot.deadline.is_none_or(|end| bucket.from.0 < end.0));
        done[placed.lot as usize] += placed.hours.0;
        used[placed.worker as usize][placed.bucket as usize] += placed.hours.0 * lot.setup;
    }
    for ((lot, done), undone) in problem.lots.iter().zip(done).zip(&best.undone) {
        assert!((done + undone.0 - lot.hours.0).abs() < 1e-2, "{done} {undone:?} {lot:?}");
    }
    for (worker, used) in problem.crew.iter().zip(used) {
        assert!(worker.hours.iter().zip(used).all(|(hours, used)| used < hours.0 + 1e-3));
    }
    for cap in &problem.caps {
        let counts = |p: &&Placed| problem.lots[p.lot as usize].client == cap.client;
        let share =
            |p: &Placed| cap.buckets.iter().find(|(b, _)| *b == p.bucket).map_or(0.0, |(_, share)| *share);
        let sum: f64 = best.placed.iter().filter(counts).map(|p| p.hours.0 * share(p)).sum();
        assert!(sum < cap.hours.0 + 1e-3);
    }
}

/// The objective of the dual, from the prices alone, every reduced cost checked: a proof of the optimum.
fn dual_bound(problem: &CapacityProblem) -> f64 {
    let program = Program::new(problem, Aim::Points);
    let prices = program.solve().expect("solvable").prices;
    let mut bound: f64 = program.lp.rows.iter().zip(&prices).map(|(row, price)| row.rhs * price).sum();
    for column in &program.lp.columns {
        let priced: f64 = column.entries.iter().map(|(row, by)| by * prices[*row as usize]).sum();
        let reduced = column.cost - priced;
        assert!(reduced > -1e-3 || column.upper.is_finite());
        if reduced < 0.0 && column.upper.is_finite() {
            bound += reduced * column.upper;
        }
    }
    bound
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_best_allocation_keeps_the_rules_and_its_prices_prove_it(problem in problem()) {
        prop_assert_eq!(problem.faults(), []);
        let best = allocate(&problem).expect("solvable");
        keeps_the_rules(&problem, &best);
        let bound = dual_bound(&problem);
        prop_assert!((best.cost.0 - bound).abs() < 0.02 + 1e-4 * bound, "{} {}", best.cost.0, bound);
        let nothing: f64 = problem.lots.iter().map(|lot| undone(&problem, lot) * lot.hours.0).sum();
        prop_assert!(best.cost.0 <= nothing + problem.quotas[0].hours.0 * 10.0 + 0.01);
    }

    #[test]
    fn an_hour_more_saves_what_its_price_says(problem in problem(), worker in 0..2_usize, bucket in 0..4_usize) {
        let best = allocate(&problem).expect("solvable");
        let range = price_range(&problem, worker, bucket).expect("solvable");
        let saved = |hours: f64| {
            let mut more = problem.clone();
            more.crew[worker].hours[bucket].0 += hours;
            best.cost.0 - allocate(&more).expect("solvable").cost.0
        };
        // Within its range, every part of an hour saves the same.
        for part in [0.5, 1.0] {
            let hours = range.holds.0 * part;
            prop_assert!((saved(hours) - range.worth * hours).abs() < 0.02 * (1.0 + range.worth * hours), "{range:?}");
        }
        // The cost is convex in the hours, so a dual price is never less than what more hours save.
        let price = best.prices.hour[worker][bucket];
        prop_assert!(saved(1.0) <= price + 0.02 * (1.0 + price), "{price} {}", saved(1.0));
        let mut less = problem.clone();
        less.crew[worker].hours[bucket].0 -= 0.5;
        let lost = allocate(&less).expect("solvable").cost.0 - best.cost.0;
        prop_assert!(lost >= 0.5 * price - 0.02 * (1.0 + price), "{price} {lost}");
    }

    #[test]
    fn an_hour_of_a_skill_is_worth_its_price(problem in problem(), kind in 0..2_u32, bucket in 0..4_usize) {
        let best = allocate(&problem).expect("solvable");
        let worth = best.prices.worth(&problem, |lot| problem.lots[lot].kind == kind)[bucket];
        let mut more = problem.clone();
        let mut hours = vec![Hours(0.0); 4];
        hours[bucket] = Hours(0.25);
        more.crew.push(Crew { id: "extra".into(), rate: 0.0, hours });
        more.reaches[0].push(vec![1.0; 4]);
        for lot in more.lots.iter_mut().filter(|lot| lot.kind == kind) {
            lot.workers.push(2);
        }
        let saved = best.cost.0 - allocate(&more).expect("solvable").cost.0;
        prop_assert!(saved <= 0.25 * worth + 0.02 * (1.0 + worth), "{saved} {worth}");
    }

    #[test]
    fn a_walk_keeps_the_rules(problem in problem()) {
        let walk = follow(&problem);
        for (worker, load) in problem.crew.iter().zip(&walk.load) {
            prop_assert!(worker.hours.iter().zip(load).all(|(hours, load)| load.0 <= hours.0 + 1e-6));
        }
        for (lot, end) in problem.lots.iter().zip(&walk.ends) {
            prop_assert!(end.done.0 <= lot.hours.0 + 1e-6);
            let inside = |day: Day| day.0 >= lot.release.0 && lot.deadline.is_none_or(|last| day.0 <= last.0 + 1e-6);
            prop_assert!(end.completion.is_none_or(inside), "{lot:?} {end:?}");
            prop_assert_eq!(end.completion.is_some(), (lot.hours.0 - end.done.0).abs() < 1e-5);
        }
    }

    #[test]
    fn what_can_be_sold_does_no_harm(problem in problem()) {
        let lots = |kind: u32| -> Vec<Lot> {
            let lot = |n: u32| {
                let bucket = problem.buckets[n as usize];
                Lot { client: 2, kind, hours: Hours(1.0), pieces: 1.0, release: bucket.from, due: bucket.to,
                      deadline: None, weight: 1.0, workers: vec![0, 1], setup: 1.1, reach: None }
            };
            (0..4).map(lot).collect()
        };
        let offers = [0, 1].map(|kind| Offer { lots: lots(kind), most: 4.0 + f64::from(kind), earns: 30.0 });
        let sold = most_sold(&problem, &offers, Hours(0.0)).expect("solvable");
        let mut with = problem.clone();
        for (offer, units) in offers.iter().zip(&sold) {
            prop_assert!(*units <= offer.most + 1e-3);
            with.lots.extend(offer.lots.iter().filter(|_| *units > 1e-3).map(|lot| Lot { hours: Hours(*units), ..lot.clone() }));
        }
        let (before, after) = (harm(&problem).expect("solvable").0, harm(&with).expect("solvable").0);
        prop_assert!(after <= before + 0.05 + 0.01 * before, "{before} {after} {sold:?}");
    }
}
