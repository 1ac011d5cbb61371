//! What servers do with secrets, lengths and letters.

use super::*;

#[test]
fn a_body_without_end_is_left_at_the_limit() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    server.answer("/endless", Answer::Endless);
    let small = FetchSettings { size_limit: 1 << 20, ..settings() };
    let refused = fetch_at(&server.url("/endless"), store.path(), now(), &small);
    assert!(reason(&refused).contains("longer than 1 MiB"), "{}", reason(&refused));
}

#[test]
fn secrets_do_not_go_along_with_a_redirect_nor_into_what_is_said() {
    let (first, second) = (Server::start(), Server::start());
    let store = TempDir::new().expect("a folder");
    second.calendar("/there.ics", &calendar(2, "x"));
    let to = |at: &str| format!("HTTP/1.1 302 Found\r\nLocation: {at}\r\nContent-Length: 0\r\n\r\n");
    first.answer("/here.ics", Answer::Raw(to(&second.url("/there.ics")).into()));
    let feed = fetch(&format!("http://mari:s3cret@{}/here.ics", first.address), &store);
    assert_eq!(feed.state, FeedState::Fresh);
    assert!(first.requests()[0].to_lowercase().contains("authorization: "), "{:?}", first.requests());
    for head in second.requests() {
        assert!(!head.to_lowercase().contains("authorization"), "{head}");
    }
    // Where a server puts a secret into its redirect, no failure tells it either.
    for at in [
        "http://mari:s3cret@127.0.0.1:1/x?token=s3cret",
        "file:///s3cret",
        "http://[s3cret/",
        "/s3cret?s3cret",
    ] {
        first.answer("/here.ics", Answer::Raw(to(at).into()));
        let feed = fetch(&first.url("/here.ics"), &TempDir::new().expect("a folder"));
        assert!(matches!(feed.state, FeedState::Failed { .. }), "{at}: {feed:?}");
        assert!(!format!("{feed:?}").contains("s3cret"), "{at}: {feed:?}");
    }
}

#[test]
fn other_letters_than_the_server_says_are_read() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    let text = calendar(2, "x").replace("END:VEVENT", "LOCATION:Tänav\r\nEND:VEVENT");
    let utf_16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> =
        text.chars().map(|c| u8::try_from(u32::from(c)).expect("a letter of Latin-1")).collect();
    for (path, body) in [("/16.ics", utf_16), ("/latin.ics", latin), ("/8.ics", text.into_bytes())] {
        let kind = ("Content-Type", "text/calendar; charset=us-ascii".to_owned());
        server.answer(path, Answer::Ok(vec![kind], body));
        let mut feed = fetch(&server.url(path), &store);
        assert_eq!(feed.state, FeedState::Fresh, "{path}");
        let before = feed.bytes.clone();
        let seen = feed.look(|reading| reading.calendar.clone()).expect("a calendar");
        assert_eq!(feed.bytes, before, "{path}: a look leaves the text as it was, whatever is kept of it");
        assert_eq!(Some(seen.components()), feed.read().as_ref().map(|again| again.calendar.components()));
        let calendar = feed.read().expect("a calendar").calendar;
        let event = calendar.named("VEVENT").next().expect("an event");
        assert_eq!(event.text("LOCATION").as_deref(), Some("Tänav"), "{path}");
    }
}
