//! What has begun stays: nobody gains by a calendar that rewrites the morning.
//!
//! A block of the last plan that has begun and did not end before today counts like a pinned one: it
//! stands where it stood, its minutes come off the work, and what comes after waits for it. Blocks of
//! earlier days are no promise any more: their work is planned again unless the calendars say that it
//! is done.

use super::{Diary, Past};
use crate::desk::{Pinned, Window};
use crate::settings::Settings;
use chrono::{DateTime, Utc};

/// The blocks that have begun, for work that is still open; those of them that stand where she has
/// pinned something are hers already. `hand`: what she is known to have done by hand; `open`: the
/// PERCENT-COMPLETE of work that is still to be done.
pub(crate) fn begun(
    past: &Past<'_>,
    settings: &Settings,
    hand: &Diary,
    pinned: &[Pinned],
    horizon: Window,
    now: DateTime<Utc>,
    open: &dyn Fn(&str) -> Option<u8>,
) -> Vec<Pinned> {
    let diary = past.diary();
    let mut begun = Vec::new();
    for chunk in past.plan.iter().flat_map(|plan| &plan.chunks) {
        let time = chunk.window();
        let Some(assistant) = settings.assistants.iter().position(|a| a.id == chunk.assistant) else {
            continue;
        };
        if time.from >= now || time.to <= horizon.from {
            continue;
        }
        // What is called off or done is no work any more; what has been ticked off since is counted there.
        let Some(percent) = open(&chunk.task) else { continue };
        let counted = percent > diary.percent.get(&chunk.task).copied().unwrap_or(0);
        if counted && time.to <= now {
            continue;
        }
        let meets = |other: &Pinned| {
            other.assistant == assistant && other.time.from < time.to && time.from < other.time.to
        };
        let deleted = past.blocks.iter().any(|block| {
            block.task.as_deref() == Some(&chunk.task)
                && block.time == time
                && hand.done.contains_key(&Diary::key(&block.uid, block.time))
        });
        if !deleted && !pinned.iter().any(meets) {
            begun.push(Pinned {
                task: chunk.task.clone(),
                client: None,
                assistant,
                time,
                uid: None,
                summary: None,
                begun: true,
            });
        }
    }
    begun
}
