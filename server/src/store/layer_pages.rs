//! Features of a layer one page at a time, by their place in the file: what a page costs depends on its length, not
//! on how far into the layer it begins.
//!
//! It must never read a geometry that is not on the page. `http::ogc` calls it.

use super::layers::{LayerFeature, LayerKind, LayerStore, LayerStoreError, read_geometry};
use geo::BoundingRect;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use std::collections::HashMap;
use std::fmt::Write as _;

pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS feature_box (
    layer INTEGER NOT NULL REFERENCES layer (id),
    ordinal INTEGER NOT NULL,
    west REAL,
    south REAL,
    east REAL,
    north REAL,
    PRIMARY KEY (layer, ordinal)
) STRICT, WITHOUT ROWID;
";

/// Counts kept in memory: a version never changes.
const COUNTS_KEPT: usize = 256;

/// A property that features are asked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeatureProperty {
    /// Its code.
    Code,
    /// Its name.
    Name,
    /// Its residents.
    Population,
}

impl FeatureProperty {
    /// All of them, in the order of features.
    pub const ALL: [Self; 3] = [Self::Code, Self::Name, Self::Population];

    /// Its name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Name => "name",
            Self::Population => "population",
        }
    }

    /// As SQL compares it with a text; nothing is the empty text.
    fn sql(self) -> &'static str {
        match self {
            Self::Code => "f.code",
            Self::Name => "f.name",
            Self::Population => "coalesce(CAST(f.population AS TEXT), '')",
        }
    }
}

/// Which features are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureFilter {
    /// Those whose box meets this one: west, south, east, north.
    pub bounds: Option<[f64; 4]>,
    /// Those of which these properties are so.
    pub equal: Vec<(FeatureProperty, String)>,
}

impl FeatureFilter {
    fn is_none(&self) -> bool {
        self.bounds.is_none() && self.equal.is_empty()
    }

    /// Where, with the values in their order; they follow those that stand before.
    fn sql(&self, values: &mut Vec<Value>) -> String {
        let mut text = String::new();
        if let Some([west, south, east, north]) = self.bounds {
            for (column, sign, bound) in [
                ("west", "<=", east),
                ("east", ">=", west),
                ("south", "<=", north),
                ("north", ">=", south),
            ] {
                values.push(Value::Real(bound));
                let _ = write!(text, " AND b.{column} {sign} ?{}", values.len());
            }
        }
        for (property, wanted) in &self.equal {
            values.push(Value::Text(wanted.clone()));
            let _ = write!(text, " AND {} = ?{}", property.sql(), values.len());
        }
        text
    }

    /// The tables it is asked of: boxes are narrow, and a feature is read where its box meets.
    fn from(&self) -> (&'static str, &'static str) {
        match (self.bounds, self.equal.is_empty()) {
            (None, _) => ("feature f", "f"),
            (Some(_), true) => ("feature_box b", "b"),
            (Some(_), false) => (
                "feature_box b CROSS JOIN feature f ON f.layer = b.layer AND f.ordinal = b.ordinal",
                "b",
            ),
        }
    }
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageStart {
    /// After the feature of this number; 0 is the beginning.
    pub after: u64,
    /// So many of those asked for are left out first.
    pub skip: u64,
}

/// What is known of a version by heart.
#[derive(Debug, Default)]
pub(super) struct Known {
    counts: HashMap<(i64, String), u64>,
    bounds: HashMap<i64, Option<[f64; 4]>>,
}

/// A version: its row, and how many features it has.
type Version = (i64, u64);

impl LayerStore {
    /// A page of a version's features, each with its number from 1, in the file's order.
    ///
    /// # Errors
    /// When the file cannot be used, or a geometry does not read back.
    pub fn feature_page(
        &self,
        (kind, version): (LayerKind, u32),
        filter: &FeatureFilter,
        start: PageStart,
        limit: usize,
    ) -> Result<Vec<(u64, LayerFeature)>, LayerStoreError> {
        let connection = self.lock();
        let Some((layer, _)) = version_of(&connection, kind, version)? else {
            return Ok(Vec::new());
        };
        if filter.bounds.is_some() {
            ensure_boxes(&connection, layer)?;
        }
        // Ordinals follow each other from 0: where nothing is left out, what is skipped is a place.
        let (from, skip) = if filter.is_none() {
            (start.after.saturating_add(start.skip), 0)
        } else {
            (start.after, start.skip)
        };
        let whole = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        let mut values = vec![
            Value::Integer(layer),
            whole(from),
            whole(limit as u64),
            whole(skip),
        ];
        let wanted = filter.sql(&mut values);
        let (tables, first) = filter.from();
        // Numbers first: what is skipped is not read.
        let sql = format!(
            "WITH page AS (
               SELECT {first}.ordinal AS number FROM {tables}
               WHERE {first}.layer = ?1 AND {first}.ordinal >= ?2{wanted}
               ORDER BY {first}.ordinal LIMIT ?3 OFFSET ?4)
             SELECT number, code, name, population, geometry
             FROM page CROSS JOIN feature ON feature.layer = ?1 AND feature.ordinal = number
             ORDER BY number"
        );
        let mut query = connection.prepare_cached(&sql)?;
        let mut rows = query.query(params_from_iter(values))?;
        let mut page = Vec::new();
        while let Some(row) = rows.next()? {
            page.push(feature(row)?);
        }
        Ok(page)
    }

    /// The feature of a number, from 1.
    ///
    /// # Errors
    /// When the file cannot be used, or the geometry does not read back.
    pub fn feature_at(
        &self,
        of: (LayerKind, u32),
        number: u64,
    ) -> Result<Option<LayerFeature>, LayerStoreError> {
        let Some(after) = number.checked_sub(1) else {
            return Ok(None);
        };
        let start = PageStart { after, skip: 0 };
        let found = self.feature_page(of, &FeatureFilter::default(), start, 1)?;
        Ok(found.into_iter().next().map(|(_, feature)| feature))
    }

    /// How many features of a version are asked for; counted once.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn feature_count(
        &self,
        (kind, version): (LayerKind, u32),
        filter: &FeatureFilter,
    ) -> Result<u64, LayerStoreError> {
        let connection = self.lock();
        let Some((layer, all)) = version_of(&connection, kind, version)? else {
            return Ok(0);
        };
        if filter.is_none() {
            return Ok(all);
        }
        let key = (layer, format!("{filter:?}"));
        if let Some(known) = self.known().counts.get(&key) {
            return Ok(*known);
        }
        if filter.bounds.is_some() {
            ensure_boxes(&connection, layer)?;
        }
        let mut values = vec![Value::Integer(layer)];
        let wanted = filter.sql(&mut values);
        let (tables, first) = filter.from();
        let sql = format!("SELECT count(*) FROM {tables} WHERE {first}.layer = ?1{wanted}");
        let count: i64 = connection.query_row(&sql, params_from_iter(values), |row| row.get(0))?;
        let count = count.unsigned_abs();
        let mut known = self.known();
        if known.counts.len() >= COUNTS_KEPT {
            known.counts.clear();
        }
        known.counts.insert(key, count);
        Ok(count)
    }

    /// West, south, east, north of a version; worked out once.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn feature_bounds(
        &self,
        (kind, version): (LayerKind, u32),
    ) -> Result<Option<[f64; 4]>, LayerStoreError> {
        let connection = self.lock();
        let Some((layer, _)) = version_of(&connection, kind, version)? else {
            return Ok(None);
        };
        if let Some(known) = self.known().bounds.get(&layer) {
            return Ok(*known);
        }
        ensure_boxes(&connection, layer)?;
        let ends: [Option<f64>; 4] = connection.query_row(
            "SELECT min(west), min(south), max(east), max(north) FROM feature_box WHERE layer = ?",
            [layer],
            |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]),
        )?;
        let bounds = match ends {
            [Some(west), Some(south), Some(east), Some(north)] => Some([west, south, east, north]),
            _ => None,
        };
        self.known().bounds.insert(layer, bounds);
        Ok(bounds)
    }
}

fn version_of(
    connection: &Connection,
    kind: LayerKind,
    version: u32,
) -> Result<Option<Version>, LayerStoreError> {
    let found = connection
        .prepare_cached("SELECT id, features FROM layer WHERE kind = ? AND version = ?")?
        .query_row(params![kind.code(), version], |row| {
            Ok((row.get(0)?, u64::from(row.get::<_, u32>(1)?)))
        })
        .optional()?;
    Ok(found)
}

fn feature(row: &Row<'_>) -> Result<(u64, LayerFeature), LayerStoreError> {
    let ordinal: i64 = row.get(0)?;
    let text: String = row.get(4)?;
    let feature = LayerFeature {
        code: row.get(1)?,
        name: row.get(2)?,
        population: row.get(3)?,
        geometry: read_geometry(&text).ok_or(LayerStoreError::Damaged)?,
    };
    Ok((ordinal.unsigned_abs() + 1, feature))
}

/// The box of each feature, of a version that was imported before there were boxes: one at a time, whole or not at
/// all.
pub(super) fn ensure_boxes(connection: &Connection, layer: i64) -> Result<(), LayerStoreError> {
    let there: bool = connection
        .prepare_cached("SELECT EXISTS(SELECT 1 FROM feature_box WHERE layer = ?)")?
        .query_row([layer], |row| row.get(0))?;
    if there {
        return Ok(());
    }
    if !connection.is_autocommit() {
        return fill_boxes(connection, layer);
    }
    let transaction = connection.unchecked_transaction()?;
    fill_boxes(&transaction, layer)?;
    Ok(transaction.commit()?)
}

fn fill_boxes(connection: &Connection, layer: i64) -> Result<(), LayerStoreError> {
    let mut select = connection
        .prepare("SELECT ordinal, geometry FROM feature WHERE layer = ? ORDER BY ordinal")?;
    let mut insert = connection.prepare(INSERT)?;
    let mut rows = select.query([layer])?;
    while let Some(row) = rows.next()? {
        let (ordinal, text): (i64, String) = (row.get(0)?, row.get(1)?);
        let geometry = read_geometry(&text).ok_or(LayerStoreError::Damaged)?;
        add_box(&mut insert, layer, ordinal, &geometry)?;
    }
    Ok(())
}

/// Adds a feature's box.
pub(super) const INSERT: &str = "INSERT INTO feature_box VALUES (?, ?, ?, ?, ?, ?)";

/// A feature without a point in it has no box, and is in none.
pub(super) fn add_box(
    insert: &mut rusqlite::Statement<'_>,
    layer: i64,
    ordinal: i64,
    geometry: &geo::Geometry<f64>,
) -> rusqlite::Result<()> {
    let around = geometry.bounding_rect();
    insert.execute(params![
        layer,
        ordinal,
        around.map(|of| of.min().x),
        around.map(|of| of.min().y),
        around.map(|of| of.max().x),
        around.map(|of| of.max().y),
    ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Point;

    const KIND: LayerKind = LayerKind::Landmark;

    /// Points on a line, a tenth of a degree apart; every third is a park.
    fn store(count: u32) -> LayerStore {
        let store = LayerStore::in_memory().unwrap();
        let features: Vec<LayerFeature> = (0..count)
            .map(|number| LayerFeature {
                code: number.to_string(),
                name: if number % 3 == 0 { "Parc" } else { "Pont" }.to_owned(),
                population: (number % 5 == 0).then_some(number),
                geometry: Point::new(f64::from(number) / 10.0, 43.0).into(),
            })
            .collect();
        store.import(KIND, "a", 1, &features, false).unwrap();
        store
    }

    /// Every feature by pages that follow one another.
    fn walk(store: &LayerStore, filter: &FeatureFilter, limit: usize) -> Vec<u64> {
        let (mut after, mut seen) = (0, Vec::new());
        loop {
            let start = PageStart { after, skip: 0 };
            let page = store.feature_page((KIND, 1), filter, start, limit).unwrap();
            let Some((last, _)) = page.last() else {
                return seen;
            };
            after = *last;
            seen.extend(page.iter().map(|(number, _)| *number));
        }
    }

    #[test]
    fn pages_hold_each_feature_once_and_those_asked_for_alone() {
        let store = store(100);
        let parks = vec![(FeatureProperty::Name, "Parc".to_owned())];
        let filters = [
            FeatureFilter::default(),
            FeatureFilter {
                bounds: Some([2.0, 42.0, 7.0, 44.0]),
                equal: Vec::new(),
            },
            FeatureFilter {
                bounds: None,
                equal: parks.clone(),
            },
            FeatureFilter {
                bounds: Some([2.0, 42.0, 7.0, 44.0]),
                equal: parks,
            },
            FeatureFilter {
                bounds: Some([50.0, 42.0, 51.0, 44.0]),
                equal: Vec::new(),
            },
        ];
        for (filter, expected) in filters.iter().zip([100, 51, 34, 17, 0]) {
            for limit in [1, 7, 200] {
                let seen = walk(&store, filter, limit);
                assert!(seen.is_sorted_by(|a, b| a < b), "{filter:?}");
                assert_eq!(seen.len(), expected, "{filter:?} by {limit}");
            }
            // Counted, and counted again from memory.
            for _ in 0..2 {
                let count = store.feature_count((KIND, 1), filter).unwrap();
                assert_eq!(count, expected as u64);
            }
            let skipped = PageStart { after: 0, skip: 5 };
            let page = store.feature_page((KIND, 1), filter, skipped, 3).unwrap();
            let walked = walk(&store, filter, 3);
            let numbers: Vec<u64> = page.iter().map(|(number, _)| *number).collect();
            assert_eq!(
                numbers,
                walked.into_iter().skip(5).take(3).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn what_is_nothing_is_asked_for_by_the_empty_text() {
        let store = store(10);
        let of = |text: &str| FeatureFilter {
            bounds: None,
            equal: vec![(FeatureProperty::Population, text.to_owned())],
        };
        assert_eq!(walk(&store, &of("5"), 10), [6]);
        assert_eq!(walk(&store, &of(""), 10).len(), 8);
    }

    #[test]
    fn a_version_from_before_boxes_gets_them_and_added_files_have_them() {
        let store = store(10);
        store.lock().execute("DELETE FROM feature_box", []).unwrap();
        let bounds = store.feature_bounds((KIND, 1)).unwrap();
        assert_eq!(bounds, Some([0.0, 43.0, 0.9, 43.0]));
        store.lock().execute("DELETE FROM feature_box", []).unwrap();
        let more = LayerFeature {
            code: "x".to_owned(),
            name: String::new(),
            population: None,
            geometry: Point::new(9.0, 44.0).into(),
        };
        store.import(KIND, "b", 2, &[more], true).unwrap();
        let bounds = store.feature_bounds((KIND, 2)).unwrap();
        assert_eq!(bounds, Some([0.0, 43.0, 9.0, 44.0]));
        let last = store.feature_at((KIND, 2), 11).unwrap().unwrap();
        assert_eq!(last.code, "x");
        assert!(store.feature_at((KIND, 2), 12).unwrap().is_none());
        assert!(store.feature_at((KIND, 2), 0).unwrap().is_none());
        assert_eq!(
            store
                .feature_count((KIND, 9), &FeatureFilter::default())
                .unwrap(),
            0
        );
    }

    #[test]
    fn a_page_far_into_a_layer_is_found_by_the_index() {
        let store = store(10);
        let connection = store.lock();
        let plan: String = connection
            .query_row(
                "EXPLAIN QUERY PLAN SELECT f.ordinal FROM feature f
                 WHERE f.layer = 1 AND f.ordinal >= 5 ORDER BY f.ordinal LIMIT 3",
                [],
                |row| row.get(3),
            )
            .unwrap();
        assert!(
            plan.contains("PRIMARY KEY (layer=? AND ordinal>?)"),
            "{plan}"
        );
    }
}
