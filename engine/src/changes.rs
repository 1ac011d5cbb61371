//! What a run has changed: which blocks moved, which are new, which fell out, and why.
//!
//! Blocks are told apart by their UIDs, as subscribers tell them apart. What is over is no change.

mod reason;
mod render;
mod undone;

pub use undone::{Restored, restored};

use crate::calm::Diary;
use crate::desk::{Desk, Window, Work};
use crate::pipeline::Planned;
use crate::plan::Plan;
use crate::publish::{OutFile, PublishedBlock, published_blocks};
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// What a run has changed. Times carry the offset of the first assistant's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// When the run was.
    pub at: DateTime<FixedOffset>,
    /// Whether nothing had been published before: then every block is new, and none is listed.
    pub first: bool,
    /// How many blocks of the plan are still to come.
    pub blocks: usize,
    /// By client in the order of the desk, her own work last; only those for whom something changed.
    pub clients: Vec<ClientChanges>,
}

/// What has changed for one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientChanges {
    /// The client's id; absent for the assistants' own work.
    pub client: Option<String>,
    /// The client's name.
    pub name: String,
    /// Blocks that moved, by their old time; then new ones; then those that fell out; then work that is
    /// late and was not.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The task.
    pub task: String,
    /// What the task is called.
    pub summary: String,
    /// Where the block was.
    pub from: Option<Stretch>,
    /// Where it is now.
    pub to: Option<Stretch>,
    /// Whether it was inside the freeze, where blocks move only if they must.
    pub frozen: bool,
    /// Why, in words.
    pub reason: String,
}

/// What happened to a block, or to a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// A block is at another time, or somebody else's.
    Moved,
    /// A block was not there before.
    New,
    /// A block is not planned any more.
    Out,
    /// Work will be done only after it is due, which it was not to be before.
    Late,
}

/// When a block is, and whose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// The assistant's id.
    pub assistant: String,
    /// Its start.
    pub start: DateTime<FixedOffset>,
    /// Its end.
    pub end: DateTime<FixedOffset>,
}

/// What a run has changed with the files it publishes.
///
/// ```
/// use plokk_engine::{FeedText, Inputs, Settings, changes, plan_and_publish};
/// # use plokk_solver::{Options, Silent};
/// # let text = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
/// # let settings = Settings::read(text, "plokk.toml").expect("nothing is wrong with it");
/// # let options = Options { effort: 0.01, ..Options::default() };
/// # let feed = |todo: &str| FeedText {
/// #     feed: "mari.ics".into(),
/// #     source: "mari.ics".into(),
/// #     content: Ok(format!("BEGIN:VCALENDAR\n{todo}END:VCALENDAR\n").into()),
/// #     warnings: Vec::new(),
/// # };
/// # let inputs = |text: &str, last, published| Inputs {
/// #     settings: settings.clone(), feeds: vec![feed(text)], last, published,
/// #     now: "2026-10-19T05:00:00Z".parse().expect("a time"),
/// # };
/// let todo = "BEGIN:VTODO\nUID:books\nSUMMARY:Books\nEND:VTODO\n";
/// let (first, files) = plan_and_publish(inputs(todo, None, Default::default()), &options, &Silent)?;
/// assert_eq!(changes(&first, &files).headline(), "the first plan: 1 block");
///
/// // The work is called off: its block falls out.
/// let published = files.into_iter().map(|file| (file.path, file.bytes)).collect();
/// let (second, files) = plan_and_publish(inputs("", Some(first.kept), published), &options, &Silent)?;
/// assert_eq!(changes(&second, &files).headline(), "1 out");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn changes(planned: &Planned, files: &[OutFile]) -> Changes {
    let (desk, before, last) = (&planned.desk, &planned.published, planned.last.as_ref());
    let after: BTreeMap<String, Vec<u8>> =
        files.iter().map(|file| (file.path.clone(), file.bytes.clone())).collect();
    let old = published_blocks(&desk.settings, before, last);
    let new = published_blocks(&desk.settings, &after, Some(&planned.plan));
    let first = last.is_none() && old.is_empty();
    let blocks = new.iter().filter(|block| !block.cancelled && block.time.to > desk.now).count();
    let mut found = if first { Vec::new() } else { Comparison { planned, last }.blocks(&old, &new) };
    if !first {
        found.extend(Comparison { planned, last }.late());
    }
    let zone = desk.settings.assistants[0].timezone;
    let now = crate::plan::at(desk.now, zone);
    Changes { at: now, first, blocks, clients: by_client(desk, last, found) }
}

/// The changes sorted by whom they are for.
fn by_client(desk: &Desk, last: Option<&Plan>, found: Vec<Change>) -> Vec<ClientChanges> {
    let client_of = |task: &str| {
        let work = desk.work.iter().chain(&desk.later).find(|work| work.id == task);
        let before = || {
            let chunk = last?.chunks.iter().find(|chunk| chunk.task == task)?;
            let id = chunk.client.as_ref()?;
            desk.settings.clients.iter().position(|client| client.id == *id)
        };
        work.map_or_else(before, |work| work.client)
    };
    let mut by: BTreeMap<usize, Vec<Change>> = BTreeMap::new();
    for change in found {
        by.entry(client_of(&change.task).unwrap_or(usize::MAX)).or_default().push(change);
    }
    let group = |(client, mut changes): (usize, Vec<Change>)| {
        let key = |change: &Change| {
            let time = change.from.as_ref().or(change.to.as_ref()).map(|stretch| stretch.start);
            (change.kind, time, change.task.clone())
        };
        changes.sort_by_cached_key(key);
        match desk.settings.clients.get(client) {
            Some(client) => {
                ClientChanges { client: Some(client.id.clone()), name: client.name.clone(), changes }
            }
            None => ClientChanges { client: None, name: "own tasks".to_owned(), changes },
        }
    };
    by.into_iter().map(group).collect()
}

/// A plan beside the one before.
struct Comparison<'a> {
    planned: &'a Planned,
    last: Option<&'a Plan>,
}

impl Comparison<'_> {
    fn blocks(&self, old: &[PublishedBlock], new: &[PublishedBlock]) -> Vec<Change> {
        let desk = &self.planned.desk;
        let standing = |blocks: &[PublishedBlock]| -> HashMap<String, PublishedBlock> {
            let live = blocks.iter().filter(|block| !block.cancelled);
            live.map(|block| (block.uid.clone(), block.clone())).collect()
        };
        let (was, is) = (standing(old), standing(new));
        let mut found = Vec::new();
        for block in new.iter().filter(|block| !block.cancelled) {
            let before = was.get(&block.uid);
            if before.is_some_and(|old| old.time == block.time && old.assistant == block.assistant) {
                continue;
            }
            let Some(task) = &block.task else { continue };
            let kind = if before.is_some() { ChangeKind::Moved } else { ChangeKind::New };
            let reason = match before {
                Some(old) => reason::moved(self.planned, task, old),
                None => reason::new(self.planned, self.last, task),
            };
            found.push(self.change(kind, task, before, Some(block), reason));
        }
        for block in old.iter().filter(|block| !block.cancelled && !is.contains_key(&block.uid)) {
            let Some(task) = block.task.as_ref().filter(|_| block.time.to > desk.now) else { continue };
            let reason = reason::out(self.planned, task, block);
            found.push(self.change(ChangeKind::Out, task, Some(block), None, reason));
        }
        found
    }

    /// Work that is late now and was not.
    fn late(&self) -> Vec<Change> {
        let plan = &self.planned.plan;
        let was = |task: &str| self.last.is_some_and(|last| last.late.iter().any(|late| late.task == task));
        let late = plan.late.iter().filter(|late| !was(&late.task));
        late.map(|late| {
            let zone = self.planned.desk.settings.assistants[0].timezone;
            let at = |time: DateTime<FixedOffset>| crate::words::moment(time.to_utc(), zone);
            let reason = format!("due {}, done {}", at(late.due), at(late.completion));
            self.change(ChangeKind::Late, &late.task, None, None, reason)
        })
        .collect()
    }

    fn change(
        &self,
        kind: ChangeKind,
        task: &str,
        from: Option<&PublishedBlock>,
        to: Option<&PublishedBlock>,
        reason: String,
    ) -> Change {
        let desk = &self.planned.desk;
        let thaw = desk.now + desk.settings.planning.freeze;
        let zone = desk.settings.assistants[0].timezone;
        let local = |time: DateTime<Utc>| crate::plan::at(time, zone);
        let stretch = |block: &PublishedBlock| Stretch {
            assistant: block.assistant.clone(),
            start: local(block.time.from),
            end: local(block.time.to),
        };
        Change {
            kind,
            task: task.to_owned(),
            summary: summary(desk, task),
            frozen: from.is_some_and(|block| desk.now <= block.time.from && block.time.from < thaw),
            from: from.map(stretch),
            to: to.map(stretch),
            reason,
        }
    }
}

fn work<'d>(desk: &'d Desk, task: &str) -> Option<&'d Work> {
    desk.work.iter().chain(&desk.later).find(|work| work.id == task)
}

/// What a task is called; its id where the feeds do not say, or have it no more.
fn summary(desk: &Desk, task: &str) -> String {
    match work(desk, task) {
        Some(work) if !work.summary.is_empty() => work.summary.clone(),
        _ => task.to_owned(),
    }
}

fn was_deleted(diary: &Diary, uid: &str, time: Window) -> bool {
    diary.done.contains_key(&Diary::key(uid, time))
}

impl Changes {
    /// Whether nothing has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.first && self.clients.is_empty()
    }

    /// How many changes there are of a kind.
    #[must_use]
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.clients.iter().flat_map(|client| &client.changes).filter(|change| change.kind == kind).count()
    }
}
