//! Everybody's time: who is free when, and who can be reached when.

use super::shelf::Shelf;
use super::spans::{intersect, pad, set, subtract};
use super::working::WorkingTime;
use super::{AssistantTime, BusyTime, ClientTime, Pinned, Window};
use crate::calm::Past;
use crate::settings::{Assistant, Settings};
use chrono::{DateTime, TimeDelta, Utc};
use plokk_ical_io::{Busy, IanaZone, Zone, availability, busy};

/// VAVAILABILITY is looked at so far before and after the horizon: due dates may lie there.
const AROUND: TimeDelta = TimeDelta::days(62);
/// Busy time is looked at so far before and after the horizon: padding reaches in.
const MARGIN: TimeDelta = TimeDelta::days(1);

/// Somebody's hours, with what their calendars say instead.
pub(crate) fn working_time(
    shelf: &Shelf,
    tz: IanaZone,
    hours: &crate::settings::WeekHours,
    feeds: &[String],
    horizon: Window,
) -> WorkingTime {
    let around = plokk_ical_io::Window::new(horizon.from - AROUND, horizon.to + AROUND);
    let mut time = WorkingTime::new(tz, hours.clone());
    for shelved in shelf.of(feeds) {
        let (found, faults) = availability(&shelved.calendar, around, &Zone::Iana(tz));
        shelf.faults(shelved.index, faults);
        if !found.governed.is_empty() {
            let ours = |windows: Vec<plokk_ical_io::Window>| windows.into_iter().map(Window::from).collect();
            time.govern(ours(found.governed), ours(found.available));
        }
    }
    time
}

/// Busy time of somebody's feeds that reaches into the horizon or its margin.
fn busy_of<'s>(
    shelf: &'s Shelf,
    tz: IanaZone,
    feeds: &'s [String],
    email: Option<&'s str>,
    horizon: Window,
) -> impl Iterator<Item = (Busy, String)> + 's {
    let around = plokk_ical_io::Window::new(horizon.from - MARGIN, horizon.to + MARGIN);
    shelf.of(feeds).flat_map(move |shelved| {
        let found = busy(&shelved.calendar, around, &Zone::Iana(tz), email);
        shelf.faults(shelved.index, found.faults);
        found.items.into_iter().map(|item| (item, shelved.source.clone()))
    })
}

/// Busy time by client: an assistant who takes part in a client's meeting is busy, too.
pub(crate) type ClientBusy = Vec<Vec<(Busy, String)>>;

/// Every client's hours, busy time, and when they can be reached.
pub(crate) fn clients(
    settings: &Settings,
    shelf: &Shelf,
    horizon: Window,
    past: &Past<'_>,
) -> (Vec<WorkingTime>, ClientBusy, Vec<ClientTime>) {
    let mut hours = Vec::new();
    let mut busy = Vec::new();
    let mut times = Vec::new();
    for client in &settings.clients {
        let working = working_time(shelf, client.timezone, &client.hours, &client.feeds, horizon);
        let taken: Vec<(Busy, String)> = busy_of(shelf, client.timezone, &client.feeds, None, horizon)
            // What Plokk has published keeps no client away who shows it.
            .filter(|(item, _)| !past.is_published(item.uid.as_deref()))
            .collect();
        let away = set(taken.iter().map(|(item, _)| window(item)).collect());
        times.push(ClientTime { reachable: subtract(&working.within(horizon), &away) });
        hours.push(working);
        busy.push(taken);
    }
    (hours, busy, times)
}

/// One assistant's busy time: what stands in her own calendars, apart from pinned blocks, which are
/// given back separately, and copies of blocks that Plokk has published; and clients' meetings she
/// takes part in.
pub(crate) fn assistant_busy(
    settings: &Settings,
    index: usize,
    shelf: &Shelf,
    clients: &ClientBusy,
    horizon: Window,
    past: &Past<'_>,
) -> (Vec<BusyTime>, Vec<Pinned>) {
    let assistant: &Assistant = &settings.assistants[index];
    let email = assistant.email.as_deref();
    let mut times = Vec::new();
    let mut pinned = Vec::new();
    for (item, source) in busy_of(shelf, assistant.timezone, &assistant.feeds, email, horizon) {
        match &item.pinned_task {
            Some(task) => pinned.push(Pinned {
                task: task.trim().to_owned(),
                client: None,
                assistant: index,
                time: window(&item),
                uid: item.uid,
                summary: item.summary,
                begun: false,
            }),
            None if past.is_block(item.uid.as_deref()) => {}
            None => times.push(busy_time(item, None, source)),
        }
    }
    if let Some(email) = email {
        let own = |uid: Option<&str>| uid.is_some_and(|uid| stands_in(shelf, &assistant.feeds, uid));
        for (client, items) in clients.iter().enumerate() {
            // A feed that both share is hers, and has been looked at.
            let shared = |source: &str| shelf.of(&assistant.feeds).any(|shelved| shelved.source == source);
            let hers = |(item, source): &&(Busy, String)| {
                item.attendees.iter().any(|attendee| attendee == email)
                    && !own(item.uid.as_deref())
                    && !shared(source)
            };
            let meetings = items.iter().filter(hers);
            times
                .extend(meetings.map(|(item, source)| busy_time(item.clone(), Some(client), source.clone())));
        }
    }
    let order = |time: &BusyTime| (time.time, time.client, time.uid.clone(), time.summary.clone());
    times.sort_by_cached_key(order);
    pinned.sort_by_cached_key(|block| (block.time, block.task.clone(), block.uid.clone()));
    (times, pinned)
}

/// Whether an event of this UID stands in one of the feeds, whatever it says there: her own copy of a
/// meeting, declined or moved, goes before the client's.
fn stands_in(shelf: &Shelf, feeds: &[String], uid: &str) -> bool {
    shelf
        .of(feeds)
        .any(|shelved| shelved.calendar.named("VEVENT").any(|event| event.uid().as_deref() == Some(uid)))
}

/// Puts an assistant's time together.
pub(crate) fn assistant_time(
    settings: &Settings,
    working: &WorkingTime,
    busy: Vec<BusyTime>,
    pinned: &[Pinned],
    horizon: Window,
    now: DateTime<Utc>,
) -> AssistantTime {
    let buffers = &settings.buffers;
    let working = working.within(horizon);
    let meetings = pad(busy.iter().map(|time| time.time), buffers.meeting);
    // Beside a pinned block any work may come, so the longest of the buffers is kept.
    let of = |begun| pinned.iter().filter(move |block| block.begun == begun).map(|block| block.time);
    let blocks = pad(of(false), buffers.meeting.max(buffers.other_client));
    // What comes after a block that has begun was planned with the right buffer already.
    let begun = pad(of(true), buffers.same_batch);
    let to_come = Window { from: now.max(horizon.from), to: horizon.to };
    let free = subtract(&subtract(&intersect(&working, &set(vec![to_come])), &meetings), &blocks);
    let free = subtract(&free, &begun);
    let within = |time: &BusyTime| time.time.from < horizon.to && horizon.from < time.time.to;
    AssistantTime { working, busy: busy.into_iter().filter(within).collect(), free }
}

fn window(item: &Busy) -> Window {
    Window { from: item.start, to: item.end }
}

fn busy_time(item: Busy, client: Option<usize>, source: String) -> BusyTime {
    let time = window(&item);
    BusyTime { time, uid: item.uid, summary: item.summary, all_day: item.all_day, client, source }
}
