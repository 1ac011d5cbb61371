//! Sets of time: sorted, disjoint, never touching windows.

use super::Window;
use chrono::TimeDelta;

/// The windows as a set: sorted, without empty ones, those that overlap or touch made one.
pub(crate) fn set(mut windows: Vec<Window>) -> Vec<Window> {
    windows.retain(|w| w.from < w.to);
    windows.sort_unstable();
    let mut merged: Vec<Window> = Vec::with_capacity(windows.len());
    for window in windows {
        match merged.last_mut() {
            Some(last) if window.from <= last.to => last.to = last.to.max(window.to),
            _ => merged.push(window),
        }
    }
    merged
}

/// What lies in either set.
pub(crate) fn union(a: &[Window], b: &[Window]) -> Vec<Window> {
    set(a.iter().chain(b).copied().collect())
}

/// What lies in both sets.
pub(crate) fn intersect(a: &[Window], b: &[Window]) -> Vec<Window> {
    let (mut i, mut j) = (0, 0);
    let mut common = Vec::new();
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let both = Window { from: x.from.max(y.from), to: x.to.min(y.to) };
        if both.from < both.to {
            common.push(both);
        }
        if x.to < y.to { i += 1 } else { j += 1 }
    }
    common
}

/// What lies in the first set and not in the second.
pub(crate) fn subtract(a: &[Window], b: &[Window]) -> Vec<Window> {
    let mut rest = Vec::new();
    let mut skip = 0;
    for window in a {
        while b.get(skip).is_some_and(|hole| hole.to <= window.from) {
            skip += 1;
        }
        let mut from = window.from;
        for hole in b[skip..].iter().take_while(|hole| hole.from < window.to) {
            if from < hole.from {
                rest.push(Window { from, to: hole.from });
            }
            from = from.max(hole.to);
        }
        if from < window.to {
            rest.push(Window { from, to: window.to });
        }
    }
    rest
}

/// The set with so much time added before and after every window.
pub(crate) fn pad(windows: impl IntoIterator<Item = Window>, by: TimeDelta) -> Vec<Window> {
    let wider = |w: Window| Window {
        from: w.from.checked_sub_signed(by).unwrap_or(w.from),
        to: w.to.checked_add_signed(by).unwrap_or(w.to),
    };
    set(windows.into_iter().map(wider).collect())
}

/// How long the windows are together.
pub(crate) fn total(windows: &[Window]) -> TimeDelta {
    windows.iter().map(|w| w.length()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use proptest::prelude::*;

    fn window(from: i64, to: i64) -> Window {
        let at = |s| DateTime::from_timestamp(s, 0).expect("near 1970");
        Window { from: at(from), to: at(to) }
    }

    fn sets() -> impl Strategy<Value = Vec<Window>> {
        prop::collection::vec((0i64..60, 0i64..12), 0..12).prop_map(|pairs| {
            set(pairs.into_iter().map(|(from, length)| window(from, from + length)).collect())
        })
    }

    fn has(windows: &[Window], second: i64) -> bool {
        windows.iter().any(|w| w.from.timestamp() <= second && second < w.to.timestamp())
    }

    fn is_set(windows: &[Window]) -> bool {
        windows.iter().all(|w| w.from < w.to) && windows.windows(2).all(|pair| pair[0].to < pair[1].from)
    }

    proptest! {
        #[test]
        fn every_second_lies_where_it_should(a in sets(), b in sets()) {
            let (both, either, rest) = (intersect(&a, &b), union(&a, &b), subtract(&a, &b));
            prop_assert!(is_set(&both) && is_set(&either) && is_set(&rest));
            for second in 0..80 {
                let (x, y) = (has(&a, second), has(&b, second));
                prop_assert_eq!(has(&both, second), x && y);
                prop_assert_eq!(has(&either, second), x || y);
                prop_assert_eq!(has(&rest, second), x && !y);
            }
        }
    }

    #[test]
    fn padding_joins_what_it_makes_touch() {
        let padded = pad([window(10, 20), window(24, 30)], TimeDelta::seconds(2));
        assert_eq!(padded, [window(8, 32)]);
    }
}
