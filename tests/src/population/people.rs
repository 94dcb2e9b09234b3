//! Invented people: what a team may see or be told of somebody.

use super::World;
use crate::dice::Dice;

/// Somebody in the street. Invented.
#[derive(Debug, Clone)]
pub struct Person {
    /// `m`, `f`.
    pub gender: &'static str,
    /// Years.
    pub age: u32,
    /// ISO 639-1.
    pub language: &'static str,
    /// Codes of visible marks.
    pub mark_codes: Vec<&'static str>,
    /// Words a team may add.
    pub mark_words: Option<String>,
    /// Duration code.
    pub duration: &'static str,
}

const LANGUAGES: [(&str, f64); 12] = [
    ("fr", 0.52),
    ("ar", 0.14),
    ("ro", 0.08),
    ("en", 0.06),
    ("es", 0.05),
    ("pl", 0.03),
    ("bg", 0.03),
    ("ka", 0.02),
    ("ti", 0.02),
    ("sq", 0.02),
    ("pt", 0.02),
    ("uk", 0.01),
];
const MARKS: [(&str, f64); 12] = [
    ("beard", 0.22),
    ("cap", 0.14),
    ("hood", 0.14),
    ("large_bag", 0.12),
    ("glasses", 0.08),
    ("trolley", 0.07),
    ("suitcase", 0.06),
    ("bicycle", 0.05),
    ("tattoo", 0.05),
    ("crutches", 0.03),
    ("wheelchair", 0.02),
    ("guitar", 0.02),
];
const COLOURS: [&str; 8] = [
    "rouge", "bleu", "vert", "noir", "gris", "jaune", "marron", "blanc",
];
const THINGS: [&str; 8] = [
    "manteau",
    "bonnet",
    "duvet",
    "couverture",
    "écharpe",
    "sac",
    "parapluie",
    "blouson",
];
const DURATIONS: [(&str, f64); 7] = [
    ("under_week", 0.07),
    ("week_month", 0.10),
    ("month_quarter", 0.15),
    ("quarter_year", 0.20),
    ("years_1_3", 0.23),
    ("years_3_5", 0.13),
    ("years_5_10", 0.12),
];

/// An adult.
pub(super) fn adult(world: &World, dice: &mut Dice) -> Person {
    let gender = if dice.chance(world.women) { "f" } else { "m" };
    let age = (38.0 + 13.0 * dice.normal()).clamp(18.0, 79.0) as u32;
    let language = dice.weighted(&LANGUAGES);
    of(gender, age, language, dice)
}

/// A child who is with somebody.
pub(super) fn child(with: &Person, dice: &mut Dice) -> Person {
    let gender = if dice.chance(0.5) { "f" } else { "m" };
    let age = dice.whole(1, 17);
    of(gender, age, with.language, dice)
}

/// Somebody who speaks the language of another.
pub(super) fn companion(
    world: &World,
    with: &Person,
    other_gender: bool,
    dice: &mut Dice,
) -> Person {
    let mut made = adult(world, dice);
    if other_gender {
        made.gender = if with.gender == "m" { "f" } else { "m" };
    }
    if dice.chance(0.8) {
        made.language = with.language;
    }
    made
}

fn of(gender: &'static str, age: u32, language: &'static str, dice: &mut Dice) -> Person {
    let mut mark_codes = Vec::new();
    if dice.chance(0.55) {
        mark_codes.push(dice.weighted(&MARKS));
        let second = dice.weighted(&MARKS);
        if dice.chance(0.3) && !mark_codes.contains(&second) {
            mark_codes.push(second);
        }
    }
    let mark_words = dice
        .chance(0.35)
        .then(|| format!("{} {}", dice.pick(&THINGS), dice.pick(&COLOURS)));
    Person {
        gender,
        age,
        language,
        mark_codes,
        mark_words,
        duration: dice.weighted(&DURATIONS),
    }
}

/// The questionnaire's age band of an age.
pub(super) fn age_band(age: u32) -> usize {
    match age {
        0..=17 => 0,
        18..=24 => 1,
        25..=39 => 2,
        40..=54 => 3,
        55..=69 => 4,
        _ => 5,
    }
}

/// Codes of the age bands.
pub(super) const AGE_BANDS: [&str; 6] = ["0-17", "18-24", "25-39", "40-54", "55-69", "70+"];
