//! How well a reading fits an entry: words aligned one to one, rare words weighing more.

use super::entry::{NamedPlace, NamedPlaceKind};
use super::normalise::{fold, is_article, words};
use super::query::{Reading, Typed};
use super::vocabulary::{Vocabulary, WordId};
use super::words::{TITLES, WAYS};
use std::collections::{BTreeMap, HashMap};

/// A title left out costs little.
const TITLE_SHARE: f64 = 0.3;
/// The kind of way differs; was left out; is named where the entry has none.
const OTHER_WAY: f64 = -0.10;
const NO_WAY: f64 = -0.02;
/// The commune that was named is another.
const OTHER_COMMUNE: f64 = -0.2;
/// Entries held before they are looked at closely, per word.
const COMMON: usize = 4_000;
/// What is typed counts more than what the name holds beside: people shorten.
const TYPED_COUNTS: f64 = 0.6;
/// A fit below this is no candidate.
const LEAST: f64 = 0.35;

/// An entry's name, taken apart.
struct Name {
    way: Option<String>,
    words: Vec<(WordId, f64)>,
    commune: u32,
}

/// Entries by their words, and communes by their names.
#[derive(Default)]
pub struct Index {
    vocabulary: Vocabulary,
    names: Vec<Name>,
    communes: Vec<Vec<String>>,
}

impl Index {
    /// Of entries.
    pub fn of(entries: &[NamedPlace]) -> Self {
        let mut index = Self::default();
        let mut communes: BTreeMap<String, u32> = BTreeMap::new();
        for (number, entry) in (0..).zip(entries) {
            let commune = fold(&entry.commune);
            let known = communes.len() as u32;
            let commune = *communes.entry(commune).or_insert_with_key(|folded| {
                index.communes.push(words(folded));
                known
            });
            let name = index.take_apart(entry, number, commune);
            index.names.push(name);
        }
        index
    }

    fn take_apart(&mut self, entry: &NamedPlace, number: u32, commune: u32) -> Name {
        let mut told: Vec<String> = words(&entry.name);
        told.retain(|word| !is_article(word));
        let leads = told.len() > 1 && WAYS.contains(&told[0].as_str());
        let way = leads.then(|| told.remove(0));
        if entry.kind == NamedPlaceKind::Landmark
            && let Some(way) = &way
        {
            // "Parc", "Pont" are part of how a landmark is called.
            told.insert(0, way.clone());
        }
        let words = told
            .iter()
            .map(|word| {
                let title = TITLES.contains(&word.as_str());
                let kind = way.as_ref() == Some(word);
                let share = if title || kind { TITLE_SHARE } else { 1.0 };
                (self.vocabulary.add(word, number), share)
            })
            .collect();
        Name {
            way,
            words,
            commune,
        }
    }

    /// The query as it is, and without the commune it ends with, where it does.
    pub fn without_commune(&self, query: &str) -> Vec<(String, Vec<u32>)> {
        let mut read = vec![(query.to_owned(), Vec::new())];
        let typed: Vec<&str> = query.split_whitespace().collect();
        for cut in (1..typed.len()).rev() {
            let mut end = words(&typed[cut..].join(" "));
            // A postcode stands before its commune.
            end.retain(|word| !is_digits(word));
            let named = (0..).zip(&self.communes).find(|(_, name)| **name == end);
            if let Some((commune, _)) = named.filter(|_| !end.is_empty()) {
                read.push((typed[..cut].join(" "), vec![commune]));
                break;
            }
        }
        read
    }

    fn weight(&self, (word, share): (WordId, f64)) -> f64 {
        self.vocabulary.weight(word) * share
    }
}

fn is_digits(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

/// Words looked up for one query, and what they may be.
pub type Seen = HashMap<String, Vec<(WordId, f64)>>;

/// A reading, with the words of the vocabulary that each typed word may be.
pub struct Asked<'a> {
    reading: &'a Reading,
    words: Vec<AskedWord<'a>>,
}

struct AskedWord<'a> {
    typed: &'a Typed,
    like: Vec<(WordId, f64)>,
    tells: f64,
}

/// How well an entry fits.
#[derive(Debug, Clone, Copy)]
pub struct Likeness {
    /// Which.
    pub place: u32,
    /// 0 to 1.
    pub fit: f64,
    /// The number that was typed is a word of its name.
    pub took_number: bool,
}

impl<'a> Asked<'a> {
    /// Looks the words up; those looked up before are remembered.
    pub fn new(index: &Index, reading: &'a Reading, seen: &mut Seen) -> Self {
        let vocabulary = &index.vocabulary;
        let look = |typed: &'a Typed| {
            let mut like: HashMap<WordId, f64> = HashMap::new();
            for written in &typed.written {
                if typed.share == 0.0 {
                    // A number is itself or nothing.
                    like.extend(vocabulary.exact(written).map(|word| (word, 1.0)));
                    continue;
                }
                let found = seen.entry(written.clone());
                for (word, likeness) in found.or_insert_with(|| vocabulary.like(written)) {
                    let known = like.entry(*word).or_default();
                    *known = known.max(*likeness);
                }
            }
            let mut like: Vec<(WordId, f64)> = like.into_iter().collect();
            like.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let told = like.first().map_or_else(
                || vocabulary.weight_of_unknown(),
                |(word, _)| vocabulary.weight(*word),
            );
            AskedWord {
                typed,
                tells: told * typed.share,
                like,
            }
        };
        Self {
            reading,
            words: reading.names.iter().map(look).collect(),
        }
    }

    /// Entries that fit best.
    pub fn best(&self, index: &Index, communes: &[u32], most: usize) -> Vec<Likeness> {
        let mut roughly: HashMap<u32, f64> = HashMap::new();
        for asked in &self.words {
            let mut seen: HashMap<u32, f64> = HashMap::new();
            for (word, likeness) in &asked.like {
                let told = index.vocabulary.weight(*word) * likeness;
                for entry in index.vocabulary.entries(*word).iter().take(COMMON) {
                    let best = seen.entry(*entry).or_default();
                    *best = best.max(told);
                }
            }
            for (entry, told) in seen {
                *roughly.entry(entry).or_default() += told;
            }
        }
        let mut rough: Vec<(u32, f64)> = roughly.into_iter().collect();
        rough.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        rough.truncate(most * 4);
        let mut best: Vec<Likeness> = rough
            .into_iter()
            .map(|(entry, _)| self.likeness(index, entry, communes))
            .filter(|likeness| likeness.fit >= LEAST)
            .collect();
        best.sort_by(|a, b| b.fit.total_cmp(&a.fit).then(a.place.cmp(&b.place)));
        best.truncate(most);
        best
    }

    fn likeness(&self, index: &Index, entry: u32, communes: &[u32]) -> Likeness {
        let name = &index.names[entry as usize];
        let (found, took_number) = self.align(name);
        let mut held = 0.0;
        let mut whole = 0.0;
        for (place, word) in name.words.iter().enumerate() {
            let weight = index.weight(*word);
            whole += weight;
            held += weight
                * found
                    .iter()
                    .filter(|f| f.1 == place)
                    .map(|f| f.2)
                    .sum::<f64>();
        }
        let typed: f64 = self.words.iter().map(|asked| asked.tells).sum();
        let told: f64 = found.iter().map(|f| self.words[f.0].tells * f.2).sum();
        let holds = if whole > 0.0 { held / whole } else { 0.0 };
        let tells = if typed > 0.0 { told / typed } else { holds };
        let fit = if holds > 0.0 && tells > 0.0 {
            1.0 / ((1.0 - TYPED_COUNTS) / holds + TYPED_COUNTS / tells)
        } else {
            0.0
        };
        let elsewhere = !communes.is_empty() && !communes.contains(&name.commune);
        let fit = fit + self.way(name) + if elsewhere { OTHER_COMMUNE } else { 0.0 };
        Likeness {
            place: entry,
            fit,
            took_number,
        }
    }

    /// Pairs of typed word, word of the name and likeness, the likest first, each word once.
    fn align(&self, name: &Name) -> (Vec<(usize, usize, f64)>, bool) {
        let mut pairs: Vec<(usize, usize, f64)> = Vec::new();
        for (at, asked) in self.words.iter().enumerate() {
            for (place, (word, _)) in name.words.iter().enumerate() {
                let like = asked.like.iter().find(|(like, _)| like == word);
                pairs.extend(like.map(|(_, likeness)| (at, place, *likeness)));
            }
        }
        pairs.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
        let mut taken: Vec<(usize, usize, f64)> = Vec::new();
        for pair in pairs {
            if !taken.iter().any(|t| t.0 == pair.0 || t.1 == pair.1) {
                taken.push(pair);
            }
        }
        let took_number = taken.iter().any(|t| self.words[t.0].typed.share == 0.0);
        (taken, took_number)
    }

    fn way(&self, name: &Name) -> f64 {
        match (&name.way, self.reading.way.as_slice()) {
            (_, []) => NO_WAY,
            (Some(way), asked) if asked.contains(way) => 0.0,
            _ => OTHER_WAY,
        }
    }
}
