//! GNOME's calendar library as a subscriber: libecal with evolution-data-server, headless, on a message bus of its own.

use crate::outside::{installed, missing};
use crate::subscribers::{Seen, instants};
use crate::support::{Desk, MONDAY, Served};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// The Python of the system: packages of the system's are for that one.
const PYTHON: &str = "/usr/bin/python3";

/// Subscribes as "Add a calendar" does. For each line that it reads it asks for the feed again and prints what
/// stands, in UTC, and how much was called off.
const CLIENT: &str = r##"
import json, sys, datetime, urllib.parse
import gi
gi.require_version("ECal", "2.0")
gi.require_version("EDataServer", "1.2")
gi.require_version("ICalGLib", "3.0")
from gi.repository import ECal, EDataServer, ICalGLib
if len(sys.argv) < 2:
    sys.exit()
url = urllib.parse.urlsplit(sys.argv[1])
registry = EDataServer.SourceRegistry.new_sync(None)
source = EDataServer.Source.new(None, None)
source.set_display_name("Plokk")
source.set_parent("webcal-stub")
source.get_extension(EDataServer.SOURCE_EXTENSION_CALENDAR).set_backend_name("webcal")
source.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND).set_resource_path(url.path)
host = source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION)
host.set_host(url.hostname)
host.set_port(url.port)
source.get_extension(EDataServer.SOURCE_EXTENSION_SECURITY).set_method("none")
registry.commit_source_sync(source, None)
source = registry.ref_source(source.get_uid())
# Not to wait for a network: this computer is enough.
client = ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, 0xFFFFFFFF, None)
def utc(time):
    zone = ICalGLib.Timezone.get_utc_timezone()
    if time.get_tzid():
        _, zone = client.get_timezone_sync(time.get_tzid(), None)
    seconds = time.get_value().as_timet_with_zone(zone)
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M")
for _ in sys.stdin:
    client.refresh_sync(None)
    _, events = client.get_object_list_as_comps_sync("#t", None)
    off = [event for event in events if event.get_status() == ICalGLib.PropertyStatus.CANCELLED]
    seen = [
        [event.get_summary().get_value(), utc(event.get_dtstart()), utc(event.get_dtend())]
        for event in events
        if event not in off
    ]
    print(json.dumps({"seen": seen, "off": len(off)}), flush=True)
"##;

/// The library, subscribed to a feed.
struct Subscriber {
    child: Child,
    asks: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Subscriber {
    fn new(desk: &Desk, url: &str) -> Option<Subscriber> {
        let bus = installed("dbus-run-session")?;
        let mut known = Command::new(PYTHON);
        known.args(["-c", CLIENT]).stdout(Stdio::null()).stderr(Stdio::null());
        if !known.status().is_ok_and(|status| status.success()) {
            missing("libecal for Python (gir1.2-ecal-2.0, python3-gi)");
            return None;
        }
        let home = desk.path().join("home");
        std::fs::create_dir_all(&home).expect("it can be made");
        let mut child = Command::new(bus)
            .args(["--", PYTHON, "-c", CLIENT, url])
            .env("GSETTINGS_BACKEND", "memory")
            .env("GIO_USE_PROXY_RESOLVER", "dummy")
            .envs(["HOME", "XDG_RUNTIME_DIR"].map(|name| (name, &home)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it is there");
        let asks = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        Some(Subscriber { child, asks, answers })
    }

    fn ask(&mut self) -> (Seen, u64) {
        let asks = self.asks.as_mut().expect("it is open until the end");
        asks.write_all(b"\n").expect("it reads");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it is text");
        let found: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        let events = found["seen"].as_array().expect("a list");
        let seen: Seen = serde_json::from_value(found["seen"].clone()).expect("a list");
        assert_eq!(seen.len(), events.len(), "nothing stands there twice: {line}");
        (seen, found["off"].as_u64().expect("a number"))
    }

    /// What it shows in the end: it fetches behind the caller's back.
    fn look(&mut self, expected: &(Seen, u64)) -> (Seen, u64) {
        let began = Instant::now();
        loop {
            let seen = self.ask();
            if seen == *expected || began.elapsed() > Duration::from_secs(30) {
                return seen;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        // It ends with its questions, and its bus with it.
        drop(self.asks.take());
        let _ = self.child.wait();
    }
}

#[test]
fn gnomes_library_sees_two_nights_and_exactly_the_change() {
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let served = Served::start(&[desk.text()], &[]);
    let url = format!("{}mari.ics", served.token(&desk, &["mari"]));
    let Some(mut subscriber) = Subscriber::new(&desk, &url) else { return };
    let first = (instants(&desk), 0);
    assert_eq!(subscriber.look(&first), first);
    desk.meet_at("post");
    let bolt =
        desk.read("feeds/bolt.ics").replace("SUMMARY:Work call", "SUMMARY:Work call\r\nSTATUS:COMPLETED");
    desk.write("feeds/bolt.ics", &bolt);
    desk.night(MONDAY, &[]).expect(0);
    let second = (instants(&desk), 1);
    assert_ne!(first, second);
    assert_eq!(subscriber.look(&second), second, "nothing doubled, nothing stale, one called off");
}
