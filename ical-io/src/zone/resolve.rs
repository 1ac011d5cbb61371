//! Which zone a TZID means in a calendar.
//!
//! In this order:
//! 1. an IANA name, letter for letter: the zone of the database. Every large calendar does so; what a feed's VTIMEZONE
//!    of that name says is often cut to a few years or out of date (RFC 7809 lets it be left out altogether);
//! 2. the calendar's VTIMEZONE of that TZID, evaluated: it says what the sender meant;
//! 3. an IANA name in other letters, a Windows name, an IANA name behind a vendor's prefix, or an offset: see
//!    [`Zone::named`];
//! 4. the X-LIC-LOCATION of a VTIMEZONE that cannot be evaluated.
//!
//! A TZID that is none of these is a fault, and its times count as floating.

use std::collections::HashMap;
use std::sync::Arc;

use super::names::exact;
use super::{Clock, Definition, Zone};
use crate::fault::{Fault, FaultCode};
use crate::model::{Calendar, Component, Property, Section};

/// Which of a calendar's zones a time is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ZoneId(usize);

/// The zones of one VCALENDAR.
pub(crate) struct Zones<'a> {
    source: &'a str,
    components: &'a [Component],
    /// Dates first, floating times second, UTC third; then those that TZIDs name.
    clocks: Vec<Clock>,
    known: HashMap<String, ZoneId>,
    /// The TZID looked up last: most often the next one too.
    latest: Option<(String, ZoneId)>,
    /// The VTIMEZONEs by their TZID, once one is looked for.
    definitions: Option<HashMap<String, &'a Component>>,
    pub(crate) faults: Vec<Fault>,
}

impl<'a> Zones<'a> {
    /// The zone of dates.
    pub(crate) const DATES: ZoneId = ZoneId(0);
    /// The zone of floating times.
    pub(crate) const FLOATING: ZoneId = ZoneId(1);
    /// UTC.
    pub(crate) const UTC: ZoneId = ZoneId(2);

    /// The zones of one VCALENDAR of a calendar. `floating` is the zone of dates,
    /// and of floating times where the calendar has no X-WR-TIMEZONE; [`Zone::Floating`] leaves both as UTC.
    pub(crate) fn new(calendar: &'a Calendar, section: &'a Section, floating: &Zone) -> Self {
        let own = calendar.properties().get(section.properties.clone()).unwrap_or_default();
        let mut zones = Zones {
            source: section.source.as_deref().unwrap_or(calendar.source()),
            components: calendar.components().get(section.components.clone()).unwrap_or_default(),
            clocks: [floating, floating, &Zone::UTC].map(|zone| Clock::new(zone.clone())).into(),
            known: HashMap::new(),
            latest: None,
            definitions: None,
            faults: Vec::new(),
        };
        if *floating != Zone::Floating
            && let Some(named) = own.iter().find(|property| property.is("X-WR-TIMEZONE"))
        {
            let id = zones.resolve(&named.unescaped(), named.line());
            zones.clocks[Self::FLOATING.0] = zones.clocks[id.0].clone();
        }
        zones
    }

    pub(crate) fn source(&self) -> &'a str {
        self.source
    }

    pub(crate) fn clock(&mut self, id: ZoneId) -> &mut Clock {
        &mut self.clocks[id.0]
    }

    pub(crate) fn zone(&self, id: ZoneId) -> &Zone {
        self.clocks[id.0].zone()
    }

    /// The zone that a property's TZID names; floating where it names none.
    pub(crate) fn of(&mut self, property: &Property) -> ZoneId {
        property.param("TZID").map_or(Self::FLOATING, |tzid| self.resolve(&tzid, property.line()))
    }

    fn resolve(&mut self, tzid: &str, line: u32) -> ZoneId {
        if let Some((latest, id)) = &self.latest
            && latest == tzid
        {
            return *id;
        }
        if let Some(id) = self.known.get(tzid) {
            self.latest = Some((tzid.to_owned(), *id));
            return *id;
        }
        let id = match self.look_up(tzid) {
            Some(zone) => {
                self.clocks.push(Clock::new(zone));
                ZoneId(self.clocks.len() - 1)
            }
            None => {
                // Told once: what is known now is not looked up again.
                let message = format!("TZID {tzid:?} names no zone; its times count as floating");
                self.faults.push(Fault::new(FaultCode::UnknownZone, self.source, message).at(line));
                Self::FLOATING
            }
        };
        self.known.insert(tzid.to_owned(), id);
        id
    }

    /// The first VTIMEZONE of a TZID.
    fn definition(&mut self, tzid: &str) -> Option<&'a Component> {
        let components = self.components;
        let definitions = self.definitions.get_or_insert_with(|| {
            let mut definitions = HashMap::new();
            for component in components.iter().filter(|component| component.name() == "VTIMEZONE") {
                let id = component.text("TZID").unwrap_or_default().trim().to_owned();
                definitions.entry(id).or_insert(component);
            }
            definitions
        });
        definitions.get(tzid.trim()).copied()
    }

    /// The zone that a TZID means in a VCALENDAR; `None` where it names none.
    fn look_up(&mut self, tzid: &str) -> Option<Zone> {
        if let Some(zone) = exact(tzid) {
            return Some(Zone::Iana(zone));
        }
        let found = self.definition(tzid);
        if let Some(component) = found {
            let (definition, faults) = Definition::of(component, self.source);
            self.faults.extend(faults);
            if let Some(definition) = definition {
                return Some(Zone::Defined(Arc::new(definition)));
            }
        }
        Zone::named(tzid).or_else(|| found?.text("X-LIC-LOCATION").and_then(|name| Zone::named(&name)))
    }
}

impl Calendar {
    /// The zone that a TZID means in this calendar, by the order of precedence that all its times follow: an IANA name,
    /// letter for letter; a VTIMEZONE of that TZID; whatever else [`Zone::named`] knows.
    ///
    /// ```
    /// use plokk_ical_io::read;
    ///
    /// let feed = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Office\nBEGIN:STANDARD\nDTSTART:19700101T000000\n\
    ///     TZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD\nEND:VTIMEZONE\nEND:VCALENDAR\n";
    /// let calendar = read(feed.as_bytes(), "office.ics").calendar;
    /// let office = calendar.zone("Office").unwrap();
    /// assert_eq!(office.offset_at("2026-10-19T00:00:00Z".parse()?), 19_800);
    /// assert_eq!(calendar.zone("Nowhere"), None);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn zone(&self, tzid: &str) -> Option<Zone> {
        let found = |section| Zones::new(self, section, &Zone::Floating).look_up(tzid);
        self.sections().iter().find_map(found).or_else(|| Zone::named(tzid))
    }
}
