//! Numbers, and what is said of many of them.

/// Numbers in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sorted(Vec<f64>);

impl Sorted {
    /// Sorts numbers.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Sorted {
        let mut numbers: Vec<f64> = numbers.into_iter().collect();
        numbers.sort_by(f64::total_cmp);
        Sorted(numbers)
    }

    /// The middle one, or the mean of the middle two.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        let (upper, lower) = (self.0.len() / 2, self.0.len().saturating_sub(1) / 2);
        Some((self.0.get(lower)? + self.0.get(upper)?) / 2.0)
    }

    /// The largest.
    #[must_use]
    pub fn most(&self) -> Option<f64> {
        self.0.last().copied()
    }
}

/// How `y` grows with `x`: the exponent `b` and factor `a` of `y = a x^b`, by least squares on the
/// logarithms; none for fewer than two points, or where all have the same `x`.
///
/// ```
/// use plokk_bench::statistics::power;
/// let fit = power(&[(1.0, 3.0), (10.0, 300.0), (100.0, 30_000.0)]).expect("three points");
/// assert!((fit.exponent - 2.0).abs() < 1e-9 && (fit.at(10.0) - 300.0).abs() < 1e-6);
/// assert_eq!(power(&[(2.0, 3.0), (2.0, 4.0)]), None);
/// ```
#[must_use]
#[allow(clippy::cast_precision_loss)] // a few points
pub fn power(points: &[(f64, f64)]) -> Option<Power> {
    let logs: Vec<(f64, f64)> =
        points.iter().filter(|(x, y)| *x > 0.0 && *y > 0.0).map(|(x, y)| (x.ln(), y.ln())).collect();
    let count = logs.len() as f64;
    let mean_x = logs.iter().map(|p| p.0).sum::<f64>() / count;
    let mean_y = logs.iter().map(|p| p.1).sum::<f64>() / count;
    let spread: f64 = logs.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
    if logs.len() < 2 || spread < 1e-12 {
        return None;
    }
    let exponent = logs.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum::<f64>() / spread;
    Some(Power { factor: (mean_y - exponent * mean_x).exp(), exponent })
}

/// A power law, `factor · x^exponent`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// What it is at 1.
    pub factor: f64,
    /// 1 is linear growth.
    pub exponent: f64,
}

impl Power {
    /// What it is at `x`.
    #[must_use]
    pub fn at(self, x: f64) -> f64 {
        self.factor * x.powf(self.exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_even_and_no_numbers() {
        assert_eq!(Sorted::of([3.0, 1.0, 2.0]).median(), Some(2.0));
        assert_eq!(Sorted::of([4.0, 1.0, 2.0, 3.0]).median(), Some(2.5));
        assert_eq!(Sorted::default().median(), None);
        assert_eq!(Sorted::of([1.0, f64::INFINITY]).most(), Some(f64::INFINITY));
    }
}
