//! Questions asked of a scenario, each answered by solving its linear program again.

mod fit;
mod hire;
mod prices;
mod sell;
mod way;

pub use fit::FirstFit;
pub use hire::{Hire, HireStep};
pub use prices::{PricedHour, PricedSkill};
pub use sell::Sellable;
pub use way::{Step, WaysOut};

/// Harm that is none beside some other harm: rounding, and a few minutes.
pub(crate) fn spare(harm: f64) -> f64 {
    0.1 + 0.001 * harm
}
