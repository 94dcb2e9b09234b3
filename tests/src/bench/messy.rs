//! A hundred typed places written by hand, with landmarks and crossings: what a tired team types.
//! Half of them are held back: nothing of the matcher may be changed for their sake.

use super::places::plain;
use anyhow::{Context, Result, ensure};
use maraude_core::gazetteer::Gazetteer;
use maraude_server::geolocation::{
    Columns, gazetteer_versions, import_addresses, load_layers, make_gazetteer, read_layer,
};
use maraude_server::store::{LayerKind, LayerStore};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const FILE: &str = include_str!("../../fixtures/queries/messy.csv");

/// Between the two ways of a crossing.
const AND: &str = " + ";

/// A typed place.
#[derive(Debug, Clone)]
pub struct Messy {
    /// `tuned` or `held`.
    pub half: String,
    /// `address`, `street`, `crossing` or `landmark`.
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
            "address" => self.expected.iter().all(begins),
            _ => self.expected.iter().all(named),
        }
    }
}

/// All of them.
///
/// # Errors
/// When the file does not read.
pub fn messy() -> Result<Vec<Messy>> {
    let mut rows = csv::Reader::from_reader(FILE.as_bytes());
    let mut queries = Vec::new();
    for row in rows.records() {
        let row = row?;
        let field = |at: usize| {
            row.get(at)
                .map(str::to_owned)
                .context("a column is missing")
        };
        queries.push(Messy {
            half: field(0)?,
            class: field(1)?,
            text: field(2)?,
            expected: field(3)?.split(AND).map(str::to_owned).collect(),
        });
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
        let all = whole.entry(half.as_str()).or_default();
        all.asked += tally.asked;
        all.first += tally.first;
        all.sure += tally.sure;
        all.wrong += tally.wrong;
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
