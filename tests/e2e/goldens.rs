//! A small desk's calendars, byte for byte.
//!
//! `PLOKK_BLESS=1 cargo test --test e2e goldens` writes what is expected anew; look at the
//! difference before committing it.

use crate::desk::Desk;
use std::path::Path;

const SETTINGS: &str = r#"
[planning]
horizon = "1 week"

[[assistant]]
id = "mari"
name = "Mari Tamm"
timezone = "Europe/Tallinn"
hours = { mon-fri = ["09:00-13:00"] }
feeds = ["feeds/mari.ics"]

[[client]]
id = "acme"
name = "Acme Pty Ltd"
timezone = "Australia/Sydney"
feeds = ["feeds/acme.ics"]
"#;

const MARI: &str = "BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Test//Mari//EN\r
BEGIN:VEVENT\r
UID:busy\r
DTSTAMP:20261001T000000Z\r
DTSTART;TZID=Europe/Tallinn:20261019T090000\r
DTEND;TZID=Europe/Tallinn:20261019T103000\r
SUMMARY:Private\r
END:VEVENT\r
END:VCALENDAR\r
";

const ACME: &str = "BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Test//Acme//EN\r
BEGIN:VTODO\r
UID:post\r
DTSTAMP:20261001T000000Z\r
DTSTART:20261019T000000Z\r
DUE:20261019T120000Z\r
SUMMARY:Post\\, with pictures – and a line that is long enough to be folded twice over by the writer\\; once is not enough here\r
ESTIMATED-DURATION:PT1H\r
CATEGORIES:social\r
PRIORITY:1\r
END:VTODO\r
END:VCALENDAR\r
";

#[test]
fn the_small_desk() {
    let desk = Desk::small(SETTINGS, MARI);
    desk.write("feeds/acme.ics", ACME);
    desk.plan(&[]).expect(0);
    for file in ["mari.ics", "mari-busy.ics", "clients/acme.ics"] {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/golden").join(file);
        let found = desk.read(&format!("calendars/{file}"));
        if std::env::var_os("PLOKK_BLESS").is_some() {
            std::fs::create_dir_all(golden.parent().expect("a folder")).expect("it is made");
            std::fs::write(&golden, &found).expect("it is written");
        }
        let wanted = std::fs::read_to_string(&golden).expect("the golden file is there");
        assert_eq!(found, wanted, "{file}");
    }
}
