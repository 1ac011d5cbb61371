//! Dice with names: what is drawn for one stream and week does not hang on what is drawn for others, on threads, or on how
//! many runs there are.

use chrono::{Datelike, NaiveDate};

/// A source of random numbers: SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dice {
    key: u64,
    state: u64,
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Dice {
    fn of(key: u64) -> Dice {
        Dice { key, state: key }
    }

    /// The dice of one run.
    pub(crate) fn new(seed: u64, run: u64) -> Dice {
        Dice::of(mix(mix(seed ^ 0x9E37_79B9_7F4A_7C15).wrapping_add(run.wrapping_mul(0xD1B5_4A32_D192_ED03))))
    }

    /// Dice of their own for something that has a name.
    pub(crate) fn named(&self, name: &str) -> Dice {
        Dice::of(mix(name.bytes().fold(self.key, |key, byte| mix(key ^ u64::from(byte)))))
    }

    /// Dice of their own for a week.
    pub(crate) fn week(&self, monday: NaiveDate) -> Dice {
        Dice::of(mix(self.key ^ mix(monday.num_days_from_ce() as u64 ^ 0xA5A5)))
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// Evenly from 0 (excluded) to 1.
    pub(crate) fn even(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 1.0) / (1u64 << 53) as f64
    }

    /// Standard normal (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let (u, v) = (self.even(), self.even());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    /// Gamma with a shape and rate 1 (Marsaglia and Tsang 2000, doi:10.1145/358407.358414).
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = self.even().powf(1.0 / shape);
            return boost * self.gamma(shape + 1.0);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.even().ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
                return d * v;
            }
        }
    }

    /// Poisson, in pieces small enough for counting (Knuth).
    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        let (mut left, mut count) = (mean.min(10_000.0), 0);
        while left > 0.0 {
            let part = left.min(20.0);
            let (limit, mut product) = ((-part).exp(), self.even());
            while product > limit {
                count += 1;
                product *= self.even();
            }
            left -= part;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(mut draw: impl FnMut(&mut Dice) -> f64) -> (f64, f64) {
        let mut dice = Dice::new(7, 0);
        let drawn: Vec<f64> = (0..40_000).map(|_| draw(&mut dice)).collect();
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        (mean, drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / drawn.len() as f64)
    }

    #[test]
    fn means_and_variances_are_right() {
        for (found, mean, variance) in [
            (moments(Dice::even), 0.5, 1.0 / 12.0),
            (moments(Dice::normal), 0.0, 1.0),
            (moments(|d| d.gamma(0.5)), 0.5, 0.5),
            (moments(|d| d.gamma(12.5)), 12.5, 12.5),
            (moments(|d| f64::from(d.poisson(0.3))), 0.3, 0.3),
            (moments(|d| f64::from(d.poisson(47.0))), 47.0, 47.0),
        ] {
            // Five standard errors of the mean of 40,000 draws.
            assert!((found.0 - mean).abs() < 5.0 * (variance / 40_000.0_f64).sqrt(), "{found:?} {mean}");
            assert!((found.1 / variance - 1.0).abs() < 0.06, "{found:?} {variance}");
        }
    }

    #[test]
    fn each_name_has_dice_of_its_own() {
        let run = Dice::new(1, 2);
        assert_eq!(run.named("a").even(), run.named("a").even());
        assert_ne!(run.named("a").even(), run.named("b").even());
        assert_ne!(run.named("a").even(), Dice::new(1, 3).named("a").even());
    }
}
