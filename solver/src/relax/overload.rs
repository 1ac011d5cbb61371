//! Rows on what must be late: work that would all have to lie between two times, and has no room there.
//!
//! A fractional plan has a share of a task late where a whole one has all of it late. Where work exceeds room between two
//! times, whole tasks of at least the excess are late: `sum of min(size, excess) over late tasks >= excess`, and the same for
//! what is left of the excess when some tasks are late anyway. These are knapsack-cover inequalities (Carr, Fleischer,
//! Leung and Phillips 2000, doi:10.1145/338219.338240).

use super::cuts::Cut;
use super::master::Master;
use crate::model::Model;

/// Beyond so many times a sample of them is tried.
const TIMES: usize = 40;

/// By how much of itself a row must be broken to be worth having.
const BROKEN: f64 = 0.03;

/// Rows on more tasks than this are left out, since they would fill the linear program's matrix. Twice as wide ones change no answer on
/// three problems of class M and two of class S: so wide a row is hardly ever the one that is broken most.
const WIDEST: usize = 30;

/// What the rows follow from that no answer changes.
pub(crate) struct Overload {
    /// The tasks that can be late, by due time.
    tasks: Vec<usize>,
    /// Times from which work may lie, and by which it is due; with the room between.
    spans: Vec<(i32, i32, f64)>,
}

impl Overload {
    pub(crate) fn new(model: &Model) -> Overload {
        let mut tasks: Vec<usize> = (0..model.tasks.len()).filter(|j| counts(model, *j)).collect();
        tasks.sort_by_key(|j| (model.tasks[*j].due, *j));
        let froms = sample(tasks.iter().map(|j| model.tasks[*j].release).collect());
        let dues = sample(tasks.iter().map(|j| model.tasks[*j].due).collect());
        let rooms = Rooms::new(model);
        let mut spans = Vec::new();
        for from in froms {
            for due in dues.iter().filter(|due| **due > from) {
                let work: i32 = inside(model, &tasks, from, *due).map(|j| model.tasks[j].size).sum();
                let room = rooms.between(from, *due);
                if f64::from(work) > room + 0.5 {
                    spans.push((from, *due, room));
                }
            }
        }
        Overload { tasks, spans }
    }

    /// For each due time the row that is broken most, if one is.
    pub(crate) fn cuts(&self, master: &Master<'_>, slots: &[f64]) -> Vec<Cut> {
        let late = late_shares(master, slots);
        let mut worst: Vec<(i32, f64, Cover)> = Vec::new();
        for (from, due, room) in &self.spans {
            let mut list: Vec<usize> = inside(master.model, &self.tasks, *from, *due).collect();
            list.sort_by(|a, b| late[*b].total_cmp(&late[*a]).then(a.cmp(b)));
            let Some((broken, cover)) = worst_cover(master.model, &list, &late, *room) else { continue };
            match worst.iter_mut().find(|(at, _, _)| at == due) {
                Some(known) if known.1 < broken => *known = (*due, broken, cover),
                Some(_) => {}
                None => worst.push((*due, broken, cover)),
            }
        }
        worst.sort_by(|a, b| b.1.total_cmp(&a.1));
        worst.into_iter().map(|(_, _, cover)| cover.cut(master)).collect()
    }
}

/// Whether being late costs something by itself, and the task may be planned at all.
fn counts(model: &Model, j: usize) -> bool {
    let job = &model.tasks[j];
    job.late > 0.0 && job.due < model.horizon && !job.allowed.is_empty()
}

fn sample(mut times: Vec<i32>) -> Vec<i32> {
    times.sort_unstable();
    times.dedup();
    let count = times.len();
    if count <= TIMES {
        return times;
    }
    (0..TIMES).map(|k| times[k * (count - 1) / (TIMES - 1)]).collect()
}

/// The tasks that lie between two times when they are not late.
fn inside(model: &Model, tasks: &[usize], from: i32, due: i32) -> impl Iterator<Item = usize> {
    let mine = move |j: &usize| model.tasks[*j].release >= from && model.tasks[*j].due <= due;
    tasks.iter().copied().filter(mine)
}

/// How much work windows and caps allow: windows in groups that caps hold together, small groups first.
struct Rooms<'m> {
    model: &'m Model,
    /// Groups, each by one of its windows, that from here on are one, the first of them; and the most that it holds.
    joined: Vec<(Vec<usize>, i32)>,
}

impl<'m> Rooms<'m> {
    fn new(model: &'m Model) -> Rooms<'m> {
        let mut group: Vec<usize> = (0..model.windows.len()).collect();
        let mut caps: Vec<(Vec<usize>, i32)> = Vec::new();
        for (c, cap) in model.caps.iter().enumerate().filter(|(_, cap)| cap.client.is_none()) {
            let whole =
                |w: &usize| model.windows[*w].cells.iter().all(|cell| cell.caps.contains(&(c as u32)));
            caps.push(((0..model.windows.len()).filter(whole).collect(), cap.max));
        }
        caps.sort_by_key(|(windows, _)| windows.len());
        let mut joined = Vec::new();
        for (windows, max) in caps {
            let mut groups: Vec<usize> = windows.iter().map(|w| group[*w]).collect();
            groups.sort_unstable();
            groups.dedup();
            // A cap on a part of a group says nothing of the whole.
            let is_other = |w: usize| groups.binary_search(&group[w]).is_ok() && !windows.contains(&w);
            if groups.is_empty() || (0..group.len()).any(is_other) {
                continue;
            }
            for w in windows {
                group[w] = groups[0];
            }
            joined.push((groups, max));
        }
        Rooms { model, joined }
    }

    /// The most work that there is room for between two times.
    fn between(&self, from: i32, to: i32) -> f64 {
        let windows = self.model.windows.iter();
        let mut holds: Vec<i32> = windows.map(|w| (w.end.min(to) - w.start.max(from)).max(0)).collect();
        for (groups, max) in &self.joined {
            let all: i32 = groups.iter().map(|g| std::mem::take(&mut holds[*g])).sum();
            holds[groups[0]] = all.min(*max);
        }
        f64::from(holds.iter().sum::<i32>())
    }
}

/// The share of each task that is late or left out, and that is charged as late at all.
fn late_shares(master: &Master<'_>, slots: &[f64]) -> Vec<f64> {
    let tasks = master.model.tasks.iter().enumerate();
    let share = |(j, job): (usize, &crate::model::Job)| {
        let late = master.offers.of_task[j].iter().filter(|o| master.offers.all[**o as usize].late(job));
        let slots: f64 = late.map(|o| slots[*o as usize]).sum();
        (slots + master.left(j)) / f64::from(job.size) + master.stepped(j)
    };
    tasks.map(share).collect()
}

/// `sum of coefficient over late tasks >= excess`.
struct Cover {
    tasks: Vec<(usize, f64)>,
    excess: f64,
}

/// The row that is broken most, as a share of itself, for tasks from the latest on.
fn worst_cover(model: &Model, list: &[usize], late: &[f64], room: f64) -> Option<(f64, Cover)> {
    let size = |j: usize| f64::from(model.tasks[j].size);
    let mut excess = list.iter().map(|j| size(*j)).sum::<f64>() - room;
    let mut worst: Option<(f64, usize, f64)> = None;
    for (k, j) in list.iter().enumerate() {
        if excess < 0.5 {
            break;
        }
        let paid: f64 = list[k..].iter().map(|j| size(*j).min(excess) * late[*j]).sum();
        let broken = 1.0 - paid / excess;
        if list.len() - k <= WIDEST && broken > worst.map_or(BROKEN, |(most, _, _)| most) {
            worst = Some((broken, k, excess));
        }
        excess -= size(*j);
    }
    let (broken, first, excess) = worst?;
    let tasks = list[first..].iter().map(|j| (*j, size(*j).min(excess))).collect();
    Some((broken, Cover { tasks, excess }))
}

impl Cover {
    fn cut(self, master: &Master<'_>) -> Cut {
        let mut offers = Vec::new();
        let mut late = Vec::new();
        for (j, coefficient) in self.tasks {
            let job = &master.model.tasks[j];
            let coefficient = coefficient / self.excess;
            let each = coefficient / f64::from(job.size);
            let mine = master.offers.of_task[j].iter();
            offers
                .extend(mine.filter(|o| master.offers.all[**o as usize].late(job)).map(|o| (*o, 0.0, each)));
            late.push((j as u32, coefficient));
        }
        Cut { offers, late, least: 1.0, ..Cut::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;
    use crate::relax::relax;
    use crate::search::Plan;

    /// Two tasks of six slots, due at the end of a window of nine: one of them is late, whole.
    #[test]
    fn what_has_no_room_is_late_whole() {
        let problem = problem_of(
            r#""horizon": 60, "workers": [{"id": "mari", "rate": 0, "windows": [[0, 9], [30, 50]]}]"#,
            &[("a", 6, 0, 9), ("b", 6, 0, 9)],
        );
        let model = Model::new(&problem);
        let relaxation = relax(&model, &Plan::empty(&model), 1.0, &mut |_, _| false);
        // With shares, half of the six slots would be late.
        assert!(relaxation.bound >= problem.weights.late, "{}", relaxation.bound);
    }

    #[test]
    fn room_is_what_the_tightest_caps_leave() {
        let problem = problem_of(
            r#""horizon": 60, "workers": [{"id": "mari", "rate": 0, "windows": [[0, 10], [12, 20], [30, 40]]}],
               "caps": [{"from": 0, "to": 24, "max": 15}, {"from": 0, "to": 60, "max": 22},
                        {"from": 14, "to": 60, "max": 1}, {"client": "acme", "from": 0, "to": 60, "max": 2}]"#,
            &[("a", 6, 0, 9)],
        );
        let model = Model::new(&problem);
        let rooms = Rooms::new(&model);
        assert_eq!(rooms.between(0, 24), 15.0);
        assert_eq!(rooms.between(6, 16), 8.0);
        // The cap from slot 14 on says nothing of the whole second window; that on one client, of other work.
        assert_eq!(rooms.between(0, 60), 16.0);
        assert_eq!(rooms.between(12, 20), 8.0);
    }

    #[test]
    fn no_row_without_overload() {
        let problem = problem_of(
            r#""horizon": 60, "workers": [{"id": "mari", "rate": 0, "windows": [[0, 13]]}]"#,
            &[("a", 6, 0, 13), ("b", 6, 0, 13)],
        );
        let model = Model::new(&problem);
        assert!(Overload::new(&model).spans.is_empty());
    }

    /// A problem from its workers, caps and horizon as JSON, and tasks by name, size, release and due.
    fn problem_of(fields: &str, tasks: &[(&str, i32, i32, i32)]) -> Problem {
        let tasks: Vec<String> = tasks
            .iter()
            .map(|(id, size, release, due)| {
                format!(
                    r#"{{"id": "{id}", "client": "acme", "batch": "post", "size": {size}, "min_chunk": {size},
                         "max_chunk": {size}, "release": {release}, "due": {due}, "weight": 1}}"#
                )
            })
            .collect();
        let text = format!(
            r#"{{"format": "plokk-problem/1", "slot_minutes": 5, "buffers": {{"same_batch": 0, "same_client": 0, "other_client": 0}},
                 "weights": {{"unscheduled": 40, "late": 10, "late_day": 4, "block": 0, "client_switch": 0, "chunk": 0,
                              "soon": 0, "prefer": 0, "move": 0, "quota": 0}}, "tasks": [{}], {fields}}}"#,
            tasks.join(",")
        );
        serde_json::from_str(&text).expect("the fields given are those of a problem")
    }
}
