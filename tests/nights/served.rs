//! The server on real sockets.

use crate::support::{Desk, MONDAY, Served, plokk};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

#[test]
fn it_serves_what_is_published_and_sees_every_change() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let served = Served::start(&[desk.text()], &[]);
    let acme = served.token(&desk, &["acme"]);
    let url = format!("{acme}acme.ics");
    let answer = served.get(&url, "");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    assert_eq!(body, desk.read("calendars/clients/acme.ics"));
    assert!(body.contains("REFRESH-INTERVAL;VALUE=DURATION:PT1H") && body.contains("X-PUBLISHED-TTL:PT1H"));
    let tag = answer.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a validator");
    let again = served.get(&url, &format!("If-None-Match: {tag}\r\n"));
    assert!(again.starts_with("HTTP/1.1 304 Not Modified\r\n"), "{again}");
    desk.meet_at("post");
    desk.night(MONDAY, &[]).expect(0);
    let changed = served.get(&url, &format!("If-None-Match: {tag}\r\n"));
    assert!(changed.starts_with("HTTP/1.1 200 OK\r\n"), "{changed}");
    let id = acme.trim_end_matches('/').rsplit('/').next().map(|token| &token[..8]).expect("a token");
    plokk(&["token", "revoke", id, "--desk", desk.text()]).expect(0);
    assert!(served.get(&url, "").starts_with("HTTP/1.1 404"), "taken back");
    let list = plokk(&["token", "list", "--desk", desk.text()]).expect(0);
    assert!(!list.out.contains(id), "{}", list.out);
}

#[test]
fn hostile_requests_are_survived() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let served = Served::start(&[desk.text()], &["--patience", "2"]);
    let page = served.token(&desk, &["mari"]);
    let path = page
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned()))
        .expect("a path");
    let long = "a".repeat(100_000);
    let many = "X-Header: y\r\n".repeat(1000);
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        vec![0; 10_000],
        format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes(),
        format!("GET {path}mari.ics HTTP/1.1\r\nHost: x\r\nCookie: {long}\r\n\r\n").into_bytes(),
        format!("GET {path}mari.ics HTTP/1.1\r\nHost: x\r\n{many}\r\n").into_bytes(),
        format!("GET {path}../../../plokk.toml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes(),
        format!("GET {path}%2e%2e%2fplokk.toml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes(),
        format!("GET http://evil.example{path}mari.ics\x00 HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes(),
        format!("POST {path}mari.ics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\nx").into_bytes(),
        format!("GET {path} HTTP/1.1\r\nHost: \"><script>\r\nConnection: close\r\n\r\n").into_bytes(),
    ] {
        let answer = served.raw(&bytes);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        assert!(!answer.contains("[[assistant]]") && !answer.contains("<script>"), "{shown}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 200"), "{shown}: {answer}");
    }
    // A body that is announced twice is refused, or read as one and left alone: nothing is smuggled behind it.
    let twice = format!(
        "GET {path}mari.ics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\nConnection: close\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n"
    );
    assert_eq!(served.raw(twice.as_bytes()).matches("HTTP/1.1 ").count(), 1);
    assert!(served.get("/healthz", "").ends_with("ok\n"), "it goes on");
    assert!(served.get(&format!("{page}mari.ics"), "").starts_with("HTTP/1.1 200"), "it goes on");
}

#[test]
fn those_who_send_nothing_are_let_go_and_hold_nobody_up() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let served = Served::start(&[desk.text()], &["--patience", "1", "--connections", "4"]);
    let mut idle: Vec<TcpStream> =
        (0..4).map(|_| TcpStream::connect(&served.address).expect("it listens")).collect();
    // One of them drips a head that never ends.
    idle[0].write_all(b"GET /healthz HTTP/1.1\r\nX-Slow: ").expect("it listens");
    std::thread::sleep(Duration::from_millis(200));
    assert!(
        served.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").is_empty(),
        "all places are taken"
    );
    for stream in &mut idle {
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
        let mut rest = Vec::new();
        // It ends with nothing, or with 408.
        let _ = stream.read_to_end(&mut rest);
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&rest));
    }
    assert!(served.get("/healthz", "").ends_with("ok\n"), "there is room again");
    assert!(served.get("/metrics", "").contains("plokk_connections_refused_total 1\n"));
}

#[cfg(unix)]
#[test]
fn it_stops_when_it_is_asked_to_and_ends_what_it_is_at() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let mut served = Served::start(&[desk.text()], &[]);
    let mut open = TcpStream::connect(&served.address).expect("it listens");
    open.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").expect("it listens");
    let mut answer = [0; 15];
    open.read_exact(&mut answer).expect("it answers");
    let id = served.id().to_string();
    let killed = std::process::Command::new("kill").args(["-TERM", &id]).status().expect("there is kill");
    assert!(killed.success());
    assert_eq!(served.wait(), 0);
    let mut rest = Vec::new();
    open.read_to_end(&mut rest).expect("the connection is closed, not cut off");
    assert!(TcpStream::connect(&served.address).is_err(), "nobody listens any more");
}

#[test]
fn many_desks_are_served_each_to_its_own() {
    let (one, two) = (Desk::new(), Desk::new());
    for desk in [&one, &two] {
        desk.night(MONDAY, &[]).expect(0);
    }
    let served = Served::start(&[one.text(), two.text()], &["--url", "https://c.example"]);
    let page = served.token(&two, &["acme"]);
    two.write("calendars/clients/acme.ics", "the second's");
    assert!(served.get(&format!("{page}acme.ics"), "").ends_with("the second's"));
    assert!(served.get(&page, "").contains("webcal://c.example/f/"));
}

#[test]
fn tokens_open_only_what_there_is() {
    let desk = Desk::new();
    let run = plokk(&["token", "make", "nobody", "--desk", desk.text()]).expect(2);
    assert!(run.err.contains("there are mari, mari-busy, acme, bolt, plan"), "{}", run.err);
    plokk(&["token", "revoke", "abcdefgh", "--desk", desk.text()]).expect(2);
}
