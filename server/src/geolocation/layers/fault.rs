//! What can be wrong with a file of geography, and what to do about it.

use super::VERTEX_LIMIT;
use crate::store::{LayerKind, LayerStoreError};

/// Why a geometry cannot be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GeometryFault {
    /// Null or absent.
    #[error("it has no geometry: remove the feature or draw it")]
    Missing,
    /// Coordinates of another depth than the geometry's kind asks for.
    #[error("its coordinates do not have the shape its geometry type asks for")]
    Malformed,
    /// A ring of fewer than four positions, or whose ends differ.
    #[error("one of its rings is not closed or has fewer than 4 positions")]
    OpenRing,
    /// A line of fewer than two positions.
    #[error("one of its lines has fewer than 2 positions")]
    ShortLine,
    /// Not a number, or infinite.
    #[error("one of its coordinates is not a finite number")]
    NotFinite,
    /// Bytes that are no geometry.
    #[error("its geometry is damaged")]
    Damaged,
    /// A geometry collection or an unknown type.
    #[error("its geometry type is not supported (Point, LineString, Polygon or their Multi forms)")]
    Unsupported,
}

/// Which feature of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeaturePlace {
    /// 1-based.
    pub feature: usize,
    /// 1-based; only where the file is text.
    pub line: Option<usize>,
}

impl std::fmt::Display for FeaturePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "feature {}", self.feature)?;
        self.line.map_or(Ok(()), |line| write!(f, " (line {line})"))
    }
}

/// Why a file of geography is refused. Nothing of it is imported.
#[derive(Debug, thiserror::Error)]
pub enum LayerFileError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// Not UTF-8, and none of the other formats.
    #[error(
        "the file is neither GeoJSON, GeoPackage nor a zipped shapefile: export it as one of them"
    )]
    NotText,
    /// Not JSON at all, or cut short.
    #[error("line {line}, column {column}: not valid JSON; was the file cut short or edited?")]
    NotJson {
        /// 1-based.
        line: usize,
        /// 1-based.
        column: usize,
    },
    /// JSON, but no GeoJSON feature collection.
    #[error("the file is not a GeoJSON FeatureCollection: export the layer as GeoJSON")]
    NotACollection,
    /// A collection without features.
    #[error("the file holds no feature: check the export's filter")]
    Empty,
    /// More vertices than a map of the ground needs.
    #[error("the file holds more than {VERTEX_LIMIT} vertices: simplify it (1 m is enough)")]
    TooManyVertices,
    /// A GeoPackage that SQLite or its own tables do not bear out.
    #[error("the GeoPackage cannot be read ({why}): export it anew")]
    GeoPackage {
        /// What failed.
        why: String,
    },
    /// A GeoPackage with several tables of features.
    #[error("the GeoPackage holds several tables of features: name one with --table ({tables})")]
    ManyTables {
        /// Their names.
        tables: String,
    },
    /// A GeoPackage without that table.
    #[error("the GeoPackage has no table of features « {table} » ({tables})")]
    NoSuchTable {
        /// As given.
        table: String,
        /// Those there are.
        tables: String,
    },
    /// Bytes that no program wrote so.
    #[error("the file is damaged: copy or export it anew")]
    Damaged,
    /// A zip that does not hold one whole shapefile.
    #[error("the zip cannot be read as a shapefile: {why}")]
    Shapefile {
        /// What failed and what to do.
        why: String,
    },
    /// A coordinate system other than WGS 84 and Lambert-93.
    #[error("coordinate system « {name} » is not supported: export in EPSG:4326 or EPSG:2154")]
    UnknownCrs {
        /// As the file names it, cut to 64 characters.
        name: String,
    },
    /// Coordinates that are neither degrees nor Lambert-93 metres.
    #[error("coordinates fit neither EPSG:4326 nor EPSG:2154: export in one of them")]
    StrangeCoordinates,
    /// One feature's geometry.
    #[error("{place}: {fault}")]
    Geometry {
        /// Which feature.
        place: FeaturePlace,
        /// What is wrong.
        fault: GeometryFault,
    },
    /// A geometry of another shape than the kind of layer holds.
    #[error("{place}: a {found} does not belong in a layer of kind {kind}")]
    WrongShape {
        /// Which feature.
        place: FeaturePlace,
        /// Name of the geometry type.
        found: &'static str,
        /// The kind asked for.
        kind: LayerKind,
    },
    /// No column holds the codes.
    #[error("no column of codes was found: name it with --code (columns: {columns})")]
    NoCodeColumn {
        /// Columns of the first feature.
        columns: String,
    },
    /// A column named by the caller is not in the file.
    #[error("no feature has a column « {column} » (columns: {columns})")]
    NoSuchColumn {
        /// As given.
        column: String,
        /// Columns of the first feature.
        columns: String,
    },
    /// An area without a code.
    #[error("{place}: column « {column} » is empty; each area needs a code")]
    MissingCode {
        /// Which feature.
        place: FeaturePlace,
        /// The column of codes.
        column: String,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] LayerStoreError),
}
