//! Calm: from night to night only what must change does.
//!
//! | question | file |
//! |---|---|
//! | Which blocks have begun? They stay. | `begun.rs` |
//! | What did she do by hand in a calendar that shows her blocks? | `hand.rs` |
//! | Does the last plan still do? Then nothing is searched. | `carry.rs` |
//! | What is missing from it only: can that be put between the blocks that stay? | `repair.rs` |

mod begun;
mod carry;
mod diary;
mod hand;
mod repair;

pub use diary::{Diary, Mirror};

pub(crate) use begun::begun;
pub(crate) use carry::{Carried, Nights, carry};
pub(crate) use hand::{HandWork, read as read_by_hand};
pub(crate) use repair::repair;

use crate::plan::Plan;
use crate::publish::PublishedBlock;

/// What went before a run: all that a desk is assembled from beside its settings, feeds and `now`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Past<'a> {
    /// The last plan.
    pub(crate) plan: Option<&'a Plan>,
    /// What is remembered of what she did by hand.
    pub(crate) diary: Option<&'a Diary>,
    /// The blocks as they were published.
    pub(crate) blocks: &'a [PublishedBlock],
    /// Calendars that Plokk writes to itself and where she may move blocks.
    pub(crate) mirrors: &'a [Mirror],
    /// Whether there are such calendars that nobody has looked into: what is not found is not gone.
    pub(crate) unseen: bool,
}

impl Past<'_> {
    /// Whether an event of this UID is a block of this desk: a copy of it in her calendar says nothing
    /// new about when she is busy.
    pub(crate) fn is_block(&self, uid: Option<&str>) -> bool {
        uid.is_some_and(|uid| self.blocks.iter().any(|block| block.uid == uid))
    }

    /// Whether an event of this UID is a block of this desk, or a stretch of busy time that Plokk publishes.
    pub(crate) fn is_published(&self, uid: Option<&str>) -> bool {
        self.is_block(uid) || uid.is_some_and(|uid| uid.starts_with("busy-") && uid.ends_with("@plokk"))
    }

    /// What is remembered; nothing at first.
    pub(crate) fn diary(&self) -> Diary {
        self.diary.cloned().unwrap_or_default()
    }
}
