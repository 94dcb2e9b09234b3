//! How common a language, a shelter or a word of a mark is: a frozen snapshot.
//!
//! It must never depend on the order of observations. `comparison` and `blocking` read it.

use crate::slot::LinkageObservation;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

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

    /// Ready to look terms up.
    pub(crate) fn vocabulary(&self) -> Vocabulary {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let bits: Vec<f32> = self
            .words
            .iter()
            .enumerate()
            .map(|(number, (word, _))| {
                numbers.insert(word.clone(), number as u32);
                -share(&self.words, word, self.with_marks).log2().min(0.0) as f32
            })
            .collect();
        Vocabulary {
            numbers,
            bits: bits.into(),
            language: rarities(&self.languages, self.with_language),
            shelter: rarities(&self.shelters, self.with_shelter),
            equal: [
                equal_share(&self.languages, self.with_language),
                equal_share(&self.shelters, self.with_shelter),
            ],
        }
    }
}

/// Term frequencies, ready to be looked up.
pub(crate) struct Vocabulary {
    numbers: HashMap<String, u32>,
    bits: Arc<[f32]>,
    language: BTreeMap<String, f32>,
    shelter: BTreeMap<String, f32>,
    equal: [(f64, f64); 2],
}

impl Vocabulary {
    /// Everything a comparison asks of terms, by observation.
    pub fn terms(&self, observations: &[LinkageObservation]) -> Terms {
        let mut made = self.empty();
        for of in observations {
            let of_term = |answer: Option<&String>, rarity: &BTreeMap<String, f32>| {
                answer.map_or(0.0, |code| rarity.get(code).copied().unwrap_or(0.0))
            };
            made.language
                .push(of_term(of.language.known(), &self.language));
            made.shelter
                .push(of_term(of.shelter.known(), &self.shelter));
            let found = of.marks.known().map(|marks| words(marks));
            let mut known: Vec<u32> = found
                .iter()
                .flatten()
                .filter_map(|word| self.numbers.get(word).copied())
                .collect();
            known.sort_unstable();
            made.words.push(known);
        }
        made
    }

    /// Terms of no observation, to be filled.
    pub fn empty(&self) -> Terms {
        Terms {
            language: Vec::new(),
            shelter: Vec::new(),
            words: Vec::new(),
            bits: self.bits.clone(),
            equal: self.equal,
        }
    }
}

/// Terms by observation, ready to be compared.
pub(crate) struct Terms {
    /// How much rarer than usual the language is, bits.
    pub language: Vec<f32>,
    /// How much rarer than usual the shelter is, bits.
    pub shelter: Vec<f32>,
    /// Numbers of the words of the marks, sorted.
    pub words: Vec<Vec<u32>>,
    bits: Arc<[f32]>,
    /// How often two random languages, two random shelters, are equal, and how many are known.
    pub equal: [(f64, f64); 2],
}

impl Terms {
    /// Sum of the rarities, in bits, of the words two observations have in common.
    pub fn common_bits(&self, one: usize, other: usize) -> f32 {
        let (a, b) = (&self.words[one], &self.words[other]);
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        while i < a.len() && j < b.len() {
            match a[i].cmp(&b[j]) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    sum += self.bits[a[i] as usize];
                    i += 1;
                    j += 1;
                }
            }
        }
        sum
    }

    /// The rarest words of an observation's marks, at most so many, sorted.
    pub fn rarest(&self, of: usize, number: usize) -> Vec<u32> {
        let mut found = self.words[of].clone();
        found.sort_by(|a, b| {
            let bits = |word: &u32| self.bits[*word as usize];
            bits(b).total_cmp(&bits(a)).then(a.cmp(b))
        });
        found.truncate(number);
        found.sort_unstable();
        found
    }
}

/// How often two random terms are equal, and the number of terms.
fn equal_share(counts: &BTreeMap<String, u32>, total: u32) -> (f64, f64) {
    let square: f64 = counts.values().map(|count| f64::from(*count).powi(2)).sum();
    let total = f64::from(total);
    (square / (total * total).max(1.0), total)
}

/// log2 of (how often two random terms are equal / how often this one is met): 0 on average.
fn rarities(counts: &BTreeMap<String, u32>, total: u32) -> BTreeMap<String, f32> {
    let shares: Vec<(&str, f64)> = counts
        .keys()
        .map(|term| (term.as_str(), share(counts, term, total)))
        .collect();
    let equal: f64 = shares.iter().map(|(_, share)| share * share).sum();
    shares
        .into_iter()
        .map(|(term, share)| (term.to_owned(), (equal / share).log2() as f32))
        .collect()
}

fn share(counts: &BTreeMap<String, u32>, term: &str, total: u32) -> f64 {
    let count = f64::from(counts.get(term).copied().unwrap_or(0));
    (count + 1.0) / (f64::from(total) + counts.len() as f64 + 1.0)
}

/// The words of a mark: lower case, without accents, endings and empty words, of two words for one
/// thing always the same.
pub(crate) fn words(text: &str) -> BTreeSet<String> {
    let plain: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(plain_letter)
        .collect();
    plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= WORD_MIN_CHARS && !STOP_WORDS.contains(word))
        .map(stem)
        .map(|stem| {
            let same = SAME_THING.iter().find(|(word, _)| *word == stem);
            same.map_or(stem, |(_, usual)| (*usual).to_owned())
        })
        .collect()
}

/// Stems of two words for one thing: the word, the usual one.
const SAME_THING: &[(&str, &str)] = &[
    ("blouson", "vest"),
    ("manteau", "vest"),
    ("parka", "vest"),
    ("doudoun", "vest"),
    ("anorak", "vest"),
    ("foulard", "echarp"),
    ("couchag", "duvet"),
    ("plaid", "couvertur"),
    ("barbu", "barb"),
    ("chauv", "ras"),
    ("velo", "bicyclet"),
    ("bicyclett", "bicyclet"),
    ("caddi", "chariot"),
    ("bagag", "valis"),
    ("lock", "dreadlock"),
    ("tatou", "tatouag"),
    ("chienn", "chien"),
];

/// A word without the endings of plural, feminine and participle.
///
/// # Source
/// After the light stemmer for French of Savoy (1999), JASIS 50, pp. 944–952, shortened.
fn stem(word: &str) -> String {
    let mut kept = word;
    for ending in ["s", "x", "e", "e"] {
        if kept.chars().count() > WORD_MIN_CHARS {
            kept = kept.strip_suffix(ending).unwrap_or(kept);
        }
    }
    match kept {
        "blanch" => "blanc".to_owned(),
        other => other.to_owned(),
    }
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
        assert_eq!(found, ["bequill", "bleu", "chien", "dos", "sac"]);
    }

    #[test]
    fn two_ways_to_write_one_thing_are_one_word() {
        let check = |one: &str, other: &str| assert_eq!(words(one), words(other), "{one} {other}");
        check("veste verte", "Blouson vert");
        check("chaussures blanches", "chaussure blanche");
        check("tatoué", "tatouages");
        assert_ne!(words("veste verte"), words("veste rouge"));
    }

    #[test]
    fn a_rare_term_is_rarer_than_a_common_one() {
        let counts = BTreeMap::from([("fr".to_owned(), 90), ("ti".to_owned(), 1)]);
        assert!(share(&counts, "ti", 91) < share(&counts, "fr", 91) / 20.0);
        assert!(share(&counts, "xx", 91) > 0.0);
    }
}
