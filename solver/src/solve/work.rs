//! How much work a problem is worth, by how many tasks it has.

/// With fewer tasks than so many each gets less of the work, by this power of their share of that number, but never less than
/// so much: small desks are easier, are solved again and again, and one of thousands. With more tasks each gets more, up to so much.
const WHOLE_WORK: f64 = 100.0;
const FEWER_TASKS: f64 = 1.2;
const LEAST_WORK: f64 = 0.18;
const MOST_WORK: f64 = 1.4;

/// At the default effort somebody waits for one problem: then all of its tasks together get the whole work of so many at least, but each
/// no more than that power of the share that they are of another number. From half of the default effort on, a part of it.
const TASKS_ALONE: f64 = 62.0;
const WHOLE_WORK_ALONE: f64 = 45.0;

/// The share of the whole work that is done on a number of tasks at an effort.
pub(super) fn share_of_work(tasks: usize, effort: f64) -> f64 {
    let share = |whole: f64| (tasks as f64 / whole).powf(FEWER_TASKS);
    let alone =
        share(WHOLE_WORK_ALONE).min(TASKS_ALONE / tasks as f64) * (2.0 * effort - 1.0).clamp(0.0, 1.0);
    share(WHOLE_WORK).max(alone).clamp(LEAST_WORK, MOST_WORK)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More is never done for fewer tasks, in all, or for a smaller effort; at half of the default effort, at which folders are solved, a
    /// small problem gets what it gets at any smaller one.
    #[test]
    fn work_grows_with_tasks_and_effort() {
        let efforts = [0.05, 0.2, 0.5, 0.6, 0.8, 1.0, 2.0];
        for tasks in 1..300 {
            for pair in efforts.windows(2) {
                assert!(share_of_work(tasks, pair[0]) <= share_of_work(tasks, pair[1]));
            }
            for effort in efforts {
                let work = |tasks: usize| tasks as f64 * share_of_work(tasks, effort);
                assert!(work(tasks) <= work(tasks + 1) * (1.0 + 1e-12), "{tasks} tasks");
            }
            assert_eq!(share_of_work(tasks, 0.05).to_bits(), share_of_work(tasks, 0.5).to_bits());
        }
        assert!(share_of_work(50, 1.0) > 1.5 * share_of_work(50, 0.5));
        assert!(share_of_work(100, 0.05) >= 1.0);
    }
}
