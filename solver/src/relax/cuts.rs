//! Rows that whole plans keep and fractional ones break, found when they are broken.
//!
//! * *Lateness.* A task is as late as its latest chunk: see [`super::lateness`].
//! * *Room.* What must lie between two times in a window has the slots in between, and no more (energetic
//!   reasoning; Baptiste, Le Pape and Nuijten 2001, doi:10.1007/978-1-4615-1479-4).
//! * *Overload.* Of more work than there is room for between two times, some is late: see [`super::overload`].
//! * *Lengths.* The pieces of a whole task add up to it, and those under a cap to no more than it: see [`super::lengths`].
//! * *Order.* A task that comes after another has no more of itself, as a share, before any time
//!   than the other has done by then; and none at all in a window unless the other is done.

use super::lateness::Lateness;
use super::lengths::{cap_cuts, task_cuts};
use super::master::Master;
use super::offers::Offers;
use super::overload::Overload;
use crate::model::Model;

/// A row `sum >= least` over the offers of columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cut {
    /// Offer, coefficient of its presence, coefficient per slot of it.
    pub(crate) offers: Vec<(u32, f64, f64)>,
    /// What a piece of any of these offers counts beside that, by its slots from 0 on; nothing where the list ends.
    pub(crate) points: Vec<f64>,
    /// A task that counts when it is not planned in full.
    pub(crate) incomplete: Option<(u32, f64)>,
    /// A task of which every slot left out counts.
    pub(crate) left_of: Option<u32>,
    /// The task whose lateness it bounds: its share form and what is beyond it count with 1.
    pub(crate) lateness_of: Option<u32>,
    /// The tasks that count when they are late at all, beside the late offers that are listed.
    pub(crate) late: Vec<(u32, f64)>,
    pub(crate) least: f64,
}

/// Finds the cuts that the master's last answer breaks by more than `tolerance` points, or shares; those on
/// lengths where they are asked for.
pub(crate) fn separate(
    master: &Master<'_>,
    overload: &Overload,
    tolerance: f64,
    on_lengths: bool,
) -> Vec<Cut> {
    let (presence, slots) = master.spread();
    let lateness = Lateness::of_all(master, &presence);
    let mut cuts = Vec::new();
    if on_lengths {
        cuts.extend(task_cuts(master, &lateness, tolerance));
        cuts.extend(cap_cuts(master));
    }
    for (j, lateness) in lateness.iter().enumerate() {
        cuts.extend(lateness.cut(master.incomplete(j), tolerance));
        for (i, lag) in &master.model.tasks[j].preds {
            let link =
                Link { model: master.model, offers: master.offers, before: *i as usize, after: j, lag: *lag };
            cuts.extend(link.cut(&presence, &slots, tolerance.min(0.02)));
        }
    }
    for w in 0..master.model.windows.len() {
        cuts.extend(room_cut(master.model, master.offers, w, (&presence, &slots), tolerance));
    }
    cuts.extend(overload.cuts(master, &slots));
    cuts
}

/// The cut on the room between two times in a window that is broken most, if any is.
fn room_cut(
    model: &Model,
    offers: &Offers,
    w: usize,
    (presence, slots): (&[f64], &[f64]),
    tolerance: f64,
) -> Option<Cut> {
    let window = &model.windows[w];
    let buffer = f64::from(model.setup.least_buffer());
    let used = |o: usize| slots[o] + buffer * presence[o];
    let here: Vec<usize> = offers.of_window[w].clone().filter(|o| presence[*o] > 1e-6).collect();
    let mut froms: Vec<i32> = here.iter().map(|o| offers.all[*o].span.0.max(window.start)).collect();
    froms.sort_unstable();
    froms.dedup();
    let mut by_end: Vec<usize> = here;
    by_end.sort_by_key(|o| offers.all[*o].span.1);
    let mut worst: Option<(f64, (i32, i32))> = None;
    for from in froms {
        let mut taken = 0.0;
        for o in &by_end {
            let offer = &offers.all[*o];
            if offer.span.0 < from {
                continue;
            }
            taken += used(*o);
            let whole = from == window.start && offer.span.1 >= window.end;
            let beyond = taken - f64::from(offer.span.1 - from) - buffer;
            if !whole && beyond > worst.map_or(SLOTS_BEYOND + tolerance, |(most, _)| most) {
                worst = Some((beyond, (from, offer.span.1)));
            }
        }
    }
    let (_, (from, to)) = worst?;
    let inside =
        offers.of_window[w].clone().filter(|o| offers.all[*o].span.0 >= from && offers.all[*o].span.1 <= to);
    Some(Cut {
        offers: inside.map(|o| (o as u32, -buffer, -1.0)).collect(),
        least: -f64::from(to - from) - buffer,
        ..Cut::default()
    })
}

/// By how many slots room must be exceeded to be worth a row.
const SLOTS_BEYOND: f64 = 0.1;

/// A finish-to-start link.
struct Link<'a> {
    model: &'a Model,
    offers: &'a Offers,
    before: usize,
    after: usize,
    lag: i32,
}

impl Link<'_> {
    /// The cut that is broken most, if any is.
    fn cut(&self, presence: &[f64], slots: &[f64], tolerance: f64) -> Option<Cut> {
        let share = |o: u32, j: usize| slots[o as usize] / f64::from(self.model.tasks[j].size);
        let present = |j: usize| self.offers.of_task[j].iter().filter(|o| presence[**o as usize] > 1e-6);
        let mut worst: Option<(f64, i32, Option<u32>)> = None;
        for o in present(self.after) {
            let time = self.offers.all[*o as usize].latest_start;
            let done: f64 = present(self.before)
                .filter(|i| self.done_by(**i, time))
                .map(|i| share(*i, self.before))
                .sum();
            let begun =
                present(self.after).filter(|k| self.begun_by(**k, time)).map(|k| share(*k, self.after));
            let begun: f64 = begun.sum();
            for (broken, only) in [(begun - done, None), (presence[*o as usize] - done, Some(*o))] {
                if broken > worst.map_or(tolerance, |(most, _, _)| most) {
                    worst = Some((broken, time, only));
                }
            }
        }
        let (_, time, only) = worst?;
        Some(Cut { offers: self.row(time, only), ..Cut::default() })
    }

    /// Whether work in this offer may be done early enough for a start at `time`.
    fn done_by(&self, offer: u32, time: i32) -> bool {
        self.offers.all[offer as usize].soonest_end <= time.saturating_sub(self.lag)
    }

    /// Whether work in this offer has begun at `time` for sure.
    fn begun_by(&self, offer: u32, time: i32) -> bool {
        self.offers.all[offer as usize].latest_start <= time
    }

    fn row(&self, time: i32, only: Option<u32>) -> Vec<(u32, f64, f64)> {
        let per_slot = |j: usize| 1.0 / f64::from(self.model.tasks[j].size);
        let of = |j: usize| self.offers.of_task[j].iter().copied();
        let done = of(self.before).filter(|o| self.done_by(*o, time));
        let mut row: Vec<(u32, f64, f64)> = done.map(|o| (o, 0.0, per_slot(self.before))).collect();
        match only {
            Some(o) => row.push((o, -1.0, 0.0)),
            None => {
                let begun = of(self.after).filter(|o| self.begun_by(*o, time));
                row.extend(begun.map(|o| (o, 0.0, -per_slot(self.after))));
            }
        }
        row
    }
}
