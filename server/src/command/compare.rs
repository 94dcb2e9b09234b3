//! `maraude compare`: two campaigns on the sectors walked both times, from what their archives
//! keep. It touches no stored data.

use super::control::Refusal;
use super::place::Place;
use super::table::tell;
use super::{CommandError, say};
use clap::Args;
use maraude_observatory::comparison::{
    Comparison, Conclusion, Count, LeftOutSector, SectorCount, compare,
};
use maraude_observatory::indicator::Unit;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `maraude compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// Archive of the earlier campaign (the folder of `maraude campaign archive`), or a CSV with
    /// the columns sector, walked, people, low, high (95 % interval of linkage), definition and
    /// optionally zone and ground (fingerprint of its limits)
    #[arg(long, value_name = "FILE")]
    before: PathBuf,
    /// The same of the later campaign
    #[arg(long, value_name = "FILE")]
    after: PathBuf,
}

#[derive(Deserialize)]
struct Line {
    sector: String,
    walked: bool,
    people: u32,
    low: Option<f64>,
    high: Option<f64>,
    definition: String,
    zone: Option<String>,
    ground: Option<String>,
}

/// The counts of a file, and the one definition they are told under.
fn read(path: &Path) -> Result<(Vec<SectorCount>, String), Refusal> {
    let refused = |error: &dyn std::fmt::Display| {
        Refusal::new("compare", format!("{}: {error}", path.display()))
    };
    let inside = path.join("sectors.csv");
    let path = if path.is_dir() { &inside } else { path };
    let mut reader = csv::Reader::from_path(path).map_err(|error| refused(&error))?;
    let mut counts = Vec::new();
    let mut definition: Option<String> = None;
    for line in reader.deserialize() {
        let line: Line = line.map_err(|error| refused(&error))?;
        if definition
            .as_ref()
            .is_some_and(|told| *told != line.definition)
        {
            return Err(refused(&"the lines are of more than one definition"));
        }
        definition = Some(line.definition);
        let people = f64::from(line.people);
        let interval = [line.low.unwrap_or(people), line.high.unwrap_or(people)];
        let street = Count::one_by_one(line.people, interval);
        counts.push(SectorCount {
            sector: line.sector,
            walked: line.walked,
            zone: line.zone,
            ground: line.ground,
            counts: BTreeMap::from([(Unit::Street, street)]),
        });
    }
    let definition = definition.ok_or_else(|| refused(&"it holds no sector"))?;
    Ok((counts, definition))
}

impl Compare {
    pub(super) fn run(&self, place: &Place) -> Result<(), CommandError> {
        let (before, after) = (read(&self.before)?, read(&self.after)?);
        let told = compare((&before.0, &before.1), (&after.0, &after.1))
            .map_err(|error| Refusal::new("compare", error.to_string()))?;
        let value = serde_json::to_value(&told).map_err(std::io::Error::from)?;
        tell(place.json, &value, &sentence(&told))?;
        if !place.json {
            for LeftOutSector { sector, why } in &told.left_out_sectors {
                say(format_args!("left out: {sector} ({})", why.code()))?;
            }
            say(format_args!("definition: {}", before.1))?;
        }
        Ok(())
    }
}

fn sentence(told: &Comparison) -> String {
    let conclusion = match told.street.conclusion {
        Conclusion::More => "more people",
        Conclusion::Fewer => "fewer people",
        Conclusion::None => "no conclusion: the interval holds zero",
    };
    format!(
        "{} sectors walked both times ({} left out): {} people before, {} after, difference {:+} \
         (95 %: {:+.0} to {:+.0}); {conclusion}",
        told.sectors,
        told.left_out,
        told.street.before,
        told.street.after,
        told.street.difference,
        told.street.interval[0],
        told.street.interval[1]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_are_compared_and_two_definitions_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, rows: &str| {
            let path = folder.path().join(name);
            let head = "sector,walked,people,low,high,definition\n";
            std::fs::write(&path, format!("{head}{rows}")).unwrap();
            path
        };
        let before = file(
            "a.csv",
            "A,true,100,95,108,street-1\nB,false,4,,,street-1\n",
        );
        let after = file("b.csv", "A,true,40,,,street-1\nB,true,9,,,street-1\n");
        let (one, other) = (read(&before).unwrap(), read(&after).unwrap());
        let told = compare((&one.0, &one.1), (&other.0, &other.1)).unwrap();
        assert!(sentence(&told).starts_with("1 sectors walked both times (1 left out): 100"));
        assert_eq!(told.street.conclusion, Conclusion::Fewer);
        let archive = folder.path().join("archive");
        std::fs::create_dir(&archive).unwrap();
        std::fs::copy(&before, archive.join("sectors.csv")).unwrap();
        assert_eq!(read(&archive).unwrap(), one);
        let mixed = file("c.csv", "A,true,40,,,street-1\nB,true,9,,,street-2\n");
        assert!(read(&mixed).is_err());
        assert!(read(&file("d.csv", "")).is_err());
    }
}
