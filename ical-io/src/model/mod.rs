//! What a calendar consists of: content lines, components, the calendar.

mod calendar;
mod component;
mod property;
mod text;

pub use calendar::Calendar;
pub(crate) use calendar::Section;
pub use component::Component;
pub(crate) use component::component_name;
pub(crate) use property::{Buffer, Span, unquoted};
pub use property::{Param, Property};
pub use text::{escape, unescape};
