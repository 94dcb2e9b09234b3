//! The internal export: clusters with their places, for coordinators alone, who say why.
//!
//! It must never be published, nor be reached without a role and a line in the audit log. Only
//! `http::releases` calls it. It is not a [`maraude_observatory::disclosure::Release`], and no
//! writer of releases takes it.

use super::ExportError;
use super::geojson::degrees;
use crate::projection::{
    Counting, ObservationFilter, ObservationLine, Unit, View, ViewError, counting,
};
use crate::review::Reviewed;
use maraude_core::model::{Coordinates, Position};
use serde_json::{Value, json};
use std::io::Write;

/// A cluster as coordinators read it.
#[derive(Debug, Clone, PartialEq)]
pub struct InternalCluster {
    /// Its name: the least of its observations' slots.
    pub id: String,
    /// `street`, `squat`, `bidonville`, `partner`.
    pub unit: &'static str,
    /// In the figure, or out until decided.
    pub counted: bool,
    /// Where its best placed observation is.
    pub coordinates: Option<Coordinates>,
    /// Accuracy of that place, metres.
    pub accuracy_m: Option<f64>,
    /// Observations held to be the same.
    pub observations: Vec<String>,
    /// People: at least, at most.
    pub people: [u32; 2],
    /// Sectors of its observations' rounds.
    pub sectors: Vec<String>,
    /// Commune.
    pub commune: Option<String>,
}

/// What is handed to a coordinator.
#[derive(Debug, Clone, PartialEq)]
pub struct InternalExport {
    /// The campaign's name.
    pub campaign: String,
    /// *exercice*.
    pub exercise: bool,
    /// Who asked.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The rows.
    pub clusters: Vec<InternalCluster>,
}

impl InternalExport {
    /// Distinct people in the street as clusters, doubtful ones included and marked; squats,
    /// bidonvilles and partners' premises.
    ///
    /// # Errors
    /// When the view fails.
    pub fn clusters_of(
        view: &View,
        reviewed: &Reviewed,
    ) -> Result<Vec<InternalCluster>, ViewError> {
        let (lines, _) = view.lines(&ObservationFilter::default())?;
        let mut clusters: Vec<InternalCluster> = reviewed
            .linkage
            .clusters
            .iter()
            .filter_map(|cluster| {
                let mut members: Vec<&ObservationLine> = cluster
                    .slots
                    .iter()
                    .filter_map(|slot| reviewed.line(slot.observation))
                    .filter(|line| line.unit() == Unit::Street)
                    .collect();
                members.dedup_by_key(|line| line.observation.id);
                let name = cluster.id();
                let id = format!("{}/{}", name.observation, name.slot);
                (!members.is_empty()).then(|| row(id, Unit::Street, &members, [1, 1]))
            })
            .collect();
        for place in reviewed.lasting_places(&lines) {
            let members: Vec<&ObservationLine> = place.lines.iter().map(|n| &lines[*n]).collect();
            if let Some(first) = members.first() {
                let id = first.observation.id.to_string();
                clusters.push(row(id, place.unit, &members, place.people));
            }
        }
        for line in lines.iter().filter(|line| line.unit() == Unit::Partner) {
            if counting(line) == Counting::Counted {
                let heads = line.observation.heads;
                let id = line.observation.id.to_string();
                let people = [heads.at_least(), heads.at_most()];
                clusters.push(row(id, Unit::Partner, &[line], people));
            }
        }
        Ok(clusters)
    }
}

fn row(id: String, unit: Unit, members: &[&ObservationLine], people: [u32; 2]) -> InternalCluster {
    let placed =
        |line: &&ObservationLine| -> Option<Position> { line.placement.as_ref()?.position };
    let best = members.iter().filter_map(placed).min_by(|one, other| {
        let accuracy = |p: &Position| p.accuracy_m.unwrap_or(f64::INFINITY);
        accuracy(one).total_cmp(&accuracy(other))
    });
    let mut sectors: Vec<String> = members
        .iter()
        .filter_map(|line| line.sector_code.clone())
        .collect();
    sectors.sort();
    sectors.dedup();
    let placement = members.iter().filter_map(|line| line.placement.as_ref());
    InternalCluster {
        id,
        unit: unit.code(),
        counted: members
            .iter()
            .any(|line| counting(line) == Counting::Counted),
        coordinates: best.map(|position| position.coordinates),
        accuracy_m: best.and_then(|position| position.accuracy_m),
        observations: members
            .iter()
            .map(|line| line.observation.id.to_string())
            .collect(),
        people,
        sectors,
        commune: placement
            .filter_map(|p| p.commune.as_ref())
            .map(|commune| commune.code.clone())
            .next(),
    }
}

/// Printed on the file.
const WARNING: &str = "USAGE INTERNE : positions exactes, ne pas diffuser. \
                       INTERNAL USE: exact places, not to be published.";

/// Writes the export as GeoJSON; a cluster without a place has no geometry.
///
/// # Errors
/// When `out` refuses.
pub fn clusters_geojson(export: &InternalExport, out: &mut dyn Write) -> Result<(), ExportError> {
    let head = json!({
        "internal": true,
        "warning": WARNING,
        "campaign": export.campaign,
        "exercise": export.exercise,
        "by": export.by,
        "reason": export.reason,
    });
    out.write_all(b"{\"type\":\"FeatureCollection\",\"maraude_internal\":")?;
    serde_json::to_writer(&mut *out, &head)?;
    out.write_all(b",\"features\":[")?;
    for (n, cluster) in export.clusters.iter().enumerate() {
        out.write_all(if n == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &feature(cluster))?;
    }
    out.write_all(b"\n]}\n")?;
    Ok(())
}

fn feature(cluster: &InternalCluster) -> Value {
    let number = |value: f64| -> Value {
        let text = degrees(value);
        serde_json::from_str(&text).unwrap_or(Value::Null)
    };
    let geometry = cluster.coordinates.map_or(Value::Null, |at| {
        json!({
            "type": "Point",
            "coordinates": [number(at.longitude), number(at.latitude)],
        })
    });
    json!({
        "type": "Feature",
        "id": cluster.id,
        "geometry": geometry,
        "properties": {
            "cluster": cluster.id,
            "subject": cluster.unit,
            "counted": cluster.counted,
            "people_at_least": cluster.people[0],
            "people_at_most": cluster.people[1],
            "observations": cluster.observations,
            "sectors": cluster.sectors,
            "commune": cluster.commune,
            "accuracy_m": cluster.accuracy_m,
        },
    })
}
