//! GeoPackage and zipped shapefiles: what they say is what the GeoJSON says, and damage is told.

use super::*;
use geo::{MultiPolygon, Polygon, polygon};
use rusqlite::{Connection, MAIN_DB};
use shapefile::dbase::{self, FieldValue, TableWriterBuilder};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

const LAMBERT_PRJ: &str =
    r#"PROJCS["RGF93_Lambert_93",GEOGCS["GCS_RGF_1993",DATUM["D_RGF_1993"]]]"#;
const OTHER_PRJ: &str = r#"PROJCS["NTF_Lambert_II",GEOGCS["GCS_NTF"]]"#;

/// Two invented areas side by side, in Lambert-93 metres.
fn areas() -> Vec<(&'static str, &'static str, Polygon<f64>)> {
    let square = |x: f64| {
        polygon![
            (x: x, y: 6_280_000.0), (x: x, y: 6_281_000.0),
            (x: x + 1_000.0, y: 6_281_000.0), (x: x + 1_000.0, y: 6_280_000.0),
            (x: x, y: 6_280_000.0)
        ]
    };
    vec![
        ("Q1", "Forêt d’Évariste", square(770_000.0)),
        ("Q2", "Clapas", square(771_000.0)),
    ]
}

fn geopackage(tables: &[&str], system: i64) -> Vec<u8> {
    let mut file = Connection::open_in_memory().unwrap();
    file.execute_batch(
        "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT,
             organization_coordsys_id INTEGER);
         CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT,
             geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);",
    )
    .unwrap();
    let described = "INSERT INTO gpkg_spatial_ref_sys VALUES ('', ?1, 'EPSG', ?1)";
    file.execute(described, [system]).unwrap();
    for table in tables {
        let create =
            format!("CREATE TABLE \"{table}\" (fid INTEGER, geom BLOB, code TEXT, nom TEXT)");
        file.execute(&create, []).unwrap();
        let insert = "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', 'POLYGON', ?2, 0, 0)";
        file.execute(insert, (table, system)).unwrap();
        for (number, (code, name, area)) in areas().into_iter().enumerate() {
            let mut blob = b"GP\0\x01".to_vec();
            blob.extend((system as i32).to_le_bytes());
            wkb::writer::write_geometry(
                &mut blob,
                &Geometry::Polygon(area),
                &wkb::writer::WriteOptions::default(),
            )
            .unwrap();
            let insert = format!("INSERT INTO \"{table}\" VALUES (?1, ?2, ?3, ?4)");
            file.execute(&insert, (number as i64, blob, code, name))
                .unwrap();
        }
    }
    file.serialize(MAIN_DB).unwrap().to_vec()
}

fn zipped(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn shapefile_parts(prj: &str) -> Vec<(&'static str, Vec<u8>)> {
    let (mut shp, mut dbf) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    {
        let table = TableWriterBuilder::new()
            .add_character_field("code".try_into().unwrap(), 10)
            .add_character_field("nom".try_into().unwrap(), 50)
            .build_with_dest(&mut dbf);
        let shapes = shapefile::ShapeWriter::new(&mut shp);
        let mut both = shapefile::Writer::new(shapes, table);
        for (code, name, area) in areas() {
            let mut record = dbase::Record::default();
            let text = |text: &str| FieldValue::Character(Some(text.to_owned()));
            record.insert("code".to_owned(), text(code));
            record.insert("nom".to_owned(), text(name));
            let shape = shapefile::Polygon::from(MultiPolygon(vec![area]));
            both.write_shape_and_record(&shape, &record).unwrap();
        }
    }
    vec![
        ("quartiers/q.shp", shp.into_inner()),
        ("quartiers/q.dbf", dbf.into_inner()),
        ("quartiers/q.prj", prj.as_bytes().to_vec()),
        ("quartiers/q.cpg", b"UTF-8".to_vec()),
    ]
}

fn read(bytes: &[u8], table: Option<&str>) -> Result<LayerReading, LayerFileError> {
    let columns = Columns {
        table: table.map(str::to_owned),
        ..Columns::default()
    };
    read_layer(bytes, LayerKind::Quartier, &columns, &mut |_| {})
}

#[test]
fn a_geopackage_and_a_zipped_shapefile_say_what_the_geojson_says() {
    let features = areas().into_iter().map(|(code, name, polygon)| {
        let ring: Vec<[f64; 2]> = polygon.exterior().coords().map(|c| [c.x, c.y]).collect();
        let ring = serde_json::to_string(&[ring]).unwrap();
        area(&format!(r#"{{"code":"{code}","nom":"{name}"}}"#), &ring)
    });
    let text = collection(&features.collect::<Vec<_>>());
    let expected = read(text.as_bytes(), None).unwrap();
    assert_eq!(expected.features[0].name, "Forêt d’Évariste");
    assert!(expected.notes.is_empty(), "{:?}", expected.notes);
    for (format, bytes) in [
        ("geopackage", geopackage(&["quartiers"], 2154)),
        ("shapefile", zipped(&shapefile_parts(LAMBERT_PRJ))),
    ] {
        let found = read(&bytes, None).unwrap();
        assert_eq!(found.features.len(), 2, "{format}");
        for (found, expected) in found.features.iter().zip(&expected.features) {
            assert_eq!(
                (&found.code, &found.name),
                (&expected.code, &expected.name),
                "{format}"
            );
            let corners = |f: &LayerFeature| -> Vec<String> {
                let shown = |c: geo::Coord<f64>| format!("{:.8} {:.8}", c.x, c.y);
                let mut all: Vec<String> = f.geometry.coords_iter().map(shown).collect();
                all.sort();
                all.dedup();
                all
            };
            assert_eq!(corners(found), corners(expected), "{format}");
        }
        let seen = layer_as_geojson(&bytes, None).unwrap();
        let again = read(seen.as_bytes(), None).unwrap();
        assert_eq!(again.features[1].name, "Clapas", "{format}");
    }
}

#[test]
fn cut_and_overwritten_files_are_refused_and_never_end_the_program() {
    let whole = [
        geopackage(&["quartiers"], 2154),
        zipped(&shapefile_parts(LAMBERT_PRJ)),
    ];
    for bytes in whole {
        assert!(read(&bytes, None).is_ok());
        for cut in (0..bytes.len()).step_by(37) {
            // Zeros at the end of a database may not matter; half of it does.
            let refused = read(&bytes[..cut], None).is_err();
            assert!(refused || cut * 2 > bytes.len(), "cut at {cut}");
            let mut spoilt = bytes.clone();
            spoilt[cut] ^= 0xff;
            let _ = read(&spoilt, None);
        }
    }
}

#[test]
fn what_is_missing_or_ambiguous_is_said_with_what_to_do() {
    let said = |bytes: &[u8], table: Option<&str>| read(bytes, table).unwrap_err().to_string();
    let two = geopackage(&["parcs", "quartiers"], 2154);
    assert!(said(&two, None).contains("--table (parcs, quartiers)"));
    assert!(said(&two, Some("rues")).contains("« rues » (parcs, quartiers)"));
    assert_eq!(read(&two, Some("parcs")).unwrap().features.len(), 2);
    assert!(said(&geopackage(&["q"], 27572), None).contains("« EPSG:27572 » is not supported"));
    let other = zipped(&shapefile_parts(OTHER_PRJ));
    assert!(said(&other, None).contains("« NTF_Lambert_II » is not supported"));
    let mut without = shapefile_parts(LAMBERT_PRJ);
    without.remove(1);
    assert!(said(&zipped(&without), None).contains(".dbf is missing"));
    let mut both = shapefile_parts(LAMBERT_PRJ);
    both.push(("autre.shp", Vec::new()));
    assert!(said(&zipped(&both), None).contains("2 shapefiles"));
    assert!(said(b"\xff\xfe\x00", None).contains("neither GeoJSON, GeoPackage nor"));
}

#[test]
fn overlaps_gaps_and_areas_that_cross_themselves_are_told_with_their_size() {
    // Squares of 0.001 degrees: about 111.3 by 80.6 metres here, 8,974 m2.
    let square = |code: &str, x: f64, y: f64, side: f64| {
        let (e, n) = (x + side, y + side);
        area(
            &format!(r#"{{"code":"{code}"}}"#),
            &format!("[[[{x},{y}],[{e},{y}],[{e},{n}],[{x},{n}],[{x},{y}]]]"),
        )
    };
    let notes = |features: &[String]| {
        let text = collection(features);
        read(text.as_bytes(), None).unwrap().notes
    };
    let ring = |skip: (i32, i32)| -> Vec<String> {
        let cells = (0..3).flat_map(|x| (0..3).map(move |y| (x, y)));
        cells
            .filter(|cell| *cell != skip)
            .map(|(x, y)| {
                let place = |n: i32, from: f64| from + f64::from(n) * 0.001;
                square(&format!("{x}{y}"), place(x, 3.8), place(y, 43.6), 0.001)
            })
            .collect()
    };
    assert!(notes(&ring((9, 9))).is_empty());
    let cell_m2 = 111_320.0_f64.powi(2) * 1e-6 * 43.6015_f64.to_radians().cos();
    match notes(&ring((1, 1))).as_slice() {
        [LayerNote::Gaps { count: 1, m2 }] => assert!((m2 / cell_m2 - 1.0).abs() < 0.01, "{m2}"),
        other => panic!("{other:?}"),
    }
    let mut doubled = ring((9, 9));
    doubled.push(square("double", 3.8005, 43.6, 0.0005));
    match notes(&doubled).as_slice() {
        [LayerNote::Overlap { codes, m2 }] => {
            assert_eq!(codes, &["00".to_owned(), "double".to_owned()]);
            assert!((m2 / (cell_m2 / 4.0) - 1.0).abs() < 0.01, "{m2}");
        }
        other => panic!("{other:?}"),
    }
    let bow = "[[[3.8,43.6],[3.9,43.7],[3.9,43.6],[3.8,43.7],[3.8,43.6]]]";
    let crossed = notes(&[area(r#"{"code":"X"}"#, bow)]);
    assert!(matches!(crossed.as_slice(), [LayerNote::NotSimple { code, .. }] if code == "X"));
}
