//! A campaign's counts by sector, read back from the files of its archive: of one that is here, of a coarse one
//! and of a purged one alike.
//!
//! It must never read anything but an archive: comparison works without persons. `comparing` reads them.

use super::archive::{ABOUT_FILE, ArchiveFile, SECTORS_FILE, SITES_FILE};
use maraude_observatory::comparison::{Count, SectorCount};
use maraude_observatory::disclosure::Spread;
use maraude_observatory::indicator::Unit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why an archive does not read.
#[derive(Debug, thiserror::Error)]
pub enum CountsError {
    /// A file is missing.
    #[error("the archive has no {0}")]
    Missing(&'static str),
    /// A table does not read.
    #[error("a table of the archive does not read: {0}")]
    Table(#[from] csv::Error),
    /// What the counts are of does not read.
    #[error("what the archive is of does not read: {0}")]
    About(#[from] serde_json::Error),
}

/// What two campaigns must share to be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Who is counted.
    pub definition: String,
    /// `real` or `exercise`.
    pub mode: String,
    /// `night_count`, `survey_weeks`, `year_round`.
    pub kind: String,
}

/// A campaign's counts by sector.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignCounts {
    /// Its name.
    pub name: String,
    /// Its nights.
    pub nights: Vec<String>,
    /// What is counted.
    pub defined: Definition,
    /// Something may still move them: teams out, pairs or observations that wait.
    pub provisional: bool,
    /// Teams may still send.
    pub open: bool,
    /// By sector, with spots of people in the street.
    pub sectors: Vec<(SectorCount, Spread)>,
    /// People in the street of no sector.
    pub elsewhere: Spread,
    /// Squats, bidonvilles and partners, wherever they are, with those of no sector.
    pub sites: BTreeMap<Unit, (Spread, u32)>,
}

#[derive(Deserialize)]
struct SectorLine {
    sector: String,
    walked: bool,
    people: u32,
    low: f64,
    high: f64,
    zone: Option<String>,
    ground: Option<String>,
    spots: Option<u32>,
    largest_spot: Option<u32>,
}

#[derive(Deserialize)]
struct SiteLine {
    sector: String,
    unit: String,
    places: u32,
    people_at_least: u32,
    people_at_most: u32,
    largest: u32,
    squares: f64,
}

#[derive(Deserialize)]
struct About {
    campaign: String,
    nights: Vec<String>,
    #[serde(flatten)]
    defined: Definition,
    #[serde(default)]
    open: bool,
    doubtful: u32,
    pairs_not_decided: u32,
    street_elsewhere: Option<Elsewhere>,
}

#[derive(Deserialize, Default)]
struct Elsewhere {
    people: u32,
    spots: u32,
    largest: u32,
}

/// A code as it was, before a spreadsheet had to be kept from reading it as a formula.
fn bare(code: String) -> String {
    match code.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest.to_owned(),
        _ => code,
    }
}

impl CampaignCounts {
    /// Reads an archive.
    ///
    /// # Errors
    /// [`CountsError`].
    pub fn read(files: &[ArchiveFile]) -> Result<Self, CountsError> {
        let text = |name: &'static str| {
            let mut found = files.iter().filter(|(of, _)| of == name);
            found.next().map(|(_, text)| text.as_str())
        };
        let about = text(ABOUT_FILE).ok_or(CountsError::Missing(ABOUT_FILE))?;
        let about: About = serde_json::from_str(about)?;
        let sectors = text(SECTORS_FILE).ok_or(CountsError::Missing(SECTORS_FILE))?;
        let mut read = Vec::new();
        for line in csv::Reader::from_reader(sectors.as_bytes()).deserialize() {
            read.push(sector(line?));
        }
        let mut sites = BTreeMap::new();
        // Earlier archives have none: their squats and bidonvilles are told by no sector.
        if let Some(table) = text(SITES_FILE) {
            for line in csv::Reader::from_reader(table.as_bytes()).deserialize() {
                let line: SiteLine = line?;
                site(line, &mut read, &mut sites);
            }
        }
        let of = about.street_elsewhere.unwrap_or_default();
        Ok(Self {
            name: about.campaign,
            nights: about.nights,
            defined: about.defined,
            provisional: about.open || about.doubtful > 0 || about.pairs_not_decided > 0,
            open: about.open,
            sectors: read,
            elsewhere: Spread {
                people: of.people,
                spots: of.spots,
                largest: of.largest,
            },
            sites,
        })
    }
}

fn sector(line: SectorLine) -> (SectorCount, Spread) {
    let street = Count::one_by_one(line.people, [line.low, line.high]);
    let told = |text: Option<String>| text.filter(|text| !text.is_empty());
    let count = SectorCount {
        sector: bare(line.sector),
        zone: told(line.zone).map(bare),
        ground: told(line.ground),
        walked: line.walked,
        counts: BTreeMap::from([(Unit::Street, street)]),
    };
    let spread = Spread {
        people: line.people,
        spots: line.spots.unwrap_or(0),
        largest: line.largest_spot.unwrap_or(0),
    };
    (count, spread)
}

fn site(
    line: SiteLine,
    sectors: &mut [(SectorCount, Spread)],
    all: &mut BTreeMap<Unit, (Spread, u32)>,
) {
    let Some(unit) = Unit::from_code(&line.unit) else {
        return;
    };
    let interval = [line.people_at_least, line.people_at_most].map(f64::from);
    let count = Count::together(line.people_at_least, interval, line.squares);
    let (spread, nowhere) = all.entry(unit).or_default();
    *spread = spread.and(Spread {
        people: line.people_at_least,
        spots: line.places,
        largest: line.largest,
    });
    let code = bare(line.sector);
    let held = sectors.iter_mut().find(|(of, _)| of.sector == code);
    match held.filter(|_| !code.is_empty()) {
        Some((of, _)) => {
            of.counts.insert(unit, count);
        }
        None => *nowhere += line.people_at_least,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(sectors: &str, sites: Option<&str>) -> Vec<ArchiveFile> {
        let about = r#"{"campaign": "Nuit", "nights": ["2026-01-22"], "mode": "real",
            "kind": "night_count", "definition": "street-1", "doubtful": 0, "pairs_not_decided": 0}"#;
        let mut files = vec![
            (SECTORS_FILE.to_owned(), sectors.to_owned()),
            (ABOUT_FILE.to_owned(), about.to_owned()),
        ];
        files.extend(sites.map(|text| (SITES_FILE.to_owned(), text.to_owned())));
        files
    }

    #[test]
    fn an_earlier_archive_reads_too() {
        let old = "sector,walked,people,low,high,definition\n\"'=A\",true,4,3,5,street-1\n";
        let read = CampaignCounts::read(&archive(old, None)).unwrap();
        let (sector, spread) = &read.sectors[0];
        assert_eq!((sector.sector.as_str(), spread.people), ("=A", 4));
        assert_eq!((&sector.zone, &sector.ground), (&None, &None));
        assert!(!read.provisional);
        assert!(CampaignCounts::read(&archive("sector\nA\n", None)).is_err());
        assert!(CampaignCounts::read(&[]).is_err());
    }

    #[test]
    fn squats_are_of_their_sector_or_of_none() {
        let sectors = "sector,walked,people,low,high,definition,zone,ground,spots,largest_spot\n\
            A,true,4,3,5,street-1,Z,00aa,3,2\n";
        let sites = "sector,unit,places,people_at_least,people_at_most,largest,squares\n\
            A,squat,2,9,11,5,41\n,squat,1,7,7,7,49\n";
        let read = CampaignCounts::read(&archive(sectors, Some(sites))).unwrap();
        assert_eq!(read.sectors[0].0.of(Unit::Squat).people, 9);
        assert_eq!(read.sectors[0].0.zone.as_deref(), Some("Z"));
        let (spread, nowhere) = read.sites[&Unit::Squat];
        assert_eq!((spread.people, spread.spots, spread.largest), (16, 3, 7));
        assert_eq!(nowhere, 7);
    }
}
