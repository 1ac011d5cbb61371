//! From settings and feeds to a desk, step by step.

use super::people::{assistant_busy, assistant_time, clients, working_time};
use super::work::{Draft, Gathered, Sources};
use super::{AssistantTime, Desk, DeskError, FeedText, Pinned, Window, Work, local};
use super::{chunks::cut, links, pinned, shelf::Shelf, working::WorkingTime};
use crate::calm::{Diary, HandWork, Past, begun, read_by_hand};
use crate::settings::Settings;
use chrono::{DateTime, Days, TimeDelta, Utc};
use plokk_ical_io::{IanaZone, Zone};
use std::collections::{BTreeSet, HashMap};

impl Desk {
    /// Makes a desk of its settings, the bytes of its feeds, and the time at which it is planned.
    ///
    /// Whatever is wrong in a feed is a warning and costs that part alone; a client's feed that cannot
    /// be read is a warning, too. Feeds that are given away, and not lent, are read without a copy of their text.
    ///
    /// ```
    /// use plokk_engine::{Desk, FeedText, Settings};
    /// let settings = Settings::read(
    ///     "[[assistant]]\nid = 'mari'\ntimezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n",
    ///     "plokk.toml",
    /// )
    /// .expect("nothing is wrong with it");
    /// let calendar = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:books\r\nSUMMARY:Books\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
    /// let feed = FeedText {
    ///     feed: "mari.ics".into(),
    ///     source: "mari.ics".into(),
    ///     content: Ok(calendar.into()),
    ///     warnings: Vec::new(),
    /// };
    /// let now = "2026-10-19T05:00:00Z".parse().expect("a time");
    /// let desk = Desk::assemble(settings, &[feed], now)?;
    /// assert_eq!(desk.work[0].summary, "Books");
    /// assert_eq!(desk.horizon.from.to_rfc3339(), "2026-10-18T21:00:00+00:00");
    /// # Ok::<(), plokk_engine::DeskError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// An assistant's own feed that cannot be read, since planning over her meetings would be wrong.
    pub fn assemble(
        settings: Settings,
        feeds: impl Into<Vec<FeedText>>,
        now: DateTime<Utc>,
    ) -> Result<Desk, DeskError> {
        Desk::assemble_after(settings, feeds.into(), now, &Past::default())
    }

    /// As [`Desk::assemble`], after what went before: blocks that have begun stay, and what she did by
    /// hand to her blocks counts.
    pub(crate) fn assemble_after(
        settings: Settings,
        feeds: Vec<FeedText>,
        now: DateTime<Utc>,
        past: &Past<'_>,
    ) -> Result<Desk, DeskError> {
        let horizon = horizon(&settings, now);
        let shelf = Shelf::read(&settings, feeds)?;
        let (client_hours, client_busy, clients) = clients(&settings, &shelf, horizon, past);
        let assistant_hours: Vec<WorkingTime> = settings
            .assistants
            .iter()
            .map(|a| working_time(&shelf, a.timezone, &a.hours, &a.feeds, horizon))
            .collect();
        let busy = |index| assistant_busy(&settings, index, &shelf, &client_busy, horizon, past);
        let busy: Vec<_> = (0..settings.assistants.len()).map(busy).collect();
        let sources = Sources {
            settings: &settings,
            shelf: &shelf,
            assistants: &assistant_hours,
            clients: &client_hours,
            horizon,
            now,
        };
        let mut gathered: Gathered = sources.gather();
        links::resolve(&mut gathered, &shelf);
        let (mut busy, mut blocks): (Vec<_>, Vec<Vec<Pinned>>) = busy.into_iter().unzip();
        let diary = calm(&settings, &shelf, past, &mut gathered.drafts, &mut blocks, horizon, now);
        let mut assistants: Vec<AssistantTime> = Vec::new();
        let mut pinned: Vec<Pinned> = Vec::new();
        for (place, working) in assistant_hours.iter().enumerate() {
            let (busy, blocks) = (std::mem::take(&mut busy[place]), std::mem::take(&mut blocks[place]));
            assistants.push(assistant_time(&settings, working, busy, &blocks, horizon, now));
            pinned
                .extend(blocks.into_iter().filter(|b| b.time.from < horizon.to && horizon.from < b.time.to));
        }
        pinned::take(&mut gathered.drafts, &mut pinned, horizon, &shelf);
        fit_chunks(&mut gathered.drafts, TimeDelta::minutes(i64::from(settings.planning.slot)), &shelf);
        let (work, later) = within(gathered.drafts, horizon);
        let warnings = shelf.into_warnings();
        Ok(Desk { settings, now, horizon, assistants, clients, work, later, pinned, warnings, diary })
    }
}

/// What was done by hand and what has begun: blocks join the pinned ones of each assistant, and what she
/// has deleted comes off the work. What is to be remembered of it.
fn calm(
    settings: &Settings,
    shelf: &Shelf,
    past: &Past<'_>,
    drafts: &mut [Draft],
    blocks: &mut [Vec<Pinned>],
    horizon: Window,
    now: DateTime<Utc>,
) -> Diary {
    if past.plan.is_none() && past.blocks.is_empty() {
        return Diary::default();
    }
    let percents: HashMap<String, u8> =
        drafts.iter().map(|draft| (draft.work.id.clone(), draft.work.percent)).collect();
    let open = |task: &str| percents.get(task).copied();
    let own = settings
        .assistants
        .iter()
        .flat_map(|a| shelf.of(&a.feeds).map(|shelved| (&shelved.calendar, Zone::Iana(a.timezone))));
    let HandWork { pinned, mut diary, warnings } = read_by_hand(past, settings, own, horizon, &open);
    for warning in warnings {
        shelf.warn(0, &warning.code, &warning.source, warning.line, warning.message);
    }
    for draft in drafts.iter_mut() {
        let work = &mut draft.work;
        let done = TimeDelta::minutes(diary.done_minutes(&work.id, work.percent));
        work.remaining = (work.remaining - done).max(TimeDelta::zero());
    }
    let known: Vec<Pinned> = blocks.iter().flatten().cloned().chain(pinned.iter().cloned()).collect();
    let begun = begun(past, settings, &diary, &known, horizon, now, &open);
    for block in pinned.into_iter().chain(begun) {
        blocks[block.assistant].push(block);
    }
    for own in blocks {
        own.sort_by_cached_key(|block| (block.time, block.task.clone(), block.uid.clone()));
    }
    diary.percent = percents.into_iter().filter(|(_, percent)| *percent > 0).collect();
    diary
}

impl Desk {
    /// The horizon of a run at some moment.
    pub(crate) fn horizon_at(settings: &Settings, now: DateTime<Utc>) -> Window {
        horizon(settings, now)
    }
}

/// From local midnight today in the first assistant's zone. Whole days are local days, so that the end
/// is a midnight, too, when clocks change in between.
fn horizon(settings: &Settings, now: DateTime<Utc>) -> Window {
    let tz = settings.assistants.first().map_or(IanaZone::UTC, |assistant| assistant.timezone);
    let today = local::date(tz, now);
    let from = local::midnight(tz, today);
    let length = settings.planning.horizon;
    let days = u64::try_from(length.num_days()).unwrap_or(0);
    let part = length - TimeDelta::days(length.num_days());
    let last = today.checked_add_days(Days::new(days)).unwrap_or(today);
    Window { from, to: local::midnight(tz, last) + part }
}

/// Rounds what is left to slots, and makes the chunk limits fit it.
fn fit_chunks(drafts: &mut [Draft], slot: TimeDelta, shelf: &Shelf) {
    for draft in drafts {
        let work = &mut draft.work;
        let cut = cut(work.remaining, work.min_chunk, work.max_chunk, slot);
        let minutes = |slots: i64| slots * slot.num_minutes();
        if cut.loosened {
            let message = format!(
                "{:?}: chunks of {} to {} minutes cannot make up {} minutes; chunks from {} minutes are allowed",
                work.id,
                work.min_chunk.num_minutes(),
                work.max_chunk.num_minutes(),
                minutes(cut.size),
                minutes(cut.min),
            );
            shelf.warn(draft.feed, "chunks-loosened", &work.source, work.line, message);
        }
        work.remaining = TimeDelta::minutes(minutes(cut.size));
        work.min_chunk = TimeDelta::minutes(minutes(cut.min));
        work.max_chunk = TimeDelta::minutes(minutes(cut.max));
    }
}

/// The work that may start within the horizon, and the work that may not: released after it, or too
/// late in it for a chunk, or waiting for such work.
fn within(drafts: Vec<Draft>, horizon: Window) -> (Vec<Work>, Vec<Work>) {
    let work: Vec<Work> = drafts.into_iter().map(|draft| draft.work).collect();
    let mut late: BTreeSet<String> = BTreeSet::new();
    loop {
        let waits =
            |w: &Work| w.release >= horizon.to || w.after.iter().any(|link| late.contains(&link.work));
        let more: Vec<String> =
            work.iter().filter(|w| !late.contains(&w.id) && waits(w)).map(|w| w.id.clone()).collect();
        if more.is_empty() {
            break;
        }
        late.extend(more);
    }
    work.into_iter().partition(|w| !late.contains(&w.id))
}
