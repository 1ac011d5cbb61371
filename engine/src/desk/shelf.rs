//! The feeds, read: every calendar once, and what was said about each.

use super::{DeskError, FeedText, OwnFeed};
use crate::settings::Settings;
use crate::warning::Warning;
use plokk_ical_io::{Calendar, Fault, FaultCode, read_owned};
use std::cell::RefCell;

/// A feed that could be read.
pub(crate) struct Shelved {
    /// Its place in the settings' order of feeds.
    pub(crate) index: usize,
    /// How it is shown.
    pub(crate) source: String,
    pub(crate) calendar: Calendar,
}

/// Every feed that could be read, in the settings' order, and the warnings so far.
pub(crate) struct Shelf {
    names: Vec<String>,
    calendars: Vec<Shelved>,
    warnings: RefCell<Vec<(usize, Warning)>>,
}

impl Shelf {
    /// Reads every feed the settings name. The texts are taken, since the calendars point into them.
    pub(crate) fn read(settings: &Settings, mut texts: Vec<FeedText>) -> Result<Shelf, DeskError> {
        let names: Vec<String> = settings.feeds().into_iter().map(str::to_owned).collect();
        let mut shelf = Shelf { names, calendars: Vec::new(), warnings: RefCell::default() };
        let mut lost = Vec::new();
        for (index, name) in shelf.names.iter().enumerate() {
            let text = texts.iter().position(|text| text.feed == *name).map(|at| texts.remove(at));
            match shelf.open(index, name, text) {
                Ok(shelved) => shelf.calendars.push(shelved),
                Err((source, reason)) => match settings.assistants.iter().find(|a| a.feeds.contains(name)) {
                    Some(owner) => lost.push(OwnFeed { assistant: owner.id.clone(), source, reason }),
                    None => {
                        let message = format!("cannot be read, so the plan does without it: {reason}");
                        shelf.warn(index, "unreadable-feed", &source, None, message);
                    }
                },
            }
        }
        if lost.is_empty() { Ok(shelf) } else { Err(DeskError { lost }) }
    }

    /// One feed's calendar, or how the feed is shown and why it is lost.
    fn open(&self, index: usize, name: &str, text: Option<FeedText>) -> Result<Shelved, (String, String)> {
        let Some(FeedText { source, content, warnings, .. }) = text else {
            return Err((name.to_owned(), "it was not fetched".to_owned()));
        };
        self.warnings.borrow_mut().extend(warnings.into_iter().map(|warning| (index, warning)));
        let reading = match content {
            Ok(bytes) => read_owned(bytes, &source),
            Err(reason) => return Err((source, reason)),
        };
        if reading.faults.iter().any(|fault| fault.code == FaultCode::NoCalendar) {
            return Err((source, "there is no calendar in it".to_owned()));
        }
        self.faults(index, reading.faults);
        Ok(Shelved { index, source, calendar: reading.calendar })
    }

    /// The calendars of somebody's feeds, in their order.
    pub(crate) fn of<'s>(&'s self, feeds: &'s [String]) -> impl Iterator<Item = &'s Shelved> {
        feeds
            .iter()
            .filter_map(|feed| self.calendars.iter().find(|shelved| self.names[shelved.index] == *feed))
    }

    /// Notes a warning about a feed.
    pub(crate) fn warn(&self, index: usize, code: &str, source: &str, line: Option<u32>, message: String) {
        let warning = Warning { code: code.to_owned(), source: source.to_owned(), line, message };
        self.warnings.borrow_mut().push((index, warning));
    }

    /// Notes what reading a calendar found wrong.
    pub(crate) fn faults(&self, index: usize, faults: Vec<Fault>) {
        for fault in faults {
            let message = match &fault.uid {
                Some(uid) => format!("{} (UID {uid})", fault.message),
                None => fault.message,
            };
            self.warn(index, fault.code.as_str(), &fault.source, fault.line, message);
        }
    }

    /// Every warning once: by feed, then by line.
    pub(crate) fn into_warnings(self) -> Vec<Warning> {
        let mut warnings = self.warnings.into_inner();
        let key = |(index, w): &(usize, Warning)| (*index, w.source.clone(), w.line);
        warnings.sort_by_cached_key(|entry| (key(entry), entry.1.clone()));
        warnings.dedup();
        warnings.into_iter().map(|(_, warning)| warning).collect()
    }
}
