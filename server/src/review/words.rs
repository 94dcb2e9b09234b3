//! Fields, levels and rules as the codes that screens translate.

/// The code of a field, level or rule: `age_band`, `within_one_sigma`, `near`.
pub fn word(of: impl serde::Serialize) -> String {
    match serde_json::to_value(of) {
        Ok(serde_json::Value::String(code)) => code,
        // Only plain enums are given to it.
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maraude_linkage::{BlockingRule, Field, Level};

    #[test]
    fn codes_are_stable() {
        assert_eq!(word(Field::AgeBand), "age_band");
        assert_eq!(word(Level::WithinOneSigma), "within_one_sigma");
        assert_eq!(word(BlockingRule::NearOtherNight), "near_other_night");
    }
}
