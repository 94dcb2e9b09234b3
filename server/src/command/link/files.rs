//! The three files of `maraude link`.

use super::Summary;
use super::rows::Rows;
use maraude_core::model::SlotRef;
use maraude_linkage::{Linkage, PairVerdict};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Why a result could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The folder could not be made.
    #[error("cannot make the folder {}: {cause}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A table could not be written.
    #[error("cannot write {}: {cause}", path.display())]
    Table {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: csv::Error,
    },
    /// The summary could not be written.
    #[error("cannot write {}: {cause}", path.display())]
    Summary {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// Writes `clusters.csv` and `pairs.csv`; answers the number of pairs by verdict.
pub(super) fn write(
    out: &Path,
    rows: &Rows,
    linkage: &Linkage,
) -> Result<BTreeMap<String, u32>, WriteError> {
    std::fs::create_dir_all(out).map_err(|cause| WriteError::Folder {
        path: out.to_owned(),
        cause,
    })?;
    let path = out.join("clusters.csv");
    write_clusters(&path, rows, linkage).map_err(|cause| WriteError::Table { path, cause })?;
    let path = out.join("pairs.csv");
    write_pairs(&path, rows, linkage).map_err(|cause| WriteError::Table { path, cause })
}

/// Writes `summary.json`.
pub(super) fn write_summary(out: &Path, summary: &Summary) -> Result<(), WriteError> {
    let path = out.join("summary.json");
    serde_json::to_vec_pretty(summary)
        .map_err(io::Error::from)
        .and_then(|mut text| {
            text.push(b'\n');
            std::fs::write(&path, text)
        })
        .map_err(|cause| WriteError::Summary { path, cause })
}

/// One line per slot, by observation and slot as the file names them.
fn write_clusters(path: &Path, rows: &Rows, linkage: &Linkage) -> Result<(), csv::Error> {
    let name = |slot: &SlotRef| (rows.name(slot.observation), slot.slot);
    let mut lines = Vec::new();
    for cluster in &linkage.clusters {
        let mut members: Vec<_> = cluster.slots.iter().map(name).collect();
        members.sort_unstable();
        let first = members[0];
        lines.extend(members.into_iter().map(|member| (member, first)));
    }
    lines.sort_unstable();
    let mut table = csv::Writer::from_path(path)?;
    table.write_record(["observation_id", "slot", "cluster_id"])?;
    for ((observation, slot), (first, first_slot)) in lines {
        let cluster = format!("{first}.{first_slot}");
        table.write_record([observation, &slot.to_string(), &cluster])?;
    }
    table.flush()?;
    Ok(())
}

fn write_pairs(
    path: &Path,
    rows: &Rows,
    linkage: &Linkage,
) -> Result<BTreeMap<String, u32>, csv::Error> {
    let verdict = |of: PairVerdict| match of {
        PairVerdict::Auto => "auto",
        PairVerdict::Review => "review",
        PairVerdict::Distinct => "distinct",
    };
    let mut lines: Vec<_> = linkage
        .pairs
        .iter()
        .map(|pair| {
            let side = |slot: &SlotRef| (rows.name(slot.observation), slot.slot);
            let (one, other) = (side(&pair.one), side(&pair.other));
            (one.min(other), one.max(other), pair)
        })
        .collect();
    lines.sort_unstable_by_key(|(one, other, _)| (*one, *other));
    let mut counts = BTreeMap::new();
    let mut table = csv::Writer::from_path(path)?;
    table.write_record([
        "observation_a",
        "slot_a",
        "observation_b",
        "slot_b",
        "match_weight",
        "match_probability",
        "verdict",
    ])?;
    for ((one, one_slot), (other, other_slot), pair) in lines {
        let word = verdict(pair.verdict);
        *counts.entry(word.to_owned()).or_insert(0) += 1;
        table.write_record([
            one,
            &one_slot.to_string(),
            other,
            &other_slot.to_string(),
            &format!("{:.4}", pair.match_weight),
            &format!("{:.6}", pair.match_probability),
            word,
        ])?;
    }
    table.flush()?;
    Ok(counts)
}
