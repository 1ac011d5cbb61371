//! How much capacity an hour of work takes.

use super::Hours;

/// How often a chunk follows one of the same kind, of another kind, of another client: what the buffers between
/// chunks are reckoned by. With [`ENDS`] set so that as much fits as the block solver plans of the desks in `examples`
/// with three times their work; `docs/what-if.md` has the figures.
const NEIGHBOURS: [f64; 3] = [0.30, 0.15, 0.25];
/// The share of free time that is lost because it is too short for any chunk.
const ENDS: f64 = 0.05;

/// Hours of capacity that an hour of work takes, of a task of `size` in chunks of at most `longest`.
///
/// `buffers` are kept between chunks of one kind, of another kind, of another client. Capacity is free time less a
/// `reserve` (0 to below 1), and the reserve holds work off, not buffers: they lie in it first.
///
/// ```
/// use plokk_solver::capacity::{Hours, setup};
/// let none = [Hours(0.0); 3];
/// assert_eq!(setup(none, Hours(1.0), Hours(2.0), 0.0), 1.05);
/// assert_eq!(setup(none, Hours(1.0), Hours(2.0), 0.1), 1.0);
/// ```
#[must_use]
pub fn setup(buffers: [Hours; 3], size: Hours, longest: Hours, reserve: f64) -> f64 {
    let size = size.0.max(1.0 / 12.0);
    let chunks = (size / longest.0.max(1.0 / 12.0)).ceil().max(1.0);
    let gap: f64 = buffers.iter().zip(NEIGHBOURS).map(|(gap, share)| gap.0 * share).sum();
    ((1.0 + chunks * gap / size + ENDS) * (1.0 - reserve)).max(1.0)
}
