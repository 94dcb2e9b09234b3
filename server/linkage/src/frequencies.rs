//! How common a language, a shelter or a word of a mark is: a frozen snapshot.
//!
//! It must never depend on the order of observations. `comparison` and `blocking` read it.

use crate::slot::LinkageObservation;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Term frequencies over a set of observations.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Frequencies {
    languages: BTreeMap<String, u32>,
    shelters: BTreeMap<String, u32>,
    words: BTreeMap<String, u32>,
    with_language: u32,
    with_shelter: u32,
    with_marks: u32,
}

/// Words that say nothing of a person.
const STOP_WORDS: &[&str] = &[
    "avec", "sans", "une", "des", "les", "aux", "dans", "sur", "sous", "pour", "par", "son", "ses",
    "est", "pas", "plus", "tres", "deux", "trois", "cote", "the", "and", "with", "homme", "femme",
    "personne",
];

/// Shortest word kept.
const WORD_MIN_CHARS: usize = 3;

impl Frequencies {
    /// Counted over these observations.
    pub fn of(observations: &[LinkageObservation]) -> Self {
        let mut counted = Self::default();
        for observation in observations {
            if let Some(language) = observation.language.known() {
                *counted.languages.entry(language.clone()).or_default() += 1;
                counted.with_language += 1;
            }
            if let Some(shelter) = observation.shelter.known() {
                *counted.shelters.entry(shelter.clone()).or_default() += 1;
                counted.with_shelter += 1;
            }
            if let Some(marks) = observation.marks.known() {
                counted.with_marks += 1;
                for word in words(marks) {
                    *counted.words.entry(word).or_default() += 1;
                }
            }
        }
        counted
    }

    /// Share of a language, smoothed so that a language met once is not certainty.
    pub(crate) fn language(&self, code: &str) -> f64 {
        share(&self.languages, code, self.with_language)
    }

    /// Share of a shelter.
    pub(crate) fn shelter(&self, code: &str) -> f64 {
        share(&self.shelters, code, self.with_shelter)
    }

    /// Sum of the rarities, in bits, of the words two observations have in common.
    pub(crate) fn common_mark_bits(
        &self,
        one: &LinkageObservation,
        other: &LinkageObservation,
    ) -> f64 {
        let (Some(a), Some(b)) = (one.marks.known(), other.marks.known()) else {
            return 0.0;
        };
        let theirs = words(b);
        words(a)
            .intersection(&theirs)
            .map(|word| -share(&self.words, word, self.with_marks).log2())
            .map(|bits| bits.max(0.0))
            .sum()
    }

    /// The rarest words of a mark, rarest first, ties in alphabetical order.
    pub(crate) fn rarest(&self, marks: &str, number: usize) -> Vec<String> {
        let mut found: Vec<String> = words(marks).into_iter().collect();
        found.sort_by_key(|word| (self.words.get(word).copied().unwrap_or(0), word.clone()));
        found.truncate(number);
        found
    }
}

fn share(counts: &BTreeMap<String, u32>, term: &str, total: u32) -> f64 {
    let count = f64::from(counts.get(term).copied().unwrap_or(0));
    (count + 1.0) / (f64::from(total) + counts.len() as f64 + 1.0)
}

/// The words of a mark: lower case, without accents, without empty words.
pub(crate) fn words(text: &str) -> BTreeSet<String> {
    let plain: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(plain_letter)
        .collect();
    plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= WORD_MIN_CHARS && !STOP_WORDS.contains(word))
        .map(str::to_owned)
        .collect()
}

fn plain_letter(letter: char) -> char {
    match letter {
        'à' | 'â' | 'ä' | 'á' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'í' => 'i',
        'ô' | 'ö' | 'ó' => 'o',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_accents_case_and_empty_ones() {
        let found: Vec<String> = words("Béquille bleue, sac à dos; avec UN chien")
            .into_iter()
            .collect();
        assert_eq!(found, ["bequille", "bleue", "chien", "dos", "sac"]);
    }

    #[test]
    fn a_rare_term_is_rarer_than_a_common_one() {
        let counts = BTreeMap::from([("fr".to_owned(), 90), ("ti".to_owned(), 1)]);
        assert!(share(&counts, "ti", 91) < share(&counts, "fr", 91) / 20.0);
        assert!(share(&counts, "xx", 91) > 0.0);
    }
}
