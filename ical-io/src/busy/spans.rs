//! Sets of time: sorted windows that do not touch.

use crate::window::Window;

/// The windows sorted and joined.
pub(super) fn union(mut windows: Vec<Window>) -> Vec<Window> {
    windows.retain(|window| !window.is_empty());
    windows.sort_unstable();
    let mut joined: Vec<Window> = Vec::with_capacity(windows.len());
    for window in windows {
        match joined.last_mut() {
            Some(last) if window.from <= last.to => last.to = last.to.max(window.to),
            _ => joined.push(window),
        }
    }
    joined
}

/// What lies in both of two sets.
pub(super) fn intersection(a: &[Window], b: &[Window]) -> Vec<Window> {
    let (mut i, mut j) = (0, 0);
    let mut common = Vec::new();
    while let (Some(left), Some(right)) = (a.get(i), b.get(j)) {
        common.extend(left.clip(right.from, right.to));
        if left.to < right.to { i += 1 } else { j += 1 }
    }
    common
}

/// What lies in the first set and not in the second.
pub(super) fn difference(a: &[Window], b: &[Window]) -> Vec<Window> {
    let mut left = Vec::new();
    let mut j = 0;
    for window in a {
        let mut from = window.from;
        while b.get(j).is_some_and(|cut| cut.to <= from) {
            j += 1;
        }
        let mut at = j;
        while let Some(cut) = b.get(at).filter(|cut| cut.from < window.to) {
            if cut.from > from {
                left.push(Window { from, to: cut.from });
            }
            from = from.max(cut.to);
            at += 1;
        }
        if from < window.to {
            left.push(Window { from, to: window.to });
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::utc;
    use proptest::prelude::*;

    fn set() -> impl Strategy<Value = Vec<Window>> {
        let window = (0i64..60, 0i64..12)
            .prop_map(|(from, length)| Window { from: utc(from), to: utc(from + length) });
        proptest::collection::vec(window, 0..8).prop_map(union)
    }

    fn holds(set: &[Window], at: i64) -> bool {
        set.iter().any(|window| window.from <= utc(at) && utc(at) < window.to)
    }

    proptest! {
        #[test]
        fn sets_are_sets(a in set(), b in set()) {
            let (both, only) = (intersection(&a, &b), difference(&a, &b));
            for at in 0..80 {
                prop_assert_eq!(holds(&both, at), holds(&a, at) && holds(&b, at));
                prop_assert_eq!(holds(&only, at), holds(&a, at) && !holds(&b, at));
            }
            for set in [&both, &only] {
                prop_assert!(set.windows(2).all(|pair| pair[0].to <= pair[1].from));
            }
        }
    }
}
