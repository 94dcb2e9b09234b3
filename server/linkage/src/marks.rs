//! Distinguishing marks as teams write them: things, each with its colour.
//!
//! It must never keep what is denied ("sans barbe"), and knows nothing of how common a word is.
//! `frequencies` reads it.

use std::collections::BTreeMap;

/// What a text tells of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    /// Stems of things, each with the colour told first.
    pub things: BTreeMap<String, Option<&'static str>>,
    /// Each as it was written first.
    written: BTreeMap<String, String>,
}

/// Words that say nothing of a person.
const STOP_WORDS: &[&str] = &[
    "avec", "une", "des", "les", "aux", "dans", "sur", "sous", "pour", "par", "son", "ses", "est",
    "plus", "tres", "deux", "trois", "cote", "the", "and", "with", "homme", "femme", "personne",
];

/// What follows is denied.
const DENIED: &[&str] = &["sans", "pas", "aucun", "aucune", "without"];

/// Shortest word kept.
const WORD_MIN_CHARS: usize = 3;

impl Marks {
    /// Reads a text: what stands between commas belongs together.
    pub fn read(text: &str) -> Self {
        let mut made = Self::default();
        for part in text.split([',', ';', '.', '/', '+', '\n']) {
            made.read_part(part);
        }
        made
    }

    fn read_part(&mut self, part: &str) {
        let mut denied = false;
        let mut last: Option<String> = None;
        // A colour told before its thing.
        let mut waiting: Option<&'static str> = None;
        // A code of the questionnaire is one word.
        for written in part.split(|c: char| !c.is_alphanumeric() && c != '_') {
            let word: String = written
                .chars()
                .flat_map(char::to_lowercase)
                .map(plain_letter)
                .collect();
            if DENIED.contains(&word.as_str()) {
                denied = true;
                continue;
            }
            if word == "et" {
                (denied, last, waiting) = (false, None, None);
                continue;
            }
            if word.chars().count() < WORD_MIN_CHARS || STOP_WORDS.contains(&word.as_str()) {
                continue;
            }
            if let Some(colour) = colour(&word) {
                match last.as_ref().and_then(|thing| self.things.get_mut(thing)) {
                    Some(told) => *told = told.or(Some(colour)),
                    None => waiting = Some(colour),
                }
                continue;
            }
            if std::mem::take(&mut denied) {
                continue;
            }
            let thing = usual(stem(&word));
            let told = self.things.entry(thing.clone()).or_default();
            *told = told.or(waiting.take());
            let written = written.to_lowercase();
            self.written.entry(thing.clone()).or_insert(written);
            last = Some(thing);
        }
    }
}

/// A thing that two descriptions have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonThing {
    /// As the first has it.
    pub written: String,
    /// In one colour; in two: `Some(false)`; none where somebody told no colour.
    pub same_colour: Option<bool>,
    /// The colour, where it is one.
    pub colour: Option<&'static str>,
}

/// Things that two texts tell of alike, slips considered: what a person is shown.
pub fn common_things(one: &str, other: &str) -> Vec<CommonThing> {
    let (ours, theirs) = (Marks::read(one), Marks::read(other));
    let told = |(thing, colour): (&String, Option<&'static str>)| {
        let alike = |of: &&String| *of == thing || is_slip(of, thing) || is_slip(thing, of);
        let opposite = theirs.things[theirs.things.keys().find(alike)?];
        let same_colour = colour.zip(opposite).map(|(a, b)| a == b);
        Some(CommonThing {
            written: ours.written[thing].clone(),
            same_colour,
            colour: colour.filter(|_| same_colour == Some(true)),
        })
    };
    let things = ours.things.iter();
    things
        .map(|(thing, colour)| (thing, *colour))
        .filter_map(told)
        .collect()
}

/// Colours as written, by the one they stand for.
const COLOURS: &[(&str, &[&str])] = &[
    ("noir", &["noir", "noire", "black"]),
    ("bleu", &["bleu", "bleue", "marine"]),
    ("gris", &["gris", "grise"]),
    ("rouge", &["rouge", "bordeaux"]),
    ("vert", &["vert", "verte", "kaki"]),
    ("marron", &["marron", "brun", "brune", "beige"]),
    ("blanc", &["blanc", "blanche"]),
    ("jaune", &["jaune"]),
    ("orange", &["orange"]),
    ("rose", &["rose"]),
    ("violet", &["violet", "violette"]),
];

fn colour(word: &str) -> Option<&'static str> {
    let is = |ways: &[&str]| {
        let bare = word.strip_suffix('s').unwrap_or(word);
        let bare_e = bare.strip_suffix('e').unwrap_or(bare);
        ways.iter().any(|way| [word, bare, bare_e].contains(way))
    };
    COLOURS
        .iter()
        .find(|(_, ways)| is(ways))
        .map(|(name, _)| *name)
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
    // Codes of the questionnaire.
    ("beard", "barb"),
    ("glass", "lunett"),
    ("cap", "bonnet"),
    ("hood", "capuch"),
    ("tattoo", "tatouag"),
    ("crutch", "bequill"),
    ("wheelchair", "fauteuil"),
    ("trolley", "chariot"),
    ("suitcas", "valis"),
    ("large_bag", "sac"),
    ("bicycl", "bicyclet"),
    ("cardboard", "carton"),
    ("mattres", "matela"),
];

fn usual(stem: String) -> String {
    let same = SAME_THING.iter().find(|(word, _)| *word == stem);
    same.map_or(stem, |(_, usual)| (*usual).to_owned())
}

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
    kept.to_owned()
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

/// Shortest stem that a slip may hide, letters: of shorter ones too many are words of their own.
const SLIP_MIN_CHARS: usize = 4;

/// One letter too many, too few or wrong, or two swapped: the word was meant to be the other.
pub(crate) fn is_slip(word: &str, usual: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), usual.chars().collect());
    if b.len() < SLIP_MIN_CHARS || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev());
    let tail = tail.take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    match (a, b) {
        ([_], [] | [_]) | ([], [_]) => true,
        ([_, _], [_, _]) => a[0] == b[1] && a[1] == b[0],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, Option<&str>)]) {
        let found: Vec<_> = Marks::read(text).things.into_iter().collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(t, c)| ((*t).to_owned(), *c))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn things_lose_accents_case_and_empty_words_and_keep_their_colour() {
        check(
            "Béquille bleue, sac à dos; avec UN chien",
            &[
                ("bequill", Some("bleu")),
                ("chien", None),
                ("dos", None),
                ("sac", None),
            ],
        );
        check(
            "bonnet gris et veste grise",
            &[("bonnet", Some("gris")), ("vest", Some("gris"))],
        );
        check(
            "grosse veste noire",
            &[("gross", None), ("vest", Some("noir"))],
        );
    }

    #[test]
    fn what_is_denied_is_left_out() {
        check("sans barbe", &[]);
        check("pas de veste, barbe", &[("barb", None)]);
    }

    #[test]
    fn two_ways_to_write_one_thing_are_one() {
        let check = |one: &str, other: &str| {
            assert_eq!(
                Marks::read(one).things,
                Marks::read(other).things,
                "{one} {other}"
            );
        };
        check("veste verte", "Blouson vert");
        check("chaussures blanches", "chaussure blanche");
        check("tatoué", "tatouages");
        check("beard, large_bag", "barbu, sac");
        check("crutches", "béquille");
        assert_ne!(
            Marks::read("veste verte").things,
            Marks::read("veste rouge").things
        );
    }

    #[test]
    fn what_is_in_common_is_told_as_it_was_written() {
        let common = common_things("Écharpe rouge, sac", "foulard rouge, sac bleu, chien");
        let told: Vec<_> = common
            .iter()
            .map(|of| (of.written.as_str(), of.colour, of.same_colour))
            .collect();
        assert_eq!(
            told,
            [("écharpe", Some("rouge"), Some(true)), ("sac", None, None)]
        );
        let clash = common_things("veste noire", "veste bleue");
        assert_eq!(clash[0].same_colour, Some(false));
        assert_eq!(common_things("sans barbe", "barbe"), []);
    }

    #[test]
    fn a_slip_is_one_letter_or_two_swapped() {
        for (word, usual) in [
            ("bonent", "bonnet"),
            ("bonet", "bonnet"),
            ("bonnnet", "bonnet"),
        ] {
            assert!(is_slip(word, usual), "{word}");
        }
        for (word, usual) in [("bonnet", "bonnet"), ("sac", "lac"), ("barb", "barette")] {
            assert!(!is_slip(word, usual), "{word}");
        }
    }
}
