//! Skills: work is done by those who may do it.

use crate::desk::{Desk, Work};

/// Who may do the work; `None`: everybody.
pub(super) fn workers(desk: &Desk, work: &Work) -> Option<Vec<String>> {
    let assistants = &desk.settings.assistants;
    let all = (0..assistants.len()).all(|n| work.assistants.contains(&n));
    let named = || work.assistants.iter().filter_map(|n| assistants.get(*n)).map(|a| a.id.clone()).collect();
    (!all).then(named)
}
