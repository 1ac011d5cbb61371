//! What a window may hold of a task, and the least it can cost there: the pieces that columns are
//! made of.
//!
//! Inside a window the time of day is left out of account, to the task's favour: a piece costs what
//! it would at the best start that the rules allow. So a column never costs more than any real
//! content of the window with the same pieces, and what is bounded with columns is bounded for all
//! real plans.

mod conflicts;

use crate::model::{Job, Model, Window, starts};

/// A task in a window.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) task: u32,
    /// The shortest length; `pieces[k]` is for `shortest + k` slots.
    pub(crate) shortest: i32,
    pub(crate) pieces: Vec<Piece>,
    /// The least that a slot of any piece costs, and the least lateness that goes with it.
    pub(crate) least_cost: f64,
    pub(crate) least_late: f64,
    /// No chunk here ends before; the horizon for what leaves the task incomplete.
    pub(crate) soonest_end: i32,
    /// No chunk here starts after.
    pub(crate) latest_start: i32,
    /// Every chunk here lies between.
    pub(crate) span: (i32, i32),
    /// The offers of this window for tasks before or after this one that no content holds together with it.
    pub(crate) conflicts: Vec<u32>,
}

/// A number of slots of one task in one window, in as few chunks as can be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// How many chunks; 0 where no chunks add up to this length.
    pub(crate) chunks: i32,
    /// The least cost but for lateness, and without the setups around it.
    pub(crate) cost: f64,
    /// The least lateness that goes with it, by its share of the task's work.
    pub(crate) late: f64,
}

/// All offers, by window, and within it by client and kind; those of one task follow each other, and a content holds one of
/// them at most.
#[derive(Debug)]
pub(crate) struct Offers {
    pub(crate) all: Vec<Offer>,
    /// The range of offers of each window.
    pub(crate) of_window: Vec<std::ops::Range<usize>>,
    /// The offers of each task, by window.
    pub(crate) of_task: Vec<Vec<u32>>,
}

impl Offers {
    pub(crate) fn new(model: &Model) -> Offers {
        let mut in_window: Vec<Vec<u32>> = vec![Vec::new(); model.windows.len()];
        for (j, job) in model.tasks.iter().enumerate() {
            for w in &job.allowed {
                in_window[*w as usize].push(j as u32);
            }
        }
        let mut all = Vec::new();
        let mut of_window = Vec::with_capacity(model.windows.len());
        let mut of_task = vec![Vec::new(); model.tasks.len()];
        for (w, mut tasks) in in_window.into_iter().enumerate() {
            tasks.sort_by_key(|j| {
                let job = &model.tasks[*j as usize];
                (job.client, job.kind, *j)
            });
            let first = all.len();
            for j in tasks {
                for times in Times::of(&model.tasks[j as usize], &model.windows[w]) {
                    if let Some(offer) = offer(model, j as usize, w, times) {
                        of_task[j as usize].push(all.len() as u32);
                        all.push(offer);
                    }
                }
            }
            of_window.push(first..all.len());
        }
        conflicts::find(model, &of_window, &mut all);
        Offers { all, of_window, of_task }
    }

    /// The offers of a window.
    pub(crate) fn of(&self, window: usize) -> impl Iterator<Item = u32> + use<> {
        self.of_window[window].clone().map(|o| o as u32)
    }
}

impl Offer {
    /// Whether what is done of the task here is late for sure.
    pub(crate) fn late(&self, job: &Job) -> bool {
        self.soonest_end > job.due
    }

    /// Whether `len` slots of the task are one of its pieces.
    pub(crate) fn has_piece(&self, len: i32) -> bool {
        let place = usize::try_from(len - self.shortest).ok();
        place.and_then(|k| self.pieces.get(k)).is_some_and(|piece| piece.chunks > 0)
    }

    /// The piece of `len` slots.
    pub(crate) fn piece(&self, len: i32) -> &Piece {
        &self.pieces[(len - self.shortest) as usize]
    }
}

/// When the last chunk of a task in a window ends, and what becomes of the rest of it.
#[derive(Clone, Copy)]
struct Times {
    /// Not before.
    from: i32,
    /// Not after.
    to: i32,
    /// What is not done here is too short for a chunk: the task is never complete.
    given_up: bool,
}

impl Times {
    /// Where a task is due inside a window, its work there is either all done by then or late: two offers, so that
    /// cuts can say how much fits before the due time. A third is for lengths that leave less than a chunk.
    fn of(job: &Job, window: &Window) -> Vec<Times> {
        let to = job.last_end.min(window.end);
        let whole = Times { from: i32::MIN, to, given_up: false };
        let given_up = Times { given_up: true, ..whole };
        let divided = job.due < to && job.due > window.start && job.lateness(to) > 0.0;
        if divided {
            vec![Times { to: job.due, ..whole }, Times { from: job.due + 1, ..whole }, given_up]
        } else {
            vec![whole, given_up]
        }
    }
}

fn offer(model: &Model, j: usize, w: usize, times: Times) -> Option<Offer> {
    let (job, window) = (&model.tasks[j], &model.windows[w]);
    let (first, latest_start) = starts(job, window, job.min, job.release, times.to)?;
    // What is longer than the shortest chunk starts no sooner and ends no later.
    let latest_end = latest_start + job.min;
    if latest_end < times.from {
        return None;
    }
    let room = times.to - first;
    let mut pieces = Vec::new();
    for len in job.min..=job.size.min(room) {
        let chunks = (len + job.max - 1) / job.max;
        let span = len + (chunks - 1) * model.setup.least_buffer();
        let fits = span <= room && job.has_chunks(len) && job.has_chunks(job.size - len) != times.given_up;
        // What may be cut may start with a shortest chunk, where more of it at a time is not eligible.
        let range = match job.most_chunks() {
            0 | 1 => starts(job, window, len, job.release, times.to),
            _ => Some((first, latest_start)),
        };
        pieces.push(match range.filter(|_| fits) {
            Some(range) => {
                let end = if times.given_up { model.horizon } else { times.from.max(range.0 + span) };
                let cut = Cut { len, chunks, end };
                piece(model, (j, job), (w, window), cut, range)
            }
            None => Piece { chunks: 0, cost: 0.0, late: 0.0 },
        });
    }
    while pieces.last().is_some_and(|p| p.chunks == 0) {
        pieces.pop();
    }
    let made = || (job.min..).zip(&pieces).filter(|(_, piece)| piece.chunks > 0);
    let least = |points: fn(&Piece) -> f64| {
        made().map(|(len, piece)| points(piece) / f64::from(len)).fold(f64::INFINITY, f64::min)
    };
    let (least_cost, least_late) = (least(|piece| piece.cost), least(|piece| piece.late));
    (!pieces.is_empty()).then_some(Offer {
        task: j as u32,
        shortest: job.min,
        pieces,
        least_cost,
        least_late,
        soonest_end: if times.given_up { model.horizon } else { times.from.max(first + job.min) },
        latest_start,
        span: (first, latest_end),
        conflicts: Vec::new(),
    })
}

/// How a piece is cut.
#[derive(Clone, Copy)]
struct Cut {
    len: i32,
    /// How many chunks it has at least, and where the last of them ends at the soonest.
    chunks: i32,
    end: i32,
}

fn piece(
    model: &Model,
    (j, job): (usize, &Job),
    (w, window): (usize, &Window),
    Cut { len, chunks, end }: Cut,
    (first, last): (i32, i32),
) -> Piece {
    let several = job.most_chunks() >= 2;
    let mut cost = f64::from(len) * (window.rate + job.soon * f64::from(first - job.origin));
    if several {
        cost += model.chunk * f64::from(chunks);
    }
    let favoured = job.prefer.is_some() || job.previous.iter().any(|(worker, _, _)| *worker == window.worker);
    if favoured {
        cost += best_favour(model, j, w, len, (first, last));
    }
    // The task is complete no sooner than its last chunk here, whichever of its work that is: so all
    // of the piece is as late as that.
    let late = job.lateness(end) * f64::from(len) / f64::from(job.size);
    Piece { chunks, cost, late }
}

/// The least that `prefer` and `previous` cost over all starts; for what may be cut as if each slot
/// had the best place in the window to itself.
fn best_favour(model: &Model, j: usize, w: usize, len: i32, (first, last): (i32, i32)) -> f64 {
    let (job, window) = (&model.tasks[j], &model.windows[w]);
    let plain =
        |start: i32, len: i32| f64::from(len) * (window.rate + job.soon * f64::from(start - job.origin));
    if job.most_chunks() < 2 {
        let extra = |start| model.chunk_cost(j, w, start, len) - plain(start, len);
        return (first..=last).map(extra).fold(f64::INFINITY, f64::min);
    }
    let slot = |start| model.chunk_cost(j, w, start, 1) - plain(start, 1);
    (window.start..window.end).map(slot).fold(f64::INFINITY, f64::min) * f64::from(len)
}
