//! `maraude link`: linkage of a file of observations, without a server.
//!
//! Reads the observations CSV (design, section 4), runs the model with its default parameters and
//! writes `clusters.csv`, `pairs.csv` and `summary.json`. It must never touch stored data.

mod files;
mod rows;

pub use files::WriteError;
pub use rows::{BadRow, ReadError, Rows, read_rows};

use maraude_linkage::{Parameters, Phase, Unit, link_by_phase};
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
    /// Seconds by phase: `read`, `block`, `score`, `cluster`, `write`.
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
        seconds.insert(phase.to_owned(), started.elapsed().as_secs_f64());
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
        unique_people: UniquePeople {
            estimate: unique.estimate,
            low: unique.low,
            high: unique.high,
        },
        seconds,
    };
    files::write_summary(out, &summary)?;
    Ok(summary)
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
