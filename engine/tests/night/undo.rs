//! An earlier night, published again.

use crate::support::{Desk, MONDAY, SETTINGS, todo, value};
use plokk_engine::{ChangeKind, restored};

#[test]
fn what_was_published_is_published_again_and_counts_on() {
    let acme = todo("post", 120, "DUE:20261022T140000Z\r\n");
    let mut desk = Desk::new(SETTINGS, &[("acme.ics", &acme)]);
    desk.night(MONDAY);
    let (earlier, kept) = (desk.published.clone(), desk.last.clone().expect("it is kept"));
    let first = desk.event("Acme: post");
    desk.feed("acme.ics", &todo("books", 60, "DUE:20261022T140000Z\r\n"));
    desk.night("2026-10-19T01:00:00Z");
    let last = desk.last.as_ref().expect("it is kept").plan.clone();
    let now = crate::support::utc("2026-10-19T02:00:00Z");
    let back = restored(&desk.settings, &earlier, &desk.published, &kept, Some(&last), now);
    let kinds: Vec<(ChangeKind, &str)> = back
        .changes
        .clients
        .iter()
        .flat_map(|client| &client.changes)
        .map(|change| (change.kind, change.summary.as_str()))
        .collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    assert!(
        kinds.contains(&(ChangeKind::New, "Acme: post")) && kinds.contains(&(ChangeKind::Out, "Acme: books"))
    );
    desk.publish(back.files);
    let again = desk.event("Acme: post");
    assert_eq!(
        (value(&again, "UID"), value(&again, "DTSTART")),
        (value(&first, "UID"), value(&first, "DTSTART"))
    );
    assert_eq!(value(&again, "SEQUENCE"), "2", "called off once, back once");
    let off: Vec<String> =
        desk.events("mari.ics").into_iter().filter(|event| event.contains("STATUS:CANCELLED")).collect();
    assert_eq!((off.len(), value(&off[0], "SUMMARY").as_str()), (1, "Acme: books"));
    // Undoing it to the same night again changes nothing.
    let once_more = restored(&desk.settings, &earlier, &desk.published, &kept, Some(&kept.plan), now);
    assert!(once_more.changes.is_empty());
    let same = once_more.files.iter().all(|file| desk.published.get(&file.path) == Some(&file.bytes));
    assert!(same, "not a byte");
}
