//! A component (RFC 5545 section 3.6): properties and components inside.

use std::borrow::Cow;
use std::sync::Arc;

use super::property::{Buffer, Property, Span};

/// Names that need no allocation of their own.
const KNOWN: [&str; 16] = [
    "VEVENT",
    "VTODO",
    "VALARM",
    "STANDARD",
    "DAYLIGHT",
    "VTIMEZONE",
    "VJOURNAL",
    "VFREEBUSY",
    "VAVAILABILITY",
    "AVAILABLE",
    "VCALENDAR",
    "PARTICIPANT",
    "VLOCATION",
    "VRESOURCE",
    "VPOLL",
    "VOTE",
];

/// A component: its name, its properties and the components in it, all in their order.
///
/// ```
/// use plokk_ical_io::{Component, Property};
///
/// let mut event = Component::new("VEVENT");
/// event.push(Property::text("SUMMARY", "Tea, or coffee"));
/// event.push_component(Component::new("VALARM"));
/// assert_eq!(event.text("summary").as_deref(), Some("Tea, or coffee"));
/// assert_eq!(event.components()[0].name(), "VALARM");
/// ```
#[derive(Clone, Debug)]
pub struct Component {
    name: Cow<'static, str>,
    line: u32,
    properties: Vec<Property>,
    components: Vec<Component>,
    /// Where it stands in its source, as long as nothing in it was changed.
    origin: Option<(Arc<Buffer>, Span)>,
}

impl Component {
    /// An empty component. Of the name only letters, digits and hyphens are kept, in upper case.
    pub fn new(name: &str) -> Self {
        Component {
            name: component_name(name),
            line: 0,
            properties: Vec::new(),
            components: Vec::new(),
            origin: None,
        }
    }

    pub(crate) fn in_source(
        name: Cow<'static, str>,
        line: u32,
        properties: Vec<Property>,
        components: Vec<Component>,
        origin: Option<(Arc<Buffer>, Span)>,
    ) -> Self {
        Component { name, line, properties, components, origin }
    }

    /// Has it, and what is in it, written from its properties.
    pub(crate) fn forget_origin(&mut self) {
        let mut all = vec![self];
        while let Some(component) = all.pop() {
            component.origin = None;
            all.extend(&mut component.components);
        }
    }

    /// Takes out what is in it.
    pub(crate) fn take_parts(&mut self) -> (Vec<Property>, Vec<Component>) {
        self.origin = None;
        (std::mem::take(&mut self.properties), std::mem::take(&mut self.components))
    }

    /// The name in upper case: VEVENT, VTODO, X-...
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The line of its BEGIN in the source, counted from 1; 0 for a component made by a program.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The properties in their order.
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// The components inside, in their order.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The first property of that name; case does not matter.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.is(name))
    }

    /// Every property of that name, in order.
    pub fn properties_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.is(name))
    }

    /// The value of the first property of that name as one TEXT, unescaped.
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.property(name).map(Property::unescaped)
    }

    /// The UID, unescaped; `None` where there is none or it is empty.
    pub fn uid(&self) -> Option<Cow<'_, str>> {
        self.text("UID").filter(|uid| !uid.is_empty())
    }

    /// Adds a property at the end.
    pub fn push(&mut self, property: Property) -> &mut Self {
        self.origin = None;
        self.properties.push(property);
        self
    }

    /// Replaces the first property of the same name and removes the others, or adds it at the end.
    pub fn set(&mut self, property: Property) -> &mut Self {
        self.origin = None;
        let name = property.name().to_owned();
        let at = self.properties.iter().position(|old| old.is(&name));
        self.properties.retain(|old| !old.is(&name));
        self.properties.insert(at.unwrap_or(self.properties.len()), property);
        self
    }

    /// Removes every property of that name.
    pub fn remove(&mut self, name: &str) -> &mut Self {
        self.origin = None;
        self.properties.retain(|property| !property.is(name));
        self
    }

    /// Adds a component at the end.
    pub fn push_component(&mut self, component: Component) -> &mut Self {
        self.origin = None;
        self.components.push(component);
        self
    }

    /// The source's own bytes of this component, from its BEGIN to the end of its END line, where it was read and
    /// not changed since.
    pub fn original(&self) -> Option<&[u8]> {
        let (buffer, span) = self.origin.as_ref()?;
        buffer.bytes().get(span.start as usize..span.end as usize)
    }
}

impl Drop for Component {
    /// Takes deep nesting apart level by level, so that no depth of it can overflow the stack.
    fn drop(&mut self) {
        if self.components.is_empty() {
            return;
        }
        let mut waiting = std::mem::take(&mut self.components);
        while let Some(mut component) = waiting.pop() {
            waiting.append(&mut component.components);
        }
    }
}

impl PartialEq for Component {
    /// Name, properties and components; not the place in the source.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.properties == other.properties && self.components == other.components
    }
}

impl Eq for Component {}

/// The name as it is kept: upper case, without what no name may hold.
pub(crate) fn component_name(name: &str) -> Cow<'static, str> {
    if let Some(known) = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        return Cow::Borrowed(known);
    }
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    Cow::Owned(name.to_ascii_uppercase())
}
