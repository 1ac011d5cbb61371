//! What pieces cost in windows, remembered. A round changes a few windows; the price of a piece in all the others
//! is what it was, and is looked up.

use super::{Piece, Spot};
use crate::model::Model;

/// All that the price of a piece follows from, but for the window, which its version tells.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Key {
    version: u64,
    task: u32,
    len: i32,
    /// The end of the task's other chunks if this one completes it.
    completes: Option<i32>,
    /// The earliest start and the latest end.
    from: i32,
    to: i32,
}

impl Key {
    pub(super) fn new(version: u64, piece: Piece, (from, to): (i32, i32)) -> Key {
        Key { version, task: piece.task as u32, len: piece.len, completes: piece.completes, from, to }
    }

    fn hash(&self) -> u64 {
        const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
        let words = [
            u64::from(self.task) << 32 | u64::from(self.len as u32),
            u64::from(self.from as u32) << 32 | u64::from(self.to as u32),
            self.completes.map_or(MIX, |end| u64::from(end as u32)),
        ];
        let mixed =
            words.iter().fold(self.version, |hash, word| (hash ^ word).wrapping_mul(MIX).rotate_left(29));
        mixed ^ mixed >> 32
    }
}

/// The cheapest place for a piece in a window.
#[derive(Clone, Copy)]
struct Price {
    cost: f32,
    position: u32,
    start: i32,
}

/// A table of prices of a fixed size: what is newer takes the place of what is older.
#[derive(Clone, Default)]
pub(super) struct Known {
    entries: Vec<(Option<Key>, Option<Price>)>,
}

/// The least and the most entries, as powers of 2: a megabyte, and sixty.
const SIZES: (u32, u32) = (14, 20);

impl Known {
    pub(super) fn new(model: &Model) -> Known {
        let offers: usize = model.tasks.iter().map(|job| job.allowed.len()).sum();
        let size = (16 * offers).next_power_of_two().clamp(1 << SIZES.0, 1 << SIZES.1);
        Known { entries: vec![(None, None); size] }
    }

    /// What was put for a key that belongs to window `w`; none where it is not known, or no longer.
    pub(super) fn get(&self, key: Key, w: usize) -> Option<Option<Spot>> {
        let (known, price) = self.entries.get(self.place(&key))?;
        (*known == Some(key)).then(|| {
            price.map(|p| Spot {
                window: w,
                position: p.position as usize,
                start: p.start,
                len: key.len,
                cost: f64::from(p.cost),
            })
        })
    }

    pub(super) fn put(&mut self, key: Key, spot: Option<Spot>) {
        let place = self.place(&key);
        if let Some(entry) = self.entries.get_mut(place) {
            let price = |s: Spot| Price { cost: s.cost as f32, position: s.position as u32, start: s.start };
            *entry = (Some(key), spot.map(price));
        }
    }

    fn place(&self, key: &Key) -> usize {
        key.hash() as usize & self.entries.len().wrapping_sub(1)
    }
}
