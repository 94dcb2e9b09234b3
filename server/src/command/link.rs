//! `maraude link`: linkage of a file of observations, without a server.
//!
//! Reads the observations CSV (design, section 4), runs the model with its default parameters and
//! writes `clusters.csv`, `pairs.csv` and `summary.json`. It must never touch stored data.

mod files;
mod rows;

pub use files::WriteError;
pub use rows::{BadRow, ReadError, Rows, read_rows};

use maraude_linkage::{Dimension, DistinctCount, Parameters, Phase, Unit, link_by_phase};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

/// Why `maraude link` stopped.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The observations could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The results could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Distinct people and the 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct UniquePeople {
    /// Estimate.
    pub estimate: f64,
    /// 2.5 % bound.
    pub low: f64,
    /// 97.5 % bound.
    pub high: f64,
}

/// People of sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SitePeople {
    /// Sites.
    pub sites: u32,
    /// At least: counted where somebody counted, else declared.
    pub at_least: u32,
    /// At most.
    pub at_most: u32,
}

/// What `summary.json` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Rows read.
    pub observations: u32,
    /// Rows refused and left out (`--skip-bad-rows`).
    pub refused_rows: u32,
    /// People of individual and group rows.
    pub slots: u32,
    /// Distinct people or groups held.
    pub clusters: u32,
    /// Pairs by verdict.
    pub pairs: BTreeMap<String, u32>,
    /// Distinct people, doubtful rows left out.
    pub unique_people: UniquePeople,
    /// The same by shelter, parts of the total; people of whom it is not known are under ``.
    pub by_shelter: BTreeMap<String, UniquePeople>,
    /// Squats and bidonvilles told by site rows; their people are never added to those met.
    pub sites: SitePeople,
    /// Seconds by phase: `read`, `block`, `train`, `score`, `cluster`, `write`.
    pub seconds: BTreeMap<String, f64>,
}

/// Links the observations of a file and writes the three results into a folder, made if missing.
///
/// Warnings (unknown columns, refused rows) go to `warn`, one line each.
pub fn run(
    observations: &Path,
    out: &Path,
    skip_bad_rows: bool,
    warn: &mut dyn FnMut(&str),
) -> Result<Summary, LinkError> {
    let mut seconds = BTreeMap::new();
    let mut started = Instant::now();
    let mut lap = |phase: &str| {
        *seconds.entry(phase.to_owned()).or_insert(0.0) += started.elapsed().as_secs_f64();
        started = Instant::now();
    };
    let file = File::open(observations).map_err(|cause| ReadError::Open {
        path: observations.to_owned(),
        cause,
    })?;
    let rows = read_rows(file, skip_bad_rows)?;
    for column in &rows.unknown_columns {
        warn(&format!("unknown column « {column} » ignored"));
    }
    for bad in &rows.refused {
        warn(&bad.to_string());
    }
    lap("read");
    let linkage = link_by_phase(
        &rows.observations,
        &[],
        &Parameters::default(),
        &mut |phase| {
            lap(match phase {
                Phase::Block => "block",
                Phase::Train => "train",
                Phase::Score => "score",
                Phase::Cluster => "cluster",
            });
        },
    );
    let verdicts = files::write(out, &rows, &linkage)?;
    lap("write");
    let unique = linkage.distinct(Unit::Street);
    let summary = Summary {
        observations: rows.observations.len() as u32,
        refused_rows: rows.refused.len() as u32,
        slots: linkage.clusters.iter().map(|c| c.slots.len() as u32).sum(),
        clusters: linkage.clusters.len() as u32,
        pairs: verdicts,
        unique_people: people(unique),
        by_shelter: (linkage.parts.iter())
            .filter(|part| part.dimension == Dimension::Situation)
            .map(|part| (part.code.clone().unwrap_or_default(), people(part.count)))
            .collect(),
        sites: site_people(&rows.sites),
        seconds,
    };
    files::write_summary(out, &summary)?;
    Ok(summary)
}

fn people(of: DistinctCount) -> UniquePeople {
    UniquePeople {
        estimate: of.estimate,
        low: of.low,
        high: of.high,
    }
}

/// Of several rows on one site the largest numbers count.
fn site_people(rows: &[rows::SiteRow]) -> SitePeople {
    let mut sites: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for row in rows {
        let (least, most) = sites.entry(&row.name).or_default();
        (*least, *most) = (row.at_least.max(*least), row.at_most.max(*most));
    }
    SitePeople {
        sites: sites.len() as u32,
        at_least: sites.values().map(|(least, _)| least).sum(),
        at_most: sites.values().map(|(_, most)| most).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "observation_id,night,team_id,device_id,observed_at,lat,lon,\
        gps_accuracy_m,kind,group_size,n_men,n_women,gender,age_band,language,contact,extra\n";

    fn night(rows: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("{HEADER}{}\n", rows.join("\n"));
        std::fs::write(folder.path().join("in.csv"), text).unwrap();
        folder
    }

    fn link(folder: &tempfile::TempDir, skip: bool) -> (Result<Summary, LinkError>, Vec<String>) {
        let mut warnings = Vec::new();
        let path = folder.path();
        let run = run(&path.join("in.csv"), &path.join("out"), skip, &mut |line| {
            warnings.push(line.to_owned());
        });
        (run, warnings)
    }

    #[test]
    fn a_double_is_found_and_written_in_the_three_files() {
        let folder = night(&[
            "o2,2026-01-22,T2,d2,2026-01-22T23:10:00+01:00,43.61003,3.87004,8,individual,,,,m,40-54,ro,answered,x",
            "o1,2026-01-22,T1,d1,2026-01-22T22:20:00+01:00,43.61000,3.87000,8,individual,,,,m,40-54,ro,answered,x",
            "o3,2026-01-22,T1,d1,2026-01-22T22:40:00+01:00,43.60000,3.88000,8,group,3,2,1,,,,asleep,x",
        ]);
        let (summary, warnings) = link(&folder, false);
        let summary = summary.unwrap();
        assert_eq!((summary.slots, summary.clusters), (5, 4));
        assert!(summary.unique_people.estimate < 4.2);
        assert_eq!(warnings, ["unknown column « extra » ignored"]);
        let read = |name| std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
        let clusters = read("clusters.csv");
        assert!(
            clusters
                .starts_with("observation_id,slot,cluster_id\no1,0,o1.0\no2,0,o1.0\no3,0,o3.0\n"),
            "{clusters}"
        );
        let pairs = read("pairs.csv");
        assert!(pairs.starts_with(
            "observation_a,slot_a,observation_b,slot_b,match_weight,match_probability,verdict\no1,0,o2,0,"
        ), "{pairs}");
        let json: serde_json::Value = serde_json::from_str(&read("summary.json")).unwrap();
        assert!(json["seconds"]["score"].is_number() && json["unique_people"]["low"].is_number());
    }

    #[test]
    fn squats_and_sites_are_told_apart_and_never_added_up() {
        let folder = tempfile::tempdir().unwrap();
        let text = "observation_id,team_id,observed_at,kind,shelter_type,site_id,n_counted,\
            n_declared_min,n_declared_max,lat,lon\n\
            a,T1,2026-01-22T22:20:00+01:00,individual,squat,,,,,43.61,3.87\n\
            b,T1,2026-01-22T22:30:00+01:00,individual,none,,,,,43.62,3.87\n\
            s,T1,2026-01-22T22:40:00+01:00,site,squat,S1,,12,20,43.61,3.87\n\
            t,T2,2026-01-22T23:40:00+01:00,site,squat,S1,15,,,43.61,3.87\n";
        std::fs::write(folder.path().join("in.csv"), text).unwrap();
        let summary = link(&folder, false).0.unwrap();
        assert!((summary.unique_people.estimate - 2.0).abs() < 0.1);
        assert_eq!(
            summary.by_shelter.keys().collect::<Vec<_>>(),
            ["none", "squat"]
        );
        let sites = SitePeople {
            sites: 1,
            at_least: 15,
            at_most: 20,
        };
        assert_eq!(summary.sites, sites);
    }

    #[test]
    fn a_bad_row_is_refused_with_its_line_and_column() {
        let folder = night(&[
            "o1,2026-01-22,T1,d1,2026-01-22T22:20:00+01:00,43.61,3.87,8,individual,,,,m,40-54,ro,answered,",
            "o2,2026-01-22,T1,d1,yesterday,43.61,3.87,8,individual,,,,m,40-54,ro,answered,",
            "o1,2026-01-22,T1,d1,2026-01-22T22:21:00+01:00,43.61,3.87,8,individual,,,,m,40-54,ro,answered,",
        ]);
        let (refused, _) = link(&folder, false);
        let text = refused.unwrap_err().to_string();
        assert!(
            text.contains("line 3") && text.contains("observed_at"),
            "{text}"
        );
        let (kept, warnings) = link(&folder, true);
        assert_eq!(kept.unwrap().observations, 1);
        assert_eq!(warnings.len(), 3, "{warnings:?}");
        assert!(warnings[2].contains("line 4") && warnings[2].contains("observation_id"));
    }

    #[test]
    fn a_file_without_a_needed_column_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("in.csv"), "observation_id,lat\no1,43\n").unwrap();
        let (refused, _) = link(&folder, true);
        assert!(refused.unwrap_err().to_string().contains("team_id"));
    }
}
