//! Busy time without its causes: overlapping and touching stretches become one.

use crate::desk::Window;

/// The union, sorted, as stretches that neither overlap nor touch: where one meeting ends and the
/// next begins is nobody else's business.
pub(crate) fn merged(mut stretches: Vec<Window>) -> Vec<Window> {
    stretches.retain(|stretch| stretch.from < stretch.to);
    stretches.sort_unstable();
    let mut merged: Vec<Window> = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        match merged.last_mut() {
            Some(last) if stretch.from <= last.to => last.to = last.to.max(stretch.to),
            _ => merged.push(stretch),
        }
    }
    merged
}

/// What of `stretches` lies outside `holes`; both as [`merged`] makes them.
pub(crate) fn without(stretches: Vec<Window>, holes: &[Window]) -> Vec<Window> {
    let mut left = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        let mut from = stretch.from;
        for hole in holes.iter().filter(|hole| hole.from < stretch.to && stretch.from < hole.to) {
            left.push(Window { from, to: hole.from });
            from = hole.to;
        }
        left.push(Window { from, to: stretch.to });
    }
    left.retain(|stretch| stretch.from < stretch.to);
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use proptest::prelude::*;

    fn windows(pairs: &[(i64, i64)]) -> Vec<Window> {
        let window = |&(from, to): &(i64, i64)| Window {
            from: DateTime::from_timestamp(from, 0).unwrap_or_default(),
            to: DateTime::from_timestamp(to, 0).unwrap_or_default(),
        };
        pairs.iter().map(window).collect()
    }

    fn covers(windows: &[Window], second: i64) -> bool {
        windows.iter().any(|w| w.from.timestamp() <= second && second < w.to.timestamp())
    }

    #[test]
    fn touching_stretches_are_one() {
        let union = merged(windows(&[(30, 40), (0, 10), (10, 20), (15, 18), (50, 50)]));
        assert_eq!(union, windows(&[(0, 20), (30, 40)]));
    }

    #[test]
    fn a_hole_in_the_middle_leaves_both_ends() {
        let left = without(windows(&[(0, 20), (30, 40)]), &windows(&[(5, 10), (35, 50)]));
        assert_eq!(left, windows(&[(0, 5), (10, 20), (30, 35)]));
    }

    proptest! {
        #[test]
        fn every_second_is_busy_that_was_and_is_no_hole(
            stretches in prop::collection::vec((0i64..60, 0i64..20), 0..12),
            holes in prop::collection::vec((0i64..60, 0i64..20), 0..6),
        ) {
            let pairs = |v: &[(i64, i64)]| v.iter().map(|&(from, length)| (from, from + length)).collect::<Vec<_>>();
            let (stretches, holes) = (windows(&pairs(&stretches)), merged(windows(&pairs(&holes))));
            let left = without(merged(stretches.clone()), &holes);
            for second in 0..80 {
                let expected = covers(&stretches, second) && !covers(&holes, second);
                prop_assert_eq!(covers(&left, second), expected);
            }
            prop_assert!(left.windows(2).all(|pair| pair[0].to < pair[1].from || holes.iter().any(|h| h.from == pair[0].to)));
        }
    }
}
