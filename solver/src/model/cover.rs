//! How many of some intervals cover a span: `prefer` and `previous`, which may overlap.

use crate::units::Interval;

/// A step function of time, integrated: answers how many slots of a span lie in a list of
/// intervals, each interval counted for itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cover {
    /// Times at which the number of covering intervals changes; before the first it is none.
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    time: i32,
    /// Covered slots from the beginning up to `time`.
    sum: i64,
    /// Intervals that cover the slots from `time` on.
    depth: i64,
}

impl Cover {
    pub(crate) fn new(intervals: impl IntoIterator<Item = Interval>) -> Cover {
        let mut changes: Vec<(i32, i64)> = Vec::new();
        for interval in intervals.into_iter().filter(|i| !i.is_empty()) {
            changes.push((interval.start.0, 1));
            changes.push((interval.end.0, -1));
        }
        changes.sort_unstable();
        let mut steps: Vec<Step> = Vec::with_capacity(changes.len());
        for (time, change) in changes {
            match steps.last_mut() {
                Some(last) if last.time == time => last.depth += change,
                Some(last) => {
                    let sum = last.sum + last.depth * i64::from(time - last.time);
                    let depth = last.depth + change;
                    steps.push(Step { time, sum, depth });
                }
                None => steps.push(Step { time, sum: 0, depth: change }),
            }
        }
        Cover { steps }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn up_to(&self, time: i32) -> i64 {
        let after = self.steps.partition_point(|s| s.time <= time);
        match self.steps[..after].last() {
            Some(step) => step.sum + step.depth * i64::from(time - step.time),
            None => 0,
        }
    }

    /// The covered slots in `[start, end)`.
    pub(crate) fn over(&self, start: i32, end: i32) -> i64 {
        self.up_to(end) - self.up_to(start)
    }

    /// [`Cover::over`] for spans of `len` slots from each start in turn, in one walk over the steps.
    pub(crate) fn slide(
        &self,
        starts: std::ops::RangeInclusive<i32>,
        len: i32,
    ) -> impl Iterator<Item = i64> + '_ {
        let mut open = Walk { steps: &self.steps, after: 0 };
        let mut close = open;
        starts.map(move |start| close.up_to(start + len) - open.up_to(start))
    }

    /// Whether any change of depth lies in `(start, end)`: if none, every slot inside is alike.
    pub(crate) fn changes_in(&self, start: i32, end: i32) -> bool {
        let after = self.steps.partition_point(|s| s.time <= start);
        self.steps.get(after).is_some_and(|s| s.time < end)
    }
}

/// A walk over the steps of a cover, to times that only grow.
#[derive(Clone, Copy)]
struct Walk<'a> {
    steps: &'a [Step],
    after: usize,
}

impl Walk<'_> {
    fn up_to(&mut self, time: i32) -> i64 {
        while self.steps.get(self.after).is_some_and(|s| s.time <= time) {
            self.after += 1;
        }
        match self.steps[..self.after].last() {
            Some(step) => step.sum + step.depth * i64::from(time - step.time),
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_each_interval_for_itself(
            list in prop::collection::vec((0..40i32, 0..40i32), 0..6), a in 0..40i32, b in 0..40i32
        ) {
            let intervals: Vec<Interval> = list.iter().map(|(s, e)| Interval::new(*s, *e)).collect();
            let (start, end) = (a.min(b), a.max(b));
            let span = Interval::new(start, end);
            let expected: i64 =
                intervals.iter().filter(|i| !i.is_empty()).map(|i| i64::from(i.intersect(span).len().0.max(0))).sum();
            let cover = Cover::new(intervals);
            prop_assert_eq!(cover.over(start, end), expected);
            let slid: Vec<i64> = cover.slide(start..=start + 9, end - start).collect();
            let each: Vec<i64> = (start..=start + 9).map(|s| cover.over(s, s + end - start)).collect();
            prop_assert_eq!(slid, each);
        }
    }
}
