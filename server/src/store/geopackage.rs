//! A GeoPackage somebody else wrote (OGC 12-128r19), read from memory: its tables and their rows.
//!
//! It must never write one, nor know what a geometry is: blobs are handed on. The reading of layers
//! calls it.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB, OptionalExtension};
use serde_json::{Map, Value};

/// What SQLite says of a damaged file.
pub type GeoPackageFault = rusqlite::Error;

/// A table of features, as the GeoPackage describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureTable {
    /// Its name.
    pub name: String,
    /// Its column of geometries.
    pub column: String,
    /// Who numbers its coordinate system, `EPSG` mostly; empty when that is not told.
    pub organization: String,
    /// The coordinate system's number; 0 and -1 are those that nobody knows.
    pub code: i64,
}

/// A row of a table of features.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureRow {
    /// GeoPackageBinary; nothing where the row has none.
    pub geometry: Option<Vec<u8>>,
    /// All other columns; bytes are left out.
    pub properties: Map<String, Value>,
}

/// A GeoPackage in memory.
pub struct GeoPackageFile {
    file: Connection,
}

impl GeoPackageFile {
    /// Over the bytes of the file.
    ///
    /// # Errors
    /// When they are no database.
    pub fn read(bytes: &[u8]) -> Result<Self, GeoPackageFault> {
        let mut file = Connection::open_in_memory()?;
        file.deserialize_read_exact(MAIN_DB, bytes, bytes.len(), true)?;
        Ok(Self { file })
    }

    /// Its tables of features by name; nothing where it does not describe any.
    ///
    /// # Errors
    /// When its description is damaged.
    pub fn tables(&self) -> Result<Option<Vec<FeatureTable>>, GeoPackageFault> {
        let described: Option<i64> = self
            .file
            .query_row(
                "SELECT 1 FROM sqlite_schema WHERE name = 'gpkg_geometry_columns'",
                [],
                |row| row.get(0),
            )
            .optional()?;
        if described.is_none() {
            return Ok(None);
        }
        let mut select = self.file.prepare(
            "SELECT g.table_name, g.column_name, coalesce(s.organization, ''),
                    coalesce(s.organization_coordsys_id, 0)
             FROM gpkg_geometry_columns g
             LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
             ORDER BY g.table_name",
        )?;
        let tables = select.query_map([], |row| {
            Ok(FeatureTable {
                name: row.get(0)?,
                column: row.get(1)?,
                organization: row.get(2)?,
                code: row.get(3)?,
            })
        })?;
        tables.collect::<Result<_, _>>().map(Some)
    }

    /// Hands each row of a table on, until one is refused.
    ///
    /// # Errors
    /// When the table is damaged, or with the refusal.
    pub fn each_row<E: From<GeoPackageFault>>(
        &self,
        table: &FeatureTable,
        mut take: impl FnMut(FeatureRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let name = table.name.replace('"', "\"\"");
        let mut select = self.file.prepare(&format!("SELECT * FROM \"{name}\""))?;
        let columns: Vec<String> = select.column_names().map(str::to_owned).collect();
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let mut read = FeatureRow {
                geometry: None,
                properties: Map::new(),
            };
            for (at, column) in columns.iter().enumerate() {
                match row.get_ref(at)? {
                    ValueRef::Blob(blob) if column.eq_ignore_ascii_case(&table.column) => {
                        read.geometry = Some(blob.to_vec());
                    }
                    value => {
                        let plain = plain(value).map(|value| (column.clone(), value));
                        read.properties.extend(plain);
                    }
                }
            }
            take(read)?;
        }
        Ok(())
    }
}

fn plain(value: ValueRef<'_>) -> Option<Value> {
    match value {
        ValueRef::Integer(number) => Some(number.into()),
        ValueRef::Real(number) => Some(number.into()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned().into()),
        ValueRef::Null => Some(Value::Null),
        ValueRef::Blob(_) => None,
    }
}
