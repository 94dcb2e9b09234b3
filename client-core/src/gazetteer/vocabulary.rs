//! The words that names are made of, found by how they are written, begin or sound.

use super::phonetic;
use std::collections::{BTreeMap, HashMap};
use strsim::osa_distance;

/// Likeness of words that sound alike and are written otherwise.
const SOUNDS_ALIKE: f64 = 0.93;
/// Likeness lost by one wrong letter in a word of one letter; longer words lose less.
const LOST_BY_AN_EDIT: f64 = 1.25;
/// A word is not taken for another below this.
const LEAST: f64 = 0.5;
/// Letters from which a word may be the beginning of another.
const BEGINNING: usize = 3;
/// Words looked at because of how they begin.
const BEGINNINGS: usize = 64;

/// A word of the vocabulary, by number.
pub type WordId = u32;

/// Words, and which entries hold them.
#[derive(Default)]
pub struct Vocabulary {
    words: Vec<Held>,
    by_text: BTreeMap<String, WordId>,
    by_key: HashMap<String, Vec<WordId>>,
    by_pair: HashMap<(char, char), Vec<WordId>>,
    entries: usize,
}

struct Held {
    text: String,
    length: usize,
    entries: Vec<u32>,
}

impl Vocabulary {
    /// Notes that an entry holds a word; entries come in order.
    pub fn add(&mut self, word: &str, entry: u32) -> WordId {
        self.entries = self.entries.max(entry as usize + 1);
        let id = match self.by_text.get(word) {
            Some(id) => *id,
            None => self.coin(word),
        };
        let held = &mut self.words[id as usize].entries;
        if held.last() != Some(&entry) {
            held.push(entry);
        }
        id
    }

    fn coin(&mut self, word: &str) -> WordId {
        let id = self.words.len() as WordId;
        self.by_text.insert(word.to_owned(), id);
        let key = phonetic::key(word);
        if !key.is_empty() {
            self.by_key.entry(key).or_default().push(id);
        }
        for pair in pairs(word) {
            let at = self.by_pair.entry(pair).or_default();
            if at.last() != Some(&id) {
                at.push(id);
            }
        }
        self.words.push(Held {
            text: word.to_owned(),
            length: word.chars().count(),
            entries: Vec::new(),
        });
        id
    }

    /// Entries that hold a word, in order.
    pub fn entries(&self, word: WordId) -> &[u32] {
        &self.words[word as usize].entries
    }

    /// How much a word tells, in nats: the rarer the more.
    pub fn weight(&self, word: WordId) -> f64 {
        let held = self.words[word as usize].entries.len().max(1);
        (1.0 + self.entries as f64 / held as f64).ln()
    }

    /// What a word that is in no name tells.
    pub fn weight_of_unknown(&self) -> f64 {
        (1.0 + self.entries as f64).ln() * 0.8
    }

    /// The very word.
    pub fn exact(&self, word: &str) -> Option<WordId> {
        self.by_text.get(word).copied()
    }

    /// Words that a typed one may be, with their likeness, 0 to 1, best first.
    pub fn like(&self, typed: &str) -> Vec<(WordId, f64)> {
        let mut found: HashMap<WordId, f64> = HashMap::new();
        let mut note = |word: WordId, likeness: f64| {
            let known = found.entry(word).or_default();
            *known = known.max(likeness);
        };
        if let Some(word) = self.exact(typed) {
            note(word, 1.0);
        }
        let digits = typed.chars().any(|c| c.is_ascii_digit());
        if !digits {
            for word in self.by_key.get(&phonetic::key(typed)).into_iter().flatten() {
                note(*word, SOUNDS_ALIKE);
            }
            self.beginnings(typed, &mut note);
            self.misspelt(typed, &mut note);
        }
        let mut like: Vec<(WordId, f64)> = found.into_iter().collect();
        like.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        like
    }

    fn beginnings(&self, typed: &str, note: &mut impl FnMut(WordId, f64)) {
        let length = typed.chars().count();
        if length < BEGINNING {
            return;
        }
        let from = self.by_text.range(typed.to_owned()..);
        let begun = from.take_while(|(text, _)| text.starts_with(typed));
        for (_, word) in begun.take(BEGINNINGS) {
            let whole = self.words[*word as usize].length;
            note(*word, 0.6 + 0.35 * length as f64 / whole as f64);
        }
    }

    /// At most two letters wrong, missing, too many or swapped; one in a word of up to four.
    fn misspelt(&self, typed: &str, note: &mut impl FnMut(WordId, f64)) {
        let length = typed.chars().count();
        if length < 3 {
            return;
        }
        let most = if length < 5 { 1 } else { 2 };
        let mut shared: HashMap<WordId, usize> = HashMap::new();
        let mut typed_pairs = pairs(typed);
        typed_pairs.sort_unstable();
        typed_pairs.dedup();
        for pair in &typed_pairs {
            for word in self.by_pair.get(pair).into_iter().flatten() {
                *shared.entry(*word).or_default() += 1;
            }
        }
        // An edit touches two pairs, a swap three.
        let least = typed_pairs.len().saturating_sub(3 * most).max(1);
        for (word, shared) in shared {
            let held = &self.words[word as usize];
            if shared < least || held.length.abs_diff(length) > most {
                continue;
            }
            let edits = osa_distance(typed, &held.text);
            let shorter = length.min(held.length).max(1);
            let likeness = 1.0 - LOST_BY_AN_EDIT * edits as f64 / shorter as f64;
            if edits <= most && likeness >= LEAST {
                note(word, likeness);
            }
        }
    }
}

/// Neighbouring letters of a word, its beginning and end counted as letters.
fn pairs(word: &str) -> Vec<(char, char)> {
    let letters: Vec<char> = std::iter::once('^')
        .chain(word.chars())
        .chain(std::iter::once('$'))
        .collect();
    letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
}
