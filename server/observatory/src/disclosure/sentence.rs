//! What may be said of a release, in one sentence.
//!
//! It must never hold a figure that is not in the release. Provisional and consolidated releases
//! call it.

use super::published::{Figure, Sentence};
use super::settings::Settings;
use crate::indicator::Unit;

/// What a provisional sentence rests on. Numbers are those of the perimeter's street figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvisionalFigures {
    /// The figure: distinct people in the street, at least, as decided so far.
    pub people: u32,
    /// The lowest number the evidence allows.
    pub low: u32,
    /// The highest number the evidence allows.
    pub high: u32,
    /// Rounds closed and sent.
    pub rounds_in: u32,
    /// Rounds that the plan expects.
    pub rounds_expected: u32,
}

/// The provisional sentence: the perimeter to the nearest ten, the range opened to whole tens,
/// completeness.
pub fn provisional(figures: ProvisionalFigures, settings: &Settings, exercise: bool) -> Sentence {
    let ten = settings.provisional_rounding.max(1);
    let about = (figures.people + ten / 2) / ten * ten;
    let [low, high] = range(figures, settings);
    let (fr, en) = if about == 0 {
        (
            format!("moins de {ten} personnes à la rue"),
            format!("fewer than {ten} people sleeping rough"),
        )
    } else {
        (
            format!("environ {about} personnes à la rue (entre {low} et {high})"),
            format!("about {about} people sleeping rough (between {low} and {high})"),
        )
    };
    let (done, all) = (figures.rounds_in, figures.rounds_expected);
    let percent = (done.min(all) * 100).checked_div(all).unwrap_or(0);
    Sentence {
        fr: format!(
            "{}Chiffre provisoire : {fr} ; {done} maraudes rendues sur {all} attendues \
             ({percent} %).",
            band(exercise, "EXERCICE. ")
        ),
        en: format!(
            "{}Provisional figure: {en}; {done} rounds handed in of {all} expected ({percent}%).",
            band(exercise, "EXERCISE. ")
        ),
    }
}

/// The range of the sentence, opened to whole steps.
pub fn range(figures: ProvisionalFigures, settings: &Settings) -> [u32; 2] {
    let ten = settings.provisional_rounding.max(1);
    let low = figures.low.min(figures.people) / ten * ten;
    let high = figures.high.max(figures.people).div_ceil(ten) * ten;
    [low, high.max(low + ten)]
}

/// The consolidated sentence: the perimeter's figures, unit by unit.
pub fn consolidated(figures: &[(Unit, Figure)], exercise: bool) -> Sentence {
    let told = |words: fn(Unit) -> &'static str, about: &str| {
        let parts: Vec<String> = figures
            .iter()
            .filter_map(|(unit, figure)| match figure {
                Figure::Exact(people) => Some(format!("{people} {}", words(*unit))),
                Figure::Rounded { people, .. } => {
                    Some(format!("{about} {people} {}", words(*unit)))
                }
                Figure::Withheld => None,
            })
            .collect();
        parts.join(", ")
    };
    let (fr, en) = (told(french, "environ"), told(english, "about"));
    let or = |text: String, none: &str| {
        if text.is_empty() {
            none.to_owned()
        } else {
            text
        }
    };
    Sentence {
        fr: format!(
            "{}Chiffre consolidé (au moins) : {}.",
            band(exercise, "EXERCICE. "),
            or(fr, "aucun chiffre ne peut être diffusé")
        ),
        en: format!(
            "{}Consolidated figure (at least): {}.",
            band(exercise, "EXERCISE. "),
            or(en, "no figure can be released")
        ),
    }
}

fn band(exercise: bool, text: &'static str) -> &'static str {
    if exercise { text } else { "" }
}

fn french(unit: Unit) -> &'static str {
    match unit {
        Unit::Street => "personnes à la rue",
        Unit::Squat => "en squat",
        Unit::Bidonville => "en bidonville",
        Unit::Partner => "comptées par des partenaires",
    }
}

fn english(unit: Unit) -> &'static str {
    match unit {
        Unit::Street => "people sleeping rough",
        Unit::Squat => "in squats",
        Unit::Bidonville => "in shantytowns",
        Unit::Partner => "counted by partners",
    }
}
