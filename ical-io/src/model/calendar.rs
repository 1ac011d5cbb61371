//! A calendar stream: everything that one source holds.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::component::Component;
use super::property::Property;

/// One VCALENDAR of a stream: which of the calendar's properties and components are its own. Its X-WR-TIMEZONE and
/// its VTIMEZONEs hold for its own components only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) properties: Range<usize>,
    pub(crate) components: Range<usize>,
    /// Where it comes from, where that is not where the calendar comes from.
    pub(crate) source: Option<Arc<str>>,
}

/// A calendar: the properties and components of a stream, in their order. A stream of several VCALENDARs is one
/// `Calendar`; which VTIMEZONE and X-WR-TIMEZONE holds for which component is not mixed up by that.
///
/// ```
/// let calendar = plokk_ical_io::read(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n", "x").calendar;
/// assert_eq!(calendar.named("VEVENT").next().and_then(|event| event.uid()).as_deref(), Some("1"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    source: String,
    properties: Vec<Property>,
    components: Vec<Component>,
    sections: Vec<Section>,
}

impl Calendar {
    /// An empty calendar, without even VERSION and PRODID.
    pub fn new() -> Self {
        Calendar::default()
    }

    pub(crate) fn in_source(
        source: &str,
        properties: Vec<Property>,
        components: Vec<Component>,
        sections: Vec<Section>,
    ) -> Self {
        Calendar { source: source.to_owned(), properties, components, sections }
    }

    /// What faults found in it are said to be found in.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The calendar's own properties: VERSION, PRODID, METHOD, X-WR-TIMEZONE...
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// The components in their order, VTIMEZONEs included.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The components of that name (in upper case), in their order.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Component> {
        self.components.iter().filter(move |component| component.name() == name)
    }

    /// The first of the calendar's own properties of that name; case does not matter.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.is(name))
    }

    /// The value of the first of the calendar's own properties of that name as one TEXT, unescaped.
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.property(name).map(Property::unescaped)
    }

    /// Adds one of the calendar's own properties at the end.
    pub fn push(&mut self, property: Property) -> &mut Self {
        self.last_section().properties.end += 1;
        self.properties.push(property);
        self
    }

    /// Adds a component at the end.
    pub fn push_component(&mut self, component: Component) -> &mut Self {
        self.last_section().components.end += 1;
        self.components.push(component);
        self
    }

    /// Puts another calendar's content after this one's; each part keeps its zones and the name of its source.
    pub(crate) fn append(&mut self, mut other: Calendar) {
        let (properties, components) = (self.properties.len(), self.components.len());
        self.properties.append(&mut other.properties);
        self.components.append(&mut other.components);
        self.sections.extend(other.sections.into_iter().map(|section| Section {
            properties: section.properties.start + properties..section.properties.end + properties,
            components: section.components.start + components..section.components.end + components,
            source: section.source.or_else(|| Some(Arc::from(other.source.as_str()))),
        }));
    }

    pub(crate) fn sections(&self) -> &[Section] {
        &self.sections
    }

    fn last_section(&mut self) -> &mut Section {
        if self.sections.is_empty() {
            self.sections.push(Section::default());
        }
        let at = self.sections.len() - 1;
        &mut self.sections[at]
    }
}
