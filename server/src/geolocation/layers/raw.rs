//! What every format is read into, before columns are chosen and coordinates turned.

use super::{LayerFileError, VERTEX_LIMIT};
use geo::{CoordsIter, Geometry};
use serde_json::{Map, Value};

/// A feature as its file holds it, in the file's own coordinates.
pub(super) struct RawFeature {
    pub(super) properties: Map<String, Value>,
    pub(super) geometry: Geometry<f64>,
}

/// All features of a file, or of one table of it.
#[derive(Default)]
pub(super) struct RawCollection {
    pub(super) features: Vec<RawFeature>,
    /// The coordinate system as the file names it.
    pub(super) crs_name: Option<String>,
    pub(super) is_collection: bool,
}

/// Counts vertices up to [`VERTEX_LIMIT`].
#[derive(Default)]
pub(super) struct Vertices(usize);

impl Vertices {
    /// Counts those of one geometry in.
    pub(super) fn count(&mut self, geometry: &Geometry<f64>) -> Result<(), LayerFileError> {
        self.0 += geometry.coords_count();
        if self.0 > VERTEX_LIMIT {
            return Err(LayerFileError::TooManyVertices);
        }
        Ok(())
    }
}
