//! Crossings told in the middle of a sentence, drawn from the layers: what stands before, between
//! and after the two ways is drawn too. The words of the `held` half were never looked at while the
//! matcher was changed.

use super::places::{Query, met_ways, near_crossing, shortened};
use crate::dice::Dice;
use anyhow::Result;
use std::path::Path;

/// What surrounds two ways: before, between (`{}` stands for each way), after.
struct Words {
    before: &'static [&'static str],
    between: &'static [&'static str],
    after: &'static [&'static str],
}

const TUNED: Words = Words {
    before: &[
        "un monsieur assis",
        "deux personnes",
        "dame endormie sur un banc",
        "tente bleue",
        "vers 23h couple avec un chien",
        "",
    ],
    between: &[
        "angle {} et {}",
        "au croisement de {} avec {}",
        "{} à l'angle de {}",
        "{} croise {}",
        "{} coin {}",
        "à l'intersection de {} et {}",
    ],
    after: &[
        "devant la banque",
        "côté tram",
        "sous les arcades",
        "près du distributeur",
        "",
        "",
    ],
};

const HELD: Words = Words {
    before: &[
        "homme seul",
        "groupe de trois jeunes",
        "vieille dame avec des sacs",
        "quelqu'un dort dans un duvet",
        "matelas et cartons",
        "",
    ],
    between: &[
        "au coin de {} et {}",
        "croisement {} / {}",
        "à l'angle de {} et de {}",
        "entre {} et {}",
        "{} intersection avec {}",
        "{} au niveau de {}",
    ],
    after: &[
        "face à la pharmacie",
        "à côté du tabac",
        "derrière les poubelles",
        "dans l'entrée d'un immeuble",
        "",
        "",
    ],
};

/// Halves of the words around.
pub const HALVES: [&str; 2] = ["tuned", "held"];

/// Crossings in a sentence, by the words of this half.
///
/// # Errors
/// When a layer does not read.
pub fn told_crossings(folder: &Path, half: &str, count: usize, seed: u64) -> Result<Vec<Query>> {
    let words = if half == "held" { &HELD } else { &TUNED };
    let met = met_ways(folder)?;
    let mut dice = Dice::new(seed);
    let told = (0..count).map(|_| {
        let (one, other, at) = dice.pick(&met).clone();
        let mut text = (*dice.pick(words.between)).to_owned();
        for name in [one, other] {
            text = text.replacen("{}", &shortened(&name, &mut dice), 1);
        }
        let (before, after) = (dice.pick(words.before), dice.pick(words.after));
        Query {
            class: format!("told, {half}"),
            text: format!("{before} {text} {after}").trim().to_owned(),
            wanted: near_crossing(at),
        }
    });
    Ok(told.collect())
}
