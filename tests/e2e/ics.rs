//! Calendars as other code reads them: the `icalendar` crate's parser, and chrono-tz.

use crate::desk::Desk;
use crate::facts::Stretch;
use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use icalendar::parser::{self, Component};

/// A property of a component.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) params: Vec<(String, String)>,
}

/// A component of a calendar, with its own components.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) properties: Vec<Property>,
    pub(crate) parts: Vec<Part>,
}

impl Part {
    pub(crate) fn all(&self, name: &str) -> Vec<&Property> {
        self.properties.iter().filter(|p| p.name == name).collect()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|p| p.name == name).map(|p| p.value.as_str())
    }

    pub(crate) fn must(&self, name: &str) -> &str {
        self.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// DTSTART to DTEND.
    pub(crate) fn time(&self) -> Stretch {
        Stretch { from: self.instant("DTSTART"), to: self.instant("DTEND") }
    }

    pub(crate) fn instant(&self, name: &str) -> DateTime<Utc> {
        let property = self.properties.iter().find(|p| p.name == name).expect("it has a time");
        let zone = property.params.iter().find(|(n, _)| n == "TZID").map(|(_, v)| v.as_str());
        let local = property.value.trim_end_matches('Z');
        let local = NaiveDateTime::parse_from_str(local, "%Y%m%dT%H%M%S").expect("a date-time");
        if property.value.ends_with('Z') {
            return local.and_utc();
        }
        let zone: Tz = zone.expect("a zone").parse().expect("an IANA zone");
        zone.from_local_datetime(&local).earliest().expect("no gap").to_utc()
    }
}

/// The calendar of a text: its own properties, and its components.
pub(crate) fn parse(text: &str) -> Part {
    let unfolded = parser::unfold(text);
    let mut roots = parser::read_calendar(&unfolded).map(|c| vec![c]).unwrap_or_else(|e| panic!("{e}"));
    let root = roots.pop().expect("one calendar");
    Part {
        name: "VCALENDAR".to_owned(),
        properties: root.properties.iter().map(property).collect(),
        parts: root.components.iter().map(part).collect(),
    }
}

fn part(component: &Component<'_>) -> Part {
    Part {
        name: component.name.to_string(),
        properties: component.properties.iter().map(property).collect(),
        parts: component.components.iter().map(part).collect(),
    }
}

fn property(property: &parser::Property<'_>) -> Property {
    let params = property.params.iter();
    Property {
        name: property.name.to_string(),
        value: property.val.to_string(),
        params: params
            .map(|p| (p.key.to_string(), p.val.as_ref().map(ToString::to_string).unwrap_or_default()))
            .collect(),
    }
}

/// The events of a published calendar, by start.
pub(crate) fn events(desk: &Desk, file: &str) -> Vec<Part> {
    let calendar = parse(&desk.read(&format!("calendars/{file}")));
    let mut events: Vec<Part> = calendar.parts.into_iter().filter(|p| p.name == "VEVENT").collect();
    events.sort_by_key(Part::time);
    events
}
