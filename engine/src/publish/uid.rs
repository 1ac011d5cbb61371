//! UIDs that live on.
//!
//! A block's UID is a digest of its task's id and a number within the task. Which number a chunk
//! gets is found in the files published before: a chunk that stands where one stood is the same
//! chunk; so is one that overlaps it most; the others are the same in their order, those still to
//! come first. Only what is left over is new.

use super::before::{Before, OldBlock};
use crate::desk::Window;
use crate::digest::digest;
use crate::plan::PlannedChunk;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// One UID for each chunk of a plan, in the plan's order.
pub(crate) struct BlockUids(pub(crate) Vec<String>);

impl BlockUids {
    pub(crate) fn assign(chunks: &[PlannedChunk], before: &Before, now: DateTime<Utc>) -> BlockUids {
        let mut by_task: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, chunk) in chunks.iter().enumerate() {
            by_task.entry(&chunk.task).or_default().push(place);
        }
        let mut uids = vec![String::new(); chunks.len()];
        for (task, places) in by_task {
            let stem = stem(task);
            let mut old = before.blocks(&stem);
            // Those that stand before those called off, those still to come first, each kind by start.
            old.sort_by_cached_key(|block| {
                (
                    block.cancelled,
                    block.time.to <= now,
                    block.time.from,
                    block.number,
                    block.assistant.clone(),
                )
            });
            let new: Vec<&PlannedChunk> = places.iter().map(|&place| &chunks[place]).collect();
            for (place, number) in places.into_iter().zip(numbers(&new, &old)) {
                uids[place] = format!("{stem}-{number}@plokk");
            }
        }
        BlockUids(uids)
    }
}

/// The number of each chunk of one task.
fn numbers(new: &[&PlannedChunk], old: &[OldBlock]) -> Vec<u32> {
    let mut numbers: Vec<Option<u32>> = vec![None; new.len()];
    let mut free: Vec<bool> = vec![true; old.len()];
    for (n, o) in pairs_by_likeness(new, old) {
        if numbers[n].is_none() && free[o] {
            numbers[n] = Some(old[o].number);
            free[o] = false;
        }
    }
    let mut left = (0..old.len()).filter(|&o| free[o]).map(|o| old[o].number);
    let mut unused = (1..).filter(|number| old.iter().all(|block| block.number != *number));
    let number =
        |known: Option<u32>| known.or_else(|| left.next()).or_else(|| unused.next()).unwrap_or(u32::MAX);
    numbers.into_iter().map(number).collect()
}

/// Pairs of a new and an old chunk that overlap, the most alike first.
fn pairs_by_likeness(new: &[&PlannedChunk], old: &[OldBlock]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(Likeness, usize, usize)> = Vec::new();
    for (n, chunk) in new.iter().enumerate() {
        for (o, block) in old.iter().enumerate() {
            let shared = overlap(chunk.window(), block.time);
            if shared > TimeDelta::zero() {
                let likeness = (chunk.window() != block.time, block.assistant != chunk.assistant, -shared);
                pairs.push((likeness, n, o));
            }
        }
    }
    pairs.sort();
    pairs.into_iter().map(|(_, n, o)| (n, o)).collect()
}

/// Smaller is more alike: another time, another assistant, less shared time.
type Likeness = (bool, bool, TimeDelta);

fn overlap(a: Window, b: Window) -> TimeDelta {
    a.to.min(b.to) - a.from.max(b.from)
}

/// The UID of a stretch of busy time: who, since when, and in whose feed. It follows from nothing
/// that the feed does not show.
pub(crate) fn busy(assistant: &str, from: DateTime<Utc>, client: Option<&str>) -> String {
    let feed = client.map(|client| format!("-{client}")).unwrap_or_default();
    format!("busy-{assistant}-{}{feed}@plokk", from.format("%Y%m%dT%H%M%SZ"))
}

/// What the UIDs of all blocks of a task begin with: a digest of its id. Only feeds that show the
/// task's own UID show it.
pub(crate) fn stem(task: &str) -> String {
    digest(task.bytes())
}

/// The stem and the number of a block's UID; `None` for the UID of anything else.
pub(crate) fn split(uid: &str) -> Option<(&str, u32)> {
    let (stem, number) = uid.strip_suffix("@plokk")?.split_once('-')?;
    (stem.len() == 32).then_some((stem, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    fn window(from: i64, to: i64) -> Window {
        let at = |hour| DateTime::from_timestamp(hour * 3600, 0).unwrap_or_default();
        Window { from: at(from), to: at(to) }
    }

    fn chunk(from: i64, to: i64) -> PlannedChunk {
        let time = window(from, to);
        let utc = FixedOffset::east_opt(0).expect("zero is an offset");
        PlannedChunk {
            task: "t".into(),
            client: None,
            assistant: "mari".into(),
            start: time.from.with_timezone(&utc),
            end: time.to.with_timezone(&utc),
        }
    }

    fn old(number: u32, from: i64, to: i64) -> OldBlock {
        OldBlock { number, time: window(from, to), assistant: "mari".into(), cancelled: false }
    }

    fn numbered(new: &[(i64, i64)], old: &[OldBlock]) -> Vec<u32> {
        let chunks: Vec<PlannedChunk> = new.iter().map(|&(from, to)| chunk(from, to)).collect();
        numbers(&chunks.iter().collect::<Vec<_>>(), old)
    }

    #[test]
    fn new_chunks_are_numbered_in_order() {
        assert_eq!(numbered(&[(0, 1), (5, 6)], &[]), [1, 2]);
    }

    #[test]
    fn a_chunk_that_stays_keeps_its_number_whatever_comes_before_it() {
        assert_eq!(numbered(&[(0, 1), (5, 6)], &[old(1, 5, 6)]), [2, 1]);
    }

    #[test]
    fn a_chunk_that_moves_keeps_its_number() {
        assert_eq!(numbered(&[(3, 4), (9, 10)], &[old(4, 5, 6), old(7, 9, 10)]), [4, 7]);
    }

    #[test]
    fn the_larger_overlap_decides() {
        assert_eq!(numbered(&[(2, 6), (6, 7)], &[old(1, 0, 3), old(2, 3, 7)]), [2, 1]);
    }

    #[test]
    fn uids_are_told_from_others() {
        let uid = format!("{}-12@plokk", stem("task"));
        assert_eq!(split(&uid), Some((stem("task").as_str(), 12)));
        assert_eq!(split("busy-mari-20261019T060000Z@plokk"), None);
        assert_eq!(split("1@example.org"), None);
    }
}
