//! The geocoder's matcher for a worker of the browser: cells in, candidates out.
//!
//! Conversions only; it must never hold a rule of the domain. It is apart from the tablet's core so
//! that the core, which must start at once, does not carry it.

use maraude_core::gazetteer::{Gazetteer, boundary_of, read_cell, streets_within};
use maraude_core::model::Coordinates;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// Streets and landmarks of the cells on this tablet.
#[wasm_bindgen]
pub struct PlaceIndex {
    gazetteer: Gazetteer,
}

#[wasm_bindgen]
impl PlaceIndex {
    /// Indexes the texts of cells. A street that lies in several of them is taken once.
    ///
    /// # Errors
    /// When a text is not a cell, or one of a newer format; it says which.
    #[wasm_bindgen(constructor)]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "what wasm-bindgen hands over"
    )]
    pub fn new(cells: Vec<String>) -> Result<Self, JsError> {
        let mut places = Vec::new();
        for (number, cell) in cells.iter().enumerate() {
            let read = read_cell(cell).map_err(|e| JsError::new(&format!("cell {number}: {e}")))?;
            places.extend(read);
        }
        places.sort_by(|a, b| {
            let by_name = (&a.name, &a.commune).cmp(&(&b.name, &b.commune));
            let by_place = a.at.longitude.total_cmp(&b.at.longitude);
            by_name.then(by_place)
        });
        places.dedup();
        Ok(Self {
            gazetteer: Gazetteer::new(places),
        })
    }

    /// How many streets and landmarks.
    #[wasm_bindgen(getter)]
    pub fn count(&self) -> u32 {
        u32::try_from(self.gazetteer.len()).unwrap_or(u32::MAX)
    }

    /// What a text may mean, best first: JSON of `{ label, kind, longitude, latitude, accuracyM,
    /// sure }[]`. Longitude and latitude, in degrees, are where the team stands; `NaN` when that
    /// is not known.
    pub fn search(&self, text: &str, longitude: f64, latitude: f64, limit: usize) -> String {
        let near = (longitude.is_finite() && latitude.is_finite()).then_some(Coordinates {
            longitude,
            latitude,
        });
        let answer = self.gazetteer.search(text, near, limit);
        let sure = answer.confident;
        let found = answer.found.into_iter().enumerate().map(|(at, found)| {
            serde_json::json!({
                "label": found.label,
                "kind": found.kind.code(),
                "longitude": found.at.longitude,
                "latitude": found.at.latitude,
                "accuracyM": found.accuracy_m,
                "sure": sure && at == 0,
            })
        });
        found.collect::<serde_json::Value>().to_string()
    }

    /// The streets of a sector, by key: JSON of `{ key, name, lengthM }[]`. `polygons` is JSON of
    /// the coordinates of a GeoJSON `MultiPolygon`.
    ///
    /// # Errors
    /// When the polygons are not that.
    pub fn streets(&self, polygons: &str) -> Result<String, JsError> {
        let polygons = serde_json::from_str(polygons)?;
        let found = streets_within(self.gazetteer.entries(), &boundary_of(polygons));
        let found = found.into_iter().map(|street| {
            serde_json::json!({
                "key": street.key,
                "name": street.name,
                "lengthM": street.length_m,
            })
        });
        Ok(found.collect::<serde_json::Value>().to_string())
    }
}
