//! What feeds have wrong, and what that costs.

use crate::support::*;
use plokk_engine::{Desk, FeedText, Settings, Warning};

fn settings() -> Settings {
    Settings::read(SETTINGS, "plokk.toml").expect("nothing is wrong with it")
}

fn lost(name: &str) -> FeedText {
    FeedText { content: Err("connection refused".to_owned()), ..feed(name, "") }
}

#[test]
fn her_own_unreadable_feed_stops_the_run() {
    let texts = [lost("mari.ics"), feed("acme.ics", &calendar(&[]))];
    let error = Desk::assemble(settings(), &texts, utc(MONDAY)).expect_err("it must stop");
    assert_eq!(error.to_string(), "mari.ics: cannot read the calendar of mari: connection refused");
    for page in ["<html><body>Sign in</body></html>", ""] {
        let texts = [feed("mari.ics", page), feed("acme.ics", &calendar(&[]))];
        let error = Desk::assemble(settings(), &texts, utc(MONDAY)).expect_err("it must stop");
        assert_eq!(error.lost[0].reason, "there is no calendar in it");
    }
}

#[test]
fn a_client_s_unreadable_feed_is_a_warning() {
    let mine = calendar(&[&todo("UID:own")]);
    for broken in [lost("acme.ics"), feed("acme.ics", "<html>"), feed("other.ics", "")] {
        let texts = [feed("mari.ics", &mine), broken];
        let desk = Desk::assemble(settings(), &texts, utc(MONDAY)).expect("it goes on");
        assert_eq!(codes(&desk), ["unreadable-feed"]);
        assert_eq!(desk.work.len(), 1);
    }
}

#[test]
fn work_that_stands_in_two_feeds_is_done_once() {
    let desk = desk(&[&todo("UID:t\nSUMMARY:hers")], &[&todo("UID:t\nSUMMARY:theirs")]);
    assert_eq!(desk.work.len(), 1);
    assert_eq!(desk.work[0].summary, "theirs");
    assert_eq!(codes(&desk), ["duplicate-work"]);
    assert_eq!(desk.warnings[0].source, "mari.ics");
}

#[test]
fn a_feed_that_two_people_share_is_read_once() {
    let settings = SETTINGS.replace("feeds = [\"acme.ics\"]", "feeds = [\"mari.ics\"]");
    let call =
        event("UID:c\nDTSTART:20261020T080000Z\nDTEND:20261020T090000Z\nATTENDEE:mailto:mari@example.org");
    let desk = desk_of(&settings, &[("mari.ics", &[&todo("UID:t"), &call])], MONDAY);
    assert_eq!((desk.work.len(), desk.work[0].client), (1, Some(0)));
    assert_eq!(desk.assistants[0].busy.len(), 1);
    assert!(desk.warnings.is_empty(), "{:?}", desk.warnings);
}

#[test]
fn warnings_come_by_feed_and_line_and_once() {
    let kept = Warning { code: "kept".into(), source: "mari.ics".into(), line: None, message: "old".into() };
    let mut mine = feed("mari.ics", &calendar(&[]));
    mine.warnings = vec![kept.clone(), kept.clone()];
    let bad = todo("UID:b\nX-PLOKK-LIVE:perhaps");
    let worse = todo("UID:a\nX-PLOKK-LIVE:never\nX-PLOKK-DEADLINE:never");
    let texts = [feed("acme.ics", &calendar(&[&bad, &worse])), mine];
    let desk = Desk::assemble(settings(), &texts, utc(MONDAY)).expect("it goes on");
    assert_eq!(desk.warnings[0], kept);
    let lines: Vec<_> = desk.warnings[1..].iter().map(|warning| warning.line).collect();
    assert_eq!(lines, [Some(7), Some(12), Some(13)]);
}
