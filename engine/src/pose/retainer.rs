//! Retainers: at least so much per week or month for a client, and at most so much.
//!
//! Periods are ISO weeks (Monday to Sunday) or calendar months, local to the client. Of a period that
//! is partly past, or reaches over the horizon, only a part is planned, and the retainer counts in the
//! same share as the assistants' working hours that lie in that part: what was done before `now` is not
//! known, and what comes after the horizon has its own hours. But what the last plan has still to come
//! in a period counts in full, up to the retainer: a week's hours that were put on its last days must
//! not shrink from night to night. Pinned blocks count as done.

use super::Axis;
use crate::desk::{Desk, Window, date, midnight, total, weekly};
use crate::plan::Plan;
use crate::settings::{Client, Period, Retainer};
use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta};
use plokk_solver::{Cap, Problem, Quota, Slots};

/// Adds a quota for every minimum and a cap for every maximum.
pub(super) fn bind(desk: &Desk, last: Option<&Plan>, axis: &Axis, problem: &mut Problem) {
    for (index, client) in desk.settings.clients.iter().enumerate() {
        let Some(retainer) = &client.retainer else { continue };
        for whole in periods(desk, client, retainer) {
            let planned = Window { from: whole.from.max(desk.now), to: whole.to.min(desk.horizon.to) };
            let share = share(desk, planned, whole);
            let pinned = axis.up(pinned(desk, index, planned));
            let to_come = axis.up(to_come(last, &client.id, planned));
            let (from, to) = (axis.floor(planned.from), axis.ceil(planned.to));
            let part = |length: TimeDelta| {
                let whole = axis.down(length);
                let part = Slots((f64::from(whole.0) * share + 1e-9).floor() as i32);
                part.max(to_come.min(whole))
            };
            let client = client.id.clone();
            if let Some(min) = retainer.min.map(|min| part(min) - pinned).filter(|min| *min > Slots(0)) {
                problem.quotas.push(Quota { client: client.clone(), from, to, min });
            }
            if let Some(max) = retainer.max.map(|max| (part(max) - pinned).max(Slots(0))) {
                problem.caps.push(Cap { worker: None, client: Some(client), from, to, max });
            }
        }
    }
}

/// The client's periods that reach into the time to be planned.
fn periods(desk: &Desk, client: &Client, retainer: &Retainer) -> Vec<Window> {
    let tz = client.timezone;
    let today = date(tz, desk.now);
    let mut start = match retainer.per {
        Period::Week => today
            .checked_sub_days(Days::new(u64::from(today.weekday().num_days_from_monday())))
            .unwrap_or(today),
        Period::Month => today.with_day(1).unwrap_or(today),
    };
    let next = |start: NaiveDate| match retainer.per {
        Period::Week => start.checked_add_days(Days::new(7)),
        Period::Month => start.checked_add_months(Months::new(1)),
    };
    let mut periods = Vec::new();
    while let (true, Some(end)) = (midnight(tz, start) < desk.horizon.to, next(start)) {
        periods.push(Window { from: midnight(tz, start), to: midnight(tz, end) });
        start = end;
    }
    periods
}

/// The share of a period's working hours, of all assistants, that lies in a part of it; of its time,
/// when nobody works in it.
fn share(desk: &Desk, part: Window, whole: Window) -> f64 {
    let worked = |window: Window| -> i64 {
        let hours = desk.settings.assistants.iter().map(|a| total(&weekly(a.timezone, &a.hours, window)));
        hours.sum::<TimeDelta>().num_seconds()
    };
    let (in_part, in_whole) = (worked(part), worked(whole));
    if in_whole > 0 {
        return in_part as f64 / in_whole as f64;
    }
    part.length().num_seconds() as f64 / whole.length().num_seconds() as f64
}

/// The time that the last plan has for a client in blocks that start within a window.
fn to_come(last: Option<&Plan>, client: &str, window: Window) -> TimeDelta {
    let chunks = last.iter().flat_map(|plan| &plan.chunks);
    let inside = chunks.filter(|chunk| {
        let start = chunk.start.to_utc();
        chunk.client.as_deref() == Some(client) && window.from <= start && start < window.to
    });
    inside.map(|chunk| chunk.end - chunk.start).sum()
}

/// The pinned time for a client that starts within a window.
fn pinned(desk: &Desk, client: usize, window: Window) -> TimeDelta {
    let blocks = desk.pinned.iter().filter(|block| {
        block.client == Some(client) && window.from <= block.time.from && block.time.from < window.to
    });
    blocks.map(|block| block.time.length()).sum()
}
