//! Rows on the lengths of pieces: those of a whole task add up to it, and those under a cap to no more than it.
//!
//! A fractional plan may have 7 slots of a task of 18 in two thirds of one content, and all 18 in three quarters of
//! another: the slots add up to 18, although nothing goes with the 7. It does so where 7 is just what a day has left, and that
//! is how it fills every day to the brim. A whole plan holds a composition of the task: lengths that add up to it, or to
//! less, and then it is not planned in full and as late as can be. So how often each length is had, over all windows,
//! is an average of compositions, with no more of the incomplete ones than is paid for.
//!
//! Likewise what a cap counts. Most work comes in multiples of a quarter of an hour, and a day may have room for 86 slots of five
//! minutes: pieces of such lengths leave two of them, where a fractional plan has 84 one half of the time and 88 the other.

use super::compositions::Room;
use super::cuts::Cut;
use super::lateness::Lateness;
use super::master::Master;
use crate::model::Job;
use rayon::prelude::*;

/// By how much a row must be broken, as a share of an incomplete task, or in slots of a cap.
const BROKEN: f64 = 0.03;
const SLOTS_BEYOND: f64 = 0.4;

/// What a piece that no composition accounts for costs, in incomplete tasks: more than any should.
pub(super) const UNACCOUNTED: f64 = 3.0;

/// The rows on tasks that the master's last answer breaks, by more than a tolerance in points.
pub(super) fn task_cuts(master: &Master<'_>, lateness: &[Lateness], tolerance: f64) -> Vec<Cut> {
    let model = master.model;
    let mut counts: Vec<Vec<f64>> = model.tasks.iter().map(|job| vec![0.0; job.size as usize + 1]).collect();
    for column in master.columns.iter().filter(|column| column.value > 1e-9) {
        for (offer, len) in &column.items {
            counts[master.offers.all[*offer as usize].task as usize][*len as usize] += column.value;
        }
    }
    let of_task = |(j, counts): (usize, &Vec<f64>)| {
        let job = &model.tasks[j];
        let latest = job.lateness(model.horizon);
        let (incomplete, tolerance) = match latest > 0.0 {
            true => (lateness[j].most_incomplete(), tolerance / latest),
            false => (master.left(j), tolerance / job.unscheduled.max(1e-9)),
        };
        let cut = task_cut(master, (j, job), counts, incomplete.min(1.0), tolerance.max(BROKEN))?;
        let known = master.incomplete(j).is_some();
        Some([(!known).then(|| incomplete_pays(j, latest)), Some(cut)].into_iter().flatten())
    };
    let found: Vec<_> = counts.par_iter().enumerate().filter_map(of_task).collect();
    found.into_iter().flatten().collect()
}

fn task_cut(
    master: &Master<'_>,
    (j, job): (usize, &Job),
    counts: &[f64],
    incomplete: f64,
    tolerance: f64,
) -> Option<Cut> {
    if counts[..job.size as usize].iter().all(|count| *count < 1e-6) {
        return None;
    }
    let lengths = (job.min..=job.size).filter(|len| job.has_chunks(*len)).collect();
    let room = Room { lengths, slots: job.size, whole: true };
    let row = room.row(counts, incomplete, |_| UNACCOUNTED, tolerance)?;
    Some(Cut {
        offers: master.offers.of_task[j].iter().map(|o| (*o, 0.0, 0.0)).collect(),
        points: row.points,
        incomplete: Some((j as u32, 1.0)),
        least: row.least,
        ..Cut::default()
    })
}

/// A task that is not planned in full is as late as can be; where that costs nothing, a slot of it at least is left out.
fn incomplete_pays(j: usize, latest: f64) -> Cut {
    let task = j as u32;
    match latest > 0.0 {
        true => Cut { lateness_of: Some(task), incomplete: Some((task, -latest)), ..Cut::default() },
        false => Cut { left_of: Some(task), incomplete: Some((task, -1.0)), ..Cut::default() },
    }
}

/// The rows on caps that the master's last answer breaks.
pub(super) fn cap_cuts(master: &Master<'_>) -> Vec<Cut> {
    let caps = &master.model.caps;
    let longest = master.model.tasks.iter().map(|job| job.size as usize).max().unwrap_or(0);
    // How often each length is had, and whether it could be.
    let mut counts: Vec<Vec<f64>> = caps.iter().map(|_| vec![0.0; longest + 1]).collect();
    for column in master.columns.iter().filter(|column| column.value > 1e-9) {
        for (offer, len) in &column.items {
            let task = master.offers.all[*offer as usize].task as usize;
            for cap in master.caps_of(column.window, task) {
                counts[cap][*len as usize] += column.value;
            }
        }
    }
    let used = |counts: &[f64]| -> f64 { counts.iter().enumerate().map(|(len, c)| len as f64 * c).sum() };
    let tight = (0..caps.len()).filter(|cap| used(&counts[*cap]) > f64::from(caps[*cap].max) - 1.0);
    let found: Vec<Option<Cut>> =
        tight.collect::<Vec<_>>().into_par_iter().map(|cap| cap_cut(master, cap, &counts[cap])).collect();
    found.into_iter().flatten().collect()
}

fn cap_cut(master: &Master<'_>, cap: usize, counts: &[f64]) -> Option<Cut> {
    let room = master.model.caps[cap].max;
    let windows = (0..).zip(&master.offers.of_window);
    let offers: Vec<u32> = windows
        .flat_map(|(w, offers)| {
            let counted = move |o: &usize| {
                let task = master.offers.all[*o].task as usize;
                master.caps_of(w, task).any(|mine| mine == cap)
            };
            offers.clone().filter(counted).map(|o| o as u32)
        })
        .collect();
    let mut lengths: Vec<i32> = Vec::new();
    for offer in offers.iter().map(|o| &master.offers.all[*o as usize]) {
        let made = (offer.shortest..).zip(&offer.pieces).filter(|(_, piece)| piece.chunks > 0);
        lengths.extend(made.map(|(len, _)| len).filter(|len| *len <= room));
    }
    lengths.sort_unstable();
    lengths.dedup();
    let room = Room { lengths, slots: room, whole: false };
    let row = room.row(counts, 0.0, f64::from, SLOTS_BEYOND)?;
    Some(Cut {
        offers: offers.into_iter().map(|o| (o, 0.0, 0.0)).collect(),
        points: row.points,
        least: row.least,
        ..Cut::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::model::Model;
    use crate::relax::relax;
    use crate::search::Plan;

    /// Two days of eight slots have room for two of three tasks of six; by slots, a third of a task would be left.
    #[test]
    fn whole_pieces_leave_some_of_a_cap() {
        let task = |id: &str| {
            format!(
                r#"{{"id": "{id}", "client": "acme", "batch": "post", "size": 6, "min_chunk": 6, "max_chunk": 6,
                     "release": 0, "due": 60, "weight": 1}}"#
            )
        };
        let text = format!(
            r#"{{"format": "plokk-problem/1", "slot_minutes": 5, "horizon": 60,
                 "buffers": {{"same_batch": 0, "same_client": 0, "other_client": 0}},
                 "weights": {{"unscheduled": 40, "late": 10, "late_day": 4, "block": 0, "client_switch": 0, "chunk": 0,
                              "soon": 0, "prefer": 0, "move": 0, "quota": 0}},
                 "workers": [{{"id": "mari", "rate": 0, "windows": [[0, 20], [30, 50]]}}],
                 "caps": [{{"from": 0, "to": 24, "max": 8}}, {{"from": 24, "to": 60, "max": 8}}],
                 "tasks": [{}, {}, {}]}}"#,
            task("a"),
            task("b"),
            task("c")
        );
        let problem: crate::Problem = serde_json::from_str(&text).expect("the text is a problem");
        let model = Model::new(&problem);
        let relaxation = relax(&model, &Plan::empty(&model), 1.0, &mut |_, _| false);
        let one_task = 6.0 * problem.weights.unscheduled / 12.0;
        assert!((relaxation.bound - one_task).abs() < 0.1, "{}, {one_task}", relaxation.bound);
    }
}
