//! `layers.db`: imported geography by kind and version; a campaign pins the versions it opened
//! with.
//!
//! It must never hold anything of a campaign's people or places: only public geography. The
//! geolocation module and `maraude layers import` call it.

use super::layer_pages;
use geo::Geometry;
use maraude_core::model::{CampaignId, TimestampMs};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a layer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerKind {
    /// Communes; `code` is the INSEE code.
    Commune,
    /// Zones, for campaigns that take them from a file.
    Zone,
    /// Sectors, for campaigns that take them from a file.
    Sector,
    /// Quartiers of the city.
    Quartier,
    /// Parts of quartiers.
    SousQuartier,
    /// INSEE's IRIS.
    Iris,
    /// Quartiers prioritaires de la politique de la ville.
    Qpv,
    /// Bridges, parks, public facilities, monuments.
    Landmark,
    /// Street centrelines.
    Street,
    /// Watercourses.
    Water,
}

/// What geometries a kind of layer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Polygons: places can be inside.
    Area,
    /// Lines.
    Line,
    /// Lines or polygons.
    LineOrArea,
    /// Anything.
    Any,
}

impl LayerKind {
    /// All kinds, in the order of screens.
    pub const ALL: [Self; 10] = [
        Self::Commune,
        Self::Zone,
        Self::Sector,
        Self::Quartier,
        Self::SousQuartier,
        Self::Iris,
        Self::Qpv,
        Self::Landmark,
        Self::Street,
        Self::Water,
    ];

    /// Its name on the command line and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Commune => "commune",
            Self::Zone => "zone",
            Self::Sector => "sector",
            Self::Quartier => "quartier",
            Self::SousQuartier => "sous_quartier",
            Self::Iris => "iris",
            Self::Qpv => "qpv",
            Self::Landmark => "landmark",
            Self::Street => "street",
            Self::Water => "water",
        }
    }

    /// What geometries it holds.
    pub fn shape(self) -> Shape {
        match self {
            Self::Landmark => Shape::Any,
            Self::Street => Shape::Line,
            Self::Water => Shape::LineOrArea,
            _ => Shape::Area,
        }
    }
}

impl fmt::Display for LayerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A text that names no kind of layer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("« {text} » is no kind of layer (expected one of {})", expected())]
pub struct UnknownLayerKind {
    /// What was read, cut to 32 characters.
    pub text: String,
}

fn expected() -> String {
    LayerKind::ALL.map(LayerKind::code).join(", ")
}

impl FromStr for LayerKind {
    type Err = UnknownLayerKind;
    fn from_str(text: &str) -> Result<Self, UnknownLayerKind> {
        let wanted = text.replace('-', "_");
        Self::ALL
            .into_iter()
            .find(|kind| kind.code() == wanted)
            .ok_or_else(|| UnknownLayerKind {
                text: text.chars().take(32).collect(),
            })
    }
}

/// One feature: WGS 84, longitude first.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerFeature {
    /// Unique among the areas of its layer.
    pub code: String,
    /// Name shown on maps; may be empty.
    pub name: String,
    /// Residents, where the file tells.
    pub population: Option<u32>,
    /// Where.
    pub geometry: Geometry<f64>,
}

/// A version of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerVersion {
    /// What it shows.
    pub kind: LayerKind,
    /// 1 for the first import of its kind.
    pub version: u32,
    /// How many features.
    pub features: u32,
    /// Name of the file it came from.
    pub source: String,
    /// Server clock.
    pub imported_at: TimestampMs,
}

/// Why layers cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum LayerStoreError {
    /// SQLite refused or the disk did.
    #[error("layers.db cannot be used: {0}")]
    Storage(#[from] rusqlite::Error),
    /// A stored geometry does not read back.
    #[error("layers.db holds a damaged geometry: import the layer again")]
    Damaged,
}

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS layer (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    source TEXT NOT NULL,
    imported_at INTEGER NOT NULL,
    features INTEGER NOT NULL,
    UNIQUE (kind, version)
) STRICT;
CREATE TABLE IF NOT EXISTS feature (
    layer INTEGER NOT NULL REFERENCES layer (id),
    ordinal INTEGER NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    population INTEGER,
    geometry TEXT NOT NULL,
    PRIMARY KEY (layer, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pin (
    campaign TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (campaign, kind)
) STRICT, WITHOUT ROWID;
";

/// The store of imported geography.
pub struct LayerStore {
    connection: Mutex<Connection>,
    known: Mutex<layer_pages::Known>,
}

impl LayerStore {
    /// Opens `layers.db`, making it where it is missing.
    pub fn open(path: &Path) -> Result<Self, LayerStoreError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        Self::prepare(connection)
    }

    /// A store that lives in memory, for `maraude locate` over files and for tests.
    pub fn in_memory() -> Result<Self, LayerStoreError> {
        Self::prepare(Connection::open_in_memory()?)
    }

    fn prepare(connection: Connection) -> Result<Self, LayerStoreError> {
        connection.execute_batch(SCHEMA)?;
        connection.execute_batch(super::addresses::SCHEMA)?;
        connection.execute_batch(layer_pages::SCHEMA)?;
        Ok(Self {
            connection: Mutex::new(connection),
            known: Mutex::default(),
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while it was held rolled its transaction back: the connection is sound.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of versions by heart.
    pub(super) fn known(&self) -> MutexGuard<'_, layer_pages::Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a new version of a layer, whole or not at all. With `add`, the features of the
    /// version before come first (several files of landmarks).
    pub fn import(
        &self,
        kind: LayerKind,
        source: &str,
        at: TimestampMs,
        features: &[LayerFeature],
        add: bool,
    ) -> Result<LayerVersion, LayerStoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let before: Option<(i64, u32)> = transaction
            .query_row(
                "SELECT id, version FROM layer WHERE kind = ? ORDER BY version DESC LIMIT 1",
                [kind.code()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let version = before.map_or(1, |(_, version)| version + 1);
        transaction.execute(
            "INSERT INTO layer (kind, version, source, imported_at, features)
             VALUES (?, ?, ?, ?, 0)",
            params![kind.code(), version, source, at],
        )?;
        let layer = transaction.last_insert_rowid();
        let mut next = 0;
        if let (true, Some((older, _))) = (add, before) {
            layer_pages::ensure_boxes(&transaction, older)?;
            next = transaction.execute(
                "INSERT INTO feature SELECT ?, ordinal, code, name, population, geometry
                 FROM feature WHERE layer = ?",
                params![layer, older],
            )?;
            transaction.execute(
                "INSERT INTO feature_box SELECT ?, ordinal, west, south, east, north
                 FROM feature_box WHERE layer = ?",
                params![layer, older],
            )?;
        }
        {
            let mut insert = transaction.prepare(
                "INSERT INTO feature (layer, ordinal, code, name, population, geometry)
                 VALUES (?, ?, ?, ?, ?, ?)",
            )?;
            let mut insert_box = transaction.prepare(layer_pages::INSERT)?;
            for (n, feature) in features.iter().enumerate() {
                let geometry = geojson::GeometryValue::from(&feature.geometry).to_string();
                let (code, name) = (&feature.code, &feature.name);
                let ordinal = (next + n) as i64;
                insert.execute(params![
                    layer,
                    ordinal,
                    code,
                    name,
                    feature.population,
                    geometry
                ])?;
                layer_pages::add_box(&mut insert_box, layer, ordinal, &feature.geometry)?;
            }
        }
        let total = (next + features.len()) as u32;
        transaction.execute(
            "UPDATE layer SET features = ? WHERE id = ?",
            params![total, layer],
        )?;
        transaction.commit()?;
        Ok(LayerVersion {
            kind,
            version,
            features: total,
            source: source.to_owned(),
            imported_at: at,
        })
    }

    /// The newest version of each kind.
    pub fn latest(&self) -> Result<Vec<LayerVersion>, LayerStoreError> {
        let mut newest = BTreeMap::new();
        for layer in self.versions()? {
            newest.insert(layer.kind, layer);
        }
        Ok(newest.into_values().collect())
    }

    /// All versions, oldest first within a kind.
    pub fn versions(&self) -> Result<Vec<LayerVersion>, LayerStoreError> {
        let connection = self.lock();
        let mut query = connection.prepare(
            "SELECT kind, version, features, source, imported_at FROM layer ORDER BY kind, version",
        )?;
        let rows = query.query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        })?;
        let mut versions = Vec::new();
        for row in rows {
            let (kind, version, features, source, imported_at) = row?;
            // A kind of a newer program is left alone.
            if let Ok(kind) = kind.parse() {
                versions.push(LayerVersion {
                    kind,
                    version,
                    features,
                    source,
                    imported_at,
                });
            }
        }
        Ok(versions)
    }

    /// The features of a version, in the file's order; empty when there is no such version.
    pub fn features(
        &self,
        kind: LayerKind,
        version: u32,
    ) -> Result<Vec<LayerFeature>, LayerStoreError> {
        let connection = self.lock();
        let mut query = connection.prepare(
            "SELECT code, feature.name, population, geometry
             FROM feature JOIN layer ON layer.id = feature.layer
             WHERE kind = ? AND version = ? ORDER BY ordinal",
        )?;
        let rows = query.query_map(params![kind.code(), version], |row| {
            let geometry: String = row.get(3)?;
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, geometry))
        })?;
        let mut features = Vec::new();
        for row in rows {
            let (code, name, population, text) = row?;
            let geometry = read_geometry(&text).ok_or(LayerStoreError::Damaged)?;
            features.push(LayerFeature {
                code,
                name,
                population,
                geometry,
            });
        }
        Ok(features)
    }

    /// The versions a campaign works with: those it pinned, else the newest.
    pub fn pins(&self, campaign: CampaignId) -> Result<BTreeMap<LayerKind, u32>, LayerStoreError> {
        let mut pins: BTreeMap<LayerKind, u32> = self
            .latest()?
            .into_iter()
            .map(|layer| (layer.kind, layer.version))
            .collect();
        let connection = self.lock();
        let mut query = connection.prepare("SELECT kind, version FROM pin WHERE campaign = ?")?;
        let rows = query.query_map([campaign.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        })?;
        for row in rows {
            let (kind, version): (String, u32) = row?;
            match kind.parse() {
                Ok(kind) if version == NONE => {
                    pins.remove(&kind);
                }
                Ok(kind) => {
                    pins.insert(kind, version);
                }
                Err(_) => {}
            }
        }
        Ok(pins)
    }

    /// Pins the newest versions for a campaign that opens; kinds pinned before stay.
    pub fn pin_latest(&self, campaign: CampaignId) -> Result<(), LayerStoreError> {
        self.pin_addresses(campaign)?;
        let latest = self.latest()?;
        let connection = self.lock();
        for layer in latest {
            connection.execute(
                "INSERT INTO pin (campaign, kind, version) VALUES (?, ?, ?)
                 ON CONFLICT (campaign, kind) DO NOTHING",
                params![campaign.to_string(), layer.kind.code(), layer.version],
            )?;
        }
        Ok(())
    }

    /// Pins what figures are told of, once some were: a kind that is not here yet is pinned as
    /// absent, for imported later it would move them.
    pub fn pin_areas(&self, campaign: CampaignId) -> Result<(), LayerStoreError> {
        self.pin_latest(campaign)?;
        let connection = self.lock();
        for kind in [
            LayerKind::Commune,
            LayerKind::Quartier,
            LayerKind::SousQuartier,
        ] {
            connection.execute(
                "INSERT INTO pin (campaign, kind, version) VALUES (?, ?, ?)
                 ON CONFLICT (campaign, kind) DO NOTHING",
                params![campaign.to_string(), kind.code(), NONE],
            )?;
        }
        Ok(())
    }
}

/// A kind that was absent when figures were first told: versions begin at 1.
const NONE: u32 = 0;

pub(super) fn read_geometry(text: &str) -> Option<Geometry<f64>> {
    let value: geojson::Geometry = text.parse().ok()?;
    Geometry::try_from(value).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use geo::Point;

    pub(in crate::store) fn landmark(code: &str) -> LayerFeature {
        LayerFeature {
            code: code.into(),
            name: "Pont neuf".into(),
            population: None,
            geometry: Point::new(3.123_456_789_012, 43.6).into(),
        }
    }

    #[test]
    fn versions_add_up_and_pins_stay() {
        let store = LayerStore::in_memory().unwrap();
        let campaign = CampaignId::from_random([1; 16]);
        let kind = LayerKind::Landmark;
        store.import(kind, "a", 1, &[landmark("1")], false).unwrap();
        store.pin_latest(campaign).unwrap();
        let second = store.import(kind, "b", 2, &[landmark("2")], true).unwrap();
        assert_eq!((second.version, second.features), (2, 2));
        assert_eq!(store.pins(campaign).unwrap()[&kind], 1);
        let other = CampaignId::from_random([2; 16]);
        assert_eq!(store.pins(other).unwrap()[&kind], 2);
        store.pin_areas(campaign).unwrap();
        let commune = LayerKind::Commune;
        store
            .import(commune, "c", 3, &[landmark("3")], false)
            .unwrap();
        assert!(!store.pins(campaign).unwrap().contains_key(&commune));
        assert_eq!(store.pins(other).unwrap()[&commune], 1);
        let features = store.features(kind, 2).unwrap();
        assert_eq!(features, vec![landmark("1"), landmark("2")]);
    }
}
