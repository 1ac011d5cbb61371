//! A desk as a planning problem: calendars and rules become slots, tasks, caps and quotas.
//!
//! [`pose`] lists the rules in order; each stands in a file of its own, with its test.

mod after;
mod axis;
mod impossible;
mod live;
mod prefer;
mod previous;
mod reserve;
mod retainer;
mod skills;
mod tasks;
mod windows;

pub use axis::Axis;

use crate::desk::Desk;
use crate::plan::Plan;
use plokk_solver::{Buffers, FORMAT, Problem};

/// A desk's planning problem, and the way back from it.
#[derive(Clone, Debug)]
pub struct Posed {
    /// The problem. Task ids are [`Work::id`](crate::Work::id)s, worker ids assistants' ids, client
    /// ids clients' ids, or the assistant's id for her own tasks.
    pub problem: Problem,
    /// From slots to instants.
    pub axis: Axis,
    /// Work that no plan can hold; it is not in the problem.
    pub impossible: Vec<Impossible>,
}

/// Work that no plan can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impossible {
    /// The index into [`Desk::work`](crate::Desk::work).
    pub work: usize,
    /// Why.
    pub reason: Hindrance,
}

/// Why no plan can hold a piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// No assistant has the skill, or is the one it asks for.
    Nobody,
    /// Its deadline has passed, or leaves less time than its shortest chunk.
    Deadline,
    /// It is done live, and the client cannot be reached while anybody works.
    Unreachable,
    /// Nobody who may do it has a free stretch as long as its shortest chunk.
    NoFreeTime,
    /// It comes after work (this [`Work::id`](crate::Work::id)) that no plan can hold.
    Waits(String),
}

impl std::fmt::Display for Hindrance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Hindrance::Nobody => f.write_str("no assistant may do it"),
            Hindrance::Deadline => f.write_str("its deadline leaves no time"),
            Hindrance::Unreachable => f.write_str("the client cannot be reached while an assistant is free"),
            Hindrance::NoFreeTime => f.write_str("no free time in the horizon is long enough"),
            Hindrance::Waits(task) => write!(f, "it waits for {task}, which cannot be planned"),
        }
    }
}

/// Poses a desk's planning problem: every rule of planning, in order. `last` is the plan of the run
/// before, which is kept where nothing speaks against it.
///
/// The problem is always a valid one: [`Problem::faults`] finds nothing in it.
///
/// ```
/// use plokk_engine::{Desk, FeedText, Settings, pose};
/// # let text = "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n";
/// # let settings = Settings::read(text, "plokk.toml").expect("nothing is wrong with it");
/// # let calendar = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:books\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
/// # let (feed, source) = ("mari.ics".into(), "mari.ics".into());
/// # let feed = FeedText { feed, source, content: Ok(calendar.into()), warnings: Vec::new() };
/// # let now = "2026-10-19T05:00:00Z".parse().expect("a time");
/// let desk = Desk::assemble(settings, &[feed], now)?;
/// let posed = pose(&desk, None);
/// assert!(posed.problem.faults().is_empty());
/// let start = posed.problem.workers[0].windows[0].start;
/// assert_eq!(posed.axis.instant(start).to_rfc3339(), "2026-10-19T06:00:00+00:00");
/// # Ok::<(), plokk_engine::DeskError>(())
/// ```
#[must_use]
pub fn pose(desk: &Desk, last: Option<&Plan>) -> Posed {
    let axis = Axis::of(desk);
    let weights = &desk.settings.weights;
    let workers = windows::workers(desk, &axis);
    let live = live::eligible(desk, &axis);
    let impossible = impossible::find(desk, &axis, &workers, &live);
    let mut problem = Problem {
        format: FORMAT.to_owned(),
        slot_minutes: desk.settings.planning.slot,
        horizon: axis.horizon,
        buffers: buffers(desk, &axis),
        weights: weights.points,
        workers,
        tasks: Vec::new(),
        quotas: Vec::new(),
        caps: Vec::new(),
    };
    let mut prefer = prefer::Prefer::default();
    let left_out = |index: &usize| impossible.iter().any(|other| other.work == *index);
    for index in (0..desk.work.len()).filter(|index| !left_out(index)) {
        let work = &desk.work[index];
        let Some(mut task) = tasks::task(desk, work, &axis) else { continue };
        task.workers = skills::workers(desk, work);
        task.eligible.clone_from(&live[index]);
        task.prefer = prefer.times(desk, work, &axis);
        task.previous = previous::chunks(desk, work, last, &axis);
        problem.tasks.push(task);
    }
    after::link(desk, &axis, &mut problem);
    reserve::cap(desk, &axis, &mut problem);
    retainer::bind(desk, last, &axis, &mut problem);
    Posed { problem, axis, impossible }
}

fn buffers(desk: &Desk, axis: &Axis) -> Buffers {
    let buffers = &desk.settings.buffers;
    Buffers {
        same_batch: axis.up(buffers.same_batch),
        same_client: axis.up(buffers.same_client),
        other_client: axis.up(buffers.other_client),
    }
}
