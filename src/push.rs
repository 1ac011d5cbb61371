//! Blocks written to CalDAV collections, beside the feeds: only what changed is put, what vanished is
//! taken out, and nothing else is touched.
//!
//! What stands in a collection is read before planning, since she may have moved or deleted blocks in
//! it; what is written afterwards names the version that was read. So a change made in between is never
//! written over: it is found the next night.

use crate::exit::Failure;
use crate::files;
use crate::home::Home;
use crate::secret::reveal;
use plokk_engine::settings::CaldavSettings;
use plokk_engine::{FeedText, Mirror, OutFile};
use plokk_ical_io::caldav::{Collection, Resource, Written};
use plokk_ical_io::{Calendar, Component, read, write};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// How long a server may take for each answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What was written to a collection: kept in `.plokk`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    /// By UID.
    written: BTreeMap<String, Entry>,
}

/// A block as it was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    etag: Option<String>,
    /// A digest of the text.
    digest: String,
}

/// A collection that was read before planning.
pub(crate) struct Opened {
    assistant: String,
    /// How it is called in messages.
    name: String,
    collection: Option<Collection>,
    listed: Result<Vec<Resource>, String>,
    record: Record,
    file: PathBuf,
}

/// Reads every collection the desk names.
pub(crate) fn open(home: &Home) -> Vec<Opened> {
    home.settings.publish.caldav.iter().enumerate().map(|(at, settings)| opened(home, at, settings)).collect()
}

fn opened(home: &Home, at: usize, settings: &CaldavSettings) -> Opened {
    let name = format!("publish.caldav of {}", settings.assistant);
    let connect = || {
        let url = reveal(&settings.url, home.folder())?;
        let password = settings.password.as_ref().map(|secret| reveal(secret, home.folder())).transpose()?;
        let location = plokk_ical_io::FeedSpec::new(&url, home.folder()).location;
        let proxy = crate::proxy::for_feed(&location, &|name| std::env::var(name).ok());
        let (user, password) = (settings.user.as_deref(), password.as_deref());
        let trust = crate::trust::trust();
        let collection = Collection::new(&url, user, password, TIMEOUT, proxy.as_deref(), &trust)?;
        Ok::<_, String>((collection, digest(&url)))
    };
    let (collection, key, failed) = match connect() {
        Ok((collection, key)) => (Some(collection), key, None),
        Err(reason) => (None, format!("{at}"), Some(reason)),
    };
    let file = home.kept_folder().join(format!("pushed-{}.json", key.get(..16).unwrap_or(&key)));
    let record =
        fs::read(&file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let listed = match (&collection, failed) {
        (Some(collection), _) => collection.list(),
        (None, reason) => Err(reason.unwrap_or_default()),
    };
    Opened { assistant: settings.assistant.clone(), name, collection, listed, record, file }
}

impl Opened {
    /// The collection as the planner looks at it.
    pub(crate) fn mirror(&self) -> Mirror {
        let content = match &self.listed {
            Ok(resources) => {
                Ok(resources.iter().flat_map(|resource| resource.text.bytes().chain(*b"\r\n")).collect())
            }
            Err(reason) => Err(reason.clone()),
        };
        Mirror {
            assistant: self.assistant.clone(),
            text: FeedText {
                feed: self.name.clone(),
                source: self.name.clone(),
                content,
                warnings: Vec::new(),
            },
            written: self.record.written.keys().cloned().collect(),
        }
    }

    /// Writes what has changed. What went wrong is given back in words that hold no secret.
    pub(crate) fn push(&mut self, out: &[OutFile]) -> Vec<String> {
        let path = format!("{}.ics", self.assistant);
        let Some(feed) = out.iter().find(|file| file.path == path) else { return Vec::new() };
        let (listed, collection) = match (&self.listed, &self.collection) {
            (Ok(listed), Some(collection)) => (listed, collection),
            (Err(reason), _) => return vec![format!("{}: {reason}", self.name)],
            (_, None) => return Vec::new(),
        };
        let wanted = Wanted::of(&feed.bytes, &path);
        let mut troubles = BTreeSet::new();
        for step in steps(&wanted, &self.record.written, listed) {
            let done = match &step {
                Step::Put { uid, version, text } => collection.put(&name_of(uid), version.as_deref(), text),
                Step::Delete { uid, version } => collection.delete(&name_of(uid), version),
                Step::Note { etag, .. } => Ok(Written::Done(etag.clone())),
                Step::Forget { .. } => Ok(Written::Done(None)),
            };
            match done {
                Ok(Written::Done(etag)) => step.note(&mut self.record, etag),
                // She was at it since it was read: the next night looks at what she did.
                Ok(Written::Changed) => {}
                Err(reason) => {
                    troubles.insert(format!("{}: {reason}", self.name));
                }
            }
        }
        let saved = serde_json::to_vec(&self.record).map_err(Failure::plokk);
        if let Err(Failure::Input(reason) | Failure::Plokk(reason)) =
            saved.and_then(|bytes| files::replace_privately(&self.file, &bytes))
        {
            troubles.insert(reason);
        }
        troubles.into_iter().collect()
    }
}

/// The blocks that a collection is to hold.
struct Wanted {
    /// A calendar with one event each, by UID.
    blocks: BTreeMap<String, String>,
    /// UIDs of blocks that were called off.
    off: BTreeSet<String>,
}

impl Wanted {
    /// The blocks of an assistant's feed. What is stored carries no METHOD (RFC 4791 section 4.1).
    fn of(feed: &[u8], path: &str) -> Wanted {
        let calendar = read(feed, path).calendar;
        let mut wanted = Wanted { blocks: BTreeMap::new(), off: BTreeSet::new() };
        for event in calendar.named("VEVENT") {
            let Some(uid) = event.uid() else { continue };
            if event.text("STATUS").is_some_and(|status| status == "CANCELLED") {
                wanted.off.insert(uid.into_owned());
            } else {
                let text = String::from_utf8_lossy(&write(&alone(&calendar, event))).into_owned();
                wanted.blocks.insert(uid.into_owned(), text);
            }
        }
        wanted
    }
}

fn alone(feed: &Calendar, event: &Component) -> Calendar {
    let mut calendar = Calendar::new();
    for property in
        feed.properties().iter().filter(|p| ["VERSION", "PRODID", "CALSCALE"].iter().any(|n| p.is(n)))
    {
        calendar.push(property.clone());
    }
    for zone in feed.named("VTIMEZONE") {
        calendar.push_component(zone.clone());
    }
    calendar.push_component(event.clone());
    calendar
}

/// One thing to do to a collection.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// Put a block there: a new one, or in the place of a version.
    Put { uid: String, version: Option<String>, text: String },
    /// Take a block out.
    Delete { uid: String, version: String },
    /// It stands there as wanted: only that is to be known.
    Note { uid: String, etag: Option<String>, text: String },
    /// It is out already.
    Forget { uid: String },
}

impl Step {
    /// Notes that it is done.
    fn note(self, record: &mut Record, etag: Option<String>) {
        match self {
            Step::Put { uid, text, .. } | Step::Note { uid, text, .. } => {
                record.written.insert(uid, Entry { etag, digest: digest(&text) });
            }
            Step::Delete { uid, .. } | Step::Forget { uid } => {
                record.written.remove(&uid);
            }
        }
    }
}

/// What is to be done so that a collection holds what it is to hold. Resources that are not named like a
/// block that was written, is wanted or was called off are never part of it.
fn steps(wanted: &Wanted, written: &BTreeMap<String, Entry>, listed: &[Resource]) -> Vec<Step> {
    let there: BTreeMap<String, &Resource> =
        listed.iter().filter_map(|resource| Some((uid_of(&resource.name)?, resource))).collect();
    let mut steps = Vec::new();
    for (uid, text) in &wanted.blocks {
        let (uid, text) = (uid.clone(), text.clone());
        match (there.get(&uid), written.get(&uid)) {
            (None, _) => steps.push(Step::Put { uid, version: None, text }),
            (Some(now), Some(then)) if now.etag == then.etag && now.etag.is_some() => {
                if then.digest != digest(&text) {
                    steps.push(Step::Put { uid, version: now.etag.clone(), text });
                }
            }
            // She has changed it, or it is not known who has: what stands where it should stays.
            (Some(now), _) if same_time(&now.text, &text, &uid) => {
                steps.push(Step::Note { uid, etag: now.etag.clone(), text });
            }
            (Some(now), _) if now.etag.is_some() => {
                steps.push(Step::Put { uid, version: now.etag.clone(), text })
            }
            (Some(_), _) => {}
        }
    }
    let ours = written.keys().chain(&wanted.off).collect::<BTreeSet<_>>();
    for uid in ours.into_iter().filter(|uid| !wanted.blocks.contains_key(*uid)) {
        match there.get(uid) {
            Some(Resource { etag: Some(version), .. }) => {
                steps.push(Step::Delete { uid: uid.clone(), version: version.clone() });
            }
            Some(_) => {}
            None => steps.push(Step::Forget { uid: uid.clone() }),
        }
    }
    steps
}

/// Whether the event of that UID is at the same time in both calendars.
fn same_time(a: &str, b: &str, uid: &str) -> bool {
    let time = |text: &str| {
        let calendar = read(text.as_bytes(), "").calendar;
        let around = plokk_ical_io::Window::new(
            chrono::DateTime::UNIX_EPOCH,
            chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(100_000),
        );
        let found = plokk_ical_io::events(&calendar, around, &plokk_ical_io::Zone::UTC).items;
        found.iter().find(|event| event.uid == uid).map(|event| (event.start, event.end))
    };
    let (a, b) = (time(a), time(b));
    a.is_some() && a == b
}

/// The name of a block's resource. A UID of ours has no other odd letter than the `@`.
fn name_of(uid: &str) -> String {
    format!("{}.ics", uid.replace('@', "%40"))
}

fn uid_of(name: &str) -> Option<String> {
    let name = name.replace("%40", "@");
    name.strip_suffix(".ics").map(str::to_owned)
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(hour: u32) -> String {
        format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a-1@plokk\r\nDTSTART:20261020T{hour:02}0000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    }

    fn wanted(hour: Option<u32>) -> Wanted {
        let blocks = hour.map(|hour| ("a-1@plokk".to_owned(), event(hour)));
        Wanted { blocks: blocks.into_iter().collect(), off: BTreeSet::new() }
    }

    fn written(etag: &str, hour: u32) -> BTreeMap<String, Entry> {
        let entry = Entry { etag: Some(etag.into()), digest: digest(&event(hour)) };
        BTreeMap::from([("a-1@plokk".to_owned(), entry)])
    }

    fn listed(name: &str, etag: &str, hour: u32) -> Vec<Resource> {
        vec![Resource { name: name.into(), etag: Some(etag.into()), text: event(hour) }]
    }

    #[test]
    fn only_what_changed_is_put() {
        let none = BTreeMap::new();
        let first = steps(&wanted(Some(9)), &none, &[]);
        assert!(matches!(&first[..], [Step::Put { version: None, .. }]), "{first:?}");
        assert_eq!(steps(&wanted(Some(9)), &written("1", 9), &listed("a-1%40plokk.ics", "1", 9)), []);
        let moved = steps(&wanted(Some(10)), &written("1", 9), &listed("a-1@plokk.ics", "1", 9));
        assert!(
            matches!(&moved[..], [Step::Put { version: Some(version), .. }] if version == "1"),
            "{moved:?}"
        );
    }

    #[test]
    fn what_vanished_is_taken_out_and_what_is_not_ours_is_not_touched() {
        let gone = steps(&wanted(None), &written("1", 9), &listed("a-1@plokk.ics", "1", 9));
        assert!(matches!(&gone[..], [Step::Delete { version, .. }] if version == "1"), "{gone:?}");
        assert_eq!(steps(&wanted(None), &BTreeMap::new(), &listed("dentist.ics", "1", 9)), []);
        assert_eq!(
            steps(&wanted(None), &BTreeMap::new(), &listed("b-1@plokk.ics", "1", 9)),
            [],
            "another desk's"
        );
    }

    #[test]
    fn her_notes_stay_while_the_block_is_where_it_should_be() {
        let noted = steps(&wanted(Some(9)), &written("1", 9), &listed("a-1@plokk.ics", "2", 9));
        assert!(matches!(&noted[..], [Step::Note { etag: Some(etag), .. }] if etag == "2"), "{noted:?}");
        let elsewhere = steps(&wanted(Some(9)), &written("1", 9), &listed("a-1@plokk.ics", "2", 11));
        assert!(
            matches!(&elsewhere[..], [Step::Put { version: Some(version), .. }] if version == "2"),
            "{elsewhere:?}"
        );
    }

    #[test]
    fn what_is_stored_has_one_event_and_no_method() {
        let feed = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Plokk//plokk//EN\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:a-1@plokk\r\n\
            STATUS:CONFIRMED\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:a-2@plokk\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let wanted = Wanted::of(feed.as_bytes(), "mari.ics");
        assert_eq!(wanted.off.iter().collect::<Vec<_>>(), ["a-2@plokk"]);
        let text = &wanted.blocks["a-1@plokk"];
        assert!(!text.contains("METHOD") && text.matches("BEGIN:VEVENT").count() == 1, "{text}");
    }
}
