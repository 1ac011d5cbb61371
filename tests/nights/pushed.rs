//! Blocks written to a real CalDAV server: Radicale.

use crate::outside::{Running, port, program, wait_for};
use crate::support::{Desk, MONDAY, event};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;

/// `mari:sekret` in base64.
const BASIC: &str = "bWFyaTpzZWtyZXQ=";

struct Server {
    _running: Running,
    port: u16,
    folder: PathBuf,
}

impl Server {
    fn start(desk: &Desk) -> Option<Server> {
        let radicale = program("radicale")?;
        let (port, store) = (port(), desk.path().join("store"));
        desk.write("users", "mari:sekret\n");
        let running = Running::start(
            Command::new(radicale)
                .arg("--server-hosts")
                .arg(format!("127.0.0.1:{port}"))
                .arg("--storage-filesystem-folder")
                .arg(&store)
                .args([
                    "--auth-type",
                    "htpasswd",
                    "--auth-htpasswd-encryption",
                    "plain",
                    "--auth-htpasswd-filename",
                ])
                .arg(desk.path().join("users")),
        );
        wait_for(port);
        let server = Server { _running: running, port, folder: store.join("collection-root/mari/plokk") };
        let made = server.ask("MKCALENDAR", "", "", "");
        assert!(made.starts_with("HTTP/1.1 201") || made.starts_with("HTTP/1.0 201"), "{made}");
        Some(server)
    }

    /// A request about a resource of the collection.
    fn ask(&self, method: &str, name: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let head = format!(
            "{method} /mari/plokk/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {BASIC}\r\nConnection: close\r\n\
             Content-Type: text/calendar\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("it listens");
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    /// What stands in the collection, by name.
    fn holds(&self) -> BTreeMap<String, String> {
        let entries = std::fs::read_dir(&self.folder).expect("the collection is there");
        let entries = entries.map(|entry| entry.expect("it can be read").path());
        let calendars = entries.filter(|path| path.extension().is_some_and(|extension| extension == "ics"));
        calendars
            .map(|path| {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                (name, std::fs::read_to_string(&path).expect("it is text"))
            })
            .collect()
    }

    /// The name and the text of the only resource with that in it.
    fn only(&self, text: &str) -> (String, String) {
        let mut found = self.holds().into_iter().filter(|(_, calendar)| calendar.contains(text));
        let one = found.next().unwrap_or_else(|| panic!("{text:?} is not in {:#?}", self.holds()));
        assert!(found.next().is_none(), "{text:?} stands there twice");
        one
    }
}

fn settings(desk: &Desk, port: u16) {
    desk.settings(&format!(
        "[[publish.caldav]]\nurl = \"http://127.0.0.1:{port}/mari/plokk/\"\nuser = \"mari\"\npassword = \"file:password\"\n"
    ));
    desk.write("password", "sekret\n");
}

#[test]
fn blocks_are_put_changed_and_taken_out_and_nothing_else_is_touched() {
    let desk = Desk::new();
    let Some(server) = Server::start(&desk) else { return };
    let hers = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{}END:VCALENDAR\r\n",
        event("own", "20261022T060000Z", "20261022T070000Z")
    );
    assert!(server.ask("PUT", "own.ics", "", &hers).contains(" 201 "));
    let own = server.only("Meeting own");
    settings(&desk, server.port);
    let run = desk.night(MONDAY, &[]).expect(0);
    assert!(!format!("{run:?}").contains("sekret"));
    let first = server.holds();
    let plan: serde_json::Value = serde_json::from_str(&desk.read("calendars/plan.json")).expect("JSON");
    assert_eq!(first.len(), plan["chunks"].as_array().expect("a list").len() + 1, "{first:#?}");
    assert!(first.values().all(|text| !text.contains("METHOD")));
    // The same night again writes nothing: Radicale would touch the files.
    let stamp = |name: &str| {
        std::fs::metadata(server.folder.join(name)).and_then(|meta| meta.modified()).expect("a time")
    };
    let times: Vec<_> = first.keys().map(|name| stamp(name)).collect();
    desk.night(MONDAY, &[]).expect(0);
    assert_eq!(times, first.keys().map(|name| stamp(name)).collect::<Vec<_>>());
    // A change puts what changed; work that is gone is taken out.
    desk.meet_at("post");
    let bolt =
        desk.read("feeds/bolt.ics").replace("SUMMARY:Work call", "SUMMARY:Work call\r\nSTATUS:COMPLETED");
    desk.write("feeds/bolt.ics", &bolt);
    let post = server.only("Work post");
    desk.night(MONDAY, &[]).expect(0);
    let second = server.holds();
    let moved = server.only("Work post");
    assert_eq!(moved.0, post.0);
    assert_ne!(moved.1, post.1);
    assert!(second.values().all(|text| !text.contains("Work call")));
    assert_eq!(server.only("Meeting own"), own, "what is hers is as it was");
    let unchanged = first.iter().filter(|(name, text)| second.get(*name) == Some(text)).count();
    assert!(unchanged >= 2, "only what changed was written");
}

#[test]
fn what_she_does_in_the_collection_counts() {
    let desk = Desk::new();
    let Some(server) = Server::start(&desk) else { return };
    settings(&desk, server.port);
    desk.night(MONDAY, &[]).expect(0);
    // She drags a block to Friday afternoon, and writes a note on another.
    let (name, text) = server.only("Work post");
    let text = text.replace("\r\n ", "").replace("\n ", "");
    let lines = text.lines().map(|line| match line.split([':', ';']).next() {
        Some("DTSTART") if !line.contains("1970") => "DTSTART:20261023T120000Z".to_owned(),
        Some("DTEND") => "DTEND:20261023T133000Z".to_owned(),
        _ => line.to_owned(),
    });
    let dragged = lines.collect::<Vec<_>>().join("\r\n") + "\r\n";
    assert!(server.ask("PUT", &name.replace('@', "%40"), "", &dragged).contains(" 20"));
    let (noted, text) = server.only("Work letter");
    let with_note = text.replace("SUMMARY:", "COMMENT:call first\nSUMMARY:");
    assert!(server.ask("PUT", &noted.replace('@', "%40"), "", &with_note).contains(" 20"));
    let run = desk.night(MONDAY, &[]).expect(0);
    assert!(run.out.contains("moved by hand"), "{}", run.out);
    assert_eq!(
        desk.blocks("post"),
        [("2026-10-23T15:00:00+03:00".to_owned(), "2026-10-23T16:30:00+03:00".to_owned())]
    );
    assert!(server.only("Work letter").1.contains("COMMENT:call first"), "her note stays");
    // She deletes a block: that work is done.
    let (gone, _) = server.only("Work books");
    assert!(server.ask("DELETE", &gone.replace('@', "%40"), "", "").contains(" 20"));
    let run = desk.night(MONDAY, &[]).expect(0);
    assert!(run.out.contains("deleted by hand, so it is taken as done"), "{}", run.out);
    assert!(desk.blocks("books").is_empty() && !server.holds().contains_key(&gone));
    assert_eq!(desk.blocks("post").len(), 1, "what she moved is where she put it");
    desk.night("2026-10-20T03:00:00+03:00", &[]).expect(0);
    assert!(desk.blocks("books").is_empty(), "and it is remembered");
}

#[test]
fn a_server_that_refuses_costs_the_push_and_not_the_plan() {
    let desk = Desk::new();
    let Some(server) = Server::start(&desk) else { return };
    settings(&desk, server.port);
    desk.write("password", "wrong-sekret\n");
    let run = desk.night(MONDAY, &[]).expect(2);
    assert!(run.err.contains("publish.caldav of mari: the server refuses it (401)"), "{}", run.err);
    assert!(!format!("{run:?}").contains("sekret"), "{run:?}");
    assert!(desk.path().join("calendars/mari.ics").exists());
    // The night after it is put right, everything is there.
    desk.write("password", "sekret\n");
    desk.night(MONDAY, &[]).expect(0);
    assert!(!server.holds().is_empty());
    // Without what was remembered nothing is doubled.
    let before = server.holds();
    std::fs::remove_dir_all(desk.path().join(".plokk")).expect("it is there");
    desk.night(MONDAY, &[]).expect(0);
    assert_eq!(server.holds().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
}
