//! Which imported files a campaign works with, told so that another server finds the same ones whatever
//! their numbers are there: figures depend on them.
//!
//! It must never take the files along: they are public, and shared by all campaigns of a server.

use super::addresses::PIN as ADDRESSES;
use super::layers::{LayerStore, LayerStoreError};
use data_encoding::HEXLOWER;
use maraude_core::model::CampaignId;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// An imported file that a campaign pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedLayer {
    /// A kind of layer, or `address`.
    pub kind: String,
    /// Name of the file; empty where the kind was pinned as absent.
    pub source: String,
    /// Features, or addresses.
    pub rows: u64,
    /// SHA-256 over all of them, hexadecimal; none where the kind was pinned as absent.
    pub digest: Option<String>,
}

/// Where pinned files were looked for.
#[derive(Debug, Default)]
pub struct FoundLayers {
    /// Kinds and the versions that hold the same here; 0 for a kind that was pinned as absent.
    pub found: Vec<(String, u32)>,
    /// Those that are not here.
    pub missing: Vec<PinnedLayer>,
}

impl LayerStore {
    /// What a campaign pinned; nothing before it opens.
    ///
    /// # Errors
    /// When storage fails.
    pub fn pinned(&self, campaign: CampaignId) -> Result<Vec<PinnedLayer>, LayerStoreError> {
        let connection = self.lock();
        let pins: Vec<(String, u32)> = connection
            .prepare("SELECT kind, version FROM pin WHERE campaign = ? ORDER BY kind")?
            .query_map([campaign.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut pinned = Vec::new();
        for (kind, version) in pins {
            let (source, rows, digest) = if version == 0 {
                (String::new(), 0, None)
            } else {
                let (source, rows) = described(&connection, &kind, version)?;
                (source, rows, Some(digest(&connection, &kind, version)?))
            };
            pinned.push(PinnedLayer {
                kind,
                source,
                rows,
                digest,
            });
        }
        Ok(pinned)
    }

    /// Looks for files that hold the same.
    ///
    /// # Errors
    /// When storage fails.
    pub fn find_pinned(&self, pinned: &[PinnedLayer]) -> Result<FoundLayers, LayerStoreError> {
        let connection = self.lock();
        let mut looked = FoundLayers::default();
        'pinned: for layer in pinned {
            let Some(wanted) = &layer.digest else {
                looked.found.push((layer.kind.clone(), 0));
                continue;
            };
            for version in versions(&connection, &layer.kind)? {
                let (_, rows) = described(&connection, &layer.kind, version)?;
                if rows == layer.rows && digest(&connection, &layer.kind, version)? == *wanted {
                    looked.found.push((layer.kind.clone(), version));
                    continue 'pinned;
                }
            }
            looked.missing.push(layer.clone());
        }
        Ok(looked)
    }

    /// Pins what was found, in place of what was pinned before, all or nothing.
    ///
    /// # Errors
    /// When storage fails.
    pub fn pin_found(
        &self,
        campaign: CampaignId,
        found: &[(String, u32)],
    ) -> Result<(), LayerStoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        let id = campaign.to_string();
        transaction.execute("DELETE FROM pin WHERE campaign = ?", [&id])?;
        for (kind, version) in found {
            transaction.execute(
                "INSERT INTO pin (campaign, kind, version) VALUES (?, ?, ?)",
                params![id, kind, version],
            )?;
        }
        Ok(transaction.commit()?)
    }
}

fn versions(connection: &Connection, kind: &str) -> rusqlite::Result<Vec<u32>> {
    if kind == ADDRESSES {
        let mut query = connection.prepare("SELECT version FROM address_list")?;
        return query.query_map([], |row| row.get(0))?.collect();
    }
    let mut query = connection.prepare("SELECT version FROM layer WHERE kind = ?")?;
    query.query_map([kind], |row| row.get(0))?.collect()
}

/// Name of the file, and how many rows.
fn described(connection: &Connection, kind: &str, version: u32) -> rusqlite::Result<(String, u64)> {
    if kind == ADDRESSES {
        let sql = "SELECT source, addresses FROM address_list WHERE version = ?";
        return connection.query_row(sql, [version], |row| Ok((row.get(0)?, row.get(1)?)));
    }
    let sql = "SELECT source, features FROM layer WHERE kind = ? AND version = ?";
    connection.query_row(sql, params![kind, version], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// SHA-256 over every value of every row, in their order.
fn digest(connection: &Connection, kind: &str, version: u32) -> rusqlite::Result<String> {
    let sql = if kind == ADDRESSES {
        "SELECT commune, street, number, suffix, id, commune_name, longitude, latitude
         FROM address WHERE ?1 = ?1 AND version = ?2
         ORDER BY commune, street, number, suffix, id"
    } else {
        "SELECT feature.code, feature.name, feature.population, feature.geometry
         FROM feature JOIN layer ON layer.id = feature.layer
         WHERE layer.kind = ?1 AND layer.version = ?2 ORDER BY feature.ordinal"
    };
    let mut query = connection.prepare(sql)?;
    let columns = query.column_count();
    let mut rows = query.query(params![kind, version])?;
    let mut hasher = Sha256::new();
    hasher.update(b"maraude/layer/1");
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            match row.get_ref(column)? {
                ValueRef::Null => hasher.update([0]),
                ValueRef::Integer(number) => {
                    hasher.update([1]);
                    hasher.update(number.to_be_bytes());
                }
                ValueRef::Real(number) => {
                    hasher.update([2]);
                    hasher.update(number.to_bits().to_be_bytes());
                }
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    hasher.update([3]);
                    hasher.update((bytes.len() as u64).to_be_bytes());
                    hasher.update(bytes);
                }
            }
        }
    }
    Ok(HEXLOWER.encode(&hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::super::LayerKind;
    use super::super::layers::tests::landmark;
    use super::*;

    #[test]
    fn the_same_file_is_found_under_another_number_and_one_that_differs_is_not() {
        let kind = LayerKind::Landmark;
        let campaign = CampaignId::from_random([1; 16]);
        let (from, to) = (
            LayerStore::in_memory().unwrap(),
            LayerStore::in_memory().unwrap(),
        );
        from.import(kind, "ponts.geojson", 1, &[landmark("1")], false)
            .unwrap();
        from.pin_areas(campaign).unwrap();
        let pinned = from.pinned(campaign).unwrap();
        assert_eq!(pinned.len(), 4, "three kinds of areas are pinned as absent");
        to.import(kind, "autre.geojson", 1, &[landmark("2")], false)
            .unwrap();
        let looked = to.find_pinned(&pinned).unwrap();
        assert_eq!(looked.missing.len(), 1);
        assert_eq!(looked.missing[0].source, "ponts.geojson");
        to.import(kind, "renomme.geojson", 2, &[landmark("1")], false)
            .unwrap();
        to.import(kind, "autre.geojson", 3, &[landmark("2")], false)
            .unwrap();
        let looked = to.find_pinned(&pinned).unwrap();
        assert!(looked.missing.is_empty());
        to.pin_found(campaign, &looked.found).unwrap();
        assert_eq!(to.pins(campaign).unwrap()[&kind], 2);
        let told: Vec<_> = to.pinned(campaign).unwrap();
        let digests = |layers: &[PinnedLayer]| -> Vec<Option<String>> {
            layers.iter().map(|layer| layer.digest.clone()).collect()
        };
        assert_eq!(digests(&told), digests(&pinned));
        to.pin_found(campaign, &[]).unwrap();
        assert_eq!(to.pins(campaign).unwrap()[&kind], 3, "the newest again");
    }
}
