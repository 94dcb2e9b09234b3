//! Typed places with a known answer: the file of queries, and crossings and landmarks drawn from
//! the layers and misspelt.

use crate::dice::Dice;
use anyhow::{Context, Result};
use maraude_core::gazetteer::{fold, is_named, street_key};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What a query should find.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// A street, folded, and a number; no number where none was asked.
    Address(String, Option<String>),
    /// Any place within so many metres of this longitude and latitude.
    Near([f64; 2], f64),
}

/// A typed place.
#[derive(Debug, Clone)]
pub struct Query {
    /// Its class, as it is told apart in the table.
    pub class: String,
    /// As typed.
    pub text: String,
    /// What it should find.
    pub wanted: Wanted,
}

/// A crossing is found within this, a landmark within that, metres.
const CROSSING_M: f64 = 60.0;
const LANDMARK_M: f64 = 150.0;

/// The queries of the file.
pub fn from_file(folder: &Path) -> Result<Vec<Query>> {
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_path(folder.join("mtp_geocode_queries.csv"))?;
    let mut queries = Vec::new();
    for row in rows.records() {
        let row = row?;
        let number = format!("{} {}", &row[4], &row[5]).trim().to_owned();
        let number = (&row[0] != "street").then_some(number);
        queries.push(Query {
            class: row[0].to_owned(),
            text: row[1].to_owned(),
            wanted: Wanted::Address(plain(&row[6]), number),
        });
    }
    Ok(queries)
}

/// A name as it is compared.
pub fn plain(name: &str) -> String {
    let folded = fold(name);
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Crossings of named streets: `angle A et B`, shortened, one letter wrong in every third.
pub fn crossings(folder: &Path, count: usize, seed: u64) -> Result<Vec<Query>> {
    let mut dice = Dice::new(seed);
    let drawn = drawn(&met_ways(folder)?, count, &mut dice);
    Ok(drawn
        .into_iter()
        .map(|(one, other, at)| {
            let both = [one, other].map(|name| shortened(&name, &mut dice));
            let text = if dice.chance(0.5) {
                format!("angle {} et {}", both[0], both[1])
            } else {
                format!("{} / {}", both[0], both[1])
            };
            Query {
                class: "crossing (drawn)".to_owned(),
                text,
                wanted: near_crossing(at),
            }
        })
        .collect())
}

/// What a crossing that was told should find.
pub(super) fn near_crossing(at: [f64; 2]) -> Wanted {
    Wanted::Near(at, CROSSING_M)
}

/// Two named ways whose centrelines end at one point, and where.
pub(super) fn met_ways(folder: &Path) -> Result<Vec<(String, String, [f64; 2])>> {
    let mut at_end: BTreeMap<String, Vec<(String, [f64; 2])>> = BTreeMap::new();
    for feature in features(folder, "mtp_filaire_voies_2014.geojson")? {
        let line = feature["geometry"]["coordinates"].as_array();
        let (Some(line), Some(name)) = (line, feature["properties"]["nom"].as_str()) else {
            continue;
        };
        if !is_named(&street_key(name)) {
            continue;
        }
        for end in [line.first(), line.last()].into_iter().flatten() {
            let at = [end[0].as_f64(), end[1].as_f64()].map(Option::unwrap_or_default);
            at_end
                .entry(end.to_string())
                .or_default()
                .push((name.to_owned(), at));
        }
    }
    let mut met: Vec<(String, String, [f64; 2])> = Vec::new();
    for ways in at_end.into_values() {
        let (first, at) = &ways[0];
        let other = ways.iter().find(|(name, _)| plain(name) != plain(first));
        met.extend(other.map(|(other, _)| (first.clone(), other.clone(), *at)));
    }
    Ok(met)
}

/// Landmarks, after a word that says where beside, one letter wrong in every third.
pub fn landmarks(folder: &Path, count: usize, seed: u64) -> Result<Vec<Query>> {
    let mut named: Vec<(String, [f64; 2])> = Vec::new();
    for file in ["ponts", "parcs", "monuments", "etablissements_publics"] {
        for feature in features(folder, &format!("mtp_{file}_2014.geojson"))? {
            let at = &feature["geometry"]["coordinates"];
            let name = feature["properties"]["nom"].as_str().unwrap_or_default();
            if let (Some(lon), Some(lat), true) =
                (at[0].as_f64(), at[1].as_f64(), plain(name).len() > 6)
            {
                named.push((name.to_owned(), [lon, lat]));
            }
        }
    }
    let mut dice = Dice::new(seed);
    let drawn = drawn(&named, count, &mut dice);
    Ok(drawn
        .into_iter()
        .map(|(name, at)| {
            let beside = dice.pick(&["ss", "dvt", "face au", "derriere", "pres de"]);
            Query {
                class: "landmark (drawn)".to_owned(),
                text: format!("{beside} {}", misspelt(&plain(&name), &mut dice)),
                wanted: Wanted::Near(at, LANDMARK_M),
            }
        })
        .collect())
}

fn features(folder: &Path, file: &str) -> Result<Vec<Value>> {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut read: Value = serde_json::from_str(&text)?;
    let features = read["features"].take();
    Ok(serde_json::from_value(features)?)
}

fn drawn<T: Clone>(from: &[T], count: usize, dice: &mut Dice) -> Vec<T> {
    (0..count).map(|_| dice.pick(from).clone()).collect()
}

/// Without its kind of way in half, which is abbreviated to its first letters otherwise.
pub(super) fn shortened(name: &str, dice: &mut Dice) -> String {
    let folded = plain(name);
    let short = match folded.split_once(' ') {
        Some((_, rest)) if dice.chance(0.5) => rest.to_owned(),
        Some(("rue", rest)) => format!("r {rest}"),
        Some(("avenue", rest)) => format!("av {rest}"),
        Some(("boulevard", rest)) => format!("bd {rest}"),
        _ => folded,
    };
    misspelt(&short, dice)
}

/// One letter left out or swapped with the next, in every third.
fn misspelt(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if !dice.chance(0.33) || letters.len() < 6 {
        return text.to_owned();
    }
    let at = dice.whole(2, letters.len() as u32 - 3) as usize;
    if letters[at] != ' ' && letters[at + 1] != ' ' {
        if dice.chance(0.5) {
            letters.remove(at);
        } else {
            letters.swap(at, at + 1);
        }
    }
    letters.into_iter().collect()
}
