//! What comes after what: RELATED-TO with FINISHTOSTART and a GAP (RFC 9253).
//!
//! A link names a UID. Between instances of two series it joins those of one RECURRENCE-ID, else it
//! joins the last instance of the one that may start no later; work that does not recur waits for the
//! next instance of a series. What is done or called off holds nobody up, and neither does what no feed
//! knows, which is said. Links that make a circle are cut where the circle closes.

use super::shelf::Shelf;
use super::work::{Draft, Gathered};
use super::{Work, WorkLink};
use chrono::TimeDelta;
use plokk_ical_io::{Link, RelType};
use std::collections::BTreeMap;

/// A longer gap is as good as this one: no horizon is longer.
const LONGEST: TimeDelta = TimeDelta::days(10 * 366);

/// Looks every link up and gives the work [`Work::after`].
pub(crate) fn resolve(gathered: &mut Gathered, shelf: &Shelf) {
    let mut by_uid: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, draft) in gathered.drafts.iter().enumerate() {
        by_uid.entry(draft.work.uid.clone()).or_default().push(index);
    }
    for index in 0..gathered.drafts.len() {
        let mut after: Vec<WorkLink> = Vec::new();
        for link in &gathered.drafts[index].links {
            let Some(found) = look_up(gathered, &by_uid, index, link, shelf) else { continue };
            match after.iter_mut().find(|other| other.work == found.work) {
                Some(other) => other.gap = other.gap.max(found.gap),
                None => after.push(found),
            }
        }
        gathered.drafts[index].work.after = after;
    }
    cut_circles(&mut gathered.drafts, shelf);
}

fn warn(shelf: &Shelf, draft: &Draft, code: &str, message: String) {
    shelf.warn(draft.feed, code, &draft.work.source, draft.work.line, message);
}

/// The work that a link waits for; `None` when it waits for nothing.
fn look_up(
    gathered: &Gathered,
    by_uid: &BTreeMap<String, Vec<usize>>,
    index: usize,
    link: &Link,
    shelf: &Shelf,
) -> Option<WorkLink> {
    let draft = &gathered.drafts[index];
    let (id, uid) = (&draft.work.id, &link.uid);
    if link.reltype != RelType::FinishToStart {
        let message = format!("{id:?} is linked to {uid:?} by {:?}, which is not planned by", link.reltype);
        warn(shelf, draft, "unused-link", message);
        return None;
    }
    if *uid == draft.work.uid {
        warn(shelf, draft, "circular-link", format!("{id:?} cannot come after itself"));
        return None;
    }
    if link.gap < TimeDelta::zero() {
        warn(
            shelf,
            draft,
            "negative-gap",
            format!("{id:?} starts before {uid:?} is done; the gap counts as none"),
        );
    }
    let closed = |id: &str| gathered.closed.contains(id);
    let instance = draft.instance.as_deref();
    if closed(uid) || instance.is_some_and(|instance| closed(&format!("{uid}@{instance}"))) {
        return None;
    }
    let Some(candidates) = by_uid.get(uid) else {
        let series = format!("{uid}@");
        if !gathered.closed.range(series.clone()..).next().is_some_and(|id| id.starts_with(&series)) {
            warn(shelf, draft, "unknown-link", format!("{id:?} comes after {uid:?}, which no feed knows"));
        }
        return None;
    };
    let found = choose(&gathered.drafts, candidates, draft)?;
    Some(WorkLink { work: found.work.id.clone(), gap: link.gap.clamp(TimeDelta::zero(), LONGEST) })
}

/// Which of the instances of a UID comes before.
fn choose<'d>(drafts: &'d [Draft], candidates: &[usize], draft: &Draft) -> Option<&'d Draft> {
    let instances = candidates.iter().map(|index| &drafts[*index]);
    let Some(instance) = &draft.instance else { return instances.min_by_key(|other| other.work.release) };
    let date = |id: &str| id.get(..8).map(str::to_owned);
    let all: Vec<&Draft> = instances.collect();
    let same = all.iter().find(|other| other.instance.as_ref() == Some(instance));
    let same_date = || {
        let same = |other: &&&Draft| other.instance.as_deref().and_then(date) == date(instance);
        all.iter().find(same)
    };
    let earlier = || {
        let before =
            all.iter().filter(|other| other.instance.is_none() || other.work.release <= draft.work.release);
        before.max_by_key(|other| other.work.release)
    };
    same.or_else(same_date).or_else(earlier).copied()
}

/// Cuts every link that closes a circle, and says so.
fn cut_circles(drafts: &mut [Draft], shelf: &Shelf) {
    let place: BTreeMap<String, usize> =
        drafts.iter().enumerate().map(|(index, draft)| (draft.work.id.clone(), index)).collect();
    let targets = |work: &Work| -> Vec<usize> {
        work.after.iter().filter_map(|link| place.get(&link.work).copied()).collect()
    };
    let after: Vec<Vec<usize>> = drafts.iter().map(|draft| targets(&draft.work)).collect();
    let mut seen = vec![false; drafts.len()];
    let mut open = vec![false; drafts.len()];
    for root in 0..drafts.len() {
        // Depth first, on a stack of our own: chains may be long.
        let mut stack = vec![(root, 0)];
        while let Some((node, next)) = stack.pop() {
            if next == 0 {
                if seen[node] {
                    continue;
                }
                seen[node] = true;
                open[node] = true;
            }
            let Some(target) = after[node].get(next).copied() else {
                open[node] = false;
                continue;
            };
            stack.push((node, next + 1));
            if open[target] {
                let (id, other) = (drafts[node].work.id.clone(), drafts[target].work.id.clone());
                let message = format!("{id:?} and {other:?} come after each other; the first does not wait");
                warn(shelf, &drafts[node], "circular-link", message);
                drafts[node].work.after.retain(|link| link.work != other);
            } else if !seen[target] {
                stack.push((target, 0));
            }
        }
    }
}
