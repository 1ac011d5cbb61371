//! How work may be cut: chunk limits that its size can be made of.

use chrono::TimeDelta;

/// Work in whole slots, with chunk limits that fit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Slots of work.
    pub(crate) size: i64,
    /// The shortest chunk, in slots, at least 1.
    pub(crate) min: i64,
    /// The longest chunk, in slots, no shorter than the shortest.
    pub(crate) max: i64,
    /// Whether the shortest chunk had to be made shorter, since no number of chunks within the limits
    /// makes up the size.
    pub(crate) loosened: bool,
}

/// Fits chunk limits to a size. Lengths are rounded up to slots, but for the longest chunk. Work
/// shorter than the shortest chunk is one chunk.
pub(crate) fn cut(size: TimeDelta, min: TimeDelta, max: TimeDelta, slot: TimeDelta) -> Cut {
    let slot = slot.num_seconds();
    let up = |length: TimeDelta| -(-length.num_seconds()).div_euclid(slot);
    let size = up(size);
    let max = max.num_seconds().div_euclid(slot).max(1);
    let wanted = up(min).clamp(1, max).min(size.max(1));
    // n chunks make up every size from n * min to n * max.
    let fewest = -(-size).div_euclid(max);
    let fits = fewest * wanted <= size;
    let min = if fits || size == 0 { wanted } else { (size / fewest).max(1) };
    Cut { size, min, max, loosened: min < wanted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(size: i64, min: i64, max: i64) -> Cut {
        let minutes = TimeDelta::minutes;
        cut(minutes(size), minutes(min), minutes(max), minutes(5))
    }

    #[test]
    fn limits_that_fit_are_kept() {
        assert_eq!(of(120, 30, 60), Cut { size: 24, min: 6, max: 12, loosened: false });
    }

    #[test]
    fn short_work_is_one_chunk() {
        assert_eq!(of(20, 30, 60), Cut { size: 4, min: 4, max: 12, loosened: false });
    }

    #[test]
    fn odd_lengths_are_rounded_up() {
        assert_eq!(of(21, 7, 13), Cut { size: 5, min: 2, max: 2, loosened: false }.loosen());
    }

    impl Cut {
        /// 5 slots cannot be made of chunks of 2: the shortest becomes 1.
        fn loosen(self) -> Cut {
            Cut { min: 1, loosened: true, ..self }
        }
    }

    #[test]
    fn limits_that_no_number_of_chunks_meets_are_loosened() {
        // 100 minutes in chunks of 60 to 80: one is too few, two are too many.
        assert_eq!(of(100, 60, 80), Cut { size: 20, min: 10, max: 16, loosened: true });
    }

    proptest! {
        #[test]
        fn every_size_can_be_made_up(size in 1i64..2000, min in 1i64..300, max in 1i64..300) {
            let cut = of(size, min.min(max), max);
            prop_assert!(1 <= cut.min && cut.min <= cut.max);
            prop_assert!(cut.min <= cut.size);
            let chunks = -(-cut.size).div_euclid(cut.max);
            prop_assert!(chunks * cut.min <= cut.size && cut.size <= chunks * cut.max);
        }
    }
}
