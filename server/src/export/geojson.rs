//! A release as GeoJSON (RFC 7946): 6 decimals, right-hand rule, one feature per area and subject.
//!
//! It must never write a property that is not in the release.

use super::{ExportError, reason, rounded_to};
use geo::{Coord, LineString, MultiPolygon};
use maraude_observatory::disclosure::{Figure, PublishedArea, Release};
use maraude_observatory::indicator::Unit;
use serde_json::{Value, json};
use std::io::Write;

/// Writes the map.
///
/// # Shape
/// A `FeatureCollection`; its member `maraude` holds `release`, `stage`, `campaign`, `nights`,
/// `exercise`, `sentence`, `settings`. Each feature has `code`, `name`, `level`, `parent`,
/// `subject`, `figure` (absent when withheld), `rounded_to`, `reason`, `walked`.
///
/// # Errors
/// When `out` refuses.
pub fn geojson(release: &Release, out: &mut dyn Write) -> Result<(), ExportError> {
    let published = release.published();
    let heading = &published.heading;
    let head = json!({
        "release": heading.number,
        "stage": published.stage.code(),
        "campaign": heading.campaign,
        "nights": heading.nights,
        "exercise": heading.exercise,
        "sentence": { "fr": published.sentence.fr, "en": published.sentence.en },
        "settings": published.settings,
    });
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
        ("figure", figure.shown().map(Value::from)),
        ("rounded_to", rounded_to(figure).map(Value::from)),
        ("reason", reason(figure, release.stage()).map(Value::from)),
    ];
    if let Value::Object(map) = &mut properties {
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
