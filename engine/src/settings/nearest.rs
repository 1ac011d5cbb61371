//! The nearest valid spelling of a misspelt word.

/// The candidate that a misspelt word most likely means; `None` when none is close.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other = candidate.to_lowercase();
        let distance = strsim::damerau_levenshtein(&word, &other);
        let near = distance <= 1 + word.chars().count().min(other.chars().count()) / 4
            || strsim::jaro_winkler(&word, &other) > 0.9;
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `did you mean "…"?`, when a candidate is close.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|near| format!("did you mean {near:?}?"))
}

/// `did you mean "…"?`, or else every candidate there is.
pub(crate) fn one_of(word: &str, candidates: &[&str]) -> String {
    did_you_mean(word, candidates.iter().copied())
        .unwrap_or_else(|| format!("known here: {}", candidates.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        let keys = ["horizon", "slot", "reserve", "freeze"];
        assert_eq!(nearest("horzion", keys), Some("horizon"));
        assert_eq!(nearest("Slots", keys), Some("slot"));
        assert_eq!(nearest("banana", keys), None);
    }
}
