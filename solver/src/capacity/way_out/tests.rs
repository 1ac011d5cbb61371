//! Small random wishes: the way out checked against every set of levers there is, by whole programs.

use super::oracle::Oracle;
use super::*;
use crate::capacity::harm;
use crate::capacity::tests::problem;
use proptest::prelude::*;

/// Ten levers of every kind, which lean on each other: the same hours in two, the same lots in three.
fn effects(problem: &CapacityProblem) -> [Vec<Effect>; 10] {
    let every: Vec<u32> = (0..problem.lots.len() as u32).collect();
    let of =
        |client: u32| every.iter().copied().filter(|n| problem.lots[*n as usize].client == client).collect();
    let hours = |worker, bucket, hours| Effect::Hours { worker, bucket, hours: Hours(hours) };
    let later = |lot: u32, days: f64| {
        let lot = lot % problem.lots.len() as u32;
        Effect::Postpone { lot, due: Day(problem.lots[lot as usize].due.0 + days) }
    };
    [
        vec![hours(0, 1, 6.0)],
        vec![hours(1, 2, 9.0)],
        vec![hours(0, 0, 10.0), hours(0, 3, 10.0)],
        vec![hours(0, 0, 2.0), hours(0, 1, 2.0), hours(0, 2, 2.0), hours(0, 3, 2.0)],
        vec![hours(1, 0, 3.0)],
        vec![Effect::Excuse { lots: every.clone(), hours: Hours(12.0) }],
        vec![
            Effect::Excuse { lots: of(1), hours: Hours(8.0) },
            Effect::Promise { quota: 0, hours: Hours(1.0) },
        ],
        vec![later(0, 7.0)],
        vec![later(1, 14.0), later(2, 3.0)],
        vec![Effect::Promise { quota: 0, hours: Hours(3.0) }],
    ]
}

fn levers(problem: &CapacityProblem, costs: &[u32]) -> Vec<Lever> {
    let lever = |(effects, cost): (Vec<Effect>, &u32)| Lever { cost: f64::from(*cost), effects };
    effects(problem).into_iter().zip(costs).map(lever).collect()
}

fn set_of(number: u32) -> Vec<bool> {
    (0..10).map(|n| number >> n & 1 == 1).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_smaller_way_out_exists(
        problem in problem(),
        costs in proptest::collection::vec(1..6_u32, 10),
        share in 0.2..0.8_f64,
    ) {
        let levers = levers(&problem, &costs);
        let allowed = Hours(harm(&problem).expect("solvable").0 * share);
        let way = way_out(&problem, &levers, allowed).expect("solvable");
        prop_assert!(way.proven);
        let oracle = Oracle::new(&problem, &levers);
        let cost = |set: u32| (0..10).filter(|n| set >> n & 1 == 1).map(|n| costs[n as usize]).sum::<u32>();
        let mut sets: Vec<u32> = (0..1024).collect();
        sets.sort_by_key(|set| (cost(*set), *set));
        let does_it = |set: &&u32| oracle.whole(&set_of(**set)) <= allowed.0 + NOTHING;
        match (&way.levers, sets.iter().find(does_it)) {
            (Some(_), Some(least)) => prop_assert!((way.cost - f64::from(cost(*least))).abs() < 1e-6, "{way:?} {least}"),
            (None, least) => prop_assert_eq!(least, None),
            (Some(_), None) => prop_assert!(false, "no set does it, and yet: {way:?}"),
        }
    }
}

proptest! {
    #[test]
    fn a_part_answers_for_the_whole(
        problem in problem(),
        sets in proptest::collection::vec(0..1024_u32, 1..6),
        allowed in 0.0..9.0_f64,
    ) {
        let mut oracle = Oracle::new(&problem, &levers(&problem, &[1; 10]));
        // What is settled with no lever pulled must come inside again where levers make it matter.
        for set in std::iter::once(0).chain(sets) {
            let set = set_of(set);
            let (harm, _) = oracle.harm(&set, allowed).expect("solvable");
            let whole = oracle.whole(&set);
            prop_assert!((harm - whole).abs() < 1e-3 * (1.0 + whole), "{harm} {whole}");
        }
    }
}
