//! To and from the types of the `icalendar` crate, for programs that have those.
//!
//! Both ways go through text, which is where the two agree. What `icalendar` 0.17 cannot hold is lost on the way to
//! it: all but the last of properties that repeat, and the order of properties and parameters.

use crate::model::{Calendar, Component, Property};
use crate::read::read;
use crate::write::write;

impl From<&icalendar::Calendar> for Calendar {
    /// Everything that the calendar would write.
    ///
    /// ```
    /// use icalendar::{Component, Event, EventLike};
    ///
    /// let theirs = icalendar::Calendar::new().push(Event::new().uid("1").summary("Tea; or, coffee").done()).done();
    /// let ours = plokk_ical_io::Calendar::from(&theirs);
    /// assert_eq!(ours.components()[0].text("SUMMARY").as_deref(), Some("Tea; or, coffee"));
    /// ```
    fn from(theirs: &icalendar::Calendar) -> Self {
        read(theirs.to_string().as_bytes(), "icalendar").calendar
    }
}

impl TryFrom<&Calendar> for icalendar::Calendar {
    type Error = String;

    /// # Errors
    ///
    /// What `icalendar`'s parser says, where it cannot read what is written.
    ///
    /// ```
    /// use icalendar::Component as _;
    ///
    /// let ours = plokk_ical_io::read(b"BEGIN:VEVENT\nUID:1\nSUMMARY:Tea\nno line\n", "mari.ics").calendar;
    /// let theirs = icalendar::Calendar::try_from(&ours)?;
    /// assert_eq!(theirs.components[0].as_event().and_then(|event| event.get_summary()), Some("Tea"));
    /// # Ok::<(), String>(())
    /// ```
    fn try_from(ours: &Calendar) -> Result<Self, String> {
        // Untouched components would be written with whatever was wrong in them.
        let mut clean = Calendar::new();
        ours.properties().iter().cloned().for_each(|property: Property| {
            clean.push(property);
        });
        for component in ours.components() {
            clean.push_component(rebuilt(component));
        }
        String::from_utf8_lossy(&write(&clean)).parse()
    }
}

/// The same component, to be written from its properties.
fn rebuilt(component: &Component) -> Component {
    let mut copy = component.clone();
    copy.forget_origin();
    copy
}
