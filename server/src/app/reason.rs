//! Why something was done, as the audit log keeps it beside the deed.
//!
//! Every deed that wants a reason takes it through here: exports, ends and holds, erasures.

/// Shortest reason, characters.
const SHORTEST_REASON: usize = 10;

/// Longest reason kept, characters.
const LONGEST_REASON: usize = 200;

/// No reason was given, or one too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("say why, in at least {SHORTEST_REASON} characters")]
pub struct ReasonMissing;

/// A reason as it is kept.
///
/// # Errors
/// [`ReasonMissing`] when it is shorter than 10 characters.
pub fn written_reason(given: &str) -> Result<String, ReasonMissing> {
    let written = kept_reason(given);
    if written.chars().count() < SHORTEST_REASON {
        return Err(ReasonMissing);
    }
    Ok(written)
}

/// A reason that nobody has to give, as it is kept.
pub(super) fn kept_reason(given: &str) -> String {
    let one_line = |c: char| if c.is_control() { ' ' } else { c };
    let written = given.trim().chars().map(one_line);
    written.take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_trimmed_bounded_and_never_a_word_or_two() {
        assert_eq!(written_reason("  trop bref   "), Err(ReasonMissing));
        assert_eq!(
            written_reason(" demande du 3 "),
            Ok("demande du 3".to_owned())
        );
        // A line of its own would read as another deed in a listing.
        assert_eq!(
            written_reason("contrôle\n2026-01-22 purge"),
            Ok("contrôle 2026-01-22 purge".to_owned())
        );
        let long = written_reason(&"é".repeat(300)).unwrap();
        assert_eq!(long.chars().count(), 200);
    }
}
