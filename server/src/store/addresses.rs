//! Addresses in `layers.db`: lists by version, whole or not at all; a campaign pins the one it
//! opened with.
//!
//! It must never hold who lives anywhere: only numbers, streets and where they are.

use super::layers::{LayerStore, LayerStoreError};
use maraude_core::model::{CampaignId, Coordinates, TimestampMs};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

/// What the pin of a list of addresses is called, among the kinds of layers.
pub(super) const PIN: &str = "address";

pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS address_list (
    version INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    imported_at INTEGER NOT NULL,
    addresses INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS address (
    version INTEGER NOT NULL REFERENCES address_list (version),
    commune TEXT NOT NULL,
    street TEXT NOT NULL,
    number INTEGER NOT NULL,
    suffix TEXT NOT NULL,
    id TEXT NOT NULL,
    commune_name TEXT NOT NULL,
    longitude REAL NOT NULL,
    latitude REAL NOT NULL,
    PRIMARY KEY (version, commune, street, number, suffix, id)
) STRICT, WITHOUT ROWID;
";

/// One address of the Base Adresse Nationale.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// Its key in the file.
    pub id: String,
    /// Number on the street.
    pub number: u32,
    /// `bis`, `ter`, a letter; empty for none.
    pub suffix: String,
    /// Name of the street.
    pub street: String,
    /// INSEE code of the commune.
    pub commune: String,
    /// Name of the commune.
    pub commune_name: String,
    /// Where, WGS 84.
    pub at: Coordinates,
}

/// A list of addresses that was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressList {
    /// 1 for the first.
    pub version: u32,
    /// Name of the file it came from.
    pub source: String,
    /// Server clock.
    pub imported_at: TimestampMs,
    /// How many addresses.
    pub addresses: u32,
}

/// A list being written; dropped before [`AddressImport::keep`], nothing of it stays.
pub struct AddressImport<'c> {
    transaction: Transaction<'c>,
    version: u32,
    addresses: u32,
}

impl AddressImport<'_> {
    /// Adds an address; the same again replaces the first.
    pub fn add(&mut self, address: &Address) -> Result<(), LayerStoreError> {
        self.transaction
            .prepare_cached("INSERT OR REPLACE INTO address VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")?
            .execute(params![
                self.version,
                address.commune,
                address.street,
                address.number,
                address.suffix,
                address.id,
                address.commune_name,
                address.at.longitude,
                address.at.latitude,
            ])?;
        self.addresses += 1;
        Ok(())
    }

    /// How many were added.
    pub fn added(&self) -> u32 {
        self.addresses
    }

    /// Keeps the list, and drops those that no campaign pinned.
    pub fn keep(self, source: &str, at: TimestampMs) -> Result<AddressList, LayerStoreError> {
        let t = &self.transaction;
        let addresses: u32 = t.query_row(
            "SELECT count(*) FROM address WHERE version = ?",
            [self.version],
            |row| row.get(0),
        )?;
        t.execute(
            "UPDATE address_list SET source = ?, imported_at = ?, addresses = ? WHERE version = ?",
            params![source, at, addresses, self.version],
        )?;
        let unused = "version <> ?1 AND version NOT IN (SELECT version FROM pin WHERE kind = ?2)";
        for table in ["address", "address_list"] {
            t.execute(
                &format!("DELETE FROM {table} WHERE {unused}"),
                params![self.version, PIN],
            )?;
        }
        self.transaction.commit()?;
        Ok(AddressList {
            version: self.version,
            source: source.to_owned(),
            imported_at: at,
            addresses,
        })
    }
}

impl LayerStore {
    /// Writes a new list: `fill` adds to it, and says whether it is to be kept by its result.
    pub fn import_addresses<E: From<LayerStoreError>>(
        &self,
        fill: impl FnOnce(AddressImport<'_>) -> Result<AddressList, E>,
    ) -> Result<AddressList, E> {
        let mut connection = self.lock();
        let transaction = connection.transaction().map_err(LayerStoreError::from)?;
        let version: u32 = transaction
            .query_row(
                "SELECT coalesce(max(version), 0) + 1 FROM address_list",
                [],
                |row| row.get(0),
            )
            .map_err(LayerStoreError::from)?;
        transaction
            .execute(
                "INSERT INTO address_list VALUES (?, '', 0, 0)",
                params![version],
            )
            .map_err(LayerStoreError::from)?;
        fill(AddressImport {
            transaction,
            version,
            addresses: 0,
        })
    }

    /// Lists of addresses, oldest first.
    pub fn address_lists(&self) -> Result<Vec<AddressList>, LayerStoreError> {
        let connection = self.lock();
        let mut query = connection.prepare(
            "SELECT version, source, imported_at, addresses FROM address_list ORDER BY version",
        )?;
        let rows = query.query_map([], |row| {
            Ok(AddressList {
                version: row.get(0)?,
                source: row.get(1)?,
                imported_at: row.get(2)?,
                addresses: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The list a campaign works with: the one it pinned, else the newest; the newest without a
    /// campaign.
    pub fn address_version(
        &self,
        campaign: Option<CampaignId>,
    ) -> Result<Option<u32>, LayerStoreError> {
        let connection = self.lock();
        let pinned = match campaign {
            None => None,
            Some(campaign) => connection
                .query_row(
                    "SELECT version FROM pin WHERE campaign = ? AND kind = ?",
                    params![campaign.to_string(), PIN],
                    |row| row.get(0),
                )
                .optional()?,
        };
        match pinned {
            Some(version) => Ok(Some(version)),
            None => Ok(connection.query_row(
                "SELECT max(version) FROM address_list",
                [],
                |row| row.get(0),
            )?),
        }
    }

    /// Pins the newest list for a campaign that opens; one pinned before stays.
    pub fn pin_addresses(&self, campaign: CampaignId) -> Result<(), LayerStoreError> {
        let newest = self.address_version(None)?;
        if let Some(version) = newest {
            self.lock().execute(
                "INSERT INTO pin (campaign, kind, version) VALUES (?, ?, ?)
                 ON CONFLICT (campaign, kind) DO NOTHING",
                params![campaign.to_string(), PIN, version],
            )?;
        }
        Ok(())
    }

    /// Shows each address of a list, street by street, numbers in order.
    pub fn each_address(
        &self,
        version: u32,
        mut show: impl FnMut(Address),
    ) -> Result<(), LayerStoreError> {
        let connection = self.lock();
        let mut query = connection.prepare(
            "SELECT id, number, suffix, street, commune, commune_name, longitude, latitude
             FROM address WHERE version = ? ORDER BY commune, street, number, suffix, id",
        )?;
        let mut rows = query.query([version])?;
        while let Some(row) = rows.next()? {
            show(Address {
                id: row.get(0)?,
                number: row.get(1)?,
                suffix: row.get(2)?,
                street: row.get(3)?,
                commune: row.get(4)?,
                commune_name: row.get(5)?,
                at: Coordinates {
                    longitude: row.get(6)?,
                    latitude: row.get(7)?,
                },
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u32) -> Address {
        Address {
            id: format!("99001_0001_{number:05}"),
            number,
            suffix: String::new(),
            street: "Rue des Essais".to_owned(),
            commune: "99001".to_owned(),
            commune_name: "Clapas".to_owned(),
            at: Coordinates {
                longitude: 3.1,
                latitude: 43.2,
            },
        }
    }

    fn import(store: &LayerStore, numbers: &[u32]) -> AddressList {
        let made = store.import_addresses::<LayerStoreError>(|mut list| {
            for number in numbers {
                list.add(&address(*number))?;
            }
            list.keep("essai.csv", 7)
        });
        made.unwrap()
    }

    fn numbers(store: &LayerStore, version: u32) -> Vec<u32> {
        let mut numbers = Vec::new();
        store
            .each_address(version, |address| numbers.push(address.number))
            .unwrap();
        numbers
    }

    #[test]
    fn a_list_is_kept_whole_or_not_at_all_and_pinned_ones_stay() {
        let store = LayerStore::in_memory().unwrap();
        let campaign = CampaignId::from_random([1; 16]);
        assert_eq!(import(&store, &[12, 3, 3]).addresses, 2);
        store.pin_latest(campaign).unwrap();
        let dropped = store.import_addresses::<LayerStoreError>(|mut list| {
            list.add(&address(5))?;
            Err(LayerStoreError::Damaged)
        });
        assert!(dropped.is_err());
        assert_eq!(store.address_lists().unwrap().len(), 1);
        let second = import(&store, &[4]);
        let third = import(&store, &[5]);
        assert_eq!(store.address_version(Some(campaign)).unwrap(), Some(1));
        assert_eq!(store.address_version(None).unwrap(), Some(third.version));
        assert_eq!(numbers(&store, 1), [3, 12]);
        assert_eq!(numbers(&store, second.version), [0_u32; 0]);
        assert_eq!(numbers(&store, third.version), [5]);
    }
}
