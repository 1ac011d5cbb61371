//! Feeds from files, folders and a web server that misbehaves.

mod misbehaving;
mod secure;
mod support;

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use plokk_ical_io::{FaultCode, Feed, FeedSpec, FeedState, FetchSettings, fetch_all};
use support::{Answer, Server};
use tempfile::TempDir;

fn now() -> DateTime<Utc> {
    "2026-10-19T05:00:00Z".parse().expect("a time")
}

fn calendar(events: usize, stamp: &str) -> String {
    let event = |n| {
        format!("BEGIN:VEVENT\r\nUID:{n}\r\nDTSTAMP:{stamp}\r\nDTSTART:20261019T090000Z\r\nEND:VEVENT\r\n")
    };
    let events: String = (0..events).map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

fn settings() -> FetchSettings {
    FetchSettings { timeout: Duration::from_secs(5), ..FetchSettings::default() }
}

fn fetch_at(url: &str, store: &Path, now: DateTime<Utc>, settings: &FetchSettings) -> Feed {
    fetch_all(&[FeedSpec::new(url, store)], &store.join("feeds"), now, settings, &|_, _| {}).remove(0)
}

fn fetch(url: &str, store: &TempDir) -> Feed {
    fetch_at(url, store.path(), now(), &settings())
}

fn reason(feed: &Feed) -> String {
    match &feed.state {
        FeedState::Failed { reason } | FeedState::Kept { reason, .. } => reason.clone(),
        other => panic!("{other:?} has no reason"),
    }
}

#[test]
fn a_feed_is_fetched_kept_and_asked_for_only_when_it_changed() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    let url = server.url("/mari.ics");
    let headers =
        vec![("ETag", "\"one\"".to_owned()), ("Last-Modified", "Mon, 19 Oct 2026 04:00:00 GMT".to_owned())];
    server.answer("/mari.ics", Answer::Ok(headers, calendar(3, "20261019T000000Z").into()));
    let first = fetch(&url, &store);
    assert_eq!(first.state, FeedState::Fresh);
    assert_eq!(first.read().expect("text").calendar.components().len(), 3);
    let second = fetch(&url, &store);
    assert_eq!(second.state, FeedState::Unchanged);
    assert_eq!(second.bytes, first.bytes);
    let requests = server.requests();
    assert!(requests[0].to_lowercase().contains("user-agent: plokk/"), "{}", requests[0]);
    assert!(requests[0].to_lowercase().contains("accept: text/calendar"));
    assert!(requests[1].to_lowercase().contains("if-none-match: \"one\""));
    assert!(requests[1].to_lowercase().contains("if-modified-since: mon, 19 oct 2026"));
}

#[test]
fn new_times_of_making_are_no_change() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    let url = server.url("/google.ics");
    server.calendar("/google.ics", &calendar(3, "20261019T000000Z"));
    let first = fetch(&url, &store);
    server.calendar("/google.ics", &calendar(3, "20261020T000000Z"));
    let second = fetch(&url, &store);
    assert_eq!(second.state, FeedState::Unchanged);
    assert_eq!(second.bytes, first.bytes, "the copy is used, so that nothing downstream changes");
    server.calendar("/google.ics", &calendar(4, "20261020T000000Z"));
    assert_eq!(fetch(&url, &store).state, FeedState::Fresh);
}

/// Everything that must not be believed, and a word of the reason given.
fn misbehaviours() -> Vec<(&'static str, Answer, &'static str)> {
    let ok = |kind: &str, body: &str| Answer::Ok(vec![("Content-Type", kind.to_owned())], body.into());
    let status = |line: &str| Answer::Raw(format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n").into());
    let elsewhere = |to: &str| {
        Answer::Raw(format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into())
    };
    let whole = calendar(20, "20261019T000000Z");
    let half = &whole[..whole.len() / 2];
    vec![
        ("empty", ok("text/calendar", ""), "empty"),
        ("blank", ok("text/calendar", "\r\n\r\n"), "empty"),
        ("login page", ok("text/html", "<!DOCTYPE html><html><body>Log in</body></html>"), "web page"),
        ("login page said to be a calendar", ok("text/calendar", "  <html>"), "web page"),
        ("no calendar", ok("text/plain", "Service temporarily unavailable"), "no calendar"),
        ("half", ok("text/calendar", half), "cut short"),
        ("emptied", ok("text/calendar", &calendar(0, "x")), "empty"),
        ("shrunk", ok("text/calendar", &calendar(3, "x")), "had 20 before"),
        ("error", status("500 Internal Server Error"), "500"),
        ("gone", status("410 Gone"), "410"),
        ("forbidden", status("403 Forbidden"), "403"),
        ("unknown to it", status("401 Unauthorized"), "address and password"),
        ("not there", status("404 Not Found"), "no such calendar"),
        ("asked too often", status("429 Too Many Requests"), "429"),
        ("unavailable", status("503 Service Unavailable"), "503"),
        ("closed", Answer::Raw(Vec::new()), "connection"),
        ("garbage", Answer::Raw(b"\x00\x01\x02\x03 no HTTP at all\r\n\r\n".to_vec()), "HTTP"),
        (
            "broken off",
            Answer::Raw(format!("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{half}").into()),
            "connection",
        ),
        (
            "bad chunks",
            Answer::Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec()),
            "",
        ),
        ("bad gzip", Answer::Ok(vec![("Content-Encoding", "gzip".into())], b"no gzip".to_vec()), ""),
        (
            "loop",
            Answer::Raw(b"HTTP/1.1 302 Found\r\nLocation: /mari.ics\r\nContent-Length: 0\r\n\r\n".to_vec()),
            "redirect",
        ),
        ("to a file", elsewhere("file:///etc/hostname"), ""),
        ("to a file without a host", elsewhere("file:/etc/hostname"), ""),
        ("to another service", elsewhere("ftp://127.0.0.1/mari.ics"), ""),
        (
            "longer than it says",
            Answer::Raw(format!("HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n{whole}").into()),
            "cut short",
        ),
        ("nowhere", Answer::Raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_vec()), ""),
        ("304 of nothing", status("304 Not Modified"), ""),
    ]
}

#[test]
fn what_is_not_believed_leaves_the_last_good_copy() {
    for (name, answer, word) in misbehaviours() {
        let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
        let url = server.url("/mari.ics");
        if name != "emptied" && name != "shrunk" {
            server.answer("/mari.ics", answer.clone());
            let never = fetch(&url, &store);
            assert!(matches!(never.state, FeedState::Failed { .. }), "{name}: {:?}", never.state);
            assert_eq!((never.bytes.is_none(), never.faults.len()), (true, 1), "{name}");
        }
        server.calendar("/mari.ics", &calendar(20, "20261019T000000Z"));
        let good = fetch(&url, &store);
        assert_eq!(good.state, FeedState::Fresh, "{name}");
        server.answer("/mari.ics", answer);
        let later = fetch_at(&url, store.path(), now() + TimeDelta::hours(30), &settings());
        assert_eq!(later.bytes, good.bytes, "{name}");
        if name == "304 of nothing" {
            assert_eq!(later.state, FeedState::Unchanged);
            continue;
        }
        let FeedState::Kept { fetched, age, reason } = &later.state else {
            panic!("{name}: {:?}", later.state)
        };
        assert_eq!((*fetched, age.num_hours()), (now(), 30), "{name}");
        assert!(reason.contains(word), "{name}: {reason}");
        assert!(later.faults[0].message.contains("30 hours old"), "{name}: {}", later.faults[0]);
        assert!(!reason.contains(&server.address), "{name}: {reason}");
    }
}

#[test]
fn what_is_accepted_is_believed_after_all() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    let url = server.url("/mari.ics");
    server.calendar("/mari.ics", &calendar(20, "x"));
    fetch(&url, &store);
    server.calendar("/mari.ics", &calendar(1, "x"));
    let doubted = fetch(&url, &store);
    assert_eq!(doubted.faults[0].code, FaultCode::NotBelieved);
    let mut settings = settings();
    settings.accept.insert(doubted.spec.name.clone());
    let accepted = fetch_at(&url, store.path(), now(), &settings);
    assert_eq!(accepted.state, FeedState::Fresh);
    assert_eq!(accepted.read().expect("text").calendar.components().len(), 1);
    assert_eq!(fetch(&url, &store).state, FeedState::Unchanged, "and stays believed");
    server.answer("/mari.ics", Answer::Ok(vec![], b"<html>".to_vec()));
    let page = fetch_at(&url, store.path(), now(), &settings);
    assert!(matches!(page.state, FeedState::Kept { .. }), "a web page is never a calendar");
}

#[test]
fn slow_servers_are_not_waited_for() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    server.answer("/silent", Answer::Silence(Duration::from_secs(20)));
    server.answer("/drip", Answer::Drip(Duration::from_millis(50)));
    let settings = FetchSettings { timeout: Duration::from_millis(700), ..FetchSettings::default() };
    let specs = ["/silent", "/drip"].map(|path| FeedSpec::new(&server.url(path), store.path()));
    let begun = Instant::now();
    let feeds = fetch_all(&specs, store.path(), now(), &settings, &|_, _| {});
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    for feed in feeds {
        assert!(reason(&feed).contains("no answer within"), "{}", reason(&feed));
    }
}

#[test]
fn long_feeds_are_refused_even_when_packed() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    let text = calendar(20_000, "20261019T000000Z");
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(text.as_bytes()).expect("memory");
    let packed = packer.finish().expect("memory");
    assert!(packed.len() < 200_000);
    server.answer("/packed", Answer::Ok(vec![("Content-Encoding", "gzip".into())], packed));
    let small = FetchSettings { size_limit: 1 << 20, ..settings() };
    let refused = fetch_at(&server.url("/packed"), store.path(), now(), &small);
    assert!(reason(&refused).contains("longer than 1 MiB"), "{}", reason(&refused));
    let taken = fetch(&server.url("/packed"), &store);
    assert_eq!(taken.bytes.as_deref(), Some(text.as_bytes()));
}

#[test]
fn redirects_are_followed_and_webcal_is_http() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    server.calendar("/there.ics", &calendar(2, "x"));
    let answer = "HTTP/1.1 301 Moved\r\nLocation: /there.ics\r\nContent-Length: 0\r\n\r\n";
    server.answer("/here.ics", Answer::Raw(answer.into()));
    let feed = fetch(&format!("webcal://{}/here.ics", server.address), &store);
    assert_eq!(feed.state, FeedState::Fresh);
}

#[test]
fn a_proxy_is_asked_where_there_is_one() {
    let (proxy, store) = (Server::start(), TempDir::new().expect("a folder"));
    let settings = FetchSettings { proxy: Some(proxy.url("")), ..settings() };
    let feed = fetch_at("http://calendar.invalid/mari.ics", store.path(), now(), &settings);
    assert!(matches!(feed.state, FeedState::Failed { .. }));
    let asked = proxy.requests();
    assert!(asked.iter().any(|head| head.contains("calendar.invalid")), "{asked:?}");
}

#[test]
fn credentials_are_sent_and_never_said() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    server.calendar("/private-0a1b2c3d/mari.ics", &calendar(1, "x"));
    let url = format!("http://mari:s%40cret@{}/private-0a1b2c3d/mari.ics?token=hidden", server.address);
    let had = fetch(&url, &store);
    assert_eq!(had.state, FeedState::Fresh);
    let head = &server.requests()[0];
    assert!(head.to_lowercase().contains("authorization: basic"), "{head}");
    assert!(head.contains("bWFyaTpzQGNyZXQ="), "{head}");
    assert!(head.contains("?token=hidden"));
    server.answer("/private-0a1b2c3d/mari.ics", Answer::Ok(vec![], b"<html>".to_vec()));
    for said in [
        format!("{:?}", fetch(&url, &store)),
        format!("{:?}", fetch(&url, &TempDir::new().expect("a folder"))),
    ] {
        for secret in ["s@cret", "s%40cret", "hidden", "0a1b2c3d", "mari:"] {
            assert!(!said.contains(secret), "{secret} in {said}");
        }
    }
    for file in std::fs::read_dir(store.path().join("feeds")).expect("a folder") {
        let name = file.expect("a file").file_name().into_string().expect("a name");
        assert!(!name.contains("hidden") && !name.contains("0a1b2c3d") && !name.contains("cret"), "{name}");
    }
}

#[test]
fn all_are_fetched_at_once_and_in_order() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    let paths: Vec<String> = (0..12).map(|n| format!("/{n}.ics")).collect();
    for (n, path) in paths.iter().enumerate() {
        if n % 2 == 0 {
            server.calendar(path, &calendar(n + 1, "x"));
        }
    }
    let specs: Vec<FeedSpec> =
        paths.iter().map(|path| FeedSpec::new(&server.url(path), store.path())).collect();
    let told = std::sync::Mutex::new(Vec::new());
    let progress = |done, of| told.lock().expect("no poison").push((done, of));
    let feeds = fetch_all(&specs, store.path(), now(), &settings(), &progress);
    for (n, feed) in feeds.iter().enumerate() {
        assert_eq!(feed.spec, specs[n]);
        match n % 2 {
            0 => assert_eq!(feed.read().expect("text").calendar.components().len(), n + 1),
            _ => assert!(reason(feed).contains("no such calendar")),
        }
    }
    let mut told = told.into_inner().expect("no poison");
    told.sort_unstable();
    assert_eq!(told, (1..=12).map(|done| (done, 12)).collect::<Vec<_>>());
}

#[test]
fn a_folder_is_read_file_by_file() {
    let (desk, store) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    let folder = desk.path().join("work");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("b.ics"), calendar(2, "x")).expect("written");
    std::fs::write(folder.join("a.ics"), "BEGIN:VCALENDAR\nnonsense\nEND:VCALENDAR").expect("written");
    std::fs::write(folder.join("notes.txt"), "no calendar").expect("written");
    let spec = FeedSpec::new("work", desk.path());
    let fetch =
        || fetch_all(std::slice::from_ref(&spec), store.path(), now(), &settings(), &|_, _| {}).remove(0);
    let feed = fetch();
    assert_eq!(feed.state, FeedState::Fresh);
    let reading = feed.read().expect("text");
    assert_eq!(reading.calendar.components().len(), 2);
    assert_eq!((reading.faults[0].source.as_str(), reading.faults[0].line), ("work/a.ics", Some(2)));
    assert_eq!(fetch().state, FeedState::Unchanged);
    std::fs::remove_dir_all(&folder).expect("removed");
    let kept = fetch();
    assert!(reason(&kept).contains("no such file"));
    assert_eq!(kept.read().expect("the copy").faults, reading.faults, "the copy is the folder as it was");
}

#[test]
fn broken_copies_are_no_copies() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    let url = server.url("/mari.ics");
    server.calendar("/mari.ics", &calendar(3, "x"));
    fetch(&url, &store);
    let folder = store.path().join("feeds");
    let file = std::fs::read_dir(&folder).expect("a folder").next().expect("a copy").expect("a file").path();
    let whole = std::fs::read(&file).expect("a copy");
    for broken in [&whole[..whole.len() - 5], &whole[..20], b"", b"\n\n\n"] {
        std::fs::write(&file, broken).expect("written");
        let offline = FetchSettings { offline: true, ..settings() };
        assert!(matches!(fetch_at(&url, store.path(), now(), &offline).state, FeedState::Failed { .. }));
    }
    assert_eq!(fetch(&url, &store).state, FeedState::Fresh);
    let offline = FetchSettings { offline: true, ..settings() };
    let kept = fetch_at(&url, store.path(), now(), &offline);
    assert!(matches!(kept.state, FeedState::Kept { .. }));
    assert!(kept.faults.is_empty(), "what was asked for is no fault");
}

#[test]
fn a_store_that_cannot_be_written_costs_the_copy_only() {
    let (server, store) = (Server::start(), TempDir::new().expect("a folder"));
    server.calendar("/mari.ics", &calendar(3, "x"));
    let file = store.path().join("feeds");
    std::fs::write(&file, "a file where the folder should be").expect("written");
    let feed = fetch(&server.url("/mari.ics"), &store);
    assert_eq!(feed.state, FeedState::Fresh);
    assert_eq!(feed.faults[0].code, FaultCode::NotKept);
}
