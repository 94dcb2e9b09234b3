//! The public ground of the field map: communes, quartiers, streets, water and landmarks,
//! simplified, in one JSON. No sector, no known place, no person.

use crate::geolocation::BELIEVED_BEYOND_M;
use crate::http::packed::Packed;
use crate::store::{LayerFeature, LayerKind, LayerStore, LayerStoreError, LayerVersion};
use geo::{BoundingRect, Geometry, MapCoords, Simplify};
use maraude_core::geography::Bounds;
use serde_json::{Map, Value, json};

/// Kinds in the bundle.
const KINDS: [LayerKind; 5] = [
    LayerKind::Commune,
    LayerKind::Quartier,
    LayerKind::Street,
    LayerKind::Water,
    LayerKind::Landmark,
];

/// Corners that stand out less are left out, degrees: about two metres.
const TOLERANCE_DEGREES: f64 = 2e-5;

/// Decimals of degrees kept: about one metre.
const DECIMALS: f64 = 1e5;

/// The bundle, ready to be sent.
pub(super) struct Bundle {
    /// Changes with every import.
    pub(super) version: String,
    /// What is sent.
    pub(super) packed: Packed,
}

impl Bundle {
    /// The version that these layers make.
    pub(super) fn version_of(latest: &[LayerVersion]) -> String {
        let parts = latest
            .iter()
            .filter(|layer| KINDS.contains(&layer.kind))
            .map(|layer| format!("{}{}-{:x}", layer.kind, layer.version, layer.imported_at));
        parts.collect::<Vec<_>>().join(".")
    }

    pub(super) fn of(store: &LayerStore, latest: &[LayerVersion]) -> Result<Self, LayerStoreError> {
        let mut layers = Map::new();
        let mut bounds: Option<Bounds> = None;
        for layer in latest.iter().filter(|layer| KINDS.contains(&layer.kind)) {
            let features = store.features(layer.kind, layer.version)?;
            for rect in features.iter().filter_map(|f| f.geometry.bounding_rect()) {
                let own = Bounds {
                    west: rect.min().x,
                    south: rect.min().y,
                    east: rect.max().x,
                    north: rect.max().y,
                };
                bounds = Some(bounds.map_or(own, |all| all.union(own)));
            }
            let key = layer.kind.code().to_owned();
            layers.insert(key, feature_collection(layer.kind, &features));
        }
        let bounds = bounds.map(|b| {
            let b = b.grown(BELIEVED_BEYOND_M / 10.0);
            json!([round(b.west), round(b.south), round(b.east), round(b.north)])
        });
        let version = Self::version_of(latest);
        let json = json!({ "version": version, "bounds": bounds, "layers": layers }).to_string();
        Ok(Self {
            version,
            packed: Packed::new(json.into_bytes()),
        })
    }
}

/// A layer as GeoJSON: simplified shapes, code and name.
pub(super) fn feature_collection(kind: LayerKind, features: &[LayerFeature]) -> Value {
    let coded = !matches!(kind, LayerKind::Street | LayerKind::Water);
    let features: Vec<Value> = features
        .iter()
        .map(|feature| {
            let mut properties = Map::new();
            if coded {
                properties.insert("code".to_owned(), feature.code.clone().into());
            }
            if !feature.name.is_empty() {
                properties.insert("name".to_owned(), feature.name.clone().into());
            }
            json!({
                "type": "Feature",
                "properties": properties,
                "geometry": geojson::GeometryValue::from(&drawn(&feature.geometry)),
            })
        })
        .collect();
    json!({ "type": "FeatureCollection", "features": features })
}

fn drawn(geometry: &Geometry<f64>) -> Geometry<f64> {
    let simple = match geometry {
        Geometry::LineString(line) => line.simplify(TOLERANCE_DEGREES).into(),
        Geometry::MultiLineString(lines) => lines.simplify(TOLERANCE_DEGREES).into(),
        Geometry::Polygon(area) => area.simplify(TOLERANCE_DEGREES).into(),
        Geometry::MultiPolygon(areas) => areas.simplify(TOLERANCE_DEGREES).into(),
        other => other.clone(),
    };
    simple.map_coords(|c| geo::Coord {
        x: round(c.x),
        y: round(c.y),
    })
}

fn round(degrees: f64) -> f64 {
    (degrees * DECIMALS).round() / DECIMALS
}
