//! Random choices: the same seed, the same choices, on every machine.

use oorandom::Rand64;

/// A stream of random choices.
pub(super) struct Draw(Rand64);

impl Draw {
    pub(super) fn new(seed: u64) -> Draw {
        Draw(Rand64::new(u128::from(seed)))
    }

    /// A whole number in `[0, limit)`; 0 where the limit is 0 or less.
    pub(super) fn below(&mut self, limit: i32) -> i32 {
        let limit = u64::try_from(limit.max(1)).unwrap_or(1);
        i32::try_from(self.0.rand_range(0..limit)).unwrap_or(0)
    }

    /// An index of a list with `len` entries.
    pub(super) fn index(&mut self, len: usize) -> usize {
        let len = u64::try_from(len.max(1)).unwrap_or(1);
        usize::try_from(self.0.rand_range(0..len)).unwrap_or(0)
    }

    /// One of the options, all equally likely; a list of at least one.
    pub(super) fn one_of<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.index(options.len())]
    }

    /// True with this probability, from 0 to 1.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.0.rand_float() < probability
    }

    /// A log-normal number with this median and this deviation of its logarithm (Box and Muller 1958).
    pub(super) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.0.rand_float()).ln()).sqrt();
        let angle = std::f64::consts::TAU * self.0.rand_float();
        median * (sigma * radius * angle.cos()).exp()
    }

    /// Every order equally likely (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }
}
