//! Files as other programs read them: GDAL (Debian's gdal-bin) and frictionless (PyPI). Where one is
//! not installed the test prints that it was skipped; `cargo xtask test` counts it as such.

use super::super::Format;
use super::release;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a program prints, its warnings included; none where it is not installed.
fn told(program: &str, arguments: &[&str], path: &Path) -> Option<(bool, String)> {
    let done = Command::new(program).args(arguments).arg(path).output();
    let Ok(done) = done else {
        println!("skipped: {program} is not installed here");
        return None;
    };
    let all = [done.stdout, done.stderr].concat();
    Some((
        done.status.success(),
        String::from_utf8_lossy(&all).into_owned(),
    ))
}

struct Written {
    _folder: tempfile::TempDir,
    path: PathBuf,
    release: maraude_observatory::disclosure::Release,
}

fn written(format: Format) -> Written {
    let folder = tempfile::tempdir().unwrap();
    let release = release("Nuit d'essai");
    let path = folder.path().join(format!("essai.{}", format.ending()));
    let mut file = std::fs::File::create(&path).unwrap();
    format.write(&release, &mut file).unwrap();
    Written {
        _folder: folder,
        path,
        release,
    }
}

fn figures(written: &Written) -> usize {
    let areas = written.release.published().areas.iter();
    areas.map(|area| area.figures.len()).sum()
}

fn count_in(text: &str) -> Vec<usize> {
    text.lines()
        .filter_map(|line| line.strip_prefix("Feature Count: ")?.trim().parse().ok())
        .collect()
}

#[test]
fn gdal_reads_every_layer_with_its_count_geometry_and_reference_system() {
    for format in [Format::Geopackage, Format::Flatgeobuf, Format::Geojson] {
        let file = written(format);
        let layer = match format {
            Format::Geojson => vec!["-ro", "-so", "-al"],
            _ => vec!["-ro", "-so"],
        };
        let mut arguments = layer.clone();
        if format != Format::Geojson {
            arguments.push("-al");
        }
        let Some((ok, text)) = told("ogrinfo", &arguments, &file.path) else {
            return;
        };
        assert!(ok, "{format}: {text}");
        assert!(
            !text.contains("Warning") && !text.contains("ERROR"),
            "{format}: {text}"
        );
        assert!(
            count_in(&text).contains(&figures(&file)),
            "{format}: {text}"
        );
        assert!(text.contains("Multi Polygon"), "{format}: {text}");
        assert!(text.contains("4326"), "{format}: {text}");
        assert!(text.contains("figure: Integer"), "{format}: {text}");
        println!("{format}: read by ogrinfo, {} features", figures(&file));
    }
}

#[test]
fn gdal_reads_the_tables_of_workbook_and_geopackage() {
    for format in [Format::Xlsx, Format::Geopackage] {
        let file = written(format);
        let Some((ok, text)) = told("ogrinfo", &["-ro", "-so", "-al"], &file.path) else {
            return;
        };
        let cells = file.release.published().attributes.len();
        assert!(cells > 0);
        assert!(ok && count_in(&text).contains(&cells), "{format}: {text}");
        println!("{format}: read by ogrinfo, {cells} cells by attribute");
    }
}

#[test]
fn the_validator_of_geopackages_finds_nothing() {
    let file = written(Format::Geopackage);
    let module = ["-m", "osgeo_utils.samples.validate_gpkg"];
    let Some((ok, text)) = told("/usr/bin/python3", &module, &file.path) else {
        return;
    };
    if text.contains("No module named") {
        println!("skipped: python3-gdal is not installed here");
        return;
    }
    assert!(ok, "{text}");
    println!("validate_gpkg: nothing found");
}

#[test]
fn frictionless_holds_the_table_to_its_dictionary() {
    let Some(program) = std::env::var_os("MARAUDE_FRICTIONLESS") else {
        println!("skipped: MARAUDE_FRICTIONLESS names no frictionless");
        return;
    };
    let program = program.to_string_lossy();
    let table = written(Format::Csv);
    let dictionary = written(Format::Dictionary);
    let schema = dictionary.path.display().to_string();
    let arguments = ["validate", "--trusted", "--schema", &schema];
    let (ok, text) = told(&program, &arguments, &table.path).unwrap();
    assert!(ok, "{text}");
    let spoilt = std::fs::read_to_string(&table.path).unwrap();
    std::fs::write(&table.path, spoilt.replace(",consolidated,", ",final,")).unwrap();
    let (ok, _) = told(&program, &arguments, &table.path).unwrap();
    assert!(!ok, "a stage that does not exist passes");
    println!("frictionless: valid, and a planted fault is found");
}
