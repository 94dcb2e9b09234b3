//! GeoJSON coordinates to planar geometries, with everything checked that later code relies on.

use super::fault::GeometryFault;
use geo::{
    Coord, CoordsIter, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point,
    Polygon,
};
use serde_json::Value;

/// Reads one GeoJSON geometry, in the file's own coordinates.
pub(super) fn read_geometry(value: &Value) -> Result<Geometry<f64>, GeometryFault> {
    if value.is_null() {
        return Err(GeometryFault::Missing);
    }
    let kind = value.get("type").and_then(Value::as_str);
    let coordinates = value.get("coordinates").ok_or(GeometryFault::Malformed);
    Ok(match kind {
        Some("Point") => Point(position(coordinates?)?).into(),
        Some("MultiPoint") => {
            let places = list(coordinates?, |v| position(v).map(Point))?;
            MultiPoint(places).into()
        }
        Some("LineString") => line(coordinates?)?.into(),
        Some("MultiLineString") => MultiLineString(list(coordinates?, line)?).into(),
        Some("Polygon") => polygon(coordinates?)?.into(),
        Some("MultiPolygon") => MultiPolygon(list(coordinates?, polygon)?).into(),
        Some(_) => return Err(GeometryFault::Unsupported),
        None => return Err(GeometryFault::Malformed),
    })
}

/// Checks what other formats let through: finite coordinates, closed rings, lines of two positions.
pub(super) fn check_geometry(geometry: &Geometry<f64>) -> Result<(), GeometryFault> {
    let finite = geometry
        .coords_iter()
        .all(|c| c.x.is_finite() && c.y.is_finite());
    if !finite {
        return Err(GeometryFault::NotFinite);
    }
    let ring = |ring: &LineString<f64>| {
        (ring.0.len() >= 4)
            .then_some(())
            .ok_or(GeometryFault::OpenRing)
    };
    let polygon = |polygon: &Polygon<f64>| {
        std::iter::once(polygon.exterior())
            .chain(polygon.interiors())
            .try_for_each(ring)
    };
    let line = |line: &LineString<f64>| {
        (line.0.len() >= 2)
            .then_some(())
            .ok_or(GeometryFault::ShortLine)
    };
    match geometry {
        Geometry::Point(_) | Geometry::MultiPoint(_) => Ok(()),
        Geometry::LineString(one) => line(one),
        Geometry::MultiLineString(many) => many.iter().try_for_each(line),
        Geometry::Polygon(one) => polygon(one),
        Geometry::MultiPolygon(many) => many.iter().try_for_each(polygon),
        _ => Err(GeometryFault::Unsupported),
    }
}

/// Name of the geometry's type in GeoJSON.
pub(super) fn type_name(geometry: &Geometry<f64>) -> &'static str {
    match geometry {
        Geometry::Point(_) => "Point",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::LineString(_) => "LineString",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::Polygon(_) => "Polygon",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        _ => "geometry",
    }
}

fn list<T>(
    value: &Value,
    read: impl Fn(&Value) -> Result<T, GeometryFault>,
) -> Result<Vec<T>, GeometryFault> {
    let items = value.as_array().ok_or(GeometryFault::Malformed)?;
    items.iter().map(read).collect()
}

fn position(value: &Value) -> Result<Coord<f64>, GeometryFault> {
    let numbers = value.as_array().ok_or(GeometryFault::Malformed)?;
    let [x, y, ..] = numbers.as_slice() else {
        return Err(GeometryFault::Malformed);
    };
    let number = |v: &Value| v.as_f64().ok_or(GeometryFault::NotFinite);
    let (x, y) = (number(x)?, number(y)?);
    if x.is_finite() && y.is_finite() {
        Ok(Coord { x, y })
    } else {
        Err(GeometryFault::NotFinite)
    }
}

fn line(value: &Value) -> Result<LineString<f64>, GeometryFault> {
    let line = LineString(list(value, position)?);
    if line.0.len() < 2 {
        return Err(GeometryFault::ShortLine);
    }
    Ok(line)
}

fn ring(value: &Value) -> Result<LineString<f64>, GeometryFault> {
    let ring = LineString(list(value, position)?);
    if ring.0.len() < 4 || ring.0.first() != ring.0.last() {
        return Err(GeometryFault::OpenRing);
    }
    Ok(ring)
}

fn polygon(value: &Value) -> Result<Polygon<f64>, GeometryFault> {
    let mut rings = list(value, ring)?.into_iter();
    let exterior = rings.next().ok_or(GeometryFault::Malformed)?;
    Ok(Polygon::new(exterior, rings.collect()))
}
