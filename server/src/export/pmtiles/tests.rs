//! What is written is a sound archive whose tiles hold the figures, and each surface where it lies.

use super::super::sheet::Shape;
use super::*;
use crate::store::TileStore;
use std::io::Cursor;

const COLUMNS: [Column; 3] = [
    column("code", Kind::Text),
    column("people", Kind::Integer),
    column("walked", Kind::Flag),
];

const fn column(name: &'static str, kind: Kind) -> Column {
    Column {
        name,
        kind,
        title: "",
        fr: "",
        en: "",
    }
}

fn block(west: f64, south: f64, east: f64, north: f64) -> MultiPolygon<f64> {
    let corner = |x, y| Coord { x, y };
    let outer = Rect::new(corner(west, south), corner(east, north)).to_polygon();
    MultiPolygon(vec![outer])
}

fn sheet() -> Sheet<'static> {
    let rows = [
        ("A", Cell::Integer(40), block(3.80, 43.60, 3.85, 43.64)),
        ("B", Cell::Empty, block(3.85, 43.60, 3.90, 43.64)),
    ];
    Sheet {
        name: "figures",
        title: "Chiffres".to_owned(),
        columns: &COLUMNS,
        shape: Shape::Surfaces,
        rows: Box::new(rows.into_iter().map(|(code, people, surface)| Row {
            cells: vec![code.into(), people, Cell::Flag(true)],
            geometry: Some(Geometry::Surface(surface)),
        })),
    }
}

fn written() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let about = [("campaign".to_owned(), "Nuit d'essai".to_owned())];
    write(sheet(), &about, &mut out).unwrap();
    out.into_inner()
}

#[test]
fn the_archive_is_sound_and_the_same_each_time() {
    let bytes = written();
    assert_eq!(bytes, written());
    let folder = tempfile::tempdir().unwrap();
    let store = TileStore::new(folder.path().to_path_buf());
    let partial = store.begin().unwrap();
    std::fs::write(&partial, &bytes).unwrap();
    let archive = store.keep(&partial).unwrap();
    assert_eq!(archive.credit, "Nuit d'essai");
    assert_eq!((archive.min_zoom, archive.max_zoom), (5, 13));
    let wanted = [3.80, 43.60, 3.90, 43.64];
    for (found, wanted) in archive.bounds.iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-6, "{:?}", archive.bounds);
    }
}

#[test]
fn each_surface_is_in_the_tiles_it_reaches_and_in_no_other() {
    let features: Vec<Feature> = sheet().rows.filter_map(Feature::of).collect();
    // Where 3.887 E, 43.62 N lies at zoom 13: in B alone, far from A.
    let at = on_square(Coord { x: 3.887, y: 43.62 });
    let side = f64::from(1 << 13);
    let place = TileCoord::new(13, (at.x * side) as u32, (at.y * side) as u32).unwrap();
    let bytes = tile(&features, &COLUMNS, "figures", place).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("figures") && text.contains('B'), "{text}");
    assert!(!text.contains("people"), "a withheld figure has no value");
    let elsewhere = TileCoord::new(13, 0, 0).unwrap();
    assert!(
        tile(&features, &COLUMNS, "figures", elsewhere)
            .unwrap()
            .is_empty()
    );
    for zoom in ZOOMS {
        for place in tiles(&features, zoom).unwrap() {
            assert!(
                !tile(&features, &COLUMNS, "figures", place)
                    .unwrap()
                    .is_empty()
            );
        }
    }
}

#[test]
fn rings_run_alike_however_they_came_and_specks_are_left_out() {
    let place = TileCoord::new(13, 4184, 2991).unwrap();
    let drawn = |direction| {
        let rows = sheet().rows.map(|row| {
            let Some(Geometry::Surface(surface)) = row.geometry else {
                unreachable!("every row has a surface");
            };
            let geometry = Some(Geometry::Surface(surface.orient(direction)));
            Row { geometry, ..row }
        });
        let features: Vec<Feature> = rows.filter_map(Feature::of).collect();
        tile(&features, &COLUMNS, "figures", place).unwrap()
    };
    assert_eq!(drawn(Direction::Default), drawn(Direction::Reversed));
    assert!(!drawn(Direction::Default).is_empty());
    assert!(encoded(&block(0.0, 0.0, 0.4, 0.4)).unwrap().is_none());
}
