//! Where things are: imported layers, the ground of a campaign, and the place of each
//! observation (commune, quartier, zone, sector, known place; `inside` or `edge`).
//!
//! It must never move a position or drop an odd one: what is odd is flagged. The follower of the
//! view, publication, `maraude layers` and `maraude locate` call it.

mod addresses;
mod areas;
mod crs;
mod follow;
mod gazetteer;
mod geocode;
mod ground;
mod layers;
mod locate;
mod nearest;
mod placing;
mod resolve;
mod view_files;

pub use addresses::{AddressFileError, AddressReading, import_addresses};
pub use areas::AreaIndex;
pub use crs::{Crs, Reprojection};
pub use follow::{FollowError, LiveView, TableDigests};
pub use gazetteer::{Versions, gazetteer_cells, gazetteer_versions, make_gazetteer};
pub use geocode::{GeocodeError, GeocodeSummary, geocode};
pub use ground::{
    AreaLabel, AreaLayers, BELIEVED_BEYOND_M, Ground, Named, index_layer, load_layers,
};
pub use layers::{
    Columns, GeometryFault, LayerFileError, LayerNote, LayerReading, VERTEX_LIMIT, as_areas,
    layer_as_geojson, read_layer,
};
pub use locate::{LocateError, LocateSummary, NearNames, locate};
pub use nearest::{
    ADDRESS_REACH_M, AddressIndex, NEAREST_WITHIN_M, Near, NearIndex, NearKind, StreetIndex,
};
pub use resolve::{
    Held, HeldSector, PlaceEvidence, Placement, PositionReason, SAME_SITE_M, resolve_place,
};
