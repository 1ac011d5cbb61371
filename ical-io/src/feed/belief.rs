//! Whether a feed's new content can be what its owner means. A calendar that is suddenly empty, cut short, much
//! smaller or a login page has wiped many people's plans in other programs.

use std::fmt;
use std::sync::Arc;

use super::local::Fetched;
use super::store::Meta;
use crate::model::Calendar;
use crate::read::{is_read_in_place, read, read_sharing};

/// A feed with fewer components than this may lose them all.
const FEW: usize = 4;

/// What a feed holds, and a print of it that stays the same when only the times of its making change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Census {
    /// How many events, tasks, busy times and availabilities there are.
    pub(super) components: usize,
    pub(super) print: u64,
    /// Whether a VCALENDAR begins at all.
    begins: bool,
    /// Whether the last thing in it is the end of a VCALENDAR.
    ends: bool,
}

impl Census {
    /// Looks into a text, which comes back as it was: a long one is read without a copy of it.
    pub(super) fn of(bytes: &mut Vec<u8>) -> Census {
        if !is_read_in_place(bytes) {
            return Census::of_calendar(&read(bytes, "").calendar, bytes);
        }
        let (reading, buffer) = read_sharing(std::mem::take(bytes), "");
        let census = Census::of_calendar(&reading.calendar, buffer.bytes());
        drop(reading);
        // All that pointed into the text went with the reading.
        *bytes = Arc::unwrap_or_clone(buffer).into_bytes();
        census
    }

    fn of_calendar(calendar: &Calendar, bytes: &[u8]) -> Census {
        let counted =
            |name: &str| matches!(name, "VEVENT" | "VTODO" | "VJOURNAL" | "VFREEBUSY" | "VAVAILABILITY");
        let components = calendar.components();
        let of_calendar = print(calendar.properties().iter().map(|property| property.content_line()));
        let prints = components.iter().map(|component| {
            let mut all = vec![component];
            let mut print = 0u64;
            while let Some(component) = all.pop() {
                let lines = component.properties().iter().map(|property| property.content_line());
                print = print.wrapping_mul(31).wrapping_add(self::print(lines.chain([component.name()])));
                all.extend(component.components());
            }
            print
        });
        // The order in which a server lists its components means nothing.
        let print = prints.fold(of_calendar, u64::wrapping_add);
        let line = |line: &[u8], wanted: &[u8]| line.trim_ascii().eq_ignore_ascii_case(wanted);
        let mut lines = bytes.split(|b| matches!(b, b'\r' | b'\n'));
        let ends = lines
            .by_ref()
            .rev()
            .find(|line| !line.trim_ascii().is_empty())
            .is_some_and(|at| line(at, b"END:VCALENDAR"));
        Census {
            components: components.iter().filter(|component| counted(component.name())).count(),
            print,
            begins: !calendar.sections().is_empty(),
            ends,
        }
    }
}

/// A print of content lines, without those that change with every fetch.
fn print<'a>(lines: impl Iterator<Item = &'a str>) -> u64 {
    let passing = |line: &&str| {
        let name = line.split([':', ';']).next().unwrap_or_default();
        !["DTSTAMP", "X-WR-RELCALID", "X-PLOKK-GENERATED"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    // FNV-1a: the same on every machine and in every version.
    lines
        .filter(passing)
        .flat_map(|line| line.bytes().chain([b'\n']))
        .fold(0xcbf2_9ce4_8422_2325, |print, byte| (print ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Why new content is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    Nothing,
    WebPage,
    NoCalendar,
    CutShort,
    Emptied { before: usize },
    Shrunk { before: usize, now: usize },
}

impl Doubt {
    /// Whether somebody who knows better may have it believed.
    pub(super) fn can_be_accepted(&self) -> bool {
        !matches!(self, Doubt::WebPage | Doubt::NoCalendar)
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::Nothing => f.write_str("it came back empty"),
            Doubt::WebPage => f.write_str("a web page came back instead of a calendar (a login page?)"),
            Doubt::NoCalendar => f.write_str("what came back is no calendar"),
            Doubt::CutShort => f.write_str("it is cut short: END:VCALENDAR is missing"),
            Doubt::Emptied { before } => write!(f, "it is empty and had {before} entries before"),
            Doubt::Shrunk { before, now } => write!(f, "it has {now} entries and had {before} before"),
        }
    }
}

/// What speaks against believing it, given what the last good copy held.
pub(super) fn doubt(fetched: &Fetched, census: &Census, before: Option<&Meta>) -> Option<Doubt> {
    let bytes = fetched.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&fetched.bytes).trim_ascii();
    let before = before.map_or(0, |meta| meta.components);
    let now = census.components;
    if bytes.is_empty() {
        // A folder without files is a calendar without entries; a file without anything is none.
        return match (fetched.folder, before >= FEW) {
            (false, _) => Some(Doubt::Nothing),
            (true, true) => Some(Doubt::Emptied { before }),
            (true, false) => None,
        };
    }
    let head = &bytes[..bytes.len().min(1024)];
    let looks_html = head.starts_with(b"<") || (fetched.html && !census.begins);
    if looks_html {
        return Some(Doubt::WebPage);
    }
    if !census.begins {
        return Some(Doubt::NoCalendar);
    }
    if !census.ends && !bytes.starts_with(b"\xff\xfe") && !bytes.starts_with(b"\xfe\xff") {
        return Some(Doubt::CutShort);
    }
    if before >= FEW && now == 0 {
        return Some(Doubt::Emptied { before });
    }
    (before >= 2 * FEW && now * 3 < before).then_some(Doubt::Shrunk { before, now })
}
