//! The reserve: a share of each day's free time is kept for the unexpected.

use super::Axis;
use crate::desk::{Desk, date, midnight};
use plokk_solver::{Cap, Interval, Problem, Slots};

/// Caps each assistant's work on each of her local days at the free time less the reserve.
pub(super) fn cap(desk: &Desk, axis: &Axis, problem: &mut Problem) {
    let reserve = desk.settings.planning.reserve;
    if reserve <= 0.0 {
        return;
    }
    for (assistant, worker) in desk.settings.assistants.iter().zip(&problem.workers) {
        let tz = assistant.timezone;
        let today = date(tz, desk.horizon.from);
        for day in today.iter_days().take_while(|day| midnight(tz, *day) < desk.horizon.to) {
            let next = day.succ_opt().unwrap_or(day);
            let hours = Interval { start: axis.ceil(midnight(tz, day)), end: axis.ceil(midnight(tz, next)) };
            let parts = worker.windows.iter().map(|window| window.intersect(hours));
            let free: Slots = parts.filter(|part| !part.is_empty()).map(Interval::len).sum();
            if free > Slots(0) {
                let max = usable(free, reserve);
                let (worker, from, to) = (Some(worker.id.clone()), hours.start, hours.end);
                problem.caps.push(Cap { worker, client: None, from, to, max });
            }
        }
    }
}

/// The whole slots that the reserve leaves.
fn usable(free: Slots, reserve: f64) -> Slots {
    // A hair more, so that 90% of 10 slots are 9 however the share is stored.
    Slots(((1.0 - reserve) * f64::from(free.0) + 1e-9).floor() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_rounded_in_its_own_favour() {
        assert_eq!(usable(Slots(96), 0.1), Slots(86));
        assert_eq!(usable(Slots(10), 0.1), Slots(9));
        assert_eq!(usable(Slots(1), 0.1), Slots(0));
    }
}
