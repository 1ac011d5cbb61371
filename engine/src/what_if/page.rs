//! Stub page.
use super::{Answer, Outlook};
/// The page.
#[must_use]
pub fn page(_: &Outlook, _: &[Answer]) -> String {
    String::new()
}
