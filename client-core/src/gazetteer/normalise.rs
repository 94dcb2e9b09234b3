//! Text folded for comparison: no case, no accent, no punctuation; words of addresses written out.

use super::words::{ABBREVIATIONS, ARTICLES};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents; everything but letters and digits is a space, ligatures are two
/// letters.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'œ' | 'Œ' => folded.push_str("oe"),
            'æ' | 'Æ' => folded.push_str("ae"),
            c if c.is_alphanumeric() => folded.extend(c.to_lowercase()),
            _ => folded.push(' '),
        }
    }
    folded
}

/// Words of a folded text. `l'`, `d'` and their like stand alone and are articles.
pub fn words(text: &str) -> Vec<String> {
    fold(text).split_whitespace().map(str::to_owned).collect()
}

/// Words that an abbreviation may stand for; itself where it is none.
pub fn written_out(word: &str) -> impl Iterator<Item = &str> {
    let long = ABBREVIATIONS
        .iter()
        .filter(move |(short, _)| *short == word)
        .map(|(_, long)| *long);
    std::iter::once(word).chain(long)
}

/// It tells nothing of which place is meant.
pub fn is_article(word: &str) -> bool {
    ARTICLES.contains(&word)
}
