//! A release as GeoJSON (RFC 7946): 6 decimals, right-hand rule, one feature per area and subject.
//!
//! It must never write a property that is not in the release.

use super::{ExportError, reason, rounded_to};
use geo::{Coord, LineString, MultiPolygon};
use maraude_observatory::disclosure::{AttributeFigure, Figure, PublishedArea, Release, Stage};
use maraude_observatory::indicator::Unit;
use serde_json::{Map, Value, json};
use std::io::Write;

/// Writes the map.
///
/// # Shape
/// A `FeatureCollection`; its member `maraude` holds `release`, `stage`, `campaign`, `nights`,
/// `exercise`, `sentence`, `settings`, and where there are some `attributes` (`code`, `attribute`,
/// `category`, `figure`, `rounded_to`, `reason`), `corrects` and `errata`. Each feature has
/// `code`, `name`, `level`, `parent`, `subject`, `figure` (absent when withheld), `rounded_to`,
/// `reason`, `walked`.
///
/// # Errors
/// When `out` refuses.
pub fn geojson(release: &Release, out: &mut dyn Write) -> Result<(), ExportError> {
    let published = release.published();
    let heading = &published.heading;
    let mut head = json!({
        "release": heading.number,
        "stage": published.stage.code(),
        "campaign": heading.campaign,
        "nights": heading.nights,
        "exercise": heading.exercise,
        "sentence": { "fr": published.sentence.fr, "en": published.sentence.en },
        "settings": published.settings,
    });
    if let Value::Object(head) = &mut head {
        if !published.attributes.is_empty() {
            let lines = published.attributes.iter();
            let told = lines.map(|told| attribute(told, published.stage)).collect();
            head.insert("attributes".to_owned(), Value::Array(told));
        }
        if let Some(range) = published.range {
            head.insert("range".to_owned(), json!(range));
        }
        if let Some(number) = published.corrects {
            let lines = published.errata.iter().map(|one| {
                json!({
                    "code": one.code,
                    "subject": one.unit.code(),
                    "was": Value::Object(figure_of(one.was)),
                    "now": Value::Object(figure_of(one.now)),
                })
            });
            head.insert("corrects".to_owned(), json!(number));
            head.insert("errata".to_owned(), lines.collect());
        }
    }
    out.write_all(b"{\"type\":\"FeatureCollection\",\"maraude\":")?;
    serde_json::to_writer(&mut *out, &head)?;
    out.write_all(b",\"features\":[")?;
    let mut first = true;
    for area in &published.areas {
        for (unit, figure) in &area.figures {
            out.write_all(if first { b"\n" } else { b",\n" })?;
            first = false;
            out.write_all(b"{\"type\":\"Feature\",\"properties\":")?;
            let properties = properties(release, area, *unit, *figure);
            serde_json::to_writer(&mut *out, &properties)?;
            out.write_all(b",\"geometry\":")?;
            write_geometry(&area.boundary, out)?;
            out.write_all(b"}")?;
        }
    }
    out.write_all(b"\n]}\n")?;
    Ok(())
}

/// A figure's members, none when it is withheld.
fn figure_of(figure: Figure) -> Map<String, Value> {
    let told = [
        ("figure", figure.shown().map(Value::from)),
        ("rounded_to", rounded_to(figure).map(Value::from)),
    ];
    told.into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

fn attribute(told: &AttributeFigure, stage: Stage) -> Value {
    let mut line = figure_of(told.figure);
    line.insert("code".to_owned(), json!(told.code));
    line.insert("attribute".to_owned(), json!(told.attribute.code()));
    line.insert("category".to_owned(), json!(told.category));
    if let Some(reason) = reason(told.figure, stage) {
        line.insert("reason".to_owned(), json!(reason));
    }
    Value::Object(line)
}

fn properties(release: &Release, area: &PublishedArea, unit: Unit, figure: Figure) -> Value {
    let mut properties = json!({
        "code": area.code,
        "name": area.name,
        "level": area.level.code(),
        "subject": unit.code(),
        "walked": area.walked,
    });
    let optional = [
        ("parent", area.parent.as_deref().map(Value::from)),
        ("reason", reason(figure, release.stage()).map(Value::from)),
    ];
    if let Value::Object(map) = &mut properties {
        map.extend(figure_of(figure));
        for (name, value) in optional {
            map.extend(value.map(|value| (name.to_owned(), value)));
        }
    }
    properties
}

fn write_geometry(boundary: &MultiPolygon<f64>, out: &mut dyn Write) -> std::io::Result<()> {
    out.write_all(b"{\"type\":\"MultiPolygon\",\"coordinates\":[")?;
    for (n, polygon) in boundary.iter().enumerate() {
        out.write_all(if n == 0 { b"[" } else { b",[" })?;
        write_ring(polygon.exterior(), out)?;
        for hole in polygon.interiors() {
            out.write_all(b",")?;
            write_ring(hole, out)?;
        }
        out.write_all(b"]")?;
    }
    out.write_all(b"]}")
}

fn write_ring(ring: &LineString<f64>, out: &mut dyn Write) -> std::io::Result<()> {
    for (n, corner) in ring.coords().enumerate() {
        out.write_all(if n == 0 { b"[" } else { b"," })?;
        let Coord { x, y } = *corner;
        write!(out, "[{},{}]", degrees(x), degrees(y))?;
    }
    out.write_all(b"]")
}

/// At most 6 decimals, without zeros at the end.
pub(super) fn degrees(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
