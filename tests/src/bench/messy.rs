//! Typed places written by hand, with landmarks and crossings: what a tired team types, alone or in the
//! middle of a sentence. Half of them are held back: nothing of the matcher may be changed for their
//! sake.

use super::p95_ms;
use super::places::{Query, Wanted, crossings, from_file, landmarks, plain};
use super::told::{HALVES, told_crossings};
use anyhow::{Context, Result, ensure};
use maraude_core::gazetteer::{Found, Gazetteer};
use maraude_core::geography::distance_m;
use maraude_core::model::Coordinates;
use maraude_server::geolocation::{
    Columns, gazetteer_versions, import_addresses, load_layers, make_gazetteer, read_layer,
};
use maraude_server::store::{LayerKind, LayerStore};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

/// A hundred places, and forty more in sentences and in a hurry.
const FILES: [&str; 2] = [
    include_str!("../../fixtures/queries/messy.csv"),
    include_str!("../../fixtures/queries/hurried.csv"),
];

/// Between the two ways of a crossing.
const AND: &str = " + ";

/// A typed place.
#[derive(Debug, Clone)]
pub struct Messy {
    /// `tuned` or `held`.
    pub half: String,
    /// `address`, `street`, `crossing` or `landmark`; in a hurry `sentence` (a crossing), `beside` (a
    /// landmark), `suffix` (an address), `typos` and `article`.
    pub class: String,
    /// As typed.
    pub text: String,
    /// Names that the label must hold, as whole words; of an address, its beginning.
    pub expected: Vec<String>,
}

impl Messy {
    /// The label names what was meant.
    pub fn is_found_in(&self, label: &str) -> bool {
        let label = format!(" {} ", plain(label));
        let named = |name: &String| label.contains(&format!(" {} ", plain(name)));
        let begins = |name: &String| label.starts_with(&format!(" {} ", plain(name)));
        match self.class.as_str() {
            "address" | "suffix" => self.expected.iter().all(begins),
            _ => self.expected.iter().all(named),
        }
    }
}

/// All of them.
///
/// # Errors
/// When a file does not read.
pub fn messy() -> Result<Vec<Messy>> {
    let mut queries = Vec::new();
    for file in FILES {
        for row in csv::Reader::from_reader(file.as_bytes()).records() {
            let row = row?;
            let field = |at: usize| {
                let text = row.get(at).map(str::to_owned);
                text.context("a column is missing")
            };
            queries.push(Messy {
                half: field(0)?,
                class: field(1)?,
                text: field(2)?,
                expected: field(3)?.split(AND).map(str::to_owned).collect(),
            });
        }
    }
    Ok(queries)
}

/// The gazetteer of a folder of real layers.
///
/// # Errors
/// When a file is missing or does not read.
pub fn real_gazetteer(folder: &Path) -> Result<Gazetteer> {
    let store = LayerStore::in_memory()?;
    let file = std::fs::File::open(folder.join("mtp_adresses_2014_format_ban.csv.gz"))?;
    let unpacked = flate2::read::GzDecoder::new(file);
    import_addresses(&store, unpacked, ("", 1), false, &mut |_| {})?;
    let import = |name: &str, kind: LayerKind, code: Option<&str>| -> Result<()> {
        let path = folder.join(format!("{name}.geojson"));
        let text = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let columns = Columns {
            code: code.map(str::to_owned),
            ..Columns::default()
        };
        let features = read_layer(&text, kind, &columns, &mut |_| {})?.features;
        store.import(kind, name, 1, &features, kind == LayerKind::Landmark)?;
        Ok(())
    };
    import("m3m_communes_2018", LayerKind::Commune, None)?;
    import(
        "mtp_filaire_voies_2014",
        LayerKind::Street,
        Some("code_voie"),
    )?;
    for name in ["ponts", "parcs", "monuments", "etablissements_publics"] {
        import(&format!("mtp_{name}_2014"), LayerKind::Landmark, None)?;
    }
    let versions = gazetteer_versions(&store, None)?;
    let areas = load_layers(&store, None)?;
    Ok(make_gazetteer(&store, &versions, &areas)?)
}

/// How many of a class were asked, found first, sure, and sure though wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Asked.
    pub asked: usize,
    /// The first candidate is what was meant.
    pub first: usize,
    /// It is sure alone.
    pub sure: usize,
    /// It is sure alone, and not what was meant.
    pub wrong: usize,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.asked += other.asked;
        self.first += other.first;
        self.sure += other.sure;
        self.wrong += other.wrong;
    }
}

/// Tallies by half and class, and the queries whose first candidate is another place.
pub type Judged = (BTreeMap<(String, String), Tally>, Vec<(Messy, String)>);

/// Asks every query without saying where the team stands.
///
/// # Errors
/// When the file of queries does not read.
pub fn judge(gazetteer: &Gazetteer) -> Result<Judged> {
    let mut tallies: BTreeMap<(String, String), Tally> = BTreeMap::new();
    let mut missed = Vec::new();
    for query in messy()? {
        let answer = gazetteer.search(&query.text, None, 1);
        let label = answer
            .found
            .first()
            .map_or("", |found| found.label.as_str());
        let right = query.is_found_in(label);
        let key = (query.half.clone(), query.class.clone());
        let tally = tallies.entry(key).or_default();
        tally.asked += 1;
        tally.first += usize::from(right);
        tally.sure += usize::from(answer.confident);
        tally.wrong += usize::from(answer.confident && !right);
        if !right {
            let label = label.to_owned();
            missed.push((query, label));
        }
    }
    Ok((tallies, missed))
}

/// Asks queries whose place is known.
pub fn tally(gazetteer: &Gazetteer, queries: &[Query]) -> Tally {
    let mut tally = Tally::default();
    for query in queries {
        let answer = gazetteer.search(&query.text, None, 1);
        let right = (answer.found.first()).is_some_and(|found| is_wanted(found, &query.wanted));
        tally.asked += 1;
        tally.first += usize::from(right);
        tally.sure += usize::from(answer.confident);
        tally.wrong += usize::from(answer.confident && !right);
    }
    tally
}

fn is_wanted(found: &Found, wanted: &Wanted) -> bool {
    match wanted {
        Wanted::Address(street, number) => {
            let label = format!(" {} ", plain(&found.label));
            let numbered = |number: &String| label.starts_with(&format!(" {} ", plain(number)));
            let whole = number.as_ref().is_none_or(numbered);
            whole && label.contains(&format!(" {street} "))
        }
        Wanted::Near([longitude, latitude], within_m) => {
            let at = Coordinates {
                longitude: *longitude,
                latitude: *latitude,
            };
            distance_m(found.at, at) <= *within_m
        }
    }
}

/// Drawn queries of each class, asked without HTTP, and how long each took.
///
/// # Errors
/// When a layer does not read.
pub fn drawn_table(folder: &Path, count: usize, seed: u64) -> Result<String> {
    let gazetteer = real_gazetteer(folder)?;
    let mut classes: BTreeMap<String, Vec<Query>> = BTreeMap::new();
    let mut queries = from_file(folder)?;
    queries.extend(crossings(folder, count, seed)?);
    queries.extend(landmarks(folder, count, seed + 1)?);
    for half in HALVES {
        queries.extend(told_crossings(folder, half, count, seed + 2)?);
    }
    for query in queries {
        classes.entry(query.class.clone()).or_default().push(query);
    }
    let mut text = format!(
        "{:<19} {:>5} {:>8} {:>12} {:>8}\n",
        "class", "asked", "top-1 %", "sure/wrong", "p95 ms"
    );
    let mut whole = Tally::default();
    for (class, queries) in classes {
        let of = tally(&gazetteer, &queries);
        let took = queries.iter().map(|query| {
            let since = Instant::now();
            gazetteer.search(&query.text, None, 5);
            since.elapsed()
        });
        let p95 = p95_ms(took.collect());
        let sure = format!("{}/{}", of.sure, of.wrong);
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "{class:<19} {:>5} {:>8.1} {sure:>12} {p95:>8.2}",
            of.asked,
            100.0 * of.first as f64 / of.asked.max(1) as f64,
        );
        whole.add(of);
    }
    let share = 100.0 * whole.wrong as f64 / whole.asked.max(1) as f64;
    let _ = writeln!(
        text,
        "{} of {} sure alone, {} of them wrong ({share:.2} % of all asked)",
        whole.sure, whole.asked, whole.wrong
    );
    Ok(text)
}

/// The table of both halves. What was missed is told of the tuned half alone: nobody is to see the
/// other's.
///
/// # Errors
/// When a layer or the file of queries does not read.
pub fn table(folder: &Path) -> Result<String> {
    let (tallies, missed) = judge(&real_gazetteer(folder)?)?;
    ensure!(!tallies.is_empty(), "no query was read");
    let mut text = format!(
        "{:<8} {:<10} {:>5} {:>8} {:>12}\n",
        "half", "class", "asked", "top-1 %", "sure/wrong"
    );
    let mut whole: BTreeMap<&str, Tally> = BTreeMap::new();
    for ((half, class), tally) in &tallies {
        whole.entry(half.as_str()).or_default().add(*tally);
        line(&mut text, half, class, *tally);
    }
    for (half, tally) in whole {
        line(&mut text, half, "all", tally);
    }
    for (query, label) in missed.iter().filter(|(query, _)| query.half == "tuned") {
        let _ = writeln!(text, "missed: « {} » found « {label} »", query.text);
    }
    Ok(text)
}

fn line(text: &mut String, half: &str, class: &str, of: Tally) {
    let share = 100.0 * of.first as f64 / of.asked.max(1) as f64;
    let sure = format!("{}/{}", of.sure, of.wrong);
    // Writing to a text cannot fail.
    let _ = writeln!(
        text,
        "{half:<8} {class:<10} {:>5} {share:>8.1} {sure:>12}",
        of.asked
    );
}
