//! The internal export: clusters with their places, for coordinators alone, who say why.
//!
//! It must never be published, nor be reached without a role and a line in the audit log. Only
//! `http::releases` calls it. It is not a [`maraude_observatory::disclosure::Release`], and no
//! writer of releases takes it.

use super::dictionary::columns_of;
use super::geojson::degrees;
use super::inner_sheets;
use super::sheet::{About, Cell, Column, Geometry, Row, Sheet};
use super::site_sheet::{self, InternalSite};
use super::{ExportError, Format, csv, flatgeobuf, geopackage, geoparquet, through_file, xlsx};
use crate::projection::{
    Counting, ObservationFilter, ObservationLine, Unit, View, ViewError, counting,
};
use crate::review::Reviewed;
use maraude_core::form::questionnaire;
use maraude_core::model::{Coordinates, ObservationKind, Position};
use serde_json::{Value, json};
use std::borrow::Cow;
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
#[derive(Clone, PartialEq)]
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

maraude_core::redacts!(InternalExport);

impl InternalExport {
    /// Writes one of the tables in a format.
    ///
    /// # Errors
    /// When the view fails, `out` refuses, or the format holds no internal table.
    pub fn write(
        &self,
        (view, reviewed): (&View, &Reviewed),
        what: Table,
        format: Format,
        out: &mut dyn Write,
    ) -> Result<(), InternalError> {
        if format == Format::Dictionary {
            return Ok(columns_of(what.columns(), &inner_sheets::about(self), out)?);
        }
        match what {
            Table::Clusters => {
                self.write_clusters(self.clusters.iter().map(Cow::Borrowed), format, out)
            }
            Table::Observations => {
                let version = view.campaign()?.map(|campaign| campaign.questionnaire);
                let form = questionnaire(version.as_deref().unwrap_or_default());
                let (lines, _) = view.lines(&ObservationFilter::default())?;
                self.write_sheet(inner_sheets::observations(&lines, form), format, out)
            }
            Table::Sites => {
                let version = view.campaign()?.map(|campaign| campaign.questionnaire);
                let form = questionnaire(version.as_deref().unwrap_or_default());
                let found = sites_of(view, reviewed)?;
                self.write_sheet(site_sheet::sites(&found, form), format, out)
            }
        }
    }

    /// Writes clusters that come one at a time, in place of its own.
    ///
    /// # Errors
    /// When `out` refuses, or the format holds no internal table.
    pub fn write_clusters<'a>(
        &self,
        clusters: impl Iterator<Item = Cow<'a, InternalCluster>> + 'a,
        format: Format,
        out: &mut dyn Write,
    ) -> Result<(), InternalError> {
        if format == Format::Geojson {
            return Ok(clusters_geojson(self, clusters, out)?);
        }
        self.write_sheet(inner_sheets::clusters(clusters), format, out)
    }

    fn write_sheet(
        &self,
        sheet: Sheet<'_>,
        format: Format,
        out: &mut dyn Write,
    ) -> Result<(), InternalError> {
        let about = inner_sheets::about(self);
        match format {
            Format::Csv => csv::sheet(sheet, out)?,
            Format::Geopackage => {
                through_file(out, |path| {
                    Ok(geopackage::write(path, vec![sheet], &about)?)
                })?;
            }
            Format::Flatgeobuf => flatgeobuf::write(sheet, &about, out)?,
            Format::Geoparquet => through_file(out, |path| {
                let file = std::fs::File::create(path)?;
                geoparquet::write(sheet, &about, std::io::BufWriter::new(file))
            })?,
            Format::Xlsx => through_file(out, |path| {
                xlsx::write(vec![sheet], &about, std::fs::File::create(path)?)
            })?,
            Format::Geojson => features(sheet, &about, out)?,
            Format::Pmtiles | Format::Dictionary | Format::Page | Format::Dcat => {
                return Err(InternalError::NotInThisFormat);
            }
        }
        Ok(())
    }

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

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Distinct people.
    Clusters,
    /// What teams recorded.
    Observations,
    /// Squats and bidonvilles.
    Sites,
}

impl Table {
    /// Its code in addresses and file names.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Observations => "observations",
            Self::Sites => "sites",
        }
    }

    /// What its columns mean.
    const fn columns(self) -> &'static [Column] {
        match self {
            Self::Clusters => &inner_sheets::CLUSTERS,
            Self::Observations => &inner_sheets::OBSERVATIONS,
            Self::Sites => &site_sheet::SITES,
        }
    }

    /// The table of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Clusters, Self::Observations, Self::Sites]
            .into_iter()
            .find(|table| table.code() == code)
    }
}

/// Why an internal export was not written.
#[derive(Debug, thiserror::Error)]
pub enum InternalError {
    /// The view.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The file.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The format is one of releases alone.
    #[error("this format holds no internal table")]
    NotInThisFormat,
}

fn sites_of(view: &View, reviewed: &Reviewed) -> Result<Vec<InternalSite>, ViewError> {
    let (lines, _) = view.lines(&ObservationFilter::default())?;
    let known = view.sites()?;
    let found = reviewed.lasting_places(&lines);
    Ok(found
        .iter()
        .map(|place| {
            let members = || place.lines.iter().map(|n| &lines[*n]);
            let commune = members().find_map(|line| line.placement.as_ref()?.commune.as_ref());
            InternalSite {
                known: known
                    .iter()
                    .find(|site| Some(site.id) == place.site)
                    .cloned(),
                unit: place.unit.code(),
                coordinates: place.at,
                commune: commune.map(|commune| (commune.code.clone(), commune.name.clone())),
                people: place.people,
                met: place.met[0],
                answers: members()
                    .filter(|line| line.observation.kind == ObservationKind::Site)
                    .max_by_key(|line| line.observed_at)
                    .map(|line| line.observation.answers.clone())
                    .unwrap_or_default(),
                night: members()
                    .map(|line| line.night)
                    .max()
                    .map_or_else(String::new, |night| night.to_string()),
            }
        })
        .collect())
}

/// A sheet as GeoJSON; a row without a place has no geometry.
fn features(sheet: Sheet<'_>, about: &[About], out: &mut dyn Write) -> Result<(), ExportError> {
    let head: serde_json::Map<String, Value> = about
        .iter()
        .map(|(name, text)| (name.clone(), json!(text)))
        .collect();
    out.write_all(b"{\"type\":\"FeatureCollection\",\"maraude_internal\":")?;
    serde_json::to_writer(&mut *out, &head)?;
    out.write_all(b",\"features\":[")?;
    for (n, row) in sheet.rows.enumerate() {
        out.write_all(if n == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &row_feature(sheet.columns, &row))?;
    }
    out.write_all(b"\n]}\n")?;
    Ok(())
}

/// A row of a layer of points as a GeoJSON feature.
pub fn row_feature(columns: &[Column], row: &Row) -> Value {
    let properties: serde_json::Map<String, Value> = columns
        .iter()
        .zip(&row.cells)
        .map(|(column, cell)| {
            let value = match cell {
                Cell::Empty => Value::Null,
                Cell::Text(text) => json!(text),
                Cell::Integer(number) => json!(number),
                Cell::Real(number) => json!(number),
                Cell::Flag(flag) => json!(flag),
            };
            (column.name.to_owned(), value)
        })
        .collect();
    let geometry = match &row.geometry {
        Some(Geometry::Point(at)) => json!({ "type": "Point", "coordinates": [at.x(), at.y()] }),
        Some(Geometry::Surface(_)) | None => Value::Null,
    };
    json!({ "type": "Feature", "geometry": geometry, "properties": properties })
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
pub(super) const WARNING: &str = "USAGE INTERNE : positions exactes, ne pas diffuser. \
                       INTERNAL USE: exact places, not to be published.";

/// Writes the export as GeoJSON; a cluster without a place has no geometry.
///
/// # Errors
/// When `out` refuses.
pub fn clusters_geojson<'a>(
    export: &InternalExport,
    clusters: impl Iterator<Item = Cow<'a, InternalCluster>>,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
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
    for (n, cluster) in clusters.enumerate() {
        out.write_all(if n == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &feature(&cluster))?;
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
