//! How common a language, a shelter, an age, a household, a thing or a colour is: a frozen snapshot.
//!
//! It must never depend on the order of observations, nor keep a word that only a few were described
//! with. `comparison` and `blocking` read it.

use crate::marks::{Marks, is_slip};
use crate::slot::{Household, LinkageObservation};
use maraude_core::model::AgeInterval;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Term frequencies over a set of observations.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Frequencies {
    languages: BTreeMap<String, u32>,
    shelters: BTreeMap<String, u32>,
    households: BTreeMap<String, u32>,
    /// By interval as written.
    ages: BTreeMap<String, u32>,
    /// Things told by at least [`KEPT_FROM`] observations.
    things: BTreeMap<String, u32>,
    colours: BTreeMap<String, u32>,
    with_marks: u32,
}

/// A snapshot outlives the marks it was counted over: it keeps no word rarer than this. All rarer
/// words, those never met included, are held to be as rare as [`RARE_COUNT`] of them.
const KEPT_FROM: u32 = 5;
/// See [`KEPT_FROM`].
const RARE_COUNT: f64 = 1.5;
/// With so many ages, or households, their rarity is half believed.
const ENOUGH_TERMS: f64 = 100.0;
/// A colour is rarely worth more, bits: at night black, blue and grey are one.
const COLOUR_CAP_BITS: f32 = 3.0;
/// Odds that one thing is told in two colours, against two things alike, bits: by one observer in
/// ten, and by seven neighbours in eight.
const CLASH_BITS: f32 = -3.0;
/// Numbers of words that the snapshot does not know have this bit.
const UNKNOWN: u32 = 1 << 31;

impl Frequencies {
    /// Counted over these observations.
    pub fn of(observations: &[LinkageObservation]) -> Self {
        let mut counted = Self::default();
        let add = |into: &mut BTreeMap<String, u32>, term: String| {
            *into.entry(term).or_default() += 1;
        };
        for of in observations {
            if let Some(language) = of.language.known() {
                add(&mut counted.languages, language.clone());
            }
            if let Some(shelter) = of.shelter.known() {
                add(&mut counted.shelters, shelter.clone());
            }
            if let Some(household) = of.household.known() {
                add(
                    &mut counted.households,
                    household_code(*household).to_owned(),
                );
            }
            if let Some(age) = of.age.known() {
                add(&mut counted.ages, age_code(*age));
            }
            if let Some(text) = of.marks.known() {
                counted.with_marks += 1;
                for (thing, colour) in Marks::read(text).things {
                    add(&mut counted.things, thing);
                    if let Some(colour) = colour {
                        add(&mut counted.colours, colour.to_owned());
                    }
                }
            }
        }
        counted.things.retain(|_, count| *count >= KEPT_FROM);
        counted
    }

    /// Ready to look terms up.
    pub(crate) fn vocabulary(&self) -> Vocabulary {
        let all = f64::from(self.with_marks) + 1.0;
        let rarity = |count: f64| -((count + 1.0) / all).log2().min(0.0) as f32;
        let coloured: u32 = self.colours.values().sum();
        let colour = |count: u32| {
            let share = (f64::from(count) + 1.0) / f64::from(coloured + self.colours.len() as u32);
            (-share.log2().min(0.0) as f32).min(COLOUR_CAP_BITS)
        };
        let shares = [&self.languages, &self.shelters];
        Vocabulary {
            numbers: (0..)
                .zip(self.things.keys())
                .map(|(number, word)| (word.clone(), number))
                .collect(),
            bits: Bits {
                known: self
                    .things
                    .values()
                    .map(|n| rarity(f64::from(*n)))
                    .collect(),
                rare: rarity(RARE_COUNT),
                colours: (self.colours.iter())
                    .map(|(name, count)| (hashed(name), colour(*count)))
                    .collect(),
            }
            .into(),
            language: rarities(&self.languages),
            shelter: rarities(&self.shelters),
            household: cautious(&self.households),
            age: cautious(&self.ages),
            equal: shares.map(equal_share),
        }
    }
}

fn household_code(of: Household) -> &'static str {
    match of {
        Household::Alone => "alone",
        Household::Couple => "couple",
        Household::Family => "family",
        Household::Group => "group",
    }
}

fn age_code(of: AgeInterval) -> String {
    format!("{}-{}", of.from_years, of.to_years)
}

/// Rarities of things and colours, bits.
struct Bits {
    known: Vec<f32>,
    rare: f32,
    colours: BTreeMap<u32, f32>,
}

impl Bits {
    fn thing(&self, number: u32) -> f32 {
        let known = self.known.get(number as usize);
        known.copied().unwrap_or(self.rare)
    }

    fn colour(&self, number: u32) -> f32 {
        let known = self.colours.get(&number);
        known.copied().unwrap_or(COLOUR_CAP_BITS)
    }
}

/// Term frequencies, ready to be looked up.
pub(crate) struct Vocabulary {
    numbers: HashMap<String, u32>,
    bits: Arc<Bits>,
    language: BTreeMap<String, f32>,
    shelter: BTreeMap<String, f32>,
    household: BTreeMap<String, f32>,
    age: BTreeMap<String, f32>,
    equal: [(f64, f64); 2],
}

/// What one observation tells in terms.
#[derive(Clone, Default)]
pub(crate) struct RowTerms {
    /// How much rarer than usual the language is, bits; the same for the others.
    pub language: f32,
    pub shelter: f32,
    pub household: f32,
    pub age: f32,
    /// Things of the marks by number, sorted, each with its colour by number.
    pub things: Vec<(u32, Option<u32>)>,
}

impl Vocabulary {
    /// Everything a comparison asks of terms, by observation.
    pub fn terms(&self, observations: &[LinkageObservation]) -> Terms {
        let mut made = self.empty();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        for of in observations {
            let of_term = |code: Option<&str>, rarity: &BTreeMap<String, f32>| {
                code.map_or(0.0, |code| rarity.get(code).copied().unwrap_or(0.0))
            };
            let age = of.age.known().map(|age| age_code(*age));
            let household = of.household.known().map(|of| household_code(*of));
            let marks = of.marks.known().map(|text| Marks::read(text));
            let things = marks.into_iter().flat_map(|marks| marks.things);
            let mut things: Vec<(u32, Option<u32>)> = things
                .map(|(thing, colour)| (self.number(&thing, &mut numbers), colour.map(hashed)))
                .collect();
            things.sort_unstable();
            things.dedup_by_key(|(thing, _)| *thing);
            made.rows.push(RowTerms {
                language: of_term(of.language.known().map(String::as_str), &self.language),
                shelter: of_term(of.shelter.known().map(String::as_str), &self.shelter),
                household: of_term(household, &self.household),
                age: of_term(age.as_deref(), &self.age),
                things,
            });
        }
        made
    }

    /// The number of a word: that of a usual word it is a slip of, too; a word nobody knows has one
    /// of its own.
    fn number(&self, word: &str, known: &mut HashMap<String, u32>) -> u32 {
        if let Some(number) = self.numbers.get(word).or_else(|| known.get(word)) {
            return *number;
        }
        let meant = self
            .numbers
            .iter()
            .filter(|(usual, _)| is_slip(word, usual));
        let meant = meant.map(|(_, number)| *number).min();
        let number = meant.unwrap_or_else(|| hashed(word));
        known.insert(word.to_owned(), number);
        number
    }

    /// Terms of no observation, to be filled.
    pub fn empty(&self) -> Terms {
        Terms {
            rows: Vec::new(),
            bits: self.bits.clone(),
            equal: self.equal,
        }
    }
}

/// A number of its own for a word, the same in every run (FNV-1a).
fn hashed(word: &str) -> u32 {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    UNKNOWN | word.bytes().fold(2_166_136_261, mix)
}

/// Terms by observation, ready to be compared.
pub(crate) struct Terms {
    /// By observation.
    pub rows: Vec<RowTerms>,
    bits: Arc<Bits>,
    /// How often two random languages, two random shelters, are equal, and how many are known.
    pub equal: [(f64, f64); 2],
}

impl Terms {
    /// Rarity, in bits, of the things two observations have in common, with their colours; none where
    /// they have nothing in common. The same thing in two colours says less than nothing.
    pub fn common_bits(&self, one: usize, other: usize) -> Option<f32> {
        let (a, b) = (&self.rows[one].things, &self.rows[other].things);
        let (mut i, mut j, mut sum) = (0, 0, None);
        while i < a.len() && j < b.len() {
            match a[i].0.cmp(&b[j].0) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => {
                    let colours = match (a[i].1, b[j].1) {
                        (Some(ours), theirs) if theirs == Some(ours) => self.bits.colour(ours),
                        (Some(_), Some(_)) => CLASH_BITS,
                        _ => 0.0,
                    };
                    sum = Some(sum.unwrap_or(0.0) + self.bits.thing(a[i].0) + colours);
                    i += 1;
                    j += 1;
                }
            }
        }
        sum
    }

    /// The rarest things of an observation's marks, at most so many, sorted; a thing with its colour
    /// is one of its own.
    pub fn rarest(&self, of: usize, number: usize) -> Vec<u32> {
        let things = &self.rows[of].things;
        let alone = things
            .iter()
            .map(|(thing, _)| (self.bits.thing(*thing), *thing));
        let coloured = things.iter().filter_map(|(thing, colour)| {
            let colour = (*colour)?;
            let bits = self.bits.thing(*thing) + self.bits.colour(colour);
            Some((bits, UNKNOWN | (thing.rotate_left(7) ^ colour)))
        });
        let mut found: Vec<(f32, u32)> = alone.chain(coloured).collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut found: Vec<u32> = found
            .into_iter()
            .map(|(_, word)| word)
            .take(number)
            .collect();
        found.sort_unstable();
        found
    }
}

/// How often two random terms are equal, and the number of terms.
fn equal_share(counts: &BTreeMap<String, u32>) -> (f64, f64) {
    let total = f64::from(counts.values().sum::<u32>());
    let square: f64 = counts.values().map(|count| f64::from(*count).powi(2)).sum();
    (square / (total * total).max(1.0), total)
}

/// log2 of (how often two random terms are equal / how often this one is met): 0 on average.
fn rarities(counts: &BTreeMap<String, u32>) -> BTreeMap<String, f32> {
    let shares: Vec<(&str, f64)> = counts
        .keys()
        .map(|term| (term.as_str(), share(counts, term)))
        .collect();
    let equal: f64 = shares.iter().map(|(_, share)| share * share).sum();
    shares
        .into_iter()
        .map(|(term, share)| (term.to_owned(), (equal / share).log2() as f32))
        .collect()
}

/// The same, held back while few terms are known: with none the usual stands.
fn cautious(counts: &BTreeMap<String, u32>) -> BTreeMap<String, f32> {
    let total = f64::from(counts.values().sum::<u32>());
    let known = (total / (total + ENOUGH_TERMS)) as f32;
    let all = rarities(counts).into_iter();
    all.map(|(term, bits)| (term, bits * known)).collect()
}

fn share(counts: &BTreeMap<String, u32>, term: &str) -> f64 {
    let count = f64::from(counts.get(term).copied().unwrap_or(0));
    let total = f64::from(counts.values().sum::<u32>());
    (count + 1.0) / (total + counts.len() as f64 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::tests::observation;
    use maraude_core::model::Answer;

    fn marked(number: u8, marks: &str) -> LinkageObservation {
        let mut of = observation(number, number, 0, (0.0, 0.0));
        of.marks = Answer::Known(marks.to_owned());
        of
    }

    /// What two marks have in common, on a night that tells of jackets, crutches and dogs.
    fn common(one: &str, other: &str) -> Option<f32> {
        let usual = [
            "veste noire",
            "veste bleue",
            "bonnet rouge",
            "béquille bleue",
        ];
        let night: Vec<LinkageObservation> = (0..40)
            .map(|n| marked(n + 10, usual[usize::from(n) % usual.len()]))
            .collect();
        let terms = Frequencies::of(&night)
            .vocabulary()
            .terms(&[marked(1, one), marked(2, other)]);
        terms.common_bits(0, 1)
    }

    #[test]
    fn a_thing_in_two_colours_is_no_plain_agreement() {
        let plain = common("veste", "veste noire").unwrap();
        let alike = common("veste noire", "blouson noir").unwrap();
        let clash = common("veste noire", "veste bleue").unwrap();
        assert!(alike > plain && clash < 0.0, "{alike} {plain} {clash}");
        // A colour alone is nothing in common.
        assert_eq!(common("veste noire", "bonnet noir"), None);
    }

    #[test]
    fn what_is_denied_is_nothing_in_common() {
        assert_eq!(common("sans bonnet", "bonnet"), None);
        assert!(common("bonnet", "pas de veste, bonnet").is_some());
    }

    #[test]
    fn a_slip_of_the_hand_is_the_usual_word() {
        assert!(common("bonent", "bonnet").is_some());
        assert!(common("bequlle", "béquilles").is_some());
        assert_eq!(common("veste", "reste"), common("veste", "veste"));
    }

    #[test]
    fn words_nobody_knew_agree_with_themselves_and_are_rare() {
        let unknown = common("trompette", "trompette").unwrap();
        assert!(unknown > common("veste", "veste").unwrap());
        assert_eq!(common("trompette", "harmonica"), None);
    }

    #[test]
    fn a_snapshot_keeps_no_word_of_one_person() {
        let mut night: Vec<LinkageObservation> = (0..9).map(|n| marked(n, "veste noire")).collect();
        night.push(marked(9, "cicatrice joue"));
        let kept = Frequencies::of(&night);
        assert_eq!(kept.things.keys().collect::<Vec<_>>(), ["vest"]);
    }

    #[test]
    fn a_rare_term_is_rarer_than_a_common_one() {
        let counts = BTreeMap::from([("fr".to_owned(), 90), ("ti".to_owned(), 1)]);
        assert!(share(&counts, "ti") < share(&counts, "fr") / 20.0);
        assert!(share(&counts, "xx") > 0.0);
        let rarity = rarities(&counts);
        assert!(rarity["ti"] > 4.0 && rarity["fr"] < 0.1);
    }
}
